"""Refits of a survey model: without each study, and under other values of its dials."""

from __future__ import annotations

from casualty_est.result.call import Report
from casualty_est.result.schema import Case
from casualty_est.surveys.estimate import SurveyEstimate
from casualty_est.surveys.inference.fit import engine
from casualty_est.surveys.model.model import SurveyModel


def without_each_source(
    model: SurveyModel, estimate: SurveyEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """The estimate without each study in turn; of one sample there is nothing to leave out."""
    without = getattr(engine(model), "without", None)
    cases: tuple[Case, ...] = without(model, estimate, row, prob, report) if without else ()
    return cases


def dials(
    model: SurveyModel, estimate: SurveyEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """The estimate under other values of what no survey can check."""
    cases: tuple[Case, ...] = engine(model).dials(model, estimate, row, prob, report)
    return cases


REFITS = {"without_each_source": without_each_source, "dials": dials}
