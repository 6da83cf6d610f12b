"""Log posterior density of the incidents model and its gradient: kernels joined together."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from casualty_est.inference.incidents import slopes, tables
from casualty_est.models.incidents.layout import FRACTION, LONE_SD, TAIL, IncidentLayout
from casualty_est.models.incidents.parameters import NAMES

Array = npt.NDArray[np.float64]
ALPHA, BETA = math.exp(FRACTION[0]), math.exp(FRACTION[1])


class Density:
    """The density of one model, with memory of its own: one for each chain.

    Parameters
    ----------
    layout : IncidentLayout
        The model.
    """

    def __init__(self, layout: IncidentLayout) -> None:
        d = layout.arrays
        self.layout, self._d = layout, d
        parameters = layout.parameters
        self._kinds = parameters.kinds()
        self._first, self._second = parameters.numbers()
        starts = parameters.starts()
        sizes = {block.name: len(block.labels) for block in parameters.blocks}
        self._at = {
            name: slice(max(int(starts[i]), 0), max(int(starts[i]), 0) + sizes.get(name, 0))
            for i, name in enumerate(NAMES)
        }
        cells, included = len(d.log_deaths), d.histories.shape[1]
        # Level, slope and log loading stand next to each other in the vector.
        start = self._at["inclusion"].start
        self._at["holders"] = slice(start, start + 3 * included)
        rows = len(d.histories) + len(d.outlier) + len(d.conceded_outlier) + len(d.verdict_kind)
        self.table = np.ones((rows + 1, cells))
        self._adjoint = np.zeros_like(self.table)
        ends = np.cumsum([0, len(d.histories), len(d.outlier), len(d.conceded_outlier)])
        self._rows = [slice(a, b) for a, b in zip(ends, [*ends[1:], rows], strict=True)]
        self.size, self._slopes, self._by_size = (
            np.zeros(cells),
            np.zeros((2, cells)),
            np.zeros(cells),
        )
        self.inclusion = np.zeros((included, d.nodes.shape[1], cells))
        self.held = np.ones((len(d.histories), cells))
        edges = np.zeros((2, len(d.edges), cells))
        self._below, self._density = edges[0].copy(), edges[1].copy()
        self._mass = np.zeros((d.cells.shape[1], cells))
        self._by_mass = np.zeros_like(self._mass)
        self._written = np.zeros((len(d.outlier), cells))
        self._conceded = np.zeros((len(d.conceded_outlier), cells))
        self.admitted = np.zeros((2, cells))
        self.real, self._by_real = np.ones(len(d.verdict_kind)), np.zeros(len(d.verdict_kind))
        self._base, self._none = np.zeros(cells), np.zeros((0, cells))
        listers = len(d.bias_mean)
        self._by = np.zeros((4, listers))
        self._exact = np.zeros(listers)
        self._sd = np.full(listers, LONE_SD)
        self._by_share = np.zeros(len(d.share_log))
        self._law, width = np.zeros(cells), d.size_ends[1] - d.size_ends[0]
        width[: d.zero] = 0.0
        self._any_size = TAIL * width / width.sum()
        # What a lone source states, on its own scale, depends on no parameter: computed once.
        names = ("bias", "log_count_sd", "exact")
        self._free, self._spoken = any(sizes.get(name, 0) for name in names), False
        self._size_slope, self._holder_slope = np.zeros(3), np.zeros(3 * included)
        self._hurdle_slope, self._recall_slope = np.zeros(3), np.zeros(2)
        self._grade_slope = np.zeros(sizes.get("grade", 0))
        self._share_slope = np.zeros(sizes.get("share", 0))
        self.mixed = np.ones((2, max(len(d.mixed_grade), 1)))

    def part(self, theta: Array, name: str) -> Array:
        """Elements of one block; empty where it is absent."""
        return theta[self._at[name]]

    def fill(self, theta: Array) -> None:
        """Compute the table at these parameters."""
        d, at = self._d, self._at
        mean, log_sd = theta[0], theta[1]
        self._nobody = float(expit(theta[at["zero"]][0])) if d.zero else 0.0
        tables.size_law(
            mean, math.exp(log_sd), self._nobody, d.zero, d.size_ends, self._law, self._slopes
        )
        np.multiply(self._law, 1 - TAIL, out=self.size)
        self.size += self._any_size
        tables.holders(
            theta[at["holders"]], d.log_deaths, d.nodes, d.histories, self.size, self.inclusion,
            self.held, self.table,
        )  # fmt: skip
        if self._free or not self._spoken:
            self._fill_statements(theta)
            self._spoken = True
        if len(d.conceded_outlier):
            self._fill_conceded(theta)
        if len(d.verdict_kind):
            self._fill_verdicts(theta)

    def _fill_statements(self, theta: Array) -> None:
        d, at = self._d, self._at
        self.bias = d.bias_mean + d.bias_chol @ theta[at["bias"]]
        if at["log_count_sd"].stop > at["log_count_sd"].start:
            self._sd = np.exp(theta[at["log_count_sd"]])
        if at["exact"].stop > at["exact"].start:
            self._exact = expit(theta[at["exact"]])
        tables.own_counts(
            self.bias, self._sd, d.log_deaths, d.edges, d.starts_of, d.cells, tables.NORMAL,
            self._below, self._density, self._mass,
        )  # fmt: skip
        tables.statements(
            self._exact, d.statement_of, d.pointer, d.cell, d.weight, d.exact, d.outlier,
            self._mass, self._written, self.table[self._rows[1]],
        )  # fmt: skip

    def _fill_conceded(self, theta: Array) -> None:
        d, at = self._d, self._at
        exact = at["conceded_exact"]
        self._all = float(expit(theta[exact][0])) if exact.stop > exact.start else 0.0
        alpha, beta = np.exp(theta[at["fraction"]])
        log = (alpha - ALPHA) * d.share_log + (beta - BETA) * d.share_log1m
        weight = np.exp(log - log.max())
        self.share_weight = weight / weight.sum()
        tables.concessions(
            self._all, self.share_weight, d.conceded, d.conceded_exact, d.conceded_outlier,
            self._conceded, self.table[self._rows[2]],
        )  # fmt: skip

    def _fill_verdicts(self, theta: Array) -> None:
        d, at = self._d, self._at
        self.grade, self.share = expit(theta[at["grade"]]), expit(theta[at["share"]])
        mixed = theta[at["grade_share"]]
        if len(mixed):
            log = mixed.reshape(2, -1)
            self.mixed = np.exp(log - log.max(axis=1, keepdims=True))
            self.mixed /= self.mixed.sum(axis=1, keepdims=True)
        tables.real_probability(
            d.verdict_kind, self.grade, self.share, self.mixed, d.mixed_grade, d.contested,
            self.real,
        )  # fmt: skip
        tables.verdicts(
            theta[at["hurdle"]], theta[at["recall"]], d.log_deaths, d.verdict_kind, self.real,
            self.admitted, self.table[self._rows[3]],
        )  # fmt: skip

    def log_likelihood(self, theta: Array) -> float:
        """Log-likelihood of all incidents."""
        self.fill(theta)
        return self._log_likelihood(self._none)

    def _log_likelihood(self, adjoint: Array) -> float:
        d = self._d
        total = slopes.log_likelihood(d.index, d.count, self.table, self._base, adjoint)
        if d.mixed_count.any():
            total += float((d.mixed_count * np.log(np.maximum(self.mixed, 1e-300))).sum())
        if d.history_total:
            unlisted = float(self.table[0].sum())
            total += -d.history_total * math.log1p(-unlisted) if unlisted < 1 else -math.inf
            if len(adjoint):
                adjoint[0] += d.history_total / max(1 - unlisted, 1e-300)
        return float(total)

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Log posterior density up to a constant, and its gradient."""
        d, at = self._d, self._at
        slope = np.zeros(len(theta))
        self.fill(theta)
        adjoint = self._adjoint
        total = self._log_likelihood(adjoint)
        total += slopes.log_prior(theta, self._kinds, self._first, self._second, slope)
        slopes.of_holders(
            theta[at["holders"]], d.log_deaths, d.nodes, d.histories, self.size, self.inclusion,
            self.held, adjoint, self._by_size, self._holder_slope,
        )  # fmt: skip
        slope[at["holders"]] += self._holder_slope
        slopes.of_size(
            self._nobody, d.zero, self._law, self._slopes, self._by_size, self._size_slope
        )
        slope[: 2 + d.zero] += (1 - TAIL) * self._size_slope[: 2 + d.zero]
        if self._free:
            self._statement_slope(adjoint[self._rows[1]], slope)
        if len(d.conceded_outlier):
            self._conceded_slope(theta, adjoint[self._rows[2]], slope)
        if len(d.verdict_kind):
            self._verdict_slope(theta, adjoint[self._rows[3]], slope)
        return total, slope

    def _statement_slope(self, adjoint: Array, slope: Array) -> None:
        d, at = self._d, self._at
        slopes.of_statements(
            self._exact, d.statement_of, d.pointer, d.cell, d.weight, d.exact, self._written,
            adjoint, self._by_mass, self._by[0],
        )  # fmt: skip
        slopes.of_own_counts(
            self.bias, self._sd, d.log_deaths, d.edges, d.starts_of, d.cells, self._density,
            self._by_mass, self._by[1], self._by[2],
        )  # fmt: skip
        slope[at["exact"]] += self._by[0][: at["exact"].stop - at["exact"].start]
        slope[at["bias"]] += self._by[1] @ d.bias_chol
        slope[at["log_count_sd"]] += self._by[2][
            : at["log_count_sd"].stop - at["log_count_sd"].start
        ]

    def _conceded_slope(self, theta: Array, adjoint: Array, slope: Array) -> None:
        d, at = self._d, self._at
        by_exact = slopes.of_concessions(
            self._all, self.share_weight, d.conceded, d.conceded_exact, self._conceded, adjoint,
            self._by_share,
        )  # fmt: skip
        slope[at["conceded_exact"]] += by_exact
        pull = self.share_weight * (self._by_share - self.share_weight @ self._by_share)
        slope[at["fraction"]] += np.exp(theta[at["fraction"]]) * np.array(
            [pull @ d.share_log, pull @ d.share_log1m]
        )

    def _verdict_slope(self, theta: Array, adjoint: Array, slope: Array) -> None:
        d, at = self._d, self._at
        slopes.of_verdicts(
            theta[at["recall"]], d.log_deaths, d.verdict_kind, self.real, self.admitted, adjoint,
            self._by_real, self._hurdle_slope, self._recall_slope,
        )  # fmt: skip
        mixed = (
            d.mixed_count / np.maximum(self.mixed, 1e-300) if d.mixed_count.size else self.mixed * 0
        )
        slopes.of_real(
            d.verdict_kind, self.grade, self.share, self.mixed, d.mixed_grade, d.contested,
            self._by_real, self._grade_slope, self._share_slope, mixed,
        )  # fmt: skip
        slope[at["hurdle"]] += self._hurdle_slope[: at["hurdle"].stop - at["hurdle"].start]
        slope[at["recall"]] += self._recall_slope[: at["recall"].stop - at["recall"].start]
        slope[at["grade"]] += self._grade_slope
        slope[at["share"]] += self._share_slope
        if at["grade_share"].stop > at["grade_share"].start:
            middle = (self.mixed * mixed).sum(axis=1, keepdims=True)
            slope[at["grade_share"]] += (self.mixed * (mixed - middle)).ravel()
