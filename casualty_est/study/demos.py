"""Bundled studies of several kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casualty_est.cli.run import Study as Demo
from casualty_est.kinds import room

if TYPE_CHECKING:
    from casualty_est.study.estimate import StudyEstimate

CELL = {"scope": "Kosovo", "start": "1999-03-20", "end": "1999-06-22"}
SHARE, SD = 0.85, 0.05  # of the survey's deaths that fall into the months of the lists


class Kosovo:
    """Lists and a survey of Kosovo, each to be fitted by itself and joined."""

    def __init__(self, histories: Any) -> None:
        from casualty_est import datasets

        self.lists = room("lists", "model.model").MODEL(histories, cell=CELL)
        self.survey = room("survey", "model.model").MODEL(datasets.survey("kosovo_survey"))

    def __repr__(self) -> str:
        return f"{self.lists!r}\n\n{self.survey!r}"

    def fit(self, **settings: Any) -> StudyEstimate:
        """Fit both kinds, and join them."""
        from casualty_est.study.model.model import Study

        study = Study(lists=self.lists.fit(**settings), survey=self.survey.fit(**settings))
        study.bridge("survey", share=SHARE, sd=SD)
        return study.fit(**settings)


DEMOS = {
    "together": Demo(
        "Killings in Kosovo, March to June 1999: four lists and a household survey together",
        "kosovo",
        Kosovo,
        statements={
            "data_access": (
                "The tables are bundled with casualty_est: datasets.lists('kosovo') and "
                "datasets.survey('kosovo_survey')."
            ),
        },
        beside=(
            "Kosovo Memory Book, near-census of the same window, not used here: 10,401 "
            "(Krueger and Ball 2014).",
        ),
    ),
}
