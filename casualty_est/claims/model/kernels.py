"""All claims of a model at once: readings stacked by class, one vectorised term for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.claims.model import hedges
from casualty_est.claims.model.hedges import Reading

Array = npt.NDArray[np.float64]
KINDS = ("point", "interval", "one_sided")
FIELDS = {
    "point": ("z", "extra"),
    "interval": ("low", "high", "leak"),
    "one_sided": ("z", "sign", "tau"),
}


def kernel(kind: str, fields: Sequence[Any], m: Any, s: Any, xp: Any) -> Any:
    """Log-density of claims of one kind, given their fields in the order of `FIELDS`."""
    match kind:
        case "point":
            z, extra = fields
            return hedges.log_point(z, extra, m, s, xp)
        case "interval":
            low, high, leak = fields
            return hedges.log_interval(low, high, leak, m, s, xp)
        case _:
            z, sign, tau = fields
            return hedges.log_one_sided(z, sign, tau, m, s, xp)


def claim_log_density(reading: Reading, m: Array, s: Any) -> Array:
    """Log-density of one claim at every m (log of what the source would say without error)."""
    fields = [getattr(reading, name) for name in FIELDS[reading.kind]]
    return np.asarray(kernel(reading.kind, fields, m, np.asarray(s, dtype=float), np))


def stack(readings: Sequence[Reading]) -> dict[str, tuple[npt.NDArray[np.intp], dict[str, Array]]]:
    """Group readings by class: positions of the claims, and their fields as arrays."""
    stacked = {}
    for kind in KINDS:
        positions = np.array([i for i, r in enumerate(readings) if r.kind == kind], dtype=np.intp)
        if len(positions):
            fields = {
                name: np.array([getattr(readings[i], name) for i in positions])
                for name in FIELDS[kind]
            }
            stacked[kind] = (positions, fields)
    return stacked
