"""One door to the engines of the lists model: a table and families in, an answer out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from casualty_est.kinds import room
from casualty_est.lists.families.family import FLOOR, Family
from casualty_est.lists.inference.answer import Answer
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import Report, one_blas_thread

FEWEST_RUNS = 4  # fewer say nothing of their Monte Carlo error
SOME = 1000  # draws for which all histories are written out


@dataclass(frozen=True, slots=True)
class Plan:
    """How one table is fitted, whichever engine does it."""

    families: tuple[Family, ...]
    draws: int = 4000
    runs: int = 4
    floor: float = FLOOR
    method: str = "auto"
    common: int | None = None  # seed of what strata share, of a family that is drawn directly
    budget: float = 0.0  # seconds for further rounds, where the first falls short of the check


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Fit one table by the engine that its families name."""
    engine = room("lists", f"inference.{plan.families[0].engine}")
    with one_blas_thread():
        answer: Answer = engine.solve(table, plan, seed, report)
    return answer
