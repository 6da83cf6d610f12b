"""Simultaneous bands round the empirical distribution function of uniform ranks.

Säilynoja, Bürkner and Vehtari 2022, doi 10.1007/s11222-022-10090-6.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]

LEVEL = 0.99


@dataclass(frozen=True, slots=True)
class Bands:
    """Simultaneous bands round the empirical distribution function of uniform ranks.

    Parameters
    ----------
    points : ndarray of shape (point,)
        Where the function is looked at, as shares of the possible ranks.
    low, high : ndarray of shape (point,)
        Smallest and largest share of ranks below each point that is still inside.
    level : float
        Probability that all of the function of uniform ranks lies inside; ranks are discrete, so
        it is the nearest possible value that is not smaller than what was asked.
    """

    points: Array
    low: Array
    high: Array
    level: float


@lru_cache(maxsize=8)
def _tails(simulations: int, values: int) -> tuple[Array, Array]:
    """P(X <= x) and P(X >= x) of the number of uniform ranks below each point; (point, x)."""
    points = np.arange(1, values)[:, None] / values
    x = np.arange(simulations + 1)
    return stats.binom.cdf(x, simulations, points), stats.binom.sf(x - 1, simulations, points)


def _stays(inside: npt.NDArray[np.bool_]) -> float:
    """Probability that the function of uniform ranks stays inside, given which counts are.

    Numbers of ranks in equal bins are Poisson given their sum, so the counts below the points form
    a walk with independent steps; the walks that leave are dropped on the way.
    """
    points, size = inside.shape
    simulations, values = size - 1, points + 1
    step = stats.poisson.pmf(np.arange(size), simulations / values)
    step = step[: int(np.flatnonzero(step > 0)[-1]) + 1]
    walk = np.zeros(size)
    walk[0] = 1.0
    for allowed in inside:
        walk = np.convolve(walk, step)[:size] * allowed
    last = np.convolve(walk, step)[simulations]
    return float(last / stats.poisson.pmf(simulations, simulations))


@lru_cache(maxsize=64)
def ecdf_bands(simulations: int, values: int, level: float = LEVEL) -> Bands:
    """Compute simultaneous bands for the ranks of one quantity.

    At every point the number of ranks below it is binomial; the pointwise tail probability is the
    largest for which a whole uniform sample stays inside with probability `level`, found exactly.

    Parameters
    ----------
    simulations : int
        Number of ranks.
    values : int
        Number of values a rank can take: thinned draws + 1.
    level : float, optional
        Simultaneous probability.

    Returns
    -------
    Bands

    References
    ----------
    Säilynoja, Bürkner and Vehtari 2022, doi 10.1007/s11222-022-10090-6.

    Examples
    --------
    >>> bands = ecdf_bands(200, 100)
    >>> 0.99 <= bands.level < 0.992
    True
    >>> float(bands.low[49]), float(bands.high[49])
    (0.38, 0.62)
    """
    below, above = _tails(simulations, values)
    smaller = np.minimum(below, above)
    narrow, wide = np.log(0.5), np.log((1 - level) / (4 * values))
    for _ in range(40):
        middle = (narrow + wide) / 2
        if _stays(smaller >= np.exp(middle)) >= level:
            wide = middle
        else:
            narrow = middle
    inside = smaller >= np.exp(wide)
    low = inside.argmax(axis=1)
    high = simulations - inside[:, ::-1].argmax(axis=1)
    points = np.arange(1, values) / values
    return Bands(points, low / simulations, high / simulations, _stays(inside))


def uniform_p(ranks: npt.ArrayLike, values: int) -> float:
    """Probability that uniform ranks would be as uneven as these somewhere.

    Parameters
    ----------
    ranks : array_like of int, shape (simulation,)
        Ranks from 0 to ``values - 1``.
    values : int
        Number of values a rank can take.

    Returns
    -------
    float
        Below ``1 - level`` exactly where the ranks leave the bands of `ecdf_bands`.

    Examples
    --------
    >>> uniform_p([i % 100 for i in range(200)], 100) > 0.999
    True
    >>> uniform_p([i % 50 for i in range(200)], 100) < 1e-9
    True
    """
    found = np.asarray(ranks)
    below, above = _tails(len(found), values)
    smaller = np.minimum(below, above)
    worst = smaller[np.arange(values - 1), counts_below(found, values)].min()
    return min(1.0, max(0.0, 1 - _stays(smaller > worst)))


def counts_below(ranks: npt.NDArray[Any], values: int) -> npt.NDArray[np.intp]:
    """Count the ranks below each point.

    Parameters
    ----------
    ranks : ndarray of int, shape (simulation,)
        Ranks from 0 to ``values - 1``.
    values : int
        Number of values a rank can take.

    Returns
    -------
    ndarray of int, shape (values - 1,)
    """
    return np.cumsum(np.bincount(ranks, minlength=values))[:-1]
