"""Claims of one target, gathered: readings that are equal, and many numbers that lie close.

The log-density of a number is smooth in the number. Where a source gives thousands of them for one
target, each is replaced by its four neighbours on an even lattice, with the weights of cubic
interpolation, so that the cost no longer grows with the number of claims.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.claims.model.layout import Layout, Scenario
from casualty_est.quantity.hedges.readings import Point, Reading

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Gathered = dict[tuple[Reading, float], float]  # reading and reporting sd, and their weight

FINE = 8  # steps to a reporting sd: the log-density of a number then errs by less than 2e-5
Q = 0.75, 0.25
MANY = 2  # numbers to a step from which on a lattice pays


def gathered(
    layout: Layout, scenario: Scenario, claims: Ints, least_sd: float | None = None
) -> Gathered:
    """Readings and reporting sds of some claims, each with its weight.

    `least_sd` is the least that a reporting sd may be where it is learned.
    """
    weights: Gathered = defaultdict(float)
    for c in claims:
        key = replace(layout.readings[c], words=""), float(layout.reporting_sd[c])
        weights[key] += float(scenario.weights[c])
    alike: dict[Any, list[Reading]] = defaultdict(list)
    for reading, sd in weights:
        if isinstance(reading, Point):
            alike[replace(reading, z=0.0), sd].append(reading)
    for (template, sd), points in alike.items():
        z = np.array([point.z for point in points])  # type: ignore[attr-defined]
        # A learned sd far below their spread is out of the question with so many of them.
        narrow = sd if least_sd is None else max(least_sd, np.subtract(*np.quantile(z, Q)) / 4)
        step = np.hypot(narrow, template.extra) / FINE
        if len(z) > MANY * (np.ptp(z) / step + 4):
            mine = np.array([weights.pop((point, sd)) for point in points])
            for at, weight in zip(*on_lattice(z, mine, step), strict=True):
                weights[replace(template, z=float(at)), sd] += float(weight)
    return weights


def on_lattice(z: Array, weight: Array, step: float) -> tuple[Array, Array]:
    """Lattice and its weights, by which sums of a smooth function over z are kept."""
    low = z.min() - 2 * step
    place = (z - low) / step
    first = place.astype(np.intp)
    t = place - first
    # Cubic Lagrange polynomials through the lattice points -1, 0, 1, 2 around t in [0, 1).
    shares = (
        -t * (t - 1) * (t - 2) / 6,
        (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2,
        (t + 1) * t * (t - 1) / 6,
    )
    size = int(first.max()) + 3
    total = np.zeros(size)
    for k, share in enumerate(shares):
        total += np.bincount(first + k - 1, weight * share, minlength=size)
    held = total != 0
    return (low + step * np.arange(size))[held], total[held]
