"""What to find out next: what every estimate answers about further data, from its draws alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from casualty_est.result import plan
from casualty_est.result.answered import tippable
from casualty_est.result.unknowns import Unknowns
from casualty_est.studies import Study, survey

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.result.answered import Answered
    from casualty_est.result.plan import Information, Plan
    from casualty_est.result.radius import Radius
    from casualty_est.result.smallest_move import Median


class FindOut:
    """The part of an estimate that says which further data would narrow it.

    Each kind of evidence names its unknowns and the studies that suit it; all else is the same.
    """

    @property
    def _whole(self) -> Answered:
        """The estimate that this is a part of."""
        return cast("Answered", self)

    def information(self, row: str | int | None = None) -> Information:
        """What it would be worth to know each assumption exactly.

        Parameters
        ----------
        row : as in `Estimate.summary`

        Returns
        -------
        Information
            Share of the variance of the log count that would go, with its Monte Carlo error.

        Raises
        ------
        UsageError
            If there is no headline.
        """
        return plan.information(self._whole, self._whole._at(row))

    def worth(
        self,
        studies: Iterable[Study] | Study | None = None,
        *,
        row: str | int | None = None,
        ci_prob: float = 0.95,
        cost: Mapping[str, float] | None = None,
        against: float | None = None,
    ) -> Plan:
        """What further studies are expected to do to the interval.

        Parameters
        ----------
        studies : Study or iterable of Study, optional
            Made by `casualty_est.studies`; by default those that suit this evidence.
        row, ci_prob : as in `Estimate.summary`
        cost : mapping of str to float, optional
            Person-days for a unit of work, by the name of the study, such as ``{"audit": 0.2}``.
        against : float, optional
            A number of people: how likely will the interval exclude it?

        Returns
        -------
        Plan
            One row for each study and size: typical width, share of variance, work.

        Raises
        ------
        UsageError
            If there is no headline, or a study cannot be made of this evidence.
        """
        asked = plan.Wanted(self._whole._at(row), ci_prob, cost, against)
        return plan.plan(self._whole, studies, asked)

    def radius(self, n: float, row: str | int | None = None) -> Radius:
        """How wrong would all assumptions together have to be for the median to be `n`?

        Parameters
        ----------
        n : float
            A number of people, such as an official count.
        row : as in `Estimate.summary`

        Returns
        -------
        Radius
            The smallest joint move of all priors, in their standard deviations.

        Raises
        ------
        UsageError
            If `n` is not above 0, or there is no headline.
        """
        at = self._whole._at(row)
        return self._radius(tippable(self._whole, n, at), at)

    def needed_for(self, numbers: Iterable[float], row: str | int | None = None) -> pd.DataFrame:
        """What would move the estimate to each of some numbers: one row of `radius` for each.

        Parameters
        ----------
        numbers : iterable of float
            Numbers of people.
        row : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            ``n``, ``sds``, ``error``, ``reading``, ``cheapest_alone``, ``how``, ``sentence``.
        """
        from casualty_est.result import radius

        return radius.table([self.radius(n, row) for n in numbers])

    def _radius(self, n: float, row: int, *, unasked: bool = True) -> Radius:
        """The same, kept; the whole search is made where nobody minds the time."""
        from casualty_est.result import radius

        return radius.kept(self._whole, n, row, unasked=unasked)

    def _unknowns(self, row: int) -> Unknowns:
        """Assumptions of an estimate as draws, and what a study could look at."""
        return Unknowns()

    def _studies(self, row: int) -> tuple[Study, ...]:
        """Studies that suit this evidence, looked at where the user names none."""
        return (survey((30, 100)),)

    def _median_after(self, row: int) -> Median | None:
        """The log median after moves of the priors, from refits; None where these are slow."""
        return None

    def _radii(self) -> dict[str, Radius]:
        """Where radii are kept."""
        return {}
