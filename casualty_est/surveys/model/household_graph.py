"""The PyMC model of household microdata, over sufficient statistics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from casualty_est.surveys.model.households import (
    CLUSTER_SD,
    ICC_PRIOR,
    RATE_LOGIT,
    RATE_SD,
    STRATA_SD,
    HouseholdLayout,
    statistics,
)


def build(layout: HouseholdLayout) -> pm.Model:
    """The model of a table, its clusters not summed over."""
    held = layout.households
    strata = len(held.strata)
    with pm.Model() as model:
        data = {name: pm.Data(name, value) for name, value in shared(layout).items()}
        middle = pm.Normal("middle", RATE_LOGIT, RATE_SD)
        spread = pm.HalfNormal("cluster_sd", CLUSTER_SD)
        icc = pm.Beta("icc", *ICC_PRIOR)
        logit = middle
        if strata > 1:
            between = pm.HalfNormal("strata_sd", STRATA_SD)
            logit = (middle + between * pm.Normal("of_stratum", shape=strata))[data["stratum"]]
        pm.Deterministic("logit", logit if strata == 1 else _by_stratum(model))
        clusters = pm.Normal("of_cluster", shape=held.clusters)
        p = pm.math.sigmoid(logit + spread * clusters)
        pm.Potential("households", _log_likelihood(p, (1 - icc) / icc, data))
    return model


def _by_stratum(model: pm.Model) -> Any:
    return model["middle"] + model["strata_sd"] * model["of_stratum"]


def shared(layout: HouseholdLayout) -> dict[str, Any]:
    """The data by name; `seen` is 1 where the sample holds only households with somebody left."""
    counts = statistics(layout.households)
    if len(layout.households.strata) == 1:
        counts.pop("stratum")  # nothing would read it
    return {**counts, "seen": np.array(1.0 if layout.zero_survivors else 0.0)}


def _log_likelihood(p: Any, phi: Any, data: dict[str, Any]) -> Any:
    """Beta-binomial, truncated to households with somebody left, up to a constant."""
    alpha, beta = (p * phi)[:, None], ((1 - p) * phi)[:, None]

    def logs(base: Any, counts: Any) -> Any:
        return pt.log(base + pt.arange(counts.shape[1]))

    total = (data["died"] * logs(alpha, data["died"])).sum()
    total += (data["lived"] * logs(beta, data["lived"])).sum()
    total -= (data["sizes"] * logs(phi, data["sizes"])).sum()
    gone = pt.cumsum(logs(alpha, data["exact"]) - logs(phi, data["exact"]), axis=1)
    return total - data["seen"] * (data["exact"] * pt.log1p(-pt.exp(gone))).sum()
