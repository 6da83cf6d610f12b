"""Compiled Gibbs sweeps for a stick of latent classes; people are moved history by history.

The cost of a sweep grows with histories, lists and classes, not with people. Randomness is seeded
inside every call, so the answer does not depend on which thread ran it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

SMALLEST = 1e-300
LARGEST = 1e15  # people: a float holds no single person beyond it


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def run(
    seed: int,
    histories: Any,
    counts: Any,
    shape: float,
    rate: float,
    alpha: Any,
    log_shares: Any,
    chances: Any,
    thin: int,
    kept_unlisted: Any,
    kept_alpha: Any,
    kept_log_shares: Any,
    kept_chances: Any,
) -> None:
    """Sweep on from a state, which is changed in place, and keep every `thin`-th state.

    The state is `alpha` (1,), `log_shares` (class,) and `chances` (class, list); people on no list
    are drawn afresh in each sweep, and all people fall into classes anew.
    """
    np.random.seed(seed)  # noqa: NPY002 - compiled code has no Generator that can be seeded inside
    classes, lists = chances.shape
    people = counts.sum()
    held, on, weight = np.empty(classes), np.empty((classes, lists)), np.empty(classes)
    unlisted = 0
    for i in range(len(kept_unlisted)):
        for _ in range(thin):
            missed = _weights(histories, -1, log_shares, chances, weight)
            odds = missed / max(1.0 - missed, SMALLEST)
            unlisted = np.random.poisson(  # noqa: NPY002
                min(np.random.gamma(people, 1.0) * odds, LARGEST)  # noqa: NPY002
            )
            held[:] = 0.0
            on[:] = 0.0
            _scatter(unlisted, weight, held, on, histories, -1)
            for h in range(len(counts)):
                _weights(histories, h, log_shares, chances, weight)
                _scatter(counts[h], weight, held, on, histories, h)
            for k in range(classes):
                for j in range(lists):
                    a = np.random.gamma(1.0 + on[k, j], 1.0)  # noqa: NPY002
                    b = np.random.gamma(1.0 + held[k] - on[k, j], 1.0)  # noqa: NPY002
                    chances[k, j] = a / (a + b)
            log_left = _break_stick(held, alpha[0], log_shares)
            alpha[0] = np.random.gamma(shape + classes - 1.0, 1.0 / (rate - log_left))  # noqa: NPY002
        kept_unlisted[i], kept_alpha[i] = unlisted, alpha[0]
        kept_log_shares[i], kept_chances[i] = log_shares, chances


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
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


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
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


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
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


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _log_gamma(shape: float) -> float:
    """Log of a gamma draw; one with a small shape would underflow."""
    log_uniform = np.log1p(-np.random.random())  # noqa: NPY002
    return float(np.log(np.random.gamma(shape + 1.0, 1.0)) + log_uniform / shape)  # noqa: NPY002


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def binomial(n: int, p: float) -> int:
    """A binomial draw in time that grows with log n only.

    Of n uniform numbers the one in the middle is a beta; whether it lies below p settles half of
    them (Devroye 1986, Non-Uniform Random Variate Generation, section X.4.3). Where few successes
    or few failures are left, their number is found by inversion.
    """
    found = 0
    while n > 0 and n * min(p, 1.0 - p) > 10.0:
        middle = n // 2 + 1
        a = np.random.gamma(middle, 1.0)  # noqa: NPY002
        b = np.random.gamma(n + 1 - middle, 1.0)  # noqa: NPY002
        x = a / (a + b)
        if x <= p:
            found += middle
            n -= middle
            p = (p - x) / (1.0 - x)
        else:
            n = middle - 1
            p = p / x
    if n == 0 or p <= 0.0:
        return found
    if p >= 1.0:
        return found + n
    q = min(p, 1.0 - p)
    u, mass, k = np.random.random(), np.exp(n * np.log1p(-q)), 0  # noqa: NPY002
    while u > mass and k < n:
        u -= mass
        k += 1
        mass *= (n - k + 1) / k * q / (1.0 - q)
    return found + (k if p <= 0.5 else n - k)
