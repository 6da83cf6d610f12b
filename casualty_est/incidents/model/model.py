"""The incidents model: who reports which incident, with which number, and what none reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.errors import UsageError
from casualty_est.incidents.model.denials import check_names, where_denied
from casualty_est.incidents.model.layout import Choices, IncidentLayout, build_layout
from casualty_est.incidents.model.readings import ACCEPTED, FOUND, Readings, read_patterns
from casualty_est.incidents.model.settings import (
    CHOICES,
    CONFIRMED,
    SHARE,
    choose_anchor,
    read_incident_priors,
)
from casualty_est.incidents.table.incident import INCIDENT_ROLES
from casualty_est.incidents.table.patterns import IncidentPatterns
from casualty_est.incidents.table.reports import IncidentReports
from casualty_est.kinds import room
from casualty_est.result.labels import cell_of
from casualty_est.result.schema import Cell
from casualty_est.result.text_table import html_sections
from casualty_est.tables.checks import known, must_be_in
from casualty_est.wording.language import N_, Kept, Noted, stored, unended
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    import pymc
    import xarray

    from casualty_est.incidents.estimate import IncidentEstimate

CELL = Cell("all", None, None, "killed", "civilians", "any")

NO_LEVEL = N_("note", "no source has a role and none is an anchor")


class IncidentModel:
    """True deaths of every incident, and what each source records, counts and concedes.

    Incidents are a Poisson process with a log-normal number of deaths. A source that lists
    incidents records one with a probability that grows with its deaths and its visibility, and
    reports a hedged number of its own. A belligerent that judges incidents accepts some and
    concedes a share of the deaths. A source that says that nobody died, where others say that some
    did, denies with a probability of its own. The scale of all deaths, which only assumptions can
    set, is that of an anchor. Nothing is sampled in the constructor.

    Parameters
    ----------
    reports : IncidentReports, IncidentPatterns or dataframe
        The table.
    priors : mapping, str or Path, optional
        The analyst's assumptions, as a dictionary or TOML file; ``grades`` have the probability
        that an incident is real and by the perpetrator, ``denials`` (by source or role) that a
        source says that nobody died whatever happened, both as ``{"beta": [a, b]}``.
    roles : mapping of str to str, optional
        Role by source, over what the table says.
    scale : {"cut", "joint"}
        Whether the data may not (``cut``) or may (``joint``) change the anchor's ratio.
    anchor : str or tuple, optional
        A source, with the median of its count over the true one and the log sd (0.1 unless given).
        None takes the source of role ``reference``, else the one whose role has the smallest sd
        within an incident (the most incidents among equals).
    exact_reports : bool
        Whether some reports are exactly right. Under ``joint`` they set the scale, wrongly so where
        sources copy from each other.
    range_rule : {"asis", "common"}
        ``common`` reads every number of a lister as half of its upper end to its upper end, so
        that no edit after a verdict can reveal the verdict.
    unlisted : {"auto", "overlap", "recall", "none"}
        Where incidents that nobody lists come from: the overlap of sources, or the incidents that
        the judge reported itself, with a recall check.
    perpetrator : str, optional
        Count only deaths attributed to this actor, if one source judges incidents.
    share : float
        Concentration of the share of one among n suspects, Beta(share / n, share - share / n).
    assume_unbiased : bool, optional
        Where no source has a role and none is an anchor, take the anchor as unbiased on the
        median.
    cell : mapping, optional
        What is counted: ``scope``, ``start``, ``end``, ``outcome``, ``group``, ``perpetrator``.

    Raises
    ------
    UsageError
        If a name matches nothing, a setting is out of range, or nothing can be counted.
    InputError
        If the table breaks its rules.

    References
    ----------
    Bird and King 2018, doi 10.1146/annurev-statistics-031017-100641, on populations seen by
    several lists.

    Examples
    --------
    >>> import casualty_est as ce
    >>> import pandas as pd
    >>> rows = {"incident": ["1", "1", "2", "3"], "source": ["A", "B", "A", "B"]}
    >>> table = pd.DataFrame(rows | {"quantity": ["3-5", "4", "2", "7"]})
    >>> model = ce.IncidentModel(table, roles={"A": "monitor", "B": "media"})
    >>> model.layout.anchor.source
    'A'
    """

    kind = "incidents"

    def __init__(
        self,
        reports: IncidentReports | IncidentPatterns | Any,
        *,
        priors: Mapping[str, Any] | str | Path | None = None,
        roles: Mapping[str, str] | None = None,
        scale: str = "cut",
        anchor: Any = None,
        exact_reports: bool = True,
        range_rule: str = "asis",
        unlisted: str = "auto",
        perpetrator: str | None = None,
        share: float = SHARE,
        assume_unbiased: bool = False,
        cell: Mapping[str, str | date | None] | None = None,
    ) -> None:
        self.given: dict[str, Any] = {
            "priors": priors, "roles": roles, "scale": scale, "anchor": anchor,
            "exact_reports": exact_reports, "range_rule": range_rule, "unlisted": unlisted,
            "perpetrator": perpetrator, "share": share, "assume_unbiased": assume_unbiased,
            "cell": cell,
        }  # fmt: skip
        table_notes: tuple[Noted, ...] = ()
        name = None
        if not isinstance(reports, IncidentReports | IncidentPatterns):
            reports = IncidentReports(reports)
        if isinstance(reports, IncidentReports):
            table_notes, name = reports.warnings, reports.name
            reports = reports.patterns()
        self.patterns: IncidentPatterns = reports
        for setting, valid in CHOICES.items():
            if self.given[setting] not in valid:
                msg = f"{setting} must be one of {', '.join(valid)}, not {self.given[setting]!r}"
                raise UsageError(msg)
        self.incident_priors = read_incident_priors(priors, share)
        self.roles = _roles(reports, roles, self.incident_priors)
        readings = read_patterns(
            reports, self.roles, perpetrator=perpetrator, range_rule=range_rule
        )
        held = {
            reports.sources[s]: int(readings.patterns.count[readings.listed[:, s]].sum())
            for s in readings.listers
        }
        for source in self.incident_priors.base.sources:
            must_be_in(source, held, f"priors, sources: {source!r} lists no incidents")
        check_names(self.incident_priors.denials, held)
        chosen = choose_anchor(anchor, held, self.roles, self.incident_priors)
        self.assume_unbiased = assume_unbiased
        choices = Choices(
            self.incident_priors, self.roles, chosen, scale == "cut", bool(exact_reports),
            _unlisted(unlisted, readings),
        )  # fmt: skip
        self.layout: IncidentLayout = build_layout(readings, choices)
        self.cell = self._cell(cell)
        notes = (*table_notes, *readings.notes, *self._notes())
        self.notes: tuple[Noted, ...] = tuple(dict.fromkeys(notes))
        self.settings: dict[str, Any] = {
            "table": name,
            "roles": dict(roles or {}),
            "scale": scale,
            "anchor": [chosen.source, _plain(chosen.prior.median), _plain(chosen.prior.sd)],
            "exact_reports": bool(exact_reports),
            "range_rule": range_rule,
            "unlisted": self.layout.unlisted,
            "perpetrator": readings.target,
            "share": self.incident_priors.share,
            "grades": {k: list(v) for k, v in self.incident_priors.grades.items()},
            "assume_unbiased": assume_unbiased,
        }
        self._pymc_model: Any = None

    def varied(
        self, reports: IncidentReports | IncidentPatterns | None = None, **changes: Any
    ) -> IncidentModel:
        """Return the same model with other settings, or of other reports.

        Parameters
        ----------
        reports : IncidentReports or IncidentPatterns, optional
            Other reports; the same ones unless given.
        **changes
            Arguments of the constructor to replace.

        Returns
        -------
        IncidentModel

        Raises
        ------
        UsageError
            If a setting is unknown or out of range.
        """
        for name in changes:
            must_be_in(name, self.given, f"an incidents model has no setting {name!r}")
        given = {**self.given, **changes}
        return IncidentModel(self.patterns if reports is None else reports, **given)

    def _cell(self, cell: Mapping[str, str | date | None] | None) -> Cell:
        readings = self.layout.readings
        used = [readings.patterns.scope[k] for k in np.unique(readings.patterns.scope_of)]
        perpetrator = readings.target or CELL.perpetrator
        return cell_of(cell, replace(CELL, scope="+".join(used), perpetrator=perpetrator))

    def _notes(self) -> list[Noted]:
        layout, readings = self.layout, self.layout.readings
        notes = [("anchor", layout.anchor.text)]
        if layout.unlisted == "none":
            text = stored(
                "note",
                "nothing says how many incidents no source lists (it takes two sources that list "
                "incidents, or self-reported ones with a recall check): only deaths in listed "
                "incidents are estimated",
            )
            notes.append(("no_unlisted", text))
        elif not self.has_overlap:
            what = stored("note", "no incident is recorded by two sources")
            if layout.unlisted == "recall":
                what = stored(
                    "note", "no incident that the judge reported was checked for other reports"
                )
            text = stored("note", "{what}: only the priors say how many nobody lists", what=what)
            notes.append(("no_overlap", text))
        if layout.unlisted == "overlap" and len(layout.included) == 2:
            text = stored(
                "note",
                "two lists cannot show whether some incidents are easier to see than others: the "
                "prior says how much",
            )
            notes.append(("two_lists", text))
        if not self.has_level:
            text = stored(
                "note",
                "{why}, so there is no headline number; give roles, an anchor, or assume_unbiased",
                why=NO_LEVEL,
            )
            notes.append(("no_level", text))
        elif layout.anchor.how == "only":
            text = stored("note", "the analyst assumes that the anchor counts right on the median")
            notes.append(("assumed_unbiased", text))
        if layout.denials:
            patterns = readings.patterns
            where = {n: where_denied(readings, patterns.sources.index(n)) for n in layout.denials}
            of = [f"{n} ({int(patterns.count[at].sum()):,})" for n, at in where.items()]
            text = stored(
                "note",
                "of some incidents nobody died according to {sources}: where somebody did, the "
                "model reads that as a denial, or as not knowing, and not as a count",
                sources=listed(of),
            )
            notes.append(("denials", text))
        notes += [("circularity", unended(text)) for text in self.circularity]
        unnamed = [name for name, role in self.roles.items() if role is None]
        if unnamed:
            text = stored(
                "note",
                "no role given for {names}: little is assumed about its counts",
                names=", ".join(unnamed),
            )
            notes.append(("no_role", text))
        bare = (readings.patterns.grade_of < 0) & (readings.found != FOUND)
        if layout.grades and bare.any():
            count = int(readings.patterns.count[bare & ~readings.self_reported].sum())
            if count:
                text = stored(
                    "note",
                    "incidents without a grade that are taken as real: {number}",
                    number=f"{count:,}",
                )
                notes.append(("no_grade", text))
        return notes

    @property
    def circularity(self) -> tuple[Kept, ...]:
        """What is done about a grade that follows from acceptance, as sentences."""
        readings = self.layout.readings
        if not (readings.verdict == ACCEPTED).any() or not readings.patterns.grade:
            return ()
        unused = stored(
            "note",
            "The grade of an accepted incident is not used: 'confirmed' means that it was "
            "accepted, so it cannot also be evidence of what is accepted. It counts as one of "
            "the other grades, in the proportions found among incidents that were not accepted.",
        )
        edited = stored(
            "note",
            "Ranges may have been edited after acceptance as well: range_rule='common' reads all "
            "of them alike.",
        )
        return (unused, edited) if CONFIRMED in readings.patterns.grade else (unused,)

    @property
    def has_level(self) -> bool:
        """Whether a headline may be given: a role, an anchor, or the analyst's own act."""
        return self.layout.anchor.how != "only" or self.assume_unbiased

    @property
    def has_overlap(self) -> bool:
        """Whether the data say anything of what nobody lists."""
        layout = self.layout
        if layout.unlisted == "overlap":
            several = (layout.arrays.histories.sum(axis=1) > 1).any()
            return bool(several or layout.readings.drawn.any())
        if layout.unlisted == "recall":
            return bool((layout.readings.patterns.recall_check >= 0).any())
        return False

    @property
    def pymc_model(self) -> pymc.Model:
        """The model as a `pymc.Model`, to be extended; fits use kernels of the same density."""
        from casualty_est.incidents.model.graph import build

        if self._pymc_model is None:
            self._pymc_model = build(self.layout)
        model: pymc.Model = self._pymc_model
        return model

    def fit(
        self,
        *,
        seed: int | None = None,
        draws: int = 1000,
        tune: int = 1000,
        chains: int = 4,
        method: str = "auto",
        progress_bar: bool | None = None,
        budget: str | float | None = None,
    ) -> IncidentEstimate:
        """Compute the posterior.

        Parameters
        ----------
        seed : int, optional
            Seed of all randomness; None draws one and records it. The same seed, settings and
            versions give the same draws, to the last bit, on one kind of processor and system.
        draws, tune, chains : int
            Kept and warm-up draws per chain, and the number of chains.
        method : {"auto", "nuts"}
            There is one engine.
        progress_bar : bool, optional
            Show progress on standard error; None shows it where that is a terminal.
        budget : str or float, optional
            Time within which a fit that falls short of the check goes on: ``"3m"``, ``"90s"``, a
            number of seconds, 0 for one round. Each round has twice the draws and warm-up of the
            one before; as many are kept as were asked for. The clock decides only whether another
            round begins: a fit that converges at once gives the same draws under any budget. None
            is three minutes with the usual draws, tune and chains, and one round with others.

        Returns
        -------
        IncidentEstimate

        Raises
        ------
        UsageError
            If a number is out of range or the method is another.
        """
        if method not in ("auto", "nuts"):
            msg = f"an incidents model has the method 'nuts', not {method!r}"
            raise UsageError(msg)
        tree, meta, details = room(self.kind, "inference.fit").fit(
            self,
            seed=seed,
            draws=draws,
            tune=tune,
            chains=chains,
            progress_bar=progress_bar,
            budget=budget,
        )
        est: IncidentEstimate = room(self.kind, "estimate").ESTIMATE(
            tree, meta, details, model=self, progress_bar=progress_bar
        )
        return est

    def prior_predictive(self, *, draws: int = 1000, seed: int | None = None) -> xarray.DataTree:
        """Draw from the prior: what the assumptions say before any number is seen.

        Parameters
        ----------
        draws : int
            Number of draws.
        seed : int, optional
            Seed; None draws one.

        Returns
        -------
        xarray.DataTree
            Group ``prior`` with ``deaths_listed`` and ``deaths_unlisted`` (chain, draw; people in
            as many listed incidents as the table has), ``ratio_within`` (chain, draw, source) and
            ``inclusion`` (chain, draw, source, size).
        """
        drawn: xarray.DataTree = room(self.kind, "inference.prior").prior_predictive(
            self, draws=draws, seed=seed
        )
        return drawn

    def __repr__(self) -> str:
        from casualty_est.incidents.model.describe import describe

        return describe(self)

    def _repr_html_(self) -> str:
        return html_sections(repr(self))


def _plain(value: float) -> float:
    """The number as the analyst wrote it: a log and back leaves the last digit off."""
    return float(f"{value:.12g}")


def _roles(
    patterns: IncidentPatterns, given: Mapping[str, str] | None, priors: Any
) -> dict[str, str | None]:
    roles = dict(zip(patterns.sources, patterns.roles, strict=True))
    for name, prior in priors.base.sources.items():
        if prior.role is not None and name in roles:
            roles[name] = prior.role
    for name, role in (given or {}).items():
        must_be_in(name, roles, f"roles: {name!r} is not a source of the table")
        known([role], INCIDENT_ROLES, "roles")
        roles[name] = role
    return roles


def _unlisted(asked: str, readings: Readings) -> str:
    """Where incidents that nobody lists come from."""
    several = len(readings.recorders) > 1
    by_design = bool(readings.drawn.any() and readings.recorders)
    own = readings.judge is not None and bool(readings.self_reported.any())
    checked = own and bool((readings.patterns.recall_check[readings.self_reported] >= 0).any())
    if asked == "auto":
        return "overlap" if several or by_design else "recall" if checked else "none"
    if asked != "overlap" and by_design:
        msg = (
            f"unlisted={asked!r} would leave out which of the drawn sites somebody lists; take "
            "'auto'"
        )
        raise UsageError(msg)
    if asked == "overlap" and not several and not by_design:
        msg = (
            "unlisted='overlap' takes at least two sources that list incidents, or sites that an "
            "investigation drew (prob)"
        )
        raise UsageError(msg)
    if asked == "recall" and (several or not own):
        msg = (
            "unlisted='recall' takes one source that lists incidents, and incidents that the judge "
            "reported itself"
        )
        raise UsageError(msg)
    return asked


MODEL = IncidentModel
