"""The posterior of published estimates: exact, by quadrature over each count given the biases.

The prior of each count is flat in its log, that of the bias of a study Normal. Given the biases,
counts are independent, each with a density in one dimension. Where several studies share cells, the
biases are drawn from a t distribution near their posterior and weighted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from casualty_est.arrays import Array
from casualty_est.surveys.model.published import PublishedLayout, Target

GRID = 201
FREEDOM = 7  # of the t distribution
WIDER = 1.15  # than the approximate posterior
PROPOSALS = 2  # for each draw that is kept
BATCH = 500


@dataclass(frozen=True, slots=True)
class Drawn:
    """Independent draws: log counts (draw, target), biases (draw, source), effective number."""

    log_deaths: Array
    bias: Array
    ess: float


def solve(
    layout: PublishedLayout, targets: Sequence[Target], draws: int, rng: np.random.Generator
) -> Drawn:
    """Draw the counts of some targets and the biases of all studies."""
    bias = np.array(layout.bias_sd) * rng.standard_normal((draws, len(layout.sources)))
    ess = float(draws)
    for part in _components(layout, targets):
        if len(part) > 1:
            here = [target for target in targets if _studies(layout, target) & part]
            bias[:, sorted(part)], effective = _biases(layout, here, sorted(part), draws, rng)
            ess = min(ess, effective)
    counts = [_counts(layout, target, bias, rng) for target in targets]
    return Drawn(np.column_stack(counts), bias, ess)


def _studies(layout: PublishedLayout, target: Target) -> set[int]:
    return {layout.source_of(row) for row in target.rows}


def _components(layout: PublishedLayout, targets: Sequence[Target]) -> list[set[int]]:
    """Studies that are tied to each other by counts that both estimate."""
    parts: list[set[int]] = []
    for target in targets:
        studies = _studies(layout, target)
        touching = [part for part in parts if part & studies]
        parts = [part for part in parts if not part & studies]
        parts.append(studies.union(*touching))
    return parts


def _biases(
    layout: PublishedLayout,
    targets: Sequence[Target],
    studies: list[int],
    draws: int,
    rng: np.random.Generator,
) -> tuple[Array, float]:
    """Draw the biases of studies that share counts."""
    sds = np.array([layout.bias_sd[s] for s in studies])
    if not sds.any():
        return np.zeros((draws, len(studies))), float(draws)
    mean, covariance = _rough(layout, targets, studies)
    proposal = stats.multivariate_t(mean, covariance * WIDER**2, df=FREEDOM, seed=rng)
    tried = np.atleast_2d(proposal.rvs(PROPOSALS * draws)).reshape(-1, len(studies))
    logs = -0.5 * np.sum((tried / sds) ** 2, axis=1) - proposal.logpdf(tried)
    for start in range(0, len(tried), BATCH):
        some = slice(start, start + BATCH)
        everyone = np.zeros((len(tried[some]), len(layout.sources)))
        everyone[:, studies] = tried[some]
        for target in targets:
            _, logs_here = _density(layout, target, everyone)
            logs[some] += np.log(np.exp(logs_here - _top(logs_here)).sum(axis=1))
            logs[some] += _top(logs_here)[:, 0]
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    # Systematic resampling: one random start, evenly spaced.
    at = (np.arange(draws) + rng.uniform()) / draws
    chosen = np.minimum(np.searchsorted(np.cumsum(weights), at), len(tried) - 1)
    effective = 1 / float(np.sum(weights**2))
    return tried[rng.permutation(chosen)], min(effective, float(draws))


def _rough(
    layout: PublishedLayout, targets: Sequence[Target], studies: list[int]
) -> tuple[Array, Array]:
    """Mean and covariance of the biases if every number were Normal on the log scale."""
    place = {s: k for k, s in enumerate(studies)}
    precision = np.diag([1 / layout.bias_sd[s] ** 2 for s in studies])
    pull = np.zeros(len(studies))
    for target in targets:
        moments = [layout.numbers[row].moments for row in target.rows]
        at = [place[layout.source_of(row)] for row in target.rows]
        means, weights = (np.array(x) for x in zip(*((m, 1 / v) for m, v in moments), strict=True))
        spread = np.diag(weights) - np.outer(weights, weights) / weights.sum()
        precision[np.ix_(at, at)] += spread
        pull[at] += spread @ means
    covariance = np.linalg.inv(precision)
    return covariance @ pull, covariance


def _top(logs: Array) -> Array:
    return logs.max(axis=1, keepdims=True)


def _density(layout: PublishedLayout, target: Target, bias: Array) -> tuple[Array, Array]:
    """Values of the log count, and its log density given each draw of the biases."""
    numbers = [layout.numbers[row] for row in target.rows]
    studies = [layout.source_of(row) for row in target.rows]
    margin = [5 * layout.bias_sd[s] for s in studies]
    # Beyond the end of any one number nothing is left, so the smallest upper end is enough.
    pairs = list(zip(numbers, margin, strict=True))
    low = max(number.limits[0] - more for number, more in pairs)
    high = min(number.limits[1] + more for number, more in pairs)
    if low >= high:
        low, high = high - 1.0, low + 1.0
    m = np.linspace(low, high, GRID)
    slope = min(number.slope for number in numbers)
    logs = np.broadcast_to(slope * m, (len(bias), GRID)).copy()
    for number, study in zip(numbers, studies, strict=True):
        logs += number.interpolated(m + bias[:, study, None])
    return m, logs


def _counts(
    layout: PublishedLayout, target: Target, bias: Array, rng: np.random.Generator
) -> Array:
    """Draw the log count of a target given the biases."""
    # One in each of as many equal parts: the printed quantiles come back but for the biases.
    u = (rng.permutation(len(bias)) + rng.uniform(size=len(bias))) / len(bias)
    if len(target.rows) == 1:
        study = layout.source_of(target.rows[0])
        return np.asarray(layout.numbers[target.rows[0]].quantile(u) - bias[:, study])
    drawn = np.empty(len(bias))
    for start in range(0, len(bias), BATCH):
        some = slice(start, start + BATCH)
        m, logs = _density(layout, target, bias[some])
        mass = np.exp(logs - _top(logs))
        cumulative = np.cumsum(mass, axis=1)
        wanted = u[some] * cumulative[:, -1]
        after = np.minimum((cumulative < wanted[:, None]).sum(axis=1), GRID - 1)
        at = np.arange(len(after))
        part = 1 - (cumulative[at, after] - wanted) / np.maximum(mass[at, after], 1e-300)
        drawn[some] = m[after] + (part - 0.5) * (m[1] - m[0])
    return drawn
