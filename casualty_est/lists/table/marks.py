"""What a cell of a list says, in the words that people write: 1, x, yes, TRUE, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from casualty_est.lists.table.strata import BAD, NO, OUT, YES, Codes

ON = frozenset(
    {"1", "1.0", "true", "yes", "y", "x", "✓", "✔", "si", "sí", "sim", "oui", "ja", "да", "obs"}
    | {"observed"}
)
OFF = frozenset(
    {"0", "0.0", "false", "no", "n", "non", "nein", "nej", "não", "нет", "un", "unobserved"}
)
NOTHING = frozenset({"", "na", "n/a", "nan", ".", "-", "null", "<na>"})  # written for a blank
TOTALS = frozenset({"total", "totals", "sum", "all", "grand total", "totaal", "gesamt"})
DIGITS = frozenset({"0", "1", "0.0", "1.0"})
# Words in the name of a column that says what people are, not who has them on a list.
PROPERTIES = frozenset(
    {"female", "male", "sex", "gender", "adult", "minor", "civilian", "combatant", "imputed"}
    | {"flag", "missing", "alive", "dead", "died", "killed", "injured", "urban", "rural"}
    | {"married", "pregnant", "is", "has"}
)
COUNTS = frozenset(
    {"count", "counts", "freq", "frequency", "n", "number", "people", "persons", "y"}
)


def meaning(text: str) -> int:
    """Code of one cell."""
    folded = text.casefold()
    if folded in ON:
        return YES
    if folded in OFF:
        return NO
    return OUT if folded in NOTHING else BAD


def codes(texts: Sequence[str]) -> Codes:
    """Codes of a column."""
    known = {text: meaning(text) for text in set(texts)}
    return np.fromiter(map(known.__getitem__, texts), np.int8, len(texts))


def may_be_list(column: Codes) -> bool:
    """Whether a column is a list, perhaps with a few wrong cells."""
    bad = int((column == BAD).sum())
    return bad == 0 or int(np.isin(column, (NO, YES)).sum()) > bad


def in_digits(texts: Sequence[str]) -> bool:
    """Whether the marks of a column are digits."""
    return {text for text in set(texts) if meaning(text) in (NO, YES)} <= DIGITS


def is_property(name: str) -> bool:
    """Whether a column is named after what people are."""
    words = name.casefold().replace("-", " ").replace("_", " ").replace(".", " ").split()
    return bool(PROPERTIES & set(words))


def is_count(name: str) -> bool:
    """Whether a column is named like a number of people."""
    return name.strip().casefold() in COUNTS


def is_total(texts: Sequence[str]) -> bool:
    """Whether a row adds up the others."""
    return any(text.casefold().rstrip(":") in TOTALS for text in texts)
