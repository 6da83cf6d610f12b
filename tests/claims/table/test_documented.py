"""A documented count is one that somebody published for exactly that cell and window."""

from __future__ import annotations

import pytest

from casualty_est.claims.model.model import ClaimsModel
from casualty_est.claims.table.counting import documented, documented_in
from casualty_est.claims.table.time_grid import TimeGrid
from casualty_est.tables.cells import Documented
from tests.support.claim_tables import day, table


def test_documented_is_the_largest_stated_lower_end_of_a_documenting_role():
    claims = table(
        """source|quantity|role|end
        Airwars|at least 6,047|monitor|2018-02-09
        Airwars|6,136-9,315|monitor|2018-02-26
        Paper|at least 9,000|media|2018-02-09
        Pentagon|about 800|perpetrator|2018-02-09
        Ministry|dozens|government|2018-02-09
        UN|5,000|international|2018-02-09
        UN|as many as 7,000|international|2018-02-09
        Nobody|7,000||2018-02-09"""
    )
    key = ("all", "killed", "civilians", "any")
    window = (None, day("2018-02-09"))
    assert documented(claims.rows, key, window) == Documented(
        6047, None, "Airwars", "at least 6,047"
    )
    later = (None, day("2018-02-26"))
    assert documented(claims.rows, key, later) == Documented(6136, 9315, "Airwars", "6,136-9,315")
    assert documented(claims.rows[5:6], key, window) == Documented(5000, 5000, "UN")
    assert documented(claims.rows[2:5], key, window) is None
    assert documented(claims.rows, ("Syria", *key[1:]), window) is None


UNDATED = """
source|quantity|role|start|end|reported
Airwars|at least 6,047|monitor|2014-08-08|2018-02-09|2018-02-09
Airwars|8,249-13,342|monitor|{start}||{reported}
Morgue|at least 841|registry|2014-08-08|2018-01-31|2018-02-22
"""
CELL = ("all", "killed", "civilians", "any")


@pytest.mark.parametrize("start", ["", "2014-08-08"])
def test_an_undated_total_is_not_documented_for_one_of_several_windows(start):
    claims = table(UNDATED.format(start=start, reported=""))
    campaign = day("2014-08-08")
    february = (campaign, day("2018-02-09"))
    assert documented(claims, CELL, february) == Documented(6047, None, "Airwars", "at least 6,047")
    january = (campaign, day("2018-01-31"))
    assert documented(claims, CELL, january) == Documented(841, None, "Morgue")
    assert documented(claims, CELL, (None, february[1])) == Documented(
        6047, None, "Airwars", "at least 6,047"
    )
    assert documented(claims, CELL, (campaign, day("2016-12-31"))) is None
    # Where no day is asked for, or only the one it states, it is the largest that was published.
    assert documented(claims, CELL, (None, None)) == Documented(
        8249, 13342, "Airwars", "8,249-13,342"
    )
    from_start = (
        Documented(8249, 13342, "Airwars", "8,249-13,342")
        if start
        else Documented(6047, None, "Airwars", "at least 6,047")
    )
    assert documented(claims, CELL, (campaign, None)) == from_start


def test_an_undated_total_is_documented_where_its_cell_has_no_other_window():
    claims = table(UNDATED.format(start="", reported=""))
    february = (day("2014-08-08"), day("2018-02-09"))
    assert documented(claims.rows[1:2], CELL, february) == Documented(
        8249, 13342, "Airwars", "8,249-13,342"
    )
    # Windows of another cell do not make this one ambiguous.
    elsewhere = table(
        """source|quantity|role|scope|end
        Airwars|at least 90|monitor||
        SNHR|at least 70|monitor|Syria|2018-09-23"""
    )
    assert documented(elsewhere, CELL, february) == Documented(90, None, "Airwars")


def test_a_total_with_a_day_of_publication_is_not_undated():
    claims = table(UNDATED.format(start="2014-08-08", reported="2018-02-09"))
    february = (day("2014-08-08"), day("2018-02-09"))
    assert documented(claims, CELL, february) == Documented(8249, 13342, "Airwars", "8,249-13,342")
    # An end dates a total too: its blank start is taken over, as in the count.
    ended = table(
        """source|quantity|role|start|end
        Airwars|at least 6,047|monitor||2018-02-09
        Pentagon|at least 800|perpetrator|2014-08-08|2018-02-09"""
    )
    assert documented(ended, CELL, february) == Documented(6047, None, "Airwars", "at least 6,047")


# --- what was withdrawn, or counts another window ---------------------------------------


def documented_by_model(text):
    model = ClaimsModel(table(text))
    row = model.rows[0]
    return model, model.documented(row)


def test_a_number_that_its_source_replaced_is_not_documented():
    model, published = documented_by_model(
        """source|role|quantity|start|end|reported
        Lantern|monitor|9,000|2021-01-01|2021-12-31|2022-01-10
        Lantern|monitor|4,100|2021-01-01|2021-12-31|2022-06-10
        Army|perpetrator|900|2021-01-01|2021-12-31|2022-07-01"""
    )
    assert model.counted.grid is None
    assert published == Documented(4100, 4100, "Lantern")


def test_a_number_that_is_seen_before_it_was_replaced_is_documented():
    text = """source|role|quantity|start|end|reported
        Lantern|monitor|9,000|2021-01-01|2021-12-31|2022-01-10
        Lantern|monitor|4,100|2021-01-01|2021-12-31|2022-06-10"""
    model = ClaimsModel(table(text), as_of="2022-02-01")
    assert model.documented(model.rows[0]) == Documented(9000, 9000, "Lantern")


OVER_TIME = """source|role|quantity|start|end|reported
Lantern|monitor|{before}|2021-01-01|2021-11-20|2021-12-01
Lantern|monitor|{last}|2021-01-01|{end}|2022-07-10
Survey|survey|about 30,000|2021-01-01|2021-12-31|2023-07-01
Paper|media|about 5,000|2021-01-01|2021-06-30|2021-07-01
"""


@pytest.mark.parametrize(
    ("before", "last", "end", "documented_low"),
    [
        ("3,000", "4,000", "2021-12-31", 4000),
        ("3,000", "4,000", "2021-12-28", 4000),  # but for a few days
        ("9,000", "4,000", "2021-12-31", 4000),  # it fell: the last number stands
        ("3,000", "4,000", "2021-11-30", None),
    ],
)
def test_over_time_a_count_covers_the_window(before, last, end, documented_low):
    model, published = documented_by_model(OVER_TIME.format(before=before, last=last, end=end))
    assert model.counted.grid is not None
    assert (published.low if published else None) == documented_low


def test_what_is_documented_for_a_part_of_the_window_is_a_note():
    model, published = documented_by_model(
        OVER_TIME.format(before="3,000", last="more than 4,000", end="2021-11-30")
    )
    assert published is None
    assert dict(model.notes)["documented_part"] == (
        "documented for a part of the window only: more than 4,000 (Lantern, 2021-01-01 to "
        "2021-11-30)"
    )
    whole, _ = documented_by_model(OVER_TIME.format(before="3,000", last="4,000", end="2021-12-31"))
    assert "documented_part" not in dict(whole.notes)


def test_a_cell_is_counted_from_its_first_day_on():
    grid = TimeGrid.between(day("2001-09-11"), day("2018-02-09"))
    (claim,) = table(
        """source|role|quantity|start|end
        Airwars|monitor|at least 6,047|2014-08-08|2018-02-09"""
    )
    window = (day("2001-09-11"), day("2018-02-09"))
    assert documented_in([claim], window, grid) == Documented(6047, None, "Airwars")
    assert documented_in([claim], (None, None), grid) is None
    assert documented_in([claim], (None, day("2018-01-31")), grid) is None
