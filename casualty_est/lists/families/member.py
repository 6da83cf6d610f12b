"""What every family of distributions over capture histories offers to the engines.

With p(N) proportional to 1/N the unknown number N leaves the fit: the likelihood of the people on
the lists is that of a multinomial over the histories that can be seen,
prod_x (P_x / (1 - P_0))^n_x, and N given the parameters is n + NegBin(n, 1 - P_0). So a member is a
prior on its parameters, the log shares of the histories among listed people, and the log odds of
being on no list. All evidences leave out the same combinatorial constant and can be compared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from casualty_est.lists.table.history import HistoryTable

# Parameters may be complex: a derivative is then the imaginary part after an imaginary step.
Array = npt.NDArray[Any]

MOST = 1e15  # people: beyond it nothing is identified, and a float holds no single person
STEP = 1e-30  # imaginary step: no rounding error, whatever its size
# Log odds of a list to hold a person, before the data: what lists have in common, and each its own.
# They are the same in all families, which differ in how lists depend and in nothing else: in latent
# classes an average person's log odds have these sds.
LIST_MEAN, COMMON_SD, LIST_SD = -1.5, 0.4, 1.0
LISTS_PRIOR = f"log odds of lists {LIST_MEAN:g} + common + own, sds {COMMON_SD:g} and {LIST_SD:g}"
BY_CLASS, BY_NODE = 0, 1  # how the parameters of a compiled mixture lie in a row


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """What compiled code has to know of a mixture of independent lists."""

    kind: int  # BY_CLASS (latent classes) or BY_NODE (a normal visibility)
    components: int  # classes, or nodes
    constant: float  # of the log prior
    # (4,): of the grand mean, of lists, of classes, and of a class's own in a list
    precisions: Array = field(default_factory=lambda: np.zeros(4))
    pair: tuple[int, int] | None = None  # two lists that interact
    spread: float = 0.0  # of the log loadings of lists, where a visibility has them


@dataclass(frozen=True, eq=False)
class Member(ABC):
    """One distribution over capture histories, with its prior."""

    lists: tuple[str, ...]
    histories: Array  # (history, list): those whose shares are wanted, none of them empty

    @classmethod
    def of(cls, table: HistoryTable, **settings: Any) -> Self:
        """Take lists and histories from a table."""
        return cls(table.lists, table.histories.astype(float), **settings)

    @property
    def n_lists(self) -> int:
        """Number of lists."""
        return len(self.lists)

    @property
    def mixture(self) -> Mixture | None:
        """Its form as a mixture that compiled code reads; None where there is none."""
        return None

    @property
    @abstractmethod
    def name(self) -> str:
        """What a table calls this member."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of parameters."""

    @abstractmethod
    def log_prior(self, theta: Array) -> Array:
        """Log prior density of parameters of shape (draw, size)."""

    @abstractmethod
    def draw_prior(self, rng: np.random.Generator, draws: int) -> Array:
        """Draw parameters of shape (draw, size) from the prior."""

    @abstractmethod
    def evaluate(self, theta: Array) -> tuple[Array, Array]:
        """Log shares among listed people, of shape (draw, history), and log odds unseen (draw,)."""

    def log_likelihood(self, theta: Array, counts: Array) -> tuple[Array, Array]:
        """Log likelihood of the table, and log odds of being on no list, both of shape (draw,)."""
        log_cells, log_odds = self.evaluate(theta)
        return log_cells @ counts, log_odds

    def scores(self, theta: Array) -> Array:
        """Derivatives of the log shares at one point, of shape (size, history)."""
        log_cells, _ = self.evaluate(theta + 1j * STEP * np.eye(len(theta)))
        return log_cells.imag / STEP

    def gradient(self, theta: Array, counts: Array) -> Array:
        """Derivatives of the log likelihood at one point, of shape (size,)."""
        return self.scores(theta) @ counts

    def start(self, table: HistoryTable) -> Array:
        """Parameters (size,) as they would be if about half of all people were listed."""
        share = (table.sizes + 0.5) / (2.0 * table.people + 1.0)
        return np.concatenate(
            [np.log(share) - np.log1p(-share), np.zeros(self.size - self.n_lists)]
        )

    def held(self, theta: Array) -> Array:
        """Share of all people that each list holds, of shape (draw, list)."""
        every = all_histories(self.n_lists)
        log_cells, log_odds = self.over(every).evaluate(theta)
        shares: Array = np.exp(log_cells) @ every * expit(-log_odds)[:, None]
        return shares

    @abstractmethod
    def visible(self, theta: Array, chances: Array) -> tuple[Array, Array]:
        """Shares (draw, chance) of listed and unlisted above each chance to be on some list."""

    def relabel(self, theta: Array) -> Array:
        """Put parameters into one labelling, where several mean the same."""
        return theta

    def in_order(self, theta: Array) -> npt.NDArray[np.bool_]:
        """Whether parameters are in the labelling of `relabel`, of shape (draw,)."""
        return np.ones(len(theta), dtype=bool)

    def over(self, histories: Array) -> Self:
        """Return the same member over other histories."""
        return replace(self, histories=np.asarray(histories, dtype=float))


def of_members(
    members: Sequence[Member], draws: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw members that are equally probable, and each from its prior; see `Family.draw_prior`."""
    chosen = rng.integers(len(members), size=draws)
    log_odds, held = np.empty(draws), np.empty((draws, members[0].n_lists))
    for i, member in enumerate(members):
        here = np.flatnonzero(chosen == i)
        log_odds[here], held[here] = of_parameters(member, member.draw_prior(rng, len(here)))
    return log_odds, held


def of_parameters(member: Member, theta: Array) -> tuple[Array, Array]:
    """Log odds of being on no list, and shares held, of parameters of shape (draw, size)."""
    one = member.over(member.histories[:1])  # the shares of the others are not wanted
    return one.evaluate(theta)[1], one.held(theta)


def all_histories(n_lists: int) -> Array:
    """Return every history but the empty one, of shape (2 ** n_lists - 1, n_lists)."""
    index = np.arange(1, 2**n_lists)[:, None]
    return ((index >> np.arange(n_lists)) & 1).astype(float)


def all_pairs(n_lists: int) -> tuple[tuple[int, int], ...]:
    """Return every pair of lists."""
    return tuple(combinations(range(n_lists), 2))


def signs(n_lists: int) -> Array:
    """One for histories with an odd number of lists, minus one for an even number."""
    return np.where(np.bitwise_count(np.arange(1, 2**n_lists)) % 2 == 1, 1.0, -1.0)


def log_sum_exp(values: Array, axis: int) -> Array:
    """Sum on the log scale; the values may carry an imaginary step."""
    top = np.max(values.real, axis=axis, keepdims=True)
    total: Array = np.log(np.exp(values - top).sum(axis=axis)) + np.squeeze(top, axis)
    return total


def softplus(values: Array) -> Array:
    """Log(1 + exp(values)); the values may carry an imaginary step."""
    top = np.maximum(values.real, 0.0)
    log_sum: Array = top + np.log(np.exp(-top) + np.exp(values - top))
    return log_sum


def log_one_minus_exp(values: Array) -> Array:
    """Log(1 - exp(values)) for values below 0; they may carry an imaginary step."""
    return np.log(-np.expm1(values))


def of_two(one: Array, two: Array, interaction: Array) -> Array:
    """Log weights of the histories of two lists that interact: on none, one, the other, both."""
    return np.stack([np.zeros_like(one), one, two, one + two + interaction])


def held_by_two(one: Array, two: Array, interaction: Array) -> tuple[Array, Array, Array]:
    """Chances to be on each of two lists that interact, and on both, from their log odds."""
    cells = of_two(one, two, interaction)
    weights = np.exp(cells - log_sum_exp(cells, axis=0))
    return weights[1] + weights[3], weights[2] + weights[3], weights[3]


def log_normal_density(values: Array, mean: float, sd: float) -> Array:
    """Log density of independent normals, summed over the last axis."""
    z = (values - mean) / sd
    heights = values.shape[-1] * (np.log(sd) + 0.5 * np.log(2 * np.pi))
    density: Array = -0.5 * (z * z).sum(axis=-1) - heights
    return density


def log_density_of_lists(log_odds: Array) -> Array:
    """Log prior density of the log odds of lists, along the last axis."""
    count = log_odds.shape[-1]
    middle = log_odds.mean(axis=-1)
    own = log_odds - middle[..., None]
    together = lists_variance(count)
    squares = (own * own).sum(axis=-1) / LIST_SD**2 + count * (middle - LIST_MEAN) ** 2 / together
    heights = log_height_of_lists(count)
    density: Array = heights - 0.5 * squares
    return density


def lists_variance(count: int) -> float:
    """Variance of the log odds of so many lists along the direction in which all move."""
    return float(LIST_SD**2 + count * COMMON_SD**2)


def log_height_of_lists(count: int) -> float:
    """Constant of the log prior density of so many lists."""
    logs = (count - 1) * np.log(LIST_SD) + 0.5 * np.log(lists_variance(count))
    return float(-logs - 0.5 * count * np.log(2 * np.pi))


def draw_lists(rng: np.random.Generator, draws: int, count: int) -> Array:
    """Draw log odds of lists from the prior, of shape (draw, list)."""
    common = rng.normal(0.0, COMMON_SD, (draws, 1))
    log_odds: Array = LIST_MEAN + common + rng.normal(0.0, LIST_SD, (draws, count))
    return log_odds


def all_or_none(log_odds_unseen: Array, chances: Array) -> tuple[Array, Array]:
    """Shares visible where everybody has the same chance to be on some list."""
    chance = 1.0 / (1.0 + np.exp(log_odds_unseen))
    seen = (chance[:, None] > chances).astype(float)
    return seen, seen
