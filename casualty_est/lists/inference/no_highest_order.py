"""Independent draws without any fit, where one odds ratio is all that is assumed."""

from __future__ import annotations

import numpy as np

from casualty_est.lists.inference.alone import one_group
from casualty_est.lists.inference.answer import CHANCES, Answer
from casualty_est.lists.inference.members import stream
from casualty_est.lists.inference.plan import SOME, Plan
from casualty_est.lists.inference.unseen import draw_unlisted
from casualty_est.lists.model.member import all_or_none
from casualty_est.lists.model.no_highest_order import draw
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.progress import Report


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Draw from the posterior; arguments as `engines.solve`."""
    rng = np.random.default_rng(stream(seed, 0))
    log_cells, log_odds = draw(table, plan.xi, plan.draws, rng)
    unlisted = draw_unlisted(log_odds, table.people, rng)
    some = slice(0, SOME)
    return Answer(
        unlisted=unlisted,
        cells=np.exp(log_cells[some]),
        cell_odds=log_odds[some],
        visible=all_or_none(log_odds[some], np.array(CHANCES)),
        **one_group(plan.families[0], table.people + unlisted),
        method="exact",
        min_ess=float(plan.draws),
    )
