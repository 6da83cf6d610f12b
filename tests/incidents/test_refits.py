"""Refits of incident reports: other settings, without a source, and how wrong the scale must be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from casualty_est.posterior import interval_ends

import casualty_est as ce

FEW = {"seed": 3, "draws": 150, "tune": 250, "chains": 2, "progress": False}
TABLE = {
    "incident": ["1", "1", "2", "2", "3", "4", "5", "5", "6", "7", "8"],
    "source": ["A", "B", "A", "B", "A", "B", "A", "B", "A", "B", "A"],
    "role": ["monitor", "media"] * 2 + ["monitor", "media"] * 2 + ["monitor", "media", "monitor"],
    "quantity": ["3", "4", "10", "8", "2", "5", "1", "1", "at least 6", "3", "2-4"],
}


@pytest.fixture(scope="module")
def two():
    return ce.IncidentModel(_frame(TABLE), anchor=("A", 1.0, 0.2)).fit(**FEW)


@pytest.fixture(scope="module")
def judged():
    reports = ce.datasets.incidents("strikes_incidents")
    return ce.IncidentModel(reports, anchor="Airwars").fit(**FEW)


def _frame(table):
    import pandas as pd

    return pd.DataFrame(table)


def test_other_settings_are_fitted_one_at_a_time(two):
    found = two.choices()
    assert list(found["case"]) == [
        "as fitted",
        "scale joint: the data may move the scale",
        "no report is exactly right",
        "the anchor half as sure: log sd .40 instead of .20",
    ]
    width = np.log(found["high"] / found["low"])
    assert width.iloc[3] > width.iloc[0]
    assert two.choices() is not found  # a fresh table of the same numbers
    assert two.choices().equals(found)


def test_the_first_line_is_the_estimate_itself(two):
    # An end at (1 - .95) / 2 lies a bit beside the one at .025.
    low, median, high = np.quantile(two.draws(), interval_ends(0.95))
    first = two.choices().iloc[0]
    # The same seed and settings give the same draws.
    assert (first["low"], first["median"], first["high"]) == (low, median, high)


def test_grades_and_ranges_are_varied_where_somebody_judges(judged):
    found = judged.choices().set_index("case")
    assert found.loc["grades trusted less", "median"] < found.loc["as fitted", "median"]
    assert "all ranges read alike, as half of their upper end to it" in found.index


def test_without_one_of_two_sources_there_is_no_total_to_compare(two):
    assert two.leave_one_out().empty
    assert two.alone().empty
    listed = two.leave_one_out(1)
    assert list(listed["case"]) == ["without A", "without B"]


def test_without_the_anchor_another_source_sets_the_scale():
    table = {key: list(values) for key, values in TABLE.items()}
    for incident, quantity in (("1", "3"), ("3", "2"), ("7", "4"), ("9", "1")):
        for key, value in zip(table, (incident, "C", "international", quantity), strict=True):
            table[key].append(value)
    est = ce.IncidentModel(_frame(table), anchor="A").fit(**FEW)
    found = est.leave_one_out()
    assert list(found["case"]) == ["without A", "without B", "without C"]
    assert (found["median"] > 0).all()


def test_a_perpetrator_is_compared_with_itself():
    table = {**TABLE, "perpetrator": ["Army"] * 6 + ["Militia"] * 5}
    est = ce.IncidentModel(_frame(table), anchor=("A", 1.0, 0.2)).fit(**FEW)
    rows = est.meta["rows"]
    for i in (i for i, row in enumerate(rows) if row["part"] == "total"):
        # The same seed and settings give the same draws: the first line is the row itself.
        assert est.choices(i)["median"].iloc[0] == np.median(est.draws(i))
    assert {row["cell"]["perpetrator"] for row in rows} == {"any", "Army", "Militia"}


def test_what_nothing_can_be_said_of_is_not_fitted(two, monkeypatch):
    monkeypatch.setattr("casualty_est.incidents.refits.fit", None)
    assert two.alone(0, 0.7).empty


def test_a_setting_that_is_changed_is_the_only_one(two):
    model = ce.IncidentModel(_frame(TABLE), anchor=("A", 1.0, 0.2))
    other = model.varied(scale="joint")
    assert other.settings == {**model.settings, "scale": "joint"}
    with pytest.raises(ce.UsageError, match="no setting 'scales'; did you mean 'scale'"):
        model.varied(scales="joint")


def test_tipping_is_exact_under_the_cut(two):
    median = float(np.median(two.draws()))
    row = two.tipping(median / 2).iloc[0]
    assert row["value"] == pytest.approx(2.0)
    assert row["sds"] == pytest.approx(math.log(2) / 0.2)
    assert "A, and the other sources with it, would have to state 2.0 times" in row["sentence"]
    # With such ratios assumed, the fit is the same and only its scale is another.
    one, half = (
        ce.IncidentModel(
            _frame(TABLE),
            anchor=("A", k, 0.2),
            priors={"sources": {"B": {"within": {"median": k, "sd": 0.4}}}},
        ).layout
        for k in (1.0, 2.0)
    )
    np.testing.assert_allclose(half.arrays.bias_mean, one.arrays.bias_mean, atol=1e-12)
    np.testing.assert_allclose(half.arrays.bias_chol, one.arrays.bias_chol, atol=1e-12)
    assert half.anchor.prior.mu - one.anchor.prior.mu == pytest.approx(math.log(2))
    with pytest.raises(ce.UsageError, match="above 0"):
        two.tipping(0)


@pytest.mark.parametrize("part", ["roles", "sources"])
def test_a_prior_of_totals_is_refused(part):
    name = {"roles": "monitor", "sources": "A"}[part]
    with pytest.raises(ce.UsageError, match=f"{part}.{name}: ratio speaks of totals; write within"):
        ce.IncidentModel(_frame(TABLE), priors={part: {name: {"ratio": {"median": 0.5}}}})


def test_a_joint_scale_has_no_exact_tipping():
    est = ce.IncidentModel(_frame(TABLE), anchor="A", scale="joint").fit(**FEW)
    with pytest.raises(ce.UsageError, match="the data set the scale"):
        est.tipping(10)


def test_a_loaded_estimate_keeps_what_was_computed(two, tmp_path):
    kept = two.choices()
    loaded = ce.Estimate.load(two.save(tmp_path / "e.nc"))
    assert loaded.choices().equals(kept)
    with pytest.raises(ce.UsageError, match="carries no model to refit"):
        loaded.choices(0, 0.5)


def test_other_evidence_has_no_such_settings():
    est = ce.ClaimsModel(ce.datasets.claims("coalition")).fit(seed=1)
    assert est.choices().empty
    with pytest.raises(ce.UsageError, match="strike by strike"):
        est.gap()
    with pytest.raises(ce.UsageError, match="belongs to incident reports"):
        est.incidents()
