"""A number as it stands: "800", "none"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casualty_est.quantity.hedges.hedge import End, Hedge, Mark
from casualty_est.quantity.hedges.readings import Reading, rounded, zero
from casualty_est.quantity.hedges.whole_numbers import Ints, whole

if TYPE_CHECKING:
    from casualty_est.quantity.quantity import Quantity

ROUNDED = 0.45  # share of counts from EXACT_BELOW on that are written as the nearest multiple of 5
EXACT_BELOW = 18


class Exact(Hedge):
    """A number as it stands."""

    states_low = True

    def fits(self, low: End, best: End, high: End) -> bool:
        return low is not None and low == best == high

    def text(self, quantity: Quantity) -> str:
        return f"{quantity.best:,}"

    def reading(self, quantity: Quantity, *, documented: bool) -> Reading:
        return rounded(quantity.best, quantity.grid, "exact") if quantity.best else zero()

    def support(self, quantity: Quantity) -> tuple[int, int]:
        n = whole(quantity.best)
        return (max(n - 2, EXACT_BELOW), n + 2) if n % 5 == 0 and n >= EXACT_BELOW else (n, n)

    def probability(self, quantity: Quantity, v: Ints, least: int = 1) -> Any:
        return written(whole(quantity.best), v)

    def number(self, quantity: Quantity) -> float:
        return float(quantity.best or 0)

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        return Mark("number" if best else "zero")


def written(n: Ints, v: Ints) -> Any:
    """P(the number n is written | own count v)."""
    nearest = 5 * ((v + 2) // 5)
    rounds = ROUNDED * (v >= EXACT_BELOW)
    return (1 - rounds) * (n == v) + rounds * (n == nearest)
