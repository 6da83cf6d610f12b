"""A range: "55-60", "between a and b"."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from casualty_est.quantity.hedges.hedge import End, Hedge, Mark, Stated
from casualty_est.quantity.hedges.readings import LOG_NOTHING, Interval, Reading, zero
from casualty_est.quantity.hedges.whole_numbers import Ints, over, times, whole

RANGE_LEAK = 0.1  # a range or a vague word misses the number this often: a total then with sd 1,
RANGE_FACTOR = Fraction("1.5")  # an incident by up to this factor, plus one


class Between(Hedge):
    """A range."""

    states_low = True

    def fits(self, low: End, best: End, high: End) -> bool:
        return low is not None and best is None and high is not None

    def text(self, quantity: Stated) -> str:
        low, high = whole(quantity.low), whole(quantity.high)
        if 0 < 1000 * low <= high and low < 1000:  # "12-15,000" is 12,000 to 15,000
            return f"at least {low:,} and at most {high:,}"
        return f"{low:,}-{high:,}"

    def reading(self, quantity: Stated, *, documented: bool) -> Reading:
        return inside(quantity, "range") if quantity.high else zero()

    def support(self, quantity: Stated) -> tuple[int, int]:
        return support(whole(quantity.low), whole(quantity.high))

    def probability(self, quantity: Stated, v: Ints, least: int = 1) -> Any:
        low = whole(quantity.low)
        return written(low, whole(quantity.high) - low, v, least)

    def number(self, quantity: Stated) -> float:
        return (whole(quantity.low) + whole(quantity.high)) / 2

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        return Mark("range" if high else "zero")


def inside(quantity: Stated, words: str, *, figures: bool = True) -> Interval:
    """Between the two ends of a total, half a person beyond each."""
    low, high = whole(quantity.low), whole(quantity.high)
    bottom = math.log(low - 0.5) if low >= 1 else LOG_NOTHING
    top = math.log(high + 0.5)
    return Interval(words=words, figures=figures, low=bottom, high=top, leak=RANGE_LEAK)


def support(low: int, high: int) -> tuple[int, int]:
    """Smallest and largest own count that a range can stand for."""
    return over(low, RANGE_FACTOR), times(high, RANGE_FACTOR) + 1


def written(low: Ints, width: int, v: Ints, least: int = 1) -> Any:
    """P("low to low + width" | own counts v, an array, and the width)."""
    c = RANGE_FACTOR
    holds = (low <= v) & (v <= low + width)
    starts = v - (v - width).clip(least) + 1
    near = over(low, c) <= v
    near &= v <= times(low + width, c) + 1
    # Starts of a range that, widened by the factor, still holds v.
    last = times(v, c)
    first = (over((v - 1).clip(0), c) - width).clip(least)
    wide = last - first + 1
    missed = RANGE_LEAK * near / wide.clip(1)
    return (1 - RANGE_LEAK) * holds / starts.clip(1) + missed
