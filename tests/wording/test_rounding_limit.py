"""Digits of a printed number at both sides of the limit: a fifth of the middle of its interval."""

from __future__ import annotations

import pytest

from casualty_est.wording.numbers import people, rounded


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
