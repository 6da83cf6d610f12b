"""The comparison of priors and rules weighs draws as it says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from casualty_est.lists.families import Classes, Independence, Pairs, Visibility
from casualty_est.lists.inference.averaged import average
from casualty_est.lists.table.history import HistoryTable
from tests.calibration import list_priors

HISTORIES = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
TABLE = HistoryTable.of(("A", "B", "C"), HISTORIES, [60, 50, 40, 20, 15, 12, 9])


@pytest.mark.thorough
def test_the_rule_of_the_package_gives_its_weights():
    families = (Independence(), Pairs(), Visibility())
    whole = average(TABLE, families, seed=np.random.SeedSequence(1))
    people = (TABLE.people + whole.pool.unlisted).astype(float)
    again = list_priors.weights(whole, people, list_priors.RULES["as it is"])
    np.testing.assert_allclose(again, whole.weight, atol=1e-12)
    names = [fit.member.name for fit in whole.members]
    small = names.index("visibility, spread 0.1")
    inside = whole.pool.member == small
    alone = list_priors.weights(whole, people, list_priors.RULES["one spread only"])
    assert again[inside].sum() > 0.01
    assert alone[inside].sum() == 0.0
    fewer = list_priors.weights(whole, people, list_priors.RULES["p(N) ~ 1/N^2"])
    assert fewer @ people < again @ people


@pytest.mark.parametrize(
    "member",
    [Independence().members(TABLE)[0], Visibility().members(TABLE)[1], Classes().members(TABLE)[1]],
    ids=lambda member: member.name,
)
def test_the_ratio_to_the_former_prior_is_that_of_two_densities(member):
    """Draws of the prior, weighed by the ratio, have the moments of the former one."""
    rng = np.random.default_rng(1)
    theta = rng.normal(-1.5, 1.0, (5, member.size))
    ratio = list_priors.former_lists(member, theta, None)
    if hasattr(member, "classes"):
        own, apart = member.own**2, 0.8**2
        parts = np.kron(np.eye(4), np.ones((3, 3))) * apart + np.eye(12) * own
        now, before = (np.kron(np.ones((4, 4)), np.eye(3)) * sd**2 + parts for sd in (1.0, 1.2))
    else:
        now, before = np.eye(3) + 0.4**2, 1.5**2 * np.eye(3)
    odds, mean = theta[:, : len(now)], np.full(len(now), -1.5)
    wanted = stats.multivariate_normal(mean, before).logpdf(odds)
    wanted -= stats.multivariate_normal(mean, now).logpdf(odds)
    np.testing.assert_allclose(ratio, wanted, rtol=1e-9)
    # The prior of the package is the one that the ratio is taken to.
    rest = [member.log_prior(theta)]
    moved = theta.copy()
    moved[:, : len(now)] += 0.3
    rest.append(member.log_prior(moved))
    normal = stats.multivariate_normal(mean, now)
    gap = normal.logpdf(moved[:, : len(now)]) - normal.logpdf(odds)
    np.testing.assert_allclose(rest[1] - rest[0], gap, rtol=1e-8)
