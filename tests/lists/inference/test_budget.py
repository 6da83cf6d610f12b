"""Fits that fall short of their check go on within a budget, and what converges does not."""

from __future__ import annotations

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.lists.inference import averaged, covariates, gibbs, smc
from tests.support.command import run_flat as run
from tests.support.covariates_by_hand import listed, population

OVERLAPS = {"A": 60, "B": 50, "C": 40, "A&B": 20, "A&C": 15, "B&C": 12, "A&B&C": 9}


@pytest.fixture
def short(monkeypatch):
    """Little work in every round, and no clock: as many rounds as a test says."""
    monkeypatch.setattr(smc, "PARTICLES", 100)
    monkeypatch.setattr(smc, "MOVES", 1)
    monkeypatch.setattr(averaged, "MOST_RUNS", 4)
    monkeypatch.setattr(gibbs, "SWEEPS", 500)
    monkeypatch.setattr(gibbs, "MOST_LOOKS", 1)


def model_of(families, **settings):
    return ce.ListModel(ce.CaptureHistories.from_overlaps(OVERLAPS), families=families, **settings)


def codes_of(est):
    return [note.code for note in est.warnings]


def text_of(est, code):
    (text,) = [note.text for note in est.warnings if note.code == code]
    return text


def rounds_of(monkeypatch, module, most):
    """Let fits go on for so many rounds at most, whatever the clock says."""

    def go_on(attempt, settled, budget):
        result, rounds = attempt(0, None), 1
        while budget and rounds < most and not settled(result):
            result, rounds = attempt(rounds, result), rounds + 1
        return result, rounds

    monkeypatch.setattr(module, "go_on", go_on)


@pytest.mark.thorough
@pytest.mark.usefixtures("short")
def test_without_time_a_fit_that_falls_short_says_how_to_go_on(monkeypatch):
    monkeypatch.setattr(averaged, "KNOWN", 0.0)
    monkeypatch.setattr(averaged, "KNOWN_OF_WIDTH", 1e-9)
    monkeypatch.setattr(averaged, "WANTED_OF_WIDTH", 1e-9)
    est = model_of("classes").fit(seed=1, draws=100, chains=4)
    assert not est.converged
    assert "went_on" not in codes_of(est)
    assert "(1) let the fit go on (budget='3m', --budget 3m); (2) fit it with more chains" in (
        text_of(est, "not_converged")
    )
    rounds_of(monkeypatch, averaged, 3)
    est = model_of("classes").fit(seed=1, draws=100, chains=4, budget="2m")
    told = text_of(est, "went_on")
    assert told.startswith("the first round fell short of the check (runs with different random")
    assert (
        "so the fit went on to round 3; each round does at least as much as all before it" in told
    )
    advice = "give it more than 2m, in which 3 rounds ended (budget='8m', --budget 8m)"
    assert advice in text_of(est, "not_converged")
    # Four runs, twice as many, and twice as many again.
    assert est.details.found.runs == 16
    assert est.details.found.rounds == 3


@pytest.mark.thorough
@pytest.mark.usefixtures("short")
def test_more_rounds_make_the_ends_known(monkeypatch):
    monkeypatch.setattr(averaged, "KNOWN", 0.0)
    rounds_of(monkeypatch, averaged, 9)
    first = model_of("classes").fit(seed=2, draws=100, budget=0)
    monkeypatch.setattr(averaged, "KNOWN_OF_WIDTH", 0.7 * error_of(first))
    est = model_of("classes").fit(seed=2, draws=100, budget=60)
    assert est.converged
    assert 1 < est.details.found.rounds < 9
    assert error_of(est) < 0.7 * error_of(first)


def error_of(est):
    """The larger Monte Carlo error of an end, on the log and of the width of the interval."""
    found = est.details.found
    low, _, high = np.log(np.quantile(est.draws(), [0.025, 0.5, 0.975]))
    return max(found.mcse.values()) / (high - low)


@pytest.mark.thorough
@pytest.mark.usefixtures("short")
def test_chains_go_on_from_where_they_are(monkeypatch):
    model = model_of("dirichlet-process")
    short_one = model.fit(seed=1, draws=100, budget=0)
    assert not short_one.converged
    rounds_of(monkeypatch, gibbs, 8)
    est = model.fit(seed=1, draws=100, budget="1h")
    assert est.converged
    assert "too few effective draws" in text_of(est, "went_on")
    # The same chains in one go.
    monkeypatch.setattr(gibbs, "MOST_LOOKS", 2 ** (est.details.found.rounds - 1))
    whole = model.fit(seed=1, draws=100, budget=0)
    np.testing.assert_array_equal(whole.draws(), est.draws())


@pytest.mark.thorough
def test_classes_with_covariates_go_on(monkeypatch):
    frame = listed(population(np.random.default_rng(4), 300))
    histories = ce.CaptureHistories(frame, lists=["A", "B", "C"], covariates=["sex"])
    model = ce.ListModel(histories, families="covariates(classes=1)")
    monkeypatch.setattr(covariates, "MOST_RUNS", 4)
    first = model.fit(seed=1, draws=100, budget=0)
    monkeypatch.setattr(averaged, "KNOWN", 0.0)
    monkeypatch.setattr(covariates._known, "__defaults__", (1e-9,))
    rounds_of(monkeypatch, covariates, 2)
    est = model.fit(seed=1, draws=100, budget=10)
    assert (first.details.found.runs, est.details.found.runs) == (4, 8)
    assert "round 2" in text_of(est, "went_on")


@pytest.mark.thorough
def test_what_converges_is_the_same_under_any_budget():
    model = model_of("auto")
    one, other = (model.fit(seed=1, budget=budget) for budget in (0, "10m"))
    assert one.converged
    np.testing.assert_array_equal(one.draws(), other.draws())
    assert one.warnings == other.warnings


@pytest.mark.thorough
@pytest.mark.usefixtures("short")
def test_a_finished_part_that_fell_short_is_fitted_again_with_more_time(monkeypatch, tmp_path):
    model = model_of("dirichlet-process")
    made = []
    rounds_of(monkeypatch, gibbs, 8)
    run_chains = gibbs.run_chains
    monkeypatch.setattr(
        gibbs, "run_chains", lambda *args, **more: made.append(1) or run_chains(*args, **more)
    )
    for budget, number, converged in ((0, 1, False), (0, 1, False), (60, 2, True), (90, 2, True)):
        est = model.fit(seed=1, draws=100, budget=budget, parts=tmp_path)
        assert (len(made), est.converged) == (number, converged)


def test_another_budget_is_refused(capsys, tmp_path):
    with pytest.raises(ce.UsageError, match="budget is a time such as '3m'"):
        model_of("independence").fit(seed=1, budget="soon")
    table = tmp_path / "lists.csv"
    table.write_text("A,B,C,count\n1,0,0,60\n0,1,0,50\n0,0,1,40\n1,1,1,9\n", encoding="utf-8")
    words = ["lists", table, "--families", "independence", "--seed", 1]
    code, _, err = run(capsys, *words, "--budget", "soon")
    assert code == 2
    assert "budget is a time such as '3m'" in err
    code, _, err = run(capsys, *words, "--budget", "10s")
    assert (code, err) == (0, "")
