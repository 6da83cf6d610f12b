"""A lower bound: "at least 6,047", "at least 5, perhaps 8"."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from casualty_est.quantity.hedges import between
from casualty_est.quantity.hedges.hedge import End, Hedge, Mark, Stated, silent
from casualty_est.quantity.hedges.readings import GAP, OneSided, Reading, rounded
from casualty_est.quantity.hedges.whole_numbers import Ints, mixture, over, times, whole

# A bound lies within these factors of the count, with these probabilities.
BOUND_FACTORS = tuple(Fraction(c) for c in ("1", "1.15", "1.35", "2", "4"))
BOUND_WEIGHTS = (0.30, 0.25, 0.25, 0.15, 0.05)


class AtLeast(Hedge):
    """A speaker's lower bound, or so many that a source documented."""

    bound = "lower"
    states_low = True

    def fits(self, low: End, best: End, high: End) -> bool:
        return low is not None and high is None

    def text(self, quantity: Stated) -> str:
        low = whole(quantity.low)
        tail = "" if quantity.best is None else f", perhaps {quantity.best:,}"
        # The digits that were written show a rounder number than the end they imply.
        if quantity.grid and low % quantity.grid == 1:
            return f"more than {low - 1:,}{tail}"
        return f"at least {low:,}{tail}"

    def reading(self, quantity: Stated, *, documented: bool) -> Reading:
        low, best = _low(quantity), quantity.best
        if documented:
            return rounded(low, quantity.grid, "its own count")
        # A speaker who adds "perhaps more than b" puts the number a gap of about log(b/n) up.
        tau = max(GAP, math.log(best / low)) if best else GAP
        return OneSided(words="speaker's lower bound", z=math.log(low), tau=tau)

    def support(self, quantity: Stated) -> tuple[int, int]:
        low = _low(quantity)
        if quantity.best is None:
            return low, times(low, BOUND_FACTORS[-1])
        return between.support(low, whole(quantity.best))

    def probability(self, quantity: Stated, v: Ints, least: int = 1) -> Any:
        low = _low(quantity)
        if quantity.best is None:
            return written(low, v)
        # "At least 5, perhaps 8": the two numbers a speaker would also call 5 to 8.
        return between.written(low, whole(quantity.best) - low, v, least)

    def number(self, quantity: Stated) -> float:
        return float(_low(quantity))

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        if not low:
            return Mark("nothing")
        return Mark("documented" if documented else "from")

    def stated_low(self, quantity: Stated) -> int | None:
        # A lower end made of words ("at least hundreds") has no digits: nobody stated it.
        return None if quantity.grid is None else super().stated_low(quantity)


def written(n: Ints, v: Ints) -> Any:
    """P("at least n" | own count v)."""
    return mixture(n, [(over(v, c), v) for c in BOUND_FACTORS], BOUND_WEIGHTS)


def _low(quantity: Stated) -> int:
    """Return the bound; "at least none" excludes nothing."""
    if not quantity.low:
        raise silent(quantity)
    return int(quantity.low)
