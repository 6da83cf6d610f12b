"""The columns that records are compared by, made from the fields; None is missing."""

from __future__ import annotations

from datetime import date
from typing import Any

from casualty_est.linkage.fields import Day
from casualty_est.linkage.names.key import key
from casualty_est.linkage.names.parts import PARTS
from casualty_est.linkage.reading import Content


def columns_of(content: Content) -> dict[str, list[Any]]:
    """One list of values per column, the record's number first."""
    values = content.values
    columns: dict[str, list[Any]] = {"record": list(range(len(content.list_of)))}
    columns["list"] = [content.lists[k] for k in content.list_of]
    for part in PARTS:
        columns[part] = [text or None for text in values[part]]
        keys = {text: key(text) or None for text in set(values[part])}
        columns[f"{part}_key"] = [keys[text] for text in values[part]]
    columns["age"] = list(values["age"])
    days = values["date"]
    columns["day_number"] = [day and _number(day.year, day.month, day.day) for day in days]
    columns["swapped_day"] = [day and _swapped(day) for day in days]
    columns["month_number"] = [
        day.year * 12 + day.month if day and day.month else None for day in days
    ]
    # A slip in one part of a date leaves the two others: the year wrong, or the month.
    columns["month_day"] = [
        day.month * 100 + day.day if day and day.month and day.day else None for day in days
    ]
    columns["year_day"] = [day.year * 100 + day.day if day and day.day else None for day in days]
    columns["year"] = [day and day.year for day in days]
    for field in ("place", "sex", "number"):
        columns[field] = [text or None for text in values[field]]
    return columns


def _number(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return None


def _swapped(day: Day) -> int | None:
    """The day with its day and month exchanged, as people of two habits write one date."""
    return _number(day.year, day.day, day.month)
