"""Reading numbers off the tables of `summed`: cubic B-splines and their slopes, in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from numba import njit
from pytensor.gradient import disconnected_type
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_default_op_cache_key

from casualty_est.claims.model.summed import BEND, GAPS, REACH

END = float(np.arcsinh(REACH / BEND))
TABLES = ("summed_table", "summed_values", "summed_shapes", "summed_nodes")
PER_NODE = (GAPS - 1) / (2 * END)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _weights(u: Any, count: Any, weight: Any, slope: Any) -> Any:
    """Weights of four coefficients, their slopes, the first of them, and how far u lies outside."""
    if count == 1:
        weight[0], slope[0] = 1.0, 0.0
        return 0, 0.0
    last = count - 3  # nodes are two fewer than coefficients, and begin at 0
    inside = min(max(u, 0.0), float(last))
    first = min(int(inside), last - 1)
    t = inside - first
    left = 1.0 - t
    weight[0], slope[0] = left * left * left / 6.0, -left * left / 2.0
    weight[1], slope[1] = (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0, (1.5 * t - 2.0) * t
    weight[2] = (3.0 * left * left * left - 6.0 * left * left + 4.0) / 6.0
    slope[2] = -(1.5 * left - 2.0) * left
    weight[3], slope[3] = t * t * t / 6.0, t * t / 2.0
    return first, u - inside


@njit(cache=True)  # type: ignore[untyped-decorator]
def _narrowed(values: Any, start: Any, sds: Any, column: Any, sd: Any, weights: Any) -> Any:
    """One row of a table at one place and sd: its coefficient, and the slopes along both."""
    (w_column, dw_column), (w_sd, dw_sd) = (weights[0], weights[1]), (weights[2], weights[3])
    inner, by_column, by_sd = 0.0, 0.0, 0.0
    for b in range(column):
        at = start + b * sds
        sum_, slope = 0.0, 0.0
        for d in range(sd):
            sum_ += w_sd[d] * values[at + d]
            slope += dw_sd[d] * values[at + d]
        inner += w_column[b] * sum_
        by_column += dw_column[b] * sum_
        by_sd += w_column[b] * slope
    return inner, by_column, by_sd


@njit(cache=True)  # type: ignore[untyped-decorator]
def read_off(
    distance: Any, place: Any, log_sd: Any, table: Any, values: Any, shapes: Any, nodes: Any
) -> Any:
    """Value of each table at its point, and the slopes along the three axes; (4, point).

    Beyond the ends of its grid a table goes on straight. Points in a row that differ in distance
    alone, as those of one source do, share what is read of the two other axes.
    """
    result = np.empty((4, len(distance)))
    w, dw = np.empty(4), np.empty(4)
    weights = np.empty((4, 4))  # of place and sd, each with its slopes
    most = shapes[:, 1].max()
    rows_read, read = np.empty((most, 3)), np.zeros(most, dtype=np.intp)
    k, first, over_c, over_s = 0, 0, 0.0, 0.0
    for i in range(len(distance)):
        if (
            i == 0
            or table[i] != table[i - 1]
            or place[i] != place[i - 1]
            or log_sd[i] != log_sd[i - 1]
        ):
            k, group = table[i], i + 1
            columns, sds = shapes[k, 2], shapes[k, 3]
            at = (place[i] - nodes[k, 0]) / nodes[k, 1]
            c, over_c = _weights(at, columns, weights[0], weights[1])
            at = (log_sd[i] - nodes[k, 2]) / nodes[k, 3]
            s, over_s = _weights(at, sds, weights[2], weights[3])
            first = shapes[k, 0] + c * sds + s
        bent = distance[i] / BEND
        root = np.sqrt(1.0 + bent * bent)
        u = (np.arcsinh(bent) + END) * PER_NODE
        r, over_r = _weights(u, shapes[k, 1], w, dw)
        value, by_row, by_column, by_sd = 0.0, 0.0, 0.0, 0.0
        for a in range(4):
            row = r + a
            if read[row] != group:
                read[row] = group
                rows_read[row] = _narrowed(
                    values, first + row * columns * sds, sds, min(columns, 4), min(sds, 4), weights
                )
            value += w[a] * rows_read[row, 0]
            by_row += dw[a] * rows_read[row, 0]
            by_column += w[a] * rows_read[row, 1]
            by_sd += w[a] * rows_read[row, 2]
        result[0, i] = value + over_r * by_row + over_c * by_column + over_s * by_sd
        result[1, i] = by_row * PER_NODE / (BEND * root)
        result[2, i] = by_column / nodes[k, 1]
        result[3, i] = by_sd / nodes[k, 3]
    return result


class ReadOff(Op):  # type: ignore[misc]
    """`read_off` in a PyTensor graph, with its gradient in the first three inputs."""

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """Take distance, place and log sd (point,), and the arrays of `packed`."""
        inputs = tuple(pt.as_tensor(value) for value in inputs)
        return Apply(self, list(inputs), [pt.matrix(dtype="float64")])

    def perform(self, node: Apply, inputs: Any, outputs: Any) -> None:
        """Read off."""
        outputs[0][0] = read_off(*inputs)

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        """Give the slopes of the values; those of the slopes are not asked for."""
        (slopes,), (seen,) = outputs, cotangents
        rest = [disconnected_type() for _ in inputs[3:]]
        return [*(seen[0] * slopes[k] for k in (1, 2, 3)), *rest]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Only the points move it."""
        return [[k < 3] for k in range(len(node.inputs))]


@register_funcify_default_op_cache_key(ReadOff)  # type: ignore[untyped-decorator]
def _compiled(op: ReadOff, node: Apply, **_: Any) -> Any:
    return read_off


def log_likelihood(distance: Any, place: Any, log_sd: Any, data: Any) -> Any:
    """Log likelihood of every claim whose ratio is summed out, (claim,)."""
    arrays = [data[name] for name in TABLES]
    return ReadOff()(distance, place, log_sd, *arrays)[0]
