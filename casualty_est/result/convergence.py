"""Did the fit converge? nutpie says nothing, so every fit is checked and the outcome travels."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from casualty_est.result.schema import Diagnostics, Note
from casualty_est.wording.language import stored

MAX_RHAT = 1.01  # Vehtari et al. 2021, doi 10.1214/20-BA1221
MIN_ESS = 400.0  # the same paper: enough for rank-based diagnostics themselves
MAX_DIVERGENT = 0.001  # share of draws
MIN_BFMI = 0.3


def diagnose(values: Mapping[str, Any], stats: Mapping[str, Any]) -> Diagnostics:
    """Check one sampled fit: draws (chain, draw, element), ``diverging``, ``energy`` by name."""
    import arviz as az
    import xarray as xr

    draws = xr.Dataset({k: (("chain", "draw", f"{k}_at"), value) for k, value in values.items()})
    divergences, energy = int(np.sum(stats["diverging"])), stats["energy"]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # A handful of draws gives NaN, which fails every check below: no need to warn as well.
        warnings.simplefilter("ignore")
        rhat, ess = az.rhat(draws), az.ess(draws)
        tail = az.ess(draws, method="tail", prob=(0.025, 0.975))
        worst = max(float(np.nanmax(rhat[name].values)) for name in values)
        least = min(float(np.nanmin(part[name].values)) for name in values for part in (ess, tail))
        bfmi = float(az.bfmi(_energies(energy))["energy"].min())
    reasons = []
    if not worst <= MAX_RHAT:
        # Rounded up: a number that fails never looks as if it passed.
        largest = math.ceil(1000 * worst) / 1000 if math.isfinite(worst) else worst
        reasons.append(f"chains disagree (largest R-hat {largest:.3f}, at most {MAX_RHAT} wanted)")
    if not least >= MIN_ESS:
        fewest = math.floor(least) if math.isfinite(least) else least
        reasons.append(f"too few effective draws ({fewest}, at least {MIN_ESS:.0f} wanted)")
    if divergences > MAX_DIVERGENT * energy.size:
        reasons.append(f"{divergences} divergent transitions")
    if not bfmi >= MIN_BFMI:
        reasons.append(f"energy is poorly explored (BFMI {bfmi:.2f}, at least {MIN_BFMI} wanted)")
    return Diagnostics("nuts", not reasons, worst, least, divergences, bfmi, tuple(reasons))


def _energies(energy: Any) -> Any:
    """The energies of a fit (chain, draw) as ArviZ takes them."""
    import xarray as xr

    stats = xr.Dataset({"energy": (("chain", "draw"), energy)})
    return xr.DataTree.from_dict({"sample_stats": stats})


def not_converged(reasons: Sequence[str], advice: Sequence[str]) -> Note:
    """What a result says that did not converge, with what helps."""
    steps = "; ".join(f"({i}) {step}" for i, step in enumerate(advice, 1))
    text = stored(
        "note",
        "NOT CONVERGED: {reasons}. What helps: {steps}",
        reasons="; ".join(reasons),
        steps=steps,
    )
    return Note("not_converged", text)
