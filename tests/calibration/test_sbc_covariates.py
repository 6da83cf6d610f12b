"""Simulation-based calibration of latent classes with covariates, blank values among them."""

from __future__ import annotations

import pytest

from tests.support.covariates_adapter import Design
from tests.support.sbc import judge, study

SEED = 19990322
SIMULATIONS = 100
CONTROL = 60  # a wrong prior shows with fewer


def run(design, simulations=SIMULATIONS):
    label = f"covariates {design.people} {design.blank:g} {design.narrow:g}"
    return study(label, design.simulate, design.fit, simulations, seed=SEED)


@pytest.mark.slow
def test_classes_with_covariates_are_calibrated():
    judge(run(Design()))


@pytest.mark.slow
def test_effects_wider_than_the_prior_says_are_found_out():
    # Of few people, so that the prior matters: of 200 the ranks do not tell one from the other.
    found = run(Design(people=40, classes=1, narrow=3.0), CONTROL)
    assert {"effect of sex on A", "effect of side on C"} <= set(found.failures())
    assert not found.covers()
