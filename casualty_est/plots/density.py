"""Densities on the log scale, from draws or from quantiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from casualty_est.arrays import Array

POINTS = 400
SMALLEST = 0.5  # draws of no deaths at all stand here: the log axis has no zero


def log_density(draws: Array) -> tuple[Array, Array]:
    """Kernel density of the log of positive draws: where (400,), on their scale, and how dense."""
    logs = np.log(np.ravel(draws))
    spread = float(logs.std())
    if spread < 1e-9:
        return np.empty(0), np.empty(0)
    # Silverman's rule with the interquartile range: a second mode must not widen the kernel.
    inner = float(stats.iqr(logs)) / 1.34
    width = 0.9 * (min(spread, inner) or spread) * len(logs) ** -0.2
    grid = np.linspace(logs.min() - 4 * width, logs.max() + 4 * width, POINTS)
    # Draws in bins much finer than the kernel: the cost does not grow with their number.
    edges = np.linspace(grid[0], grid[-1], 4 * POINTS + 1)
    counts, _ = np.histogram(logs, edges)
    middles = (edges[1:] + edges[:-1]) / 2
    kernel = np.exp(-0.5 * ((grid[:, None] - middles) / width) ** 2)
    density = kernel @ counts / (len(logs) * width * np.sqrt(2 * np.pi))
    return np.exp(grid), density


def density_of_quantiles(quantiles: Sequence[float]) -> tuple[Array, Array]:
    """Density of the log of a distribution that is given by evenly spaced quantiles."""
    logs = np.log(np.asarray(quantiles, dtype=float))
    scores = stats.norm.ppf((np.arange(len(logs)) + 0.5) / len(logs))
    fine = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    # Between normal scores log quantiles are almost straight, beyond the last ones as well.
    slopes = np.diff(logs)[[0, -1]] / np.diff(scores)[[0, -1]]
    values = np.interp(fine, scores, logs)
    values = np.where(fine < scores[0], logs[0] + slopes[0] * (fine - scores[0]), values)
    values = np.where(fine > scores[-1], logs[-1] + slopes[1] * (fine - scores[-1]), values)
    return log_density(np.exp(values))


def log_normal_density(median: float, sd: float) -> tuple[Array, Array]:
    """Density of the log of a log-normal."""
    logs = np.log(median) + sd * np.linspace(-4, 4, POINTS)
    return np.exp(logs), stats.norm.pdf(logs, np.log(median), sd)
