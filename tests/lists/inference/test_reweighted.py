"""One fit of the mean of many tables, re-weighted to each, against fitting each by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.lists.families.independence import Independence
from casualty_est.lists.families.member import all_histories
from casualty_est.lists.families.no_highest_order import NoHighestOrder
from casualty_est.lists.inference import reweighted
from casualty_est.lists.inference.averaged import average
from casualty_est.lists.inference.engines import Plan
from casualty_est.lists.table.history import HistoryTable

MEAN = np.array([400, 350, 60, 300, 50, 45, 20])


def tables(number, seed=1, spread=0.5):
    rng = np.random.default_rng(seed)
    counts = np.round(rng.normal(MEAN, spread * np.sqrt(MEAN), size=(number, 7))).clip(0)
    return [HistoryTable.of(("A", "B", "C"), all_histories(3), c.astype(int)) for c in counts]


def histories(table):
    bits = pd.DataFrame(table.histories, columns=list(table.lists))
    return ce.CaptureHistories(bits.assign(count=table.counts))


def test_evidence_and_weights_are_those_of_a_fit():
    """By the family of independence, whose evidence a fit finds by importance sampling."""
    some, families = tables(8), (Independence(),)
    root = np.random.SeedSequence(1)
    base = reweighted.base_of(reweighted.mean_of(some), Plan(families), root)
    dense = np.array([table.dense() for table in some], dtype=float)
    mine = reweighted.log_evidence(base, dense)
    fits = [average(t, families, seed=np.random.SeedSequence(2)) for t in some]
    theirs = [fit.groups[0].log_evidence for fit in fits]
    np.testing.assert_allclose(mine, theirs, atol=0.05)
    for table, fit in zip(some, fits, strict=True):
        near = reweighted.near(base, table)
        assert near.ess >= reweighted.ENOUGH[1]
        one = near.weight @ base.whole.pool.log_odds
        two = fit.weight @ fit.pool.log_odds
        spread = np.sqrt(fit.weight @ (fit.pool.log_odds - two) ** 2)
        assert one == pytest.approx(two, abs=0.15 * spread)


def test_a_table_far_away_is_fitted_by_itself():
    some = dict(enumerate(tables(8)))
    some[8] = HistoryTable.of(("A", "B", "C"), all_histories(3), MEAN[::-1])
    _, _, near = reweighted.answer(some, Plan((Independence(),)), np.random.SeedSequence(1))
    assert 8 not in near


def test_few_tables_or_other_engines_are_fitted_one_by_one():
    some, families = tables(8), (Independence(),)
    assert reweighted.may_share(some, families)
    assert not reweighted.may_share(some[:7], families)
    assert not reweighted.may_share(some, (NoHighestOrder(),))
    two = [HistoryTable.of(("A", "B"), all_histories(2), MEAN[:3])]
    assert not reweighted.may_share([*some, *two], families)


def test_an_estimate_of_many_replicates_is_that_of_fits_one_by_one(monkeypatch, tmp_path):
    model = ce.ListModel([histories(table) for table in tables(10)], families="independence")
    one = model.fit(seed=1, draws=2000, parts=tmp_path)
    again = model.fit(seed=1, draws=2000, parts=tmp_path)
    np.testing.assert_array_equal(one.draws(), again.draws())
    monkeypatch.setattr(reweighted, "FEWEST", 1000)
    two = model.fit(seed=1, draws=2000)
    ends = [0.025, 0.25, 0.5, 0.75, 0.975]
    np.testing.assert_allclose(
        np.log(np.quantile(one.draws(), ends)), np.log(np.quantile(two.draws(), ends)), atol=0.02
    )
    for mine, theirs in zip(one.details.strata, two.details.strata, strict=True):
        assert mine.found.people == theirs.found.people
        assert mine.found.overlaps == theirs.found.overlaps
        assert mine.found.groups[0].median == pytest.approx(theirs.found.groups[0].median, rel=0.02)


@pytest.mark.slow
def test_the_weights_of_families_are_those_of_fits_one_by_one(monkeypatch):
    model = ce.ListModel([histories(table) for table in tables(8)])
    one = model.fit(seed=1)
    monkeypatch.setattr(reweighted, "FEWEST", 1000)
    two = model.fit(seed=1)
    masses = [[g.mass for g in est.details.found.groups] for est in (one, two)]
    np.testing.assert_allclose(*masses, atol=0.05)
    ends = [np.log(np.quantile(est.draws(), [0.025, 0.5, 0.975])) for est in (one, two)]
    np.testing.assert_allclose(*ends, atol=0.05)
