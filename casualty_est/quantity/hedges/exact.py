"""A number as it stands: "800", "none"."""

from __future__ import annotations

from typing import Any

from casualty_est.quantity.hedges.hedge import End, Hedge, Mark, Stated
from casualty_est.quantity.hedges.readings import Reading, rounded, zero
from casualty_est.quantity.hedges.whole_numbers import Ints, whole

ROUNDED = 0.45  # share of counts from EXACT_BELOW on that are written as the nearest multiple of 5
EXACT_BELOW = 18


class Exact(Hedge):
    """A number as it stands."""

    states_low = True

    def fits(self, low: End, best: End, high: End) -> bool:
        return low is not None and low == best == high

    def text(self, quantity: Stated) -> str:
        return f"{quantity.best:,}"

    def reading(self, quantity: Stated, *, documented: bool) -> Reading:
        return rounded(quantity.best, quantity.grid, "exact") if quantity.best else zero()

    def support(self, quantity: Stated) -> tuple[int, int]:
        n = whole(quantity.best)
        return (max(n - 2, EXACT_BELOW), n + 2) if n % 5 == 0 and n >= EXACT_BELOW else (n, n)

    def probability(self, quantity: Stated, v: Ints, least: int = 1) -> Any:
        return written(whole(quantity.best), v)

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        return Mark("number" if best else "zero")


def written(n: Ints, v: Ints) -> Any:
    """P(the number n is written | own count v)."""
    nearest = 5 * ((v + 2) // 5)
    rounds = ROUNDED * (v >= EXACT_BELOW)
    return (1 - rounds) * (n == v) + rounds * (n == nearest)
