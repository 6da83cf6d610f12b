"""What a source says of one incident: the form of its hedge answers, if it is of an incident."""

from __future__ import annotations

from casualty_est.errors import UsageError
from casualty_est.quantity.quantity import Quantity

LARGEST_INCIDENT = 100_000  # deaths; beyond this a row is a total, not an incident


def support(quantity: Quantity) -> tuple[int, int]:
    """Smallest and largest own count under which the text can be written."""
    if max(quantity.low or 0, quantity.best or 0, quantity.high or 0) > LARGEST_INCIDENT:
        msg = (
            f"{quantity.text!r} is too much for one incident (at most {LARGEST_INCIDENT:,} "
            f"deaths): totals belong in a table of claims"
        )
        raise UsageError(msg)
    return quantity.hedge.support(quantity)


def stated_number(quantity: Quantity) -> float:
    """The one number that a statement comes to, for sums of what a source reports."""
    return quantity.hedge.number(quantity)
