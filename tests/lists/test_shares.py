"""Shares in print: digits that belong together."""

from __future__ import annotations

import pytest

from casualty_est.lists.shares import aligned, weight, weights
from casualty_est.result.schema import Span


@pytest.mark.parametrize(
    ("low", "median", "high", "shown"),
    [
        (0.11, 0.163, 0.204, ("16%", "11%", "20%")),
        (0.0031, 0.004, 0.0098, ("0.4%", "0.3%", "1.0%")),
        (0.3, 0.301, 0.309, ("30.1%", "30.0%", "30.9%")),
        (0.5, 0.5, 0.5, ("50%", "50%", "50%")),
        (0.999999, 0.9999995, 1.0, ("100.000%", "100.000%", "100.000%")),
    ],
)
def test_an_interval_has_one_number_of_digits(low, median, high, shown):
    assert aligned(Span(median, low, high)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0%"), (1, "100%"), (1e-9, "less than 1%"), (0.163, "16%"), (0.9999, "more than 99%")],
)
def test_a_weight_is_none_or_all_only_where_it_is(value, shown):
    assert weight(float(value)) == shown


def test_weights_of_one_answer_add_up_as_printed():
    assert weights([0.496, 0.287, 0.217]) == ["49%", "29%", "22%"]
    assert weights([0.996, 0.004]) == ["more than 99%", "less than 1%"]
    assert weights([1.0]) == ["100%"]
    assert weights([0.333, 0.333, 0.331, 0.003]) == ["34%", "33%", "33%", "less than 1%"]
