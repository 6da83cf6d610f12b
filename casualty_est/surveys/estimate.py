"""SurveyEstimate: the result of a fit of surveys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from casualty_est.kinds import room
from casualty_est.result.estimate import Estimate
from casualty_est.result.identification import Identification
from casualty_est.result.labels import position
from casualty_est.result.schema import Case, Side, plain
from casualty_est.result.shared import (
    CountPrior,
    FlatPrior,
    ListedPrior,
    LogPrior,
    Shared,
    Spoken,
    shared_by,
)
from casualty_est.result.show import interval_title
from casualty_est.result.tables import Bound, Parameter, bound_of, parameter
from casualty_est.result.text_table import TextTable
from casualty_est.result.unknowns import ANY_LIST, Unknowns
from casualty_est.studies import Study, matched, survey
from casualty_est.surveys.model.matched import ALIKE, ANY, PRIOR, side_of
from casualty_est.surveys.schema import SurveyDetails
from casualty_est.surveys.unknowns import unknowns
from casualty_est.wording.language import _
from casualty_est.wording.numbers import ends, middle, percent

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.surveys.plots import SurveyPlots

Array = npt.NDArray[np.float64]
# The more a list holds of all deaths, the fewer there are.
OTHER: dict[Side, Side] = {"lower": "upper", "upper": "lower"}


class SurveyEstimate(Estimate):
    """The posterior of how many people died, from probability samples.

    Beside what every estimate answers it knows what each study would answer alone, what the design
    of the sample costs, and the estimate under other values of what no survey can check.

    Parameters
    ----------
    tree, meta, details, model, progress_bar : object
        As of `Estimate`; a fit builds it.
    """

    details: SurveyDetails
    details_type: ClassVar[type[Any]] = SurveyDetails
    urgent: ClassVar[frozenset[str]] = frozenset(
        {"contradicts", "not_visited", "heavy_weight", "not_converged"}
        | {"upper_bound", "lower_bound", "few_found"}
    )

    def bias(self, source: str | int) -> Array:
        """Posterior draws of the factor by which a study is wrong, of shape (chain, draw).

        Parameters
        ----------
        source : str
            Name of the study.

        Returns
        -------
        ndarray of shape (chain, draw)
            Above 1 where the study counts more deaths than there were.

        Raises
        ------
        UsageError
            If there is no such study.
        """
        return self._of_source("bias", source)

    def completeness(self, source: str | int) -> Array:
        """Posterior draws of the share of all deaths on a list, of shape (chain, draw).

        Parameters
        ----------
        source : str
            Name of the list on which the deaths of the sample were looked up.

        Returns
        -------
        ndarray of shape (chain, draw)

        Raises
        ------
        UsageError
            If there is no such list.
        """
        return self._of_source("completeness", source)

    def _of_source(self, name: str, source: str | int) -> Array:
        held = name in self.idata["posterior"]
        labels = [row.source for row in self.meta.sources] if held else []
        at = position(source, labels, "sources()", "source")
        return np.asarray(self.idata["posterior"][name].values[..., at])

    @property
    def _matched(self) -> bool:
        return "completeness" in self.idata["posterior"]

    def sources(self, ci_prob: float = 0.95) -> pd.DataFrame:
        """What each study says alone, or how complete each list is.

        Parameters
        ----------
        ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            Of published estimates one row for each number: ``source``, ``of`` (label of the
            estimate), ``alone``, ``alone_low``, ``alone_high`` (people, 95%), ``weight``,
            ``bias`` with ``low`` and ``high``, ``prior_low``, ``prior_high``. Of matched deaths one
            row for each list: ``source``, ``completeness``, ``low``, ``high``; of a list that holds
            none of the sampled deaths, or all, no ``completeness``, only the end that is known. Of
            households none.
        """
        import pandas as pd

        return pd.DataFrame(self._source_rows(ci_prob))

    def _source_rows(self, prob: float) -> list[dict[str, Any]]:
        if self._matched:
            shares = [(s.source, self._share(i, prob)) for i, s in enumerate(self.meta.sources)]
            return [
                {"source": name, "completeness": x.median, "low": x.low, "high": x.high}
                for name, x in shares
            ]
        places = {row.source: (i, row.prior) for i, row in enumerate(self.meta.sources)}
        rows = []
        for study in self.details.studies:
            at, prior = places[study.source]
            bias = parameter(self.bias(at), prob, prior)
            rows.append(
                {
                    "source": study.source,
                    "of": self.labels[study.row],
                    "alone": study.alone.median,
                    "alone_low": study.alone.low,
                    "alone_high": study.alone.high,
                    "weight": study.weight,
                    "bias": bias and bias.median,
                    "low": bias and bias.low,
                    "high": bias and bias.high,
                    "prior_low": prior and prior.low,
                    "prior_high": prior and prior.high,
                }
            )
        return rows

    def _share(self, source: int, prob: float) -> Parameter | Bound:
        """How complete a list is, or the bound on it."""
        draws, side = self.completeness(source), self._side(self.meta.sources[source].source)
        if side is not None:
            return bound_of(draws, OTHER[side], prob, most=1.0)
        share = parameter(draws, prob)
        assert share is not None
        return share

    def _side(self, name: str) -> Side | None:
        """On which side alone the number is bounded that follows from a list."""
        sample = self.details.sample
        if sample is None or name not in sample.found:
            return None
        return side_of(sample.found[name], sample.deaths)

    def shared(self) -> Shared:
        """Draws of log counts, the bias of each study, and the completeness of matched lists."""
        posterior = self.idata["posterior"]
        sample = self.details.sample
        told = {"completeness": "completeness_listed", "bias": "ratio_total"}
        worth = [
            (source, words, np.asarray(posterior[name].values[..., i]))
            for name, words in told.items()
            if name in posterior
            for i, source in enumerate(self.meta.sources)
        ]
        said = [Spoken(x.source, float(x.alone.median), x.text) for x in self.details.studies]
        if sample is not None:
            held = sample.listed.items()
            said += [Spoken(name, people, f"{people:,} people") for name, people in held]
        return shared_by(self, self._log_prior, worth, said)

    def _log_prior(self, row: int) -> LogPrior | None:
        """The prior of the log of a count, by the form of the table; None of a part of a count."""
        sample = self.details.sample
        if self.meta.rows[row].part != "total":
            return None
        if sample is None:
            counted = [study.deaths for study in self.details.studies if study.row == row]
            return CountPrior() if all(deaths == 0 for deaths in counted) else FlatPrior()
        if self._matched:
            shares = ALIKE if self._side(self._sized) else PRIOR
            return ListedPrior(next(iter(sample.listed.values())), *shares)
        if "people" not in self.idata["posterior"]:  # by weights alone
            return FlatPrior() if sample.deaths else CountPrior()
        people = np.asarray(self.idata["posterior"]["people"].values)
        people = people.reshape(-1, people.shape[-1]) if row == 0 else people[..., [row - 1]]
        of_households = room("survey", "inference.households").log_prior
        prior: LogPrior = of_households(people.reshape(-1, people.shape[-1]))
        return prior

    def _identify(self, row: int) -> Identification:
        rests = self.details.identification[row]
        return Identification(self.meta.rows[row].cell, rests.kind, rests.rows, rests.sentences)

    def headline(self, row: str | int | None = None, ci_prob: float = 0.95) -> str:
        """One estimate in one line; none where studies contradict each other.

        Parameters
        ----------
        row, ci_prob : as in `Estimate.summary`

        Returns
        -------
        str
        """
        if row is None and not self.meta.has_total:
            return f"no headline number: {self.meta.no_total}"
        return super().headline(row, ci_prob)

    @property
    def _sized(self) -> str:
        """The list from whose size the number follows, of deaths that were looked up."""
        sample = self.details.sample
        assert sample is not None
        [name] = sample.listed
        return name if name in sample.found else ANY

    def _bounded(self, row: int) -> Side | None:
        """Above where nobody in any sample died; below or above where a list has none, or all."""
        sample = self.details.sample
        if self._matched:
            return None if self.meta.rows[row].part == "listed" else self._side(self._sized)
        if sample is not None:
            return "upper" if sample.deaths == 0 else None
        here = [study for study in self.details.studies if study.row == row]
        return "upper" if here and all(study.bounds for study in here) else None

    def _least(self, row: int) -> float:
        """The people on the list, where they are counted in."""
        counted = self.meta.rows[row].documented
        return float(counted.low) if self._matched and counted is not None else 0.0

    def _why_bounded(self, row: int) -> str:
        side = self._bounded(row)
        if side is None:
            return ""
        if not self._matched:
            return _("Nobody in the sample died.")
        if self._sized == ANY:
            if side == "lower":
                return _("None of the sampled deaths is on any list.")
            return _("Every one of the sampled deaths is on some list.")
        if side == "lower":
            return _("None of the sampled deaths is on {list}.", list=self._sized)
        return _("Every one of the sampled deaths is on {list}.", list=self._sized)

    def _unknowns(self, row: int) -> Unknowns:
        return unknowns(self, row)

    def _studies(self, row: int) -> tuple[Study, ...]:
        # Sampling error gets smaller with another survey; of matched deaths more can be looked up.
        matching = (matched((50, 150)),) if ANY_LIST in self._unknowns(row).held else ()
        return (*matching, survey((30, 100)))

    # Refits --------------------------------------------------------------------------------

    def _refits(self) -> Mapping[str, Any]:
        refits: Mapping[str, Any] = room("survey", "refits").REFITS
        return refits

    def dials(self, row: str | int | None = None, ci_prob: float = 0.95) -> pd.DataFrame:
        """An estimate under other values of what no survey can check.

        Parameters
        ----------
        row, ci_prob : as in `Estimate.summary`

        Returns
        -------
        pandas.DataFrame
            ``case``, ``median``, ``low``, ``high`` (people), ``prob``, ``converged``.

        Raises
        ------
        UsageError
            If the estimate was loaded from a file and this was not computed before saving.
        """
        return self._cases("dials", row, ci_prob, Case)

    # Pictures, files, print ----------------------------------------------------------------

    @property
    def plot(self) -> SurveyPlots:
        """Pictures of this estimate, such as ``est.plot.total()``."""
        pictures = room("survey", "plots")
        kind = pictures.MatchedPlots if self._matched else pictures.SurveyPlots
        plots: SurveyPlots = kind(self)
        return plots

    def _expected(self) -> tuple[tuple[str, int], ...]:
        name = "completeness" if self._matched else "bias"
        return ((name, len(self.meta.sources)),) if self.meta.sources else ()

    def _details_json(self, prob: float) -> dict[str, Any]:
        details = super()._details_json(prob)
        for key, cases in details["refits"].items():
            side = self._bounded(int(key.split(":")[1]))
            for one in cases if side else ():
                # Refitted at the level whose one end is passed with this probability.
                one["median"], one["prob"] = None, round((1 + one["prob"]) / 2, 12)
                one["low" if side == "upper" else "high"] = 0.0 if side == "upper" else None
        return details

    def _source_json(self, source: int, prob: float) -> dict[str, Any]:
        if self._matched:
            return {"completeness_listed": _as_json(self._share(source, prob), prob)}
        bias = parameter(self.bias(source), prob, self.meta.sources[source].prior)
        return {"ratio_total": bias and plain(bias)}

    def _source_table(self, prob: float) -> TextTable:
        if self._matched:
            head = ("list", "share of all deaths", interval_title(prob))
            shares = [(s.name, self._share(i, prob)) for i, s in enumerate(self.meta.sources)]
            lines = [(name, *_printed(x)) for name, x in shares]
            return TextTable(head, tuple(lines))
        rows = [
            (
                study.source,
                study.text,
                "" if study.bounds else middle(study.alone),
                "an upper bound" if study.bounds else ends(study.alone),
                f"{study.weight:.2f}",
            )
            for study in self.details.studies
        ]
        columns = ("study", "as published", "alone, without bias", "95% interval", "weight")
        return TextTable(columns, tuple(rows))


def _percents(share: float) -> str:
    return percent(round(share, 3))


def _printed(share: Parameter | Bound) -> tuple[str, str]:
    """Median and interval of a completeness, or the bound on it."""
    if isinstance(share, Bound):
        return f"none: {share.article} bound", share.of_share
    return _percents(share.median), f"{_percents(share.low)} to {_percents(share.high)}"


def _as_json(share: Parameter | Bound, prob: float) -> Any:
    """A completeness for estimate.json."""
    if not isinstance(share, Bound):
        return plain(share)
    ends = {"low": share.low, "high": share.high}
    return {"median": None, **ends, "prob": prob, "prior": None, "kind": share.side}


ESTIMATE = SurveyEstimate
