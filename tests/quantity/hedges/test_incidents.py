"""Hedges of incidents: probabilities of the text, and what they imply."""

from __future__ import annotations

import math

import numpy as np
import pytest

from casualty_est import Quantity, UsageError
from casualty_est.claims.model.kernels import claim_log_density
from casualty_est.incidents.model.grid import support
from casualty_est.quantity.hedges import about, at_least, at_most, between, exact, vague
from casualty_est.quantity.words import VAGUE

COUNTS = [0, 1, 2, 3, 4, 5, 7, 12, 17, 18, 19, 22, 23, 40, 57, 100, 333, 2000]


def probability(text, v):
    quantity = Quantity.parse(text)
    return quantity.hedge.probability(quantity, v)


@pytest.mark.parametrize("v", COUNTS)
@pytest.mark.parametrize(
    "kernel", [exact.written, about.written, at_least.written, at_most.written]
)
def test_texts_of_one_form_sum_to_one(kernel, v):
    n = np.arange(0, 4 * v + 10)
    total = kernel(n, np.full_like(n, v)).sum()
    assert total == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("least", [0, 1])
@pytest.mark.parametrize("width", [0, 1, 3, 20])
@pytest.mark.parametrize("v", COUNTS)
def test_ranges_of_one_width_sum_to_one(v, width, least):
    if v < least:
        pytest.skip("no such count")
    low = np.arange(least, 2 * v + 10)
    total = between.written(low, width, np.full_like(low, v), least).sum()
    assert total == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("v", [3, 5, 11, 30, 99, 450, 2000])
def test_vague_words_sum_to_one(v):
    words = {tuple(map(int, ends)) for ends in VAGUE.values()}
    total = sum(float(vague.written(ends, np.array([v]))[0]) for ends in words)
    assert total == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "v", "expected"),
    [
        ("17", 17, 1.0),
        ("20", 19, 0.45),
        ("20", 20, 1.0),
        ("21", 21, 0.55),
        ("at least 3", 3, 0.30 + 0.25 + 0.25 + 0.15 / 2 + 0.05 / 3),
        ("at least 3", 12, 0.05 / 10),
        ("at least 3", 13, 0.0),
        ("as many as 4", 2, 0.15 / 3 + 0.05 / 7),
        ("about 10", 10, 0.7 / 3 + 0.3 / 9),
        ("2-3", 2, 0.9 / 2 + 0.1 / 3),
        ("0", 0, 1.0),
        ("0", 1, 0.0),
    ],
)
def test_by_hand(text, v, expected):
    got = probability(text, np.array([v]))
    assert got[0] == pytest.approx(expected, abs=1e-12)


TEXTS = ["7", "25", "40", "about 30", "at least 6", "as many as 15", "3-9", "0-2", "dozens", "0",
         "at least 5, perhaps 8"]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_support_is_where_the_text_can_be_written(text):
    quantity = Quantity.parse(text)
    v = np.arange(0, 400)
    possible = v[quantity.hedge.probability(quantity, v, least=0) > 0]
    assert support(quantity) == (possible.min(), possible.max())


@pytest.mark.parametrize("number", [20, 33, 47, 60, 100, 250, 800])
@pytest.mark.parametrize("form", ["{}", "about {}", "at least {}", "as many as {}", "{}-{}"])
def test_medians_agree_with_the_kernels_of_totals(form, number):
    """Both definitions, under a prior flat in the log, put the median within ten per cent."""
    text = form.format(number, 2 * number)
    quantity = Quantity.parse(text)
    v = np.arange(1, 20 * number)
    mass = quantity.hedge.probability(quantity, v) / v
    cumulative = np.cumsum(mass) / mass.sum()
    on_integers = v[np.searchsorted(cumulative, 0.5)]
    reading = quantity.hedge.reading(quantity, documented=False)
    grid = np.linspace(math.log(number) - 4, math.log(number) + 4, 4001)
    density = np.exp(claim_log_density(reading, grid, 0.02))
    below = np.cumsum(density) / density.sum()
    on_logs = math.exp(grid[np.searchsorted(below, 0.5)])
    assert on_integers == pytest.approx(on_logs, rel=0.10)


@pytest.mark.parametrize(("text", "message"), [
    ("unknown", "says nothing about the number"),
    ("at least 0", "says nothing about the number"),
])  # fmt: skip
def test_texts_without_a_number_are_refused(text, message):
    with pytest.raises(UsageError, match=message):
        probability(text, np.array([1]))


def test_a_total_is_no_incident():
    with pytest.raises(UsageError, match="too much for one incident"):
        support(Quantity.parse("more than 28,000,000"))


def test_what_a_statement_comes_to():
    texts = ["7", "about 30", "at least 6", "as many as 15", "3-9", "dozens"]
    numbers = [q.hedge.number(q) for q in map(Quantity.parse, texts)]
    assert numbers == pytest.approx([7, 30, 6, 15, 6, math.sqrt(24 * 96)])
