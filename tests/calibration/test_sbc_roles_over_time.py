"""Simulation-based calibration of claims over time with priors learned from the record.

Deaths of one cell fall on the months of two years. An army speaks once, or denies, or names a token
number; two monitors restate running totals and share what monitors have in common; a paper and a
government speak of different windows. The simulator is written from the page of the model, and only
the numbers of the roles are read from the package.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.priors import default_roles
from tests.support import timeline_simulator as simulator
from tests.support.adapters import of_one_cell_over_time
from tests.support.sbc import judge, study

TUNE_SEED, FINAL_SEED = 20261130, 71130
SIMULATIONS = 200
QUICK = 60  # enough to see intervals that are far too narrow
ROLES = {
    "Army": "perpetrator", "Watch": "monitor", "Archive": "monitor", "Herald": "media",
    "Ministry": "government",
}  # fmt: skip
TALLIES = ("monitor", "government")
# Source, first and last month counted.
STATEMENTS = (
    ("Army", 1, 12),
    *(("Watch", 1, month) for month in (6, 15, 24)),
    *(("Archive", 1, month) for month in (12, 24)),
    ("Herald", 7, 18),
    ("Ministry", 1, 18),
)
SLOW = "Watch"  # restated often enough for an error that moves slowly
LEVEL = (math.log(4000), 1.0)
TOKEN = math.log(1e6)
TALLY_SD, ERROR_SD = 0.05, 0.15


def ratio_of(role, shared, rng):
    """Draw a source's log ratio, of what its role and itself add."""
    prior = default_roles()[role].totals
    own = rng.standard_normal() if role == "government" else rng.standard_t(4)
    place = prior.core.mu + prior.spread.role * shared + prior.spread.own * own
    if not prior.is_completeness:
        return place
    return -math.log1p(math.exp(-place)) + rng.normal(prior.over_count.mean, prior.over_count.sd)


def simulate(rng):
    """Draw a path of deaths and what is said of it: one log number a statement, None for nobody."""
    log_n = rng.normal(*LEVEL)
    scale = simulator.PATH_SD / math.sqrt(rng.chisquare(8) / 8)
    share = simulator.profile(scale * rng.normal(size=simulator.TERMS))
    shared = {role: rng.standard_normal() for role in set(ROLES.values())}
    ratios = {source: ratio_of(role, shared[role], rng) for source, role in ROLES.items()}
    restated = [last for source, _, last in STATEMENTS if source == SLOW]
    ends = [simulator.month_end(month) for month in restated]
    slow = dict(zip(restated, simulator.slow_errors(rng, ends), strict=True))
    denies, which = default_roles()["perpetrator"].totals.zero, rng.random()
    said = []
    for source, first, last in STATEMENTS:
        number = log_n + math.log(share[first - 1 : last].sum()) + ratios[source]
        number += slow[last] if source == SLOW else 0.0
        tally = ROLES[source] in TALLIES
        number += TALLY_SD * rng.standard_normal() if tally else ERROR_SD * rng.standard_t(4)
        if source == "Army":
            number = rng.uniform(0, TOKEN) if which < denies else number
            number = None if denies < which < 2 * denies or number < math.log(0.5) else number
        said.append(number)
    truth = {"log N": log_n, "log share by the middle": math.log(share[: simulator.MIDDLE].sum())}
    return truth | {f"log ratio, {name}": value for name, value in ratios.items()}, said


class Sampled:
    """The package's model, compiled once for an army that counts and once for one that denies."""

    def __init__(self, sources=ROLES):
        self.sources = sources
        self.compiled = {}

    def laid_out(self, said):
        rows = [
            {
                "source": source,
                "role": self.sources[source],
                # The text only chooses the form: a number to the nearest person, or nobody.
                "quantity": "0" if number is None else "5831",
                "start": simulator.month_start(first).isoformat(),
                "end": simulator.month_end(last).isoformat(),
            }
            for (source, first, last), number in zip(STATEMENTS, said, strict=True)
        ]
        settings = {
            "level": {"median": math.exp(LEVEL[0]), "sd": LEVEL[1]},
            "path": {"sd": simulator.PATH_SD, "terms": simulator.TERMS},
            "restated": {"sd": simulator.SLOW_SD, "months": simulator.SLOW_MONTHS},
        }
        model = ce.ClaimsModel(pd.DataFrame(rows), priors=settings, grid="month", restated="all")
        layout = model.layout
        assert len(layout.claims) == len(STATEMENTS)
        assert layout.timeline.grid.steps == simulator.MONTHS
        assert not layout.learned
        assert layout.timeline.wander.terms > 1
        readings = tuple(
            reading if number is None else replace(reading, z=number)
            for reading, number in zip(layout.readings, said, strict=True)
        )
        return replace(layout, readings=readings), readings

    def __call__(self, said, seed):
        layout, readings = self.laid_out(said)
        denied = None in said
        if denied not in self.compiled:
            # The coordinates are those of the first data; later calls only change the numbers.
            self.compiled[denied] = CompiledClaims(layout)
        found = self.compiled[denied].sample(
            readings=readings, draws=400, tune=500, chains=2, seed=seed
        )
        return of_one_cell_over_time(layout, found, simulator.MIDDLE)


def run(name, fit, seed, simulations):
    return study(f"{name} {seed}", simulate, fit, simulations, seed=seed)


@pytest.mark.slow
def test_learned_roles_over_time_are_calibrated():
    judge(run("learned roles over time", Sampled(), FINAL_SEED, SIMULATIONS))


@pytest.mark.slow
def test_a_wrong_role_is_found_out():
    """A government's number taken for a complete register is believed far too much."""
    wrong = Sampled(ROLES | {"Ministry": "register"})
    found = run("wrong role over time", wrong, TUNE_SEED, QUICK)
    assert {"log N", "log ratio, Ministry"} <= set(found.failures())
    assert found.coverage()["log N"][0.9] < 0.75
