"""The records that the review page asks for teach the calibration more than any others do."""

from __future__ import annotations

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.linkage.answers import answers_of, read_labels
from casualty_est.linkage.calibration import Chain
from casualty_est.linkage.review.choose import candidates_of, choose
from tests.linkage.simulator import labels, world

pytest.importorskip("splink")
pytest.importorskip("anyascii")
ASKED, OTHERS = 60, 6


def volumes(seed):
    """Log volume of the posterior of the calibration: after records chosen, and after any."""
    lists = world(seed, people=600)
    model = ce.LinkageModel(ce.Records(lists.tables))
    pairs, number = model.pairs(), len(model)
    near = candidates_of(pairs)
    keys = [key for table in lists.tables.values() for key in table["id"]]
    others = {
        r: [int(pairs.j[p] if pairs.i[p] == r else pairs.i[p]) for p in near.get(r, [])]
        for r in range(number)
    }
    odds = np.full((3, 3), -np.log(number))

    def volume(asked):
        said = read_labels(labels(lists, keys, others, list(asked)), keys)
        chain = Chain(answers_of(said, pairs, model._list_of), pairs, np.random.default_rng(1))
        chain.warm_up(odds)
        draws = np.array([chain.draw(odds) for _ in range(1500)])
        return np.linalg.slogdet(np.cov(draws.T))[1] / 2

    rng = np.random.default_rng(seed)
    chosen = volume(choose(pairs, near, model._list_of, ASKED, seed))
    return chosen, np.mean([volume(rng.permutation(number)[:ASKED]) for _ in range(OTHERS)])


@pytest.mark.thorough
def test_chosen_records_leave_less_doubt_about_the_calibration_than_records_at_random():
    chosen, at_random = np.mean([volumes(seed) for seed in (1, 2, 3, 4)], axis=0)
    assert chosen < at_random - 0.4  # two thirds of the volume
