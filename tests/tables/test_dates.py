"""Days as people write them: read in one way, or asked about."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casualty_est.tables.dates import day_of, read_days
from casualty_est.tables.table import Table

DAY = date(2023, 10, 18)


def column(*texts):
    return Table("t.csv", ("end",), (texts,), tuple(range(2, 2 + len(texts))))


def read(*texts, edge=""):
    problems = []
    days, notes = read_days(column(*texts), "end", problems, edge=edge)
    return days, [text for _, text in notes], [str(problem) for problem in problems]


@pytest.mark.parametrize(
    "text",
    [
        "2023-10-18", "2023/10/18", "2023.10.18", "20231018", "18/10/2023", "10/18/2023",
        "18.10.2023", "18-10-2023", "18 Oct 2023", "18 October 2023", "18th October 2023",
        "18-Oct-2023", "18 oct. 2023", "October 18, 2023", "October 18 2023", "Oct 18th, 2023",
        "Wed, 18 Oct 2023", "Wednesday, October 18, 2023", "2023-10-18T00:00:00Z",
        "2023-10-18 00:00:00.000", "2023-10-18T14:30:00+02:00", "2023-10-18 14:30",
        "Oct 18, 2023 10:00 AM", "18 octobre 2023", "18. Oktober 2023", "18 de octubre de 2023",
        "18 de outubro de 2023", "18 октября 2023", "18 жовтня 2023", "18 أكتوبر 2023",
        "18 Ekim 2023",
    ],
)  # fmt: skip
def test_one_day_in_many_writings(text):
    assert day_of(text) == DAY


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_what_is_written_is_read_back(day):
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%d %b %Y", "%B %d, %Y", "%d.%m.%Y"):
        assert day_of(day.strftime(form)) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("04/05/2023", "write 2023-05-04 or 2023-04-05"),
        ("45216", "write 2023-10-17"),
        ("2023-10", "this names no day"),
        ("2023", "this names no day"),
        ("Oct-23", "give year, month and day"),
        ("18/10/45", "century of its year"),
        ("2023-02-30", "not a day of the calendar"),
        ("32 May 2023", "not a day of the calendar"),
        ("soon", "as in 2018-02-09"),
        ("18 Foo 2023", "as in 2018-02-09"),
    ],
)
def test_what_is_asked_about(text, reason):
    with pytest.raises(ValueError, match=reason):
        day_of(text)


def test_equal_day_and_month_need_no_order():
    assert day_of("05/05/2023") == date(2023, 5, 5)


def test_one_day_of_a_column_shows_its_order():
    days, notes, problems = read("04/05/2023", "18/10/2023", "2023-10-18", "")
    assert days == [date(2023, 5, 4), DAY, DAY, None]
    assert notes == [
        "dates in 'end' are read: '04/05/2023' as 2023-05-04, '18/10/2023' as 2023-10-18"
    ]
    assert not problems
    days, _, _ = read("04/05/2023", "10/18/2023")
    assert days[0] == date(2023, 4, 5)


def test_a_column_with_both_orders_shows_none():
    days, _, problems = read("04/05/2023", "18/10/2023", "10/18/2023")
    assert days == [None, DAY, DAY]
    assert len(problems) == 1


@pytest.mark.parametrize("text", ["2023", "2023-10", "Oct 2023", "October, 2023"])
def test_a_month_or_a_year_is_a_window(text):
    (first,), _, _ = read(text, edge="start")
    (last,), notes, _ = read(text, edge="end")
    whole_year = text == "2023"
    assert first == date(2023, 1 if whole_year else 10, 1)
    assert last == date(2023, 12 if whole_year else 10, 31)
    assert notes == [f"dates in 'end' are read: {text!r} as {last}"]


def test_iso_days_need_no_note():
    assert read("2023-10-18", "") == ([DAY, None], [], [])
