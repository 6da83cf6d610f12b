"""The moves of sequential Monte Carlo for latent classes, compiled: the hot loop of the average.

The same moves as `casualty_est.inference.lists.smc` makes for any member, one particle at a time,
so that two runs use two cores. Randomness is seeded inside every call, so the answer does not
depend on which thread ran it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _densities(
    theta: Any,
    classes: int,
    lists: int,
    members: Any,
    ends: Any,
    counts: Any,
    whitening: Any,
    centre: float,
    constant: float,
    odds_of: Any,
    shares: Any,
    cells: Any,
) -> tuple[float, float, float]:
    """Log prior, log likelihood, log odds of being on no list."""
    top = 0.0
    for k in range(classes - 1):
        top = max(top, theta[classes * lists + k])
    total, log_prior = 0.0, constant
    for k in range(classes):
        ratio = (theta[classes * lists + k] if k < classes - 1 else 0.0) - top
        shares[k] = np.exp(ratio)
        total += shares[k]
        log_prior += ratio
    log_prior -= classes * np.log(total)
    for i in range(classes * lists):
        white = 0.0
        for j in range(i + 1):
            white += whitening[i, j] * (theta[j] - centre)
        log_prior -= 0.5 * white * white
    cells[:] = 0.0
    unseen = 0.0
    for k in range(classes):
        every = total
        for j in range(lists):
            odds_of[j] = np.exp(theta[k * lists + j])
            every *= 1.0 + odds_of[j]
        empty = shares[k] / every
        unseen += empty
        for h in range(len(counts)):
            weight = empty
            for m in range(ends[h], ends[h + 1]):
                weight *= odds_of[members[m]]
            cells[h] += weight
    log_likelihood = 0.0
    people = 0.0
    for h in range(len(counts)):
        log_likelihood += counts[h] * np.log(cells[h])
        people += counts[h]
    log_seen = np.log1p(-unseen) if unseen < 1.0 else -np.inf
    log_likelihood -= people * log_seen
    if not np.isfinite(log_likelihood):
        return log_prior, -np.inf, 0.0
    return log_prior, log_likelihood, np.log(unseen) - log_seen


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def move(
    theta: Any,
    prior: Any,
    likelihood: Any,
    odds: Any,
    scale: Any,
    heat: float,
    moves: int,
    seed: int,
    classes: int,
    lists: int,
    members: Any,
    ends: Any,
    counts: Any,
    whitening: Any,
    centre: float,
    constant: float,
    crossover: Any,
    whole_share: float,
    jitter: float,
    accept: float,
) -> None:
    """Move all particles in place, `moves` times, each half along differences of the other."""
    np.random.seed(seed)  # noqa: NPY002 - compiled code has no Generator that can be seeded inside
    particles, size = theta.shape
    half = particles // 2
    tried = np.empty(size)
    odds_of, shares, cells = np.empty(lists), np.empty(classes), np.empty(len(counts))
    order = np.arange(particles)
    for _ in range(moves):
        for i in range(particles - 1, 0, -1):
            j = np.random.randint(0, i + 1)  # noqa: NPY002
            order[i], order[j] = order[j], order[i]
        for side in range(2):
            first, last = (0, half) if side == 0 else (half, particles)
            other, others = (half, particles - half) if side == 0 else (0, half)
            kind = np.random.randint(0, len(crossover))  # noqa: NPY002
            chance = crossover[kind]
            whole = np.random.random() < whole_share  # noqa: NPY002
            length = 1.0 if whole else scale[kind] * 2.38 / np.sqrt(2.0 * size * chance)
            taken = 0
            for place in range(first, last):
                i = order[place]
                a = np.random.randint(0, others)  # noqa: NPY002
                b = np.random.randint(0, others - 1)  # noqa: NPY002
                b += b >= a
                one, two = order[other + a], order[other + b]
                for d in range(size):
                    tried[d] = theta[i, d]
                    u = np.random.random()  # noqa: NPY002
                    if u < chance:
                        tried[d] += length * (theta[one, d] - theta[two, d])
                        tried[d] += jitter * (u - 0.5 * chance)
                found = _densities(
                    tried,
                    classes,
                    lists,
                    members,
                    ends,
                    counts,
                    whitening,
                    centre,
                    constant,
                    odds_of,
                    shares,
                    cells,
                )
                gain = found[0] - prior[i] + heat * (found[1] - likelihood[i])
                if np.log(np.random.random()) < gain:  # noqa: NPY002
                    theta[i] = tried
                    prior[i], likelihood[i], odds[i] = found
                    taken += 1
            if not whole:
                scale[kind] *= np.exp(0.5 * (taken / (last - first) - accept))
