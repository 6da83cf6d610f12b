"""Known worlds are found again, and their level where a reference source sets it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.support import simulators
from tests.support.adapters import Adapter
from tests.support.simulators import Design, Statement

SEED = 20180226
COUNTS = {
    "Iraq": 9000,
    "Syria": 5500,
    "Yemen": 1400,
    "children in Iraq": 2000,
    "children in Syria": 1700,
    "children in Yemen": 300,
}
RATIOS = {
    "Coalition": 0.11,
    "First monitor": 0.62,
    "Second monitor": 0.40,
    "Press": 0.45,
    "Census": 1.02,
}
SDS = {
    "Coalition": 0.10,
    "First monitor": 0.08,
    "Second monitor": 0.20,
    "Press": 0.25,
    "Census": 0.05,
}


def known_world(design, rng):
    """Ratios differ a little from cell to cell, as the targets of one source do."""
    counts = {cell: math.log(COUNTS[cell]) for cell in design.cells}
    ratios = {
        (source, cell): math.log(RATIOS[source]) + (0 if source == "Census" else 0.1 * rng.normal())
        for source, cell in design.targets
    }
    return simulators.speak(design, counts, ratios, SDS, rng)


def judge(truth, draws):
    """Every truth in its 99% interval, and not suspiciously far from its edges either."""
    scores = {}
    for name, value in truth.items():
        if name == "log-likelihood":
            continue
        low, high = np.quantile(draws[name], [0.005, 0.995])
        assert low < value < high, name
        scores[name] = (value - np.mean(draws[name])) / np.std(draws[name])
    rms = math.sqrt(np.mean(np.square(list(scores.values()))))
    assert 0.3 < rms < 1.5


@pytest.mark.slow
def test_six_counts_and_five_sources_are_recovered():
    assert len(simulators.RICH.statements) == 40
    adapter = Adapter(simulators.RICH)
    truth, data = known_world(simulators.RICH, np.random.default_rng(SEED))
    draws = adapter.nuts(data, SEED, draws=2000, tune=1000)
    judge(truth, draws)
    for cell, count in COUNTS.items():
        found = np.exp(np.median(draws[f"log N, {cell}"]))
        assert found == pytest.approx(count, rel=0.15), cell


ONE = Design(
    "one count",
    {
        "Coalition": "perpetrator",
        "First monitor": "monitor",
        "Press": "media",
        "Census": "reference",
    },
    (
        Statement("Census", "Syria", "plain"),
        Statement("First monitor", "Syria", "plain"),
        Statement("First monitor", "Syria", "range"),
        Statement("Coalition", "Syria", "about"),
        *(Statement("Press", "Syria", form) for form in ("about", "at_least", "at_most") * 3),
    ),
    level_sd=3.0,
)


def test_one_count_is_recovered_by_the_exact_route():
    adapter = Adapter(ONE)
    truth, data = known_world(ONE, np.random.default_rng(SEED))
    draws = adapter.exact(data, SEED, draws=4000)
    judge(truth, draws)
    assert np.exp(np.median(draws["log N, Syria"])) == pytest.approx(5500, rel=0.15)
    # The data say nothing of the common level, so its sd is about the reference's: ratio and error.
    assert np.std(draws["log N, Syria"]) == pytest.approx(math.hypot(0.10, 0.15), rel=0.3)
    # What the press says against the others is known much better than its prior sd of .7.
    assert np.std(draws["log ratio, Press, Syria"] + draws["log N, Syria"]) < 0.15


def test_without_the_reference_the_level_is_not_recovered():
    """The check above could fail: priors alone leave the level wide open."""
    others = {name: role for name, role in ONE.roles.items() if name != "Census"}
    statements = tuple(s for s in ONE.statements if s.source != "Census")
    design = Design("no reference", others, statements, level_sd=3.0)
    truth, data = known_world(design, np.random.default_rng(SEED))
    draws = Adapter(design).exact(data, SEED, draws=4000)
    assert np.std(draws["log N, Syria"]) > 0.3
    assert truth["log N, Syria"] == pytest.approx(math.log(5500))
