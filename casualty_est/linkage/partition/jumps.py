"""Compiled moves of whole clusters: two become one, or one becomes two.

Records that belong together beyond doubt never part one by one, so single records cannot carry
such clusters to each other. A candidate pair is chosen; if its ends lie in two clusters, these are
proposed as one, and if in one, its records are dealt out to both ends, one after the other, by
their scores to those already dealt (Dahl 2005; Jain and Neal 2004, doi 10.1198/1061860043001).
"""

from __future__ import annotations

from math import exp, expm1, log
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

_inner = njit(nogil=True, cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)

MOST = 64  # records of both clusters together
STEEPEST = 30.0  # nats, of the odds by which a record is dealt out


class Desk(NamedTuple):
    """Room to work in, made once: a jump is too quick for new arrays."""

    side: npt.NDArray[np.int64]  # (record,): 0 with i, 1 with j, -1 elsewhere
    inside: npt.NDArray[np.int64]
    stack: npt.NDArray[np.int64]
    sums: npt.NDArray[np.float64]  # (3,): scores with i, with j, across
    pairs: npt.NDArray[np.int64]  # (3,): their number
    members: npt.NDArray[np.int64]  # (2, list)
    sizes: npt.NDArray[np.int64]  # (2,)
    patterns: npt.NDArray[np.int64]  # (2,)


class Proposal(NamedTuple):
    """Records that are to be one cluster, or two."""

    i: int  # ends of the pair that was chosen
    j: int
    a: int  # their clusters now
    b: int
    joining: bool
    inside: npt.NDArray[np.int64]  # (record,): of both clusters, in order
    desk: Desk


@_inner  # type: ignore[untyped-decorator]
def evidence(inside: float, scored: int, size: int, scores: Any) -> float:
    """Score of a cluster, from the sum and the number of its scored pairs."""
    if size < 2:
        return 0.0
    pairs = size * (size - 1) / 2
    other = inside / scored if scores.unknown and scored else scores.other
    return float((inside + (pairs - scored) * other) * (2.0 / size) ** scores.kappa)


@_inner  # type: ignore[untyped-decorator]
def jump(p: int, graph: Any, state: Any, scores: Any, desk: Any) -> None:
    """Propose to join or to part the clusters at the ends of a pair; sides are all -1."""
    i, j = graph.one[p], graph.two[p]
    a, b = state.label[i], state.label[j]
    joining = a != b
    whole = state.size[a] + (state.size[b] if joining else 0)
    if whole < 3 or whole > MOST:
        return
    if joining:
        for k in range(len(graph.unique)):
            if graph.unique[k] and state.members[a, k] and state.members[b, k]:
                return
    side = desk.side
    many = _gather(i, a, graph, state, desk.inside, 0, side)
    if joining:
        many = _gather(j, b, graph, state, desk.inside, many, side)
    inside = desk.inside[:many]
    _sort(inside)
    for k in inside:
        side[k] = -1
    move = Proposal(i, j, a, b, joining, inside, desk)
    _settle(move, _deal(move, graph, state, scores), graph, state, scores)
    for k in inside:
        side[k] = -1


@_inner  # type: ignore[untyped-decorator]
def _sort(values: Any) -> None:
    """Sort few values in place: the order may not tell in which cluster a record was."""
    for at in range(1, len(values)):
        value, before = values[at], at - 1
        while before >= 0 and values[before] > value:
            values[before + 1] = values[before]
            before -= 1
        values[before + 1] = value


@_inner  # type: ignore[untyped-decorator]
def _gather(begin: int, c: int, graph: Any, state: Any, into: Any, many: int, seen: Any) -> int:
    """Append the records of a cluster, which candidate pairs connect, and mark them."""
    at = many
    into[many] = begin
    seen[begin] = 2
    many += 1
    while at < many:
        here = into[at]
        at += 1
        for e in range(graph.start[here], graph.start[here + 1]):
            other = graph.other[e]
            if state.label[other] == c and seen[other] < 0:
                seen[other] = 2
                into[many] = other
                many += 1
    return many


@_inner  # type: ignore[untyped-decorator]
def _deal(move: Any, graph: Any, state: Any, scores: Any) -> float:
    """Deal records out to the sides of i and j; log probability of where they came to lie."""
    side = move.desk.side
    side[move.i], side[move.j] = 0, 1
    value = 0.0
    for k in move.inside:
        if k in (move.i, move.j):
            continue
        odds = 0.0  # of the side of j
        for e in range(graph.start[k], graph.start[k + 1]):
            at = side[graph.other[e]]
            if at >= 0:
                odds += scores.of_pair[graph.pair[e]] * (2 * at - 1)
        odds = min(max(odds, -STEEPEST), STEEPEST)
        second = 1.0 / (1.0 + exp(-odds))
        if move.joining:
            chosen = 1 if state.label[k] == move.b else 0
        else:
            chosen = 1 if np.random.random() < second else 0  # noqa: NPY002
        side[k] = chosen
        value += log(second) if chosen else log(1.0 / (1.0 + exp(odds)))
    return value


@_inner  # type: ignore[untyped-decorator]
def _connected(begin: int, at: int, many: int, graph: Any, desk: Any) -> bool:
    """Whether candidate pairs connect the records of one side."""
    stack, side = desk.stack, desk.side
    stack[0], top, reached = begin, 1, 1
    side[begin] = at + 10
    while top:
        top -= 1
        here = stack[top]
        for e in range(graph.start[here], graph.start[here + 1]):
            other = graph.other[e]
            if side[other] == at:
                side[other] = at + 10
                stack[top] = other
                top += 1
                reached += 1
    return reached == many


@_inner  # type: ignore[untyped-decorator]
def _settle(move: Any, chance: float, graph: Any, state: Any, scores: Any) -> None:
    """Accept or refuse, by the posterior of one cluster against that of two."""
    desk, inside = move.desk, move.inside
    side, sums, pairs, members = desk.side, desk.sums, desk.pairs, desk.members
    sizes, patterns = desk.sizes, desk.patterns
    sums[:], pairs[:], members[:], sizes[:], patterns[:] = 0.0, 0, 0, 0, 0
    for k in inside:
        at = side[k]
        sizes[at] += 1
        members[at, graph.list_of[k]] += 1
        patterns[at] |= 1 << graph.list_of[k]
        for e in range(graph.start[k], graph.start[k + 1]):
            other = graph.other[e]
            if k < other and side[other] >= 0:
                where = at if side[other] == at else 2
                sums[where] += scores.of_pair[graph.pair[e]]
                pairs[where] += 1
    if not move.joining and not (
        _connected(move.i, 0, sizes[0], graph, desk)
        and _connected(move.j, 1, sizes[1], graph, desk)
    ):
        return
    total, count, size = sums.sum(), pairs.sum(), sizes.sum()
    value = evidence(total, count, size, scores)
    value -= evidence(sums[0], pairs[0], sizes[0], scores)
    value -= evidence(sums[1], pairs[1], sizes[1], scores)
    value += _log_prior(move.joining, members, patterns, graph, state, scores)
    ratio = value + chance if move.joining else -value - chance
    if log(np.random.random()) >= ratio:  # noqa: NPY002
        return
    both, a, b = patterns[0] | patterns[1], move.a, move.b
    if move.joining:
        for k in inside:
            state.label[k] = a
        state.table[patterns[0]] -= 1
        state.table[patterns[1]] -= 1
        state.table[both] += 1
        state.size[a], state.pattern[a] = size, both
        state.inside[a], state.scored[a] = total, count
        for k in range(len(graph.unique)):
            state.members[a, k] = members[0, k] + members[1, k]
        state.size[b], state.members[b], state.pattern[b] = 0, 0, 0
        state.inside[b], state.scored[b] = 0.0, 0
        state.free[state.counts[1]] = b
        state.counts[1] += 1
        state.counts[0] -= 1
        return
    state.counts[1] -= 1
    new = state.free[state.counts[1]]
    state.counts[0] += 1
    for k in inside:
        if side[k] == 11:
            state.label[k] = new
    state.table[both] -= 1
    for at, c in ((0, a), (1, new)):
        state.table[patterns[at]] += 1
        state.size[c], state.pattern[c] = sizes[at], patterns[at]
        state.inside[c], state.scored[c] = sums[at], pairs[at]
        state.members[c] = members[at]


@_inner  # type: ignore[untyped-decorator]
def _log_prior(
    joining: bool, members: Any, patterns: Any, graph: Any, state: Any, scores: Any
) -> float:
    """Log prior of one cluster against that of the two."""
    if scores.flat:
        return 0.0
    x, y = patterns[0], patterns[1]
    z = x | y
    alpha = scores.alpha
    total = ((1 << len(graph.unique)) - 1) * alpha
    clusters = state.counts[0] - 1 if joining else state.counts[0]  # with one
    rest_x, rest_y, rest_z = state.table[x], state.table[y], state.table[z]
    if joining:  # people besides those in hand
        rest_x -= 1 + (x == y)
        rest_y -= 1 + (x == y)
        rest_z -= (x == z) + (y == z)
    else:
        rest_z -= 1
        rest_x -= x == z
        rest_y -= y == z
    value = log(clusters + total) - log(clusters)
    value += log(rest_z + alpha) - log(rest_x + alpha) - log(rest_y + (x == y) + alpha)
    for k in range(len(graph.unique)):
        if members[0, k] and members[1, k] and not graph.unique[k]:
            value += log(expm1(state.repeats[k]))
    return value
