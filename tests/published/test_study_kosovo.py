"""Kosovo, March to June 1999: four lists and a household survey together.

A first computation of this study took the survey for a Normal on the scale of people and printed
11,235 (9,288 to 14,419). The survey model reads the published interval on the scale of the log,
where each number stands for a count with the weight of its size, and adds a bias of 0.05: that
moves the median up by some two per cent.
"""

from __future__ import annotations

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.study.inference.density import log_density

pytestmark = pytest.mark.slow

NEAR_CENSUS = 10_401
FIRST = np.array([9288, 11_235, 14_419])
ENDS = [0.025, 0.5, 0.975]


@pytest.fixture(scope="module")
def lists():
    cell = {"scope": "Kosovo", "start": "1999-03-20", "end": "1999-06-22"}
    return ce.ListModel(ce.datasets.lists("kosovo"), cell=cell).fit(seed=1)


@pytest.fixture(scope="module")
def survey():
    return ce.SurveyModel(ce.datasets.survey("kosovo_survey")).fit(seed=1)


@pytest.fixture(scope="module")
def joint(lists, survey):
    study = ce.Study(lists=lists, survey=survey)
    study.bridge("survey", share=0.85, sd=0.05)
    return study.fit(seed=1)


def test_the_joint_interval_contains_the_near_census_and_is_narrower(joint, lists):
    low, median, high = np.quantile(joint.draws(), ENDS)
    assert low < NEAR_CENSUS < high
    alone = np.quantile(lists.draws(), ENDS)
    assert np.log(high / low) < 0.8 * np.log(alone[2] / alone[0])
    np.testing.assert_allclose([low, median, high], FIRST, rtol=0.03)


def test_the_first_computation_again(lists):
    """A Normal on the scale of people for the survey, by a sum that shares no code with ours."""
    n = np.linspace(5000, 40_000, 70_001)
    like = np.exp(log_density(np.log(lists.draws()).ravel())(np.log(n)))
    like *= np.exp(-0.5 * ((n - 0.85 * 12_000) / (0.85 * (18_300 - 5_500) / 3.92)) ** 2)
    below = np.cumsum(like / n)
    ends = np.interp(ENDS, below / below[-1], n)
    np.testing.assert_allclose(ends, FIRST, rtol=0.015)


def test_the_weights_of_the_lists_are_good(joint):
    kinds = {kind.label: kind for kind in joint.details.kinds}
    assert kinds["lists"].khat < 0.5
    assert kinds["lists"].ess > 3000
    on_osce = joint.worth_of("OSCE") * joint.draws()
    np.testing.assert_allclose(on_osce, 1786, rtol=0.03)


def test_no_contradiction(joint):
    assert joint.conflict()["p"].min() > 0.3
