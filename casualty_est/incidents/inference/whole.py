"""The density of incidents and its gradient in one compiled call.

Chains run in threads: a call for each kernel would have them wait for each other at every one, and
small tables would spend more time between kernels than in them.
"""

from __future__ import annotations

import math
from typing import Any

from casualty_est.incidents.inference import slopes, tables
from casualty_est.incidents.inference.tables import compiled, expit
from casualty_est.incidents.model.layout import FRACTION, LONE_SD, TAIL
from casualty_est.incidents.model.parameters import NAMES

ALPHA, BETA = math.exp(FRACTION[0]), math.exp(FRACTION[1])
ZERO, HOLDERS, BIAS, SD, EXACT, HURDLE, ALL, SPLIT, GRADE, SHARE, MIXED, RECALL = (
    NAMES.index(name)
    for name in (
        "zero", "inclusion", "bias", "log_count_sd", "exact", "hurdle", "conceded_exact",
        "fraction", "grade", "share", "grade_share", "recall",
    )
)  # fmt: skip


@compiled
def fill(theta: Any, at: Any, data: Any, room: Any, states: bool) -> None:
    """Fill the table M at these parameters.

    theta (element,): Parameters on the whole line.
    """
    (
        log_deaths, size_ends, zero, nodes, histories, _, bias_mean, bias_chol, edges, cells,
        starts, statement_of, pointer, cell, weight, if_exact, outlier, conceded, conceded_exact,
        conceded_outlier, share_log, share_log1m, kinds, mixed_grade, _, contested, _, _, any_size,
        normal, _, _, _,
    ) = data  # fmt: skip
    (
        table, law, size, by_law, inclusion, held, bias, sd, exact, below, at_edge, mass, written,
        share_weight, conceding, grade, share, mixed, real, admitted, single,
    ) = room  # fmt: skip
    nobody = expit(theta[at[ZERO, 0]]) if zero else 0.0
    single[0] = nobody
    tables.size_law(theta[0], math.exp(theta[1]), nobody, zero, size_ends, law, by_law)
    for g in range(len(size)):
        size[g] = (1 - TAIL) * law[g] + any_size[g]
    first = at[HOLDERS, 0]
    tables.holders(
        theta[first : first + 3 * histories.shape[1]], log_deaths, nodes, histories, size,
        inclusion, held, table,
    )  # fmt: skip
    row = len(histories)
    if states:
        for s in range(len(bias)):
            log_ratio = bias_mean[s]
            for k in range(bias_chol.shape[1]):
                log_ratio += bias_chol[s, k] * theta[at[BIAS, 0] + k]
            bias[s] = log_ratio
            sd[s] = math.exp(theta[at[SD, 0] + s]) if at[SD, 1] > at[SD, 0] else LONE_SD
            exact[s] = expit(theta[at[EXACT, 0] + s]) if at[EXACT, 1] > at[EXACT, 0] else 0.0
        tables.own_counts(bias, sd, log_deaths, edges, starts, cells, normal, below, at_edge, mass)
        tables.statements(
            exact, statement_of, pointer, cell, weight, if_exact, outlier, mass, written,
            table[row : row + len(outlier)],
        )  # fmt: skip
    row += len(outlier)
    if len(conceded_outlier):
        single[1] = expit(theta[at[ALL, 0]]) if at[ALL, 1] > at[ALL, 0] else 0.0
        alpha, beta = math.exp(theta[at[SPLIT, 0]]), math.exp(theta[at[SPLIT, 0] + 1])
        for q in range(len(share_log)):
            log = (alpha - ALPHA) * share_log[q] + (beta - BETA) * share_log1m[q]
            share_weight[q] = log
        softmax(share_weight)
        tables.concessions(
            single[1], share_weight, conceded, conceded_exact, conceded_outlier, conceding,
            table[row : row + len(conceded_outlier)],
        )  # fmt: skip
    row += len(conceded_outlier)
    if len(kinds):
        for k in range(len(grade)):
            grade[k] = expit(theta[at[GRADE, 0] + k])
        for k in range(len(share)):
            share[k] = expit(theta[at[SHARE, 0] + k])
        if at[MIXED, 1] > at[MIXED, 0]:
            for sole in range(2):
                for k in range(mixed.shape[1]):
                    mixed[sole, k] = theta[at[MIXED, 0] + sole * mixed.shape[1] + k]
                softmax(mixed[sole])
        tables.real_probability(kinds, grade, share, mixed, mixed_grade, contested, real)
        tables.verdicts(
            theta[at[HURDLE, 0] : at[HURDLE, 1]], theta[at[RECALL, 0] : at[RECALL, 1]], log_deaths,
            kinds, real, admitted, table[row : row + len(kinds)],
        )  # fmt: skip


@compiled
def softmax(log: Any) -> None:
    """Turn logs into shares, in place."""
    top, total = log[0], 0.0
    for k in range(len(log)):
        top = max(top, log[k])
    for k in range(len(log)):
        log[k] = math.exp(log[k] - top)
        total += log[k]
    for k in range(len(log)):
        log[k] /= total


@compiled
def log_likelihood(data: Any, room: Any, adjoint: Any, base: Any) -> float:
    """Log-likelihood of the filled table; its adjoint where that has as many rows."""
    (
        _, _, _, _, _, history_total, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _,
        mixed_count, _, index, count, _, _, _, _, _,
    ) = data  # fmt: skip
    table, mixed = room[0], room[17]
    total: float = slopes.log_likelihood(index, count, table, base, adjoint)
    for sole in range(2 * (mixed_count.shape[1] > 0)):
        for k in range(mixed_count.shape[1]):
            total += mixed_count[sole, k] * math.log(max(mixed[sole, k], 1e-300))
    if history_total > 0:
        unlisted = 0.0
        for g in range(table.shape[1]):
            unlisted += table[0, g]
        total += -history_total * math.log1p(-unlisted) if unlisted < 1 else -math.inf
        if len(adjoint):
            for g in range(table.shape[1]):
                adjoint[0, g] += history_total / max(1 - unlisted, 1e-300)
    return float(total)


@compiled
def gradient(
    theta: Any, at: Any, data: Any, room: Any, work: Any, states: bool, free: bool, slope: Any
) -> float:
    """Log posterior density up to a constant; adds its gradient to `slope`."""
    (
        log_deaths, _, zero, nodes, histories, _, _, bias_chol, edges, cells, starts,
        statement_of, pointer, cell, weight, if_exact, outlier, conceded, conceded_exact,
        conceded_outlier, share_log, share_log1m, kinds, mixed_grade, mixed_count, contested, _, _,
        _, _, prior, first, second,
    ) = data  # fmt: skip
    (
        _, law, size, by_law, inclusion, held, bias, sd, exact, _, at_edge, _, written,
        share_weight, conceding, grade, share, mixed, real, admitted, single,
    ) = room  # fmt: skip
    (
        adjoint, base, by_size, by_mass, by_lister, by_share, by_real, by_mixed, by_block,
    ) = work  # fmt: skip
    fill(theta, at, data, room, states)
    total: float = log_likelihood(data, room, adjoint, base)
    total += slopes.log_prior(theta, prior, first, second, slope)
    start, many = at[HOLDERS, 0], 3 * histories.shape[1]
    slopes.of_holders(
        theta[start : start + many], log_deaths, nodes, histories, size, inclusion, held, adjoint,
        by_size, by_block[:many],
    )  # fmt: skip
    add(slope, start, by_block[:many])
    slopes.of_size(single[0], zero, law, by_law, by_size, by_block)
    for k in range(2 + zero):
        slope[k] += (1 - TAIL) * by_block[k]
    row = len(histories)
    if free:
        slopes.of_statements(
            exact, statement_of, pointer, cell, weight, if_exact, written,
            adjoint[row : row + len(outlier)], by_mass, by_lister[0],
        )  # fmt: skip
        slopes.of_own_counts(
            bias, sd, log_deaths, edges, starts, cells, at_edge, by_mass, by_lister[1],
            by_lister[2],
        )  # fmt: skip
        add(slope, at[EXACT, 0], by_lister[0, : at[EXACT, 1] - at[EXACT, 0]])
        add(slope, at[SD, 0], by_lister[2, : at[SD, 1] - at[SD, 0]])
        for k in range(bias_chol.shape[1]):
            pull = 0.0
            for s in range(len(bias)):
                pull += by_lister[1, s] * bias_chol[s, k]
            slope[at[BIAS, 0] + k] += pull
    row += len(outlier)
    if len(conceded_outlier):
        by_all = slopes.of_concessions(
            single[1], share_weight, conceded, conceded_exact, conceding,
            adjoint[row : row + len(conceded_outlier)], by_share,
        )  # fmt: skip
        if at[ALL, 1] > at[ALL, 0]:
            slope[at[ALL, 0]] += by_all
        middle, by_alpha, by_beta = 0.0, 0.0, 0.0
        for q in range(len(by_share)):
            middle += share_weight[q] * by_share[q]
        for q in range(len(by_share)):
            pull = share_weight[q] * (by_share[q] - middle)
            by_alpha += pull * share_log[q]
            by_beta += pull * share_log1m[q]
        slope[at[SPLIT, 0]] += math.exp(theta[at[SPLIT, 0]]) * by_alpha
        slope[at[SPLIT, 0] + 1] += math.exp(theta[at[SPLIT, 0] + 1]) * by_beta
    row += len(conceded_outlier)
    if len(kinds):
        verdict_slopes(
            theta, at, log_deaths, kinds, mixed_grade, mixed_count, contested, grade, share, mixed,
            real, admitted, adjoint[row : row + len(kinds)], by_real, by_mixed, by_block, slope,
        )  # fmt: skip
    return float(total)


@compiled
def verdict_slopes(
    theta: Any, at: Any, log_deaths: Any, kinds: Any, mixed_grade: Any, mixed_count: Any,
    contested: int, grade: Any, share: Any, mixed: Any, real: Any, admitted: Any, adjoint: Any,
    by_real: Any, by_mixed: Any, by_block: Any, slope: Any,
) -> None:  # fmt: skip
    """Slopes in hurdle, recall, grades, shares and the mixture over grades."""
    hurdle, recall = by_block[:3], by_block[3:5]
    slopes.of_verdicts(
        theta[at[RECALL, 0] : at[RECALL, 1]], log_deaths, kinds, real, admitted, adjoint, by_real,
        hurdle, recall,
    )  # fmt: skip
    add(slope, at[HURDLE, 0], hurdle[: at[HURDLE, 1] - at[HURDLE, 0]])
    add(slope, at[RECALL, 0], recall[: at[RECALL, 1] - at[RECALL, 0]])
    by_mixed[:, :] = 0.0
    for sole in range(2):
        for k in range(mixed_count.shape[1]):
            by_mixed[sole, k] = mixed_count[sole, k] / max(mixed[sole, k], 1e-300)
    by_grade, by_share = by_block[: len(grade)], by_block[len(grade) : len(grade) + len(share)]
    slopes.of_real(
        kinds, grade, share, mixed, mixed_grade, contested, by_real, by_grade, by_share, by_mixed
    )
    add(slope, at[GRADE, 0], by_grade)
    add(slope, at[SHARE, 0], by_share)
    if at[MIXED, 1] > at[MIXED, 0]:
        many = mixed.shape[1]
        for sole in range(2):
            middle = 0.0
            for k in range(many):
                middle += mixed[sole, k] * by_mixed[sole, k]
            for k in range(many):
                pull = mixed[sole, k] * (by_mixed[sole, k] - middle)
                slope[at[MIXED, 0] + sole * many + k] += pull


@compiled
def add(slope: Any, start: int, part: Any) -> None:
    """Add the slopes of one block."""
    for k in range(len(part)):
        slope[start + k] += part[k]
