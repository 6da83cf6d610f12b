"""The claims model of many cells as a PyMC model, without the ratios that are summed out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.tensor as pt

from casualty_est.arrays import Array
from casualty_est.claims.model.kernels import numbers_of, on_data, stack
from casualty_est.claims.model.layout import Layout, Scenario
from casualty_est.claims.model.lookup import TABLES, log_likelihood
from casualty_est.claims.model.pymc_model import (
    anchored,
    claimed,
    coords_of,
    level_counts,
    log_counts,
    log_of_covers,
    on_levels_and_anchors,
    reporting_sds,
    shared_parts,
)
from casualty_est.claims.model.summed import Summed, located, packed
from casualty_est.quantity.hedges.readings import Reading

Ints = npt.NDArray[np.intp]


def build(layout: Layout, summed: Summed) -> pm.Model:
    """Build the PyMC model; all that a refit may change stands in `pm.Data`."""
    kept = kept_targets(layout, summed)
    with pm.Model(coords=coords_of(layout)) as model:
        values = shared_data(layout, summed, Scenario.plain(layout))
        tables = zip(TABLES, (summed.table, *packed(summed.tables)), strict=True)
        data = {name: pm.Data(name, value) for name, value in [*values.items(), *tables]}
        log_deaths = log_counts(layout, data, level_counts)
        sums = log_of_covers(layout.cover, log_deaths)
        shared = pm.Deterministic("shared", shared_parts(layout.ratios), dims="target")
        reporting = reporting_sds(layout)
        _summed_claims(layout, summed, data, sums, shared, reporting)
        log_ratio = None
        if len(kept):
            log_ratio = _claims(layout, kept, data, sums, shared, reporting)
        anchored(layout, data, log_deaths, log_ratio, kept)
    return model


def kept_targets(layout: Layout, summed: Summed) -> Ints:
    """Targets whose ratio is sampled."""
    return np.setdiff1d(np.arange(len(layout.ratios.targets)), summed.targets)


def shared_data(
    layout: Layout,
    summed: Summed,
    scenario: Scenario,
    readings: tuple[Reading, ...] | None = None,
) -> dict[str, Array]:
    """Arrays for every `pm.Data` but the tables; claims on these must keep their shape."""
    readings = readings or layout.readings
    data = on_levels_and_anchors(layout, scenario)
    data["summed_centre"] = np.array([readings[c].rough()[0] for c in summed.claims])
    data["summed_weight"] = scenario.weights[summed.claims]
    claims = _claims_on(layout, kept_targets(layout, summed))
    for kind, (positions, stacked) in stack([readings[c] for c in claims]).items():
        data |= numbers_of(stacked)
        data[f"{kind}_weight"] = scenario.weights[claims[positions]]
    return data


def _claims_on(layout: Layout, targets: Ints) -> Ints:
    return np.flatnonzero(np.isin(layout.target_of, targets))


def _summed_claims(
    layout: Layout, summed: Summed, data: dict[str, Any], sums: Any, shared: Any, reporting: Any
) -> None:
    """Claims whose ratio is summed out."""
    mine = summed.targets
    place, middle = located(layout.ratios, mine, shared[mine], pt)
    log_n = sums[mine] + data["ratio_shift"][mine]
    log_sd = pt.log(reporting(summed.claims))
    log_like = log_likelihood(data["summed_centre"] - log_n - middle, place, log_sd, data)
    pm.Potential("claims_summed", (data["summed_weight"] * log_like).sum())


def _claims(
    layout: Layout, kept: Ints, data: dict[str, Any], sums: Any, shared: Any, reporting: Any
) -> Any:
    """Claims on the other targets, and their log ratios."""
    said = claimed(layout, kept)
    log_ratio = pm.Deterministic("log_ratio", said - sums[kept])
    b = log_ratio - data["ratio_shift"][kept]
    pm.Potential("ratios", layout.ratios.only(kept).log_density(b, shared[kept], pt))
    claims = _claims_on(layout, kept)
    target = np.searchsorted(kept, layout.target_of)
    for kind, (positions, stacked) in stack([layout.readings[c] for c in claims]).items():
        mine = claims[positions]
        density = on_data(stacked, data).log_density(said[target[mine]], reporting(mine), pt)
        pm.Potential(f"claims_{kind}", (data[f"{kind}_weight"] * density).sum())
    return log_ratio
