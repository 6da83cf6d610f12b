"""One door to the engines of the lists model: a table and families in, an answer out.

Families that are averaged share one engine. Each of the others stands alone and has its own.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np

from casualty_est.lists.inference.answer import Answer
from casualty_est.lists.inference.plan import Plan
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.blas import one_blas_thread
from casualty_est.result.progress import Report

# Loaded when they are asked for: some compile.
SOLVERS = {
    "importance": "averaged",
    "smc": "averaged",
    "cells": "no_highest_order",
    "graphs": "decomposable",
    "gibbs": "dirichlet_process",
}


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Fit one table."""
    name = SOLVERS[plan.families[0].engine]
    solver = import_module(f"casualty_est.lists.inference.{name}").solve
    with one_blas_thread():
        found: Answer = solver(table, plan, seed, report)
    return found
