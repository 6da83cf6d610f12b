"""The joint prior of reporting ratios: who shares what with whom."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special, stats

from casualty_est.claims.model.cells import Label
from casualty_est.claims.model.ratios import Target, build_ratios
from casualty_est.priors import read_priors

PRIORS = read_priors()
FRACTIONS = (0.5, 0.3, 0.2)


def target(source, role, scope="all", level="total"):
    prior = PRIORS.ratio(source, role, level)
    label = Label(scope, "killed", "civilians", "any")
    return Target(source, role, level, label, prior, f"role {role} {level}")


def covariance_by_hand(targets, fractions=FRACTIONS):
    """b = m + sd (sqrt(role) u_role + sqrt(source) u_source + sqrt(target) u_target)."""
    count = len(targets)
    out = np.zeros((count, count))
    for i, one in enumerate(targets):
        for j, other in enumerate(targets):
            shared = 0.0
            if one.block == other.block:
                shared += fractions[0]
                if one.source == other.source:
                    shared += fractions[1]
            if i == j:
                shared = sum(fractions)
            out[i, j] = shared * one.prior.core.sd * other.prior.core.sd
    return out


CASES = {
    "one": [target("A", "monitor")],
    "two of a role": [target("A", "monitor"), target("B", "monitor")],
    "two roles": [target("A", "monitor"), target("B", "perpetrator")],
    "regions": [
        target("A", "monitor", "x"),
        target("A", "monitor", "y"),
        target("B", "monitor", "x"),
        target("P", "perpetrator", "x"),
        target("P", "perpetrator", "y"),
        target("Q", "media", "y"),
    ],
    "levels apart": [target("A", "media"), target("B", "media", level="incident")],
    "no role": [target("A", None), target("B", None)],
}


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize(
    "fractions", [FRACTIONS, (0.0, 0.8, 0.2), (0.0, 0.0, 1.0), (0.7, 0.0, 0.3)]
)
def test_covariance_is_the_sum_of_shared_terms(name, fractions):
    targets = CASES[name]
    ratios = build_ratios(targets, fractions)
    got = ratios.covariance(np.ones(len(targets)))
    np.testing.assert_allclose(got, covariance_by_hand(targets, fractions), atol=1e-12)
    # Merging parts that nobody shares changes no variance.
    parts = ratios.role_part**2 + ratios.source_part**2 + ratios.target_part**2
    np.testing.assert_allclose(parts, 1.0)


def test_only_what_is_shared_has_a_parameter():
    sizes = {
        name: (r.role_terms, r.source_terms)
        for name, targets in CASES.items()
        for r in [build_ratios(targets, FRACTIONS)]
    }
    assert sizes == {
        "one": (0, 0),
        "two of a role": (1, 0),
        "two roles": (0, 0),
        "regions": (1, 2),
        "levels apart": (0, 0),
        "no role": (1, 0),
    }


def test_scaled_sds_scale_rows_and_columns():
    targets = CASES["regions"]
    scale = np.array([2.0, 2.0, 1.0, 1.0, 0.5, 1.0])
    got = build_ratios(targets, FRACTIONS).covariance(scale)
    np.testing.assert_allclose(got, covariance_by_hand(targets) * np.outer(scale, scale))


@pytest.mark.parametrize("name", ["one", "two of a role", "regions", "two roles"])
def test_scores_are_the_slope_of_the_joint_log_prior_of_log_ratios(name):
    """By finite differences of SciPy's density, with the change of variables for completeness."""
    targets = CASES[name]
    ratios = build_ratios(targets, FRACTIONS)
    joint = stats.multivariate_normal(ratios.mu, covariance_by_hand(targets))

    def log_prior(b):
        logit = ratios.logit
        share = np.exp(np.where(logit, b, -1.0))
        core = np.where(logit, special.logit(share), b)
        # core as a function of log share: d core / d b = 1 / (1 - share)
        return joint.logpdf(core) - np.log1p(-share[logit]).sum()

    rng = np.random.default_rng(3)
    for _ in range(5):
        core = ratios.mu + rng.normal(size=len(targets)) * ratios.sd
        b = np.where(ratios.logit, special.log_expit(core), core)
        expected = optimize.approx_fprime(b, log_prior, 1e-7)
        got = ratios.scores(core, np.ones(len(targets)))
        np.testing.assert_allclose(got, expected, rtol=2e-4, atol=2e-4)


def test_scores_have_mean_zero_under_the_prior():
    ratios = build_ratios(CASES["regions"], FRACTIONS)
    rng = np.random.default_rng(5)
    covariance = covariance_by_hand(CASES["regions"])
    core = rng.multivariate_normal(ratios.mu, covariance, 200_000)
    scores = ratios.scores(core, np.ones(6))
    error = scores.std(axis=0) / np.sqrt(len(core))
    assert (np.abs(scores.mean(axis=0)) < 5 * error).all()


def test_over_counts_belong_to_the_source():
    ratios = build_ratios(CASES["regions"], FRACTIONS)
    np.testing.assert_array_equal(ratios.over_index, [0, 0, 1, -1, -1, -1])
    np.testing.assert_allclose(ratios.over_mean, [0.05, 0.05])
    np.testing.assert_allclose(ratios.over_sd, [0.10, 0.10])
