"""The exact median of one cell after all priors have moved: a refit of a thousandth of a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.arrays import Array
from casualty_est.claims.inference.cores import counted_twice, prior_sds
from casualty_est.claims.inference.exact import (
    ExactPosterior,
    blocks_of,
    log_said,
    outside,
    over_roles,
    solve,
)
from casualty_est.claims.model.layout import Layout, Scenario

if TYPE_CHECKING:
    from casualty_est.claims.model.model import ClaimsModel

Means = tuple[tuple[float, float], ...]  # by source: of its log ratio, and of what it counts twice
MOST = 12  # sources
KEPT = 6  # moves of each source of which what it says is kept


def median_after(model: ClaimsModel) -> Callable[[Array], float] | None:
    """Log of the median as a function of moves, in sds and in the order of `cores.moves`.

    None where sources are so many that a search, which moves each in turn, takes minutes. A search
    moves one source after the other, so what all others say is kept from one call to the next.
    """
    layout, ratios = model.layout, model.layout.ratios
    if len(ratios.targets) > MOST:
        return None
    plain, blocks = Scenario.plain(layout), blocks_of(layout)
    sds = [level.prior.sd for level in layout.levels] + [a.prior.sd for a in layout.anchors]
    targets, overs = len(ratios.targets), counted_twice(ratios)
    spread = prior_sds(ratios)
    lattice = solve(layout, fine=False).log_n
    step = float(lattice[1] - lattice[0])

    def moved(means: Means, rest: tuple[float, ...]) -> tuple[Layout, Scenario, Array]:
        """The model after a move, and the lattice that its level asks for."""
        mu, over_mean = map(np.array, zip(*means, strict=True))
        shift = plain.shift.copy()
        shift[targets:] = rest
        there = replace(layout, ratios=replace(ratios, mu=mu, over_mean=over_mean))
        return there, replace(plain, shift=shift), lattice + rest[0]

    @lru_cache(maxsize=KEPT * targets)
    def said(i: int, mean: tuple[float, float], rest: tuple[float, ...]) -> Array:
        """What one source says; nothing in it depends on the means of the others."""
        there, scenario, log_n = moved((mean,) * targets, rest)
        return log_said(there, scenario, i, log_n, step)[0]

    def median(moves: Array) -> float:
        own, over, rest = np.split(moves, [targets, targets + len(overs)])
        over_mean = ratios.over_mean.copy()
        over_mean[overs] += ratios.over_sd[overs] * over
        means = tuple(zip(map(float, ratios.mu + spread * own), map(float, over_mean), strict=True))
        shifts = tuple(map(float, np.array(sds) * rest))
        there, scenario, log_n = moved(means, shifts)
        log_post = outside(there, scenario, log_n)[0]
        for block in blocks:
            together = np.sum([said(i, means[i], shifts) for i in block], axis=0)
            log_post = log_post + over_roles(together)[0]
        mass = np.exp(log_post - log_post.max())
        posterior = ExactPosterior(log_n, mass / mass.sum(), np.zeros((len(mass), 0)), {})
        return float(posterior.quantile(0.5))

    return median
