"""The grid of days, weeks or months on which counts are followed over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array
from casualty_est.errors import UsageError

STEPS = ("day", "week", "month")
# Up to so many days the step is a day, up to so many a week: some forty to ninety steps.
LONGEST_BY_DAY, LONGEST_BY_WEEK = 60, 560
MOST_STEPS = 2000  # paths of all draws over more would fill memory
LENGTHS = {"day": 1, "week": 7, "month": 28}  # days of the shortest step


@dataclass(frozen=True, slots=True)
class TimeGrid:
    """Consecutive steps from a first to a last day."""

    step: str
    edges: tuple[int, ...]  # ordinals of the first day of every step, and of the day after the last

    @classmethod
    def between(cls, first: date, last: date, step: str | None = None) -> TimeGrid:
        """Cut a span of days into steps."""
        if last < first:
            msg = f"time ends on {last} before it starts on {first}: correct one of the two"
            raise UsageError(msg)
        days = (last - first).days + 1
        shortest = "day" if days <= LONGEST_BY_DAY else "week"
        step = step or (shortest if days <= LONGEST_BY_WEEK else "month")
        if step not in STEPS:
            msg = f"grid must be one of {', '.join(STEPS)}, not {step!r}"
            raise UsageError(msg)
        end = last.toordinal() + 1
        if days > MOST_STEPS * LENGTHS[step]:
            msg = (
                f"a grid of {step}s from {first} to {last} has more than {MOST_STEPS:,} steps: "
                "choose longer ones (--grid, grid=), or correct a date"
            )
            raise UsageError(msg)
        if step == "month":
            inner = _months(first, last)
        else:
            inner = list(range(first.toordinal(), end, 7 if step == "week" else 1))
        return cls(step, (*inner, end))

    @property
    def start(self) -> date:
        """First day."""
        return date.fromordinal(self.edges[0])

    @property
    def end(self) -> date:
        """Last day."""
        return date.fromordinal(self.edges[-1] - 1)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(self.edges) - 1

    @property
    def days(self) -> npt.NDArray[np.int_]:
        """Number of days of each step."""
        return np.diff(np.array(self.edges))

    @property
    def years(self) -> float:
        """Length of the whole grid in years."""
        return (self.edges[-1] - self.edges[0]) / 365.25

    @property
    def last_days(self) -> tuple[date, ...]:
        """Last day of each step."""
        return tuple(date.fromordinal(edge - 1) for edge in self.edges[1:])

    def position(self, day: date) -> int:
        """Step that holds a day; days before or after the grid count to its ends."""
        place = int(np.searchsorted(self.edges, day.toordinal(), side="right")) - 1
        return min(max(place, 0), self.steps - 1)

    def weights(self, start: date, end: date) -> Array:
        """Share (step,) of each step's days that lies between two days, both included."""
        edges = np.array(self.edges, dtype=float)
        low, high = float(start.toordinal()), float(end.toordinal() + 1)
        inside = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
        return np.asarray(np.maximum(inside, 0.0) / np.diff(edges))

    def __str__(self) -> str:
        """Write the step, the span and the number of steps."""
        return f"{self.steps} {self.step}s from {self.start} to {self.end}"


def _months(first: date, last: date) -> list[int]:
    edges = [first.toordinal()]
    day = first
    while True:
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        if day > last:
            return edges
        edges.append(day.toordinal())
