"""Columns that say when in parts, columns named in many words, and what is said where one lacks."""

from __future__ import annotations

from datetime import date

import pytest

from casualty_est import Claims, IncidentReports
from casualty_est.errors import InputError


def claims(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return Claims.read(path)


def incidents(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return IncidentReports.read(path)


@pytest.mark.parametrize("names", ["year,month", "iyear,imonth", "A\u00f1o,Mes", "Jahr,Monat"])
def test_year_and_month_are_one_window(tmp_path, names):
    text = f"source,{names},deaths\nA,2020,2,5\nB,2020,Mar,6\nC,2020,,7\nD,2020,0,7\n"
    windows = [row.window for row in claims(tmp_path, text)]
    assert windows == [
        (date(2020, 2, 1), date(2020, 2, 29)),
        (date(2020, 3, 1), date(2020, 3, 31)),
        *2 * [(date(2020, 1, 1), date(2020, 12, 31))],
    ]


def test_year_month_and_day_are_the_day_of_an_incident(tmp_path):
    text = "incident,source,year,month,day,deaths\nS1,A,2017,3,4,5\nS2,A,2017,3,0,6\n"
    table = incidents(tmp_path, text)
    assert [row.date for row in table] == [date(2017, 3, 4), date(2017, 3, 1)]
    assert any("'year', 'month', 'day' as date" in said for _, said in table.warnings)


def test_years_that_are_spans_are_periods(tmp_path):
    first, second = claims(tmp_path, "source,Year,deaths\nA,2011-2021,5\nB,2014,6\n")
    assert first.window == (date(2011, 1, 1), date(2021, 12, 31))
    assert second.window == (date(2014, 1, 1), date(2014, 12, 31))


def test_a_month_with_its_year_is_a_window(tmp_path):
    (row,) = claims(tmp_path, "source,month,deaths\nA,Jan-20,5\n")
    assert row.window == (date(2020, 1, 1), date(2020, 1, 31))
    table = claims(tmp_path, "source,month,deaths\nA,January,5\n")
    assert any("unknown column is not used: 'month'" in said for _, said in table.warnings)


def test_a_name_says_how_its_days_are_written(tmp_path):
    day = "source,Date ({}),deaths\nA,03/04/2020,5\n"
    (row,) = claims(tmp_path, day.format("DD/MM/YYYY"))
    assert row.reported == date(2020, 4, 3)
    (row,) = claims(tmp_path, day.format("MM-DD-YY"))
    assert row.reported == date(2020, 3, 4)


def test_a_name_that_its_days_contradict_is_asked(tmp_path):
    text = "source,date (mm/dd/yyyy),deaths\nA,03/04/2020,5\nB,17/04/2020,6\n"
    with pytest.raises(InputError, match="write 2020-04-03 or 2020-03-04"):
        claims(tmp_path, text)


@pytest.mark.parametrize(
    "header",
    [
        "Minimum number killed,Maximum number killed",
        "Muertos (m\u00ednimo),Muertos (m\u00e1ximo)",
        "deaths reported min,deaths reported max",
    ],
)
def test_two_ends_named_in_many_words(tmp_path, header):
    (row,) = claims(tmp_path, f"source,{header}\nA,3,5\n")
    assert (row.quantity.low, row.quantity.high) == (3, 5)


def test_ends_of_what_else_is_counted_are_not_taken(tmp_path):
    with pytest.raises(InputError, match="required column 'quantity' is missing"):
        claims(tmp_path, "source,minimum children killed,maximum strikes killed\nA,3,5\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Name,Age,Gender,Killed by\nA B,3,M,army\n", "each row seems to be a person"),
        ("Place,UN,MoH\nX,5,6-7\n", "'UN', 'MoH' are sources"),
        ("source,what they say\nA,about 800\nB,900\n", "rename 'what they say' to quantity"),
        ("source,link\nA,https://example.org/1\n", "'quantity' is missing: add it"),
        ("source,day\nA,2020-01-05\n", "'quantity' is missing: add it"),
    ],
)
def test_what_a_table_without_a_quantity_is_told(tmp_path, text, said):
    with pytest.raises(InputError) as caught:
        claims(tmp_path, text)
    assert said in str(caught.value)


def test_the_dead_under_casualties_are_told_how_to_mend(tmp_path):
    with pytest.raises(InputError, match="or call the column deaths"):
        claims(tmp_path, "source,casualties\nA,1000 deaths\n")
