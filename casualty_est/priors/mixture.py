"""A mean known with error, two spreads known with error, one of them of a Student t: as Normals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.priors.distributions import normal_sd


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of Normals around one mean: mean + N(0, variance[i]) with weight[i]."""

    mean: float
    variance: Array
    weight: Array
    parts: tuple[float, tuple[float, float], tuple[float, float], int]

    @classmethod
    def of(
        cls,
        mean: float,
        sd: float,
        log_b: tuple[float, float],
        log_w: tuple[float, float],
        dof: int,
    ) -> Self:
        """N(mean, sd) plus N(0, b) plus w times a Student t; log b and log w are Normal."""
        from scipy import stats  # slow to load, and a model does without it

        at, weight = np.polynomial.hermite_e.hermegauss(5)
        weight = weight / weight.sum()
        count = 32
        chi = stats.chi2.ppf((np.arange(count) + 0.5) / count, dof)
        b = np.exp(log_b[0] + log_b[1] * at)
        w = np.exp(log_w[0] + log_w[1] * at)
        variance = (
            sd**2 + b[:, None, None] ** 2 + w[None, :, None] ** 2 * (dof / chi)[None, None, :]
        )
        weights = np.broadcast_to(weight[:, None, None] * weight[None, :, None], variance.shape)
        return cls(mean, variance.ravel(), weights.ravel() / count, (sd, log_b, log_w, dof))

    @classmethod
    def normal(cls, mean: float, sd: float) -> Self:
        """A single Normal, as one of these."""
        return cls(mean, np.array([sd**2]), np.ones(1), (sd, (-np.inf, 0.0), (-np.inf, 0.0), 1))

    def widened(self, sd: float) -> Self:
        """Return the same mixture with one more error."""
        return replace(self, variance=self.variance + sd**2)

    def cdf(self, at: Array) -> Array:
        """Probability of a smaller value, at each of `at`."""
        sds = np.sqrt(self.variance)
        below = np.empty(len(at))
        for start in range(0, len(at), 512):
            part = at[start : start + 512, None]
            below[start : start + 512] = special.ndtr((part - self.mean) / sds) @ self.weight
        return below

    def density(self, at: Array) -> Array:
        """Density at each of `at`."""
        sds = np.sqrt(self.variance)
        z = (at[:, None] - self.mean) / sds
        return np.asarray((np.exp(-0.5 * z**2) / (sds * np.sqrt(2 * np.pi))) @ self.weight)

    @property
    def normal_sd(self) -> float:
        """Sd of the Normal with the same 90% interval."""
        gap = np.linspace(0.0, 8.0 * float(np.sqrt(np.median(self.variance))), 401)
        return normal_sd(gap, self.cdf(self.mean + gap))

    def nodes(self) -> tuple[Array, Array]:
        """Values and weights over which to sum a smooth function."""
        width = float(np.sqrt(np.median(self.variance)))
        grid = self.mean + width * np.sinh(np.linspace(-4.5, 4.5, 601))
        edges = self.cdf((grid[1:] + grid[:-1]) / 2)
        weight = np.diff(np.concatenate([[0.0], edges, [1.0]]))
        return grid, weight

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """Draw n values."""
        sd, log_b, log_w, dof = self.parts
        b = np.exp(rng.normal(*log_b, n))
        w = np.exp(rng.normal(*log_w, n))
        return np.asarray(
            self.mean
            + rng.normal(0, sd, n)
            + b * rng.standard_normal(n)
            + w * rng.standard_t(dof, n)
        )
