"""How long a user waits, against what they would otherwise run.

Processor time is counted, of all threads: others on the machine do not count. Limits in seconds are
those of the machine of `tests/support/yardstick.py`; ratios are measured side by side in one run.
`pytest tests/benchmarks --benchmark-enable -m "slow or not slow"` prints the table.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.claims.inference import gathered
from casualty_est.claims.inference.exact import draw, solve
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.claims.model.layout import Scenario
from tests.support.yardstick import slowness

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model() -> ce.ClaimsModel:
    return ce.ClaimsModel(ce.datasets.load("coalition"))


def _best(work, repeats: int = 5) -> float:
    """Least seconds of processor, over how much slower the machine is just now."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) / max(slowness(), 1.0)


def test_exact_route_takes_under_a_tenth_of_a_second(benchmark, model):
    def exact() -> float:
        posterior = solve(model.layout)
        draws = draw(model.layout, posterior, chains=4, draws=1000, rng=np.random.default_rng(1))
        return float(np.median(draws.log_deaths))

    assert np.exp(benchmark(exact)) == pytest.approx(6388, rel=0.01)
    assert _best(exact) < 0.1


def test_whole_fit_after_import_takes_under_a_second(benchmark, model):
    est = benchmark(lambda: model.fit(seed=1))
    assert est.converged
    assert _best(lambda: model.fit(seed=1), 3) < 1.0


def test_a_refit_costs_at_most_a_fifth_of_a_fit_from_scratch(benchmark, model):
    """A model that is compiled once takes other data, instead of being compiled anew."""
    scenario = Scenario.plain(model.layout)
    without = scenario.without(model.layout, "Pentagon")
    start = time.process_time()
    compiled = CompiledClaims(model.layout)
    compiled.sample(without)
    scratch = time.process_time() - start
    benchmark(lambda: compiled.sample(without))
    refit = _best(lambda: compiled.sample(without))
    sys.stderr.write(f"refit {refit:.2f} s of processor, from scratch {scratch:.1f} s\n")
    assert refit <= 0.2 * scratch


def _seconds(*words: str, cwd: Path) -> float:
    """Seconds of processor of a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, cwd=cwd, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_importing_costs_under_three_tenths_more_than_python(tmp_path):
    """Median of five, in turn."""
    imports = (sys.executable, "-c", "import casualty_est")
    nothing = (sys.executable, "-c", "pass")
    _seconds(*imports, cwd=tmp_path)  # fill the caches of the disk
    costs = [_seconds(*imports, cwd=tmp_path) - _seconds(*nothing, cwd=tmp_path) for _ in range(5)]
    sys.stderr.write(f"import casualty_est: {statistics.median(costs):.3f} s\n")
    assert statistics.median(costs) < 0.3 * max(slowness(), 1.0)


BOTH_WAYS = """
import casualty_est as ce
model = ce.ClaimsModel(ce.datasets.load("coalition"))
model.fit(seed=1, progress_bar=False)
model.fit(seed=1, method="nuts", progress_bar=False)
"""


def test_demo_costs_at_most_twice_its_two_fits(tmp_path):
    """Pictures, refits, report and files beside the exact fit and the sampled one; in turn."""
    words = ("-m", "casualty_est.cli.main", "demo", "--quiet", "--out", str(tmp_path))
    demo, fits = (sys.executable, *words), (sys.executable, "-c", BOTH_WAYS)
    _seconds(*demo, cwd=tmp_path)
    ratios = [_seconds(*demo, cwd=tmp_path) / _seconds(*fits, cwd=tmp_path) for _ in range(3)]
    sys.stderr.write(f"demo / its two fits: {[round(ratio, 2) for ratio in ratios]}\n")
    assert statistics.median(ratios) <= 2


def test_two_thousand_numbers_of_a_source_cost_half_of_a_term_for_each(monkeypatch):
    """They are gathered on a lattice; the answer is the same to four digits."""
    rng = np.random.default_rng(1)
    numbers = np.rint(7_777 * np.exp(0.12 * rng.standard_t(4, 2_000))).astype(int)
    said = pd.DataFrame({"source": "A", "role": "monitor", "quantity": numbers.astype(str)})
    layout = ce.ClaimsModel(said).layout

    def timed():
        start = time.process_time()
        posterior = solve(layout)
        return time.process_time() - start, float(posterior.quantile(np.array([0.5]))[0])

    together, ours = timed()
    monkeypatch.setattr(gathered, "MANY", np.inf)
    each, theirs = timed()
    sys.stderr.write(f"2,000 numbers: {together:.2f} s, a term for each {each:.2f} s\n")
    assert ours == pytest.approx(theirs, abs=1e-4)
    assert together < each / 2
