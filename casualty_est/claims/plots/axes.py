"""What pictures over time share: a title and a note, numbers upward, and days across."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from casualty_est.plots.page import Line, dress, heads_of, notes_of
from casualty_est.plots.scales import GAP
from casualty_est.plots.style import SMALL, Palette
from casualty_est.plots.words import width_of
from casualty_est.wording.language import fixed, pgettext

MONTHS = fixed("short month")
STEPS = (1, 2, 3, 6, 12, 24, 60, 120)  # months between two ticks
FEW_DAYS = 75  # a shorter axis is marked by days
DAY_STEPS = (1, 2, 5, 10, 14, 30)


def head_and_note(
    title: str, note: str, palette: Palette, most: tuple[int, int]
) -> tuple[list[Line], list[Line]]:
    """Lines above and below a picture, each at the most so many."""
    return heads_of(title, palette, most[0]), notes_of(note, palette, most[1])


def dress_upward(axes: Any, palette: Palette) -> None:
    """Colour axes on which numbers go upward."""
    dress(axes, palette)
    axes.grid(axis="y", color=palette.faint, linewidth=0.6, zorder=0)
    axes.tick_params(
        axis="y", colors=palette.muted, labelcolor=palette.ink, labelsize=SMALL, length=0
    )


def days_across(axes: Any, first: float, last: float, room: float, air: float = 0.0) -> None:
    """Mark the days on an axis `room` inches long, with some air, a part of it, at its end."""
    axes.set_xlim(first, last + air * (last - first))
    axes.set_xticks(*date_ticks(first, last, room / (1 + air)))


def day_number(iso: str) -> float:
    """Turn an ISO date into a number of days."""
    return float(date.fromisoformat(iso).toordinal())


def date_ticks(
    first: float, last: float, room: float, size: float = SMALL
) -> tuple[list[float], list[str]]:
    """Choose ticks of an axis of days, at most seven, whose labels do not touch."""
    if last - first < FEW_DAYS:
        start, end = round(first), round(last) + 1
        choices: Iterable[Iterator[date]] = (
            map(date.fromordinal, range(start, end, step)) for step in DAY_STEPS
        )
        words = _day_text
    else:
        choices = (_months(first, last, step) for step in STEPS)
        words = _month_text
    for days in map(list, choices):
        ticks = [float(day.toordinal()) for day in days]
        labels = [words(day) for day in days]
        if all((day.month, day.day) == (1, 1) for day in days):
            labels = [str(day.year) for day in days]
        if 0 < len(days) <= 7 and _fit(ticks, labels, first, last, room, size):
            return ticks, labels
    middle = date.fromordinal(round((first + last) / 2))
    return [float(middle.toordinal())], [_day_text(middle)]


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
    return f"{day.day} {_month_text(day)}"


def _month_text(day: date) -> str:
    return f"{pgettext('short month', MONTHS[day.month - 1])} {day.year}"


def _fit(
    ticks: list[float], labels: list[str], first: float, last: float, room: float, size: float
) -> bool:
    at = [room * (tick - first) / max(last - first, 1.0) for tick in ticks]
    half = [width_of(label, size) / 2 for label in labels]
    return all(at[i + 1] - at[i] >= half[i] + half[i + 1] + GAP / 2 for i in range(len(ticks) - 1))
