"""Sites that an investigation looked at: tables, shares of a frame, and what they settle."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

import casualty_est as ce
from casualty_est.errors import InputError, UsageError
from casualty_est.incidents.inference import frame
from casualty_est.incidents.model.model import IncidentModel
from casualty_est.incidents.model.readings import FOUND, NOT_FOUND
from casualty_est.incidents.report import text, witnesses
from tests.support.incident_tables import FEW
from tests.support.site_simulator import simulate

ROWS = [
    ("1", "A", "monitor", "3", "fair", ""), ("1", "Team", "investigation", "4", "", ""),
    ("2", "A", "monitor", "10", "fair", ""), ("2", "Team", "", "0", "", ""),
    ("3", "B", "media", "about 6", "weak", ""), ("3", "A", "monitor", "5", "", ""),
    ("4", "Team", "", "2", "", "0.25"), ("5", "Team", "", "0", "", "0.25"),
    ("6", "B", "media", "2", "weak", ""), ("6", "Team", "", "2", "", "0.25"),
]  # fmt: skip
NAMES = ["incident", "source", "role", "quantity", "grade", "prob"]


def table(rows=ROWS):
    return pd.DataFrame(rows, columns=NAMES)


# --- the table -------------------------------------------------------------------------


def test_a_table_of_sites_comes_back_as_it_was():
    reports = ce.IncidentReports(table())
    assert [row.prob for row in reports if row.incident in "456"] == [0.25, 0.25, None, 0.25]
    again = ce.IncidentReports(reports.to_frame())
    assert again.rows == reports.rows


def bad(row, **cells):
    frame = table()
    for column, value in cells.items():
        frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("frame", "row", "column", "says"),
    [
        (bad(6, prob="1.5"), 7, "prob", "above 0 and at most 1"),
        (bad(6, prob="one"), 7, "prob", "above 0 and at most 1"),
        (bad(6, prob="0"), 7, "prob", "above 0 and at most 1"),
        (bad(0, prob="0.2"), 1, "prob", "'A' is none"),
        (bad(6, prob=""), 7, "prob", "only 'Team' speaks of this incident"),
        (bad(3, quantity="unknown"), 4, "quantity", "and 0 where nobody did"),
    ],
)
def test_what_cannot_be_is_named_by_line_and_column(frame, row, column, says):
    with pytest.raises(InputError) as error:
        ce.IncidentReports(frame)
    problem = error.value.problems[0]
    assert (problem.line, problem.column) == (row, column)
    assert says in problem.reason


def test_every_bad_row_is_named():
    frame = bad(6, prob="")
    frame.loc[7, "prob"] = "2"
    frame.loc[3, "quantity"] = "unknown"
    with pytest.raises(InputError) as error:
        ce.IncidentReports(frame)
    assert {problem.line for problem in error.value.problems} >= {4, 7, 8}


# --- what counts -----------------------------------------------------------------------


def test_sites_without_deaths_that_nobody_reports_are_in_no_sum():
    model = IncidentModel(table())
    readings = model.layout.readings
    assert readings.patterns.incidents == 5
    assert any("nobody else reports, in no sum: 1" in note for _, note in model.notes)
    found = dict(zip(readings.kept.tolist(), readings.found.tolist(), strict=True))
    assert sorted(found.values()) == [0, FOUND, FOUND, FOUND, NOT_FOUND]
    # Two of the three sites with deaths were drawn: they are there whoever reports them.
    assert readings.patterns.count[readings.drawn].sum() == 2
    assert model.layout.arrays.history_total == 3
    assert [readings.patterns.sources[s] for s in model.layout.included] == ["A", "B"]


def test_the_investigation_sets_the_scale_unless_another_is_named():
    assert IncidentModel(table()).layout.anchor.source == "Team"
    assert IncidentModel(table()).layout.anchor.prior.sd == pytest.approx(0.05)
    assert IncidentModel(table(), anchor="A").layout.anchor.source == "A"
    own = {"sources": {"Team": {"within": {"median": 1.1, "sd": 0.2}}}}
    assert IncidentModel(table(), priors=own).layout.anchor.prior.median == pytest.approx(1.1)


def test_the_model_says_what_it_takes_an_investigation_for():
    told = repr(IncidentModel(table(), priors={"found": {"beta": [9, 3]}}))
    assert "investigated 5 sites and found deaths at 3; a design drew 3 of them" in told
    assert "the investigation finds the deaths of an incident ~ Beta(9, 3)" in told


def test_reports_without_a_grade_become_one_where_an_investigation_looked():
    frame = table()
    frame["grade"] = ""
    model = IncidentModel(frame)
    assert model.layout.grades == ("ungraded",)
    assert not any(code == "no_grade" for code, _ in model.notes)
    assert IncidentModel(frame[frame["source"] != "Team"]).layout.grades == ()


@pytest.mark.parametrize("unlisted", ["recall", "none"])
def test_sites_that_were_drawn_tell_of_what_nobody_lists(unlisted):
    with pytest.raises(UsageError, match="take 'auto'"):
        IncidentModel(table(), unlisted=unlisted)


def test_two_investigations_are_one_or_fitted_apart():
    with pytest.raises(UsageError, match=r"several do \(Team, B\)"):
        IncidentModel(table(), roles={"B": "investigation"})


def test_a_role_that_the_model_gives_needs_the_design_too():
    frame = table([row for row in ROWS if row[1] != "Team"])
    with pytest.raises(UsageError, match="known to A alone: write in prob"):
        IncidentModel(frame, roles={"A": "investigation"})


def test_a_table_of_sites_alone_has_no_unlisted_part():
    frame = table([row for row in ROWS if row[5] and row[0] in "45"])
    frame["role"] = "investigation"
    model = IncidentModel(frame)
    assert (model.layout.included, model.layout.unlisted) == ((), "none")


# --- shares of a frame -----------------------------------------------------------------


def test_the_share_of_one_area_is_a_beta():
    """21 of 103 sites: 21% (14% to 29%)."""
    share, elsewhere = frame.shares(
        np.array([21.0]), np.array([103.0]), 200_000, np.random.default_rng(1)
    )
    low, median, high = np.quantile(share, [0.025, 0.5, 0.975])
    np.testing.assert_allclose([low, median, high], [0.14, 0.21, 0.29], atol=0.005)
    assert elsewhere is None


@pytest.mark.thorough
def test_shares_of_areas_are_those_of_quadrature():
    some, sites = np.array([2.0, 9.0, 10.0]), np.array([40.0, 30.0, 33.0])
    drawn, elsewhere = frame.shares(some, sites, 200_000, np.random.default_rng(2))
    levels, effects = np.linspace(-6, 6, 601), np.linspace(-3, 3, 301)
    share = special.expit(levels[:, None] + effects)
    effect = stats.norm(0, frame.AREA_SD).pdf(effects)
    inside = [stats.binom.pmf(k, n, share) * effect for k, n in zip(some, sites, strict=True)]
    like = [integrate.trapezoid(each, effects) for each in inside]
    prior = special.expit(levels) * special.expit(-levels)  # an even share
    weight = prior * np.prod(like, axis=0)
    weight /= weight.sum()
    for a in range(3):
        means = integrate.trapezoid(share * inside[a], effects) / like[a]
        assert drawn[:, a].mean() == pytest.approx(float(weight @ means), abs=0.002)
    expected = weight @ integrate.trapezoid(share * effect, effects)
    assert elsewhere.mean() == pytest.approx(float(expected), abs=0.003)


def test_sites_that_were_missed_or_not_drawn_are_added():
    rng = np.random.default_rng(3)
    share, find = np.full(200_000, 0.2), np.full(200_000, 0.8)
    more = frame.unseen(share, find, (500, 100, 20), rng)
    # A quarter of all sites had deaths: 100 of the 400 not drawn, and 5 of those drawn.
    assert more.mean() == pytest.approx(105, abs=0.1)
    assert frame.unseen(share[:5], np.ones(5), (100, 100, 20), rng).tolist() == [0] * 5


def test_the_law_of_sizes_is_that_of_scipy():
    model = IncidentModel(table())
    theta = np.zeros((1, model.layout.parameters.size))
    theta[0, 0], theta[0, 1] = 1.2, math.log(0.9)
    grid, law = model.layout.grid, stats.norm(1.2, 0.9)
    low, high = np.log(grid.low - 0.5), np.log(grid.high + 0.5)
    mass = (law.cdf(high) - law.cdf(low)) / (law.cdf(high[-1]) - law.cdf(low[0]))
    width = high - low
    expected = (1 - 1e-4) * mass + 1e-4 * width / width.sum()
    np.testing.assert_allclose(frame.size_law(model.layout, theta)[0], expected, atol=1e-10)


# --- the answer ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def est():
    rng = np.random.default_rng(5)
    rows, looked, prob, _ = simulate(rng, incidents=60, sites=80, frame=60)
    frame = pd.DataFrame(rows + looked, columns=["incident", "source", "role", "grade", "quantity"])
    frame["prob"] = [repr(prob) if source == "team" else "" for source in frame["source"]]
    frame["scope"] = [f"area {ord(name[-1]) % 2}" for name in frame["incident"]]
    return IncidentModel(frame).fit(**FEW)


@pytest.mark.thorough
def test_the_estimate_tells_of_the_sites(est, tmp_path):
    sites = est.sites()
    assert list(sites["area"]) == ["all", "area 0", "area 1"]
    first = sites.iloc[0]
    assert first["with_deaths"] < first["sites"] < first["frame"]
    assert first["share_low"] < first["with_deaths"] / first["sites"] < first["share_high"]
    assert first["deaths_low"] < first["deaths"] < first["deaths_high"]
    looked = est.details.investigated
    assert looked.upheld <= looked.reported
    assert looked.upheld + looked.unreported == first["with_deaths"]
    est.save(tmp_path / "sites.nc")
    pd.testing.assert_frame_equal(ce.Estimate.load(tmp_path / "sites.nc").sites(), sites)


def test_the_report_says_what_was_found(est):
    said = " ".join(witnesses.of_sources(est, 0.95))
    drawn = est.details.investigated.frames[0]
    assert f"Of {drawn.frame:,.0f} sites it drew {drawn.sites:,} and found deaths at" in said
    assert "The sites lie in two areas. In another area like these" in said
    assert "which found deaths in" in " ".join(text.rests_on(est, 0.95))


@pytest.mark.thorough
def test_without_an_investigation_there_are_no_sites():
    frame = table([row for row in ROWS if row[1] != "Team"])
    est = IncidentModel(frame).fit(**FEW)
    assert est.sites().empty
    assert est.details.investigated is None
