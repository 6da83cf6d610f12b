"""Log prior densities of members against SciPy, with the numbers that the model page prints."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from casualty_est.lists.families import AVERAGED, Independence, Pairs, Ridge
from casualty_est.lists.families.classes import Classes
from casualty_est.lists.families.visibility import Visibility
from casualty_est.lists.families.visibility_pair import VisibilityPair
from casualty_est.lists.table.history import HistoryTable

TABLE = HistoryTable.of(("A", "B", "C"), [[1, 0, 0], [0, 1, 0], [0, 1, 1], [1, 1, 1]], [5, 4, 3, 2])
LISTS = [(-1.5, np.sqrt(1.0 + 0.4**2))] * 3  # with a covariance of 0.4^2
LOADINGS = [(-0.4, 0.7), *[(0.0, 1.0)] * 3]

NORMALS = {
    "independence": (Independence, 0, LISTS),
    "a pair": (Pairs, 1, [*LISTS, (0.0, 1.0)]),
    "all pairs, first scale": (Ridge, 0, [*LISTS, *[(0.0, 0.1)] * 3]),
    "all pairs, second scale": (Ridge, 1, [*LISTS, *[(0.0, 0.3)] * 3]),
    "all pairs, third scale": (Ridge, 2, [*LISTS, *[(0.0, 0.8)] * 3]),
    "visibility": (Visibility, 0, [*LISTS, *LOADINGS]),
    "visibility, the other spread": (Visibility, 1, [*LISTS, *LOADINGS]),
    "visibility and a pair": (VisibilityPair, 0, [*LISTS, *LOADINGS, (0.0, 1.0)]),
}


def logpdf(priors, theta):
    mean, sd = np.transpose(priors[3:] or [(0.0, 1.0)])
    lists = stats.multivariate_normal(np.full(3, -1.5), np.eye(3) + 0.4**2).logpdf(theta[:, :3])
    return lists + stats.norm(mean, sd).logpdf(theta[:, 3:]).sum(axis=-1)


@pytest.mark.parametrize(("family", "which", "priors"), NORMALS.values(), ids=NORMALS)
def test_the_prior_is_the_normals_of_the_page(family, which, priors):
    member = family().members(TABLE)[which]
    theta = np.random.default_rng(1).normal(-0.7, 2.0, (5, len(priors)))
    np.testing.assert_allclose(member.log_prior(theta), logpdf(priors, theta), rtol=1e-12)


@pytest.mark.parametrize(("family", "which", "priors"), NORMALS.values(), ids=NORMALS)
def test_and_draws_of_it_have_their_means_and_sds(family, which, priors):
    draws = family().members(TABLE)[which].draw_prior(np.random.default_rng(2), 20_000)
    mean, sd = np.transpose(priors)
    np.testing.assert_allclose((draws.mean(axis=0) - mean) / sd, 0.0, atol=0.03)
    np.testing.assert_allclose(draws.std(axis=0) / sd, 1.0, atol=0.03)
    shared = np.cov(draws[:, :3].T)[np.triu_indices(3, 1)]
    np.testing.assert_allclose(shared, 0.4**2, atol=0.03)


@pytest.mark.parametrize(("which", "own"), [(0, 0.2), (1, 0.7)])
def test_log_odds_of_classes_are_normal_with_three_parts(which, own):
    draws = Classes().members(TABLE)[which].draw_prior(np.random.default_rng(3), 40_000)
    odds = draws[:, :12].reshape(-1, 4, 3)
    assert draws.shape[1] == 15  # four classes in three lists, three ratios of shares
    assert odds.mean() == pytest.approx(-1.5, abs=0.03)
    assert odds.std(axis=0) == pytest.approx(np.sqrt(1.0**2 + 0.8**2 + own**2), rel=0.03)
    same_list = np.mean((odds[:, 0, 0] + 1.5) * (odds[:, 1, 0] + 1.5))
    same_class = np.mean((odds[:, 0, 0] + 1.5) * (odds[:, 0, 1] + 1.5))
    assert same_list == pytest.approx(1.0**2, rel=0.05)
    assert same_class == pytest.approx(0.8**2, rel=0.05)


def test_every_averaged_family_is_held():
    assert {family for family, *_ in NORMALS.values()} | {Classes} == set(AVERAGED)
