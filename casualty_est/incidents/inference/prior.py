"""What an incidents model says before any number is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casualty_est.arrays import Array
from casualty_est.incidents.inference import answer
from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.model.layout import IncidentLayout
from casualty_est.result.call import check_counts, settle_seed

if TYPE_CHECKING:
    import xarray

    from casualty_est.incidents.model.model import IncidentModel


def prior_predictive(model: IncidentModel, *, draws: int, seed: int | None) -> xarray.DataTree:
    """Draw from the prior; see `IncidentModel.prior_predictive`."""
    import xarray as xr

    (draws,) = check_counts(draws=draws)
    rng = np.random.default_rng(settle_seed(seed))
    layout = model.layout
    theta = layout.parameters.draw(rng, draws)
    anchor = layout.anchor.prior
    gamma = rng.normal(anchor.mu, anchor.sd, draws) if layout.cut else np.zeros(draws)
    listed, unlisted = _deaths(layout, theta, gamma, rng)
    ratio, held = (of(layout, theta, gamma) for of in (answer.ratios_within, answer.inclusion))
    within, dims = "own count / true deaths, within an incident", ("chain", "draw", "source")
    variables = {
        "deaths_listed": (dims[:2], listed[None], {"unit": "people"}),
        "deaths_unlisted": (dims[:2], unlisted[None], {"unit": "people"}),
        "ratio_within": (dims, ratio[None], {"unit": within}),
        "inclusion": ((*dims, "size"), held[None], {"unit": "probability"}),
    }
    coords = {
        "chain": [0],
        "draw": np.arange(draws),
        "source": list(layout.readings.patterns.sources),
        "size": list(answer.SIZES),
    }
    return xr.DataTree.from_dict({"prior": xr.Dataset(variables, coords=coords)})


def _deaths(
    layout: IncidentLayout, theta: Array, gamma: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Deaths in as many listed incidents as the table has, and in those that nobody lists."""
    density, d = Density(layout), layout.arrays
    table, size = density.parts.table, density.parts.size
    ones = len(table) - 1
    row_of = d.index[:, -1]
    graded = row_of < ones
    real = np.ones(len(row_of))
    listed, unlisted = np.zeros(len(theta)), np.full(len(theta), np.nan)
    middle = layout.grid.middle
    for i, parameters in enumerate(theta):
        density.fill(parameters)
        if graded.any():
            real[graded] = density.parts.verdicts.real[row_of[graded] - ones]
        number = int(rng.binomial(d.count.astype(np.int64), np.clip(real, 0, 1)).sum())
        nobody = table[0] if layout.unlisted == "overlap" else np.zeros(len(middle))
        shares = np.maximum(size.size - nobody, 0.0)
        scale = np.exp(-gamma[i])
        listed[i] = rng.multinomial(number, shares / shares.sum()) @ middle * scale
        if layout.unlisted == "overlap":
            share = min(float(nobody.sum()), 1 - 1e-12)
            rate = rng.gamma(max(number, 1)) * share / (1 - share)
            unlisted[i] = rate * float(nobody @ middle) / share * scale
        elif layout.unlisted == "recall":
            level, slope = density.part(parameters, "recall")
            odds_missed = np.exp(-level - slope * d.log_deaths)
            unlisted[i] = number * float((shares / shares.sum() * odds_missed) @ middle) * scale
    return listed, unlisted
