"""Draws from the prior of a claims model, in numpy: no compiling before the first look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.predict import expected_log
from casualty_est.claims.inference.timeline import expected, prior_terms
from casualty_est.claims.model.layout import Layout
from casualty_est.claims.model.ratios import DOF
from casualty_est.priors.settings import SMALLEST_SD
from casualty_est.quantity.hedges.readings import TallyInterval, TallyPoint

if TYPE_CHECKING:
    import xarray

    from casualty_est.claims.model.model import ClaimsModel

Array = npt.NDArray[np.float64]


def prior_draws(layout: Layout, draws: int, rng: np.random.Generator) -> Draws:
    """Draw counts, ratios and reporting sds; anchors are evidence, not prior, and left out."""
    learned = layout.priors.learned_sd
    free = np.exp(rng.normal(learned.mu, learned.sd, (draws, len(layout.learned))))
    log_sd = np.log(np.hypot(free, SMALLEST_SD))
    log_deaths, log_ratio = _prior_deaths(layout, draws, rng), _prior_ratios(layout, draws, rng)
    extra: dict[str, Array] = {}
    if layout.timeline is not None:
        extra = prior_terms(layout, draws, rng)
        extra["expected"] = expected(layout, log_deaths, log_ratio, extra)
    return Draws(
        log_deaths[None],
        log_ratio[None],
        np.zeros((1, draws, 0)),
        log_sd[None],
        "prior",
        extra={name: value[None] for name, value in extra.items()},
    )


def _prior_deaths(layout: Layout, draws: int, rng: np.random.Generator) -> Array:
    cells = layout.grid.cells
    log_deaths = np.empty((draws, len(cells)))
    for level in layout.levels:
        place = rng.normal(level.prior.mean, level.prior.sd, (draws, 1))
        log_deaths[:, level.cells] = place
        if level.shared:
            spread = np.abs(rng.normal(0, layout.priors.offset_sd, (draws, 1)))
            log_deaths[:, level.cells] += spread * rng.normal(size=(draws, len(level.cells)))
    for i, cell in enumerate(cells):
        if cell.share is not None:
            share = special.log_expit(rng.normal(cell.share.mu, cell.share.sd, draws))
            log_deaths[:, i] = special.logsumexp(log_deaths[:, list(cell.parent)], axis=1) + share
    return log_deaths


def _prior_ratios(layout: Layout, draws: int, rng: np.random.Generator) -> Array:
    ratios = layout.ratios

    def own(heavy: npt.NDArray[np.bool_]) -> Array:
        shape = draws, len(heavy)
        return np.where(heavy, rng.standard_t(DOF, shape), rng.normal(size=shape))

    core = ratios.mu + ratios.target_sd * own(ratios.heavy)
    if ratios.role_terms:
        core += ratios.role_sd * rng.normal(size=(draws, ratios.role_terms))[:, ratios.role_index]
    if ratios.source_terms:
        core += ratios.source_sd * own(ratios.heavy_source)[:, ratios.source_index]
    log_ratio = np.where(ratios.logit, special.log_expit(core), core)
    return log_ratio + rng.normal(ratios.over_mean, ratios.over_sd, core.shape)


def prior_predictive(model: ClaimsModel, *, draws: int, seed: int | None) -> xarray.DataTree:
    """Draw what the sources would state before any number is seen."""
    import xarray as xr

    layout = model.layout
    rng = np.random.default_rng(seed)
    drawn = prior_draws(layout, draws, rng)
    rows = np.array([row.cells for row in model.rows], dtype=float)
    m, s = expected_log(layout, drawn)
    light = np.array([type(reading) in (TallyPoint, TallyInterval) for reading in layout.readings])
    error = np.where(light, rng.normal(size=m.shape), rng.standard_t(4, m.shape))
    stated = np.exp(m + s * error)
    dims = ("chain", "draw")
    prior = {
        "deaths": ((*dims, "estimate"), np.exp(drawn.log_deaths) @ rows.T),
        "ratio_total": ((*dims, "target"), np.exp(drawn.log_ratio)),
    }
    predictive = {"claim": ((*dims, "claim"), stated)}
    groups = {"prior": xr.Dataset(prior), "prior_predictive": xr.Dataset(predictive)}
    return xr.DataTree.from_dict(groups)
