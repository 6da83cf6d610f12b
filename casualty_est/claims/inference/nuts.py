"""NUTS over any claims model: compile once, then refit with other data in a tenth of a second."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Container
from typing import Any

import numpy as np

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.model.layout import Layout
from casualty_est.claims.model.scenario import Scenario
from casualty_est.quantity.hedges.readings import Reading

STATS = ("diverging", "energy", "n_steps")
SHORT_SERIES = 200
SAVED = ("log_deaths", "log_ratio", "core", "level_score")
# What a model over time has besides, where it has it.
SAVED_OVER_TIME = ("walk", "wander", "expected", "short_sd", "anchored")


class CompiledClaims:
    """One compiled claims model."""

    def __init__(self, layout: Layout) -> None:
        import nutpie
        import pytensor

        from casualty_est.claims.model.pymc_model import build

        self.layout = layout
        # Fast arithmetic leaves the order of sums to the compiler, which takes another one where
        # parts of the model come compiled from disk: the first fit would give other draws.
        strict = pytensor.config.change_flags(numba__fastmath=False)
        with strict, warnings.catch_warnings():
            # PyTensor and numba warn of their own deprecations while compiling.
            warnings.simplefilter("ignore")
            saved = [*SAVED, "reporting_sd"] if layout.learned else list(SAVED)
            model = build(layout, packed=True)
            if layout.timeline is not None:
                saved += _over_time(layout, model.named_vars)
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
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Draws:
        """Sample the posterior of a scenario."""
        import nutpie

        from casualty_est.claims.model.pymc_model import pack, shared_data

        scenario = scenario or Scenario.plain(self.layout)

        def report(chain_progress: list[Any]) -> None:
            if on_progress is not None:
                done = sum(chain.finished_draws for chain in chain_progress)
                on_progress(done, (draws + tune) * chains)

        data = pack(shared_data(self.layout, scenario, readings))
        result = nutpie.sample(
            self._compiled.with_data(**data),
            draws=draws,
            tune=max(tune, 1),  # nutpie panics without any warm-up; such a fit fails every check
            chains=chains,
            seed=seed,
            progress_bar=False,
            save_warmup=False,
            target_accept=_accept(self.layout),
            adaptation=_metric(self.layout),
            progress_callback=report if on_progress else None,
        )
        return _to_draws(self.layout, scenario, result)


def _accept(layout: Layout) -> float:
    """Acceptance aimed at: a short series over time leaves a split between cells open.

    Its tail needs shorter steps; hundreds of claims do not leave it.
    """
    short = layout.timeline is not None and len(layout.claims) < SHORT_SERIES
    return 0.95 if short else 0.9


def _metric(layout: Layout) -> str:
    """Metric of the sampler.

    Counts against ratios are ridges, which a low-rank metric removes: five times the effective
    draws per second of a diagonal one on 480 claims of 120 targets. A model over time has
    coordinates that need none: a quarter of the time on 1,300 claims of 105 targets.
    """
    return "low_rank" if layout.timeline is None else "diag"


def _to_draws(layout: Layout, scenario: Scenario, result: Any) -> Draws:
    posterior = result["posterior"]
    found = {name: np.asarray(posterior[name].values) for name in SAVED}
    shape = found["log_ratio"].shape[:2]
    learned = (
        np.log(np.asarray(posterior["reporting_sd"].values))
        if layout.learned
        else np.zeros((*shape, 0))
    )
    stats = result["sample_stats"]
    extra = (
        {}
        if layout.timeline is None
        else {
            name: np.asarray(posterior[name].values)
            for name in _over_time(layout, set(posterior.data_vars))
        }
    )
    return Draws(
        found["log_deaths"],
        found["log_ratio"],
        _scores(layout, scenario, found | extra),
        learned,
        "nuts",
        {name: np.asarray(stats[name].values) for name in STATS if name in stats},
        extra,
    )


def _over_time(layout: Layout, present: Container[str]) -> list[str]:
    """Names of what a model over time has besides."""
    timeline = layout.timeline
    delays = [] if timeline is None else [f"log_delay_{k}" for k in range(len(timeline.delayed))]
    return [name for name in (*SAVED_OVER_TIME, *delays) if name in present]


def _scores(layout: Layout, scenario: Scenario, found: dict[str, Any]) -> Any:
    """Score of every assumption in every draw; see `Draws.scores` for the sign."""
    count, levels = len(layout.ratios.targets), len(layout.levels)
    shift = scenario.shift
    columns = [layout.ratios.scores(found["core"], scenario.sd_scale), found["level_score"]]
    for j, anchor in enumerate(layout.anchors):
        mean = anchor.prior.mu + shift[count + levels + j]
        if anchor.cells is not None:
            value = (
                np.log(np.exp(found["log_deaths"]) @ anchor.cells.astype(float))
                if layout.timeline is None
                else found["anchored"][..., j]
            )
            sign = 1.0
        else:
            value, sign = found["log_ratio"][..., anchor.target], -1.0
        columns.append((sign * (value - mean) / anchor.prior.sd**2)[..., None])
    return np.concatenate(columns, axis=-1)
