"""Shares of a whole in print: whole per cents for weights, one number of digits in an interval."""

from __future__ import annotations

import math

from casualty_est.wording.numbers import Ends

FINEST = 3  # digits of a per cent


def weight(value: float) -> str:
    """Print the weight of one kind in an answer, 0 or 100% only where it is that."""
    if value in (0.0, 1.0):
        return f"{100 * value:.0f}%"
    if value < 0.005:
        return "less than 1%"
    return "more than 99%" if value >= 0.995 else f"{100 * value:.0f}%"


def aligned(row: Ends) -> tuple[str, str, str]:
    """Print the median of a share and both ends, with as many digits as their width deserves."""
    width = 100 * abs(row.high - row.low)
    # A tenth of the width is the last digit that says something.
    digits = 0 if width <= 0 else min(FINEST, max(0, math.ceil(math.log10(5 / width))))
    middle, low, high = (f"{100 * end:.{digits}f}%" for end in (row.median, row.low, row.high))
    return middle, low, high
