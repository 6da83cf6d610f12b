"""Completeness and over-count behind each ratio, and how the prior weighs every draw of them.

The exact route draws log ratios only. A claim speaks of nothing else, so what lies behind a ratio
follows from the prior alone: the term that sources of one role share given their ratios, then each
completeness given its ratio and that term.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.exact import ROLE_NODES
from casualty_est.claims.model.layout import Layout, level_name
from casualty_est.claims.model.ratios import Ratios
from casualty_est.claims.schema import ratio_owner

Array = npt.NDArray[np.float64]

BATCH = 2000  # draws at a time: 2,000 by 500 nodes are 8 MB
TINY = 1e-300
SPACING = 0.05  # of logits, at most
REACH = 6.0  # prior sds beyond which no completeness is looked for


def cores(layout: Layout, draws: Draws, seed: int) -> Array:
    """Logit of each completeness, or log of a ratio without its over-count: (draw, target)."""
    log_ratio = draws.log_ratio.reshape(-1, draws.log_ratio.shape[-1])
    if "core" in draws.extra:
        return np.asarray(draws.extra["core"].reshape(log_ratio.shape))
    rng = np.random.default_rng([seed, 5])
    return np.concatenate(
        [
            _given_ratios(layout.ratios, log_ratio[start : start + BATCH], rng)
            for start in range(0, len(log_ratio), BATCH)
        ]
    )


def _given_ratios(ratios: Ratios, log_ratio: Array, rng: np.random.Generator) -> Array:
    """Draw the cores behind draws of the log ratios, for one target per source."""
    drawn = np.empty_like(log_ratio)
    shared = ratios.role_part > 0
    for block in np.unique(ratios.role_index[shared]):
        members = np.flatnonzero(shared & (ratios.role_index == block))
        term = _role_term(ratios, members, log_ratio, rng)
        for i in members:
            drawn[:, i] = _core(ratios, int(i), log_ratio[:, i], term, rng)
    for i in np.flatnonzero(~shared):
        drawn[:, i] = _core(ratios, int(i), log_ratio[:, i], np.zeros(len(drawn)), rng)
    return drawn


def _over(ratios: Ratios, i: int) -> tuple[float, float]:
    """Mean and sd of the log over-count of a target; an sd of 0 where it has none."""
    at = ratios.over_index[i]
    return (float(ratios.over_mean[at]), float(ratios.over_sd[at])) if at >= 0 else (0.0, 0.0)


def _role_term(
    ratios: Ratios, members: npt.NDArray[np.intp], log_ratio: Array, rng: np.random.Generator
) -> Array:
    """Draw the term that some sources share, given their ratios."""
    logs = np.tile(-0.5 * ROLE_NODES**2, (len(log_ratio), 1))
    for i in members:
        place = ratios.mu[i] + ratios.sd[i] * ratios.role_part[i] * ROLE_NODES
        spread = float(ratios.sd[i] * ratios.target_part[i])
        mean, sd = _over(ratios, int(i))
        b = log_ratio[:, i : i + 1]
        if not ratios.logit[i]:
            z = (b - mean - place) / np.hypot(spread, sd)
            logs -= 0.5 * z**2
        elif sd == 0:
            logs -= 0.5 * ((_logit_of_log(b) - place) / spread) ** 2
        else:
            nodes = _nodes(ratios, int(i))
            prior = np.exp(-0.5 * ((nodes[:, None] - place) / spread) ** 2)
            bumps = np.exp(-0.5 * ((b + np.logaddexp(0.0, -nodes) - mean) / sd) ** 2)
            logs += np.log(np.maximum(bumps @ prior, TINY))
    return ROLE_NODES[_choose(logs, rng)] + _jitter(ROLE_NODES, len(logs), rng)


def _core(ratios: Ratios, i: int, b: Array, term: Array, rng: np.random.Generator) -> Array:
    """Draw the core of one target given its log ratio and the shared term."""
    mean, sd = _over(ratios, i)
    if sd == 0:
        return np.asarray(_logit_of_log(b) if ratios.logit[i] else b)
    place = ratios.mu[i] + ratios.sd[i] * ratios.role_part[i] * term
    spread = float(ratios.sd[i] * ratios.target_part[i])
    if not ratios.logit[i]:
        # A sum of two Normals: the part of each is Normal given the sum.
        part = spread**2 / (spread**2 + sd**2)
        error = np.sqrt(part) * sd * rng.standard_normal(len(b))
        return np.asarray(place + part * (b - mean - place) + error)
    nodes = _nodes(ratios, i)
    logs = -0.5 * ((nodes - place[:, None]) / spread) ** 2
    logs -= 0.5 * ((b[:, None] + np.logaddexp(0.0, -nodes) - mean) / sd) ** 2
    return nodes[_choose(logs, rng)] + _jitter(nodes, len(b), rng)


def _nodes(ratios: Ratios, i: int) -> Array:
    """Logits within reach of the prior of one completeness, finer than its own part of it."""
    step = min(SPACING, float(ratios.sd[i] * ratios.target_part[i]) / 4)
    reach = REACH * float(ratios.sd[i])
    return np.asarray(ratios.mu[i] + np.arange(-reach, reach, step))


def _logit_of_log(b: Array) -> Array:
    """Logit of exp(b), for b below 0."""
    b = np.minimum(b, -1e-12)
    return np.asarray(b - np.log(-np.expm1(b)))


def _choose(logs: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """One node per row, in proportion to the exponential of its log."""
    below = np.cumsum(np.exp(logs - logs.max(axis=1, keepdims=True)), axis=1)
    chosen = (below < rng.uniform(size=(len(logs), 1)) * below[:, -1:]).sum(axis=1)
    return np.asarray(np.minimum(chosen, logs.shape[1] - 1), dtype=np.intp)


def _jitter(nodes: Array, count: int, rng: np.random.Generator) -> Array:
    step = nodes[1] - nodes[0]
    return rng.uniform(-step / 2, step / 2, count)


# Assumptions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moves:
    """Every assumption whose prior can be moved: its place, its draws, and its score.

    `values` are on the scale on which the prior is Normal, `scores` the derivative of the log prior
    by a move of one prior sd upward.
    """

    names: list[str]
    kinds: list[str]  # ratio, completeness, over-count, level or anchor
    targets: list[int]  # position of the ratio, -1 of none
    median: Array  # of the prior, on that scale
    sd: Array
    values: Array  # (draw, assumption)
    scores: Array


def moves(layout: Layout, draws: Draws, core: Array) -> Moves:
    """Collect the assumptions of a claims model in the order of the gauge, over-counts after."""
    ratios = layout.ratios
    log_ratio = draws.log_ratio.reshape(len(core), -1)
    gauge = draws.scores.reshape(len(core), -1)
    count = len(ratios.targets)
    covariance = ratios.covariance(np.ones(count))
    pull = np.linalg.solve(covariance, (core - ratios.mu).T).T
    rows: list[tuple[str, str, int, float, float, Array, Array]] = []
    for i, name in enumerate(layout.ratio_names):
        kind = "completeness" if ratios.logit[i] else "ratio"
        title = f"{kind} of {ratio_owner(name)}"
        mu, sd = float(ratios.mu[i]), float(ratios.sd[i])
        rows.append((title, kind, i, mu, sd, core[:, i], sd * pull[:, i]))
    for at in range(len(ratios.over_mean)):
        i = int(np.flatnonzero(ratios.over_index == at)[0])
        inside = -np.logaddexp(0.0, -core[:, i]) if ratios.logit[i] else core[:, i]
        value = log_ratio[:, i] - inside
        mu, sd = float(ratios.over_mean[at]), float(ratios.over_sd[at])
        title = f"over-count of {ratios.targets[i].source}"
        rows.append((title, "over-count", i, mu, sd, value, (value - mu) / sd))
    for k, level in enumerate(layout.levels):
        mu, sd = level.prior.mean, level.prior.sd
        score = gauge[:, count + k] * sd
        rows.append((level_name(level, layout.levels), "level", -1, mu, sd, mu + sd * score, score))
    first = count + len(layout.levels)
    for j, anchor in enumerate(layout.anchors):
        mu, sd = anchor.prior.mu, anchor.prior.sd
        score = gauge[:, first + j] * sd
        if anchor.target is not None:
            score = (log_ratio[:, anchor.target] - mu) / sd
        rows.append((anchor.name, "anchor", -1, mu, sd, mu + sd * score, score))
    return Moves(
        names=[row[0] for row in rows],
        kinds=[row[1] for row in rows],
        targets=[row[2] for row in rows],
        median=np.array([row[3] for row in rows]),
        sd=np.array([row[4] for row in rows]),
        values=np.column_stack([row[5] for row in rows]),
        scores=np.column_stack([row[6] for row in rows]),
    )
