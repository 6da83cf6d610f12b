"""Refits of incident reports: other settings, without a source, and how wrong the scale must be."""

from __future__ import annotations

import math

import numpy as np
import pytest

import casualty_est as ce
from tests.support.incident_tables import FEW

TABLE = {
    "incident": ["1", "1", "2", "2", "3", "4", "5", "5", "6", "7", "8"],
    "source": ["A", "B", "A", "B", "A", "B", "A", "B", "A", "B", "A"],
    "role": ["monitor", "media"] * 2 + ["monitor", "media"] * 2 + ["monitor", "media", "monitor"],
    "quantity": ["3", "4", "10", "8", "2", "5", "1", "1", "at least 6", "3", "2-4"],
}


@pytest.fixture(scope="module")
def two():
    return ce.IncidentModel(_frame(TABLE), anchor=("A", 1.0, 0.2)).fit(**FEW)


def _frame(table):
    import pandas as pd

    return pd.DataFrame(table)


def records(est, name, row=0):
    """Refits by case. So few draws do not converge, and a table shows no numbers then."""
    return {case.case: case for case in est._records(name, row, 0.95)}


@pytest.mark.slow
def test_other_settings_are_fitted_one_at_a_time(two):
    cases = two.other_settings()
    assert list(cases["case"]) == [
        "as fitted",
        "scale joint: the data may move the scale",
        "no report is exactly right",
        "the anchor half as sure: log sd 0.40 instead of 0.20",
    ]
    width = [np.log(case.high / case.low) for case in records(two, "other_settings").values()]
    assert width[3] > width[0]
    assert two.other_settings() is not cases  # a fresh table of the same numbers
    assert two.other_settings().equals(cases)


@pytest.mark.thorough
def test_the_first_line_is_the_estimate_itself(two):
    # The same seed and settings give the same draws.
    first = records(two, "other_settings")["as fitted"]
    itself = two.summary().iloc[0]
    wanted = [itself["low"], itself["median"], itself["high"]]
    assert [first.low, first.median, first.high] == wanted
    # (1 - 0.95) / 2 is not 0.025, so the last digit may differ.
    ends = np.quantile(two.draws(), [0.025, 0.5, 0.975])
    np.testing.assert_allclose(wanted, ends, rtol=1e-15)


@pytest.mark.thorough
def test_grades_and_ranges_are_varied_where_somebody_judges(strikes):
    cases = records(strikes, "other_settings")
    assert cases["grades trusted less"].median < cases["as fitted"].median
    assert "all ranges read alike, as half of their upper end to it" in cases


@pytest.mark.thorough
def test_without_one_of_two_sources_there_is_no_total_to_compare(two):
    assert two.without_each_source().empty
    assert two.each_source_alone().empty
    listed = two.without_each_source("listed")
    assert list(listed["case"]) == ["without A", "without B"]


@pytest.mark.thorough
def test_without_the_anchor_another_source_sets_the_scale():
    table = {key: list(values) for key, values in TABLE.items()}
    for incident, quantity in (("1", "3"), ("3", "2"), ("7", "4"), ("9", "1")):
        for key, value in zip(table, (incident, "C", "international", quantity), strict=True):
            table[key].append(value)
    est = ce.IncidentModel(_frame(table), anchor="A").fit(**FEW | {"draws": 40, "tune": 60})
    cases = records(est, "without_each_source")
    assert list(cases) == ["without A", "without B", "without C"]
    assert all(case.median > 0 for case in cases.values())


@pytest.mark.slow
def test_a_perpetrator_is_compared_with_itself():
    table = {**TABLE, "perpetrator": ["Army"] * 6 + ["Militia"] * 5}
    fewer = FEW | {"draws": 40, "tune": 60}
    est = ce.IncidentModel(_frame(table), anchor=("A", 1.0, 0.2)).fit(**fewer)
    rows = dict(zip(est.labels, est.meta.rows, strict=True))
    for label in (label for label, row in rows.items() if row.part == "total"):
        # The same seed and settings give the same draws: the first line is the row itself.
        first = records(est, "other_settings", est.labels.index(label))["as fitted"]
        assert first.median == np.median(est.draws(label))
    assert {row.cell.perpetrator for row in rows.values()} == {"any", "Army", "Militia"}


@pytest.mark.thorough
def test_what_nothing_can_be_said_of_is_not_fitted(two, monkeypatch):
    monkeypatch.setattr("casualty_est.incidents.refits.fit", None)
    assert two.each_source_alone(ci_prob=0.7).empty


def test_a_setting_that_is_changed_is_the_only_one(two):
    model = ce.IncidentModel(_frame(TABLE), anchor=("A", 1.0, 0.2))
    other = model.varied(scale="joint")
    assert other.settings == {**model.settings, "scale": "joint"}
    with pytest.raises(ce.UsageError, match=r"no setting 'scales'\. Did you mean 'scale'"):
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


@pytest.mark.thorough
def test_a_joint_scale_has_no_exact_tipping():
    est = ce.IncidentModel(_frame(TABLE), anchor="A", scale="joint").fit(**FEW)
    with pytest.raises(ce.UsageError, match="the data set the scale"):
        est.tipping(10)


@pytest.mark.thorough
def test_a_loaded_estimate_keeps_what_was_computed(two, tmp_path):
    kept = two.other_settings()
    loaded = ce.Estimate.load(two.save(tmp_path / "e.nc"))
    assert loaded.other_settings().equals(kept)
    with pytest.raises(ce.UsageError, match="carries no model to refit"):
        loaded.other_settings(ci_prob=0.5)
