"""A partition of the records, and the graph of candidate pairs that it is sampled on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LARGEST_START = 12  # records in a cluster of the start in which everything is joined


class Graph(NamedTuple):
    """Candidate pairs as edges, each seen from both of its records."""

    start: Ints  # (record + 1,): where the edges of each record begin
    other: Ints  # (edge,): the record at its other end
    pair: Ints  # (edge,): position among the pairs
    one: Ints  # (pair,): its ends
    two: Ints
    list_of: Ints  # (record,)
    unique: Bools  # (list,): nobody stands twice


class State(NamedTuple):
    """Where a chain stands; changed in place. Clusters have numbers below that of the records."""

    label: Ints  # (record,): its cluster
    size: Ints  # (cluster,)
    inside: Array  # (cluster,): sum of the scores of its scored pairs
    scored: Ints  # (cluster,): their number
    members: Ints  # (cluster, list)
    pattern: Ints  # (cluster,): sum over lists k that hold it of 2^k
    table: Ints  # (pattern,): clusters
    free: Ints  # (cluster,): a stack of numbers that no cluster has
    counts: Ints  # (2,): clusters, free numbers
    repeats: Array  # (list,): rate of further records of a person on a list that holds it


def graph_of(i: Ints, j: Ints, list_of: Ints, unique: Bools) -> Graph:
    """Sort the pairs by record."""
    ends = np.concatenate([i, j])
    order = np.argsort(ends, kind="stable")
    pairs = np.tile(np.arange(len(i), dtype=np.int64), 2)[order]
    start = np.zeros(len(list_of) + 1, dtype=np.int64)
    np.cumsum(np.bincount(ends, minlength=len(list_of)), out=start[1:])
    # Columns of a table would be another kind of array, for which all kernels are compiled again.
    i, j = np.ascontiguousarray(i), np.ascontiguousarray(j)
    return Graph(start, np.concatenate([j, i])[order], pairs, i, j, list_of, unique)


def state_of(label: Ints, list_of: Ints, lists: int, repeats: Array) -> State:
    """Count what a partition holds; scores are added by the kernel."""
    records = len(label)
    _, label = np.unique(label, return_inverse=True)
    label = label.astype(np.int64)
    clusters = int(label.max()) + 1 if records else 0
    members = np.zeros((records, lists), dtype=np.int64)
    np.add.at(members, (label, list_of), 1)
    pattern = (members > 0) @ (1 << np.arange(lists, dtype=np.int64))
    table = np.bincount(pattern[:clusters], minlength=1 << lists).astype(np.int64)
    free = np.zeros(records, dtype=np.int64)
    free[: records - clusters] = np.arange(clusters, records)
    counts = np.array([clusters, records - clusters], dtype=np.int64)
    size = members.sum(axis=1)
    scored = np.zeros(records, dtype=np.int64)
    return State(
        *(label, size, np.zeros(records), scored, members, pattern, table, free, counts),
        repeats.copy(),
    )


def all_apart(list_of: Ints) -> Ints:
    """Every record a person of its own."""
    return np.arange(len(list_of), dtype=np.int64)


def all_joined(i: Ints, j: Ints, weight: Array, list_of: Ints, unique: Bools) -> Ints:
    """Join every candidate pair that may be joined, the best first, up to some size."""
    label = np.arange(len(list_of), dtype=np.int64)
    inside = [[int(record)] for record in label]
    for pair in np.argsort(-weight, kind="stable"):
        one, two = label[i[pair]], label[j[pair]]
        if one == two or len(inside[one]) + len(inside[two]) > LARGEST_START:
            continue
        lists = list_of[[*inside[one], *inside[two]]]
        if (np.bincount(lists, minlength=len(unique))[unique] > 1).any():
            continue
        if len(inside[one]) < len(inside[two]):
            one, two = two, one
        label[inside[two]] = one
        inside[one] += inside[two]
        inside[two] = []
    return label
