"""What every engine hands back: draws of the latent quantities and of the prior scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.result.convergence import diagnose
from casualty_est.result.schema import Diagnostics

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Draws:
    """Posterior draws of a claims model.

    Parameters
    ----------
    log_deaths : ndarray of shape (chain, draw, cell)
        Log of the true counts (people).
    log_ratio : ndarray of shape (chain, draw, target)
        Log of reported / true.
    scores : ndarray of shape (chain, draw, assumption)
        Score of each assumption, signed so that its gauge weight is the covariance with the log of
        a count. The exact engine gives its expectation given the count, which has the same
        covariance and no Monte Carlo error.
    log_reporting_sd : ndarray of shape (chain, draw, learned)
        Log of the reporting sds that are learned.
    method : {"exact", "nuts"}
        The engine.
    stats : mapping
        Arrays of shape (chain, draw), such as ``diverging`` and ``energy``; empty for exact.
    extra : mapping
        What a model over time has besides: ``walk`` (chain, draw, profile, term), ``expected``
        (chain, draw, claim), and where it has them ``wander``, ``short_sd``, ``anchored`` and
        ``log_delay_0``, ...
    """

    log_deaths: Array
    log_ratio: Array
    scores: Array
    log_reporting_sd: Array
    method: str
    stats: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Array] = field(default_factory=dict)

    def diagnose(self) -> Diagnostics:
        """Check whether the chains agree."""
        if self.method == "exact":
            return Diagnostics("exact", converged=True)
        return diagnose({"log_deaths": self.log_deaths, "log_ratio": self.log_ratio}, self.stats)
