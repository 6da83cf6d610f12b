"""Likelihoods of the log of one count on a grid: their product, its moments, what each brings.

With one count the product needs no sampling: every number here is a sum over the grid. `like` has
the log likelihood of each kind (kind, point) after its bridge, without its own prior. For kinds
whose errors correlate the product is a Gaussian copula with the margins as they are: in the normal
case that is the usual rule, weights by the inverse of the covariance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.arrays import Array, Ints

SMALLEST = 1e-300
AGREED = 0.05  # two-sided tail probability at which two kinds no longer contradict each other
HALVINGS = 60
FLAT = 1e-9  # a smaller rise of a log density over a cell is none


@dataclass(frozen=True)
class Joint:
    """The likelihoods on one grid: `log_n` (point,) ascending, `like` (kind, point).

    `eta` (kind,) are powers, `rho` (kind, kind) correlations, `pool` (point,) the log prior.
    """

    log_n: Array
    like: Array
    eta: Array
    rho: Array
    pool: Array
    # Kinds that only bound the count: where (log count) the likelihood of each is at its height.
    bounds: Mapping[int, float] = field(default_factory=dict)

    @cached_property
    def widths(self) -> Array:
        """Width of the cell of each point, for sums over the grid."""
        return widths(self.log_n)

    @cached_property
    def scores(self) -> Array:
        """Normal scores of each kind alone under a flat prior: (kind, point)."""
        return np.array([normal_scores(self.log_n, row) for row in self.like])

    @cached_property
    def log_joint(self) -> Array:
        """Log density of the product, normalised over the grid: (point,)."""
        logs = self.eta @ self.like + self.pool
        active = np.flatnonzero(self.eta > 0)
        tied = self._precision(active) - np.eye(len(active))
        if np.any(tied):
            # An error of which only a part counts correlates less: an independent one is added.
            z = self.scores[active] * np.sqrt(self.eta[active])[:, None]
            logs = logs - 0.5 * np.einsum("ip,ij,jp->p", z, tied, z)
        return np.asarray(logs - special.logsumexp(logs, b=self.widths))

    def _precision(self, active: Ints) -> Array:
        root = np.sqrt(self.eta[active])
        matrix = self.rho[np.ix_(active, active)] * np.outer(root, root)
        np.fill_diagonal(matrix, 1.0)
        return np.asarray(np.linalg.inv(matrix))

    @cached_property
    def density(self) -> Array:
        """Density of the log of the count at each point."""
        return np.asarray(np.exp(self.log_joint))

    @cached_property
    def mass(self) -> Array:
        """Probability of the cell of each point."""
        return self.density * self.widths

    @property
    def mean(self) -> float:
        """Mean of the log of the count."""
        return float(self.mass @ self.log_n)

    @property
    def variance(self) -> float:
        """Its variance."""
        return float(self.mass @ (self.log_n - self.mean) ** 2)

    def quantile(self, probability: npt.ArrayLike) -> Array:
        """Quantiles of the log of the count."""
        return quantile(self.log_n, self.density, np.asarray(probability, dtype=float))

    def with_eta(self, kind: int, eta: float) -> Joint:
        """The same with another power of one kind."""
        powers = self.eta.copy()
        powers[kind] = eta
        return replace(self, eta=powers)

    def only(self, kind: int) -> Joint:
        """One kind alone, under the same prior."""
        return replace(self, eta=np.eye(len(self.eta))[kind])

    def without(self, kind: int) -> Joint | None:
        """The others; None where nothing is left."""
        rest = self.with_eta(kind, 0.0)
        return rest if (rest.eta > 0).any() else None

    def contributions(self) -> Array:
        """Cov(log N, log L) of each kind: the change of the mean per unit of its power."""
        away = (self.log_n - self.mean) * self.mass
        return np.asarray(self.like @ away)

    def weights(self) -> Array:
        """How far the mean of the log follows each kind that is shifted; their sum is 1 if flat."""
        slope = np.gradient(self.like, self.log_n, axis=1) * self.eta[:, None]
        active = np.flatnonzero(self.eta > 0)
        tied = self._precision(active) - np.eye(len(active))
        if np.any(tied):
            z = self.scores[active] * np.sqrt(self.eta[active])[:, None]
            slope[active] -= (tied @ z) * np.gradient(z, self.log_n, axis=1)
        away = (self.log_n - self.mean) * self.mass
        return np.asarray(-slope @ away)

    def information(self, kind: int) -> float | None:
        """Half the log of how many times more precise the count is with a kind than without."""
        rest = self.without(kind)
        return None if rest is None else 0.5 * float(np.log(rest.variance / self.variance))

    # Conflict ------------------------------------------------------------------------------

    def conflict(self, kind: int, shift: float = 0.0) -> float | None:
        """Two-sided tail probability of a kind, moved by `shift`, against the others."""
        rest = self.without(kind)
        if rest is None:
            return None
        active = set(np.flatnonzero(rest.eta > 0).tolist())
        if kind in self.bounds:
            return rest.surprise({kind}, -shift)
        if active <= set(self.bounds):
            return replace(self.only(kind), pool=np.zeros_like(self.pool)).surprise(active, shift)
        alone = replace(self.only(kind), pool=np.zeros_like(self.pool))
        others = replace(rest, pool=np.zeros_like(self.pool))
        at = self.log_n + shift
        below = np.interp(at, self.log_n, distribution(self.log_n, others.density), 0.0, 1.0)
        tie = self._tie(kind, others)
        if tie:
            z_own = normal_scores(self.log_n, alone.log_joint)
            z_rest = special.ndtri(np.clip(below, SMALLEST, 1 - 1e-16))
            below = special.ndtr((z_rest - tie * z_own) / np.sqrt(1 - tie**2))
        above = float(alone.mass @ below)
        return 2 * min(above, 1 - above)

    def surprise(self, bounds: Iterable[int], shift: float = 0.0) -> float:
        """Probability, at this count moved by `shift`, of what some bounds saw: nothing, or all.

        A bound has no posterior without a prior, so it is no tail of one.
        """
        seen = np.zeros_like(self.log_n)
        for kind in bounds:
            highest = np.interp(self.bounds[kind], self.log_n, self.like[kind])
            logs = np.interp(self.log_n + shift, self.log_n, self.like[kind])
            seen += np.minimum(logs - highest, 0.0)
        return float(self.mass @ np.exp(seen))

    def _tie(self, kind: int, others: Joint) -> float:
        """Correlation of the error of a kind with that of the others together, as of Normals."""
        active = np.flatnonzero(others.eta > 0)
        if not self.rho[kind, active].any():
            return 0.0
        sds = np.sqrt([self.only(int(k)).variance for k in active] / others.eta[active])
        part = self.rho[np.ix_(active, active)]
        precision = np.linalg.inv(part * np.outer(sds, sds))
        weights = precision.sum(axis=0) / precision.sum()
        return float(weights @ (self.rho[kind, active] * sds) * np.sqrt(precision.sum()))

    def reconciled(self, kind: int) -> float | None:
        """The smallest shift of a kind that ends its contradiction with the others."""
        rest = self.without(kind)
        if rest is None or (self.conflict(kind) or 1.0) >= AGREED:
            return None
        near, far = 0.0, rest.mean - self.only(kind).mean
        others = np.flatnonzero(rest.eta > 0).tolist()
        # The mean of a bound is that of the grid: what it fits is its height.
        if kind in self.bounds:
            far = rest.mean - self.bounds[kind]
        elif set(others) <= set(self.bounds):
            far = self.bounds[others[0]] - self.only(kind).mean
        for _ in range(HALVINGS):
            middle = (near + far) / 2
            enough = (self.conflict(kind, middle) or 0.0) >= AGREED
            near, far = (near, middle) if enough else (middle, far)
        return far


def widths(points: Array) -> Array:
    """Width of the cell of each point of a grid: the weights of the trapezoid rule."""
    steps = np.diff(points)
    return np.asarray((np.append(steps, 0.0) + np.append(0.0, steps)) / 2)


def distribution(points: Array, density: Array) -> Array:
    """Probability below each point, by the trapezoid rule; 1 at the last."""
    cells = np.diff(points) * (density[1:] + density[:-1]) / 2
    below = np.append(0.0, np.cumsum(cells))
    return np.asarray(below / below[-1])


def quantile(points: Array, density: Array, probability: Array) -> Array:
    """Quantiles of a density on a grid."""
    below = distribution(points, density)
    kept = np.append(True, np.diff(below) > 0)
    return np.asarray(np.interp(probability, below[kept], points[kept]))


def normal_scores(points: Array, logs: Array) -> Array:
    """Normal scores of points under a log density that is straight between them, far into tails."""
    steps, rises = np.diff(points), np.diff(logs)
    steep = np.maximum(np.abs(rises), FLAT)
    cells = np.maximum(logs[1:], logs[:-1]) + np.log(steps * -np.expm1(-steep) / steep)
    # What lies beyond the grid falls as fast as it does at its ends.
    least = 1 / (points[-1] - points[0])
    before = logs[0] - np.log(max(rises[0] / steps[0], least))
    after = logs[-1] - np.log(max(-rises[-1] / steps[-1], least))
    below = np.logaddexp.accumulate(np.append(before, cells))
    above = np.logaddexp.accumulate(np.append(after, cells[::-1]))[::-1]
    whole = np.logaddexp(below[-1], after)
    low, high = special.ndtri_exp(below - whole), special.ndtri_exp(above - whole)
    return np.asarray(np.where(below < above, low, -high))
