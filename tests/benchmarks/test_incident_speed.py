"""How long incidents take, against the limits that a user feels.

Slow, and only meaningful on a quiet machine. What is measured is printed by
`pytest tests/benchmarks/test_incident_speed.py -s -m slow`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from casualty_est.inference.incidents.density import Density
from casualty_est.inference.incidents.sample import sample
from casualty_est.models.incidents.model import IncidentModel

sys.path.insert(0, str(Path(__file__).parents[1] / "calibration"))
from incident_simulators import simulate

ANCHOR = {"anchor": ("monitor", 1.0, 0.1)}
pytestmark = pytest.mark.slow


def say(text):
    sys.stderr.write(f"{text}\n")


def table(incidents, seed=1):
    rows, _ = simulate("spread", np.random.default_rng(seed), incidents)
    return pd.DataFrame(rows)


def best(work, repeats=5):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def test_gradient_of_1200_patterns_takes_under_six_tenths_of_a_millisecond():
    model = IncidentModel(table(3000), **ANCHOR)
    density = Density(model.layout)
    theta = model.layout.parameters.draw(np.random.default_rng(1), 1)[0] * 0.3
    density(theta)
    each = best(lambda: [density(theta) for _ in range(200)]) / 200
    d = model.layout.arrays
    say(f"{len(d.count)} patterns x {len(d.log_deaths)} x 4: {1e3 * each:.2f} ms a gradient")
    assert each < 0.6e-3 * len(d.count) / 1200


def test_fit_of_400_incidents_takes_under_six_seconds():
    model = IncidentModel(table(520), **ANCHOR)
    model.fit(seed=1, draws=10, tune=10, progress=False)
    took = best(lambda: model.fit(seed=1, progress=False), 2)
    say(f"fit of {model.layout.readings.incidents} incidents: {took:.1f} s")
    assert took < 6


def test_whole_process_costs_at_most_six_imports(tmp_path):
    table(520).to_csv(tmp_path / "incidents.csv", index=False)
    script = (
        "import casualty_est as ce\n"
        "from casualty_est.models.incidents.model import IncidentModel\n"
        "reports = ce.IncidentReports.read('incidents.csv')\n"
        "IncidentModel(reports, anchor=('monitor', 1.0, 0.1)).fit(seed=1, progress=False).summary()"
    )

    def seconds(code):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
        return time.perf_counter() - start

    seconds(script)
    ratios = [seconds(script) / seconds("import pymc, nutpie") for _ in range(3)]
    say(f"whole process / import pymc, nutpie: {[round(r, 2) for r in ratios]}")
    assert statistics.median(ratios) <= 6


def test_thirty_thousand_incidents_of_six_sources():
    import resource

    rng = np.random.default_rng(1)
    deaths = np.maximum(np.rint(rng.lognormal(1, 1.1, 30_000)), 1)
    rows = []
    for i, d in enumerate(deaths):
        for s in range(6):
            if rng.random() < 0.2 + 0.1 * s * (d > 3) or s == 5:
                number = max(1, round(d * rng.lognormal(0, 0.3)))
                rows.append((f"i{i}", "ABCDEF"[s], str(number)))
    frame = pd.DataFrame(rows, columns=["incident", "source", "quantity"])
    start = time.perf_counter()
    roles = dict.fromkeys("ABCDEF", "monitor")
    model = IncidentModel(frame, roles=roles, anchor=("A", 1.0, 0.1))
    est = model.fit(seed=1, progress=False)
    took = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    patterns = len(model.layout.arrays.count)
    say(f"30,000 incidents, {patterns} patterns: {took:.0f} s, {memory:.1f} GB, {est.converged}")
    assert took < 300
    assert memory < 2


def test_effective_draws_per_second_against_one_latent_count_per_incident():
    """The same incidents with plain counts, once marginalised and once in plain PyMC."""
    import arviz as az
    import pymc as pm
    import xarray as xr

    rng = np.random.default_rng(1)
    deaths = np.maximum(np.rint(rng.lognormal(1, 1, 400)), 1)
    said = np.maximum(np.rint(deaths[:, None] * rng.lognormal(0, 0.35, (400, 3))), 1)
    frame = pd.DataFrame(
        [(f"i{i}", "ABC"[s], str(int(said[i, s]))) for i in range(400) for s in range(3)],
        columns=["incident", "source", "quantity"],
    )
    roles = dict.fromkeys("ABC", "monitor")
    model = IncidentModel(frame, roles=roles, anchor=("A", 1.0, 0.1), exact_reports=False)
    sample(model.layout, draws=5, tune=5, chains=1, seed=1)
    start = time.perf_counter()
    found = sample(model.layout, draws=1000, tune=1000, chains=2, seed=1)
    ours = time.perf_counter() - start
    sizes = xr.Dataset({"x": (("chain", "draw", "k"), found.theta[..., :2])})
    our_rate = float(az.ess(sizes)["x"].min()) / ours
    with pm.Model():
        mean, sd = pm.Normal("mean", 1, 1), pm.LogNormal("sd", 0, 0.4)
        log_deaths = pm.Normal("log_deaths", mean, sd, shape=400)
        bias = pm.Normal("bias", 0, 0.5, shape=2)
        spread = pm.LogNormal("spread", np.log(0.4), 0.4, shape=3)
        middle = log_deaths[:, None] + pm.math.concatenate([[0.0], bias])
        high = pm.logcdf(pm.Normal.dist(middle, spread), np.log(said + 0.5))
        low = pm.logcdf(pm.Normal.dist(middle, spread), np.log(np.maximum(said - 0.5, 1e-3)))
        pm.Potential("said", pm.math.logdiffexp(high, low).sum())
        start = time.perf_counter()
        plain = pm.sample(
            1000, tune=1000, chains=2, random_seed=1, progressbar=False, nuts_sampler="pymc"
        )
        theirs = time.perf_counter() - start
    least = float(az.ess(plain, var_names=["mean", "sd"]).to_array().min())
    ratio = our_rate / (least / theirs)
    say(f"effective draws per second: {our_rate:.0f}, {ratio:.0f} times one latent per incident")
    assert ratio >= 20
