"""Every chordal graph on a few vertices, taken apart along a perfect elimination order.

A graph is chordal if its vertices can be removed one by one, each when the neighbours that are left
are all tied to each other. Vertex by vertex, those neighbours with and without the vertex itself
are what a decomposable model needs; cliques and separators need never be formed. Graphs on seven
lists are many, and are kept on disk. Dawid and Lauritzen 1993, doi 10.1214/aos/1176349260.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from numba import njit

Masks = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

# Chordal graphs with labelled vertices, by their number: https://oeis.org/A058862
COUNTS = {1: 1, 2: 2, 3: 8, 4: 61, 5: 822, 6: 18_154, 7: 617_675}
ON_DISK = 7  # vertices from which on reading beats counting
CACHE = "CASUALTY_EST_CACHE"


@dataclass(frozen=True, slots=True, eq=False)
class Graphs:
    """Chordal graphs, each as pairs of sets of vertices; a set is a number, vertex j its bit j."""

    closed: Masks  # (graph, step): the vertex that is eliminated, with the neighbours left
    rest: Masks  # (graph, step): the same neighbours without it
    log_weight: Floats | None = None  # (graph,): of the prior, beyond its ties; None is 0

    def __len__(self) -> int:
        return len(self.closed)

    @property
    def logs(self) -> Floats:
        """Log weight of every graph, of shape (graph,)."""
        return np.zeros(len(self)) if self.log_weight is None else self.log_weight

    def part(self, which: Any) -> Graphs:
        """Some of the graphs."""
        logs = None if self.log_weight is None else self.log_weight[which]
        return Graphs(self.closed[which], self.rest[which], logs)

    def tying(self, pairs: Collection[tuple[int, int]]) -> npt.NDArray[np.bool_]:
        """Whether a graph ties exactly these pairs of vertices, of shape (graph,)."""
        gone, exactly = self.closed ^ self.rest, np.ones(len(self), dtype=bool)
        for a, b in combinations(range(self.closed.shape[1]), 2):
            tied = (gone == 1 << a) & (self.rest >> b & 1 > 0)
            tied |= (gone == 1 << b) & (self.rest >> a & 1 > 0)
            exactly &= tied.any(axis=1) == ((a, b) in pairs)
        return exactly

    def edges(self, graph: int) -> tuple[tuple[int, int], ...]:
        """Pairs of vertices that one graph ties."""
        n = self.closed.shape[1]
        tied = set()
        for whole, rest in zip(self.closed[graph], self.rest[graph], strict=True):
            vertex = int(whole ^ rest).bit_length() - 1
            tied |= {frozenset((vertex, j)) for j in range(n) if rest >> j & 1}
        return tuple(pair for pair in combinations(range(n), 2) if frozenset(pair) in tied)


@cache
def chordal_graphs(vertices: int) -> Graphs:
    """All chordal graphs on so many labelled vertices, the complete one last."""
    if vertices < ON_DISK:
        return _enumerate(vertices)
    file = cache_folder() / f"chordal-graphs-{vertices}.npz"
    graphs = _read(file, vertices)
    if graphs is None:
        graphs = _enumerate(vertices)
        _write(file, graphs)
    return graphs


def cache_folder() -> Path:
    """Folder of what can be computed again: ``CASUALTY_EST_CACHE``, or the place of the system."""
    from platformdirs import user_cache_path

    own = os.environ.get(CACHE)
    return Path(own) if own else user_cache_path("casualty_est", appauthor=False)


def _read(file: Path, vertices: int) -> Graphs | None:
    """Read a file of graphs; None where there is none that is whole."""
    try:
        # A file opened here is closed here, whatever stands in it.
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            graphs = Graphs(arrays["closed"], arrays["rest"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    shape = (COUNTS[vertices], vertices)
    sound = all(a.shape == shape and a.dtype == np.uint8 for a in (graphs.closed, graphs.rest))
    if not sound:
        return None
    # Each step removes one vertex, and all of them go.
    gone = graphs.closed ^ graphs.rest
    sound = bool((np.bitwise_count(gone) == 1).all())
    sound = sound and bool((np.bitwise_or.reduce(gone, axis=1) == 2**vertices - 1).all())
    return graphs if sound else None


def _write(file: Path, graphs: Graphs) -> None:
    """Write a file beside and rename it; where nothing can be written, nothing is lost but time."""
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as stream:
            np.savez(stream, closed=graphs.closed, rest=graphs.rest)
        beside.replace(file)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _enumerate(vertices: int) -> Graphs:
    pairs = np.array(list(combinations(range(vertices), 2)), dtype=np.int64).reshape(-1, 2)
    closed = np.empty((COUNTS[vertices], vertices), dtype=np.uint8)
    rest = np.empty_like(closed)
    number = _eliminate(pairs, vertices, closed, rest)
    assert number == len(closed)
    return Graphs(closed, rest)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def _eliminate(pairs: Masks, vertices: int, closed: Masks, rest: Masks) -> int:
    """Try every graph; write the chordal ones, and return how many there are."""
    tied = np.zeros(vertices, dtype=np.int64)
    chordal = 0
    for code in range(1 << len(pairs)):
        tied[:] = 0
        for e in range(len(pairs)):
            if code >> e & 1:
                a, b = pairs[e]
                tied[a] |= 1 << b
                tied[b] |= 1 << a
        left = (1 << vertices) - 1
        step = 0
        while left:
            gone = -1
            for v in range(vertices):
                if not left >> v & 1:
                    continue
                near = tied[v] & left
                simplicial = True
                for u in range(vertices):
                    if near >> u & 1 and near & ~(tied[u] | 1 << u):
                        simplicial = False
                        break
                if simplicial:
                    gone = v
                    closed[chordal, step] = near | 1 << v
                    rest[chordal, step] = near
                    break
            if gone < 0:
                break
            left &= ~(1 << gone)
            step += 1
        if left == 0:
            chordal += 1
            if chordal == len(closed):
                break
    return chordal
