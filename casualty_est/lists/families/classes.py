"""Latent classes: the population falls into a few groups that lists see differently.

Class k holds a share w_k of all people, and list j holds a member of it with log odds
b_kj = -1.5 + A_j + V_k + E_kj, normal with sds 1, .8 and .2 or .7: lists differ, classes differ
in how visible they are, and lists see the classes nearly alike or each in its own way. Shares are
Dirichlet(1). Without the first of the two scales a population of plain easy and hard cases pays for
a freedom that it does not use, and evidence prefers a normal scale that reaches less far down.
Latent class models of capture: Agresti 1994, doi 10.2307/2533391; Manrique-Vallier 2016, doi
10.1111/biom.12502.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln

from casualty_est.lists.families.family import Family, Group
from casualty_est.lists.families.member import (
    BY_CLASS,
    LIST_MEAN,
    LIST_SD,
    Array,
    Member,
    Mixture,
    log_one_minus_exp,
    log_sum_exp,
    softplus,
)
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data

CLASSES = 4
LISTS_SD, CLASSES_SD = LIST_SD, 0.8
OWN_SDS = (0.2, 0.7)  # of what a list makes of a class, with equal weight


@dataclass(frozen=True, eq=False)
class LatentClasses(Member):
    """A population of a few classes, exchangeable before the data."""

    classes: int = CLASSES
    own: float = OWN_SDS[-1]  # prior sd of the log odds of a class in a list, beyond those of both

    @property
    def mixture(self) -> Mixture:
        """A component for each class."""
        return Mixture(BY_CLASS, self.classes, self.log_constant, self.precisions)

    @property
    def name(self) -> str:
        """What a table calls this member."""
        return f"{self.classes} classes, own scale {self.own:g}"

    @property
    def size(self) -> int:
        """Number of parameters: log odds by class and list, and log ratios of shares."""
        return self.classes * self.n_lists + self.classes - 1

    def _parts(self, theta: Array) -> tuple[Array, Array]:
        """Log odds (class, list, draw) and log shares (class, draw): draws last is faster."""
        cut = self.classes * self.n_lists
        columns = np.ascontiguousarray(theta.T)
        odds = columns[:cut].reshape(self.classes, self.n_lists, -1)
        ratios = np.concatenate([columns[cut:], np.zeros((1, len(theta)), columns.dtype)])
        return odds, ratios - log_sum_exp(ratios, axis=0)

    @property
    def precisions(self) -> Array:
        """Precisions of the grand mean, of lists, of classes, and of a class's own in a list."""
        lists, classes, own = LISTS_SD**2, CLASSES_SD**2, self.own**2
        by_list, by_class = own + self.classes * lists, own + self.n_lists * classes
        return 1.0 / np.array([by_list + by_class - own, by_list, by_class, own])

    @property
    def log_constant(self) -> float:
        """Constant of the log prior."""
        k, n = self.classes, self.n_lists
        contrasts = np.array([1, n - 1, k - 1, (n - 1) * (k - 1)])
        return float(
            gammaln(k) + 0.5 * contrasts @ np.log(self.precisions) - 0.5 * k * n * np.log(2 * np.pi)
        )

    def log_prior(self, theta: Array) -> Array:
        """Log prior density: normal log odds, and Dirichlet(1) shares."""
        # Log odds are a two-way table: grand mean, contrasts of lists and of classes, the rest.
        odds, log_shares = self._parts(theta)
        k, n = self.classes, self.n_lists
        grand = odds.mean(axis=(0, 1))
        by_list, by_class = odds.mean(axis=0) - grand, odds.mean(axis=1) - grand
        own = odds - by_list - by_class[:, None] - grand
        squares = np.stack([
            k * n * (grand - LIST_MEAN) ** 2,
            k * (by_list * by_list).sum(axis=0),
            n * (by_class * by_class).sum(axis=0),
            (own * own).sum(axis=(0, 1)),
        ])  # fmt: skip
        density: Array = self.log_constant - 0.5 * self.precisions @ squares
        density = density + log_shares.sum(axis=0)
        return density

    def draw_prior(self, rng: np.random.Generator, draws: int) -> Array:
        """Draw parameters from the prior."""
        k, n = self.classes, self.n_lists
        odds = (
            LIST_MEAN
            + rng.normal(0.0, LISTS_SD, (draws, 1, n))
            + rng.normal(0.0, CLASSES_SD, (draws, k, 1))
            + rng.normal(0.0, self.own, (draws, k, n))
        )
        log_shares = np.log(rng.standard_exponential((draws, k)))
        ratios = log_shares[:, :-1] - log_shares[:, -1:]
        return np.hstack([odds.reshape(draws, k * n), ratios])

    def evaluate(self, theta: Array) -> tuple[Array, Array]:
        """Log shares among listed people, and log odds of being on no list."""
        odds, log_shares = self._parts(theta)
        log_empty = log_shares - softplus(odds).sum(axis=1)
        terms = self.histories @ odds + log_empty[:, None, :]
        log_cells = log_sum_exp(terms, axis=0)  # (history, draw)
        log_unseen = log_sum_exp(log_empty, axis=0)
        log_seen = log_one_minus_exp(log_unseen)
        return (log_cells - log_seen).T, log_unseen - log_seen

    def relabel(self, theta: Array) -> Array:
        """Order the classes by their mean log odds: the density does not change."""
        odds, log_shares = self._parts(theta)
        order = np.argsort(odds.mean(axis=1), axis=0)
        odds = np.take_along_axis(odds, order[:, None, :], axis=0)
        log_shares = np.take_along_axis(log_shares, order, axis=0)
        ratios = log_shares[:-1] - log_shares[-1:]
        return np.vstack([odds.reshape(-1, len(theta)), ratios]).T

    def in_order(self, theta: Array) -> npt.NDArray[np.bool_]:
        """Whether the classes stand by their mean log odds, of shape (draw,)."""
        middle = self._parts(theta)[0].mean(axis=1)
        return np.all(middle[1:] >= middle[:-1], axis=0)

    def held(self, theta: Array) -> Array:
        """Share of all people that each list holds: chances in the classes, by their shares."""
        odds, log_shares = self._parts(theta)
        held: Array = np.einsum("kjd,kd->dj", expit(odds), np.exp(log_shares))
        return held

    def visible(self, theta: Array, chances: Array) -> tuple[Array, Array]:
        """Share of the listed and of the unlisted above each chance to be on some list."""
        odds, log_shares = self._parts(theta)
        shares, miss = np.exp(log_shares), np.exp(-softplus(odds).sum(axis=1))
        above = (1.0 - miss)[..., None] > chances
        listed, unlisted = shares * (1.0 - miss), shares * miss
        return (
            np.einsum("kd,kdc->dc", listed, above) / listed.sum(axis=0)[:, None],
            np.einsum("kd,kdc->dc", unlisted, above) / unlisted.sum(axis=0)[:, None],
        )


class Classes(Family):
    """A few latent classes, inside which lists are independent.

    References
    ----------
    Agresti 1994, doi 10.2307/2533391; Manrique-Vallier 2016, doi 10.1111/biom.12502.
    """

    name = "classes"
    title = N_("family", "latent classes")
    group = Group("classes", title, N_("family", "groups of people that the lists see differently"))
    assumption = (
        f"the population falls into at most {CLASSES} groups, inside which lists are independent"
    )
    prior = (
        f"{CLASSES} classes, shares ~ Dirichlet(1); log odds {LIST_MEAN:g} + list + class + own, "
        f"sds {LISTS_SD:g}, {CLASSES_SD:g} and {' or '.join(f'{sd:g}' for sd in OWN_SDS)} with "
        "equal weight"
    )
    most = 20
    limit = N_("note", "tempering of so many classes")
    many_modes = True

    def members(self, table: HistoryTable) -> tuple[LatentClasses, ...]:
        """One member for each scale of what a list makes of a class."""
        return tuple(LatentClasses.of(table, own=own) for own in OWN_SDS)

    def pymc(self, data: Data) -> None:
        """Log odds by class and list, what they have in common and their scale summed out."""
        import pymc as pm
        import pytensor.tensor as pt

        count, lists, scales = CLASSES, data.lists, OWN_SDS
        size = count * lists
        data.name("class", range(1, count + 1))
        data.name("member", [f"own scale {scale:g}" for scale in scales])
        # What lists and classes have in common is summed out: the log odds are normal together.
        same_list = np.tile(np.eye(lists), (count, count))
        same_class = np.kron(np.eye(count), np.ones((lists, lists)))
        common = LISTS_SD**2 * same_list + CLASSES_SD**2 * same_class
        lower = np.stack([np.linalg.cholesky(common + own**2 * np.eye(size)) for own in scales])
        flat = pm.Mixture(
            "flat_log_odds",
            w=np.full(len(scales), 1 / len(scales)),
            comp_dists=pm.MvNormal.dist(np.full((len(scales), size), LIST_MEAN), chol=lower),
        )
        # The data speak of the scale through the log odds alone.
        white = pt.dot(np.linalg.inv(lower), flat - LIST_MEAN)
        heights = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
        density = -0.5 * (white**2).sum(axis=1) - heights
        pm.Deterministic("member_probability", pt.special.softmax(density), dims="member")
        log_odds = pm.Deterministic(
            "class_log_odds", flat.reshape((count, lists)), dims=("class", "list")
        )
        shares = pm.Dirichlet("class_share", np.ones(count), dims="class")
        data.observe(*data.parts(log_odds, pt.log(shares)))
