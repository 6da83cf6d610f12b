"""Nine to twenty lists: known populations, nothing that enumerates 2^20 histories, refusals."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import InputError, UsageError
from casualty_est.lists.families import (
    Classes,
    Independence,
    Pairs,
    Ridge,
    Visibility,
    VisibilityPair,
)
from casualty_est.lists.families.member import Member
from casualty_est.lists.inference import importance, mixture_kernel, smc
from casualty_est.lists.inference.importance import climb, gain
from casualty_est.lists.inference.members import fit_members
from casualty_est.lists.inference.mixture import compiled
from casualty_est.lists.table.history import HistoryTable

TRUTH = 1500
CHEAP = ("independence", "pairs", "visibility")


def _table(lists, seed, structure="independent", number=TRUTH):
    """A population of known size, seen by lists that hold 6 to 15% of it; no code of the model."""
    rng = np.random.default_rng(seed)
    chance = np.tile(rng.uniform(0.06, 0.15, lists), (number, 1))
    if structure == "visibility":
        seen_easily = np.exp(0.7 * rng.standard_normal(number) - 0.7**2 / 2)
        chance = np.minimum(chance * seen_easily[:, None], 0.95)
    on = rng.random((number, lists)) < chance
    if structure == "referral":
        on[:, 1] |= on[:, 0] & (rng.random(number) < 0.5)
    frame = pd.DataFrame(on.astype(int), columns=[f"L{j:02}" for j in range(lists)])
    return frame[on.any(axis=1)]


def _history_table(lists, seed=1):
    return _history_table_of(_table(lists, seed))


def _history_table_of(frame):
    return ce.CaptureHistories(frame).pooled().table


@pytest.mark.thorough
@pytest.mark.parametrize("lists", [9, 12, pytest.param(20, marks=pytest.mark.slow)])
def test_known_populations_are_recovered(lists):
    frame = _table(lists, 100 + lists, "referral")
    tracemalloc.start()
    est = ce.ListModel(ce.CaptureHistories(frame), families=("independence", "pairs")).fit(seed=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    low, median, high = est.summary().iloc[0][["low", "median", "high"]]
    assert est.converged
    assert low < TRUTH < high
    assert median == pytest.approx(TRUTH, rel=0.1)
    # 2^20 histories with one float for each of twenty lists would be 168 MB.
    assert peak < 150e6
    best = max(est.details.found.families, key=lambda member: member.mass)
    assert best.member == "pair L00 with L01"


@pytest.mark.thorough
def test_unequal_visibility_with_twelve_lists():
    """Chances are log-normal here, and logistic in the model: its medians lie 6% too high."""
    held = []
    for seed in range(400, 408):
        histories = ce.CaptureHistories(_table(12, seed, "visibility"))
        est = ce.ListModel(histories, families=Visibility(spread=0.1)).fit(seed=1)
        low, high = est.summary().iloc[0][["low", "high"]]
        held.append(low < TRUTH < high)
        naive = ce.ListModel(histories, families="independence").fit(seed=1)
        assert naive.summary()["high"].iloc[0] < TRUTH
    assert sum(held) >= 6


@pytest.mark.thorough
def test_families_say_the_same_of_how_many_people_lists_hold():
    """The average person's log odds of a list have one prior, whatever ties the lists."""
    table = _history_table(4)
    rng = np.random.default_rng(3)
    wanted = np.eye(4) + 0.4**2
    for family in (Independence(), Pairs(), Ridge(), Visibility(), VisibilityPair(), Classes()):
        for member in family.members(table):
            theta = member.draw_prior(rng, 20_000)
            odds = theta[:, :4]
            if family == Classes():
                # The mean over the classes; what is of a class and a list is averaged out too.
                odds = theta[:, :16].reshape(-1, 4, 4).mean(axis=1)
                wanted_here = wanted + np.eye(4) * member.own**2 / 4
            else:
                wanted_here = wanted
            assert odds.mean() == pytest.approx(-1.5, abs=0.02)
            np.testing.assert_allclose(np.cov(odds.T), wanted_here, atol=0.04)


@pytest.mark.thorough
def test_many_lists_do_not_prefer_classes_to_visibility_for_their_prior():
    """Twelve lists that hold few people each: classes answered alone, and too low."""
    table = _history_table_of(_table(12, 212, "visibility"))
    visible, classes = Visibility(spread=0.1).members(table)[0], Classes().members(table)[0]
    theta, height = climb(visible, table)
    mode = importance.mode_at(visible, table, theta, height)
    weighted = importance.sample(visible, table, mode, 1000, np.random.default_rng(1))
    tempered = smc.run(classes, table, np.random.default_rng(2), particles=1000)
    assert weighted.ess > 500
    assert weighted.log_evidence > tempered.log_evidence - 1.0
    odds = {"visibility": weighted, "classes": tempered}
    share = {
        name: np.exp(part.log_weight - part.log_evidence) @ (1 / (1 + np.exp(-part.log_odds)))
        for name, part in odds.items()
    }
    listed = table.people / TRUTH
    assert abs(1 - share["visibility"] - listed) < abs(1 - share["classes"] - listed)


def test_auto_leaves_out_what_writes_out_every_history():
    model = ce.ListModel(ce.CaptureHistories(_table(9, 3)))
    families, _ = model.families_for(model.histories.pooled())
    assert [f.name for f in families] == [
        "independence",
        "pairs",
        "visibility",
        "visibility-pair",
        "classes",
    ]
    (note,) = [text for code, text in model.notes if code == "family_left_out"]
    assert "takes at most 8 lists, not 9, for it writes out every history" in note
    assert note in repr(model)


@pytest.mark.parametrize("family", ["ridge", "no-highest-order"])
def test_families_that_write_out_every_history_are_refused(family):
    with pytest.raises(UsageError, match=f"{family} takes at most 8 lists, not 9"):
        ce.ListModel(ce.CaptureHistories(_table(9, 3)), families=family)


def test_more_than_forty_lists_are_refused():
    with pytest.raises((UsageError, InputError), match="2 to 40 lists, not 41"):
        ce.CaptureHistories(_table(41, 4))


@pytest.mark.slow
def test_thirty_lists_are_answered_without_classes():
    model = ce.ListModel(ce.CaptureHistories(_table(30, 230, "referral", 600)))
    (note,) = [text for code, text in model.notes if "latent classes" in text]
    assert "takes at most 20 lists, not 30, for tempering of so many classes" in note
    est = model.fit(seed=1)
    low, high = est.summary().iloc[0][["low", "high"]]
    assert low < 600 < high
    best = max(est.details.found.families, key=lambda member: member.mass)
    assert best.member == "pair L00 with L01"


@pytest.mark.thorough
def test_of_many_pairs_the_steep_ones_are_climbed_to():
    """A step from the mode without a pair finds the pair that raises the mode most."""
    table = _history_table(12)
    families = (Independence(), Pairs())
    fits = fit_members(table, families, seed=np.random.SeedSequence(1), runs=4)
    climbed = [fit for fit in fits if fit.family.name == "pairs"]
    base, _ = climb(Independence().members(table)[0], table)
    every = [(climb(member, table)[1], member.name) for member in Pairs().members(table)]
    assert len(every) == 66
    gains = [gain(member, table, np.append(base, 0.0)) for member in Pairs().members(table)]
    tops = np.array([top for top, _ in every])
    order = np.argsort(gains)
    # Those left out are no better than any that is climbed to.
    assert tops[order[:6]].max() <= np.sort(tops)[-20:].min()
    best = max(climbed, key=lambda fit: fit.log_evidence)
    assert best.member.name == max(every)[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "lists",
    [9, 12, 20],
)
def test_auto_on_many_lists(lists):
    est = ce.ListModel(ce.CaptureHistories(_table(lists, 200 + lists, "visibility"))).fit(seed=1)
    low, high = est.summary().iloc[0][["low", "high"]]
    assert low < TRUTH < high


# The compiled densities and the derivatives, against the plain ones -------------------------------


def _members(table):
    members = [
        Classes().members(table)[0],
        Visibility().members(table)[0],
        VisibilityPair().members(table)[0],
        VisibilityPair().members(table)[-1],
        Visibility(spread=0.1).members(table)[0],
        Independence().members(table)[0],
        Pairs().members(table)[-1],
    ]
    return [*members, Ridge().members(table)[2]] if len(table.lists) <= 8 else members


@pytest.mark.thorough
@pytest.mark.parametrize("lists", [2, 3, 5, 6, 11, 20, 30])
def test_compiled_densities_are_those_of_the_families(lists):
    table = _history_table(lists)
    counts = table.counts.astype(float)
    rng = np.random.default_rng(lists)
    for member in _members(table):
        theta = member.draw_prior(rng, 20)
        log_cells, odds = member.evaluate(theta)
        likelihood, same_odds = member.log_likelihood(theta, counts)
        np.testing.assert_allclose(likelihood, log_cells @ counts, rtol=1e-11)
        np.testing.assert_allclose(same_odds, odds, rtol=1e-12)
        ready = compiled(member, counts)
        if ready is None:
            continue
        prior, likelihood, odds_there = mixture_kernel.densities(theta, ready)
        np.testing.assert_allclose(prior, member.log_prior(theta), rtol=1e-11, atol=1e-11)
        fine = np.isfinite(likelihood)
        assert fine.mean() > 0.8
        np.testing.assert_allclose(likelihood[fine], (log_cells @ counts)[fine], rtol=1e-11)
        np.testing.assert_allclose(odds_there[fine], odds[fine], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("lists", [3, 5, 12])
def test_derivatives_are_those_of_an_imaginary_step(lists):
    table = _history_table(lists)
    counts = table.counts.astype(float)
    rng = np.random.default_rng(lists)
    for member in _members(table):
        theta = member.draw_prior(rng, 1)[0]
        wanted = Member.scores(member, theta)
        np.testing.assert_allclose(member.scores(theta), wanted, rtol=1e-8, atol=1e-10)
        scale = np.abs(wanted) @ counts
        gradient = member.gradient(theta, counts)
        np.testing.assert_allclose((gradient - wanted @ counts) / scale, 0.0, atol=1e-10)


def test_a_climb_from_elsewhere_ends_at_the_same_mode():
    table = HistoryTable.of(("A", "B", "C"), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], [9] * 4)
    for member in (Visibility().members(table)[0], Pairs().members(table)[0]):
        theta, value = climb(member, table)
        again, height = climb(member, table, theta + 0.3)
        assert height == pytest.approx(value, abs=1e-6)
        np.testing.assert_allclose(again, theta, atol=1e-3)


def test_second_derivatives_of_a_normal_prior_are_minus_one_over_its_variance():
    from casualty_est.lists.inference.importance import _prior_bend

    member = Pairs().members(_history_table(9))[0]
    theta = np.random.default_rng(1).normal(size=member.size)
    wanted = np.zeros((10, 10))
    wanted[:9, :9] = np.linalg.inv(np.eye(9) + 0.4**2)
    wanted[9, 9] = 1 / member.scale**2
    np.testing.assert_allclose(_prior_bend(member, theta), -wanted, atol=1e-6)
