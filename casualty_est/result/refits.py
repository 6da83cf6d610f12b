"""What an Estimate answers by fitting again: other evidence, wider priors, other settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from casualty_est.errors import UsageError
from casualty_est.result.posterior import interval_ends

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.result.identification import Identification

REFIT_HINT = (
    "this estimate was loaded from a file and carries no model to refit; fit the model again, or "
    "call this before saving: what was computed is kept in the file"
)


class Refits:
    """Refits of an `Estimate`, each made once and kept with it; see there."""

    _meta: dict[str, Any]
    _model: Any
    _progress: bool | None

    if TYPE_CHECKING:  # what an Estimate has besides
        identification: Callable[..., Identification]
        summary: Callable[..., pd.DataFrame]
        _row: Callable[[int], int]

    def alone(self, row: int = 0, prob: float = 0.95) -> pd.DataFrame:
        """Posterior of an estimate if each source stood alone; columns as `leave_one_out`.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`.
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
        """
        return self._refits("alone", row, prob)

    def leave_one_out(self, row: int = 0, prob: float = 0.95) -> pd.DataFrame:
        """Posterior of an estimate without each source in turn.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`.
        prob : float
            Level of the intervals.

        Returns
        -------
        pandas.DataFrame
            ``case``, ``median``, ``low``, ``high`` (people), ``prob``, ``converged``.

        Raises
        ------
        UsageError
            If the estimate was loaded from a file and this was not computed before saving.
        """
        return self._refits("leave_one_out", row, prob)

    def consistency(self, row: int = 0, prob: float = 0.95) -> pd.DataFrame:
        """Lists only: the members of each list as a population of known size.

        The other lists see some of them; what the model says of the rest can be held against the
        truth. It tests the same assumption, on people who are easier to see than most.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`.
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            Columns of `leave_one_out`, and ``members`` (the truth), ``seen`` (on another list
            too), ``covered``; empty for other evidence.
        """
        return self._refits("consistency", row, prob)

    def widened(self, row: int = 0, prob: float = 0.95) -> pd.DataFrame:
        """Posterior with the prior sd doubled of roles whose grounds are this conflict itself.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`.
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            Columns as `leave_one_out`; empty where no role leans on this conflict.
        """
        return self._refits("widened", row, prob)

    def choices(self, row: int = 0, prob: float = 0.95) -> pd.DataFrame:
        """Posterior under the other settings of the model, one changed at a time.

        Parameters
        ----------
        row : int
            The estimate, as numbered in `summary`.
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            Columns as `leave_one_out`, the settings as fitted first; empty where the evidence has
            no such settings (claims, lists).
        """
        return self._refits("choices", row, prob)

    def as_of(self, dates: Sequence[date | str], row: int = 0, prob: float = 0.95) -> pd.DataFrame:
        """What the claims published by each date said of the count up to that date.

        The model is the same, with the claims unheard that were published later (`reported`,
        otherwise `end`; what bears no date is heard).

        Parameters
        ----------
        dates : sequence of datetime.date or str
            Days inside the grid.
        row : int
            The estimate, as numbered in `summary`.
        prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            ``date``, ``claims`` (how many were heard), ``documented_low``, ``median``, ``low``,
            ``high`` (people), ``prob``, ``converged``.

        Raises
        ------
        UsageError
            If time was not modelled, a date lies outside the grid, or the estimate was loaded from
            a file and this was not computed before saving.
        """
        import pandas as pd

        from casualty_est.claims.paths import days_inside
        from casualty_est.claims.refits.as_of import seen_by

        interval_ends(prob)
        wanted = days_inside(self, dates, self._row(row))  # type: ignore[arg-type]
        kept = self._meta["details"].setdefault("as_of", {})
        missing = [day for day in wanted if f"{row}:{prob:g}:{day}" not in kept]
        if missing:
            from casualty_est.result.progress import progress_bar

            model = self._model_to_refit()
            with progress_bar(self._progress) as report:
                for day in missing:
                    found = seen_by(model, self._meta, day, row, prob, report)
                    kept[f"{row}:{prob:g}:{day}"] = found
        return pd.DataFrame([kept[f"{row}:{prob:g}:{day}"] for day in wanted])

    def _refits(self, name: str, row: int, prob: float) -> pd.DataFrame:
        import pandas as pd

        interval_ends(prob)
        columns = ["case", "median", "low", "high", "prob", "converged"]
        if name == "consistency":
            columns += ["members", "seen", "covered"]
        if not self._meta["has_level"]:
            return pd.DataFrame(columns=columns)
        key = f"{name}:{self._row(row)}:{prob:g}"
        kept = self._meta["details"].setdefault("refits", {})
        if key not in kept:
            from casualty_est.claims.refits.refits import refit
            from casualty_est.result.progress import progress_bar

            model = self._model_to_refit()
            with progress_bar(self._progress) as report:
                kept[key] = refit(name, model, self._meta, row, prob, report)
        return pd.DataFrame(kept[key], columns=columns)

    def _model_to_refit(self) -> Any:
        if self._model is None:
            raise UsageError(REFIT_HINT)
        return self._model

    def tipping(self, n: float, row: int = 0) -> pd.DataFrame:
        """How wrong would each assumption have to be for the median to be `n`?

        Parameters
        ----------
        n : float
            A number of people, such as an official count.
        row : int
            The estimate, as numbered in `summary`.

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

        if not self._meta["has_level"]:
            msg = "there is no headline number, so nothing can be tipped; give roles or an anchor"
            raise UsageError(msg)
        if self._meta["kind"] == "lists":
            msg = (
                "lists rest on no reporting ratio that could tip; "
                'meta["details"]["dial"] has the number under each odds ratio of the unseen cell'
            )
            raise UsageError(msg)
        if self._meta["kind"] == "incidents":
            from casualty_est.incidents.refits import tipping as of_scale

            return pd.DataFrame(
                of_scale(self._meta, self.summary().iloc[self._row(row)]["median"], n)
            )
        from casualty_est.claims.refits.tipping import tippable, tipping

        n = tippable(n)
        kept = self._meta["details"].setdefault("tipping", {})
        key = f"{row}:{n:.15g}"
        if key not in kept:
            from casualty_est.claims.refits.refits import Refitter
            from casualty_est.result.progress import progress_bar

            with progress_bar(self._progress) as report:
                refit = Refitter(self._model_to_refit(), self._meta, row, report)
                weights = [item["weight"] for item in self.identification(row).rows]
                kept[key] = tipping(refit, n, self._meta["assumptions"], weights)
        return pd.DataFrame(kept[key])
