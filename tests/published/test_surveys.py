"""Published surveys of violent deaths: their own intervals, and those of the design rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.surveys.model.likelihood import number_of

# Gaza Mortality Survey, doi 10.1016/S2214-109X(25)00522-4; Kosovo, doi
# 10.1016/S0140-6736(00)02404-1; Iraq Family Health Survey, doi 10.1056/NEJMsa0707782.
PRINTED = {
    "Gaza": (63_600, 75_200, 86_800),
    "Kosovo": (5_500, 12_000, 18_300),
    "Iraq Family Health Survey": (104_000, 151_000, 223_000),
}


@pytest.mark.parametrize("study", PRINTED)
def test_without_bias_the_posterior_is_the_published_interval(study):
    low, best, high = PRINTED[study]
    table = pd.DataFrame({"source": [study], "estimate": [f"{best} ({low}-{high})"]})
    est = ce.SurveyModel(table, bias_sd=0.0).fit(seed=1, draws=10_000)
    got = np.quantile(est.draws(), [0.025, 0.5, 0.975])
    np.testing.assert_allclose(got, [low, best, high], rtol=0.02)


# Deaths by violence in the sample, clusters and households; Burnham et al. 2006, doi
# 10.1016/S0140-6736(06)69491-9. The deaths of Gaza and Iraq and the clusters of Kosovo are
# near what the papers imply; they are used here and nowhere else.
DESIGNS = {
    "Gaza": (379, 200, 2_000, 63_600, 75_200, 86_800),
    "Kosovo": (67, 50, 1_197, 5_500, 12_000, 18_300),
    "Iraq 2006": (300, 47, 1_849, 426_369, 601_027, 793_663),
}


@pytest.mark.parametrize("study", DESIGNS)
def test_deaths_and_clusters_alone_give_nearly_the_published_width(study):
    deaths, clusters, households, low, best, high = DESIGNS[study]
    design = {"deaths": [deaths], "clusters": [clusters], "households": [households]}
    table = pd.DataFrame({"source": [study], "estimate": [best], **design})
    est = ce.SurveyModel(table, bias_sd=0.0).fit(seed=1, draws=10_000)
    ends = np.quantile(est.draws(), [0.025, 0.975])
    assert np.log(ends[1] / ends[0]) == pytest.approx(np.log(high / low), rel=0.15)


@pytest.mark.slow
def test_lists_and_survey_of_kosovo_agree_and_contain_the_near_census():
    """The survey counts seventeen months: 85% of its deaths (sd 5%) are in those of the lists."""
    lists = ce.ListModel(ce.datasets.lists("kosovo"), cell={"scope": "Kosovo"}).fit(seed=1)
    counts = np.sort(lists.draws().ravel())
    number = number_of(ce.datasets.survey("kosovo_survey").rows[0])
    shift = np.random.default_rng(1).standard_normal((500, 2)) * (0.05 / 0.85, 0.05)
    at = np.log(counts / 0.85)[:, None] + shift.sum(axis=1)
    weights = np.exp(number.log_likelihood(at)).mean(axis=1)
    low, middle, high = np.interp([0.025, 0.5, 0.975], np.cumsum(weights) / weights.sum(), counts)
    np.testing.assert_allclose([low, middle, high], [9_288, 11_235, 14_419], rtol=0.04)
    assert low < 10_401 < high
    before = np.quantile(counts, [0.025, 0.975])
    assert high - low < 0.75 * (before[1] - before[0])
