"""Fits of incidents: small tables end to end, robustness, and what must be refused."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.incidents.estimate import IncidentEstimate
from casualty_est.incidents.inference import answer
from casualty_est.incidents.inference.after import reconstruct, stated_numbers
from casualty_est.incidents.model.model import IncidentModel
from tests.support.incident_tables import FEW, judged, overlapping, patterns


@pytest.fixture(scope="module")
def verdicts():
    return IncidentModel(judged(np.random.default_rng(5), 40)).fit(**FEW)


@pytest.fixture(scope="module")
def lists():
    return IncidentModel(overlapping(np.random.default_rng(5), 40), scale="joint").fit(**FEW)


def test_total_is_listed_and_unlisted(verdicts, lists):
    for est in (verdicts, lists):
        parts = [row.part for row in est.meta.rows[:3]]
        assert parts == ["total", "listed", "unlisted"]
        unlisted = est.draws("unlisted")
        np.testing.assert_allclose(est.draws("total"), est.draws("listed") + unlisted)
        assert (unlisted >= 0).all()


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_draws(lists):
    again = IncidentModel(overlapping(np.random.default_rng(5), 40), scale="joint").fit(**FEW)
    np.testing.assert_array_equal(again.draws(), lists.draws())


@pytest.mark.thorough
def test_tables_and_json(verdicts, tmp_path):
    summary = verdicts.summary(0.8)
    assert summary.loc["total", "median"] > summary.loc["listed", "median"] > 0
    sources = verdicts.sources(0.8)
    assert list(sources["source"]) == ["A", "B"]
    assert (sources["completeness_listed"] > 0).all()
    content = json.loads(json.dumps(verdicts.to_dict(0.8), allow_nan=False))
    first = content["sources"][0]
    assert first["ratio_within"]["median"] > 0
    assert first["ratio_total"] is None
    assert [row["deaths"] for row in first["inclusion"]] == list(answer.SIZES)
    medians = [row["median"] for row in first["inclusion"]]
    assert medians[-1] > medians[0]
    assert content["identification"]["kind"] == "elasticity"
    assert content["identification"]["rows"][0]["weight"] == -1
    loaded = ce.Estimate.load(verdicts.save(tmp_path / "e.nc"))
    assert loaded.to_dict(0.8) == verdicts.to_dict(0.8)


def test_incidents_have_a_posterior_of_their_own(verdicts):
    each = verdicts.idata["incidents"]
    assert (each["low"] <= each["median"]).all()
    assert each["real"].min() >= 0
    assert each["real"].max() <= 1


def test_gap_is_the_sum_of_its_parts(verdicts, lists):
    for est in (verdicts, lists):
        for gap in est.details.gaps:
            parts = sum(part.mean for part in gap.parts.values())
            assert parts == pytest.approx(gap.gap, abs=1e-6)


def test_sources_and_rows_are_asked_for_by_label(lists):
    np.testing.assert_array_equal(lists.ratio("B"), lists.ratio(1))
    assert list(lists.inclusion("A")["deaths"]) == list(answer.SIZES)
    with pytest.raises(ce.UsageError, match=r"source must be one of .* not 'Z'"):
        lists.ratio("Z")
    with pytest.raises(ce.UsageError, match=r"row must be one of .* not 'listd' \(did you mean"):
        lists.draws("listd")


def test_a_file_comes_back_with_all_records(verdicts, tmp_path):
    loaded = IncidentEstimate.load(verdicts.save(tmp_path / "e.nc"))
    assert loaded.meta == verdicts.meta
    assert loaded.details == verdicts.details
    assert loaded.details.of_judge().source == "B"


def test_printed_model_names_every_source_and_prior():
    text = repr(IncidentModel(judged(np.random.default_rng(5), 40)))
    for words in (
        "A (monitor): lists",
        "B (perpetrator): judges incidents",
        "grade fair, real and by the perpetrator ~ Beta(17, 3)",
        "share of one among 2 suspects",
        "The grade of an accepted incident is not used",
        "the scale is that of A",
        "recall, log odds",
    ):
        assert words in text


def test_recall_without_error_leaves_nothing_unlisted():
    """Where the monitor surely holds every incident, none is missing."""
    model = IncidentModel(judged(np.random.default_rng(2), 20))
    layout = model.layout
    theta = np.tile(layout.parameters.draw(np.random.default_rng(1), 1), (20, 1))
    start = sum(len(b.labels) for b in layout.parameters.blocks[:-1])
    theta[:, start:] = 40.0, 0.0
    again = reconstruct(layout, theta, np.zeros((len(layout.unit_of), 0)), seed=1)
    assert again.unlisted.sum() == 0
    theta[:, start:] = 0.0, 0.0  # as many missed as held, and not reported by the judge
    many = reconstruct(layout, np.tile(theta, (40, 1)), np.zeros((len(layout.unit_of), 0)), seed=1)
    own = layout.readings.self_reported
    held = (many.real.sum(axis=1)).mean() - layout.readings.patterns.count[own].sum()
    assert many.missed.sum(axis=1).mean() == pytest.approx(held, rel=0.05)


def test_unlisted_of_an_overlap_is_negative_binomial():
    model = IncidentModel(overlapping(np.random.default_rng(2), 20))
    layout = model.layout
    theta = np.tile(layout.parameters.draw(np.random.default_rng(1), 1) * 0.3, (2000, 1))
    from casualty_est.incidents.inference.density import Density

    density = Density(layout)
    density.fill(theta[0])
    p = density.parts.table[0].sum()
    n = layout.readings.patterns.incidents
    again = reconstruct(layout, theta, np.zeros((len(layout.unit_of), 0)), seed=1)
    missed = again.missed.sum(axis=1)
    assert missed.mean() == pytest.approx(n * p / (1 - p), rel=0.05)
    assert missed.var() == pytest.approx(n * p / (1 - p) ** 2, rel=0.15)


# --- robustness --------------------------------------------------------------------------------


def frame(rows, columns=("incident", "source", "quantity")):
    return pd.DataFrame(rows, columns=list(columns))


@pytest.mark.thorough
def test_one_source_has_no_total():
    rows = [(f"i{k}", "A", str(k % 7 + 1)) for k in range(20)]
    model = IncidentModel(frame(rows), roles={"A": "monitor"})
    est = model.fit(**FEW)
    assert [row.part for row in est.meta.rows] == ["listed"]
    assert "no_unlisted" in {note.code for note in est.warnings}
    assert "completeness_listed" not in est.idata["posterior"]


@pytest.mark.thorough
def test_two_sources_without_overlap_rest_on_the_prior():
    rows = [(f"i{k}", "AB"[k % 2], "3") for k in range(20)]
    est = IncidentModel(frame(rows), roles={"A": "monitor", "B": "media"}).fit(**FEW)
    assert est.level("total") == "prior"
    assert {"no_overlap", "two_lists"} <= {note.code for note in est.warnings}
    assert np.isfinite(est.draws()).all()


@pytest.mark.thorough
def test_all_reports_identical():
    rows = [(f"i{k}", s, "4") for k in range(30) for s in "ABC"]
    roles = dict.fromkeys("ABC", "monitor")
    est = IncidentModel(frame(rows), roles=roles, anchor=("A", 1.0, 0.1)).fit(**FEW)
    low, high = np.quantile(est.draws(1), [0.05, 0.95])
    assert low < 120 < high


@pytest.mark.thorough
def test_one_large_incident():
    rows = [(f"i{k}", s, str(k % 5 + 1)) for k in range(20) for s in "AB"]
    rows += [("big", "A", "2000"), ("big", "B", "about 1800")]
    model = IncidentModel(frame(rows), roles={"A": "monitor", "B": "media"}, anchor="A")
    assert model.layout.grid.high[-1] >= 10_000
    est = model.fit(**FEW)
    assert 1500 < np.median(est.draws(1)) < 3000


@pytest.mark.thorough
def test_verdicts_without_numbers_dates_or_deaths():
    columns = ("incident", "source", "quantity", "role", "verdict", "date")
    rows = []
    for k in range(24):
        rows.append((f"i{k}", "M", str(k % 4 + 1), "monitor", "", ""))
        verdict = ("accepted", "rejected", "open")[k % 3]
        said = {"accepted": "0" if k == 0 else "1"}.get(verdict, "")
        rows.append((f"i{k}", "Army", said, "perpetrator", verdict, ""))
    model = IncidentModel(frame(rows, columns), anchor=("M", 1.0, 0.1))
    assert model.layout.arrays.zero
    est = model.fit(**FEW)
    assert np.isfinite(est.draws()).all()
    assert est.sources(0.8)["ratio"].between(0, 1.5).all()


def test_without_roles_there_is_no_headline():
    rows = [(f"i{k}", s, "3") for k in range(10) for s in "AB"]
    model = IncidentModel(frame(rows))
    assert not model.has_level
    assert IncidentModel(frame(rows), assume_unbiased=True).has_level


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scale": "loose"}, "scale must be one of cut, joint"),
        ({"anchor": "C"}, "reports no incidents of its own"),
        ({"anchor": ("A", 1.0, 0.0)}, "log sd be at least"),
        ({"anchor": ("A", "1")}, "anchor is a source"),
        ({"roles": {"A": "spy"}}, "is unknown"),
        ({"roles": {"Z": "media"}}, "is not a source of the table"),
        ({"priors": {"grades": {"good": {"beta": [1, 1]}}}}, "grades: 'good' is unknown"),
        ({"priors": {"grades": {"fair": {"beta": [1]}}}}, "write beta"),
        ({"priors": {"level": {"median": 5, "sd": 1}}}, "speaks of totals"),
        ({"priors": {"sources": {"Q": {"within": {"median": 1, "sd": 1}}}}}, "lists no incidents"),
        ({"unlisted": "recall"}, "takes one source that lists incidents"),
        ({"perpetrator": "X"}, "is not a suspect"),
        ({"share": -1}, "share must be a number above 0"),
        ({"cell": {"place": "x"}}, "cell: 'place' is unknown"),
    ],
)
def test_refusals(settings, message):
    rows = [(f"i{k}", s, "3") for k in range(4) for s in "AB"]
    with pytest.raises(ce.UsageError, match=message):
        IncidentModel(frame(rows), **settings)


def test_a_judge_alone_is_refused():
    table = patterns((("2",),), [[0], [-1]], verdict=np.array([[1], [2]], np.int8))
    with pytest.raises(ce.UsageError, match="add what another source reports"):
        IncidentModel(table)


def test_two_judges_are_refused():
    claim = [[0, -1, -1]]
    verdict = np.array([[0, 1, 2]], np.int8)
    table = patterns((("2",), (), ()), claim, verdict=verdict)
    with pytest.raises(ce.UsageError, match="one source may judge"):
        IncidentModel(table)


def test_common_ranges_do_not_know_the_verdict():
    columns = {"verdict": np.array([[0, 1], [0, 2]], np.int8)}
    edited = patterns((("3", "1-3"), ("3",)), [[0, 0], [1, -1]], **columns)
    model = IncidentModel(edited, range_rule="common")
    texts = {(q.low, q.high) for q in model.layout.readings.patterns.claims[0]}
    assert texts == {(2, 3)}


def test_stated_numbers_count_what_was_accepted():
    table = judged(np.random.default_rng(5), 40)
    model = IncidentModel(table)
    readings = model.layout.readings
    said = stated_numbers(model.layout)[:, 1]
    silent = (readings.verdict != 1) & ~readings.self_reported
    assert (said[silent] == 0).all()
