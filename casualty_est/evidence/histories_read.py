"""Read capture histories: one 0/1 column per list, or one row per person and list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.evidence.checks import nearest, similar_names
from casualty_est.evidence.history_table import HistoryTable
from casualty_est.evidence.tables import Table

FEWEST, MOST = 2, 20
MOST_SHOWN = 200  # bad rows listed one by one; the rest is counted
ON = frozenset({"1", "1.0", "true"})
OFF = frozenset({"0", "0.0", "false"})
OUT, NO, YES, BAD = -1, 0, 1, 2  # not at work, not on the list, on it, unreadable

Labels = tuple[tuple[str, str], ...]
Codes = npt.NDArray[np.int8]
Inactive = Mapping[str, Sequence[Mapping[str, str]]]
Warning_ = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """The capture histories of one stratum.

    Parameters
    ----------
    labels : tuple of (column, value)
        What distinguishes it; empty where the table is not divided.
    table : HistoryTable
        Histories over the lists that were at work there.
    inactive : tuple of str
        Lists that were not.
    """

    labels: Labels
    table: HistoryTable
    inactive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a table of capture histories says, before it becomes an object.

    Parameters
    ----------
    lists : tuple of str
        Names of the lists.
    strata : tuple of Stratum
        Sorted by their labels.
    warnings : tuple of (code, text)
        What a reader should know.
    """

    lists: tuple[str, ...]
    strata: tuple[Stratum, ...]
    warnings: tuple[Warning_, ...]


def read_wide(
    table: Table,
    problems: list[Problem],
    *,
    lists: Sequence[str] | None,
    count: str,
    by: Sequence[str],
    inactive: Inactive | None,
) -> Parsed:
    """Read a table with one 0/1 column per list.

    Parameters
    ----------
    table : Table
        The table, every cell text.
    problems : list of Problem
        What was wrong already; everything found is reported together.
    lists : sequence of str or None
        Columns that are lists; None takes every 0/1 column that is neither count nor `by`.
    count : str
        Column with the number of people of a row.
    by : sequence of str
        Columns that divide the table into strata.
    inactive : mapping or None
        Strata in which a list was not at work.

    Returns
    -------
    Parsed

    Raises
    ------
    UsageError
        If a named column does not exist.
    InputError
        If the table breaks a rule; every problem is listed.
    """
    _must_exist(table, by, "by")
    if lists is not None:
        _must_exist(table, lists, "lists")
    if count != "count":
        _must_exist(table, [count], "count")
    if not len(table) and not problems:
        problems.append(Problem("the table has no rows: add one row or more"))
    codes = {name: _codes(table.column(name)) for name in table.columns}
    names = _list_columns(table, codes, lists, count, by, problems)
    _must_be_few(names)
    matrix = np.column_stack([codes[name] for name in names])
    for j, name in enumerate(names):
        texts = table.column(name)
        for row in np.flatnonzero(matrix[:, j] == BAD):
            reason = "a list is 0 or 1, or blank where it was not at work: correct it"
            problems.append(table.problem(int(row), reason, name, texts[row]))
    people = _counts(table, count, problems)
    empty = np.flatnonzero(((matrix == NO) | (matrix == OUT)).all(axis=1) & (people > 0))
    for row in empty:
        reason = (
            "a person on no list cannot be in the table, for that number is what is estimated: "
            "remove the row"
        )
        problems.append(table.problem(int(row), reason))
    _raise(problems, table.name)
    keys, rows_of = _strata(table, by)
    return _build(names, keys, rows_of, matrix, people, inactive, table)


def read_long(
    table: Table,
    problems: list[Problem],
    *,
    person: str,
    list_column: str,
    by: Sequence[str],
    inactive: Inactive | None,
) -> Parsed:
    """Read a table with one row per person and list; identifiers are counted, never kept.

    Parameters
    ----------
    table : Table
        The table, every cell text.
    problems : list of Problem
        What was wrong already.
    person, list_column : str
        Columns with the person's identifier and the list's name.
    by : sequence of str
        Columns that divide the table into strata.
    inactive : mapping or None
        Strata in which a list was not at work.

    Returns
    -------
    Parsed

    Raises
    ------
    UsageError
        If a column does not exist.
    InputError
        If the table breaks a rule; every problem is listed.
    """
    _must_exist(table, [person], "person")
    _must_exist(table, [list_column], "list")
    _must_exist(table, by, "by")
    known = {person, list_column, *by}
    for column in table.columns:
        if column not in known:
            problems.append(_stray(table, column, "name it in by=, or remove it"))
    texts = table.column(list_column)
    for column in (person, list_column):
        for row, text in enumerate(table.column(column)):
            if not text:
                problems.append(table.problem(row, "the cell is blank: fill it or drop the row"))
    people = _numbered(table.column(person))
    # Identifiers end here: from now on a person is a number.
    names = tuple(sorted(set(texts) - {""}))
    _must_be_few(names)
    keys, rows_of = _strata(table, by)
    first = np.zeros(int(people.max()) + 1 if len(people) else 0, dtype=np.int64)
    first[people[::-1]] = np.arange(len(people))[::-1]
    for row in np.flatnonzero(rows_of != rows_of[first[people]]).tolist():
        reason = (
            f"the person of {table.where} {table.lines[first[people[row]]]} stands in another "
            f"stratum here: a person belongs to one, correct {', '.join(by)}"
        )
        problems.append(table.problem(row, reason))
    _raise(problems, table.name)
    index = {name: j for j, name in enumerate(names)}
    matrix = np.zeros((len(first), len(names)), dtype=np.int8)
    columns = np.array([index[text] for text in texts])
    matrix[people, columns] = YES
    repeated = len(people) - int(matrix.sum())
    found = _build(
        names, keys, rows_of[first], matrix, np.ones(len(first), dtype=np.int64), inactive, table
    )
    if not repeated:
        return found
    text = f"{repeated:,} rows name a person whom the list already holds: counted once"
    return Parsed(found.lists, found.strata, (*found.warnings, ("repeated", text)))


def _must_exist(table: Table, columns: Sequence[str], what: str) -> None:
    for column in columns:
        if column not in table.columns:
            near = nearest(column, table.columns)
            msg = f"{what}: the table has no column {column!r}{near}; it has {_named(table)}"
            raise UsageError(msg)
    if len(set(columns)) < len(columns):
        msg = f"{what} names a column twice: name each once"
        raise UsageError(msg)


def _named(table: Table) -> str:
    return ", ".join(table.columns)


def _must_be_few(names: Sequence[str]) -> None:
    if not FEWEST <= len(names) <= MOST:
        named = f": {', '.join(names)}" if names else ""
        msg = (
            f"capture histories need {FEWEST} to {MOST} lists, not {len(names)}{named}; a list is "
            f"a column of 0 and 1"
        )
        raise UsageError(msg)


def _numbered(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Number distinct texts in the order in which they come."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(text, len(seen)) for text in texts], dtype=np.int64)


def _codes(texts: Sequence[str]) -> Codes:
    meaning: dict[str, int] = {}
    for text in set(texts):
        folded = text.casefold()
        meaning[text] = YES if folded in ON else NO if folded in OFF else OUT if not text else BAD
    return np.array([meaning[text] for text in texts], dtype=np.int8)


def _list_columns(
    table: Table,
    codes: Mapping[str, Codes],
    lists: Sequence[str] | None,
    count: str,
    by: Sequence[str],
    problems: list[Problem],
) -> tuple[str, ...]:
    free = [column for column in table.columns if column not in (*by, count)]
    if lists is not None:
        names = tuple(lists)
        clash = [name for name in names if name in by or name == count]
        if clash:
            msg = f"{clash[0]!r} cannot be a list and a count or a stratum at once"
            raise UsageError(msg)
        for column in free:
            if column not in names:
                problems.append(_stray(table, column, "name it in lists or by, or remove it"))
        return names
    names = tuple(c for c in free if len(table) and not (codes[c] == BAD).all())
    for column in free:
        if column not in names:
            mend = "it is no list of 0 and 1: name it in by (--by), or remove it"
            problems.append(_stray(table, column, mend))
    return names


def _stray(table: Table, column: str, mend: str) -> Problem:
    reason = f"this column is neither list, count nor stratum, and none is ignored: {mend}"
    return Problem(reason, table.header_line, column, None, table.where)


def _counts(table: Table, count: str, problems: list[Problem]) -> npt.NDArray[np.int64]:
    if count not in table.columns:
        return np.ones(len(table), dtype=np.int64)
    texts = table.column(count)
    numbers: dict[str, int] = {}
    for text in set(texts):
        whole = text.removesuffix(".0")
        numbers[text] = int(whole) if whole.isascii() and whole.isdigit() else -1
    values = np.array([min(numbers[text], 2**62) for text in texts], dtype=np.int64)
    reason = "a count is a whole number of people, written without separators, as in 1131"
    for row in np.flatnonzero((values < 0) | (values > 10**12)):
        problems.append(table.problem(int(row), reason, count, texts[row]))
    return np.maximum(values, 0)


def _strata(table: Table, by: Sequence[str]) -> tuple[list[Labels], npt.NDArray[np.int64]]:
    """Labels of the strata in order, and the stratum of each row."""
    if not by:
        return [()], np.zeros(len(table), dtype=np.int64)
    rows = list(zip(*(table.column(name) for name in by), strict=True))
    keys = sorted(set(rows))
    place = {key: i for i, key in enumerate(keys)}
    labels = [tuple(zip(by, key, strict=True)) for key in keys]
    return labels, np.array([place[row] for row in rows], dtype=np.int64)


def _build(
    names: tuple[str, ...],
    keys: Sequence[Labels],
    rows_of: npt.NDArray[np.int64],
    matrix: Codes,
    people: npt.NDArray[np.int64],
    inactive: Inactive | None,
    table: Table,
) -> Parsed:
    problems: list[Problem] = []
    warnings = [*similar_names(names, "lists")]
    stated = _stated(names, keys, inactive)
    on = matrix == YES
    for j in np.flatnonzero(~(on & (people > 0)[:, None]).any(axis=0)):
        reason = "the list holds nobody in the whole table: remove the column"
        problems.append(Problem(reason, table.header_line, names[j], None, table.where))
    strata = []
    for s, labels in enumerate(keys):
        here = np.flatnonzero(rows_of == s) if len(keys) > 1 else np.arange(len(matrix))
        out = matrix[here] == OUT
        where = f" in {_label_text(labels)}" if labels else ""
        for j in np.flatnonzero(out.any(axis=0) & ~out.all(axis=0)):
            reason = (
                f"a list is blank in all rows of a stratum, where it was not at work, or in none; "
                f"{names[j]!r} is blank in some rows{where}: write 0 or 1"
            )
            for row in here[out[:, j]].tolist():
                problems.append(table.problem(row, reason, names[j]))
        gone = out.all(axis=0)
        for k in stated.get(s, ()):
            held = int(people[here][on[here, k]].sum())
            if held:
                reason = (
                    f"{names[k]!r} is said not to have been at work{where}, and yet holds "
                    f"{held:,} people there: correct inactive or the table"
                )
                problems.append(Problem(reason))
            gone[k] = True
        active = np.flatnonzero(~gone)
        found = HistoryTable.of([names[j] for j in active], on[np.ix_(here, active)], people[here])
        if found.people == 0:
            warnings.append(("empty_stratum", f"nobody is listed{where}: left out"))
            continue
        if len(active) < FEWEST:
            reason = (
                f"fewer than {FEWEST} lists were at work{where}: nothing can be estimated there"
            )
            problems.append(Problem(f"{reason}; leave it out or merge it with another stratum"))
        for j, size in zip(active, found.sizes, strict=True):
            if not size and on[:, j].any():
                text = f"list {names[j]} holds nobody{where}, though it was at work"
                warnings.append(("empty_list", text))
        strata.append(Stratum(labels, found, tuple(names[j] for j in np.flatnonzero(gone))))
    if not strata and not problems:
        problems.append(Problem("the table holds nobody: every count is 0"))
    _raise(problems, table.name)
    return Parsed(names, tuple(strata), tuple(warnings))


def _stated(
    names: Sequence[str], keys: Sequence[Labels], inactive: Inactive | None
) -> dict[int, list[int]]:
    """Lists by stratum that the analyst says were not at work."""
    found: dict[int, list[int]] = {}
    for name, places in (inactive or {}).items():
        if name not in names:
            msg = f"inactive: there is no list {name!r}{nearest(name, names)}"
            raise UsageError(msg)
        for place in places:
            wanted = {(column, str(value)) for column, value in place.items()}
            hits = [s for s, labels in enumerate(keys) if wanted <= set(labels)]
            if not wanted or not hits:
                msg = f"inactive: no stratum of the table matches {dict(place)!r} (list {name})"
                raise UsageError(msg)
            for s in hits:
                found.setdefault(s, []).append(names.index(name))
    return found


def _label_text(labels: Labels) -> str:
    return ", ".join(f"{column} {value or '(blank)'}" for column, value in labels)


def _raise(problems: list[Problem], name: str | None) -> None:
    if len(problems) > MOST_SHOWN:
        rest = len(problems) - MOST_SHOWN
        problems = [*problems[:MOST_SHOWN], Problem(f"and {rest:,} more problems like these")]
    if problems:
        raise InputError(problems, name)
