"""Fits of incidents that go on: whole rounds from the seed, chains that began anew, advice."""

from __future__ import annotations

import numpy as np
import pytest

from casualty_est.incidents.inference import fit as fits
from casualty_est.incidents.inference import rounds
from casualty_est.incidents.model.model import IncidentModel
from casualty_est.result.going_on import go_on, thinning
from casualty_est.result.schema import Diagnostics
from tests.support.incident_tables import overlapping

SHORT = {"seed": 3, "draws": 30, "tune": 60, "chains": 2, "progress_bar": False}


@pytest.fixture(scope="module")
def model():
    return IncidentModel(overlapping(np.random.default_rng(5), 20), scale="joint")


@pytest.fixture
def two_rounds(monkeypatch):
    """Whatever the check says and the clock, a fit has two rounds."""

    def go_twice(attempt, settled, budget):
        ticks = iter(range(100))
        return go_on(attempt, lambda _: False, 3, lambda: next(ticks))

    monkeypatch.setattr(fits, "go_on", go_twice)


@pytest.mark.thorough
@pytest.mark.usefixtures("two_rounds")
def test_a_second_round_follows_from_the_seed(model):
    one, other = (model.fit(**SHORT) for _ in range(2))
    np.testing.assert_array_equal(one.draws(), other.draws())
    assert one.draws().shape == (2, 60)
    assert one.idata["sample_stats"]["energy"].shape == (2, 60)
    notes = {note.code: note.text for note in one.warnings}
    assert "on: round 2 has 60 draws a chain after a warm-up of 120" in notes["went_on"]
    assert "the first round fell short of the check" in notes["went_on"]
    assert notes["went_on"] in repr(one)


@pytest.mark.parametrize(
    ("number", "draws", "chains", "one_in"),
    [
        (0, 1000, 4, 1),
        (1, 1000, 4, 2),
        (3, 1000, 4, 8),
        (1, 30, 2, 1),
        (6, 30, 2, 1),
        (7, 30, 2, 3),
    ],
)
def test_as_many_draws_are_kept_as_were_asked_for(number, draws, chains, one_in):
    assert thinning(number, draws, chains) == one_in
    kept = 2**number * draws // one_in
    assert kept == draws or one_in == 1 or 1000 <= kept <= 2000


@pytest.mark.thorough
def test_whoever_asks_for_few_draws_gets_one_round(model):
    est = model.fit(**SHORT)
    codes = [note.code for note in est.warnings]
    assert codes[0] == "not_converged"
    assert "went_on" not in codes
    assert "let the fit go on (budget='3m', --budget 3m)" in est.warnings[0].text


@pytest.mark.thorough
def test_a_chain_where_next_to_nothing_is_begins_anew(model):
    theta = fits.sample(model.layout, draws=200, tune=200, chains=3, seed=1).theta
    starts, lost = rounds.next_starts(model.layout, theta, (1,))
    assert lost == 0
    np.testing.assert_array_equal(starts, theta[:, -1])
    far = theta.copy()
    far[1] = 0.01 * far[1] + 4.0  # narrow, and where the prior alone is some dozens lower
    starts, lost = rounds.next_starts(model.layout, far, (1,))
    assert lost == 1
    np.testing.assert_array_equal(starts[[0, 2]], far[[0, 2], -1])
    assert any((starts[1] == far[k]).all(axis=1).any() for k in (0, 2))


def test_evidence_of_a_normal_is_its_mass(monkeypatch, model):
    """Two normals, one of a hundredth of the other's mass and twice as wide."""

    class Two:
        def __init__(self, layout):
            pass

        def __call__(self, x):
            near, far = -0.5 * (x**2).sum(), -0.125 * ((x - 50) ** 2).sum() - np.log(100 * 2**3)
            return np.logaddexp(near, far), None

    monkeypatch.setattr(rounds, "Density", Two)
    rng = np.random.default_rng(2)
    theta = np.stack([rng.normal(0, 1, (4000, 3)), rng.normal(50, 2, (4000, 3))])
    monkeypatch.setattr(rounds, "ENOUGH", 4000)
    weight = rounds.evidence(model.layout, theta)
    assert weight[0] - weight[1] == pytest.approx(np.log(100), abs=0.15)


def test_advice_names_what_the_fit_is_short_of(model):
    layout = model.layout
    names = [block.name for block in layout.parameters.blocks for _ in block.labels]
    rng = np.random.default_rng(1)
    theta = rng.normal(0, 1, (4, 400, layout.parameters.size))
    at = names.index("log_visibility")
    theta[:, :, at] = np.cumsum(rng.normal(0, 1, (4, 400)), axis=1)  # a walk that mixes worst
    poor = Diagnostics("nuts", False, 1.2, 20.0, 0, 1.0, ("chains disagree",))
    steps = rounds.advice(model, theta, poor, 3, 180.0)
    assert steps[0] == (
        "give it more than 3m, in which 3 rounds ended (budget='12m', --budget 12m)"
    )
    assert steps[1].startswith("what is known least well is who records which incident")
    assert "fix the scale (scale='cut')" in steps
    cut = IncidentModel(overlapping(np.random.default_rng(5), 20))
    fewer = theta[:, :, : cut.layout.parameters.size]
    assert "fix the scale (scale='cut')" not in rounds.advice(cut, fewer, poor, 3, 180.0)
