"""Strata that share their dependence, against brute force that shares no code with the model."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import logsumexp

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists.families import Independence, Pairs
from casualty_est.lists.inference import strata_kernel, together_fit
from casualty_est.lists.inference.members import MemberFit
from casualty_est.lists.inference.together import Together, strata_of
from casualty_est.lists.table.history import HistoryTable

HISTORIES = np.array([h for h in product((0, 1), repeat=3) if any(h)])
PAIRS = ((0, 1), (0, 2), (1, 2))
LISTS = ("A", "B", "C")
SMALL = (np.array([3, 4, 1, 5, 2, 1, 1]), np.array([7, 2, 2, 1, 0, 2, 0]))  # in that order


def _table(counts, lists=LISTS, histories=HISTORIES):
    return HistoryTable.of(lists, histories, counts)


def _bent(theta, reach, pairs):
    """Log odds of the histories, seen ones first, over the empty one; all of shape (draw, ...)."""
    level = (theta + reach) @ HISTORIES.T
    for p, (j, k) in enumerate(PAIRS):
        level = level + pairs[:, p : p + 1] * (HISTORIES[:, j] * HISTORIES[:, k])
    return level


def _brute(counts, draws, seed, pair=None):
    """Log weights and log odds unseen (draw, stratum) of draws of the prior of everything."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(-1.5, 1.0, (draws, 3)) + rng.normal(0.0, 0.4, (draws, 1))
    shared = np.zeros((draws, 3))
    if pair is not None:
        shared[:, pair] = rng.normal(0, 1, draws)
    sd = np.log(10) / stats.norm.ppf(0.975)
    t, u = (np.exp(rng.normal(np.log(middle), sd, (draws, 1))) for middle in (0.3, 0.15))
    log_weight, odds = np.zeros(draws), np.empty((draws, len(counts)))
    for s, people in enumerate(counts):
        level = _bent(
            theta, t * rng.normal(size=(draws, 3)), shared + u * rng.normal(size=(draws, 3))
        )
        seen = logsumexp(level, axis=1)
        log_weight += level @ people - people.sum() * seen
        odds[:, s] = -seen
    return log_weight, odds


def _weighted(values, log_weight, at):
    weight = np.exp(log_weight - log_weight.max())
    order = np.argsort(values)
    edges = np.cumsum(weight[order])
    return values[order][np.searchsorted(edges / edges[-1], at)]


@pytest.mark.thorough
def test_deviations_are_integrated_as_brute_force_has_it():
    """At fixed shared parameters: Laplace's integral with the next order, and the walk."""
    strata = strata_of(LISTS, [_table(people) for people in SMALL])
    rng = np.random.default_rng(1)
    theta, sds = np.array([[-0.4, -1.1, -0.8]]), np.array([[0.8, 0.5]])
    level = _bent(theta, np.zeros((1, 3)), np.zeros((1, 3)))[0]
    weights = np.empty((1, 8))
    weights[0, 0] = np.exp(-logsumexp(level))
    weights[0, HISTORIES @ (1 << np.arange(3))] = np.exp(level - logsumexp(level))
    many = np.repeat(weights, 8000, axis=0), np.repeat(sds, 8000, axis=0)
    shares, _ = strata_kernel.draw(*many, strata, rng)
    draws, at = 300_000, (0.025, 0.5, 0.975)
    for s, people in enumerate(SMALL):
        reach, pairs = rng.normal(0, 0.8, (draws, 3)), rng.normal(0, 0.5, (draws, 3))
        bent = _bent(theta, reach, pairs)
        log_weight = bent @ people - people.sum() * logsumexp(bent, axis=1)
        own = strata._replace(counts=strata.counts[s : s + 1], start=strata.start[s : s + 1])
        value, _ = strata_kernel.integrate(weights, sds, own)
        assert value[0] == pytest.approx(logsumexp(log_weight) - np.log(draws), abs=0.01)
        exact = _weighted(-logsumexp(bent, axis=1), log_weight, at)
        np.testing.assert_allclose(np.quantile(np.log(shares[:, s, 0]), at), exact, atol=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("pair", [None, 1])
def test_all_strata_together_are_what_brute_force_has(pair):
    """Evidence, and the number of people in all, of a model of 17 parameters on two strata."""
    tables = [_table(people) for people in SMALL]
    whole = _table(sum(SMALL))
    family = Independence() if pair is None else Pairs()
    strata = strata_of(LISTS, tables)
    base = family.members(whole)[pair or 0]
    work = together_fit._Work(whole, np.random.SeedSequence(3), 4, None)
    fits = work.fit(
        [MemberFit(Together.over_strata(base, strata), 0, family, 1.0, ())], tempered=False
    )
    log_weight, odds = _brute(SMALL, 3_000_000, 5, pair)
    wanted = logsumexp(log_weight) - np.log(len(log_weight))
    assert fits[0].log_evidence == pytest.approx(wanted, abs=0.08)
    # The number in all, by the draws of every stratum.
    rng = np.random.default_rng(7)
    part = fits[0].parts[0]
    chosen = rng.choice(len(part.log_weight), 8000, p=np.exp(part.log_weight - part.log_evidence))
    shares, _ = fits[0].member.draw(part.theta[chosen], rng)
    sizes = np.array([people.sum() for people in SMALL])
    ours = np.log(sizes @ (1 + shares[:, :, 0]).T)
    theirs = np.log((1 + np.exp(odds)) @ sizes)
    at = (0.025, 0.25, 0.5, 0.75, 0.975)
    exact = _weighted(theirs, log_weight, at)
    np.testing.assert_allclose(np.quantile(ours, at), exact, atol=0.06)


@pytest.mark.slow
def test_tempering_from_a_small_table_gives_the_same_evidence():
    tables = [_table(20 * people + 3) for people in SMALL]
    whole = _table(sum(20 * people + 3 for people in SMALL))
    member = Together.over_strata(Pairs().members(whole)[0], strata_of(LISTS, tables))
    work = together_fit._Work(whole, np.random.SeedSequence(3), 2, None)
    blank = [MemberFit(member, 0, Pairs(), 1.0, ())]
    plain, tempered = work.fit(blank, tempered=False), work.fit(blank, tempered=True)
    assert (len(plain[0].parts), len(tempered[0].parts)) == (1, 2)
    assert tempered[0].log_evidence == pytest.approx(plain[0].log_evidence, abs=0.5)
    ends = [
        _weighted(part.log_odds, part.log_weight, (0.025, 0.5, 0.975))
        for fits in (plain, tempered)
        for part in fits[0].parts
    ]
    np.testing.assert_allclose(ends, np.broadcast_to(ends[0], (3, 3)), atol=0.12)


@pytest.mark.thorough
def test_strata_without_deviations_are_the_table_without_strata():
    tables = [_table(10 * people) for people in SMALL]
    whole = _table(10 * sum(SMALL))
    base = Pairs().members(whole)[2]
    member = Together.over_strata(base, strata_of(LISTS, tables))
    theta = base.draw_prior(np.random.default_rng(1), 5)
    likelihood, log_odds = member.log_likelihood(np.hstack([theta, np.full((5, 2), -12.0)]), None)
    wanted, odds = base.log_likelihood(theta, whole.counts.astype(float))
    np.testing.assert_allclose(likelihood, wanted, rtol=1e-6)
    np.testing.assert_allclose(log_odds, odds, atol=1e-6)


def test_where_a_list_was_not_at_work_its_histories_add_up():
    """A stratum with two of three lists has the marginal distribution of those two."""
    two = _table([5, 4, 3], ("A", "C"), [[1, 0], [0, 1], [1, 1]])
    whole = _table(30 * np.ones(7))
    base = Independence().members(whole)[0]
    member = Together.over_strata(base, strata_of(LISTS, [two]))
    theta = base.draw_prior(np.random.default_rng(1), 5)
    likelihood, log_odds = member.log_likelihood(np.hstack([theta, np.full((5, 2), -12.0)]), None)
    a, c = theta[:, 0], theta[:, 2]
    seen = np.logaddexp.reduce([a, c, a + c], axis=0)
    np.testing.assert_allclose(likelihood, 5 * a + 4 * c + 3 * (a + c) - 12 * seen, rtol=1e-6)
    np.testing.assert_allclose(log_odds, -seen, atol=1e-6)


# The model ---------------------------------------------------------------------------------------


def _random_strata(strata, seed):
    """Kosovo, whose people are put into strata by chance."""
    rng = np.random.default_rng(seed)
    table = ce.datasets.lists("kosovo").pooled().table
    parts = rng.multinomial(table.counts, np.full(strata, 1 / strata))
    rows = [
        pd.DataFrame(table.histories, columns=list(table.lists)).assign(count=parts[:, s], part=s)
        for s in range(strata)
    ]
    return ce.CaptureHistories(pd.concat(rows, ignore_index=True), by="part", lists=table.lists)


@pytest.fixture(scope="module")
def random_strata():
    return _random_strata(8, 4)


def _width(row):
    return np.log(row["high"] / row["low"])


@pytest.fixture(scope="module")
def ridge(random_strata):
    return ce.ListModel(random_strata, families="ridge").fit(seed=2)


@pytest.mark.thorough
def test_random_strata_leave_the_interval(ridge, random_strata):
    """Nothing is learned from strata that differ by chance."""
    whole = ridge.details.unstratified
    together = ridge.summary().iloc[0]
    assert together["median"] == pytest.approx(whole.median, rel=0.03)
    wide = np.log(whole.high / whole.low)
    assert _width(together) == pytest.approx(wide, rel=0.1)
    # Nothing differs between strata, and the result says so.
    assert ridge.details.together.lists_sd.median < 0.1


@pytest.mark.slow
def test_random_strata_leave_the_interval_of_the_average(random_strata):
    est = ce.ListModel(random_strata).fit(seed=2)
    whole, together = est.details.unstratified, est.summary().iloc[0]
    assert together["median"] == pytest.approx(whole.median, rel=0.1)
    assert _width(together) == pytest.approx(np.log(whole.high / whole.low), rel=0.2)


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_what_strata_share_is_said(ridge, tmp_path):
    told = " ".join(ridge.identification().sentences)
    assert "The strata share the kind of dependence between lists and its strength" in told
    assert "From stratum to stratum the odds of being on a list differ by a factor" in told
    kept = ridge.to_dict()["details"]["together"]
    assert kept["lists_sd"]["low"] < kept["lists_sd"]["median"] < kept["lists_sd"]["high"]
    ridge.save(tmp_path / "est.nc")
    assert ce.Estimate.load(tmp_path / "est.nc").details.together == ridge.details.together
    page = ridge.report(tmp_path / "report.html").read_text("utf-8")
    assert "the sum of the strata, fitted together. From stratum to stratum" in page


def test_the_model_says_how_strata_are_fitted(random_strata):
    assert "8 strata by part, sharing their dependence" in repr(ce.ListModel(random_strata))
    alone = ce.ListModel(random_strata, strata="alone")
    assert "8 strata by part, each by itself" in repr(alone)
    assert alone.settings["strata"] == "alone"
    with pytest.raises(UsageError, match="strata must be 'together' or 'alone', not 'both'"):
        ce.ListModel(random_strata, strata="both")
    model = ce.ListModel(random_strata, families="decomposable")
    (note,) = [text for code, text in model.notes if code == "strata_alone"]
    assert note.endswith("decomposable has nothing that strata could share")
    eight = ce.ListModel([random_strata] * 8)
    (note,) = [text for code, text in eight.notes if code == "strata_alone"]
    assert note.endswith("8 replicates, and at most 7 share")


def test_the_odds_ratio_of_two_lists_is_that_of_all_strata():
    """No stratum knows it: drawn anew in each it would average out."""
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [4000, 4000, 2000]})
    strata = pd.concat([frame.assign(part=s) for s in range(8)], ignore_index=True)
    histories = ce.CaptureHistories(strata, by="part", lists=("A", "B"))
    together = ce.ListModel(histories).fit(seed=1, draws=500)
    alone = ce.ListModel(histories, strata="alone").fit(seed=1, draws=500)
    one = np.log(together.draws("part 0, unlisted")).std()
    assert np.log(together.draws("unlisted")).std() == pytest.approx(one, rel=0.02)
    assert np.log(alone.draws("unlisted")).std() < 0.6 * one
    # Where it is known, nothing is left to share.
    known = ce.ListModel(histories, odds_ratio=2).fit(seed=1, draws=500)
    assert np.log(known.draws("unlisted")).std() < 0.1 * one
