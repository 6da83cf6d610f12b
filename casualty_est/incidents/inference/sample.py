"""NUTS over the compiled density: no model is compiled for a fit, only the kernels, once."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.incidents.inference.coordinates import Coordinates
from casualty_est.incidents.model.layout import IncidentLayout

STATS = ("diverging", "energy", "n_steps")
FAR = 200.0  # beyond, on the whole line, no parameter means anything and exponentials overflow


class NotFiniteError(ArithmeticError):
    """A step led where the density cannot be computed; the sampler counts it as a divergence."""

    is_recoverable = True


@dataclass(frozen=True, slots=True)
class Sampled:
    """Draws of the parameters on the whole line."""

    theta: Array  # (chain, draw, element)
    stats: dict[str, Any]


def density_function(
    layout: IncidentLayout,
) -> Callable[[], Callable[[Array], tuple[float, Array]]]:
    """Make makers of functions that return the log density of coordinates and its gradient."""
    from casualty_est.incidents.inference.density import Density

    coordinates = Coordinates(layout.parameters)

    def make() -> Callable[[Array], tuple[float, Array]]:
        density = coordinates.density(Density(layout))

        def checked(moved: Array) -> tuple[float, Array]:
            if np.abs(moved).max() > FAR:
                raise NotFiniteError
            value, slope = density(moved)
            if not (math.isfinite(value) and np.isfinite(slope).all()):
                raise NotFiniteError
            return value, slope

        return checked

    return make


def start_point(layout: IncidentLayout) -> Array:
    """Prior medians: where chains start, a little apart.

    The level of inclusion starts at the share of the listed incidents that a source holds. Where
    all sources hold nearly all of them, many chains that started at its prior median would end in a
    corner that holds next to nothing, in which nobody could have seen any other incident.
    """
    middle: dict[str, Callable[[Array, Array], Array]] = {
        "normal": lambda mean, _: mean,
        "beta": lambda a, b: special.logit(a / (a + b)),
        "gamma": lambda shape, _: np.log(shape),
    }
    blocks = {b.name: middle[b.kind](b.first, b.second) for b in layout.parameters.blocks}
    if layout.included:
        d = layout.arrays
        held = d.count @ d.histories[d.index[:, 0]]
        blocks["inclusion"] = special.logit((held + 0.5) / (d.count.sum() + 1))
    return np.concatenate(list(blocks.values()))


def sample(
    layout: IncidentLayout,
    *,
    draws: int,
    tune: int,
    chains: int,
    seed: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> Sampled:
    """Sample the posterior of the parameters."""
    coordinates, size = Coordinates(layout.parameters), layout.parameters.size
    middle = coordinates.of(start_point(layout))
    density_function(layout)()(middle)  # compiled once, not by every chain at the same time

    def initial(chain_seed: int) -> Array:
        rng = np.random.default_rng(chain_seed)
        return middle + rng.uniform(-0.3, 0.3, size)

    def report(chain_progress: list[Any]) -> None:
        if on_progress is not None:
            done = sum(chain.finished_draws for chain in chain_progress)
            on_progress(done, (draws + tune) * chains)

    counts = {"draws": draws, "tune": max(tune, 1), "chains": chains, "seed": seed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        running = _begin(layout, initial, counts, report if on_progress else None)
        try:
            return _read(running.wait(), coordinates)
        except BaseException:
            running.cancel()
            raise


def sample_from(
    layout: IncidentLayout,
    starts: Array,
    *,
    draws: int,
    tune: int,
    seeds: Sequence[int],
    on_progress: Callable[[int, int], None] | None = None,
) -> Sampled:
    """Sample again, each chain from a start of its own: starts (chain, element), seeds (chain,)."""
    done, coordinates = np.zeros(len(starts)), Coordinates(layout.parameters)

    def report_of(chain: int) -> Callable[[list[Any]], None] | None:
        def report(progress: list[Any]) -> None:
            done[chain] = sum(one.finished_draws for one in progress)
            if on_progress is not None:
                on_progress(int(done.sum()), (draws + tune) * len(starts))

        return report if on_progress else None

    def from_start(start: Array) -> Callable[[int], Array]:
        return lambda _seed: start

    running = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for chain, (start, seed) in enumerate(zip(coordinates.of(starts), seeds, strict=True)):
                counts = {"draws": draws, "tune": tune, "chains": 1, "seed": seed}
                running.append(_begin(layout, from_start(start), counts, report_of(chain)))
            apart = [_read(sampler.wait(), coordinates) for sampler in running]
        except BaseException:
            for sampler in running:
                sampler.cancel()
            raise
    names = apart[0].stats
    return Sampled(
        np.concatenate([one.theta for one in apart]),
        {name: np.concatenate([one.stats[name] for one in apart]) for name in names},
    )


def _begin(
    layout: IncidentLayout,
    initial: Callable[[int], Array],
    counts: dict[str, int],
    report: Callable[[list[Any]], None] | None,
) -> Any:
    """Start chains of the compiled density in threads of their own."""
    import nutpie
    from nutpie.compiled_pyfunc import from_pyfunc

    def expand(*_: object) -> Callable[[Array], dict[str, Array]]:
        return lambda moved: {"theta": moved}

    size, make = layout.parameters.size, density_function(layout)
    result_of = [np.dtype(np.float64)], [(size,)], ["theta"]
    return nutpie.sample(
        from_pyfunc(size, make, expand, *result_of, make_initial_point_fn=initial),
        **counts,
        progress_bar=False,
        save_warmup=False,
        # The size of incidents against the ratios of sources is a ridge.
        adaptation="low_rank",
        progress_callback=report,
        blocking=False,
    )


def _read(result: Any, coordinates: Coordinates) -> Sampled:
    stats = result["sample_stats"]
    return Sampled(
        coordinates.parameters(np.asarray(result["posterior"]["theta"].values)),
        {name: np.asarray(stats[name].values) for name in STATS if name in stats},
    )
