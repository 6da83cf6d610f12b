"""The design effect: how much clusters and weights cost, where a study prints no interval.

deff = [1 + (b - 1) rho] (1 + cv^2), with b households a cluster and cv of the weights (Kish 1965,
Survey Sampling, section 5.4). The variance of the log of the estimate is deff over the deaths in
the sample.
"""

from __future__ import annotations

import math

import numpy as np

from casualty_est.arrays import Array
from casualty_est.surveys.table.published import Published
from casualty_est.wording.language import stored

# Deaths of one cluster resemble each other: the published intervals of three surveys of violent
# deaths, read backwards, give .15, .17 and .17. Three are few, and two counts behind them (300
# violent deaths in Iraq, 50 clusters in Kosovo) were not found in public text: hence the width.
RHO_MEDIAN, RHO_SD = 0.16, 0.35
NODES = 21
RHO_TEXT = stored(
    "prior",
    "likeness of deaths in a cluster (rho) log-normal, median {median}, sd of the log {sd}",
    median=RHO_MEDIAN,
    sd=RHO_SD,
)


def rho_nodes() -> tuple[Array, Array]:
    """Values of rho and their probabilities, for sums over its prior."""
    at, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return RHO_MEDIAN * np.exp(RHO_SD * at), weights / weights.sum()


def effect(households: float, rho: Array | float, weight_cv: float = 0.0) -> Array:
    """Design effect of so many households a cluster."""
    within = 1 + (max(households, 1.0) - 1) * np.asarray(rho)
    return np.asarray(within * (1 + weight_cv**2))


def effects(row: Published) -> tuple[Array, Array]:
    """Design effects of a study and their probabilities; one where it printed its own."""
    if row.deff is not None:
        return np.array([row.deff]), np.ones(1)
    assert row.clusters
    assert row.households
    rho, weights = rho_nodes()
    return effect(row.households / row.clusters, rho, row.weight_cv or 0.0), weights


def log_sd(deaths: float, deff: Array | float) -> Array:
    """Standard deviation of the log of an estimate that rests on so many deaths."""
    return np.sqrt(np.asarray(deff) / deaths)


def deff_text(row: Published) -> str:
    """Where the design effect of a study comes from."""
    if row.deff is not None:
        return stored("reading", "design effect {deff}, as published", deff=f"{row.deff:g}")
    assert row.clusters
    assert row.households
    middle = float(effect(row.households / row.clusters, RHO_MEDIAN, row.weight_cv or 0.0))
    size = row.households / row.clusters
    return stored(
        "reading",
        "design effect about {deff}, from {size} households a cluster",
        deff=f"{middle:.1f}",
        size=f"{size:.0f}",
    )


def effective(deaths: float, deff: float) -> float:
    """Deaths of a simple random sample that would say as much."""
    return deaths / max(deff, 1.0) if math.isfinite(deff) else 0.0
