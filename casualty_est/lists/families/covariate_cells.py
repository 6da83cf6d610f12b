"""Combinations of values of covariates, and the chances of the people who have them.

A person with values x is of class k with chance softmax_k(a_k + sum_c g_kc x_c), and list j then
holds the person with log odds -1.5 + A_j + V_k + s E_kj + sum_c (U_c + t W_jc) x_c: what lists,
classes and values have in common, and what a list makes of each class and value of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.families.classes import CLASSES_SD, LISTS_SD
from casualty_est.lists.families.member import LIST_MEAN, log_sum_exp
from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.traits import UNKNOWN, Covariate

VALUES_SD = 0.8  # of the difference between two values, in log odds, that all lists share
WEIGHTS_SD = 0.8  # of the same in the log ratio of two classes
# Scale of what a list makes of a class, and of a value, beyond that: its median, and the sd of its
# log. The two scales of latent classes, 0.2 and 0.7, lie within.
OWN, OWN_LOG_SD = 0.4, 0.6
MOST_CELLS = 5_000
TINY = 1e-15  # chance to be listed below which a float holds no more of it

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def contrasts(covariate: Covariate) -> Array:
    """Columns (value, contrast) in which any two values of a category differ by 1.

    Of a number: the mean of each band over two standard deviations (Gelman 2008, doi
    10.1002/sim.3107), and what its square adds to that.
    """
    count = len(covariate.values)
    if not covariate.middles:
        # Orthonormal and free of the mean: no value is the one that others are held against.
        steps = np.triu(np.ones((count, count - 1))) - np.eye(count, count - 1, -1) * np.arange(
            1, count
        )
        return np.asarray(steps / np.linalg.norm(steps, axis=0) / np.sqrt(2.0))
    middle = np.array(covariate.middles)
    line = (middle - middle.mean()) / (2.0 * middle.std())
    basis = np.column_stack([np.ones(count), line])
    bend = line**2 - basis @ np.linalg.lstsq(basis, line**2, rcond=None)[0]
    return np.column_stack([line, 0.5 * bend / bend.std()]) if count > 2 else line[:, None]


def design_of(covariates: Sequence[Covariate], values: Ints) -> Array:
    """Contrasts of combinations of values, of shape (cell, contrast)."""
    columns = [contrasts(one)[values[:, c]] for c, one in enumerate(covariates)]
    return np.ascontiguousarray(np.hstack(columns))


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A table of lists by combinations of values ("cells"), as arrays.

    Parameters
    ----------
    values : ndarray (cell, covariate)
        The values of each cell.
    design : ndarray (cell, contrast)
        The same as contrasts.
    cell : ndarray (combination,)
        Cell of each history that somebody of it has or may have, in order.
    history : ndarray (combination,)
        Which of `histories` that is.
    counts : ndarray (combination,)
        People for whom all values are known.
    start, place : ndarray
        Of rows of people for whom some values are blank: the combinations that may be theirs are
        ``place[start[i] : start[i + 1]]``.
    open_counts : ndarray (open row,)
        People of these rows.
    """

    lists: tuple[str, ...]
    covariates: tuple[Covariate, ...]
    values: Ints
    design: Array
    histories: Ints
    cell: Ints
    history: Ints
    counts: Array
    start: Ints
    place: Ints
    open_counts: Ints

    @classmethod
    def of(cls, table: HistoryTable) -> Cells:
        """Lay out the people of a table."""
        traits = table.traits
        assert traits is not None
        every, at = np.unique(traits.histories.astype(np.int64), axis=0, return_inverse=True)
        levels = np.array([len(one.values) for one in traits.covariates], dtype=float)
        ways = np.where(traits.values == UNKNOWN, levels, 1.0).prod(axis=1)
        if ways.max() > MOST_CELLS or ways.sum() > 50 * MOST_CELLS:
            raise UsageError(_too_many(int(ways.max())))
        rows = [_completions(row, traits.covariates) for row in traits.values]
        sizes = ways.astype(np.int64)
        values, cells = np.unique(np.vstack(rows), axis=0, return_inverse=True)
        if len(values) > MOST_CELLS:
            raise UsageError(_too_many(len(values)))
        histories = np.repeat(at.ravel(), sizes)
        keys, place = np.unique(cells.ravel() * len(every) + histories, return_inverse=True)
        ends = np.concatenate([[0], np.cumsum(sizes)])
        counts = np.zeros(len(keys))
        known = sizes == 1
        np.add.at(counts, place[ends[:-1][known]], traits.counts[known])
        open_rows = np.flatnonzero(~known)
        places = [place[ends[i] : ends[i + 1]] for i in open_rows]
        return cls(
            lists=table.lists,
            covariates=traits.covariates,
            values=values,
            design=design_of(traits.covariates, values),
            histories=np.ascontiguousarray(every),
            cell=keys // len(every),
            history=keys % len(every),
            counts=counts,
            start=np.cumsum([0, *map(len, places)]),
            place=np.concatenate([np.empty(0, np.int64), *places]),
            open_counts=traits.counts[open_rows],
        )

    def under(self, values: Ints) -> Cells:
        """Other combinations of values: what chances people would have there."""
        return replace(self, values=values, design=design_of(self.covariates, values))

    @property
    def known(self) -> Array:
        """People of each cell for whom all values are known."""
        return np.bincount(self.cell, self.counts, minlength=len(self.values))

    @property
    def prior(self) -> Array:
        """Dirichlet prior of shares of the cells among the listed: one person, spread evenly."""
        return np.full(len(self.values), 1.0 / len(self.values))


def _completions(row: Ints, covariates: Sequence[Covariate]) -> Ints:
    """All values that people of a row may have."""
    open_ones = [
        range(len(one.values)) if value == UNKNOWN else (int(value),)
        for value, one in zip(row, covariates, strict=True)
    ]
    return np.array(list(product(*open_ones)), dtype=np.int64)


def _too_many(number: int) -> str:
    return (
        f"the values of the covariates can be combined in {number:,} ways, more than can be told "
        "apart: name fewer covariates, or merge values"
    )


@dataclass(frozen=True, slots=True)
class Form:
    """A number of classes over lists and contrasts: how its parameters lie in a row."""

    classes: int
    lists: int
    contrasts: int

    @classmethod
    def of(cls, cells: Cells, classes: int) -> Form:
        """The form of a layout."""
        return cls(classes, len(cells.lists), cells.design.shape[1])

    @property
    def ends(self) -> tuple[int, ...]:
        """Where each part ends: A, V, E, log s, U, W, log t, and a and g of several classes."""
        k, n, c = self.classes, self.lists, self.contrasts
        several = (k, k * c) if k > 1 else (0, 0)
        sizes = (n, k, k * n, 1, c, n * c, 1, *several)
        return tuple(np.cumsum(sizes).tolist())

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.ends[-1]

    def draw_prior(self, rng: np.random.Generator, draws: int) -> Array:
        """Draw parameters (draw, size): standard normal but for the a, whose softmax is flat."""
        theta = rng.standard_normal((draws, self.size))
        first, last = self.ends[6], self.ends[7]
        theta[:, first:last] = np.log(rng.standard_exponential((draws, last - first)))
        return theta

    def log_prior(self, theta: Array) -> Array:
        """Log prior density of parameters (draw, size)."""
        first, last = self.ends[6], self.ends[7]
        a = theta[:, first:last]
        normal = np.delete(theta, slice(first, last), axis=1)
        heights = -0.5 * normal.shape[1] * np.log(2.0 * np.pi)
        density: Array = -0.5 * (normal**2).sum(axis=1) + heights + (a - np.exp(a)).sum(axis=1)
        return density

    def parts(self, theta: Array) -> tuple[Array, Array, Array, Array]:
        """Log odds (draw, class, list), effects (draw, list, contrast), a, g (draw, class, ..)."""
        k, n, c = self.classes, self.lists, self.contrasts
        lists, classes, own, scale, shared, single, scale_2, a, g = np.split(
            theta, self.ends[:-1], axis=1
        )
        own_scales = OWN * np.exp(OWN_LOG_SD * np.hstack([scale, scale_2]))
        odds = (
            LIST_MEAN
            + LISTS_SD * lists[:, None, :]
            + CLASSES_SD * classes[:, :, None]
            + own_scales[:, :1, None] * own.reshape(-1, k, n)
        )
        effects = VALUES_SD * shared[:, None, :] + own_scales[:, 1:, None] * single.reshape(
            -1, n, c
        )
        if k == 1:
            return odds, effects, np.zeros((len(theta), 1)), np.zeros((len(theta), 1, c))
        return odds, effects, a, WEIGHTS_SD / np.sqrt(2.0) * g.reshape(-1, k, c)


def chances(form: Form, theta: Array, design: Array) -> tuple[Array, Array]:
    """Log shares of classes (draw, cell, class), log odds of lists (draw, cell, class, list)."""
    odds, effects, a, g = form.parts(theta)
    by_value = np.einsum("djc,mc->dmj", effects, design)
    weights = a[:, None, :] + np.einsum("dkc,mc->dmk", g, design)
    log_shares = weights - log_sum_exp(weights, axis=2)[..., None]
    return log_shares, odds[:, None] + by_value[:, :, None, :]


def log_empty(log_shares: Array, log_odds: Array) -> Array:
    """Log chance to be of a class and on no list, of shape (draw, cell, class)."""
    empty: Array = log_shares - np.logaddexp(0.0, log_odds).sum(axis=-1)
    return empty


def seen_and_odds(empty: Array) -> tuple[Array, Array]:
    """Log chance to be listed, and log odds of being on no list, of shape (draw, cell)."""
    unseen: Any = log_sum_exp(empty, axis=2)
    seen = np.log(np.maximum(-np.expm1(unseen), TINY))
    return seen, unseen - seen


def log_cells(log_odds: Array, empty: Array, histories: Array, seen: Array) -> Array:
    """Log shares of histories among the listed of each cell, of shape (draw, cell, history)."""
    terms = empty[..., None] + np.einsum("dmkj,hj->dmkh", log_odds, histories)
    shares: Array = log_sum_exp(terms, axis=2) - seen[..., None]
    return shares
