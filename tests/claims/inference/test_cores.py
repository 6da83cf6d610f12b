"""Completeness behind exact draws of ratios, and moved priors as weights, against refits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import special

from casualty_est.claims.inference.cores import cores, prior_sds
from casualty_est.claims.inference.exact import draw, solve
from casualty_est.claims.model.ratios import LEAST_OVER_SD
from casualty_est.claims.refits.radius import median_after
from casualty_est.result.smallest_move import Weighed
from tests.support.claim_tables import model as plain_model
from tests.support.former import former

MONITORS = {
    "A": {
        "completeness": {"median": 0.6, "sd": 0.9},
        "over_count": {"mean": 0.05, "sd": 0.15},
    },
    "B": {"completeness": {"median": 0.5, "sd": 0.7}},
    "C": {"ratio": {"median": 0.3, "sd": 0.8}, "over_count": {"mean": 0.1, "sd": 0.3}},
}


def model(*rows, priors):
    return plain_model(*rows, priors=former(priors))


def of_three():
    rows = (("A", "monitor", "6,047"), ("B", "monitor", "4,001"), ("C", "media", "about 2,000"))
    return model(*rows, priors={"sources": MONITORS})


def drawn(one, count=8000):
    posterior = draw(
        one.layout,
        solve(one.layout),
        chains=1,
        draws=count,
        rng=np.random.default_rng(4),
    )
    return posterior, cores(one.layout, posterior, 4).core


def test_a_completeness_without_over_count_follows_from_its_ratio():
    one = model(("B", "", "4,001"), priors={"sources": {"B": MONITORS["B"]}})
    posterior, core = drawn(one, 500)
    left = posterior.log_ratio[0, :, 0] - special.log_expit(core[:, 0])
    assert np.abs(left).max() < 5 * LEAST_OVER_SD


def test_ratio_less_core_is_the_over_count_of_the_posterior():
    """One monitor: its completeness and over-count by weights of draws from their priors."""
    one = model(("A", "", "6,047"), priors={"sources": {"A": MONITORS["A"]}})
    posterior, core = drawn(one)
    over = posterior.log_ratio[0, :, 0] - special.log_expit(core[:, 0])
    rng = np.random.default_rng(8)
    x = special.logit(0.6) + 0.9 * rng.standard_normal(400_000)
    o = 0.05 + 0.15 * rng.standard_normal(len(x))
    log_n = math.log(3000) + 3 * rng.standard_normal(len(x))
    said = special.log_expit(x) + o + log_n
    weight = (1 + ((math.log(6047) - said) / 0.15) ** 2 / 4) ** -2.5
    for ours, theirs in ((core[:, 0], x), (over, o)):
        mean = weight @ theirs / weight.sum()
        sd = math.sqrt(weight @ (theirs - mean) ** 2 / weight.sum())
        assert ours.mean() == pytest.approx(mean, abs=0.06 * sd)
        assert ours.std() == pytest.approx(sd, rel=0.04)


def test_a_source_that_misses_little_has_a_narrow_completeness():
    given = {
        "completeness": {"median": 0.98, "sd": 0.03},
        "over_count": {"mean": 0.0, "sd": 0.05},
    }
    one = model(("A", "", "6,047"), ("B", "", "about 5,000"), priors={"sources": {"A": given}})
    _, core = drawn(one, 2000)
    at = [target.source for target in one.layout.ratios.targets].index("A")
    assert core[:, at].mean() == pytest.approx(special.logit(0.98), abs=0.01)
    assert core[:, at].std() == pytest.approx(0.03, rel=0.05)


@pytest.mark.thorough
def test_cores_of_one_role_share_what_their_ratios_say():
    """Against weights: draws of both cores from their joint prior, given both ratios."""
    one = of_three()
    _, core = drawn(one)
    ratios = one.layout.ratios
    rng = np.random.default_rng(9)
    count = 400_000
    prior = rng.multivariate_normal(ratios.mu, ratios.covariance(), count)
    over = ratios.over_mean + ratios.over_sd * rng.standard_normal((count, 3))
    b = np.where(ratios.logit, special.log_expit(prior), prior) + over
    log_n = rng.uniform(math.log(3000), math.log(60_000), count)
    logs = -0.5 * ((log_n - math.log(3000)) / 3) ** 2
    for i, (number, sd) in enumerate(((6047, 0.15), (4001, 0.15), (2000, math.hypot(0.15, 0.15)))):
        logs = logs - 2.5 * np.log1p(((math.log(number) - log_n - b[:, i]) / sd) ** 2 / 4)
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    ess = 1 / (weight**2).sum()
    assert ess > 2000
    mean = weight @ prior
    sd = np.sqrt(weight @ (prior - mean) ** 2)
    np.testing.assert_allclose(core.mean(axis=0), mean, atol=0.08 * sd.max())
    np.testing.assert_allclose(core.std(axis=0), sd, rtol=0.06)
    theirs = (weight[:, None] * (prior - mean)).T @ (prior - mean) / np.outer(sd, sd)
    np.testing.assert_allclose(np.corrcoef(core.T), theirs, atol=0.06)


@pytest.fixture(scope="module")
def three():
    one = of_three()
    return one, one.fit(seed=3, draws=2500)


@pytest.mark.thorough
@pytest.mark.parametrize("which", range(7))
def test_weights_of_a_moved_prior_agree_with_a_refit(three, which):
    """Three cores, three over-counts, one level."""
    one, est = three
    log_count = np.log(est.draws().ravel())
    movable = est._unknowns(0).movable
    assert len(movable) == 7
    weighed, refit = Weighed(log_count, movable), median_after(one)
    moves = np.zeros(7)
    for by in (-0.5, 0.5):
        moves[which] = by
        assert weighed(moves) == pytest.approx(refit(moves), abs=0.02)
    slope = (refit(np.eye(7)[which] * 0.2) - refit(-np.eye(7)[which] * 0.2)) / 0.4
    assert movable[which].effect_on(log_count) == pytest.approx(slope, abs=0.03)


@pytest.mark.parametrize("moves", [0.0, 0.7, -1.5, 3.0])
def test_quick_medians_are_those_of_the_fine_lattice(moves):
    one = of_three()
    ratios = one.layout.ratios
    moved = replace(ratios, mu=ratios.mu + moves * prior_sds(ratios))
    fine = solve(replace(one.layout, ratios=moved)).quantile(0.5)
    quick = median_after(one)(np.array([moves] * 3 + [0.0] * 4))
    assert quick == pytest.approx(float(fine), abs=1e-3)


@pytest.fixture(scope="module")
def learned():
    """Role priors as learned: what is a source's own has the tails of a Student t."""
    one = plain_model(
        ("A", "monitor", "6,047"), ("B", "monitor", "4,001"), ("C", "perpetrator", "about 2,000")
    )
    return one, one.fit(seed=3, draws=5000)


@pytest.mark.thorough
def test_weights_of_learned_priors_agree_with_refits(learned):
    one, est = learned
    log_count = np.log(est.draws().ravel())
    movable = est._unknowns(0).movable
    weighed, refit = Weighed(log_count, movable), median_after(one)
    for j, item in enumerate(movable):
        for by in (-0.3, 0.3):
            moves = by * np.eye(len(movable))[j]
            assert weighed(moves) == pytest.approx(refit(moves), abs=0.03), item.name
    together = np.full(len(movable), 0.2)
    assert weighed(together) == pytest.approx(refit(together), abs=0.03)


@pytest.mark.thorough
def test_an_anchor_moves_with_the_others():
    one = model(
        ("A", "", "6,047"),
        ("C", "", "about 800"),
        priors={
            "sources": {"A": MONITORS["A"], "C": {"ratio": {"median": 0.3, "sd": 0.8}}},
            "anchors": [
                {"interval": [8000, 15000], "prob": 0.9},
                {"source": "C", "ratio": 0.1, "sd": 0.5},
            ],
        },
    )
    est = one.fit(seed=3, draws=2500)
    movable = est._unknowns(0).movable
    weighed, refit = Weighed(np.log(est.draws().ravel()), movable), median_after(one)
    for j in range(len(movable)):
        moves = 0.5 * np.eye(len(movable))[j]
        assert weighed(moves) == pytest.approx(refit(moves), abs=0.02), movable[j].name


@pytest.mark.slow
def test_sampled_and_exact_draws_say_the_same():
    one = of_three()
    exact, sampled = (one.fit(seed=3, draws=2500, method=how) for how in ("exact", "nuts"))
    for name in ("value", "score"):
        theirs, ours = (np.asarray(est.idata["assumed"][name].values) for est in (sampled, exact))
        theirs, ours = (draws.reshape(-1, draws.shape[-1]) for draws in (theirs, ours))
        spread = ours.std(axis=0)
        np.testing.assert_allclose((theirs.mean(axis=0) - ours.mean(axis=0)) / spread, 0, atol=0.08)
        np.testing.assert_allclose(theirs.std(axis=0) / spread, 1, atol=0.06)
    median = float(np.median(exact.draws()))
    assert sampled.radius(0.85 * median).how == "weights"
    assert sampled.radius(0.85 * median).sds == pytest.approx(
        exact.radius(0.85 * median).sds, abs=0.1
    )
