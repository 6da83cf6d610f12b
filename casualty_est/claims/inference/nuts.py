"""NUTS over any claims model: compile once, then refit with other data in a tenth of a second."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Container
from typing import Any

import numpy as np

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.model.layout import Layout, Scenario
from casualty_est.quantity.hedges.readings import Reading
from casualty_est.result.call import Report

STATS = ("diverging", "energy", "n_steps")
SAVED = ("log_deaths", "log_ratio", "shared", "level_score")
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
        careful: bool = False,
        report: Report | None = None,
    ) -> Draws:
        """Sample the posterior of a scenario; carefully where longer steps diverged."""
        import nutpie

        from casualty_est.claims.model.pymc_model import pack, shared_data

        scenario = scenario or Scenario.plain(self.layout)

        data = pack(shared_data(self.layout, scenario, readings))
        result = nutpie.sample(
            self._compiled.with_data(**data),
            draws=draws,
            tune=max(tune, 1),  # nutpie panics without any warm-up; such a fit fails every check
            chains=chains,
            seed=seed,
            progress_bar=False,
            save_warmup=False,
            **_adaptation(self.layout, careful),
            progress_callback=shown(report, draws + tune, chains),
        )
        return _to_draws(self.layout, scenario, result)


def shown(report: Report | None, draws: int, chains: int) -> Callable[[list[Any]], None] | None:
    """What tells how far all chains of so many draws have come."""
    if report is None:
        return None

    def show(progress: list[Any]) -> None:
        done = sum(chain.finished_draws for chain in progress) / (draws * chains)
        report(f"sampling {chains} chains", done)

    return show


def _adaptation(layout: Layout, careful: bool) -> dict[str, Any]:
    """Metric of the sampler, and the acceptance that it aims at."""
    # Counts against ratios are ridges, which a low-rank metric removes: five times the effective
    # draws per second on 480 claims of 120 targets. Over time a diagonal one takes a quarter of the
    # time, and long steps half of what short ones take. Where the mode follows the split of a sum
    # the tail needs short ones. In every model a later round takes them where some diverged.
    if layout.timeline is None:
        return {"adaptation": "low_rank", "target_accept": 0.98 if careful else 0.9}
    sums = layout.timeline.sum_paths
    careful = careful or (sums is not None and sums.followed)
    return {"adaptation": "diag", "target_accept": 0.95 if careful else 0.8}


def _to_draws(layout: Layout, scenario: Scenario, result: Any) -> Draws:
    posterior, stats = result["posterior"], result["sample_stats"]
    names = [*SAVED, *_over_time(layout, set(posterior.data_vars))]
    drawn = {name: np.asarray(posterior[name].values) for name in names}
    shape = drawn["log_ratio"].shape[:2]
    learned = (
        np.log(np.asarray(posterior["reporting_sd"].values))
        if layout.learned
        else np.zeros((*shape, 0))
    )
    return Draws(
        drawn["log_deaths"],
        drawn["log_ratio"],
        _scores(layout, scenario, drawn),
        learned,
        "nuts",
        {name: np.asarray(stats[name].values) for name in STATS if name in stats},
        {name: drawn[name] for name in ("shared", *names[len(SAVED) :])},
    )


def _over_time(layout: Layout, present: Container[str]) -> list[str]:
    """Names of what a model over time has besides."""
    if layout.timeline is None:
        return []
    delays = [f"log_delay_{k}" for k in range(len(layout.timeline.delayed))]
    return [name for name in (*SAVED_OVER_TIME, *delays) if name in present]


def _scores(layout: Layout, scenario: Scenario, drawn: dict[str, Any]) -> Any:
    """Score of every assumption in every draw; see `Draws.scores` for the sign."""
    of_ratios = layout.ratios.scores(
        drawn["log_ratio"] - scenario.shift[: len(layout.ratios.targets)],
        drawn["shared"],
    )
    columns = [of_ratios, drawn["level_score"], *anchor_scores(layout, scenario, drawn)]
    return np.concatenate(columns, axis=-1)


def anchor_scores(layout: Layout, scenario: Scenario, drawn: dict[str, Any]) -> list[Any]:
    """Score of every anchor in every draw, (chain, draw, 1) each."""
    columns = []
    first = len(layout.ratios.targets) + len(layout.levels)
    for j, anchor in enumerate(layout.anchors):
        mean, sign = anchor.prior.mu + scenario.shift[first + j], 1.0
        if anchor.cells is None:
            value, sign = drawn["log_ratio"][..., anchor.target], -1.0
        elif layout.timeline is None:
            value = np.log(np.exp(drawn["log_deaths"]) @ anchor.cells.astype(float))
        else:
            value = drawn["anchored"][..., j]
        columns.append((sign * (value - mean) / anchor.prior.sd**2)[..., None])
    return columns
