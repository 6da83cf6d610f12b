"""Sequential Monte Carlo: particles go from the prior to the posterior by tempering.

It needs no mode and gives the evidence. Each temperature keeps half of the effective particles;
then the particles move, each half by differences of the other (ter Braak 2006,
doi 10.1007/s11222-006-8769-1), now and then by a whole difference, so that they can change modes,
and often in some coordinates only. Del Moral, Doucet and Jasra 2006,
doi 10.1111/j.1467-9868.2006.00553.x.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.member import Member
from casualty_est.lists.inference import mixture_kernel
from casualty_est.lists.inference.importance import Weighted
from casualty_est.lists.inference.mixture import compiled, densities_of
from casualty_est.lists.table.history import HistoryTable

Array = npt.NDArray[np.float64]

PARTICLES = 2000
MOVES = 20  # per temperature
KEEP = 0.5  # share of effective particles that a temperature leaves
ACCEPT = 0.25
WHOLE = 0.1  # share of moves by a whole difference
CROSSOVER = (0.2, 0.5, 1.0)  # chances of a coordinate to move
JITTER = 1e-4


def run(
    member: Member,
    table: HistoryTable,
    rng: np.random.Generator,
    *,
    particles: int = PARTICLES,
    moves: int = MOVES,
    start: tuple[Array, float] | None = None,
) -> Weighted:
    """Sample a member's posterior by tempering.

    It starts from draws of the prior, or of what the member calls so, with that one's log evidence.
    """
    counts = table.counts.astype(float)
    theta, log_evidence = start or (member.draw_prior(rng, particles), 0.0)
    particles = len(theta)
    cloud = _Cloud(member, counts, theta)
    heat = 0.0
    while heat < 1.0:
        step = _next_step(cloud.likelihood, 1.0 - heat)
        weight = step * cloud.likelihood
        log_evidence += float(np.logaddexp.reduce(weight) - np.log(particles))
        heat = 1.0 if step >= 1.0 - heat else heat + step
        cloud.choose(_systematic(weight, rng))
        cloud.move(heat, moves, rng)
    weights = np.full(particles, log_evidence - np.log(particles))
    return Weighted(cloud.theta, cloud.odds, weights)


class _Cloud:
    """Particles with their densities."""

    def __init__(self, member: Member, counts: Array, theta: Array) -> None:
        self.member, self.counts = member, counts
        self.compiled = compiled(member, counts)
        self._densities = densities_of(member, counts)
        # From here on one labelling is all there is: moves that would leave it are turned down.
        # Jumps are differences of labelled particles; to let them out and relabel afterwards would
        # leave no posterior as it was.
        self.theta = np.ascontiguousarray(member.relabel(theta))
        self.prior, self.likelihood, self.odds = self._densities(self.theta)
        self.scale = np.ones(len(CROSSOVER))

    def choose(self, which: npt.NDArray[np.intp]) -> None:
        self.theta = np.ascontiguousarray(self.theta[which])
        self.prior, self.likelihood = self.prior[which], self.likelihood[which]
        self.odds = self.odds[which]

    def move(self, heat: float, moves: int, rng: np.random.Generator) -> None:
        """Move both halves in turn, each along differences of particles of the other."""
        if self.compiled is not None:
            cloud = mixture_kernel.Cloud(self.theta, self.prior, self.likelihood, self.odds)
            way = mixture_kernel.Moves(heat, moves, np.array(CROSSOVER), WHOLE, JITTER, ACCEPT)
            mixture_kernel.move(self.compiled, cloud, self.scale, way, rng)
            return
        for _ in range(moves):
            order = rng.permutation(len(self.theta))
            half = len(order) // 2
            for mine, others in ((order[:half], order[half:]), (order[half:], order[:half])):
                self._move(mine, others, heat, rng)

    def _move(
        self,
        mine: npt.NDArray[np.intp],
        others: npt.NDArray[np.intp],
        heat: float,
        rng: np.random.Generator,
    ) -> None:
        size = self.theta.shape[1]
        # Each particle draws two others of its own: given them all, its jump is then symmetric, and
        # independent of every other jump, without which the cloud would drift.
        one = rng.integers(len(others), size=len(mine))
        two = rng.integers(len(others) - 1, size=len(mine))
        pool, mates = self.theta[others[one]], self.theta[others[two + (two >= one)]]
        kind = int(rng.integers(len(CROSSOVER)))
        chance = CROSSOVER[kind]
        uniform = rng.random((len(mine), size), dtype=np.float32)
        whole = rng.random() < WHOLE
        length = 1.0 if whole else self.scale[kind] * 2.38 / np.sqrt(2.0 * size * chance)
        # Where a coordinate moves, the same number less half the chance is symmetric round zero.
        jump = length * (pool - mates) + JITTER * (uniform - 0.5 * chance)
        tried = self.theta[mine] + np.where(uniform < chance, jump, 0.0)
        prior, likelihood, odds = self._densities(tried)
        gain = prior - self.prior[mine] + heat * (likelihood - self.likelihood[mine])
        gain[~self.member.in_order(tried)] = -np.inf
        taken = np.log(rng.random(len(mine))) < gain
        where = mine[taken]
        self.theta[where] = tried[taken]
        self.prior[where], self.likelihood[where] = prior[taken], likelihood[taken]
        self.odds[where] = odds[taken]
        if not whole:
            self.scale[kind] *= np.exp(0.5 * (taken.mean() - ACCEPT))


def _next_step(likelihood: Array, left: float) -> float:
    """The rise in temperature that keeps a given share of effective particles."""
    finite = np.where(np.isfinite(likelihood), likelihood - likelihood.max(), -np.inf)

    def share(step: float) -> float:
        weight = np.exp(step * finite)
        return float(weight.sum() ** 2 / np.sum(weight**2) / len(weight))

    if share(left) >= KEEP:
        return left
    low, high = 0.0, left
    for _ in range(60):
        middle = np.sqrt(low * high) if low > 0 else high * 1e-3
        if share(middle) >= KEEP:
            low = middle
        else:
            high = middle
        if low > 0 and high / low < 1.01:
            break
    return low if low > 0 else high


def _systematic(log_weight: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Resample with one random number: each particle's copies are within one of its due."""
    weight = np.exp(log_weight - log_weight.max())
    edges = np.cumsum(weight) / weight.sum()
    points = (np.arange(len(weight)) + rng.random()) / len(weight)
    return np.minimum(np.searchsorted(edges, points), len(weight) - 1)
