"""Fits of claims that go on: whole rounds from the seed, thinned, and advice on this fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from casualty_est import ClaimsModel
from casualty_est.claims.inference import nuts, rounds
from casualty_est.claims.inference.draws import Draws
from casualty_est.result.going_on import go_on

SETTINGS = {"draws": 500, "tune": 400, "chains": 4, "seed": 8}
ROWS = (
    ("Watch", "monitor", "800", "A"),
    ("Army", "perpetrator", "90", "A"),
    ("Herald", "media", "1,100", "B"),
    ("Herald", "media", "150", "B"),
)


@pytest.fixture(scope="module")
def model():
    return ClaimsModel(pd.DataFrame(ROWS, columns=["source", "role", "quantity", "scope"]))


class Sampler:
    """Stands for the engine: chains of noise, stuck apart in the first rounds."""

    def __init__(self, layout, stuck, divergent=0):
        self.layout, self.stuck, self.asked = layout, stuck, []
        self.divergent, self.careful = divergent, []

    def __call__(self, model, scenario, engine, *, draws, tune, chains, seed, careful, report):
        self.asked.append((draws, tune, seed))
        self.careful.append(careful)
        rng = np.random.default_rng(seed)
        shape = chains, draws
        cells, targets = len(self.layout.grid.cells), len(self.layout.ratios.targets)
        deaths = rng.normal(size=(*shape, cells))
        if len(self.asked) <= self.stuck:
            deaths[..., 1] += 9.0 * np.arange(chains)[:, None]
        stats = {"diverging": np.zeros(shape), "energy": rng.normal(size=shape)}
        if not careful:
            stats["diverging"].flat[: self.divergent] = 1
        ratio = rng.normal(size=(*shape, targets))
        more = {"shared": ratio + 1}
        return Draws(deaths, ratio, ratio + 2, np.zeros((*shape, 0)), "nuts", stats, more)


def fit(model, monkeypatch, stuck, budget=1e9, divergent=0):
    sampler = Sampler(model.layout, stuck, divergent)
    monkeypatch.setattr(rounds, "run", sampler)
    last, count = go_on(
        lambda number, before: rounds.one_round(model, "nuts", SETTINGS, number, before, None),
        lambda one: one.diagnostics.converged,
        budget,
    )
    return sampler, last, count


def test_what_converges_at_once_is_one_round_of_what_was_asked(model, monkeypatch):
    sampler, last, count = fit(model, monkeypatch, stuck=0)
    assert sampler.asked == [(500, 400, 8)]
    assert count == 1
    assert last.draws.log_deaths.shape[:2] == (4, 500)
    assert last.first is last.diagnostics


def test_a_later_round_is_longer_starts_elsewhere_and_is_thinned(model, monkeypatch):
    sampler, last, count = fit(model, monkeypatch, stuck=2)
    assert [asked[:2] for asked in sampler.asked] == [(500, 400), (1000, 800), (2000, 1600)]
    assert len({asked[2] for asked in sampler.asked}) == count == 3
    assert last.diagnostics.converged
    assert not last.first.converged
    again = Sampler(model.layout, 0)(
        *(None, None, None),
        **{"draws": 2000, "tune": 1, "chains": 4, "seed": sampler.asked[2][2]},
        **{"careful": True, "report": None},
    )
    np.testing.assert_array_equal(last.draws.log_deaths, again.log_deaths[:, 3::4])
    np.testing.assert_array_equal(last.draws.extra["shared"], again.extra["shared"][:, 3::4])
    np.testing.assert_array_equal(last.draws.stats["energy"], again.stats["energy"][:, 3::4])


def test_where_transitions_diverged_the_next_round_takes_short_steps(model, monkeypatch):
    sampler, last, _ = fit(model, monkeypatch, stuck=0, divergent=3)
    assert sampler.careful == [False, True]
    assert [asked[:2] for asked in sampler.asked] == [(500, 400)] * 2
    note = rounds.told(2, SETTINGS, last)
    assert "round 2 has 500 draws a chain after a warm-up of 400; the steps of the" in note
    assert last.diagnostics.converged
    assert "3 divergent transitions" in last.first.reasons
    sampler, _, _ = fit(model, monkeypatch, stuck=1)
    assert sampler.careful == [False, False]


def test_shorter_steps_are_shorter_in_every_model(model):
    over_time = [["A", "media", 5, "2020-01-31"], ["A", "media", 9, "2020-06-30"]]
    table = pd.DataFrame(over_time, columns=["source", "role", "quantity", "end"])
    by_month = ClaimsModel(table.assign(start="2020-01-01"), grid="month")
    for layout in (model.layout, by_month.layout):
        long, short = (nuts._adaptation(layout, careful) for careful in (False, True))
        assert long["adaptation"] == short["adaptation"]
        assert long["target_accept"] < short["target_accept"] < 1
    assert layout.timeline is not None


def test_advice_names_the_number_and_the_source_that_trouble_this_fit(model, monkeypatch):
    _, last, count = fit(model, monkeypatch, stuck=1, budget=0)
    first, *steps = rounds.advice(model.layout, last.draws, count, 0.0)
    assert first == "let the fit go on (budget='3m', --budget 3m)"
    assert "each chain stays in a place of its own" in steps[0]
    assert f"the number of {model.layout.grid.cells[1].label}" in steps[1]
    assert steps[-1] == "look at the claims of Herald, which contradict one another"


def test_where_chains_agree_no_advice_speaks_of_places(model, monkeypatch):
    _, last, _ = fit(model, monkeypatch, stuck=0)
    steps = rounds.advice(model.layout, last.draws, 2, 180.0)
    assert steps[0] == "give it more than 3m, in which 2 rounds ended (budget='12m', --budget 12m)"
    assert not any("places of their own" in step for step in steps)
