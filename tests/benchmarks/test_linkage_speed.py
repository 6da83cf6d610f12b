"""How long the matching takes, and what many draws of it cost beside one fit.

`pytest tests/benchmarks --benchmark-enable -m "slow or not slow"` prints the table. Seconds of the
processor are taken, so that other work on the machine counts less. A hundred thousand names, from
tables to a matching, are run by hand, which takes minutes:

    python tests/benchmarks/test_linkage_speed.py
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))
import casualty_est as ce
from casualty_est.linkage.partition.kernel import Scores, run
from casualty_est.linkage.partition.state import all_apart, graph_of, state_of
from tests.linkage.simulator import world

pytestmark = pytest.mark.slow
RECORDS, PAIRS = 200_000, 1_000_000
MEAN = np.array([1666, 949, 119, 444, 21, 13, 4])  # people by the lists of three that hold them
SPREAD = np.array([13, 7, 5, 5, 3, 2, 1])


def cpu(work, repeats=3):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def test_a_sweep_over_a_million_pairs(benchmark):
    rng = np.random.default_rng(1)
    list_of = rng.integers(0, 3, RECORDS)
    ends = np.sort(rng.integers(0, RECORDS, (PAIRS + 10_000, 2)), axis=1)
    ends = np.unique(ends[ends[:, 0] < ends[:, 1]], axis=0)[:PAIRS]
    graph = graph_of(ends[:, 0], ends[:, 1], list_of, np.zeros(3, dtype=bool))
    state = state_of(all_apart(list_of), list_of, 3, np.full(3, 0.1))
    # One pair in twenty is likelier one person than two.
    weight = rng.normal(4.0, 2.0, PAIRS) + np.where(rng.random(PAIRS) < 0.05, 12.0, 0.0)
    scores = Scores(weight, -5.0, 1.0, 1.0, False)
    run(1, graph, state, scores, 10)
    taken = cpu(lambda: run(2, graph, state, scores, 1), 5)
    benchmark.extra_info["seconds of a sweep"] = round(taken, 3)
    benchmark(lambda: run(3, graph, state, scores, 1))
    assert taken < 1.0


def replicates(number):
    rng = np.random.default_rng(1)
    counts = np.round(rng.normal(MEAN, SPREAD, (number, 7))).clip(0).astype(int)
    bits = [{name: (x >> k) & 1 for k, name in enumerate("ABC")} for x in range(1, 8)]
    return [ce.CaptureHistories(pd.DataFrame(bits).assign(count=c)) for c in counts]


@pytest.mark.parametrize("families", ["independence", "auto"])
def test_a_hundred_draws_of_a_matching_cost_about_twice_one_fit(benchmark, families):
    tables = replicates(100)
    one, many = (ce.ListModel(some, families=families) for some in (tables[0], tables))
    one.fit(seed=1, progress_bar=False)  # compiles
    ratio = cpu(lambda: many.fit(seed=1, progress_bar=False), 2) / cpu(
        lambda: one.fit(seed=1, progress_bar=False)
    )
    benchmark.extra_info["ratio to one fit"] = round(ratio, 2)
    benchmark(lambda: None)
    # A family that is fitted in a twentieth of a second leaves the hundred descriptions.
    assert ratio < {"auto": 2.0, "independence": 12.0}[families]


def hundred_thousand(people=75_000):
    """Seconds and the most memory of three lists of about 100,000 records in all."""
    lists = world(1, people=people)
    records = ce.Records(lists.tables)
    start = time.perf_counter()
    model = ce.LinkageModel(records)
    pairs = len(model.pairs().i)
    compared = time.perf_counter() - start
    linked = model.fit(seed=1, progress_bar=False)
    whole = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(  # noqa: T201
        f"{len(records):,} records, {pairs:,} pairs: compared in {compared:.0f} s, matched in "
        f"{whole:.0f} s, {memory:.1f} GB; {np.median(linked.people):,.0f} people, in truth "
        f"{len(np.unique(lists.everybody)):,}; R-hat {linked.diagnostics['rhat']:.3f}"
    )


if __name__ == "__main__":
    hundred_thousand()
