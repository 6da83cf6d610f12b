"""Compiled Gibbs sweeps for a stick of latent classes; people are moved history by history.

A ladder of thinned tables is swept beside the table itself. With few people the chain goes from one
mode to another, and what it finds there climbs the ladder by exchanges (Hukushima and Nemoto 1996,
doi 10.1143/JPSJ.65.1604). Round trips can still be rare: whether chains agree must be looked at.
The cost of a sweep grows with histories, lists and classes, not with people. Randomness is seeded
inside every call, so the answer does not depend on which thread ran it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A kernel that Python does not call needs no door for it. No array is assigned to another: for each
# time numba would compile the words of the error that it raises where shapes differ.
_inner = njit(nogil=True, cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)

SMALLEST = 1e-300
LARGEST = 1e15  # people: a float holds no single person beyond it


class State(NamedTuple):
    """Where a chain stands on every rung of the ladder."""

    alpha: Array  # (rung,): concentration
    log_shares: Array  # (rung, class)
    chances: Array  # (rung, class, list)


class Chains(NamedTuple):
    """Kept states, the draw on the first axis of one chain and on the second of several."""

    unlisted: Ints  # (draw,): people on no list
    alpha: Array  # (draw,)
    log_shares: Array  # (draw, class)
    chances: Array  # (draw, class, list)


class Plan(NamedTuple):
    """How to sweep, and the prior of the concentration."""

    thin: int  # sweeps for each state that is kept
    between: int  # sweeps between two exchanges of neighbouring rungs
    shape: float
    rate: float


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def run(seed: int, histories: Any, counts: Any, state: Any, kept: Any, plan: Any) -> None:
    """Sweep on from a state on every rung, changed in place; keep some states of the first."""
    # From time to time neighbouring rungs of the `counts` (rung, history) may exchange states.
    alpha, log_shares, chances = state
    thin, between, shape, rate = plan
    np.random.seed(seed)  # noqa: NPY002 - compiled code has no Generator that can be seeded inside
    rungs, classes, lists = chances.shape
    held, on, weight = np.empty(classes), np.empty((classes, lists)), np.empty(classes)
    fit = np.empty((rungs, counts.shape[1]))
    held[:] = 0.0
    on[:] = 0.0
    for i in range(len(kept.unlisted)):
        for t in range(thin):
            for r in range(rungs):
                people = counts[r].sum()
                missed = _unlisted(people, log_shares[r], chances[r], histories, weight)
                _scatter(missed, weight, held, on, histories, -1)
                for h in range(counts.shape[1]):
                    _weights(histories, h, log_shares[r], chances[r], weight)
                    _scatter(counts[r, h], weight, held, on, histories, h)
                _reorder(held, on, alpha[r])
                for k in range(classes):
                    for j in range(lists):
                        a = np.random.gamma(1.0 + on[k, j], 1.0)  # noqa: NPY002
                        b = np.random.gamma(1.0 + held[k] - on[k, j], 1.0)  # noqa: NPY002
                        chances[r, k, j] = a / (a + b)
                log_left = _break_stick(held, alpha[r], log_shares[r])
                alpha[r] = np.random.gamma(  # noqa: NPY002
                    shape + classes - 1.0, 1.0 / (rate - log_left)
                )
                held[:] = 0.0
                on[:] = 0.0
            if rungs > 1 and (i * thin + t) % between == 0:
                _exchange(histories, counts, state, fit, weight)
        people = counts[0].sum()
        kept.unlisted[i] = _unlisted(people, log_shares[0], chances[0], histories, weight)
        kept.alpha[i] = alpha[0]
        for k in range(classes):
            kept.log_shares[i, k] = log_shares[0, k]
            for j in range(lists):
                kept.chances[i, k, j] = chances[0, k, j]


@_inner  # type: ignore[untyped-decorator]
def _unlisted(people: int, log_shares: Any, chances: Any, histories: Any, weight: Any) -> int:
    """Draw the people on no list, and leave the weights of their classes."""
    missed = _weights(histories, -1, log_shares, chances, weight)
    odds = missed / max(1.0 - missed, SMALLEST)
    mean = min(np.random.gamma(people, 1.0) * odds, LARGEST)  # noqa: NPY002
    drawn: int = np.random.poisson(mean)  # noqa: NPY002
    return drawn


@_inner  # type: ignore[untyped-decorator]
def _exchange(histories: Any, counts: Any, state: Any, fit: Any, weight: Any) -> None:
    """Let every second pair of neighbouring rungs exchange states, by Metropolis' rule."""
    # Classes and people on no list are summed out: only the likelihood of the listed judges.
    alpha, log_shares, chances = state
    rungs = len(alpha)
    for r in range(rungs):
        missed = _weights(histories, -1, log_shares[r], chances[r], weight)
        log_seen = np.log(max(1.0 - missed, SMALLEST))
        for h in range(counts.shape[1]):
            chance = _weights(histories, h, log_shares[r], chances[r], weight)
            fit[r, h] = np.log(max(chance, SMALLEST)) - log_seen
    for r in range(np.random.randint(0, 2), rungs - 1, 2):  # noqa: NPY002
        gain = 0.0
        for h in range(counts.shape[1]):
            gain += (counts[r, h] - counts[r + 1, h]) * (fit[r + 1, h] - fit[r, h])
        if np.log(np.random.random()) < gain:  # noqa: NPY002
            alpha[r], alpha[r + 1] = alpha[r + 1], alpha[r]
            for k in range(log_shares.shape[1]):
                log_shares[r, k], log_shares[r + 1, k] = log_shares[r + 1, k], log_shares[r, k]
                _swap(chances[r, k], chances[r + 1, k])


@_inner  # type: ignore[untyped-decorator]
def _swap(one: Any, other: Any) -> None:
    for j in range(len(one)):
        one[j], other[j] = other[j], one[j]


@_inner  # type: ignore[untyped-decorator]
def _weights(histories: Any, h: int, log_shares: Any, chances: Any, weight: Any) -> float:
    """Chance of each class with history h, the empty one where h is -1; return their sum."""
    total = 0.0
    for k in range(len(weight)):
        weight[k] = np.exp(log_shares[k])
        for j in range(chances.shape[1]):
            listed = h >= 0 and histories[h, j]
            weight[k] *= chances[k, j] if listed else 1.0 - chances[k, j]
        total += weight[k]
    return total


@_inner  # type: ignore[untyped-decorator]
def _scatter(people: int, weight: Any, held: Any, on: Any, histories: Any, h: int) -> None:
    """Give every one of some people a class, by weight, and count them."""
    left = weight.sum()
    for k in range(len(weight)):
        if people == 0:
            break
        part = people
        if k < len(weight) - 1:
            part = binomial(people, min(1.0, weight[k] / max(left, SMALLEST)))
        left -= weight[k]
        people -= part
        held[k] += part
        if h >= 0:
            for j in range(on.shape[1]):
                if histories[h, j]:
                    on[k, j] += part


@_inner  # type: ignore[untyped-decorator]
def _reorder(held: Any, on: Any, alpha: float) -> None:
    """Let neighbours on the stick change places, by Metropolis' rule."""
    # Sweeps alone hardly ever move a class with many people along the stick, and the concentration
    # follows the order. With sticks and chances summed out, a class of a people before one of b,
    # T people behind both, changes places at odds of (alpha + b + T) to (alpha + a + T);
    # Papaspiliopoulos and Roberts 2008, doi 10.1093/biomet/asm086. The last class has no stick.
    for k in range(len(held) - 2):
        after = alpha + held[k + 2 :].sum()
        if np.random.random() * (after + held[k]) < after + held[k + 1]:  # noqa: NPY002
            held[k], held[k + 1] = held[k + 1], held[k]
            _swap(on[k], on[k + 1])


@_inner  # type: ignore[untyped-decorator]
def _break_stick(held: Any, alpha: float, log_shares: Any) -> float:
    """Draw the shares given the people of each class; return the log of the last one."""
    log_left, behind = 0.0, held.sum()
    for k in range(len(held) - 1):
        behind -= held[k]
        # Logs of a beta and of its rest: a stick that is nearly used up must not read as 0.
        a, b = _log_gamma(1.0 + held[k]), _log_gamma(alpha + behind)
        both = max(a, b) + np.log1p(np.exp(-abs(a - b)))
        log_shares[k] = log_left + a - both
        log_left += b - both
    log_shares[-1] = log_left
    return log_left


@_inner  # type: ignore[untyped-decorator]
def _log_gamma(shape: float) -> float:
    """Log of a gamma draw; one with a small shape would underflow."""
    log_uniform = np.log1p(-np.random.random())  # noqa: NPY002
    return float(np.log(np.random.gamma(shape + 1.0, 1.0)) + log_uniform / shape)  # noqa: NPY002


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def binomial(n: int, p: float) -> int:
    """A binomial draw in time that grows with log n only."""
    # Of n uniform numbers the one in the middle is a beta; whether it lies below p settles half of
    # them (Devroye 1986, Non-Uniform Random Variate Generation, section X.4.3). Where few successes
    # or few failures are left, their number is successes by inversion.
    successes = 0
    while n > 0 and n * min(p, 1.0 - p) > 10.0:
        middle = n // 2 + 1
        a = np.random.gamma(middle, 1.0)  # noqa: NPY002
        b = np.random.gamma(n + 1 - middle, 1.0)  # noqa: NPY002
        x = a / (a + b)
        if x <= p:
            successes += middle
            n -= middle
            p = (p - x) / (1.0 - x)
        else:
            n = middle - 1
            p = p / x
    if n == 0 or p <= 0.0:
        return successes
    if p >= 1.0:
        return successes + n
    q = min(p, 1.0 - p)
    u, mass, k = np.random.random(), np.exp(n * np.log1p(-q)), 0  # noqa: NPY002
    while u > mass and k < n:
        u -= mass
        k += 1
        mass *= (n - k + 1) / k * q / (1.0 - q)
    return successes + (k if p <= 0.5 else n - k)
