"""Simulation-based calibration of the claims model, on both engines.

Two sets of seeds: `TUNE_SEED` for everything that was looked at while the tests were written, and
`FINAL_SEED`, run once when nothing was left to change.
"""

from __future__ import annotations

import numpy as np
import pytest

from casualty_est.claims.inference.draws import Draws
from tests.support import simulators
from tests.support.adapters import Adapter
from tests.support.sbc import judge, study

TUNE_SEED = 20180209
FINAL_SEED = 7199
SIMULATIONS = 200
QUICK = 100  # enough to see a model that is plainly wrong
SEEDS = pytest.mark.parametrize("seed", [TUNE_SEED, FINAL_SEED])
INDEPENDENT = {"shared": {"role": 0, "source": 0, "target": 1}}


def run(adapter, engine, seed, simulations=SIMULATIONS, label=""):
    label = f"{adapter.design.name} {engine} {seed}{label}"
    return study(label, adapter.simulate, getattr(adapter, engine), simulations, seed=seed)


# --- quick --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "design",
    [simulators.TWO_NUMBERS, simulators.ONE_CELL, simulators.SEVERAL_CELLS, simulators.RICH],
    ids=lambda design: design.name,
)
def test_the_likelihood_at_the_truth_is_the_simulators(design):
    adapter = Adapter(design)
    targets = [f"log ratio, {source}, {cell}" for source, cell in design.targets]
    for i in range(25):
        truth, data = adapter.simulate(np.random.default_rng([TUNE_SEED, i]))
        world = {name: np.full((1, 1), value) for name, value in truth.items()}
        layout = adapter.with_readings(data)
        cells = [f"log N, {cell}" for cell in adapter.cell_names]
        draws = Draws(
            np.stack([world[name] for name in cells], axis=-1),
            np.stack([world[name] for name in targets], axis=-1),
            np.zeros((1, 1, 0)),
            np.stack([world[f"log sd, {s}"] for s in layout.learned], axis=-1)
            if layout.learned
            else np.zeros((1, 1, 0)),
            "prior",
        )
        found = adapter.named(layout, draws)
        assert set(found) == set(truth)
        for name, value in truth.items():
            assert found[name].item() == pytest.approx(value, rel=1e-7, abs=1e-7), name


@pytest.mark.thorough
def test_the_exact_route_is_calibrated_on_two_numbers():
    judge(run(Adapter(simulators.TWO_NUMBERS), "exact", TUNE_SEED))


@pytest.mark.thorough
def test_a_bound_read_as_an_exact_number_is_found_out():
    found = run(Adapter(simulators.BOUNDS, hedge_ignored=True), "exact", TUNE_SEED, 60, " no hedge")
    assert "log N, Syria" in found.failures()
    # The true counts lie too high among draws that take the bound for the number.
    assert found.places[:, 0].mean() > 0.55


@pytest.mark.thorough
def test_witnesses_taken_as_independent_are_found_out():
    found = run(
        Adapter(simulators.MONITORS, priors=INDEPENDENT), "exact", TUNE_SEED, QUICK, " free"
    )
    assert "log N, Syria" in found.failures()
    assert not found.covers()
    # Six monitors of one role are not six witnesses: the intervals are far too narrow.
    assert found.coverage()["log N, Syria"][0.9] < 0.8


# --- slow ---------------------------------------------------------------------------------------


@pytest.mark.slow
@SEEDS
@pytest.mark.parametrize(
    "design",
    [simulators.TWO_NUMBERS, simulators.ONE_CELL, simulators.BOUNDS, simulators.MONITORS],
    ids=lambda design: design.name,
)
def test_the_exact_route_is_calibrated_in_full(design, seed):
    judge(run(Adapter(design), "exact", seed))


@pytest.mark.slow
@SEEDS
@pytest.mark.parametrize(
    "design", [simulators.TWO_NUMBERS, simulators.SEVERAL_CELLS], ids=lambda design: design.name
)
def test_nuts_is_calibrated_in_full(design, seed):
    judge(run(Adapter(design), "nuts", seed))
