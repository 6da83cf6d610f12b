"""NUTS over the compiled density: no model is compiled for a fit, only the kernels, once."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.incidents.model.layout import IncidentLayout

Array = npt.NDArray[np.float64]
STATS = ("diverging", "energy", "n_steps")
FAR = 200.0  # beyond, on the whole line, no parameter means anything and exponentials overflow


class NotFiniteError(ArithmeticError):
    """A step led where the density cannot be computed; the sampler counts it as a divergence."""

    is_recoverable = True


@dataclass(frozen=True, slots=True)
class Sampled:
    """Draws of the parameters on the whole line.

    theta (chain, draw, element): Parameters.
    """

    theta: Array
    stats: dict[str, Any]


def density_function(
    layout: IncidentLayout,
) -> Callable[[], Callable[[Array], tuple[float, Array]]]:
    """Make makers of functions that return the log density and its gradient."""
    from casualty_est.incidents.inference.density import Density

    def make() -> Callable[[Array], tuple[float, Array]]:
        density = Density(layout)

        def checked(theta: Array) -> tuple[float, Array]:
            if np.abs(theta).max() > FAR:
                raise NotFiniteError
            value, slope = density(theta)
            if not (math.isfinite(value) and np.isfinite(slope).all()):
                raise NotFiniteError
            return value, slope

        return checked

    return make


def start_point(layout: IncidentLayout) -> Array:
    """Prior medians: where chains start, a little apart."""
    parts = []
    for block in layout.parameters.blocks:
        match block.kind:
            case "normal":
                parts.append(block.first)
            case "beta":
                parts.append(special.logit(block.first / (block.first + block.second)))
            case _:
                parts.append(np.log(block.first))
    return np.concatenate(parts)


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
    import nutpie
    from nutpie.compiled_pyfunc import from_pyfunc

    middle = start_point(layout)
    size = layout.parameters.size
    make = density_function(layout)
    make()(middle)  # compiled here once, not by every chain at the same time

    def initial(chain_seed: int) -> Array:
        rng = np.random.default_rng(chain_seed)
        return middle + rng.uniform(-0.3, 0.3, size)

    def expand(*_: object) -> Callable[[Array], dict[str, Array]]:
        return lambda theta: {"theta": theta}

    compiled = from_pyfunc(
        size,
        make,
        expand,
        [np.dtype(np.float64)],
        [(size,)],
        ["theta"],
        make_initial_point_fn=initial,
    )

    def report(chain_progress: list[Any]) -> None:
        if on_progress is not None:
            done = sum(chain.finished_draws for chain in chain_progress)
            on_progress(done, (draws + tune) * chains)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = nutpie.sample(
            compiled,
            draws=draws,
            tune=max(tune, 1),
            chains=chains,
            seed=seed,
            progress_bar=False,
            save_warmup=False,
            # The size of incidents against the ratios of sources is a ridge.
            adaptation="low_rank",
            progress_callback=report if on_progress else None,
        )
    stats = result["sample_stats"]
    return Sampled(
        np.asarray(result["posterior"]["theta"].values),
        {name: np.asarray(stats[name].values) for name in STATS if name in stats},
    )
