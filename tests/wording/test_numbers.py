"""Printed numbers: no more digits than the interval knows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casualty_est.result.schema import Span
from casualty_est.wording.numbers import (
    InUnits,
    beside,
    chance,
    grouped,
    middle,
    people,
    percent,
    rounded,
    share,
    tail,
    three_digits,
)


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (10122.6, 5419, 23967, 10000),
        (10203, 10100, 10310, 10200),
        (10203.4, 10190, 10217, 10200),
        (5419, 5419, 23967, 5400),
        (0.0831, 0.03, 0.2, 0.083),
        (1e-9, 0, 1, 1e-9),
        (0, 0, 10, 0),
        (123456, 123456, 123456, 123456),
    ],
)
def test_rounded(value, low, high, expected):
    assert rounded(value, low, high) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_stays(value):
    assert str(rounded(value, 0, 1)) == str(value)


@given(st.floats(1, 1e9), st.floats(0.01, 0.95), st.floats(1.05, 50))
def test_rounding_stays_within_a_tenth_of_the_width(value, down, up):
    low, high = value * down, value * up
    assert abs(rounded(value, low, high) - value) <= max(0.06 * value, 0)
    assert abs(rounded(value, low, high) - value) <= 0.6 * (high - low)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10122.6, "10,000"),
        (0.2, "fewer than 1"),
        (0.5, "fewer than 1"),  # a half prints as 0 by the rule of even digits
        (0.51, "1"),
        (0.0, "0"),
        (1.4, "1"),
        (1_234_567.0, "1,200,000"),
    ],
)
def test_people(value, expected):
    assert people(value, value / 2, value * 2) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0831, "0.083"),
        (1.234, "1.2"),
        (0.999, "1.0"),
        (7.56, "7.6"),
        (0.0995, "0.10"),
        (0.0999, "0.10"),
        (9.99, "10"),
        (99.9, "100"),
        (123.4, "120"),
        (617_283.9, "620,000"),
        (1.0, "1.0"),
        (0.5, "0.50"),
        (1e-5, "0.000010"),
        (0.0, "0"),
        (-0.05, "-0.050"),
        (math.inf, "inf"),
    ],
)
def test_share(value, expected):
    assert share(value) == expected


@given(st.floats(1e-6, 1e6))
def test_share_has_two_digits_and_is_near(value):
    text = share(value)
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.051)
    # Beyond a hundred the zeros only hold the place.
    digits = text.replace(".", "").lstrip("0")
    assert len(digits) == 2 or value > 99


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.95, "95%"),
        (0.995, "99.5%"),
        (0.99999, "99.999%"),
        (0, "0%"),
        (1, "100%"),
        (0.053, "5.3%"),
        (0.9, "90%"),
    ],
)
def test_percent(value, expected):
    assert percent(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "less than 0.1%"),
        (0.0005, "less than 0.1%"),
        (0.00775, "0.78%"),
        (0.0535, "5.3%"),
        (0.66, "66%"),
        (0.9996, "more than 99.9%"),
        (1.0, "more than 99.9%"),
    ],
)
def test_chance(value, expected):
    assert chance(value) == expected


def test_a_count_is_printed_whole():
    assert people(326, 326, 326) == "326"
    assert people(4_401, 4_401, 4_401) == "4,401"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("113433", "113,433"),
        ("5937", "5,937"),
        ("471", "471"),
        ("at least 6,047", "at least 6,047"),
        ("as many as 120000", "as many as 120,000"),
        ("170000-180000", "170,000-180,000"),
        ("17,000 since 2014", "17,000 since 2014"),
        ("1,200,000", "1,200,000"),
        ("12345.5", "12345.5"),
        ("dozens", "dozens"),
    ],
)
def test_bare_digits_get_commas_and_years_do_not(text, printed):
    assert grouped(text) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.0079, "0.0079"),
        (0.001, "0.0010"),
        (0.00099, "less than 0.001"),
        (5e-8, "less than 0.001"),
    ],
)
def test_a_tail_probability_is_no_power_of_ten(value, printed):
    assert tail(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [(3689, "3,690"), (1234567, "1,230,000"), (123.4, "123"), (12.34, "12.3"), (0.5, "0.5")],
)
def test_three_digits_are_no_power_of_ten(value, printed):
    assert three_digits(value) == printed


def test_a_number_beside_the_answer_has_its_digits():
    answer = InUnits(11_927.5, 9479, 17_299, 100)  # 4,400 counted and 7,500 more are 11,900
    assert middle(answer) == "11,900"
    near, far = Span(11_939, 9500, 17_300), Span(13_700, 12_000, 16_000)
    assert middle(near) == "12,000"
    assert middle(beside(near, answer)) == "11,900"
    assert middle(beside(far, answer)) == middle(far) == "14,000"
    for plain in (None, Span(11_927.5, 9479, 17_299)):
        assert beside(near, plain) is near
