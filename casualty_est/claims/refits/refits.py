"""What the answer would be with other evidence or wider priors: refits of one compiled model."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.claims.inference.engines import run
from casualty_est.claims.model.model import ClaimsModel
from casualty_est.claims.model.scenario import Scenario
from casualty_est.result.convergence import diagnose
from casualty_est.result.progress import Report

Array = npt.NDArray[np.float64]


class Refitter:
    """Refits of a claims model with the settings of one estimate."""

    def __init__(
        self,
        model: ClaimsModel,
        meta: dict[str, Any],
        row: int = 0,
        report: Report | None = None,
    ) -> None:
        self.model = model
        self.layout = model.layout
        self.row = row
        self.method: str = meta["diagnostics"]["method"]
        settings = meta["settings"]
        self.settings = {key: settings[key] for key in ("draws", "tune", "chains", "seed")}
        self.plain = Scenario.plain(model.layout)
        # A search on sampled medians stops where their noise begins.
        self.precision = 0.005 if self.method == "exact" else 0.05
        self.report = report

    def deaths(self, scenario: Scenario) -> tuple[Array, bool]:
        """Draws of the estimate under a scenario, and whether the refit converged."""
        draws = run(self.model, scenario, self.method, **self.settings)
        cells = self.model.rows[self.row].cells.astype(float)
        return (np.exp(draws.log_deaths) @ cells).ravel(), diagnose(draws).converged

    def summary(self, name: str, scenario: Scenario, prob: float) -> dict[str, Any]:
        """One line of a table: median and interval under a scenario."""
        if self.report is not None:
            self.report(f"refitting: {name}", None)
        values, converged = self.deaths(scenario)
        low, median, high = np.quantile(values, [(1 - prob) / 2, 0.5, (1 + prob) / 2])
        return {
            "case": name,
            "median": float(median),
            "low": float(low),
            "high": float(high),
            "prob": prob,
            "converged": converged,
        }


def refit(
    name: str, model: Any, meta: dict[str, Any], row: int, prob: float, report: Report
) -> list[dict[str, Any]]:
    """Make one kind of refits of any model."""
    if model.kind == "lists":
        from casualty_est.lists import refits as list_refits

        if name not in list_refits.REFITS:
            return []
        lists = list_refits.ListRefitter(model, meta, row, prob, report)
        return list_refits.REFITS[name](lists)
    if model.kind == "incidents":
        from casualty_est.incidents import refits as incident_refits

        if name not in incident_refits.REFITS:
            return []
        incidents = incident_refits.IncidentRefitter(model, meta, row, prob, report)
        return incident_refits.REFITS[name](incidents)
    if name not in REFITS:
        return []
    return REFITS[name](Refitter(model, meta, row, report), prob)


def alone(refit: Refitter, prob: float) -> list[dict[str, Any]]:
    """Refit with each source alone: the priors stay, the other sources are not heard."""
    return [
        refit.summary(f"only {source}", refit.plain.only(refit.layout, source), prob)
        for source in _sources(refit)
    ]


def leave_one_out(refit: Refitter, prob: float) -> list[dict[str, Any]]:
    """Refit without each source in turn; see `alone` for the parameters and columns."""
    sources = _sources(refit)
    return [
        refit.summary(f"without {source}", refit.plain.without(refit.layout, source), prob)
        for source in (sources if len(sources) > 1 else [])
    ]


def widened(refit: Refitter, prob: float) -> list[dict[str, Any]]:
    """Refit with the sd doubled of every role prior that rests on the conflict under analysis."""
    return [
        refit.summary(
            f"role {own.role}, prior sd doubled", refit.plain.widened(own.targets, 2.0), prob
        )
        for own in refit.model.own_conflict
    ]


def _sources(refit: Refitter) -> list[str]:
    return list(dict.fromkeys(claim.source for claim in refit.layout.claims))


REFITS = {"alone": alone, "leave_one_out": leave_one_out, "widened": widened}
