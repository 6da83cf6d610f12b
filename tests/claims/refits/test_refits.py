"""Refits are what a model without those rows, or with those priors, would say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from casualty_est import ClaimsModel, UsageError, datasets
from casualty_est.claims.inference.exact import solve
from casualty_est.claims.model.layout import Scenario, build_layout
from casualty_est.priors import read_priors
from tests.support.claim_tables import by_former_priors as model

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


COALITION = "Coalition in Iraq and Syria 2014-19"


def test_the_conflict_left_in_is_the_model_with_the_whole_record():
    model = ClaimsModel(datasets.load("coalition"))
    assert model.priors.left_out == (COALITION,)
    left_in = model.fit(seed=1).conflict_left_in()
    assert list(left_in["case"]) == [f"the record of {COALITION} left in"]
    whole = build_layout(model.counted.claims, read_priors(left_out=()), roles={}, hedge={})
    got = left_in.loc[0, ["median", "low", "high"]].astype(float)
    ends = np.exp(solve(whole).quantile([0.5, 0.025, 0.975]))
    np.testing.assert_allclose(got, ends, rtol=0.005)
    # It is another answer than that of the model without it.
    alone = np.exp(solve(model.layout).quantile([0.5, 0.025, 0.975]))
    assert abs(np.log(ends / alone)).max() > 0.01


def named(scope="", perpetrator="", **options):
    rows = pd.DataFrame({"source": ["A"], "role": ["monitor"], "quantity": ["5,003"]})
    return ClaimsModel(rows.assign(scope=scope, perpetrator=perpetrator), **options)


@pytest.mark.parametrize(
    "options",
    [
        {"scope": "Iraq+Syria", "perpetrator": "Coalition"},
        {"scope": "Raqqa"},
        {"scope": "RAQQÂ"},
        {"conflict": "Raqqa"},
        {"conflict": COALITION},
    ],
)
def test_a_conflict_is_left_out_by_words_of_the_labels(options):
    model = named(**options)
    assert COALITION in model.priors.left_out
    note = dict(model.notes)["record"]
    assert ", without " in note
    assert COALITION in note
    kept = [r for r in datasets.record() if r.conflict not in model.priors.left_out]
    main = [row for row in kept if row.use == "main"]
    behind = f"{len(main)} statements in {len({row.conflict for row in main})} conflicts"
    assert f"learned from {behind}, without" in note


def test_a_name_in_another_language_is_told():
    notes = [text for code, text in named(scope="Mossul").notes if code == "record"]
    assert len(notes) == 2
    assert f"without {COALITION}" in "".join(notes)
    assert "'Mossul' was read as Mosul to find the conflict that the record leaves out" in notes


@pytest.mark.parametrize("options", [{}, {"scope": "Atlantis"}, {"scope": "Assyriania"}])
def test_elsewhere_nothing_is_left_out_and_the_note_says_so(options):
    model = named(**options)
    assert model.priors.left_out == ()
    assert dict(model.notes)["record"].endswith("conflict= names one")
    assert len(model.fit(seed=1, draws=100).conflict_left_in()) == 0


def test_an_analyst_who_gives_all_numbers_does_without_the_record():
    spec = {"sources": {"A": {"ratio": {"median": 0.5, "sd": 0.5}}}}
    model = named(scope="Raqqa", priors=spec)
    assert "record" not in dict(model.notes)
    assert len(model.fit(seed=1, draws=100).conflict_left_in()) == 0


def test_results_are_kept_and_not_shared(estimate):
    first = estimate.each_source_alone()
    first.loc[0, "median"] = -1
    assert estimate.each_source_alone().loc[0, "median"] > 0


def test_a_refit_leaves_the_estimate_alone(estimate):
    before = estimate.draws().copy()
    estimate.each_source_alone()
    np.testing.assert_array_equal(estimate.draws(), before)


def test_levels_are_checked(estimate):
    for name in ("each_source_alone", "without_each_source", "conflict_left_in"):
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
