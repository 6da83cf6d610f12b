"""Compiled gradient of the incidents model: each kernel mirrors one of `tables`.

Sums are kept in local numbers, and no kernel leaves their order to the compiler: it could depend
on where in memory an array lies, and the same seed would not give the same draws.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from casualty_est.incidents.inference.parts import (
    Concessions,
    Counts,
    Holders,
    Prior,
    Size,
    Statements,
    Units,
    Verdicts,
)
from casualty_est.incidents.inference.tables import (
    FLOOR,
    expit,
    holding,
    inner,
    judged_so,
    looked,
    whole_sum,
)
from casualty_est.incidents.model.layout import FALSE_ADMISSION, OUTLIER, TAIL
from casualty_est.incidents.model.readings import FOUND, NOT_FOUND
from casualty_est.incidents.model.verdicts import (
    IS_ACCEPTED,
    IS_NOT_RECALLED,
    IS_RECALLED,
    IS_REJECTED,
    NO_EFFECT,
)


@inner
def log_prior(theta: Any, prior: Prior, slope: Any) -> float:
    """Log prior without constants; adds its slope."""
    kinds, first, second = prior
    total = 0.0
    for i in range(len(theta)):
        x = theta[i]
        if kinds[i] == 0:
            z = (x - first[i]) / second[i]
            total -= 0.5 * z * z
            slope[i] -= z / second[i]
        elif kinds[i] == 1:
            # Logs of expit and of its complement, whose tails do not overflow.
            soft = math.log1p(math.exp(-abs(x)))
            total -= first[i] * (soft + max(-x, 0.0)) + second[i] * (soft + max(x, 0.0))
            p = expit(x)
            slope[i] += first[i] * (1 - p) - second[i] * p
        else:
            y = math.exp(x)
            total += first[i] * x - y
            slope[i] += first[i] - y
    return total


@inner
def log_likelihood(units: Units, table: Any, adjoint: Any) -> float:
    """Sum of logs of all incidents; the adjoint of the table where it has as many rows."""
    index, count, base = units
    cells, ones = table.shape[1], len(table) - 1
    slope = len(adjoint) > 0
    total = 0.0
    if slope:
        adjoint[:, :] = 0.0
    for p in range(len(count)):
        row = table[index[p, 0]]
        for g in range(cells):
            base[g] = row[g]
        for j in range(1, index.shape[1]):
            if index[p, j] != ones:
                row = table[index[p, j]]
                for g in range(cells):
                    base[g] *= row[g]
        mass = whole_sum(base)
        total += count[p] * math.log(mass)
        if slope:
            scale = count[p] / mass
            for g in range(cells):
                base[g] *= scale
            for j in range(index.shape[1]):
                if index[p, j] != ones:
                    pull = adjoint[index[p, j]]
                    for g in range(cells):
                        pull[g] += base[g]
    if slope:
        # So far the adjoint of the logarithm of each row, the same for all factors of an incident.
        for r in range(ones):
            pull, row = adjoint[r], table[r]
            for g in range(cells):
                if row[g] > 0:
                    pull[g] /= row[g]
    return total


@inner
def of_holders(theta: Any, of: Size, by: Holders, adjoint: Any, slope: Any) -> None:
    """Slopes in level, slope and log loading of each source, and the adjoint of the size law."""
    x, size, by_size = of.log_deaths, of.size, of.adjoint
    nodes, histories, inclusion, held = by.nodes, by.histories, by.inclusion, by.held
    cells, included = len(x), histories.shape[1]
    by_size[:] = 0.0
    slope[:] = 0.0
    pull = np.empty(cells)
    for h in range(len(histories)):
        by_row, here = adjoint[h], held[h]
        for g in range(cells):
            by_size[g] += by_row[g] * here[g]
        for u in range(nodes.shape[1] * (included > 0)):
            holding(histories[h], inclusion, u, nodes[1, u], pull)
            for g in range(cells):
                pull[g] *= by_row[g] * size[g]
            for s in range(included):
                p, held_by_it = inclusion[s, u], float(histories[h, s])
                level, by_deaths = 0.0, 0.0
                for g in range(cells):
                    odds = pull[g] * (held_by_it - p[g])
                    level += odds
                    by_deaths += odds * (x[g] - 1)
                slope[s] += level
                slope[included + s] += by_deaths
                slope[2 * included + s] += level * nodes[0, u]
    for s in range(included):
        slope[2 * included + s] *= math.exp(theta[2 * included + s])


@inner
def of_size(nobody: float, of: Size, slope: Any) -> None:
    """Slopes in mean, log sd and the logit of nobody killed, from the adjoint of the size law."""
    zero, law, slopes, by_size = of.zero, of.law, of.slopes, of.adjoint
    by_mean, by_sd = 0.0, 0.0
    for g in range(zero, len(law)):
        by_mean += by_size[g] * slopes[0, g]
        by_sd += by_size[g] * slopes[1, g]
    slope[0] += (1 - TAIL) * by_mean
    slope[1] += (1 - TAIL) * by_sd
    if zero:
        total = by_size[0]
        for g in range(1, len(law)):
            total -= by_size[g] * (law[g] - FLOOR) / (1 - nobody)
        slope[2] += (1 - TAIL) * (total * nobody * (1 - nobody))


@inner
def of_statements(by: Statements, adjoint: Any, by_mass: Any) -> None:
    """Slopes in the logits of exact reports and of denial, and the adjoint of the own counts."""
    source, pointer, cell, weight = by.source, by.pointer, by.cell, by.weight
    if_exact, exact, written, by_exact = by.if_exact, by.exact, by.written, by.by_exact
    outlier, denies, denial, by_denial = by.outlier, by.denies, by.denial, by.by_denial
    by_mass[:, :] = 0.0
    by_exact[:] = 0.0
    by_denial[:] = 0.0
    for c in range(len(source)):
        p, q, pull = exact[source[c]], denial[source[c]], 0.0
        by_row, right, said = adjoint[c], if_exact[c], written[c]
        for g in range(len(by_row)):
            pull += by_row[g] * (right[g] - said[g])
        by_exact[source[c]] += (1 - q) * ((1 - OUTLIER) * pull * p * (1 - p))
        if q > 0:
            moved = 0.0
            for g in range(len(by_row)):
                counted = (1 - OUTLIER) * (p * right[g] + (1 - p) * said[g])
                moved += by_row[g] * (denies[c] - counted - OUTLIER * outlier[c])
            by_denial[source[c]] += moved * q * (1 - q)
        for i in range(pointer[c], pointer[c + 1]):
            scale, part = (1 - q) * ((1 - OUTLIER) * (1 - p) * weight[i]), by_mass[cell[i]]
            for g in range(len(by_row)):
                part[g] += scale * by_row[g]


@inner
def of_own_counts(x: Any, by: Counts) -> None:
    """Slopes in the log ratios and the logs of the count sds."""
    edges, cells, starts, at = by.edges, by.cells, by.starts, by.density
    bias, sd, by_mass = by.bias, by.sd, by.by_mass
    for s in range(len(bias)):
        shift, widen = 0.0, 0.0
        for c in range(starts[1, s], starts[1, s + 1]):
            low, high, pull = edges[cells[0, c]], edges[cells[1, c]], by_mass[c]
            at_low, at_high = at[cells[0, c]], at[cells[1, c]]
            for g in range(len(x)):
                centre = x[g] + bias[s]
                shift += pull[g] * (at_high[g] - at_low[g])
                widen += pull[g] * ((high - centre) * at_high[g] - (low - centre) * at_low[g])
        by.by_bias[s], by.by_sd[s] = -shift / sd[s], -widen / sd[s]


@inner
def of_concessions(exact: float, by: Concessions, adjoint: Any) -> float:
    """Slope in the logit of conceding everything, and the adjoint of the share weights."""
    table, if_exact, written, by_share = by.table, by.if_exact, by.written, by.by_share
    by_exact = 0.0
    by_share[:] = 0.0
    for c in range(len(adjoint)):
        for g in range(adjoint.shape[1]):
            pull = (1 - OUTLIER) * adjoint[c, g]
            by_exact += pull * (if_exact[c, g] - written[c, g])
            for q in range(len(by_share)):
                by_share[q] += pull * (1 - exact) * table[c, g, q]
    return by_exact * exact * (1 - exact)


@inner
def of_verdicts(
    recall: Any, x: Any, by: Verdicts, adjoint: Any, by_hurdle: Any, by_recall: Any
) -> None:
    """Slopes in hurdle, recall and finding, and the adjoint of the probability of being real."""
    kinds, real, admitted, find = by.kinds, by.real, by.admitted, by.found[0]
    by_hurdle[:] = 0.0
    by_recall[:] = 0.0
    by_find = 0.0
    for v in range(len(kinds)):
        kind, sole, look = kinds[v, 0], kinds[v, 3], kinds[v, 4]
        reality, level, by_deaths = 0.0, 0.0, 0.0
        if kind in (IS_RECALLED, IS_NOT_RECALLED):
            sign = 1.0 if kind == IS_RECALLED else -1.0
            for g in range(len(x)):
                p = expit(recall[0] + recall[1] * x[g])
                odds = sign * adjoint[v, g] * p * (1 - p)
                if look:
                    odds *= looked(look, find, x[g])
                    known = p if kind == IS_RECALLED else 1 - p
                    by_find += adjoint[v, g] * known * by_looking(look, x[g])
                level += odds
                by_deaths += odds * x[g]
            by_recall[0] += level
            by_recall[1] += by_deaths
        elif look:
            sign = (kind == IS_ACCEPTED) * 1.0 - (kind == IS_REJECTED) * 1.0
            for g in range(len(x)):
                pull, p = adjoint[v, g], admitted[sole, g]
                mine, other = judged_so(kind, p)
                seen = looked(look, find, x[g])
                reality += pull * (mine * seen - other * (look != FOUND))
                odds = sign * pull * p * (1 - p) * seen
                level += odds
                by_deaths += odds * x[g]
                by_find += pull * real[v] * mine * by_looking(look, x[g])
        elif kind != NO_EFFECT:
            sign = 1.0 if kind == IS_ACCEPTED else -1.0
            for g in range(len(x)):
                pull, p = sign * adjoint[v, g], admitted[sole, g]
                reality += pull * (p - FALSE_ADMISSION)
                odds = pull * p * (1 - p)
                level += odds
                by_deaths += odds * x[g]
        if kind not in (IS_RECALLED, IS_NOT_RECALLED):
            by_hurdle[0] += real[v] * level
            by_hurdle[1] += real[v] * by_deaths
            by_hurdle[2] += real[v] * level * sole
        by.by_real[v] = reality
    by.by_found[0] = by_find * find * (1 - find)


@inner
def by_looking(look: int, log_deaths: float) -> float:
    """Slope of what an investigation finds in the probability that it finds."""
    if look == FOUND:
        return 1.0
    return -1.0 if look == NOT_FOUND and log_deaths >= 0 else 0.0


@inner
def of_real(by: Verdicts, by_grade: Any, by_share: Any) -> None:
    """Slopes in grades and shares, and the adjoint of the mixture over grades."""
    kinds, mixed_grade, grade, share = by.kinds, by.mixed_grade, by.grade, by.share
    mixed, by_real, by_mixed = by.mixed, by.by_real, by.by_mixed
    by_grade[:] = 0.0
    by_share[:] = 0.0
    for v in range(len(kinds)):
        pull, with_share = by_real[v], kinds[v, 2] >= 0
        part = share[kinds[v, 2]] if with_share else 1.0
        if kinds[v, 0] != IS_ACCEPTED or len(grade) == 0:
            graded = grade[kinds[v, 1]] if kinds[v, 1] >= 0 else 1.0
            if kinds[v, 1] >= 0:
                by_grade[kinds[v, 1]] += pull * part
            if with_share:
                by_share[kinds[v, 2]] += pull * graded
            continue
        for k in range(len(mixed_grade)):
            at, weight = mixed_grade[k], mixed[kinds[v, 3], k]
            doubt = part if at == by.contested else 1.0
            by_grade[at] += pull * weight * doubt
            if at == by.contested and with_share:
                by_share[kinds[v, 2]] += pull * weight * grade[at]
            by_mixed[kinds[v, 3], k] += pull * grade[at] * doubt
    for k in range(len(grade)):
        by_grade[k] *= grade[k] * (1 - grade[k])
    for k in range(len(share)):
        by_share[k] *= share[k] * (1 - share[k])
