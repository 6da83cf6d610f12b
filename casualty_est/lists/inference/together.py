"""Strata that share their dependence: one member over all strata at once.

The shares of histories in stratum s are those of the member, bent by what the stratum has of its
own: P_sx is proportional to P_x exp(sum_j d_sj x_j + sum_jk e_sjk x_j x_k), the empty history
included, with d_sj ~ N(0, t^2) for the reach of list j and e_sjk ~ N(0, u^2) for a pair of lists.
Family, member and parameters are common to all strata, and so is the odds ratio of the unseen
cell. The sds t and u are learned with the rest. Each stratum has p(N) proportional to 1/N.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from casualty_est.lists.families.member import (
    Member,
    all_histories,
    all_pairs,
    log_normal_density,
)
from casualty_est.lists.inference import strata_kernel
from casualty_est.lists.inference.answer import LARGE
from casualty_est.lists.inference.strata_kernel import Strata
from casualty_est.lists.model.model import LISTS_SD, PAIRS_SD, SD_FACTOR
from casualty_est.lists.table.history import HistoryTable
from casualty_est.priors.distributions import z_of

Array = npt.NDArray[np.float64]

LOG_SD = float(np.log(SD_FACTOR) / z_of(0.95))  # of t and of u
MOST_WITH_PAIRS = 5  # lists; with more, strata differ in the reach of their lists only
HALF = 0.5  # person in every history, where a start is looked for


def strata_of(lists: Sequence[str], tables: Sequence[HistoryTable]) -> Strata:
    """Write out the tables of all strata over the histories of all lists."""
    count = len(lists)
    every = np.vstack([np.zeros(count), all_histories(count)])
    pairs = all_pairs(count) if count <= MOST_WITH_PAIRS else ()
    design = np.column_stack([every, *(every[:, j] * every[:, k] for j, k in pairs)])
    fold = np.empty((len(tables), len(every)), dtype=np.int64)
    counts = np.zeros((len(tables), len(every)))
    codes = 1 << np.arange(count)
    for s, table in enumerate(tables):
        at = np.array([lists.index(name) for name in table.lists])
        fold[s] = np.arange(len(every)) & codes[at].sum()
        counts[s, table.histories.astype(np.int64) @ codes[at]] = table.counts
    kind = np.repeat(np.array([0, 1], dtype=np.int64), [count, len(pairs)])
    on = design > 0
    first = np.concatenate([[0], np.cumsum(on.sum(axis=1))]).astype(np.int64)
    term = np.nonzero(on)[1].astype(np.int64)
    start = _start(counts, fold, design, count)
    return Strata(counts, fold, first, term, kind, start, strata_kernel.NEAR)


def _start(counts: Array, fold: npt.NDArray[np.int64], design: Array, lists: int) -> Array:
    """How far the log odds of each list lie from those of all strata together: a rough guess."""
    size = counts.sum(axis=1, keepdims=True)
    held = counts @ design[:, :lists]
    log_odds = np.log((held + HALF) / (size - held + HALF))
    here = fold.max(axis=1)[:, None] & (1 << np.arange(lists)) > 0
    weight = np.where(here, size, 0.0)
    mean = (weight * log_odds).sum(axis=0) / np.maximum(weight.sum(axis=0), HALF)
    start = np.zeros((len(counts), design.shape[1]))
    start[:, :lists] = np.where(here, log_odds - mean, 0.0)
    return start


@dataclass(frozen=True, eq=False)
class Together(Member):
    """A member that all strata share, and the sds of what each has of its own."""

    base: Member
    strata: Strata

    @classmethod
    def over_strata(cls, base: Member, strata: Strata) -> Together:
        """Take a member over all histories."""
        full = base.over(all_histories(base.n_lists))
        return cls(full.lists, full.histories, full, strata)

    @property
    def centres(self) -> Array:
        """Prior means of the logs of the sds."""
        return np.log([LISTS_SD, PAIRS_SD][: int(self.strata.kind.max()) + 1])

    @property
    def name(self) -> str:
        """What a table calls this member."""
        return self.base.name

    @property
    def size(self) -> int:
        """Parameters of the member, then the logs of the sds."""
        return self.base.size + len(self.centres)

    def split(self, theta: Array) -> tuple[Array, Array]:
        """Parameters of the member, and logs of the sds."""
        return theta[:, : self.base.size], theta[:, self.base.size :]

    def log_prior(self, theta: Array) -> Array:
        """Log prior density."""
        own, logs = self.split(theta)
        return self.base.log_prior(own) + log_normal_density(logs - self.centres, 0.0, LOG_SD)

    def draw_prior(self, rng: np.random.Generator, draws: int) -> Array:
        """Draw parameters from the prior."""
        logs = rng.normal(self.centres, LOG_SD, (draws, len(self.centres)))
        return np.hstack([self.base.draw_prior(rng, draws), logs])

    def evaluate(self, theta: Array) -> tuple[Array, Array]:
        """Log shares and log odds unseen that the strata deviate from."""
        return self.base.evaluate(self.split(theta)[0])

    def weights(self, theta: Array) -> tuple[Array, Array]:
        """Shares of histories (draw, history), of the empty one as odds; and the sds."""
        own, logs = self.split(theta)
        log_cells, log_odds = self.base.evaluate(own)
        both = np.column_stack([np.minimum(log_odds, LARGE), log_cells])
        return np.exp(both), np.exp(np.minimum(logs, 10.0))

    def log_likelihood(self, theta: Array, counts: Array) -> tuple[Array, Array]:
        """Log likelihood of all strata; log odds of being on no list, of all together."""
        weights, sds = self.weights(theta)
        likelihood, log_odds = strata_kernel.integrate(weights, sds, self.strata)
        people = self.strata.counts.sum(axis=1)
        return likelihood, logsumexp(log_odds, b=people / people.sum(), axis=1)

    def start(self, table: HistoryTable) -> Array:
        """Parameters near which the data are not absurd."""
        return np.append(self.base.start(table), self.centres)

    def visible(self, theta: Array, chances: Array) -> tuple[Array, Array]:
        """Shares above each chance, where no stratum deviates."""
        return self.base.visible(self.split(theta)[0], chances)

    def relabel(self, theta: Array) -> Array:
        """Put the parameters of the member into one labelling."""
        own, logs = self.split(theta)
        return np.hstack([self.base.relabel(own), logs])

    def in_order(self, theta: Array) -> npt.NDArray[np.bool_]:
        """Whether they are in that labelling."""
        return self.base.in_order(self.split(theta)[0])

    def draw(self, theta: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw shares of histories in every stratum, and its deviations.

        Shape (draw, stratum, history), the empty history first and as odds; (draw, stratum, term).
        """
        weights, sds = self.weights(theta)
        drawn: tuple[Array, Array] = strata_kernel.draw(weights, sds, self.strata, rng)
        return drawn
