"""Ratios that were summed out of a sampled model, drawn given all that was sampled."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array
from casualty_est.claims.model.kernels import claim_log_density
from casualty_est.claims.model.layout import Layout, Scenario
from casualty_est.claims.model.summed import Summed, Table, gaps, located, packed
from casualty_est.quantity.hedges.readings import (
    LOG_NOTHING,
    Interval,
    Point,
    Reading,
    TallyInterval,
    TallyPoint,
)

Rows = npt.NDArray[np.intp]

ROUNDS = 12  # of proposals before the rest is drawn on a lattice
MARGIN = 0.03  # above the highest density on a grid
NEAR = 0.02 * np.sinh(np.linspace(-5.0, 5.0, 61))  # lattice round a claim


def ratios_of(
    layout: Layout,
    summed: Summed,
    scenario: Scenario,
    readings: tuple[Reading, ...],
    drawn: dict[str, Array],
    seed: int,
) -> tuple[Array, Array]:
    """Log ratios of all that were summed out, and the scores of their priors.

    Of shape (chain, draw, ratio), as what was drawn.
    """
    shape = drawn["log_deaths"].shape[:2]
    flat = {name: values.reshape(-1, values.shape[-1]) for name, values in drawn.items()}
    log_ratio, scores = np.empty((2, len(flat["log_deaths"]), len(summed)))
    found = ratios_drawn(layout, summed, scenario, readings, flat, seed)
    for k, (_, ratio, score) in enumerate(found):
        log_ratio[:, k], scores[:, k] = ratio, score
    return log_ratio.reshape(*shape, -1), scores.reshape(*shape, -1)


def ratios_drawn(
    layout: Layout,
    summed: Summed,
    scenario: Scenario,
    readings: tuple[Reading, ...],
    drawn: dict[str, Array],
    seed: int,
) -> Iterator[tuple[int, Array, Array]]:
    """Each target that was summed out, its log ratio in every draw, and the score of its prior.

    drawn: log_deaths (draw, cell), shared (draw, target) and reporting_sd (draw, learned).
    """
    deaths = np.exp(drawn["log_deaths"])
    tables, priors = _Tables(summed.tables), _Tables(summed.prior_tables)
    for k, (target, claim) in enumerate(zip(summed.targets, summed.claims, strict=True)):
        rng = np.random.default_rng([seed, 7, int(target)])
        cells = np.flatnonzero(layout.cover[target])
        log_n = np.log(deaths[:, cells] @ layout.cover[target, cells]) + scenario.shift[target]
        own = np.array([target])
        place, middle = (
            column[:, 0] for column in located(layout.ratios, own, drawn["shared"][:, own], np)
        )
        of = layout.learned_of[claim]
        sd = (
            drawn["reporting_sd"][:, of]
            if of >= 0
            else np.full(len(place), layout.reporting_sd[claim])
        )
        ratio = _Ratio(
            readings[claim] if scenario.weights[claim] else None,
            place, log_n + middle, sd, priors, int(summed.prior_table[k]), tables,
            int(summed.table[k]),
        )  # fmt: skip
        said = ratio.drawn(rng)
        score = priors.read(int(summed.prior_table[k]), said - log_n - middle, place)[1]
        yield int(target), said - log_n + scenario.shift[target], score


class _Tables:
    """Tables of `summed`, packed."""

    def __init__(self, tables: tuple[Table, ...]) -> None:
        self.values, self.shapes, self.nodes = packed(tables)
        self.tables = tables
        self._tops: dict[int, tuple[Array, Array]] = {}

    def read(self, table: int, distance: Array, place: Array, sd: Array | None = None) -> Array:
        """Value and slopes at some points, (4, point)."""
        from casualty_est.claims.model.lookup import read_off

        logs = np.zeros(len(distance)) if sd is None else np.log(sd)
        which = np.full(len(distance), table, dtype=np.intp)
        found: Array = read_off(distance, place, logs, which, self.values, self.shapes, self.nodes)
        return found

    def top(self, table: int, place: Array) -> Array:
        """Highest log density of a prior at each place, with a margin."""
        if table not in self._tops:
            first, step = self.tables[table].place
            nodes = first + step * np.arange(max(self.tables[table].values.shape[1] - 2, 1))
            fine = np.linspace(nodes[0], nodes[-1], 4 * len(nodes))
            grid = np.repeat(fine, len(gaps()))
            values = self.read(table, np.tile(gaps(), len(fine)), grid)[0]
            self._tops[table] = fine, values.reshape(len(fine), -1).max(axis=1)
        return np.interp(place, *self._tops[table]) + MARGIN


class _Ratio:
    """What one claim would be without error, given the counts, in every draw."""

    def __init__(
        self,
        reading: Reading | None,
        place: Array,
        expected: Array,
        sd: Array,
        priors: _Tables,
        prior: int,
        tables: _Tables,
        table: int,
    ) -> None:
        self.reading, self.place, self.expected, self.sd = reading, place, expected, sd
        self.priors, self.prior, self.tables, self.table = priors, prior, tables, table

    def drawn(self, rng: np.random.Generator) -> Array:
        """Draw it: proposed from the claim, accepted by the prior; the rest on a lattice."""
        said = np.empty(len(self.place))
        token = self._named_a_token(rng)
        open_ = np.flatnonzero(~token)
        top = self.priors.top(self.prior, self.place)
        for _ in range(ROUNDS):
            proposed = _proposed(self.reading, self.sd[open_], rng)
            if proposed is None or not len(open_):
                break
            log_prior = self._log_prior(open_, proposed)
            taken = np.log(rng.uniform(size=len(open_))) < log_prior - top[open_]
            said[open_[taken]] = proposed[taken]
            open_ = open_[~taken]
        for rows, reading in ((open_, self.reading), (np.flatnonzero(token), None)):
            if len(rows):
                said[rows] = self._on_lattice(rows, reading, rng)
        return said

    def _named_a_token(self, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Whether the number says nothing, in draws of a source that may name a token."""
        share = getattr(self.reading, "token", 0.0)
        if self.reading is None or not share:
            return np.zeros(len(self.place), dtype=bool)
        distance = self.reading.rough()[0] - self.expected
        log_like = self.tables.read(self.table, distance, self.place, self.sd)[0]
        return np.asarray(np.log(rng.uniform(size=len(log_like))) < self._log_token() - log_like)

    def _log_token(self) -> float:
        """Log density of a token number: what is left far from the number."""
        assert self.reading is not None
        return float(claim_log_density(self.reading, np.array([-1e6]), 0.1)[0])

    def _log_counted(self, said: Array, sd: Array) -> Array:
        """Log density of the number where it is no token."""
        assert self.reading is not None
        whole = claim_log_density(self.reading, said, sd)
        if not getattr(self.reading, "token", 0.0):
            return np.asarray(whole)
        rest = -np.expm1(np.minimum(self._log_token() - whole, 0.0))
        return np.asarray(whole + np.log(np.maximum(rest, 1e-300)))

    def _log_prior(self, rows: Rows, said: Array) -> Array:
        distance = said - self.expected[rows]
        return np.asarray(self.priors.read(self.prior, distance, self.place[rows])[0])

    def _on_lattice(self, rows: Rows, reading: Reading | None, rng: np.random.Generator) -> Array:
        """By the inverse of a distribution function that is straight between the nodes."""
        nodes = self.expected[rows, None] + gaps()
        if reading is not None:
            near = np.broadcast_to(reading.rough()[0] + NEAR, (len(rows), len(NEAR)))
            nodes = np.sort(np.concatenate([nodes, near], axis=1), axis=1)
        wide = nodes.shape[1]
        logs = self._log_prior(np.repeat(rows, wide), nodes.ravel()).reshape(nodes.shape)
        if reading is not None:
            logs = logs + self._log_counted(nodes, self.sd[rows, None])
        density = np.exp(logs - logs.max(axis=1, keepdims=True))
        mass = (density[:, 1:] + density[:, :-1]) / 2 * np.diff(nodes, axis=1)
        below = np.cumsum(mass, axis=1)
        wanted = rng.uniform(size=len(rows)) * below[:, -1]
        at = np.minimum((below < wanted[:, None]).sum(axis=1), wide - 2)
        line = np.arange(len(rows))
        left = below[line, at] - mass[line, at]
        part = (wanted - left) / np.maximum(mass[line, at], 1e-300)
        return np.asarray(nodes[line, at] + part * np.diff(nodes, axis=1)[line, at])


def _proposed(reading: Reading | None, sd: Array, rng: np.random.Generator) -> Array | None:
    """Draw what a source would say without error from its claim alone, where that is possible."""
    size = len(sd)
    if isinstance(reading, Point):
        error = _error(isinstance(reading, TallyPoint), size, rng)
        return reading.z + np.hypot(sd, reading.extra) * error
    if isinstance(reading, Interval) and reading.low > LOG_NOTHING:  # a denial has no lower end
        missed = rng.uniform(size=size) < reading.leak
        width = np.where(missed, 1.0, sd)
        error = _error(isinstance(reading, TallyInterval), size, rng)
        return rng.uniform(reading.low, reading.high, size) + width * error
    return None


def _error(light: bool, size: int, rng: np.random.Generator) -> Array:
    return rng.standard_normal(size) if light else rng.standard_t(4, size)
