"""Families that stand alone for comparison, from the table to the report and back."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

import casualty_est as ce
from casualty_est.cli.main import app
from casualty_est.errors import UsageError
from casualty_est.lists.families import Decomposable, DirichletProcess
from casualty_est.lists.families.dirichlet_process import as_classes
from casualty_est.lists.inference import fit, gibbs, gibbs_kernel
from casualty_est.lists.table.history import HistoryTable

HISTORIES = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
COUNTS = [60, 50, 40, 20, 15, 12, 9]


def _frame(counts=COUNTS):
    return pd.DataFrame(HISTORIES, columns=["A", "B", "C"]).assign(count=counts)


@pytest.fixture
def short(monkeypatch):
    """Chains long enough for a table of some hundred people with one mode: no ladder."""
    monkeypatch.setattr(gibbs, "SWEEPS", 4000)
    monkeypatch.setattr(gibbs, "FEW", 10_000)


def _whole(est, tmp_path, method):
    content = json.loads(json.dumps(est.to_dict(), allow_nan=False))
    assert content["diagnostics"]["method"] == method
    assert content["estimates"][1]["median"] == 206
    page = est.report(tmp_path / "report.html").read_text("utf-8")
    again = ce.Estimate.load(est.save(tmp_path / "est.nc"))
    assert again.headline() == est.headline()
    assert again.identification().sentences == est.identification().sentences
    assert repr(again) == repr(est)
    for name in ("total", "identification", "sources", "priors"):
        getattr(again.plot, name)()
    return content, page


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_decomposable_is_whole(tmp_path):
    model = ce.ListModel(ce.CaptureHistories(_frame()), families="decomposable")
    assert "every chordal graph alike" in repr(model)
    assert "without an upper limit" in repr(model)
    est = model.fit(seed=1)
    content, page = _whole(est, tmp_path, "exact")
    assert est.converged
    graphs = content["details"]["graphs"]
    assert sum(row["probability"] for row in graphs) == pytest.approx(1.0, abs=1e-9)
    assert 0 < content["details"]["complete_graph"] < 0.2
    said = " ".join(est.identification().sentences)
    assert "7 graphs were averaged" in said
    assert "was left out; it would have had" in said
    assert "it would have had" in page
    assert "Ties between lists" in page
    # No graph but the complete one has an interaction of the highest order.
    implied = content["details"]["dial"]["implied"]
    np.testing.assert_allclose([implied["low"], implied["high"]], 1.0, rtol=1e-9)
    # So at 1 the dial gives the same answer, from the shares of the histories alone.
    at_one = next(row for row in content["details"]["dial"]["curve"] if row["ratio"] == 1.0)
    assert at_one["median"] == pytest.approx(est.summary()["median"].iloc[0], rel=0.03)
    assert len(est.without_each_source()) == 3


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"delta": 0}, "delta must be a number from 0.0001 to 10, not 0"),
        ({"delta": "1"}, "delta must be a number"),
        ({"tie": 1}, "tie must be a number from 0.001 to 0.999, not 1"),
        ({"most_missing": 5}, "most_missing needs reference=True"),
        ({"most_missing": 2.5, "reference": True}, "most_missing must be a whole number from 1"),
        ({"classes": 1}, "classes must be a whole number from 2 to 100, not 1"),
        ({"classes": 10.0}, "classes must be a whole number"),
        ({"shape": 0}, "shape must be a number from 0.001 to 1000, not 0"),
        ({"rate": True}, "rate must be a number"),
    ],
)
def test_settings_out_of_range_say_so(settings, said):
    kind = DirichletProcess if {"classes", "shape", "rate"} & set(settings) else Decomposable
    with pytest.raises(UsageError, match=said):
        kind(**settings)


def test_reference_says_what_it_is(tmp_path):
    model = ce.ListModel(ce.CaptureHistories(_frame()), families=Decomposable(reference=True))
    assert "from 1 to 10 times the listed people beyond them" in repr(model)
    est = model.fit(seed=1)
    assert est.meta.settings["options"] == {
        "decomposable": {"reference": True, "delta": None, "tie": 0.5, "most_missing": None}
    }
    said = " ".join(est.identification().sentences)
    assert "8 graphs were averaged" in said
    assert "the range of R dga" in said


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_another_prior_of_the_graphs_is_told(tmp_path):
    histories = ce.CaptureHistories(_frame())
    family = Decomposable(delta=0.01, tie=0.2, reference=True, most_missing=100)
    model = ce.ListModel(histories, families=family)
    said = "each pair of lists tied with a chance of 0.2; chances of the histories of all lists ~"
    assert said in repr(model)
    assert "from 1 to 100 people beyond the listed" in repr(model)
    est = model.fit(seed=1)
    assert est.draws().max() <= 306
    assert "Their number was taken from 1 to 100." in " ".join(est.identification().sentences)
    assert "the range cuts the posterior" in " ".join(est.check().lines)
    assert "Dirichlet(0.01 each)" in est.report(tmp_path / "report.html").read_text("utf-8")
    again = ce.Estimate.load(est.save(tmp_path / "est.nc"))
    assert again.meta.settings["options"]["decomposable"] == family.options
    assert repr(again) == repr(est)


def test_no_overlap_is_not_identified_and_not_nobody():
    frame = pd.DataFrame({"A": [1, 0, 0], "B": [0, 1, 0], "C": [0, 0, 1], "count": [30, 20, 10]})
    est = ce.ListModel(ce.CaptureHistories(frame), families="decomposable").fit(seed=1)
    assert not est.converged
    assert "not identified" in est.check().lines[0]
    assert np.quantile(est.draws(), 0.975) > 600  # and yet there is no headline
    assert est.level() == "none"
    low_overlap = frame.assign(C=[1, 0, 1])  # C shares people with A alone
    low_overlap = ce.CaptureHistories(low_overlap)
    est = ce.ListModel(low_overlap, families="decomposable", copies="keep").fit(seed=1)
    assert not est.converged


def test_families_alone_refuse_what_they_cannot_take():
    histories = ce.CaptureHistories(_frame())
    with pytest.raises(UsageError, match="reference must be True or False"):
        Decomposable(reference="yes")
    for name in ("decomposable", "dirichlet-process"):
        with pytest.raises(UsageError, match="stands alone"):
            ce.ListModel(histories, families=("ridge", name))
    with pytest.raises(UsageError, match="use 'auto' or 'gibbs'"):
        ce.ListModel(histories, families="dirichlet-process").fit(method="exact")
    with pytest.raises(UsageError, match="use 'auto' or 'exact'"):
        ce.ListModel(histories, families="decomposable").fit(method="smc")
    two = ce.CaptureHistories(pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [6, 5, 2]}))
    with pytest.raises(UsageError, match="decomposable needs at least 3 lists, not 2"):
        ce.ListModel(two, families="decomposable")
    names = list("ABCDEFGH")
    eight = pd.DataFrame(np.vstack([np.eye(8, dtype=int), np.ones((1, 8), dtype=int)]))
    eight = ce.CaptureHistories(eight.set_axis(names, axis=1))
    with pytest.raises(UsageError, match="at most 7 lists, not 8, for eight lists have"):
        ce.ListModel(eight, families="decomposable")


def test_command_line_takes_a_family_alone(tmp_path):
    _frame().to_csv(tmp_path / "lists.csv", index=False)
    out = tmp_path / "out.json"
    family = "decomposable(delta=0.02, tie=0.3)"
    words = ["lists", str(tmp_path / "lists.csv"), "--families", family, "--seed", "1"]
    done = CliRunner().invoke(app, [*words, "--json", str(out)])
    assert done.exit_code == 0, done.output
    content = json.loads(out.read_text("utf-8"))
    assert content["diagnostics"]["method"] == "exact"
    wanted = Decomposable(delta=0.02, tie=0.3).options
    assert content["settings"]["options"] == {"decomposable": wanted}


def test_finished_parts_are_those_of_one_prior():
    histories = ce.CaptureHistories(_frame())
    families = [Decomposable(), Decomposable(delta=0.1), Decomposable(tie=0.1), DirichletProcess()]
    families += [DirichletProcess(classes=9), DirichletProcess(shape=1), DirichletProcess(rate=1)]
    models = [ce.ListModel(histories, families=family) for family in families]
    keys = {task.key for m in models for task in fit._tasks(m, 1, 10, 4, "auto").values()}
    assert len(keys) == len(families)


# Dirichlet process ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("no_pictures")
def test_dirichlet_process_is_whole(tmp_path, short):
    model = ce.ListModel(ce.CaptureHistories(_frame()), families="dirichlet-process")
    assert "alpha ~ Gamma(0.25, 0.25)" in repr(model)
    est = model.fit(seed=1)
    content, page = _whole(est, tmp_path, "gibbs")
    diagnostics = content["diagnostics"]
    assert est.converged
    assert 1.0 <= diagnostics["max_rhat"] <= 1.01
    assert diagnostics["min_ess"] >= 400
    assert "largest R-hat" in est.check().lines[0]
    assert "divergences" not in est.check().lines[0]
    assert "Gibbs" in page
    np.testing.assert_array_equal(model.fit(seed=1).draws(), est.draws())


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_classes_and_their_prior_are_settings(monkeypatch, tmp_path):
    monkeypatch.setattr(gibbs, "SWEEPS", 200)
    monkeypatch.setattr(gibbs, "MOST_LOOKS", 1)
    monkeypatch.setattr(gibbs, "FEW", 10_000)
    family = DirichletProcess(classes=3, shape=2, rate=0.5)
    model = ce.ListModel(ce.CaptureHistories(_frame()), families=family)
    assert "3 classes, shares by breaking a stick" in repr(model)
    assert "alpha ~ Gamma(2, 0.5)" in repr(model)
    assert "at most 3, inside which" in model.assumption
    est = model.fit(seed=1, draws=50)
    wanted = {"classes": 3, "shape": 2, "rate": 0.5}
    content = json.loads(json.dumps(est.to_dict(), allow_nan=False))
    assert content["settings"]["options"] == {"dirichlet-process": wanted}
    page = est.report(tmp_path / "report.html").read_text("utf-8")
    assert "at most 3, inside which" in page
    assert "Gamma(2, 0.5)" in page
    # The prior: sticks broken by another hand.
    rng = np.random.default_rng(8)
    alpha = rng.gamma(2, 1 / 0.5, 20_000)
    first, second = rng.beta(1, alpha), rng.beta(1, alpha)
    share = np.stack([first, (1 - first) * second, (1 - first) * (1 - second)], axis=1)
    empty = (share * np.prod(1 - rng.random((20_000, 3, 3)), axis=2)).sum(axis=1)
    prior = model.prior_predictive(draws=20_000, seed=3)["prior"]["share_unlisted"].values[0]
    assert prior.mean() == pytest.approx(empty.mean(), abs=0.005)
    assert prior.std() == pytest.approx(empty.std(), rel=0.03)


@pytest.mark.thorough
def test_chains_that_are_too_short_say_so(monkeypatch):
    monkeypatch.setattr(gibbs, "SWEEPS", 500)
    monkeypatch.setattr(gibbs, "MOST_LOOKS", 1)
    model = ce.ListModel(ce.CaptureHistories(_frame()), families="dirichlet-process")
    est = model.fit(seed=1, budget=0)
    assert not est.converged
    assert "too few effective draws" in est.check().lines[0]


@pytest.mark.thorough
@pytest.mark.parametrize(("n", "p"), [(3, 0.2), (40, 0.97), (5000, 0.3), (100_000, 1e-5)])
def test_binomial_draws(n, p):
    draws = np.array([gibbs_kernel.binomial(n, p) for _ in range(20_000)])
    wanted = stats.binom(n, p)
    # A chi-square over bins of equal probability; the generator of compiled code is not seeded
    # here, so the level is one in a million.
    edges = np.unique(wanted.ppf(np.linspace(0, 1, 11)[1:-1]))
    expected = np.diff(np.concatenate([[0], wanted.cdf(edges), [1]])) * len(draws)
    observed = np.bincount(np.searchsorted(edges, draws), minlength=len(edges) + 1)
    kept = expected > 0
    assert stats.chisquare(observed[kept], expected[kept]).pvalue > 1e-6


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("prior", "few"),
    [
        (DirichletProcess(classes=2), 20),
        pytest.param(DirichletProcess(classes=2), 3, marks=pytest.mark.slow),
        pytest.param(DirichletProcess(), 20, marks=pytest.mark.slow),
        pytest.param(DirichletProcess(classes=3, shape=3.0, rate=0.8), 20, marks=pytest.mark.slow),
    ],
    ids=["two", "ladder", "default", "other"],
)
def test_gibbs_against_importance_from_the_prior(prior, few, monkeypatch):
    """Three million draws of the prior of a table of twelve people, weighted by its likelihood."""
    rng = np.random.default_rng(1)
    bits, counts = np.array(HISTORIES), np.array([3, 2, 2, 2, 1, 1, 1])
    table = HistoryTable.of(("A", "B", "C"), bits, counts)
    sums, classes = np.zeros(5), prior.classes
    for _ in range(10):
        draws = 60_000
        alpha = rng.gamma(prior.shape, 1 / prior.rate, draws)
        broken = rng.beta(1.0, np.maximum(alpha, 1e-12)[:, None], (draws, classes - 1))
        left = np.cumprod(1.0 - broken, axis=1)
        ones = np.ones((draws, 1))
        share = np.hstack([broken, ones]) * np.hstack([ones, left])
        chance = rng.random((draws, classes, 3))
        cells = np.stack(
            [(share * np.prod(np.where(b, chance, 1 - chance), axis=2)).sum(axis=1) for b in bits],
            axis=1,
        )
        seen = cells.sum(axis=1)
        weight = np.exp(np.log(cells / seen[:, None]) @ counts + 20.0)
        values = (seen, seen**2, (share**2).sum(axis=1), np.minimum(alpha, 5.0))
        sums += [weight.sum(), *(weight @ value for value in values)]
    wanted = sums[1:] / sums[0]
    monkeypatch.setattr(gibbs, "FEW", few)  # with 3, neighbouring rungs exchange their states
    assert len(gibbs.ladder(counts)) == (1 if few == 20 else 6)
    chains, _ = gibbs.run_chains(
        table,
        chains=4,
        seed=np.random.SeedSequence(3),
        prior=prior,
        sweeps=200_000,
        most_looks=1,
    )
    shares = np.exp(chains.log_shares.reshape(-1, classes))
    member, theta = as_classes(
        table, np.log(np.maximum(shares, 1e-200)), chains.chances.reshape(-1, classes, 3)
    )
    seen = 1 / (1 + np.exp(member.evaluate(theta)[1]))
    alphas = np.minimum(chains.alpha.ravel(), 5.0)
    ours = [seen.mean(), (seen**2).mean(), (shares**2).sum(axis=1).mean(), alphas.mean()]
    np.testing.assert_allclose(ours, wanted, rtol=0.03)


@pytest.mark.slow
def test_two_lists_and_many_lists_work(short):
    two = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [60, 50, 20]})
    est = ce.ListModel(ce.CaptureHistories(two), families="dirichlet-process").fit(seed=1)
    # By two million importance weights from the prior: 156, 249, 417. Classes that one list sees
    # and the other does not make it less than the 80 * 70 / 20 = 280 of independent lists.
    assert est.summary()["median"].iloc[0] == pytest.approx(249, rel=0.04)
    rng = np.random.default_rng(1)
    bits = (rng.random((300, 12)) < 0.15).astype(int)
    frame = pd.DataFrame(bits, columns=[f"L{j}" for j in range(12)])
    est = ce.ListModel(ce.CaptureHistories(frame[bits.any(axis=1)]), families="dirichlet-process")
    fitted = est.fit(seed=1)
    low, high = fitted.summary()[["low", "high"]].iloc[0]
    assert low <= 300 <= high
    assert fitted.details.found.dial is None
