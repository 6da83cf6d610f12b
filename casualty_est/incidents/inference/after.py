"""From draws of parameters to deaths: every incident drawn anew, and those that nobody lists."""

# ruff: noqa: NPY002  numba compiles the legacy generator in a fraction of the time; it is seeded in
# every call, so no answer depends on the thread that ran it.

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array, Ints
from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.inference.parts import Verdicts
from casualty_est.incidents.inference.tables import compiled, inner, judged_so, looked
from casualty_est.incidents.model.layout import IncidentLayout
from casualty_est.incidents.model.readings import ACCEPTED, FOUND
from casualty_est.incidents.model.verdicts import IS_NOT_RECALLED, IS_RECALLED, NO_EFFECT

MANY = 200_000  # unlisted incidents drawn one by one; beyond, their sizes are taken at the mean
KEPT = 400  # draws of which every incident is kept


@dataclass(frozen=True, slots=True)
class Reconstructed:
    """Deaths in every draw, on the scale of the anchor; a part is a scope, year and suspects."""

    listed: Array  # (draw, part): deaths in real incidents that somebody lists
    unlisted: Array  # (draw, part): in those that nobody does
    real: Ints  # (draw, part): numbers of these incidents
    missed: Ints
    held: Array  # (draw, source): deaths in what it lists, or the judge accepts
    deaths: Array  # (kept draw, pattern): in one incident of each
    chance: Array  # (kept draw, pattern): its chance to be real, given these
    stated: Array  # (draw, column): numbers asked for, summed over real incidents


class Listing(NamedTuple):
    """Listed incidents, pattern by pattern in the order of their units, and the sizes of cells."""

    unit_of: Ints  # (pattern,), as all that follows by pattern
    incidents: Ints
    own: npt.NDArray[np.bool_]  # says nothing of what nobody lists: the judge's, or drawn by design
    part: Ints
    holds: npt.NDArray[np.bool_]  # (pattern, source)
    stated: Array  # (pattern, column)
    row_of: Ints  # (unit,): verdict row, -1 for none
    low: Ints  # (cell,)
    high: Ints


class Tally(NamedTuple):
    """What one draw of all listed incidents comes to."""

    deaths: Array  # (part,)
    real: Ints  # (part,)
    at_size: Ints  # (part, cell): real incidents that tell of those that nobody lists
    held: Array  # (source,)
    stated: Array  # (column,): sums over real incidents
    one: Array  # (pattern,): deaths in one incident
    chance: Array  # (pattern,): its chance to be real


@inner
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


@inner
def _uniform(low: int, high: int) -> float:
    """A whole number from `low` to `high`."""
    return float(low + np.floor(np.random.random() * (high - low + 1)))


@compiled
def listed_incidents(
    seed: int, table: Any, rows: Any, judged: Verdicts, listing: Listing, tally: Tally
) -> None:
    """Draw every listed incident of one draw; each unit, a product of `rows`, is computed once."""
    np.random.seed(seed)
    kinds, real, part, holds = judged.kinds, judged.real, listing.part, listing.holds
    cells, ones = table.shape[1], len(table) - 1
    cumulative = np.empty(cells)
    tally.deaths[:], tally.real[:], tally.held[:], tally.stated[:] = 0.0, 0, 0.0, 0.0
    tally.at_size[:, :] = 0
    before, total = -1, 0.0
    for p in range(len(listing.unit_of)):
        u = listing.unit_of[p]
        if u != before:
            before, total = u, 0.0
            for g in range(cells):
                mass = 1.0
                for j in range(rows.shape[1]):
                    if rows[u, j] != ones:
                        mass *= table[rows[u, j], g]
                total += mass
                cumulative[g] = total
        v = listing.row_of[u]
        kind, look = (kinds[v, 0], kinds[v, 4]) if v >= 0 else (-1, 0)
        alive = 0
        for i in range(listing.incidents[p]):
            g = _place(cumulative, total)
            d = _uniform(listing.low[g], listing.high[g])
            chance = 1.0
            if kind == NO_EFFECT and not look:
                chance = real[v]
            elif v >= 0 and kind != IS_RECALLED and kind != IS_NOT_RECALLED:
                mine, other = judged_so(kind, judged.admitted[kinds[v, 3], g])
                # An incident in which nobody died, where the grid has it, is its first cell.
                mine *= real[v] * looked(look, judged.found[0], listing.low[g] - 1.0)
                other *= (1 - real[v]) * (look != FOUND)
                chance = mine / (mine + other)
            is_real = np.random.random() < chance
            if i == 0:
                tally.one[p], tally.chance[p] = d, chance
            if is_real:
                alive += 1
                tally.deaths[part[p]] += d
                tally.real[part[p]] += 1
                if not listing.own[p]:
                    tally.at_size[part[p], g] += 1
                for s in range(holds.shape[1]):
                    if holds[p, s]:
                        tally.held[s] += d
        for k in range(listing.stated.shape[1]):
            tally.stated[k] += alive * listing.stated[p, k]


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
    distinct, where = np.unique(every, axis=0, return_inverse=True)
    return distinct, where.ravel().astype(np.int64)


def stated_numbers(layout: IncidentLayout) -> Array:
    """Number that each source states in each pattern, of shape (pattern, source); 0 for none.

    The judge states deaths where it accepted an incident or reported it itself.
    """
    readings = layout.readings
    patterns = readings.patterns
    numbers_of = np.zeros(patterns.claim.shape)
    for s, quantities in enumerate(patterns.claims):
        numbers = np.array([q.hedge.number(q) if not q.is_unknown else 0.0 for q in quantities])
        where = patterns.claim[:, s] >= 0
        if s == readings.judge:
            where &= readings.speaks
        numbers_of[where, s] = numbers[patterns.claim[where, s]]
    return numbers_of


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
        drawn = list(pool.map(work, [b for b in blocks if len(b)]))
    fields = Reconstructed.__dataclass_fields__
    return Reconstructed(**{n: np.concatenate([getattr(d, n) for d in drawn]) for n in fields})


def _draws(
    layout: IncidentLayout, theta: Array, stated: Array, seeds: Ints, kept: npt.NDArray[np.bool_]
) -> Reconstructed:
    density, d, readings = Density(layout), layout.arrays, layout.readings
    table, judged, grid = density.parts.table, density.parts.verdicts, layout.grid
    names, part = parts(layout)
    order = np.argsort(layout.unit_of, kind="stable")
    ones = len(table) - 1
    first = ones - len(judged.kinds)
    listing = Listing(
        layout.unit_of[order], readings.patterns.count[order],
        (readings.self_reported if layout.unlisted == "recall" else readings.drawn)[order],
        part[order], held_by(layout)[order], np.ascontiguousarray(stated[order]),
        np.where(d.index[:, -1] == ones, -1, d.index[:, -1] - first), grid.low, grid.high,
    )  # fmt: skip
    n, many, patterns = len(theta), len(names), len(order)
    out = Reconstructed(
        np.zeros((n, many)), np.zeros((n, many)), np.zeros((n, many), np.int64),
        np.zeros((n, many), np.int64), np.zeros((n, listing.holds.shape[1])),
        np.zeros((int(kept.sum()), patterns)), np.zeros((int(kept.sum()), patterns)),
        np.zeros((n, stated.shape[1])),
    )  # fmt: skip
    at_size = np.zeros((many, len(d.log_deaths)), np.int64)
    one, chance = np.zeros(patterns), np.zeros(patterns)
    position = 0
    for i in range(n):
        density.fill(theta[i])
        tally = Tally(out.listed[i], out.real[i], at_size, out.held[i], out.stated[i], one, chance)
        listed_incidents(seeds[i, 0], table, d.index, judged, listing, tally)
        unlisted = out.unlisted[i], out.missed[i]
        if layout.unlisted == "overlap":
            reals = at_size.sum(axis=1)
            unlisted_overlap(seeds[i, 1], table[0], reals, grid.low, grid.high, *unlisted)
        elif layout.unlisted == "recall":
            level, slope = density.part(theta[i], "recall")
            recalled = 1 / (1 + np.exp(-level - slope * d.log_deaths))
            unlisted_recall(seeds[i, 1], recalled, at_size, grid.low, grid.high, *unlisted)
        if kept[i]:
            out.deaths[position, order], out.chance[position, order] = one, chance
            position += 1
    return out
