"""The posterior of household microdata, exact on a grid: clusters and strata are summed over.

Given the likeness of deaths within a household and the spread over clusters, each cluster is an
integral over its own logit, and each stratum one over its clusters: sums of products of matrices. A
coarse grid finds where the posterior lies, a fine one computes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from casualty_est.arrays import Array
from casualty_est.surveys.model.households import (
    CLUSTER_SD,
    ICC_PRIOR,
    RATE_LOGIT,
    RATE_SD,
    STRATA_SD,
    HouseholdLayout,
    statistics,
)

COARSE = {"mu": 61, "sigma": 12, "icc": 12, "middle": 41, "tau": 12}
FINE = {"mu": 96, "sigma": 22, "icc": 22, "middle": 40, "tau": 18}
WHOLE = {
    "mu": (-14.0, 5.0),
    "sigma": (0.0, 4.0),
    "icc": (-7.0, 3.0),  # on the logit
    "middle": (-13.0, 4.0),
    "tau": (0.0, 4.0),
}
SCOUTS = 4000  # draws from the coarse grid that say where the fine one goes
REACH = 4.5  # standard deviations of a cluster beyond which nothing is left
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Grid:
    """Evenly spaced values of each parameter: centres of cells."""

    mu: Array
    sigma: Array
    icc: Array
    middle: Array
    tau: Array

    @classmethod
    def over(cls, ranges: Mapping[str, tuple[float, float]], points: Mapping[str, int]) -> Grid:
        """Cells that fill the ranges."""
        axes = {}
        for name, (low, high) in ranges.items():
            edges = np.linspace(low, high, points[name] + 1)
            axes[name] = (edges[1:] + edges[:-1]) / 2
        return cls(**axes)

    @property
    def logits(self) -> Array:
        """Logits of single clusters: the reach of every stratum, twice as fine as `mu`."""
        step = (self.mu[1] - self.mu[0]) / 2
        wide = REACH * float(self.sigma[-1])
        steps = int(np.ceil(wide / step))
        return np.asarray(np.arange(-steps, 2 * len(self.mu) - 1 + steps) * step + self.mu[0])


@dataclass(frozen=True, slots=True)
class Posterior:
    """Log posterior over the grid, and the log likelihood of every stratum.

    `joint` has axes (icc, sigma, middle, tau) with several strata, (icc, sigma, mu) with one;
    `strata` has (icc, sigma, stratum, mu).
    """

    grid: Grid
    joint: Array
    strata: Array


def draw(layout: HouseholdLayout, draws: int, rng: np.random.Generator) -> dict[str, Array]:
    """Independent draws of ``logit`` (draw, stratum), ``cluster_sd`` and ``icc`` (draw, 1)."""
    counts = statistics(layout.households)
    seen = bool(layout.zero_survivors)
    coarse = posterior(counts, Grid.over(WHOLE, COARSE), seen=seen)
    scouts = sample(coarse, SCOUTS, rng)
    fine = Grid.over(_ranges(scouts, coarse.grid), FINE)
    drawn = sample(posterior(counts, fine, seen=seen), draws, rng)
    return {
        "logit": drawn["mu"],
        "cluster_sd": drawn["sigma"],
        "icc": special.expit(drawn["icc"]),
    }


def _ranges(drawn: Mapping[str, Array], grid: Grid) -> dict[str, tuple[float, float]]:
    """Where the draws lie, and a cell more on either side."""
    ranges = {}
    for name, whole in WHOLE.items():
        step = float(np.diff(getattr(grid, name)[:2])[0])
        values = drawn.get(name)
        low, high = whole if values is None else (values.min() - step, values.max() + step)
        ranges[name] = (max(float(low), whole[0]), min(float(high), whole[1]))
    return ranges


def posterior(counts: Mapping[str, Any], grid: Grid, *, seen: bool) -> Posterior:
    """Compute the posterior over a grid; `seen` where only households with survivors are."""
    strata = stratum_logs(counts, grid, seen=seen)
    spread = -0.5 * (grid.sigma / CLUSTER_SD) ** 2
    alike = stats.beta.logpdf(special.expit(grid.icc), *ICC_PRIOR)
    alike = alike + special.log_expit(grid.icc) + special.log_expit(-grid.icc)
    prior = alike[:, None] + spread[None, :]
    if strata.shape[2] == 1:
        middle = stats.norm.logpdf(grid.mu, RATE_LOGIT, RATE_SD)
        return Posterior(grid, strata[:, :, 0] + prior[..., None] + middle, strata)
    middle = stats.norm.logpdf(grid.middle, RATE_LOGIT, RATE_SD)
    between = -0.5 * (grid.tau / STRATA_SD) ** 2
    joint = prior[..., None, None] + middle[:, None] + between
    top = strata.max(axis=-1, keepdims=True)
    masses = np.exp(strata - top)
    for t, tau in enumerate(grid.tau):
        sums = masses @ kernel(grid.mu, grid.middle, float(tau))
        joint[..., t] += (np.log(np.maximum(sums, TINY)) + top).sum(axis=2)
    return Posterior(grid, joint, strata)


def stratum_logs(counts: Mapping[str, Any], grid: Grid, *, seen: bool) -> Array:
    """Log likelihood of every stratum: (icc, sigma, stratum, mu)."""
    strata = int(counts["stratum"].max()) + 1
    member = np.zeros((strata, len(counts["stratum"])))
    member[counts["stratum"], np.arange(len(counts["stratum"]))] = 1.0
    x = grid.logits
    kernels = [kernel(x, grid.mu, float(sigma)) for sigma in grid.sigma]
    logs = np.empty((len(grid.icc), len(grid.sigma), strata, len(grid.mu)))
    for i, icc in enumerate(special.expit(grid.icc)):
        each = group_logs(counts, x, float(icc), seen=seen)
        top = each.max(axis=1, keepdims=True)
        masses = np.exp(each - top)
        for s, weights in enumerate(kernels):
            logs[i, s] = member @ (np.log(np.maximum(masses @ weights, TINY)) + top)
    return logs


def group_logs(counts: Mapping[str, Any], x: Array, icc: float, *, seen: bool) -> Array:
    """Log likelihood of every cluster at logits x: (group, x), up to a constant."""
    phi = (1 - icc) / icc
    p = special.expit(x)
    alpha, beta = p * phi, (1 - p) * phi

    def logs(base: Any, counted: Array) -> Array:
        return np.asarray(np.log(np.atleast_1d(base)[:, None] + np.arange(counted.shape[1])))

    total = counts["died"] @ logs(alpha, counts["died"]).T
    total += counts["lived"] @ logs(beta, counts["lived"]).T
    total -= counts["sizes"] @ logs(phi, counts["sizes"]).T
    if seen:
        steps = logs(alpha, counts["exact"]) - logs(phi, counts["exact"])
        # 1 - P(all die), where P is 1 but for rounding, must not reach 0.
        left = np.maximum(-np.expm1(np.cumsum(steps, axis=1)), TINY)
        total -= counts["exact"] @ np.log(left).T
    return np.asarray(total)


def kernel(x: Array, centres: Array, sd: float) -> Array:
    """Mass of Normals with these centres in the cells round x: (x, centre), columns sum to 1."""
    half = (x[1] - x[0]) / 2
    ends = (np.append(x - half, x[-1] + half)[:, None] - centres) / max(sd, 1e-6)
    mass = np.diff(special.ndtr(ends), axis=0)
    return np.asarray(mass / np.maximum(mass.sum(axis=0), TINY))


def sample(known: Posterior, draws: int, rng: np.random.Generator) -> dict[str, Array]:
    """Draw cells by their mass, and a point of each cell evenly."""
    grid, joint = known.grid, known.joint
    mass = np.exp(joint - joint.max()).ravel()
    cumulative = np.cumsum(mass)
    at = np.searchsorted(cumulative, rng.uniform(size=draws) * cumulative[-1])
    places = np.unravel_index(np.minimum(at, mass.size - 1), joint.shape)
    if joint.ndim == 3:
        i, s, m = places
        return _points(grid, {"icc": i, "sigma": s, "mu": m}, rng)
    i, s, c, t = places
    drawn = _points(grid, {"icc": i, "sigma": s, "middle": c, "tau": t}, rng)
    logs = known.strata[i, s] + _log_normal(grid.mu, grid.middle[c], grid.tau[t])[:, None]
    sums = np.cumsum(np.exp(logs - logs.max(axis=-1, keepdims=True)), axis=-1)
    wanted = rng.uniform(size=sums.shape[:2]) * sums[..., -1]
    chosen = np.minimum((sums < wanted[..., None]).sum(axis=-1), len(grid.mu) - 1)
    return drawn | _points(grid, {"mu": chosen}, rng)


def _log_normal(mu: Array, middle: Array, tau: Array) -> Array:
    """Log mass of the cells of mu under each draw of middle and tau: (draw, mu)."""
    half = (mu[1] - mu[0]) / 2
    edges = np.append(mu - half, mu[-1] + half)
    mass = np.diff(special.ndtr((edges - middle[:, None]) / tau[:, None]), axis=1)
    return np.asarray(np.log(np.maximum(mass, TINY)))


def _points(grid: Grid, places: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Array]:
    """Points of the cells chosen: (draw, 1), of strata (draw, stratum)."""
    points = {}
    for name, at in places.items():
        axis = getattr(grid, name)
        chosen = axis[at].reshape(len(at), -1)
        points[name] = chosen + (axis[1] - axis[0]) * (rng.uniform(size=chosen.shape) - 0.5)
    return points
