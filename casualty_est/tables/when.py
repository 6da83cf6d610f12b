"""Columns that say when: years, months and days in columns of their own, and periods."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import replace
from importlib.resources import files

from casualty_est.errors import Problem
from casualty_est.tables.periods import periods_as_windows, span_of
from casualty_est.tables.plain import plain
from casualty_est.tables.table import Table

_LISTS = tomllib.loads((files("casualty_est.tables") / "names.toml").read_text(encoding="utf-8"))
_SURE, _MAYBE, _YEAR, _MONTH, _DAY = (
    frozenset(_LISTS["periods"][key].split()) for key in ("sure", "maybe", "year", "month", "day")
)


_PLAIN_YEAR = re.compile("[0-9]{4}")
TIMES = _SURE | _MAYBE | _YEAR | _MONTH | _DAY


def windows_of(
    table: Table, known: Collection[str], columns: Collection[str], problems: list[Problem]
) -> tuple[Table, list[str]]:
    """Return a table with a window or a day out of columns that say when, and what was taken.

    known: columns of the table that have a meaning already, by their own names.
    """
    free = [name for name in table.columns if name not in known]
    targets = ("start", "end") if {"start", "end"} <= set(columns) else ("date",)
    if not set(targets) <= set(columns) or not set(targets).isdisjoint(table.columns):
        return table, []
    year = _first(free, _YEAR)
    spans = year and any(text and not _PLAIN_YEAR.fullmatch(text) for text in table.column(year))
    if year and not (spans and targets == ("start", "end") and not _first(free, _MONTH)):
        return _parts(table, free, year, targets)
    if targets == ("date",):
        return table, []
    own = (
        year
        or _first(free, _SURE)
        or next(
            (name for name in free if plain(name) in _MAYBE and _has_span(table.column(name))), None
        )
    )
    if own is None:
        return table, []
    table, said = periods_as_windows(table, own, problems)
    return table, [said]


def is_part_of_date(names: Collection[str], day: str) -> bool:
    """Whether a column of days has the year and the month beside it, in columns of their own."""
    return bool(plain(day) in _DAY and _first(names, _YEAR) and _first(names, _MONTH))


def _first(names: Collection[str], words: Collection[str]) -> str | None:
    return next((name for name in names if plain(name) in words), None)


def _has_span(texts: Collection[str]) -> bool:
    """Whether a column holds a period, so that its name is one."""
    for text in dict.fromkeys(filter(None, texts)):
        try:
            span_of(text)
        except ValueError:
            continue
        return True
    return False


def _parts(
    table: Table, free: Collection[str], year: str, targets: tuple[str, ...]
) -> tuple[Table, list[str]]:
    """Put year, month and day together, as far as a table has them."""
    month = _first(free, _MONTH)
    day = _first(free, _DAY) if month else None
    if targets == ("date",) and not month:
        return table, []
    used = [name for name in (year, month, day) if name]
    texts = tuple(map(_date_text, *(table.column(name) for name in used)))
    kept = [i for i, name in enumerate(table.columns) if name not in used]
    said = ", ".join(used)
    columns = (*(table.columns[i] for i in kept), *targets)
    cells = (*(table.cells[i] for i in kept), *(texts for _ in targets))
    named = (*table.named, *((target, said) for target in targets))
    shown = ", ".join(map(repr, used))
    table = replace(table, columns=columns, cells=cells, named=named)
    return table, [f"{shown} as {' and '.join(targets)}"]


def _date_text(year: str, month: str = "", day: str = "") -> str:
    """Write a date of which day and month may be missing; some write 0 for that."""
    month, day = ("" if re.fullmatch("0*", part) else part for part in (month, day))
    if not year or not month:
        return year
    if not month.isdigit():
        return f"{day} {month} {year}".strip()
    if not day:
        return f"{year}-{month.zfill(2)}"
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}"
