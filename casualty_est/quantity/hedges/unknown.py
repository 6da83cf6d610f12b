"""No number: a blank, "unknown". It says nothing, and is not zero."""

from __future__ import annotations

from typing import Any

from casualty_est.quantity.hedges.hedge import End, Hedge, Mark, Stated, silent
from casualty_est.quantity.hedges.readings import Reading
from casualty_est.quantity.hedges.whole_numbers import Ints


class Unknown(Hedge):
    """No number: whoever asks what it says is refused."""

    def fits(self, low: End, best: End, high: End) -> bool:
        return low is None and best is None and high is None

    def text(self, quantity: Stated) -> str:
        return "unknown"

    def reading(self, quantity: Stated, *, documented: bool) -> Reading:
        raise silent(quantity)

    def support(self, quantity: Stated) -> tuple[int, int]:
        raise silent(quantity)

    def probability(self, quantity: Stated, v: Ints, least: int = 1) -> Any:
        raise silent(quantity)

    def number(self, quantity: Stated) -> float:
        raise silent(quantity)

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        return Mark("nothing")
