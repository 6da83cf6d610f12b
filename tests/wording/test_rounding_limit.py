"""Digits of a printed number at both sides of the limit: a fifth of the middle of its interval."""

from __future__ import annotations

import pytest

from casualty_est.result.schema import Span
from casualty_est.wording.numbers import people, rounded, unit_of


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (210, 1000),  # wider than a fifth of 1,000: two digits
        (200, 1000),
        (190, 1010),  # narrower: three
        (21, 1010),  # a fifth is 9.5 widths: one power of ten
        (19, 1014),  # 10.5 widths: two
        (2.1, 1014),
        (1.9, 1014.2),
    ],
)
def test_a_digit_more_for_each_power_of_ten_below_a_fifth(width, expected):
    assert rounded(1014.2, 1000 - width / 2, 1000 + width / 2) == expected


def test_the_middle_is_that_of_the_interval_not_the_number():
    # Beside its interval: a fifth of the middle is 200, of the number itself 22.8.
    assert rounded(114.2, 920, 1080) == 114
    assert people(114.2, 920, 1080) == "114"
    assert people(114.2, 820, 1180) == "110"


@pytest.mark.parametrize(
    ("width", "unit"),
    [(2100, 1000), (2000, 1000), (1900, 100), (210, 100), (190, 10), (19, 1), (0.1, 1), (0, 1000)],
)
def test_the_unit_of_a_median_follows_the_same_limit(width, unit):
    assert unit_of(Span(10142, 10000 - width / 2, 10000 + width / 2)) == unit
