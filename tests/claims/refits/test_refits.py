"""Refits are what a model without those rows, or with those priors, would say."""

from __future__ import annotations

import numpy as np
import pytest

from casualty_est import ClaimsModel, UsageError, datasets
from casualty_est.claims.inference.exact import solve
from casualty_est.claims.model.layout import Scenario
from tests.support.claim_tables import model

ROWS = [("A", "perpetrator", "about 800"), ("B", "media", "5,003"), ("C", "third_state", "7,001")]


def expected(rows, prob=0.95, **options):
    posterior = solve(model(*rows, **options).layout)
    return np.exp(posterior.quantile([0.5, (1 - prob) / 2, (1 + prob) / 2]))


@pytest.fixture(scope="module")
def estimate():
    return model(*ROWS).fit(seed=1)


def test_each_alone(estimate):
    alone = estimate.each_source_alone()
    assert list(alone["case"]) == ["only A", "only B", "only C"]
    for i, row in enumerate(ROWS):
        got = alone.loc[i, ["median", "low", "high"]].astype(float)
        np.testing.assert_allclose(got, expected([row]), rtol=0.005)
    assert alone["converged"].all()


def test_each_left_out(estimate):
    without = estimate.without_each_source(ci_prob=0.8)
    assert list(without["case"]) == ["without A", "without B", "without C"]
    assert (without["prob"] == 0.8).all()
    for i in range(3):
        got = without.loc[i, ["median", "low", "high"]].astype(float)
        rest = ROWS[:i] + ROWS[i + 1 :]
        np.testing.assert_allclose(got, expected(rest, 0.8), rtol=0.005)


def test_a_single_source_cannot_be_left_out():
    without = model(*ROWS[:1]).fit(seed=1).without_each_source()
    assert list(without.columns) == ["case", "median", "low", "high", "prob", "converged"]
    assert len(without) == 0


def test_wider_is_the_role_with_its_sd_doubled():
    est = ClaimsModel(datasets.load("coalition")).fit(seed=1)
    wider = est.wider_priors()
    assert list(wider["case"]) == ["role monitor, prior sd doubled"]
    priors = {"roles": {"monitor": {"completeness": {"median": 0.5, "sd": 1.6}}}}
    wide = solve(ClaimsModel(datasets.load("coalition"), priors=priors).layout)
    got = wider.loc[0, ["median", "low", "high"]].astype(float)
    np.testing.assert_allclose(got, np.exp(wide.quantile([0.5, 0.025, 0.975])), rtol=0.005)


def test_nothing_to_widen_elsewhere(estimate):
    assert len(estimate.wider_priors()) == 0


def test_results_are_kept_and_not_shared(estimate):
    first = estimate.each_source_alone()
    first.loc[0, "median"] = -1
    assert estimate.each_source_alone().loc[0, "median"] > 0


def test_a_refit_leaves_the_estimate_alone(estimate):
    before = estimate.draws().copy()
    estimate.each_source_alone()
    np.testing.assert_array_equal(estimate.draws(), before)


def test_levels_are_checked(estimate):
    for name in ("each_source_alone", "without_each_source", "wider_priors"):
        with pytest.raises(UsageError, match="ci_prob must lie"):
            getattr(estimate, name)(ci_prob=95)


def test_a_loaded_estimate_says_what_to_do(estimate, tmp_path):
    estimate.save(tmp_path / "e.nc")
    loaded = type(estimate).load(tmp_path / "e.nc")
    with pytest.raises(UsageError, match="carries no model to refit"):
        loaded.each_source_alone(ci_prob=0.5)
    with pytest.raises(UsageError, match="carries no model to refit"):
        loaded.tipping(123)


def test_scenarios_compose():
    layout = model(*ROWS).layout
    plain = Scenario.plain(layout)
    np.testing.assert_array_equal(plain.without(layout, "B").weights, [1, 0, 1])
    np.testing.assert_array_equal(plain.only(layout, "B").weights, [0, 1, 0])
    twice = plain.without(layout, "A").without(layout, "C")
    np.testing.assert_array_equal(twice.weights, plain.only(layout, "B").weights)
    np.testing.assert_array_equal(plain.shifted(1, 0.5).shifted(1, 0.25).shift, [0, 0.75, 0, 0])
    np.testing.assert_array_equal(plain.shift, np.zeros(4))
    marked = np.array([False, True, False])
    np.testing.assert_array_equal(plain.widened(marked, 2).widened(marked, 2).sd_scale, [1, 4, 1])
