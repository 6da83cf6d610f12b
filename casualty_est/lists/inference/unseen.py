"""From the odds of being on no list to the number of people on no list."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.member import MOST

Array = npt.NDArray[np.float64]


def draw_unlisted(log_odds: Array, people: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw the number of people on no list, with p(N) proportional to 1/N.

    log_odds (draw,): Log odds of being on no list.
    """
    with np.errstate(over="ignore"):
        mean = rng.gamma(people, 1.0, len(log_odds)) * np.exp(log_odds)
    return rng.poisson(np.minimum(mean, MOST)).astype(np.int64)


def weighted_quantiles(
    values: npt.NDArray[np.generic], weight: Array, probabilities: tuple[float, ...]
) -> Array:
    """Quantiles of weighted draws.

    values (draw,): Draws.
    weight (draw,): Their weights.
    Returns (probability,).
    """
    order = np.argsort(values)
    edges = np.cumsum(weight[order])
    at = np.searchsorted(edges / edges[-1], probabilities)
    return values[order][np.minimum(at, len(values) - 1)].astype(float)
