"""Tempering of latent classes with covariates: particles go from the prior to the posterior.

As in `casualty_est.lists.inference.smc`, but particles move along their slope, for parameters are
many, and carry shares of the combinations of values where some values are blank. Jumps are shaped
by the spread of the cloud, averaged over all ways to number the classes: so no numbering is
preferred, and classes may change places. Del Moral, Doucet and Jasra 2006, doi
10.1111/j.1467-9868.2006.00553.x; Neal 2011, doi 10.1201/b10905-6.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt
from scipy import linalg

from casualty_est.lists.families.covariate_cells import Cells, Form
from casualty_est.lists.inference import covariates_kernel as kernel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PARTICLES = 600
MOVES, LAST_MOVES = 4, 12  # paths at each heat, and at the last
MOST_STEPS = 8  # of a path
KEEP = 0.5  # share of effective particles that a heat leaves
ACCEPT = 0.8
FIRST_SWEEPS = 20  # of drawing blank values before any list is seen
SHRINK = 0.05  # of correlations in the shape of jumps


@dataclass(frozen=True, slots=True)
class Run:
    """Draws of the posterior, equally weighed, and the log evidence."""

    theta: Array  # (particle, size)
    shares: Array  # (particle, cell): of the listed
    log_evidence: float


def run(
    cells: Cells,
    form: Form,
    rng: np.random.Generator,
    *,
    particles: int = PARTICLES,
    moves: int = MOVES,
) -> Run:
    """Sample the posterior of one number of classes by tempering."""
    data = kernel.data_of(cells, form)
    theta = form.draw_prior(rng, particles)
    shares = _first_shares(cells, data, particles, rng)
    heat, step, log_evidence = 0.0, 0.5, 0.0
    while heat < 1.0:
        _, logs = kernel.likelihoods(data, theta, shares, heat)
        rise = _rise(data, logs, shares, heat)
        weight = kernel.heated(data, logs, shares, heat + rise)
        weight = weight - kernel.heated(data, logs, shares, heat)
        log_evidence += float(np.logaddexp.reduce(weight) - np.log(particles))
        heat = 1.0 if rise >= 1.0 - heat else heat + rise
        chosen = _systematic(weight, rng)
        theta, shares = theta[chosen], shares[chosen]
        lower = shape(form, theta)
        for _ in range(LAST_MOVES if heat == 1.0 else moves):
            taken = kernel.move(data, theta, shares, heat, lower, step, MOST_STEPS, rng)
            step = min(step * float(np.exp(taken - ACCEPT)), 1.5)
    return Run(theta, shares, log_evidence)


def _first_shares(
    cells: Cells, data: kernel.Data, particles: int, rng: np.random.Generator
) -> Array:
    """Shares of the cells before any list is seen."""
    shares = np.tile(data.known / data.known.sum(), (particles, 1))
    if len(cells.open_counts):
        logs = np.zeros((particles, len(cells.history)))
        kernel.redraw(data, logs, shares, 0.0, FIRST_SWEEPS, rng)
    return shares


def shape(form: Form, theta: Array) -> Array:
    """Lower triangle of the spread of a cloud, the same for all ways to number the classes."""
    ordered = np.take_along_axis(theta, _by_visibility(form, theta), axis=1)
    spread = np.cov(ordered.T)
    places = [numbered(form, order) for order in permutations(range(form.classes))]
    spread = np.mean([spread[np.ix_(at, at)] for at in places], axis=0)
    sds = np.sqrt(np.diag(spread))
    correlations = (1.0 - SHRINK) * spread / np.outer(sds, sds) + SHRINK * np.eye(len(sds))
    lower: Array = sds[:, None] * linalg.cholesky(correlations, lower=True)
    return np.ascontiguousarray(lower)


def numbered(form: Form, order: tuple[int, ...]) -> Ints:
    """Places of the parameters when class i becomes class order[i]."""
    at, ends = np.arange(form.size), (0, *form.ends)
    for part, width in ((1, 1), (2, form.lists), (7, 1), (8, form.contrasts)):
        here = at[ends[part] : ends[part + 1]]
        if len(here):
            here[:] = here.reshape(form.classes, width)[list(order)].ravel()
    return at


def _by_visibility(form: Form, theta: Array) -> Ints:
    """Places (particle, size) that number the classes by their mean log odds."""
    orders = np.argsort(form.parts(theta)[0].mean(axis=2), axis=1)
    known = {order: numbered(form, order) for order in permutations(range(form.classes))}
    return np.array([known[tuple(order)] for order in orders.tolist()])


def _rise(data: kernel.Data, logs: Array, shares: Array, heat: float) -> float:
    """The rise in heat that keeps a given share of effective particles."""
    now, left = kernel.heated(data, logs, shares, heat), 1.0 - heat

    def share(rise: float) -> float:
        gain = kernel.heated(data, logs, shares, heat + rise) - now
        weight = np.exp(gain - gain.max())
        return float(weight.sum() ** 2 / np.sum(weight**2) / len(weight))

    if share(left) >= KEEP:
        return left
    low, high = 1e-9, left
    while high / low > 1.02:
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if share(middle) >= KEEP else (low, middle)
    return low


def _systematic(log_weight: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Resample with one random number: each particle's copies are within one of its due."""
    weight = np.exp(log_weight - log_weight.max())
    edges = np.cumsum(weight) / weight.sum()
    points = (np.arange(len(weight)) + rng.random()) / len(weight)
    return np.minimum(np.searchsorted(edges, points), len(weight) - 1)
