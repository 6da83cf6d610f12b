"""Completeness and over-count behind each ratio, and how the prior weighs every draw of them.

Draws are of log ratios. A claim speaks of nothing else, so what lies behind a ratio follows from
the prior alone: where it is not sampled, the term that sources of one role share given their
ratios; then each core, the logit of a completeness or the log of a ratio without its over-count,
given its ratio and what it shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.exact import ROLE_NODES
from casualty_est.claims.model.layout import Layout, level_name
from casualty_est.claims.model.ratios import DOF, Ratios

Array = npt.NDArray[np.float64]

BATCH = 2000  # draws at a time: 2,000 by 1,000 nodes are 16 MB
TINY = 1e-300
SPACING = 0.1  # of cores, at most
FEWEST = 5  # nodes in one sd or scale of what is a source's own
MOST = 700  # even nodes: far tails of a t are not followed to the end
TABLE = 6  # rows of a table in one sd of the over-count
COMPLETE = 6.0  # logit from which a completeness differs from 1 by less than any over-count
MISSED = 8.0  # sds of an over-count that no draw lies beyond
REACH = {True: 25.0, False: 7.0}  # scales of a t and of a Normal beyond which no core is looked for


class _Nodes(NamedTuple):
    """Where the core of one target is looked for."""

    at: Array  # (node,)
    width: Array


@dataclass(frozen=True, slots=True)
class Cores:
    """Draws behind the log ratios, each (draw, target)."""

    core: Array
    shared: Array  # what role and source terms add to the location of the core


def cores(layout: Layout, draws: Draws, seed: int) -> Cores:
    """Draw the core of every ratio."""
    ratios = layout.ratios
    log_ratio = draws.log_ratio.reshape(-1, draws.log_ratio.shape[-1])
    rng = np.random.default_rng([seed, 5])
    sampled = draws.extra.get("shared")
    known = None if sampled is None else sampled.reshape(log_ratio.shape)
    nodes = {i: _nodes(ratios, i, log_ratio[:, i]) for i in map(int, ratios.mixed)}
    parts = []
    for start in range(0, len(log_ratio), BATCH):
        some = slice(start, start + BATCH)
        b = log_ratio[some]
        shared = _role_terms(ratios, nodes, b, rng) if known is None else known[some]
        columns = [
            _core(ratios, i, nodes[i], b[:, i], shared[:, i], rng) if i in nodes else b[:, i]
            for i in range(b.shape[1])
        ]
        parts.append((np.column_stack(columns), shared))
    return Cores(*(np.concatenate([part[k] for part in parts]) for k in (0, 1)))


def _role_terms(
    ratios: Ratios, nodes: dict[int, _Nodes], b: Array, rng: np.random.Generator
) -> Array:
    """What roles add to each core, drawn given the ratios, for one target per source."""
    added = np.zeros_like(b)
    groups: dict[object, list[int]] = {}
    for i in np.flatnonzero(ratios.role_sd > 0):
        key: object = int(ratios.role_index[i]) if ratios.role_shared[i] else f"alone {i}"
        groups.setdefault(key, []).append(int(i))
    for members in groups.values():
        logs = np.tile(-0.5 * ROLE_NODES**2, (len(b), 1))
        for k in members:
            logs += _by_role(ratios, k, nodes.get(k), b[:, k])
        chosen = _choose(logs, rng)
        term = ROLE_NODES[chosen] + _jitter(rng, np.full(len(b), ROLE_NODES[1] - ROLE_NODES[0]))
        for k in members:
            added[:, k] = ratios.role_sd[k] * term
    return added


def _by_role(ratios: Ratios, i: int, nodes: _Nodes | None, b: Array) -> Array:
    """Log density of every log ratio at each role term, its core summed out: (draw, role node)."""
    place = ratios.mu[i] + ratios.role_sd[i] * ROLE_NODES
    if nodes is None:
        return _own(ratios, i, b[:, None] - place)
    # Smooth in the log ratio, so a table of it will do: draws are far more than its rows.
    step = float(ratios.over_sd[i]) / TABLE
    rows = b.min() + step * np.arange(2 + int(np.ptp(b) / step))
    prior = np.exp(_own(ratios, i, nodes.at[:, None] - place)) * nodes.width[:, None]
    table = np.log(np.maximum(np.exp(_left(ratios, i, nodes, rows)) @ prior, TINY))
    row, part = np.divmod((b - rows[0]) / step, 1.0)
    first = np.minimum(row.astype(np.intp), len(rows) - 2)
    return np.asarray(table[first] + part[:, None] * (table[first + 1] - table[first]))


def _core(
    ratios: Ratios, i: int, nodes: _Nodes, b: Array, shared: Array, rng: np.random.Generator
) -> Array:
    """Draw the core of one target given its log ratio and what it shares."""
    logs = _own(ratios, i, nodes.at - ratios.mu[i] - shared[:, None]) + _left(ratios, i, nodes, b)
    chosen = _choose(logs + np.log(nodes.width), rng)
    return nodes.at[chosen] + _jitter(rng, nodes.width[chosen])


def _own(ratios: Ratios, i: int, gap: Array) -> Array:
    """Log density of what is a source's own, up to a constant."""
    z = gap / ratios.target_sd[i]
    heavy = -0.5 * (DOF + 1) * np.log1p(z * z / DOF) if ratios.heavy[i] else -0.5 * z * z
    return np.asarray(heavy)


def _left(ratios: Ratios, i: int, nodes: _Nodes, b: Array) -> Array:
    """Log density of what the over-count must be at each core: (draw, node)."""
    inside = -np.logaddexp(0.0, -nodes.at) if ratios.logit[i] else nodes.at
    return np.asarray(-0.5 * ((b[:, None] - inside - ratios.over_mean[i]) / ratios.over_sd[i]) ** 2)


def _nodes(ratios: Ratios, i: int, b: Array) -> _Nodes:
    """Cores within reach of their prior and of the draws, finer than what is a source's own."""
    scale, sd = float(ratios.target_sd[i]), float(ratios.over_sd[i])
    logit, mu = bool(ratios.logit[i]), float(ratios.mu[i])
    step = min(SPACING, scale / FEWEST, sd / 2)
    middle = 6 * float(np.hypot(ratios.role_sd[i], ratios.source_sd[i]))
    reach = REACH[bool(ratios.heavy[i])] * scale + middle
    lowest, highest = _span(b - ratios.over_mean[i], MISSED * sd, logit)
    low, high = max(mu - reach, lowest), min(mu + reach, highest)
    low, high = (low, high) if low < high else (mu - reach, mu + reach)
    # Where every completeness is nearly 1, only the tail of what is a source's own is left.
    bend = min(high, max(low + step, COMPLETE)) if logit else high
    edges = [np.linspace(low, bend, 1 + min(MOST, int(np.ceil((bend - low) / step))))]
    if bend < high:
        wide = max(step, scale / 2)
        edges.append(np.linspace(bend, high, 1 + int(np.ceil((high - bend) / wide)))[1:])
    ends = np.concatenate(edges)
    return _Nodes((ends[1:] + ends[:-1]) / 2, np.diff(ends))


def _span(inside: Array, margin: float, logit: bool) -> tuple[float, float]:
    """Cores that some draw could have, what is inside an over-count being known to a margin."""
    ends = float(inside.min() - margin), float(inside.max() + margin)
    if not logit:
        return ends
    low, high = (end - np.log(-np.expm1(end)) if end < 0 else np.inf for end in ends)
    return (low if np.isfinite(low) else -np.inf), high


def _choose(logs: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """One node per row, in proportion to the exponential of its log."""
    below = np.cumsum(np.exp(logs - logs.max(axis=1, keepdims=True)), axis=1)
    chosen = (below < rng.uniform(size=(len(logs), 1)) * below[:, -1:]).sum(axis=1)
    return np.asarray(np.minimum(chosen, logs.shape[1] - 1), dtype=np.intp)


def _jitter(rng: np.random.Generator, widths: Array) -> Array:
    """A place inside each node's width."""
    return widths * rng.uniform(-0.5, 0.5, len(widths))


# Assumptions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moves:
    """Every assumption whose prior can be moved: its place, its draws, and its score.

    `values` are on the scale on which the prior moves. After a move by d sds the log prior of a
    draw is higher by d times its `scores` less half of d squared times its `curvatures`.
    """

    names: list[str]
    kinds: list[str]  # ratio, completeness, over-count, level or anchor
    targets: list[int]  # position of the ratio, -1 of none
    median: Array  # of the prior, on that scale
    sd: Array
    values: Array  # (draw, assumption)
    scores: Array
    curvatures: Array


def prior_sds(ratios: Ratios) -> Array:
    """Sd of the core of every target, whatever it shares; (target,)."""
    return np.asarray(np.sqrt(np.diag(ratios.covariance())))


def counted_twice(ratios: Ratios) -> list[int]:
    """Targets whose over-count is an assumption, and no more than a guard of the engine."""
    return [i for i, t in enumerate(ratios.targets) if t.prior.over_count is not None]


def moves(layout: Layout, draws: Draws, behind: Cores, seed: int) -> Moves:
    """Collect the assumptions of a claims model in the order of the gauge, over-counts after."""
    ratios, core = layout.ratios, behind.core
    log_ratio = draws.log_ratio.reshape(len(core), -1)
    gauge = draws.scores.reshape(len(core), -1)
    count = len(ratios.targets)
    variance = _variances(ratios, behind, np.random.default_rng([seed, 6]))
    sds = prior_sds(ratios)
    one = np.ones(len(core))
    rows: list[tuple[str, str, int, float, float, Array, Array, Array]] = []
    owners = layout.owners
    for i, owner in enumerate(owners):
        kind = "completeness" if ratios.logit[i] else "ratio"
        title = f"{kind} of {owner}"
        mu, sd = float(ratios.mu[i]), float(sds[i])
        known = behind.shared[:, i] if ratios.role_shared[i] or ratios.source_sd[i] else 0.0
        score = sd * (core[:, i] - mu - known) / variance[:, i]
        rows.append((title, kind, i, mu, sd, core[:, i], score, sd**2 / variance[:, i]))
    for i in counted_twice(ratios):
        inside = -np.logaddexp(0.0, -core[:, i]) if ratios.logit[i] else core[:, i]
        value = log_ratio[:, i] - inside
        mu, sd = float(ratios.over_mean[i]), float(ratios.over_sd[i])
        title = f"over-count of {owners[i]}"
        rows.append((title, "over-count", i, mu, sd, value, (value - mu) / sd, one))
    for k, level in enumerate(layout.levels):
        mu, sd = level.prior.mean, level.prior.sd
        score = gauge[:, count + k] * sd
        name = level_name(level, layout.levels)
        rows.append((name, "level", -1, mu, sd, mu + sd * score, score, one))
    first = count + len(layout.levels)
    for j, anchor in enumerate(layout.anchors):
        mu, sd = anchor.prior.mu, anchor.prior.sd
        score = gauge[:, first + j] * sd
        if anchor.target is not None:
            score = (log_ratio[:, anchor.target] - mu) / sd
        rows.append((anchor.name, "anchor", -1, mu, sd, mu + sd * score, score, one))
    return Moves(
        names=[row[0] for row in rows],
        kinds=[row[1] for row in rows],
        targets=[row[2] for row in rows],
        median=np.array([row[3] for row in rows]),
        sd=np.array([row[4] for row in rows]),
        values=np.column_stack([row[5] for row in rows]),
        scores=np.column_stack([row[6] for row in rows]),
        curvatures=np.column_stack([row[7] for row in rows]),
    )


def _variances(ratios: Ratios, behind: Cores, rng: np.random.Generator) -> Array:
    """Variance of each core round its place, given what others share with it; (draw, target).

    A Student t is a Normal whose variance is drawn: given that one, a move weighs a draw as
    simply as under a Normal. What no other target shares belongs to the variance.
    """
    columns = []
    for i in range(len(ratios.targets)):
        scale = float(ratios.target_sd[i]) ** 2
        own = np.full(len(behind.core), scale)
        if ratios.heavy[i]:
            z2 = (behind.core[:, i] - ratios.mu[i] - behind.shared[:, i]) ** 2 / scale
            own = scale * (DOF + z2) / rng.chisquare(DOF + 1, len(z2))
        alone = not (ratios.role_shared[i] or ratios.source_sd[i])
        columns.append(own + (float(ratios.role_sd[i]) ** 2 if alone else 0.0))
    return np.column_stack(columns)
