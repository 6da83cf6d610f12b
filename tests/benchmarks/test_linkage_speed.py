"""How long the matching takes, and what many draws of it cost beside one fit.

`pytest tests/benchmarks --benchmark-enable -m "slow or not slow"` prints the table. Seconds of the
processor are taken, so that other work on the machine counts less. A hundred thousand names, from
tables to a matching, are run by hand, which takes minutes; so is reading a million scored pairs:

    python tests/benchmarks/test_linkage_speed.py
    python tests/benchmarks/test_linkage_speed.py scores
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))
import casualty_est as ce
from casualty_est.linkage.partition.kernel import Scores, run
from casualty_est.linkage.partition.sample import SUREST
from casualty_est.linkage.partition.state import all_apart, graph_of, state_of
from tests.linkage.simulator import world

pytestmark = pytest.mark.slow
RECORDS, PAIRS = 300_000, 1_000_000
RATIO = 25.0
MEAN = np.array([1666, 949, 119, 444, 21, 13, 4])  # people by the lists of three that hold them
SPREAD = np.array([13, 7, 5, 5, 3, 2, 1])


def cpu(work, repeats=3):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def scored(records, pairs):
    """Scored pairs inside groups of relatives and namesakes, most of them small."""
    rng = np.random.default_rng(1)
    sizes = 1 + rng.geometric(1 / 2.2, records)
    sizes += (rng.random(records) < 0.12) * rng.geometric(1 / 12, records)
    sizes = np.minimum(sizes, 60)
    sizes = sizes[np.cumsum(sizes) <= records]
    sizes = np.append(sizes, np.ones(records - sizes.sum(), dtype=int))
    first = np.cumsum(sizes) - sizes
    ends = []
    for size in np.unique(sizes[sizes > 1]):
        members = first[sizes == size][:, None] + np.arange(size)
        one, two = np.triu_indices(size, 1)
        ends.append(np.column_stack([members[:, one].ravel(), members[:, two].ravel()]))
    ends = np.concatenate(ends)
    ends = ends[np.sort(rng.permutation(len(ends))[:pairs])]
    # In a group, a record is of the same person as the one before it in two cases of five.
    begins = rng.random(records) < 0.6
    begins[first] = True
    person = np.cumsum(begins)
    same = person[ends[:, 0]] == person[ends[:, 1]]
    weight = np.where(same, rng.normal(18.0, 4.0, pairs), rng.normal(2.0, 5.0, pairs))
    ends = np.sort(rng.permutation(records)[ends], axis=1)
    return ends[:, 0], ends[:, 1], np.minimum(weight, SUREST + np.log(records))


def sweeps(records, pairs):
    """A function that sweeps a chain of these records, which has left its start."""
    list_of = np.random.default_rng(2).integers(0, 3, records)
    i, j, weight = scored(records, pairs)
    graph = graph_of(i, j, list_of, np.zeros(3, dtype=bool))
    state = state_of(all_apart(list_of), list_of, 3, np.full(3, 0.1))
    scores = Scores(weight, -13.0, 1.0, 1.0, False)
    run(1, graph, state, scores, 10)
    return lambda: run(2, graph, state, scores, 1)


def test_a_sweep_over_a_million_pairs_costs_what_ten_over_a_hundred_thousand_do(benchmark):
    many, few = sweeps(RECORDS, PAIRS), sweeps(RECORDS // 10, PAIRS // 10)
    taken = cpu(many, 5)
    ratio = taken / cpu(few, 5)
    benchmark.extra_info["seconds of a sweep"] = round(taken, 3)
    benchmark.extra_info["ratio to a tenth"] = round(ratio, 1)
    benchmark(few)
    assert taken < 1.0
    # Ten times the pairs; a state of 300,000 records also leaves the cache of the processor.
    assert ratio < RATIO


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


def memory():
    """Gigabytes that this process took at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def million_scores():
    """Seconds and memory of a million scored pairs, read from files."""
    i, j, weight = scored(RECORDS, PAIRS)
    ids = np.array([f"r{number}" for number in range(RECORDS)])
    lists = np.array(list("ABC"))[np.random.default_rng(2).integers(0, 3, RECORDS)]
    with tempfile.TemporaryDirectory() as folder:
        records, pairs = Path(folder, "records.csv"), Path(folder, "pairs.csv")
        pd.DataFrame({"id": ids, "list": lists}).to_csv(records, index=False)
        ends = {"record_a": ids[i], "record_b": ids[j], "weight": weight.round(3)}
        pd.DataFrame(ends).to_csv(pairs, index=False)
        before, start = memory(), time.process_time()
        ce.LinkageModel.from_scores(records, pairs)
        taken = time.process_time() - start
    print(  # noqa: T201
        f"{PAIRS:,} scored pairs of {RECORDS:,} records: read in {taken:.1f} s of processor; "
        f"{memory():.2f} GB in all, {before:.2f} GB before"
    )


def hundred_thousand(people=75_000):
    """Seconds and the most memory of three lists of about 100,000 records in all."""
    lists = world(1, people=people)
    records = ce.Records(lists.tables)
    start = time.process_time()
    model = ce.LinkageModel(records)
    pairs = len(model.pairs().i)
    compared = time.process_time() - start
    linked = model.fit(seed=1, progress_bar=False)
    whole = time.process_time() - start
    print(  # noqa: T201
        f"{len(records):,} records, {pairs:,} pairs: compared in {compared:.0f} s, matched in "
        f"{whole:.0f} s of processor, {memory():.1f} GB; {np.median(linked.people):,.0f} people, "
        f"in truth {len(np.unique(lists.everybody)):,}; R-hat {linked.diagnostics['rhat']:.3f}"
    )


if __name__ == "__main__":
    million_scores() if "scores" in sys.argv else hundred_thousand()
