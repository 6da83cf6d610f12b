"""An upper bound, the mirror of "at least": "as many as 15", "fewer than 100"."""

from __future__ import annotations

import math
from typing import Any

from casualty_est.quantity.hedges.at_least import BOUND_FACTORS, BOUND_WEIGHTS
from casualty_est.quantity.hedges.hedge import End, Hedge, Mark, Stated
from casualty_est.quantity.hedges.readings import OneSided, Reading, zero
from casualty_est.quantity.hedges.whole_numbers import Ints, mixture, over, times, whole


class AtMost(Hedge):
    """A speaker's upper bound."""

    bound = "upper"

    def fits(self, low: End, best: End, high: End) -> bool:
        return low == 0 and best is None and high is not None

    def text(self, quantity: Stated) -> str:
        high = whole(quantity.high)
        if quantity.grid and quantity.grid > 1 and (high + 1) % quantity.grid == 0:
            return f"fewer than {high + 1:,}"
        return f"at most {high:,}"

    def reading(self, quantity: Stated, *, documented: bool) -> Reading:
        if not quantity.high:
            return zero()
        return OneSided(words="speaker's upper bound", z=math.log(quantity.high), sign=-1.0)

    def support(self, quantity: Stated) -> tuple[int, int]:
        high = whole(quantity.high)
        return over(high, BOUND_FACTORS[-1]), high

    def probability(self, quantity: Stated, v: Ints, least: int = 1) -> Any:
        return written(whole(quantity.high), v)

    def number(self, quantity: Stated) -> float:
        return float(quantity.high or 0)

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        return Mark("to" if high else "zero")


def written(n: Ints, v: Ints) -> Any:
    """P("as many as n" | own count v)."""
    return mixture(n, [(v, times(v, c)) for c in BOUND_FACTORS], BOUND_WEIGHTS)
