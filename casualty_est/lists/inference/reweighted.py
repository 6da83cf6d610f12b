"""Many tables near each other: one fit of their mean, re-weighted to each of them.

Draws theta of the fit of one table T become draws for another table T' when their weights are
multiplied by prod_x q_x(theta)^(T'_x - T_x), with q_x the share of history x among listed people.
That is importance sampling and exact. The sum of the weights is the evidence of T', so the weights
of the families follow. Where few draws are left that count, the table is fitted by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.families.family import Family
from casualty_est.lists.families.member import all_histories
from casualty_est.lists.inference import averaged
from casualty_est.lists.inference.answer import (
    ENDS,
    Answer,
    draw_unlisted,
    named_ends,
    places_of_quantiles,
)
from casualty_est.lists.inference.averaged import Average, floored, ruled_out
from casualty_est.lists.inference.engines import FEWEST_RUNS, Plan
from casualty_est.lists.inference.members import stream
from casualty_est.lists.inference.predictive import cell_probabilities
from casualty_est.lists.schema import FamilyMember, Found, Group
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import one_blas_thread

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEWEST = 8  # tables that are worth a fit of their mean
MOST_LISTS = 6  # of more, the shares of all histories in all draws are too many numbers
# Effective draws: five for each that is wanted of a table, at least the first and at most the last.
ENOUGH = (100.0, 400.0)
SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class Base:
    """The fit that speaks for all tables near its own."""

    table: HistoryTable
    plan: Plan
    whole: Average
    log_cells: Array  # (draw, history): log shares among listed people
    log_evidence: float
    order: tuple[Ints, ...]  # by group: its draws, from the fewest people to the most


@dataclass(frozen=True, slots=True)
class Near:
    """The same draws as they weigh for one table."""

    weight: Array  # (draw,)
    ess: float  # by Kish
    masses: Array  # (group,): by evidence alone
    evidence: Array  # (group,)
    reasons: tuple[str, ...]  # why a group has no floor


def may_share(tables: Sequence[HistoryTable], families: Sequence[Family]) -> bool:
    """Whether one fit may speak for several tables of one stratum."""
    return (
        len(tables) >= FEWEST
        and all(family.engine == "averaged" for family in families)
        and len(tables[0].lists) <= MOST_LISTS
        and len({table.lists for table in tables}) == 1
    )


def mean_of(tables: Sequence[HistoryTable]) -> HistoryTable:
    """The table of mean counts, rounded."""
    counts = np.mean([table.dense()[1:] for table in tables], axis=0).round().astype(np.int64)
    return HistoryTable.of(tables[0].lists, all_histories(len(tables[0].lists)), counts)


@one_blas_thread()
def base_of(table: HistoryTable, plan: Plan, root: np.random.SeedSequence) -> Base:
    """Fit the table that speaks for the others."""
    settings: dict[str, Any] = {"floor": plan.floor, "method": plan.method}
    settings["budget"] = plan.budget
    runs = max(FEWEST_RUNS, plan.runs)
    whole = averaged.average(table, plan.families, seed=root, runs=runs, **settings)
    draws = [
        (fit.member, theta) for fit in whole.members for theta in (part.theta for part in fit.parts)
    ]
    cells, _ = cell_probabilities(table, draws)
    _, evidence = _shares(whole.pool.log_weight)
    by_odds = np.argsort(whole.pool.log_odds, kind="stable")
    order = tuple(by_odds[whole.pool.group[by_odds] == g] for g in range(len(whole.groups)))
    return Base(table, plan, whole, np.log(np.maximum(cells, SMALLEST)), evidence, order)


def _shares(logs: Array) -> tuple[Array, float]:
    """Weights that add up to one, and the log of what they added up to."""
    # As logaddexp.reduce, which takes five times as long.
    top = float(logs.max())
    weight = np.exp(logs - top)
    whole = float(weight.sum())
    return weight / whole, top + float(np.log(whole))


def near(base: Base, table: HistoryTable) -> Near:
    """Weigh the draws of the base for another table."""
    pool, groups = base.whole.pool, base.whole.groups
    moved = (table.dense() - base.table.dense())[1:].astype(float)
    ratio = base.log_cells @ moved
    plain, top = _shares(pool.log_weight + ratio)
    masses = np.bincount(pool.group, plain, minlength=len(groups))
    was = np.array([group.posterior for group in groups])
    with np.errstate(divide="ignore"):
        # What changes between two tables is the mass of a group and the evidence of all together.
        shift = top - base.log_evidence
        evidence = np.array([group.log_evidence for group in groups]) + shift
        evidence += np.log(np.maximum(masses, SMALLEST)) - np.log(np.maximum(was, SMALLEST))
    reasons = tuple(
        ruled_out(evidence.max() - evidence[g], group.predictive_p) if len(groups) > 1 else ""
        for g, group in enumerate(groups)
    )
    allowed = np.array([not reason for reason in reasons])
    weight = floored(plain, pool.group, allowed, base.plan.floor)
    return Near(weight, float(1.0 / np.sum(weight**2)), masses, evidence, reasons)


def draws_of(base: Base, to: Near, people: int, draws: int, rng: np.random.Generator) -> Ints:
    """Draw people on no list."""
    points = (np.arange(draws) + rng.random()) / draws
    edges = np.cumsum(to.weight)
    places = np.minimum(np.searchsorted(edges / edges[-1], points), len(edges) - 1)
    return draw_unlisted(base.whole.pool.log_odds[rng.permutation(places)], people, rng)


def found_of(described: Found, base: Base, to: Near, table: HistoryTable) -> Found:
    """What the fit of the base says, with the people and the weights of another table."""
    pool, members = base.whole.pool, base.whole.members
    mass = np.bincount(pool.group, to.weight, minlength=len(base.whole.groups))
    groups = []
    for g, group in enumerate(described.groups):
        numbers: dict[str, Any] = {"mass": float(mass[g]), "posterior": float(to.masses[g])}
        numbers |= {"log_evidence": float(to.evidence[g]), **_ends(base, to, g, table.people)}
        groups.append(replace(group, ruled_out=to.reasons[g], **numbers))
    of_member = np.bincount(pool.member, to.weight, minlength=len(members))
    families = tuple(
        FamilyMember(row.family, row.member, float(share), row.log_evidence)
        for row, share in zip(described.families, of_member, strict=True)
    )
    return replace(
        described,
        people=table.people,
        sizes=tuple(int(size) for size in table.sizes),
        overlaps=tuple((int(code), int(count)) for code, count in table.codes),
        groups=tuple(groups),
        families=families,
        floor_share=_moved(groups),
        min_ess=min(to.ess, base.whole.ess),
    )


def _moved(groups: Sequence[Group]) -> float:
    return float(sum(max(0.0, group.mass - group.posterior) for group in groups))


def _ends(base: Base, to: Near, g: int, people: int) -> dict[str, float]:
    """Quantiles of the people under one group."""
    order = base.order[g]
    weight = to.weight[order]
    if weight.sum() <= 0:
        return {}
    odds = base.whole.pool.log_odds[order[places_of_quantiles(weight, ENDS)]]
    return named_ends(people + people * np.exp(np.minimum(odds, 500.0)))


def log_evidence(base: Base, counts: Array) -> Array:
    """Log evidence of each of many tables, of shape (table,); counts (table, history).

    It is the probability of the records of one labelled set of people, without the number of ways
    to choose them.
    """
    moved = counts[:, 1:] - base.table.dense()[1:]
    return np.array([_shares(base.whole.pool.log_weight + base.log_cells @ m)[1] for m in moved])


def evidence_of(
    lists: Sequence[str], counts: Ints, families: Sequence[Family], floor: float, seed: int
) -> Array:
    """Log evidence of families for many tables, of shape (table,); counts (table, history)."""
    own = getattr(families[0], "log_evidence", None)
    if own is not None and len(families) == 1:
        exact: Array = own(counts[:, 1:])
        return exact
    if not all(family.engine == "averaged" for family in families) or len(lists) > MOST_LISTS:
        names = ", ".join(family.name for family in families)
        msg = (
            f"no evidence of many tables at once is written for {names} on {len(lists)} lists: "
            f"take families that are averaged, on at most {MOST_LISTS} lists, or joint=False"
        )
        raise UsageError(msg)
    mean = counts[:, 1:].mean(axis=0).round().astype(np.int64)
    table = HistoryTable.of(lists, all_histories(len(lists)), mean)
    plan = Plan(tuple(families), floor=floor)
    return log_evidence(base_of(table, plan, np.random.SeedSequence(seed)), counts.astype(float))


def answer(
    tables: Mapping[Any, HistoryTable], plan: Plan, root: np.random.SeedSequence
) -> tuple[Base, Answer, dict[Any, Near]]:
    """Fit the mean of some tables, and weigh its draws for those that it can speak for."""
    base = base_of(mean_of(list(tables.values())), plan, root)
    rng = np.random.default_rng(stream(root, 0, 1))
    described = averaged.answer_from(base.table, plan, base.whole, rng)
    weighed = {number: near(base, table) for number, table in tables.items()}
    wanted = min(max(5.0 * plan.draws, ENOUGH[0]), ENOUGH[1])
    return base, described, {n: to for n, to in weighed.items() if to.ess >= wanted}
