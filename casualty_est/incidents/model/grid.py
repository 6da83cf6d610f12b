"""The grid of true deaths that an incident is marginalised over, and the own counts of sources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array, Ints
from casualty_est.errors import UsageError
from casualty_est.quantity.quantity import Quantity

LARGEST_INCIDENT = 100_000  # deaths; beyond this a row is a total, not an incident
SINGLE = 30  # counts up to here are cells of their own
WIDE = 26  # cells beyond, evenly spaced on the log scale: 56 in all, a multiple of 4 and 8,
# because rows that fill the registers of a processor take two thirds of the time
TOP = 3000  # largest count of the grid, unless a statement lies above a fifth of it
NOTHING = 0.25  # stands for zero deaths on the log scale: reported as 0, hardly ever as 1
FINE = 1.2  # ratio of the cells over which a hedged statement is averaged
JUMP = 0.15  # change of a kernel, of its maximum, that gets an edge of its own
BEFORE = -1e3  # log of an edge below every count


def support(quantity: Quantity) -> tuple[int, int]:
    """Smallest and largest own count under which a source can write this of one incident."""
    if max(quantity.low or 0, quantity.best or 0, quantity.high or 0) > LARGEST_INCIDENT:
        msg = (
            f"{quantity.text!r} is too much for one incident (at most {LARGEST_INCIDENT:,} "
            f"deaths): totals belong in a table of claims"
        )
        raise UsageError(msg)
    return quantity.hedge.support(quantity)


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of the true number of deaths of one incident."""

    low: Ints  # (cell,): smallest and largest number of deaths
    high: Ints
    log_deaths: Array  # (cell,): log of the number that stands for the cell

    @property
    def least(self) -> int:
        """Smallest number of deaths; 0 where an incident may have killed nobody."""
        return int(self.low[0])

    @property
    def middle(self) -> Array:
        """Number of deaths that stands for each cell, as a number of people."""
        return (self.low + self.high) / 2


def build_grid(largest: float, *, zero: bool) -> Grid:
    """Build the grid for statements up to `largest`."""
    top = max(TOP, 5 * math.ceil(largest))
    ratio = (TOP / SINGLE) ** (1 / WIDE)
    wide = max(WIDE, math.ceil(math.log(top / SINGLE) / math.log(ratio) - 1e-9)) - zero
    ends = np.rint(np.geomspace(SINGLE, top, wide + 1)).astype(np.int64)[1:]
    high = np.concatenate([np.arange(0 if zero else 1, SINGLE + 1), ends])
    low = np.concatenate([high[:1], high[:-1] + 1])
    log_deaths = (np.log(np.maximum(low - 0.5, 0.5)) + np.log(high + 0.5)) / 2
    log_deaths = np.where(low == high, np.log(np.maximum(high, NOTHING)), log_deaths)
    return Grid(low, high, log_deaths)


@dataclass(frozen=True, slots=True)
class Statements:
    """Distinct statements of one source, as weights on cells of its own count.

    The probability of statement c given the true deaths is a sum over cells of ``weights[c]``
    times the probability that the own count falls into the cell.
    """

    edges: Array  # (edge,): logs of the edges of the cells
    cells: Ints  # (cell, 2): lower and upper edge
    weights: Array  # (statement, cell): mean probability of the text over the counts of the cell
    exact: Array  # (statement, grid cell): that if the source counts exactly right
    outlier: Array  # (statement,): that if its number has nothing to do with the incident


def build_statements(quantities: Sequence[Quantity], grid: Grid) -> Statements:
    """Turn the statements of one source into weights."""
    spans = []
    for quantity in quantities:
        low, high = support(quantity)
        low = max(low, grid.least)
        v = np.arange(low, high + 1)
        spans.append((low, high, quantity.hedge.probability(quantity, v, grid.least)))
    ends = _edges(spans)
    lows, highs = ends[:-1] + 0.5, ends[1:] - 0.5
    weights = np.array([_means(k, low, lows, highs) for low, _, k in spans])
    weights = weights.reshape(len(spans), len(lows))
    kept = np.flatnonzero(weights.any(axis=0))
    names, cells = np.unique(np.column_stack([kept, kept + 1]), return_inverse=True)
    edges = np.log(np.maximum(ends[names], 1e-300))
    edges[ends[names] <= grid.least - 0.5] = BEFORE
    exact = np.array([_means(k, low, grid.low, grid.high) for low, _, k in spans])
    return Statements(
        edges,
        cells.reshape(-1, 2).astype(np.int64),
        np.ascontiguousarray(weights[:, kept]),
        exact.reshape(len(spans), len(grid.low)),
        np.array([_outlier(k, low, grid) for low, _, k in spans]),
    )


def _edges(spans: Sequence[tuple[int, int, Array]]) -> Array:
    """Edges of the cells of the own count, half-way between whole numbers."""
    edges: set[float] = set()
    for low, high, k in spans:
        v = np.arange(low, high + 2)
        steps = np.abs(np.diff(np.concatenate([[0.0], k, [0.0]])))
        edges |= set((v[steps > JUMP * k.max()] - 0.5).tolist())
        edges |= {low - 0.5, high + 0.5}
        edge = low + 0.5
        while edge < high:
            edges.add(edge)
            edge = max(edge + 1, math.floor(edge * FINE) + 0.5) if edge > SINGLE else edge + 1
    return np.array(sorted(edges))


def _means(k: Array, start: int, low: npt.NDArray[Any], high: npt.NDArray[Any]) -> Array:
    """Mean of a kernel over whole numbers from `low` to `high`; it is 0 outside its support."""
    below = np.concatenate([[0.0], np.cumsum(k)])
    first = np.clip(low - start, 0, len(k)).astype(np.int64)
    last = np.clip(high + 1 - start, 0, len(k)).astype(np.int64)
    # A difference of cumulative sums leaves dust where the kernel is 0.
    total = np.where(last > first, below[last] - below[first], 0.0)
    return np.asarray(np.where(total < 1e-14, 0.0, total) / (high - low + 1))


def _outlier(k: Array, start: int, grid: Grid) -> float:
    """Probability of a text whose number is drawn evenly on the log scale, whatever the truth."""
    v = np.arange(start, start + len(k))
    largest = 4 * int(grid.high[-1])
    share = np.log((v + 1.5) / (v + 0.5)) / math.log((largest + 1.5) / (grid.least + 0.5))
    return float(k @ np.where(v <= largest, share, 0.0))
