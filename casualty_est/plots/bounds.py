"""How an estimate is drawn that the evidence bounds on one side only."""

from __future__ import annotations

from typing import Any

import numpy as np

from casualty_est.arrays import Array
from casualty_est.plots.density import SMALLEST, log_density
from casualty_est.result.tables import Bound

BEYOND = 10.0  # a lower bound is drawn so many times as far: it has no end, and an axis has


def ends_of_bound(bound: Bound) -> list[float]:
    """Between what a bound is drawn."""
    high = BEYOND * bound.number if bound.high is None else bound.high
    return [max(bound.low, SMALLEST), high]


def density_of(draws: Array, bound: Bound | None) -> tuple[Array, Array]:
    """Density of an estimate; beyond a lower bound it is that of the prior, and not drawn."""
    if bound is not None and bound.side == "lower":
        return np.empty(0), np.empty(0)
    return log_density(np.maximum(draws, SMALLEST))


def bar_of_bound(axes: Any, bound: Bound, y: float, colour: str, width: float) -> None:
    """Draw a bound as a bar without a dot, to the edge of the axis where nothing ends it."""
    left, right = axes.get_xlim()
    low, high = max(bound.low, left), min(bound.high or right, right)
    axes.plot([low, high], [y, y], color=colour, linewidth=width, solid_capstyle="butt")
    if bound.high is None:
        axes.plot([right], [y], color=colour, marker=">", markersize=2.4 * width, clip_on=False)
