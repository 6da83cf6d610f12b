"""Ratios that one claim alone speaks of, summed out: in tables a source by cell is one number.

With many cells and many sources nearly every ratio has one claim. What that claim would be without
error is then a number of its own for the sampler, thousands of them, each known to a tenth. Its
likelihood

    L(T, shared, s) = sum over b of  k(claim | log T + b, s) p(b | shared)

is smooth, and depends on the count and the claim only through the distance between them. So it is
computed once, on a grid of that distance, the place of the prior and the reporting sd, for every
shape that a claim can have; the sampler reads it off by cubic splines. What is left to sample are
the counts, what roles and sources add, and the reporting sds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from casualty_est.arrays import Array
from casualty_est.claims.model.kernels import claim_log_density
from casualty_est.claims.model.ratios import DOF, Ratios, log_expit
from casualty_est.priors.settings import SMALLEST_SD
from casualty_est.quantity.hedges.readings import Reading

if TYPE_CHECKING:
    from casualty_est.claims.model.layout import Layout

Ints = npt.NDArray[np.intp]

MANY = 100  # ratios of one claim from which on tables pay
MOST_SHAPES = 100  # of claims on a completeness; the tables of more would fill memory
LEAST_OVER_SD = 0.08  # of an over-count: a sharper edge needs a finer grid

STEP, COARSER = 0.02, 3  # of the lattice of log ratios, and how many to a step of the log count
REACH = 7.0  # distances up to this are on the grid, a factor of 1,100; beyond it goes on straight
BEND = 0.15  # the grid of distances is even up to here, and in their logs beyond
GAPS = 161
OWN_REACH = {True: 40.0, False: 30.0}  # scales of a t, and of a Normal
PLACES = 3.0  # sds of what role and source add, to either side; straight beyond
PLACE_STEP = 0.5  # in scales of what is a source's own
HIGHEST = 12.0  # logit of a completeness above which all are alike
SD_STEP, MOST_SD = 0.4, 2.5  # of the grid of reporting sds, in logs, and its end
TINY = 1e-290
PROBES = np.array([-2.0, -0.3, -0.05, 0.0, 0.07, 0.4, 3.0])


class Prior(NamedTuple):
    """What a ratio is like before its claim, apart from where it lies."""

    logit: bool
    scale: float
    heavy: bool
    over_sd: float
    lowest: float  # places on the grid, of a completeness
    highest: float


@dataclass(frozen=True, slots=True)
class Table:
    """Coefficients of a cubic spline (distance, place, log sd); an axis of length 1 is no axis."""

    values: Array
    place: tuple[float, float]  # first node and step
    log_sd: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Summed:
    """Targets whose ratio is summed out, and the tables that do it."""

    targets: Ints
    claims: Ints  # the claim of each
    centre: Array  # its log number, from which distances are counted
    table: Ints
    tables: tuple[Table, ...]
    prior_table: Ints  # the same without a claim: log density of the log ratio
    prior_tables: tuple[Table, ...]

    def __len__(self) -> int:
        return len(self.targets)

    def only(self, some: Ints) -> Summed:
        """The same of some targets."""
        names = ("targets", "claims", "centre", "table", "prior_table")
        return replace(self, **{name: getattr(self, name)[some] for name in names})


def summed_out(layout: Layout) -> Summed | None:
    """Choose the ratios that can be summed out and tabulate them; None where it does not pay."""
    targets, claims = _alone(layout)
    if len(targets) < MANY:
        return None
    shapes: dict[tuple[object, ...], int] = {}
    of_shape: list[tuple[Prior, Reading, float | None]] = []
    kept: list[tuple[int, int, int]] = []
    ends = _places(layout.ratios)
    for target, claim in zip(targets, claims, strict=True):
        prior = _prior(layout.ratios, target, ends)
        reading = layout.readings[claim]
        sd = None if layout.learned_of[claim] >= 0 else float(layout.reporting_sd[claim])
        key = (prior, sd, type(reading), _shape(reading))
        if key not in shapes:
            if prior.logit and sum(one.logit for one, *_ in of_shape) >= MOST_SHAPES:
                continue
            shapes[key] = len(of_shape)
            of_shape.append((prior, reading, sd))
        kept.append((target, claim, shapes[key]))
    priors = {prior: i for i, prior in enumerate(dict.fromkeys(prior for prior, *_ in of_shape))}
    densities = {prior: _Density.of(prior) for prior in priors}
    # What a table gives at one place and one sd, those of a source, is read off once.
    at = np.array(
        sorted(kept, key=lambda one: (one[2], layout.ratios.targets[one[0]].source)), dtype=np.intp
    )
    return Summed(
        targets=at[:, 0],
        claims=at[:, 1],
        centre=np.array([layout.readings[c].rough()[0] for c in at[:, 1]]),
        table=at[:, 2],
        tables=tuple(densities[p].tabulated(reading, sd) for p, reading, sd in of_shape),
        prior_table=np.array([priors[of_shape[k][0]] for k in at[:, 2]], dtype=np.intp),
        prior_tables=tuple(density.tabulated() for density in densities.values()),
    )


def _alone(layout: Layout) -> tuple[list[int], list[int]]:
    """Targets of one claim whose ratio nothing else speaks of, and their claims."""
    if layout.timeline is not None:
        return [], []
    ratios = layout.ratios
    of: dict[int, list[int]] = defaultdict(list)
    for claim, target in enumerate(layout.target_of):
        of[int(target)].append(claim)
    anchored = {anchor.target for anchor in layout.anchors}
    sharp = (ratios.over_sd > 0) & (ratios.over_sd < LEAST_OVER_SD)
    mine = [t for t in of if len(of[t]) == 1 and t not in anchored and not sharp[t]]
    return mine, [of[t][0] for t in mine]


def _shape(reading: Reading) -> tuple[float, ...]:
    """A claim as a function of the distance to it, by its values at some."""
    centre = reading.rough()[0]
    values = [claim_log_density(reading, centre + PROBES, s) for s in (SMALLEST_SD, 0.3)]
    return tuple(np.concatenate(values).round(9))


def _places(ratios: Ratios) -> tuple[Array, Array]:
    """Ends of the grid of places, one pair for all targets with the same location and scale."""
    spread = PLACES * np.hypot(ratios.role_sd, ratios.source_sd * np.sqrt(DOF / (DOF - 2)))
    spread = spread + ratios.target_sd
    return ratios.mu - spread, np.minimum(ratios.mu + spread, HIGHEST)


def _prior(ratios: Ratios, i: int, ends: tuple[Array, Array]) -> Prior:
    logit = bool(ratios.logit[i])
    low, high = (float(end[i]) for end in ends) if logit else (0.0, 0.0)
    scale, over = float(ratios.target_sd[i]), float(ratios.over_sd[i])
    return Prior(logit, scale, bool(ratios.heavy[i]), over, low, high)


def located(ratios: Ratios, targets: Ints, shared: Any, xp: Any) -> tuple[Any, Any]:
    """Place of the prior of each target, given what is shared, and the log ratio there."""
    place = ratios.mu[targets] + shared
    middle = xp.where(ratios.logit[targets], log_expit(place, xp), place)
    return place, middle + ratios.over_mean[targets]


# Tables ----------------------------------------------------------------------------------------


def gaps() -> Array:
    """Distances on the grid: log number less log count less the middle of the prior."""
    end = np.arcsinh(REACH / BEND)
    return np.asarray(BEND * np.sinh(np.linspace(-end, end, GAPS)))


@dataclass(frozen=True, slots=True)
class _Density:
    """Prior of a log ratio on a lattice, at every place."""

    prior: Prior
    places: Array  # nodes of the place
    middles: Array  # the log ratio there
    log_ratio: Array  # lattice (point,)
    mass: Array  # (point, place)

    @classmethod
    def of(cls, prior: Prior) -> _Density:
        """Lay the prior out."""
        reach = OWN_REACH[prior.heavy] * prior.scale
        fine = STEP if prior.logit else min(STEP, prior.scale / 8)
        if not prior.logit:
            places = middles = np.zeros(1)
            core = np.arange(-reach, reach + fine, fine)
            inside, mass = core, _own(core[:, None] / prior.scale, prior.heavy)
        else:
            count = int(np.ceil((prior.highest - prior.lowest) / (PLACE_STEP * prior.scale))) + 1
            places = np.linspace(prior.lowest, prior.highest, max(count, 4))
            middles = log_expit(places, np)
            step = min(prior.over_sd / 2, prior.scale / 8)
            core = np.arange(prior.lowest - reach, HIGHEST, step)
            tail = np.arange(HIGHEST, prior.highest + reach, prior.scale / 8)
            width = np.concatenate([np.full(len(core), step), np.full(len(tail), prior.scale / 8)])
            core = np.concatenate([core, tail])
            inside = log_expit(core, np)
            mass = width[:, None] * _own((core[:, None] - places) / prior.scale, prior.heavy)
        if prior.over_sd:
            low, high = inside.min() - 9 * prior.over_sd, inside.max() + 25 * prior.over_sd
            lattice = np.arange(max(low, middles.min() - REACH), high, fine)
            z = (lattice[:, None] - inside) / prior.over_sd
            mass = np.exp(-0.5 * z * z) @ mass
        else:
            lattice = inside
        return cls(prior, places, middles, lattice, mass / mass.sum(axis=0))

    def tabulated(self, reading: Reading | None = None, sd: float | None = None) -> Table:
        """Log likelihood of a claim, its ratio summed out; without one, log density of the ratio.

        With `sd` None it has an axis of reporting sds.
        """
        places = (float(self.places[0]), _step(self.places))
        if reading is None:
            logs_of = np.log(np.maximum(self.mass / self._step, TINY))[..., None]
            at_gaps = self._at_gaps(logs_of, self.log_ratio)
            return Table(_coefficients(at_gaps), places, (0.0, 1.0))
        logs = np.log([sd]) if sd is not None else log_sds()
        step = self._step
        log_n = np.arange(-REACH, REACH - self.middles.min() + step, step)
        said = log_n[0] + self.log_ratio[0] + step * np.arange(len(log_n) + len(self.log_ratio) - 1)
        said = said + reading.rough()[0]  # the claim lies at 0
        rows = []
        for s in np.exp(logs):
            kernel = np.exp(claim_log_density(reading, said, s))
            windows = sliding_window_view(kernel, len(self.log_ratio))[::COARSER]
            like = np.ascontiguousarray(windows) @ self.mass
            rows.append(np.log(np.maximum(like, TINY)))
        at_gaps = self._at_gaps(np.stack(rows, axis=-1), log_n[::COARSER], -1.0)
        return Table(_coefficients(at_gaps), places, (float(logs[0]), _step(logs)))

    @property
    def _step(self) -> float:
        return float(self.log_ratio[1] - self.log_ratio[0])

    def _at_gaps(self, values: Array, lattice: Array, sign: float = 1.0) -> Array:
        """Values (lattice point, place, sd) at the distances of the grid, (distance, place, sd)."""
        from scipy.interpolate import BSpline, make_interp_spline

        whole = make_interp_spline(lattice, values)
        columns = [
            BSpline(whole.t, whole.c[:, i], whole.k)(
                np.clip(sign * (gaps() + middle), lattice[0], lattice[-1])
            )
            for i, middle in enumerate(self.middles)
        ]
        return np.stack(columns, axis=1)


def log_sds() -> Array:
    """Grid of the log of a learned reporting sd."""
    low, high = np.log(SMALLEST_SD), np.log(MOST_SD)
    return np.asarray(np.linspace(low, high, int(np.ceil((high - low) / SD_STEP)) + 1))


def _own(z: Array, heavy: bool) -> Array:
    """Density of what is a source's own, up to a constant."""
    return np.asarray((1 + z * z / DOF) ** (-(DOF + 1) / 2) if heavy else np.exp(-0.5 * z * z))


def _step(nodes: Array) -> float:
    return float(nodes[1] - nodes[0]) if len(nodes) > 1 else 1.0


def _coefficients(values: Array) -> Array:
    """Coefficients of the cubic B-spline through values on even nodes, two more along each axis."""
    for axis, count in enumerate(values.shape):
        if count > 1:
            moved = np.moveaxis(values, axis, 0)
            known = np.pad(moved.reshape(count, -1), ((1, 1), (0, 0)))
            solved = np.linalg.solve(_through(count), known)
            values = np.moveaxis(solved.reshape(count + 2, *moved.shape[1:]), 0, axis)
    return np.ascontiguousarray(values)


def _through(count: int) -> Array:
    """Matrix that takes coefficients to values; at both ends the third derivative is even."""
    matrix = np.zeros((count + 2, count + 2))
    for i in range(count):
        matrix[i + 1, i : i + 3] = 1 / 6, 4 / 6, 1 / 6
    matrix[0, :5] = 1, -4, 6, -4, 1
    matrix[-1, -5:] = 1, -4, 6, -4, 1
    return matrix


def packed(tables: Sequence[Table]) -> tuple[Array, Ints, Array]:
    """All coefficients in one vector; of each table its offset and shape; its nodes."""
    offsets = np.cumsum([0, *(table.values.size for table in tables)])[:-1]
    shapes = np.array([[o, *t.values.shape] for o, t in zip(offsets, tables, strict=True)])
    nodes = np.array([[*table.place, *table.log_sd] for table in tables])
    return np.concatenate([t.values.ravel() for t in tables]), shapes.astype(np.intp), nodes
