"""What every engine of the lists model hands back for one table, and how it is described."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.family import Family
from casualty_est.lists.families.member import MOST, all_histories, all_pairs, signs
from casualty_est.lists.table.history import HistoryTable

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Odds ratios of the unseen cell at which N is shown.
DIAL = (0.25, 1 / 3, 0.5, 2**-0.5, 1.0, 2**0.5, 2.0, 3.0, 4.0)
CHANCES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # to be on any list at all
ENDS = (0.025, 0.5, 0.975)
LARGE = 500.0  # log odds beyond which a float overflows
MANY_CELLS = 40  # histories shown one by one in the check of predictions


@dataclass(frozen=True, slots=True)
class Answer:
    """Posterior of one table of capture histories under one choice of families."""

    unlisted: Ints  # (draw,): people on no list
    cells: Array  # (some draw, history): shares among listed people, for some of the draws
    cell_odds: Array  # (some draw,): log odds of being on no list in the same draws
    # (some draw, chance): shares of the listed and of the unlisted whose chance to be on some list
    # passes each of CHANCES, in the same draws
    visible: tuple[Array, Array] | None  # None where it was not drawn
    groups: list[dict[str, Any]]  # as `schema.Group`
    families: list[dict[str, Any]]  # as `schema.FamilyMember`
    method: str
    reasons: tuple[str, ...] = ()
    min_ess: float | None = None
    max_rhat: float | None = None
    # (draw, value, 2): listed and unlisted people under each value of each covariate
    by_value: Ints | None = None
    # (draw,): log odds ratio of the unseen cell, where it has a prior of its own
    log_ratio: Array | None = None
    facts: dict[str, Any] = field(default_factory=dict)  # what only this engine has to say


def draw_unlisted(log_odds: Array, people: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw the people on no list, with p(N) proportional to 1/N, by the odds of being there."""
    with np.errstate(over="ignore"):
        mean = rng.gamma(people, 1.0, len(log_odds)) * np.exp(log_odds)
    return rng.poisson(np.minimum(mean, MOST)).astype(np.int64)


def weighted_quantiles(
    values: npt.NDArray[np.generic], weight: Array, probabilities: tuple[float, ...]
) -> Array:
    """Quantiles of weighted draws."""
    order = np.argsort(values)
    return values[order[places_of_quantiles(weight[order], probabilities)]].astype(float)


def places_of_quantiles(weight: Array, probabilities: tuple[float, ...]) -> npt.NDArray[np.intp]:
    """Which of the draws are quantiles; weights of draws from the smallest to the largest."""
    edges = np.cumsum(weight)
    return np.minimum(np.searchsorted(edges / edges[-1], probabilities), len(weight) - 1)


def quantiles(values: npt.NDArray[Any], weight: Array | None = None) -> dict[str, float]:
    """Median and ends of the 95% interval of draws, weighted or not."""
    return named_ends(
        np.quantile(values, ENDS) if weight is None else weighted_quantiles(values, weight, ENDS)
    )


def named_ends(ends: Array) -> dict[str, float]:
    """Three quantiles by their names."""
    low, median, high = ends
    return {"low": float(low), "median": float(median), "high": float(high)}


def of_one_family(
    family: Family, people: Ints, log_evidence: float | None, predictive_p: float | None
) -> dict[str, Any]:
    """Groups and families of an answer that has one family; people are its draws."""
    whole = {"mass": 1.0, "log_evidence": log_evidence}
    group = {"name": family.group.name, **whole, "posterior": 1.0, "predictive_p": predictive_p}
    member = {"family": family.name, "member": family.title, **whole}
    return {"groups": [group | quantiles(people)], "families": [member]}


def dial(answer: Answer, table: HistoryTable, rng: np.random.Generator) -> dict[str, Any] | None:
    """Number of people under each odds ratio of the unseen cell, and the ratio drawn."""
    # The ratio ties the odds of the empty history to the alternating product of all others; at 1
    # there is no interaction of the highest order (Aleshin-Guendel, Sadinle and Wakefield 2024, doi
    # 10.1093/biomtc/ujad028). It cannot be seen in the data.
    if answer.cells.shape[1] != 2 ** len(table.lists) - 1:
        return None
    with np.errstate(divide="ignore"):
        base = np.log(answer.cells) @ signs(len(table.lists))
    lam = rng.gamma(table.people, 1.0, len(base))
    curve = []
    for ratio in DIAL:
        # The same random numbers at every ratio: the curve has no noise of its own.
        mean = np.minimum(lam * np.exp(np.minimum(base, LARGE)) * ratio, MOST)
        curve.append({"ratio": ratio, **quantiles(table.people + mean)})
    return {
        "curve": curve,
        "implied": quantiles(np.exp(np.minimum(answer.cell_odds - base, LARGE))),
    }


def observability(answer: Answer, table: HistoryTable) -> list[dict[str, float]]:
    """Number of people whose chance to be on some list passes each of `CHANCES`."""
    if answer.visible is None:
        return []
    unlisted = table.people * np.exp(np.minimum(answer.cell_odds, LARGE))
    rows = []
    for c, chance in enumerate(CHANCES):
        listed, rest = answer.visible[0][:, c], answer.visible[1][:, c]
        rows.append({"chance": chance, **quantiles(table.people * listed + unlisted * rest)})
    return rows


def predictions(
    answer: Answer, table: HistoryTable, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """What the posterior predicts for each history, beside what was seen."""
    every = answer.cells.shape[1] == 2 ** len(table.lists) - 1
    if every:
        observed, bits = table.dense()[1:], all_histories(len(table.lists)).astype(np.int64)
    else:
        observed, bits = table.counts, table.histories.astype(np.int64)
    replicated = rng.multinomial(table.people, answer.cells)
    shown = np.argsort(-observed, kind="stable")[:MANY_CELLS]
    rows = []
    for h in shown:
        draws = replicated[:, h]
        below, above = float(np.mean(draws <= observed[h])), float(np.mean(draws >= observed[h]))
        names = [name for name, bit in zip(table.lists, bits[h], strict=True) if bit]
        ends = {"p": min(1.0, 2 * min(below, above)), **quantiles(draws)}
        rows.append({"history": names, "observed": int(observed[h]), **ends})
    return rows


def dependence(answer: Answer, table: HistoryTable) -> list[dict[str, Any]]:
    """Odds ratio of every pair of lists in the whole population, unlisted people included."""
    n_lists = len(table.lists)
    if answer.cells.shape[1] != 2**n_lists - 1:
        return []
    seen = 1.0 / (1.0 + np.exp(np.minimum(answer.cell_odds, LARGE)))
    full = np.column_stack([1.0 - seen, answer.cells * seen[:, None]])
    bits = ((np.arange(2**n_lists)[:, None] >> np.arange(n_lists)) & 1).astype(bool)
    rows = []
    for a, b in all_pairs(n_lists):
        parts = [
            full[:, (bits[:, a] == x) & (bits[:, b] == y)].sum(axis=1)
            for x, y in ((True, True), (False, False), (True, False), (False, True))
        ]
        ratio = parts[0] * parts[1] / np.maximum(parts[2] * parts[3], 1e-300)
        rows.append({"list_a": table.lists[a], "list_b": table.lists[b], **quantiles(ratio)})
    return rows
