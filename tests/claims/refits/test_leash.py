"""Unasked refits of a sampled model: weights where they bear it, and no more work than a third."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from casualty_est.claims.inference.exact import solve
from casualty_est.claims.model.layout import Scenario
from casualty_est.claims.refits import leash
from casualty_est.result.schema import Case
from tests.support.claim_tables import by_former_priors as model

ROWS = [
    ("A", "perpetrator", "about 800"),
    ("B", "media", "5,003"),
    ("C", "third_state", "7,001"),
    ("D", "media", "4,000"),
    ("D", "media", "about 4,300"),
]
ENDS = [0.5, 0.025, 0.975]


class Sampled:
    """An exact estimate that says it was sampled, in so many steps a draw."""

    def __init__(self, exact, steps):
        self.meta = replace(exact.meta, diagnostics=replace(exact.meta.diagnostics, method="nuts"))
        stats = {"n_steps": xr.DataArray(np.full((4, 1000), float(steps)))}
        self.idata = {"log_likelihood": exact.idata["log_likelihood"], "sample_stats": stats}
        self.draws, self.converged = exact.draws, True
        self._model, self._progress_bar = exact._model, False
        self.details = SimpleNamespace(refits={})


@pytest.fixture(scope="module")
def exact():
    return model(*ROWS).fit(seed=1)


def test_weighted_draws_are_the_fit_without_a_claim(exact):
    layout = exact._model.layout
    scenario = replace(Scenario.plain(layout), weights=np.array([1.0, 1.0, 1.0, 1.0, 0.0]))
    case = leash._weighed(Sampled(exact, 50), scenario, "without it", 0.95)
    wanted = np.exp(solve(layout, scenario).quantile(ENDS))
    np.testing.assert_allclose([case.median, case.low, case.high], wanted, rtol=0.08)
    assert (case.case, case.prob, case.converged) == ("without it", 0.95, True)


def test_weights_that_few_draws_carry_are_none(exact):
    layout = exact._model.layout
    nobody = replace(Scenario.plain(layout), weights=np.zeros(len(layout.claims)))
    assert leash._weighed(Sampled(exact, 50), nobody, "nobody", 0.95) is None


def test_what_says_nothing_may_be_left_out(exact):
    layout = exact._model.layout
    nobody = replace(Scenario.plain(layout), weights=np.zeros(len(layout.claims)))
    mute = Sampled(exact, 50)
    claim = xr.zeros_like(exact.idata["log_likelihood"]["claim"])
    mute.idata = {**mute.idata, "log_likelihood": {"claim": claim}}
    case = leash._weighed(mute, nobody, "nobody", 0.95)
    wanted = np.quantile(exact.draws(0)[:, claim["draw"].values], ENDS)
    np.testing.assert_allclose([case.median, case.low, case.high], wanted, rtol=1e-12)


def test_one_source_alone_is_the_answer_itself():
    one = model(ROWS[0]).fit(seed=1)
    assert one.each_source_alone().empty
    sampled = Sampled(one, 50)
    leash.make_unasked(sampled, ("each_source_alone", "without_each_source"), 0.95)
    assert set(sampled.details.refits.values()) == {()}


@pytest.mark.parametrize(("steps", "made"), [(10, {"without_each_source", "each_source_alone"}),
                                             (30, {"without_each_source"}),
                                             (1e9, set())])  # fmt: skip
def test_what_does_not_fit_into_a_third_of_the_work_is_left_out(exact, monkeypatch, steps, made):
    asked = []

    def short(refit, name, scenario, prob):
        asked.append(name)
        return Case(name, 1.0, 0.5, 2.0, prob, converged=True)

    monkeypatch.setattr(leash, "_short", short)
    monkeypatch.setattr(leash, "_weighed", lambda *args: None)
    sampled = Sampled(exact, steps)
    leash.make_unasked(sampled, ("without_each_source", "each_source_alone"), 0.95)
    assert {key.partition(":")[0] for key in sampled.details.refits} == made
    work = len(asked) * 2 * leash.DRAWS * 4 * steps
    assert work <= (2 * 4000 * steps + leash.COMPILED) / 3
    again = len(asked)
    leash.make_unasked(sampled, tuple(made), 0.95)
    assert len(asked) == again  # what is kept is not made again


def test_other_priors_are_never_compiled_unasked(exact):
    sampled = Sampled(exact, 10)
    leash.make_unasked(sampled, ("conflict_left_in",), 0.95)
    assert sampled.details.refits in ({}, {"conflict_left_in:0:0.95": ()})
