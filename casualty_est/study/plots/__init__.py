"""Pictures of estimates from studies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Unpack

from casualty_est.plots import Look, OfRatios, Plots
from casualty_est.result.posterior import interval_ends
from casualty_est.wording.language import N_, _
from casualty_est.wording.terms import kind_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from casualty_est.arrays import Array
    from casualty_est.study.estimate import StudyEstimate
    from casualty_est.wording.numbers import Ends


class StudyPlots(Plots):
    """Pictures of an estimate from a study: what all have, and every kind over the joint answer."""

    _estimate: StudyEstimate
    _estimated: ClassVar[str] = N_("picture", "true number, from all evidence used")
    _of_ratios: ClassVar[OfRatios] = OfRatios(
        N_("picture", "What each source is worth, given the joint count"),
        N_("picture", "counted / true, log scale"),
        N_("picture", "counted everything, nothing twice"),
    )
    _whole: ClassVar[str] = N_("refit", "all kinds")
    _groups: ClassVar[Mapping[str, str]] = {
        "without_each_kind": N_("refits", "Without one kind"),
        "powers": N_("refits", "With other powers, from cut (0) to full (1)"),
    }

    def evidence(self, *, ci_prob: float = 0.95, **look: Unpack[Look]) -> Figure:
        """Draw what each kind answers, one row each, and the joint answer below.

        Parameters
        ----------
        ci_prob : float
            Level of the equal-tailed credible interval.
        **look
            How it looks, as in `Plots.total`.

        Returns
        -------
        matplotlib.figure.Figure
            People on a log axis. Kinds that are cut are grey; where kinds contradict each other
            there is no joint row.

        Raises
        ------
        UsageError
            If `ci_prob` does not lie between 0 and 1.
        """
        interval_ends(ci_prob)
        from casualty_est.study.plots import evidence

        return self._draw(evidence.picture, self._estimate, ci_prob, **look)

    def _claims_heading(self) -> str:
        return _("What the kinds say, as published")

    def _target(self, source: int) -> str:
        return kind_name(self._estimate.details.worth[source].label)

    def _ratio(self, source: int, prob: float) -> Ends | None:
        return self._estimate._worth(source, prob)

    def _ratio_draws(self, source: int) -> Array | None:
        return self._estimate._worth_draws(source)
