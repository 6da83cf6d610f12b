"""What was known on a day: a claims model over time, deaf to what was published later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from casualty_est.claims.inference.engines import run
from casualty_est.claims.inference.timeline import increments
from casualty_est.claims.model.model import ClaimsModel
from casualty_est.claims.model.scenario import Scenario
from casualty_est.result.convergence import diagnose
from casualty_est.result.posterior import interval_ends
from casualty_est.result.progress import Report


def seen_by(
    model: ClaimsModel, meta: dict[str, Any], day: date, row: int, prob: float, report: Report
) -> dict[str, Any]:
    """Refit with the claims published by a day, and look at the count up to that day."""
    report(f"refitting with what was published by {day}", None)
    layout = model.layout
    assert layout.timeline is not None
    published = [claim.reported or claim.end for claim in layout.claims]
    heard = np.array([float(when is None or when <= day) for when in published])
    scenario = replace(Scenario.plain(layout), weights=heard)
    settings = {key: meta["settings"][key] for key in ("draws", "tune", "chains", "seed")}
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
    low, median, high = np.quantile(values, interval_ends(prob))
    return {
        "date": day.isoformat(),
        "claims": int(heard.sum()),
        "documented_low": model.documented_by(model.rows[row], [day], published=True)[0],
        "median": float(median),
        "low": float(low),
        "high": float(high),
        "prob": prob,
        "converged": diagnose(draws).converged,
    }
