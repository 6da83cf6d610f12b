"""Simulation-based calibration of the incidents model, on the engine that fits it.

Under the cut the data are those of an anchor that counts on its own scale, and its bias is drawn
apart, as the model says. The seed was chosen before anything was run. Minutes each:
`pytest tests/calibration/test_sbc_incidents.py -s -m slow`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.incident_adapters import Adapter
from tests.support.sbc import judge, study

SEED = 20180209
SIMULATIONS = 200
CUT = Adapter("overlap")


def run(adapter, label, simulations=SIMULATIONS):
    return study(label, adapter.simulate, adapter.fit, simulations, seed=SEED)


@pytest.mark.slow
def test_three_sources_under_the_cut():
    judge(run(CUT, "overlap-cut"))


@pytest.mark.slow
def test_three_sources_whose_scale_the_data_may_change():
    judge(run(replace(CUT, scale="joint"), "overlap-joint"))


@pytest.mark.slow
def test_a_judge_with_grades_suspects_and_recall_checks():
    judge(run(Adapter("recall", incidents=50), "recall"))


@pytest.mark.slow
def test_three_sources_that_deny():
    judge(run(Adapter("denials", incidents=60, draws=400), "denials"))


@pytest.mark.slow
def test_three_sources_whose_sites_were_visited():
    judge(run(Adapter("sites", incidents=40, draws=400), "sites"))


@pytest.mark.slow
def test_hedges_that_are_ignored_are_found_out():
    found = run(replace(CUT, told="plain"), "hedges-ignored", 100)
    assert not found.passes()
