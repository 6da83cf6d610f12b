"""Differing windows: what is filled in, merged and pointed out."""

from __future__ import annotations

import datetime

import pytest

from casualty_est.claims.table.counting import count_once
from casualty_est.claims.table.over_time import ALL, OverTime, running
from casualty_est.claims.table.windows import WindowError
from tests.support.claim_tables import left, table


def counted(text, **options):
    return count_once(table(text), None, OverTime(**options) if options else None)


def lines(tally):
    return [claim.line for claim in tally.claims]


TWO = """source|quantity|start|end
    A|100|2017-01-01|2017-06-30
    A|150|2017-01-01|2017-12-31
    B|90|2017-01-01|2017-09-30"""


def test_differing_windows_are_modelled_and_restated_totals_stay():
    tally = counted(TWO)
    assert str(tally.grid) == "53 weeks from 2017-01-01 to 2017-12-31"
    assert lines(tally) == [1, 2, 3]
    assert tally.left_out == ()


def test_one_window_is_left_as_it_was():
    tally = counted(TWO.replace("2017-09-30", "2017-12-31"))
    assert tally.grid is None
    assert left(tally) == [(1, "restated")]


def test_a_single_window_is_modelled_where_that_is_asked():
    tally = counted(TWO.replace("2017-09-30", "2017-12-31"), grid="month", wanted=True)
    assert (tally.grid.step, tally.grid.steps) == ("month", 12)
    assert lines(tally) == [1, 2, 3]


def test_the_grid_runs_to_the_dates_of_anchors():
    ends = (datetime.date(2018, 5, 27),)
    assert counted(TWO, ends=ends).grid.end == ends[0]


def test_without_any_start_differing_windows_are_refused():
    text = "source|quantity|end\nA|100|2017-06-30\nB|150|2017-12-31"
    with pytest.raises(WindowError, match="start of its count"):
        counted(text)
    with pytest.raises(WindowError, match="give at least one row a start"):
        counted("source|quantity\nA|100", wanted=True)


def test_blank_windows_are_filled_and_said():
    tally = counted(
        """source|quantity|start|end|reported
        A|100|2017-01-01|2017-06-30|
        A|150||2017-12-31|
        B|90|2017-01-01||2017-09-30
        C|80|2017-01-01||"""
    )
    windows = [(str(claim.start), str(claim.end)) for claim in tally.claims]
    assert windows == [
        ("2017-01-01", "2017-06-30"),
        ("2017-01-01", "2017-12-31"),
        ("2017-01-01", "2017-09-30"),
        ("2017-01-01", "2017-12-31"),
    ]
    assert [text for code, text in tally.notes if code == "window_assumed"] == [
        "1 claim without a first day: counted from 2017-01-01, the first of the table (row 2)",
        "1 claim without a last day: counted to the day of publication (row 3)",
        "1 claim without a last day or a date: counted to 2017-12-31, the last of the table "
        "(row 4)",
    ]


RESTATED = """source|quantity|start|end|reported
    A|100|2017-01-01|2017-03-01|2017-03-01
    A|103|2017-01-01|2017-03-03|2017-03-03
    A|at least 101|2017-01-01|2017-03-02|2017-03-02
    A|120|2017-01-01|2017-04-01|2017-04-01
    A|120|2017-01-01|2017-04-01|2017-05-01
    A|9|2017-03-01|2017-03-01|2017-03-01
    A|8|2017-03-02|2017-03-02|2017-03-02
    B|99|2017-01-01|2017-03-03|2017-03-03
    B|30|2017-01-01|2017-03-04|2017-03-04"""


def test_one_number_stands_for_each_step_and_form_of_hedge():
    tally = counted(RESTATED, grid="month", wanted=True)
    # The bound is no number, days of their own are no running total, B is another source.
    assert lines(tally) == [2, 3, 5, 6, 7, 9]
    assert left(tally) == [(1, "restated_step"), (4, "repeat"), (8, "restated_step")]
    assert "1 claim left out: repeating" in dict(tally.notes)["repeat"]
    assert tally.left_out[0].text == "row 2 of the same source is used for this month"


def test_all_restated_numbers_can_be_kept():
    tally = counted(RESTATED, grid="month", wanted=True, restated=ALL)
    assert left(tally) == [(4, "repeat")]


def test_of_several_numbers_on_one_day_the_middle_one_stands():
    rows = "\n".join(f"A|{n}|2017-01-01|2017-03-03" for n in (100, 140, 90, 110, 105))
    tally = counted(f"source|quantity|start|end\n{rows}\nB|1|2017-01-01|2017-12-31")
    assert [claim.quantity.best for claim in tally.claims] == [105, 1]


def test_running_totals_are_those_restated_for_other_days():
    claims = counted(RESTATED, grid="month", wanted=True).claims
    assert dict(
        zip(lines(counted(RESTATED, grid="month", wanted=True)), running(claims), strict=True)
    ) == {
        2: True,
        3: True,
        5: True,
        6: False,
        7: False,
        9: False,
    }


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["100|03-01", "60|04-01"], "fall once"),
        (["100|03-01", "70|04-01"], None),
        (["100|03-01", "150|04-01", "95|05-01", "60|06-01"], "fall 2 times"),
        (["100|03-01", "9000|04-01", "110|05-01", "120|06-01", "130|07-01"], "fall once"),
        (["100|03-01", "160|03-01"], "differ on one day"),
        (["100|03-01", "140|03-01"], None),
        (["100|03-01", "at least 20|04-01"], None),
        (["100|03-01", "as many as 20|04-01"], "fall once"),
        (["as many as 500|03-01", "100|04-01"], None),
        (["at least 100|03-01", "55-60|04-01"], "fall once"),
        (["50-100|03-01", "40-45|04-01"], None),
        (["0|03-01", "0|04-01"], None),
    ],
)
def test_contradictory_claims_of_one_source_are_named(rows, words):
    listed = "\n".join(f"Army|{q}|2017-01-01|2017-{d}" for q, d in (row.split("|") for row in rows))
    tally = counted(f"source|quantity|start|end\n{listed}\nB|1|2017-01-01|2017-12-31")
    notes = [text for code, text in tally.notes if code == "contradictory"]
    if words is None:
        assert notes == []
    else:
        assert len(notes) == 1
        assert notes[0].startswith("'Army' (civilians, killed) contradicts itself: its totals ")
        assert words in notes[0]
        assert notes[0].endswith("the day of that in start") == ("fall" in words)
        assert "rows 1, 2" in notes[0] or "rows 2, 3" in notes[0]


def test_periods_of_their_own_do_not_contradict_each_other():
    tally = counted(
        """source|quantity|start|end
        A|100|2017-01-01|2017-01-31
        A|9|2017-02-01|2017-02-28
        B|200|2017-01-01|2017-12-31"""
    )
    assert not [text for code, text in tally.notes if code == "contradictory"]
    assert lines(tally) == [1, 2, 3]


def test_quotations_keep_their_window():
    tally = counted(
        """source|quantity|start|end|quotes
        UN|10|2017-01-01|2017-06-30|
        BBC|10|2017-01-01|2017-06-30|UN
        BBC|20|2017-01-01|2017-12-31|UN""",
        wanted=True,
    )
    assert left(tally) == [(2, "quotes")]
    assert [(claim.source, claim.quantity.best) for claim in tally.claims] == [
        ("UN", 10),
        ("UN", 20),
    ]


def test_incidents_keep_their_day():
    tally = counted(
        """source|quantity|level|scope|start|end
        A|100|total|Syria|2017-01-01|2017-06-30
        B|150|total|Syria|2017-01-01|2017-12-31
        B|12|incident|Raqqa|2017-06-01|2017-06-01"""
    )
    assert (tally.claims[2].start, tally.claims[2].end) == (
        datetime.date(2017, 6, 1),
        datetime.date(2017, 6, 1),
    )
