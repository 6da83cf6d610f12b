"""Study: fitted estimates of several kinds, joined into one posterior of one count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.errors import UsageError
from casualty_est.kinds import room
from casualty_est.result.estimate import Estimate
from casualty_est.result.schema import Cell
from casualty_est.result.text_table import html_sections
from casualty_est.study.model import ledger
from casualty_est.study.model.cells import apart, differences, unsaid
from casualty_est.study.model.describe import describe
from casualty_est.study.model.ledger import Relation
from casualty_est.study.model.members import Bridge, Cells, Member
from casualty_est.study.model.settings import read_settings
from casualty_est.study.model.sharing import Sharing, sharing_of
from casualty_est.tables.checks import offered
from casualty_est.wording.language import Noted, stored

if TYPE_CHECKING:
    import xarray

    from casualty_est.priors.distributions import LogNormal
    from casualty_est.study.estimate import StudyEstimate

FEWEST = 2
NO_WIDTH = 1e-9  # sd of the log


class Study:
    """Several estimates of one count, each from one kind of evidence.

    Each estimate was fitted by itself. The study takes what each says of the log of the count,
    multiplies these likelihoods, and uses one prior once. Before it does so it asks who speaks in
    two kinds, and whether the kinds contradict each other.

    Parameters
    ----------
    **estimates : Estimate
        Fitted or loaded estimates under labels of your own, such as ``lists=`` or ``survey=``;
        several of one kind may be there. What the study counts is what the first one without a
        bridge counts.

    Raises
    ------
    UsageError
        If there are fewer than two, one is no estimate, one is given twice, or one has no level.

    References
    ----------
    Goudie et al. 2019, doi 10.1214/18-BA1104: Markov melding, which joins models by a quantity
    that they share.

    Examples
    --------
    >>> import casualty_est as ce
    >>> import pandas as pd
    >>> one, two = (
    ...     pd.DataFrame({"source": [name], "estimate": [n], "low": [0.8 * n], "high": [1.25 * n]})
    ...     for name, n in {"A": 1000, "B": 1200}.items()
    ... )
    >>> first, second = (ce.SurveyModel(table).fit(seed=1) for table in (one, two))
    >>> joint = ce.Study(first=first, second=second).fit(seed=1)
    >>> joint.headline()
    'about 1,100 (95% credible interval 920 to 1,300)'
    """

    kind = "study"

    def __init__(self, **estimates: Estimate) -> None:
        if len(estimates) < FEWEST:
            given = "none" if not estimates else f"only {next(iter(estimates))}"
            msg = (
                f"a study joins two estimates or more, and {given} was given: name each, as lists="
            )
            raise UsageError(msg)
        for label, estimate in estimates.items():
            _check(label, estimate)
        self._members = {
            label: Member(label, estimate, estimate.shared())
            for label, estimate in estimates.items()
        }
        _refuse_twins(self.members)
        self._relations: list[Relation] = []
        self._shares: list[Sharing] = []

    @property
    def members(self) -> tuple[Member, ...]:
        """The kinds, with their bridges."""
        return tuple(self._members.values())

    @property
    def relations(self) -> tuple[Relation, ...]:
        """What was declared of sources that speak in two kinds."""
        return tuple(self._relations)

    @property
    def shares(self) -> tuple[Sharing, ...]:
        """What one kind takes from another of a source that speaks in both."""
        return tuple(self._shares)

    @property
    def target(self) -> Member:
        """The kind whose count is that of the study: the first without a bridge."""
        plain = (member for member in self.members if member.bridge is None)
        return next(plain, self.members[0])

    @property
    def cell(self) -> Cell:
        """What the study counts."""
        return self.target.cell

    def bridge(
        self, label: str, *, share: float | None = None, sd: float = 0.0, cells: Cells = None
    ) -> None:
        """Say how the count of one kind becomes that of the study.

        Parameters
        ----------
        label : str
            The kind.
        share : float, optional
            Share of its deaths that the study counts (1: it counts the same). Leave it out where
            only `cells` is chosen.
        sd : float
            Standard deviation of the log of the share.
        cells : str, iterable of str, or mapping of str to float, optional
            Which of its counts speaks, by label as in its summary; of several their sum, and of a
            mapping their sum times shares, in every draw. By default its first.

        Raises
        ------
        UsageError
            If there is no such kind or count, or a number is out of range.
        """
        member = self._member(label).choose(cells)
        if share is None and sd:
            msg = f"bridge of {label}: sd is that of a share; give share as well, such as share=.85"
            raise UsageError(msg)
        if share is None and cells is None:
            msg = f"bridge of {label}: give share=, cells=, or both"
            raise UsageError(msg)
        if share is not None:
            member = replace(member, bridge=Bridge.of(label, share, sd))
        self._members[label] = member

    def relation(self, source: str, label: str, other: str, how: str) -> None:
        """Say what a source in one kind is to the same source in another.

        Parameters
        ----------
        source : str
            Its name in either kind.
        label, other : str
            The two kinds.
        how : {"same", "contains", "derived", "independent"}
            ``same``: one number entered twice; it is dropped from `label`. ``contains``: the number
            in `label` contains the list in `other`; only what lies beyond that list counts.
            ``derived``: `label` is built on `other`, so it does not move the count.
            ``independent``: nothing is shared.

        Raises
        ------
        UsageError
            If a label, the source or the relation is unknown.
        """
        declared = ledger.relation_of(self.members, source, label, other, how)
        kept = [r for r in self._relations if not _same_pair(r, declared)]
        self._relations = [*kept, declared]

    def share(
        self,
        source: str,
        label: str,
        other: str,
        *,
        quantity: str | None = None,
        sd: float = 0.0,
    ) -> None:
        """Say that a source is worth the same in two kinds, and that one of them measured it.

        What `other` measured takes the place of the prior of `label`. Where `other` moves the count
        as well, it does so given the count, so that nothing counts twice.

        Parameters
        ----------
        source : str
            Its name in either kind.
        label : str
            The kind that takes; its prior on the source is a log-normal.
        other : str
            The kind that measured.
        quantity : str, optional
            Which parameter of the source in `other`, such as ``completeness_reported``, where it
            has several.
        sd : float
            Standard deviation of the log of what the source is worth in one kind over what it is
            worth in the other.

        Raises
        ------
        UsageError
            If a label, the source or the quantity is unknown, or the prior is no log-normal.
        """
        declared = sharing_of(self._members, source, label, other, quantity, sd)
        name = source.strip().casefold()
        kept = [s for s in self._shares if (s.source.strip().casefold(), s.label) != (name, label)]
        self._shares = [*kept, declared]

    def fit(
        self,
        *,
        seed: int | None = None,
        draws: int = 1000,
        chains: int = 4,
        claims: str = "cut",
        eta: Mapping[str, float] | None = None,
        rho: Mapping[tuple[str, str], float] | None = None,
        prior: LogNormal | None = None,
        pooling: str | Mapping[str, float] = "once",
        progress_bar: bool | None = None,
    ) -> StudyEstimate:
        """Join the kinds.

        Parameters
        ----------
        seed : int, optional
            Seed of the draws; None draws one and records it.
        draws, chains : int
            Draws per chain, and the number of chains.
        claims : {"cut", "full"}
            Whether kinds whose level is set by priors on their sources (claims) receive the count
            and return what each source is worth (``cut``), or move it too (``full``).
        eta : mapping of str to float, optional
            By label the power, from 0 (cut) to 1 (full), with which the likelihood of a kind
            counts.
        rho : mapping of (str, str) to float, optional
            By two labels the correlation of their errors, for kinds that share sources; 0 unless
            given.
        prior : LogNormal, optional
            The prior of the count, used once; flat in the log unless given.
        pooling : {"once", "product"} or mapping of str to float
            ``once`` uses `prior`; ``product`` multiplies the priors of all kinds; a mapping gives
            by label the weight of each kind's own prior, with the sum 1.
        progress_bar : bool, optional
            Show progress on standard error; None shows it where that is a terminal.

        Returns
        -------
        StudyEstimate

        Raises
        ------
        UsageError
            If kinds count different things and no bridge says how, a source speaks in two kinds
            and nobody said what that is, nothing is left to set the level, or a name is unknown.
        """
        settings = read_settings(
            self.members, claims=claims, eta=eta, rho=rho, prior=prior, pooling=pooling
        )
        self.check()
        fit = room(self.kind, "inference.fit").fit
        joint: StudyEstimate = fit(
            self, settings, seed=seed, draws=draws, chains=chains, progress_bar=progress_bar
        )
        return joint

    def prior_predictive(self, *, draws: int = 1000, seed: int | None = None) -> xarray.DataTree:
        """Draw what each kind answers alone, and what the others foretell for it.

        A study has no prior of its own: the prior of its count is flat in the log, and has no
        draws. What it starts from are the kinds. Each of them meets what the others say of it, and
        where the two lie far apart, `fit` will find a contradiction. Kinds whose level is set by
        priors on their sources foretell nothing for others, as in `fit` with ``claims="cut"``.

        Parameters
        ----------
        draws : int
            Number of draws.
        seed : int, optional
            Seed; None draws one.

        Returns
        -------
        xarray.DataTree
            Group ``prior`` with ``deaths`` (chain, draw, kind): the count of the study, by each
            kind alone, after its bridge and without its own prior. Group ``prior_predictive`` with
            ``count`` (chain, draw, kind): the own count of each kind, before its bridge, by all the
            others; of the kinds for which there is another.

        Raises
        ------
        UsageError
            If `draws` is not a positive number, or for the reasons of `check` and `fit`.

        Examples
        --------
        >>> import casualty_est as ce
        >>> import pandas as pd
        >>> one, two = (
        ...     pd.DataFrame({"source": [name], "estimate": [said]})
        ...     for name, said in {"A": "1,000 (800-1,250)", "B": "1,200 (900-1,600)"}.items()
        ... )
        >>> first, second = (ce.SurveyModel(table).fit(seed=1) for table in (one, two))
        >>> drawn = ce.Study(first=first, second=second).prior_predictive(seed=1)
        >>> drawn["prior_predictive"]["count"].sel(kind="first").median().round(-2).item()
        1200.0
        """
        prior = room(self.kind, "inference.prior")
        tree: xarray.DataTree = prior.prior_predictive(self, draws=draws, seed=seed)
        return tree

    def check(self) -> None:
        """Raise what keeps the study from being fitted.

        Raises
        ------
        UsageError
            If kinds count different things and no bridge says how, all have one, or a source speaks
            in two kinds and nobody said what that is.
        """
        target = self.target
        if target.bridge is not None:
            msg = (
                "every kind has a bridge, so none says what the study counts: leave one without "
                "share="
            )
            raise UsageError(msg)
        for member in self.members:
            told = differences(member.cell, target.cell) if member is not target else []
            if told and member.bridge is None:
                msg = (
                    f"{member.label} and {target.label} count different deaths: they differ in "
                    f"{'; '.join(told)}. Say which share of the deaths of {member.label} the study "
                    f"counts: study.bridge({member.label!r}, share=..., sd=...), in a file "
                    f"[bridges.{member.label}], with share=1 if they are the same"
                )
                raise UsageError(msg)
            if member.chosen is False and not member.estimate.meta.has_total:
                msg = (
                    f"{member.label} has no total ({member.estimate.meta.no_total}); choose one of "
                    f"its counts: study.bridge({member.label!r}, cells=...), in a file "
                    f"[bridges.{member.label}], one of "
                    f"{', '.join(map(repr, member.estimate.labels))}"
                )
                raise UsageError(msg)
            if member.log_draws.std() < NO_WIDTH:
                msg = (
                    f"{member.label} is one number in every draw, and no estimate; choose another "
                    f"of its counts: study.bridge({member.label!r}, cells=...)"
                )
                raise UsageError(msg)
        ledger.check_declared(ledger.entries(self.members), self.relations)

    @property
    def notes(self) -> tuple[Noted, ...]:
        """What was assumed, and what looks like one number entered twice."""
        target, notes = self.target, []
        for member in self.members:
            if member is target:
                continue
            missing = unsaid(member.cell, target.cell)
            if missing and member.bridge is None:
                words = " and ".join(missing)
                text = stored(
                    "note",
                    "{kind} or {other} does not state its {what}: taken as one",
                    kind=member.label,
                    other=target.label,
                    what=words,
                )
                notes.append(("unsaid", text))
            if member.bridge and apart(member.cell, target.cell):
                text = stored(
                    "note",
                    "the windows of {kind} and {other} do not overlap: the bridge alone ties them",
                    kind=member.label,
                    other=target.label,
                )
                notes.append(("apart", text))
            if not member.estimate.converged:
                text = stored(
                    "note", "{kind} did not converge before it came here", kind=member.label
                )
                notes.append(("unsound", text))
        rows = ledger.entries(self.members)
        seen = ledger.pointed_out(rows, self.members, self.relations)
        return (*notes, *(("near", text) for text in seen))

    def _member(self, label: str) -> Member:
        if label not in self._members:
            msg = f"{label!r} is not a kind of this study. {offered(label, self._members)}"
            raise UsageError(msg)
        return self._members[label]

    def __repr__(self) -> str:
        return describe(self)

    def _repr_html_(self) -> str:
        return html_sections(repr(self))


def _same_pair(one: Relation, other: Relation) -> bool:
    same = one.source.casefold() == other.source.casefold()
    return same and one.between(other.one, other.other)


def _check(label: str, estimate: object) -> None:
    if not isinstance(estimate, Estimate):
        msg = (
            f"{label} must be an Estimate, as model.fit() or ce.Estimate.load() return it, not "
            f"{type(estimate).__name__}"
        )
        raise UsageError(msg)
    if not estimate.meta.has_level:
        msg = f"{label} has no level and says nothing about the count: {estimate.meta.no_level}"
        raise UsageError(msg)


def _refuse_twins(members: Sequence[Member]) -> None:
    for a, b in combinations(members, 2):
        one, other = a.estimate, b.estimate
        draws = [np.asarray(est.idata["posterior"]["deaths"].values) for est in (one, other)]
        # Two studies may have the same numbers, and one seed then gives both the same draws.
        alike = np.array_equal(draws[0], draws[1]) and a.shared.names == b.shared.names
        if one is other or alike:
            told = f"{a.label} and {b.label} are the same estimate"
            msg = f"{told}: evidence counts once, so leave one out"
            raise UsageError(msg)
