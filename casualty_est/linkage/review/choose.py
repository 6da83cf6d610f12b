"""Which records a reviewer is asked: those that teach the calibration most, and some at random."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from casualty_est.linkage.calibration import features_of
from casualty_est.linkage.prior import UNLABELLED
from casualty_est.linkage.scores.pairs import Pairs

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# What is asked only where scores are in doubt says nothing of those that seem sure and are wrong.
AT_RANDOM = 0.5
SHOWN = 9  # candidates of a record: as many as there are digits to press
PLAUSIBLE = 25  # draws of (a, b, c, d) over which information is averaged
KNOWN = 0.1  # of information: what the prior holds of each parameter


def candidates_of(pairs: Pairs) -> dict[int, list[int]]:
    """Positions of the pairs of each record, the best first, as many as are shown."""
    near: dict[int, list[int]] = defaultdict(list)
    for p in np.argsort(-pairs.weight, kind="stable").tolist():
        for record in (int(pairs.i[p]), int(pairs.j[p])):
            if len(near[record]) < SHOWN:
                near[record].append(p)
    return dict(near)


def choose(
    pairs: Pairs, near: dict[int, list[int]], list_of: Ints, wanted: int, seed: int
) -> dict[int, bool]:
    """Records to be asked, and whether each was drawn at random; the order mixes both kinds."""
    rng = np.random.default_rng(seed)
    records = len(list_of)
    wanted = min(wanted, records)
    chosen = _telling(pairs, near, int(wanted * (1 - AT_RANDOM)), records, rng)
    # Records without candidates are asked too: their match may lie where nobody compared.
    rest = [record for record in _in_turn(list_of, rng) if record not in chosen]
    both = [*chosen, *rest[: wanted - len(chosen)]]
    return {both[k]: bool(k >= len(chosen)) for k in rng.permutation(len(both)).tolist()}


def _in_turn(list_of: Ints, rng: np.random.Generator) -> list[int]:
    """All records in a random order in which the lists take turns.

    Nearly all records of a list that is far longer than the others match nobody, and an answer
    "none" says little. A link has one end on each of its lists, so it is met from the shorter; of
    links that blocking missed, those of short lists therefore count for more.
    """
    order = rng.permutation(len(list_of))
    turn = np.empty(len(order), dtype=np.int64)
    for k in np.unique(list_of):
        here = list_of[order] == k
        turn[here] = np.arange(here.sum())
    return [int(record) for record in order[np.argsort(turn, kind="stable")]]


def _telling(
    pairs: Pairs, near: dict[int, list[int]], wanted: int, records: int, rng: np.random.Generator
) -> list[int]:
    """Take one record after the other, each time that which adds most to what is known."""
    of = sorted(near)
    if not of or not wanted:
        return []
    plausible = rng.normal(UNLABELLED.mean, UNLABELLED.sd, size=(PLAUSIBLE, 4))
    shift = np.array([np.log(max(records, 2)), 0.0, 0.0, 0.0])  # the prior odds of a link, roughly
    features = features_of(pairs)
    information = np.array([_information(features[near[r]], plausible - shift) for r in of])
    sum_of = KNOWN * np.eye(4)
    left = set(range(len(of)))
    chosen: list[int] = []
    while left and len(chosen) < wanted:
        inverse = np.linalg.inv(sum_of)
        # The determinant grows by about this trace.
        gain = np.einsum("rab,ba->r", information, inverse)
        best = max(left, key=lambda r: (gain[r], -r))
        left.remove(best)
        chosen.append(of[best])
        sum_of = sum_of + information[best]
    return chosen


def _information(features: Array, plausible: Array) -> Array:
    """Fisher information on (a, b, c, d) of one answer: the covariance of what is chosen among."""
    scores = plausible @ features.T
    most = np.maximum(scores.max(axis=1, keepdims=True), 0.0)
    weight = np.exp(scores - most)
    chance = weight / (weight.sum(axis=1, keepdims=True) + np.exp(-most))
    mean = chance @ features
    square = np.einsum("dk,ka,kb->dab", chance, features, features)
    spread: Array = (square - np.einsum("da,db->dab", mean, mean)).mean(axis=0)
    # Weights are many nats wide: on a common scale no parameter is asked for before the others.
    scale = np.array([1.0, 10.0, 1.0, 1.0])
    return spread / np.outer(scale, scale)
