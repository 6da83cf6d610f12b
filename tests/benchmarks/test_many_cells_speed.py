"""How long claims on many cells take, in seconds of the machine of `tests/support/yardstick.py`.

Processor time is counted, of all threads: on two cores the wall clock shows less.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import arviz as az
import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.claims.inference.many_cells import CompiledCells
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.claims.model.summed import summed_out
from tests.support.yardstick import slowness

pytestmark = pytest.mark.slow

ROLES = ("monitor",) * 6 + ("government",) * 4 + ("media",) * 5 + ("party",) * 2
ROLES += ("perpetrator",) * 3
MIDDLE = {"monitor": -0.6, "government": -0.4, "media": -0.5, "party": -0.3, "perpetrator": -1.3}
FIT = """
import sys
import pandas as pd
import casualty_est as ce
est = ce.ClaimsModel(pd.read_csv(sys.argv[1], dtype=str)).fit(seed=1, progress_bar=False)
print(est.converged, est.summary()["median"].iloc[0])
"""


def towns(count, sources, seed=1):
    """What so many sources said of so many towns: their roles, their own part, and an error."""
    rng = np.random.default_rng(seed)
    deaths = np.exp(rng.normal(np.log(300), 1.2, count))
    rows = []
    for s in range(sources):
        role = ROLES[s % len(ROLES)]
        of_source = MIDDLE[role] + rng.normal(0, 0.3)
        logs = np.log(deaths) + of_source + rng.normal(0, 0.32, count)
        numbers = np.maximum(np.exp(logs).round(), 1)
        rows += [(f"S{s}", role, f"{n:.0f}", f"Town {t}") for t, n in enumerate(numbers)]
    return pd.DataFrame(rows, columns=["source", "role", "quantity", "scope"])


def test_two_hundred_towns_and_twenty_sources(tmp_path):
    """At most two minutes of processor and 2 GB, compiling included, and converged."""
    path = tmp_path / "claims.csv"
    towns(200, 20).to_csv(path, index=False)
    slower = max(slowness(), 1.0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", FIT, str(path)], check=True, capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sys.stderr.write(
        f"{used:.0f} s of processor, machine {slower:.2f} times slower, "
        f"{after.ru_maxrss / 2**10:.0f} MiB\n"
    )
    assert done.stdout.split()[0] == "True"
    assert used < 120 * slower
    assert after.ru_maxrss * 1024 < 2e9


def seconds_a_draw(compiled):
    """Seconds of processor for one effective draw of the counts, compiling not counted."""
    compiled.sample(draws=1, tune=1, chains=1)  # what is compiled on its first call
    start = time.process_time()
    drawn = compiled.sample(draws=400, tune=400, chains=1, seed=2)
    used = time.process_time() - start
    values = {f"town {i}": drawn.log_deaths[..., i] for i in range(drawn.log_deaths.shape[-1])}
    return used / np.median([float(az.ess(value)) for value in values.values()])


def test_ratios_summed_out_against_sampling_each():
    """What `fit` would otherwise do, in one process: a tenth of it at most."""
    layout = ce.ClaimsModel(towns(18, 10)).layout
    plain = seconds_a_draw(CompiledClaims(layout))
    summed = seconds_a_draw(CompiledCells(layout, summed_out(layout)))
    sys.stderr.write(f"{1e3 * plain:.0f} ms a draw sampled, {1e3 * summed:.1f} ms summed out\n")
    assert summed < 0.1 * plain
