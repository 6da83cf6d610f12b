"""One door to the engines of the lists model: a table and families in, an answer out."""

from __future__ import annotations

import numpy as np

from casualty_est.lists.inference.answer import Answer
from casualty_est.lists.inference.plan import Plan
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.blas import one_blas_thread
from casualty_est.result.progress import Report


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Fit one table: a family by itself, or all that are averaged together."""
    with one_blas_thread():
        return plan.families[0].solve(table, plan, seed, report)
