"""An average over families, as an answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.lists.inference.answer import CHANCES, Answer, quantiles
from casualty_est.lists.inference.average import Average, average, parameters
from casualty_est.lists.inference.engines import FEWEST_RUNS, SOME, Plan
from casualty_est.lists.inference.members import stream
from casualty_est.lists.inference.predictive import SMALLEST_P, cell_probabilities
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import Report

Array = npt.NDArray[np.float64]


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Fit every member of the families and average; arguments as `engines.solve`."""
    runs, rng = max(FEWEST_RUNS, plan.runs), np.random.default_rng(stream(seed, 0, 1))
    settings: dict[str, Any] = {"runs": runs, "floor": plan.floor, "method": plan.method}
    whole = average(table, plan.families, seed=seed, report=report, **settings)
    pool, chosen = whole.pool, whole.choose(plan.draws, rng)
    some = chosen[:SOME]
    parts = parameters(whole.members, pool, some)
    cells, _ = cell_probabilities(table, [(member, theta) for member, _, theta in parts])
    chances = np.array(CHANCES)
    visible = [member.visible(theta, chances) for member, _, theta in parts]
    back = np.argsort(np.concatenate([here for _, here, _ in parts]))
    listed, unlisted = (np.vstack(shares)[back] for shares in zip(*visible, strict=True))
    reasons = []
    if not whole.known:
        worst = 100 * max(whole.mcse)
        reasons.append(
            f"runs with different random numbers disagree: the ends of the interval are known to "
            f"{worst:.0f}% only"
        )
    by_evidence = [
        {
            "family": fit.family.name,
            "member": fit.member.name,
            "mass": float(mass),
            "log_evidence": fit.log_evidence,
        }
        for fit, mass in zip(whole.members, whole.masses, strict=True)
    ]
    return Answer(
        unlisted=pool.unlisted[chosen],
        cells=cells[back],
        cell_odds=pool.log_odds[some],
        visible=(listed, unlisted),
        groups=_groups(table, whole),
        families=by_evidence,
        method="smc",
        reasons=tuple(reasons),
        min_ess=whole.ess,
        facts={
            "floor_share": whole.floor_share,
            "mcse": dict(zip(("low", "median", "high"), whole.mcse, strict=True)),
            "runs": whole.runs,
            "misfit": all(group.predictive_p < SMALLEST_P for group in whole.groups),
        },
    )


def _groups(table: HistoryTable, whole: Average) -> list[dict[str, Any]]:
    rows = []
    for g, group in enumerate(whole.groups):
        inside = whole.pool.group == g
        log_weight = whole.pool.log_weight[inside]
        weight = np.exp(log_weight - log_weight.max())
        ends = quantiles(table.people + whole.pool.unlisted[inside], weight)
        rows.append({**asdict(group), **ends})
    return rows
