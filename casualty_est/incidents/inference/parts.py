"""What the compiled kernels work on: for each factor of the density its evidence and its memory."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from casualty_est.arrays import Array, Ints
from casualty_est.incidents.model.layout import LONE_SD, TAIL, IncidentLayout
from casualty_est.incidents.model.parameters import NAMES


class Size(NamedTuple):
    """The size law over the cells of true deaths; `size` is it and the tail of any size."""

    log_deaths: Array  # (cell,)
    ends: Array  # (2, cell)
    zero: int
    any_size: Array  # (cell,)
    law: Array  # (cell,)
    size: Array  # (cell,)
    slopes: Array  # (2, cell), in mean and log sd
    adjoint: Array  # (cell,)


class Holders(NamedTuple):
    """Who holds an incident, and with which probability."""

    nodes: Array  # (2, node): visibility and its weights
    histories: Ints  # (history, source)
    total: float  # incidents, where being held by anybody is a condition
    inclusion: Array  # (source, node, cell)
    held: Array  # (history, cell)


class Counts(NamedTuple):
    """Own counts of listers: where they fall, given the true deaths."""

    mean: Array  # (lister,)
    chol: Array  # (lister, element)
    edges: Array  # (edge,)
    cells: Ints  # (2, own cell): its edges
    starts: Ints  # (2, lister + 1): where edges and cells of each begin
    normal: Array  # `tables.NORMAL`
    bias: Array  # (lister,), as all that follows by lister
    sd: Array
    below: Array  # (edge, cell)
    density: Array  # (edge, cell)
    mass: Array  # (own cell, cell)
    by_mass: Array
    by_bias: Array
    by_sd: Array


class Statements(NamedTuple):
    """Statements of listers, as weights on cells of their own counts."""

    source: Ints  # (statement,)
    pointer: Ints  # (statement + 1,): where the weights of each begin
    cell: Ints
    weight: Array
    if_exact: Array  # (statement, cell)
    outlier: Array  # (statement,)
    denies: Array  # (statement,): its probability where the source has it that nobody died
    denier: Ints  # (denier,): its lister
    exact: Array  # (lister,)
    denial: Array  # (lister,)
    written: Array  # (statement, cell)
    by_exact: Array  # (lister,)
    by_denial: Array  # (lister,)


class Concessions(NamedTuple):
    """Statements of the judge, under each share that it may concede."""

    table: Array  # (statement, cell, node)
    if_exact: Array  # (statement, cell)
    outlier: Array  # (statement,)
    log_share: Array  # (node,)
    log_rest: Array  # (node,)
    share: Array  # (node,): weights of the nodes
    written: Array  # (statement, cell)
    by_share: Array  # (node,)


class Verdicts(NamedTuple):
    """Rows of verdict and grade: kind, grade, share, sole suspect, and what was found."""

    kinds: Ints  # (row, 5)
    mixed_grade: Ints  # (mixed,): grades that an accepted incident may have had
    mixed_count: Array  # (2, mixed)
    contested: int
    grade: Array  # (grade,)
    share: Array  # (share,)
    mixed: Array  # (2, mixed)
    real: Array  # (row,)
    admitted: Array  # (2, cell)
    found: Array  # (1,): that an investigation finds deaths where there were some
    by_real: Array
    by_mixed: Array
    by_found: Array  # (1,)


class Units(NamedTuple):
    """Distinct incidents: the rows of the table that make up each, and how many there are."""

    rows: Ints  # (unit, factor)
    weight: Array  # (unit,)
    product: Array  # (cell,)


class Prior(NamedTuple):
    """Kind and numbers of the prior of every element."""

    kinds: Ints
    first: Array
    second: Array


class Parts(NamedTuple):
    """All factors, the table M that they fill and its adjoint; `whole` takes them by position.

    at (block, 2): Where each block of `NAMES` begins and ends in the vector of parameters.
    table (row, cell): Holders, statements, concessions, verdicts, and a row of ones.
    """

    at: Ints
    size: Size
    holders: Holders
    counts: Counts
    statements: Statements
    concessions: Concessions
    verdicts: Verdicts
    units: Units
    prior: Prior
    table: Array
    adjoint: Array
    block: Array  # slopes of one block, before they are added


def plain(parts: Parts) -> tuple[Any, ...]:
    """The same in tuples without names, whose types numba knows in half the time at every call."""
    return tuple(tuple(part) if isinstance(part, tuple) else part for part in parts)


def build_parts(layout: IncidentLayout, normal: Array) -> Parts:
    """Lay out the evidence of a model, and memory of its own for whoever computes its density."""
    d, parameters = layout.arrays, layout.parameters
    starts = np.maximum(parameters.starts(), 0)
    sizes = {block.name: len(block.labels) for block in parameters.blocks}
    width = d.size_ends[1] - d.size_ends[0]
    width[: d.zero] = 0.0
    cells, listers, holders = len(d.log_deaths), len(d.bias_mean), d.histories.shape[1]
    spoken, conceded, judged = len(d.outlier), len(d.conceded_outlier), len(d.verdict_kind)
    own, nodes, mixed = d.cells.shape[1], len(d.share_log), max(len(d.mixed_grade), 1)
    table = np.ones((len(d.histories) + spoken + conceded + judged + 1, cells))
    zeros = np.zeros
    return Parts(
        np.column_stack([starts, starts + [sizes.get(name, 0) for name in NAMES]]),
        Size(
            d.log_deaths, d.size_ends, d.zero, TAIL * width / width.sum(), zeros(cells),
            zeros(cells), zeros((2, cells)), zeros(cells),
        ),
        Holders(
            d.nodes, d.histories, d.history_total, zeros((holders, d.nodes.shape[1], cells)),
            np.ones((len(d.histories), cells)),
        ),
        Counts(
            d.bias_mean, d.bias_chol, d.edges, d.cells, d.starts_of, normal, zeros(listers),
            np.full(listers, LONE_SD), zeros((len(d.edges), cells)), zeros((len(d.edges), cells)),
            zeros((own, cells)), zeros((own, cells)), zeros(listers), zeros(listers),
        ),
        Statements(
            d.statement_of, d.pointer, d.cell, d.weight, d.exact, d.outlier, d.denies, d.denier_of,
            zeros(listers), zeros(listers), zeros((spoken, cells)), zeros(listers), zeros(listers),
        ),
        Concessions(
            d.conceded, d.conceded_exact, d.conceded_outlier, d.share_log, d.share_log1m,
            zeros(nodes), zeros((conceded, cells)), zeros(nodes),
        ),
        Verdicts(
            d.verdict_kind, d.mixed_grade, d.mixed_count, d.contested,
            zeros(sizes.get("grade", 0)), zeros(sizes.get("share", 0)), np.ones((2, mixed)),
            np.ones(judged), zeros((2, cells)), np.ones(1), zeros(judged), zeros((2, mixed)),
            zeros(1),
        ),
        Units(d.index, d.count, zeros(cells)),
        Prior(parameters.kinds(), *parameters.numbers()),
        table,
        np.zeros_like(table),
        zeros(max(3 * holders, len(d.mixed_grade) + len(NAMES), parameters.size)),
    )  # fmt: skip
