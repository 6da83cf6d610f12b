"""The survey model: what a probability sample says of all the dead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from casualty_est.errors import UsageError
from casualty_est.kinds import room
from casualty_est.result.text_table import html_sections
from casualty_est.surveys.model.households import HouseholdLayout
from casualty_est.surveys.model.matched import MatchedLayout
from casualty_est.surveys.model.options import Options
from casualty_est.surveys.model.published import PublishedLayout
from casualty_est.surveys.table.forms import ESTIMATE, HOUSEHOLDS, MATCHED
from casualty_est.surveys.table.survey import Survey
from casualty_est.wording.language import Noted

if TYPE_CHECKING:
    import pymc
    import xarray

    from casualty_est.surveys.estimate import SurveyEstimate


class Layout(Protocol):
    """What a form of table brings: its settings, its words, and the engine that fits it."""

    @property
    def engine(self) -> str:
        """Name of its module in `inference`."""

    @property
    def settings(self) -> dict[str, Any]:
        """What was set, for the record."""

    @property
    def notes(self) -> tuple[Noted, ...]:
        """What a reader must know before any fit."""

    def lines(self) -> list[str]:
        """The model in words, every prior with its number."""


LAYOUTS: dict[str, Any] = {
    ESTIMATE: PublishedLayout,
    HOUSEHOLDS: HouseholdLayout,
    MATCHED: MatchedLayout,
}


class SurveyModel:
    """How many people died, from a probability sample.

    The level of the answer comes from the design of the sample: how many deaths each death in it
    stands for. Nothing is computed in the constructor.

    Parameters
    ----------
    survey : Survey or dataframe
        The table, in one of its three forms.
    bias_sd : float, optional
        Of *published estimates*: sd of the log of the bias that all numbers of one study share,
        beside their published error; 0.05 by default, 0 to 2.
    population : float, mapping or path, optional
        Of *households*: people at the start of the window, in all or by stratum (a mapping, or a
        file with the columns ``stratum`` and ``population``).
    population_sd : float, optional
        Sd of the log of each population; 0.05 by default.
    zero_survivors : float, optional
        Of *households*: by what the deaths in households without a survivor, which no sample can
        hold, are multiplied; 1 by default, 0 where such households are in the sample.
    missing, imprisoned : float or {"dead", "alive"}, optional
        Of *households*: share of the missing, and of the imprisoned, who are dead; 0 by default.
    listed : mapping of str to int, optional
        Of *matched deaths*: people on one of the lists, or on ``any`` of them.
    missed_links : float, optional
        Of *matched deaths*: share of the deaths on a list that the matching did not find; 0 by
        default.
    cell : mapping, optional
        Of households and matched deaths: what is counted, any of ``scope``, ``start``, ``end``,
        ``outcome``, ``group``, ``perpetrator``.

    Raises
    ------
    UsageError
        If a setting is out of range, or does nothing for this form of table.
    InputError
        If the table breaks its rules.

    References
    ----------
    Kish 1965, Survey Sampling, on design effects; Checchi and Roberts 2008, doi
    10.1371/journal.pmed.0050146, on what mortality surveys in wars can and cannot say.

    Examples
    --------
    >>> import casualty_est as ce
    >>> import pandas as pd
    >>> table = pd.DataFrame({"source": ["IFHS"], "estimate": ["151,000 (104,000-223,000)"]})
    >>> est = ce.SurveyModel(ce.Survey(table)).fit(seed=1)
    >>> bool(140_000 < est.summary()["median"].iloc[0] < 160_000)
    True
    """

    kind = "survey"

    def __init__(
        self,
        survey: Survey | Any,
        *,
        bias_sd: float | None = None,
        population: float | Mapping[str, float] | str | None = None,
        population_sd: float | None = None,
        zero_survivors: float | None = None,
        missing: float | str | None = None,
        imprisoned: float | str | None = None,
        listed: Mapping[str, int] | None = None,
        missed_links: float | None = None,
        cell: Mapping[str, str | date | None] | None = None,
    ) -> None:
        self.survey = survey if isinstance(survey, Survey) else Survey(survey)
        options = Options(
            bias_sd,
            population,
            population_sd,
            zero_survivors,
            missing,
            imprisoned,
            listed,
            missed_links,
            cell,
        )
        self.layout: Any = LAYOUTS[self.survey.form].of(self.survey, options)
        self._pymc_model: pymc.Model | None = None
        self.notes: tuple[Noted, ...] = (*self.survey.warnings, *self.layout.notes)
        self.settings: dict[str, Any] = {
            "table": self.survey.name,
            "form": self.survey.form,
            **self.layout.settings,
        }

    @property
    def pymc_model(self) -> pymc.Model:
        """The model of households as a `pymc.Model`, for extension.

        Raises
        ------
        UsageError
            If the table has no households, or only weights say whom they stand for: those forms
            are computed without PyMC.
        """
        layout = self.layout
        if layout.engine != "households":
            msg = (
                "only households with a population have a PyMC model: the rest is computed exactly"
            )
            raise UsageError(msg)
        if self._pymc_model is None:
            from casualty_est.surveys.model.household_graph import build

            self._pymc_model = build(layout)
        return self._pymc_model

    def fit(
        self,
        *,
        seed: int | None = None,
        draws: int = 1000,
        chains: int = 4,
        progress_bar: bool | None = None,
    ) -> SurveyEstimate:
        """Compute the posterior.

        Parameters
        ----------
        seed : int, optional
            Seed of all randomness; None draws one and records it. The same seed, settings and
            versions give the same draws on one kind of processor and system.
        draws, chains : int
            ``draws * chains`` posterior draws are kept; `chains` is also the number of chains where
            the model is sampled.
        progress_bar : bool, optional
            Show progress on standard error; None shows it where that is a terminal.

        Returns
        -------
        SurveyEstimate

        Raises
        ------
        UsageError
            If a number is out of range.
        """
        fitted = room(self.kind, "inference.fit").fit
        estimate: SurveyEstimate = fitted(
            self, seed=seed, draws=draws, chains=chains, progress_bar=progress_bar
        )
        return estimate

    def prior_predictive(self, *, draws: int = 1000, seed: int | None = None) -> xarray.DataTree:
        """Draw from the prior: what the assumptions say before any number is seen.

        The prior of a count that a study estimates is flat, and has no draws; what can be drawn is
        what we assume about the survey.

        Parameters
        ----------
        draws : int
            Number of draws.
        seed : int, optional
            Seed; None draws one.

        Returns
        -------
        xarray.DataTree
            Group ``prior``: of published estimates ``bias`` (chain, draw, source; the factor by
            which a study is wrong); of households ``deaths`` (chain, draw, estimate) and the
            parameters; of matched deaths ``completeness`` (chain, draw, list).

        Raises
        ------
        UsageError
            If `draws` is not a positive number.
        """
        prior = room(self.kind, "inference.fit").prior_predictive
        tree: xarray.DataTree = prior(self, draws=draws, seed=seed)
        return tree

    def __repr__(self) -> str:
        notes = [f"Note: {text}." for _, text in self.notes]
        return "\n".join([*self.layout.lines(), *notes])

    def _repr_html_(self) -> str:
        return html_sections(repr(self))


MODEL = SurveyModel
