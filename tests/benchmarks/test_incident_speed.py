"""How long incidents take, against the limits that a user feels.

Limits are those of two quiet cores on which importing PyMC and nutpie takes 6.1 s of processor. On
a slower machine they are looser by as much: passing there does not show the limit in seconds, which
only the printed numbers do. They are printed by
`pytest tests/benchmarks/test_incident_speed.py -s -m slow`.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from casualty_est.inference.incidents import whole
from casualty_est.inference.incidents.density import Density
from casualty_est.inference.incidents.sample import sample
from casualty_est.models.incidents.model import IncidentModel

sys.path.insert(0, str(Path(__file__).parents[1] / "calibration"))
from incident_simulators import simulate

ANCHOR = {"anchor": ("monitor", 1.0, 0.1)}
CORES = 2
IMPORT, IMPORT_SECONDS = "import pymc, nutpie", 6.1
pytestmark = pytest.mark.slow


def say(text):
    sys.stderr.write(f"{text}\n")


def table(incidents, seed=1):
    rows, _ = simulate("spread", np.random.default_rng(seed), incidents)
    return pd.DataFrame(rows)


def best(work, repeats=5):
    """Least processor time of a piece of work: others on the machine do not count."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def of_process(code, folder):
    """Seconds on the clock and of processor of a Python process of its own."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime


@pytest.fixture(scope="module")
def slowness(tmp_path_factory):
    """How much slower this machine is, just now, than the one on which limits were set."""
    folder = tmp_path_factory.mktemp("import")
    found = min(of_process(IMPORT, folder)[1] for _ in range(2)) / IMPORT_SECONDS
    say(f"{IMPORT}: {found:.1f} times {IMPORT_SECONDS} s of processor")
    return max(found, 1.0)


def test_gradient_of_1200_patterns_at_reference_speed(slowness):
    """.6 ms; and the step from Python into the kernel, which is ours, costs less than a third."""
    model = IncidentModel(table(2100), **ANCHOR)
    density = Density(model.layout)
    theta = model.layout.parameters.draw(np.random.default_rng(1), 1)[0] * 0.3
    density(theta)
    slope = np.zeros(len(theta))

    def bare():
        whole.gradient(
            theta, density._at, density._data, density._room, density._work, True, True, slope
        )

    each, kernel = (
        best(lambda work=work: [work() for _ in range(50)], 20) / 50
        for work in (lambda: density(theta), bare)
    )
    d = model.layout.arrays
    say(
        f"{len(d.count)} patterns x {len(d.log_deaths)} x 4: {1e3 * each:.2f} ms a gradient, "
        f"{1e3 * kernel:.2f} ms in the compiled kernel"
    )
    assert each < 0.6e-3 * slowness * len(d.count) / 1200
    assert each < 1.3 * kernel


def test_fit_of_400_incidents_at_reference_speed(slowness):
    """Six seconds."""
    model = IncidentModel(table(470), **ANCHOR)
    model.fit(seed=1, draws=10, tune=10, progress=False)
    took = best(lambda: model.fit(seed=1, progress=False), 2) / CORES
    say(f"fit of {model.layout.readings.incidents} incidents: {took:.1f} s on two cores")
    assert took < 6 * slowness


def test_whole_process_costs_at_most_six_imports(tmp_path):
    table(470).to_csv(tmp_path / "incidents.csv", index=False)
    script = (
        "import casualty_est as ce\n"
        "from casualty_est.models.incidents.model import IncidentModel\n"
        "reports = ce.IncidentReports.read('incidents.csv')\n"
        "IncidentModel(reports, anchor=('monitor', 1.0, 0.1)).fit(seed=1, progress=False).summary()"
    )
    of_process(script, tmp_path)
    pairs = [(of_process(script, tmp_path), of_process(IMPORT, tmp_path)) for _ in range(3)]
    for k, kind in enumerate(("clock", "processor")):
        ratios = [ours[k] / theirs[k] for ours, theirs in pairs]
        say(f"whole process / {IMPORT}, {kind}: {[round(r, 2) for r in ratios]}")
    assert min(ours[0] / theirs[0] for ours, theirs in pairs) <= 6


def test_thirty_thousand_incidents_of_six_sources_at_reference_speed(slowness):
    """Five minutes and 2 GB."""
    rng = np.random.default_rng(1)
    deaths = np.maximum(np.rint(rng.lognormal(1, 1.1, 30_000)), 1)
    rows = []
    for i, d in enumerate(deaths):
        for s in range(6):
            if rng.random() < 0.2 + 0.1 * s * (d > 3) or s == 5:
                number = max(1, round(d * rng.lognormal(0, 0.3)))
                rows.append((f"i{i}", "ABCDEF"[s], str(number)))
    frame = pd.DataFrame(rows, columns=["incident", "source", "quantity"])
    clock, start = time.perf_counter(), time.process_time()
    roles = dict.fromkeys("ABCDEF", "monitor")
    model = IncidentModel(frame, roles=roles, anchor=("A", 1.0, 0.1))
    est = model.fit(seed=1, progress=False)
    took, clock = (time.process_time() - start) / CORES, time.perf_counter() - clock
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    patterns = len(model.layout.arrays.count)
    say(
        f"30,000 incidents, {patterns} patterns: {took:.0f} s on two cores ({clock:.0f} on the "
        f"clock), {memory:.1f} GB, converged {est.converged}"
    )
    assert took < 300 * slowness
    assert memory < 2


@pytest.mark.xfail(reason="measured 5 times; 20 times is wanted")
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
    start = time.process_time()
    found = sample(model.layout, draws=1000, tune=1000, chains=2, seed=1)
    ours = time.process_time() - start
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
        pm.sample(2, tune=2, chains=1, cores=1, progressbar=False, nuts_sampler="pymc")
        start = time.process_time()
        plain = pm.sample(
            1000,
            tune=1000,
            chains=2,
            cores=1,
            random_seed=1,
            progressbar=False,
            nuts_sampler="pymc",
        )
        theirs = time.process_time() - start
    least = min(float(x) for x in az.ess(plain, var_names=["mean", "sd"]).values())
    ratio = our_rate / (least / theirs)
    say(f"effective draws per second: {our_rate:.0f}, {ratio:.0f} times one latent per incident")
    assert ratio >= 20
