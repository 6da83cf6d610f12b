"""The report of incident reports: what it must say, and what it must not."""

from __future__ import annotations

import re

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.incidents.report import text as incidents_text
from casualty_est.report import render, text

FEW = {"seed": 3, "draws": 500, "tune": 500, "chains": 2, "progress": False}


@pytest.fixture(scope="module")
def syria():
    reports = ce.datasets.incidents("coalition_syria_patterns")
    return ce.IncidentModel(reports, anchor="Airwars").fit(**FEW)


@pytest.fixture(scope="module")
def strikes():
    reports = ce.datasets.incidents("strikes_incidents")
    return ce.IncidentModel(reports, anchor="Airwars").fit(**FEW)


def _words(page: str) -> str:
    text_only = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(text_only.replace("\u00a0", " ").split())


def test_the_first_paragraph_says_what_it_rests_on(syria):
    said = " ".join(text.lede(syria))
    assert said.count("?") == 1
    for words in (
        "are in incidents that at least one source lists",
        "The deaths that Coalition has stated or conceded are about",
        "It rests on the counts of Airwars",
        "no report can confirm or correct that",
        "inferred from 74 incidents that Coalition reported itself",
        "no investigation on the ground has measured it",
    ):
        assert words in said
    # What was documented stands in a sentence of its own.
    assert "9,316" not in said
    assert "9,316" in text.documented(syria)


def test_every_section_is_there(syria):
    page = _words(render(syria))
    for words in (
        "Why the counts differ",
        "Of this gap,",
        "Small incidents are missed more often",
        "The grade of an accepted incident is not used",
        "Coalition accepts 195 of these incidents and states 674 deaths in them",
        "195 accepted, 1,557 rejected, 68 open, 74 of its own",
        "call est.choices()",
        "For 674 to be right, Airwars would have to state",
    ):
        assert words in page
    for words in ("nan", "None", "reporting ratio of totals", "list can hold"):
        assert not re.search(rf"\b{words}\b", page)


def test_without_a_way_to_the_unlisted_there_is_no_total(strikes):
    said = " ".join(text.lede(strikes))
    assert "in incidents that some source lists?" in said
    assert "Deaths in incidents that no source lists are not in it" in said
    assert text.title(strikes).endswith("in listed incidents")
    assert "at least 30" in text.documented(strikes)
    assert "accepts 0 of these incidents" in incidents_text.attribution(strikes)


def test_names_are_escaped_and_nothing_is_fetched():
    import pandas as pd

    rows = {
        "incident": ["1", "1", "2", "2", "3", "4"],
        "source": ["<i>A</i>", "B", "<i>A</i>", "B", "<i>A</i>", "B"],
        "role": ["monitor", "media"] * 3,
        "quantity": ["3", "4", "10", "8", "2", "5"],
    }
    est = ce.IncidentModel(pd.DataFrame(rows), anchor="<i>A</i>").fit(**FEW)
    page = render(est)
    assert "<i>A</i>" not in page
    assert "&lt;i&gt;A&lt;/i&gt;" in page
    assert not re.search(r'(src|href)="(?!data:|#|https://doi\.org)', page)


def test_without_a_role_there_is_no_headline():
    import pandas as pd

    rows = {"incident": ["1", "1", "2", "3"], "source": ["A", "B", "A", "B"]}
    frame = pd.DataFrame(rows | {"quantity": ["3", "4", "2", "7"]})
    est = ce.IncidentModel(frame).fit(**FEW)
    page = _words(render(est))
    assert "This report gives no number" in page
    assert est.incidents()["median"].isna().all()


def test_parts_of_the_gap_are_shares_only_where_all_have_one_sign(syria):
    (said,) = incidents_text.why_they_differ(syria)
    shares = [int(x) for x in re.findall(r"(\d+) %", said)]
    assert abs(sum(shares) - 100) <= 1
    details = syria.meta["details"]["gaps"][0]
    mixed = {**details, "attribution": {**details["attribution"], "mean": -1.0}}
    syria.meta["details"]["gaps"] = [mixed]
    try:
        assert "what the difference is made of" in incidents_text.why_they_differ(syria)[0]
    finally:
        syria.meta["details"]["gaps"] = [details]


def test_grades_show_how_much_of_them_counts(syria):
    grades = {row["grade"]: row for row in syria.meta["details"]["grades"]}
    assert grades["fair"]["real"] > grades["contested"]["real"] > grades["discounted"]["real"]
    assert sum(row["incidents"] for row in grades.values()) == 2044
    assert np.isclose(sum(row["low"] for row in grades.values()), 9301)
