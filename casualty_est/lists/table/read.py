"""Read capture histories: one 0/1 column per list, or one row per person and list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from casualty_est.errors import Problem, UsageError
from casualty_est.lists.table.strata import (
    BAD,
    FEWEST,
    MOST,
    NO,
    OUT,
    YES,
    Codes,
    Inactive,
    Labels,
    Parsed,
    build,
    raise_all,
)
from casualty_est.tables.checks import nearest
from casualty_est.tables.read import Table

MOST_PEOPLE = 10**12  # in one row: sums stay far inside 64 bits
SHORT = 2  # letters of a cell that may be shown although nobody said what its column is
ON = frozenset({"1", "1.0", "true"})
OFF = frozenset({"0", "0.0", "false"})
Columns = str | Sequence[str]

_SEPARATED = re.compile(r"[0-9]{1,3}(?:[,' _\u00a0\u202f][0-9]{3})+")


def columns_of(names: Columns) -> tuple[str, ...]:
    """Columns by name; a single one may come as it is."""
    return (names,) if isinstance(names, str) else tuple(names)


def read_wide(
    table: Table,
    problems: list[Problem],
    *,
    lists: Columns | None,
    count: str,
    by: Columns,
    inactive: Inactive | None = None,
) -> Parsed:
    """Read a table with one 0/1 column per list."""
    by, lists = columns_of(by), None if lists is None else columns_of(lists)
    _must_exist(table, by, "by")
    if lists is not None:
        _must_exist(table, lists, "lists")
    if count != "count":
        _must_exist(table, [count], "count")
    if count in by:
        msg = f"{count!r} cannot be the count and a stratum at once: leave it out of by"
        raise UsageError(msg)
    if not len(table) and not problems:
        problems.append(Problem("the table has no rows: add one row or more"))
    numbered = table.columns == tuple(str(i) for i in range(len(table.columns)))  # of a dataframe
    numbers = all(c.isascii() and c.replace(".", "", 1).isdigit() for c in table.columns)
    if table.header_line is not None and not numbered and numbers:
        # Data in the first row: its people would be lost without a word.
        reason = "the first row holds numbers only: put a row with the names of the columns above"
        problems.append(Problem(reason, table.header_line))
    free = [column for column in table.columns if column not in (*by, count)]
    codes = {name: _codes(table.column(name)) for name in free}
    names = _list_columns(table, codes, lists, count, problems)
    named = f" (found: {', '.join(names)})" if 0 < len(names) <= MOST else ""
    _must_be_few(names, f"a list is a column of 0 and 1{named}", problems, table.name)
    matrix = np.column_stack([codes[name] for name in names])
    for j, name in enumerate(names):
        texts = table.column(name)
        for row in np.flatnonzero(matrix[:, j] == BAD).tolist():
            reason = "a list is 0 or 1, or blank where it was not at work: correct it"
            # A column that nobody called a list may hold what identifies people.
            shown = lists is not None or len(texts[row]) <= SHORT
            problems.append(table.problem(row, reason, name, texts[row] if shown else None))
    people = _counts(table, count, problems)
    unlisted = np.isin(matrix, (NO, OUT)).all(axis=1) & (people > 0)
    for row in np.flatnonzero(unlisted).tolist():
        reason = (
            "a person on no list cannot be in the table, for that number is what is estimated: "
            "remove the row"
        )
        problems.append(table.problem(row, reason))
    raise_all(problems, table.name)
    keys, rows_of = _strata(table, by)
    return build(names, keys, rows_of, matrix, people, inactive, table)


def read_long(
    table: Table,
    problems: list[Problem],
    *,
    person: str,
    list_column: str,
    by: Columns,
    inactive: Inactive | None,
) -> Parsed:
    """Read a table with one row per person and list; identifiers are counted, never kept."""
    by = columns_of(by)
    if person == list_column or person in by or list_column in by:
        msg = (
            f"person ({person!r}), list_column ({list_column!r}) and by are different columns: "
            f"name each column once"
        )
        raise UsageError(msg)
    # The first row of a file without a header is a person: its texts are not shown either.
    _must_exist(table, [person], "person", show=False)
    _must_exist(table, [list_column], "list_column", show=False)
    _must_exist(table, by, "by", show=False)
    known = {person, list_column, *by}
    for column in table.columns:
        if column not in known:
            problems.append(_stray(table, column, "name it in by=, or remove it"))
    texts = table.column(list_column)
    for column in (person, list_column):
        if "" in table.column(column):
            for row, text in enumerate(table.column(column)):
                if not text:
                    reason = "the cell is blank: fill it or remove the row"
                    problems.append(table.problem(row, reason, column))
    people = _numbered(table.column(person))
    # Identifiers end here: from now on a person is a number.
    names = tuple(sorted(set(texts) - {""}))
    # If the two columns were swapped, these are people: their number is all that may be said.
    what = f"a list is a name in column {list_column!r} (is it swapped with {person!r}?)"
    _must_be_few(names, what, problems, table.name)
    if len(people) and len(names) > int(people.max()) + 1 and not problems:
        # A few swapped people would pass as lists, and a list's name is printed.
        msg = f"there are more lists than people: is {person!r} swapped with {list_column!r}?"
        raise UsageError(msg)
    keys, rows_of = _strata(table, by)
    first = np.zeros(int(people.max()) + 1 if len(people) else 0, dtype=np.int64)
    first[people[::-1]] = np.arange(len(people))[::-1]
    for row in np.flatnonzero(rows_of != rows_of[first[people]]).tolist():
        reason = (
            f"the person of {table.where} {table.lines[first[people[row]]]} stands in another "
            f"stratum here: a person belongs to one, correct {', '.join(by)}"
        )
        problems.append(table.problem(row, reason))
    raise_all(problems, table.name)
    matrix = np.zeros((len(first), len(names)), dtype=np.int8)
    matrix[people, _codes_of(texts, {name: j for j, name in enumerate(names)}, np.int64)] = YES
    repeated = len(people) - int(matrix.sum())
    once = np.ones(len(first), dtype=np.int64)
    parsed = build(names, keys, rows_of[first], matrix, once, inactive, table)
    if not repeated:
        return parsed
    text = f"{repeated:,} rows name a person whom the list already holds: counted once"
    return replace(parsed, warnings=(*parsed.warnings, ("repeated", text)))


# What must hold before anything is counted ---------------------------------------------------


def _must_exist(table: Table, columns: Sequence[str], what: str, *, show: bool = True) -> None:
    for column in columns:
        if column not in table.columns:
            # Without showing, only a name that the caller wrote, but for its case, is repeated.
            alike = [name for name in table.columns if name.casefold() == column.casefold()]
            near = nearest(column, table.columns if show else alike)
            has = ", ".join(table.columns) if show else f"{len(table.columns)} columns"
            first = "" if show else ", named in the first row"
            msg = f"{what}: the table has no column {column!r}{near}; it has {has}{first}"
            raise UsageError(msg)
    if len(set(columns)) < len(columns):
        msg = f"{what} names a column twice: name each once"
        raise UsageError(msg)


def _must_be_few(
    names: Sequence[str], what: str, problems: list[Problem], table_name: str | None
) -> None:
    if FEWEST <= len(names) <= MOST:
        return
    msg = f"capture histories need {FEWEST} to {MOST} lists, not {len(names)}; {what}"
    if problems:  # which may well be why there are so few
        raise_all([*problems, Problem(msg)], table_name)
    raise UsageError(msg)


# From texts to numbers -----------------------------------------------------------------------


def _numbered(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Number distinct texts in the order in which they come."""
    seen = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    return _codes_of(texts, seen, np.int64)


def _codes_of[T: np.generic](
    texts: Sequence[str], meaning: Mapping[str, int], dtype: type[T]
) -> npt.NDArray[T]:
    return np.fromiter(map(meaning.__getitem__, texts), dtype, len(texts))


def _codes(texts: Sequence[str]) -> Codes:
    meaning: dict[str, int] = {}
    for text in set(texts):
        folded = text.casefold()
        meaning[text] = YES if folded in ON else NO if folded in OFF else OUT if not text else BAD
    return _codes_of(texts, meaning, np.int8)


def _list_columns(
    table: Table,
    codes: Mapping[str, Codes],
    lists: Sequence[str] | None,
    count: str,
    problems: list[Problem],
) -> tuple[str, ...]:
    """Names of the lists; every other free column is a problem."""
    clash = [name for name in lists or () if name not in codes]
    if clash:
        msg = f"{clash[0]!r} cannot be a list and a count or a stratum at once"
        raise UsageError(msg)
    counts = [c for c in codes if c.casefold() == count.casefold()]
    if lists is None:
        names = tuple(c for c in codes if c not in counts and _may_be_list(codes[c]))
        mend = "it is no list of 0 and 1: name it in by (--by) or count (--count), or remove it"
    else:
        names = tuple(lists)
        mend = "name it in lists or by, or remove it"
    for column in codes:
        if column not in names:
            rename = f"is it the count? Name it in count (--count) or write {count!r}"
            problems.append(_stray(table, column, rename if column in counts else mend))
    return names


def _may_be_list(codes: Codes) -> bool:
    """Whether a column is a list, perhaps with a few wrong cells."""
    bad = int((codes == BAD).sum())
    return bad == 0 or int(np.isin(codes, (NO, YES)).sum()) > bad


def _stray(table: Table, column: str, mend: str) -> Problem:
    reason = f"this column is neither list, count nor stratum, and none is ignored: {mend}"
    return Problem(reason, table.header_line, column, None, table.where)


def _counts(table: Table, count: str, problems: list[Problem]) -> npt.NDArray[np.int64]:
    if count not in table.columns:
        return np.ones(len(table), dtype=np.int64)
    texts = table.column(count)
    numbers = {text: _whole(text) for text in set(texts)}
    values = _codes_of(texts, numbers, np.int64)
    for row in np.flatnonzero(values < 0).tolist():
        problems.append(table.problem(row, _count_reason(texts[row]), count, texts[row]))
    return np.maximum(values, 0)


def _whole(text: str) -> int:
    """The number of people that a text states, -1 if it states none."""
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MOST_PEOPLE)):
        return -1
    return int(digits) if int(digits) <= MOST_PEOPLE else -1


def _count_reason(text: str) -> str:
    rule = "a count is a whole number of people"
    if not text:
        return f"{rule}, and this cell is blank: write it, 0 for nobody"
    if _SEPARATED.fullmatch(text):
        return f"{rule} without separators: write {''.join(re.findall('[0-9]', text))}"
    if text.isascii() and text.isdigit():
        return f"{rule}, at most {MOST_PEOPLE:,}: correct it"
    return f"{rule}, 0 or more and as in 1131: correct it"


def _strata(table: Table, by: Sequence[str]) -> tuple[list[Labels], npt.NDArray[np.int64]]:
    """Labels of the strata in order, and the stratum of each row."""
    rows_of = np.zeros(len(table), dtype=np.int64)
    labels: list[Labels] = [()]
    for column in by:
        texts = table.column(column)
        values = sorted(set(texts))
        ranks = _codes_of(texts, {value: i for i, value in enumerate(values)}, np.int64)
        distinct, rows_of = np.unique(rows_of * len(values) + ranks, return_inverse=True)
        pairs = [divmod(key, len(values)) for key in distinct.tolist()]
        labels = [(*labels[before], (column, values[own])) for before, own in pairs]
    return labels, rows_of
