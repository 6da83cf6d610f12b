"""The PyMC models of the families against the engines' own densities, SciPy, and NUTS."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists.families import (
    AVERAGED,
    FAMILIES,
    DirichletProcess,
    NoHighestOrder,
    OddsRatio,
)
from casualty_est.lists.families.classes import LatentClasses
from casualty_est.lists.families.visibility import NormalVisibility
from casualty_est.lists.inference.averaged import average
from casualty_est.lists.inference.importance import log_posterior
from casualty_est.lists.table.history import HistoryTable

HISTORIES = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
TABLE = HistoryTable.of(("A", "B", "C"), HISTORIES, [60, 50, 40, 20, 15, 12, 9])
# Five histories of nine lists: the others have to stand in one cell.
NINE = HistoryTable.of(
    tuple("ABCDEFGHI"), np.vstack([np.eye(9)[:4], np.ones(9)]), [30, 20, 10, 5, 3]
)


def build(family, table):
    from casualty_est.lists.families import in_pymc

    return in_pymc.build(FAMILIES[family]() if isinstance(family, str) else family, table)


def evaluate(model, points, names=("log_odds_unseen",)):
    """Log density on the natural parameters, and deterministics, at every point."""
    import pytensor
    from pymc.model.transform.conditioning import remove_value_transforms
    from pytensor.compile.mode import Mode

    plain = remove_value_transforms(model)
    wanted = [plain.logp(jacobian=False), *(plain[name] for name in names)]
    # Compiled code would take longer to make than to run here.
    with pytensor.config.change_flags(cxx=""):
        density = plain.compile_fn(
            plain.replace_rvs_by_values(wanted),
            inputs=plain.value_vars,
            mode=Mode(linker="py", optimizer=None),
        )
        densities = [density(point) for point in points]
    return [np.array(column) for column in zip(*densities, strict=True)]


def named(members, theta):
    """A point of the PyMC model for parameters of the engines."""
    member, lists = members[0], members[0].n_lists
    if isinstance(member, LatentClasses):
        cut = member.classes * lists
        share = special.softmax(np.append(theta[cut:], 0.0))
        return {"flat_log_odds": theta[:cut], "class_share": share}
    point = {"list_log_odds": theta[:lists]}
    if isinstance(member, NormalVisibility):
        point["log_common_loading"] = theta[lists]
        own = theta[lists + 1 : 2 * lists + 1]
        if len(members) > 1 and member.pair is None:
            point["log_loading"] = theta[lists] + members[-1].spread * own
        else:
            point["own_loading"] = own
        pairs = [] if member.pair is None else [member.pair]
    else:
        pairs = member.pairs
    if len(pairs) == 1:
        return point | {"interaction": theta[-1], "member_place": 0.5}
    return point | {"interactions": theta[lists:]} if pairs else point


def at_spread(theta, lists, before, after):
    """Parameters with the same loadings, of a member with another spread."""
    own = slice(lists + 1, 2 * lists + 1)
    moved = theta.copy()
    moved[:, own] *= before.spread / after.spread
    return moved


def check_density(densities, wanted):
    """Equal but for a constant: PyTensor takes logs of numbers such as 1.5 in single precision."""
    np.testing.assert_allclose(densities - densities[0], wanted - wanted[0], rtol=1e-11, atol=1e-10)
    assert densities[0] == pytest.approx(wanted[0], abs=1e-6)


def coefficient(table):
    """The log of the multinomial coefficient, which the engines leave out."""
    return special.gammaln(table.people + 1) - special.gammaln(table.counts + 1.0).sum()


@pytest.mark.parametrize(
    ("key", "table"),
    [(family.name, TABLE) for family in AVERAGED]
    + [(key, NINE) for key in ("pairs", "visibility", "classes")],
    ids=lambda value: value if isinstance(value, str) else f"{len(value.lists)} lists",
)
def test_the_density_is_that_of_the_engines(key, table):
    members = FAMILIES[key]().members(table)
    theta = members[-1].draw_prior(np.random.default_rng(1), 6)
    counts = table.counts.astype(float)
    places = [theta] * len(members)
    if key == "visibility":  # the same loadings are other parameters under another spread
        places = [at_spread(theta, len(table.lists), members[-1], m) for m in members]
    each, odds = zip(
        *(log_posterior(m, counts, at) for m, at in zip(members, places, strict=True)), strict=True
    )
    if key == "visibility":  # from own loadings to log loadings
        each = [
            logs - len(table.lists) * np.log(m.spread)
            for logs, m in zip(each, members, strict=True)
        ]
    wanted = special.logsumexp(each, axis=0) - np.log(len(members)) + coefficient(table)
    points = [named(members, row) for row in theta]
    if key == "classes":  # from log ratios to shares
        wanted = wanted - np.log([point["class_share"] for point in points]).sum(axis=1)
    names = ["log_odds_unseen"] + ["member_probability"] * (len(members) > 1)
    density, log_odds, *chance = evaluate(build(key, table), points, names)
    check_density(density, wanted)
    posterior = special.softmax(each, axis=0).T  # (point, member)
    which = (np.cumsum(posterior, axis=1) < 0.5).sum(axis=1)
    np.testing.assert_allclose(log_odds, np.array(odds)[which, np.arange(6)], rtol=1e-8)
    if chance:
        np.testing.assert_allclose(chance[0], posterior, rtol=1e-9)


def test_no_highest_order_is_dirichlet():
    share = np.random.default_rng(2).dirichlet(np.ones(7), 4)
    counts = TABLE.dense()[1:]
    wanted = [
        stats.dirichlet(np.full(7, 1 / 7)).logpdf(s)
        + stats.multinomial(counts.sum(), s).logpmf(counts)
        for s in share
    ]
    model = build(NoHighestOrder(xi=2.0), TABLE)
    density, log_odds = evaluate(model, [{"history_share": s} for s in share])
    check_density(density, np.array(wanted))
    odd = np.array([1, 1, -1, 1, -1, -1, 1])  # A, B, AB, C, AC, BC, ABC
    np.testing.assert_allclose(log_odds, np.log(2.0) + np.log(share) @ odd, rtol=1e-10)


@pytest.mark.parametrize(
    ("given", "prior"),
    [
        (None, stats.norm(np.log(1.5), np.log(6) / stats.norm.ppf(0.975))),
        ([1, 5], stats.uniform(0, np.log(5))),
    ],
)
def test_the_odds_ratio_of_two_lists_has_its_prior(given, prior):
    two = HistoryTable.of(("A", "B"), [[1, 0], [0, 1], [1, 1]], [60, 50, 20])
    rng = np.random.default_rng(5)
    points = [
        {"history_share": share, "log_odds_ratio": ratio}
        for share, ratio in zip(rng.dirichlet(np.ones(3), 4), [0.1, 0.4, 1.2, 1.5], strict=True)
    ]
    wanted = [
        stats.dirichlet(np.full(3, 0.5)).logpdf(point["history_share"])
        + stats.multinomial(130, point["history_share"]).logpmf([60, 50, 20])
        + prior.logpdf(point["log_odds_ratio"])
        for point in points
    ]
    density, log_odds = evaluate(build(OddsRatio(given), two), points)
    check_density(density, np.array(wanted))
    odds = [
        np.exp(point["log_odds_ratio"]) * a * b / both
        for point in points
        for a, b, both in [point["history_share"]]
    ]
    np.testing.assert_allclose(log_odds, np.log(odds), rtol=1e-10)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "family", [DirichletProcess(), DirichletProcess(classes=3, shape=2, rate=0.5)]
)
def test_classes_of_a_dirichlet_process_by_enumeration(family):
    rng = np.random.default_rng(3)
    alpha, left = 0.7, rng.exponential(1.4, family.classes - 1)
    chance = rng.random((family.classes, 3))
    taken = np.append(1 - np.exp(-left), 1.0)
    share = taken * np.concatenate([[1.0], np.cumprod(np.exp(-left))])
    assert share.sum() == pytest.approx(1.0)
    cells = np.array(
        [
            share @ np.prod(np.where(TABLE.histories[i], chance, 1 - chance), axis=1)
            for i in range(7)
        ]
    )
    empty = share @ np.prod(1 - chance, axis=1)
    assert cells.sum() + empty == pytest.approx(1.0)
    wanted = (
        stats.gamma(family.shape, scale=1 / family.rate).logpdf(alpha)
        + stats.expon(scale=1 / alpha).logpdf(left).sum()
        + stats.multinomial(TABLE.people, cells / cells.sum()).logpmf(TABLE.counts)
    )
    point = {"concentration": alpha, "minus_log_left": left, "class_chance": chance}
    density, log_odds = evaluate(build(family, TABLE), [point])
    np.testing.assert_allclose(density, wanted, rtol=1e-7)
    np.testing.assert_allclose(log_odds, np.log(empty / (1 - empty)), rtol=1e-10)


def test_data_can_be_exchanged():
    model = build("independence", TABLE)
    assert model.coords["history"][:3] == ("A", "B", "A&B")
    point = {"list_log_odds": np.array([-1.0, -1.5, -2.0])}
    other = HistoryTable.of(TABLE.lists, HISTORIES[:5], [5, 4, 3, 2, 1])
    model.set_data("counts", other.dense()[1:])
    again, fresh = (evaluate(m, [point])[0] for m in (model, build("independence", other)))
    np.testing.assert_allclose(again, fresh, rtol=1e-12)


def histories(by=None):
    frame = pd.DataFrame(HISTORIES, columns=["A", "B", "C"]).assign(
        count=[60, 50, 40, 20, 15, 12, 9]
    )
    if by is None:
        return ce.CaptureHistories(frame)
    parts = [frame.assign(month=month) for month in by]
    return ce.CaptureHistories(pd.concat(parts, ignore_index=True), by="month")


def test_the_property_of_the_model():
    one = ce.ListModel(histories(), families="ridge")
    assert one.pymc_model is one.pymc_model
    assert {"interactions", "people", "log_odds_unseen"} <= set(one.pymc_model.named_vars)
    assert list(ce.ListModel(histories()).pymc_model) == [family.name for family in AVERAGED]
    two = ce.ListModel(histories(by="xy"), families="independence")
    with pytest.raises(UsageError, match="2 strata: take pymc_model_for"):
        _ = two.pymc_model
    assert len(two.pymc_model_for(two.histories.strata[1]).free_RVs) == 1


def test_what_has_no_pymc_model_says_why():
    with pytest.raises(UsageError, match="decomposable has no PyMC model: it sums over graphs"):
        build("decomposable", TABLE)
    with pytest.raises(UsageError, match="ridge takes at most 8 lists, not 9"):
        build("ridge", NINE)
    seven = HistoryTable.of(tuple("ABCDEFG"), np.eye(7), [9] * 7)
    with pytest.raises(UsageError, match="at most 6 lists, not 7"):
        build("no-highest-order", seven)


# --- sampled ------------------------------------------------------------------------------------

# Overlaps that speak clearly of two kinds of people, so that NUTS finds all of the posterior.
CLEAR = HistoryTable.of(("A", "B", "C"), HISTORIES, [160, 150, 140, 120, 115, 112, 309])


def log_number(model, draws):
    """Log N, of shape (chain, draw), as somebody who extends the model would draw it."""
    import nutpie
    import pymc as pm

    from casualty_est.lists.families.in_pymc import with_number

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numba and PyTensor while compiling
        compiled = nutpie.compile_pymc_model(model)
        sampled = nutpie.sample(
            compiled, draws=draws, chains=4, seed=1, target_accept=0.95, progress_bar=False
        )
        number = pm.sample_posterior_predictive(
            sampled,
            model=with_number(model),
            var_names=["number"],
            progressbar=False,
            random_seed=1,
        )
    return np.log(number["posterior_predictive"]["number"].values)


def agree(key, table, draws=1000):
    """Mean and 5, 50, 95% points of log N are those of the engine, within 4 errors."""
    import arviz as az

    ours = log_number(build(key, table), draws)
    if key == "no-highest-order":
        from casualty_est.lists.inference.answer import draw_unlisted

        rng = np.random.default_rng(2)
        odds = FAMILIES[key]().posterior(table, 40_000, rng, rng)[1]
        logs, ess = np.log(table.people + draw_unlisted(odds, table.people, rng)), 40_000
    elif key == "dirichlet-process":
        model = ce.ListModel(histories(), families=key)
        est = model.fit(seed=3, draws=10_000, progress_bar=False)
        logs, ess = np.log(est.draws()).ravel(), est.meta.diagnostics.min_ess
    else:
        fast = average(table, (FAMILIES[key](),), seed=np.random.SeedSequence(3), floor=0.0)
        chosen = fast.choose(40_000, np.random.default_rng(4))
        logs, ess = np.log(table.people + fast.pool.unlisted[chosen]), fast.ess
    error = np.hypot(float(az.mcse(ours)), logs.std() / np.sqrt(ess))
    assert abs(ours.mean() - logs.mean()) < 4 * error
    for q in (0.05, 0.5, 0.95):
        # Draws below a point of the engine's: both sides have a binomial error.
        below = ours <= np.quantile(logs, q)
        error = np.hypot(float(az.mcse(below.astype(float))), np.sqrt(q * (1 - q) / ess))
        assert abs(below.mean() - q) < 4 * error, q


@pytest.mark.slow
def test_nuts_agrees_on_independence():
    agree("independence", TABLE, draws=500)


@pytest.mark.slow
@pytest.mark.parametrize(
    # Independence has its test above, classes below; decomposable has no PyMC model, and the odds
    # ratio is of two lists.
    "key",
    [k for k in FAMILIES if k not in ("independence", "classes", "decomposable", "odds-ratio")],
)
def test_nuts_agrees(key):
    agree(key, TABLE)


@pytest.mark.slow
def test_nuts_agrees_on_classes():
    agree("classes", CLEAR, draws=2000)
