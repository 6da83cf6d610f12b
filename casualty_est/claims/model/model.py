"""The claims model: hedged totals of several witnesses, one true count per cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.claims.model.describe import as_html, describe
from casualty_est.claims.model.layout import Layout, build_layout, effective_role
from casualty_est.claims.model.notes import notes_of
from casualty_est.claims.model.over_time import asked_over_time, read_sources
from casualty_est.claims.model.totals import (
    EstimateRow,
    estimate_rows,
    largest_sum,
    within_window,
)
from casualty_est.claims.table.claim import Claim
from casualty_est.claims.table.claims import Claims, window_text
from casualty_est.claims.table.counting import (
    count_once,
    documented,
    documented_in,
    documented_part,
    documented_to,
)
from casualty_est.claims.table.over_time import THIN
from casualty_est.claims.table.tally import REPLACED, UNSEEN, Counted
from casualty_est.errors import UsageError
from casualty_est.kinds import room
from casualty_est.priors import Priors, read_priors
from casualty_est.priors.conflicts import matching_conflicts
from casualty_est.priors.own_record import read_record
from casualty_est.priors.settings import CELL_FIELDS
from casualty_est.priors.time import read_day
from casualty_est.tables.cells import ALL_SCOPES, ANY_PERPETRATOR, Documented
from casualty_est.tables.checks import must_be_in
from casualty_est.wording.language import Noted, stored

if TYPE_CHECKING:
    import pymc
    import xarray

    from casualty_est.claims.estimate import ClaimsEstimate


class ClaimsModel:
    """Latent true counts, and witnesses who report them with a bias.

    Each claim observes a sum of cells times the reporting ratio of its source toward what it
    counts, with an error of some fifteen per cent and the hedge it was made with. Ratios have role
    priors whose errors sources of one role share. Nothing is sampled in the constructor.

    Parameters
    ----------
    claims : Claims or dataframe
        The table of claims.
    priors : mapping, str or Path, optional
        The analyst's assumptions, as a dictionary in the form of the TOML file, or that file.
    roles : mapping of str to str, optional
        Role by source, over what the table says.
    hedge : mapping of str to str, optional
        ``speaker`` or ``documented`` by source: how its "at least" is read.
    as_of : datetime.date or str, optional
        Use only claims published by this date.
    total : mapping of str to str, optional
        The cell that comes first, where there is no unique total: any of scope, outcome, group,
        perpetrator.
    assume_unbiased : bool, optional
        Where no source has a role and nothing anchors the level, take the sources as unbiased on
        the median. This is the analyst's choice and is reported.
    conflict : str, optional
        The conflict under analysis, if the labels do not name it: role priors are learned from the
        record without it.
    record : str, Path or dataframe, optional
        Validated cases of your sources: columns ``source``, ``said``, ``true`` and, if known,
        ``low``, ``high`` (a 90% interval of the better figure) and ``level``; or the columns of
        `casualty_est.datasets.record`. Each updates the prior on the ratio of its source, like
        ``[[record]]`` of the priors.
    grid : {"day", "week", "month"}, optional
        Model time, in such steps. By default time is modelled where claims on overlapping cells
        cover different windows, and the step is chosen by the span.
    delay : mapping of str to number, mapping or str, optional
        How long a source takes to state a death, by source: a median in days, a prior on the
        median such as ``{"median": 283, "factor": 2}``, or ``"estimated"``.
    drift : mapping of str to float, optional
        Sd of the log ratio's random walk over one year, by source.
    restated : {"thin", "all"}
        Whether one number of a source is used for each step and form of hedge, or every one.

    Raises
    ------
    UsageError
        If a name matches nothing (the nearest valid one is given), or windows differ and no claim
        says where its count begins.
    InputError
        If a table breaks its rules.

    Examples
    --------
    >>> import casualty_est as ce
    >>> model = ce.ClaimsModel(ce.datasets.load("coalition"))
    >>> est = model.fit(seed=1)
    >>> bool(5_000 < est.summary()["median"].iloc[0] < 8_000)
    True
    """

    kind = "claims"

    def __init__(
        self,
        claims: Claims | Any,
        *,
        priors: Mapping[str, Any] | str | Path | None = None,
        roles: Mapping[str, str] | None = None,
        hedge: Mapping[str, str] | None = None,
        as_of: date | str | None = None,
        total: Mapping[str, str] | None = None,
        assume_unbiased: bool = False,
        conflict: str | None = None,
        record: Any = None,
        grid: str | None = None,
        delay: Mapping[str, Any] | None = None,
        drift: Mapping[str, float] | None = None,
        restated: str = THIN,
    ) -> None:
        self.claims: Claims = claims if isinstance(claims, Claims) else Claims(claims)
        self._asked: dict[str, Any] = {
            "priors": priors, "roles": roles, "hedge": hedge, "as_of": as_of, "total": total,
            "assume_unbiased": assume_unbiased, "conflict": conflict,
            "record": record, "grid": grid,
            "delay": delay, "drift": drift, "restated": restated,
        }  # fmt: skip
        if conflict is not None and not isinstance(conflict, str):
            msg = f"conflict names one conflict, as 'Syria', and {conflict!r} came"
            raise UsageError(msg)
        labels = {part for row in self.claims.rows for part in (row.scope, row.perpetrator)}
        labels -= {ALL_SCOPES, ANY_PERPETRATOR}
        self.conflict_labels = (*sorted(labels), *([conflict] if conflict else []))
        left_out = self._conflicts(self.conflict_labels)
        self.priors: Priors = read_priors(priors, left_out=left_out)
        if record is not None:
            cases = (*self.priors.record, *read_record(record))
            self.priors = replace(self.priors, record=cases)
        self.as_of = read_day(as_of, "as_of")
        self.assume_unbiased = assume_unbiased
        self.time = read_sources(self.priors, delay, drift)
        self.over_time = asked_over_time(self.priors, grid, restated, self.time)
        self.counted: Counted = count_once(self.claims, self.as_of, self.over_time)
        if not self.counted.claims:
            table = self.claims.name or "the table"
            mend = "give at least one row a quantity"
            if any(out.code == "after_as_of" for out in self.counted.left_out):
                mend = f"every number was published after {self.as_of}; choose a later as-of date"
            msg = f"{table} holds no claim with a number that counts: {mend}"
            raise UsageError(msg)
        chosen = _chosen(total)
        self.layout: Layout = build_layout(
            self.counted.claims,
            self.priors,
            roles=dict(roles or {}),
            hedge=dict(hedge or {}),
            time=self.counted.grid,
            over_time=self.time,
        )
        self.rows, row_notes, self.no_total = estimate_rows(self.layout, chosen)
        self.settings: dict[str, Any] = {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "total": dict(total or {}),
            "roles": dict(roles or {}),
            "hedge": dict(hedge or {}),
            "assume_unbiased": assume_unbiased,
            "conflict": conflict,
            "left_out": list(self.priors.left_out),
            "table": self.claims.name,
            "grid": grid,
            "delay": {name: asdict(delay) for name, delay in self.time.delay.items()},
            "drift": dict(self.time.drift),
            "restated": restated,
        }
        if parents := self._parents():
            self.settings["built_on"] = parents
        self.notes: tuple[Noted, ...] = (*notes_of(self), *row_notes, *self._documented_parts())
        self._engines: dict[str, Any] = {}

    def _parents(self) -> list[str]:
        """Sources that claims which count are built on, and that have no such claim themselves."""
        claims = self.layout.claims
        own = {claim.source for claim in claims}
        parents = dict.fromkeys(name for claim in claims for name in claim.derived_from)
        return [name for name in parents if name not in own]

    @property
    def from_record(self) -> npt.NDArray[np.bool_]:
        """Whether each ratio has a prior that was learned from the record; (target,)."""
        priors = [target.prior for target in self.layout.ratios.targets]
        return np.array([prior.learned for prior in priors], dtype=bool)

    def with_whole_record(self) -> ClaimsModel:
        """The same model with the conflict under analysis left in the record."""
        return _WithWholeRecord(self.claims, **self._asked)

    def _conflicts(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Conflicts of the record that are left out."""
        return matching_conflicts(labels)

    @property
    def has_level(self) -> bool:
        """Whether a headline may be given: a role, an anchor, or the analyst's own act."""
        return self.layout.has_level or self.assume_unbiased

    @property
    def pymc_model(self) -> pymc.Model:
        """The model as a `pymc.Model`, for extension."""
        from casualty_est.claims.model.pymc_model import build

        if "pymc_model" not in self._engines:
            self._engines["pymc_model"] = build(self.layout)
        return self._engines["pymc_model"]

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
    ) -> ClaimsEstimate:
        """Compute the posterior.

        Parameters
        ----------
        seed : int, optional
            Seed of all randomness; None draws one and records it. The same seed, settings and
            versions give the same draws, to the last bit, on one kind of processor and system; on
            another, draws of a sampler differ within Monte Carlo error.
        draws, tune, chains : int
            Kept and warm-up draws per chain, and the number of chains. The exact route draws
            ``draws * chains`` independent values. Of more than a thousand ratios fewer draws are
            kept, at even distances: four million of all ratios together.
        method : {"auto", "exact", "nuts"}
            ``auto`` takes the exact route where there is one cell and one target per source.
        progress_bar : bool, optional
            Show progress on standard error; None shows it where that is a terminal.
        budget : str or float, optional
            Time in which a sampled fit that falls short of its check goes on with twice the draws
            and the warm-up, such as ``"3m"`` or seconds; 0 for one round. The clock decides only
            whether another round begins: a fit that converges at once gives the same draws under
            any budget. None gives the usual numbers of draws three minutes, others one round.

        Returns
        -------
        ClaimsEstimate

        Raises
        ------
        UsageError
            If the method is unknown or not open to this model, or the budget is no time.
        """
        settings: dict[str, Any] = {"seed": seed, "draws": draws, "tune": tune, "chains": chains}
        settings |= {"method": method, "budget": budget}
        fitted = room(self.kind, "inference.fit").fit(self, **settings, progress_bar=progress_bar)
        kind = room(self.kind, "estimate").ESTIMATE
        estimate: ClaimsEstimate = kind(*fitted, model=self, progress_bar=progress_bar)
        return estimate

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
            Group ``prior`` with ``deaths`` (chain, draw, estimate) and ``ratio_total`` (chain,
            draw, target); group ``prior_predictive`` with ``claim`` (chain, draw, claim), the
            numbers of people that the sources would have stated, before hedging.
        """
        prior = room(self.kind, "inference.prior")
        tree: xarray.DataTree = prior.prior_predictive(self, draws=draws, seed=seed)
        return tree

    def _documented_parts(self) -> Iterator[Noted]:
        """Note what is documented for a part of the window of the first row, and not for it all."""
        for row in self.rows[:1] if self.counted.grid is not None else ():
            claim = documented_part(self._spoken(row), self.documented(row))
            if claim is not None:
                said = f"{claim.quantity.text} ({claim.source}, {window_text(claim.window)})"
                yield (
                    "documented_part",
                    stored("note", "documented for a part of the window only: {said}", said=said),
                )

    def documented(self, row: EstimateRow) -> Documented | None:
        """Return the largest lower end stated for exactly that cell, as published.

        Parameters
        ----------
        row : EstimateRow
            One of `rows`.

        Returns
        -------
        Documented or None
        """
        grid, window = self.counted.grid, (row.start, row.end)
        if grid is not None and row.end is not None:
            return documented_in(self._spoken(row), window, grid)
        return documented(self._spoken(row), row.label, window)

    def _place_in(self, part: EstimateRow, row: EstimateRow) -> npt.NDArray[np.bool_] | None:
        """The cells of a row that a part lies in, a group of people in those of all of them."""
        groups = self.priors.groups
        group = groups.get(part.label.group)
        cells = part.cells
        if group is not None and group.inside == row.label.group:
            with suppress(UsageError):  # nobody counts all of them there
                cells = self.layout.grid.row(part.label._replace(group=row.label.group))
        outside = bool((cells & ~row.cells).any()) or not cells.any()
        return None if outside else cells

    def documented_by(
        self, row: EstimateRow, days: Sequence[date], *, published: bool = False
    ) -> list[float | None]:
        """Return the largest lower end that a list gave of a cell, or of a part, up to some days.

        Parameters
        ----------
        row : EstimateRow
            One of `rows`.
        days : sequence of datetime.date
            Last days.
        published : bool, optional
            Whether it must also have been published by then.

        Returns
        -------
        list of float or None
        """
        lows: list[float | None] = []
        parts = [
            part for part in self.rows if part is not row and self._place_in(part, row) is not None
        ]
        # What was replaced later had been published all the same.
        spoken = [self._spoken(one, replaced=published) for one in (row, *parts)]
        # A total without any day counts to the end of the window, and is documented by then; when
        # it was published nobody knows.
        last = None if published else row.end
        for day in days:
            seen = (
                [c for c in some if not published or (c.reported or c.end or day) <= day]
                for some in spoken
            )
            stated = [one.stated for some in seen if (one := documented_to(some, day, last))]
            lows.append(max(stated, default=None))
        return lows

    def _spoken(self, row: EstimateRow, *, replaced: bool = False) -> list[Claim]:
        """Claims on exactly that cell that their source upholds by the as-of date, with roles."""
        codes = UNSEEN if replaced else UNSEEN | REPLACED
        unseen = {id(out.claim) for out in self.counted.left_out if out.code in codes}
        return [
            heard
            for claim, heard in zip(self.claims.rows, self._heard, strict=True)
            if claim.cell_key == row.label and id(claim) not in unseen
        ]

    @cached_property
    def _heard(self) -> tuple[Claim, ...]:
        """Claims with what the analyst says of their sources, here too and not only in the fit."""
        roles = self.roles_of_claims()
        return tuple(
            replace(claim, role=role, basis=self.basis(claim, role))
            for claim, role in zip(self.claims.rows, roles, strict=True)
        )

    def basis(self, claim: Claim, role: str | None) -> str:
        """Return what a claim rests on, once the analyst has named roles and readings."""
        hedge = self.settings["hedge"].get(claim.source, claim.hedge)
        return replace(claim, role=role, hedge=hedge).rests_on

    def documented_in_parts(self, row: EstimateRow) -> Documented | None:
        """Return what lists of parts of a cell add up to, where that is more than any of it all.

        Parameters
        ----------
        row : EstimateRow
            One of `rows`.

        Returns
        -------
        Documented or None
        """
        known = self.documented(row)
        inside = [
            (cells, counted)
            for part in self.rows
            if part is not row and within_window(part, row)
            if (cells := self._place_in(part, row)) is not None
            if (counted := self.documented(part)) is not None
        ]
        added = largest_sum(inside)
        return added if added and (known is None or added.low > known.low) else None

    def roles_of_claims(self) -> list[str | None]:
        """Roles of claims as published: the analyst's word, the row's, or the same source's."""
        rows, names = self.claims.rows, self.claims.canonical()
        called = [names.get(row.source, row.source) for row in rows]
        first: dict[Any, str] = {}  # role of a source where one of its rows on the cell has it
        for row, name in zip(rows, called, strict=True):
            if row.role:
                first.setdefault((name, row.cell_key), row.role)
        stated = [
            effective_role(replace(row, source=name), self.priors, self.settings["roles"])
            for row, name in zip(rows, called, strict=True)
        ]
        keys = [(name, row.cell_key) for row, name in zip(rows, called, strict=True)]
        return [role or first.get(key) for role, key in zip(stated, keys, strict=True)]

    def __repr__(self) -> str:
        return describe(self)

    def _repr_html_(self) -> str:
        return as_html(self)


class _WithWholeRecord(ClaimsModel):
    """A model whose role priors are learned from the whole record."""

    def _conflicts(self, labels: Sequence[str]) -> tuple[str, ...]:
        return ()


def _chosen(total: Mapping[str, str] | None) -> dict[str, str]:
    if total is not None and not isinstance(total, Mapping):
        msg = f'total is a table of labels, as in {{"scope": "Syria"}}, and {total!r} came'
        raise UsageError(msg)
    for name in total or {}:
        must_be_in(name, CELL_FIELDS, f"total: {name!r} is not a field of a cell")
    return dict(total or {})


MODEL = ClaimsModel
