"""Dates on an axis: days as numbers, and ticks whose labels do not touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from casualty_est.plots.scales import GAP
from casualty_est.plots.style import SMALL
from casualty_est.plots.words import width_of

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STEPS = (1, 2, 3, 6, 12, 24, 60, 120)  # months between two ticks
FEW_DAYS = 75  # a shorter axis is marked by days
DAY_STEPS = (1, 2, 5, 10, 14, 30)


def day_number(iso: str) -> float:
    """Turn an ISO date into a number of days."""
    return float(date.fromisoformat(iso).toordinal())


def date_ticks(
    first: float, last: float, room: float, size: float = SMALL
) -> tuple[list[float], list[str]]:
    """Choose ticks of an axis of days, at most seven, whose labels do not touch."""
    if last - first < FEW_DAYS:
        choices: Iterable[Iterator[date]] = (_days(first, last, step) for step in DAY_STEPS)
        words = _day_text
    else:
        choices = (_months(first, last, step) for step in STEPS)
        words = _month_text
    for found in choices:
        days = list(found)
        ticks = [float(day.toordinal()) for day in days]
        labels = _short([words(day) for day in days], days)
        if 0 < len(days) <= 7 and _fit(ticks, labels, first, last, room, size):
            return ticks, labels
    middle = date.fromordinal(round((first + last) / 2))
    return [float(middle.toordinal())], [_day_text(middle)]


def _days(first: float, last: float, step: int) -> Iterator[date]:
    for number in range(round(first), round(last) + 1, step):
        yield date.fromordinal(number)


def _months(first: float, last: float, step: int) -> Iterator[date]:
    start, end = date.fromordinal(round(first)), date.fromordinal(round(last))
    for year in range(start.year, end.year + 1):
        if step > 12 and year % (step // 12):
            continue
        for month in range(1, 13, min(step, 12)):
            day = date(year, month, 1)
            if start <= day <= end:
                yield day


def _day_text(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _month_text(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.year}"


def _short(labels: list[str], days: list[date]) -> list[str]:
    """Leave out of the labels what the eye fills in: the month of Januaries, the same year."""
    if all((day.month, day.day) == (1, 1) for day in days):
        return [str(day.year) for day in days]
    return labels


def _fit(
    ticks: list[float], labels: list[str], first: float, last: float, room: float, size: float
) -> bool:
    at = [room * (tick - first) / max(last - first, 1.0) for tick in ticks]
    half = [width_of(label, size) / 2 for label in labels]
    return all(at[i + 1] - at[i] >= half[i] + half[i + 1] + GAP / 2 for i in range(len(ticks) - 1))
