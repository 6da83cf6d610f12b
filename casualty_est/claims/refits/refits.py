"""What the answer would be with other evidence or wider priors: refits of one compiled model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from casualty_est.claims.inference.engines import run
from casualty_est.claims.model.model import ClaimsModel
from casualty_est.claims.model.scenario import Scenario
from casualty_est.result.progress import Report
from casualty_est.result.refits import case
from casualty_est.result.schema import Case

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

Array = npt.NDArray[np.float64]
SEVERAL = 2  # sources from which one can be left out
WIDER = 2.0  # factor on the sd of a prior that leans on the conflict under analysis


class Refitter:
    """Refits of a claims model with the settings of one estimate."""

    def __init__(
        self, model: ClaimsModel, estimate: ClaimsEstimate, row: int, report: Report
    ) -> None:
        self.model = model
        self.layout = model.layout
        self.row = row
        self.method = estimate.meta.diagnostics.method
        settings = estimate.meta.settings
        self.settings = {key: settings[key] for key in ("draws", "tune", "chains", "seed")}
        self.plain = Scenario.plain(model.layout)
        # A search on sampled medians stops where their noise begins.
        self.precision = 0.005 if self.method == "exact" else 0.05
        self.report = report

    @property
    def sources(self) -> list[str]:
        """Sources whose claims count."""
        return list(dict.fromkeys(claim.source for claim in self.layout.claims))

    def deaths(self, scenario: Scenario) -> tuple[Array, bool]:
        """Draws of the estimate under a scenario, and whether the refit converged."""
        draws = run(self.model, scenario, self.method, **self.settings)
        cells = self.model.rows[self.row].cells.astype(float)
        return (np.exp(draws.log_deaths) @ cells).ravel(), draws.diagnose().converged

    def case(self, name: str, scenario: Scenario, prob: float) -> Case:
        """One line of a table: median and interval under a scenario."""
        self.report(f"refitting: {name}", None)
        values, converged = self.deaths(scenario)
        return case(name, values, prob, converged=converged)


def each_source_alone(
    model: ClaimsModel, estimate: ClaimsEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Refit with each source alone: the priors stay, the other sources are not heard."""
    refit = Refitter(model, estimate, row, report)
    return tuple(
        refit.case(f"only {source}", refit.plain.only(refit.layout, source), prob)
        for source in refit.sources
    )


def without_each_source(
    model: ClaimsModel, estimate: ClaimsEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Refit without each source in turn."""
    refit = Refitter(model, estimate, row, report)
    if len(refit.sources) < SEVERAL:
        return ()
    return tuple(
        refit.case(f"without {source}", refit.plain.without(refit.layout, source), prob)
        for source in refit.sources
    )


def wider_priors(
    model: ClaimsModel, estimate: ClaimsEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Refit with the sd doubled of every role prior that rests on the conflict under analysis."""
    refit = Refitter(model, estimate, row, report)
    return tuple(
        refit.case(
            f"role {own.role}, prior sd doubled", refit.plain.widened(own.targets, 2.0), prob
        )
        for own in model.own_conflict
    )


REFITS = {
    "without_each_source": without_each_source,
    "each_source_alone": each_source_alone,
    "wider_priors": wider_priors,
}
