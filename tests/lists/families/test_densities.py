"""Densities of the families against sums over every history, SciPy and each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from casualty_est.lists.families import (
    AVERAGED,
    Classes,
    NoHighestOrder,
    Pairs,
    Ridge,
    VisibilityPair,
)
from casualty_est.lists.families.classes import LatentClasses
from casualty_est.lists.families.member import all_histories
from casualty_est.lists.table.history import HistoryTable

HISTORIES = list(itertools.product((0, 1), repeat=3))
TABLE = HistoryTable.of(("A", "B", "C"), HISTORIES, np.arange(8))


def _probabilities(member, theta):
    """Chance of each history, empty one first, from what the member returns."""
    log_cells, log_odds = member.over(all_histories(3)).evaluate(theta[None])
    empty = 1 / (1 + np.exp(-log_odds[0]))
    return np.concatenate([[empty], np.exp(log_cells[0]) * (1 - empty)])


def _order(chance):
    """The same order as all_histories: list 0 is the lowest bit."""
    return np.array([chance(((i & 1), (i >> 1) & 1, (i >> 2) & 1)) for i in range(8)])


def test_log_linear_by_enumeration():
    rng = np.random.default_rng(1)
    single, every = Pairs().members(TABLE)[1], Ridge().members(TABLE)[2]
    assert single.pairs == ((0, 2),)
    for member in (single, every):
        theta = rng.normal(-1, 1, member.size)

        def weight(x, member=member, theta=theta):
            pairs = sum(g * x[j] * x[k] for g, (j, k) in zip(theta[3:], member.pairs, strict=True))
            return np.exp(np.dot(theta[:3], x) + pairs)

        wanted = _order(weight)
        np.testing.assert_allclose(_probabilities(member, theta), wanted / wanted.sum(), rtol=1e-12)


def test_visibility_against_adaptive_quadrature():
    from scipy.integrate import quad

    member = VisibilityPair().members(TABLE)[0]
    theta = np.array([-1.0, -0.5, -1.5, -0.7, 0.3, -0.2, 0.1, 0.8])
    loading = np.exp(theta[3] + 0.35 * theta[4:7])

    def share(x):
        def inside(u):
            odds = theta[:3] + loading * u
            weights = [np.exp(np.dot(odds, y) + theta[7] * y[0] * y[1]) for y in HISTORIES]
            return weights[HISTORIES.index(x)] / sum(weights) * stats.norm.pdf(u)

        return quad(inside, -9, 9)[0]

    np.testing.assert_allclose(_probabilities(member, theta), _order(share), rtol=1e-5)


def test_classes_by_enumeration_and_prior_by_covariance():
    member = Classes().members(TABLE)[-1]
    theta = np.random.default_rng(2).normal(-1, 1, member.size)
    odds, ratios = theta[:12].reshape(4, 3), np.append(theta[12:], 0.0)
    shares = np.exp(ratios) / np.exp(ratios).sum()
    chance = 1 / (1 + np.exp(-odds))

    def share(x):
        return np.sum(shares * np.prod(np.where(x, chance, 1 - chance), axis=1))

    np.testing.assert_allclose(_probabilities(member, theta), _order(share), rtol=1e-12)
    covariance = np.zeros((12, 12))
    for (k, j), (m, n) in itertools.product(np.ndindex(4, 3), repeat=2):
        covariance[3 * k + j, 3 * m + n] = (
            1.0 * (j == n) + 0.64 * (k == m) + 0.49 * ((k, j) == (m, n))
        )
    wanted = stats.multivariate_normal(np.full(12, -1.5), covariance).logpdf(theta[:12])
    # Dirichlet(1) in log ratios: its constant density 3! times the Jacobian, the product of shares.
    wanted += np.log(6) + np.log(shares).sum()
    assert member.log_prior(theta[None])[0] == pytest.approx(wanted, rel=1e-12)


def test_relabelling_changes_nothing():
    member = Classes().members(TABLE)[-1]
    theta = member.draw_prior(np.random.default_rng(3), 50)
    again = member.relabel(theta)
    np.testing.assert_allclose(member.log_prior(again), member.log_prior(theta), rtol=1e-12)
    for one, two in zip(member.evaluate(again), member.evaluate(theta), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-10)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("family", "which"),
    [*((family, 0) for family in AVERAGED), (Classes, 1)],
    ids=lambda value: getattr(value, "name", value),
)
def test_prior_draws_have_the_prior_density(family, which):
    """Importance weights of a normal under the prior add up to one only if it is normalised."""
    member = family().members(TABLE)[which]
    rng = np.random.default_rng(4)
    draws = member.draw_prior(rng, 20_000)
    proposal = stats.multivariate_t(draws.mean(axis=0), 1.3 * np.cov(draws.T), df=8, seed=rng)
    theta = proposal.rvs(60_000)
    weight = np.exp(member.log_prior(theta) - proposal.logpdf(theta))
    error = weight.std() / np.sqrt(len(weight))
    assert abs(weight.mean() - 1) < 5 * error < 0.2
    mean = (weight[:, None] * theta).mean(axis=0)
    np.testing.assert_allclose(mean, draws.mean(axis=0), atol=0.15)


def test_visible_shares_of_two_classes_by_hand():
    member = LatentClasses(("A", "B", "C"), TABLE.histories.astype(float), 2)
    low, high = np.log(0.01 / 0.99), 0.0
    theta = np.array([[low] * 3 + [high] * 3 + [np.log(0.3 / 0.7)]])
    listed, unlisted = member.visible(theta, np.array([0.02, 0.5]))
    seen = 0.3 * (1 - 0.99**3), 0.7 * (1 - 0.5**3)
    np.testing.assert_allclose(listed[0], [1.0, seen[1] / sum(seen)])
    missed = 0.3 * 0.99**3, 0.7 * 0.5**3
    np.testing.assert_allclose(unlisted[0], [1.0, missed[1] / sum(missed)])


def test_no_highest_order_shares_are_dirichlet():
    family, rng = NoHighestOrder(xi=2.0), np.random.default_rng(5)
    log_cells, log_odds = family.posterior(TABLE, 40_000, rng, rng)
    shape = TABLE.dense()[1:] + 1 / 7
    np.testing.assert_allclose(np.exp(log_cells).mean(axis=0), shape / shape.sum(), atol=0.003)
    cells = np.exp(log_cells[0])
    odd = cells[0] * cells[1] * cells[3] * cells[6]
    assert np.exp(log_odds[0]) == pytest.approx(2.0 * odd / (cells[2] * cells[4] * cells[5]))
