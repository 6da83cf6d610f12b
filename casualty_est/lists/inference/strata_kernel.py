"""Compiled integrals over what the strata have of their own, one for each draw of what they share.

Given the shared parameters, the deviations of a stratum have a log density that is concave
everywhere: a multinomial in its natural parameters, and a normal prior. Newton's steps climb to its
top, and Laplace's formula integrates it, with the terms of the next order (Tierney and Kadane 1986,
doi 10.1080/01621459.1986.10478240).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Squared distance to the top, in posterior sds, at which a climb ends: what is left to climb is
# added, and where numbers are compared with their neighbours the end is nearer.
NEAR, NEARER = 1e-3, 1e-9
MOST_STEPS = 60
SLACK = 0.05  # squared sd of deviations at which a start is drawn half to zero
MOST_REFINED = 32  # histories, and
LARGE = 2000.0  # people, beyond which the next order is left out: its cost, or that it is nothing
MOST_ADDED = 0.3  # nats: where the next order is more, deviations are wild and no series helps
STEPS = 5  # of Metropolis from Laplace's normal, which correct its shape

_inner = njit(
    nogil=True, cache=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)
_jit = njit(nogil=True, cache=True, error_model="numpy")


class Strata(NamedTuple):
    """The tables of all strata over the histories of all lists; the first history is the empty."""

    counts: Array  # (stratum, history): people
    fold: Ints  # (stratum, history): what is left of a history on the lists at work there
    first: Ints  # (history + 1,): where the terms of a history begin in `term`
    term: Ints  # the lists that hold a person, then the pairs that both do, history by history
    kind: Ints  # (term,): which of the sds a term has
    start: Array  # (stratum, term): deviations from which the climbs start
    near: float  # squared distance to the top at which they end


class Stratum(NamedTuple):
    """One stratum, as one draw of the shared parameters has it."""

    weight: Array  # (history,): shares before any deviation, of the empty history too
    counts: Array  # (history,)
    scale: Array  # (term,): sds of the deviations
    first: Ints
    term: Ints


class Room(NamedTuple):
    """Working memory of one climb."""

    lower: Array  # (term, term): Cholesky factor of the curvature
    slope: Array  # (term,)
    step: Array
    tried: Array
    share: Array  # (history,)
    middle: Array  # (term,)
    white: Array  # (history, term)


@_inner  # type: ignore[untyped-decorator]
def _height(s: Any, z: Any, share: Any) -> float:
    """Log density of scaled deviations; shares of the histories that are seen."""
    value, people, total = 0.0, 0.0, 0.0
    for c in range(1, len(s.counts)):
        level = 0.0
        for k in range(s.first[c], s.first[c + 1]):
            level += s.scale[s.term[k]] * z[s.term[k]]
        value += s.counts[c] * level
        people += s.counts[c]
        share[c] = s.weight[c] * np.exp(level)
        total += share[c]
    for c in range(1, len(s.counts)):
        share[c] /= total
    value -= people * np.log(total)
    for t in range(len(z)):
        value -= 0.5 * z[t] * z[t]
    return float(value) if np.isfinite(value) else -np.inf


@_inner  # type: ignore[untyped-decorator]
def _curve(s: Any, z: Any, room: Any) -> float:
    """Slope and factor of the curvature, from the shares; half its log determinant."""
    terms, lower, slope = len(z), room.lower, room.slope
    people = 0.0
    for t in range(terms):
        slope[t] = 0.0
        for u in range(t + 1):
            lower[t, u] = 0.0
    for c in range(1, len(s.counts)):
        people += s.counts[c]
    for c in range(1, len(s.counts)):
        share = room.share[c]
        for k in range(s.first[c], s.first[c + 1]):
            t = s.term[k]
            slope[t] += share
            for j in range(s.first[c], k + 1):
                lower[t, s.term[j]] += share
    for t in range(terms):
        for u in range(t + 1):
            lower[t, u] = people * s.scale[t] * s.scale[u] * (lower[t, u] - slope[t] * slope[u])
        lower[t, t] += 1.0
    for t in range(terms):
        slope[t] *= -people
    for c in range(1, len(s.counts)):
        for k in range(s.first[c], s.first[c + 1]):
            slope[s.term[k]] += s.counts[c]
    for t in range(terms):
        slope[t] = s.scale[t] * slope[t] - z[t]
    half = 0.0
    for t in range(terms):
        for u in range(t + 1):
            value = lower[t, u]
            for k in range(u):
                value -= lower[t, k] * lower[u, k]
            lower[t, u] = np.sqrt(value) if t == u else value / lower[u, u]
        half += np.log(lower[t, t])
    return float(half)


@_inner  # type: ignore[untyped-decorator]
def _climb(s: Any, z: Any, room: Any, near: float) -> tuple[float, float]:
    """Climb from z to the top; its height, and half the log determinant of the curvature there."""
    terms = len(z)
    value = _height(s, z, room.share)
    half, gain = 0.0, 0.0
    for _ in range(MOST_STEPS):
        half = _curve(s, z, room)
        for t in range(terms):
            room.step[t] = room.slope[t]
            for u in range(t):
                room.step[t] -= room.lower[t, u] * room.step[u]
            room.step[t] /= room.lower[t, t]
        gain = 0.0
        for t in range(terms):
            gain += room.step[t] * room.step[t]
        if gain < near:
            break
        for t in range(terms - 1, -1, -1):
            for u in range(t + 1, terms):
                room.step[t] -= room.lower[u, t] * room.step[u]
            room.step[t] /= room.lower[t, t]
        length, height = 1.0, -np.inf
        while length > 1e-9:
            for t in range(terms):
                room.tried[t] = z[t] + length * room.step[t]
            height = _height(s, room.tried, room.share)
            if height > value:
                break
            length *= 0.5
        if not height > value:
            _height(s, z, room.share)
            gain = 0.0
            break
        value = height
        for t in range(terms):
            z[t] = room.tried[t]
    return value + 0.5 * gain, half


@_inner  # type: ignore[untyped-decorator]
def _next_order(s: Any, room: Any) -> float:
    """What the third and fourth derivatives at the top add to the log of Laplace's integral."""
    # They are cumulants of the terms of a person: sums over one history, and over two.
    histories, terms = len(s.counts), len(s.scale)
    people = 0.0
    for t in range(terms):
        room.middle[t] = 0.0
    for c in range(1, histories):
        people += s.counts[c]
        for k in range(s.first[c], s.first[c + 1]):
            room.middle[s.term[k]] += room.share[c]
    if histories > MOST_REFINED or people > LARGE:
        return 0.0
    for c in range(1, histories):
        white = room.white[c]
        for t in range(terms):
            white[t] = -room.middle[t]
        for k in range(s.first[c], s.first[c + 1]):
            white[s.term[k]] += 1.0
        for t in range(terms):
            white[t] *= s.scale[t]
            for u in range(t):
                white[t] -= room.lower[t, u] * white[u]
            white[t] /= room.lower[t, t]
    fourth, mean, square, chain, cube = 0.0, 0.0, 0.0, 0.0, 0.0
    for a in range(1, histories):
        own = 0.0
        for t in range(terms):
            own += room.white[a, t] * room.white[a, t]
        fourth += room.share[a] * own * own
        mean += room.share[a] * own
        for b in range(1, histories):
            both, other = 0.0, 0.0
            for t in range(terms):
                both += room.white[a, t] * room.white[b, t]
                other += room.white[b, t] * room.white[b, t]
            weight = room.share[a] * room.share[b]
            square += weight * both * both
            chain += weight * own * both * other
            cube += weight * both * both * both
    fourth -= mean * mean + 2.0 * square
    more = -people * fourth / 8.0 + people * people * (chain / 8.0 + cube / 12.0)
    # A series that does not converge there says nothing.
    return float(min(max(more, -MOST_ADDED), MOST_ADDED))


@_inner  # type: ignore[untyped-decorator]
def _room(histories: int, terms: int) -> Any:
    return Room(
        np.zeros((terms, terms)), np.zeros(terms), np.zeros(terms), np.zeros(terms),
        np.zeros(histories), np.zeros(terms), np.zeros((histories, terms)),
    )  # fmt: skip


@_inner  # type: ignore[untyped-decorator]
def _stratum(strata: Any) -> Any:
    histories, terms = len(strata.first) - 1, strata.start.shape[1]
    empty, none, flat = np.zeros(histories), np.zeros(histories), np.zeros(terms)
    return Stratum(empty, none, flat, strata.first, strata.term)


@_inner  # type: ignore[untyped-decorator]
def _fold(weight: Any, fold: Any, out: Any) -> None:
    """Add up the histories that differ in lists not at work only."""
    for c in range(len(weight)):
        out[c] = 0.0
    for c in range(len(weight)):
        out[fold[c]] += weight[c]


@_inner  # type: ignore[untyped-decorator]
def _start(z: Any, start: Any, scale: Any) -> None:
    for t in range(len(z)):
        z[t] = start[t] * scale[t] / (scale[t] * scale[t] + SLACK)


@_inner  # type: ignore[untyped-decorator]
def _to_top(s: Any, z: Any, room: Any, strata: Any, i: int, weight: Any) -> Any:
    """Lay out stratum i for one draw and climb to its top; as of `_climb`."""
    _fold(weight, strata.fold[i], s.weight)
    for c in range(len(s.counts)):
        s.counts[c] = strata.counts[i, c]
    _start(z, strata.start[i], s.scale)
    return _climb(s, z, room, strata.near)


@_inner  # type: ignore[untyped-decorator]
def _log_odds(s: Any, z: Any) -> float:
    """Log odds of being on no list."""
    total = 0.0
    for c in range(1, len(s.counts)):
        level = 0.0
        for k in range(s.first[c], s.first[c + 1]):
            level += s.scale[s.term[k]] * z[s.term[k]]
        total += s.weight[c] * np.exp(level)
    return float(np.log(s.weight[0]) - np.log(total))


@_jit  # type: ignore[untyped-decorator]
def integrate(weights: Any, sds: Any, strata: Any) -> tuple[Any, Any]:
    """Log likelihood of all strata (draw,), and log odds unseen at the tops (draw, stratum).

    weights (draw, history): shares of histories, of the empty one as odds; sds (draw, kind).
    """
    draws, histories = weights.shape
    count, terms = strata.start.shape
    likelihood, log_odds = np.zeros(draws), np.empty((draws, count))
    room, z = _room(histories, terms), np.zeros(terms)
    s = _stratum(strata)
    for d in range(draws):
        for t in range(terms):
            s.scale[t] = sds[d, strata.kind[t]]
        for i in range(count):
            height, half = _to_top(s, z, room, strata, i, weights[d])
            for c in range(histories):
                if s.counts[c] > 0:
                    likelihood[d] += s.counts[c] * np.log(s.weight[c])
            likelihood[d] += height - half + _next_order(s, room)
            log_odds[d, i] = _log_odds(s, z)
    return likelihood, log_odds


@_jit  # type: ignore[untyped-decorator]
def tops(weights: Any, sds: Any, strata: Any) -> Any:
    """Deviations of the strata at their tops, of shape (draw, stratum, term)."""
    draws, histories = weights.shape
    count, terms = strata.start.shape
    out = np.empty((draws, count, terms))
    room, z = _room(histories, terms), np.zeros(terms)
    s = _stratum(strata)
    for d in range(draws):
        for t in range(terms):
            s.scale[t] = sds[d, strata.kind[t]]
        for i in range(count):
            _to_top(s, z, room, strata, i, weights[d])
            for t in range(terms):
                out[d, i, t] = s.scale[t] * z[t]
    return out


@_jit  # type: ignore[untyped-decorator]
def draw(weights: Any, sds: Any, strata: Any, rng: Any) -> tuple[Any, Any]:
    """Draw what the strata have of their own.

    Shares of histories (draw, stratum, history), of the empty one as odds; deviations (draw,
    stratum, term).
    """
    draws, histories = weights.shape
    count, terms = strata.start.shape
    shares = np.empty((draws, count, histories))
    out = np.empty((draws, count, terms))
    room, z, at = _room(histories, terms), np.zeros(terms), np.zeros(terms)
    normal = np.zeros(terms)
    s = _stratum(strata)
    for d in range(draws):
        for t in range(terms):
            s.scale[t] = sds[d, strata.kind[t]]
        for i in range(count):
            _to_top(s, z, room, strata, i, weights[d])
            kept = -np.inf  # log weight of where the walk is: the first proposal is taken
            for _ in range(STEPS):
                square = 0.0
                for t in range(terms):
                    normal[t] = rng.standard_normal()
                    square += normal[t] * normal[t]
                for t in range(terms - 1, -1, -1):
                    for u in range(t + 1, terms):
                        normal[t] -= room.lower[u, t] * normal[u]
                    normal[t] /= room.lower[t, t]
                for t in range(terms):
                    room.tried[t] = z[t] + normal[t]
                here = _height(s, room.tried, room.share) + 0.5 * square
                if np.log(rng.random()) < here - kept:
                    kept = here
                    for t in range(terms):
                        at[t] = room.tried[t]
            _height(s, at, room.share)
            shares[d, i, 0] = np.exp(_log_odds(s, at))
            for c in range(1, histories):
                shares[d, i, c] = room.share[c]
            for t in range(terms):
                out[d, i, t] = s.scale[t] * at[t]
    return shares, out
