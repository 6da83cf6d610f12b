"""Two tables of claims on the war in Ukraine: what their columns must say of the originals."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from importlib.resources import files

import pytest

from casualty_est import datasets

FIRST, LAST = date(2022, 2, 24), date(2023, 2, 23)
PEOPLE = {"Russian soldiers", "Ukrainian soldiers", "civilians"}


def rows(name="ukraine_2022", **wanted):
    return [
        row
        for row in datasets.claims(name)
        if all(getattr(row, key) == value for key, value in wanted.items())
    ]


def day(number):
    return FIRST + timedelta(days=number - 1)


# --- ukraine_2022 ----------------------------------------------------------------------


def test_the_window_is_the_first_year_of_the_publication():
    dated = rows()
    assert min(row.start for row in dated) == FIRST
    assert max(row.end for row in dated) == max(row.reported for row in dated) == LAST == day(365)
    for row in dated:
        assert row.start == FIRST or row.start == row.end == row.reported
        assert row.end <= row.reported


def test_claims_of_one_day_and_running_totals():
    # Of the 162 claims of one day two are of the first, where a running total looks the same.
    single = [row for row in rows() if row.start == row.end == row.reported]
    assert len([row for row in single if row.start > FIRST]) == 162 - 2
    assert len([row for row in single if row.start == FIRST]) == 3


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("source", "group", "outcome", "when", "text"),
    [
        # 145,850 on 23 February 2023: the General Staff's bulletin of that day.
        ("Ukraine", "Russian soldiers", "killed", day(365), "145,850"),
        ("Russia", "Russian soldiers", "killed", date(2022, 3, 2), "498"),
        ("Russia", "Russian soldiers", "killed", date(2022, 3, 25), "1,351"),
        ("Russia", "Russian soldiers", "killed", date(2022, 9, 21), "5,937"),
        ("United Nations", "civilians", "killed", day(362), "7,199"),
        ("United Kingdom", "Russian soldiers", "casualties", day(359), "at least 175,000"),
        ("United Kingdom", "Russian soldiers", "casualties", day(359), "as many as 200,000"),
        ("Other", "Ukrainian soldiers", "injured", day(128), "42,704"),
    ],
)
def test_figures_stand_on_their_day(source, group, outcome, when, text):
    matching = rows(source=source, group=group, outcome=outcome, start=FIRST, end=when)
    assert text in {row.quantity.text for row in matching}


def test_people_have_three_outcomes_and_equipment_is_lost():
    counts = Counter((row.outcome, row.group) for row in rows())
    assert len(counts) == 30
    for outcome, group in counts:
        assert (outcome == "lost") == (group not in PEOPLE)
        assert group in PEOPLE or group.startswith(("Russian ", "Ukrainian "))
    assert {outcome for outcome, group in counts if group in PEOPLE} == {
        "killed",
        "injured",
        "casualties",
    }
    assert counts["killed", "Russian soldiers"] == 492 + 31
    assert counts["lost", "Russian tanks"] == 470 + 31


def test_sources_and_the_roles_they_have_toward_each_side():
    assert Counter(row.source for row in rows()) == {
        "Ukraine": 3858,
        "Russia": 247,
        "OSI": 169,
        "Other": 154,
        "United Nations": 78,
        "United States": 71,
        "United Kingdom": 32,
    }
    for side, enemy in (("Russia", "Ukraine"), ("Ukraine", "Russia")):
        adjective = {"Russia": "Russian ", "Ukraine": "Ukrainian "}
        for row in rows(source=side):
            if row.group.startswith(adjective[side]):
                assert row.role == "party"
            elif row.group.startswith(adjective[enemy]):
                assert row.role == "adversary"
            else:
                assert (row.group, row.role) == ("civilians", "government")
    assert {row.role for row in rows(source="Other")} == {None}


def test_nobody_documents_soldiers():
    # A party's figure is no tally of a list, and neither are round totals of investigators.
    for row in rows():
        if row.group.endswith("soldiers"):
            assert row.role in {"party", "adversary", "third_state", None}
    assert {row.role for row in rows(source="OSI", outcome="lost")} == {"monitor"}
    assert {row.role for row in rows(source="United Nations", group="civilians")} == {
        "international"
    }


def test_hedges_follow_the_flags_of_the_publication():
    assert Counter(row.quantity.form for row in rows()) == {
        "exact": 4385,
        "at_least": 173,
        "at_most": 51,
    }


@pytest.mark.thorough
def test_a_quoted_figure_repeats_the_quoted_source():
    quoting = [row for row in rows() if row.quotes]
    assert len(quoting) == 11
    (american,) = (row for row in quoting if row.source == "United States")
    assert (american.quantity.text, american.quotes) == ("5,937", "Russia")
    assert (american.end, american.reported) == (date(2022, 9, 21), date(2022, 11, 10))
    for row in quoting:
        originals = rows(source=row.quotes, group=row.group, outcome=row.outcome, end=row.end)
        numbers = {n for o in originals for n in (o.quantity.low, o.quantity.best, o.quantity.high)}
        assert {row.quantity.low, row.quantity.best, row.quantity.high} - {None, 0} <= numbers


def test_the_notice_of_the_licence_is_shipped():
    text = files("casualty_est.datasets").joinpath("ukraine_2022-LICENSE.txt").read_text("utf-8")
    assert text.startswith("MIT License")
    assert "Copyright (c) 2023 Benjamin Radford" in text
    assert "shall be included in all" in text


# --- economist_ukraine -----------------------------------------------------------------


def test_economist_rows_are_running_totals_of_soldiers():
    economist = rows("economist_ukraine")
    for row in economist:
        assert row.start == FIRST
        assert row.end == row.reported > FIRST
        assert row.outcome in {"killed", "casualties"}
        assert row.group in PEOPLE - {"civilians"}
        assert row.citation
    assert Counter(row.group for row in economist)["Russian soldiers"] == 102
    assert max(row.end for row in economist) == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("source", "when", "outcome", "side", "text"),
    [
        ("CIA", date(2022, 7, 20), "killed", "Russian", "at least 15,000"),
        ("UK MoD", date(2023, 1, 1), "casualties", "Russian", "99,658"),
        ("UK Ministry of Defence", date(2022, 6, 29), "killed", "Russian", "as many as 25,000"),
        ("Pentagon leak", date(2023, 2, 15), "casualties", "Ukrainian", "124,500-131,000"),
        ("Mediazona and Meduza", date(2024, 1, 1), "killed", "Russian", "73,200-92,800"),
    ],
)
def test_economist_figures(source, when, outcome, side, text):
    cell = {"outcome": outcome, "group": f"{side} soldiers"}
    (row,) = rows("economist_ukraine", source=source, end=when, **cell)
    assert row.quantity.text == text


def test_economist_names_of_one_source_are_one():
    assert datasets.claims("economist_ukraine").canonical() == {
        "UK Ministry of Defence": "UK MoD",
        "The Centre for Strategic and International Studies": "CSIS",
        "Mediazona and Meduza (cumulative)": "Mediazona and Meduza",
        "Dutch Military Intelligence and Security Service (MIVD, timing clarified via email)": (
            "Dutch Military Intelligence and Security Service (MIVD)"
        ),
    }


def test_economist_licence_gives_credit_and_says_what_was_changed():
    licence = datasets.provenance("economist_ukraine").licence
    for words in ("CC BY 4.0", "creativecommons.org/licenses/by/4.0", "The Economist", "recoded"):
        assert words in licence
