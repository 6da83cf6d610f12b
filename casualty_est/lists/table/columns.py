"""Which columns of a wide table are lists, and which one is the number of people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from casualty_est.errors import Problem, UsageError
from casualty_est.lists.table import marks
from casualty_est.lists.table.alone import is_copy
from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.strata import YES, Codes
from casualty_est.lists.table.strays import mend, numbers_rows, or_name_all, stray
from casualty_est.tables.marks import is_property, may_be_property
from casualty_est.tables.read import Table
from casualty_est.wording.language import Noted, stored

COUNT = "count"
ASK = (
    "if it is one, name all lists in lists (--lists); if not, name the others there, put it in by "
    "(--by), or remove it"
)
IDENTIFIER = re.compile(r"(?:^|[_. ])(?:id|ids|uid|uuid|person|persona|name)$", re.IGNORECASE)
SHOWN = 8  # columns named in a note
FEW = 5  # rows or people, below which everybody may be on a list by chance


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns of a wide table by their use."""

    lists: tuple[str, ...]
    codes: Mapping[str, Codes]
    count: str | None  # none where every row is one person
    by_name: bool  # whether the analyst named the lists
    notes: tuple[Noted, ...]


def choose(
    table: Table,
    lists: Sequence[str] | None,
    count: str,
    by: Sequence[str],
    problems: list[Problem],
    covariates: Sequence[str] = (),
) -> Chosen:
    """Take the lists that are named, else every column that looks like one; say what is left."""
    by = (*by, *covariates)  # which are no lists either
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
            shown = ", ".join(rest[:SHOWN])
            if len(rest) > SHOWN:
                number = len(rest) - SHOWN
                shown = stored("note", "{places} and {number} more", places=shown, number=number)
            text = stored("note", "columns that are not used: {columns}", columns=shown)
            notes.append(("unused", text))
        if counted is None:
            notes += [note for column in rest for note in _in_several_rows(table, column)]
        return Chosen(tuple(lists), codes, counted, True, tuple(notes))
    names = tuple(column for column in codes if marks.may_be_list(codes[column]))
    strays = [column for column in codes if column not in names]
    likely = [name for name in names if not is_property(name)]
    for column in strays:
        # Said once, after the last.
        more = or_name_all(likely) if column == strays[-1] else ""
        problems.append(stray(table, column, mend(table, column, names) + more))
    _ask(table, names, codes, problems)
    return Chosen(names, codes, counted, False, tuple(notes))


def _in_several_rows(table: Table, column: str) -> Iterator[Noted]:
    """Tell of identifiers that are in several rows; they are counted, and never shown."""
    if not IDENTIFIER.search(column):
        return
    texts = [text for text in table.column(column) if text]
    repeated = len(texts) - len(set(texts))
    if repeated:
        text = stored(
            "note",
            "{number} rows repeat an identifier in column {column}: each row counts as one person, "
            "so a person in two rows counts twice",
            number=f"{repeated:,}",
            column=repr(column),
        )
        yield "repeated", text


def _count(
    table: Table,
    lists: Sequence[str] | None,
    count: str,
    by: Sequence[str],
    problems: list[Problem],
) -> tuple[str | None, list[Noted]]:
    """The column with the number of people, by its usual names where none is given."""
    if count in table.columns:
        if count == COUNT and lists is None:
            problems += _of_marks(table, count)
        if count == COUNT and numbers_rows(table.column(count)) and _repeats(table, count):
            reason = "this column numbers the rows and counts nobody: remove it or rename it"
            problems.append(Problem(reason, table.header_line, count, None, table.where))
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
    if lists is None:
        problems += _of_marks(table, alike[0])
    own = table.column(alike[0])
    if len(set(own)) == len(own) and _repeats(table, alike[0]):
        reason = (
            "is this the number of people? It differs in every row, and rows are otherwise equal, "
            "as where it numbers the people: if it is the number of people, name it in count "
            "(--count); if not, rename or remove it"
        )
        problems.append(Problem(reason, table.header_line, alike[0], None, table.where))
    text = stored(
        "note",
        "column {column} is read as the number of people (count, --count says otherwise)",
        column=repr(alike[0]),
    )
    return alike[0], [("default", text)]


def _of_marks(table: Table, column: str) -> list[Problem]:
    """Ask about numbers of people that are 0 and 1 only, and may be a list."""
    if set(table.column(column)) != {"0", "1"} or not _repeats(table, column):
        return []
    reason = (
        "is this the number of people, or a list? It holds 0 and 1 only: rename it if it is a "
        "list; if it is the number of people, name all lists in lists (--lists)"
    )
    return [Problem(reason, table.header_line, column, None, table.where)]


def _repeats(table: Table, count: str) -> bool:
    """Whether rows are equal but for one column, as people are and counted histories are not."""
    rest = [cells for name, cells in zip(table.columns, table.cells, strict=True) if name != count]
    rows = list(zip(*rest, strict=True))
    return len(set(rows)) < len(rows)


def _ask(
    table: Table, names: Sequence[str], codes: Mapping[str, Codes], problems: list[Problem]
) -> None:
    """Ask about columns of 0 and 1 that do not look like lists."""
    digits = [marks.in_digits(table.column(name)) for name in names]
    in_digits = sum(digits) > len(names) / 2
    for name, digit in zip(names, digits, strict=True):
        if is_property(name):
            what = "its name is that of a property of people, not of a list"
        elif marks.is_total([name]):
            what = "its name is that of a sum of others"
        elif in_digits and not digit:
            what = "it is written in words, and the lists in 0 and 1"
        elif len(table) >= FEW and len(names) > 2 and bool(np.all(codes[name] == YES)):
            what = "everybody is on it"
        else:
            continue
        reason = f"is this column a list? Its cells are those of one, but {what}: {ASK}"
        problems.append(Problem(reason, table.header_line, name, None, table.where))


def ask_alone(
    table: Table,
    names: Sequence[str],
    matrix: Codes,
    people: npt.NDArray[np.int64],
    *,
    single: bool,
) -> list[Problem]:
    """Ask about columns that nobody named a list, and on which nobody is alone.

    single: whether each row is one person; where rows are counted, the name must speak against it.
    """
    whole = HistoryTable.of(names, matrix == YES, people)
    held = [name for name, size in zip(names, whole.sizes, strict=True) if size]
    if len(held) <= 2 or whole.people < FEW or not np.any(whole.only_here):
        return []
    what = "whoever is on it is on another list too, as where a column says what people are"
    reason = f"is this column a list? Its cells are those of one, but {what}: {ASK}"
    alone = dict(zip(names, whole.only_here, strict=True))
    return [
        Problem(reason, table.header_line, name, None, table.where)
        for name in held
        if not alone[name] and (may_be_property(name) or (single and is_copy(whole, name)))
    ]
