"""Coordinates in which the sampler moves: inclusion at one incident, seen as the share of all.

A source holds an incident with log odds a + slope (log deaths - 1) + v z, where z is Normal. Over
all z the share that it holds hardly changes along a = A g and slope = S g with g = sqrt(1 + c v^2)
(a Normal under a logistic curve, c = (16 sqrt 3 / (15 pi))^2; Johnson and Kotz 1970). With many
incidents A and S are known well and v is not, and a and slope follow it along a thin bend. The
sampler therefore moves in A and S; v is the exponential of `log_visibility`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from casualty_est.arrays import Array
from casualty_est.incidents.model.parameters import NAMES, Parameters

Density = Callable[[Array], tuple[float, Array]]
C = (16 * math.sqrt(3) / (15 * math.pi)) ** 2
WIDENED = ("inclusion", "slope")


class Coordinates:
    """The same vector of parameters with other coordinates for three of its blocks."""

    def __init__(self, parameters: Parameters) -> None:
        start = dict(zip(NAMES, parameters.starts().tolist(), strict=True))
        sources = parameters.get(np.empty(parameters.size), "log_visibility").size
        self._of = [
            (start["log_visibility"] + k, [start[name] + k for name in WIDENED])
            for k in range(sources)
        ]

    def parameters(self, moved: Array) -> Array:
        """Parameters (..., element) at these coordinates."""
        return self._scaled(moved, 1.0)

    def of(self, theta: Array) -> Array:
        """Coordinates (..., element) of these parameters."""
        return self._scaled(theta, -1.0)

    def density(self, density: Density) -> Density:
        """Log density of the coordinates and its gradient, from those of the parameters."""
        if not self._of:
            return density

        # A single number at a time: whole arrays may round otherwise where memory lies otherwise.
        def moved_density(moved: Array) -> tuple[float, Array]:
            theta, wider = moved.copy(), []
            for at, widened in self._of:
                square = C * math.exp(2 * moved[at])
                wider.append((math.sqrt(1 + square), square / (1 + square)))
                for k in widened:
                    theta[k] *= wider[-1][0]
            value, slope = density(theta)
            for (at, widened), (g, log_slope) in zip(self._of, wider, strict=True):
                for k in widened:
                    value += math.log(g)
                    slope[at] += log_slope * (slope[k] * theta[k] + 1)
                    slope[k] *= g
            return value, slope

        return moved_density

    def _scaled(self, vector: Array, power: float) -> Array:
        out = vector.copy()
        for at, widened in self._of:
            g = np.sqrt(1 + C * np.exp(2 * vector[..., at])) ** power
            for k in widened:
                out[..., k] *= g
        return out
