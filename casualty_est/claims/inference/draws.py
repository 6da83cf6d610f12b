"""What every engine hands back: draws of the latent quantities and of the prior scores."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.result.convergence import diagnose
from casualty_est.result.schema import Diagnostics

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Draws:
    """Posterior draws of a claims model."""

    log_deaths: Array  # (chain, draw, cell): log of the true counts (people)
    log_ratio: Array  # (chain, draw, target): log of reported / true
    # (chain, draw, assumption), signed so that the covariance with the log of a count is its weight
    scores: Array
    log_reporting_sd: Array  # (chain, draw, learned)
    method: str
    stats: dict[str, Any] = field(default_factory=dict)  # (chain, draw): "diverging" and the like
    # Sampled: "shared" (chain, draw, target), what role and source add to the location of a core.
    # Over time besides: "walk" (chain, draw, profile, term), "expected" (chain, draw, claim), and
    # where it has them "wander", "short_sd", "anchored", "log_delay_0", "log_delay_1".
    extra: dict[str, Array] = field(default_factory=dict)
    # Whether the chains agree, where that was checked on more draws than these.
    diagnosed: Diagnostics | None = None

    def diagnose(self) -> Diagnostics:
        """Check whether the chains agree."""
        if self.method == "exact":
            return Diagnostics("exact", converged=True)
        if self.diagnosed is not None:
            return self.diagnosed
        return diagnose({"log_deaths": self.log_deaths, "log_ratio": self.log_ratio}, self.stats)

    def thinned(self, every: int) -> Draws:
        """One draw in so many."""
        if every == 1:
            return self
        some = np.s_[:, every - 1 :: every]
        arrays = ("log_deaths", "log_ratio", "scores", "log_reporting_sd")
        return replace(
            self,
            **{name: getattr(self, name)[some] for name in arrays},
            stats={name: value[some] for name, value in self.stats.items()},
            extra={name: value[some] for name, value in self.extra.items()},
        )
