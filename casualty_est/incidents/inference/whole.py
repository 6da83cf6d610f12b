"""The density of incidents and its gradient in one compiled call.

Chains run in threads: a call for each kernel would have them wait for each other at every one, and
small tables would spend more time between kernels than in them.
"""

from __future__ import annotations

import math
from typing import Any

from casualty_est.incidents.inference import slopes, tables
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
from casualty_est.incidents.inference.tables import compiled, expit, inner
from casualty_est.incidents.model.layout import FRACTION, LONE_SD
from casualty_est.incidents.model.parameters import NAMES

ALPHA, BETA = math.exp(FRACTION[0]), math.exp(FRACTION[1])
ZERO, HOLDERS, BIAS, SD, EXACT, HURDLE, ALL, SPLIT, GRADE, SHARE, MIXED, RECALL, DENIAL, FOUND = (
    NAMES.index(name)
    for name in (
        "zero", "inclusion", "bias", "log_count_sd", "exact", "hurdle", "conceded_exact",
        "fraction", "grade", "share", "grade_share", "recall", "denial", "found",
    )
)  # fmt: skip


@compiled
def fill(theta: Any, plain: Any, states: bool) -> None:
    """Fill the table M at these parameters; what listers state only if it is asked for.

    theta (element,): Parameters on the whole line.
    """
    at, table = plain[0], plain[9]
    size, holders, counts = Size(*plain[1]), Holders(*plain[2]), Counts(*plain[3])
    statements, concessions = Statements(*plain[4]), Concessions(*plain[5])
    judged, x = Verdicts(*plain[6]), size.log_deaths
    tables.size_law(theta[0], math.exp(theta[1]), chance(theta, at, ZERO), size)
    first, row = at[HOLDERS, 0], len(holders.histories)
    tables.holders(theta[first : first + 3 * len(holders.inclusion)], size, holders, table)
    if states:
        at_parameters(theta, at, counts, statements)
        tables.own_counts(x, counts)
        tables.statements(statements, counts.mass, table[row : row + len(statements.outlier)])
    row += len(statements.outlier)
    conceded = len(concessions.outlier)
    if conceded:
        weigh_shares(theta[at[SPLIT, 0] : at[SPLIT, 1]], concessions)
        rows = table[row : row + conceded]
        tables.concessions(chance(theta, at, ALL), concessions, rows)
    row += conceded
    if len(judged.kinds):
        grades_at(theta, at, judged)
        tables.real_probability(judged)
        tables.verdicts(
            theta[at[HURDLE, 0] : at[HURDLE, 1]], theta[at[RECALL, 0] : at[RECALL, 1]], x, judged,
            table[row : row + len(judged.kinds)],
        )  # fmt: skip


@inner
def grades_at(theta: Any, at: Any, by: Verdicts) -> None:
    """Probabilities of grades and shares, and the mixture over grades."""
    grade, share, mixed = by.grade, by.share, by.mixed
    for k in range(len(grade)):
        grade[k] = expit(theta[at[GRADE, 0] + k])
    for k in range(len(share)):
        share[k] = expit(theta[at[SHARE, 0] + k])
    if at[FOUND, 1] > at[FOUND, 0]:
        by.found[0] = expit(theta[at[FOUND, 0]])
    if at[MIXED, 1] > at[MIXED, 0]:
        many = mixed.shape[1]
        for sole in range(2):
            for k in range(many):
                mixed[sole, k] = theta[at[MIXED, 0] + sole * many + k]
            softmax(mixed[sole])


@inner
def chance(theta: Any, at: Any, name: int) -> float:
    """Probability whose logit is one block; 0 where it is absent."""
    return expit(theta[at[name, 0]]) if at[name, 1] > at[name, 0] else 0.0


@inner
def at_parameters(theta: Any, at: Any, counts: Counts, by: Statements) -> None:
    """Log ratio and log sd of the own counts of each lister, how often exact, or a denial."""
    exact, denial, denier = by.exact, by.denial, by.denier
    mean, chol, bias, sd = counts.mean, counts.chol, counts.bias, counts.sd
    for s in range(len(exact)):
        log_ratio = mean[s]
        for k in range(chol.shape[1]):
            log_ratio += chol[s, k] * theta[at[BIAS, 0] + k]
        bias[s] = log_ratio
        sd[s] = math.exp(theta[at[SD, 0] + s]) if at[SD, 1] > at[SD, 0] else LONE_SD
        exact[s] = expit(theta[at[EXACT, 0] + s]) if at[EXACT, 1] > at[EXACT, 0] else 0.0
    for k in range(len(denier)):
        denial[denier[k]] = expit(theta[at[DENIAL, 0] + k])


@inner
def weigh_shares(fraction: Any, by: Concessions) -> None:
    """Weigh the nodes of the conceded share; `fraction` holds the logs of both Beta parameters."""
    alpha, beta = math.exp(fraction[0]), math.exp(fraction[1])
    share, log_share, log_rest = by.share, by.log_share, by.log_rest
    for q in range(len(share)):
        share[q] = (alpha - ALPHA) * log_share[q] + (beta - BETA) * log_rest[q]
    softmax(share)


@inner
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
def log_likelihood(plain: Any, adjoint: Any) -> float:
    """Log-likelihood of the filled table; its adjoint where that has as many rows."""
    listed, judged, table = Holders(*plain[2]).total, Verdicts(*plain[6]), plain[9]
    count, mixed = judged.mixed_count, judged.mixed
    total: float = slopes.log_likelihood(Units(*plain[7]), table, adjoint)
    for sole in range(2 * (count.shape[1] > 0)):
        for k in range(count.shape[1]):
            total += count[sole, k] * math.log(max(mixed[sole, k], 1e-300))
    if listed > 0:
        unlisted = 0.0
        for g in range(table.shape[1]):
            unlisted += table[0, g]
        total += -listed * math.log1p(-unlisted) if unlisted < 1 else -math.inf
        if len(adjoint):
            for g in range(table.shape[1]):
                adjoint[0, g] += listed / max(1 - unlisted, 1e-300)
    return float(total)


@compiled
def gradient(theta: Any, plain: Any, states: bool, free: bool, slope: Any) -> float:
    """Log posterior density up to a constant; adds its gradient to `slope`."""
    at, adjoint, block = plain[0], plain[10], plain[11]
    size, holders, counts = Size(*plain[1]), Holders(*plain[2]), Counts(*plain[3])
    statements, concessions = Statements(*plain[4]), Concessions(*plain[5])
    judged, prior = Verdicts(*plain[6]), Prior(*plain[8])
    fill(theta, plain, states)
    total: float = log_likelihood(plain, adjoint)
    total += slopes.log_prior(theta, prior, slope)
    start, many, row = at[HOLDERS, 0], 3 * len(holders.inclusion), len(holders.histories)
    slopes.of_holders(theta[start : start + many], size, holders, adjoint, block[:many])
    add(slope, start, block[:many])
    slopes.of_size(chance(theta, at, ZERO), size, slope)
    if free:
        rows = adjoint[row : row + len(statements.outlier)]
        slopes.of_statements(statements, rows, counts.by_mass)
        slopes.of_own_counts(size.log_deaths, counts)
        count_slopes(at, counts, statements, slope)
    row += len(statements.outlier)
    conceded = len(concessions.outlier)
    if conceded:
        concession_slopes(theta, at, concessions, adjoint[row : row + conceded], slope)
    row += conceded
    if len(judged.kinds):
        rows = adjoint[row : row + len(judged.kinds)]
        verdict_slopes(theta, at, size.log_deaths, judged, rows, block, slope)
    return float(total)


@inner
def count_slopes(at: Any, counts: Counts, by: Statements, slope: Any) -> None:
    """Slopes in log ratios, count sds, exact reports and denials."""
    chol, by_bias, by_exact = counts.chol, counts.by_bias, by.by_exact
    add(slope, at[EXACT, 0], by_exact[: at[EXACT, 1] - at[EXACT, 0]])
    add(slope, at[SD, 0], counts.by_sd[: at[SD, 1] - at[SD, 0]])
    for k in range(len(by.denier)):
        slope[at[DENIAL, 0] + k] += by.by_denial[by.denier[k]]
    for k in range(chol.shape[1]):
        pull = 0.0
        for s in range(len(by_bias)):
            pull += by_bias[s] * chol[s, k]
        slope[at[BIAS, 0] + k] += pull


@inner
def concession_slopes(theta: Any, at: Any, by: Concessions, adjoint: Any, slope: Any) -> None:
    """Slopes in conceding everything, and in both parameters of the conceded share."""
    by_all = slopes.of_concessions(chance(theta, at, ALL), by, adjoint)
    if at[ALL, 1] > at[ALL, 0]:
        slope[at[ALL, 0]] += by_all
    middle, by_alpha, by_beta = 0.0, 0.0, 0.0
    share, by_share, log_share, log_rest = by.share, by.by_share, by.log_share, by.log_rest
    for q in range(len(share)):
        middle += share[q] * by_share[q]
    for q in range(len(share)):
        pull = share[q] * (by_share[q] - middle)
        by_alpha += pull * log_share[q]
        by_beta += pull * log_rest[q]
    slope[at[SPLIT, 0]] += math.exp(theta[at[SPLIT, 0]]) * by_alpha
    slope[at[SPLIT, 0] + 1] += math.exp(theta[at[SPLIT, 0] + 1]) * by_beta


@inner
def verdict_slopes(
    theta: Any, at: Any, x: Any, by: Verdicts, adjoint: Any, block: Any, slope: Any
) -> None:
    """Slopes in hurdle, recall, grades, shares and the mixture over grades."""
    count, mixed, by_mixed = by.mixed_count, by.mixed, by.by_mixed
    hurdle, recall = block[:3], block[3:5]
    slopes.of_verdicts(theta[at[RECALL, 0] : at[RECALL, 1]], x, by, adjoint, hurdle, recall)
    add(slope, at[HURDLE, 0], hurdle[: at[HURDLE, 1] - at[HURDLE, 0]])
    add(slope, at[RECALL, 0], recall[: at[RECALL, 1] - at[RECALL, 0]])
    add(slope, at[FOUND, 0], by.by_found[: at[FOUND, 1] - at[FOUND, 0]])
    by_mixed[:, :] = 0.0
    for sole in range(2):
        for k in range(count.shape[1]):
            by_mixed[sole, k] = count[sole, k] / max(mixed[sole, k], 1e-300)
    grades = len(by.grade)
    by_grade, by_share = block[:grades], block[grades : grades + len(by.share)]
    slopes.of_real(by, by_grade, by_share)
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


@inner
def add(slope: Any, start: int, part: Any) -> None:
    """Add the slopes of one block."""
    for k in range(len(part)):
        slope[start + k] += part[k]
