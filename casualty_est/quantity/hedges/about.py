"""A number with an error either way: "about 800"."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from casualty_est.quantity.hedges.hedge import End, Hedge, Mark, Stated
from casualty_est.quantity.hedges.readings import Point, Reading
from casualty_est.quantity.hedges.whole_numbers import Ints, mixture, over, times, whole

SD_ABOUT = 0.15  # log sd that "about" adds to the reporting sd, in quadrature
# The number lies within these factors of the own count, with these probabilities.
ABOUT_FACTORS = (Fraction("1.15"), Fraction("1.5"))
ABOUT_WEIGHTS = (0.7, 0.3)


class About(Hedge):
    """A number with an error either way."""

    def fits(self, low: End, best: End, high: End) -> bool:
        return low is None and high is None and bool(best)

    def text(self, quantity: Stated) -> str:
        return f"about {quantity.best:,}"

    def reading(self, quantity: Stated, *, documented: bool) -> Reading:
        return Point(words="about", z=math.log(whole(quantity.best)), extra=SD_ABOUT)

    def support(self, quantity: Stated) -> tuple[int, int]:
        best, c = whole(quantity.best), ABOUT_FACTORS[-1]
        return over(best, c), times(best, c)

    def probability(self, quantity: Stated, v: Ints, least: int = 1) -> Any:
        return written(whole(quantity.best), v)

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        return Mark("about", spread=SD_ABOUT)


def written(n: Ints, v: Ints) -> Any:
    """P("about n" | own count v)."""
    return mixture(n, [(over(v, c), times(v, c)) for c in ABOUT_FACTORS], ABOUT_WEIGHTS)
