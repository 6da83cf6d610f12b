"""Visibility: some people are easier to see than others, for every list.

Each person has a standard normal visibility u, and list j holds the person with log odds
a_j + s_j u. All loadings s_j are positive with a common scale, which is what lets three lists speak
of it: s_j = exp(l + .35 z_j), or .1 z_j where all lists depend on it nearly alike. Without the
second of these scales many lists pay for loadings of their own that they do not need. Given u the
lists are independent, or one pair interacts. The integral over u is a Gauss-Hermite sum, which is
the model, not an approximation of it, for every engine. Rasch-type models of capture: Darroch et
al. 1993, doi 10.1080/01621459.1993.10476382.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit

from casualty_est.lists.families.family import Family, Group, in_range
from casualty_est.lists.families.member import (
    BY_NODE,
    LISTS_PRIOR,
    Array,
    Member,
    Mixture,
    draw_lists,
    held_by_two,
    log_density_of_lists,
    log_height_of_lists,
    log_normal_density,
    log_one_minus_exp,
    log_sum_exp,
    of_two,
    softplus,
)
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data

VISIBILITY = Group(
    "visibility",
    N_("family", "unequal visibility"),
    N_("family", "people who are easier to see than others"),
)
NODES = 17
LOADING_MEAN, LOADING_SD = -0.4, 0.7  # log of the common loading
SPREAD = 0.35  # sd of the log loading of a list round it
SPREADS = (SPREAD, 0.1)  # lists depend on it each in its own way, or nearly alike
PAIR_SD = 1.0
FINE = 200  # equal parts of the population where shares above a chance are counted

_points, _weights = hermegauss(NODES)
POINTS: Array = _points
LOG_WEIGHTS: Array = np.log(_weights / _weights.sum())
LEAST_SPREAD, MOST_SPREAD = 0.01, 2.0


def loadings_prior(spreads: Sequence[float]) -> str:
    """The prior of the loadings, in words."""
    weights = " with equal weight" if len(spreads) > 1 else ""
    return (
        f"loading of each list exp(l + {' or '.join(f'{s:g}' for s in spreads)} z){weights}, "
        f"l ~ N({LOADING_MEAN:g}, {LOADING_SD:g}), z ~ N(0, 1)"
    )


@dataclass(frozen=True, eq=False)
class NormalVisibility(Member):
    """Lists that all see some people more easily than others."""

    pair: tuple[int, int] | None = None  # two lists that interact beyond that
    spread: float = SPREAD  # prior sd of the log loading of a list round the common one

    @property
    def mixture(self) -> Mixture:
        """A component for each node."""
        constant = log_height_of_lists(self.n_lists) - np.log(LOADING_SD)
        constant -= 0.5 * np.log(2 * np.pi) * (self.size - self.n_lists)
        if self.pair:
            constant -= np.log(PAIR_SD)
        return Mixture(BY_NODE, len(POINTS), float(constant), pair=self.pair, spread=self.spread)

    @property
    def name(self) -> str:
        """What a table calls this member."""
        if self.pair is None:
            return f"visibility, spread {self.spread:g}"
        j, k = self.pair
        return f"visibility, pair {self.lists[j]} with {self.lists[k]}"

    @property
    def size(self) -> int:
        """Number of parameters: levels, common loading, loadings, interaction."""
        return 2 * self.n_lists + 1 + (self.pair is not None)

    def log_prior(self, theta: Array) -> Array:
        """Log prior density."""
        n = self.n_lists
        density = (
            log_density_of_lists(theta[:, :n])
            + log_normal_density(theta[:, n : n + 1], LOADING_MEAN, LOADING_SD)
            + log_normal_density(theta[:, n + 1 : 2 * n + 1], 0.0, 1.0)
        )
        if self.pair is not None:
            density = density + log_normal_density(theta[:, 2 * n + 1 :], 0.0, PAIR_SD)
        return density

    def draw_prior(self, rng: np.random.Generator, draws: int) -> Array:
        """Draw parameters from the prior."""
        parts = [
            draw_lists(rng, draws, self.n_lists),
            rng.normal(LOADING_MEAN, LOADING_SD, (draws, 1)),
            rng.normal(0.0, 1.0, (draws, self.n_lists)),
        ]
        if self.pair is not None:
            parts.append(rng.normal(0.0, PAIR_SD, (draws, 1)))
        return np.hstack(parts)

    def loadings(self, theta: Array) -> Array:
        """Loadings of the lists, of shape (draw, list)."""
        n = self.n_lists
        return np.exp(theta[:, n : n + 1] + self.spread * theta[:, n + 1 : 2 * n + 1])

    def evaluate(self, theta: Array) -> tuple[Array, Array]:
        """Log shares among listed people, and log odds of being on no list."""
        levels, loadings = theta[:, : self.n_lists], self.loadings(theta)
        log_all = self._log_all(theta, POINTS)  # (draw, node)
        level = levels @ self.histories.T
        if self.pair is not None:
            j, k = self.pair
            both = self.histories[:, j] * self.histories[:, k]
            level = level + theta[:, -1:] * both
        slope = loadings @ self.histories.T
        # (node, draw, history): the sum runs over the first axis, whole rows at a time.
        terms = POINTS[:, None, None] * slope
        terms += level + (LOG_WEIGHTS[:, None] - log_all.T)[..., None]
        log_cells = log_sum_exp(terms, axis=0)
        log_unseen = log_sum_exp(LOG_WEIGHTS - log_all, axis=1)
        log_seen = log_one_minus_exp(log_unseen)
        return log_cells - log_seen[:, None], log_unseen - log_seen

    def scores(self, theta: Array) -> Array:
        """Derivatives of the log shares at one point, each node weighed by its part in a cell."""
        part, held, unlisted = self._parts(theta)
        mean = (part @ POINTS)[:, None]
        return self._assembled(
            theta,
            self._terms - part @ held - unlisted @ held,
            self.histories * mean - ((part + unlisted) * POINTS) @ held[:, : self.n_lists],
        ).T

    def gradient(self, theta: Array, counts: Array) -> Array:
        """Derivatives of the log likelihood: the parts of the nodes are added up first."""
        part, held, unlisted = self._parts(theta)
        nodes = counts @ part + counts.sum() * unlisted
        seen = (counts * (part @ POINTS)) @ self.histories
        return self._assembled(
            theta,
            counts @ self._terms - nodes @ held,
            seen - (nodes * POINTS) @ held[:, : self.n_lists],
        )

    def _assembled(self, theta: Array, direct: Array, slope: Array) -> Array:
        """Derivatives by parameter (last axis) from those by log odds and by log odds times u."""
        n = self.n_lists
        own = slope * self.loadings(theta[None])[0]
        parts = [
            direct[..., :n],
            own.sum(axis=-1, keepdims=True),
            self.spread * own,
            direct[..., n:],
        ]
        return np.concatenate(parts, axis=-1)

    @cached_property
    def _terms(self) -> Array:
        """Histories, and whether both lists of the pair hold the person."""
        if self.pair is None:
            return self.histories
        j, k = self.pair
        return np.column_stack([self.histories, self.histories[:, j] * self.histories[:, k]])

    def _parts(self, theta: Array) -> tuple[Array, Array, Array]:
        """Parts of the nodes in every history; chances at the nodes; parts in the unlisted."""
        # The last are per listed person, so they add up to the odds of being on no list.
        log_all, held = self._at_nodes(theta)
        base = LOG_WEIGHTS - log_all
        # What the nodes share, level and pair, cancels in their parts of a history.
        terms = (self.histories @ self.loadings(theta[None])[0])[:, None] * POINTS + base
        part = np.exp(terms - terms.max(axis=1, keepdims=True))
        part /= part.sum(axis=1, keepdims=True)
        log_seen = log_one_minus_exp(log_sum_exp(base, axis=0))
        return part, held, np.exp(base - log_seen)

    def _at_nodes(self, theta: Array) -> tuple[Array, Array]:
        """Log weight of all histories, and chances of lists and of the pair, at every node."""
        n = self.n_lists
        odds = theta[:n] + POINTS[:, None] * self.loadings(theta[None])[0]
        held = 1.0 / (1.0 + np.exp(-odds))
        if self.pair is not None:
            j, k = self.pair
            held[:, j], held[:, k], both = held_by_two(odds[:, j], odds[:, k], theta[-1])
            held = np.column_stack([held, both])
        return self._log_all(theta[None], POINTS)[0], held

    def _log_all(self, theta: Array, points: Array) -> Array:
        """Log of the summed weights of all histories given u; the empty one weighs 1."""
        n = self.n_lists
        odds = theta[:, None, :n] + points[:, None] * self.loadings(theta)[:, None, :]
        each = softplus(odds)
        log_all: Array = each.sum(axis=2)
        if self.pair is not None:
            j, k = self.pair
            cells = of_two(odds[..., j], odds[..., k], theta[:, -1:])
            log_all = log_all - each[..., j] - each[..., k] + log_sum_exp(cells, axis=0)
        return log_all

    def held(self, theta: Array) -> Array:
        """Share of all people that each list holds: chances at the nodes, by their weights."""
        odds = theta[:, None, : self.n_lists] + POINTS[:, None] * self.loadings(theta)[:, None]
        chances = expit(odds)  # (draw, node, list)
        if self.pair is not None:
            j, k = self.pair
            one, two, _ = held_by_two(odds[..., j], odds[..., k], theta[:, -1:])
            chances[..., j], chances[..., k] = one, two
        held: Array = np.einsum("dnj,n->dj", chances, np.exp(LOG_WEIGHTS))
        return held

    def start(self, table: HistoryTable) -> Array:
        """Parameters near which the data are not absurd."""
        theta = super().start(table)
        theta[self.n_lists] = LOADING_MEAN
        return theta

    def visible(self, theta: Array, chances: Array) -> tuple[Array, Array]:
        """Share of the listed and of the unlisted above each chance to be on some list."""
        from scipy.special import ndtri

        points = ndtri((np.arange(FINE) + 0.5) / FINE)
        unseen = np.exp(-self._log_all(theta, points))  # (draw, part)
        above = (1.0 - unseen)[..., None] > chances
        listed = np.einsum("dp,dpc->dc", 1.0 - unseen, above) / (1.0 - unseen).sum(1)[:, None]
        unlisted = np.einsum("dp,dpc->dc", unseen, above) / unseen.sum(1)[:, None]
        return listed, unlisted


def log_odds_in_pymc(data: Data, *spreads: float) -> Any:
    """Log odds of every list at every node, of shape (node, list), in the open PyMC model."""
    import pymc as pm
    import pytensor.tensor as pt

    levels = data.levels()
    common = pm.Normal("log_common_loading", LOADING_MEAN, LOADING_SD)
    if len(spreads) == 1:
        own = pm.Normal("own_loading", 0.0, 1.0, dims="list")
        logs = common + spreads[0] * own
    else:
        data.name("member", [f"spread {spread:g}" for spread in spreads])
        scales = np.array(spreads)
        wide = scales[:, None, None] * np.eye(data.lists)
        logs = pm.Mixture(
            "log_loading",
            w=np.full(len(scales), 1 / len(scales)),
            comp_dists=pm.MvNormal.dist(common * np.ones((len(scales), data.lists)), chol=wide),
            dims="list",
        )
        # The data speak of the spread through the loadings alone.
        squares = ((logs - common) ** 2).sum()
        density = -0.5 * squares / scales**2 - data.lists * np.log(scales)
        pm.Deterministic("member_probability", pt.special.softmax(density), dims="member")
    loading = pm.Deterministic("loading", pt.exp(logs), dims="list")
    return levels + POINTS[:, None] * loading


@dataclass(frozen=True)
class Visibility(Family):
    """People who are easier to see than others, for every list alike, along a normal scale.

    Parameters
    ----------
    spread : float, optional
        Prior sd of the log loading of a list round the common one, from 0.01 to 2: how differently
        lists depend on how easy a person is to see. By default 0.35 and 0.1 have the same prior
        probability, and weigh as their evidence says.

    Raises
    ------
    UsageError
        If it is out of range.

    References
    ----------
    Darroch, Fienberg, Glonek and Junker 1993, doi 10.1080/01621459.1993.10476382.

    Examples
    --------
    >>> from casualty_est.lists.families import Visibility
    >>> Visibility(spread=0.1)
    Visibility(spread=0.1)
    """

    spread: float | None = None

    name = "visibility"
    title = N_("family", "visibility")
    group = VISIBILITY
    assumption = (
        "some people are easier to see than others, for every list alike, along a normal scale"
    )
    prior = f"{LISTS_PRIOR}; {loadings_prior(SPREADS)}"

    def __post_init__(self) -> None:
        if self.spread is not None:
            in_range("spread", self.spread, LEAST_SPREAD, MOST_SPREAD)
        # Its words depend on its setting; those of the class are the default's.
        object.__setattr__(self, "prior", f"{LISTS_PRIOR}; {loadings_prior(self.spreads)}")

    @property
    def spreads(self) -> tuple[float, ...]:
        """Prior sds of the log loadings, each with a member."""
        return SPREADS if self.spread is None else (float(self.spread),)

    def members(self, table: HistoryTable) -> tuple[NormalVisibility, ...]:
        """One member for each spread; lists are independent given visibility."""
        return tuple(NormalVisibility.of(table, spread=spread) for spread in self.spreads)

    def pymc(self, data: Data) -> None:
        """Visibility, summed over its nodes, and its spread summed out."""
        log_odds = log_odds_in_pymc(data, *self.spreads)
        data.observe(*data.parts(log_odds, LOG_WEIGHTS))
