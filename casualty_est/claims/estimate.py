"""ClaimsEstimate: the result of a fit of claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from casualty_est.claims.schema import Agreement, ClaimsDetails, Tip, ratio_owner
from casualty_est.result.estimate import Estimate
from casualty_est.result.labels import position
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import plain
from casualty_est.result.show import TextTable
from casualty_est.result.tables import Parameter, parameter
from casualty_est.wording.interval import with_ends
from casualty_est.wording.numbers import percent, share

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.claims.plots import ClaimsPlots
    from casualty_est.result.identification import Identification

Array = npt.NDArray[np.float64]
NUTS_DRAWS = 10_000  # per chain: half a second, and ends of the interval known to .5%


class ClaimsEstimate(Estimate):
    """The posterior of true counts and reporting ratios, from claims.

    Beside what every estimate answers it knows the reporting ratio of each source, what each
    assumption weighs, and where time was modelled the paths of counts and ratios.

    Parameters
    ----------
    tree, meta, details, model, progress_bar : object
        As of `Estimate`; a fit builds it.
    """

    details: ClaimsDetails
    details_type: ClassVar[type[Any]] = ClaimsDetails
    urgent: ClassVar[frozenset[str]] = frozenset({"windows_modelled"})

    def ratio(self, source: str | int) -> Array:
        """Posterior draws of one reporting ratio (reported / true), of shape (chain, draw).

        Parameters
        ----------
        source : str
            Name of the source; where it has several targets, the label of the ratio as in
            `sources`.

        Returns
        -------
        ndarray of shape (chain, draw)

        Raises
        ------
        UsageError
            If there is no such ratio.
        """
        at = position(source, self._ratio_labels(), "sources()", "source")
        return np.asarray(self.idata["posterior"]["ratio_total"].values[..., at])

    def _ratio_labels(self) -> list[str]:
        return [ratio_owner(source.name) for source in self.meta.sources]

    def _ratio(self, source: int, prob: float) -> Parameter | None:
        """Median and interval of a ratio beside its prior; None without a level."""
        if not self.meta.has_level:
            return None
        return parameter(self.ratio(source), prob, self.meta.sources[source].prior)

    def sources(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """Reliability of every source toward every cell it counts, prior beside posterior.

        Parameters
        ----------
        ci_prob : float
            Level of the equal-tailed credible intervals.

        Returns
        -------
        pandas.DataFrame
            By label: ``source``, ``role``, the target's labels, ``ratio`` with ``low`` and ``high``
            (reported / true, no unit), ``prior_median``, ``prior_low``, ``prior_high`` (95%), and
            ``learned`` (posterior over prior sd of the log ratio; 1: the data said nothing).
        """
        import pandas as pd

        rows = []
        for i, source in enumerate(self.meta.sources):
            ratio, learned = self._ratio(i, ci_prob), None
            if ratio is not None and source.prior_log_sd:
                learned = float(np.log(self.ratio(i)).std() / source.prior_log_sd)
            rows.append(
                {
                    "source": source.source,
                    "role": source.role,
                    **(asdict(source.target) if source.target else {}),
                    "ratio": ratio and ratio.median,
                    "low": ratio and ratio.low,
                    "high": ratio and ratio.high,
                    "prob": ci_prob,
                    "prior_median": source.prior and source.prior.median,
                    "prior_low": source.prior and source.prior.low,
                    "prior_high": source.prior and source.prior.high,
                    "learned": learned,
                }
            )
        return pd.DataFrame(rows, index=pd.Index(self._ratio_labels(), name="ratio of"))

    def _level(self, row: int) -> str:
        held = sum(
            weight.weight
            for weight, assumption in zip(
                self.identification(row).rows, self.meta.assumptions, strict=True
            )
            if assumption.kind in ("anchor", "reference")
        )
        return "anchor" if held >= 0.5 else "prior"

    def _identify(self, row: int) -> Identification:
        from casualty_est.claims.gauge import identify

        return identify(self, row)

    # Refits --------------------------------------------------------------------------------

    def _refits(self) -> Mapping[str, Any]:
        from casualty_est.claims.refits.refits import REFITS

        return REFITS

    def each_source_alone(
        self, row: str | int | None = None, ci_prob: float = 0.95
    ) -> pd.DataFrame:
        """Posterior of an estimate if each source were heard alone.

        Parameters
        ----------
        row : str, optional
            Label of the estimate, as in `summary`; the first by default.
        ci_prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            Columns as `without_each_source`.
        """
        return self._cases("each_source_alone", row, ci_prob)

    def wider_priors(self, row: str | int | None = None, ci_prob: float = 0.95) -> pd.DataFrame:
        """Posterior with the prior sd doubled of roles whose grounds are this conflict itself.

        Parameters
        ----------
        row : str, optional
            Label of the estimate, as in `summary`; the first by default.
        ci_prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            Columns as `without_each_source`; empty where no role leans on this conflict.
        """
        return self._cases("wider_priors", row, ci_prob)

    def _beside(self, prob: float) -> list[str]:
        cases = self._records("wider_priors", 0, prob)
        return [f"With {case.case}: {with_ends(case)}." for case in cases]

    def tipping(self, n: float, row: str | int | None = None) -> pd.DataFrame:
        """How wrong would each assumption have to be for the median to be `n`?

        Parameters
        ----------
        n : float
            A number of people, such as an official count.
        row : str, optional
            Label of the estimate, as in `summary`; the first by default.

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

        from casualty_est.result.refits import tippable

        n, at = tippable(self, n), self._at(row)
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
            from casualty_est.claims.refits.refits import Refitter
            from casualty_est.claims.refits.tipping import tipping
            from casualty_est.result.progress import progress_bar

            with progress_bar(self._progress_bar) as report:
                refit = Refitter(self._model, self, row, report)
                weights = [item.weight for item in self.identification(row).rows]
                kept[key] = tipping(refit, n, self.meta.assumptions, weights)
        return kept[key]

    def as_of(
        self, dates: Sequence[date | str], row: str | int | None = None, ci_prob: float = 0.95
    ) -> pd.DataFrame:
        """What the claims published by each date said of the count up to that date.

        The model is the same, without the claims that were published later (`reported`,
        otherwise `end`; what bears no date is heard).

        Parameters
        ----------
        dates : sequence of datetime.date or str
            Days inside the grid.
        row : str, optional
            Label of the estimate, as in `summary`; the first by default.
        ci_prob : float
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

        interval_ends(ci_prob)
        at = self._at(row)
        keys = {day: f"{at}:{ci_prob:g}:{day}" for day in days_inside(self, dates, at)}
        kept = self.details.as_of
        missing = [day for day, key in keys.items() if key not in kept]
        if missing:
            from casualty_est.result.progress import progress_bar

            model = self._model_to_refit()
            with progress_bar(self._progress_bar) as report:
                for day in missing:
                    kept[keys[day]] = seen_by(model, self, day, at, ci_prob, report)
        return pd.DataFrame([asdict(kept[key]) for key in keys.values()])

    def check_by_sampling(
        self, draws: int = NUTS_DRAWS, progress_bar: bool | None = None
    ) -> Agreement:
        """Hold the exact answer against the same model sampled with NUTS.

        Parameters
        ----------
        draws : int
            Draws per chain.
        progress_bar : bool, optional
            Show progress on standard error; None shows it where that is a terminal.

        Returns
        -------
        Agreement
            Both answers, the largest relative difference of their medians and 95% ends, and a
            sentence. It is kept with the estimate and printed in its report.

        Raises
        ------
        UsageError
            If the estimate was loaded from a file.
        """
        from casualty_est.claims.refits.agreement import agreement

        sampled = self._model_to_refit().fit(
            seed=self.meta.seed, method="nuts", draws=draws, progress_bar=progress_bar
        )
        self.details.agreement = agreement(self, sampled)
        return self.details.agreement

    # Time ----------------------------------------------------------------------------------

    @property
    def has_path(self) -> bool:
        """Whether time was modelled, so that counts and ratios have paths."""
        return self.details.windows is not None and self.meta.has_level

    def path(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """Cumulative count of every cell to the end of every step of the grid.

        Parameters
        ----------
        ci_prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            ``scope``, ``outcome``, ``group``, ``perpetrator``, ``date`` (ISO text, last day of the
            step), ``median``, ``low``, ``high`` (people, from the first day of the grid),
            ``documented_low`` (largest count documented to that date), ``prob``.

        Raises
        ------
        UsageError
            If time was not modelled, or there is no headline.
        """
        from casualty_est.claims.paths import path

        return path(self, ci_prob)

    def ratio_paths(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """Reported over true to every date, drift and delay included, slow errors not.

        Parameters
        ----------
        ci_prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            ``source``, the target's labels, ``date``, ``median``, ``low``, ``high``, ``prob``.

        Raises
        ------
        UsageError
            If time was not modelled, or there is no headline.
        """
        from casualty_est.claims.paths import ratio_paths

        return ratio_paths(self, ci_prob)

    def still_to_be_admitted(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """What sources with a delay will still state of the deaths up to every date.

        Parameters
        ----------
        ci_prob : float
            Level of the equal-tailed credible interval.

        Returns
        -------
        pandas.DataFrame
            ``source``, the target's labels, ``date``, ``admitted`` (as published by then),
            ``median``, ``low``, ``high`` (people still to be admitted), ``prob``; empty where no
            source has a delay.

        Raises
        ------
        UsageError
            If time was not modelled, or there is no headline.
        """
        from casualty_est.claims.paths import still_to_be_admitted

        return still_to_be_admitted(self, ci_prob)

    # Pictures, report, files, print --------------------------------------------------------

    @property
    def plot(self) -> ClaimsPlots:
        """Pictures of this estimate, such as ``est.plot.total()``."""
        from casualty_est.claims.plots import ClaimsPlots

        return ClaimsPlots(self)

    def _expected(self) -> tuple[tuple[str, int], ...]:
        return (("ratio_total", len(self.meta.sources)),)

    def _source_json(self, source: int, prob: float) -> dict[str, Any]:
        # A claim on a single incident speaks of the count within it.
        within = self.meta.sources[source].level == "incident"
        ratio = self._ratio(source, prob)
        return {"ratio_within" if within else "ratio_total": ratio and plain(ratio)}

    def _details_json(self, prob: float) -> dict[str, Any]:
        from casualty_est.claims.paths import details

        found = {name: value for name, value in plain(self.details).items() if value}
        return {**found, **details(self, prob)}

    def _source_table(self, prob: float) -> TextTable:
        rows = []
        for i, source in enumerate(self.meta.sources):
            before = source.prior and _three(
                source.prior.median, source.prior.low, source.prior.high
            )
            role = source.role or "none"
            rows.append((self._ratio_labels()[i], role, self._ratio_text(i, prob), before or ""))
        head = (f"reported / true ({percent(prob)})", "before the data (95%)")
        return TextTable(("source", "role", *head), tuple(rows))

    def _ratio_text(self, source: int, prob: float) -> str:
        ratio = self._ratio(source, prob)
        if ratio is None:
            return "not known: nothing sets the level"
        return _three(ratio.median, ratio.low, ratio.high)


def _three(median: float, low: float, high: float) -> str:
    return f"{share(median)} ({share(low)} to {share(high)})"


ESTIMATE = ClaimsEstimate
