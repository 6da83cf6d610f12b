"""Time in a claims model: which share of every step each window holds, and which errors are shared.

Deaths of a cell run over the steps of a grid as its total times a profile. A profile is the softmax
of a random walk, written with its first Karhunen-Loeve terms, so that any window is a weighted sum
over the grid and all identities between cells hold at every date. Restated totals of one source
share an error that moves slowly; a source may drift, or state deaths only after a delay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array, Bools
from casualty_est.claims.model.cells import CellGrid
from casualty_est.claims.model.delays import Delayed, delay_nodes
from casualty_est.claims.model.ratios import Target
from casualty_est.claims.model.sum_paths import SumPaths, sum_paths
from casualty_est.claims.table.claim import Claim
from casualty_est.claims.table.over_time import running
from casualty_est.claims.table.time_grid import TimeGrid
from casualty_est.priors import Priors
from casualty_est.priors.settings import SMALLEST_SD
from casualty_est.priors.time import Delay

Ints = npt.NDArray[np.intp]

# Degrees of freedom of the multivariate t that an unknown scale of a profile leaves: the log of the
# scale has sd .27. With 4 a profile that nothing pins wanders so far that chains mix badly.
PROFILE_DF = 8
MONTH = 365.25 / 12  # days
SLOW_FROM = 3  # restated totals from which a source has a slow error
MOST_TERMS = 6
LEARN_SHORT = 5  # windows within one step from which their extra sd is learned,
SHORT_SPREAD = 0.5  # with this sd of its log


@dataclass(frozen=True, slots=True)
class Wander:
    """Errors and ratios that move over time, written with few independent terms."""

    load: Array  # (claim, term): what one sd of each term adds to the log of a claim
    centre: Array  # (target, term): mean of `load` over the claims of each target
    on_grid: Array  # (step, term): what it adds to the log ratio at the end of each step
    kinds: tuple[str, ...]
    owners: tuple[int | str, ...]

    @property
    def terms(self) -> int:
        """Number of terms."""
        return len(self.kinds)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that time adds to the layout of a claims model."""

    grid: TimeGrid
    basis: Array  # (term, step): Karhunen-Loeve terms of a random walk of unit variance per grid
    path_sd: float  # median of the sd of the log intensity's walk over the whole grid
    profiled: Ints  # (profile,): base cells that have a profile
    windows: Array  # (window, step): share of each step that every window holds
    window_of: Ints  # (claim,)
    reference: Ints  # (target,): its widest window, on which its claimed total is defined
    anchor_window: Ints  # (anchor,): -1 for one on a ratio
    labels: Array  # (label, cell): sums of cells that a claim or an anchor speaks of
    label_of: Ints  # (target,)
    anchor_label: Ints  # (anchor,): -1 for one on a ratio
    delayed: tuple[Delayed, ...]
    wander: Wander
    running: Bools  # (claim,): whether it is a running total that its source restates
    short: Bools  # (claim,): whether its window is shorter than a step
    sum_paths: SumPaths | None  # where a sum of cells is counted better than one of its parts

    @property
    def short_learned(self) -> bool:
        """Whether the extra sd of short windows is learned."""
        return int(self.short.sum()) >= LEARN_SHORT


def shares(timeline: Timeline, base: int, walk: Array | None) -> Array:
    """Share (draw or 1, cell, step) of deaths in each step, of walks (draw, profile, term)."""
    days = timeline.grid.days / timeline.grid.days.sum()
    if walk is None:
        return np.broadcast_to(days, (1, base, len(days)))
    part = np.broadcast_to(days, (len(walk), base, len(days))).copy()
    log_share = walk @ timeline.basis + np.log(timeline.grid.days)
    share = np.exp(log_share - log_share.max(axis=-1, keepdims=True))
    part[:, timeline.profiled] = share / share.sum(axis=-1, keepdims=True)
    return part


def karhunen_loeve(grid: TimeGrid, terms: int) -> Array:
    """Terms (term, step) of a random walk without its mean, of variance 1 over the whole grid."""
    edges = np.array(grid.edges, dtype=float)
    middle = ((edges[1:] + edges[:-1]) / 2 - edges[0]) / (edges[-1] - edges[0])
    order = np.arange(1, min(terms, grid.steps - 1) + 1)[:, None]
    return np.asarray(np.sqrt(2) * np.cos(np.pi * order * middle) / (np.pi * order))


def slow_terms(days: Array, sd: float, months: float) -> Array:
    """Terms (claim, term) of an error with Gaussian correlation over some days."""
    # Times their transpose they are the covariance, but for terms below `SMALLEST_SD`.
    gap = (days[:, None] - days) / (months * MONTH)
    return _loadings(sd**2 * np.exp(-0.5 * gap**2))


def drift_terms(grid: TimeGrid, middle: float, sd: float) -> Array:
    """Terms of a log ratio's walk, zero at one day, at the end of every step: (step, term)."""
    years = (np.array(grid.edges[1:], dtype=float) - middle) / 365.25
    same_side = years[:, None] * years > 0
    near = np.minimum(np.abs(years[:, None]), np.abs(years))
    return _loadings(sd**2 * np.where(same_side, near, 0.0))


def _loadings(covariance: Array) -> Array:
    values, vectors = np.linalg.eigh(covariance)
    load = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    matters = np.flatnonzero(np.abs(load).max(axis=0) > SMALLEST_SD)
    return np.asarray(load[:, : min(len(matters), MOST_TERMS)])


@dataclass(frozen=True, slots=True)
class OfSources:
    """What is said of single sources over time, by name."""

    delay: Mapping[str, Delay] = field(default_factory=dict)
    drift: Mapping[str, float] = field(default_factory=dict)


def build_timeline(
    grid: TimeGrid,
    claims: Sequence[Claim],
    target_of: Ints,
    targets: Sequence[Target],
    cells: CellGrid,
    profiled: Ints,
    on_cells: Sequence[Bools | None],
    priors: Priors,
    sources: OfSources,
) -> Timeline:
    """Lay out time; `on_cells` marks the cells of each anchor, None for one on a ratio."""
    book, labels = _Windows(grid, sources.delay), _Labels()
    window_of = _ints(book.of(claim) for claim in claims)
    anchor_window = _ints(
        -1 if marked is None else book.between(anchor.start, anchor.end)
        for anchor, marked in zip(priors.anchors, on_cells, strict=True)
    )
    label_of = _ints(labels.place(cells.row(target.label)) for target in targets)
    anchor_label = _ints(-1 if marked is None else labels.place(marked) for marked in on_cells)
    spans = book.spans()
    widest = (
        max(np.flatnonzero(target_of == t), key=lambda i: spans[window_of[i]])
        for t in range(len(targets))
    )
    is_running = np.array(running(claims), dtype=bool)
    step_days = float(np.median(grid.days))
    begins = np.array([claim.start == grid.start for claim in claims])
    assumed = priors.over_time
    basis = karhunen_loeve(grid, assumed.terms)
    counted = _counted(cells, profiled, np.array(labels.marks, dtype=float), label_of[target_of])
    return Timeline(
        grid=grid,
        basis=basis,
        path_sd=assumed.path_sd or max(1.0, 1.25 * float(np.sqrt(grid.years))),
        profiled=profiled,
        windows=book.matrix(),
        window_of=window_of,
        reference=_ints(window_of[i] for i in widest),
        anchor_window=anchor_window,
        labels=np.array(labels.marks, dtype=float),
        label_of=label_of,
        anchor_label=anchor_label,
        delayed=book.delayed(),
        wander=_wander(grid, claims, target_of, targets, is_running, priors, sources),
        running=is_running,
        short=(np.array([_days_of(c) for c in claims]) < step_days) & ~is_running & ~begins,
        sum_paths=sum_paths(basis, grid.days, len(profiled), counted),
    )


def _counted(
    cells: CellGrid, profiled: Ints, labels: Array, label_of: Ints
) -> list[tuple[Ints, int]]:
    """Positions of the profiles behind every label, and how many claims speak of it."""
    behind = labels @ cells.of_base() > 0
    claims = np.bincount(label_of, minlength=len(labels))
    return [
        (np.flatnonzero(inside[profiled]), int(count))
        for inside, count in zip(behind, claims, strict=True)
        if inside.sum() == inside[profiled].sum()
    ]


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.intp)


def _days_of(claim: Claim) -> float:
    if claim.start is None or claim.end is None or claim.level == "incident":
        return float("inf")
    return float((claim.end - claim.start).days + 1)


class _Labels:
    """Distinct sums of cells, as rows of marks."""

    def __init__(self) -> None:
        self.rows: dict[bytes, int] = {}
        self.marks: list[Bools] = []

    def place(self, marked: Bools) -> int:
        row = self.rows.setdefault(marked.tobytes(), len(self.marks))
        if row == len(self.marks):
            self.marks.append(marked)
        return row


_Key = tuple[date, date, date | None, str | None]


class _Windows:
    """Distinct windows, those of delayed sources by the day of the statement too."""

    def __init__(self, grid: TimeGrid, delays: Mapping[str, Delay]) -> None:
        self.grid = grid
        self.delays = delays
        self.keys: dict[_Key, int] = {}

    def _place(self, key: _Key) -> int:
        return self.keys.setdefault(key, len(self.keys))

    def between(self, start: date | None, end: date | None) -> int:
        return self._place((start or self.grid.start, end or self.grid.end, None, None))

    def of(self, claim: Claim) -> int:
        if claim.level == "incident":  # one event: there is nothing to divide
            return self.between(None, None)
        assert claim.start is not None
        assert claim.end is not None
        if claim.source in self.delays:
            stated = claim.reported or claim.end
            return self._place((claim.start, claim.end, stated, claim.source))
        return self.between(claim.start, claim.end)

    def spans(self) -> list[tuple[float, float]]:
        """Order of windows: the longest first, then those that were stated last."""
        return [
            (float((end - start).days), float((stated or end).toordinal()))
            for start, end, stated, _ in self.keys
        ]

    def matrix(self) -> Array:
        none, held = np.zeros(self.grid.steps), self.grid.weights
        return np.array([held(a, b) if late is None else none for a, b, _, late in self.keys])

    def delayed(self) -> tuple[Delayed, ...]:
        rows: dict[str, list[tuple[int, Array, Array]]] = defaultdict(list)
        for (start, end, stated, source), i in self.keys.items():
            if source is not None and stated is not None:
                rows[source].append((i, *delay_nodes(self.grid, start, end, stated)))
        delayed = []
        for source, parts in rows.items():
            places, lags, held = zip(*parts, strict=True)
            nodes = np.array(lags), np.array(held)
            delayed.append(Delayed(source, self.delays[source], _ints(places), *nodes))
        return tuple(delayed)


def _wander(
    grid: TimeGrid,
    claims: Sequence[Claim],
    target_of: Ints,
    targets: Sequence[Target],
    is_running: Bools,
    priors: Priors,
    sources: OfSources,
) -> Wander:
    terms: list[tuple[Array, Array, str, int | str]] = []  # on claims, on the grid, kind, owner
    days = np.array([_day(claim, sources) for claim in claims])
    assumed = priors.over_time
    for target, rows in _series(claims, target_of, is_running, days):
        for load in slow_terms(days[rows], assumed.slow_sd, assumed.slow_months).T:
            column = np.zeros(len(claims))
            column[rows] = load
            terms.append((column, np.zeros(grid.steps), "slow", target))
    for source, sd in sources.drift.items():
        mine = np.array([i for i, claim in enumerate(claims) if claim.source == source])
        middle = float(days[mine].min() + days[mine].max()) / 2
        ends = np.array(grid.edges[1:], dtype=float)
        for load in drift_terms(grid, middle, sd).T:
            column = np.zeros(len(claims))
            column[mine] = np.interp(days[mine], ends, load)
            terms.append((column, load, "drift", source))
    columns, on_grid, kinds, owners = zip(*terms, strict=True) if terms else ((), (), (), ())
    load = np.array(columns).reshape(len(terms), len(claims)).T
    counts = np.bincount(target_of, minlength=len(targets))
    centre = np.zeros((len(targets), load.shape[1]))
    np.add.at(centre, target_of, load)
    return Wander(
        load,
        centre / np.maximum(counts, 1)[:, None],
        np.array(on_grid).reshape(len(terms), grid.steps).T,
        kinds,
        owners,
    )


def _day(claim: Claim, sources: OfSources) -> float:
    """Day on which a claim stands for the number, as an ordinal; a blank one is no matter."""
    day = claim.reported if claim.source in sources.delay and claim.reported else claim.end
    return float(day.toordinal() + 1) if day else 0.0


def _series(
    claims: Sequence[Claim], target_of: Ints, is_running: Bools, days: Array
) -> list[tuple[int, Ints]]:
    """Targets and the positions of their restated running totals, where there are enough."""
    series: dict[tuple[int, date | None], list[int]] = defaultdict(list)
    for i, claim in enumerate(claims):
        if is_running[i]:
            series[int(target_of[i]), claim.start].append(i)
    return [
        (target, _ints(rows))
        for (target, _), rows in series.items()
        if len(set(days[rows])) >= SLOW_FROM
    ]
