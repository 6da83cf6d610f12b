"""Any PyMC model in coordinates in which its posterior is round: its mean curvature is one.

A posterior with ridges, such as many counts against what sources add, costs a sampler many short
steps, and a metric that is learned from hundreds of draws costs more still. Differences of the
gradient give the curvature at any point. That at the mode is a start only: where sds are learned it
is far sharper than that of most draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.graph.replace import graph_replace

from casualty_est.arrays import Array

MIDDLE, FACTOR = "middle", "factor"
STEP = 1e-4  # of the differences
FLATTEST = 1e-4  # curvature below which a direction is taken to be flat: an sd of 100
Gradient = Callable[[Array], tuple[float, Array]]


def whitened(model: pm.Model, names: Sequence[str]) -> tuple[pm.Model, Array]:
    """Rewrite a model over one vector; give its start in the old coordinates too.

    The old ones are `middle` + `factor` @ new ones, which are data of the new model; `names` are
    the deterministic quantities that it keeps.
    """
    values = model.value_vars
    begin = model.initial_point()
    start = np.concatenate([np.ravel(begin[value.name]) for value in values])
    outputs = model.replace_rvs_by_values([model[name] for name in names])
    with pm.Model() as new:
        middle = pm.Data(MIDDLE, np.zeros(len(start)))
        factor = pm.Data(FACTOR, np.eye(len(start)))
        steady = pm.Flat("steady", shape=len(start), initval=np.zeros(len(start)))
        old, at = middle + pt.dot(factor, steady), 0
        parts = {}
        for value in values:
            shape = begin[value.name].shape
            size = int(np.prod(shape, dtype=int))
            part = old[at : at + size].reshape(shape)
            parts[value] = pt.specify_shape(part, shape).astype(value.dtype)
            at += size
        density, *outputs = graph_replace([model.logp(), *outputs], parts, strict=False)
        pm.Potential("density", density)
        for name, output in zip(names, outputs, strict=True):
            pm.Deterministic(name, output)
    return new, start


def mode_of(gradient: Gradient, start: Array) -> Array:
    """Mode of a log density."""
    from scipy import optimize

    def down(x: Array) -> tuple[float, Array]:
        value, slope = gradient(x)
        if not (np.isfinite(value) and np.isfinite(slope).all()):
            return 1e12, np.zeros(len(x))
        return -value, -slope

    found = optimize.minimize(down, start, jac=True, method="L-BFGS-B", options={"maxiter": 2000})
    return np.asarray(found.x)


def rounding(gradient: Gradient, points: Array) -> Array:
    """Factor that makes the curvature of a log density, averaged over points (point, x), one."""
    curvature = np.mean([_curvature(gradient, point) for point in points], axis=0)
    values, vectors = np.linalg.eigh(curvature)
    return np.asarray(vectors / np.sqrt(np.maximum(values, FLATTEST)))


def _curvature(gradient: Gradient, point: Array) -> Array:
    size = len(point)
    curvature = np.empty((size, size))
    for i in range(size):
        step = np.zeros(size)
        step[i] = STEP
        curvature[i] = (gradient(point - step)[1] - gradient(point + step)[1]) / (2 * STEP)
    return (curvature + curvature.T) / 2
