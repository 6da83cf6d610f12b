"""Sources that state deaths late: which share of every step a statement holds by its day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array
from casualty_est.claims.table.time_grid import TimeGrid
from casualty_est.priors.time import Delay

Ints = npt.NDArray[np.intp]

NODES = 4  # Gauss-Legendre nodes of a delay within a step
REACH = 5.0  # prior sds of the log median delay within which it is looked for
DEGREES = (8, 12, 16, 24, 32, 48, 64, 96, 128)
EXACT = 1e-5  # of a share


@dataclass(frozen=True, slots=True)
class Delayed:
    """Windows of a source that states deaths only after a delay."""

    source: str
    delay: Delay
    windows: Ints  # (row,): which windows of the model they are
    lags: Array  # (row, step, node): days from a death to the day of the statement
    shares: Array  # (row, step, node): share of the step's deaths that each node stands for

    def weights(self, log_median: float) -> Array:
        """Share of each step's deaths that was stated, of shape (row, step)."""
        return np.asarray((admitted(self.lags, log_median, self.delay.shape) * self.shares).sum(-1))


def admitted(lags: Array, log_median: Array | float, shape: float) -> Array:
    """Share of deaths that is stated so many days after them."""
    log_scale = log_median - np.log(np.log(2)) / shape
    powers = np.maximum(lags, 0.0) ** shape
    return np.asarray(-np.expm1(-powers * np.exp(-shape * log_scale)))


def delay_nodes(grid: TimeGrid, start: date, end: date, stated: date) -> tuple[Array, Array]:
    """Nodes (step, node): days from death to statement, and shares of the deaths of their step."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    edges = np.array(grid.edges, dtype=float)
    last = float(min(end, stated).toordinal() + 1)
    low = np.maximum(edges[:-1], float(start.toordinal()))
    width = np.maximum(np.minimum(edges[1:], last) - low, 0.0)
    days = low[:, None] + width[:, None] * (nodes + 1) / 2
    shares = width[:, None] / np.diff(edges)[:, None] * weights / 2
    return float(stated.toordinal() + 1) - days, shares


def delay_series(source: Delayed) -> tuple[Array, float]:
    """Chebyshev series, (term, row, step), of the stated shares in the log of the median delay."""
    reach = REACH * source.delay.sd
    middle = math.log(source.delay.median)
    check = np.linspace(-1, 1, 41)
    wanted = np.array([source.weights(middle + reach * x) for x in check])
    for degree in DEGREES:
        nodes = np.cos(np.pi * (np.arange(degree) + 0.5) / degree)
        values = np.array([source.weights(middle + reach * x) for x in nodes])
        basis = np.polynomial.chebyshev.chebvander(nodes, degree - 1)
        # At these nodes the polynomials are orthogonal: a sum gives each coefficient.
        scale = np.where(np.arange(degree) == 0, 1.0, 2.0) / degree
        series = np.tensordot(basis * scale, values, axes=(0, 0))
        at_check = np.polynomial.chebyshev.chebvander(check, degree - 1)
        if np.abs(np.tensordot(at_check, series, axes=(1, 0)) - wanted).max() < EXACT:
            break
    return series, reach
