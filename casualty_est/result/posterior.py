"""Small facts about posterior draws of a count: modes, and whether a mean means anything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from numbers import Real

import numpy as np
from scipy import stats

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.result.schema import Diagnostics, Mode, Span
from casualty_est.wording.numbers import Ends

Modes = tuple[Mode, ...]

VALLEY = 0.5  # two peaks are two modes if the density between falls below half the lower one
SMALLEST = 0.03  # and on either side of it at least this share of the mass rises above it
VISITED = 0.1  # of its share over all chains, the least that a chain spends in a mode it visits
KNOWN = 0.05  # relative Monte Carlo error beyond which a mean is not printed
GRID = 512
TAIL = 2  # draws beyond each end of an interval, at the least


def interval_ends(prob: float) -> list[float]:
    """Probabilities of the lower end, the median and the upper end of an equal-tailed interval."""
    if not isinstance(prob, Real) or not 0 < prob < 1:
        msg = f"ci_prob must lie between 0 and 1, not {prob!r}: write 0.95 for a 95% interval"
        raise UsageError(msg)
    prob = float(prob)
    return [(1 - prob) / 2, 0.5, (1 + prob) / 2]


def span_of(draws: Array, prob: float) -> Span:
    """Median and equal-tailed interval of draws."""
    low, median, high = (float(x) for x in np.quantile(draws, interval_ends(prob)))
    return Span(median, low, high)


def enough_draws(prob: float, count: int) -> None:
    """Refuse an interval whose ends only a handful of draws would set."""
    if count * (1 - prob) / 2 < TAIL:
        need = math.ceil(2 * TAIL / (1 - prob))
        msg = f"an interval of {prob:g} needs at least {need:,} draws in all, not {count:,}"
        raise UsageError(msg)


def find_modes(draws: Array, prob: float = 0.95) -> Modes:
    """Find the modes of a posterior of counts: draws (draw,), in people."""
    scale, cuts = _apart(draws)
    return _modes(draws, scale, cuts, prob)


def visited_modes(draws: Array, prob: float = 0.95) -> Modes:
    """Find the modes that every chain visits; else all draws are one: draws (chain, draw).

    How many chains sit in a mode for good says nothing of its weight.
    """
    scale, cuts = _apart(draws.ravel())
    by_chain = scale.reshape(draws.shape)
    edges = [-np.inf, *cuts, np.inf]
    inside = [(by_chain > low) & (by_chain <= high) for low, high in pairwise(edges)]
    visited = all(part.mean(axis=1).min() >= VISITED * part.mean() for part in inside)
    return _modes(draws.ravel(), scale, cuts if visited else [], prob)


def _apart(draws: Array) -> tuple[Array, list[float]]:
    """Draws on the scale on which modes are sought, and where they fall apart."""
    logs = np.asarray(np.log(np.maximum(draws, 0.5)))
    width = _width(logs)
    scale = _scale(draws, logs, width)
    return scale, _valleys(scale, width)


def _modes(draws: Array, scale: Array, cuts: Sequence[float], prob: float) -> Modes:
    """One mode between each two of the places at which the draws fall apart."""
    ends = interval_ends(prob)
    modes = []
    for low_edge, high_edge in pairwise([-np.inf, *cuts, np.inf]):
        part = draws[(scale > low_edge) & (scale <= high_edge)]
        low, median, high = (float(x) for x in np.quantile(part, ends))
        modes.append(Mode(len(part) / len(draws), median, low, high))
    return tuple(modes)


def _width(logs: Array) -> float:
    """Width of the kernel on log counts; 0 where all draws are one number."""
    if logs.std() < 1e-12:
        return 0.0
    # Silverman's rule with the interquartile range: a second mode must not widen the kernel.
    spread = min(logs.std(), float(stats.iqr(logs)) / 1.34) or logs.std()
    return float(0.9 * spread * len(logs) ** -0.2)


def _scale(draws: Array, logs: Array, width: float) -> Array:
    """Log counts, and counts themselves where a kernel on logs is narrower than one person."""
    # People are whole numbers: there a kernel on logs would make a mode of each number.
    if width == 0.0 or draws.min() * width >= 1.0:
        return logs
    # Both pieces and their slopes meet at the count of which the kernel is one person.
    few = np.log(1.0 / width) + width * draws - 1.0
    return np.where(draws * width < 1.0, few, logs)


def _valleys(logs: Array, width: float) -> list[float]:
    """Places on a scale of counts at which the draws fall apart into modes."""
    if width == 0.0:
        return []
    grid = np.linspace(logs.min() - 3 * width, logs.max() + 3 * width, GRID)
    counts, _ = np.histogram(logs, bins=np.append(grid, grid[-1] + grid[1] - grid[0]))
    density = _density(grid, counts / len(logs), width)
    rising, falling = density[1:-1] >= density[:-2], density[1:-1] > density[2:]
    peaks = (np.flatnonzero(rising & falling) + 1).tolist()
    cuts = [-1]
    for peak in peaks:
        before = [p for p in peaks if cuts[-1] < p < peak]
        if before:  # the valley between is a cut where it is deep enough on both sides
            top = max(before, key=lambda p: density[p])
            bottom = top + int(np.argmin(density[top : peak + 1]))
            if density[bottom] < VALLEY * min(density[top], density[peak]):
                cuts.append(bottom)
    kept = [-1]
    for cut in cuts[1:]:  # a part that hardly rises above the valley is a shoulder, and no mode
        rise = np.maximum(density[kept[-1] + 1 :] - density[cut], 0)
        place = cut - kept[-1] - 1
        if min(rise[:place].sum(), rise[place:].sum()) >= SMALLEST:
            kept.append(cut)
    return [float(grid[cut]) for cut in kept[1:]]


def _density(grid: Array, shares: Array, width: float) -> Array:
    """Smooth the shares of draws on a grid by a kernel that is wider where they are few.

    The width grows as one over the root of a first density (Abramson 1982, doi
    10.1214/aos/1176345986): what few draws of a long tail leave between them is no valley.
    """
    some = np.flatnonzero(shares)
    shares, apart = shares[some], grid[:, None] - grid[some]
    first = np.exp(-0.5 * (apart[some] / width) ** 2) @ shares
    widths = width * np.maximum(np.sqrt(np.exp(shares @ np.log(first)) / first), 1)
    kernel = np.exp(-0.5 * (apart / widths) ** 2)
    return np.asarray((kernel / kernel.sum(axis=0)) @ shares)


def far_apart(groups: Sequence[Ends]) -> bool:
    """Whether medians lie farther apart than the narrowest interval is wide, on the log scale."""
    if len(groups) < 2:
        return False
    medians = np.log([group.median for group in groups])
    width = min(float(np.log(group.high / group.low)) for group in groups)
    return bool(medians.max() - medians.min() > width)


def mean_is_known(draws: Array, diagnostics: Diagnostics) -> bool:
    """Whether the mean of draws (chain, draw) is finite, with a Monte Carlo error up to 5%."""
    mean = float(draws.mean())
    if not np.isfinite(mean) or mean <= 0:
        return False
    ess = diagnostics.min_ess or draws.size
    return bool(draws.std() / np.sqrt(ess) <= KNOWN * mean)
