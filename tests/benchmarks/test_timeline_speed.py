"""How long claims over time take, in seconds of the machine of `tests/support/yardstick.py`.

Processor time is counted, of all threads: on two cores the wall clock shows less.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests.support.yardstick import slowness

pytestmark = pytest.mark.slow

# The compile is timed inside the process, the rest from outside.
FIT = """
import sys, time
import pandas as pd
import casualty_est as ce
from casualty_est.claims.inference.nuts import CompiledClaims
model = ce.ClaimsModel(pd.read_csv(sys.argv[1], dtype=str).fillna(""), **{options})
import pymc, nutpie
start = time.process_time()
model._engines["nuts"] = CompiledClaims(model.layout)
compiled = time.process_time() - start
est = model.fit(seed=1, draws=500, tune=500, progress_bar=False)
print(len(model.layout.claims), compiled, est.meta.diagnostics.max_rhat)
"""


def run(code, *words):
    """Seconds of processor time and largest memory (bytes) of one process, and what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        check=True, capture_output=True, text=True, env=env,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, after.ru_maxrss * 1024, done.stdout


def year_of_war(path):
    """As many claims, sources, cells and weeks as Radford et al. (2023) counted, simulated."""
    rng = np.random.default_rng(3)
    rows = []
    groups = [f"kind {k}" for k in range(24)] + ["soldiers"] * 3
    outcomes = ["killed"] * 24 + ["killed", "injured", "casualties"]
    starts = pd.Timestamp("2022-02-24")
    for cell, (group, outcome) in enumerate(zip(groups, outcomes, strict=True)):
        size = 10 ** rng.uniform(1.5, 5)
        for source in range(1 if cell > 20 else 4):
            often = 48 if source == 0 else int(rng.integers(2, 8))
            sd = (0.03, 0.2, 0.3, 0.4)[source]
            for week in sorted(rng.choice(52, often, replace=False)):
                number = size * ((week + 1) / 52) ** 0.8 * np.exp(rng.normal(0, sd))
                rows.append(
                    (
                        f"S{source}",
                        f"{max(number, 1):.0f}",
                        "2022-02-24",
                        (starts + pd.Timedelta(days=7 * week + 6)).date(),
                        outcome,
                        group,
                    )
                )
    for _ in range(100):
        day = (starts + pd.Timedelta(days=int(rng.integers(0, 364)))).date()
        rows.append(("S1", f"{rng.integers(1, 200)}", day, day, "killed", "soldiers"))
    columns = ["source", "quantity", "start", "end", "outcome", "group"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)


def months_of_bombing(path):
    """Twenty restated totals of four sources over 65 months, one of them late."""
    ends = pd.date_range("2015-03-31", "2019-12-31", periods=20)
    true = 12_000 / (1 + np.exp(-(np.arange(20) - 10) / 2))
    rows = []
    for k, end in enumerate(ends):
        source, role, share, scope = (
            ("Coalition", "perpetrator", 0.06, "Iraq+Syria"),
            ("North", "monitor", 0.3, "Syria"),
            ("Coalition", "perpetrator", 0.06, "Iraq+Syria"),
            ("Wings", "monitor", 0.55, "Iraq+Syria"),
        )[k % 4]
        rows.append((source, role, f"{share * true[k] + 5:.0f}", scope, "2014-08-08", end.date()))
    columns = ["source", "role", "quantity", "scope", "start", "end"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)


def test_a_year_of_war(tmp_path):
    table = tmp_path / "war.csv"
    year_of_war(table)
    slower = max(slowness(), 1.0)
    options = {
        "assume_unbiased": True,
        "priors": {
            "roles": {"none": {"ratio": {"median": 1, "sd": 1.0}}},
            "shared": {"role": 0, "source": 0.85, "target": 0.15},
        },
    }
    used, memory, out = run(FIT.replace("{options}", repr(options)), table)
    claims, compiled, rhat = (float(word) for word in out.split())
    sys.stderr.write(
        f"{claims:.0f} claims: {used:.0f} s of processor, {compiled:.0f} s to compile, machine "
        f"{slower:.2f} times slower, {memory / 2**20:.0f} MiB, largest R-hat {rhat:.3f}\n"
    )
    assert claims > 1200
    assert used < 180 * slower
    assert compiled < 40 * slower
    assert memory < 2 * 2**30


def test_months_of_bombing(tmp_path):
    table = tmp_path / "months.csv"
    months_of_bombing(table)
    slower = max(slowness(), 1.0)
    options = {"delay": {"Coalition": {"median": 283, "factor": 1.35}}, "grid": "month"}
    used, _, out = run(FIT.replace("{options}", repr(options)), table)
    sys.stderr.write(f"{used:.0f} s of processor, machine {slower:.2f} times slower: {out}")
    assert used < 60 * slower
