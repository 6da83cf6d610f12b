"""Pictures of estimates from incident reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Unpack

from casualty_est.plots import Look, OfRatios, Plots
from casualty_est.result.posterior import interval_ends
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from casualty_est.incidents.estimate import IncidentEstimate
    from casualty_est.result.schema import Case
    from casualty_est.result.tables import Parameter


class IncidentPlots(Plots):
    """Pictures of an estimate from incident reports: what all have, and those that only it has."""

    _estimate: IncidentEstimate
    _of_ratios: ClassVar[OfRatios] = OfRatios(
        N_("picture", "What each source counts within an incident, as a share of the true number"),
        N_("picture", "counted / true, log scale"),
        N_("picture", "counted all, nothing twice"),
    )
    _groups: ClassVar[Mapping[str, str]] = {
        "other_settings": N_("refits", "With other settings"),
        "each_source_alone": N_("refits", "If only one source were used"),
        "without_each_source": N_("refits", "Without one source"),
    }

    def alone(
        self, *, row: str | int | None = None, ci_prob: float = 0.95, **look: Unpack[Look]
    ) -> Figure:
        """Draw the estimate from all sources beside the answer if each source were used alone.

        Parameters
        ----------
        row, ci_prob, **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            As `cases`.

        Raises
        ------
        UsageError
            As `cases`.
        """
        return self._cases(("each_source_alone",), row, ci_prob, **look)

    def gap(self, *, source: str | None = None, **look: Unpack[Look]) -> Figure:
        """Draw why two sources' totals differ, as a waterfall from one to the other.

        Parameters
        ----------
        source : str, optional
            The source at the end; the first is always the anchor. By default the one whose total
            is farthest from the anchor's.
        **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            Deaths; steps are posterior means, which sum to the gap, with 95% intervals.

        Raises
        ------
        UsageError
            If there is no such source.
        """
        from casualty_est.incidents.plots import breakdown

        return self._draw(breakdown.gap, self._estimate, source, **look)

    def inclusion(self, *, ci_prob: float = 0.95, **look: Unpack[Look]) -> Figure:
        """Draw the probability that each source records an incident, by its deaths.

        Parameters
        ----------
        ci_prob : float
            Level of the equal-tailed credible bands.
        **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            One panel per source; deaths on a log axis.

        Raises
        ------
        UsageError
            If `ci_prob` does not lie between 0 and 1.
        """
        interval_ends(ci_prob)  # a wrong level is an error before anything is drawn
        from casualty_est.incidents.plots import breakdown

        return self._draw(breakdown.inclusion, self._estimate, ci_prob, **look)

    def mentions(self, **look: Unpack[Look]) -> Figure:
        """Draw who reports what: the share of incidents of each size that each source records.

        Parameters
        ----------
        **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            As `IncidentReports.plot`, of the incidents that count.
        """
        from casualty_est.incidents.plots import breakdown

        return self._draw(breakdown.mentions_of, self._estimate, **look)

    def _ratio(self, source: int, prob: float) -> Parameter | None:
        return self._estimate._parameter("ratio_within", source, prob)

    def _refits(self, name: str, row: int, prob: float) -> Sequence[Case] | None:
        cases = super()._refits(name, row, prob)
        # The settings as fitted are the estimate itself.
        return cases[1:] if name == "other_settings" and cases else cases
