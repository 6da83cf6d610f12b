"""Bundled studies of surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.cli.run import Study

if TYPE_CHECKING:
    from casualty_est.surveys.model.model import SurveyModel
    from casualty_est.surveys.table.survey import Survey


def _model(survey: Survey) -> SurveyModel:
    from casualty_est.surveys.model.model import SurveyModel

    return SurveyModel(survey)


DEMOS = {
    "gaza": Study(
        "People killed in Gaza, October 2023 to January 2025: a survey of 2,000 households",
        "gaza_survey",
        _model,
        names={
            "Gaza Mortality Survey": "the Gaza Mortality Survey",
            "Gaza Strip": "the Gaza Strip",
        },
        statements={
            "earlier_estimates": (
                "The Ministry of Health in Gaza counted 49,090 violent deaths up to 5 January "
                "2025, as the authors of the survey report (Spagat et al. 2026)."
            ),
            "data_access": "The table is bundled with casualty_est: datasets.load('gaza_survey').",
        },
        beside=(
            "Ministry of Health in Gaza, violent deaths up to 5 January 2025 (in Spagat et al. "
            "2026), not used here: 49,090.",
        ),
    ),
    "iraq": Study(
        "People killed in Iraq, March 2003 to June 2006: two surveys that contradict each other",
        "iraq_surveys",
        _model,
        names={"Iraq Family Health Survey": "the Iraq Family Health Survey"},
        statements={
            "data_access": "The table is bundled with casualty_est: datasets.load('iraq_surveys').",
        },
    ),
}
