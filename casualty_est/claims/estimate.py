"""ClaimsEstimate: the result of a fit of claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from casualty_est.arrays import Array
from casualty_est.claims import paths
from casualty_est.claims.gauge import gauge_weights, identify
from casualty_est.claims.questions import Questions
from casualty_est.claims.schema import Agreement, ClaimsDetails
from casualty_est.claims.unknowns import studies_of, unknowns
from casualty_est.kinds import room
from casualty_est.result.call import progress_bar as show_progress
from casualty_est.result.checks import CONTRADICTS
from casualty_est.result.labels import position
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import ClaimRow, Span, plain
from casualty_est.result.shared import NormalPrior, Shared, Spoken, shared_by
from casualty_est.result.spoken import as_written, latest, verb
from casualty_est.result.tables import Parameter, parameter
from casualty_est.result.text_table import TextTable
from casualty_est.wording.numbers import percent, share

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.claims.plots import ClaimsPlots
    from casualty_est.result.identification import Identification
    from casualty_est.result.radius import Radius
    from casualty_est.result.smallest_move import Median
    from casualty_est.result.unknowns import Unknowns
    from casualty_est.studies import Study

NUTS_DRAWS = 10_000  # per chain: half a second, and ends of the interval known to .5%


class ClaimsEstimate(Questions):
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
    set_by_priors: ClassVar[bool] = True

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
        return [source.owner for source in self.meta.sources]

    def _ratio(self, source: int, prob: float) -> Parameter | None:
        """Median and interval of a ratio beside its prior; None without a level."""
        if not self.meta.has_level:
            return None
        return parameter(self.ratio(source), prob, self.meta.sources[source].prior)

    def sources(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """Reliability of every source toward every cell it counts, prior beside posterior.

        Parameters
        ----------
        ci_prob : as in `Estimate.summary`

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
            ratio, prior, learned = self._ratio(i, ci_prob), source.prior, None
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
                    "prior_median": prior and prior.median,
                    "prior_low": prior and prior.low,
                    "prior_high": prior and prior.high,
                    "learned": learned,
                }
            )
        return pd.DataFrame(rows, index=pd.Index(self._ratio_labels(), name="ratio of"))

    def torn_between(self, row: int) -> tuple[ClaimRow, ClaimRow] | None:
        """The claims of two sources above and below an estimate that the rest contradicts.

        A number between them is none that either could have meant. None where there are no two.
        """
        if not self.meta.has_level:
            return None
        low, _, high = np.quantile(self.draws(row), interval_ends(0.95))
        above, below = [], []
        for claim in self.meta.claims:
            numbers = [float(n) for n in (claim.low, claim.best, claim.high) if n is not None]
            against = claim.surprise is not None and claim.surprise < CONTRADICTS
            if not claim.counted or claim.estimate != row or not numbers or not against:
                continue
            if min(numbers) > high:
                above.append(claim)
            elif max(numbers) < low:
                below.append(claim)
        if not above or not below:
            return None
        one, other = (min(some, key=lambda claim: claim.surprise or 0) for some in (above, below))
        return (one, other) if one.source != other.source else None

    def headline(self, row: str | int | None = None, ci_prob: float = 0.95) -> str:
        """One estimate in one line, with the numbers that contradict it on both sides.

        Parameters
        ----------
        row, ci_prob : as in `Estimate.summary`

        Returns
        -------
        str
        """
        said = super().headline(row, ci_prob)
        pair = self.torn_between(self._at(row))
        if pair is None:
            return said
        names = " and ".join(f"{one.source} ({one.text!r})" for one in pair)
        return f"{said}, between {names}, which contradict each other"

    def shared(self) -> Shared:
        """Draws of log counts under the prior of a cell's size, and the ratio of each source.

        For a sum of cells the prior of one is taken: it is so wide that the slope hardly differs.
        """
        sizes = [item for item in self.meta.assumptions if item.kind == "level"]
        prior = NormalPrior(float(np.log(sizes[0].median)), sizes[0].sd) if sizes else None
        level = {"total": "ratio_total", "incident": "ratio_within"}
        ratios = [
            (replace(source, name=source.owner), level[source.level], self.ratio(i))
            for i, source in enumerate(self.meta.sources)
        ]
        said = [
            Spoken(claim.source, float(number), claim.text)
            for claim in self.meta.claims
            if claim.counted
            for number in dict.fromkeys((claim.best, claim.low, claim.high))
            if number
        ]
        parents = self.meta.settings.get("built_on", ())
        return shared_by(self, lambda row: prior, ratios, said, parents)

    def _shared_near(self, row: int, mean: float, sd: float) -> Shared | None:
        """What it shares, fitted again near a mean of the log count; None where it cannot."""
        if self._model is None:
            return None
        near: Shared | None = room("claims", "refits.parts").near(self._model, self, row, mean, sd)
        return near

    def _deaths_without(self, row: int, sources: frozenset[str]) -> Array | None:
        """Draws of an estimate without some sources, by a refit; None where no other is left."""
        refit = room("claims", "refits.parts").without
        drawn: Array | None = refit(self._model_to_refit(), self, row, sources)
        return drawn

    def _deaths_beyond(self, row: int, source: str, people: int) -> Array:
        """Draws of the deaths beyond a list, by a fit of what a source counts beyond it."""
        refit = room("claims", "refits.parts").beyond
        drawn: Array = refit(self._model_to_refit(), self, row, source, people)
        return drawn

    def _level(self, row: int) -> str:
        kinds = [assumption.kind for assumption in self.meta.assumptions]
        known = [j for j, kind in enumerate(kinds) if kind in ("anchor", "reference")]
        if not known or not self.meta.has_level:
            return "prior"
        scores = np.asarray(self.idata["gauge"]["score"].values)[..., known]
        return "anchor" if gauge_weights(np.log(self.draws(row)), scores).sum() >= 0.5 else "prior"

    def _identify(self, row: int) -> Identification:
        return identify(self, row)

    def _unknowns(self, row: int) -> Unknowns:
        return unknowns(self)

    def _studies(self, row: int) -> tuple[Study, ...]:
        return studies_of(self, row)

    def _median_after(self, row: int) -> Median | None:
        exact = self.meta.diagnostics.method == "exact"
        if self._model is None or not exact or "assumed" not in self.idata.children:
            return None
        median: Median | None = room("claims", "refits.radius").median_after(self._model)
        return median

    def _radii(self) -> dict[str, Radius]:
        return self.details.radii

    # Refits --------------------------------------------------------------------------------

    def as_of(
        self, dates: Sequence[date | str], row: str | int | None = None, ci_prob: float = 0.95
    ) -> pd.DataFrame:
        """What the claims published by each date said of the count up to that date.

        The model is the same, without the claims that were published later (`reported`,
        otherwise `end`; what bears no date is used).

        Parameters
        ----------
        dates : sequence of datetime.date or str
            Days inside the grid.
        row, ci_prob
            As of `without_each_source`.

        Returns
        -------
        pandas.DataFrame
            ``date``, ``claims`` (how many were used), ``documented_low``, ``median``, ``low``,
            ``high`` (people), ``prob``, ``converged``.

        Raises
        ------
        UsageError
            If time was not modelled, a date lies outside the grid, or the estimate was loaded from
            a file and this was not computed before saving.
        """
        import pandas as pd

        interval_ends(ci_prob)
        at, kept = self._at(row), self.details.as_of
        keys = {day: f"{at}:{ci_prob:g}:{day}" for day in paths.days_inside(self, dates, at)}
        missing = [day for day, key in keys.items() if key not in kept]
        if missing:
            model = self._model_to_refit()
            seen_by = room("claims", "refits.refits").seen_by
            with show_progress(self._progress_bar) as report:
                for day in missing:
                    kept[keys[day]] = seen_by(model, self, day, at, ci_prob, report)
        return pd.DataFrame([asdict(kept[key]) for key in keys.values()])

    def check_by_sampling(
        self, draws: int = NUTS_DRAWS, progress_bar: bool | None = None
    ) -> Agreement:
        """Compare the exact answer with the same model sampled with NUTS.

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
        sampled = self._model_to_refit().fit(
            seed=self.meta.seed, method="nuts", draws=draws, progress_bar=progress_bar
        )
        self.details.agreement = room("claims", "refits.refits").agreement(self, sampled)
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
        ci_prob : as in `Estimate.summary`

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
        return paths.path(self, ci_prob)

    def ratio_paths(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """Reported over true to every date, drift and delay included, slow errors not.

        Parameters
        ----------
        ci_prob
            As of `path`.

        Returns
        -------
        pandas.DataFrame
            ``source``, and the columns of `path` but for ``documented_low``.
        """
        return paths.ratio_paths(self, ci_prob)

    def still_to_be_admitted(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """What sources with a delay will still state of the deaths up to every date.

        Parameters
        ----------
        ci_prob
            As of `path`.

        Returns
        -------
        pandas.DataFrame
            The columns of `ratio_paths`, in people still to be admitted, and ``admitted`` (as
            published by then); empty where no source has a delay.
        """
        return paths.still_to_be_admitted(self, ci_prob)

    # Pictures, report, files, print --------------------------------------------------------

    @property
    def plot(self) -> ClaimsPlots:
        """Pictures of this estimate, such as ``est.plot.total()``."""
        plots: ClaimsPlots = room("claims", "plots").ClaimsPlots(self)
        return plots

    def _expected(self) -> tuple[tuple[str, int], ...]:
        weighed = ("gauge/score", len(self.meta.assumptions))
        return (("ratio_total", len(self.meta.sources)), weighed)

    def _source_json(self, source: int, prob: float) -> dict[str, Any]:
        # A claim on a single incident speaks of the count within it.
        within = self.meta.sources[source].level == "incident"
        ratio = self._ratio(source, prob)
        return {"ratio_within" if within else "ratio_total": ratio and plain(ratio)}

    def _details_json(self, prob: float) -> dict[str, Any]:
        kept = {name: value for name, value in plain(self.details).items() if value}
        return {**kept, **paths.details(self, prob)}

    def _source_table(self, prob: float) -> TextTable:
        rows = []
        for i, source in enumerate(self.meta.sources):
            label, ratio, prior = source.owner, self._ratio(i, prob), source.prior
            after = _in_words(ratio) if ratio else "not known: nothing sets the level"
            before = _in_words(prior) if prior else ""
            rows.append((label, source.role or "none", self._said(source.name), after, before))
        head = (f"reported / true ({percent(prob)})", "before the data (95%)")
        return TextTable(("source", "role", "said", *head), tuple(rows))

    def _said(self, target: str) -> str:
        """What a source said of one target, the last of several numbers."""
        own = [claim for claim in self.meta.claims if claim.counted and claim.target == target]
        last = latest(own)
        others = len(own) - 1
        more = f" and {others:,} other number{'s' * (others > 1)}" if others else ""
        return f"{verb(last[0])} {as_written(last[0].text, last[0])}{more}" if last else ""


def _in_words(ratio: Parameter | Span) -> str:
    return f"{share(ratio.median)} ({share(ratio.low)} to {share(ratio.high)})"


ESTIMATE = ClaimsEstimate
