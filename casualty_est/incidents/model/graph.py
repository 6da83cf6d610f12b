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
from casualty_est.incidents.model.readings import FOUND
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
        free = {block.name: _free(block) for block in layout.parameters.blocks}
        size = _size_law(free, d)
        held = _holders(free, d, size)
        rows = [held, _statements(free, d)]
        if len(d.conceded_outlier):
            rows.append(_conceded(free, d))
        if len(d.verdict_kind):
            rows.append(_verdicts(free, d))
        table = pt.concatenate([*rows, pt.ones((1, len(d.log_deaths)))], axis=0)
        product = table[d.index[:, 0]]
        for column in range(1, d.index.shape[1]):
            product = product * table[d.index[:, column]]
        total = (d.count * pt.log(product.sum(axis=1))).sum()
        if d.history_total:
            total = total - d.history_total * pt.log1p(-held[0].sum())
        if d.mixed_count.any() and "grade_share" in free:
            total = total + (d.mixed_count * pt.log(_mixed(free))).sum()
        pm.Potential("incidents", total)
    return model


def _free(block: Block) -> Any:
    """A parameter on the whole line with the prior of its block."""
    dims = f"{block.name}_of"
    if block.kind == "normal":
        return pm.Normal(block.name, block.first, block.second, dims=dims)
    x = pm.Flat(block.name, dims=dims)
    if block.kind == "beta":
        p = pt.sigmoid(x)
        prior = pm.logp(pm.Beta.dist(block.first, block.second), p) + pt.log(p * (1 - p))
    else:
        prior = pm.logp(pm.Gamma.dist(block.first, 1.0), pt.exp(x)) + x
    pm.Potential(f"{block.name}_prior", prior.sum())
    return x


def _phi(z: Any) -> Any:
    return 0.5 * pt.erfc(-z / math.sqrt(2))


def _between(low: Any, high: Any) -> Any:
    flip = low > 0
    first, last = pt.switch(flip, -high, low), pt.switch(flip, -low, high)
    return _phi(last) - _phi(first)


def _size_law(free: dict[str, Any], d: Arrays) -> Any:
    ends = (d.size_ends[:, d.zero :] - free["size_mean"][0]) / pt.exp(free["log_size_sd"][0])
    share = _between(ends[0], ends[1]) / _between(ends[0, 0], ends[1, -1])
    if d.zero:
        nobody = pt.sigmoid(free["zero"][0])
        share = pt.concatenate([nobody[None], (1 - nobody) * share])
    width = d.size_ends[1] - d.size_ends[0]
    width[: d.zero] = 0.0
    return (1 - TAIL) * (share + FLOOR) + TAIL * width / width.sum()


def _holders(free: dict[str, Any], d: Arrays, size: Any) -> Any:
    if not d.histories.shape[1]:
        return size[None, :]
    slope = free["slope"][:, None, None] * (d.log_deaths - 1)
    loading = pt.exp(free["log_visibility"])[:, None, None] * d.nodes[0][:, None]
    p = pt.sigmoid(free["inclusion"][:, None, None] + slope + loading)
    rows = []
    for history in d.histories:
        product = d.nodes[1][:, None] * pt.ones((1, len(d.log_deaths)))
        for s, holds in enumerate(history):
            product = product * (p[s] if holds else 1 - p[s])
        rows.append(product.sum(axis=0) * size)
    return pt.stack(rows)


def _statements(free: dict[str, Any], d: Arrays) -> Any:
    listers = len(d.bias_mean)
    bias = d.bias_mean + (pt.dot(d.bias_chol, free["bias"]) if "bias" in free else 0.0)
    rows = []
    for s in range(listers):
        sd = pt.exp(free["log_count_sd"][s]) if "log_count_sd" in free else LONE_SD
        exact = pt.sigmoid(free["exact"][s]) if "exact" in free else 0.0
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
        said = (1 - OUTLIER) * meant + OUTLIER * d.outlier[mine][:, None]
        if s in d.denier_of:
            denial = pt.sigmoid(free["denial"][int(np.flatnonzero(d.denier_of == s)[0])])
            said = (1 - denial) * said + denial * d.denies[mine][:, None]
        rows.append(said)
    return pt.concatenate(rows, axis=0)


def _conceded(free: dict[str, Any], d: Arrays) -> Any:
    alpha, beta = pt.exp(free["fraction"][0]), pt.exp(free["fraction"][1])
    log = (alpha - math.exp(FRACTION[0])) * d.share_log
    share = pt.special.softmax(log + (beta - math.exp(FRACTION[1])) * d.share_log1m)
    exact = pt.sigmoid(free["conceded_exact"][0]) if "conceded_exact" in free else 0.0
    meant = exact * d.conceded_exact + (1 - exact) * pt.dot(d.conceded, share)
    return (1 - OUTLIER) * meant + OUTLIER * d.conceded_outlier[:, None]


def _mixed(free: dict[str, Any]) -> Any:
    if "grade_share" not in free:
        return pt.ones((2, 1))
    return pt.special.softmax(free["grade_share"].reshape((2, -1)), axis=1)


def _real(free: dict[str, Any], d: Arrays, row: Any) -> Any:
    kind, grade, share, sole = (int(x) for x in row[:4])
    part = pt.sigmoid(free["share"][share]) if share >= 0 else 1.0
    if kind != IS_ACCEPTED or "grade" not in free:
        return part * (pt.sigmoid(free["grade"][grade]) if grade >= 0 else 1.0)
    total: Any = 0.0
    for k, at in enumerate(d.mixed_grade):
        doubt = part if at == d.contested else 1.0
        total = total + _mixed(free)[sole, k] * pt.sigmoid(free["grade"][int(at)]) * doubt
    return total


def _verdicts(free: dict[str, Any], d: Arrays) -> Any:
    rows = []
    for row in d.verdict_kind:
        kind, sole, look = int(row[0]), int(row[3]), int(row[4])
        seen = _seen(free, d, look)
        if kind in (IS_RECALLED, IS_NOT_RECALLED):
            p = pt.sigmoid(free["recall"][0] + free["recall"][1] * d.log_deaths)
            rows.append((p if kind == IS_RECALLED else 1 - p) * seen)
            continue
        if kind not in (IS_REJECTED, IS_ACCEPTED) and not look:
            rows.append(pt.ones(len(d.log_deaths)))
            continue
        mine, other = 1.0, 1.0
        if kind in (IS_REJECTED, IS_ACCEPTED):
            h = free["hurdle"]
            mine = pt.sigmoid(h[0] + h[1] * d.log_deaths + h[2] * sole)
            other = FALSE_ADMISSION
        if kind == IS_REJECTED:
            mine, other = 1 - mine, 1 - other
        real = _real(free, d, row)
        rows.append(real * mine * seen + (1 - real) * other * float(look != FOUND))
    return pt.stack(rows)


def _seen(free: dict[str, Any], d: Arrays, look: int) -> Any:
    """Probability of what an investigation found of a real incident, in each cell."""
    whole = pt.ones(len(d.log_deaths))
    if not look:
        return whole
    find = pt.sigmoid(free["found"][0])
    return whole * find if look == FOUND else pt.switch(d.log_deaths < 0, 1.0, 1 - find)
