"""Thousands of numbers of one source, gathered on a lattice, against one term for each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.claims.inference import exact, gathered
from casualty_est.claims.model.layout import Scenario


def table(count, rng, roles=("monitor", "perpetrator")):
    """Two sources with many numbers for one cell, none of them round, with heavy tails."""
    rows = []
    for k, role in enumerate(roles):
        numbers = np.rint(9_000 / (1 + 2 * k) * np.exp(0.12 * rng.standard_t(4, count))).astype(int)
        numbers += numbers % 10 == 0
        rows += [(f"Source {k}", role, f"{n:,}", "Area") for n in numbers]
    return pd.DataFrame(rows, columns=["source", "role", "quantity", "scope"])


def test_sums_of_a_cubic_over_the_numbers_are_kept():
    rng = np.random.default_rng(1)
    z, weight = rng.normal(7, 0.3, 500), rng.uniform(0.5, 2, 500)
    at, total = gathered.on_lattice(z, weight, 0.05)
    assert len(at) < 60
    for power in range(4):
        expected = (weight * (z - 7) ** power).sum()
        assert (total * (at - 7) ** power).sum() == pytest.approx(expected, abs=1e-9)


def test_density_is_that_of_scipy_for_every_number():
    rng = np.random.default_rng(2)
    z, sd = 8 + 0.15 * rng.standard_t(4, 3_000), 0.15
    at, total = gathered.on_lattice(z, np.ones(len(z)), sd / gathered.FINE)
    for middle in (7.5, 7.98, 8.0, 8.3):
        expected = stats.t(4, middle, sd).logpdf(z).sum()
        ours = (total * stats.t(4, middle, sd).logpdf(at)).sum()
        assert ours == pytest.approx(expected, abs=0.01)


@pytest.mark.slow
def test_the_answer_is_that_of_one_term_for_each_number(monkeypatch):
    model = ce.ClaimsModel(table(800, np.random.default_rng(3)))
    layout, scenario = model.layout, Scenario.plain(model.layout)
    together = exact.solve(layout, scenario)
    claims = np.flatnonzero(layout.target_of == 0)
    few = len(gathered.gathered(layout, scenario, claims, 0.02))
    monkeypatch.setattr(gathered, "MANY", np.inf)
    assert few < 300 < len(gathered.gathered(layout, scenario, claims, 0.02))
    each = exact.solve(layout, scenario)
    at = np.array([0.025, 0.25, 0.5, 0.75, 0.975])
    np.testing.assert_allclose(together.quantile(at), each.quantile(at), atol=2e-4)


def test_few_numbers_stay_as_they_are():
    model = ce.ClaimsModel(table(20, np.random.default_rng(4)))
    layout = model.layout
    claims = np.flatnonzero(layout.target_of == 0)
    kept = gathered.gathered(layout, Scenario.plain(layout), claims, 0.02)
    said = {float(np.log(row.quantity.low)) for row in model.claims.rows[:20]}
    assert {reading.z for reading, _ in kept} == said
