"""The log density of draws as a smooth curve, with quadratic tails.

Draws are counted in narrow bins. The log density is the curve that fits these counts best under a
penalty on its third differences: where the draws say nothing more it is a parabola, a Normal, and
beyond the last draws it goes on as one. Mean and variance of the draws are kept exactly, whatever
the penalty: a kernel would widen them. The penalty is chosen by the criterion of Akaike.

References
----------
Silverman 1982, Annals of Statistics 10:795-810; Eilers and Marx 1996, doi 10.1214/ss/1038425655.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import linalg
from scipy.interpolate import CubicSpline

from casualty_est.arrays import Array

BINS = 240
MARGIN = 0.2  # of the range of the draws, to either side
PENALTIES = 10.0 ** np.arange(9.0, -1.0, -1.0)
STEPS = 60
SETTLED = 1e-9
WORSE = 2  # smaller penalties in a row that do not help, after which none is tried
ORDER = 3
LEAST_CURVED = -1e-6  # a tail that bends upwards would end nowhere


@dataclass(frozen=True, slots=True, eq=False)
class LogDensity:
    """A normalised log density: a cubic spline between the ends, a parabola beyond each."""

    low: float
    high: float
    spline: CubicSpline
    tails: tuple[tuple[float, float, float], tuple[float, float, float]]  # value, slope, half bend

    def __call__(self, x: Array) -> Array:
        """Log density at x."""
        x = np.asarray(x, dtype=float)
        value = np.asarray(self.spline(np.clip(x, self.low, self.high)))
        ends = ((self.low, x < self.low), (self.high, x > self.high))
        for (edge, beyond), (start, slope, bend) in zip(ends, self.tails, strict=True):
            away = x[beyond] - edge
            value[beyond] = start + slope * away + bend * away**2
        return value


def log_density(draws: Array, effective: float | None = None) -> LogDensity:
    """The log density of draws (draw,): as many are counted as are effective, all by default.

    The fewer, the smoother the curve: a draw that stands there twenty times is no peak.
    """
    draws = np.asarray(draws, dtype=float).ravel()
    centre, spread = float(draws.mean()), float(draws.std())
    reach = MARGIN * float(np.ptp(draws)) + spread * 0.5
    edges = np.linspace(draws.min() - reach, draws.max() + reach, BINS + 1)
    middles, step = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    # To share a draw between two bins adds a sixth of a squared bin to the variance.
    narrower = np.sqrt(max(1 - step**2 / (6 * spread**2), 0.0))
    counts = _spread_out(centre + narrower * (draws - centre), middles, step)
    counts *= min((effective or len(draws)) / len(draws), 1.0)
    start = np.log(counts.sum() * step / spread) - 0.5 * ((middles - centre) / spread) ** 2
    curve = _smooth(counts, start)
    curve -= np.log(np.exp(curve).sum() * step)
    spline = CubicSpline(middles, curve)
    low, high = float(middles[0]), float(middles[-1])
    return LogDensity(low, high, spline, (_tail(spline, low, 1), _tail(spline, high, -1)))


def _spread_out(draws: Array, middles: Array, step: float) -> Array:
    """Counts in bins, each draw shared between the two nearest, so that the mean is kept."""
    place = (draws - middles[0]) / step
    below = np.clip(np.floor(place).astype(np.int64), 0, BINS - 2)
    part = place - below
    size = {"minlength": BINS}
    return np.asarray(
        np.bincount(below, 1 - part, **size) + np.bincount(below + 1, part, **size), dtype=float
    )


def _smooth(counts: Array, start: Array) -> Array:
    """The curve of the best penalty."""
    curve, best, least, worse = start, start, np.inf, 0
    for weight in PENALTIES:
        curve = _fit(counts, curve, weight)
        means = np.exp(curve)
        hat = linalg.solveh_banded(_with(means, weight), np.diag(means), lower=True)
        # Up to a constant, twice the Kullback-Leibler distance from the counts and its penalty.
        score = 2 * float((means - counts * curve).sum() + np.trace(hat))
        if score < least:
            best, least, worse = curve, score, 0
        else:
            worse += 1
        if worse == WORSE:
            break
    return best


@cache
def _bands() -> Array:
    """The matrix of squared third differences, by its diagonals from the main one down."""
    difference = np.diff(np.eye(BINS), ORDER, axis=0)
    matrix = difference.T @ difference
    bands = np.zeros((ORDER + 1, BINS))
    for k in range(ORDER + 1):
        bands[k, : BINS - k] = np.diagonal(matrix, -k)
    return bands


def _with(means: Array, weight: float) -> Array:
    """The curvature of the penalised likelihood, by its diagonals."""
    bands = weight * _bands()
    bands[0] += means
    return bands


def _fit(counts: Array, curve: Array, weight: float) -> Array:
    """Newton steps for a penalised Poisson likelihood, each halved until it helps."""

    def value(at: Array) -> float:
        rough = np.diff(at, ORDER)
        with np.errstate(over="ignore"):  # of a step that is too long, and is halved
            means = np.exp(at)
        return float((counts * at - means).sum() - weight * rough @ rough / 2)

    here = value(curve)
    for _ in range(STEPS):
        rough = np.diff(curve, ORDER)
        means = np.exp(curve)
        # The transpose of third differences is minus the third differences of what is padded.
        pull = -np.diff(np.pad(rough, ORDER), ORDER)
        slope = counts - means - weight * pull
        step = linalg.solveh_banded(_with(means, weight), slope, lower=True)
        size = 1.0
        while (there := value(curve + size * step)) < here and size > SETTLED:
            size /= 2
        if not np.isfinite(there) or there <= here + SETTLED:
            break
        curve, here = curve + size * step, there
    return curve


def _tail(spline: CubicSpline, edge: float, inwards: int) -> tuple[float, float, float]:
    """Value, slope and half the bend at an end; never rising outwards, never bending up."""
    slope, bend = float(spline(edge, 1)), float(spline(edge, 2))
    slope = max(slope, 0.0) if inwards > 0 else min(slope, 0.0)
    return float(spline(edge)), slope, min(bend / 2, LEAST_CURVED)
