"""IncidentEstimate: the result of a fit of incidents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from casualty_est.arrays import Array
from casualty_est.incidents.schema import IncidentDetails
from casualty_est.incidents.unknowns import unknowns
from casualty_est.kinds import room
from casualty_est.result.estimate import Estimate
from casualty_est.result.identification import Identification
from casualty_est.result.labels import position
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Span, plain
from casualty_est.result.shared import FlatPrior, Shared, Spoken, shared_by
from casualty_est.result.tables import Parameter, parameter
from casualty_est.result.text_table import TextTable
from casualty_est.result.unknowns import EVERY_GRADE, Unknowns
from casualty_est.studies import Study, investigate, survey
from casualty_est.wording.numbers import percent, share, two_digits

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.incidents.plots import IncidentPlots

ENDS = ("median", "low", "high")
SITES = [
    *("area", "sites", "frame", "with_deaths", "share", "share_low", "share_high"),
    *("deaths", "deaths_low", "deaths_high", "prob"),
]
OF_SOURCES = ("ratio_within", "completeness_listed", "completeness_reported", "denial")


class IncidentEstimate(Estimate):
    """The posterior of deaths in listed and unlisted incidents, and of the sources' counting.

    Parameters
    ----------
    tree, meta, details, model, progress_bar : object
        As of `Estimate`; a fit builds it.
    """

    details: IncidentDetails
    details_type: ClassVar[type[Any]] = IncidentDetails
    urgent: ClassVar[frozenset[str]] = frozenset({"two_lists", "no_overlap", "went_on"})

    def _source_labels(self) -> list[str]:
        return [source.source for source in self.meta.sources]

    def ratio(self, source: str | int) -> Array:
        """Posterior draws of own count / true deaths within an incident, (chain, draw).

        Parameters
        ----------
        source : str
            Name of the source.

        Returns
        -------
        ndarray of shape (chain, draw)

        Raises
        ------
        UsageError
            If there is no such source.
        """
        at = position(source, self._source_labels(), "sources()", "source")
        return np.asarray(self.idata["posterior"]["ratio_within"].values[..., at])

    def _parameter(self, name: str, source: int, prob: float) -> Parameter | None:
        """Median and interval of a variable of one source; None where it is not estimated."""
        posterior = self.idata["posterior"]
        if not self.meta.has_level or name not in posterior:
            return None
        prior: Span | None = None
        if name == "ratio_within":
            prior = self.meta.sources[source].prior
        elif name == "denial":
            denied = self.details.denied_by(self.meta.sources[source].source)
            prior = denied.prior if denied else None
        return parameter(posterior[name].values[..., source], prob, prior)

    def inclusion(self, source: str | int, ci_prob: float = 0.95) -> pd.DataFrame | None:
        """Probability that a source records an incident, by its deaths.

        Parameters
        ----------
        source : str
            Name of the source.
        ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame or None
            ``deaths``, ``median``, ``low``, ``high``; None where it is not estimated.

        Raises
        ------
        UsageError
            If there is no such source.
        """
        import pandas as pd

        posterior = self.idata["posterior"]
        at = position(source, self._source_labels(), "sources()", "source")
        if not self.meta.has_level or "inclusion" not in posterior:
            return None
        draws = np.asarray(posterior["inclusion"].values[:, :, at])
        if not np.isfinite(draws).all():
            return None
        low, median, high = np.quantile(draws, interval_ends(ci_prob), axis=(0, 1))
        sizes = [int(size) for size in posterior["size"].values]
        return pd.DataFrame({"deaths": sizes, "median": median, "low": low, "high": high})

    def sources(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """Reliability of every source, prior beside posterior.

        Parameters
        ----------
        ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            By source: ``role``, ``ratio`` with ``low`` and ``high`` (own count / true deaths within
            an incident), ``prior_median``, ``prior_low``, ``prior_high`` (95%), ``learned``
            (posterior over prior sd of the log ratio; 1: the data said nothing), and where they are
            known ``completeness_listed`` and ``completeness_reported`` with their ends. Of a source
            that says of some incident that nobody died, ``denial``: the probability that it says
            so whatever happened, with its ends and those of its prior.
        """
        import pandas as pd

        rows = []
        for i, source in enumerate(self.meta.sources):
            ratio, learned = self._parameter("ratio_within", i, ci_prob), None
            if ratio is not None and source.prior_log_sd:
                learned = float(np.log(self.ratio(i)).std() / source.prior_log_sd)
            columns = {
                **{"source": source.source, "role": source.role, "ratio": ratio and ratio.median},
                **{end: ratio and getattr(ratio, end) for end in ("low", "high")},
                "prob": ci_prob,
                **{f"prior_{x}": source.prior and getattr(source.prior, x) for x in ENDS},
                "learned": learned,
            }
            for name in OF_SOURCES[1:]:
                share_of = self._parameter(name, i, ci_prob)
                if share_of is not None:
                    ends = {f"{name}_low": share_of.low, f"{name}_high": share_of.high}
                    columns |= {name: share_of.median, **ends}
                    if share_of.prior is not None:
                        before = {f"{name}_prior_{x}": getattr(share_of.prior, x) for x in ENDS}
                        columns |= before
            rows.append(columns)
        return pd.DataFrame(rows, index=pd.Index(self._source_labels(), name="ratio of"))

    def shared(self) -> Shared:
        """Draws of log counts, and what each source counts and records.

        The rate of incidents has a prior flat in its log, so that of the deaths is flat too.
        """
        posterior = self.idata["posterior"]
        known = [name for name in OF_SOURCES[:3] if name in posterior]
        worth = [
            (
                source if name == OF_SOURCES[0] else replace(source, prior=None),
                name,
                np.asarray(posterior[name].values[..., i]),
            )
            for i, source in enumerate(self.meta.sources)
            for name in known
        ]
        sums = [
            Spoken(row.source, total, f"{row.incidents:,} incidents")
            for row in self.details.tallies
            for total in dict.fromkeys((row.low, row.high))
            if total
        ]
        return shared_by(self, lambda row: FlatPrior(), worth, sums)

    def _identify(self, row: int) -> Identification:
        rests = self.details.identification
        return Identification(self.meta.rows[row].cell, rests.kind, rests.rows, rests.sentences)

    def incidents(self) -> pd.DataFrame:
        """Posterior of every incident.

        Returns
        -------
        pandas.DataFrame
            ``incident``, ``median``, ``low``, ``high`` (people killed in it if it is real; 95%
            interval), ``real`` (probability that it is real and by the perpetrator), ``prob``,
            ``count``. Where a row of the table stands for several incidents, one row per pattern.
        """
        import pandas as pd

        group = self.idata["incidents"]
        table = pd.DataFrame({name: group[name].values for name in (*ENDS, "real")})
        if not self.meta.has_level:
            table[list(ENDS)] = None
        table = table.assign(prob=0.95)
        if "pattern_of" not in group:
            table.insert(0, "incident", [str(p) for p in group["pattern"].values])
            return table.assign(count=group["count"].values)
        at = {int(p): i for i, p in enumerate(group["pattern"].values)}
        pairs = zip(group["incident"].values, group["pattern_of"].values, strict=True)
        held = [(str(n), at[int(p)]) for n, p in pairs if int(p) in at]
        table = table.iloc[[i for _, i in held]].reset_index(drop=True)
        table.insert(0, "incident", [name for name, _ in held])
        return table.assign(count=1)

    def sites(self) -> pd.DataFrame:
        """What an investigation found at sites that a design drew (column `prob`).

        Returns
        -------
        pandas.DataFrame
            One row for each area, and all of them first where there are several: ``area``,
            ``sites`` (investigated), ``frame`` (sites from which they were drawn),
            ``with_deaths`` (of the investigated), ``share`` with ``share_low`` and ``share_high``
            (of sites at which the investigation finds deaths), ``deaths`` with ``deaths_low`` and
            ``deaths_high`` (people, at all sites of the frame), ``prob``. Empty where no site was
            drawn by design.
        """
        import pandas as pd

        looked = self.details.investigated
        rows = []
        for drawn in looked.frames if looked else ():
            row = {name: getattr(drawn, name) for name in ("area", "sites", "frame", "with_deaths")}
            for name, span in (("share", drawn.share), ("deaths", drawn.deaths)):
                known = name == "share" or self.meta.has_level
                ends = (span.median, span.low, span.high) if known else (None,) * 3
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
            rows.append({**row, "prob": 0.95})
        return pd.DataFrame(rows, columns=SITES)

    def gap(self) -> pd.DataFrame:
        """Why two sources' totals differ, incident by incident.

        The gap between what the anchor and another source report is split into incidents that one
        of them does not report, counting within incidents that both report, and incidents that are
        not real or not the perpetrator's: Shapley values, which sum to the gap in every draw.

        Returns
        -------
        pandas.DataFrame
            ``from``, ``to`` (sources), ``reported_from``, ``reported_to`` (deaths; of a range the
            middle), ``part``, and its ``mean``, ``median``, ``low``, ``high`` (deaths).
        """
        import pandas as pd

        rows = []
        for between in self.details.gaps:
            pair = {"from": between.sources[0], "to": between.sources[1]}
            totals = {"reported_from": between.reported[0], "reported_to": between.reported[1]}
            for name, part in between.parts.items():
                rows.append({**pair, **totals, "part": name, **asdict(part)})
        return pd.DataFrame(rows)

    def _somebody_says_less(self, row: int) -> bool:
        """Whether a source rejects or denies incidents, or its sum is lower than the documented."""
        documented = self.meta.rows[row].documented
        return documented is not None and any(
            report.rejected
            or self.details.denied_by(report.source)
            or (report.with_number and report.high < documented.low)
            for report in self.details.tallies
            if report.source != documented.source
        )

    def _unknowns(self, row: int) -> Unknowns:
        return unknowns(self)

    def _studies(self, row: int) -> tuple[Study, ...]:
        known = self._unknowns(row)
        every = known.incidents.get(EVERY_GRADE, 0)
        sizes = (30, 100) if every >= 30 else (every,)
        some = (investigate(sizes),) if known.real and every else ()
        return (*some, survey((30, 100)))

    # Refits --------------------------------------------------------------------------------

    def _refits(self) -> Mapping[str, Any]:
        refits: Mapping[str, Any] = room("incidents", "refits").REFITS
        return refits

    def each_source_alone(
        self, row: str | int | None = None, ci_prob: float = 0.95
    ) -> pd.DataFrame:
        """Posterior of an estimate if each source were used alone.

        Parameters
        ----------
        row, ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            Columns as `without_each_source`.
        """
        return self._cases("each_source_alone", row, ci_prob)

    def other_settings(self, row: str | int | None = None, ci_prob: float = 0.95) -> pd.DataFrame:
        """Posterior under the other settings of the model, one changed at a time.

        Parameters
        ----------
        row, ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            Columns as `without_each_source`, the settings as fitted first.
        """
        return self._cases("other_settings", row, ci_prob)

    def tipping(self, n: float, row: str | int | None = None) -> pd.DataFrame:
        """How wrong would the scale have to be for the median to be `n`?

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
            If `n` is not above 0, there is no headline, or the data set the scale.
        """
        import pandas as pd

        from casualty_est.result.answered import tippable

        wanted = tippable(self, n)
        median = float(np.median(self.draws(row)))
        tips = room("incidents", "refits").tipping(self, median, wanted)
        return pd.DataFrame([asdict(tip) for tip in tips])

    # Pictures, report, files, print --------------------------------------------------------

    @property
    def plot(self) -> IncidentPlots:
        """Pictures of this estimate, such as ``est.plot.total()``."""
        plots: IncidentPlots = room("incidents", "plots").IncidentPlots(self)
        return plots

    def _expected(self) -> tuple[tuple[str, int], ...]:
        return (("ratio_within", len(self.meta.sources)),)

    def _source_json(self, source: int, prob: float) -> dict[str, Any]:
        known = {name: self._parameter(name, source, prob) for name in OF_SOURCES}
        content = {name: plain(value) for name, value in known.items() if value is not None}
        inclusion = self.inclusion(source, prob)
        if inclusion is not None:
            content["inclusion"] = inclusion.to_dict("records")
        return content

    def _details_json(self, prob: float) -> dict[str, Any]:
        content = plain(self.details)
        where_any = ("refits", "denials", "investigated")
        return {k: value for k, value in content.items() if k not in where_any or value}

    def _source_table(self, prob: float) -> TextTable:
        rows = []
        for i, source in enumerate(self.meta.sources):
            prior = source.prior
            before = _three(prior.median, prior.low, prior.high) if prior else ""
            ratio = self._parameter("ratio_within", i, prob)
            after = "not known: nothing sets the level"
            if ratio is not None:
                after = _three(ratio.median, ratio.low, ratio.high)
            cells = (source.source, source.role or "none", after, before, self._held(i, prob))
            rows.append((*cells, *[self._denies(i, prob)] * bool(self.details.denials)))
        head = ("source", "role", f"own count / true ({percent(prob)})", "before the data (95%)")
        denies = ["says that nobody died"] * bool(self.details.denials)
        return TextTable((*head, "lists of all deaths", *denies), tuple(rows))

    def _denies(self, source: int, prob: float) -> str:
        """How often a source says that nobody died, whatever happened."""
        denial = self._parameter("denial", source, prob)
        if denial is None:
            return "never" if self.meta.has_level else "not known"
        middle, low, high = (two_digits(x) for x in (denial.median, denial.low, denial.high))
        return f"{middle} ({low} to {high})"

    def _held(self, source: int, prob: float) -> str:
        """Share of all deaths that lie in what a source lists."""
        listed = self._parameter("completeness_listed", source, prob)
        if listed is None:
            return "not known"
        middle, low, high = (two_digits(x) for x in (listed.median, listed.low, listed.high))
        return f"{middle} ({low} to {high})"


def _three(median: float, low: float, high: float) -> str:
    return f"{share(median)} ({share(low)} to {share(high)})"


ESTIMATE = IncidentEstimate
