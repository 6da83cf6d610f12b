"""How long a user waits, against what they would otherwise run.

Ratios are measured side by side in one run; `pytest tests/benchmarks --benchmark-enable -m "slow or
not slow"` prints the table.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.claims.inference.exact import draw, solve
from casualty_est.claims.inference.nuts import CompiledClaims
from casualty_est.claims.model.layout import Scenario

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model() -> ce.ClaimsModel:
    return ce.ClaimsModel(ce.datasets.load("coalition"))


def _best(work, repeats: int = 5) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def test_exact_route_takes_under_a_tenth_of_a_second(benchmark, model):
    def exact() -> float:
        posterior = solve(model.layout)
        draws = draw(model.layout, posterior, chains=4, draws=1000, rng=np.random.default_rng(1))
        return float(np.median(draws.log_deaths))

    assert np.exp(benchmark(exact)) == pytest.approx(6324, rel=0.01)
    assert _best(exact) < 0.1


def test_whole_fit_after_import_takes_under_a_second(benchmark, model):
    est = benchmark(lambda: model.fit(seed=1))
    assert est.converged
    assert _best(lambda: model.fit(seed=1), 3) < 1.0


def test_refit_of_a_compiled_model_takes_under_three_tenths(benchmark, model):
    compiled = CompiledClaims(model.layout)
    scenario = Scenario.plain(model.layout)
    compiled.sample(scenario)
    without = scenario.without(model.layout, "Pentagon")
    benchmark(lambda: compiled.sample(without))
    assert _best(lambda: compiled.sample(without)) < 0.3


def _seconds(*words: str, cwd: Path) -> float:
    start = time.perf_counter()
    subprocess.run(words, cwd=cwd, check=True, capture_output=True)
    return time.perf_counter() - start


def test_importing_costs_under_three_tenths_more_than_python(tmp_path):
    """Median of five, in turn."""
    imports = (sys.executable, "-c", "import casualty_est")
    nothing = (sys.executable, "-c", "pass")
    _seconds(*imports, cwd=tmp_path)  # fill the caches of the disk
    costs = [_seconds(*imports, cwd=tmp_path) - _seconds(*nothing, cwd=tmp_path) for _ in range(5)]
    sys.stderr.write(f"import casualty_est: {statistics.median(costs):.3f} s\n")
    assert statistics.median(costs) < 0.3


def test_demo_costs_at_most_two_and_a_half_imports(tmp_path):
    """The second run of the demo against importing the sampler, in turn, five times."""
    demo = (
        sys.executable,
        "-m",
        "casualty_est.cli.main",
        "demo",
        "--quiet",
        "--out",
        str(tmp_path),
    )
    imports = (sys.executable, "-c", "import pymc, nutpie")
    _seconds(*demo, cwd=tmp_path)
    ratios = [_seconds(*demo, cwd=tmp_path) / _seconds(*imports, cwd=tmp_path) for _ in range(5)]
    sys.stderr.write(f"demo / import pymc, nutpie: {[round(ratio, 2) for ratio in ratios]}\n")
    assert statistics.median(ratios) <= 2.5
