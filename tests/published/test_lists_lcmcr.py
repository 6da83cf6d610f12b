"""The Dirichlet process of latent classes against R LCMCR 0.4.14.

Reference numbers: four chains of two million iterations of R package LCMCR 0.4.14 (Manrique-Vallier
2016, doi 10.1111/biom.12502) with K = 10 and a = b = .25, on killings in Kosovo, March to June 1999
(Ball et al. 2002).
"""

from __future__ import annotations

from pathlib import Path

import arviz as az
import numpy as np
import pytest

import casualty_est as ce
from casualty_est.lists.inference.gibbs import run_chains

KOSOVO = Path(__file__).parents[1] / "data" / "lists" / "kosovo_1999.csv"
MEAN, SD = 10_691, 1_275
QUANTILES = {0.025: 9_013, 0.5: 10_425, 0.975: 13_955}
# Effective draws of the reference: 2.2 in a thousand iterations.
REFERENCE = 17_600


def _table():
    return ce.CaptureHistories.read(KOSOVO).pooled().table


def _agrees(people):
    """Every number within four Monte Carlo errors, those of the reference included."""
    own = {"mean": float(az.mcse(people)), "sd": float(az.mcse(people, method="sd"))}
    # The error of the reference: that of as many effective draws as it has.
    less = np.sqrt(float(az.ess(people)) / REFERENCE)
    found = {"mean": (people.mean(), MEAN), "sd": (people.std(), SD)}
    for q, wanted in QUANTILES.items():
        own[q] = float(az.mcse(people, method="quantile", prob=q))
        found[q] = (np.quantile(people, q), wanted)
    off = {key: (a - b) / (own[key] * np.hypot(1, less)) for key, (a, b) in found.items()}
    assert max(abs(value) for value in off.values()) < 4, (off, own)
    return own


@pytest.mark.slow
def test_kosovo_within_monte_carlo_error():
    chains, _ = run_chains(
        _table(), chains=4, seed=np.random.SeedSequence(1), sweeps=10_000, most_looks=1
    )
    own = _agrees((_table().people + chains.unlisted).astype(float))
    # So far apart must two answers be to be told apart: a tenth of the width of the interval.
    assert own["mean"] < 150
    assert own[0.5] < 150


@pytest.mark.slow
def test_kosovo_by_default():
    est = ce.ListModel(ce.CaptureHistories.read(KOSOVO), families="dirichlet-process").fit(seed=1)
    assert est.converged
    low, median, high = est.summary()[["low", "median", "high"]].iloc[0]
    assert median == pytest.approx(10_425, rel=0.02)
    assert low == pytest.approx(9_013, rel=0.02)
    assert high == pytest.approx(13_955, rel=0.06)


@pytest.mark.slow
def test_kosovo_long():
    chains, found = run_chains(
        _table(), chains=8, seed=np.random.SeedSequence(2), sweeps=100_000, most_looks=1
    )
    assert not found.reasons
    own = _agrees((_table().people + chains.unlisted).astype(float))
    assert own["mean"] < 20


@pytest.mark.slow
def test_netherlands_shows_both_modes_from_every_seed():
    """R LCMCR gives one mode or the other by seed; their medians are near 49,000 and 145,000.

    Chains that start high and low do not find each other here: how much each mode weighs is not
    known, and the result says so.
    """
    model = ce.ListModel(ce.datasets.lists("netherlands"), families="dirichlet-process")
    weights, settled = [], []
    for seed in (1, 2):
        est = model.fit(seed=seed, budget=0)
        modes = est.to_dict()["estimates"][0]["modes"]
        assert len(modes) == 2
        assert modes[0]["median"] == pytest.approx(49_000, rel=0.1)
        assert modes[1]["median"] == pytest.approx(145_000, rel=0.15)
        weights.append(modes[0]["weight"])
        settled.append(est.converged)
        reasons = est.meta.diagnostics.reasons
        assert est.converged or any(reason.startswith("chains disagree") for reason in reasons)
    assert abs(weights[0] - weights[1]) < 0.1 or not all(settled), weights
