"""Pictures of an Estimate: matplotlib figures without windows, loaded when first drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from casualty_est.errors import UsageError
from casualty_est.plots.images import to_png, to_svg
from casualty_est.result.posterior import interval_ends

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from casualty_est.plots.style import Palette
    from casualty_est.result.estimate import Estimate

__all__ = ["Plots", "to_png", "to_svg"]


class Plots:
    """The pictures of one estimate.

    Every picture is a matplotlib figure 7.2 inches wide that belongs to no window: show it in a
    notebook, or save it with ``figure.savefig``. Names are drawn as they were written, never read
    as formulas.

    Parameters
    ----------
    estimate : Estimate
        The result to draw.
    """

    def __init__(self, estimate: Estimate) -> None:
        self._estimate = estimate

    def total(
        self, *, row: int = 0, prob: float = 0.95, left_out: bool = False, dark: bool = False
    ) -> Figure:
        """Draw the posterior of a count over every claim that was made of it.

        Each claim is drawn as what it is: a number as a dot, "at least" as a bound or as the cases
        that were documented, a range as a bar with ends, a vague word as a dashed bar.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `Estimate.summary`; the total by default.
        prob : float
            Level of the equal-tailed credible interval.
        left_out : bool
            Whether to draw the claims that do not count as well, hollow.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            People on a log axis.

        Raises
        ------
        UsageError
            If there is no such estimate, or `prob` does not lie between 0 and 1.
        """
        self._must_have(row)
        interval_ends(prob)  # a wrong level is an error before anything is drawn
        from casualty_est.plots import style, total

        with style.settings():
            return style.finished(
                total.picture(self._estimate, row, prob, _palette(dark), left_out=left_out)
            )

    def sources(self, *, prob: float = 0.95, dark: bool = False) -> Figure:
        """Draw the reporting ratio of every source, prior beside posterior; of lists their share.

        Parameters
        ----------
        prob : float
            Level of the equal-tailed credible intervals after the data.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            Reported / true on a log axis; for lists the per cent of all people that each holds; a
            note where the evidence has no such sources.

        Raises
        ------
        UsageError
            If `prob` does not lie between 0 and 1.
        """
        interval_ends(prob)  # a wrong level is an error before anything is drawn
        from casualty_est.lists.plots import families as lists
        from casualty_est.plots import sources, style
        from casualty_est.result.tables import has_completeness

        draw = lists.completeness if has_completeness(self._estimate) else sources.forest
        with style.settings():
            return style.finished(draw(self._estimate, prob, _palette(dark)))

    def families(self, *, row: int = 0, dark: bool = False) -> Figure:
        """Draw what each kind of dependence between lists would answer, and its weight.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `Estimate.summary`; for a part, its total is drawn.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            Weight in the answer and by evidence alone; people on a log axis. For a sum over strata
            what the table without strata says.

        Raises
        ------
        UsageError
            If there is no such estimate, or it is not one of lists.
        """
        row = self._of_lists("families", row)
        from casualty_est.lists.plots import families as lists
        from casualty_est.plots import style

        with style.settings():
            return style.finished(lists.families(self._estimate, row, _palette(dark)))

    def dial(self, *, row: int = 0, dark: bool = False) -> Figure:
        """Draw the number of people under each odds ratio of the unseen cell.

        The ratio ties the people on no list to the others; no data can set it.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `Estimate.summary`; for a part, its total is drawn.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            People over odds ratio, both on log axes, with the ratio that the answer implies. For a
            sum over strata what the table without strata says.

        Raises
        ------
        UsageError
            If there is no such estimate, it is not one of lists, or the lists are too many for the
            histories to be written out.
        """
        row = self._of_lists("dial", row)
        from casualty_est.result.tables import found_for

        if not found_for(self._estimate, row)["dial"]:
            msg = (
                "est.plot.dial() needs every capture history written out, which takes at most "
                "8 lists: fit fewer lists"
            )
            raise UsageError(msg)
        from casualty_est.lists.plots import families as lists
        from casualty_est.plots import style

        with style.settings():
            return style.finished(lists.dial(self._estimate, row, _palette(dark)))

    def overlaps(self, *, row: int = 0, dark: bool = False) -> Figure:
        """Draw how many people stand on exactly which lists.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `Estimate.summary`: all people, or those of a stratum.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            Dots for the lists, bars for the people.

        Raises
        ------
        UsageError
            If there is no such estimate, it is not one of lists, or its file was saved by a version
            that kept no overlaps.
        """
        row = self._of_lists("overlaps", row)
        from casualty_est.result.tables import found_for

        if not found_for(self._estimate, row).get("overlaps"):
            msg = "this estimate keeps no overlaps of lists: draw them with CaptureHistories.plot()"
            raise UsageError(msg)
        from casualty_est.lists.plots import families as lists
        from casualty_est.plots import style

        with style.settings():
            return style.finished(lists.overlaps(self._estimate, row, _palette(dark)))

    def gap(self, *, source: str | None = None, dark: bool = False) -> Figure:
        """Draw why two sources' totals differ, as a waterfall from one to the other.

        Parameters
        ----------
        source : str, optional
            The source at the end; the first is always the anchor. By default the one whose total
            is farthest from the anchor's.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            Deaths; steps are posterior means, which sum to the gap, with 95 % intervals.

        Raises
        ------
        UsageError
            If the evidence is no incident reports, or there is no such source.
        """
        from casualty_est.incidents.plots import breakdown as incidents
        from casualty_est.plots import style

        with style.settings():
            return style.finished(incidents.gap(self._estimate, source, _palette(dark)))

    def inclusion(self, *, prob: float = 0.95, dark: bool = False) -> Figure:
        """Draw the probability that each source holds an incident, by its deaths.

        Parameters
        ----------
        prob : float
            Level of the equal-tailed credible bands.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            One panel per source; deaths on a log axis.

        Raises
        ------
        UsageError
            If the evidence is no incident reports, or `prob` does not lie between 0 and 1.
        """
        interval_ends(prob)
        from casualty_est.incidents.plots import breakdown as incidents
        from casualty_est.plots import style

        with style.settings():
            return style.finished(incidents.inclusion(self._estimate, prob, _palette(dark)))

    def mentions(self, *, dark: bool = False) -> Figure:
        """Draw who reports what: the share of incidents of each size that each source holds.

        Parameters
        ----------
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            As `IncidentReports.plot`, of the incidents that count.

        Raises
        ------
        UsageError
            If the evidence is no incident reports.
        """
        from casualty_est.incidents.plots import breakdown as incidents
        from casualty_est.plots import style

        with style.settings():
            return style.finished(incidents.mentions_of(self._estimate, _palette(dark)))

    def path(
        self,
        cell: Mapping[str, str] | int | None = None,
        *,
        prob: float = 0.95,
        dark: bool = False,
    ) -> Figure:
        """Draw the running total of a cell over time against every running total published.

        Each claim is drawn as what it is, in the colour of its source: a number as a mark, "at
        least" as an arrow or as the cases that were documented, a range as a bar with ends. Claims
        that were merged with others of their source are small and pale.

        Parameters
        ----------
        cell : mapping or int, optional
            Labels of a cell (any of scope, outcome, group, perpetrator) or a row of
            `Estimate.summary`; by default the first one with a path.
        prob : float
            Level of the pale band; the dark one is of 50 %.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            People to each day on a log axis, with what was documented, dated anchors, and what
            sources with a delay have still to admit.

        Raises
        ------
        UsageError
            If no windows were modelled, no path or several fit `cell`, or `prob` does not lie
            between 0 and 1.
        """
        interval_ends(prob)
        self._must_have_paths("path")
        from casualty_est.claims.plots import path
        from casualty_est.plots import style

        with style.settings():
            return style.finished(path.picture(self._estimate, cell, prob, _palette(dark)))

    def ratio_paths(
        self,
        cell: Mapping[str, str] | int | None = None,
        *,
        prob: float = 0.95,
        dark: bool = False,
    ) -> Figure:
        """Draw the part of all deaths up to each day that each source had reported by then.

        Parameters
        ----------
        cell : mapping or int, optional
            The cell that the sources speak of, as in `path`; by default all, where they are few.
        prob : float
            Level of the bands.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            One panel per source and cell; reported / true on a log axis, delay and drift included.

        Raises
        ------
        UsageError
            As `path`.
        """
        interval_ends(prob)
        self._must_have_paths("ratio_paths")
        from casualty_est.claims.plots import ratio_paths
        from casualty_est.plots import style

        with style.settings():
            return style.finished(ratio_paths.picture(self._estimate, cell, prob, _palette(dark)))

    def _must_have_paths(self, name: str) -> None:
        if not self._estimate.has_path:
            msg = (
                f"est.plot.{name}() needs claims over time, and here every claim speaks of one "
                "window: est.plot.total() draws it, ClaimsModel(..., grid=...) models time"
            )
            raise UsageError(msg)

    def priors(self, *, row: int = 0, dark: bool = False) -> Figure:
        """Draw what was believed before the data against what is believed after.

        Parameters
        ----------
        row : int
            The estimate whose count is drawn beside the ratios.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            One panel for the count and one for each ratio, densities of the log.

        Raises
        ------
        UsageError
            If there is no such estimate.
        """
        self._must_have(row)
        from casualty_est.plots import sources, style

        with style.settings():
            return style.finished(sources.small_multiples(self._estimate, row, _palette(dark)))

    def identification(self, *, row: int = 0, dark: bool = False) -> Figure:
        """Draw what sets the level: the signed weight of every assumption.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `Estimate.summary`.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            Bars with Monte Carlo errors; their sum stands in the title.

        Raises
        ------
        UsageError
            If there is no such estimate.
        """
        self._must_have(row)
        from casualty_est.plots import sensitivity, style

        with style.settings():
            return style.finished(sensitivity.weights(self._estimate, row, _palette(dark)))

    def cases(self, *, row: int = 0, prob: float = 0.95, dark: bool = False) -> Figure:
        """Draw the estimate from all sources, from each alone, without each, under other settings.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `Estimate.summary`.
        prob : float
            Level of the equal-tailed credible intervals.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            People on a log axis. An estimate that was loaded shows what was computed before it
            was saved.

        Raises
        ------
        UsageError
            If there is no such estimate, or `prob` does not lie between 0 and 1.
        """
        return self._cases(("choices", "alone", "leave_one_out", "widened"), row, prob, dark)

    def alone(self, *, row: int = 0, prob: float = 0.95, dark: bool = False) -> Figure:
        """Draw the estimate from all sources beside the answer if each source stood alone.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `Estimate.summary`.
        prob : float
            Level of the equal-tailed credible intervals.
        dark : bool
            Light text for a dark page, on a transparent ground.

        Returns
        -------
        matplotlib.figure.Figure
            As `cases`.

        Raises
        ------
        UsageError
            As `cases`.
        """
        return self._cases(("alone",), row, prob, dark)

    def _cases(self, groups: tuple[str, ...], row: int, prob: float, dark: bool) -> Figure:
        self._must_have(row)
        interval_ends(prob)  # a wrong level is an error before anything is drawn
        from casualty_est.plots import sensitivity, style

        with style.settings():
            return style.finished(
                sensitivity.cases(self._estimate, row, prob, _palette(dark), groups)
            )

    def _of_lists(self, name: str, row: int) -> int:
        """Refuse an estimate that is not of lists; the row of the total of the one asked for."""
        from casualty_est.result.tables import has_completeness, total_row

        self._must_have(row)
        if not has_completeness(self._estimate):
            kind = self._estimate.kind
            msg = (
                f"est.plot.{name}() belongs to estimates from lists, and this one is from {kind}: "
                "est.plot.identification() shows what it rests on"
            )
            raise UsageError(msg)
        return total_row(self._estimate, row)

    def _must_have(self, row: int) -> None:
        if not isinstance(row, int) or not 0 <= row < len(self._estimate):
            last = len(self._estimate) - 1
            msg = f"row must be a whole number from 0 to {last}, as in est.summary(), not {row!r}"
            raise UsageError(msg)


def _palette(dark: bool) -> Palette:
    from casualty_est.plots import style

    return style.DARK if dark else style.LIGHT
