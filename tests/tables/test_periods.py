"""Spans of days in one cell, and a column of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casualty_est import Claims
from casualty_est.errors import InputError
from casualty_est.tables.periods import span_of

READ = """
2014-2018 | 2014-01-01 | 2018-12-31
2014\u201318 | 2014-01-01 | 2018-12-31
2014-05 | 2014-05-01 | 2014-05-31
Mar-Jun 2020 | 2020-03-01 | 2020-06-30
March 2020 | 2020-03-01 | 2020-03-31
Q1 2022 | 2022-01-01 | 2022-03-31
2022Q3 | 2022-07-01 | 2022-09-30
Q1-Q2 2022 | 2022-01-01 | 2022-06-30
Q4 2022 - Q1 2023 | 2022-10-01 | 2023-03-31
second quarter of 2022 | 2022-04-01 | 2022-06-30
H2 2022 | 2022-07-01 | 2022-12-31
first half of 2022 | 2022-01-01 | 2022-06-30
July 2014 to August 2015 | 2014-07-01 | 2015-08-31
3-7 March 2020 | 2020-03-03 | 2020-03-07
March 3-7, 2020 | 2020-03-03 | 2020-03-07
3 March \u2013 5 April 2020 | 2020-03-03 | 2020-04-05
Dec 2019-Feb 2020 | 2019-12-01 | 2020-02-29
2023-10-07/2023-12-31 | 2023-10-07 | 2023-12-31
2014-08-01-2015-07-31 | 2014-08-01 | 2015-07-31
20231007-20231231 | 2023-10-07 | 2023-12-31
07/10/2023 - 31/12/2023 | 2023-10-07 | 2023-12-31
24.02.2022 \u2013 31.12.2022 | 2022-02-24 | 2022-12-31
from 2014 to 2018 | 2014-01-01 | 2018-12-31
since 2014 | 2014-01-01 |
until May 2018 | | 2018-05-31
2020-W12 | 2020-03-16 | 2020-03-22
de enero a marzo de 2020 | 2020-01-01 | 2020-03-31
janvier \u00e0 mars 2020 | 2020-01-01 | 2020-03-31
7 October 2023 | 2023-10-07 | 2023-10-07
2022\u5e743\u6708 - 2022\u5e745\u67081\u65e5 | 2022-03-01 | 2022-05-01
"""
ASKED = {
    "2009-11": "the years 2009 to 2011 or 2009-11",
    "2014/15": "or a season",
    "07/10/2023 - 08/11/2023": "day or month that comes first",
    "Nov-Feb 2020": "ends before it starts",
    "2018-2014": "ends before it starts",
    "summer 2014": "names neither",
    "2014 to present": "is no day: write the last day",
    "last week": "write both days",
    "2014, 2015": "write both days",
}


def day(text):
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("line", READ.strip().splitlines())
def test_read(line):
    text, first, last = (part.strip() for part in line.split("|"))
    assert span_of(text) == (day(first), day(last))


@pytest.mark.parametrize(("text", "reason"), ASKED.items())
def test_asked(text, reason):
    with pytest.raises(ValueError, match=reason):
        span_of(text)


@given(*2 * [st.dates(date(1950, 1, 1), date(2035, 12, 31))])
def test_two_days_are_read_as_they_are_written(one, other):
    first, last = sorted((one, other))
    for form in ("%Y-%m-%d", "%d %B %Y", "%d.%m.%Y", "%b %d, %Y"):
        assert span_of(f"{first.strftime(form)} - {last.strftime(form)}") == (first, last)


@given(st.text("0123456789-/. QHJanMartoD", max_size=20))
def test_anything_is_a_span_or_an_error_that_helps(text):
    try:
        first, last = span_of(text)
    except ValueError as error:
        assert "write" in str(error) or "correct" in str(error)  # noqa: PT017
    else:
        assert first is None or last is None or first <= last


@pytest.mark.parametrize("name", ["period", "Dates", "Time frame", "window", "periodo"])
def test_a_column_of_periods_is_the_window(tmp_path, name):
    path = tmp_path / "t.csv"
    path.write_text(f"source,{name},quantity\nA,2014-2018,5\nB,,6\n", encoding="utf-8")
    claims = Claims.read(path)
    assert claims.rows[0].window == (date(2014, 1, 1), date(2018, 12, 31))
    assert claims.rows[1].window == (None, None)
    said = f"{name!r} as start and end ('2014-2018' as 2014-01-01 to 2018-12-31)"
    assert any(said in text for _, text in claims.warnings)


def test_a_period_that_cannot_be_read_is_named_in_its_column(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("source,period,quantity\nA,summer 2014,5\nB,2015,6\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2, column 'period', 'summer 2014'"):
        Claims.read(path)


def test_beside_a_start_a_period_is_named_as_unread(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("source,start,period,quantity\nA,2014-01-01,2014,5\n", encoding="utf-8")
    assert any(
        "unknown column is not used: 'period'" in text for _, text in Claims.read(path).warnings
    )


def test_a_span_in_a_column_of_days_is_pointed_to_a_period(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("source,start,quantity\nA,Mar-Jun 2020,5\n", encoding="utf-8")
    with pytest.raises(InputError, match="call the column period"):
        Claims.read(path)
