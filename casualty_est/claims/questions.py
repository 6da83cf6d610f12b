"""What an estimate from claims is asked by refits: without a source, alone, another number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from casualty_est.claims.schema import ClaimsDetails, Tip
from casualty_est.kinds import room
from casualty_est.result.answered import tippable
from casualty_est.result.call import progress_bar as show_progress
from casualty_est.result.estimate import Estimate
from casualty_est.wording.numbers import with_ends

if TYPE_CHECKING:
    import pandas as pd


class Questions(Estimate):
    """The refits of `ClaimsEstimate`, which holds what they are about."""

    details: ClaimsDetails

    def _refits(self) -> Mapping[str, Any]:
        refits: Mapping[str, Any] = room("claims", "refits.refits").REFITS
        return refits

    def each_source_alone(
        self, row: str | int | None = None, ci_prob: float = 0.95
    ) -> pd.DataFrame:
        """Posterior of an estimate if each source were used alone.

        Parameters
        ----------
        row, ci_prob
            As of `without_each_source`.

        Returns
        -------
        pandas.DataFrame
            Columns as `without_each_source`.
        """
        return self._cases("each_source_alone", row, ci_prob)

    def conflict_left_in(self, row: str | int | None = None, ci_prob: float = 0.95) -> pd.DataFrame:
        """Posterior with role priors from the whole record, this conflict included.

        The estimate leaves the conflict under analysis out of what it learns from.

        Parameters
        ----------
        row, ci_prob
            As of `without_each_source`.

        Returns
        -------
        pandas.DataFrame
            Columns as `without_each_source`; empty if this conflict is not in the record.
        """
        return self._cases("conflict_left_in", row, ci_prob)

    def counted_once(self, row: str | int | None = None, ci_prob: float = 0.95) -> pd.DataFrame:
        """Posterior if equal and nearly equal figures of several sources are copies of one.

        The estimate takes them as counted apart until the table says otherwise, by ``quotes`` or
        ``derived_from``; ``independent`` says that they were.

        Parameters
        ----------
        row, ci_prob
            As of `without_each_source`.

        Returns
        -------
        pandas.DataFrame
            Columns as `without_each_source`; empty where no figures are asked about.
        """
        return self._cases("counted_once", row, ci_prob)

    def without_each_role(
        self, row: str | int | None = None, ci_prob: float = 0.95
    ) -> pd.DataFrame:
        """Posterior of an estimate without the sources of each role in turn.

        Parameters
        ----------
        row, ci_prob
            As of `without_each_source`.

        Returns
        -------
        pandas.DataFrame
            Columns as `without_each_source`; empty where there are few sources, or only one role.
        """
        return self._cases("without_each_role", row, ci_prob)

    def each_role_alone(self, row: str | int | None = None, ci_prob: float = 0.95) -> pd.DataFrame:
        """Posterior of an estimate if only the sources of one role were used.

        Parameters
        ----------
        row, ci_prob
            As of `without_each_source`.

        Returns
        -------
        pandas.DataFrame
            Columns as `without_each_role`.
        """
        return self._cases("each_role_alone", row, ci_prob)

    def _make_refits(self, prob: float) -> None:
        self._unasked(tuple(self._refits()), prob)

    def _unasked(self, names: tuple[str, ...], prob: float) -> None:
        """Make and keep refits that nobody asked for: of a sampled model those that are quick."""
        room("claims", "refits.leash").make_unasked(self, names, prob)

    def _beside(self, prob: float) -> list[str]:
        asked = ("counted_once", "conflict_left_in")
        self._unasked(asked, prob)
        cases = [case for name in asked for case in self._records(name, 0, prob, unasked=False)]
        return [
            f"With {case.case}: {with_ends(case) if case.converged else 'it did not converge'}."
            for case in cases
        ]

    def tipping(self, n: float, row: str | int | None = None) -> pd.DataFrame:
        """How wrong would each assumption have to be for the median to be `n`?

        Parameters
        ----------
        n : float
            A number of people, such as an official count.
        row : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            ``assumption``, ``value``, ``sds``, ``implied``, ``sentence``.

        Raises
        ------
        UsageError
            If `n` is not above 0, there is no headline, or the estimate has no model to refit.
        """
        import pandas as pd

        at = self._at(row)
        n = tippable(self, n, at)
        if self._tip_key(n, at) not in self.details.tipping:
            self._model_to_refit()  # raises where there is none
        return pd.DataFrame([asdict(tip) for tip in self._tips(n, at)])

    def _tip_key(self, n: float, row: int) -> str:
        return f"{row}:{n:.15g}"

    def _tips(self, n: float, row: int, *, unasked: bool = True) -> tuple[Tip, ...]:
        """The same as records: kept, or made now where there is a model and nobody minds."""
        key, kept = self._tip_key(n, row), self.details.tipping
        if key not in kept:
            if self._model is None or not unasked:
                return ()
            with show_progress(self._progress_bar) as report:
                tipping = room("claims", "refits.tipping").tipping
                kept[key] = tipping(self._model, self, row, n, report)
        return kept[key]
