"""Simulation-based calibration of the claims model with priors learned from the record.

The simulator is written from the page of the model: parts of ratios, denials, tokens and tallies.
Only the numbers of the roles are read from the package.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.claims.inference.exact import draw, solve
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.priors import default_roles
from tests.support.sbc import judge, study

TUNE_SEED, FINAL_SEED = 20261129, 61129
ROLES = {
    "Army": "perpetrator", "Militia": "perpetrator", "Watch": "monitor", "Archive": "monitor",
    "Ministry": "government", "Other side": "accuser",
}  # fmt: skip
LEVEL = (math.log(4000), 1.0)
TOKEN = math.log(1e6)
TALLY_SD, ERROR_SD = 0.05, 0.15


def parts_of(role):
    prior = default_roles()[role].totals
    return prior.core.mu, prior.spread, prior.is_completeness, prior.over_count, prior.zero


def simulate(rng):
    """Draw a count, what sources report of it, and what they say: None for a denial."""
    log_n = rng.normal(*LEVEL)
    shared = {role: rng.standard_normal() for role in set(ROLES.values())}
    truth, said = {"log N": log_n}, {}
    for source, role in ROLES.items():
        mu, spread, is_share, over, zero = parts_of(role)
        own = rng.standard_t(4) if role != "government" else rng.standard_normal()
        ratio = mu + spread.role * shared[role] + spread.own * own
        if is_share:
            ratio = -math.log1p(math.exp(-ratio)) + rng.normal(over.mean, over.sd)
        truth[f"log ratio, {source}"] = ratio
        which = rng.random()
        if which < zero:
            said[source] = None
        elif which < 2 * zero:
            said[source] = rng.uniform(0, TOKEN)
        elif role in ("monitor", "government"):
            said[source] = log_n + ratio + TALLY_SD * rng.standard_normal()
        else:
            said[source] = log_n + ratio + ERROR_SD * rng.standard_t(4)
            # A count below one half is said as nobody.
            said[source] = None if said[source] < math.log(0.5) and zero else said[source]
    return truth, said


def laid_out(said):
    """The layout and readings of what was said."""
    # The text only chooses the form: numbers to the nearest person, and zero.
    rows = [(s, role, "0" if said[s] is None else "5831") for s, role in ROLES.items()]
    table = pd.DataFrame(rows, columns=["source", "role", "quantity"])
    level = {"median": math.exp(LEVEL[0]), "sd": LEVEL[1]}
    layout = ce.ClaimsModel(table, priors={"level": level}).layout
    readings = tuple(
        reading if said[claim.source] is None else replace(reading, z=said[claim.source])
        for claim, reading in zip(layout.claims, layout.readings, strict=True)
    )
    return replace(layout, readings=readings), readings


def named(layout, log_deaths, log_ratio):
    ratios = {
        f"log ratio, {t.source}": log_ratio[..., k] for k, t in enumerate(layout.ratios.targets)
    }
    return {"log N": log_deaths[..., 0], **ratios}


def fitted(said, seed, draws=1000):
    layout, _ = laid_out(said)
    rng = np.random.default_rng(seed)
    found = draw(layout, solve(layout), chains=1, draws=draws, rng=rng)
    return named(layout, found.log_deaths[0], found.log_ratio[0])


class Sampled:
    """The same model sampled; one compiled model for each pattern of who denies."""

    def __init__(self):
        self.compiled = {}

    def __call__(self, said, seed):
        layout, readings = laid_out(said)
        who = tuple(source for source, number in said.items() if number is None)
        if who not in self.compiled:
            self.compiled[who] = CompiledClaims(layout)
        found = self.compiled[who].sample(
            readings=readings, draws=500, tune=700, chains=2, seed=seed
        )
        return named(layout, found.log_deaths, found.log_ratio)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [TUNE_SEED, FINAL_SEED])
def test_learned_roles_are_calibrated(seed):
    judge(study(f"learned roles {seed}", simulate, fitted, 200, seed=seed))


@pytest.mark.slow
def test_learned_roles_are_calibrated_when_sampled():
    judge(study("learned roles sampled", simulate, Sampled(), 200, seed=FINAL_SEED))


@pytest.mark.thorough
def test_a_few_simulations_cover_their_truths():
    found = study("learned roles in short", simulate, fitted, 12, seed=TUNE_SEED)
    assert found.coverage()["log N"][0.9] > 0.6
