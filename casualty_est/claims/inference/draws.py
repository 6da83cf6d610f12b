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

    log_deaths (chain, draw, cell): Log of the true counts (people).
    log_ratio (chain, draw, target): Log of reported / true.
    scores (chain, draw, assumption): Score of each assumption, signed so that its gauge weight is
        the covariance with the log of a count.
    log_reporting_sd (chain, draw, learned): Log of the reporting sds that are learned.
    stats: Arrays of shape (chain, draw), such as ``diverging`` and ``energy``.
    extra: What a model over time has besides: ``walk`` (chain, draw, profile, term), ``expected``
        (chain, draw, claim), and where it has them ``wander``, ``short_sd``, ``anchored`` and
        ``log_delay_0``, ``log_delay_1``.
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
