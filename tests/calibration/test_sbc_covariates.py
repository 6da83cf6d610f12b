"""Simulation-based calibration of latent classes with covariates, with blank values among them."""

from __future__ import annotations

import pytest

from tests.support.covariates_adapter import Design
from tests.support.sbc import judge, study

SEED = 19990322
SIMULATIONS = 100


def run(design, simulations=SIMULATIONS):
    label = f"covariates {design.people} {design.blank:g} {design.narrow:g}"
    return study(label, design.simulate, design.fit, simulations, seed=SEED)


@pytest.mark.slow
def test_classes_with_covariates_are_calibrated():
    judge(run(Design()))
