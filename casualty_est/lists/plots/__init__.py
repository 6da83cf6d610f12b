"""Pictures of estimates from lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from casualty_est.errors import UsageError
from casualty_est.plots import Look, Plots
from casualty_est.result.posterior import interval_ends
from casualty_est.wording.hedged import on_page
from casualty_est.wording.language import N_, _, pgettext, spoken
from casualty_est.wording.numbers import grouped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from casualty_est.lists.estimate import ListEstimate
    from casualty_est.tables.cells import Documented


class ListPlots(Plots):
    """Pictures of an estimate from lists: what all have, and those that only lists have."""

    _estimate: ListEstimate
    _estimated: ClassVar[str] = N_("picture", "true number, listed or not")
    _documented: ClassVar[str] = N_("picture", "on some list: {number} (counted)")
    _matched: ClassVar[str] = N_("picture", "on some list: {number}, by the matching")
    _whole: ClassVar[str] = N_("refit", "all lists")
    _groups: ClassVar[Mapping[str, str]] = {"without_each_source": N_("refits", "Without one list")}

    def sources(self, *, ci_prob: float = 0.95, **look: Unpack[Look]) -> Figure:
        """Draw the share of all people that each list names.

        Parameters
        ----------
        ci_prob, **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            Per cent of all people, listed or not.

        Raises
        ------
        UsageError
            If `ci_prob` does not lie between 0 and 1.
        """
        interval_ends(ci_prob)
        return self._picture("completeness", ci_prob, **look)

    def families(self, *, row: str | int | None = None, **look: Unpack[Look]) -> Figure:
        """Draw what each kind of dependence between lists would answer, and its weight.

        Parameters
        ----------
        row, **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            Weight in the answer and by evidence alone; people on a log axis. For a sum over strata
            what the table without strata says.

        Raises
        ------
        UsageError
            If there is no such estimate.
        """
        return self._picture("families", self._total(row), **look)

    def dial(self, *, row: str | int | None = None, **look: Unpack[Look]) -> Figure:
        """Draw the number of people under each odds ratio of the unseen cell.

        The ratio ties the people on no list to the others; no data can set it.

        Parameters
        ----------
        row, **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            People over odds ratio, both on log axes, with the ratio that the answer implies. For a
            sum over strata what the table without strata says.

        Raises
        ------
        UsageError
            If there is no such estimate, or the lists are too many for the histories to be written
            out.
        """
        at = self._total(row)
        if self._estimate.shown(at).found.dial is None:
            msg = (
                "est.plot.dial() needs every capture history written out, which takes at most "
                "8 lists: fit fewer lists"
            )
            raise UsageError(msg)
        return self._picture("dial", at, **look)

    def overlaps(self, *, row: str | int | None = None, **look: Unpack[Look]) -> Figure:
        """Draw how many people are on exactly which lists.

        Parameters
        ----------
        row, **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            Dots for the lists, bars for the people.

        Raises
        ------
        UsageError
            If there is no such estimate, or it keeps no overlaps.
        """
        at = self._total(row)
        if not self._estimate.shown(at).found.overlaps:
            msg = "this estimate keeps no overlaps of lists: draw them with CaptureHistories.plot()"
            raise UsageError(msg)
        return self._picture("overlaps", at, **look)

    def covariates(self, **look: Unpack[Look]) -> Figure:
        """Draw how the odds to be on each list depend on the covariates.

        Parameters
        ----------
        **look : as in `Plots.total`

        Returns
        -------
        matplotlib.figure.Figure
            Odds ratios on a log axis, each value against the usual one.

        Raises
        ------
        UsageError
            If the table had no covariates.
        """
        self._estimate.covariates()  # says so where there are none
        return self._picture("covariates", 0.95, **look)

    def _picture(self, name: str, what: float, **look: Any) -> Figure:
        """Draw one of the pictures of lists; matplotlib is loaded here."""
        from casualty_est.lists.plots import covariates, families

        meta = self._estimate.meta
        if not meta.has_level and name != "overlaps":
            msg = f"no number to draw: {meta.no_level}; est.plot.overlaps() draws the lists"
            raise UsageError(msg)
        module = covariates if name == "covariates" else families
        return self._draw(getattr(module, name), self._estimate, what, **look)

    def _total(self, row: str | int | None) -> int:
        """The row of the total of the estimate asked for."""
        return self._estimate._total_row(self._estimate._at(row))

    def _documented_text(self, documented: Documented) -> str:
        # After a linkage the people on some list are themselves no count.
        people = documented.matched
        if not people:
            return super()._documented_text(documented)
        number = grouped(people) if spoken().english else on_page(people)
        return pgettext("picture", self._matched, number=number)

    def _part_name(self, part: str) -> str | None:
        # The others are counted, not estimated.
        return _("of these, on no list") if part == "unlisted" else None
