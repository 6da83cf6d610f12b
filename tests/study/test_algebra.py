"""Products of likelihoods on a grid, against closed forms of Normals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from casualty_est.study.inference.algebra import Joint, normal_scores

GRID = np.linspace(-20, 20, 8001)


def joint(means, sds, *, eta=None, rho=0.0, pool=None, grid=GRID):
    means, sds = np.atleast_1d(means), np.atleast_1d(sds)
    like = stats.norm.logpdf(grid, means[:, None], sds[:, None])
    matrix = np.full((len(means), len(means)), rho)
    np.fill_diagonal(matrix, 1.0)
    powers = np.ones(len(means)) if eta is None else np.asarray(eta, dtype=float)
    return Joint(grid, like, powers, matrix, np.zeros_like(grid) if pool is None else pool)


def by_covariance(means, sds, rho):
    """Mean and variance by generalised least squares."""
    matrix = np.outer(sds, sds) * (np.full((len(sds),) * 2, rho) + (1 - rho) * np.eye(len(sds)))
    precision = np.linalg.inv(matrix)
    return precision.sum(axis=0) @ means / precision.sum(), 1 / precision.sum()


@pytest.mark.parametrize("rho", [0.0, 0.5, -0.3, 0.3])
def test_two_normals(rho):
    one = joint([0.0, 1.0], [1.0, 2.0], rho=rho)
    mean, variance = by_covariance(np.array([0.0, 1.0]), np.array([1.0, 2.0]), rho)
    assert one.mean == pytest.approx(mean, abs=1e-3)
    assert one.variance == pytest.approx(variance, abs=1e-3)
    ends = stats.norm.ppf([0.025, 0.5, 0.975], mean, np.sqrt(variance))
    np.testing.assert_allclose(one.quantile([0.025, 0.5, 0.975]), ends, atol=1e-3)
    assert one.weights().sum() == pytest.approx(1, abs=1e-3)


def test_three_normals_that_share_errors():
    means, sds = np.array([0.0, 1.0, -0.5]), np.array([1.0, 2.0, 0.7])
    mean, variance = by_covariance(means, sds, 0.4)
    one = joint(means, sds, rho=0.4)
    assert one.mean == pytest.approx(mean, abs=1e-3)
    assert one.variance == pytest.approx(variance, abs=1e-3)


@pytest.mark.parametrize("eta", [0.0, 0.25, 0.5, 1.0])
def test_a_power_divides_the_precision(eta):
    precision = 1 + eta / 4
    one = joint([0.0, 1.0], [1.0, 2.0], eta=[1.0, eta])
    assert one.mean == pytest.approx(eta / 4 / precision, abs=1e-3)
    assert one.variance == pytest.approx(1 / precision, abs=1e-3)


def test_a_cut_kind_leaves_a_correlated_one_alone():
    one = joint([0.0, 1.0], [1.0, 2.0], eta=[1.0, 0.0], rho=0.6)
    nearly = joint([0.0, 1.0], [1.0, 2.0], eta=[1.0, 1e-6], rho=0.6)
    assert (one.mean, one.variance) == pytest.approx((0.0, 1.0), abs=1e-6)
    assert nearly.variance == pytest.approx(1.0, abs=2e-3)


def test_the_prior_counts_once():
    pool = stats.norm.logpdf(GRID, 3.0, 1.5)
    one = joint([0.0, 1.0], [1.0, 2.0], pool=pool)
    mean, variance = by_covariance(np.array([0.0, 1.0, 3.0]), np.array([1.0, 2.0, 1.5]), 0.0)
    assert (one.mean, one.variance) == pytest.approx((mean, variance), abs=1e-3)


def test_contributions_are_slopes_of_the_mean():
    one, h = joint([0.0, 1.0, 0.4], [1.0, 2.0, 0.8]), 1e-4
    for k, brought in enumerate(one.contributions()):
        slope = (one.with_eta(k, 1 + h).mean - one.with_eta(k, 1 - h).mean) / (2 * h)
        assert brought == pytest.approx(slope, abs=1e-4)


@pytest.mark.parametrize("rho", [0.0, 0.4])
def test_weights_are_what_the_mean_follows(rho):
    means, sds, h = np.array([0.0, 1.0, 0.4]), np.array([1.0, 2.0, 0.8]), 0.01
    for k, weight in enumerate(joint(means, sds, rho=rho).weights()):
        moved = [joint(means + s * h * np.eye(3)[k], sds, rho=rho).mean for s in (1, -1)]
        assert weight == pytest.approx((moved[0] - moved[1]) / (2 * h), abs=2e-3)


def test_information_is_the_precision_gained():
    one = joint([0.0, 1.0], [1.0, 2.0])
    assert one.information(0) == pytest.approx(0.5 * np.log(4 * 1.25), abs=1e-3)
    assert one.information(1) == pytest.approx(0.5 * np.log(1.25), abs=1e-3)
    assert one.only(0).information(0) is None


@pytest.mark.parametrize("rho", [0.0, 0.5, -0.4])
@pytest.mark.parametrize("apart", [0.5, 3.0, 6.5])
def test_conflict_of_two_normals(rho, apart):
    one = joint([0.0, apart], [1.0, 2.0], rho=rho)
    sd = np.sqrt(1 + 4 - 2 * rho * 1 * 2)
    expected = 2 * stats.norm.sf(apart / sd)
    for k in (0, 1):
        assert one.conflict(k) == pytest.approx(expected, rel=0.02, abs=1e-5)


def test_conflict_of_one_against_two_that_are_tied():
    means, sds = np.array([0.0, 0.0, 4.0]), np.array([1.0, 2.0, 1.0])
    one = joint(means, sds)
    tied = np.array([[1, 0.3, 0.2], [0.3, 1, 0.5], [0.2, 0.5, 1]])
    one = replace(one, rho=tied)
    cov = tied * np.outer(sds, sds)
    precision = np.linalg.inv(cov[:2, :2])
    w = precision.sum(axis=0) / precision.sum()
    variance = 1 / precision.sum() + 1 - 2 * w @ cov[:2, 2]
    assert one.conflict(2) == pytest.approx(2 * stats.norm.sf(4 / np.sqrt(variance)), rel=0.02)


def test_the_shift_that_reconciles():
    one = joint([0.0, 6.5], [1.0, 2.0])
    shift = 6.5 - stats.norm.ppf(0.975) * np.sqrt(5)
    assert one.reconciled(0) == pytest.approx(shift, abs=0.01)
    assert one.reconciled(1) == pytest.approx(-shift, abs=0.01)
    assert joint([0.0, 1.0], [1.0, 2.0]).reconciled(0) is None


def test_no_kind_stands_against_nothing():
    assert joint([0.0], [1.0]).conflict(0) is None


def test_normal_scores_are_exact_far_into_the_tails_of_an_uneven_grid():
    points = np.unique(np.concatenate([np.linspace(-40, 40, 801), np.linspace(-1, 1, 501)]))
    scores = normal_scores(points, stats.norm.logpdf(points, 0.3, 1.1))
    np.testing.assert_allclose(scores, (points - 0.3) / 1.1, atol=2e-3)
