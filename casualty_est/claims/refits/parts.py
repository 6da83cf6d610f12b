"""Claims without some sources, and one source beyond a list: for studies of several kinds."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.arrays import Array
from casualty_est.claims.inference.engines import choose, run
from casualty_est.claims.model.layout import AnchorTerm, Scenario, build_layout
from casualty_est.claims.model.totals import estimate_rows
from casualty_est.claims.refits.refits import Refitter
from casualty_est.errors import UsageError
from casualty_est.priors.distributions import LogNormal
from casualty_est.quantity.quantity import Quantity
from casualty_est.result.shared import Shared

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate
    from casualty_est.claims.model.model import ClaimsModel

NEAR = "count of the study"


def _silent(message: str, share: float | None) -> None:
    """Show nothing."""


def without(
    model: ClaimsModel, estimate: ClaimsEstimate, row: int, sources: frozenset[str]
) -> Array | None:
    """Draws of an estimate without some sources; None where no other is left."""
    refit = Refitter(model, estimate, row, _silent)
    if set(refit.sources) <= sources:
        return None
    scenario = refit.plain
    for name in sources & set(refit.sources):
        scenario = scenario.without(refit.layout, name)
    deaths, converged = refit.deaths(scenario)
    return _sound(deaths, converged, f"without {', '.join(sorted(sources))}")


def beyond(
    model: ClaimsModel, estimate: ClaimsEstimate, row: int, source: str, people: int
) -> Array:
    """Draws of the deaths beyond a list, from what one source counts beyond it.

    The numbers of the source less the people on the list are claims on the deaths that the list
    does not hold, with the same role.
    """
    if model.layout.timeline is not None:
        msg = (
            f"the claims of {source} have a time grid, and no list can be taken out of them: give "
            "the study claims of one window"
        )
        raise UsageError(msg)
    reaches = (model.layout.cover > 0) & model.rows[row].cells.astype(bool)
    pairs = zip(model.layout.claims, model.layout.target_of, strict=True)
    own = [claim for claim, at in pairs if claim.source == source and reaches[at].any()]
    claims = [replace(claim, quantity=_less(claim.quantity, source, people)) for claim in own]
    base = model.priors
    chosen = {name: prior for name, prior in base.sources.items() if name == source}
    layout = build_layout(
        claims,
        replace(base, sources=chosen, anchors=()),  # anchors are of the whole, not of this part
        roles={k: v for k, v in model.settings["roles"].items() if k == source},
        hedge={k: v for k, v in model.settings["hedge"].items() if k == source},
    )
    part = copy(model)
    part.layout, part._engines = layout, {}
    part.rows, _, _ = estimate_rows(layout, {})
    names = ("draws", "tune", "chains", "seed")
    settings = {name: estimate.meta.settings[name] for name in names}
    drawn = run(part, Scenario.plain(layout), choose(layout, "auto"), **settings)
    deaths = (np.exp(drawn.log_deaths) @ part.rows[0].cells.astype(float)).ravel()
    return _sound(deaths, drawn.diagnose().converged, f"of {source} alone")


def near(
    model: ClaimsModel, estimate: ClaimsEstimate, row: int, mean: float, sd: float
) -> Shared | None:
    """What an estimate shares, with its count anchored near a mean of the log; None over time."""
    if model.layout.timeline is not None:
        return None
    cells = model.rows[row].cells.astype(bool)
    anchor = AnchorTerm(NEAR, LogNormal.from_log(mean, sd), cells=cells)
    part = copy(model)
    part.layout, part._engines = replace(model.layout, anchors=(*model.layout.anchors, anchor)), {}
    names = ("draws", "tune", "chains", "seed")
    settings = {name: estimate.meta.settings[name] for name in names}
    plain = Scenario.plain(part.layout)
    drawn = run(part, plain, choose(part.layout, "auto"), **settings)
    if not drawn.diagnose().converged:
        return None
    log_deaths = np.log(np.exp(drawn.log_deaths) @ cells.astype(float)).ravel()
    ratios = drawn.log_ratio.reshape(log_deaths.size, -1).T
    held = estimate.shared()
    counts = (
        replace(count, log_draws=log_deaths) if i == row else count
        for i, count in enumerate(held.counts)
    )
    sources = (replace(one, log_draws=x) for one, x in zip(held.sources, ratios, strict=True))
    return replace(held, counts=tuple(counts), sources=tuple(sources))


def _less(quantity: Quantity, source: str, people: int) -> Quantity:
    """A number without the people on a list that it contains."""
    ends: dict[str, Any] = {
        name: None if (end := getattr(quantity, name)) is None else end - people
        for name in ("low", "best", "high")
    }
    if any(end is not None and end <= 0 for end in ends.values()):
        msg = (
            f"{source} states {quantity.text!r}, which cannot contain a list of {people:,} people: "
            "correct the relation"
        )
        raise UsageError(msg)
    return replace(quantity, **ends, parts=())


def _sound(deaths: Array, converged: bool, what: str) -> Array:
    if not converged:
        msg = f"the claims {what} did not converge: fit them with more draws and give that"
        raise UsageError(msg)
    return deaths
