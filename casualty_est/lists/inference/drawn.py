"""Families whose posterior is drawn directly, draw by draw and without any fit."""

from __future__ import annotations

import numpy as np

from casualty_est.lists.families.member import all_or_none, signs
from casualty_est.lists.inference.answer import CHANCES, Answer, draw_unlisted, of_one_family
from casualty_est.lists.inference.engines import SOME, Plan
from casualty_est.lists.inference.members import stream
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import Report


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Draw; arguments as `engines.solve`."""
    (family,) = plan.families
    rng = np.random.default_rng(stream(seed, 0))
    common = rng if plan.common is None else np.random.default_rng(plan.common)
    log_cells, log_odds = family.posterior(table, plan.draws, rng, common)
    unlisted = draw_unlisted(log_odds, table.people, rng)
    return Answer(
        unlisted=unlisted,
        cells=np.exp(log_cells[:SOME]),
        cell_odds=log_odds[:SOME],
        visible=all_or_none(log_odds[:SOME], np.array(CHANCES)),
        **of_one_family(family, table.people + unlisted, None, None),
        method=family.method,
        min_ess=float(plan.draws),
        log_ratio=log_odds - log_cells @ signs(len(table.lists)) if family.open_ratio else None,
    )
