"""Simulation-based calibration of claims on many cells, where ratios are summed out.

The simulator is written from the page of the model; only the numbers of the roles, of the level and
of the reporting sd are read from the package.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.claims.inference.many_cells import CompiledCells
from casualty_est.claims.model.summed import summed_out
from casualty_est.priors import default_roles
from tests.support.sbc import judge, study

SEED, SIMULATIONS, TOWNS = 20261130, 200, 25
ROLES = {
    "Watch": "monitor", "Archive": "monitor", "Ministry": "government", "Herald": "media",
    "Courier": "media",
}  # fmt: skip
FLOOR = 0.02
LIGHT = ("monitor", "government")


@cache
def laid_out():
    # The text only chooses the form: numbers to the nearest person.
    rows = [(s, role, "5831", f"Town {k:02d}") for s, role in ROLES.items() for k in range(TOWNS)]
    table = pd.DataFrame(rows, columns=["source", "role", "quantity", "scope"])
    layout = ce.ClaimsModel(table, priors={"level": {"median": 3000, "sd": 0.8}}).layout
    return layout, CompiledCells(layout, summed_out(layout))


def own(prior, rng):
    return rng.standard_t(4) if prior.spread.heavy else rng.standard_normal()


def simulate(rng):
    """Draw the count of every town, the ratios of every source, and what it says."""
    layout, _ = laid_out()
    level = layout.levels[0].prior
    middle = rng.normal(level.mean, level.sd)
    spread = abs(rng.normal(0, layout.priors.offset_sd))
    log_n = middle + spread * rng.standard_normal(TOWNS)
    of_role = {role: rng.standard_normal() for role in ROLES.values()}
    learned = layout.priors.learned_sd
    truth = {"log total": np.log(np.exp(log_n).sum()), "log Town 03": log_n[3]}
    said = {}
    for source, role in ROLES.items():
        prior = default_roles()[role].totals
        of_source = own(prior, rng)
        sd = math.hypot(math.exp(rng.normal(learned.mu, learned.sd)), FLOOR)
        truth[f"log sd, {source}"] = math.log(sd)
        for town in range(TOWNS):
            parts = prior.spread
            core = prior.core.mu + parts.role * of_role[role]
            core += parts.own * math.sqrt(parts.of_source) * of_source
            core += parts.own * math.sqrt(1 - parts.of_source) * own(prior, rng)
            ratio = core
            if prior.is_completeness:
                over = prior.over_count
                ratio = -math.log1p(math.exp(-core)) + rng.normal(over.mean, over.sd)
            error = rng.standard_normal() if role in LIGHT else rng.standard_t(4)
            said[source, f"Town {town:02d}"] = log_n[town] + ratio + sd * error
            if town == 3:
                truth[f"log ratio, {source}"] = ratio
    return truth, said


def fit(said, seed):
    layout, compiled = laid_out()
    readings = tuple(
        replace(reading, z=said[claim.source, str(claim.scope)])
        for claim, reading in zip(layout.claims, layout.readings, strict=True)
    )
    found = compiled.sample(readings=readings, draws=400, tune=300, chains=2, seed=seed)
    towns = [str(cell.label.scope) for cell in layout.grid.cells]
    told = {
        "log total": np.log(np.exp(found.log_deaths).sum(axis=-1)),
        "log Town 03": found.log_deaths[..., towns.index("Town 03")],
    }
    for k, source in enumerate(layout.learned):
        told[f"log sd, {source}"] = found.log_reporting_sd[..., k]
    for k, target in enumerate(layout.ratios.targets):
        if str(target.label.scope) == "Town 03":
            told[f"log ratio, {target.source}"] = found.log_ratio[..., k]
    return told


@pytest.mark.slow
def test_many_cells_are_calibrated():
    judge(study("many cells", simulate, fit, SIMULATIONS, seed=SEED))
