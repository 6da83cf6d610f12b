"""ListEstimate: the result of a fit of lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.kinds import room
from casualty_est.lists.schema import Found, KnownPopulation, ListDetails
from casualty_est.lists.shares import aligned
from casualty_est.lists.unknowns import radius, unknowns
from casualty_est.result.estimate import Estimate
from casualty_est.result.identification import Identification
from casualty_est.result.labels import position
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Span, plain
from casualty_est.result.shared import FlatPrior, Shared, Spoken, shared_by
from casualty_est.result.show import answer, interval_title
from casualty_est.result.tables import Parameter
from casualty_est.result.text_table import TextTable
from casualty_est.result.unknowns import Unknowns
from casualty_est.studies import Study, matched, survey
from casualty_est.tables.cells import Documented
from casualty_est.wording.numbers import unit_of_sum
from casualty_est.wording.phrases import cell_text, documented_text, label_text

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.lists.plots import ListPlots
    from casualty_est.result.radius import Radius

Array = npt.NDArray[np.float64]
OF_COVARIATE = (
    "{label} is a part of the answer by covariate, which has no fit of its own: ask for 'total'"
)
SHOWN = (  # what estimate.json has of the fit of the whole table
    *("families", "groups", "dial", "observability", "predictions", "dependence"),
    *("overlaps", "floor_share", "graphs", "complete_graph", "sentences"),
)
WITH_COVARIATES = ("covariates", "without_covariates")
OWN = (
    "floor_share",
    "mcse",
    "runs",
    "graphs",
    "complete_graph",
    "sentences",
    "together",
    "covariates",
    "without_covariates",
)  # of some engines


@dataclass(frozen=True, slots=True)
class Shown:
    """What a fit says beside its draws, for the stratum of one row."""

    found: Found
    labels: dict[str, str]
    whole: Span | None  # answer of the table without strata, which speaks for a sum over strata


class ListEstimate(Estimate):
    """The posterior of how many people are on no list, from the overlap of lists.

    Beside what every estimate answers it knows the completeness of each list, what each kind of
    dependence between lists would answer, and the number under each value of the one assumption
    that no list can check.

    Parameters
    ----------
    tree, meta, details, model, progress_bar : object
        As of `Estimate`; a fit builds it.
    """

    details: ListDetails
    details_type: ClassVar[type[Any]] = ListDetails
    urgent: ClassVar[frozenset[str]] = frozenset(
        {"two_lists", "no_overlap", "copied", "shares_nobody", "min_n"}
        | {"misfit", "unstratified", "replicates", "went_on"}
    )
    # Everybody on a list is counted: below that number nothing can lie.
    counts_documented: ClassVar[bool] = True

    def completeness(self, source: str | int) -> Array:
        """Posterior draws of the share of all people who are on a list, of shape (chain, draw).

        Parameters
        ----------
        source : str
            Name of the list.

        Returns
        -------
        ndarray of shape (chain, draw)

        Raises
        ------
        UsageError
            If there is no such list.
        """
        labels = [row.source for row in self.meta.sources]
        at = position(source, labels, "sources()", "source")
        return np.asarray(self.idata["posterior"]["completeness"].values[..., at])

    def _completeness(self, source: int, prob: float) -> Parameter | None:
        """Median and interval of the share of all people that one list holds, where it is known."""
        if not self.meta.has_level:
            return None
        low, median, high = np.quantile(self.completeness(source), interval_ends(prob))
        return Parameter(float(median), float(low), float(high), prob)

    def sources(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """Completeness of every list.

        Parameters
        ----------
        ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            By list: ``completeness`` (share of all people who are on it), ``low``, ``high``;
            missing where there is no headline number.
        """
        import pandas as pd

        rows = []
        for i, source in enumerate(self.meta.sources):
            share = self._completeness(i, ci_prob)
            ends = {end: share and getattr(share, end) for end in ("low", "high")}
            row = {"source": source.source, "completeness": share and share.median, **ends}
            rows.append({**row, "prob": ci_prob})
        return pd.DataFrame(rows, index=pd.Index([row["source"] for row in rows], name="list"))

    def shared(self) -> Shared:
        """Draws of log counts under a prior flat in the log, and the completeness of each list."""
        rows = self.meta.sources
        held = [self.completeness(i) for i in range(len(rows))]
        sizes = [round(float(np.median(part * self.draws(0)))) for part in held]
        return shared_by(
            self,
            # Of those on no list alone the prior is another: the listed are known.
            prior=lambda row: FlatPrior() if self.meta.rows[row].part == "total" else None,
            sources=[(r, "completeness_listed", x) for r, x in zip(rows, held, strict=True)],
            spoken=[
                Spoken(row.source, size, f"{size:,} people")
                for row, size in zip(rows, sizes, strict=True)
            ],
        )

    def _identify(self, row: int) -> Identification:
        labels = label_text(self.meta.rows[row].strata.items())
        rests = self.details.identification_by_stratum.get(labels, self.details.identification)
        return Identification(self.meta.rows[row].cell, rests.kind, rests.rows, rests.sentences)

    def shown(self, row: int = 0) -> Shown:
        """What the fit says beside its draws, for the stratum of one row.

        Parameters
        ----------
        row : int
            Position of the estimate in `summary`.

        Returns
        -------
        Shown
            Groups, families, dial, checks and overlaps.

        Raises
        ------
        UsageError
            If the row has the people under one value of a covariate, who have no fit of their own.
        """
        details, labels = self.details, self.meta.rows[row].strata
        if self.of_covariate(row):
            raise UsageError(OF_COVARIATE.format(label=self.labels[row]))
        for part in details.strata:
            if part.replicate == 0 and labels and part.strata == labels:
                return Shown(part.found, labels, None)
        return Shown(details.found, labels, details.unstratified)

    def of_covariate(self, row: int) -> bool:
        """Whether a row has the people under one value of a covariate.

        Parameters
        ----------
        row : int
            Position of the estimate in `summary`.

        Returns
        -------
        bool
        """
        named = self.meta.settings.get("covariates", [])
        return any(column in named for column in self.meta.rows[row].strata)

    def covariates(self) -> pd.DataFrame:
        """How the odds to be on each list depend on the covariates.

        Everybody, listed or not, is given one value and then the usual one, and keeps the other
        covariates: the odds ratio is that of the chances on average over all people and classes.

        Returns
        -------
        pandas.DataFrame
            ``covariate``, ``value``, ``against`` (the value that most listed people have, of a
            number the band in the middle), ``list``, ``odds_ratio`` (median), ``low``, ``high``
            (95% interval); of strata that are fitted one by one, the table without strata.

        Raises
        ------
        UsageError
            If the table had no covariates.

        Examples
        --------
        >>> import casualty_est as ce
        >>> ce.ListModel(ce.datasets.lists("kosovo"), families="ridge").fit(seed=1).covariates()
        Traceback (most recent call last):
        casualty_est.errors.UsageError: this estimate has no covariates: name them in ...
        """
        import pandas as pd

        effects = self.details.found.covariates
        if effects is None:
            msg = (
                "this estimate has no covariates: name them in CaptureHistories(..., "
                "covariates=[...]), on the command line in --covariates"
            )
            raise UsageError(msg)
        return pd.DataFrame([asdict(effect) for effect in effects]).rename(
            columns={"median": "odds_ratio"}
        )[["covariate", "value", "against", "list", "odds_ratio", "low", "high"]]

    def _total_row(self, row: int) -> int:
        """The row of the total that a listed or unlisted part belongs to."""
        rows, place = self.meta.rows, (self.meta.rows[row].cell, self.meta.rows[row].strata)
        return next(
            i for i, r in enumerate(rows) if r.part == "total" and (r.cell, r.strata) == place
        )

    def _totals(self) -> list[tuple[int, Documented, int]]:
        """Totals that are counted too: their rows, their counts, the rows of those on no list."""
        rows = self.meta.rows
        rest = {tuple(r.strata.items()): i for i, r in enumerate(rows) if r.part == "unlisted"}
        return [
            (i, row.documented, rest[tuple(row.strata.items())])
            for i, row in enumerate(rows)
            if row.part == "total" and row.documented is not None
        ]

    def _unit(self, row: int, prob: float) -> float | None:
        """So fine that the listed and those on no list add up to the total as printed."""
        for total, counted, rest in self._totals():
            # Where a covariate is blank for some, who is known to have a value is not all there is.
            held = self.draws(total) - self.draws(rest)
            adds_up = float(np.abs(held - counted.low).max()) < 0.5
            if row in (total, rest) and adds_up:
                spans = (np.quantile(self.draws(i), interval_ends(prob)) for i in (total, rest))
                whole, more = (Span(float(m), float(lo), float(hi)) for lo, m, hi in spans)
                return unit_of_sum(whole, more, counted.low)
        return None

    def _unknowns(self, row: int) -> Unknowns:
        return unknowns(self, row)

    def _studies(self, row: int) -> tuple[Study, ...]:
        return (matched((50, 150)), survey((30, 100)))

    def _radius(self, n: float, row: int, *, unasked: bool = True) -> Radius:
        return radius(self, n, row)

    # Refits --------------------------------------------------------------------------------

    def _refits(self) -> Mapping[str, Any]:
        refits: Mapping[str, Any] = room("lists", "refits").REFITS
        return refits

    def _kept(self, name: str) -> dict[str, tuple[Any, ...]]:
        own = name == "known_populations"
        kept: Any = self.details.known_populations if own else self.details.refits
        answers: dict[str, tuple[Any, ...]] = kept
        return answers

    def known_populations(
        self, row: str | int | None = None, ci_prob: float = 0.95
    ) -> pd.DataFrame:
        """The members of each list as a population of known size.

        The other lists see some of them; what the model says of the rest can be compared with the
        truth. It tests the same assumption, on people who are easier to see than most.

        Parameters
        ----------
        row, ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            Columns of `without_each_source`, and ``members`` (the truth), ``seen`` (on another
            list too), ``covered``.

        Raises
        ------
        UsageError
            If the estimate was loaded from a file and this was not computed before saving.
        """
        return self._cases("known_populations", row, ci_prob, KnownPopulation)

    def not_fitted(self) -> list[tuple[dict[str, str], int]]:
        """Strata that `min_n` left out, which no number of this result counts.

        Returns
        -------
        list of (dict, int)
            Labels of each stratum, and how many people are on its lists.
        """
        left_out = self.meta.settings.get("not_fitted", [])
        return [(dict(row["strata"]), int(row["people"])) for row in left_out]

    # Pictures, report, files, print --------------------------------------------------------

    @property
    def plot(self) -> ListPlots:
        """Pictures of this estimate, such as ``est.plot.total()``."""
        plots: ListPlots = room("lists", "plots").ListPlots(self)
        return plots

    def _expected(self) -> tuple[tuple[str, int], ...]:
        return (("completeness", len(self.meta.sources)),)

    def _source_json(self, source: int, prob: float) -> dict[str, Any]:
        known = self._completeness(source, prob)
        return {"completeness_listed": None if known is None else plain(known)}

    def _details_json(self, prob: float) -> dict[str, Any]:
        details: dict[str, Any] = plain(self.details)
        by_stratum = details["identification_by_stratum"].items()
        content = {
            "identification": _rests(details["identification"]),
            "identification_by_stratum": {name: _rests(rests) for name, rests in by_stratum},
            "assumption": details["assumption"],
            **{name: details["found"][name] for name in SHOWN},
            **{name: known for name in WITH_COVARIATES if (known := details["found"][name])},
            **{name: details[name] for name in ("unstratified", "together", "replicates")},
            "strata": [
                {"replicate": part["replicate"], "strata": part["strata"], **_known(part["found"])}
                for part in details["strata"]
            ],
        }
        content |= {name: known for name in ("thresholds", "if_missed") if (known := details[name])}
        refits = {**details["refits"], **details["known_populations"]}
        return content | ({"refits": refits} if refits else {})

    def _table(self, prob: float) -> TextTable:
        """People on some list, in all, and on none: the total, then every stratum."""
        rows = []
        for i, counted, unlisted in self._totals():
            row, rest = self.meta.rows[i], answer(self, unlisted, prob)[0]
            strata = label_text(row.strata.items())
            name = strata or cell_text(row.cell)
            rows.append((name, documented_text(counted), *answer(self, i, prob), rest))
        for labels, people in self.not_fitted():
            name = label_text(labels.items())
            rows.append((name, f"{people:,}", "not fitted", "", ""))
        head = ("people", "on some list (counted)", "estimated in all", interval_title(prob))
        return TextTable((*head, "on no list"), tuple(rows))

    def _source_table(self, prob: float) -> TextTable:
        rows = []
        for i, source in enumerate(self.meta.sources):
            known = self._completeness(i, prob)
            if known is not None:
                middle, low, high = aligned(known)
                rows.append((source.name, middle, f"{low} to {high}"))
        return TextTable(("list", "share of all people", interval_title(prob)), tuple(rows))


def _known(content: dict[str, Any]) -> dict[str, Any]:
    """What one fit says, without what its engine does not know."""
    return {key: value for key, value in content.items() if key not in OWN or value is not None}


def _rests(content: dict[str, Any]) -> dict[str, Any]:
    """Weights of families without what only other weights have."""
    keys = ("assumption", "weight", "mcse")
    rows = [{key: row[key] for key in keys} for row in content["rows"]]
    return {"kind": content["kind"], "rows": rows, "sentences": content["sentences"]}


ESTIMATE = ListEstimate
