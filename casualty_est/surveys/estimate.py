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
from casualty_est.result.schema import Case, plain
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
from casualty_est.result.tables import Parameter, parameter
from casualty_est.result.text_table import TextTable
from casualty_est.result.unknowns import ANY_LIST, Unknowns
from casualty_est.studies import Study, matched, survey
from casualty_est.surveys.model.matched import PRIOR
from casualty_est.surveys.schema import SurveyDetails
from casualty_est.surveys.unknowns import unknowns
from casualty_est.wording.numbers import ends, middle, percent

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.surveys.plots import SurveyPlots

Array = npt.NDArray[np.float64]


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
        {"contradicts", "not_visited", "heavy_weight", "upper_bound", "not_converged"}
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
            row for each list: ``source``, ``completeness``, ``low``, ``high``. Of households none.
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

    def _share(self, source: int, prob: float) -> Parameter:
        share = parameter(self.completeness(source), prob)
        assert share is not None
        return share

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
            return ListedPrior(next(iter(sample.listed.values())), *PRIOR)
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

    def _bounded(self, row: int) -> bool:
        """Whether nobody in any sample of an estimate died."""
        sample = self.details.sample
        if sample is not None:
            return self.details.form == "households" and sample.deaths == 0
        here = [study for study in self.details.studies if study.row == row]
        return bool(here) and all(study.bounds for study in here)

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

    def _source_json(self, source: int, prob: float) -> dict[str, Any]:
        if self._matched:
            return {"completeness_listed": plain(self._share(source, prob))}
        bias = parameter(self.bias(source), prob, self.meta.sources[source].prior)
        return {"ratio_total": bias and plain(bias)}

    def _source_table(self, prob: float) -> TextTable:
        if self._matched:
            head = ("list", "holds of all deaths", interval_title(prob))
            shares = [(s.name, self._share(i, prob)) for i, s in enumerate(self.meta.sources)]
            lines = [
                (name, _percents(x.median), f"{_percents(x.low)} to {_percents(x.high)}")
                for name, x in shares
            ]
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
        columns = ("study", "as published", "alone", "95% credible interval", "weight")
        return TextTable(columns, tuple(rows))


def _percents(share: float) -> str:
    return percent(round(share, 3))


ESTIMATE = SurveyEstimate
