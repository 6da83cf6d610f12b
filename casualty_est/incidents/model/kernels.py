"""What a source writes when its own count of one incident is v: probabilities of the text.

Each kernel is a distribution over the texts of its form: summed over all numbers that the speaker
could have written, it is 1. So a source that knows of 500 dead is less likely to say "at least 3"
than one that knows of 3, which mere censoring would deny. The log-scale kernels of totals stand in
`casualty_est.claims.model.hedges`; a test compares what the two imply.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.quantity.quantity import Quantity
from casualty_est.quantity.words import VAGUE

Array = npt.NDArray[np.float64]
Ints = Any  # whole numbers: one, or an array of them

LARGEST_INCIDENT = 100_000  # deaths; beyond this a row is a total, not an incident
ROUNDED = 0.45  # share of counts from EXACT_BELOW on that are written as the nearest multiple of 5
EXACT_BELOW = 18
# A bound lies within these factors of the count, with these probabilities.
BOUND_FACTORS = tuple(Fraction(c) for c in ("1", "1.15", "1.35", "2", "4"))
BOUND_WEIGHTS = (0.30, 0.25, 0.25, 0.15, 0.05)
ABOUT_FACTORS = (Fraction("1.15"), Fraction("1.5"))
ABOUT_WEIGHTS = (0.7, 0.3)
RANGE_LEAK = 0.1  # a range or a vague word misses the count this often,
RANGE_FACTOR = Fraction("1.5")  # and then by up to this factor, plus one


def times(v: Ints, c: Fraction) -> Ints:
    """Floor of v c, without rounding error."""
    return v * c.numerator // c.denominator


def over(v: Ints, c: Fraction) -> Ints:
    """Ceiling of v / c, without rounding error."""
    return -(-v * c.denominator // c.numerator)


def plain(n: Ints, v: Ints) -> Array:
    """P(the number n is written | own count v)."""
    nearest = 5 * ((v + 2) // 5)
    rounds = np.where(v >= EXACT_BELOW, ROUNDED, 0.0)
    return np.asarray((1 - rounds) * (n == v) + rounds * (n == nearest))


def about(n: Ints, v: Ints) -> Array:
    """P("about n" | own count v)."""
    return _mixture(n, [(over(v, c), times(v, c)) for c in ABOUT_FACTORS], ABOUT_WEIGHTS)


def at_least(n: Ints, v: Ints) -> Array:
    """P("at least n" | own count v)."""
    return _mixture(n, [(over(v, c), v) for c in BOUND_FACTORS], BOUND_WEIGHTS)


def as_many_as(n: Ints, v: Ints) -> Array:
    """P("as many as n" | own count v)."""
    return _mixture(n, [(v, times(v, c)) for c in BOUND_FACTORS], BOUND_WEIGHTS)


def _mixture(n: Ints, spans: list[tuple[Ints, Ints]], weights: tuple[float, ...]) -> Array:
    """Numbers uniform on spans: P(n) = sum of weight / length over the spans that hold n."""
    total = np.zeros(np.broadcast(n, spans[0][0]).shape)
    for (low, high), weight in zip(spans, weights, strict=True):
        total += weight * ((low <= n) & (n <= high)) / (high - low + 1)
    return total


def between(low: Ints, width: int, v: Ints, least: int = 1) -> Array:
    """P("low to low + width" | own count v and the width)."""
    c = RANGE_FACTOR
    inside = (low <= v) & (v <= low + width)
    starts = v - np.maximum(v - width, least) + 1
    near = over(low, c) <= v
    near &= v <= times(low + width, c) + 1
    # Starts of a range that, widened by the factor, still holds v.
    last = times(v, c)
    first = np.maximum(over(np.maximum(v - 1, 0), c) - width, least)
    wide = last - first + 1
    missed = RANGE_LEAK * near / np.maximum(wide, 1)
    return np.asarray((1 - RANGE_LEAK) * inside / np.maximum(starts, 1) + missed)


def vague(ends: tuple[int, int], v: Ints) -> Array:
    """P(this vague word | own count v), the words that fit being equally likely."""
    words = {tuple(map(int, pair)) for pair in VAGUE.values()} | {ends}

    def fits(pair: tuple[int, ...], c: Fraction, more: int) -> npt.NDArray[np.bool_]:
        return np.asarray((over(pair[0], c) <= v) & (v <= times(pair[1], c) + more))

    one, wide = Fraction(1), RANGE_FACTOR
    inside = sum(fits(word, one, 0).astype(float) for word in words)
    near = sum(fits(word, wide, 1).astype(float) for word in words)
    return (1 - RANGE_LEAK) * fits(ends, one, 0) / np.maximum(inside, 1) + RANGE_LEAK * fits(
        ends, wide, 1
    ) / np.maximum(near, 1)


def support(quantity: Quantity) -> tuple[int, int]:
    """Smallest and largest own count under which the text can be written."""
    low, best, high = (int(x or 0) for x in _ends(quantity))
    top = max(low, best, high)
    if top > LARGEST_INCIDENT:
        msg = (
            f"{quantity.text!r} is too much for one incident (at most {LARGEST_INCIDENT:,} "
            f"deaths): totals belong in a table of claims"
        )
        raise UsageError(msg)
    a, b = low, high
    match quantity.form:
        case "exact":
            rounded = best % 5 == 0 and best >= EXACT_BELOW
            return (max(best - 2, EXACT_BELOW), best + 2) if rounded else (best, best)
        case "about":
            return int(over(best, ABOUT_FACTORS[-1])), int(times(best, ABOUT_FACTORS[-1]))
        case "at_least" if quantity.best is None:
            return int(a), int(times(a, BOUND_FACTORS[-1]))
        case "at_most":
            return int(over(b, BOUND_FACTORS[-1])), int(b)
        case "at_least":
            b = best
    return int(over(a, RANGE_FACTOR)), int(times(b, RANGE_FACTOR)) + 1


def _ends(quantity: Quantity) -> tuple[float | None, float | None, float | None]:
    ends = quantity.low, quantity.best, quantity.high
    if quantity.form == "unknown" or (quantity.form == "at_least" and not quantity.low):
        # "At least none" excludes nothing; it must not pass for a report.
        msg = f"{quantity.text!r} says nothing of the number: leave the cell blank"
        raise UsageError(msg)
    return ends


def text_probability(quantity: Quantity, v: Ints, least: int = 1) -> Array:
    """P(the text as written | own count v)."""
    low, best, high = (int(x or 0) for x in _ends(quantity))
    match quantity.form:
        case "exact":
            return plain(best, v)
        case "about":
            return about(best, v)
        case "at_least" if quantity.best is None:
            return at_least(low, v)
        case "at_least":
            # "At least 5, perhaps 8": the two numbers a speaker would also call 5 to 8.
            return between(low, best - low, v, least)
        case "at_most":
            return as_many_as(high, v)
        case "between":
            return between(low, high - low, v, least)
    return vague((low, high), v)


def stated_number(quantity: Quantity) -> float:
    """The one number that a statement comes to, for sums of what a source reports.

    A bound counts as the number named, a range as its middle, a vague word as its geometric
    middle.
    """
    low, best, high = _ends(quantity)
    match quantity.form:
        case "exact" | "about":
            return float(best or 0)
        case "at_least":
            return float(low or 0)
        case "at_most":
            return float(high or 0)
        case "vague":
            return float(np.sqrt(max(low or 0, 0.5) * (high or 0)))
    return ((low or 0) + (high or 0)) / 2
