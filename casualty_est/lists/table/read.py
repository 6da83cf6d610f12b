"""Read capture histories with one 0/1 column per list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import Problem, UsageError
from casualty_est.lists.table import marks
from casualty_est.lists.table.columns import Chosen, ask_alone, choose
from casualty_est.lists.table.covariates import must_differ, read_covariates
from casualty_est.lists.table.digits import expanded
from casualty_est.lists.table.marks import (
    CAPTURES,
    WITHHELD,
    are_times,
    is_total,
    is_withheld,
)
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
from casualty_est.lists.table.strays import NO_LISTS
from casualty_est.tables.checks import nearest, similar_names
from casualty_est.tables.marks import NOTHING, western
from casualty_est.tables.read import Table
from casualty_est.wording.language import N_, Noted, stored

MOST_PEOPLE = 10**12  # in one row: sums stay far inside 64 bits
UNKNOWN = NOTHING | {"?", "unknown"}  # written for the people on no list
SHORT = 2  # letters of a cell that may be shown although nobody said what its column is
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
    covariates: Columns = (),
) -> Parsed:
    """Read a table with one 0/1 column per list."""
    by, lists = columns_of(by), None if lists is None else columns_of(lists)
    covariates = columns_of(covariates)
    must_exist(table, by, "by")
    must_exist(table, covariates, "covariates")
    must_differ(covariates, by, "a stratum")
    must_differ(covariates, [count], "the number of people")
    if lists is not None:
        lists = _spelled_out(table, lists)
        must_exist(table, lists, "lists")
        must_differ(covariates, lists, "a list")
    if count != "count":
        must_exist(table, [count], "count")
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
    if lists is None and _are_captures(table, by):
        problems.append(Problem(CAPTURES, table.header_line, None, None, table.where))
        raise_all(problems, table.name)
    table, said = expanded(table, (*by, *covariates, count)) if lists is None else (table, ())
    chosen = choose(table, lists, count, by, problems, covariates)
    named = f" (found: {', '.join(chosen.lists)})" if 0 < len(chosen.lists) <= MOST else ""
    what = f"a list is a column of 0 and 1{named}{f': {NO_LISTS}' if not named else ''}"
    must_be_few(chosen.lists, what, problems, table.name)
    matrix, notes = _matrix(table, chosen, lists is not None, problems)
    people = _counts(table, chosen, matrix, problems)
    kept = _on_some_list(table, chosen, matrix, people, problems, notes)
    people = people * kept
    if lists is None and not problems:
        single = chosen.count is None
        problems += ask_alone(table, chosen.lists, matrix, people, single=single)
    problems += sums_of(table, by)
    traits: dict[str, Any] = {}
    if covariates:
        read, values, told = read_covariates(table, covariates, people, problems)
        traits, notes = {"covariates": read, "values": values}, [*notes, *told]
    raise_all(problems, table.name)
    keys, rows_of = strata_of(table, by)
    notes += notes_on(table, by)
    parsed = build(
        chosen.lists, keys, rows_of, matrix, people, inactive, table, drop_empty=True, **traits
    )
    return replace(parsed, warnings=(*table.notes, *said, *chosen.notes, *notes, *parsed.warnings))


def _spelled_out(table: Table, lists: Sequence[str]) -> tuple[str, ...]:
    """Names of lists, with all columns for a name such as ``in_*``."""
    names: list[str] = []
    for name in lists:
        wild = "*" in name and name not in table.columns
        hits = [c for c in table.columns if fnmatchcase(c, name)] if wild else []
        names += [c for c in hits if c not in names] or [name]
    return tuple(names)


def _are_captures(table: Table, by: Sequence[str]) -> bool:
    """Whether a table counts people by how often they were recorded, and not by list."""
    free = [column for column in table.columns if column not in by]
    cells = [set(table.column(column)) for column in free]
    if not free or not all(_whole(text) >= 0 for texts in cells for text in texts):
        return False
    if len(free) > 1 and are_times(free):
        # Lists may have such names too; but then no cell passes one.
        return not set().union(*cells) <= marks.DIGITS
    # Beside a list the same numbers are those of the rows.
    return (
        len(free) <= 2
        and are_times(table.column(free[0]))
        and not any(texts <= marks.DIGITS for texts in cells)
    )


def _matrix(
    table: Table, chosen: Chosen, named: bool, problems: list[Problem]
) -> tuple[Codes, list[Noted]]:
    """Codes (row, list), with what was read into blank cells."""
    matrix = np.column_stack([chosen.codes[name] for name in chosen.lists])
    notes: list[Noted] = []
    for row in _totals(table, chosen.lists, matrix):
        reason = "this row adds up the others: remove it"
        problems.append(table.problem(row, reason, chosen.lists[0]))
        matrix[row] = YES  # said once
    if not (matrix == NO).any() and (matrix == OUT).any():
        # One mark and blanks: nobody writes that a list did not hold a person.
        if named:
            matrix[matrix == BAD] = YES
        matrix[matrix == OUT] = NO
        text = stored(
            "note", "no cell of a list says 0 or no: a blank cell is read as not on the list"
        )
        notes.append(("default", text))
    for j, name in enumerate(chosen.lists):
        texts = table.column(name)
        bad = np.flatnonzero(matrix[:, j] == BAD).tolist()
        reason = _bad_reason([texts[row] for row in bad])
        for row in bad:
            # A column that nobody called a list may hold what identifies people.
            shown = named or len(texts[row]) <= SHORT
            problems.append(table.problem(row, reason, name, texts[row] if shown else None))
    return matrix, notes


def _bad_reason(texts: Sequence[str]) -> str:
    """What to do about the cells of a list that are neither 0 nor 1."""
    rule = "a list is 0 or 1, or blank where it was not at work"
    if len(set(texts)) == len(texts) > 2:
        return f"{rule}: if these are identifiers, write 1 in place of each"
    if all(text.isascii() and text.isdigit() for text in texts):
        return f"{rule}: write 1 also for who is on it twice"
    return f"{rule}: correct it"


def _totals(table: Table, lists: Sequence[str], matrix: Codes) -> list[int]:
    """Rows of a total, by their first words or by their numbers."""
    rows = np.flatnonzero((matrix == BAD).any(axis=1)).tolist()
    sums = [str(size) for size in (matrix == YES).sum(axis=0).tolist()]
    cells = ((row, [table.column(name)[row] for name in lists]) for row in rows)
    return [row for row, texts in cells if is_total(texts) or texts == sums]


def _on_some_list(
    table: Table,
    chosen: Chosen,
    matrix: Codes,
    people: npt.NDArray[np.int64],
    problems: list[Problem],
    notes: list[Noted],
) -> npt.NDArray[np.bool_]:
    """Rows of people on some list; what becomes of the others."""
    nobody = np.isin(matrix, (NO, OUT)).all(axis=1)
    stray = nobody & (people > 0)
    if not stray.any():
        return ~nobody
    if chosen.count is None or chosen.by_name:
        # One row per person: whoever is on none of these lists was on another, or lost in linkage.
        text = stored(
            "note",
            "{number} people in the table are on none of these lists: left out, because the "
            "number of such people is what is estimated",
            number=f"{int(people[stray].sum()):,}",
        )
        notes.append(("nobody", text))
        return ~nobody
    for row in np.flatnonzero(stray).tolist():
        reason = (
            "a person on no list cannot be in the table, for that number is what is estimated: "
            "remove the row"
        )
        problems.append(table.problem(row, reason))
    return ~nobody


# What must hold before anything is counted ---------------------------------------------------


def must_exist(table: Table, columns: Sequence[str], what: str, *, show: bool = True) -> None:
    """Refuse a column that the table does not have, or that is named twice."""
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


def must_be_few(
    names: Sequence[str], what: str, problems: list[Problem], table_name: str | None
) -> None:
    """Refuse too few and too many lists."""
    if FEWEST <= len(names) <= MOST:
        return
    msg = f"capture histories need {FEWEST} to {MOST} lists, not {len(names)}; {what}"
    if problems:  # which may well be why there are so few
        raise_all([*problems, Problem(msg)], table_name)
    raise UsageError(msg)


# From texts to numbers -----------------------------------------------------------------------


def codes_of[T: np.generic](
    texts: Sequence[str], meaning: Mapping[str, int], dtype: type[T]
) -> npt.NDArray[T]:
    """The number of each text."""
    return np.fromiter(map(meaning.__getitem__, texts), dtype, len(texts))


def _counts(
    table: Table, chosen: Chosen, matrix: Codes, problems: list[Problem]
) -> npt.NDArray[np.int64]:
    """People of each row; the number of those on no list may be unknown."""
    if chosen.count is None:
        return np.ones(len(table), dtype=np.int64)
    texts = table.column(chosen.count)
    numbers = {text: _whole(text) for text in set(texts)}
    values = np.fromiter(map(numbers.__getitem__, texts), np.int64, len(texts))
    nobody = np.isin(matrix, (NO, OUT)).all(axis=1)
    for row in np.flatnonzero(values < 0).tolist():
        if nobody[row] and texts[row].casefold() in UNKNOWN:
            continue
        problems.append(table.problem(row, _count_reason(texts[row]), chosen.count, texts[row]))
    return np.maximum(values, 0)


def _whole(text: str) -> int:
    """The number of people that a text states, -1 if it states none."""
    digits = western(text).removesuffix(".0").removesuffix(",0")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MOST_PEOPLE)):
        return -1
    return int(digits) if int(digits) <= MOST_PEOPLE else -1


def _count_reason(text: str) -> str:
    rule = "a count is a whole number of people"
    if not text:
        return f"{rule}, and this cell is blank: write it, 0 for nobody"
    if is_withheld(text):
        return WITHHELD
    if re.fullmatch("[0-9]+[.,][0-9]+", text) and not _SEPARATED.fullmatch(text):
        if re.fullmatch("[0-9]{1,3}[.][0-9]{3}", text):
            return f"{rule} without separators: write {text.replace('.', '')} if it means that"
        return f"{rule}: sampling weights have no use here, and shares are not counts: correct it"
    if _SEPARATED.fullmatch(text):
        return f"{rule} without separators: write {''.join(re.findall('[0-9]', text))}"
    if text.isascii() and text.isdigit():
        return f"{rule}, at most {MOST_PEOPLE:,}: correct it"
    return f"{rule}, 0 or more and as in 1131: correct it"


def sums_of(table: Table, by: Sequence[str]) -> list[Problem]:
    """Rows of a stratum that is the sum of others."""
    reason = "a stratum of this name adds up the others, which would count twice: remove its rows"
    return [
        table.problem(row, reason, column, text)
        for column in by
        if len(set(table.column(column))) > 1
        for row, text in enumerate(table.column(column))
        if is_total([text])
    ]


STRATA_ALIKE = N_(
    "note", "{names} are taken as different strata ({column}): use one spelling if they are one"
)


def notes_on(table: Table, by: Sequence[str]) -> list[Noted]:
    """What of the strata nobody would expect: blanks, and two spellings of one."""
    notes: list[Noted] = []
    for column in by:
        texts = table.column(column)
        notes += similar_names(texts, STRATA_ALIKE, column=column)
        blank = sum(text.casefold() in NOTHING for text in texts)
        if 0 < blank < len(texts):
            places = {"number": f"{blank:,}", "column": repr(column)}
            text = stored(
                "note",
                "{number} rows say nothing in {column}: such rows are a stratum of their own",
                **places,
            )
            if blank == 1:
                text = stored(
                    "note",
                    "1 row says nothing in {column}: such rows are a stratum of their own",
                    **places,
                )
            notes.append(("default", text))
    return notes


def strata_of(table: Table, by: Sequence[str]) -> tuple[list[Labels], npt.NDArray[np.int64]]:
    """Labels of the strata in order, and the stratum of each row."""
    rows_of = np.zeros(len(table), dtype=np.int64)
    labels: list[Labels] = [()]
    for column in by:
        texts = table.column(column)
        values = sorted(set(texts))
        ranks = codes_of(texts, {value: i for i, value in enumerate(values)}, np.int64)
        distinct, rows_of = np.unique(rows_of * len(values) + ranks, return_inverse=True)
        pairs = [divmod(key, len(values)) for key in distinct.tolist()]
        labels = [(*labels[before], (column, values[own])) for before, own in pairs]
    return labels, rows_of
