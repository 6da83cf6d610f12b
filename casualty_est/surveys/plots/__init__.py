"""Pictures of estimates from surveys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from casualty_est.plots import OfRatios, Plots
from casualty_est.result.tables import Bound, parameter
from casualty_est.wording.language import N_, _

if TYPE_CHECKING:
    from casualty_est.arrays import Array
    from casualty_est.surveys.estimate import SurveyEstimate
    from casualty_est.wording.numbers import Ends


class SurveyPlots(Plots):
    """Pictures of an estimate from surveys: what all have, in the words of surveys."""

    _estimate: SurveyEstimate
    _estimated: ClassVar[str] = N_("picture", "true number, from the sample")
    _of_ratios: ClassVar[OfRatios] = OfRatios(
        N_("picture", "How far each study may be off, beyond its sampling error"),
        N_("picture", "counted / true, log scale"),
        N_("picture", "counted everybody, nothing twice"),
    )
    _whole: ClassVar[str] = N_("refit", "all data")
    _groups: ClassVar[Mapping[str, str]] = {
        "without_each_source": N_("refits", "Without one study"),
        "dials": N_("refits", "If what no survey can check were otherwise"),
    }

    def _claims_heading(self) -> str:
        return _("What the studies say, as published")

    def _ratio(self, source: int, prob: float) -> Ends | None:
        return parameter(self._ratio_draws(source), prob, self._estimate.meta.sources[source].prior)

    def _ratio_draws(self, source: int) -> Array:
        return self._estimate.bias(source)


class MatchedPlots(SurveyPlots):
    """The same where the deaths of the sample were looked up on lists."""

    _of_ratios: ClassVar[OfRatios] = OfRatios(
        N_("picture", "What share of all deaths each list names"),
        N_("picture", "listed / true, log scale"),
        N_("picture", "listed everything, nothing twice"),
    )

    def _ratio_draws(self, source: int) -> Array:
        return self._estimate.completeness(source)

    def _ratio_bound(self, source: int, prob: float) -> Bound | None:
        share = self._estimate._share(source, prob)
        return share if isinstance(share, Bound) else None
