"""Nothing assumed of the seen histories; one odds ratio ties the unseen one to them.

The shares of the seen histories are Dirichlet with parameter one over their number, and the odds
of being on no list are xi times the product of the shares of histories with an odd number of lists
over that of histories with an even number. xi = 1 says that there is no interaction of the highest
order. Aleshin-Guendel, Sadinle and Wakefield 2024, doi 10.1093/biomtc/ujad028.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from casualty_est.lists.table.history import HistoryTable

Array = npt.NDArray[np.float64]


def draw(
    table: HistoryTable, xi: float, draws: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw from the posterior.

    Returns (draw, history): Log shares of all seen histories among listed people.
    Returns (draw,): Log odds of being on no list.
    """
    counts = table.dense()[1:].astype(float)
    shape = counts + 1.0 / len(counts)
    # Gammas with a shape near 0 underflow; one with a shape above 1 times a power of a uniform is
    # the same, and its log is exact.
    log_gamma = np.log(rng.standard_gamma(shape + 1.0, (draws, len(shape))))
    log_gamma += np.log1p(-rng.random((draws, len(shape)))) / shape
    log_cells = log_gamma - np.logaddexp.reduce(log_gamma, axis=1, keepdims=True)
    return log_cells, np.log(xi) + log_cells @ signs(len(table.lists))


def most_likely(table: HistoryTable, xi: float = 1.0) -> float:
    """Maximum-likelihood number of people; infinite or undefined where a history is empty."""
    shares = table.dense()[1:] / table.people
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = xi * np.exp(np.log(shares) @ signs(len(table.lists)))
    return float(table.people * (1.0 + odds))


def signs(n_lists: int) -> Array:
    """One for histories with an odd number of lists, minus one for an even number."""
    found: Array = np.where(np.bitwise_count(np.arange(1, 2**n_lists)) % 2 == 1, 1.0, -1.0)
    return found
