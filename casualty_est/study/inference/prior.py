"""Before the kinds are joined: what each answers alone, and what the others foretell for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.arrays import Array
from casualty_est.result.call import check_counts, settle_seed
from casualty_est.study.inference.fit import heard
from casualty_est.study.inference.terms import joint_of
from casualty_est.study.model.settings import read_settings

if TYPE_CHECKING:
    import xarray

    from casualty_est.study.model.model import Study


def prior_predictive(study: Study, *, draws: int, seed: int | None) -> xarray.DataTree:
    """Draw both; see `Study.prior_predictive`."""
    import xarray as xr

    (draws,) = check_counts(draws=draws)
    seed = settle_seed(seed)
    settings = read_settings(
        study.members, claims="cut", eta=None, rho=None, prior=None, pooling="once"
    )
    study.check()
    terms = heard(study, settings, seed)
    joint, rng = joint_of(terms, settings, everything=True), np.random.default_rng(seed)
    even = (np.arange(draws) + 0.5) / draws
    alone, foretold = {}, {}
    for i, term in enumerate(terms):
        label, rest = term.member.label, joint.without(i)
        alone[label] = np.exp(joint.only(i).quantile(rng.permutation(even)))
        if rest is not None:
            share = np.log(term.bridge.share) + term.bridge.sd * rng.normal(size=draws)
            foretold[label] = np.exp(rest.quantile(rng.permutation(even)) - share)
    groups = {
        "prior": xr.Dataset({"deaths": _by_kind(alone, draws)}),
        "prior_predictive": xr.Dataset({"count": _by_kind(foretold, draws)}),
    }
    return xr.DataTree.from_dict(groups)


def _by_kind(values: dict[str, Array], draws: int) -> xarray.DataArray:
    """Draws of people of each kind."""
    import xarray as xr

    columns: Sequence[Array] = list(values.values())
    return xr.DataArray(
        np.column_stack(columns)[None] if columns else np.empty((1, draws, 0)),
        dims=("chain", "draw", "kind"),
        coords={"chain": [0], "draw": np.arange(draws), "kind": list(values)},
        attrs={"unit": "people"},
    )
