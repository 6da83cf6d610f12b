"""NUTS over a claims model of many cells: most ratios are summed out, and drawn afterwards."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array
from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.nuts import STATS, anchor_scores, shown
from casualty_est.claims.inference.whitened import FACTOR, MIDDLE, round_coordinates, whitened
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
from casualty_est.result.call import Report

Rows = npt.NDArray[np.intp]

TUNE = 400  # draws of a warm-up that finds the curvature known
ROUNDS = 12  # of proposals before the rest is drawn on a lattice
MARGIN = 0.03  # above the highest density on a grid
NEAR = 0.02 * np.sinh(np.linspace(-5.0, 5.0, 61))  # lattice round a claim


class CompiledCells:
    """One compiled claims model of many cells."""

    def __init__(self, layout: Layout, summed: Summed) -> None:
        import nutpie
        import pytensor

        from casualty_est.claims.model.summed_pymc import build, kept_targets

        self.layout, self.summed = layout, summed
        saved = ["log_deaths", "shared", "level_score"]
        saved += ["reporting_sd"] if layout.learned else []
        saved += ["log_ratio"] if len(kept_targets(layout, summed)) else []
        strict = pytensor.config.change_flags(numba__fastmath=False)  # as in `CompiledClaims`
        with strict, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model, self._start = whitened(build(layout, summed), saved)
            self._compiled: Any = nutpie.compile_pymc_model(model, var_names=saved)

    def sample(
        self,
        scenario: Scenario | None = None,
        *,
        readings: tuple[Reading, ...] | None = None,
        draws: int = 1000,
        tune: int = 1000,
        chains: int = 4,
        seed: int = 1,
        careful: bool = False,
        report: Report | None = None,
    ) -> Draws:
        """Sample the posterior of a scenario; carefully where longer steps diverged."""
        import nutpie

        from casualty_est.claims.model.summed_pymc import shared_data

        scenario = scenario or Scenario.plain(self.layout)
        tune = min(tune, TUNE)

        data = shared_data(self.layout, self.summed, scenario, readings)
        middle, factor = round_coordinates(self._gradient(data), self._start)
        given = {**data, MIDDLE: middle, FACTOR: factor}
        names = {shared.name for shared in self._compiled.shared_var_keys}
        result = nutpie.sample(
            self._compiled.with_data(**{n: x for n, x in given.items() if n in names}),
            draws=draws,
            tune=max(tune, 1),
            chains=chains,
            seed=seed,
            progress_bar=False,
            save_warmup=False,
            adaptation="diag",
            target_accept=0.95 if careful else 0.8,
            progress_callback=shown(report, draws + tune, chains),
        )
        posterior, stats = result["posterior"], result["sample_stats"]
        drawn = {name: np.asarray(posterior[name].values) for name in posterior.data_vars}
        if report is not None:
            report("drawing what each source reports", None)
        return self._finished(scenario, readings or self.layout.readings, drawn, stats, seed)

    def _gradient(self, data: dict[str, Array]) -> Any:
        """Log density and its gradient in the old coordinates, given the data."""
        size = len(self._start)
        given = {**data, MIDDLE: np.zeros(size), FACTOR: np.eye(size)}
        for shared in self._compiled.logp_func.get_shared():
            if shared.name in given:
                shared.set_value(given[shared.name])

        def of(x: Array) -> tuple[float, Array]:
            value, slope = self._compiled.logp_func(x)
            return float(value), np.asarray(slope)

        return of

    def _finished(
        self,
        scenario: Scenario,
        readings: tuple[Reading, ...],
        drawn: dict[str, Array],
        stats: Any,
        seed: int,
    ) -> Draws:
        """Draw the ratios that were summed out, and put all together."""
        from casualty_est.claims.model.summed_pymc import kept_targets

        layout, summed = self.layout, self.summed
        shape = drawn["log_deaths"].shape[:2]
        count = len(layout.ratios.targets)
        log_ratio, scores = np.empty((*shape, count)), np.empty((*shape, count))
        kept = kept_targets(layout, summed)
        if len(kept):
            log_ratio[..., kept] = drawn["log_ratio"]
            shifted = drawn["log_ratio"] - scenario.shift[kept]
            scores[..., kept] = layout.ratios.only(kept).scores(shifted, drawn["shared"][..., kept])
        flat = {name: values.reshape(-1, values.shape[-1]) for name, values in drawn.items()}
        for target, ratio, score in ratios_drawn(layout, summed, scenario, readings, flat, seed):
            log_ratio[..., target] = ratio.reshape(shape)
            scores[..., target] = score.reshape(shape)
        learned = np.log(drawn["reporting_sd"]) if layout.learned else np.zeros((*shape, 0))
        known = {**drawn, "log_ratio": log_ratio}
        columns = [scores, drawn["level_score"], *anchor_scores(layout, scenario, known)]
        return Draws(
            drawn["log_deaths"],
            log_ratio,
            np.concatenate(columns, axis=-1),
            learned,
            "nuts",
            {name: np.asarray(stats[name].values) for name in STATS if name in stats},
            {"shared": drawn["shared"]},
            log_ratio[..., np.union1d(kept, _one_of_each_source(layout))],
        )


def _one_of_each_source(layout: Layout) -> Rows:
    """First target of every source: given what is shared, the others are drawn one by one."""
    sources = [target.source for target in layout.ratios.targets]
    return np.unique(sources, return_index=True)[1]


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
