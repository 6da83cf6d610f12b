"""From readings and priors to arrays: what the incidents model is, before any engine sees it.

An incident is a list of rows of one table M over the grid of true deaths: a row of the size law
and inclusion, a row for each statement, a row for verdict and grade. Its likelihood is the sum over
the grid of the product of its rows, so equal incidents cost one logarithm together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from casualty_est.arrays import Array, Ints
from casualty_est.incidents.model.denials import DenialPrior, deniers, prior_of, written
from casualty_est.incidents.model.grid import (
    Grid,
    Statements,
    build_grid,
    build_statements,
    support,
)
from casualty_est.incidents.model.parameters import Block, Parameters
from casualty_est.incidents.model.readings import FOUND, Readings
from casualty_est.incidents.model.settings import CONFIRMED, CONTESTED, Anchoring, IncidentPriors
from casualty_est.incidents.model.verdicts import grades_of, mixed_counts, share_sizes, verdict_rows
from casualty_est.priors.settings import NORMAL_FRACTIONS
from casualty_est.quantity.quantity import Quantity
from casualty_est.wording.language import stored

NODES = 5  # Gauss-Hermite nodes of the visibility of an incident
TAIL = 1e-4  # an incident is of any size this often: a few huge ones must not bend the size law
OUTLIER = 0.01  # a statement has nothing to do with the incident this often
FALSE_ADMISSION = 0.002  # an incident that is not the judge's is accepted this often
LONE_SD = 0.2  # log sd of the counts of a source that nobody checks
COUNT_SD = (math.log(0.4), 0.4)
EXACT = (2.0, 3.0)
CONCEDED_EXACT = (6.0, 4.0)
FRACTION = (math.log(0.75), math.log(0.4), 0.3)  # medians of both Beta parameters, and their log sd
FRACTIONS = 24  # nodes of the conceded share
HURDLE = ((-2.0, 1.5), (0.4, 0.3), (0.0, 1.5))  # level, slope on log deaths, sole suspect
RECALL = ((-0.4, 0.6), (0.8, 0.4))
SIZE = ((1.0, 1.0), (0.0, 0.4))
ZERO = (1.0, 9.0)
INCLUSION, SLOPE = (0.0, 1.5), (0.5, 0.4)
# Log of the loading on what makes an incident easy to see for all: as of lists of people.
VISIBILITY = (-0.4, 0.7)
INVESTIGATED_SD = (math.log(0.1), 0.2)  # median and log sd of the log sd of its counts


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """Everything that the likelihood needs, as arrays; G grid cells, U visibility nodes."""

    log_deaths: Array  # (G,)
    size_ends: Array  # (2, G): logs of the edges of the cells
    zero: int  # 1 where the first cell is zero deaths
    nodes: Array  # (2, U): visibility of an incident, and weights
    histories: Ints  # (history, included source): who holds the incident
    history_total: float  # incidents, where being held by anybody is a condition
    bias_mean: Array  # (lister,): prior of the log ratios
    bias_chol: Array  # (lister, element)
    # Own counts, all listers after one another, and where the edges and cells of each begin.
    edges: Array
    cells: Ints  # (2, own cell)
    starts_of: Ints  # (2, lister + 1)
    statement_of: Ints  # (statement,): its lister
    pointer: Ints  # (statement + 1,): where its weights begin among `cell` and `weight`
    cell: Ints
    weight: Array
    exact: Array  # (statement, G), as in `Statements`
    outlier: Array
    denies: Array  # (statement,): its probability where the source has it that nobody died
    denier_of: Ints  # (denier,): listers that say so of some incident
    conceded: Array  # (conceded, G, node): statements of the judge under each conceded share
    conceded_exact: Array  # (conceded, G)
    conceded_outlier: Array
    share_log: Array  # (node,): logs of the conceded shares, and of what is left
    share_log1m: Array
    verdict_kind: Ints  # (verdict row, 5): kind, grade, share, sole suspect, found
    mixed_grade: Ints  # (mixed,): grades that an accepted incident may have had before
    mixed_count: Array  # (2, mixed): incidents not accepted, with several suspects and with one
    contested: int
    index: Ints  # (unit, factor): rows of M that make up each distinct incident
    count: Array  # (unit,): how many there are


@dataclass(frozen=True, slots=True)
class IncidentLayout:
    """Everything an incidents model consists of."""

    readings: Readings
    grid: Grid  # of true deaths
    parameters: Parameters
    arrays: Arrays
    unit_of: Ints  # (pattern,): distinct incident of each
    included: tuple[int, ...]  # sources with an inclusion, in the order of `Arrays.histories`
    unlisted: str
    anchor: Anchoring
    cut: bool
    exact_reports: bool
    grades: tuple[str, ...]
    shares: tuple[int, ...]
    denials: Mapping[str, DenialPrior]  # by source that says of some incident that nobody died


@dataclass(frozen=True, slots=True)
class Choices:
    """What the analyst set, checked."""

    priors: IncidentPriors
    roles: Mapping[str, str | None]
    anchor: Anchoring
    cut: bool
    exact_reports: bool
    unlisted: str


def build_layout(readings: Readings, choices: Choices) -> IncidentLayout:
    """Lay out the model."""
    patterns, listers, judge = readings.patterns, readings.listers, readings.judge
    sources = patterns.sources
    used = [_used(readings, s) for s in range(len(sources))]
    quantities = [[patterns.claims[s][i] for i in used[s]] for s in range(len(sources))]
    named = [q for s in range(len(sources)) for q in quantities[s]]
    zero = any(support(q)[0] == 0 for q in named)
    grid = build_grid(max((q.hedge.number(q) for q in named), default=1.0), zero=zero)
    statements = [build_statements(quantities[s], grid) for s in listers]
    own = () if judge is None or not readings.self_reported.any() else (judge,)
    included = (*readings.recorders, *own) if choices.unlisted == "overlap" else ()
    histories, history_of = _histories(readings, included)
    grades, shares = grades_of(readings), share_sizes(readings)
    verdicts, verdict_of = verdict_rows(readings, grades, shares, choices.unlisted)
    lister_names = [sources[s] for s in listers]
    lone = len(listers) == 1
    denier_of = deniers(readings, quantities)
    scopes = {patterns.scope[k] for k in np.unique(patterns.scope_of)}
    denials = {
        name: prior_of(name, choices.roles[name], choices.priors.denials, scopes)
        for name in (lister_names[i] for i in denier_of)
    }
    denied = np.array([(p.first, p.second) for p in denials.values()]).reshape(-1, 2).T
    mean, chol = _biases(lister_names, choices)
    mixed = [k for k, name in enumerate(grades) if name != CONFIRMED] or list(range(len(grades)))
    has_judged = judge is not None and bool((readings.verdict > 0).any())
    conceded = _conceded(quantities[judge] if judge is not None else [], grid)
    holders, share = [sources[s] for s in included], choices.priors.share
    real = np.array([choices.priors.grades[name] for name in grades]).reshape(-1, 2).T
    concedes, exact = len(conceded[0]) > 0, choices.exact_reports
    mixes, recalls = has_judged and len(mixed) > 1, choices.unlisted == "recall"
    hurdles = ["level", "log deaths", "sole suspect"]
    inv = readings.investigation
    looked = [] if inv is None else [sources[inv]]
    spread = np.array([INVESTIGATED_SD if s == inv else COUNT_SD for s in listers]).T
    of_suspects = [share / n for n in shares], [share * (1 - 1 / n) for n in shares]
    whos = ("several suspects", "sole suspect")
    by_suspects = [f"{who}: {grades[k]}" for who in whos for k in mixed]
    # A block without labels is absent.
    rows: tuple[tuple[str, str, Sequence[str], Any, Any], ...] = (
        ("size_mean", "normal", ["log deaths"], *SIZE[0]),
        ("log_size_sd", "normal", ["log deaths"], *SIZE[1]),
        ("zero", "beta", ["no deaths"] * zero, *ZERO),
        ("inclusion", "normal", holders, *INCLUSION),
        ("slope", "normal", holders, *SLOPE),
        ("log_visibility", "normal", holders, *VISIBILITY),
        ("bias", "normal", [f"bias {k + 1}" for k in range(chol.shape[1])], 0.0, 1.0),
        ("log_count_sd", "normal", lister_names * (not lone), *spread),
        ("exact", "beta", lister_names * (exact and not lone), *EXACT),
        ("denial", "beta", list(denials), *denied),
        ("hurdle", "normal", hurdles * has_judged, *np.transpose(HURDLE)),
        ("conceded_exact", "beta", ["all deaths conceded"] * (concedes and exact), *CONCEDED_EXACT),
        ("fraction", "normal", ["conceded", "withheld"] * concedes, FRACTION[:2], FRACTION[2]),
        ("grade", "beta", grades, *real),
        (
            "share",
            "beta",
            [stored("assumption", "one of {number} suspects", number=n) for n in shares],
            *of_suspects,
        ),
        ("grade_share", "gamma", by_suspects * mixes, 1.0, 0.0),
        ("recall", "normal", ["level", "log deaths"] * recalls, *np.transpose(RECALL)),
        ("found", "beta", looked, *choices.priors.found),
    )
    parameters = Parameters(tuple(Block.of(*row) for row in rows if row[2]))
    index, count, unit_of = _units(
        readings, history_of, verdict_of, len(histories), statements, used, len(conceded[0]),
        len(verdicts),
    )  # fmt: skip
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    size_low = np.log(np.maximum(grid.low - 0.5, 0.5))
    arrays = Arrays(
        log_deaths=grid.log_deaths,
        size_ends=np.array([size_low, np.log(grid.high + 0.5)]),
        zero=int(zero),
        nodes=np.array([nodes, weights / weights.sum()]),
        histories=histories,
        history_total=float(patterns.count[~readings.drawn].sum()) if included else 0.0,
        bias_mean=mean,
        bias_chol=chol,
        **_flatten(statements),
        denies=np.array([written(q) for s in listers for q in quantities[s]]),
        denier_of=np.array(denier_of, dtype=np.int64),
        conceded=conceded[0],
        conceded_exact=conceded[1],
        conceded_outlier=conceded[2],
        share_log=conceded[3],
        share_log1m=conceded[4],
        verdict_kind=verdicts,
        mixed_grade=np.array(mixed, dtype=np.int64),
        mixed_count=mixed_counts(readings, grades, mixed),
        contested=grades.index(CONTESTED) if CONTESTED in grades else -1,
        index=index,
        count=count,
    )
    return IncidentLayout(
        readings, grid, parameters, arrays, unit_of, included, choices.unlisted, choices.anchor,
        choices.cut, choices.exact_reports, grades, shares, denials,
    )  # fmt: skip


def _used(readings: Readings, s: int) -> Ints:
    """Quantities of a source that enter the likelihood, as positions in its list."""
    claim = readings.patterns.claim[:, s]
    if s == readings.judge:
        claim = claim[readings.speaks]
    if s == readings.investigation:
        claim = claim[readings.found == FOUND]
    return np.unique(claim[claim >= 0])


def _histories(readings: Readings, included: Sequence[int]) -> tuple[Ints, Ints]:
    """Distinct sets of holders, nobody first, and the one of each pattern."""
    if not included:
        return np.zeros((1, 0), np.int64), np.zeros(len(readings.patterns.count), np.int64)
    held = readings.listed[:, list(included)].astype(np.int64)
    # Nobody else reported it: what others write stems from the judge's own report.
    others = [i for i, s in enumerate(included) if s != readings.judge]
    held[np.ix_(readings.self_reported & (readings.patterns.recall_check == 0), others)] = 0
    every = np.vstack([np.zeros((1, len(included)), dtype=np.int64), held])
    histories, where = np.unique(every, axis=0, return_inverse=True)
    return histories.astype(np.int64), where.ravel()[1:].astype(np.int64)


def _biases(names: Sequence[str], choices: Choices) -> tuple[Array, Array]:
    """Prior mean and Cholesky factor of the log ratios, sources of one role sharing a part.

    Under the cut everything is relative to the anchor, whose own column is empty.
    """
    priors = [choices.priors.within(name, choices.roles[name]) for name in names]
    anchor = names.index(choices.anchor.source)
    priors[anchor] = choices.anchor.prior
    named = choices.anchor.how == "named"
    common = (choices.priors.base.fractions or NORMAL_FRACTIONS)[0]
    own = [name in choices.priors.base.sources for name in names]
    correlation = np.eye(len(names))
    for i in range(len(names)):
        for j in range(i):
            role = choices.roles[names[i]]
            alike = role is not None and role == choices.roles[names[j]] and not own[i] | own[j]
            if alike and not (named and anchor in (i, j)):
                correlation[i, j] = correlation[j, i] = common
    sd = np.array([prior.sd for prior in priors])
    mean = np.array([prior.mu for prior in priors])
    covariance = correlation * np.outer(sd, sd)
    if not choices.cut:
        return mean, np.linalg.cholesky(covariance)
    rest = [i for i in range(len(names)) if i != anchor]
    pull = covariance[np.ix_(rest, [anchor])]
    inner = covariance[np.ix_(rest, rest)] - pull @ pull.T / covariance[anchor, anchor]
    chol = np.zeros((len(names), len(rest)))
    chol[rest] = np.linalg.cholesky(inner) if rest else 0.0
    return mean - mean[anchor], chol


def _conceded(
    quantities: Sequence[Quantity], grid: Grid
) -> tuple[Array, Array, Array, Array, Array]:
    """Statements of the judge: a share of the deaths, whose distribution is a Beta on nodes."""
    middle = (np.arange(FRACTIONS) + 0.5) / FRACTIONS
    share = stats.beta.ppf(middle, math.exp(FRACTION[0]), math.exp(FRACTION[1]))
    rest = special.betaincinv(math.exp(FRACTION[1]), math.exp(FRACTION[0]), 1 - middle)
    if not quantities:
        empty = np.zeros((0, len(grid.low), FRACTIONS))
        return empty, empty[:, :, 0].copy(), np.zeros(0), np.log(share), np.log(rest)
    table = np.empty((len(quantities), len(grid.low), FRACTIONS))
    plain = build_statements(quantities, grid)
    for c, quantity in enumerate(quantities):
        low, high = support(quantity)
        v = np.arange(low, high + 1)
        k = quantity.hedge.probability(quantity, v, 0)
        for g in range(len(grid.low)):
            few = min(5, int(grid.high[g] - grid.low[g]) + 1)
            deaths = np.unique(np.linspace(grid.low[g], grid.high[g], few).round())
            mass = stats.binom.pmf(v[:, None, None], deaths[:, None], share)
            table[c, g] = np.tensordot(k, mass, 1).mean(axis=0)
    return table, plain.exact, plain.outlier, np.log(share), np.log(rest)


def _units(
    readings: Readings,
    history_of: Ints,
    verdict_of: Ints,
    histories: int,
    statements: Sequence[Statements],
    used: Sequence[Ints],
    conceded: int,
    verdicts: int,
) -> tuple[Ints, Array, Ints]:
    """Rows of the table M of each distinct incident; the last row of M is all ones."""
    patterns, judge, columns, start = readings.patterns, readings.judge, [history_of], histories
    judged = histories + sum(len(s.outlier) for s in statements) + conceded
    ones = judged + verdicts
    for s, lister in zip(readings.listers, statements, strict=True):
        # That an investigation found nobody is told by its row of verdict and grade.
        silent = (s == readings.investigation) & (readings.found != FOUND)
        columns.append(_rows_of(np.where(silent, -1, patterns.claim[:, s]), used[s], start, ones))
        start += len(lister.outlier)
    if judge is not None:
        claim = np.where(readings.speaks, patterns.claim[:, judge], -1)
        columns.append(_rows_of(claim, used[judge], start, ones))
    columns.append(np.where(verdict_of < 0, ones, judged + verdict_of))
    every = np.column_stack(columns)
    index, unit_of = np.unique(every, axis=0, return_inverse=True)
    unit_of = unit_of.ravel().astype(np.int64)
    count = np.bincount(unit_of, weights=patterns.count.astype(float), minlength=len(index))
    return np.ascontiguousarray(index, dtype=np.int64), count, unit_of


def _rows_of(claim: Ints, used: Ints, start: int, ones: int) -> Ints:
    where = np.searchsorted(used, np.maximum(claim, 0))
    return np.where(claim >= 0, start + where, ones).astype(np.int64)


def _flatten(statements: Sequence[Statements]) -> dict[str, Any]:
    edge_start = np.cumsum([0, *(len(s.edges) for s in statements)])
    cell_start = np.cumsum([0, *(len(s.cells) for s in statements)])
    rows = [(i, row) for i, source in enumerate(statements) for row in range(len(source.outlier))]
    pointer, cell, weight = [0], [], []
    for i, row in rows:
        used = np.flatnonzero(statements[i].weights[row])
        cell.append(used + cell_start[i])
        weight.append(statements[i].weights[row, used])
        pointer.append(pointer[-1] + len(used))
    cells = np.vstack([s.cells + edge_start[i] for i, s in enumerate(statements)])
    return {
        "edges": np.concatenate([s.edges for s in statements]),
        "cells": np.ascontiguousarray(cells.T, dtype=np.int64),
        "starts_of": np.array([edge_start, cell_start], dtype=np.int64),
        "statement_of": np.array([i for i, _ in rows], dtype=np.int64),
        "pointer": np.array(pointer, dtype=np.int64),
        "cell": np.concatenate([*cell, np.zeros(0)]).astype(np.int64),
        "weight": np.concatenate([*weight, np.zeros(0)]),
        "exact": np.vstack([s.exact for s in statements]),
        "outlier": np.concatenate([s.outlier for s in statements]),
    }
