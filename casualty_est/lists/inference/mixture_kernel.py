"""Densities and moves of mixtures of independent lists, compiled: the hot loop of the average.

Particles go through in batches, and the batch is the innermost loop of everything, which the
compiler turns into vector instructions; exp and log are polynomials for the same reason, right to
a few units in the last place. The moves are those that `casualty_est.lists.inference.smc` makes for
any member; they let go of the interpreter, so that two runs use two cores.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from casualty_est.lists.families import visibility
from casualty_est.lists.families.member import BY_CLASS, COMMON_SD, LIST_MEAN, LIST_SD

BATCH = 64  # particles that go through together
BLOCK = 5  # lists whose 2^5 products are written out at once
POINTS = np.ascontiguousarray(visibility.POINTS, dtype=float)
NODE_WEIGHTS = np.exp(visibility.LOG_WEIGHTS)

_jit = njit(nogil=True, cache=True, error_model="numpy")
# A kernel that Python does not call needs no door for it. No array is assigned to another: for each
# time numba would compile the words of the error that it raises where shapes differ.
_inner = njit(
    nogil=True, cache=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)

LOADING_MEAN, LOADING_SD = visibility.LOADING_MEAN, visibility.LOADING_SD
PAIR_SD = visibility.PAIR_SD
# Natural log of 2 in two parts, the first with trailing zeros: a multiple of it is exact.
LOG_2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)
MANTISSA, UNIT = np.int64(0x000FFFFFFFFFFFFF), np.int64(0x3FF0000000000000)
SHIFT, BIAS = np.int64(52), np.int64(1023)
ROOT_2 = 2**0.5
Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Form(NamedTuple):
    """One member over one table."""

    kind: int
    components: int  # classes, or nodes
    lists: int
    one: int  # two lists that interact, -1 where none do
    two: int
    first: Ints  # (block + 1,): first list of each block
    product: Ints  # (block, history): which product of a block a history takes
    start: Ints  # (history + 1,): where its lists begin in `on`; none where products are quicker
    on: Ints  # lists of all histories, one after the other
    counts: Array  # (history,): people with each history
    both: float  # people on both lists that interact
    precisions: Array  # (4,): of the grand mean, of lists, of classes, of a class's own in a list
    constant: float  # of the log prior
    spread: float  # sd of the log loadings of lists


class Cloud(NamedTuple):
    """Particles (particle, size), and what is known of each (particle,)."""

    theta: Array
    prior: Array
    likelihood: Array
    odds: Array


class Moves(NamedTuple):
    """How particles move: see `casualty_est.lists.inference.smc`."""

    heat: float
    times: int
    crossover: Array  # chances of a coordinate to move
    whole: float
    jitter: float
    accept: float


class Room(NamedTuple):
    """What a batch of parameters is computed in; the last axis is the batch."""

    theta: Array  # (size,)
    result: Array  # (3,): log prior, log likelihood, log odds of being on no list
    shares: Array  # (component,)
    chance: Array  # (component, list)
    table: Array  # (block, product)
    cells: Array  # (history,)
    work: Array  # (5,)


@njit(inline="always", error_model="numpy")  # type: ignore[untyped-decorator]
def exp(x: Any) -> Any:
    """exp(x), from 2^k and the Taylor series of the rest; beyond +-700 as there."""
    x = min(max(x, -700.0), 700.0)
    k = np.floor(x / 0.6931471805599453 + 0.5)
    r = (x - k * LOG_2[0]) - k * LOG_2[1]
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = (p * r + 0.5) * r * r + r + 1.0
    return p * np.int64((np.int64(k) + BIAS) << SHIFT).view(np.float64)


@njit(inline="always", error_model="numpy")  # type: ignore[untyped-decorator]
def log(x: Any) -> Any:
    """log(x) of a positive number that is not denormal, from its exponent and a series in s."""
    bits = np.float64(x).view(np.int64)
    k = float((bits >> SHIFT) - BIAS)
    m = np.int64((bits & MANTISSA) | UNIT).view(np.float64)
    large = m > ROOT_2
    m = 0.5 * m if large else m
    k = k + 1.0 if large else k
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 1.0 / 21.0
    p = p * z + 1.0 / 19.0
    p = p * z + 1.0 / 17.0
    p = p * z + 1.0 / 15.0
    p = p * z + 1.0 / 13.0
    p = p * z + 1.0 / 11.0
    p = p * z + 1.0 / 9.0
    p = p * z + 1.0 / 7.0
    p = p * z + 1.0 / 5.0
    p = p * z + 1.0 / 3.0
    return k * LOG_2[0] + (2.0 * s * (1.0 + z * p) + k * LOG_2[1])


@_inner  # type: ignore[untyped-decorator]
def _prior_classes(
    theta: Any, components: int, lists: int, precisions: Any, work: Any, prior: Any
) -> None:
    """Quadratic form of log odds, by the contrasts of a two-way table."""
    grand, row, squares = work[0], work[1], work[2]
    size = components * lists
    for b in range(BATCH):
        grand[b] = 0.0
        squares[b] = 0.0
    for i in range(size):
        for b in range(BATCH):
            off = theta[i, b] - LIST_MEAN
            grand[b] += off
            squares[b] += off * off
    # Squares are counted by contrast: each sum of squares holds those of coarser contrasts.
    for b in range(BATCH):
        middle = grand[b] * grand[b] / size
        prior[b] -= 0.5 * (
            precisions[3] * squares[b]
            + (precisions[0] - precisions[1] - precisions[2] + precisions[3]) * middle
        )
    for k in range(components):
        for b in range(BATCH):
            row[b] = 0.0
        for j in range(lists):
            for b in range(BATCH):
                row[b] += theta[k * lists + j, b] - LIST_MEAN
        for b in range(BATCH):
            prior[b] -= 0.5 * (precisions[2] - precisions[3]) * row[b] * row[b] / lists
    for j in range(lists):
        for b in range(BATCH):
            row[b] = 0.0
        for k in range(components):
            for b in range(BATCH):
                row[b] += theta[k * lists + j, b] - LIST_MEAN
        for b in range(BATCH):
            prior[b] -= 0.5 * (precisions[1] - precisions[3]) * row[b] * row[b] / components


@_inner  # type: ignore[untyped-decorator]
def _prior_visibility(theta: Any, lists: int, pair: int, total: Any, prior: Any) -> None:
    for b in range(BATCH):
        prior[b] -= 0.5 * ((theta[lists, b] - LOADING_MEAN) / LOADING_SD) ** 2
    for b in range(BATCH):
        total[b] = 0.0
    for j in range(lists):
        for b in range(BATCH):
            off, loading = theta[j, b] - LIST_MEAN, theta[lists + 1 + j, b]
            total[b] += off
            prior[b] -= 0.5 * (off * off / LIST_SD**2 + loading * loading)
    # What all lists have in common varies more than each by itself.
    less = (1.0 / LIST_SD**2 - 1.0 / (LIST_SD**2 + lists * COMMON_SD**2)) / lists
    for b in range(BATCH):
        prior[b] += 0.5 * less * total[b] * total[b]
    if pair >= 0:
        for b in range(BATCH):
            prior[b] -= 0.5 * (theta[2 * lists + 1, b] / PAIR_SD) ** 2


@_inner  # type: ignore[untyped-decorator]
def _classes(
    theta: Any, components: int, lists: int, shares: Any, chance: Any, work: Any, prior: Any
) -> None:
    """Share of every class, odds against each list there, and the log prior of the shares."""
    top, total = work[0], work[1]
    base = components * lists
    for b in range(BATCH):
        top[b] = 0.0
        total[b] = 0.0
    for k in range(components - 1):
        for b in range(BATCH):
            top[b] = max(top[b], theta[base + k, b])
    for k in range(components):
        for b in range(BATCH):
            ratio = (theta[base + k, b] if k < components - 1 else 0.0) - top[b]
            shares[k, b] = exp(ratio)
            total[b] += shares[k, b]
            prior[b] += ratio
    for b in range(BATCH):
        prior[b] -= components * log(total[b])
    for k in range(components):
        for b in range(BATCH):
            shares[k, b] /= total[b]
    for k in range(components):
        for j in range(lists):
            for b in range(BATCH):
                chance[k, j, b] = exp(-theta[k * lists + j, b])


@_inner  # type: ignore[untyped-decorator]
def _in_order(theta: Any, components: int, lists: int) -> bool:
    """Whether the classes stand by their mean log odds, as `LatentClasses.relabel` puts them."""
    before = -np.inf
    for k in range(components):
        total = 0.0
        for j in range(lists):
            total += theta[k * lists + j]
        if total < before:
            return False
        before = total
    return True


@_inner  # type: ignore[untyped-decorator]
def _nodes(
    theta: Any, components: int, lists: int, spread: float, shares: Any, chance: Any, work: Any
) -> None:
    """Share of every node of the integral, and odds against each list there."""
    middle = components // 2
    against, loading = work[0], work[1]
    for k in range(components):
        for b in range(BATCH):
            shares[k, b] = NODE_WEIGHTS[k]
    for j in range(lists):
        for b in range(BATCH):
            against[b] = exp(-theta[j, b])
            loading[b] = exp(theta[lists, b] + spread * theta[lists + 1 + j, b])
            chance[middle, j, b] = against[b]
        # The nodes lie symmetric round 0.
        for k in range(middle):
            for b in range(BATCH):
                step = exp(loading[b] * POINTS[components - 1 - k])
                chance[components - 1 - k, j, b] = against[b] / step
                chance[k, j, b] = against[b] * step


@_inner  # type: ignore[untyped-decorator]
def _few(form: Any, k: int, room: Any, unseen: Any, empty: Any, product: Any) -> None:
    """Add one component, history by history: where most are on few of many lists."""
    chance, cells, start, on = room.chance, room.cells, form.start, form.on
    for b in range(BATCH):
        empty[b] = room.shares[k, b]
    for j in range(form.lists):
        for b in range(BATCH):
            odds = 1.0 / chance[k, j, b]
            chance[k, j, b] = odds
            empty[b] /= 1.0 + odds
    for b in range(BATCH):
        unseen[b] += empty[b]
    for h in range(len(start) - 1):
        a, end = start[h], start[h + 1]
        one, two = on[a], on[min(a + 1, end - 1)]
        if end - a == 1:
            for b in range(BATCH):
                cells[h, b] += empty[b] * chance[k, one, b]
        elif end - a == 2:
            for b in range(BATCH):
                cells[h, b] += empty[b] * chance[k, one, b] * chance[k, two, b]
        else:
            for b in range(BATCH):
                product[b] = empty[b] * chance[k, one, b] * chance[k, two, b]
            for i in range(a + 2, end):
                j = on[i]
                for b in range(BATCH):
                    product[b] *= chance[k, j, b]
            for b in range(BATCH):
                cells[h, b] += product[b]


@_inner  # type: ignore[untyped-decorator]
def _cells(form: Any, room: Any, excess: Any, unseen: Any, held: Any) -> None:
    """Chance of every history and of the empty one."""
    one, two, first, index = form.one, form.two, form.first, form.product
    shares, chance, table, cells = room.shares, room.chance, room.table, room.cells
    histories, blocks = index.shape[1], len(first) - 1
    for b in range(BATCH):
        unseen[b] = 0.0
    for h in range(histories):
        for b in range(BATCH):
            cells[h, b] = 0.0
    for k in range(form.components):
        if one >= 0:
            for b in range(BATCH):
                seen = (1.0 + chance[k, one, b]) * (1.0 + chance[k, two, b])
                shares[k, b] /= 1.0 + excess[b] / seen
        if len(form.start) > 0:
            _few(form, k, room, unseen, held, room.work[1])
            continue
        for block in range(blocks):
            for b in range(BATCH):
                table[block, 0, b] = shares[k, b] if block == 0 else 1.0
            size = 1
            for j in range(first[block], first[block + 1]):
                for b in range(BATCH):
                    held[b] = 1.0 / (1.0 + chance[k, j, b])
                for e in range(size):
                    for b in range(BATCH):
                        whole = table[block, e, b]
                        table[block, size + e, b] = whole * held[b]
                        table[block, e, b] = whole * held[b] * chance[k, j, b]
                size *= 2
        for b in range(BATCH):
            empty = table[0, 0, b]
            for block in range(1, blocks):
                empty *= table[block, 0, b]
            unseen[b] += empty
        if blocks == 1:
            for h in range(histories):
                for b in range(BATCH):
                    cells[h, b] += table[0, index[0, h], b]
        elif blocks == 2:
            for h in range(histories):
                for b in range(BATCH):
                    cells[h, b] += table[0, index[0, h], b] * table[1, index[1, h], b]
        else:
            for h in range(histories):
                for b in range(BATCH):
                    product = table[0, index[0, h], b]
                    for block in range(1, blocks):
                        product *= table[block, index[block, h], b]
                    cells[h, b] += product


@_inner  # type: ignore[untyped-decorator]
def _batch(form: Any, room: Any) -> None:
    """Log prior, log likelihood, log odds of being on no list, of a batch of parameters."""
    theta, work, cells, counts = room.theta, room.work, room.cells, form.counts
    prior, likelihood, odds = room.result[0], room.result[1], room.result[2]
    excess, unseen = work[3], work[4]
    for b in range(BATCH):
        prior[b] = form.constant
    if form.kind == BY_CLASS:
        _classes(theta, form.components, form.lists, room.shares, room.chance, work, prior)
        _prior_classes(theta, form.components, form.lists, form.precisions, work, prior)
    else:
        _nodes(theta, form.components, form.lists, form.spread, room.shares, room.chance, work)
        _prior_visibility(theta, form.lists, form.one, work[0], prior)
    if form.one >= 0:
        for b in range(BATCH):
            excess[b] = exp(theta[len(theta) - 1, b]) - 1.0
    _cells(form, room, excess, unseen, work[0])
    people = counts.sum()
    for b in range(BATCH):
        likelihood[b] = form.both * theta[len(theta) - 1, b] if form.one >= 0 else 0.0
    for h in range(len(counts)):
        for b in range(BATCH):
            # A cell that no float can hold has no likelihood.
            likelihood[b] += counts[h] * log(cells[h, b]) if cells[h, b] > 1e-300 else -np.inf
    for b in range(BATCH):
        log_seen = np.log1p(-unseen[b]) if unseen[b] < 1.0 else -np.inf
        likelihood[b] -= people * log_seen
        if np.isfinite(likelihood[b]):
            odds[b] = np.log(unseen[b]) - log_seen
        else:
            likelihood[b], odds[b] = -np.inf, 0.0


@_inner  # type: ignore[untyped-decorator]
def _room(form: Any, size: int) -> Any:
    """Room for batches of parameters of one form."""
    return Room(
        np.zeros((size, BATCH)),
        np.empty((3, BATCH)),
        np.empty((form.components, BATCH)),
        np.empty((form.components, form.lists, BATCH)),
        np.empty((len(form.first) - 1, 2**BLOCK, BATCH)),
        np.empty((len(form.counts), BATCH)),
        np.empty((5, BATCH)),
    )


@_jit  # type: ignore[untyped-decorator]
def densities(theta: Any, form: Any) -> tuple[Any, Any, Any]:
    """Log prior, log likelihood and log odds of being on no list, of every row of parameters."""
    draws, size = theta.shape
    every = np.empty((3, draws))
    room = _room(form, size)
    for start in range(0, draws, BATCH):
        here = min(BATCH, draws - start)
        for b in range(here):
            for d in range(size):
                room.theta[d, b] = theta[start + b, d]
        _batch(form, room)
        for r in range(3):
            for b in range(here):
                every[r, start + b] = room.result[r, b]
    return every[0], every[1], every[2]


@_jit  # type: ignore[untyped-decorator]
def move(form: Any, cloud: Any, scale: Any, moves: Any, rng: Any) -> None:
    """Move all particles in place, some times, each half along differences of the other."""
    theta, prior, likelihood, odds = cloud
    particles, size = theta.shape
    half = particles // 2
    room = _room(form, size)
    batch, result = room.theta, room.result
    order = np.arange(particles)
    for _ in range(moves.times):
        for i in range(particles - 1, 0, -1):
            j = int(rng.random() * (i + 1))
            order[i], order[j] = order[j], order[i]
        for side in range(2):
            start, end = (0, half) if side == 0 else (half, particles)
            other, others = (half, particles - half) if side == 0 else (0, half)
            which = int(rng.random() * len(moves.crossover))
            share = moves.crossover[which]
            whole = rng.random() < moves.whole
            length = 1.0 if whole else scale[which] * 2.38 / np.sqrt(2.0 * size * share)
            taken = 0
            for place in range(start, end, BATCH):
                here = min(BATCH, end - place)
                for b in range(here):
                    i, a = order[place + b], int(rng.random() * others)
                    c = int(rng.random() * (others - 1))
                    c += c >= a
                    up, down = order[other + a], order[other + c]
                    for d in range(size):
                        batch[d, b] = theta[i, d]
                        u = rng.random()
                        # Within the share, u less half of it is symmetric round zero.
                        if u < share:
                            batch[d, b] += length * (theta[up, d] - theta[down, d])
                            batch[d, b] += moves.jitter * (u - 0.5 * share)
                _batch(form, room)
                for b in range(here):
                    i = order[place + b]
                    gain = result[0, b] - prior[i] + moves.heat * (result[1, b] - likelihood[i])
                    if form.kind == BY_CLASS and not _in_order(
                        batch[:, b], form.components, form.lists
                    ):
                        gain = -np.inf
                    if np.log(rng.random()) < gain:
                        for d in range(size):
                            theta[i, d] = batch[d, b]
                        prior[i], likelihood[i], odds[i] = result[0, b], result[1, b], result[2, b]
                        taken += 1
            if not whole:
                scale[which] *= np.exp(0.5 * (taken / (end - start) - moves.accept))
