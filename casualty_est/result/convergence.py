"""Did the fit converge? nutpie says nothing, so every fit is checked and the outcome travels."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from casualty_est.result.draws import Draws

MAX_RHAT = 1.01  # Vehtari et al. 2021, doi 10.1214/20-BA1221
MIN_ESS = 400.0  # the same paper: enough for rank-based diagnostics themselves
MAX_DIVERGENT = 0.001  # share of draws
MIN_BFMI = 0.3

ADVICE = (
    "run more draws (draws=4000, tune=4000)",
    "look at the claims that contradict the rest (est.check())",
    "look at sources whose prior is far from their numbers (est.sources())",
)


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Convergence of one fit.

    Parameters
    ----------
    method : {"exact", "nuts"}
        The engine; lists have ``smc`` and ``gibbs`` beside ``exact``.
    converged : bool
        Whether every check held.
    max_rhat, min_ess : float or None
        Worst rank R-hat, and smallest bulk or tail effective sample size, over all counts and
        ratios; None where the engine is exact.
    divergences : int or None
        Divergent transitions after warm-up.
    min_bfmi : float or None
        Smallest energy fraction of missing information of a chain.
    reasons : tuple of str
        What failed.
    """

    method: str
    converged: bool
    max_rhat: float | None = None
    min_ess: float | None = None
    divergences: int | None = None
    min_bfmi: float | None = None
    reasons: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON."""
        return {**asdict(self), "reasons": list(self.reasons)}


def diagnose(draws: Draws) -> Diagnostics:
    """Check the draws of one fit."""
    if draws.method == "exact":
        return Diagnostics("exact", converged=True)
    import arviz as az
    import xarray as xr

    values = {
        "log_deaths": (("chain", "draw", "cell"), draws.log_deaths),
        "log_ratio": (("chain", "draw", "target"), draws.log_ratio),
    }
    data = xr.Dataset(values)
    divergences = int(np.sum(draws.stats["diverging"]))
    energy = draws.stats["energy"]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # A handful of draws gives NaN, which fails every check below: no need to warn as well.
        warnings.simplefilter("ignore")
        rhat, ess = az.rhat(data), az.ess(data)
        tail = az.ess(data, method="tail", prob=(0.025, 0.975))
        worst = max(float(np.nanmax(rhat[name].values)) for name in values)
        least = min(float(np.nanmin(part[name].values)) for name in values for part in (ess, tail))
        bfmi = float(np.min(np.square(np.diff(energy, axis=1)).mean(axis=1) / energy.var(axis=1)))
    reasons = []
    if not worst <= MAX_RHAT:
        reasons.append(f"chains disagree (largest R-hat {worst:.3f}, at most {MAX_RHAT} wanted)")
    if not least >= MIN_ESS:
        reasons.append(f"too few effective draws ({least:.0f}, at least {MIN_ESS:.0f} wanted)")
    if divergences > MAX_DIVERGENT * draws.log_deaths[..., 0].size:
        reasons.append(f"{divergences} divergent transitions")
    if not bfmi >= MIN_BFMI:
        reasons.append(f"energy is poorly explored (BFMI {bfmi:.2f}, at least {MIN_BFMI} wanted)")
    return Diagnostics("nuts", not reasons, worst, least, divergences, bfmi, tuple(reasons))
