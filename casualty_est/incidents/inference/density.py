"""Log posterior density of the incidents model and its gradient, with memory of its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from casualty_est.incidents.inference import tables, whole
from casualty_est.incidents.model.layout import LONE_SD, TAIL, IncidentLayout
from casualty_est.incidents.model.parameters import NAMES

Array = npt.NDArray[np.float64]


class Density:
    """The density of one model, with memory of its own: one for each chain."""

    def __init__(self, layout: IncidentLayout) -> None:
        d, parameters = layout.arrays, layout.parameters
        starts = np.maximum(parameters.starts(), 0)
        sizes = {block.name: len(block.labels) for block in parameters.blocks}
        self._at = np.column_stack([starts, starts + [sizes.get(name, 0) for name in NAMES]])
        width = d.size_ends[1] - d.size_ends[0]
        width[: d.zero] = 0.0
        # In the order in which `whole` takes them apart.
        self._data = (
            d.log_deaths, d.size_ends, d.zero, d.nodes, d.histories, d.history_total,
            d.bias_mean, d.bias_chol, d.edges, d.cells, d.starts_of, d.statement_of, d.pointer,
            d.cell, d.weight, d.exact, d.outlier, d.conceded, d.conceded_exact, d.conceded_outlier,
            d.share_log, d.share_log1m, d.verdict_kind, d.mixed_grade, d.mixed_count, d.contested,
            d.index, d.count, TAIL * width / width.sum(), tables.NORMAL, parameters.kinds(),
            *parameters.numbers(),
        )  # fmt: skip
        cells, listers = len(d.log_deaths), len(d.bias_mean)
        holders, spoken = d.histories.shape[1], len(d.outlier)
        rows = len(d.histories) + spoken + len(d.conceded_outlier) + len(d.verdict_kind)
        self.table, self.size = np.ones((rows + 1, cells)), np.zeros(cells)
        self.inclusion = np.zeros((holders, d.nodes.shape[1], cells))
        self.real, self.admitted = np.ones(len(d.verdict_kind)), np.zeros((2, cells))
        mixed = np.ones((2, max(len(d.mixed_grade), 1)))
        self._room = (
            self.table, np.zeros(cells), self.size, np.zeros((2, cells)), self.inclusion,
            np.ones((len(d.histories), cells)), np.zeros(listers), np.full(listers, LONE_SD),
            np.zeros(listers), np.zeros((len(d.edges), cells)), np.zeros((len(d.edges), cells)),
            np.zeros((d.cells.shape[1], cells)), np.zeros((spoken, cells)),
            np.zeros(len(d.share_log)), np.zeros((len(d.conceded_outlier), cells)),
            np.zeros(sizes.get("grade", 0)), np.zeros(sizes.get("share", 0)), mixed, self.real,
            self.admitted, np.zeros(2),
        )  # fmt: skip
        self._base, self._none = np.zeros(cells), np.zeros((0, cells))
        longest = max(3 * holders, len(d.mixed_grade) + len(NAMES), parameters.size)
        self._work = (
            np.zeros_like(self.table), self._base, np.zeros(cells),
            np.zeros((d.cells.shape[1], cells)), np.zeros((3, listers)),
            np.zeros(len(d.share_log)), np.zeros(len(d.verdict_kind)), np.zeros_like(mixed),
            np.zeros(longest),
        )  # fmt: skip
        # What a lone source states, on its own scale, depends on no parameter: computed once.
        names = ("bias", "log_count_sd", "exact")
        self._free, self._spoken = any(sizes.get(name, 0) for name in names), False

    def part(self, theta: Array, name: str) -> Array:
        """Elements of one block; empty where it is absent."""
        start, end = self._at[NAMES.index(name)]
        return theta[start:end]

    def _states(self) -> bool:
        states = self._free or not self._spoken
        self._spoken = True
        return states

    def fill(self, theta: Array) -> None:
        """Compute the table at these parameters."""
        whole.fill(theta, self._at, self._data, self._room, self._states())

    def log_likelihood(self, theta: Array) -> float:
        """Log-likelihood of all incidents."""
        self.fill(theta)
        return float(whole.log_likelihood(self._data, self._room, self._none, self._base))

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Log posterior density up to a constant, and its gradient."""
        slope = np.zeros(len(theta))
        total = whole.gradient(
            theta, self._at, self._data, self._room, self._work, self._states(), self._free, slope
        )
        return float(total), slope
