"""Same seed, same draws: not even the last bit may depend on where, when or how a fit runs.

What could move a bit: where in memory arrays lie, kernels compiled now or read from disk, the
number of threads, hashes of strings, and what else runs. A moved bit is a moved draw: chains
amplify it.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from numba.core.dispatcher import Dispatcher
from threadpoolctl import threadpool_info, threadpool_limits

import casualty_est as ce
from casualty_est.incidents.inference.density import Density
from casualty_est.lists.families.classes import LatentClasses
from casualty_est.lists.inference import gibbs_kernel, graph_kernel, mixture_kernel
from casualty_est.lists.inference.mixture import compiled
from tests.support import same_draws as fits

GAPS = (0, 0, 1, 2, 3, 7, 8, 31)  # numbers between neighbours in memory
MOVES = {"reassoc", "contract", "arcp", "afn", "fast"}  # arithmetic whose order is not ours
ANY_ORDER = {"_largest"}  # the largest of some numbers is the same in every order


def kernels():
    """Every compiled function of the package."""
    found = {}
    for module in pkgutil.walk_packages(ce.__path__, "casualty_est."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Dispatcher):
                found[f"{value.py_func.__module__}.{name}"] = value
    return found


def test_no_kernel_leaves_the_order_of_arithmetic_to_the_compiler():
    found = kernels()
    assert len(found) > 40
    for name, kernel in found.items():
        flags = kernel.targetoptions.get("fastmath", False)
        flags = {"fast"} if flags is True else set(flags or ())
        assert name.rsplit(".", 1)[1] in ANY_ORDER or not flags & MOVES, name
        assert not kernel.targetoptions.get("parallel"), name


@pytest.mark.parametrize("kind", ["nuts", "over time"])
def test_no_sampled_model_leaves_the_order_of_arithmetic_to_the_compiler(kind, monkeypatch):
    import nutpie
    import pytensor

    seen = []

    class Seen(Exception):
        """The compiler was reached."""

    def look(*_args, **_kwargs):
        seen.append(pytensor.config.numba__fastmath)
        raise Seen

    monkeypatch.setattr(nutpie, "compile_pymc_model", look)
    before = pytensor.config.numba__fastmath
    with pytest.raises(Seen):
        fits.FITS[kind]()
    assert seen == [False]
    assert pytensor.config.numba__fastmath == before  # other models of the process are not ours


def scattered(arrays, rng):
    """Copies of arrays in one stretch of memory, in a random order, with random gaps."""
    room = sum(a.size for a in arrays) + (max(GAPS) + 1) * (len(arrays) + 1)
    stretch, found = np.zeros(room), list(arrays)
    at = int(rng.integers(0, 16))
    for k in rng.permutation(len(arrays)):
        end = at + arrays[k].size
        found[k] = stretch[at:end].reshape(arrays[k].shape)
        found[k][...] = arrays[k]
        at = end + int(rng.choice(GAPS))
    return found


def numbers(part):
    """Every array of numbers in a tuple of tuples, in their order."""
    if isinstance(part, tuple):
        return [array for inner in part for array in numbers(inner)]
    return [part] if isinstance(part, np.ndarray) and part.dtype == float else []


def renewed(part, arrays):
    """Such a tuple with these arrays in place of its own, taken one after another."""
    if isinstance(part, tuple):
        return type(part)(*(renewed(inner, arrays) for inner in part))
    return next(arrays) if numbers(part) else part


def move(density, rng):
    """Put all arrays of numbers that a density of incidents reads and writes somewhere else."""
    density.hold(renewed(density.parts, iter(scattered(numbers(density.parts), rng))))


@pytest.mark.parametrize("kind", ["incidents", "judged"])
def test_incidents_do_not_depend_on_where_memory_lies(kind):
    reports = (
        pd.DataFrame(fits.REPORTS)
        if kind == "incidents"
        else ce.datasets.incidents("strikes_incidents")
    )
    layout = ce.IncidentModel(reports, anchor="A" if kind == "incidents" else "Airwars").layout
    rng = np.random.default_rng(1)
    thetas = rng.normal(0, 0.5, (3, layout.parameters.size))
    found = set()
    for trial in range(40):
        density = Density(layout)
        if trial:
            move(density, rng)
        parts = [density(theta) for theta in thetas]
        found.add(b"".join(np.float64(value).tobytes() + slope.tobytes() for value, slope in parts))
    assert len(found) == 1


def placed_alike(kernel, arrays):
    """Whether a kernel gives the same bits wherever its arrays lie; it returns arrays."""
    rng = np.random.default_rng(2)
    found = set()
    for trial in range(20):
        inputs = scattered(arrays, rng) if trial else [a.copy() for a in arrays]
        found.add(b"".join(np.asarray(a).tobytes() for a in kernel(*inputs)))
    return len(found) == 1


def test_mixtures_do_not_depend_on_where_memory_lies():
    rng = np.random.default_rng(3)
    histories = np.array([[h >> j & 1 for j in range(4)] for h in range(1, 16)], dtype=bool)
    counts = rng.integers(1, 50, 15).astype(float)
    member = LatentClasses(tuple("ABCD"), histories, 3)
    form = compiled(member, counts)
    theta = rng.normal(-1, 1, (70, member.size))

    def kernel(theta, counts, precisions):
        return mixture_kernel.densities(theta, form._replace(counts=counts, precisions=precisions))

    assert placed_alike(kernel, [theta, counts, form.precisions])


def test_graphs_do_not_depend_on_where_memory_lies():
    rng = np.random.default_rng(4)
    closed = rng.integers(0, 32, (40, 5)).astype(np.uint8)
    rest = rng.integers(0, 32, (40, 5)).astype(np.uint8)

    def kernel(logs, terms, base, by_graph, by_point):
        graph_kernel.masses(closed, rest, logs, terms, base, 3.0, by_graph, by_point)
        return by_graph, by_point

    arrays = [rng.normal(size=40), rng.normal(size=(32, 37)), rng.normal(size=37)]
    assert placed_alike(kernel, [*arrays, np.zeros(40), np.zeros(37)])


@pytest.mark.thorough
def test_sticks_do_not_depend_on_where_memory_lies():
    rng = np.random.default_rng(5)
    histories = np.array([[h >> j & 1 for j in range(3)] for h in range(1, 8)], dtype=bool)
    counts = np.array([[40, 30, 8, 25, 9, 7, 3], [13, 10, 2, 8, 3, 2, 1]])

    def kernel(alpha, log_shares, chances, kept_alpha, kept_shares, kept_chances):
        unlisted = np.zeros(4, dtype=np.int64)
        state = gibbs_kernel.State(alpha, log_shares, chances)
        kept = gibbs_kernel.Chains(unlisted, kept_alpha, kept_shares, kept_chances)
        gibbs_kernel.run(11, histories, counts, state, kept, gibbs_kernel.Plan(2, 2, 0.25, 0.25))
        return kept

    shares, chances = np.full((2, 5), np.log(0.2)), rng.uniform(0.2, 0.6, (2, 5, 3))
    kept = [np.zeros(4), np.zeros((4, 5)), np.zeros((4, 5, 3))]
    assert placed_alike(kernel, [np.ones(2), shares, chances, *kept])


def test_fits_take_one_thread_of_linear_algebra_and_give_the_others_back(monkeypatch):
    from casualty_est.claims.inference import rounds as of_claims
    from casualty_est.incidents.inference import fit as of_incidents

    found = []

    def look(*_args, **_kwargs):
        found.append({lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"})
        raise KeyboardInterrupt  # anything that leaves the fit at once

    monkeypatch.setattr(of_claims, "run", look)
    monkeypatch.setattr(of_incidents, "sample", look)
    with threadpool_limits(2, user_api="blas"):
        for kind in ("exact", "incidents"):
            with pytest.raises(KeyboardInterrupt):
                fits.FITS[kind]()
        after = {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}
    assert found == [{1}, {1}]
    assert after == {2}


CHEAP = ("exact", "incidents", "judged")
ALL = tuple(fits.FITS)
SETTINGS = (
    {"PYTHONHASHSEED": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "2", "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"},
)


@pytest.mark.thorough
def test_a_second_fit_and_fits_in_threads_give_the_same_draws():
    first = fits.digests(CHEAP)
    litter = [np.ones(k) for k in range(1, 400, 7)]  # later arrays lie elsewhere
    with ThreadPoolExecutor(3) as pool:
        again = list(pool.map(lambda kind: fits.digests([kind]), CHEAP))
    del litter
    assert {k: v for part in again for k, v in part.items()} == first


@pytest.mark.slow
def test_a_process_of_its_own_gives_the_same_draws():
    kinds = ("exact", "incidents")
    assert fits.elsewhere(kinds, SETTINGS[0]) == fits.digests(kinds)


@contextmanager
def busy_neighbours(count):
    """Processes that do nothing but take the processor."""
    command = [sys.executable, "-c", "while True: pass"]
    started = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALL)
def test_no_bit_depends_on_caches_threads_hashes_or_load(kind, tmp_path):
    caches = {
        "NUMBA_CACHE_DIR": str(tmp_path / "numba"),
        "PYTENSOR_FLAGS": f"base_compiledir={tmp_path / 'pytensor'}",
    }
    cold = fits.elsewhere([kind], caches | SETTINGS[0])
    assert any(tmp_path.rglob("*.nbi")) or kind in ("exact", "pairs")
    found = [cold, fits.elsewhere([kind], caches | SETTINGS[1])]
    with busy_neighbours(os.cpu_count() or 1):
        found.append(fits.elsewhere([kind], caches | SETTINGS[0]))
    found += [fits.digests([kind]), fits.digests([kind])]
    assert all(a == b for a, b in pairwise(found))
