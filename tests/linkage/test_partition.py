"""The Gibbs sampler against every partition of a few records, one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

from casualty_est.linkage.partition.kernel import RATE, SHAPE, Scores, run
from casualty_est.linkage.partition.state import all_apart, all_joined, graph_of, state_of
from tests.linkage.by_enumeration import code, log_prior, log_score, partitions, reachable

LIST_OF = np.array([0, 0, 1, 1, 2, 2])
PAIRS = {(0, 2): 2.0, (0, 3): 0.5, (2, 4): 1.5, (1, 3): 3.0, (0, 1): 0.3, (3, 5): -0.5, (2, 5): 1.0,
         (0, 4): 1.0}  # fmt: skip
OTHER = -0.7
SWEEPS = 15_000


def sampled(unique, kappa, alpha, rates, start, sweeps=SWEEPS, fixed=True, how=(False, False)):
    i, j = (np.array(side) for side in zip(*PAIRS, strict=True))
    weight = np.array(list(PAIRS.values()))
    graph = graph_of(i, j, LIST_OF, np.array(unique))
    label = (
        all_apart(LIST_OF) if start == "apart" else all_joined(i, j, weight, LIST_OF, graph.unique)
    )
    state = state_of(label, LIST_OF, 3, np.array(rates))
    scores = Scores(weight, OTHER, kappa, alpha, *how)
    seen = {}
    kept = []
    for sweep in range(sweeps):
        if fixed:
            state.repeats[:] = rates
        run(sweep, graph, state, scores, 1)
        parts = code([np.flatnonzero(state.label == c).tolist() for c in np.unique(state.label)])
        seen[parts] = seen.get(parts, 0) + 1
        kept.append(state.repeats.copy())
    return {parts: count / sweeps for parts, count in seen.items()}, np.array(kept), state


def enumerated(unique, kappa, alpha, rates, how):
    unknown, flat = how
    table = {}
    for parts in partitions(list(range(len(LIST_OF)))):
        if reachable(parts, PAIRS):
            prior = log_prior(parts, LIST_OF, 3, rates, alpha, unique)
            prior = 0.0 if flat and prior > -np.inf else prior
            table[code(parts)] = prior + log_score(parts, PAIRS, OTHER, kappa, unknown=unknown)
    logs = np.array(list(table.values()))
    chances = np.exp(logs - np.logaddexp.reduce(logs))
    return dict(zip(table, chances, strict=True))


@pytest.mark.parametrize(
    ("unique", "kappa", "alpha", "start", "how"),
    [
        ((False, False, False), 1.0, 1.0, "apart", (False, False)),
        ((True, False, True), 1.0, 0.5, "joined", (False, False)),
        ((False, True, False), 0.0, 1.0, "joined", (False, False)),
        ((False, False, False), 1.0, 1.0, "joined", (True, False)),
        ((True, False, False), 1.0, 1.0, "apart", (True, True)),
    ],
)
def test_frequencies_are_the_probabilities_of_all_partitions(unique, kappa, alpha, start, how):
    rates = (0.4, 0.2, 0.9)
    sampler, _, _ = sampled(unique, kappa, alpha, rates, start, how=how)
    truth = enumerated(unique, kappa, alpha, rates, how)
    assert set(sampler) <= {parts for parts, chance in truth.items() if chance > 0}
    worst = max(abs(sampler.get(parts, 0.0) - chance) for parts, chance in truth.items())
    assert worst < 0.015  # of which the largest are about .1: a sweep is nearly independent
    distance = sum(abs(sampler.get(parts, 0.0) - chance) for parts, chance in truth.items()) / 2
    assert distance < 0.05


def test_the_rate_of_repeats_is_drawn_from_its_posterior():
    """Two records on one list that are surely apart: the density of the rate by integration."""
    list_of = np.array([0, 0, 1])
    graph = graph_of(np.array([0]), np.array([2]), list_of, np.array([False, True]))
    state = state_of(all_apart(list_of), list_of, 2, np.array([0.2, 0.2]))
    draws = []
    for seed in range(30_000):
        run(seed, graph, state, Scores(np.array([-50.0]), -50.0, 1.0, 1.0, False), 1)
        draws.append(state.repeats[0])

    def density(rate):
        return rate**2 / np.expm1(rate) ** 2 * rate ** (SHAPE - 1) * np.exp(-RATE * rate)

    whole = integrate.quad(density, 0, 20)[0]
    mean = integrate.quad(lambda rate: rate * density(rate), 0, 20)[0] / whole
    assert np.mean(draws) == pytest.approx(mean, rel=0.03)


def test_what_a_state_counts_is_right_after_many_moves():
    _, _, state = sampled((False, False, False), 1.0, 1.0, (0.4, 0.2, 0.9), "apart", 500)
    again = state_of(state.label, LIST_OF, 3, state.repeats)
    np.testing.assert_array_equal(state.table, again.table)
    assert state.counts[0] == len(np.unique(state.label))
    inside = {}
    for a in range(6):
        for b in range(a + 1, 6):
            if state.label[a] == state.label[b]:
                inside[state.label[a]] = inside.get(state.label[a], 0.0) + PAIRS.get((a, b), 0.0)
    for cluster, value in inside.items():
        assert state.inside[cluster] == pytest.approx(value, abs=1e-9)


def test_a_list_without_repeats_never_holds_anybody_twice():
    sampler, _, _ = sampled((True, True, True), 1.0, 1.0, (0.2, 0.2, 0.2), "joined", 2000)
    for parts in sampler:
        for part in parts:
            lists = [LIST_OF[i] for i in part]
            assert len(lists) == len(set(lists))


def test_clusters_that_are_sure_meet_as_wholes():
    """Two sure pairs of records, and doubt between them: single records would never cross."""
    score = {(0, 1): 40.0, (2, 3): 40.0, (1, 2): 0.4}
    i, j = (np.array(side) for side in zip(*score, strict=True))
    list_of, unique = np.array([0, 0, 1, 1]), np.array([False, False])
    rates = np.array([0.4, 0.3])
    graph, shares = graph_of(i, j, list_of, unique), []
    for start in (all_apart(list_of), np.zeros(4, dtype=np.int64)):
        state, met = state_of(start, list_of, 2, rates), 0
        for seed in range(6000):
            state.repeats[:] = rates
            scores = Scores(np.array([40.0, 40.0, 0.4]), -1.0, 1.0, 1.0, True)
            run(seed, graph, state, scores, 1)
            met += state.label[0] == state.label[3]
        shares.append(met / 6000)
    logs = {}
    for parts in partitions([0, 1, 2, 3]):
        if reachable(parts, score):
            value = log_prior(parts, list_of, 2, rates, 1.0, unique)
            logs[code(parts)] = value + log_score(parts, score, -1.0, 1.0, unknown=True)
    whole = np.logaddexp.reduce(list(logs.values()))
    together = np.exp(logs[code([[0, 1, 2, 3]])] - whole)
    assert 0.1 < together < 0.9
    assert shares == pytest.approx([together, together], abs=0.04)
