"""NUTS over a claims model of many cells: most ratios are summed out, and drawn afterwards."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from casualty_est.arrays import Array
from casualty_est.claims.inference.drawn_ratios import Rows, ratios_of
from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.nuts import STATS, anchor_scores, shown
from casualty_est.claims.inference.whitened import FACTOR, MIDDLE, mode_of, rounding, whitened
from casualty_est.claims.model.layout import Layout, Scenario
from casualty_est.claims.model.summed import Summed
from casualty_est.quantity.hedges.readings import Reading
from casualty_est.result.call import Report
from casualty_est.result.convergence import diagnose

TUNE = 200  # draws of a warm-up that finds the curvature known
FIRST = {"tune": 60, "draws": 24, "chains": 1, "seed": 1}  # the draws that it is known from
POINTS = 6  # of these
MOST_RATIOS = 4_000_000  # draws of all ratios that are kept, 32 MB an array


class CompiledCells:
    """One compiled claims model of many cells."""

    def __init__(self, layout: Layout, summed: Summed) -> None:
        import nutpie
        import pytensor

        from casualty_est.claims.model.summed_pymc import build, kept_targets

        self.layout, self.summed = layout, summed
        self._kept: dict[str, Array] | None = None
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
        from casualty_est.claims.model.summed_pymc import shared_data

        scenario = scenario or Scenario.plain(self.layout)
        tune = max(min(tune, TUNE), 1)

        data = shared_data(self.layout, self.summed, scenario, readings)
        if report is not None:
            report("finding where the posterior lies", None)
        result = self._drawn(
            {**data, **self._coordinates(readings)},
            draws=draws,
            tune=tune,
            chains=chains,
            seed=seed,
            target_accept=0.97 if careful else 0.9,
            progress_callback=shown(report, draws + tune, chains),
        )
        if report is not None:
            report("drawing what each source reports", None)
        return self._finished(scenario, readings or self.layout.readings, result, seed)

    def _drawn(self, data: dict[str, Array], **settings: Any) -> Any:
        """Sample, given the data and the coordinates."""
        import nutpie

        names = {shared.name for shared in self._compiled.shared_var_keys}
        return nutpie.sample(
            self._compiled.with_data(**{n: x for n, x in data.items() if n in names}),
            progress_bar=False,
            save_warmup=False,
            adaptation="diag",
            **settings,
        )

    def _coordinates(self, readings: tuple[Reading, ...] | None) -> dict[str, Array]:
        """Coordinates in which the posterior is round, kept for all refits of the same claims.

        Any others would give the same posterior: they need not be those of the scenario.
        """
        if readings is not None:
            return self._found(readings)
        if self._kept is None:
            self._kept = self._found(self.layout.readings)
        return self._kept

    def _found(self, readings: tuple[Reading, ...]) -> dict[str, Array]:
        """From the mode to some draws, and from their curvature to the coordinates."""
        from casualty_est.claims.model.summed_pymc import shared_data

        data = shared_data(self.layout, self.summed, Scenario.plain(self.layout), readings)
        gradient = self._gradient(data)
        mode = mode_of(gradient, self._start)
        at_mode = rounding(gradient, mode[None])
        first = {**data, MIDDLE: mode, FACTOR: at_mode}
        stats = self._drawn(first, **FIRST, store_unconstrained=True)["sample_stats"]
        points = mode + np.asarray(stats["unconstrained_draw"].values)[0] @ at_mode.T
        some = points[:: len(points) // POINTS]
        return {MIDDLE: points.mean(axis=0), FACTOR: rounding(gradient, some)}

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
        self, scenario: Scenario, readings: tuple[Reading, ...], result: Any, seed: int
    ) -> Draws:
        """Check all draws; draw the ratios that were summed out in some, and put all together."""
        from casualty_est.claims.model.summed_pymc import kept_targets

        layout, kept = self.layout, kept_targets(self.layout, self.summed)
        posterior, stats = result["posterior"], result["sample_stats"]
        drawn = {name: np.asarray(posterior[name].values) for name in posterior.data_vars}
        told = {name: np.asarray(stats[name].values) for name in STATS if name in stats}

        def draw(summed: Summed, known: dict[str, Array]) -> tuple[Array, Array]:
            return ratios_of(layout, summed, scenario, readings, known, seed)

        # Given what is shared, the ratios of one source are drawn one by one: one is enough.
        first = self.summed.only(_one_of_each_source(layout, self.summed))
        checked, _ = draw(first, drawn)
        beside = [checked, drawn["log_ratio"]] if len(kept) else [checked]
        values = {"log_deaths": drawn["log_deaths"], "log_ratio": np.concatenate(beside, axis=-1)}
        diagnosed = diagnose(values, told)

        every = _every(drawn["shared"].shape)
        some = np.s_[:, every - 1 :: every]
        drawn, told = ({n: x[some] for n, x in known.items()} for known in (drawn, told))
        shape, count = drawn["log_deaths"].shape[:2], len(layout.ratios.targets)
        log_ratio, scores = np.empty((*shape, count)), np.empty((*shape, count))
        if len(kept):
            log_ratio[..., kept] = drawn["log_ratio"]
            shifted = drawn["log_ratio"] - scenario.shift[kept]
            scores[..., kept] = layout.ratios.only(kept).scores(shifted, drawn["shared"][..., kept])
        mine = self.summed.targets
        log_ratio[..., mine], scores[..., mine] = draw(self.summed, drawn)
        learned = np.log(drawn["reporting_sd"]) if layout.learned else np.zeros((*shape, 0))
        known = {**drawn, "log_ratio": log_ratio}
        columns = [scores, drawn["level_score"], *anchor_scores(layout, scenario, known)]
        return Draws(
            drawn["log_deaths"],
            log_ratio,
            np.concatenate(columns, axis=-1),
            learned,
            "nuts",
            told,
            {"shared": drawn["shared"]},
            diagnosed,
        )


def _one_of_each_source(layout: Layout, summed: Summed) -> Rows:
    """First ratio of every source among those that are summed out."""
    sources = [layout.ratios.targets[target].source for target in summed.targets]
    return np.unique(sources, return_index=True)[1]


def _every(shape: tuple[int, ...]) -> int:
    """One draw in so many is kept, so that thousands of ratios fit into memory."""
    chains, draws, count = shape
    return min(draws, max(1, math.ceil(chains * draws * count / MOST_RATIOS)))
