"""NUTS against the exact route, and what no exact route can check: many cells, regions, shares."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from casualty_est import ClaimsModel, datasets
from casualty_est.claims.inference.exact import solve
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.claims.inference.prior import prior_draws
from casualty_est.claims.model.layout import Scenario
from tests.support.former import former_model
from tests.support.graphs import forward

Q = (0.05, 0.5, 0.95)


def table(*rows):
    return pd.DataFrame(list(rows)).fillna("")


def claim(source, role, quantity, **cell):
    return {"source": source, "role": role, "quantity": quantity, **cell}


# Compiling takes most of the time: one model each for the whole file.


@pytest.fixture(scope="module")
def two():
    return former_model(datasets.load("coalition"))


@pytest.fixture(scope="module")
def two_compiled(two, coalition_compiled):
    two._engines["nuts"] = coalition_compiled
    return coalition_compiled


@pytest.fixture(scope="module")
def ten():
    rows = [claim(f"M{i}", "monitor", f"{6047 + 101 * i:,}") for i in range(10)]
    return ClaimsModel(table(*rows))


ROWS = (
    ("P", "perpetrator", "about 800", {"scope": "Iraq+Syria"}),
    ("P", "perpetrator", "150", {"scope": "Iraq"}),
    ("M", "monitor", "at least 6,047", {"scope": "Syria"}),
    ("N", "monitor", "5,100-5,600", {"scope": "Syria"}),
    ("M", "monitor", "1,303", {"scope": "Syria", "group": "children"}),
    ("K", "media", "as many as 9,000", {"scope": "Iraq+Syria", "outcome": "casualties"}),
    ("K", "media", "thousands", {"scope": "Syria", "outcome": "injured"}),
)
FEW, ALL = ROWS[:5:2], ROWS  # one outcome and few hedges compile in half the time of all


def of_regions(rows):
    """A perpetrator on both countries; monitors on one; children inside; an anchor on the other."""
    anchor = {"scope": "Iraq", "group": "civilians", "outcome": "killed", "interval": [2000, 8000]}
    return ClaimsModel(
        table(*(claim(*words, **cell) for *words, cell in rows)), priors={"anchors": [anchor]}
    )


@pytest.fixture(scope="module")
def all_regions():
    return of_regions(ALL)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(FEW, id="few", marks=pytest.mark.slow),
        pytest.param(ALL, id="all", marks=pytest.mark.slow),
    ],
)
def regions(request):
    return of_regions(request.param)


@pytest.fixture(scope="module")
def regions_estimate(regions):
    return regions.fit(seed=4, draws=1500)


def agree(log_deaths, expected, rtol):
    np.testing.assert_allclose(np.exp(np.quantile(log_deaths, Q)), np.exp(expected), rtol=rtol)


@pytest.mark.thorough
def test_two_numbers_agree_with_the_exact_route(two, two_compiled):
    draws = two_compiled.sample(draws=5000, tune=1000, seed=1)
    posterior = solve(two.layout)
    agree(draws.log_deaths, posterior.quantile(Q), 0.02)
    np.testing.assert_allclose(
        np.exp(np.quantile(draws.log_deaths, Q)), [5984, 10107, 20416], rtol=0.02
    )
    sums(draws)


@pytest.mark.slow
def test_priors_of_the_record_agree_with_the_exact_route(coalition_learned_compiled):
    """Heavy tails: the ends have a large Monte Carlo error, so that is the measure."""
    import arviz as az

    draws = coalition_learned_compiled.sample(draws=5000, tune=1000, seed=1)
    log_deaths = draws.log_deaths[..., 0]
    expected = solve(coalition_learned_compiled.layout).quantile(Q)
    for prob, end in zip(Q, expected, strict=True):
        error = float(az.mcse(log_deaths, method="quantile", prob=prob))
        assert abs(np.quantile(log_deaths, prob) - end) < 4 * error, prob
    assert np.median(log_deaths) == pytest.approx(expected[1], abs=0.02)


def sums(draws, cells=None):
    """The sum of all gauge weights is 1, within four Monte Carlo errors of that very sum."""
    import arviz as az

    deaths = np.exp(draws.log_deaths)
    f = np.log(deaths.sum(axis=-1) if cells is None else deaths @ cells)
    whole = draws.scores.sum(axis=-1)
    product = (f - f.mean()) * (whole - whole.mean())
    error = product.std() / np.sqrt(float(az.ess(product, method="mean")))
    assert error < 0.1
    assert abs(product.mean() - 1) < 4 * error


@pytest.mark.thorough
@pytest.mark.parametrize("source", ["Pentagon", "Airwars"])
def test_each_alone_agrees_without_compiling_again(two, two_compiled, source):
    alone = Scenario.plain(two.layout).only(two.layout, source)
    draws = two_compiled.sample(alone, draws=5000, tune=1000, seed=2)
    # One number against two priors is the widest posterior of all: quantiles at ESS < 10,000.
    agree(draws.log_deaths, solve(two.layout, alone).quantile(Q), 0.06)
    assert abs(np.median(draws.log_deaths) - solve(two.layout, alone).quantile(0.5)) < 0.03


@pytest.mark.thorough
def test_shifts_reach_the_compiled_model(two, two_compiled):
    moved = Scenario.plain(two.layout).shifted(0, 0.5).shifted(1, -0.3).shifted(2, 1.0)
    draws = two_compiled.sample(moved, draws=5000, tune=1000, seed=3)
    agree(draws.log_deaths, solve(two.layout, moved).quantile(Q), 0.03)
    # The scenario changes the answer by far more than that.
    assert abs(solve(two.layout, moved).quantile(0.5) - solve(two.layout).quantile(0.5)) > 0.1
    sums(draws)


@pytest.mark.thorough
def test_other_readings_of_the_same_kinds(two, two_compiled):
    readings = tuple(replace(r, z=r.z + 0.7) for r in two.layout.readings)
    draws = two_compiled.sample(readings=readings, draws=5000, tune=1000, seed=4)
    layout = replace(two.layout, readings=readings)
    agree(draws.log_deaths, solve(layout).quantile(Q), 0.02)


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_draws(two_compiled):
    one, other = (two_compiled.sample(draws=50, tune=50, seed=9) for _ in range(2))
    np.testing.assert_array_equal(one.log_deaths, other.log_deaths)


@pytest.mark.thorough
def test_progress_is_reported(two_compiled):
    calls = []
    two_compiled.sample(draws=500, tune=500, seed=9, report=lambda *call: calls.append(call))
    assert {text for text, _ in calls} == {"sampling 4 chains"}
    assert all(0 <= share <= 1 for _, share in calls)


@pytest.mark.thorough
def test_a_fit_that_did_not_converge_says_so_everywhere(two, two_compiled):
    est = two.fit(method="nuts", seed=1, draws=20, tune=1)
    assert not est.converged
    assert est.warnings[0].code == "not_converged"
    assert est.warnings[0].text.startswith("NOT CONVERGED: ")
    assert "let the fit go on" in est.warnings[0].text
    assert est.headline().startswith("NOT CONVERGED: ")
    assert "NOT CONVERGED" in repr(est)
    assert "NOT CONVERGED" in est._repr_html_()
    assert est.check().lines[0].startswith("NOT CONVERGED: ")
    content = json.loads(json.dumps(est.to_dict(), allow_nan=False))
    assert content["diagnostics"]["converged"] is False
    assert content["diagnostics"]["method"] == "nuts"
    assert content["warnings"][0]["code"] == "not_converged"


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore:Found chain dimension")  # fewer draws than chains
@pytest.mark.parametrize("draws", [1, 2, 5])
def test_absurdly_few_draws_are_no_crash(two, two_compiled, draws):
    est = two.fit(method="nuts", seed=1, draws=draws, tune=1)
    assert not est.converged
    json.dumps(est.to_dict(), allow_nan=False)


@pytest.mark.thorough
def test_sampled_estimate_of_the_two_numbers(two, two_compiled):
    est = two.fit(method="nuts", seed=6, draws=3000)
    assert est.converged
    diagnostics = est.meta.diagnostics
    assert (diagnostics.method, diagnostics.divergences) == ("nuts", 0)
    assert diagnostics.max_rhat < 1.01
    assert diagnostics.min_ess > 400
    rows = est.identification().rows
    exact = solve(two.layout).weights()
    for row, weight in zip(rows, exact, strict=True):
        assert row.mcse > 0
        assert abs(row.weight - weight) < max(5 * row.mcse, 0.005)


@pytest.mark.slow
def test_ten_monitors_agree_with_the_exact_route(ten):
    compiled = CompiledClaims(ten.layout)
    draws = compiled.sample(draws=5000, tune=1000, seed=1)
    agree(draws.log_deaths, solve(ten.layout).quantile(Q), 0.02)
    # The ratios too, and what they share.
    est = ten.fit(seed=2, draws=4000)
    for i in range(10):
        np.testing.assert_allclose(
            np.quantile(draws.log_ratio[..., i], Q),
            np.quantile(np.log(est.ratio(i)), Q),
            atol=0.03,
        )
    sums(draws)


# Many cells ------------------------------------------------------------------------------------


def column(est, **cell):
    rows = [
        i
        for i, row in enumerate(est.meta.rows)
        if all(getattr(row.cell, key) == value for key, value in cell.items())
    ]
    assert len(rows) == 1, (cell, [row.cell for row in est.meta.rows])
    return est.draws(rows[0])


def check_identities(est):
    civilians = {"group": "civilians"}
    outcomes = {row.cell.outcome for row in est.meta.rows}
    for outcome in outcomes - {"casualties"}:
        parts = [column(est, scope=s, outcome=outcome, **civilians) for s in ("Iraq", "Syria")]
        if outcome == "killed":
            both = column(est, scope="Iraq+Syria", outcome=outcome, **civilians)
            np.testing.assert_allclose(parts[0] + parts[1], both, rtol=1e-9)
    killed = column(est, scope="Iraq+Syria", outcome="killed", **civilians)
    if "injured" in outcomes:
        injured = sum(
            column(est, scope=s, outcome="injured", **civilians) for s in ("Iraq", "Syria")
        )
        casualties = column(est, scope="Iraq+Syria", outcome="casualties", **civilians)
        np.testing.assert_allclose(killed + injured, casualties, rtol=1e-9)
    children = column(est, scope="Syria", outcome="killed", group="children")
    assert (children <= column(est, scope="Syria", outcome="killed", **civilians)).all()
    assert (children > 0).all()


def test_identities_hold_in_every_draw(regions_estimate):
    check_identities(regions_estimate)


@pytest.mark.thorough
@pytest.mark.usefixtures("uncompiled")
def test_identities_hold_over_outcomes():
    est = of_regions(ALL).fit(seed=4, draws=500)
    assert {row.cell.outcome for row in est.meta.rows} == {"killed", "injured", "casualties"}
    check_identities(est)


def test_identities_hold_in_every_prior_draw(all_regions):
    draws = all_regions.prior_predictive(draws=500, seed=3)["prior"]["deaths"].values[0]
    names = [(row.label.scope, row.label.outcome, row.label.group) for row in all_regions.rows]
    at = {name: draws[:, i] for i, name in enumerate(names)}
    np.testing.assert_allclose(
        at["Iraq", "killed", "civilians"] + at["Syria", "killed", "civilians"],
        at["Iraq+Syria", "killed", "civilians"],
        rtol=1e-9,
    )
    assert (at["Syria", "killed", "children"] <= at["Syria", "killed", "civilians"]).all()


def test_sampled_sums_with_regions(regions, regions_estimate):
    est = regions_estimate
    import arviz as az

    scores = est.idata["gauge"]["score"].values.sum(axis=-1)
    for i in range(len(est)):
        f = np.log(est.draws(i))
        product = (f - f.mean()) * (scores - scores.mean())
        error = product.std() / np.sqrt(float(az.ess(product, method="mean")))
        assert abs(product.mean() - 1) < 4 * error, est.labels[i]
        # The table's own rows add up to the same.
        assert est.identification(i).sum == pytest.approx(product.mean(), abs=1e-9)


@pytest.mark.parametrize(
    "regions", [pytest.param(ALL, id="all", marks=pytest.mark.slow)], indirect=True
)
def test_signed_weights_are_elasticities_not_shares(regions_estimate):
    est = regions_estimate
    signed = [
        i
        for i in range(len(est))
        if any(not -0.02 <= row.weight <= 1.02 for row in est.identification(i).rows)
    ]
    assert signed
    for i in signed:
        sentences = est.identification(i).sentences
        assert sentences
        assert not any("rests on" in sentence for sentence in sentences)
        assert any("10% higher" in sentence for sentence in sentences)


OF_SOURCE = 0.6  # of the variance that is a source's own, what all its targets have in common


def ratios_by_hand(model, n, rng):
    """Log ratios from the parts of each role's prior, one random number at a time."""
    targets = model.layout.ratios.targets
    in_common = {t.role: rng.standard_normal(n) for t in targets}
    of_source = {t.source: rng.standard_t(4, n) for t in targets}
    several = Counter(t.source for t in targets)
    drawn = []
    for target in targets:
        prior = model.priors.roles[target.role].totals
        own = rng.standard_t(4, n)
        if several[target.source] > 1:
            source = of_source[target.source]
            own = np.sqrt(OF_SOURCE) * source + np.sqrt(1 - OF_SOURCE) * own
        spread = prior.spread
        core = prior.core.mu + spread.role * in_common[target.role] + spread.own * own
        if prior.is_completeness:
            core = special.log_expit(core)
            core = core + rng.normal(prior.over_count.mean, prior.over_count.sd, n)
        drawn.append(core)
    return np.transpose(drawn)


@pytest.mark.thorough
def test_prior_draws_are_those_of_the_model(all_regions):
    """Counts as the random variables of `pymc_model` have them, ratios as simulated by hand."""
    ours = prior_draws(all_regions.layout, 20_000, np.random.default_rng(2))
    (log_deaths,) = forward(all_regions.pymc_model, ["log_deaths"], 20_000)
    by_hand = ratios_by_hand(all_regions, 20_000, np.random.default_rng(3))
    for values, theirs in ((ours.log_deaths[0], log_deaths), (ours.log_ratio[0], by_hand)):
        assert values.shape == theirs.shape
        sd = theirs.std(axis=0)
        for q in (0.05, 0.25, 0.5, 0.75, 0.95):
            gap = np.quantile(values, q, axis=0) - np.quantile(theirs, q, axis=0)
            assert (np.abs(gap) < 0.06 * sd).all(), q
        # Of ranks: a Student t has no fourth moment, and a correlation of its draws much noise.
        gap = stats.spearmanr(values).statistic - stats.spearmanr(theirs).statistic
        assert np.abs(gap).max() < 0.05
