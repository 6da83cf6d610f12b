"""From draws of parameters to deaths: every incident drawn anew, and those that nobody lists."""

# ruff: noqa: NPY002  numba compiles the legacy generator in a fraction of the time; it is seeded in
# every call, so no answer depends on the thread that ran it.

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.inference.tables import compiled
from casualty_est.incidents.model.kernels import stated_number
from casualty_est.incidents.model.layout import FALSE_ADMISSION, IncidentLayout
from casualty_est.incidents.model.readings import ACCEPTED
from casualty_est.incidents.model.verdicts import (
    IS_ACCEPTED,
    IS_NOT_RECALLED,
    IS_RECALLED,
    IS_REJECTED,
)

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MANY = 200_000  # unlisted incidents drawn one by one; beyond, their sizes are taken at the mean
KEPT = 400  # draws of which every incident is kept


@dataclass(frozen=True, slots=True)
class Reconstructed:
    """Deaths in every draw, on the scale of the anchor.

    listed, unlisted (draw, part): Deaths in real incidents that somebody lists, and in those that
        nobody does, by part: scope, year and suspects.
    real, missed (draw, part): Numbers of these incidents.
    held (draw, source): Deaths in real incidents that each source lists, or the judge accepts.
    deaths, chance (kept draw, pattern): One incident of each pattern: its deaths, and its chance
        to be real given these.
    stated (draw, column): Numbers asked for, summed over real incidents.
    """

    listed: Array
    unlisted: Array
    real: Ints
    missed: Ints
    held: Array
    deaths: Array
    chance: Array
    stated: Array


@compiled
def _place(cumulative: Any, total: float) -> int:
    """Position of a random number in a cumulative sum."""
    at = np.random.random() * total
    low, high = 0, len(cumulative) - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] > at:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def _uniform(low: int, high: int) -> float:
    """A whole number from `low` to `high`."""
    return float(low + np.floor(np.random.random() * (high - low + 1)))


@compiled
def listed_incidents(
    seed: int, table: Any, index: Any, unit_of: Any, count: Any, low: Any, high: Any, row_of: Any,
    kinds: Any, real: Any, admitted: Any, own: Any, part: Any, holds: Any, stated: Any,
    cumulative: Any, deaths: Any, reals: Any, at_size: Any, held: Any, said: Any, one: Any,
    one_chance: Any,
) -> None:  # fmt: skip
    """Draw every listed incident of one draw.

    Patterns stand in the order of their units, so that a unit is computed once. `row_of` is the
    verdict row of each unit, -1 for none; `at_size` counts real incidents that were not reported by
    the judge itself, by part and size; `said` sums the numbers that each pair of columns of
    `stated` has in real incidents.
    """
    np.random.seed(seed)
    cells, ones = table.shape[1], len(table) - 1
    deaths[:], reals[:], held[:], said[:] = 0.0, 0, 0.0, 0.0
    at_size[:, :] = 0
    before, total = -1, 0.0
    for p in range(len(unit_of)):
        u = unit_of[p]
        if u != before:
            before, total = u, 0.0
            for g in range(cells):
                mass = 1.0
                for j in range(index.shape[1]):
                    if index[u, j] != ones:
                        mass *= table[index[u, j], g]
                total += mass
                cumulative[g] = total
        v = row_of[u]
        kind = kinds[v, 0] if v >= 0 else -1
        alive = 0
        for i in range(count[p]):
            g = _place(cumulative, total)
            d = _uniform(low[g], high[g])
            chance = 1.0
            if kind in (IS_REJECTED, IS_ACCEPTED):
                a = admitted[kinds[v, 3], g]
                if kind == IS_REJECTED:
                    mine, other = real[v] * (1 - a), (1 - real[v]) * (1 - FALSE_ADMISSION)
                else:
                    mine, other = real[v] * a, (1 - real[v]) * FALSE_ADMISSION
                chance = mine / (mine + other)
            elif v >= 0 and kind != IS_RECALLED and kind != IS_NOT_RECALLED:
                chance = real[v]
            is_real = np.random.random() < chance
            if i == 0:
                one[p], one_chance[p] = d, chance
            if is_real:
                alive += 1
                deaths[part[p]] += d
                reals[part[p]] += 1
                if not own[p]:
                    at_size[part[p], g] += 1
                for s in range(holds.shape[1]):
                    if holds[p, s]:
                        held[s] += d
        for k in range(stated.shape[1]):
            said[k] += alive * stated[p, k]


@compiled
def unlisted_overlap(
    seed: int, nobody: Any, reals: Any, low: Any, high: Any, deaths: Any, missed: Any
) -> None:
    """Incidents that no list holds: negative binomial given those on some list, part by part."""
    np.random.seed(seed)
    cumulative = np.cumsum(nobody)
    share = min(cumulative[-1], 1 - 1e-12)
    mean = 0.0
    for g in range(len(nobody)):
        mean += nobody[g] * (low[g] + high[g]) / 2 / cumulative[-1]
    for c in range(len(reals)):
        deaths[c], missed[c] = 0.0, 0
        if reals[c] == 0:
            continue
        rate = np.random.gamma(reals[c], 1.0) * share / (1 - share)
        missed[c] = np.random.poisson(min(rate, 1e12))
        if missed[c] > MANY:
            deaths[c] = missed[c] * mean
            continue
        for _ in range(missed[c]):
            g = _place(cumulative, cumulative[-1])
            deaths[c] += _uniform(low[g], high[g])


@compiled
def unlisted_recall(
    seed: int, recalled: Any, at_size: Any, low: Any, high: Any, deaths: Any, missed: Any
) -> None:
    """Incidents that neither the monitor nor the judge reports, size by size.

    Given the real incidents of a size that the monitor holds and the judge did not report itself,
    those that neither holds are negative binomial with the monitor's recall of that size. Incidents
    reported by the judge are listed: to count the monitor's misses among them here as well would
    count them twice.
    """
    np.random.seed(seed)
    for c in range(len(at_size)):
        deaths[c], missed[c] = 0.0, 0
        for g in range(at_size.shape[1]):
            if at_size[c, g] == 0:
                continue
            p = max(recalled[g], 1e-9)
            number = np.random.poisson(min(np.random.gamma(at_size[c, g], 1.0) * (1 - p) / p, 1e12))
            missed[c] += number
            if number > MANY:
                deaths[c] += number * (low[g] + high[g]) / 2
                continue
            for _ in range(number):
                deaths[c] += _uniform(low[g], high[g])


def parts(layout: IncidentLayout) -> tuple[Ints, Ints]:
    """Distinct (scope, year, suspects), of shape (part, 3), and the part of each pattern."""
    p = layout.readings.patterns
    every = np.column_stack([p.scope_of, p.year, p.suspects])
    found, where = np.unique(every, axis=0, return_inverse=True)
    return found, where.ravel().astype(np.int64)


def stated_numbers(layout: IncidentLayout) -> Array:
    """Number that each source states in each pattern, of shape (pattern, source); 0 for none.

    The judge states deaths where it accepted an incident or reported it itself.
    """
    readings = layout.readings
    patterns = readings.patterns
    found = np.zeros(patterns.claim.shape)
    for s, quantities in enumerate(patterns.claims):
        numbers = np.array([stated_number(q) if not q.is_unknown else 0.0 for q in quantities])
        where = patterns.claim[:, s] >= 0
        if s == readings.judge:
            where &= (readings.verdict == ACCEPTED) | readings.self_reported
        found[where, s] = numbers[patterns.claim[where, s]]
    return found


def held_by(layout: IncidentLayout) -> npt.NDArray[np.bool_]:
    """Whether a source lists an incident, of shape (pattern, source); the judge what it accepts."""
    holds = layout.readings.listed.copy()
    if layout.readings.judge is not None:
        holds[:, layout.readings.judge] |= layout.readings.verdict == ACCEPTED
    return holds


def reconstruct(layout: IncidentLayout, theta: Array, stated: Array, seed: int) -> Reconstructed:
    """Draw deaths for every draw of the parameters.

    theta (draw, element): Parameters on the whole line.
    stated (pattern, column): Numbers to be summed over real incidents.
    """
    every = max(1, len(theta) // KEPT)
    seeds = np.random.default_rng([seed, 1]).integers(0, 2**31 - 1, size=(len(theta), 2))
    blocks = np.array_split(np.arange(len(theta)), 4)

    def work(block: npt.NDArray[np.int_]) -> Reconstructed:
        return _draws(layout, theta[block], stated, seeds[block], block % every == 0)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, [b for b in blocks if len(b)]))
    return _joined(found)


def _joined(found: Sequence[Reconstructed]) -> Reconstructed:
    fields = Reconstructed.__dataclass_fields__
    return Reconstructed(**{n: np.concatenate([getattr(f, n) for f in found]) for n in fields})


def _draws(
    layout: IncidentLayout, theta: Array, stated: Array, seeds: Ints, kept: npt.NDArray[np.bool_]
) -> Reconstructed:
    density, d, readings = Density(layout), layout.arrays, layout.readings
    names, part = parts(layout)
    order = np.argsort(layout.unit_of, kind="stable")
    ones = len(density.table) - 1
    first = ones - len(d.verdict_kind)
    row_of = np.where(d.index[:, -1] == ones, -1, d.index[:, -1] - first)
    holds, own = held_by(layout)[order], readings.self_reported[order]
    count, unit_of, part = readings.patterns.count[order], layout.unit_of[order], part[order]
    said_of = np.ascontiguousarray(stated[order])
    n, many, sources = len(theta), len(names), holds.shape[1]
    cells = len(d.log_deaths)
    out = Reconstructed(
        np.zeros((n, many)), np.zeros((n, many)), np.zeros((n, many), np.int64),
        np.zeros((n, many), np.int64), np.zeros((n, sources)),
        np.zeros((int(kept.sum()), len(order))), np.zeros((int(kept.sum()), len(order))),
        np.zeros((n, stated.shape[1])),
    )  # fmt: skip
    at_size, cumulative = np.zeros((many, cells), np.int64), np.zeros(cells)
    one, one_chance = np.zeros(len(order)), np.zeros(len(order))
    low, high = layout.grid.low, layout.grid.high
    position = 0
    for i in range(n):
        density.fill(theta[i])
        listed_incidents(
            seeds[i, 0], density.table, d.index, unit_of, count, low, high, row_of, d.verdict_kind,
            density.real, density.admitted, own, part, holds, said_of, cumulative, out.listed[i],
            out.real[i], at_size, out.held[i], out.stated[i], one, one_chance,
        )  # fmt: skip
        if layout.unlisted == "overlap":
            unlisted_overlap(
                seeds[i, 1], density.table[0], out.real[i], low, high, out.unlisted[i],
                out.missed[i],
            )  # fmt: skip
        elif layout.unlisted == "recall":
            level, slope = density.part(theta[i], "recall")
            recalled = 1 / (1 + np.exp(-level - slope * d.log_deaths))
            unlisted_recall(
                seeds[i, 1], recalled, at_size, low, high, out.unlisted[i], out.missed[i]
            )
        if kept[i]:
            out.deaths[position, order], out.chance[position, order] = one, one_chance
            position += 1
    return out
