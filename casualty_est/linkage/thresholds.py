"""What a threshold would have said: every pair above a probability taken as one person."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from casualty_est.linkage.partition.sample import Problem
from casualty_est.linkage.partition.state import state_of
from casualty_est.linkage.partition.tabulate import people_by_stratum
from casualty_est.linkage.scores.pairs import log_odds

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

THRESHOLDS = (0.5, 0.9, 0.99)
ROUNDS = 200


def probabilities(problem: Problem) -> Array:
    """Probability of each pair by its weight and by how common links are, as Splink has it."""
    pairs, records = problem.pairs, len(problem.list_of)
    if pairs.stated:
        return np.asarray(expit(pairs.weight), dtype=float)
    possible = max(1.0, records * (records - 1) / 2)
    share = 1.0 / max(records, 2)
    chance = np.zeros(len(pairs.i))
    for _ in range(ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(pairs.weight + log_odds(share), -700, 700)))
        share = float(np.clip(chance.sum() / possible, 1e-12, 0.5))
    return chance


def people_above(problem: Problem, threshold: float) -> Ints:
    """People by stratum and history if pairs above the threshold are joined, and all they join."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs, records = problem.pairs, len(problem.list_of)
    above = probabilities(problem) >= threshold
    ones = np.ones(int(above.sum()))
    links = coo_array((ones, (pairs.i[above], pairs.j[above])), shape=(records, records))
    _, label = connected_components(links, directed=False)
    lists = len(problem.unique)
    state = state_of(label.astype(np.int64), problem.list_of, lists, np.ones(lists))
    return people_by_stratum(state, problem.strata, problem.sizes)
