"""Pictures of estimates and of the record: matplotlib figures, loaded when first drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

from casualty_est.result.posterior import interval_ends
from casualty_est.result.refits import answer
from casualty_est.wording.language import N_, _, pgettext
from casualty_est.wording.phrases import documented_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from casualty_est.arrays import Array
    from casualty_est.priors.record import Level
    from casualty_est.result.answered import Answered
    from casualty_est.result.schema import Case, ClaimRow
    from casualty_est.result.tables import Bound
    from casualty_est.studies import Study
    from casualty_est.tables.cells import Documented
    from casualty_est.wording.numbers import Ends


class Look(TypedDict, total=False):
    """How a picture looks, whatever it shows; every method of `Plots` takes these.

    Parameters
    ----------
    dark : bool
        Light text for a dark page, on a transparent ground.
    figsize : tuple of float and (float or None)
        Width and height in inches; a height of None is what the content takes. Below a width of 5
        names are above their rows, as on a telephone.
    ax : matplotlib.axes.Axes
        Axes in whose place the picture is drawn, inside their figure.
    title : str
        Title in place of the picture's own.
    credit : str
        The line under the picture in place of the names of its sources; "" for none.
    """

    dark: bool
    figsize: tuple[float, float | None] | None
    ax: Axes | None
    title: str | None
    credit: str | None


@dataclass(frozen=True, slots=True)
class OfRatios:
    """How the picture of the sources speaks of a ratio: its title, what is done, and what 1 is."""

    title: str = N_("picture", "What each source reported, as a share of the true number")
    axis: str = N_("picture", "reported / true, log scale")
    one: str = N_("picture", "reported everything, nothing twice")


class Plots:
    """The pictures of one estimate.

    Every picture is a matplotlib figure that belongs to no window: show it in a notebook, or save
    it with ``figure.savefig``. It is 7.2 inches wide unless ``figsize`` says otherwise, and says
    the same in words as ``figure.alt``. Names are drawn as they were written, never read as
    formulas.

    Parameters
    ----------
    estimate : Answered
        The result to draw.
    """

    # What a kind of evidence says in words of its own.
    _estimated: ClassVar[str] = N_("picture", "true number, from all evidence used")
    _documented: ClassVar[str] = N_("picture", "documented: {number}")
    _of_ratios: ClassVar[OfRatios] = OfRatios()
    _whole: ClassVar[str] = N_("refit", "all sources")
    _groups: ClassVar[Mapping[str, str]] = {
        "without_each_source": N_("refits", "Without one source")
    }

    def __init__(self, estimate: Answered) -> None:
        self._estimate = estimate

    def total(
        self,
        *,
        row: str | int | None = None,
        ci_prob: float = 0.95,
        left_out: bool = False,
        **look: Unpack[Look],
    ) -> Figure:
        """Draw the posterior of a count over every claim that was made of it.

        Each claim is drawn as what it is: a number as a dot, "at least" as a bound or as the cases
        that were documented, a range as a bar with ends, a vague word as a dashed bar.

        Parameters
        ----------
        row : str, optional
            Label of the estimate, as in `Estimate.summary`; the first by default.
        ci_prob : float
            Level of the equal-tailed credible interval.
        left_out : bool
            Also draw excluded claims, as hollow marks.
        **look
            How it looks: ``dark``, ``figsize``, ``ax``, ``title``, ``credit``, as in `Look`.

        Returns
        -------
        matplotlib.figure.Figure
            People on a log axis; of ``ax`` its figure.

        Raises
        ------
        UsageError
            If there is no such estimate, or `ci_prob` does not lie between 0 and 1.
        """
        at = self._estimate._at(row)
        interval_ends(ci_prob)  # a wrong level is an error before anything is drawn
        from casualty_est.plots import total

        return self._draw(total.picture, self, at, ci_prob, left_out, **look)

    def parts(
        self, *, row: str | int | None = None, ci_prob: float = 0.95, **look: Unpack[Look]
    ) -> Figure:
        """Draw what was documented, what is estimated beyond it, and both together.

        Parameters
        ----------
        row, ci_prob, **look : as in `total`

        Returns
        -------
        matplotlib.figure.Figure
            Bars from 0 (people); a note where nothing was documented of exactly this, or more than
            is estimated.

        Raises
        ------
        UsageError
            As of `total`.
        """
        at = self._estimate._at(row)
        interval_ends(ci_prob)
        from casualty_est.plots import parts

        return self._draw(parts.bar, self, at, ci_prob, **look)

    def cells(self, *, ci_prob: float = 0.95, **look: Unpack[Look]) -> Figure:
        """Draw the estimates of all places, groups or strata as small multiples on one axis.

        Parameters
        ----------
        ci_prob, **look : as in `total`

        Returns
        -------
        matplotlib.figure.Figure
            One panel each, without the total; people on a log axis. Of more than 48, the first.

        Raises
        ------
        UsageError
            If `ci_prob` does not lie between 0 and 1.
        """
        interval_ends(ci_prob)
        from casualty_est.plots import cells

        return self._draw(cells.picture, self._estimate, ci_prob, **look)

    def card(
        self, *, row: str | int | None = None, ci_prob: float = 0.95, **look: Unpack[Look]
    ) -> Figure:
        """Draw the picture to share: one number in large letters, its interval, and whose it is.

        Parameters
        ----------
        row, ci_prob, **look : as in `total`

        Returns
        -------
        matplotlib.figure.Figure
            Without claims; `total` has them.

        Raises
        ------
        UsageError
            As of `total`.
        """
        at = self._estimate._at(row)
        interval_ends(ci_prob)
        from casualty_est.plots import card

        return self._draw(card.picture, self, at, ci_prob, **look)

    def sources(self, *, ci_prob: float = 0.95, **look: Unpack[Look]) -> Figure:
        """Draw the reporting ratio of every source, prior beside posterior.

        Parameters
        ----------
        ci_prob, **look : as in `total`

        Returns
        -------
        matplotlib.figure.Figure
            Reported / true on a log axis; a note where the evidence has no such sources.

        Raises
        ------
        UsageError
            If `ci_prob` does not lie between 0 and 1.
        """
        interval_ends(ci_prob)
        from casualty_est.plots import sources

        return self._draw(sources.forest, self, ci_prob, **look)

    def priors(self, *, row: str | int | None = None, **look: Unpack[Look]) -> Figure:
        """Draw what was believed before the data against what is believed after.

        Parameters
        ----------
        row : str, optional
            Label of the estimate whose count is drawn beside the ratios, as in `Estimate.summary`;
            the first by default.
        **look : as in `total`

        Returns
        -------
        matplotlib.figure.Figure
            One panel for the count and one for each ratio, densities of the log.

        Raises
        ------
        UsageError
            If there is no such estimate.
        """
        at = self._estimate._at(row)
        from casualty_est.plots import sources

        return self._draw(sources.small_multiples, self, at, **look)

    def identification(self, *, row: str | int | None = None, **look: Unpack[Look]) -> Figure:
        """Draw what sets the level: the signed weight of every assumption.

        Parameters
        ----------
        row, **look : as in `total`

        Returns
        -------
        matplotlib.figure.Figure
            Bars with Monte Carlo errors; their sum is in the title.

        Raises
        ------
        UsageError
            If there is no such estimate.
        """
        at = self._estimate._at(row)
        from casualty_est.plots import sensitivity

        return self._draw(sensitivity.weights, self._estimate, at, **look)

    def cases(
        self, *, row: str | int | None = None, ci_prob: float = 0.95, **look: Unpack[Look]
    ) -> Figure:
        """Draw the estimate from all sources, without each, and as it was fitted again otherwise.

        Parameters
        ----------
        row, ci_prob, **look : as in `total`

        Returns
        -------
        matplotlib.figure.Figure
            People on a log axis. An estimate that was loaded shows what was computed before it
            was saved.

        Raises
        ------
        UsageError
            If there is no such estimate, or `ci_prob` does not lie between 0 and 1.
        """
        return self._cases(tuple(self._groups), row, ci_prob, **look)

    def worth(
        self,
        studies: Iterable[Study] | Study | None = None,
        *,
        row: str | int | None = None,
        ci_prob: float = 0.95,
        cost: Mapping[str, float] | None = None,
        **look: Unpack[Look],
    ) -> Figure:
        """Draw what studies are expected to leave of the interval, over the work they take.

        Parameters
        ----------
        studies, row, ci_prob, cost
            As of `Estimate.worth`.
        **look : as in `total`

        Returns
        -------
        matplotlib.figure.Figure
            Width of the interval (people) over person-days, one line for each study.

        Raises
        ------
        UsageError
            As of `Estimate.worth`.
        """
        from casualty_est.result.plan import Wanted

        wanted = Wanted(self._estimate._at(row), ci_prob, cost, None)
        from casualty_est.plots import worth

        return self._draw(worth.widths, self._estimate, studies, wanted, **look)

    def _cases(
        self,
        names: Sequence[str],
        row: str | int | None,
        ci_prob: float,
        **look: Unpack[Look],
    ) -> Figure:
        """Draw some groups of refits, by the names of their methods."""
        at = self._estimate._at(row)
        interval_ends(ci_prob)
        from casualty_est.plots import sensitivity

        return self._draw(sensitivity.cases, self, names, at, ci_prob, **look)

    def _draw(
        self, function: Callable[..., Any], *args: Any, credit: str | None = None, **look: Any
    ) -> Figure:
        """Draw with the estimate's own line under the picture, where no other is given."""
        from casualty_est.plots.style import drawn

        return drawn(function, *args, credit=self._credit() if credit is None else credit, **look)

    def _credit(self, made: str = "") -> str:
        """The line under a picture: whose numbers these are, and what estimated them."""
        from casualty_est.plots.words import credit_line

        return credit_line(self._estimate.meta, made)

    # What a kind of evidence draws otherwise -----------------------------------------------

    def _claims(self) -> Sequence[ClaimRow]:
        """Claims that stand under a total."""
        return self._estimate.meta.claims

    def _documented_text(self, documented: Documented) -> str:
        """What is written at the line of a documented number."""
        return pgettext("picture", self._documented, number=documented_text(documented))

    def _claims_heading(self) -> str:
        """What stands over those on the count itself."""
        return _("Claims on this count, as published")

    def _part_name(self, part: str) -> str | None:
        """What a part of a total is called under it; None where it is not drawn."""
        if part == "listed":
            return _("of these, listed")
        return _("of these, unlisted") if part == "unlisted" else f"of these, {part}"

    def _target(self, source: int) -> str:
        """What the ratio of a source is of, where the source has several."""
        return ""

    def _ratio(self, source: int, prob: float) -> Ends | None:
        """Median and interval of the ratio of a source; None where it is not known."""
        return None

    def _ratio_bound(self, source: int, prob: float) -> Bound | None:
        """What the evidence says of it where that is a bound."""
        return None

    def _ratio_draws(self, source: int) -> Array | None:
        """Draws of the same."""
        return None

    def _prior_draws(self, row: int) -> Array | None:
        """Draws of a count before the data; None where nobody can draw them."""
        return None

    def _refits(self, name: str, row: int, prob: float) -> Sequence[Case] | None:
        """Refits of one group; None where the estimate has no model and kept none."""
        return answer(self._estimate, name, row, prob)


def record(
    role: str,
    *,
    without: str | Iterable[str] | None = None,
    level: Level | None = None,
    **look: Unpack[Look],
) -> Figure:
    """Draw what the sources of one role have been worth, statement by statement.

    Each statement of the record is drawn as what was said over the later, better figure, with the
    interval of the better figure. Behind them are the median and the 90% interval of what a new
    source of that role may be expected to say in a new conflict.

    Parameters
    ----------
    role : str
        What the source is toward the deaths, as in `casualty_est.priors.reporting_ratio`; ``none``
        for all roles taken together.
    without : str or iterable of str, optional
        Labels of the conflict under analysis: its statements are neither drawn nor learned from.
    level : {"total", "incident"}, optional
        Whether the median and the interval are those of a total or of a single incident: a total
        unless the record has none of that role. The statements of both are drawn.
    **look
        How it looks: ``dark``, ``figsize``, ``ax``, ``title``, ``credit``, as in `Look`.

    Returns
    -------
    matplotlib.figure.Figure
        Reported / better figure on a log axis; of more than 60 statements, 60 evenly over their
        ranks.

    Raises
    ------
    UsageError
        If the role or the level is unknown, or if the role is right by the analyst's declaration.

    Examples
    --------
    >>> import casualty_est as ce
    >>> figure = ce.plots.record("monitor", without="Kosovo")
    """
    from casualty_est.plots import statements
    from casualty_est.plots.style import drawn

    return drawn(statements.picture, role, without, level, **look)
