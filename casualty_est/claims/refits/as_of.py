"""What was known on a day: a claims model over time, deaf to what was published later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.claims.inference.engines import run
from casualty_est.claims.inference.timeline import increments
from casualty_est.claims.model.model import ClaimsModel
from casualty_est.claims.model.scenario import Scenario
from casualty_est.claims.schema import AsOf
from casualty_est.result.posterior import interval_ends
from casualty_est.result.progress import Report

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate


def seen_by(
    model: ClaimsModel, estimate: ClaimsEstimate, day: date, row: int, prob: float, report: Report
) -> AsOf:
    """Refit with the claims published by a day, and look at the count up to that day."""
    report(f"refitting with what was published by {day}", None)
    layout = model.layout
    assert layout.timeline is not None
    published = [claim.reported or claim.end for claim in layout.claims]
    heard = np.array([float(when is None or when <= day) for when in published])
    scenario = replace(Scenario.plain(layout), weights=heard)
    settings = {key: estimate.meta.settings[key] for key in ("draws", "tune", "chains", "seed")}
    draws = run(model, scenario, "nuts", **settings)
    count = draws.log_ratio[..., 0].size
    walk = draws.extra.get("walk")
    inside = increments(
        layout,
        draws.log_deaths.reshape(count, -1),
        None if walk is None else walk.reshape(count, *walk.shape[2:]),
    )
    weights = layout.timeline.grid.weights(layout.timeline.grid.start, day)
    values = np.einsum("c,dcs,s->d", model.rows[row].cells.astype(float), inside, weights)
    low, median, high = (float(x) for x in np.quantile(values, interval_ends(prob)))
    return AsOf(
        date=day.isoformat(),
        claims=int(heard.sum()),
        documented_low=model.documented_by(model.rows[row], [day], published=True)[0],
        median=median,
        low=low,
        high=high,
        prob=prob,
        converged=draws.diagnose().converged,
    )
