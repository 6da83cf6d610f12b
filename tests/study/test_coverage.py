"""Simulated worlds of three kinds, of which one speaks twice: what the ledger is for."""

from __future__ import annotations

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.result.shared import Spoken
from casualty_est.study.inference.algebra import Joint
from tests.support.known import ClaimLike, normal

WORLDS = 1500
SDS = np.array([0.2, 0.15, 0.5])  # lists; a claim that is the length of one of them; a survey
GRID = np.linspace(-2.5, 2.5, 1001)


def worlds(rng):
    """Errors of the log of each kind's answer: the claim has the error of the lists."""
    lists = SDS[0] * rng.standard_normal(WORLDS)
    survey = SDS[2] * rng.standard_normal(WORLDS)
    return np.column_stack([lists, lists, survey])


def covered(errors, rho, kinds):
    """The share of worlds whose truth, 0, lies in the 95% interval."""
    held = 0
    for error in errors[:, kinds]:
        like = -0.5 * ((GRID - error[:, None]) / SDS[kinds][:, None]) ** 2
        joint = Joint(GRID, like, np.ones(len(kinds)), rho, np.zeros_like(GRID))
        low, high = joint.quantile([0.025, 0.975])
        held += low < 0 < high
    return held / len(errors)


@pytest.mark.thorough
def test_a_list_that_is_entered_as_a_claim_too():
    errors = worlds(np.random.default_rng(8))
    assert 0.93 <= covered(errors, np.eye(2), [0, 2]) <= 0.98
    assert covered(errors, np.eye(3), [0, 1, 2]) < 0.85


@pytest.mark.slow
def test_errors_that_are_shared_in_part():
    rng, rho = np.random.default_rng(9), 0.6
    matrix = np.array([[1, rho, 0], [rho, 1, 0], [0, 0, 1.0]])
    errors = rng.multivariate_normal(np.zeros(3), matrix * np.outer(SDS, SDS), WORLDS)
    assert 0.93 <= covered(errors, matrix, [0, 1, 2]) <= 0.98
    assert covered(errors, np.eye(3), [0, 1, 2]) < 0.92


@pytest.mark.thorough
@pytest.mark.parametrize("kinds", [[0, 2], [1, 2]])
def test_independent_kinds_are_covered(kinds):
    errors = SDS * np.random.default_rng(10).standard_normal((WORLDS, 3))
    assert 0.93 <= covered(errors, np.eye(2), kinds) <= 0.98


class OneClaim(ClaimLike):
    """Claims of one source: without it nothing is left."""

    def _deaths_without(self, row, sources):
        return None


@pytest.mark.slow
@pytest.mark.parametrize(("how", "least", "most"), [("same", 0.93, 0.98), ("independent", 0, 0.85)])
def test_whole_studies_with_the_ledger_and_with_it_switched_off(how, least, most):
    """The same worlds through the whole study: a list, its length as a claim, and a survey."""
    truth, held, some = 9.0, 0, 400
    for lists, claim, survey in worlds(np.random.default_rng(11))[:some]:
        kinds = {
            "lists": normal(truth + lists, SDS[0], said=[Spoken("MoH", 6000, "6,000")]),
            "claims": normal(
                truth + claim, SDS[1], 1, kind=OneClaim, said=[Spoken("MoH", 6000, "6,000")]
            ),
            "survey": normal(truth + survey, SDS[2], 2),
        }
        study = ce.Study(**kinds)
        study.relation("MoH", "claims", "lists", how)
        joint = study.fit(seed=1, draws=250, claims="full")._joint()
        low, high = joint.quantile([0.025, 0.975])
        held += low < truth < high
    assert least <= held / some <= most
