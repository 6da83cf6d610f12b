"""What a cell of a list says, in the words that people write: 1, x, yes, TRUE, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from casualty_est.lists.table.strata import BAD, NO, OUT, YES, Codes
from casualty_est.tables.marks import NOTHING, meanings, means

TOTALS = frozenset(
    {"total", "totals", "subtotal", "sum", "all", "overall", "grand total", "totaal", "gesamt"}
    | {"insgesamt", "suma", "somme", "totale", "toplam", "всего", "итого", "المجموع"}
)
DIGITS = frozenset({"0", "1", "0.0", "1.0"})
COUNTS = frozenset(
    {"count", "counts", "freq", "freqs", "frequency", "n", "number", "people", "persons", "y"}
    | {"cases", "victims", "deaths", "frecuencia", "effectif", "häufigkeit", "anzahl"}
)


# A count that its owner does not show because it is small, as in <5, 1-4, *, suppressed.
_WITHHELD = re.compile(
    r"(<=?|≤|under |below |less than |fewer than |up to )\s*\d+|\d+\s*(-|\u2013|to)\s*\d+"
    r"|\*+|s|c|suppressed|withheld|censored|confidential|redacted"
)
WITHHELD = (
    "this count is withheld: ask who made the table for the number, or estimate twice, with the "
    "smallest and with the largest number that it can be in every such cell, and report both"
)
CAPTURES = (
    "this table says how many people were recorded once, twice and so on, and not on which lists. "
    "Nothing here estimates from that: give a 0/1 column for each list, and a row for each "
    "combination of lists with its number of people"
)
_TIMES = re.compile(r"(?:f_?|times_?)?0*([1-9][0-9]?)", re.IGNORECASE)


def is_withheld(text: str) -> bool:
    """Whether a count is there, and not shown."""
    return _WITHHELD.fullmatch(text.strip().casefold()) is not None


def are_times(names: Sequence[object]) -> bool:
    """Whether names or cells are 1, 2, 3 and so on, or f1, f2, f3: numbers of captures."""
    matches = [_TIMES.fullmatch(str(name).strip()) for name in dict.fromkeys(names)]
    times = sorted(int(match[1]) for match in matches if match)
    return len(times) == len(matches) > 1 and times == list(range(1, len(times) + 1))


def codes(texts: Sequence[str]) -> Codes:
    """Codes of a column."""
    meant = meanings(set(texts))
    known = {text: _code(text, on) for text, on in meant.items()}
    return np.fromiter(map(known.__getitem__, texts), np.int8, len(texts))


def _code(text: str, on: bool | None) -> int:
    if on is None:
        return OUT if text.casefold() in NOTHING else BAD
    return YES if on else NO


def may_be_list(column: Codes) -> bool:
    """Whether a column is a list, perhaps with a few wrong cells."""
    bad = int((column == BAD).sum())
    return bad == 0 or int(np.isin(column, (NO, YES)).sum()) > bad


def in_digits(texts: Sequence[str]) -> bool:
    """Whether the marks of a column are digits."""
    return {text for text in set(texts) if means(text) is not None} <= DIGITS


def is_count(name: str) -> bool:
    """Whether a column is named like a number of people."""
    return name.strip().casefold() in COUNTS


def is_total(texts: Sequence[str]) -> bool:
    """Whether a row adds up the others."""
    return any(text.casefold().rstrip(":") in TOTALS for text in texts)
