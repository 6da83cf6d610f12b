"""What a fitted member says of the histories that were seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.family import MOST_CELLS
from casualty_est.lists.families.member import Member, all_histories
from casualty_est.lists.table.history import HistoryTable

Array = npt.NDArray[np.float64]
Draws = Sequence[tuple[Member, Array]]
SMALLEST_P = 0.01  # below which predictions of the seen histories fail
PIECE = 100_000  # cells evaluated at once, each of which may need a number per node


def cell_probabilities(table: HistoryTable, draws: Draws) -> tuple[Array, Array]:
    """Shares of all histories among listed people (draw, history), and the people with each."""
    few = len(table.lists) <= MOST_CELLS
    histories = all_histories(len(table.lists)) if few else table.histories
    parts = [
        np.exp(member.over(histories).evaluate(some)[0])
        for member, theta in draws
        for some in np.array_split(theta, -(-len(theta) * len(histories) // PIECE))
    ]
    shares = np.vstack(parts)
    if few:
        return shares / shares.sum(axis=1, keepdims=True), table.dense()[1:].astype(float)
    others = np.clip(1.0 - shares.sum(axis=1, keepdims=True), 0.0, 1.0)
    return np.hstack([shares, others]), np.append(table.counts, 0).astype(float)


def predictive_p(table: HistoryTable, draws: Draws, rng: np.random.Generator) -> float:
    """Posterior predictive p of the histories, by the Freeman-Tukey distance."""
    return tail(*cell_probabilities(table, draws), rng)


def tail(probabilities: Array, observed: Array, rng: np.random.Generator) -> float:
    """Posterior predictive p of histories whose shares (draw, [stratum,] history) are known."""
    people = observed.sum(axis=-1).astype(np.int64)
    expected = np.sqrt(people[..., None] * probabilities)
    replicated = rng.multinomial(people, probabilities)
    every = tuple(range(1, probabilities.ndim))
    far = np.square(np.sqrt(replicated) - expected).sum(axis=every)
    seen = np.square(np.sqrt(observed) - expected).sum(axis=every)
    # Ties count one half, so that a table that cannot vary is not called a misfit.
    return float(np.mean((far > seen) + 0.5 * (far == seen)))
