"""An average over families, as an answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.lists.inference.answer import CHANCES, Answer, quantiles
from casualty_est.lists.inference.average import SMALLEST_P, Average, average, parameters
from casualty_est.lists.inference.members import stream
from casualty_est.lists.inference.plan import FEWEST_RUNS, SOME, Plan
from casualty_est.lists.inference.predictive import cell_probabilities
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.progress import Report

Array = npt.NDArray[np.float64]


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Fit every member of the families and average; arguments as `engines.solve`."""
    found = average(
        table,
        plan.families,
        seed=seed,
        runs=max(FEWEST_RUNS, plan.runs),
        floor=plan.floor,
        method=plan.method,
        report=report,
    )
    return _of_average(table, plan, found, np.random.default_rng(stream(seed, 0, 1)))


def _of_average(
    table: HistoryTable, plan: Plan, found: Average, rng: np.random.Generator
) -> Answer:
    chosen = found.choose(plan.draws, rng)
    some = chosen[:SOME]
    parts = parameters(found.members, found.pool, some)
    members = [(member, theta) for member, _, theta in parts]
    cells, _ = cell_probabilities(table, members)
    order = np.concatenate([here for _, here, _ in parts])
    chances = np.array(CHANCES)
    visible = [member.visible(theta, chances) for member, theta in members]
    back = np.argsort(order)
    reasons = []
    if not found.known:
        worst = 100 * max(found.mcse)
        reasons.append(
            f"runs with different random numbers disagree: the ends of the interval are known to "
            f"{worst:.0f}% only"
        )
    weights = np.bincount(found.pool.member, found.weight, minlength=len(found.members))
    by_evidence = [
        {
            "family": fit.family.name,
            "member": fit.member.name,
            "mass": float(weight),
            "log_evidence": fit.log_evidence,
        }
        for fit, weight in zip(found.members, weights, strict=True)
    ]
    return Answer(
        unlisted=found.pool.unlisted[chosen],
        cells=cells[back],
        cell_odds=found.pool.log_odds[some],
        visible=(
            np.vstack([listed for listed, _ in visible])[back],
            np.vstack([unlisted for _, unlisted in visible])[back],
        ),
        groups=_groups(table, found),
        families=by_evidence,
        method="smc",
        reasons=tuple(reasons),
        min_ess=found.ess,
        facts={
            "floor_share": found.floor_share,
            "mcse": dict(zip(("low", "median", "high"), found.mcse, strict=True)),
            "runs": found.runs,
            "misfit": all(group.predictive_p < SMALLEST_P for group in found.groups),
        },
    )


def _groups(table: HistoryTable, found: Average) -> list[dict[str, Any]]:
    rows = []
    for g, group in enumerate(found.groups):
        inside = found.pool.group == g
        log_weight = found.pool.log_weight[inside]
        weight = np.exp(log_weight - log_weight.max())
        ends = quantiles(table.people + found.pool.unlisted[inside], weight)
        rows.append(
            {
                "name": group.name,
                "mass": group.mass,
                "posterior": group.posterior,
                "log_evidence": group.log_evidence,
                **ends,
                "predictive_p": group.predictive_p,
                "ruled_out": group.ruled_out,
            }
        )
    return rows
