"""A table in which each row is a person, counted into incidents."""

from __future__ import annotations

from dataclasses import replace

from casualty_est.errors import InputError, Problem
from casualty_est.incidents.table.incident import COLUMNS
from casualty_est.tables.names import person_columns
from casualty_est.tables.table import Table
from casualty_est.wording.language import Kept, stored

_KEY = ("incident", "source")
_MEANING = {"incident": "the incident in which each of them died", "source": "who made the list"}
_AT_LEAST = 2  # columns that describe a person
_SHOWN = 4


def of_persons(table: Table, problems: list[Problem]) -> Table:
    """Count the persons that each source names in each incident; other tables stay as they are."""
    described = person_columns(table, COLUMNS)
    if len(described) < _AT_LEAST or {"quantity", "count"} & set(table.columns):
        return table
    missing = [name for name in _KEY if name not in table.columns]
    if missing:
        told = " and ".join(f"a column {name!r} with {_MEANING[name]}" for name in missing)
        reason = (
            f"each row seems to be a person ({_listed(described)}): add {told}, and the persons "
            "are counted into incidents"
        )
        raise InputError([*problems, Problem(reason, table.header_line)], table.name)
    first: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    others = [name for name in table.columns if name not in (*described, *_KEY)]
    columns = {name: table.column(name) for name in (*_KEY, *others)}
    for row in range(len(table)):
        key = tuple(columns[name][row] for name in _KEY)
        known = first.setdefault(key, row)
        counts[key] = counts.get(key, 0) + 1
        for name in others:
            if columns[name][row] != columns[name][known]:
                reason = (
                    f"the persons of one incident differ in this column, and {table.where} "
                    f"{table.lines[known]} says {columns[name][known]!r}: give them one value, or "
                    "remove the column"
                )
                problems.append(table.problem(row, reason, name, columns[name][row]))
    kept = list(first.values())
    cells = [tuple(columns[name][row] for row in kept) for name in columns]
    notes = [*table.notes, ("persons", _said(table, described, len(kept)))]
    if again := _equal_rows(table):
        notes.append(("same_person", again))
    return replace(
        table,
        columns=(*columns, "quantity"),
        cells=(*cells, tuple(str(counts[key]) for key in first)),
        lines=tuple(table.lines[row] for row in kept),
        notes=tuple(notes),
    )


def _said(table: Table, described: list[str], rows: int) -> Kept:
    return stored(
        "note",
        "each row is a person: {people} people are counted into {number} numbers, one for each "
        "incident and source; {columns} are not kept",
        people=f"{len(table):,}",
        number=f"{rows:,}",
        columns=_listed(described),
    )


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names[:_SHOWN]))


def _equal_rows(table: Table) -> Kept | None:
    """Say how many persons are in the table twice, with every cell the same."""
    rows = list(zip(*table.cells, strict=True))
    again = len(rows) - len(set(rows))
    if not again:
        return None
    if again == 1:
        return stored(
            "note",
            "1 row is the same as another one in every cell, and counted as a person each: remove "
            "whom the table names twice",
        )
    return stored(
        "note",
        "{number} rows are the same as another one in every cell, and counted as a person each: "
        "remove whom the table names twice",
        number=f"{again:,}",
    )
