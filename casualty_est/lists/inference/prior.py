"""What a lists model says before any overlap is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from casualty_est.lists.families.family import Family
from casualty_est.lists.inference.answer import draw_unlisted
from casualty_est.lists.inference.members import prior_odds
from casualty_est.lists.model.model import ListModel
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import check_counts, settle_seed
from casualty_est.wording.phrases import label_text

if TYPE_CHECKING:
    import xarray

Array = npt.NDArray[np.float64]


def prior_predictive(model: ListModel, *, draws: int, seed: int | None) -> xarray.DataTree:
    """Draw from the prior; see `ListModel.prior_predictive`."""
    import xarray as xr

    (draws,) = check_counts(draws=draws)
    rng = np.random.default_rng(settle_seed(seed))
    strata, lists = model.histories.strata, model.histories.lists
    listed, unlisted, unseen = np.empty((3, len(strata), draws))
    held = np.zeros((len(strata), draws, len(lists)))
    for s, stratum in enumerate(strata):
        table, (families, _) = stratum.table, model.families_for(stratum)
        log_odds, shares = of_families(families, table, draws, rng)
        listed[s], unlisted[s] = table.people, draw_unlisted(log_odds, table.people, rng)
        unseen[s] = expit(log_odds)
        held[s][:, [lists.index(name) for name in table.lists]] = shares
    total = listed + unlisted
    by_stratum = total / total.sum(axis=0)
    several = len(strata) > 1
    labels = ["", *(f" {label_text(stratum.labels)}" for stratum in strata if several)]
    rows = np.stack([total, listed, unlisted], axis=1)  # (stratum, part, draw)
    deaths = np.vstack([rows.sum(axis=0), *(part for part in rows if several)]).T
    completeness = np.einsum("sd,sdj->dj", by_stratum, held)
    of_lists = {"unit": "share of all deaths that the list holds"}
    of_none = {"unit": "share of all deaths that are on no list"}
    variables = {
        "completeness": (("chain", "draw", "list"), completeness[None], of_lists),
        "share_unlisted": (("chain", "draw"), (by_stratum * unseen).sum(axis=0)[None], of_none),
        "deaths": (("chain", "draw", "estimate"), deaths[None], {"unit": "people"}),
    }
    names = [f"{part}{label}" for label in labels for part in ("total", "listed", "unlisted")]
    coords = {"chain": [0], "draw": np.arange(draws), "list": list(lists), "estimate": names}
    return xr.DataTree.from_dict({"prior": xr.Dataset(variables, coords=coords)})


def of_families(
    families: Sequence[Family], table: HistoryTable, draws: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw families by their prior weights, and each from its prior; see `Family.draw_prior`."""
    chosen = rng.choice(len(families), draws, p=1.0 / np.array(prior_odds(families)))
    log_odds, held = np.empty(draws), np.empty((draws, len(table.lists)))
    for i, family in enumerate(families):
        here = np.flatnonzero(chosen == i)
        log_odds[here], held[here] = family.draw_prior(table, len(here), rng)
    return log_odds, held
