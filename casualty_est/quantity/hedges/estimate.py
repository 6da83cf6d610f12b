"""An estimate with its interval: "75,200 (95% CI 63,600 to 86,800)".

The error of the estimate is a Normal that a smooth curve bends on the log scale (between the ends
Tukey's g-distribution), so that its three quantiles are the number and the two ends. Where the
number lies in the middle of the logs of its ends it is the log-normal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, ClassVar

from casualty_est.quantity.hedges.hedge import End, Hedge, Mark, Stated
from casualty_est.quantity.hedges.log_scale import log_normal, log_t4, special, t4_cdf
from casualty_est.quantity.hedges.readings import Reading
from casualty_est.quantity.hedges.whole_numbers import Ints, whole

LEAK_ESTIMATE = 0.02  # an estimate misses the number this often, then with sd 1
LAST = 5.0  # standard deviations beyond which nobody writes an estimate of one incident
NEGLIGIBLE = 1e-6  # bends below this are none


@dataclass(frozen=True, slots=True, kw_only=True)
class Bent(Reading):
    """A number with log `z`, `below` and `above` it the log sds of its error, and their quantile.

    `ends` is the Normal quantile of the stated ends (1.96 for 95%); the reporting sd is added to
    either side in quadrature.
    """

    kind: ClassVar[str] = "bent"
    z: float
    lower_sd: float
    upper_sd: float
    ends: float

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        normal, log_slope = self._normal(m, s, xp)
        meant = log_normal(normal, 0.0, 1.0, xp) + log_slope
        missed = log_t4(self.z, m, 1.0, xp)
        return xp.logaddexp(math.log1p(-LEAK_ESTIMATE) + meant, math.log(LEAK_ESTIMATE) + missed)

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        normal, _ = self._normal(m, s, xp)
        meant = special().ndtr(-normal)
        return (1 - LEAK_ESTIMATE) * meant + LEAK_ESTIMATE * t4_cdf(self.z - m)

    def rough(self) -> tuple[float, float]:
        return self.z, (self.lower_sd + self.upper_sd) / 2

    def _normal(self, m: Any, s: Any, xp: Any) -> tuple[Any, Any]:
        """The truth as a standard Normal, and the log of the slope that takes it there."""
        lower = xp.sqrt(s * s + self.lower_sd * self.lower_sd)
        upper = xp.sqrt(s * s + self.upper_sd * self.upper_sd)
        return bent(m - self.z, lower, upper, self.ends, xp)


def bent(x: Any, lower: Any, upper: Any, ends: Any, xp: Any) -> tuple[Any, Any]:
    """Take an error to the standard Normal: -ends * lower to -ends, 0 to 0, ends * upper to ends.

    Beyond the ends the curve goes on straight, so that no tail is cut and none is endless.
    Returns the Normal and the log of the slope.
    """
    inside = xp.minimum(xp.maximum(x, -ends * lower), ends * upper)
    middle = xp.sqrt(lower * upper)
    half = xp.log(upper / lower) / 2
    flat = xp.abs(half) < NEGLIGIBLE
    half = xp.where(flat, NEGLIGIBLE, half)
    ratio = xp.where(flat, 1.0, xp.sinh(half) / half)
    w = inside * (upper - lower) / (ends * lower * upper)
    tiny = xp.abs(w) < NEGLIGIBLE
    safe = xp.where(tiny, 1.0, w)
    stretch = xp.where(tiny, 1 - w / 2, xp.log1p(safe) / safe)
    slope = ratio / middle / (1 + w)
    return inside / middle * ratio * stretch + (x - inside) * slope, xp.log(slope)


def unbent(normal: Any, lower: float, upper: float, ends: float) -> Any:
    """The error at a Normal quantile: the inverse of `bent`, for arrays of NumPy."""
    import numpy as np

    inside = np.clip(normal, -ends, ends)
    middle, half = math.sqrt(lower * upper), math.log(upper / lower) / 2
    if abs(half) < NEGLIGIBLE:
        return middle * normal
    ratio, apart = math.sinh(half) / half, (upper - lower) / (ends * lower * upper)
    w = np.expm1(inside * middle * apart / ratio)
    return w / apart + (normal - inside) * middle * (1 + w) / ratio


class Estimate(Hedge):
    """An estimate with its interval."""

    def fits(self, low: End, best: End, high: End) -> bool:
        return None not in (low, best, high) and bool(best) and low != high

    def text(self, quantity: Stated) -> str:
        low, high = whole(quantity.low), whole(quantity.high)
        span = f"{low:,} to {high:,}"
        if 0 < 1000 * low <= high and low < 1000:  # "3 to 5,000" would be read as 3,000 to 5,000
            span = f"at least {low:,} and at most {high:,}"
        level = round(100 * (quantity.level or 0.0), 8)
        return f"{quantity.best:,} ({level:g}% CI {span})"

    def reading(self, quantity: Stated, *, documented: bool) -> Reading:
        level = quantity.level or 0.0
        words = f"estimate with its {100 * level:g}% interval"
        words += ", the level assumed" if quantity.level_assumed else ""
        lower, upper, ends = _widths(quantity)
        z = math.log(whole(quantity.best))
        return Bent(words=words, z=z, lower_sd=lower, upper_sd=upper, ends=ends)

    def support(self, quantity: Stated) -> tuple[int, int]:
        n = whole(quantity.best)
        first, last = (math.exp(_error(z, *_widths(quantity))) for z in (-LAST, LAST))
        return max(1, math.floor((n - 0.5) * first) + 1), max(1, math.ceil((n + 0.5) * last) - 1)

    def probability(self, quantity: Stated, v: Ints, least: int = 1) -> Any:
        return written(whole(quantity.best), v, *_widths(quantity))

    def mark(self, low: End, best: End, high: End, *, documented: bool) -> Mark:
        return Mark("range")


def _widths(quantity: Stated) -> tuple[float, float, float]:
    """Log sds below and above the number, and the Normal quantile of its ends."""
    ends = NormalDist().inv_cdf((1 + (quantity.level or 0.0)) / 2)
    low, best, high = (max(whole(e), 0.5) for e in (quantity.low, quantity.best, quantity.high))
    # An end that is the number itself lies half a person off: no study is exact on one side.
    lower = math.log(best / min(low, best - 0.5))
    return lower / ends, math.log(max(high, best + 0.5) / best) / ends, ends


def _error(normal: float, lower: float, upper: float, ends: float) -> float:
    """Log error at a Normal quantile beyond the ends: the inverse of `bent`."""
    half = math.log(upper / lower) / 2
    ratio = math.sinh(half) / half if abs(half) >= NEGLIGIBLE else 1.0
    middle = math.sqrt(lower * upper)
    if normal > 0:
        return ends * upper + (normal - ends) * middle / ratio * (upper / lower)
    return -ends * lower + (normal + ends) * middle / ratio * (lower / upper)


def written(n: Ints, v: Ints, lower: float, upper: float, ends: float) -> Any:
    """P(an estimate n of these widths is written | own counts v, an array).

    The number is v over an error, rounded, from one on: over all n the probabilities sum to 1.
    """
    import numpy as np

    v = np.asarray(v)
    cut = special().ndtr(-LAST)

    def reached(edge: Any) -> Any:
        """Share of errors that put the number above an edge."""
        x = np.log(np.maximum(v, 0.5) / np.maximum(edge, 0.5))
        normal, _ = bent(x, lower, upper, ends, np)
        return np.clip((special().ndtr(normal) - cut) / (1 - 2 * cut), 0.0, 1.0)

    above = np.where(np.asarray(n) <= 1, 1.0, reached(np.asarray(n) - 0.5))
    return np.where(v < 1, 0.0, above - reached(np.asarray(n) + 0.5))
