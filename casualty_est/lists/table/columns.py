"""Which columns of a wide table are lists, and which one is the number of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from casualty_est.errors import Problem, UsageError
from casualty_est.lists.table import marks
from casualty_est.lists.table.strata import OUT, YES, Codes, Warning_
from casualty_est.tables.read import Table

COUNT = "count"
ASK = "if it is one, name all lists in lists (--lists); if not, put it in by (--by), or remove it"
SHOWN = 8  # columns named in a note
FEW = 5  # rows, below which everybody may be on a list by chance


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns of a wide table by their use."""

    lists: tuple[str, ...]
    codes: Mapping[str, Codes]
    count: str | None  # none where every row is one person
    by_name: bool  # whether the analyst named the lists
    notes: tuple[Warning_, ...]


def choose(
    table: Table,
    lists: Sequence[str] | None,
    count: str,
    by: Sequence[str],
    problems: list[Problem],
) -> Chosen:
    """Take the lists that are named, else every column that looks like one; say what is left."""
    counted, notes = _count(table, lists, count, by, problems)
    free = [column for column in table.columns if column not in (*by, counted)]
    codes = {name: marks.codes(table.column(name)) for name in free}
    clash = [name for name in lists or () if name not in codes]
    if clash:
        msg = f"{clash[0]!r} cannot be a list and a count or a stratum at once"
        raise UsageError(msg)
    if lists is not None:
        rest = [column for column in codes if column not in lists]
        if rest:
            more = f" and {len(rest) - SHOWN} more" if len(rest) > SHOWN else ""
            notes.append(("unused", f"columns that are not used: {', '.join(rest[:SHOWN])}{more}"))
        return Chosen(tuple(lists), codes, counted, True, tuple(notes))
    names = tuple(column for column in codes if marks.may_be_list(codes[column]))
    for column in codes:
        if column not in names:
            problems.append(stray(table, column, _mend(table, column)))
    _ask(table, names, codes, problems)
    return Chosen(names, codes, counted, False, tuple(notes))


def _count(
    table: Table,
    lists: Sequence[str] | None,
    count: str,
    by: Sequence[str],
    problems: list[Problem],
) -> tuple[str | None, list[Warning_]]:
    """The column with the number of people, by its usual names where none is given."""
    if count in table.columns:
        return count, []
    if count != COUNT:
        return None, []
    used = (*(lists or ()), *by)
    alike = [name for name in table.columns if marks.is_count(name) and name not in used]
    if len(alike) > 1:
        reason = f"which column is the number of people: {', '.join(alike)}? Name it in count"
        problems.append(Problem(f"{reason} (--count)", table.header_line, None, None, table.where))
    if not alike:
        return None, []
    text = f"column {alike[0]!r} is read as the number of people (count, --count says otherwise)"
    return alike[0], [("default", text)]


def _ask(
    table: Table, names: Sequence[str], codes: Mapping[str, Codes], problems: list[Problem]
) -> None:
    """Ask about columns of 0 and 1 that do not look like lists."""
    digits = [marks.in_digits(table.column(name)) for name in names]
    in_digits = sum(digits) > len(names) / 2
    for name, digit in zip(names, digits, strict=True):
        if marks.is_property(name):
            what = "its name is that of a property of people, not of a list"
        elif in_digits and not digit:
            what = "it is written in words, and the lists in 0 and 1"
        elif len(table) >= FEW and len(names) > 2 and bool(np.all(codes[name] == YES)):
            what = "everybody is on it"
        else:
            continue
        reason = f"is this column a list? Its cells are those of one, but {what}: {ASK}"
        problems.append(Problem(reason, table.header_line, name, None, table.where))


def _mend(table: Table, column: str) -> str:
    texts = [text for text in table.column(column) if text]
    blank = bool(np.any(marks.codes(table.column(column)) == OUT))
    if blank and len(texts) > 1 and len(set(texts)) == len(texts):
        return (
            "it holds a different mark in every row, and blanks: if it is a list with identifiers, "
            "name all lists in lists (--lists), and any mark counts as 1"
        )
    return "it is not a 0/1 list: name it with by (--by) or count (--count), or remove it"


def stray(table: Table, column: str, mend: str) -> Problem:
    """A column without a use."""
    reason = f"this column has no use yet, and no column is ignored: {mend}"
    return Problem(reason, table.header_line, column, None, table.where)
