"""Importance weights of a member: sound up to a largest weight, and from a smallest ESS on."""

from __future__ import annotations

import numpy as np
import pytest

from casualty_est.lists.inference.importance import Weighted


def weighted(weights):
    weights = np.asarray(weights, dtype=float)
    return Weighted(np.zeros((len(weights), 1)), np.zeros(len(weights)), np.log(weights))


def one_heavy(share, rest=1000):
    """One draw that holds this share of all weight."""
    return weighted([share, *np.full(rest, (1 - share) / rest)])


@pytest.mark.parametrize(("share", "sound"), [(0.049, True), (0.051, False), (0.9, False)])
def test_one_draw_holds_a_twentieth_of_the_weight_at_most(share, sound):
    sample = one_heavy(share)
    assert sample.ess == pytest.approx(1 / (share**2 + (1 - share) ** 2 / 1000))
    assert sample.ess > 150 or share > 0.06
    assert sample.sound is sound


@pytest.mark.parametrize(("draws", "sound"), [(149, False), (151, True)])
def test_a_hundred_and_fifty_effective_draws_are_enough(draws, sound):
    sample = weighted(np.full(draws, 0.3))
    assert sample.ess == pytest.approx(draws)
    assert sample.sound is sound


def test_the_evidence_is_the_sum_of_the_weights():
    assert weighted([0.5, 1.5, 2.0]).log_evidence == pytest.approx(np.log(4.0))
