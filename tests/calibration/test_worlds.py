"""Worlds that the role priors were not made for: how often the intervals contain the true count.

Each world draws counts and what sources say by rules of its own; nothing is taken from the model.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce

WORLDS = 200
SEED = 61129


def rounded(rng, log_number, sd):
    return f"{max(1, round(math.exp(log_number + sd * rng.standard_normal()))):,}"


def a_perpetrator_that_admits_a_hundredth(rng, count):
    army = rng.normal(math.log(0.01), 1.0)
    monitor = math.log(rng.beta(6, 3))
    return [
        ("Army", "perpetrator", rounded(rng, math.log(count) + army, 0.1)),
        ("Watch", "monitor", rounded(rng, math.log(count) + monitor, 0.05)),
    ]


def complete_monitors(rng, count):
    return [
        ("Army", "perpetrator", rounded(rng, math.log(0.3 * count), 0.7)),
        ("Watch", "monitor", rounded(rng, math.log(count), 0.05)),
        ("Archive", "monitor", rounded(rng, math.log(count), 0.05)),
    ]


def a_third_in_a_blackout(rng, count):
    seen = math.log(count * (1 - rng.beta(8, 16)))
    return [
        ("Army", "perpetrator", rounded(rng, math.log(0.3 * count), 0.7)),
        ("Watch", "monitor", rounded(rng, seen + math.log(rng.beta(18, 2)), 0.05)),
        ("Archive", "monitor", rounded(rng, seen + math.log(rng.beta(14, 6)), 0.05)),
    ]


def two_monitors_on_one_network(rng, count):
    network = math.log(count) + math.log(rng.beta(2, 2))
    return [
        ("Watch", "monitor", rounded(rng, network, 0.05)),
        ("Archive", "monitor", rounded(rng, network, 0.05)),
    ]


ALL = [
    a_perpetrator_that_admits_a_hundredth,
    complete_monitors,
    a_third_in_a_blackout,
    two_monitors_on_one_network,
]


def covered(world, prob, worlds=WORLDS):
    """Share of simulated worlds whose count lies inside the interval."""
    inside = []
    for i in range(worlds):
        rng = np.random.default_rng([SEED, ALL.index(world), i])
        count = math.exp(rng.normal(math.log(4000), 1.0))
        table = pd.DataFrame(world(rng, count), columns=["source", "role", "quantity"])
        draws = ce.ClaimsModel(table).fit(seed=1, progress_bar=False).draws()
        low, high = np.quantile(draws, [0.5 - prob / 2, 0.5 + prob / 2])
        inside.append(low <= count <= high)
    return float(np.mean(inside))


@pytest.mark.slow
@pytest.mark.parametrize("world", ALL, ids=lambda world: world.__name__)
def test_intervals_contain_the_true_count(world):
    assert covered(world, 0.95) >= 0.93


@pytest.mark.slow
def test_a_few_worlds():
    assert covered(a_third_in_a_blackout, 0.95, 15) >= 0.8
