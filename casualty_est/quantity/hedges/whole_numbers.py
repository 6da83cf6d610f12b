"""Arithmetic on whole numbers without rounding error, and numbers drawn evenly from spans of them.

Nothing here imports numpy: reading a table must not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

Ints = Any  # whole numbers: one, or an array of them


def times(v: Ints, c: Fraction) -> Ints:
    """Floor of v c."""
    return v * c.numerator // c.denominator


def over(v: Ints, c: Fraction) -> Ints:
    """Ceiling of v / c."""
    return -(-v * c.denominator // c.numerator)


def mixture(n: Ints, spans: Sequence[tuple[Ints, Ints]], weights: Sequence[float]) -> Any:
    """Numbers uniform on spans: P(n) = sum of weight / length over the spans that hold n."""
    total = 0.0
    for (low, high), weight in zip(spans, weights, strict=True):
        total = total + weight * ((low <= n) & (n <= high)) / (high - low + 1)
    return total


def whole(end: float | None) -> int:
    """Return an end as a whole number, 0 where there is none."""
    return int(end or 0)
