"""All claims of a model at once: readings stacked by class, one vectorised term for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array
from casualty_est.quantity.hedges.readings import Interval, OneSided, Point, Reading


def claim_log_density(reading: Reading, m: Array, s: Any) -> Array:
    """Log-density of one claim at every m (log of what the source would say without error)."""
    return np.asarray(reading.log_density(m, np.asarray(s, dtype=float), np))


def stack(readings: Sequence[Reading]) -> dict[str, tuple[npt.NDArray[np.intp], Reading]]:
    """Group readings by class: positions of the claims, and one reading that holds their arrays."""
    stacked = {}
    classes: list[type[Reading]] = [Point, Interval, OneSided, *map(type, readings)]
    for cls in dict.fromkeys(classes):
        positions = np.array([i for i, r in enumerate(readings) if type(r) is cls], dtype=np.intp)
        if len(positions):
            mine = [readings[i] for i in positions]
            arrays: Any = {n: np.array([getattr(r, n) for r in mine]) for n in cls.numbers()}
            stacked[cls.kind] = positions, replace(mine[0], **arrays)
    return stacked


def numbers_of(stacked: Reading) -> dict[str, Array]:
    """Name the arrays of a stacked reading as the data of a model."""
    return {f"{stacked.kind}_{name}": getattr(stacked, name) for name in stacked.numbers()}


def on_data(stacked: Reading, data: Mapping[str, Any]) -> Reading:
    """Return a stacked reading with the data of a model in place of its arrays."""
    names = stacked.numbers()
    return replace(stacked, **{name: data[f"{stacked.kind}_{name}"] for name in names})
