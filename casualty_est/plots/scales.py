"""Limits and ticks of axes, in numbers that people read: 300, 1,000, 3,000."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import (
    FixedFormatter,
    FixedLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
    ScalarFormatter,
)

from casualty_est.plots.style import SMALL
from casualty_est.plots.words import width_of
from casualty_est.wording.language import figure, separated

GAP = 0.14  # inches between two tick labels
UPWARD = 0.3  # inches between two ticks of an upright axis
FLOOR, CEILING = 1e-9, 1e15  # beyond these a number is no count and no ratio
_SETS = ((1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9))


class Spoken(ScalarFormatter):
    """Ticks of a linear axis, with the marks of the language in force."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Name a tick."""
        return separated(super().__call__(x, pos))


def limits_of(
    values: Iterable[float], *, before: float = 0.06, after: float = 0.06, least: float = 4.0
) -> tuple[float, float]:
    """Find limits of a log axis that hold all values with some air."""
    seen = [min(max(v, FLOOR), CEILING) for v in values if v > 0 and not math.isnan(v)] or [1, 100]
    low, high = math.log(min(seen)), math.log(max(seen))
    lack = math.log(least) - (high - low)
    if lack > 0:
        low, high = low - lack / 2, high + lack / 2
    whole = (high - low) / (1 - before - after)
    return math.exp(low - before * whole), math.exp(high + after * whole)


def tick_text(value: float) -> str:
    """Print a tick: separators, never a power of ten."""
    if value >= 1 and math.isclose(value, round(value), rel_tol=1e-9):
        return figure(value)
    digits = max(0, 2 - math.floor(math.log10(value)))
    return separated(f"{value:,.{digits}f}".rstrip("0").rstrip("."))


def log_ticks(low: float, high: float, room: float, side: float = math.inf) -> list[float]:
    """Choose ticks of a log axis whose labels do not touch.

    Nor do they go farther than `side` inches beyond the ends of the axis.
    """

    def series(marks: Iterable[float]) -> list[float]:
        return [v for v in _series(low, high, marks) if _reach(v, low, high, room) <= side]

    choices = [series(marks) for marks in _SETS]
    powers = series((1,))
    sparse = [[v for v in powers if round(math.log10(v)) % step == 0] for step in (1, 2, 3, 4, 5)]
    # 1-3-10 first; where it gives too few, a finer series; where it gives too many, fewer powers.
    for ticks in [choices[0], *(choices[1:] if len(choices[0]) < 3 else []), *sparse]:
        if len(ticks) >= 3 and _fit(ticks, low, high, room):
            return ticks
    # A short axis has room for two.
    for ticks in (*choices, *sparse):
        if len(ticks) == 2 and _fit(ticks, low, high, room):
            return ticks
    # Of two that are far apart a reader can still tell how long the axis is.
    for ticks in choices[1:]:
        if len(ticks) > 2 and _fit(ends := [ticks[0], ticks[-1]], low, high, room):
            return ends
    near = [float(v) for v in MaxNLocator(4).tick_values(low, high) if v > 0 and low <= v <= high]
    return near if near and _fit(near, low, high, room) else [float(f"{math.sqrt(low * high):.1g}")]


def _series(low: float, high: float, marks: Iterable[float]) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = (mark * 10.0**power for power in powers for mark in marks)
    return [value for value in ticks if low <= value <= high]


def _reach(value: float, low: float, high: float, room: float) -> float:
    """How many inches beyond an end of the axis the label of a tick goes."""
    at = room * math.log(value / low) / math.log(high / low)
    half = width_of(tick_text(value), SMALL) / 2
    return max(half - at, at + half - room)


def _fit(ticks: list[float], low: float, high: float, room: float) -> bool:
    scale = room / math.log(high / low)
    at = [scale * math.log(value / low) for value in ticks]
    half = [width_of(tick_text(value), SMALL) / 2 for value in ticks]
    return all(at[i + 1] - at[i] >= half[i] + half[i + 1] + GAP for i in range(len(ticks) - 1))


def set_log_axis(axes: Axes, low: float, high: float, room: float, side: float = math.inf) -> None:
    """Make the x axis a log axis with readable ticks."""
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    _set_ticks(axes.xaxis, log_ticks(low, high, room, side))


def set_log_axis_upward(axes: Axes, low: float, high: float, room: float) -> None:
    """Make the y axis a log axis with readable ticks."""
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    per = room / math.log(high / low)
    ticks = _series(low, high, (1,))
    for marks in reversed(_SETS):
        series = _series(low, high, marks)
        steps = [per * math.log(b / a) for a, b in pairwise(series)]
        if len(series) >= 2 and min(steps) >= UPWARD:
            ticks = series
            break
    _set_ticks(axes.yaxis, ticks)


def _set_ticks(axis: Axis, ticks: list[float]) -> None:
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([tick_text(value) for value in ticks]))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())
