"""Whether two kinds count the same: whom, where, when, by whose deed, and what happened to them."""

from __future__ import annotations

from casualty_est.result.schema import Cell
from casualty_est.tables.cells import ALL_SCOPES

WORDS = {"outcome": "outcome", "group": "group", "scope": "place", "perpetrator": "perpetrator"}


def differences(one: Cell, other: Cell) -> list[str]:
    """What two cells differ in, in words; a place that nobody named differs from none."""
    told = []
    for name, words in WORDS.items():
        a, b = getattr(one, name), getattr(other, name)
        if a != b and not (name == "scope" and ALL_SCOPES in (a, b)):
            told.append(f"{words} ({a}, {b})")
    if apart(one, other):
        told.append(f"window ({window(one)} and {window(other)} do not overlap)")
    elif _both_stated(one, other) and (one.start, one.end) != (other.start, other.end):
        told.append(f"window ({window(one)}, {window(other)})")
    return told


def apart(one: Cell, other: Cell) -> bool:
    """Whether two windows have no day in common, as far as their ends are stated."""
    return bool(
        (one.end and other.start and one.end < other.start)
        or (other.end and one.start and other.end < one.start)
    )


def unsaid(one: Cell, other: Cell) -> list[str]:
    """What one of two cells does not say and so is taken from the other."""
    told = ["place"] if one.scope != other.scope and ALL_SCOPES in (one.scope, other.scope) else []
    same = (one.start, one.end) == (other.start, other.end)
    return told + ["window"] * (not same and not _both_stated(one, other))


def window(cell: Cell) -> str:
    """The days of a cell."""
    return f"{cell.start or 'open'} to {cell.end or 'open'}"


def _both_stated(one: Cell, other: Cell) -> bool:
    return None not in (one.start, one.end, other.start, other.end)
