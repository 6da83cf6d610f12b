"""Read capture histories with one row per person and list; identifiers are counted, never kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from casualty_est.errors import Problem, UsageError
from casualty_est.lists.table.covariates import BLANK, must_differ, read_covariates
from casualty_est.lists.table.marks import is_total
from casualty_est.lists.table.read import (
    Columns,
    codes_of,
    columns_of,
    must_be_few,
    must_exist,
    notes_on,
    strata_of,
    sums_of,
)
from casualty_est.lists.table.strata import YES, Inactive, Parsed, build, raise_all
from casualty_est.lists.table.strays import numbers_rows, stray
from casualty_est.tables.read import Table
from casualty_est.wording.language import Kept, Noted, stored

Ints = npt.NDArray[np.int64]


def read_long(
    table: Table,
    problems: list[Problem],
    *,
    person: str,
    list_column: str,
    by: Columns,
    inactive: Inactive | None,
    covariates: Columns = (),
) -> Parsed:
    """Read a table with one row per person and list."""
    by, covariates = columns_of(by), columns_of(covariates)
    if person == list_column or person in by or list_column in by:
        msg = (
            f"person ({person!r}), list_column ({list_column!r}) and by are different columns: "
            f"name each column once"
        )
        raise UsageError(msg)
    # The first row of a file without a header is a person: its texts are not shown either.
    must_exist(table, [person], "person", show=False)
    must_exist(table, [list_column], "list_column", show=False)
    must_exist(table, by, "by", show=False)
    must_exist(table, covariates, "covariates", show=False)
    for other, what in (((person,), "the person"), ((list_column,), "the list"), (by, "a stratum")):
        must_differ(covariates, other, what)
    known = {person, list_column, *by, *covariates}
    for column in table.columns:
        if column not in known:
            problems.append(stray(table, column, "name it in by= or covariates=, or remove it"))
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
    must_be_few(names, what, problems, table.name)
    problems += _long_problems(table, person, list_column)
    if len(people) and len(names) > int(people.max()) + 1 and not problems:
        # A few swapped people would pass as lists, and a list's name is printed.
        msg = f"there are more lists than people: is {person!r} swapped with {list_column!r}?"
        raise UsageError(msg)
    keys, rows_of = strata_of(table, by)
    first = np.zeros(int(people.max()) + 1 if len(people) else 0, dtype=np.int64)
    first[people[::-1]] = np.arange(len(people))[::-1]
    for row in np.flatnonzero(rows_of != rows_of[first[people]]).tolist():
        reason = (
            f"the person of {table.where} {table.lines[first[people[row]]]} stands in another "
            f"stratum here: a person belongs to one, correct {', '.join(by)}"
        )
        problems.append(table.problem(row, reason))
    problems += sums_of(table, by)
    notes = notes_on(table, by)
    once = np.ones(len(first), dtype=np.int64)
    merged, told = _one_per_person(table, people, first, covariates)
    read, values, said = read_covariates(merged, covariates, once, problems)
    raise_all(problems, table.name)
    matrix = np.zeros((len(first), len(names)), dtype=np.int8)
    matrix[people, codes_of(texts, {name: j for j, name in enumerate(names)}, np.int64)] = YES
    repeated = len(people) - int(matrix.sum())
    parsed = build(
        names, keys, rows_of[first], matrix, once, inactive, table,
        covariates=read, values=values if covariates else None,
    )  # fmt: skip
    if repeated:
        notes.append(("repeated", _repeated(repeated)))
    return replace(parsed, warnings=(*parsed.warnings, *notes, *told, *said))


def _repeated(rows: int) -> Kept:
    if rows == 1:
        return stored("note", "1 row names a person who is on the list already: counted once")
    return stored(
        "note",
        "{number} rows name a person who is on the list already: counted once",
        number=f"{rows:,}",
    )


def _one_per_person(
    table: Table, people: Ints, first: Ints, covariates: Sequence[str]
) -> tuple[Table, list[Noted]]:
    """Covariates with a row for each person: what the person's rows say, blank if they differ."""
    columns, notes = [], []
    for name in covariates:
        texts = table.column(name)
        distinct = tuple(dict.fromkeys(text for text in texts if text.casefold() not in BLANK))
        codes = {text: i for i, text in enumerate(distinct)}
        said = np.array([codes.get(text, -1) for text in texts], dtype=np.int64)
        lowest, highest = np.full(len(first), len(distinct)), np.full(len(first), -1)
        np.minimum.at(lowest, people[said >= 0], said[said >= 0])
        np.maximum.at(highest, people[said >= 0], said[said >= 0])
        pairs = zip(lowest.tolist(), highest.tolist(), strict=True)
        columns.append(tuple(distinct[low] if low == high else "" for low, high in pairs))
        if differ := int((lowest < highest).sum()):
            notes.append(("covariate", _differ(name, differ)))
    lines = tuple(table.lines[row] for row in first.tolist())
    return replace(table, columns=tuple(covariates), cells=tuple(columns), lines=lines), notes


def _differ(name: str, people: int) -> Kept:
    """How many people have another value in one row than in the next."""
    if people == 1:
        return stored(
            "note",
            "the rows of 1 person say different things in {name}: taken as not known",
            name=repr(name),
        )
    return stored(
        "note",
        "the rows of {number} people say different things in {name}: taken as not known",
        number=f"{people:,}",
        name=repr(name),
    )


def _long_problems(table: Table, person: str, list_column: str) -> list[Problem]:
    """A list that is the sum of others, and identifiers that begin anew in each list."""
    texts = table.column(list_column)
    reason = "a list of this name adds up the others: remove its rows"
    problems = [
        table.problem(row, reason, list_column, text)
        for row, text in enumerate(texts)
        if is_total([text])
    ]
    numbers: dict[str, list[str]] = {}
    for text, number in zip(texts, table.column(person), strict=True):
        numbers.setdefault(text, []).append(number)
    if len(numbers) > 1 and all(map(numbers_rows, numbers.values())):
        reason = (
            "the identifiers number the rows of each list anew, and so everybody would be on the "
            "largest list: give a person one identifier on all lists (casualty-est link matches "
            "names)"
        )
        problems.append(Problem(reason, table.header_line, person, None, table.where))
    return problems


def _numbered(texts: Sequence[str]) -> Ints:
    """Number distinct texts in the order in which they come."""
    seen = {text: i for i, text in enumerate(dict.fromkeys(texts))}
    return codes_of(texts, seen, np.int64)
