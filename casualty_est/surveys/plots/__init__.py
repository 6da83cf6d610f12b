"""Pictures of estimates from surveys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from casualty_est.plots import Plots

if TYPE_CHECKING:
    from casualty_est.surveys.estimate import SurveyEstimate


class SurveyPlots(Plots):
    """Pictures of an estimate from surveys: what all have, in the words of surveys."""

    _estimate: SurveyEstimate
    _estimated: ClassVar[str] = "from the sample"
    _whole: ClassVar[str] = "as fitted"
    _groups: ClassVar[Mapping[str, str]] = {
        "without_each_source": "Without one study",
        "dials": "If what no survey can check were otherwise",
    }

    def _claims_heading(self) -> str:
        return "What the studies say"
