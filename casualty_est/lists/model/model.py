"""The lists model: capture histories, and what is assumed of the people on no list."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from typing import TYPE_CHECKING, Any

from casualty_est.errors import UsageError
from casualty_est.kinds import room
from casualty_est.lists.families import AUTO, Choice, Family, OddsRatio, as_families, for_lists
from casualty_est.lists.families.family import FLOOR, MOST_CELLS, in_range
from casualty_est.lists.model.covariates import known_of, with_covariates
from casualty_est.lists.model.facts import large_enough, no_level, notes_on, without_copies
from casualty_est.lists.table.histories import CaptureHistories, Stratum
from casualty_est.result.labels import cell_of
from casualty_est.result.schema import Cell
from casualty_est.result.text_table import html_sections
from casualty_est.wording.language import N_, Kept, Noted, stored
from casualty_est.wording.numbers import percent
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    import pymc
    import xarray

    from casualty_est.lists.estimate import ListEstimate

MANY_LISTS = N_("note", "{number} lists, and at most {most} share")
MANY_STRATA = N_("note", "{number} strata, and at most {most} share")
TOO_MANY_REPLICATES = N_("note", "{number} replicates, and at most {most} share")
ONE_FAMILY = stored(
    "note",
    "with covariates the lists are fitted by latent classes alone, and are not averaged with lists "
    "that depend in pairs or with unequal visibility",
)
SHOWN = 6  # notes
COPIES = ("drop", "keep")
STRATA = ("together", "alone")
# Log normal priors of the sds between strata: medians, and the factor within which 95% lie.
LISTS_SD, PAIRS_SD, SD_FACTOR = 0.3, 0.15, 10.0
SDS_PRIOR = (
    f"log odds of a list differ with an sd of median {LISTS_SD:g}, log odds ratios of a pair "
    f"with one of {PAIRS_SD:g}, each within a factor of {SD_FACTOR:g} with a probability of 95%"
)
MOST_STRATA = 100  # that are fitted together
MANY_REPLICATES = 8  # of which one fit speaks for all: strata are then fitted alone
CELL = Cell("all", None, None, "killed", "all", "any")


class ListModel:
    """How many people are on no list, from the overlap of the lists.

    With ``families="auto"`` several kinds of dependence between lists are averaged by how well
    they explain the overlaps: lists that depend in pairs, people who are easier to see for every
    list, and latent classes. No data can say which of them is true of the people on no list; the
    result states what was assumed. Nothing is computed in the constructor.

    Parameters
    ----------
    histories : CaptureHistories, dataframe, or a sequence of them
        The table; several are replicates of one linkage or imputation, mixed draw by draw.
    families : str, Family, or a sequence of them
        ``auto``; or ``independence``, ``pairs``, ``ridge``, ``visibility``, ``visibility-pair``,
        ``classes`` (several of these are averaged); or one that is fitted alone, for comparison:
        ``no-highest-order``, ``decomposable`` (three to seven lists), ``dirichlet-process``. A
        table with covariates is fitted by the family ``covariates``, whichever way it is named. A
        family with settings is an object of `casualty_est.lists.families`, such as
        ``DirichletProcess(classes=20)``, or the same in text: ``"dirichlet-process(classes=20)"``.
    floor : float
        Smallest mass of a group of families that the data do not rule out, from 0 to 0.3.
    odds_ratio : float or pair of float, optional
        Where a table or a stratum has two lists: the odds ratio that ties them, or its bounds, as
        in ``[1, 5]``. By default it has the prior of `casualty_est.lists.families.OddsRatio`.
    copies : {"drop", "keep"}
        What becomes of a list on which nobody is alone, though by chance some would be: it may have
        been copied or sampled from the other lists, and says nothing about the people on none.
        ``keep`` says that it was made independently of them.
    strata : {"together", "alone"}
        Whether strata share the kind of dependence between lists and its strength, as far as their
        overlaps agree, or are fitted one by one. Fitted alone, what no stratum can know averages
        out over many of them, and the interval of the sum becomes too narrow. Families that are
        fitted alone, tables of more than eight lists or a hundred strata, and eight replicates
        or more are taken one by one, and a note says so.
    min_n : int
        Lists with fewer people than this in a stratum are left out there, and a stratum in which
        fewer than two lists are left (or fewer than the family needs) is not fitted; of several
        replicates the smallest counts. Notes name both: people who are only on a list that is left
        out count among those on no list, and the total counts nobody of a stratum that is not
        fitted.
    cell : mapping, optional
        What is counted: any of ``scope``, ``start``, ``end``, ``outcome``, ``group``,
        ``perpetrator``.

    Raises
    ------
    UsageError
        If a family is unknown or cannot be fitted to so many lists, or a setting is out of range.
    InputError
        If a table breaks its rules.

    References
    ----------
    Bird and King 2018, doi 10.1146/annurev-statistics-031017-100641, on multiple systems
    estimation; Aleshin-Guendel, Sadinle and Wakefield 2024, doi 10.1093/biomtc/ujad028, on the
    identifying assumption.

    Examples
    --------
    >>> import casualty_est as ce
    >>> overlaps = {"A": 60, "B": 60, "C": 60, "A&B": 30, "A&C": 30, "B&C": 30, "A&B&C": 15}
    >>> model = ce.ListModel(ce.CaptureHistories.from_overlaps(overlaps), families="independence")
    >>> est = model.fit(seed=1)
    >>> bool(350 < est.summary()["median"].iloc[0] < 450)
    True
    """

    kind = "lists"

    def __init__(
        self,
        histories: CaptureHistories | Sequence[CaptureHistories] | Any,
        *,
        families: Choice = AUTO,
        floor: float = FLOOR,
        odds_ratio: float | Sequence[float] | None = None,
        copies: str = "drop",
        strata: str = "together",
        min_n: int = 1,
        cell: Mapping[str, str | date | None] | None = None,
    ) -> None:
        if copies not in COPIES:
            msg = f"copies must be 'drop' or 'keep', not {copies!r}"
            raise UsageError(msg)
        if strata not in STRATA:
            msg = f"strata must be 'together' or 'alone', not {strata!r}"
            raise UsageError(msg)
        self.strata = strata
        keep = copies == "keep"
        given = _replicates(histories)
        self._families = with_covariates(as_families(families), given[0].covariates)
        self.min_n = min_n
        tables, notes, not_fitted = large_enough(given, min_n, self._families)
        self.replicates, copies_left_out = without_copies(tables, keep)
        notes += copies_left_out
        self.histories = self.replicates[0]
        self.no_level = no_level(self.histories.pooled().table, keep)
        self.cell = cell_of(cell, CELL)
        in_range("floor", floor, 0.0, 0.3)
        self.floor = float(floor)
        self._pymc_model: pymc.Model | dict[str, pymc.Model] | None = None
        self.of_two = self._of_two(odds_ratio)
        for table in self.replicates:
            notes += table.warnings
            for stratum in (table.pooled(),) if self.together else table.strata:
                families_here, left_out = self.families_for(stratum)
                for family in families_here:
                    family.check(stratum.table.lists)
                code = "two_lists" if len(stratum.table.lists) == 2 else "family_left_out"
                notes += [(code, text) for text in left_out]
        notes += notes_on(self.replicates)
        if why := self._why_alone():
            text = stored("note", "strata are fitted one by one: {why}", why=why)
            notes.append(("strata_alone", text))
        if self.histories.covariates:
            notes.append(("covariates", ONE_FAMILY))
        self.notes: tuple[Noted, ...] = tuple(dict.fromkeys(notes))
        small: dict[str, Any] = {"min_n": min_n, "not_fitted": not_fitted} if min_n > 1 else {}
        self.settings: dict[str, Any] = {
            "table": self.histories.name,
            "families": [f.name for f in self._families or ()] or [AUTO],
            "options": {f.name: f.options for f in self._families or () if f.options}
            | ({} if odds_ratio is None else {self.of_two.name: self.of_two.options}),
            "floor": self.floor,
            "by": list(self.histories.by),
            "replicates": len(self.replicates),
        } | ({"strata": strata} if len(self.histories) > 1 else {})
        self.settings = {**self.settings, **small}
        if self.histories.covariates:
            self.settings["covariates"] = list(self.histories.covariates)

    @property
    def together(self) -> bool:
        """Whether the strata are fitted together."""
        shared = self.strata == "together" and len(self.histories) > 1
        families, _ = self.families_for(self.histories.pooled())
        return shared and not families[0].alone and not self._why_alone()

    def _why_alone(self) -> str:
        """Why strata that were to be fitted together are not; empty where they are."""
        if self.strata == "alone" or len(self.histories) == 1:
            return ""
        families, _ = self.families_for(self.histories.pooled())
        if len(families) == 1 and families[0].alone:
            shares = families[0].shared_by_strata
            return (
                ""
                if shares
                else stored(
                    "note", "{family} has nothing that strata could share", family=families[0].name
                )
            )
        if "odds_ratio" in self.of_two.options and self.of_two.odds_ratio is not None:
            return stored("note", "odds_ratio ties the two lists of some strata")
        limits = (
            (len(self.histories.lists), MOST_CELLS, MANY_LISTS),
            (len(self.histories), MOST_STRATA, MANY_STRATA),
            (len(self.replicates), MANY_REPLICATES - 1, TOO_MANY_REPLICATES),
        )
        return next(
            (text.format(number=count, most=most) for count, most, text in limits if count > most),
            "",
        )

    def families_for(self, stratum: Stratum) -> tuple[tuple[Family, ...], list[Kept]]:
        """Families for the lists of one stratum, and notes on those left out.

        Parameters
        ----------
        stratum : Stratum
            The stratum.

        Returns
        -------
        families : tuple of Family
        notes : list of str
        """
        return for_lists(self._families, len(stratum.table.lists), self.of_two)

    def _of_two(self, odds_ratio: float | Sequence[float] | None) -> OddsRatio:
        """The family of strata with two lists, where none was named."""
        if odds_ratio is None:
            return OddsRatio()
        strata = [stratum for table in self.replicates for stratum in table.strata]
        if self._families is not None or all(len(s.table.lists) > 2 for s in strata):
            msg = (
                "odds_ratio ties two lists, where no families are named: of three lists or more, "
                "families=NoHighestOrder(xi=...) sets the odds ratio of the unseen cell"
            )
            raise UsageError(msg)
        return OddsRatio(odds_ratio)

    @property
    def assumption(self) -> str:
        """What identifies the number of people on no list, in one sentence."""
        return self.assumption_for(self.histories.pooled())

    def assumption_for(self, stratum: Stratum) -> str:
        """What identifies the number of people on no list of one stratum, in one sentence.

        Parameters
        ----------
        stratum : Stratum
            The stratum; fewer lists can have fewer families.

        Returns
        -------
        str
        """
        # A stratum of fewer lists has the families of all, where the strata share them.
        families, _ = self.families_for(self.histories.pooled() if self.together else stratum)
        if len(families) == 1:
            return stored(
                "identification",
                "This estimate assumes that {assumption}.",
                assumption=families[0].assumption,
            )
        groups = listed([g.title for g in dict.fromkeys(f.group for f in families)], "or")
        return stored(
            "identification",
            "This estimate assumes that whatever ties the lists to each other ({groups}) ties them "
            "in the same way among the people they missed.",
            groups=groups,
        )

    @property
    def pymc_model(self) -> pymc.Model | dict[str, pymc.Model]:
        """The model as a `pymc.Model`, for extension; see `pymc_model_for`.

        Where several families are averaged, one for each by its name.
        """
        if len(self.replicates) > 1 or len(self.histories) > 1:
            msg = (
                f"a PyMC model holds one table, and this model has {len(self.replicates)} "
                f"replicate(s) of {len(self.histories)} strata: take pymc_model_for(stratum), with "
                f"one of the strata of a table"
            )
            raise UsageError(msg)
        if self._pymc_model is None:
            self._pymc_model = self.pymc_model_for(self.histories.strata[0])
        return self._pymc_model

    def pymc_model_for(self, stratum: Stratum) -> pymc.Model | dict[str, pymc.Model]:
        """Build the PyMC model of one stratum.

        What differs between the members of a family (which pair of lists interacts, which scale)
        is summed out, and so is the number of people: each model has only continuous parameters
        and ``log_odds_unseen``, the log odds of being on no list. The floor, which belongs to the
        average, is in none of them.

        Parameters
        ----------
        stratum : Stratum
            The stratum.

        Returns
        -------
        pymc.Model or dict of pymc.Model
            By family where several are averaged.

        Raises
        ------
        UsageError
            If a family has no PyMC model, or none for so many lists.
        """
        from casualty_est.lists.families.in_pymc import build

        families, _ = self.families_for(stratum)
        models = {family.name: build(family, stratum.table) for family in families}
        return models if len(models) > 1 or self._families is None else models[families[0].name]

    def fit(
        self,
        *,
        seed: int | None = None,
        draws: int = 1000,
        chains: int = 4,
        method: str = "auto",
        executor: Executor | None = None,
        progress_bar: bool | None = None,
        parts: str | os.PathLike[str] | None = None,
        budget: str | float | None = None,
    ) -> ListEstimate:
        """Compute the posterior.

        Parameters
        ----------
        seed : int, optional
            Seed of all randomness; None draws one and records it. The same seed, settings and
            versions give the same draws, to the last bit, on one kind of processor and system; on
            another, draws of a sampler differ within Monte Carlo error.
        draws, chains : int
            ``draws * chains`` posterior draws are kept; `chains` is also the number of independent
            runs of sequential Monte Carlo, or of Gibbs chains (four at least).
        method : {"auto", "smc", "exact", "gibbs"}
            ``smc`` samples every family by sequential Monte Carlo; the others name the engine that
            a family has anyway.
        executor : concurrent.futures.Executor, optional
            Where strata and replicates are fitted; None fits them here, one after the other.
        progress_bar : bool, optional
            Show progress on standard error; None shows it where that is a terminal.
        parts : path-like, optional
            A folder where every finished stratum is written; the same call, with the same seed,
            resumes there.
        budget : str or float, optional
            Time for a fit that falls short of its check to go on, as in ``"10m"`` or in seconds;
            several strata or replicates share it evenly. No round begins that would pass it, and it
            decides only whether another begins: what converges at once gives the same draws under
            any budget. None gives the usual numbers of draws three minutes, others one round.

        Returns
        -------
        ListEstimate

        Raises
        ------
        UsageError
            If a number is out of range, the method is not that of the families, the folder
            cannot be made, or the budget is no time.
        """
        settings = {"seed": seed, "draws": draws, "chains": chains, "method": method}
        fitted = room(self.kind, "inference.fit").fit
        where = {"executor": executor, "progress_bar": progress_bar, "parts": parts}
        estimate: ListEstimate = fitted(self, **settings, **where, budget=budget)
        return estimate

    def prior_predictive(self, *, draws: int = 1000, seed: int | None = None) -> xarray.DataTree:
        """Draw from the prior: what the assumptions say before any overlap is seen.

        Each draw takes a family by its prior weight, and its parameters from its prior; of the
        table only the number of listed people is used. Strata are drawn apart, as they are fitted;
        of several replicates the first is taken. The floor is a rule on the answer and no part of
        the prior.

        Parameters
        ----------
        draws : int
            Number of draws.
        seed : int, optional
            Seed; None draws one.

        Returns
        -------
        xarray.DataTree
            Group ``prior`` with ``completeness`` (chain, draw, list; share of all people that a
            list holds), ``share_unlisted`` (chain, draw; share of all people who are on no list)
            and ``deaths`` (chain, draw, estimate; people, given how many are listed).

        Raises
        ------
        UsageError
            If `draws` is not a positive number, or the family has no prior on the people on no
            list (``no-highest-order``, ``Decomposable(reference=True)``).

        Examples
        --------
        >>> import casualty_est as ce
        >>> model = ce.ListModel(ce.datasets.lists("kosovo"), families="independence")
        >>> prior = model.prior_predictive(seed=1)["prior"]
        >>> prior["completeness"].shape
        (1, 1000, 4)
        """
        prior = room(self.kind, "inference.prior")
        tree: xarray.DataTree = prior.prior_predictive(self, draws=draws, seed=seed)
        return tree

    def __repr__(self) -> str:
        return "\n".join(_describe(self))

    def _repr_html_(self) -> str:
        return html_sections(repr(self))


def _describe(model: ListModel) -> list[str]:
    """Lines that say what the model is."""
    histories = model.histories
    lines = [f"Lists model: {histories.people:,} people on {len(histories.lists)} lists"]
    if len(model.replicates) > 1:
        lines.append(f"  the first of {len(model.replicates)} replicates, mixed draw by draw")
    if histories.by:
        how = "sharing their dependence" if model.together else "each by itself"
        lines.append(f"  {len(histories):,} strata by {', '.join(histories.by)}, {how}")
    lines += [
        f"  {row['list']}: {row['people']:,} people, {row['only_here']:,} on no other list"
        for row in histories.summary().to_dict("records")
    ]
    families, _ = model.families_for(histories.pooled())
    lines += ["", "Families, and their priors", *_families(families)]
    if model.together:
        lines.append(f"  Strata: {SDS_PRIOR}")
    lines.append(f"  Number of people: p(N) proportional to 1 / N, {families[0].people}")
    if len({family.group for family in families}) > 1:
        lines.append(
            f"  Average: equal prior for each group, weight by evidence; a group that the data do "
            f"not rule out keeps at least {percent(model.floor)}"
        )
    lines += ["", model.assumption]
    notes = [f"Note: {text}." for _, text in model.notes]
    return (
        lines + notes[:SHOWN] + ([f"and {len(notes) - SHOWN} more notes"] if notes[SHOWN:] else [])
    )


def _families(families: tuple[Family, ...]) -> list[str]:
    lines = []
    for group in dict.fromkeys(family.group for family in families):
        if len(families) > 1:
            lines.append(f"  {group.title}")
        lines += [f"    {f.title}: {f.prior}" for f in families if f.group == group]
    return lines


def _replicates(data: Any) -> tuple[CaptureHistories, ...]:
    given = data if isinstance(data, list | tuple) else (data,)
    tables = tuple(d if isinstance(d, CaptureHistories) else CaptureHistories(d) for d in given)
    if not tables:
        msg = "give at least one table of capture histories"
        raise UsageError(msg)
    labels = [[stratum.labels for stratum in table.strata] for table in tables]
    for i, table in enumerate(tables):
        if table.lists != tables[0].lists or labels[i] != labels[0]:
            msg = f"replicate {i + 1} has other lists or strata than the first: they must be alike"
            raise UsageError(msg)
        if known_of(table) != known_of(tables[0]):
            msg = (
                f"replicate {i + 1} has other covariates or values than the first: read all from "
                "one file (read_replicates)"
            )
            raise UsageError(msg)
    return tables


MODEL = ListModel
