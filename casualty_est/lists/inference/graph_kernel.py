"""Compiled sums over many graphs: a log density is a few rows of a table, added and taken away."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# A kernel that Python does not call needs no door for it. No array is assigned to another: for each
# time numba would compile the words of the error that it raises where shapes differ.
_inner = njit(nogil=True, cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


@_inner  # type: ignore[untyped-decorator]
def _advance(closed: Any, rest: Any, g: int, terms: Any, sums: Any) -> None:
    """Log density of graph g in sums[0]; sums[k] holds its steps from k on."""
    # Neighbours in the order of the graphs end alike, and what they share is not added up again.
    step = closed.shape[1] - 1
    while g > 0 and step >= 0:
        if closed[g, step] != closed[g - 1, step] or rest[g, step] != rest[g - 1, step]:
            break
        step -= 1
    while step >= 0:
        plus, minus = terms[closed[g, step]], terms[rest[g, step]]
        so_far, here = sums[step + 1], sums[step]
        for p in range(len(here)):
            here[p] = so_far[p] + (plus[p] - minus[p])
        step -= 1


@_inner  # type: ignore[untyped-decorator]
def _empty(closed: Any, base: Any) -> Any:
    sums = np.empty((closed.shape[1] + 1, len(base)))
    last = sums[closed.shape[1]]
    for p in range(len(base)):
        last[p] = base[p]
    return sums


@njit(nogil=True, cache=True, fastmath={"nnan", "nsz", "reassoc"})  # type: ignore[untyped-decorator]
def _largest(values: Any) -> float:
    top = values[0]
    for value in values:
        top = max(top, value)
    return float(top)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def peaks(closed: Any, rest: Any, logs: Any, terms: Any, base: Any, top: Any, ends: Any) -> None:
    """Write the largest log density of each graph over all points, and its last two."""
    sums = _empty(closed, base)
    for g in range(len(closed)):
        _advance(closed, rest, g, terms, sums)
        one = sums[0]
        top[g] = _largest(one) + logs[g]
        ends[g, 0], ends[g, 1] = one[max(0, len(base) - 2)] + logs[g], one[-1] + logs[g]


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def masses(
    closed: Any,
    rest: Any,
    logs: Any,
    terms: Any,
    base: Any,
    shift: float,
    by_graph: Any,
    by_point: Any,
) -> None:
    """Add up the densities, divided by exp(shift), of each graph and at each point."""
    sums = _empty(closed, base)
    for g in range(len(closed)):
        _advance(closed, rest, g, terms, sums)
        one = sums[0]
        for p in range(len(base)):
            mass = np.exp(one[p] + (logs[g] - shift))
            by_graph[g] += mass
            by_point[p] += mass


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def choose(
    closed: Any, rest: Any, logs: Any, terms: Any, shift: Any, seed: int, chosen: Any
) -> None:
    """Draw one graph for each point by its density there, in one pass and without storing any."""
    np.random.seed(seed)  # noqa: NPY002 - compiled code has no Generator that can be seeded inside
    sums, so_far = _empty(closed, -shift), np.zeros(len(shift))
    for g in range(len(closed)):
        _advance(closed, rest, g, terms, sums)
        one = sums[0]
        for p in range(len(shift)):
            mass = np.exp(one[p] + logs[g])
            so_far[p] += mass
            # The last graph that replaces the one before: each is left with its own share.
            if np.random.random() * so_far[p] < mass:  # noqa: NPY002
                chosen[p] = g
