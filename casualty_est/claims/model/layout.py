"""From counted claims and priors to arrays: what the claims model is, before any engine sees it."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array
from casualty_est.claims.model.cells import CellGrid, Label, build_cells
from casualty_est.claims.model.ratios import Ratios, Target, build_ratios
from casualty_est.claims.model.timeline import OfSources, Timeline, build_timeline
from casualty_est.claims.table.claim import HEDGES, Claim
from casualty_est.claims.table.time_grid import TimeGrid
from casualty_est.errors import UsageError
from casualty_est.priors import Anchor, LogNormal, Normal, Priors
from casualty_est.priors.networks import Network
from casualty_est.priors.roles import NO_ROLE
from casualty_est.priors.settings import CELL_FIELDS
from casualty_est.quantity.hedges.readings import LOG_NOTHING, Denial, Interval, Reading
from casualty_est.result.schema import owner_of
from casualty_est.tables.cells import COUNTING_ROLES, TALLY_ROLES
from casualty_est.tables.checks import must_be_in, offered
from casualty_est.wording.language import N_, stored
from casualty_est.wording.phrases import listed

Ints = npt.NDArray[np.intp]

LEARN_FROM = 5  # a source with this many claims learns its own reporting sd


@dataclass(frozen=True, slots=True)
class Level:
    """The prior on the log count of one base cell, or on the level that several share."""

    kind: str
    prior: Normal
    cells: Ints

    @property
    def shared(self) -> bool:
        """Whether several cells share the level."""
        return len(self.cells) > 1


@dataclass(frozen=True, slots=True)
class AnchorTerm:
    """An anchor, placed: a log-normal term on a sum of cells or on one ratio."""

    name: str
    prior: LogNormal
    cells: npt.NDArray[np.bool_] | None = None
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything a claims model consists of."""

    claims: tuple[Claim, ...]
    readings: tuple[Reading, ...]
    hedges: tuple[str, ...]
    reporting_sd: Array  # (claim,): log sd of its error where no sd is learned
    target_of: Ints  # (claim,)
    grid: CellGrid
    cover: Array  # (target, cell): which cells each target sums
    ratios: Ratios
    levels: tuple[Level, ...]
    anchors: tuple[AnchorTerm, ...]
    learned: tuple[str, ...]  # whose reporting sd is learned, with the field of `Priors.within`
    learned_of: Ints  # (claim,): position in `learned`, or -1 where the sd is fixed
    priors: Priors
    timeline: Timeline | None = None

    @property
    def exact_possible(self) -> bool:
        """Whether one latent count and one target per source make an exact answer possible."""
        sources = {target.source for target in self.ratios.targets}
        one_each = len(self.grid.cells) == 1 and len(sources) == len(self.ratios.targets)
        return one_each and self.timeline is None and not self.ratios.source_terms

    @property
    def apart(self) -> list[tuple[str, ...]]:
        """Of every ratio the labels that tell it from the others of its source."""
        by_source: dict[str, list[Target]] = defaultdict(list)
        for target in self.ratios.targets:
            by_source[target.source].append(target)
        tell = {source: _telling(targets) for source, targets in by_source.items()}
        return [
            tuple(_named(target, name) for name in tell[target.source])
            for target in self.ratios.targets
        ]

    @property
    def owners(self) -> list[str]:
        """Whose each ratio is: its source, and its cell where the source has several."""
        pairs = zip(self.ratios.targets, self.apart, strict=True)
        return [owner_of(target.source, labels) for target, labels in pairs]

    @property
    def ratio_names(self) -> list[str]:
        """Name of every ratio."""
        pairs = zip(self.ratios.targets, self.apart, strict=True)
        return [_ratio_name(target.source, labels) for target, labels in pairs]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Names of all that can set the level: ratios, levels, anchors, in this order."""
        return (
            *self.ratio_names,
            *(level_name(level, self.levels) for level in self.levels),
            *(anchor.name for anchor in self.anchors),
        )

    @property
    def has_level(self) -> bool:
        """Whether any role, source prior or anchor speaks of the level."""
        targets = self.ratios.targets
        named = any(t.role is not None or t.prior.given.of_source for t in targets)
        return named or bool(self.anchors)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What differs from the model as configured; the engines compile once and refit with this."""

    weights: Array  # (claim,): 1 for a claim that counts, 0 for one left out
    shift: Array  # (assumption,): added to its location, on the log scale; as `Layout.assumptions`

    @classmethod
    def plain(cls, layout: Layout) -> Scenario:
        """Return the model as configured."""
        return cls(np.ones(len(layout.claims)), np.zeros(len(layout.assumptions)))

    def without(self, layout: Layout, source: str) -> Scenario:
        """Leave every claim of `source` out."""
        return replace(self, weights=self.weights * ~_said_by(layout, source))

    def only(self, layout: Layout, source: str) -> Scenario:
        """Leave every claim of other sources out."""
        return replace(self, weights=self.weights * _said_by(layout, source))

    def shifted(self, assumption: int, by: float) -> Scenario:
        """Move the location of one assumption by `by`, on the log scale."""
        shift = self.shift.copy()
        shift[assumption] += by
        return replace(self, shift=shift)


def _said_by(layout: Layout, source: str) -> npt.NDArray[np.bool_]:
    return np.array([claim.source == source for claim in layout.claims])


def _named(target: Target, name: str) -> str:
    """A field of the cell, the level or the role of a target, as text."""
    if name == "role":
        return target.role or "no role"
    return str(getattr(target if name == "level" else target.label, name))


def _telling(targets: Sequence[Target]) -> list[str]:
    """What tells the targets of one source apart: fields of the cell, level and role."""
    names = (*CELL_FIELDS, "level", "role")
    return [name for name in names if len({_named(target, name) for target in targets}) > 1]


def _ratio_name(source: str, apart: tuple[str, ...]) -> str:
    if not apart:
        return stored("assumption", "ratio of {source}", source=source)
    cell = ", ".join(apart)
    return stored("assumption", "ratio of {source} ({cell})", source=source, cell=cell)


def level_name(level: Level, levels: Sequence[Level]) -> str:
    """Name the prior on the size of the cells."""
    if len(levels) == 1:
        return N_("assumption", "level prior")
    return stored("assumption", "level prior ({kind})", kind=f"{level.kind}s")


def build_layout(
    claims: Sequence[Claim],
    priors: Priors,
    *,
    roles: Mapping[str, str],
    hedge: Mapping[str, str],
    time: TimeGrid | None = None,
    over_time: OfSources | None = None,
) -> Layout:
    """Lay out the model of these claims."""
    sources = list(dict.fromkeys(claim.source for claim in claims))
    for given, where in ((priors.sources, "priors, sources"), (roles, "roles"), (hedge, "hedge")):
        _check_sources(given, sources, where)
    for network in priors.networks:
        _check_sources(dict.fromkeys(network.sources), sources, "priors, networks")
    sources_over_time = over_time or OfSources()
    _check_sources(sources_over_time.delay, sources, "delay")
    _check_sources(sources_over_time.drift, sources, "drift")
    keys = [_key(claim, priors, roles) for claim in claims]
    distinct = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    targets = [_target(key, priors) for key in distinct]
    _check_networks(priors.networks, targets)
    _check_anchors(priors.anchors, targets)
    labels = [target.label for target in targets]
    labels += [anchor_label(a.cell, targets) for a in priors.anchors if a.source is None]
    grid = build_cells(labels, priors.groups)
    _no_incident_as_total(grid, targets)
    chosen = tuple(_hedge(claim, key[1], hedge) for claim, key in zip(claims, keys, strict=True))
    target_of = np.array([distinct[key] for key in keys], dtype=np.intp)
    levels = _levels(grid, targets, priors)
    anchors = tuple(_place(anchor, grid, targets) for anchor in priors.anchors)
    timeline = None
    if time is not None:
        of_totals = [level.cells for level in levels if level.kind == "total"]
        profiled = of_totals[0] if of_totals else np.zeros(0, dtype=np.intp)
        on_cells = [anchor.cells for anchor in anchors]
        timeline = build_timeline(
            time, claims, target_of, targets, grid, profiled, on_cells, priors, sources_over_time
        )
    # Whose error a claim has: its source's, toward a part of the cells where one is named.
    within = priors.within
    speakers = [f"{c.source} ({getattr(c, within)})" if within else c.source for c in claims]
    learned = tuple(name for name, count in Counter(speakers).items() if count >= LEARN_FROM)
    return Layout(
        claims=tuple(claims),
        readings=tuple(
            _reading(claim, how, targets[distinct[key]], priors)
            for claim, how, key in zip(claims, chosen, keys, strict=True)
        ),
        hedges=chosen,
        reporting_sd=np.array(
            [priors.tally_sd if key[1] in TALLY_ROLES else priors.reporting_sd for key in keys]
        ),
        target_of=target_of,
        grid=grid,
        cover=np.array([grid.row(target.label) for target in targets], dtype=float),
        ratios=build_ratios(targets, priors.fractions, priors.within, priors.networks),
        levels=levels,
        anchors=anchors,
        learned=learned,
        learned_of=np.array(
            [learned.index(name) if name in learned else -1 for name in speakers], dtype=np.intp
        ),
        priors=priors,
        timeline=timeline,
    )


def _check_sources(given: Mapping[str, object], sources: Sequence[str], where: str) -> None:
    for name in given:
        must_be_in(name, sources, f"{where}: no source is called {name!r}")


def _check_networks(networks: Sequence[Network], targets: Sequence[Target]) -> None:
    """Members share one term, so what each adds to its role must be of one form."""
    for network in networks:
        mine = [target for target in targets if target.source in network.sources]
        forms = {t.prior.spread is not None and t.prior.spread.heavy for t in mine}
        if len(forms) > 1:
            msg = (
                f"priors, networks: the priors of {listed(network.sources)} differ in form: give "
                "all of them or none a prior of its own in sources"
            )
            raise UsageError(msg)


def _no_incident_as_total(grid: CellGrid, targets: Sequence[Target]) -> None:
    """Refuse a single incident on cells that a total counts: it is a part of them, not a rival."""
    incidents, totals = ([t for t in targets if t.level == one] for one in ("incident", "total"))
    for incident, total in itertools.product(incidents, totals):
        if not (grid.row(total.label) & ~grid.row(incident.label)).any():
            msg = (
                f"{incident.source} speaks of a single incident and {total.source} of a total, "
                f"both on {incident.label}; give the incident a scope of its own"
            )
            raise UsageError(msg)


def _check_anchors(anchors: Sequence[Anchor], targets: Sequence[Target]) -> None:
    """Refuse an anchor on a place or perpetrator that no claim names."""
    for anchor in anchors:
        for name in ("scope", "perpetrator"):
            used = {part for t in targets for part in str(getattr(t.label, name)).split("+")}
            for part in anchor.cell.get(name, "").split("+") if name in anchor.cell else []:
                if part.strip() not in used:
                    msg = f"anchors: no claim names the {name} {part!r}. {offered(part, used)}"
                    raise UsageError(msg)


_Key = tuple[str, str | None, str, Label]


def _key(claim: Claim, priors: Priors, roles: Mapping[str, str]) -> _Key:
    role = effective_role(claim, priors, roles)
    if role is not None:
        must_be_in(role, priors.roles, f"roles: {role!r} is not a role")
    return claim.source, role, claim.level, Label(*claim.cell_key)


def effective_role(claim: Claim, priors: Priors, roles: Mapping[str, str]) -> str | None:
    """Role of a claim's source: the constructor's, else the priors', else the table's."""
    stated = priors.sources[claim.source].role if claim.source in priors.sources else None
    role = roles.get(claim.source) or stated or claim.role
    return None if role == NO_ROLE else role


def _target(key: _Key, priors: Priors) -> Target:
    source, role, level, label = key
    prior = priors.ratio(source, role, level)
    # What the analyst says of one source is knowledge of that source, not of its role.
    own = prior.given.of_source
    block = f"source {source} {level}" if own else f"role {role} {level}"
    return Target(source, role, level, label, prior, block)


def _hedge(claim: Claim, role: str | None, hedge: Mapping[str, str]) -> str:
    chosen = hedge.get(claim.source) or claim.hedge
    if chosen is not None:
        if chosen in HEDGES:
            return chosen
        msg = f"hedge of {claim.source!r} must be 'speaker' or 'documented', not {chosen!r}"
        raise UsageError(msg)
    # "At least hundreds", or a lower end with a larger number beside it, is no tally of a list.
    # "At least 13" of a single incident is what is known so far, not all that a list holds.
    tally = claim.quantity.grid is not None and claim.quantity.best is None
    tally = tally and claim.level != "incident"
    return "documented" if role in COUNTING_ROLES and tally else "speaker"


def _reading(claim: Claim, hedge: str, target: Target, priors: Priors) -> Reading:
    """How a claim enters the likelihood."""
    quantity = claim.quantity
    reading = quantity.hedge.reading(quantity, documented=hedge == "documented")
    if target.prior.zero and isinstance(reading, Interval) and reading.low == LOG_NOTHING:
        # Who denies does not count: the number says little of how many died.
        words, denies = "zero, perhaps a denial", target.prior.zero
        return Denial(words=words, low=reading.low, high=reading.high, denies=denies)
    if target.prior.zero:
        # Ten admitted of six thousand is nearly a denial, and says as little.
        return reading.as_concession(target.prior.zero)
    return reading.as_tally() if priors.light_tallies and target.role in TALLY_ROLES else reading


def anchor_label(cell: Mapping[str, str], targets: Sequence[Target]) -> Label:
    """Complete an anchor's cell with what all claims share."""
    values = {}
    for name in CELL_FIELDS:
        used = sorted({str(getattr(target.label, name)) for target in targets})
        if name in cell:
            # Scopes are sets: the order of their parts does not matter.
            values[name] = "+".join(sorted(part.strip() for part in cell[name].split("+")))
        elif len(used) == 1:
            values[name] = used[0]
        else:
            msg = f"anchors: say the {name} of the anchor. {offered('', used)}"
            raise UsageError(msg)
    return Label(**values)


def _place(anchor: Anchor, grid: CellGrid, targets: Sequence[Target]) -> AnchorTerm:
    if anchor.source is None:
        label = anchor_label(anchor.cell, targets)
        return AnchorTerm(anchor.name, anchor.prior, cells=grid.row(label))
    fitting = [
        i
        for i, target in enumerate(targets)
        if target.source == anchor.source
        and all(getattr(target.label, name) == value for name, value in anchor.cell.items())
    ]
    if len(fitting) == 1:
        return AnchorTerm(anchor.name, anchor.prior, target=fitting[0])
    if fitting:
        msg = (
            f"anchors: {anchor.source!r} speaks of {len(fitting)} cells; say which one the ratio "
            f"belongs to with scope, outcome, group or perpetrator"
        )
        raise UsageError(msg)
    hint = offered(anchor.source, sorted({target.source for target in targets}))
    msg = f"anchors: no counted claim of {anchor.source!r} fits. {hint}"
    raise UsageError(msg)


def _levels(grid: CellGrid, targets: Sequence[Target], priors: Priors) -> tuple[Level, ...]:
    """Give cells that only incident claims speak of a prior of their own size."""
    speaks = np.array([grid.row(target.label) for target in targets])
    of_totals = np.array([target.level == "total" for target in targets])
    by_total = speaks[of_totals].any(axis=0)
    by_any = speaks.any(axis=0)
    for i, cell in enumerate(grid.cells):
        # A parent that nobody claimed is of the kind of its subgroups.
        for up in cell.parent:
            if not by_any[up]:
                by_total[up] |= by_total[i]
    base = np.arange(len(grid.cells)) < grid.base
    levels = []
    for kind, mask, shared, single in (
        ("total", by_total, priors.shared, priors.single),
        ("incident", ~by_total, priors.shared_incident, priors.single_incident),
    ):
        positions = np.flatnonzero(base & mask)
        if len(positions):
            levels.append(Level(kind, shared if len(positions) > 1 else single, positions))
    return tuple(levels)
