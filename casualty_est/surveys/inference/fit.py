"""Fit a survey model of any form, and pack what its engine answers into one result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.kinds import room
from casualty_est.result.call import check_counts, one_blas_thread, settle_seed, versions
from casualty_est.result.call import progress_bar as show_progress
from casualty_est.result.schema import Meta, Note
from casualty_est.surveys.estimate import SurveyEstimate
from casualty_est.surveys.inference.solved import Plan, Solved
from casualty_est.surveys.model.model import SurveyModel

if TYPE_CHECKING:
    import xarray

PACKAGES = ("casualty_est", "numpy", "scipy", "xarray")


def fit(
    model: SurveyModel, *, seed: int | None, draws: int, chains: int, progress_bar: bool | None
) -> SurveyEstimate:
    """Compute the posterior of a survey model; see `SurveyModel.fit`."""
    draws, chains = check_counts(draws=draws, chains=chains)
    seed = settle_seed(seed)
    with show_progress(progress_bar) as report, one_blas_thread():
        solved = engine(model).fit(model, Plan(draws, chains, seed, report))
    settings = {**model.settings, "draws": draws, "chains": chains, "seed": seed}
    tree = pack(solved, draws, chains)
    meta = metadata(model, solved, settings)
    return SurveyEstimate(tree, meta, solved.details, model=model, progress_bar=progress_bar)


def engine(model: SurveyModel) -> Any:
    """The module that fits this form of table."""
    return room(model.kind, f"inference.{model.layout.engine}")


def pack(solved: Solved, draws: int, chains: int) -> xarray.DataTree:
    """The draws as a tree."""
    import xarray as xr

    variables = {"deaths": ("estimate", solved.deaths), **solved.more}
    posterior = {
        name: (("chain", "draw", axis), values.reshape(chains, draws, -1).astype(float))
        for name, (axis, values) in variables.items()
    }
    return xr.DataTree.from_dict({"posterior": xr.Dataset(posterior)})


def metadata(model: SurveyModel, solved: Solved, settings: dict[str, Any]) -> Meta:
    """Everything that is no draw."""
    notes = [Note(code, text) for code, text in model.notes]
    return Meta(
        kind=model.kind,
        seed=settings["seed"],
        versions=versions(PACKAGES),
        settings=settings,
        rows=solved.rows,
        sources=solved.sources,
        diagnostics=solved.diagnostics,
        has_total=solved.has_total,
        no_total=solved.no_total,
        claims=solved.claims,
        assumptions=solved.assumptions,
        warnings=(*solved.notes, *notes),
        model=repr(model),
    )


def prior_predictive(model: SurveyModel, *, draws: int, seed: int | None) -> xarray.DataTree:
    """Draw from the prior; see `SurveyModel.prior_predictive`."""
    import xarray as xr

    (draws,) = check_counts(draws=draws)
    rng = np.random.default_rng(settle_seed(seed))
    drawn = engine(model).prior(model, draws, rng)
    prior = {name: (("chain", "draw", axis), x[None]) for name, (axis, x) in drawn.items()}
    return xr.DataTree.from_dict({"prior": xr.Dataset(prior)})
