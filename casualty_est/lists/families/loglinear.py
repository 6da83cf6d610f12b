"""Log-linear members: lists that are independent, or depend on each other in pairs.

P_x is proportional to exp(sum_j a_j x_j + sum_jk g_jk x_j x_k). A pair with g above 0 shares people
more often than chance (names passed on, the same area), one below 0 less often. Fienberg 1972,
doi 10.1093/biomet/59.3.591; Cormack 1989, doi 10.2307/2531485.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit

from casualty_est.lists.families.family import Group
from casualty_est.lists.families.member import (
    Array,
    Member,
    all_histories,
    all_or_none,
    draw_lists,
    held_by_two,
    log_density_of_lists,
    log_normal_density,
    log_one_minus_exp,
    log_sum_exp,
    of_two,
    softplus,
)
from casualty_est.wording.language import N_

PAIRS = Group(
    "pairs",
    N_("family", "lists that depend in pairs"),
    N_("family", "pairs of lists that share more or fewer people than chance alone would give"),
)
SINGLE_SD = 1.0  # of the interaction of a single pair


@dataclass(frozen=True, eq=False)
class LogLinear(Member):
    """Lists with some pairwise interactions."""

    pairs: tuple[tuple[int, int], ...] = ()  # that interact
    scale: float = SINGLE_SD  # prior sd of the interactions

    @cached_property
    def _design(self) -> Array:
        return self._with_pairs(self.histories)

    @cached_property
    def _dense(self) -> Array:
        return self._with_pairs(all_histories(self.n_lists))

    def _with_pairs(self, histories: Array) -> Array:
        terms = [histories[:, j] * histories[:, k] for j, k in self.pairs]
        return np.column_stack([histories, *terms])

    @property
    def name(self) -> str:
        """What a table calls this member."""
        if not self.pairs:
            return "independence"
        if len(self.pairs) > 1:
            return f"all pairs, scale {self.scale:g}"
        (j, k) = self.pairs[0]
        return f"pair {self.lists[j]} with {self.lists[k]}"

    @property
    def size(self) -> int:
        """Number of parameters: one per list and one per pair."""
        return self.n_lists + len(self.pairs)

    def log_prior(self, theta: Array) -> Array:
        """Log prior density."""
        density = log_density_of_lists(theta[:, : self.n_lists])
        if self.pairs:
            density = density + log_normal_density(theta[:, self.n_lists :], 0.0, self.scale)
        return density

    def draw_prior(self, rng: np.random.Generator, draws: int) -> Array:
        """Draw parameters from the prior."""
        lists = draw_lists(rng, draws, self.n_lists)
        return np.hstack([lists, rng.normal(0.0, self.scale, (draws, len(self.pairs)))])

    def evaluate(self, theta: Array) -> tuple[Array, Array]:
        """Log shares among listed people, and log odds of being on no list."""
        weights = theta @ self._design.T
        log_seen = self._log_seen(theta)
        return weights - log_seen[:, None], -log_seen

    def log_likelihood(self, theta: Array, counts: Array) -> tuple[Array, Array]:
        """Log likelihood by its sufficient counts: no history is visited."""
        log_seen = self._log_seen(theta)
        return theta @ (counts @ self._design) - counts.sum() * log_seen, -log_seen

    def scores(self, theta: Array) -> Array:
        """Each history less what the seen histories are expected to be."""
        differences: Array = self._design - self._expected(theta)
        return differences.T

    def gradient(self, theta: Array, counts: Array) -> Array:
        """What was counted less what is expected."""
        slope: Array = counts @ self._design - counts.sum() * self._expected(theta)
        return slope

    def _expected(self, theta: Array) -> Array:
        """Expected lists and pairs of a listed person, of shape (size,)."""
        log_seen = self._log_seen(theta[None])[0]
        if len(self.pairs) > 1:
            shares: Array = np.exp(self._dense @ theta - log_seen) @ self._dense
            return shares
        n = self.n_lists
        held = np.append(1.0 / (1.0 + np.exp(-theta[:n])), [0.0] * len(self.pairs))
        for j, k in self.pairs:
            one, two, both = theta[j], theta[k], theta[j] + theta[k] + theta[n]
            weights = np.exp([0.0, one, two, both] - np.logaddexp.reduce([0.0, one, two, both]))
            held[j], held[k], held[n] = weights[1] + weights[3], weights[2] + weights[3], weights[3]
        # All of it lies in the seen histories: dividing by their share leaves the empty one out.
        log_all = log_seen + np.log1p(np.exp(-log_seen))
        shares = held / -np.expm1(-log_all)
        return shares

    def _log_seen(self, theta: Array) -> Array:
        """Log of the summed weights of all histories that can be seen; the empty one weighs 1."""
        if len(self.pairs) > 1:
            return log_sum_exp(theta @ self._dense.T, axis=1)
        lists = theta[:, : self.n_lists]
        each = softplus(lists)
        log_all = each.sum(axis=1)
        for j, k in self.pairs:
            cells = of_two(lists[:, j], lists[:, k], theta[:, self.n_lists])
            log_all = log_all - each[:, j] - each[:, k] + log_sum_exp(cells, axis=0)
        return log_all + log_one_minus_exp(-log_all)

    def held(self, theta: Array) -> Array:
        """Share of all people that each list holds: of many lists no history is visited."""
        if len(self.pairs) > 1:
            return super().held(theta)
        held: Array = expit(theta[:, : self.n_lists])
        for j, k in self.pairs:
            one, two, _ = held_by_two(theta[:, j], theta[:, k], theta[:, self.n_lists])
            held[:, j], held[:, k] = one, two
        return held

    def visible(self, theta: Array, chances: Array) -> tuple[Array, Array]:
        """Everybody has the same chance, so all exceed it or nobody does."""
        return all_or_none(self.evaluate(theta)[1], chances)
