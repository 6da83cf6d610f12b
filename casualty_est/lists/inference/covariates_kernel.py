"""Density, slope and moves of latent classes with covariates, compiled.

Rows of people for whom values are blank are sums over the combinations that may be theirs, each
weighed by its share q among the listed. Tempering heats what lists say inside that sum, so that at
every heat a person's combination can be drawn and q is Dirichlet given all of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import linalg

from casualty_est.lists.families.classes import CLASSES_SD, LISTS_SD
from casualty_est.lists.families.covariate_cells import (
    OWN,
    OWN_LOG_SD,
    TINY,
    VALUES_SD,
    WEIGHTS_SD,
    Cells,
    Form,
    contrasts,
)
from casualty_est.lists.families.member import LIST_MEAN

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Numba keeps what it compiled as long as this file stays as it is: where a constant of another file
# changes, touch this one.
_jit = njit(nogil=True, cache=True, error_model="numpy")
_inner = njit(
    nogil=True, cache=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)
RATIO_SD = WEIGHTS_SD / 2**0.5
LOWEST = -700.0  # log chance of a history, below which a float holds none
LEAST, MOST = 1e-13, 1e13  # odds of a list


class Data(NamedTuple):
    """One form over the people of one table; see `Cells`."""

    classes: int
    lists: int
    contrasts: int
    ends: Ints
    basis: Array  # (value, contrast): contrasts of the values of all covariates, in turn
    left: Ints  # (value,): its own contrasts are left[v] to right[v] - 1, all others 0
    right: Ints
    value: Ints  # (cell, covariate): the values of each cell
    histories: Ints
    first: Ints  # (cell + 1,): combinations of each cell
    history: Ints
    counts: Array
    start: Ints
    place: Ints
    open_counts: Ints
    cell: Ints
    known: Array  # (cell,): people for whom all values are known, and the prior of the share


class Room(NamedTuple):
    """What one set of parameters is computed in."""

    odds: Array  # (class, list): of people in the middle of all contrasts
    effects: Array  # (list, contrast)
    of_value: Array  # (value, list): factor of the odds of a list
    of_share: Array  # (value, class): factor of the share of a class
    chance: Array  # (cell, class, list): odds of a list
    share: Array  # (cell, class)
    empty: Array  # (cell, class)
    seen: Array  # (cell,)
    part: Array  # (combination, class): of each class in the people who have it
    logs: Array  # (combination,): log share among the listed of the cell
    people: Array  # (combination,): people that count for the slope
    ways: Array  # (place,): weights of the combinations that may be those of an open row
    slope_odds: Array  # (class, list)
    slope_value: Array  # (value, list)
    slope_share: Array  # (value, class)
    work: Array  # (class,)


def data_of(cells: Cells, form: Form) -> Data:
    """Arrays for compiled code."""
    number = len(cells.values)
    levels = [len(one.values) for one in cells.covariates]
    ends = np.cumsum([0, *levels])
    blocks = [contrasts(one) for one in cells.covariates]
    columns = np.cumsum([0, *(block.shape[1] for block in blocks)])
    first = np.searchsorted(cells.cell, np.arange(number + 1)).astype(np.int64)
    return Data(
        form.classes, form.lists, form.contrasts, np.array(form.ends, dtype=np.int64),
        linalg.block_diag(*blocks), np.repeat(columns[:-1], levels), np.repeat(columns[1:], levels),
        cells.values + ends[:-1], cells.histories, first, cells.history, cells.counts, cells.start,
        cells.place, cells.open_counts, cells.cell, cells.known + cells.prior,
    )  # fmt: skip


@_inner  # type: ignore[untyped-decorator]
def _room(data: Any) -> Any:
    k, n, c = data.classes, data.lists, data.contrasts
    cells, combinations, values = len(data.value), len(data.history), len(data.basis)
    return Room(
        np.zeros((k, n)),
        np.zeros((n, c)),
        np.zeros((values, n)),
        np.zeros((values, k)),
        np.zeros((cells, k, n)),
        np.zeros((cells, k)),
        np.zeros((cells, k)),
        np.zeros(cells),
        np.zeros((combinations, k)),
        np.zeros(combinations),
        np.zeros(combinations),
        np.zeros(len(data.place)),
        np.zeros((k, n)),
        np.zeros((values, n)),
        np.zeros((values, k)),
        np.zeros(k),
    )


@_inner  # type: ignore[untyped-decorator]
def _spread(data: Any, theta: Any, room: Any) -> None:
    """Chances of every cell and class, and log shares of all combinations."""
    k_all, n, c_all, ends = data.classes, data.lists, data.contrasts, data.ends
    own = OWN * np.exp(OWN_LOG_SD * theta[ends[2]])
    own_2 = OWN * np.exp(OWN_LOG_SD * theta[ends[5]])
    for k in range(k_all):
        for j in range(n):
            room.odds[k, j] = np.exp(
                LIST_MEAN
                + LISTS_SD * theta[j]
                + CLASSES_SD * theta[n + k]
                + own * theta[ends[1] + k * n + j]
            )
    for j in range(n):
        for c in range(c_all):
            room.effects[j, c] = (
                VALUES_SD * theta[ends[3] + c] + own_2 * theta[ends[4] + j * c_all + c]
            )
    # Once for each value: a cell multiplies those of its values.
    for v in range(len(data.basis)):
        for j in range(n):
            moved = 0.0
            for c in range(data.left[v], data.right[v]):
                moved += room.effects[j, c] * data.basis[v, c]
            room.of_value[v, j] = np.exp(moved)
        for k in range(k_all if k_all > 1 else 0):
            moved = 0.0
            for c in range(data.left[v], data.right[v]):
                moved += RATIO_SD * theta[ends[7] + k * c_all + c] * data.basis[v, c]
            room.of_share[v, k] = np.exp(moved)
    for k in range(k_all):
        room.work[k] = np.exp(theta[ends[6] + k]) if k_all > 1 else 1.0
    for m in range(len(data.value)):
        total = 0.0
        for k in range(k_all):
            room.share[m, k] = room.work[k]
            if k_all > 1:
                for v in data.value[m]:
                    room.share[m, k] *= room.of_share[v, k]
            total += room.share[m, k]
            room.empty[m, k] = 1.0
        for j in range(n):
            factor = 1.0
            for v in data.value[m]:
                factor *= room.of_value[v, j]
            for k in range(k_all):
                odds = min(max(room.odds[k, j] * factor, LEAST), MOST)
                room.chance[m, k, j] = odds
                room.empty[m, k] /= 1.0 + odds
        unseen = 0.0
        for k in range(k_all):
            room.share[m, k] /= total
            room.empty[m, k] *= room.share[m, k]
            unseen += room.empty[m, k]
        room.seen[m] = max(1.0 - unseen, TINY)
        log_seen = np.log(room.seen[m])
        for i in range(data.first[m], data.first[m + 1]):
            h = data.history[i]
            chance = 0.0
            for k in range(k_all):
                one = room.empty[m, k]
                for j in range(n):
                    if data.histories[h, j]:
                        one *= room.chance[m, k, j]
                room.part[i, k] = one
                chance += one
            for k in range(k_all):
                room.part[i, k] /= max(chance, 1e-300)
            room.logs[i] = max(np.log(max(chance, 1e-300)), LOWEST) - log_seen


@_inner  # type: ignore[untyped-decorator]
def _likelihood(data: Any, room: Any, q: Any, heat: float) -> float:
    """Heated log likelihood; leaves the people that count for the slope in the room."""
    total = 0.0
    for i in range(len(data.history)):
        room.people[i] = heat * data.counts[i]
        total += room.people[i] * room.logs[i]
    for r in range(len(data.open_counts)):
        top, summed = -np.inf, 0.0
        for at in range(data.start[r], data.start[r + 1]):
            top = max(top, heat * room.logs[data.place[at]])
        for at in range(data.start[r], data.start[r + 1]):
            i = data.place[at]
            room.ways[at] = q[data.cell[i]] * np.exp(heat * room.logs[i] - top)
            summed += room.ways[at]
        summed = max(summed, 1e-300)
        total += data.open_counts[r] * (top + np.log(summed))
        for at in range(data.start[r], data.start[r + 1]):
            more = heat * data.open_counts[r] * room.ways[at] / summed
            room.people[data.place[at]] += more
    return total


@_inner  # type: ignore[untyped-decorator]
def _slope(data: Any, theta: Any, room: Any, slope: Any) -> None:
    """Slope of the heated log likelihood, from the people that count."""
    k_all, n, c_all, ends = data.classes, data.lists, data.contrasts, data.ends
    slope[:] = 0.0
    room.slope_odds[:] = 0.0
    room.slope_value[:] = 0.0
    room.slope_share[:] = 0.0
    for m in range(len(data.value)):
        here = 0.0
        for i in range(data.first[m], data.first[m + 1]):
            here += room.people[i]
        if here == 0.0:
            continue
        every = 0.0
        for k in range(k_all):
            # People of the class, those whom no list holds included.
            room.work[k] = here * room.empty[m, k] / room.seen[m]
            for i in range(data.first[m], data.first[m + 1]):
                room.work[k] += room.people[i] * room.part[i, k]
            every += room.work[k]
        for j in range(n):
            both = 0.0
            for k in range(k_all):
                odds = room.chance[m, k, j]
                more = -room.work[k] * odds / (1.0 + odds)
                for i in range(data.first[m], data.first[m + 1]):
                    if data.histories[data.history[i], j]:
                        more += room.people[i] * room.part[i, k]
                room.slope_odds[k, j] += more
                both += more
            for v in data.value[m]:
                room.slope_value[v, j] += both
        if k_all > 1:
            for k in range(k_all):
                more = room.work[k] - room.share[m, k] * every
                slope[ends[6] + k] += more
                for v in data.value[m]:
                    room.slope_share[v, k] += more
    own = OWN * np.exp(OWN_LOG_SD * theta[ends[2]])
    own_2 = OWN * np.exp(OWN_LOG_SD * theta[ends[5]])
    for k in range(k_all):
        for j in range(n):
            more, at = room.slope_odds[k, j], ends[1] + k * n + j
            slope[j] += LISTS_SD * more
            slope[n + k] += CLASSES_SD * more
            slope[at] += own * more
            slope[ends[2]] += OWN_LOG_SD * own * theta[at] * more
    for v in range(len(data.basis)):
        for c in range(data.left[v], data.right[v]):
            for j in range(n):
                more, at = room.slope_value[v, j] * data.basis[v, c], ends[4] + j * c_all + c
                slope[ends[3] + c] += VALUES_SD * more
                slope[at] += own_2 * more
                slope[ends[5]] += OWN_LOG_SD * own_2 * theta[at] * more
            for k in range(k_all if k_all > 1 else 0):
                more = RATIO_SD * room.slope_share[v, k] * data.basis[v, c]
                slope[ends[7] + k * c_all + c] += more


@_inner  # type: ignore[untyped-decorator]
def _density(data: Any, theta: Any, q: Any, heat: float, room: Any, slope: Any) -> Any:
    """Heated log density and its slope, but for a constant of the prior."""
    _spread(data, theta, room)
    return _after(data, theta, q, heat, room, slope)


@_inner  # type: ignore[untyped-decorator]
def _after(data: Any, theta: Any, q: Any, heat: float, room: Any, slope: Any) -> Any:
    """The same where the chances stand in the room already."""
    value = _likelihood(data, room, q, heat)
    _slope(data, theta, room, slope)
    for d in range(len(theta)):
        if data.ends[6] <= d < data.ends[7]:
            value += theta[d] - np.exp(theta[d])
            slope[d] += 1.0 - np.exp(theta[d])
        else:
            value -= 0.5 * theta[d] * theta[d]
            slope[d] -= theta[d]
    return value


@_jit  # type: ignore[untyped-decorator]
def density(data: Any, theta: Any, q: Any, heat: float) -> tuple[Any, Any]:
    """Heated log density and its slope at one point, but for a constant of the prior."""
    slope = np.empty(len(theta))
    return _density(data, theta, q, heat, _room(data), slope), slope


@_jit  # type: ignore[untyped-decorator]
def likelihoods(data: Any, theta: Any, q: Any, heat: float) -> tuple[Any, Any]:
    """Heated log likelihoods (particle,) and log shares of all combinations (particle, ...)."""
    every, logs = np.empty(len(theta)), np.empty((len(theta), len(data.history)))
    room = _room(data)
    for p in range(len(theta)):
        _spread(data, theta[p], room)
        every[p] = _likelihood(data, room, q[p], heat)
        logs[p] = room.logs
    return every, logs


@_jit  # type: ignore[untyped-decorator]
def heated(data: Any, logs: Any, q: Any, heat: float) -> Any:
    """Heated log likelihoods (particle,) from log shares of combinations."""
    every = np.zeros(len(logs))
    for p in range(len(logs)):
        for i in range(len(data.history)):
            every[p] += heat * data.counts[i] * logs[p, i]
        for r in range(len(data.open_counts)):
            top, summed = -np.inf, 0.0
            for i in data.place[data.start[r] : data.start[r + 1]]:
                top = max(top, heat * logs[p, i])
            for i in data.place[data.start[r] : data.start[r + 1]]:
                summed += q[p, data.cell[i]] * np.exp(heat * logs[p, i] - top)
            every[p] += data.open_counts[r] * (top + np.log(max(summed, 1e-300)))
    return every


@_jit  # type: ignore[untyped-decorator]
def complete(data: Any, logs: Any, q: Any, heat: float, held: Any, rng: Any) -> None:
    """Draw the combination of everybody whose values are blank, and add them to `held` (cell,)."""
    sums = np.empty(len(data.place))
    for r in range(len(data.open_counts)):
        first, end = data.start[r], data.start[r + 1]
        top, summed = -np.inf, 0.0
        for at in range(first, end):
            top = max(top, heat * logs[data.place[at]])
        for at in range(first, end):
            i = data.place[at]
            summed += q[data.cell[i]] * np.exp(heat * logs[i] - top)
            sums[at] = summed
        for _ in range(data.open_counts[r]):
            point, at = rng.random() * summed, first
            while at < end - 1 and sums[at] < point:
                at += 1
            held[data.cell[data.place[at]]] += 1.0


@_inner  # type: ignore[untyped-decorator]
def _redraw(data: Any, logs: Any, q: Any, heat: float, held: Any, rng: Any) -> None:
    """Draw values that are blank, then the shares of the cells given all values."""
    held[:] = data.known
    complete(data, logs, q, heat, held, rng)
    total = 0.0
    for m in range(len(held)):
        q[m] = max(rng.gamma(held[m], 1.0), 1e-300)
        total += q[m]
    for m in range(len(held)):
        q[m] /= total


@_jit  # type: ignore[untyped-decorator]
def redraw(data: Any, logs: Any, q: Any, heat: float, times: int, rng: Any) -> None:
    """Draw blank values and shares of cells (particle, cell) in turn, some times."""
    held = np.empty(len(data.known))
    for p in range(len(q)):
        for _ in range(times):
            _redraw(data, logs[p], q[p], heat, held, rng)


@_inner  # type: ignore[untyped-decorator]
def _push(lower: Any, slope: Any, speed: Any, step: float) -> None:
    """Change speeds by half a step down the slope, in the coordinates where the cloud is round."""
    for d in range(len(slope)):
        force = 0.5 * step * slope[d]
        for e in range(d + 1):
            speed[e] += lower[d, e] * force


@_jit  # type: ignore[untyped-decorator]
def move(
    data: Any, theta: Any, q: Any, heat: float, lower: Any, step: float, most: int, rng: Any
) -> float:
    """Move every particle along one path of Hamilton's equations; the mean chance to accept.

    The cloud is as a standard normal times `lower`, a triangle.
    """
    size = theta.shape[1]
    room, slope, after = _room(data), np.empty(size), np.empty(size)
    place, speed, held = np.empty(size), np.empty(size), np.empty(len(data.known))
    taken = 0.0
    for p in range(len(theta)):
        _spread(data, theta[p], room)
        if len(data.open_counts) > 0:
            _redraw(data, room.logs, q[p], heat, held, rng)
        before = _after(data, theta[p], q[p], heat, room, slope)
        energy = -before
        for d in range(size):
            speed[d] = rng.normal(0.0, 1.0)
            energy += 0.5 * speed[d] * speed[d]
            place[d], after[d] = theta[p, d], slope[d]
        value = before
        # Paths of one length could end where they began, turn after turn.
        for _ in range(1 + int(rng.random() * most)):
            _push(lower, after, speed, step)
            for d in range(size):
                for e in range(d + 1):
                    place[d] += step * lower[d, e] * speed[e]
            value = _density(data, place, q[p], heat, room, after)
            _push(lower, after, speed, step)
        new = -value
        for d in range(size):
            new += 0.5 * speed[d] * speed[d]
        chance = np.exp(min(0.0, energy - new)) if np.isfinite(new) else 0.0
        taken += chance
        if rng.random() < chance:
            for d in range(size):
                theta[p, d] = place[d]
    return taken / len(theta)
