"""A vague word: "dozens", "several hundred"."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from casualty_est.quantity.hedges import between
from casualty_est.quantity.hedges.between import RANGE_FACTOR, RANGE_LEAK
from casualty_est.quantity.hedges.hedge import End, Hedge, Mark, Stated
from casualty_est.quantity.hedges.readings import Reading
from casualty_est.quantity.hedges.whole_numbers import Ints, over, times, whole
from casualty_est.quantity.words import VAGUE, vague_name


class Vague(Hedge):
    """A vague word, whose ends stand in one table."""

    def fits(self, low: End, best: End, high: End) -> bool:
        return None not in (low, high) and best is None and bool(vague_name(low or 0, high or 0))

    def text(self, quantity: Stated) -> str:
        return vague_name(quantity.low or 0, quantity.high or 0)

    def reading(self, quantity: Stated, *, documented: bool) -> Reading:
        return between.inside(quantity, "vague word", figures=False)

    def support(self, quantity: Stated) -> tuple[int, int]:
        return between.support(whole(quantity.low), whole(quantity.high))

    def probability(self, quantity: Stated, v: Ints, least: int = 1) -> Any:
        return written((whole(quantity.low), whole(quantity.high)), v)

    def number(self, quantity: Stated) -> float:
        return math.sqrt(whole(quantity.low) * whole(quantity.high))

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        return Mark("vague")


def written(ends: tuple[int, int], v: Ints) -> Any:
    """P(this vague word | own counts v, an array), the words that fit being equally likely."""
    words = set(VAGUE.values()) | {ends}

    def fits(pair: tuple[int, int], c: Fraction, more: int) -> Any:
        return (over(pair[0], c) <= v) & (v <= times(pair[1], c) + more)

    total: Any = 0.0
    for c, more, weight in ((Fraction(1), 0, 1 - RANGE_LEAK), (RANGE_FACTOR, 1, RANGE_LEAK)):
        rivals = sum(fits(word, c, more).astype(float) for word in words)
        total = total + weight * fits(ends, c, more) / rivals.clip(1)
    return total
