"""Calibration of claims over time: a party that restates its running total again and again.

`TUNE_SEED` is for everything that was looked at while the tests were written, `FINAL_SEED` for the
judgement. The model is compiled once; only the numbers change. Two studies of 150 worlds said too
little: their 95% intervals of log N held 87% (seed 20180301) and 98% (47000) of the truths.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.claims.inference.predict import log_likelihood
from casualty_est.claims.inference.timeline import expected
from casualty_est.claims.model.layout import Scenario
from tests.support import timeline_simulator as simulator
from tests.support.adapters import of_one_cell_over_time
from tests.support.former import former_model
from tests.support.sbc import judge, study

TUNE_SEED = 20180301
FINAL_SEED = 991130
SIMULATIONS = 600
QUICK = 100  # enough to see intervals that are far too narrow
ROLES = {"Army": "party", "Herald": "media", "Watch": "monitor"}
SHARED = {"restated": {"sd": simulator.SLOW_SD, "months": simulator.SLOW_MONTHS}}
IGNORED = {"restated": {"sd": 0.01, "months": simulator.SLOW_MONTHS}}


class Adapter:
    """The claims model of the simulated design, fitted to whatever is said."""

    def __init__(self, restated):
        windows = [(source, 1, month) for source, month in simulator.STATEMENTS]
        rows = [
            {
                "source": source,
                "role": ROLES[source],
                "quantity": "5831",
                "start": simulator.month_start(first).isoformat(),
                "end": simulator.month_end(last).isoformat(),
                "hedge": "speaker",
            }
            for source, first, last in [*windows, simulator.PERIOD]
        ]
        settings = {
            "level": {"median": 3000, "sd": 1.0},
            "path": {"sd": simulator.PATH_SD, "terms": simulator.TERMS},
            **restated,
        }
        model = former_model(pd.DataFrame(rows), priors=settings, grid="month", restated="all")
        self.layout = model.layout
        assert len(self.layout.claims) == len(rows)
        assert self.layout.learned == ("Army",)
        assert self.layout.timeline.grid.steps == simulator.MONTHS
        self._compiled = None

    def simulate(self, rng):
        world = simulator.simulate(rng)
        return world.truth, world.said

    def readings(self, said):
        pairs = zip(self.layout.readings, said, strict=True)
        return tuple(replace(reading, z=number) for reading, number in pairs)

    def fit(self, said, seed):
        readings = self.readings(said)
        layout = replace(self.layout, readings=readings)
        if self._compiled is None:
            # The coordinates are those of the first data; later calls only change the numbers.
            self._compiled = CompiledClaims(layout)
        found = self._compiled.sample(
            Scenario.plain(layout), readings=readings, draws=400, tune=400, chains=2, seed=seed
        )
        return self.named(layout, found)

    def named(self, layout, found):
        """Draws under the simulator's names."""
        values = of_one_cell_over_time(layout, found, simulator.MIDDLE)
        values["log sd, Army"] = found.log_reporting_sd[..., 0]
        values["log-likelihood"] = log_likelihood(layout, found).sum(axis=-1)
        return values


def run(name, adapter, seed, simulations):
    return study(f"{name} {seed}", adapter.simulate, adapter.fit, simulations, seed=seed)


def test_the_design_is_the_simulators():
    """The same world gives the same expected numbers, slow errors apart."""
    adapter = Adapter(IGNORED)
    assert adapter.layout.timeline.wander.terms == 0
    assert Adapter(SHARED).layout.timeline.wander.terms > 3
    rng = np.random.default_rng(TUNE_SEED)
    walk = rng.normal(0, 1.5, simulator.TERMS)
    share = simulator.profile(walk)
    log_deaths, log_ratio = np.array([[8.0]]), np.array([[-0.4, -0.8, -0.6]])
    extra = {"walk": walk[None, None]}
    found = expected(adapter.layout, log_deaths, log_ratio, extra)[0]
    names = [target.source for target in adapter.layout.ratios.targets]
    windows = [(source, 1, month) for source, month in simulator.STATEMENTS]
    wanted = [
        8.0 + np.log(share[first - 1 : last].sum()) + log_ratio[0, names.index(source)]
        for source, first, last in [*windows, simulator.PERIOD]
    ]
    np.testing.assert_allclose(found, wanted, rtol=1e-10)
    draws = Draws(
        log_deaths[None],
        log_ratio[None],
        np.zeros((1, 1, 0)),
        np.log([[[0.1]]]),
        "prior",
        extra={"walk": extra["walk"][None], "expected": found[None, None]},
    )
    named = adapter.named(adapter.layout, draws)
    assert named["log share by the middle"].item() == pytest.approx(np.log(share[:12].sum()))
    assert set(named) == set(simulator.simulate(rng).truth)


@pytest.mark.slow
def test_restated_totals_are_calibrated():
    judge(run("restated", Adapter(SHARED), FINAL_SEED, SIMULATIONS))


@pytest.mark.slow
def test_ignoring_the_shared_error_is_found_out():
    found = run("restated, no shared error", Adapter(IGNORED), TUNE_SEED, QUICK)
    assert "log share by the middle" in found.failures()
    assert not found.covers()
    # Twelve restatements are taken for twelve witnesses: the path is far too certain.
    assert found.coverage()["log share by the middle"][0.9] < 0.75


@pytest.mark.slow
def test_what_was_simulated_is_recovered():
    """One world with restated totals: every truth lies inside its 99% interval."""
    adapter = Adapter(SHARED)
    truth, said = adapter.simulate(np.random.default_rng(11))
    draws = adapter.fit(said, 1)
    for name, value in truth.items():
        low, high = np.quantile(draws[name], [0.005, 0.995])
        assert low < value < high, name
    # The path is known far better than its prior, which lets a half hold almost anything.
    assert draws["log share by the middle"].std() < 0.2
