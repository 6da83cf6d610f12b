"""Simulation-based calibration of every family of the lists model, on the engine that fits it.

The floor is off and one family stands alone, so that the answer is the posterior of one model. The
seed was chosen before anything was run.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support import list_families
from tests.support.list_adapters import Adapter
from tests.support.list_families import Design
from tests.support.sbc import judge, study

SEED = 19990322
SIMULATIONS = 200
QUICK = 100
# Gibbs chains take seconds each: the Dirichlet process has a test of its own.
OTHERS = ("dirichlet-process", "odds-ratio")  # the odds ratio is of two lists
QUICKER = tuple(name for name in list_families.FAMILIES if name not in OTHERS)


def run(design, simulations=SIMULATIONS):
    adapter = Adapter(design)
    label = f"{design.name} {design.people} {design.narrow:.2f}"
    return study(label, adapter.simulate, adapter.fit, simulations, seed=SEED)


# --- quick --------------------------------------------------------------------------------------


# Few people, so that the prior matters: with 200 the ranks do not tell one from the other.
EXACT = Design("no-highest-order", 3, people=30)


def test_an_exact_family_is_calibrated():
    judge(run(EXACT))


@pytest.mark.thorough
def test_the_average_over_graphs_is_calibrated():
    judge(run(Design("decomposable", 3, people=30), QUICK))


@pytest.mark.thorough
def test_two_lists_with_an_open_odds_ratio_are_calibrated():
    judge(run(Design("odds-ratio", 2, people=30)))
    assert not run(Design("odds-ratio", 2, people=30, narrow=0.3), QUICK).covers()


def test_shares_of_a_flat_prior_are_found_out():
    found = run(replace(EXACT, narrow=1 / 7), QUICK)
    assert "log N" in found.failures()
    assert not found.covers()


# --- slow ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("lists", [3, 4])
@pytest.mark.parametrize("family", QUICKER)
def test_every_family_is_calibrated(family, lists):
    judge(run(Design(family, lists)))


@pytest.mark.slow
def test_the_dirichlet_process_is_calibrated():
    judge(run(Design("dirichlet-process", 3, people=60), QUICK))


@pytest.mark.slow
def test_interactions_smaller_than_the_prior_says_are_found_out():
    found = run(Design("ridge", 3, narrow=0.5))
    assert {"mean square interaction", "scale"} <= set(found.failures())
