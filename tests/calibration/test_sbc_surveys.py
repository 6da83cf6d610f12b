"""Simulation-based calibration of every survey model, and coverage of surveys as in the field.

The seed was chosen before anything was run.
"""

from __future__ import annotations

import pytest

from tests.support.sbc import judge, study
from tests.support.survey_adapters import FromPrior, LookedUp, Sampled, Studies
from tests.support.survey_simulators import Country

SEED = 20041029
SIMULATIONS = 200


def run(adapter, label, simulations=SIMULATIONS):
    return study(label, adapter.simulate, adapter.fit, simulations, seed=SEED)


@pytest.mark.slow
def test_published_estimates_are_calibrated():
    judge(run(Studies(), "survey studies"))


@pytest.mark.slow
def test_a_bias_that_the_model_does_not_know_is_found_out():
    found = run(Studies(bias_sd=0.4, assumed_sd=0.05), "survey studies unknown bias", 100)
    assert not found.covers()


@pytest.mark.slow
def test_households_are_calibrated():
    judge(run(FromPrior(), "survey households"))


@pytest.mark.slow
def test_households_without_a_survivor_that_the_model_forgets_are_found_out():
    found = run(FromPrior(seen=False), "survey households forgotten", 100)
    assert found.failures()


@pytest.mark.slow
@pytest.mark.parametrize("icc", [0.2, 0.5])
def test_surveys_of_the_field_are_covered(icc):
    found = run(Sampled(Country(icc=icc)), f"survey field {icc}")
    assert 0.93 <= found.coverage()["log deaths"][0.95] <= 0.98


@pytest.mark.slow
def test_without_the_households_that_nobody_can_report_the_field_is_not_covered():
    found = run(Sampled(Country(icc=0.5), seen=False), "survey field 0.5 forgotten")
    assert found.coverage()["log deaths"][0.95] < 0.8


@pytest.mark.slow
def test_matched_deaths_are_calibrated():
    judge(run(LookedUp(), "survey matched"))


@pytest.mark.slow
def test_clusters_that_the_model_is_not_told_of_are_found_out():
    found = run(LookedUp(deaths=300, per=12, clustered=False), "survey matched unclustered", 150)
    assert not found.covers()
