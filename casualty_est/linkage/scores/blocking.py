"""Which pairs are compared: every pair of few records, else those that share some fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.linkage.scores.pairs import MOST
from casualty_est.tables.checks import nearest
from casualty_est.wording.phrases import listed

Ints = npt.NDArray[np.int64]
Rule = tuple[str, ...]

ALL_PAIRS = 5_000  # records up to which every pair is compared
RULES: tuple[Rule, ...] = (
    *(("given", "family"), ("given", "father"), ("father", "family"), ("given", "grandfather")),
    *(("family", "grandfather"), ("family", "age"), ("given", "age", "place"), ("given", "date")),
    *(("family", "date"), ("date", "place", "age"), ("number",)),
)
COLUMNS = {
    "given": "given_key",
    "father": "father_key",
    "grandfather": "grandfather_key",
    "family": "family_key",
    "age": "age",
    "date": "day_number",
    "place": "place",
    "sex": "sex",
    "number": "number",
}


def written(rules: Any) -> list[list[str]] | None:
    """The analyst's rules as plain lists of fields; None where there are none."""
    if rules is None:
        return None
    plain = isinstance(rules, Sequence) and not isinstance(rules, str)
    each: list[Any] = (
        [[rule] if isinstance(rule, str) else rule for rule in rules] if plain else [0]
    )
    for rule in each:
        if not isinstance(rule, Sequence) or not all(isinstance(field, str) for field in rule):
            msg = "rules: a rule is fields, as in [('given', 'family'), ('family', 'age')]"
            raise UsageError(msg)
    return [list(rule) for rule in each]


def rules_for(
    columns: dict[str, list[Any]], given: Sequence[Sequence[str]] | None
) -> tuple[Rule, ...]:
    """The rules that the fields allow; the analyst's own are checked."""
    filled = {field for field, name in COLUMNS.items() if any(v is not None for v in columns[name])}
    if given is None:
        return tuple(rule for rule in RULES if set(rule) <= filled)
    rules = tuple(map(tuple, given))
    for rule in rules:
        for field in rule:
            if field not in filled:
                msg = f"rules: {field!r} is in no record{nearest(field, filled)}; there are "
                raise UsageError(msg + ", ".join(sorted(filled)))
    if not rules:
        msg = "rules: give one rule or more, as in [('given', 'family'), ('family', 'age')]"
        raise UsageError(msg)
    return rules


def sql(rule: Rule) -> str:
    """The rule in SQL."""
    return " and ".join(f"l.{COLUMNS[field]} = r.{COLUMNS[field]}" for field in rule)


def codes(columns: dict[str, list[Any]], rule: Rule) -> Ints:
    """A number for each value of a rule, of shape (record,); -1 where a field is missing."""
    numbers: dict[tuple[Any, ...], int] = {}
    values = zip(*(columns[COLUMNS[field]] for field in rule), strict=True)
    return np.array(
        [-1 if None in value else numbers.setdefault(value, len(numbers)) for value in values],
        dtype=np.int64,
    )


def check_size(columns: dict[str, list[Any]], rules: Sequence[Rule]) -> None:
    """Refuse rules that make more pairs than can be compared, and name the block that does."""
    total = 0
    worst: tuple[int, int, Rule] = (0, 0, ())
    for rule in rules:
        number = codes(columns, rule)
        sizes = np.bincount(number[number >= 0])
        pairs = int((sizes * (sizes - 1) // 2).sum())
        total += pairs
        worst = max(worst, (pairs, int(sizes.max(initial=0)), rule))
    if total > MOST:
        pairs, size, rule = worst
        msg = (
            f"the blocking rules make {total:,} candidate pairs, more than {MOST:,}; the rule "
            f"{listed(rule)} makes {pairs:,} of them, its largest block being {size:,} records "
            "that share these values: give rules of more fields (rules=, --rules), or split the "
            "lists by period or region"
        )
        raise UsageError(msg)
