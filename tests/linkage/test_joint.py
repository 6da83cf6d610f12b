"""Where two steps are the joint posterior, and what a draw of the matching weighs where not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import integrate
from scipy.special import gammaln

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.linkage.joint import log_prior, log_weights, share_left
from casualty_est.lists.families.no_highest_order import NoHighestOrder
from casualty_est.lists.inference import reweighted
from tests.linkage import by_enumeration
from tests.linkage.test_fit import tables as probable

RNG = np.random.default_rng(1)


def tables():
    """Two lists of 100 people, and weights of their pairs."""
    records, pairs = probable()
    chance = pairs.pop("probability")
    return records, pairs.assign(weight=np.log(chance / (1 - chance)) + np.log(100))


TABLES = np.hstack([np.zeros((50, 1), dtype=np.int64), RNG.integers(0, 60, size=(50, 7))])


def test_the_prior_is_that_of_every_partition_written_out():
    """Six records of three lists without repeats: all partitions, one by one."""
    list_of, unique = [0, 0, 1, 1, 2, 2], (True, True, True)
    for alpha in (1.0, 0.3):
        theirs, mine = [], []
        for parts in by_enumeration.partitions(list(range(6))):
            value = by_enumeration.log_prior(parts, list_of, 3, (0.2,) * 3, alpha, unique)
            if value > -np.inf:
                table = np.zeros(8, dtype=np.int64)
                for part in parts:
                    table[sum(1 << list_of[i] for i in part)] += 1
                theirs.append(value)
                mine.append(float(log_prior(table[None], alpha)[0]))
        assert len(mine) > 20
        np.testing.assert_allclose(np.diff(mine), np.diff(theirs), atol=1e-10)


@pytest.mark.parametrize("alpha", [1.0, 1 / 7])
def test_two_steps_are_one_for_no_highest_order_with_the_same_dirichlet(alpha):
    """The evidence of a Dirichlet over the seven seen cells, in closed form."""
    people = TABLES.sum(axis=1)
    evidence = gammaln(7 * alpha) - gammaln(people + 7 * alpha)
    evidence += (gammaln(TABLES[:, 1:] + alpha) - gammaln(alpha)).sum(axis=1)
    logs = log_weights(TABLES, alpha, evidence)
    assert np.ptp(logs) < 1e-10
    assert share_left(np.full(50, 1 / 50)) == pytest.approx(1)


def test_the_family_of_the_package_is_that_dirichlet():
    """Its evidence, and two steps through it: all weights are equal at its own concentration."""
    evidence = reweighted.evidence_of(("A", "B", "C"), TABLES, (NoHighestOrder(),), 0.1, 1)
    assert np.ptp(log_weights(TABLES, 1 / 7, evidence)) < 1e-10
    assert np.ptp(log_weights(TABLES, 1.0, evidence)) > 1.0
    # Two lists, by integration over the shares (p, q, 1 - p - q).
    counts = np.array([[0, 2, 3, 1]])
    mine = reweighted.evidence_of(("A", "B"), counts, (NoHighestOrder(),), 0.1, 1)[0]

    def density(q, p):
        third = 1 - p - q
        return p**2 * q**3 * third * (p * q * third) ** (1 / 3 - 1)

    whole = integrate.dblquad(density, 0, 1, 0, lambda p: 1 - p)[0]
    constant = -3 * gammaln(1 / 3)
    assert mine == pytest.approx(np.log(whole) + constant, abs=1e-6)


@pytest.mark.thorough
def test_an_estimate_in_one_step_says_how_many_draws_are_left():
    records, pairs = tables()
    same = ce.LinkageModel.from_scores(records, pairs, unique_in=("A", "B"), alpha=1 / 3)
    fit = {"families": "no-highest-order", "seed": 1, "draws": 200, "chains": 2}
    linked = same.fit(seed=1, draws=200)
    one, two = (linked.estimate(10, joint=joint, **fit) for joint in (True, False))
    np.testing.assert_array_equal(one.draws(), two.draws())
    said = next(note.text for note in one.warnings if note.code == "joint")
    assert "100% of them are left" in said
    assert "more draws" not in said
    other = linked.estimate(10, joint=True, **(fit | {"families": "independence"}))
    said = next(note.text for note in other.warnings if note.code == "joint")
    assert 0.5 < float(said.split("overlaps, and ")[1].split("%")[0]) / 100 <= 1


@pytest.mark.thorough
def test_weights_move_the_matching_to_where_the_families_find_it():
    """Few draws of the matching: each weighs as the evidence and its prior say, and is drawn so."""
    records, pairs = tables()
    linked = ce.LinkageModel.from_scores(records, pairs, unique_in=("A", "B")).fit(seed=1)
    weights = np.zeros(len(linked.whole))
    weights[[3, 7]] = (0.25, 0.75)
    drawn = [table.people for table in linked._histories(20, weights)]
    seen = sorted(zip(*np.unique(drawn, return_counts=True), strict=True))
    people = linked.people[[3, 7]]
    if people[0] != people[1]:
        assert dict(seen) == {people[0]: 5, people[1]: 15}
    else:
        assert dict(seen) == {people[0]: 20}


def test_where_joint_cannot_be():
    records, pairs = tables()
    records["sex"] = list(itertools.islice(itertools.cycle("fm"), len(records)))
    linked = ce.LinkageModel.from_scores(records, pairs, by="sex").fit(seed=1, draws=100)
    with pytest.raises(UsageError, match="joint takes lists without strata"):
        linked.estimate(4, joint=True, families="independence", seed=1)
    plain = ce.LinkageModel.from_scores(records.drop(columns="sex"), pairs).fit(seed=1, draws=100)
    with pytest.raises(UsageError, match="no evidence of many tables at once"):
        plain.estimate(4, joint=True, seed=1)
    records, pairs = probable()
    stated = ce.LinkageModel.from_scores(records, pairs).fit(seed=1, draws=100)
    with pytest.raises(UsageError, match="joint takes scores that are weights"):
        stated.estimate(4, joint=True, families="independence", seed=1)
    object.__setattr__(plain, "missed", np.full_like(plain.missed, 0.1))
    with pytest.raises(UsageError, match="compared every pair"):
        plain.estimate(4, joint=True, families="independence", seed=1)
