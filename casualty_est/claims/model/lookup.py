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
def read_off(
    distance: Any, place: Any, log_sd: Any, table: Any, values: Any, shapes: Any, nodes: Any
) -> Any:
    """Value of each table at its point, and the slopes along the three axes; (4, point).

    Beyond the ends of its grid a table goes on straight.
    """
    result = np.empty((4, len(distance)))
    w, dw = np.empty((3, 4)), np.empty((3, 4))
    for i in range(len(distance)):
        k = table[i]
        offset, rows, columns, sds = shapes[k, 0], shapes[k, 1], shapes[k, 2], shapes[k, 3]
        bent = distance[i] / BEND
        root = np.sqrt(1.0 + bent * bent)
        u = (np.arcsinh(bent) + END) * PER_NODE
        r, over_r = _weights(u, rows, w[0], dw[0])
        c, over_c = _weights((place[i] - nodes[k, 0]) / nodes[k, 1], columns, w[1], dw[1])
        s, over_s = _weights((log_sd[i] - nodes[k, 2]) / nodes[k, 3], sds, w[2], dw[2])
        value, by_row, by_column, by_sd = 0.0, 0.0, 0.0, 0.0
        for a in range(4):
            inner, inner_column, inner_sd = 0.0, 0.0, 0.0
            for b in range(4 if columns > 1 else 1):
                at = offset + ((r + a) * columns + c + b) * sds + s
                sum_, sum_sd = 0.0, 0.0
                for d in range(4 if sds > 1 else 1):
                    sum_ += w[2, d] * values[at + d]
                    sum_sd += dw[2, d] * values[at + d]
                inner += w[1, b] * sum_
                inner_column += dw[1, b] * sum_
                inner_sd += w[1, b] * sum_sd
            value += w[0, a] * inner
            by_row += dw[0, a] * inner
            by_column += w[0, a] * inner_column
            by_sd += w[0, a] * inner_sd
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
