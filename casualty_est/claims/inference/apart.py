"""The exact answer when only some sources are heard or one is moved: the others are kept.

Sources are independent given the count and what their role shares. So what each of them says of
these is kept, and a refit adds up those that are heard. It is done on the coarse lattice, over all
that the prior of the count leaves possible.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from casualty_est.claims.inference.exact import (
    COARSER,
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

Array = npt.NDArray[np.float64]
FEWEST = 12  # lattice points inside an interval: on fewer its ends are not known well enough


def apart_of(model: ClaimsModel) -> Apart:
    """What every source of a model says, computed once."""
    if "apart" not in model._engines:
        model._engines["apart"] = Apart(model.layout)
    kept: Apart = model._engines["apart"]
    return kept


class Apart:
    """What every source says of one count, kept apart."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        plain = Scenario.plain(layout)
        self.log_n = log_n = solve(layout, fine=False).log_n
        step = float(log_n[1] - log_n[0])
        self.prior = outside(layout, plain, log_n)[0]
        self.blocks = blocks_of(layout)
        # By target: log likelihood (log N, role node), and what is left where it is not heard.
        self.said: dict[int, npt.NDArray[np.float32]] = {}
        self.silent: dict[int, Array] = {}
        self.together: list[Array] = []
        for block in self.blocks:
            for i in block:
                said, self.silent[i] = log_said(layout, plain, i, log_n, step)
                self.said[i] = said.astype(np.float32)
            together = np.zeros(self.said[block[0]].shape)
            for i in block:
                together += self.said[i]
            self.together.append(together)

    def quantiles(self, heard: Collection[str], probabilities: npt.ArrayLike) -> Array:
        """Quantiles of the log count if only the sources of these names are heard."""
        posterior = self._posterior(heard)
        if self._known_well(posterior):
            return posterior.quantile(probabilities)
        plain = Scenario.plain(self.layout)
        weights = np.array([float(claim.source in heard) for claim in self.layout.claims])
        return solve(self.layout, Scenario(weights, plain.shift)).quantile(probabilities)

    def moved(self, layout: Layout, target: int, probabilities: npt.ArrayLike) -> Array:
        """Quantiles of the log count in a layout that differs in the prior of one target alone."""
        step = float(self.log_n[1] - self.log_n[0])
        said = log_said(layout, Scenario.plain(layout), target, self.log_n, step)[0]
        log_post = self.prior.copy()
        for block, together in zip(self.blocks, self.together, strict=True):
            terms = together + (said - self.said[target]) if target in block else together
            log_post += over_roles(terms)[0]
        posterior = self._fine(log_post)
        return (posterior if self._known_well(posterior) else solve(layout)).quantile(probabilities)

    def _known_well(self, posterior: ExactPosterior) -> bool:
        low, high = posterior.quantile([0.025, 0.975])
        return bool(high - low >= FEWEST * (self.log_n[1] - self.log_n[0]))

    def _posterior(self, heard: Collection[str]) -> ExactPosterior:
        targets = self.layout.ratios.targets
        log_post = self.prior.copy()
        for block, together in zip(self.blocks, self.together, strict=True):
            loud = [i for i in block if targets[i].source in heard]
            quiet = [i for i in block if targets[i].source not in heard]
            terms = np.zeros_like(together)
            if len(loud) > len(quiet):
                terms += together
                for i in quiet:
                    terms -= self.said[i]
            else:
                for i in loud:
                    terms += self.said[i]
            if quiet:
                terms += np.sum([self.silent[i] for i in quiet], axis=0)
            log_post += over_roles(terms)[0]
        return self._fine(log_post)

    def _fine(self, log_post: Array) -> ExactPosterior:
        # Its log is smooth: a spline of it is as good as the fine lattice.
        fine = np.linspace(self.log_n[0], self.log_n[-1], COARSER * (len(self.log_n) - 1) + 1)
        log_fine = CubicSpline(self.log_n, log_post)(fine)
        mass = np.exp(log_fine - log_fine.max())
        return ExactPosterior(fine, mass / mass.sum(), np.zeros((len(mass), 0)), {})
