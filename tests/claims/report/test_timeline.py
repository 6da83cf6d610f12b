"""The part of the report on claims over time: true, clear, and nothing to misquote."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from casualty_est.claims.report import timeline
from casualty_est.claims.report.tables import refits
from casualty_est.claims.report.what_if import Rival, if_right, rivals, what_if
from casualty_est.claims.schema import AsOf
from casualty_est.report import tables
from casualty_est.report.said import Said
from casualty_est.report.text import against_claims
from casualty_est.result.checks import CheckedClaim
from casualty_est.result.schema import Note
from tests.support.over_time_by_hand import CLAIMS, DATES, anchor, claim, over_time
from tests.support.page import Page, page_of


@pytest.fixture(scope="module")
def estimate():
    text = (
        "'Tally' (civilians, killed) contradicts itself: its totals fall once by more than their "
        "error allows (rows 1, 2)"
    )
    estimate = over_time(warnings=(Note("contradictory", text),))
    estimate.details.as_of |= {
        f"0:0.95:{DATES[i]}": AsOf(
            date=DATES[i],
            claims=3,
            documented_low=None if i < 5 else 300.0,
            median=1000.0 * i,
            low=500.0 * i,
            high=3000.0 * i,
            prob=0.95,
            converged=i != 12,
        )
        for i in (12, 4)
    }
    return estimate


@pytest.fixture(scope="module")
def page(estimate):
    return page_of(estimate)


def test_totals_to_other_days_are_no_rivals(estimate):
    """Army stated 90 to day 360 and 200 to day 600; the estimate is of day 720."""
    assert rivals(estimate) == []
    assert what_if(estimate) == []
    asked = over_time(
        [
            *CLAIMS,
            claim("Army", "20", DATES[-1], role="perpetrator"),
            claim("Tally", "1,000", DATES[-1]),
        ]
    )
    assert rivals(asked)[0] == Rival(20.0, "Army", "20")
    assert if_right(asked, rivals(asked)[0]) == [
        "If 20 were the true number, Tally (1,000) would have reported about 50 times the true "
        "number."
    ]


# The first paragraph -------------------------------------------------------------------------


def test_the_first_paragraph_says_what_a_path_is_and_is_not(estimate):
    said = " ".join(timeline.first(estimate, 0, 0.95))
    table = estimate.path()
    table = table[table["scope"] == "A+B"].set_index("date")
    (day,) = {d for d in DATES if f"to {_written(d)}:" in said}
    median = table.loc[day, "median"]
    (number,) = re.findall(r"about ([\d,]+)", said)
    assert float(number.replace(",", "")) == pytest.approx(median, rel=0.05)
    assert "95% credible interval" in said
    for words in ("estimates", "not what was known on that day", "must not be added"):
        assert words in said
    assert "documented" not in said.lower()


def _written(iso):
    from casualty_est.report.naming import day

    return day(iso)


def test_the_lede_says_where_the_claims_end(estimate):
    said = " ".join(timeline.lede(estimate))
    assert "No claim covers a day after 22 August 2021" in said
    assert "carries the number forward from then to 20 December 2021." in said
    assert "Army admits deaths months or years later" in said


def test_the_lede_names_an_anchor_that_holds_the_end():
    anchored = over_time(delayed=(), anchors=[anchor(DATES[-1])])
    said = " ".join(timeline.lede(anchored))
    assert "and a number given from outside limits it" in said
    assert "admit" not in said


def test_the_lede_adds_nothing_where_claims_reach_the_end():
    whole = over_time([claim("Tally", "900", DATES[-1])], delayed=())
    assert timeline.lede(whole) == []
    # A claim without a date is counted to the last day.
    undated = over_time([claim("Tally", "900", None)], delayed=())
    assert timeline.lede(undated) == []


@pytest.mark.thorough
def test_the_page_says_to_which_day_the_number_runs(page):
    lede = re.search(r'<p class="lede">(.*?)</p>', page, re.DOTALL)[1]
    assert "up to 20 December 2021" in lede
    assert "No claim covers a day after" in page
    assert "Army admits deaths" in page


# Tables --------------------------------------------------------------------------------------


def test_running_totals_at_ends_of_quarters(estimate):
    table = timeline.path(estimate, 0, 0.95)
    assert len(table.rows) <= timeline.SHOWN
    assert table.rows[-1][0] == _written(DATES[-1])
    numbers = estimate.summary().iloc[0]
    assert float(table.rows[-1][2].replace(",", "")) == pytest.approx(numbers["median"], rel=0.05)
    stated = [row[1] for row in table.rows]
    assert stated[0] == "none"
    assert stated[-1] == "at least 1,500"


def test_as_of_in_the_order_of_days(estimate):
    table = timeline.as_of(estimate, 0.95)
    assert [row[0] for row in table.rows] == [
        _written(DATES[4]),
        _written(DATES[12]),
    ]
    assert table.rows[1][3:] == ("did not converge", "none")
    assert [row[2] for row in table.rows] == ["none", "at least 300"]
    assert timeline.as_of(estimate, 0.5) is None  # computed for another level only
    assert timeline.as_of(over_time(), 0.95) is None


def test_still_to_come_stands_apart_from_what_was_stated(estimate):
    table = timeline.to_come(estimate, 0, 0.95)
    assert table.head[1:3] == ("Stated by then", "Still to come (estimate)")
    stated = {row[0]: row[1] for row in table.rows}
    assert stated[f"Army, {_written(DATES[-1])}"] == "200"
    last = estimate.still_to_be_admitted().set_index("date").loc[DATES[-1]]
    assert np.isfinite(last["median"])
    (sentence,) = timeline.to_come_said(estimate, 0, 0.95)
    assert f"up to {_written(DATES[19])}" in sentence  # the day of its last claim
    assert "forecast of its statements, not of deaths" in sentence
    assert timeline.to_come(over_time(delayed=()), 0, 0.95) is None


def test_ratios_only_where_they_move(estimate):
    table = timeline.ratios(estimate, 0.95)
    assert [row[0].split(":")[0] for row in table.rows] == ["Army"]
    assert timeline.ratios(over_time(delayed=()), 0.95) is None


def test_many_claims_are_counted_by_source():
    rows = [claim("Tally", str(100 + i), DATES[i % 24]) for i in range(300)]
    table = tables.many_claims(rows, counted=True)
    assert table.rows == (
        (
            "Tally (monitor)",
            "civilians killed in A and B",
            "300",
            "100 to 399",
            f"{_written(DATES[0])} to {_written(DATES[-1])}",
        ),
    )
    assert "300 claims" in table.caption
    # One number on one day is no range.
    (alone,) = tables.many_claims(rows[:1], counted=True).rows
    assert alone[2:] == ("1", "100", _written(DATES[0]))


def test_of_what_a_claim_speaks_that_contradicts_the_rest(estimate):
    one, other = (replace(claim("Tally", "862", day), surprise=0.001) for day in DATES[2:4])
    checked = [CheckedClaim(c.source, c.text, c.surprise, c) for c in (one, other)]
    rest = CheckedClaim("Herald", "90", 0.5, one)
    said = against_claims(replace(estimate.check(), claims=(*checked, rest)))
    assert len(said) == 2
    for sentence, day in zip(said, DATES[2:4], strict=True):
        what = f"civilians killed in A and B between 1 January and {_written(day)}"
        assert sentence.startswith(f"Tally: “862” for {what} contradicts the rest")
    # Where all speak of one count it is not said again.
    said = against_claims(replace(estimate.check(), claims=(checked[0], rest)))
    assert said[0].startswith("Tally: “862” contradicts the rest")


# The page ------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_the_page_has_every_part(page):
    said = Page(page).text
    for words in (
        "Over time",
        "Still to be admitted",
        "What would have been said earlier",
        "How restated totals are counted",
        "Of one source the last number of each month stands.",
        "Sources that contradict themselves",
        "'Tally' (civilians, killed) contradicts itself: its totals fall once by more than their "
        "error allows (rows 1, 2).",
        "Reporting over time",
    ):
        assert words in said
    # Karhunen-Loeve terms are no key number: they belong to the method.
    assert said.index("How restated totals are counted") > said.index("Appendix 7. The method")
    assert page.count("data:image/svg+xml") == 4 * 5  # total, sources, priors, path, ratio_paths


@pytest.mark.thorough
def test_an_estimate_without_time_has_no_such_part(coalition_page):
    said = Page(coalition_page).text
    assert "Over time" not in said
    assert "Reporting over time" not in said


@pytest.mark.usefixtures("no_pictures")
def test_names_are_escaped():
    name = '<img src=x onerror="alert(1)">'
    claims = [replace(row, source=name) if row.source == "Army" else row for row in CLAIMS]
    claims = [replace(row, target=f"ratio of {row.source}") for row in claims]
    page = page_of(over_time(claims, delayed=(name,)))
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "script" not in Page(page).names


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_comparisons_are_set_beside_and_escaped(page):
    beside = {
        "caption": "Published, and here.",
        "head": ["", "<b>"],
        "rows": [["A & B", "<i>9</i>"]],
    }
    other = page_of(over_time(), said=Said(comparisons=(beside,)))
    assert "Beside other estimates" in other
    assert "&lt;i&gt;9&lt;/i&gt;" in other
    assert "<i>9" not in other
    assert "Beside other estimates" not in page


@pytest.mark.thorough
def test_a_claim_of_a_perpetrator_is_told_once(page):
    said = Page(page).text
    # "Army" is no party named in the table, so nothing is said of acceptance.
    assert "Attribution: none." in said


def test_refits_are_not_started_unasked(estimate):
    assert refits(estimate, 0.95) == []
