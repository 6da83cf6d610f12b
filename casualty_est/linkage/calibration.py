"""Calibration: what a score is worth, learned from the records that a person answered.

The log odds of a pair are a + b weight + c [the family agrees] + d log(candidates of its records),
before the prior of the partition: where many look alike, a likeness says less than its fields do.
A person answers records, "which of these, or none?", so the likelihood is that of one choice among
the candidates of a record. Errors of a score are shared by all pairs: each posterior draw of a
partition has one draw of (a, b, c, d).
"""

from __future__ import annotations

from math import exp, log
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from casualty_est.linkage.answers import Answers
from casualty_est.linkage.prior import STATED, UNLABELLED, labelled
from casualty_est.linkage.scores.pairs import Pairs

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

STEPS = 20  # Metropolis steps between two draws
WARM_UP = 400
SCALE = 1.2  # of a step: 2.4 / sqrt(4), Roberts, Gelman and Gilks 1997


def prior_log_odds(table: Ints, repeats: Array, unique: Bools, alpha: float) -> Array:
    """Log odds, by the prior alone, that a record of list k joins one of list l, (k, l).

    table (pattern,): people by the lists that hold them. The average over clusters that hold l and
    not k; on the diagonal, over those that hold k already.
    """
    lists = len(unique)
    held = (np.arange(len(table))[:, None] >> np.arange(lists)) & 1 == 1
    odds = np.full((lists, lists), -np.inf)
    people = int(table.sum())
    whole = alpha * (len(table) - 1)
    for k in range(lists):
        alone = np.log(table[1 << k] + alpha) + np.log(people / (people + whole))
        first = 0.0 if unique[k] else np.log(repeats[k] / np.expm1(repeats[k]))
        if not unique[k]:
            odds[k, k] = np.log(repeats[k]) - first - alone
        for other in range(lists):
            if other == k:
                continue
            there = np.flatnonzero(held[:, other] & ~held[:, k])
            joined = table[there | (1 << k)] + alpha
            # The mean of joined / there over clusters: each pattern by its share of the clusters.
            odds[k, other] = np.log(joined.sum() / (table[there].sum() + alpha)) - alone
    return odds


def scores(
    theta: Array, pairs: Pairs, answers: Answers | None, shifts: Array | None = None
) -> tuple[Array, float]:
    """Log odds of every pair before the prior, and of a pair that was never a candidate."""
    a, b, c, d = theta
    values = a + b * pairs.weight + c * pairs.kin
    other = a + b * pairs.other
    if d:
        rivals = pairs.rivals
        values += d * rivals
        # A pair that was never a candidate stays below all: rivals count most against it.
        other += min(d, 0.0) * rivals.max(initial=0.0)
    if shifts is not None and pairs.classes is not None:
        values += shifts[pairs.classes]
    if answers is not None and answers.records:
        # An answer is evidence too, worth what a reviewer's slips leave of it.
        worth = np.log1p(-answers.slips) - np.log(answers.slips)
        values[answers.yes] += worth
        values[answers.no] -= worth
    return values, float(other)


def features_of(pairs: Pairs) -> Array:
    """What (a, b, c, d) are multiplied by, (pair, 4)."""
    kin = pairs.kin.astype(float)
    return np.column_stack([np.ones(len(kin)), pairs.weight, kin, pairs.rivals])


class Choices(NamedTuple):
    """Answers as compiled code reads them."""

    start: Ints  # (answer + 1,)
    features: Array  # (candidate, 4): as `features_of`
    odds: Array  # (candidate,): log odds by the prior of the partition
    chosen: Ints  # (answer,): candidate, -1 for none
    slips: float
    mean: Array
    sd: Array


class Chain:
    """A Metropolis chain over (a, b, c, d), given the prior odds of a partition."""

    def __init__(self, answers: Answers | None, pairs: Pairs, rng: np.random.Generator) -> None:
        self.rng = rng
        self.answers = answers if answers is not None and len(answers) else None
        self.doubt, self.stated = pairs.doubt, pairs.stated
        unseen = UNLABELLED if pairs.doubt is None else STATED
        self.prior = unseen if self.answers is None else labelled(stated=pairs.stated)
        self.theta = self.prior.mean.copy()
        self.factor = 0.3 * np.diag(self.prior.sd)
        if self.answers is not None:
            chosen = self.answers.pair
            self.features = features_of(pairs)[chosen]
            self.mine = np.repeat(self.answers.mine, np.diff(self.answers.start))

    def choices(self, odds: Array) -> Choices:
        """The answers beside the prior odds (list, list) of a partition."""
        answers = self.answers
        assert answers is not None
        of_each = np.zeros(len(self.mine)) if self.stated else odds[self.mine, answers.theirs]
        return Choices(
            answers.start, self.features, of_each, answers.chosen, answers.slips, *self.prior
        )

    def warm_up(self, odds: Array) -> None:
        """Find the posterior, and how far a step should go."""
        if self.answers is None:
            return
        choices = self.choices(odds)
        for _ in range(3):
            path = walk(self._number(), self.theta, self.factor, choices, WARM_UP)
            self.theta = path[-1].copy()
            spread = np.cov(path[WARM_UP // 2 :].T) + 1e-6 * np.diag(self.prior.sd**2)
            self.factor = SCALE * np.linalg.cholesky(spread)

    def draw(self, odds: Array) -> Array:
        """Draw the next (a, b, c, d)."""
        if self.answers is not None:
            path = walk(self._number(), self.theta, self.factor, self.choices(odds), STEPS)
            self.theta = path[-1].copy()
            return self.theta
        while True:
            self.theta = self.rng.normal(self.prior.mean, self.prior.sd)
            if self.theta[1] > 0:
                return self.theta

    def shifts(self) -> Array | None:
        """Draw by how much the log odds of each class of pairs err, of shape (class,)."""
        return None if self.doubt is None else self.rng.normal(0.0, self.doubt)

    def _number(self) -> int:
        return int(self.rng.integers(2**31))


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def walk(seed: int, theta: Any, factor: Any, choices: Any, steps: int) -> Any:
    """Metropolis steps from a start, of shape (step, 4)."""
    np.random.seed(seed)  # noqa: NPY002 - compiled code has no Generator that can be seeded inside
    path = np.empty((steps, len(theta)))
    here, other = theta.copy(), theta.copy()
    value = log_density(here, choices)
    for step in range(steps):
        other[:] = here
        for k in range(len(theta)):
            jump = np.random.normal()  # noqa: NPY002
            for r in range(len(theta)):
                other[r] += factor[r, k] * jump
        there = log_density(other, choices)
        if log(np.random.random()) < there - value:  # noqa: NPY002
            here[:] = other
            value = there
        path[step] = here
    return path


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]
def log_density(theta: Any, choices: Any) -> float:
    """Log posterior of (a, b, c, d) up to a constant."""
    if theta[1] <= 0.0:
        return -np.inf
    value = 0.0
    for k in range(len(theta)):
        value -= 0.5 * ((theta[k] - choices.mean[k]) / choices.sd[k]) ** 2
    for r in range(len(choices.chosen)):
        begin, end = choices.start[r], choices.start[r + 1]
        most, mine = 0.0, 0.0
        for k in range(begin, end):
            score = choices.odds[k]
            for f in range(len(theta)):
                score += theta[f] * choices.features[k, f]
            most = max(most, score)
        whole = exp(-most)
        for k in range(begin, end):
            score = choices.odds[k]
            for f in range(len(theta)):
                score += theta[f] * choices.features[k, f]
            whole += exp(score - most)
            if k == choices.chosen[r]:
                mine = score
        chance = exp(mine - most) / whole
        value += log((1.0 - choices.slips) * chance + choices.slips / (end - begin + 1))
    return value
