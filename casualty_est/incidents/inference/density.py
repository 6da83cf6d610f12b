"""Log posterior density of the incidents model and its gradient, with memory of its own."""

from __future__ import annotations

import numpy as np

from casualty_est.arrays import Array
from casualty_est.incidents.inference import tables, whole
from casualty_est.incidents.inference.parts import Parts, build_parts, plain
from casualty_est.incidents.model.layout import IncidentLayout
from casualty_est.incidents.model.parameters import NAMES


class Density:
    """The density of one model, with memory of its own: one for each chain."""

    def __init__(self, layout: IncidentLayout) -> None:
        self.hold(build_parts(layout, tables.NORMAL))
        self._none = np.zeros((0, self.parts.table.shape[1]))
        # What a lone source states, on its own scale, depends on no parameter: computed once.
        free = {"bias", "log_count_sd", "exact", "denial"}
        self._free = any(b.name in free for b in layout.parameters.blocks)
        self._spoken = False

    def hold(self, parts: Parts) -> None:
        """Work on these arrays."""
        self.parts, self._plain = parts, plain(parts)

    def part(self, theta: Array, name: str) -> Array:
        """Elements of one block; empty where it is absent."""
        start, end = self.parts.at[NAMES.index(name)]
        return theta[start:end]

    def _states(self) -> bool:
        states = self._free or not self._spoken
        self._spoken = True
        return states

    def fill(self, theta: Array) -> None:
        """Compute the table at these parameters."""
        whole.fill(theta, self._plain, self._states())

    def log_likelihood(self, theta: Array) -> float:
        """Log-likelihood of all incidents."""
        self.fill(theta)
        return float(whole.log_likelihood(self._plain, self._none))

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Log posterior density up to a constant, and its gradient."""
        slope = np.zeros(len(theta))
        total = whole.gradient(theta, self._plain, self._states(), self._free, slope)
        return float(total), slope
