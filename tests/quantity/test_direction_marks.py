"""Marks of writing direction and zero-width spaces around a number do not change it."""

from __future__ import annotations

import unicodedata

import pytest

from casualty_est import Quantity

MARKS = [
    *"\u061c\u200b\u200e\u200f\u2060\ufeff",
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
]


@pytest.mark.parametrize("mark", MARKS, ids=unicodedata.name)
def test_a_number_between_marks_is_the_number(mark):
    quantity = Quantity.parse(f"{mark}800{mark}")
    assert (quantity.low, quantity.best, quantity.high, quantity.form) == (800, 800, 800, "exact")
