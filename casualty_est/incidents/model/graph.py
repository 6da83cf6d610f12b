"""The incidents model as a PyMC model: the same tables, written once more in PyTensor.

Fits use compiled kernels of the same density (`casualty_est.incidents.inference`), which need no
compilation of a graph. This one is for whoever wants to extend the model, and a test holds the two
against each other.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from casualty_est.incidents.model.layout import (
    FALSE_ADMISSION,
    FRACTION,
    LONE_SD,
    OUTLIER,
    TAIL,
    Arrays,
    IncidentLayout,
)
from casualty_est.incidents.model.parameters import Block
from casualty_est.incidents.model.verdicts import (
    IS_ACCEPTED,
    IS_NOT_RECALLED,
    IS_RECALLED,
    IS_REJECTED,
)

FLOOR = 1e-12


def build(layout: IncidentLayout) -> pm.Model:
    """Build the PyMC model of a layout."""
    d = layout.arrays
    coords = {f"{b.name}_of": list(b.labels) for b in layout.parameters.blocks}
    with pm.Model(coords=coords) as model:
        found = {block.name: _free(block) for block in layout.parameters.blocks}
        size = _size_law(found, d)
        held = _holders(found, d, size)
        rows = [held, _statements(found, d)]
        if len(d.conceded_outlier):
            rows.append(_conceded(found, d))
        if len(d.verdict_kind):
            rows.append(_verdicts(found, d))
        table = pt.concatenate([*rows, pt.ones((1, len(d.log_deaths)))], axis=0)
        product = table[d.index[:, 0]]
        for column in range(1, d.index.shape[1]):
            product = product * table[d.index[:, column]]
        total = (d.count * pt.log(product.sum(axis=1))).sum()
        if d.history_total:
            total = total - d.history_total * pt.log1p(-held[0].sum())
        if d.mixed_count.any() and "grade_share" in found:
            total = total + (d.mixed_count * pt.log(_mixed(found))).sum()
        pm.Potential("incidents", total)
    return model


def _free(block: Block) -> Any:
    """A parameter on the whole line with the prior of its block."""
    dims = f"{block.name}_of"
    if block.kind == "normal":
        return pm.Normal(block.name, block.first, block.second, dims=dims)
    x = pm.Flat(block.name, dims=dims)
    match block.kind:
        case "beta":
            p = pt.sigmoid(x)
            prior = pm.logp(pm.Beta.dist(block.first, block.second), p) + pt.log(p * (1 - p))
        case _:
            prior = pm.logp(pm.Gamma.dist(block.first, 1.0), pt.exp(x)) + x
    pm.Potential(f"{block.name}_prior", prior.sum())
    return x


def _phi(z: Any) -> Any:
    return 0.5 * pt.erfc(-z / math.sqrt(2))


def _between(low: Any, high: Any) -> Any:
    flip = low > 0
    first, last = pt.switch(flip, -high, low), pt.switch(flip, -low, high)
    return _phi(last) - _phi(first)


def _size_law(found: dict[str, Any], d: Arrays) -> Any:
    ends = (d.size_ends[:, d.zero :] - found["size_mean"][0]) / pt.exp(found["log_size_sd"][0])
    share = _between(ends[0], ends[1]) / _between(ends[0, 0], ends[1, -1])
    if d.zero:
        nobody = pt.sigmoid(found["zero"][0])
        share = pt.concatenate([nobody[None], (1 - nobody) * share])
    width = d.size_ends[1] - d.size_ends[0]
    width[: d.zero] = 0.0
    return (1 - TAIL) * (share + FLOOR) + TAIL * width / width.sum()


def _holders(found: dict[str, Any], d: Arrays, size: Any) -> Any:
    if not d.histories.shape[1]:
        return size[None, :]
    slope = found["slope"][:, None, None] * (d.log_deaths - 1)
    loading = pt.exp(found["log_visibility"])[:, None, None] * d.nodes[0][:, None]
    p = pt.sigmoid(found["inclusion"][:, None, None] + slope + loading)
    rows = []
    for history in d.histories:
        product = d.nodes[1][:, None] * pt.ones((1, len(d.log_deaths)))
        for s, holds in enumerate(history):
            product = product * (p[s] if holds else 1 - p[s])
        rows.append(product.sum(axis=0) * size)
    return pt.stack(rows)


def _statements(found: dict[str, Any], d: Arrays) -> Any:
    listers = len(d.bias_mean)
    bias = d.bias_mean + (pt.dot(d.bias_chol, found["bias"]) if "bias" in found else 0.0)
    rows = []
    for s in range(listers):
        sd = pt.exp(found["log_count_sd"][s]) if "log_count_sd" in found else LONE_SD
        exact = pt.sigmoid(found["exact"][s]) if "exact" in found else 0.0
        first, last = d.starts_of[0, s], d.starts_of[0, s + 1]
        below = _phi((d.edges[first:last, None] - d.log_deaths - bias[s]) / sd)
        inside = slice(d.starts_of[1, s], d.starts_of[1, s + 1])
        low, high = d.cells[0, inside] - first, d.cells[1, inside] - first
        mine = np.flatnonzero(d.statement_of == s)
        weights = np.zeros((len(mine), len(low)))
        for row, c in enumerate(mine):
            entries = slice(d.pointer[c], d.pointer[c + 1])
            weights[row, d.cell[entries] - d.starts_of[1, s]] = d.weight[entries]
        written = pt.dot(weights, below[high] - below[low])
        meant = exact * d.exact[mine] + (1 - exact) * written
        rows.append((1 - OUTLIER) * meant + OUTLIER * d.outlier[mine][:, None])
    return pt.concatenate(rows, axis=0)


def _conceded(found: dict[str, Any], d: Arrays) -> Any:
    alpha, beta = pt.exp(found["fraction"][0]), pt.exp(found["fraction"][1])
    log = (alpha - math.exp(FRACTION[0])) * d.share_log
    share = pt.special.softmax(log + (beta - math.exp(FRACTION[1])) * d.share_log1m)
    exact = pt.sigmoid(found["conceded_exact"][0]) if "conceded_exact" in found else 0.0
    meant = exact * d.conceded_exact + (1 - exact) * pt.dot(d.conceded, share)
    return (1 - OUTLIER) * meant + OUTLIER * d.conceded_outlier[:, None]


def _mixed(found: dict[str, Any]) -> Any:
    if "grade_share" not in found:
        return pt.ones((2, 1))
    return pt.special.softmax(found["grade_share"].reshape((2, -1)), axis=1)


def _real(found: dict[str, Any], d: Arrays, row: Any) -> Any:
    kind, grade, share, sole = (int(x) for x in row)
    part = pt.sigmoid(found["share"][share]) if share >= 0 else 1.0
    if kind != IS_ACCEPTED or "grade" not in found:
        return part * (pt.sigmoid(found["grade"][grade]) if grade >= 0 else 1.0)
    total: Any = 0.0
    for k, at in enumerate(d.mixed_grade):
        doubt = part if at == d.contested else 1.0
        total = total + _mixed(found)[sole, k] * pt.sigmoid(found["grade"][int(at)]) * doubt
    return total


def _verdicts(found: dict[str, Any], d: Arrays) -> Any:
    rows = []
    for row in d.verdict_kind:
        kind, sole = int(row[0]), int(row[3])
        if kind in (IS_RECALLED, IS_NOT_RECALLED):
            p = pt.sigmoid(found["recall"][0] + found["recall"][1] * d.log_deaths)
            rows.append(p if kind == IS_RECALLED else 1 - p)
            continue
        if kind not in (IS_REJECTED, IS_ACCEPTED):
            rows.append(pt.ones(len(d.log_deaths)))
            continue
        h = found["hurdle"]
        admitted = pt.sigmoid(h[0] + h[1] * d.log_deaths + h[2] * sole)
        real = _real(found, d, row)
        if kind == IS_REJECTED:
            rows.append(real * (1 - admitted) + (1 - real) * (1 - FALSE_ADMISSION))
        else:
            rows.append(real * admitted + (1 - real) * FALSE_ADMISSION)
    return pt.stack(rows)
