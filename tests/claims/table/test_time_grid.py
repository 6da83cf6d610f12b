"""Windows on a grid against counting days one by one."""

from __future__ import annotations

import datetime
import random
from collections import Counter

import numpy as np
import pytest

from casualty_est import UsageError
from casualty_est.claims.table.time_grid import STEPS, TimeGrid
from tests.support.claim_tables import day


def days(first, last):
    return [first + datetime.timedelta(n) for n in range((last - first).days + 1)]


def step_of(grid, one):
    """Step that holds a day, by its definition."""
    if grid.step == "month":
        return (one.year - grid.start.year) * 12 + one.month - grid.start.month
    return (one - grid.start).days // (7 if grid.step == "week" else 1)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("step", STEPS)
def test_weights_are_days_counted_one_by_one(step, seed):
    draw = random.Random(f"{step} {seed}")
    first = day("2015-12-20") + datetime.timedelta(draw.randrange(400))
    last = first + datetime.timedelta(draw.randrange(1, 500))
    grid = TimeGrid.between(first, last, step)
    inside = Counter(step_of(grid, one) for one in days(first, last))
    assert grid.steps == len(inside)
    assert list(grid.days) == [inside[i] for i in range(grid.steps)]
    for _ in range(20):
        start = first + datetime.timedelta(draw.randrange(-5, (last - first).days + 1))
        end = start + datetime.timedelta(draw.randrange(0, 120))
        covered = Counter(step_of(grid, one) for one in days(start, end) if first <= one <= last)
        expected = [covered[i] / inside[i] for i in range(grid.steps)]
        np.testing.assert_allclose(grid.weights(start, end), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("last", "step", "steps"),
    [
        ("2022-02-24", "day", 1),
        ("2022-04-24", "day", 60),
        ("2022-04-25", "week", 9),
        ("2023-02-23", "week", 53),
        ("2023-09-06", "week", 80),
        ("2023-09-07", "month", 20),
        ("2030-02-23", "month", 97),
    ],
)
def test_the_step_follows_from_the_span(last, step, steps):
    grid = TimeGrid.between(day("2022-02-24"), day(last))
    assert (grid.step, grid.steps) == (step, steps)
    assert (grid.start, grid.end) == (day("2022-02-24"), day(last))
    assert grid.last_days[-1] == grid.end


def test_months_are_those_of_the_calendar():
    grid = TimeGrid.between(day("2018-01-31"), day("2018-04-02"), "month")
    assert [str(last) for last in grid.last_days] == [
        "2018-01-31",
        "2018-02-28",
        "2018-03-31",
        "2018-04-02",
    ]
    assert [grid.position(day(d)) for d in ("2018-01-31", "2018-02-01", "2018-04-02")] == [0, 1, 3]
    assert [grid.position(day(d)) for d in ("2017-01-01", "2019-01-01")] == [0, 3]
    assert str(grid) == "4 months from 2018-01-31 to 2018-04-02"


def test_what_no_grid_can_be():
    with pytest.raises(UsageError, match="ends on 2018-01-01 before it starts on 2018-01-02"):
        TimeGrid.between(day("2018-01-02"), day("2018-01-01"))
    with pytest.raises(UsageError, match="one of day, week, month, not 'fortnight'"):
        TimeGrid.between(day("2018-01-01"), day("2018-01-02"), "fortnight")
