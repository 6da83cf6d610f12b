"""Compiled Gibbs sweeps over partitions: each record moves to the cluster of a candidate, or alone.

The posterior of a partition Z given scores s of pairs is proportional to

    p(Z) exp(sum over clusters C of (2 / |C|)^kappa * sum over pairs of C of s)

with the structured prior of multi-file partitions (Aleshin-Guendel and Sadinle 2023, doi
10.1080/01621459.2021.2013242): p(n) proportional to 1 / n for the number of clusters, a symmetric
Dirichlet (concentration alpha) over which lists hold them, and a zero-truncated Poisson number of
records of a person on each list that holds it. Clusters are connected by candidate pairs. Only
clusters of candidates are visited, so a sweep costs as much as there are candidate pairs.
"""

from __future__ import annotations

from math import exp, expm1, log
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from casualty_est.linkage.partition.jumps import MOST, Desk, evidence, jump

Array = npt.NDArray[np.float64]

_inner = njit(nogil=True, cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)

SHAPE, RATE = 1.0, 5.0  # gamma prior of the repeats: .2 further records of a person on a list
# Proposals on the log: a few records and many thousand ask for steps of other lengths.
# Records about which there is little doubt are visited in one sweep of eight, drawn beforehand.
CLEAR, SELDOM = 7.0, 8
ONE_IN = 16  # pairs whose clusters are proposed as one, or as two, in a sweep
STEPS = (0.03, 0.2, 1.5)


class Scores(NamedTuple):
    """What one sweep takes from calibration."""

    of_pair: Array  # (pair,): log odds that it is one person, before the prior
    other: float  # the same for every pair that was never a candidate
    kappa: float  # 1: a cluster of k records has the evidence of k - 1 pairs; 0: of all its pairs
    alpha: float
    unknown: bool  # such a pair says nothing: it counts as the mean of the others in its cluster
    # Whether the scores are stated probabilities, which hold what is known of links beforehand: the
    # prior of the partition is then flat, and a pair by itself has the probability stated.
    flat: bool = False


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def run(seed: int, graph: Any, state: Any, scores: Any, sweeps: int) -> None:
    """Sweep on from a state, changed in place."""
    np.random.seed(seed)  # noqa: NPY002 - compiled code has no Generator that can be seeded inside
    records, lists = len(graph.list_of), len(graph.unique)
    gain = np.zeros(records)  # by cluster: sum of scores to the record in hand
    known = np.zeros(records, np.int64)  # by cluster: its candidates there
    most = 1
    for i in range(records):
        most = max(most, graph.start[i + 1] - graph.start[i] + 1)
    touched, logs = np.empty(most, np.int64), np.empty(most)
    stack, mark = np.empty(records, np.int64), np.full(records, -1)
    scratch = (gain, known, touched, logs, stack, mark)
    _add_up(graph, state, scores)
    alone = np.empty(lists)
    pairs = len(graph.one)
    few = (np.empty(MOST, np.int64), np.empty(MOST, np.int64), np.zeros(3), np.zeros(3, np.int64))
    two = (np.zeros((2, lists), np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64))
    desk = Desk(np.full(records, -1), *few, *two)
    doubtful = _doubtful(graph, scores)
    for sweep in range(sweeps):
        turn = np.random.randint(SELDOM)  # noqa: NPY002
        for k in range(lists):
            alone[k] = 0.0 if graph.unique[k] else _first(state.repeats[k])
        for i in range(records):
            if not doubtful[i] and i % SELDOM != turn:
                continue
            if _may_leave(i, sweep * records + i, graph, state, stack, mark):
                _move(i, graph, state, scores, alone, scratch)
        for _ in range(-(-pairs // ONE_IN)):
            jump(np.random.randint(pairs), graph, state, scores, desk)  # noqa: NPY002
        _draw_repeats(graph, state)


@_inner  # type: ignore[untyped-decorator]
def _doubtful(graph: Any, scores: Any) -> Any:
    """Whether some pair of each record is neither beyond doubt nor out of the question, (record,).

    By its scores alone, never by the state: so the sweeps still draw from the posterior.
    """
    records = len(graph.list_of)
    middle = 0.0 if scores.flat else log(records)  # what the prior asks of a pair
    doubtful = np.zeros(records, np.bool_)
    for p in range(len(graph.one)):
        if abs(scores.of_pair[p] - middle) < CLEAR:
            doubtful[graph.one[p]] = True
            doubtful[graph.two[p]] = True
    return doubtful


@_inner  # type: ignore[untyped-decorator]
def _first(rate: float) -> float:
    """Log probability that a person on a list stands there once."""
    return log(rate / expm1(rate))


@_inner  # type: ignore[untyped-decorator]
def _add_up(graph: Any, state: Any, scores: Any) -> None:
    """Sum the scores inside every cluster anew: they change with each calibration."""
    for c in range(len(state.size)):
        state.inside[c] = 0.0
        state.scored[c] = 0
    for i in range(len(graph.list_of)):
        for e in range(graph.start[i], graph.start[i + 1]):
            j = graph.other[e]
            if i < j and state.label[i] == state.label[j]:
                state.inside[state.label[i]] += scores.of_pair[graph.pair[e]]
                state.scored[state.label[i]] += 1


@_inner  # type: ignore[untyped-decorator]
def _may_leave(i: int, stamp: int, graph: Any, state: Any, stack: Any, mark: Any) -> bool:
    """Whether the rest of its cluster stays connected; if not, a record has to stay."""
    c = state.label[i]
    if state.size[c] < 3:
        return True
    reached, top = 0, 0
    mark[i] = stamp
    for e in range(graph.start[i], graph.start[i + 1]):
        j = graph.other[e]
        if state.label[j] == c:
            stack[0], top, reached = j, 1, 1
            mark[j] = stamp
            break
    while top:
        top -= 1
        here = stack[top]
        for e in range(graph.start[here], graph.start[here + 1]):
            j = graph.other[e]
            if state.label[j] == c and mark[j] != stamp:
                mark[j] = stamp
                stack[top] = j
                top += 1
                reached += 1
    return bool(reached == state.size[c] - 1)


@_inner  # type: ignore[untyped-decorator]
def _move(i: int, graph: Any, state: Any, scores: Any, alone: Any, scratch: Any) -> None:
    """Take one record out of its cluster, and draw where it goes."""
    gain, known, touched, logs = scratch[0], scratch[1], scratch[2], scratch[3]
    mine = graph.list_of[i]
    bit = 1 << mine
    # Sums over the candidates of the record, cluster by cluster.
    near = 0
    for e in range(graph.start[i], graph.start[i + 1]):
        c = state.label[graph.other[e]]
        if known[c] == 0:
            touched[near] = c
            near += 1
            gain[c] = 0.0
        known[c] += 1
        gain[c] += scores.of_pair[graph.pair[e]]
    _take_out(i, graph, state, gain, known)
    options = 0
    largest = -np.inf
    clusters = state.counts[0]
    total = ((1 << len(graph.unique)) - 1) * scores.alpha
    for t in range(near):
        c = touched[t]
        size = state.size[c]
        if size == 0 or (graph.unique[mine] and state.members[c, mine] > 0):
            logs[t] = -np.inf
            known[c] = 0
            continue
        scored = state.scored[c]
        value = evidence(state.inside[c] + gain[c], scored + known[c], size + 1, scores)
        value -= evidence(state.inside[c], scored, size, scores)
        if scores.flat:
            pass
        elif state.members[c, mine] > 0:
            value += log(state.repeats[mine])
        else:
            held = state.table[state.pattern[c]]
            value += log(state.table[state.pattern[c] | bit] + scores.alpha)
            value += alone[mine] - log(held - 1 + scores.alpha)
        logs[t] = value
        largest = max(largest, value)
        options += 1
    value = log(state.table[bit] + scores.alpha) + alone[mine]
    value += log(clusters / (clusters + total)) if clusters else 0.0
    if scores.flat:
        value = 0.0
    largest = max(largest, value)
    whole = exp(value - largest)
    for t in range(near):
        whole += exp(logs[t] - largest)
    point = np.random.random() * whole - exp(value - largest)  # noqa: NPY002
    chosen = -1
    if point >= 0.0 and options:
        for t in range(near):
            if logs[t] == -np.inf:
                continue
            chosen = touched[t]
            point -= exp(logs[t] - largest)
            if point < 0.0:
                break
    _put(i, chosen, mine, state, gain, known)
    for t in range(near):
        known[touched[t]] = 0


@_inner  # type: ignore[untyped-decorator]
def _take_out(i: int, graph: Any, state: Any, gain: Any, known: Any) -> None:
    """Take a record out; a cluster that it leaves empty frees its number."""
    mine, c = graph.list_of[i], state.label[i]
    if known[c] > 0:
        state.inside[c] -= gain[c]
        state.scored[c] -= known[c]
    state.size[c] -= 1
    state.members[c, mine] -= 1
    state.table[state.pattern[c]] -= 1
    if state.members[c, mine] == 0:
        state.pattern[c] -= 1 << mine
    if state.size[c] == 0:
        state.counts[0] -= 1
        state.free[state.counts[1]] = c
        state.counts[1] += 1
    else:
        state.table[state.pattern[c]] += 1


@_inner  # type: ignore[untyped-decorator]
def _put(i: int, chosen: int, mine: int, state: Any, gain: Any, known: Any) -> None:
    """Put a record into a cluster, or into one of its own."""
    if chosen < 0:
        state.counts[1] -= 1
        chosen = state.free[state.counts[1]]
        state.counts[0] += 1
        state.inside[chosen] = 0.0
        state.scored[chosen] = 0
    else:
        state.table[state.pattern[chosen]] -= 1
        state.inside[chosen] += gain[chosen]
        state.scored[chosen] += known[chosen]
    state.label[i] = chosen
    state.size[chosen] += 1
    state.members[chosen, mine] += 1
    state.pattern[chosen] |= 1 << mine
    state.table[state.pattern[chosen]] += 1


@_inner  # type: ignore[untyped-decorator]
def _draw_repeats(graph: Any, state: Any) -> None:
    """Draw the rate of further records on each list, given how many people it holds."""
    records = np.zeros(len(graph.unique))
    people = np.zeros(len(graph.unique))
    for i in range(len(graph.list_of)):
        records[graph.list_of[i]] += 1.0
    for x in range(1, len(state.table)):
        for k in range(len(graph.unique)):
            if (x >> k) & 1:
                people[k] += state.table[x]
    for k in range(len(graph.unique)):
        if graph.unique[k]:
            continue
        rate = state.repeats[k]
        here = _log_rate(rate, records[k], people[k])
        for step in STEPS:
            other = rate * exp(step * np.random.normal())  # noqa: NPY002
            there = _log_rate(other, records[k], people[k])
            if log(np.random.random()) < there - here:  # noqa: NPY002
                rate, here = other, there
        state.repeats[k] = rate


@_inner  # type: ignore[untyped-decorator]
def _log_rate(rate: float, records: float, people: float) -> float:
    """Log density of the log of a rate, up to a constant."""
    if rate < 1e-12 or rate > 50.0:
        return -np.inf
    return (records + SHAPE) * log(rate) - people * log(expm1(rate)) - RATE * rate
