"""The parts of a report that look ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from casualty_est.report.find_out import far_from
from casualty_est.result.radius import Radius
from tests.support.by_hand import make_estimate, make_row
from tests.support.page import Page, page_of, parts_of
from tests.support.two_numbers import two_numbers


@pytest.fixture(scope="module")
def two():
    return two_numbers()


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_both_parts_stand_in_the_report(two):
    text = Page(page_of(two)).text
    ahead = text[text.index("What to find out next") :]
    assert "Check 50 known deaths against Airwars" in ahead
    assert "known deaths against Pentagon" not in ahead  # a statement is no list to look in
    assert "the most would be gained from this one: ratio of Airwars" in ahead
    assert "can put those who ask and those who answer at risk" in ahead
    needed = text[text.index("What would move the estimate to 800 or 6,047?") :]
    assert "in standard deviations of what we assumed" in needed
    assert text.index("What would move the estimate to") < text.index("What to find out next")


@pytest.mark.thorough
def test_they_are_short(two):
    part = parts_of(two).find_out()
    words = [*part.sentences, *(cell for row in part.studies.rows for cell in row)]
    words += [cell for row in part.needed.rows for cell in row]
    assert len(" ".join(map(str, words)).split()) < 250
    assert len(part.studies.rows) <= 4


@pytest.mark.thorough
def test_a_report_does_not_search_far(two, tmp_path):
    loaded = type(two).load(two.save(tmp_path / "two.nc"))
    for estimate in (two, loaded):
        rows = parts_of(estimate).find_out().needed.rows
        assert [row[0] for row in rows] == ["800", "6,047"]
    fresh, from_file = (parts_of(one).find_out().needed.rows for one in (two, loaded))
    assert fresh[0][1:3] == ("more than 3.0", "contradicted")
    assert fresh[1][1:3] == ("2.3", "needs most assumptions to be wrong the same way")
    assert fresh[1] == ("6,047", "2.3", fresh[1][2], "completeness of Airwars 0.96 instead of 0.50")
    assert from_file[0][1].startswith("more than ")


def test_none_without_a_number(two):
    without = replace(two.meta, has_level=False)
    estimate = type(two)(two.idata, without, two.details)
    assert parts_of(estimate).find_out() is None


@pytest.mark.parametrize(
    ("how", "shown"), [("weights", None), ("refits", [("900", "not reached", "not reached")])]
)
def test_a_row_that_says_nothing_is_not_shown(two, monkeypatch, how, shown):
    """Draws that say nothing of a number leave nothing to print; refits say that it is far."""
    bare = Radius("deaths", 900, None, 0.0, "not reached", (), (), how, None, "")
    monkeypatch.setattr(type(two), "_radius", lambda *a, **k: bare)
    needed = parts_of(two).find_out().needed
    assert (needed and [row[:3] for row in needed.rows[:1]]) == shown


def test_any_kind_of_evidence_has_the_first_part():
    rng = np.random.default_rng(1)
    deaths = np.exp(rng.normal(9, 0.4, (4, 500, 1)))
    estimate = make_estimate(deaths, [make_row()])
    part = parts_of(estimate).find_out()
    assert [row[0] for row in part.studies.rows] == [
        "Household survey with 100 deaths in the sample"
    ]
    assert part.needed is None
    assert "no number in this table weighs that" in part.sentences[-1]
    assert far_from(estimate, [0, 8100, 100, 50_000, 30_000]) == [100, 50_000]
