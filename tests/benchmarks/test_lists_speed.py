"""How long families for comparison take, against each other and against what a user waits for.

Times are those of the processor, so that other jobs on the machine count less; ratios are measured
side by side in one run. `pytest tests/benchmarks --benchmark-enable -m "slow or not slow"`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.lists.families.chordal import chordal_graphs
from casualty_est.lists.inference.graphs import solve_graphs
from casualty_est.lists.table.history import HistoryTable

KOSOVO = Path(__file__).parents[1] / "data" / "lists" / "kosovo_1999.csv"


def _table(lists: int) -> HistoryTable:
    """Some 3,500 people on lists that see some of them more easily than others."""
    rng = np.random.default_rng(lists)
    odds = -1.7 + 0.6 * rng.normal(size=(6000, 1))
    bits = (rng.random((6000, lists)) < 1 / (1 + np.exp(-odds))).astype(int)
    return HistoryTable.of(tuple("ABCDEFG"[:lists]), bits, np.ones(len(bits)))


def _best(work, repeats: int = 5) -> float:
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize(("lists", "limit"), [(5, 0.005), (6, 0.1)])
@pytest.mark.slow
def test_graphs_are_gone_through_at_once(benchmark, lists, limit):
    table = _table(lists)
    found = benchmark(lambda: solve_graphs(table))
    assert found.quantile([0.5])[0] > table.people
    taken = _best(lambda: solve_graphs(table), 30)
    sys.stderr.write(f"{lists} lists: {1000 * taken:.1f} ms\n")
    assert taken < limit


@pytest.mark.slow
def test_graphs_on_seven_lists_take_under_a_second(benchmark):
    table = _table(7)
    chordal_graphs(7)
    benchmark(lambda: solve_graphs(table))
    taken = _best(lambda: solve_graphs(table), 3)
    sys.stderr.write(f"7 lists: {taken:.2f} s\n")
    assert taken < 1.0


@pytest.mark.slow
def test_gibbs_next_to_the_average():
    """Processor seconds to 1,000 effective draws of log N on Kosovo, per whole fit of ``auto``."""
    histories = ce.CaptureHistories.read(KOSOVO)
    seconds = {}
    for families in ("auto", "dirichlet-process"):
        model = ce.ListModel(histories, families=families)
        model.fit(seed=2)  # compiled
        start = time.process_time()
        est = model.fit(seed=1)
        seconds[families] = time.process_time() - start
    each = seconds["dirichlet-process"] * 1000 / est.meta.diagnostics.min_ess
    ratio = each / seconds["auto"]
    sys.stderr.write(f"Gibbs to 1,000 effective draws / auto: {ratio:.2f}, {seconds}\n")
    assert est.converged
    assert ratio < 20
