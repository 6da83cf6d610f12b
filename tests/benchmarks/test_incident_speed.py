"""How long incidents take: ratios to what a user would otherwise run, and limits that a user feels.

Limits in seconds are those of the machine of `tests/support/yardstick.py`. On a slower one, or
beside other work, they are looser by as much: passing there does not show the limit in seconds,
which only the printed numbers do. They are printed by
`pytest tests/benchmarks/test_incident_speed.py -s -m slow`.
"""

from __future__ import annotations

import itertools
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from casualty_est.incidents.inference import whole
from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.inference.sample import sample
from casualty_est.incidents.model.model import IncidentModel
from tests.support import yardstick
from tests.support.incident_simulators import simulate

ANCHOR = {"anchor": ("monitor", 1.0, 0.1)}
CORES = 2
IMPORT = "import pymc, nutpie"
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


@pytest.fixture
def slowness():
    """How much slower this machine is, just now, than the one on which limits were set."""
    slower = yardstick.slowness()
    say(f"a fixed piece of arithmetic: {slower:.2f} times its time where limits were set")
    return max(slower, 1.0)


def test_gradient_of_1200_patterns_takes_half_of_that_of_the_pymc_model():
    """And the step from Python into the kernel, which is ours, costs less than a third."""
    model = IncidentModel(table(2100), **ANCHOR)
    density, theirs = Density(model.layout), model.pymc_model.logp_dlogp_function(ravel_inputs=True)
    theta = model.layout.parameters.draw(np.random.default_rng(1), 1)[0] * 0.3
    theirs.set_extra_values({})
    slope = np.zeros(len(theta))

    def bare():
        whole.gradient(theta, density._plain, True, True, slope)

    works = (lambda: density(theta), bare, lambda: theirs(theta))
    for work in works:
        work()  # compiled here
    # In turns, so that a machine that is slow for a moment is slow for all of them.
    rounds = [
        [best(lambda work=work: [work() for _ in range(20)], 1) for work in works]
        for _ in range(20)
    ]
    each, kernel, graph = np.min(rounds, axis=0) / 20
    d = model.layout.arrays
    say(
        f"{len(d.count)} patterns x {len(d.log_deaths)} x 4: {1e3 * each:.2f} ms a gradient, "
        f"{1e3 * kernel:.2f} ms in the compiled kernel, {1e3 * graph:.2f} ms of the PyMC model"
    )
    assert each < graph / 2
    assert each < 1.3 * kernel


def test_fit_of_400_incidents_costs_at_most_twice_its_gradients(monkeypatch):
    """The sampler, its two threads and everything after it cost no more than the density does."""
    model = IncidentModel(table(470), **ANCHOR)
    model.fit(seed=1, draws=10, tune=10, progress_bar=False)
    densities, count = [Density(model.layout) for _ in range(CORES)], itertools.count()
    theta = model.layout.parameters.draw(np.random.default_rng(1), 1)[0] * 0.3
    of_density = Density.__call__

    def counted(self, theta):
        next(count)
        return of_density(self, theta)

    def gradients():
        """Seconds of one, with both cores at work as in a fit: each slows the other."""
        with ThreadPoolExecutor(CORES) as pool:
            many = 1000 // CORES

            def work():
                list(pool.map(lambda d: [of_density(d, theta) for _ in range(many)], densities))

            return best(work, 3) / 1000

    monkeypatch.setattr(Density, "__call__", counted)
    each = gradients()
    took = best(lambda: model.fit(seed=1, progress_bar=False), 1)
    each, calls = max(each, gradients()), next(count)
    incidents = model.layout.readings.patterns.incidents
    say(
        f"fit of {incidents} incidents: {took:.1f} s of processor, {calls:,} gradients of "
        f"{1e3 * each:.2f} ms: {took / (calls * each):.2f} times their time"
    )
    assert took < 2 * calls * each


def test_a_process_with_a_short_fit_costs_at_most_two_imports_and_a_half(tmp_path):
    """What comes with a fit: our own import, reading, the model, compiled kernels from disk."""
    table(470).to_csv(tmp_path / "incidents.csv", index=False)
    script = (
        "import casualty_est as ce\n"
        "from casualty_est.incidents.model.model import IncidentModel\n"
        "reports = ce.IncidentReports.read('incidents.csv')\n"
        "model = IncidentModel(reports, anchor=('monitor', 1.0, 0.1))\n"
        "model.fit(seed=1, draws=20, tune=20, chains=1, progress_bar=False).summary()"
    )
    of_process(script, tmp_path)
    pairs = [(of_process(script, tmp_path), of_process(IMPORT, tmp_path)) for _ in range(3)]
    for k, kind in enumerate(("clock", "processor")):
        ratios = [ours[k] / theirs[k] for ours, theirs in pairs]
        say(f"whole process / {IMPORT}, {kind}: {[round(r, 2) for r in ratios]}")
    assert min(ours[0] / theirs[0] for ours, theirs in pairs) <= 2.5


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
    est = model.fit(seed=1, progress_bar=False)
    took, clock = (time.process_time() - start) / CORES, time.perf_counter() - clock
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    patterns = len(model.layout.arrays.count)
    say(
        f"30,000 incidents, {patterns} patterns: {took:.0f} s on two cores ({clock:.0f} on the "
        f"clock), {memory:.1f} GB, converged {est.converged}"
    )
    assert took < 300 * slowness
    assert memory < 2


def test_effective_draws_per_second_against_one_latent_count_per_incident():
    """Twenty times, by the parameter that mixes worst in each."""
    import arviz as az
    import pymc as pm
    import xarray as xr

    frame = table(470)
    model = IncidentModel(frame, **ANCHOR, exact_reports=False)
    sample(model.layout, draws=5, tune=5, chains=1, seed=1)
    start = time.process_time()
    found = sample(model.layout, draws=1000, tune=1000, chains=2, seed=1)
    ours = time.process_time() - start
    worst = float(az.ess(xr.Dataset({"x": (("chain", "draw", "k"), found.theta)}))["x"].min())
    settings = {"chains": 2, "cores": 1, "progressbar": False, "nuts_sampler": "pymc"}
    with plain_model(frame) as plain:
        pm.sample(2, tune=2, **settings)  # compiled here
        start = time.process_time()
        drawn = pm.sample(500, tune=500, random_seed=1, **settings)
        theirs = time.process_time() - start
    of_sources = [v.name for v in plain.free_RVs if v.name not in ("log_deaths", "visibility")]
    least = min(float(x.min()) for x in az.ess(drawn, var_names=of_sources).values())
    ratio = (worst / ours) / (least / theirs)
    say(
        f"worst effective sample: {worst:.0f} in {ours:.1f} s, with one latent count per incident "
        f"{least:.0f} in {theirs:.0f} s: {ratio:.0f} times as many a second"
    )
    assert ratio >= 20


def plain_model(frame):
    """What an analyst would write: log deaths and visibility of every incident are parameters.

    The priors are those of `IncidentModel`; a hedge is the interval of own counts that it allows.
    """
    import pymc as pm
    import pytensor.tensor as pt

    names = list(dict.fromkeys(frame["source"]))
    incidents = {name: i for i, name in enumerate(dict.fromkeys(frame["incident"]))}
    holds = np.zeros((len(incidents), len(names)))
    where = frame["incident"].map(incidents).to_numpy(), frame["source"].map(names.index).to_numpy()
    holds[where] = 1
    low, high = np.log([interval(text) for text in frame["quantity"]]).T
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    weights = weights / weights.sum()
    with pm.Model() as model:
        mean, log_sd = pm.Normal("mean", 1, 1), pm.Normal("log_sd", 0, 0.4)
        level = pm.Normal("level", 0, 1.5, shape=len(names))
        slope = pm.Normal("slope", 0.5, 0.4, shape=len(names))
        loading = pt.exp(pm.Normal("log_loading", -0.4, 0.7, shape=len(names)))
        bias = pm.Normal("bias", 0, 0.5, shape=len(names) - 1)
        spread = pt.exp(pm.Normal("log_spread", np.log(0.4), 0.4, shape=len(names)))
        log_deaths = pm.Normal("log_deaths", mean, pt.exp(log_sd), shape=len(incidents))
        visibility = pm.Normal("visibility", 0, 1, shape=len(incidents))

        def odds(x, u):
            return level + slope * (x[..., None] - 1) + loading * u[..., None]

        held = odds(log_deaths, visibility)
        pm.Potential("held", (holds * held - pt.softplus(held)).sum())
        # Only incidents that somebody holds are in the table.
        x, u = mean + pt.exp(log_sd) * nodes[:, None], nodes[None, :]
        nobody = pt.exp(-pt.softplus(odds(x + 0 * u, u + 0 * x)).sum(axis=-1))
        listed = 1 - (weights[:, None] * weights[None, :] * nobody).sum()
        pm.Potential("listed", -len(incidents) * pt.log(listed))
        of_source = pt.concatenate([[0.0], bias])[where[1]]
        said = pm.Normal.dist(log_deaths[where[0]] + of_source, spread[where[1]])
        inside = pm.math.logdiffexp(pm.logcdf(said, high), pm.logcdf(said, low))
        pm.Potential("said", inside.sum())
    return model


def interval(text):
    """Own counts that a statement allows."""
    from casualty_est import Quantity

    said = Quantity.parse(text)
    match said.form:
        case "at_least":
            return said.low - 0.5, 2 * said.low + 0.5
        case "at_most":
            return said.high / 2 - 0.25, said.high + 0.5
        case "about":
            return said.best / 1.15 - 0.5, said.best * 1.15 + 0.5
        case _:
            return said.low - 0.5, said.high + 0.5
