"""The claims model as a PyMC model: the same layout, priors and hedges, ready to compile once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.tensor as pt

from casualty_est.arrays import Array
from casualty_est.claims.model.kernels import numbers_of, on_data, stack
from casualty_est.claims.model.layout import Layout, Level, Scenario
from casualty_est.claims.model.ratios import DOF, Ratios
from casualty_est.priors.settings import SMALLEST_SD
from casualty_est.quantity.hedges.readings import Reading

PACKED = "refit_data"
CLAIMED_STEP = 0.15
MOST_PRODUCT = 200_000  # numbers in a matrix of zeros and ones that stands for an index


def build(layout: Layout, *, packed: bool = False) -> pm.Model:
    """Build the PyMC model of a layout; all that a refit may change stands in `pm.Data`."""
    if layout.timeline is not None:
        from casualty_est.claims.model.timeline_pymc import build as build_over_time

        return build_over_time(layout, packed=packed)
    with pm.Model(coords=coords_of(layout)) as model:
        data = data_of(layout, packed=packed)
        log_deaths = log_counts(layout, data, level_counts)
        sums = log_of_covers(layout.cover, log_deaths)
        said = claimed(layout, np.arange(len(layout.ratios.targets)))
        log_ratio = ratios_of(layout.ratios, data, said - sums)
        reporting = reporting_sds(layout)
        for kind, (positions, stacked) in stack(layout.readings).items():
            m = picked(said, layout.target_of[positions], len(layout.ratios.targets))
            density = on_data(stacked, data).log_density(m, reporting(positions), pt)
            pm.Potential(f"claims_{kind}", (data[f"{kind}_weight"] * density).sum())
        anchored(layout, data, log_deaths, log_ratio, np.arange(len(layout.ratios.targets)))
    return model


def pack(values: dict[str, Array]) -> dict[str, Array]:
    """Put all arrays of `shared_data` into one vector."""
    return {PACKED: np.concatenate(list(values.values()))}


def coords_of(layout: Layout) -> dict[str, Any]:
    """Names of cells and ratios."""
    cells = [str(cell.label) for cell in layout.grid.cells]
    return {"cell": cells, "target": layout.ratio_names}


def data_of(layout: Layout, *, packed: bool) -> dict[str, Any]:
    """Make every array of `shared_data` a `pm.Data`, or a part of the one vector of `pack`."""
    values = shared_data(layout, Scenario.plain(layout))
    if not packed:
        return {name: pm.Data(name, value) for name, value in values.items()}
    vector = pm.Data(PACKED, pack(values)[PACKED])
    parts, start = {}, 0
    for name, value in values.items():
        parts[name] = pt.specify_shape(vector[start : start + len(value)], len(value))
        start += len(value)
    return parts


def shared_data(
    layout: Layout, scenario: Scenario, readings: tuple[Reading, ...] | None = None
) -> dict[str, Array]:
    """Arrays for every `pm.Data` of the model."""
    data = on_levels_and_anchors(layout, scenario)
    if layout.timeline is not None:
        from casualty_est.claims.model.timeline_start import find_start

        data["start"] = find_start(layout, readings, scenario.weights).whole
    for kind, (positions, stacked) in stack(readings or layout.readings).items():
        data |= numbers_of(stacked)
        data[f"{kind}_weight"] = scenario.weights[positions]
    return data


def on_levels_and_anchors(layout: Layout, scenario: Scenario) -> dict[str, Array]:
    """What a scenario moves: ratios, levels and anchors."""
    targets, levels = len(layout.ratios.targets), len(layout.levels)
    shift = scenario.shift
    level_mean = np.array([level.prior.mean for level in layout.levels])
    data = {
        "ratio_shift": shift[:targets],
        "level_mean": level_mean + shift[targets : targets + levels],
    }
    if layout.anchors:
        place = np.array([anchor.prior.mu for anchor in layout.anchors])
        data["anchor_mean"] = place + shift[targets + levels :]
    return data


def one_hot(index: Any, count: int) -> Array:
    """Rows of the unit matrix."""
    return np.eye(count)[np.asarray(index)]


def picked(values: Any, index: Any, count: int, times: Any = 1.0) -> Any:
    """Some of `count` values, by position, times a number of each; 0 where the position is -1."""
    index = np.asarray(index)
    times = np.where(index >= 0, times, 0.0)
    if len(index) * count <= MOST_PRODUCT:  # a product, whose gradient compiles in half the time
        return pt.dot(times[:, None] * one_hot(np.maximum(index, 0), count), values)
    return times * values[np.maximum(index, 0)]


def log_of_sums(rows: Array, logs: Any) -> Any:
    """Log of sums of counts given by their logs."""
    if rows.shape[1] == 1:
        return logs
    return pt.log(pt.dot(rows, pt.exp(logs)))


def log_of_covers(cover: Array, logs: Any) -> Any:
    """Log of the sum of what each target covers, each different sum computed once."""
    if cover.size <= MOST_PRODUCT:
        return log_of_sums(cover, logs)
    rows, which = np.unique(cover, axis=0, return_inverse=True)
    return log_of_sums(rows, logs)[which]


def log_counts(
    layout: Layout, data: dict[str, Any], of_level: Callable[[Layout, int, Any], tuple[Any, Any]]
) -> Any:
    """Log counts of all cells: base cells, then shares of what stands before."""
    base = layout.grid.base
    logs: Any = 0
    scores = []
    for k, level in enumerate(layout.levels):
        rows = one_hot(level.cells, base).T
        values, score = of_level(layout, k, data["level_mean"][k : k + 1])
        logs = logs + (pt.dot(rows, values) if base > 1 else values)
        scores.append(score)
    pm.Deterministic("level_score", pt.concatenate(scores))
    subgroups = layout.grid.cells[base:]
    if subgroups:
        priors = [cell.share for cell in subgroups if cell.share is not None]
        share = pm.Normal(
            "share_logit", np.array([p.mu for p in priors]), np.array([p.sd for p in priors])
        )
        for place, parents in layout.grid.generations():
            part = share[place]
            logs = pt.concatenate([logs, log_of_sums(parents, logs) - pt.softplus(-part)])
    return pm.Deterministic("log_deaths", logs, dims="cell")


def level_counts(layout: Layout, k: int, mean: Any) -> tuple[Any, Any]:
    """Log counts of the cells of one level, and the score of its prior."""
    # Cells that share a level are written as their sum and deviations that sum to zero, with the
    # level integrated out: level and offsets would lie on a ridge where the data pin the cells. The
    # score is that of the mean log count, the expectation of the level's own given the cells.
    level = layout.levels[k]
    # shape=, not dims=: a length known when compiling lets a single cell broadcast.
    if not level.shared:
        single = pm.Normal(f"log_cell_{level.kind}", mean, level.prior.sd, shape=1)
        return single, (single - mean) / level.prior.sd**2
    count = len(level.cells)
    sd = pm.HalfNormal(f"offset_sd_{level.kind}", layout.priors.offset_sd)
    variance = level.prior.sd**2 + sd**2 / count
    # An orthonormal basis of the vectors of this length that sum to zero, as columns.
    basis = np.linalg.svd(np.eye(count) - 1 / count)[0][:, : count - 1]
    free = pm.Normal(f"deviation_{level.kind}", 0, 1, shape=count - 1)
    deviation = sd * pt.dot(basis, free)
    # A sum is what claims on several cells pin; given the deviations it is the mean plus a
    # constant, so the prior of one is that of the other, shifted.
    above = pt.logsumexp(pt.dot(np.eye(count)[_best_counted(layout, level)], deviation))
    log_sum = pm.Normal(f"log_sum_{level.kind}", mean + above, pt.sqrt(variance), shape=1)
    middle = log_sum - above
    return pt.dot(np.ones((count, 1)), middle) + deviation, (middle - mean) / variance


def _best_counted(layout: Layout, level: Level) -> npt.NDArray[np.intp]:
    """Positions, within a level, of the cells whose sum is best counted, or of all."""
    # Of the target that covers most of them, claims in figures before bounds and vague words.
    covers = layout.cover[:, level.cells] > 0
    figures = np.zeros(len(covers), dtype=bool)
    for reading, target in zip(layout.readings, layout.target_of, strict=True):
        figures[target] |= reading.figures
    width = covers.sum(axis=1) * np.where(figures, len(level.cells) + 1, 1)
    best = np.flatnonzero(covers[int(np.argmax(width))])
    return best if len(best) > 1 else np.arange(len(level.cells))


def claimed(layout: Layout, targets: npt.NDArray[np.intp]) -> Any:
    """Log of what each target would say without error: its claims pin it, so it is sampled."""
    count = len(targets)
    rough = np.array([reading.rough()[0] for reading in layout.readings])
    start = np.array([np.median(rough[layout.target_of == t]) for t in targets])
    # In steps of the size that one claim leaves open.
    return start + CLAIMED_STEP * pm.Flat("claimed", shape=count, initval=np.zeros(count))


def ratios_of(ratios: Ratios, data: dict[str, Any], log_ratio: Any) -> Any:
    """Give log ratios their prior; what a role and a source add in common is sampled."""
    shared = shared_parts(ratios)
    pm.Deterministic("shared", shared, dims="target")
    b = log_ratio - data["ratio_shift"]
    pm.Potential("ratios", ratios.log_density(b, shared, pt))
    return pm.Deterministic("log_ratio", log_ratio, dims="target")


def shared_parts(ratios: Ratios) -> Any:
    """Components of roles and sources, added up for each target."""
    shared: Any = np.zeros(len(ratios.targets))
    if ratios.role_terms:
        terms = ratios.role_terms
        of_roles = pm.Normal("u_role", 0, 1, shape=terms)
        shared = shared + picked(of_roles, ratios.role_index, terms, ratios.role_sd)
    if ratios.source_terms:
        own, terms = _own("u_source", ratios.heavy_source), ratios.source_terms
        shared = shared + picked(own, ratios.source_index, terms, ratios.source_sd)
    return pt.as_tensor(shared)


def _own(name: str, heavy: npt.NDArray[np.bool_]) -> Any:
    """Standard Normals, or Student t where `heavy`."""
    if heavy.all():
        return pm.StudentT(name, nu=DOF, mu=0.0, sigma=1.0, shape=len(heavy))
    if not heavy.any():
        return pm.Normal(name, 0, 1, shape=len(heavy))
    some = pm.Normal(name, 0, 1, shape=int((~heavy).sum()))
    rest = pm.StudentT(f"{name}_t", nu=DOF, mu=0.0, sigma=1.0, shape=int(heavy.sum()))
    unit = np.eye(len(heavy))
    return pt.dot(unit[:, ~heavy], some) + pt.dot(unit[:, heavy], rest)


def reporting_sds(layout: Layout) -> Callable[[Any], Any]:
    """Return the reporting sds of some claims; sources with many claims learn theirs."""
    fixed = layout.reporting_sd
    if not layout.learned:
        return lambda positions: fixed[positions]
    of, many = layout.learned_of, len(layout.learned)
    still = np.where(of >= 0, 0.0, fixed)
    learned = learned_sds(layout)
    return lambda positions: picked(learned, of[positions], many) + still[positions]


def learned_sds(layout: Layout) -> Any:
    """Reporting sds that are learned."""
    prior = layout.priors.learned_sd
    log_sd = pm.Normal("log_reporting_sd", prior.mu, prior.sd, shape=len(layout.learned))
    learned = pt.sqrt(pt.exp(2 * log_sd) + SMALLEST_SD**2)
    pm.Deterministic("reporting_sd", learned)
    return learned


def anchored(
    layout: Layout,
    data: dict[str, Any],
    log_deaths: Any,
    log_ratio: Any,
    targets: npt.NDArray[np.intp],
) -> None:
    """Add the anchors; `log_ratio` is that of these targets."""
    for j, anchor in enumerate(layout.anchors):
        if anchor.cells is not None:
            place = log_of_sums(anchor.cells.astype(float)[None, :], log_deaths)[0]
        else:
            place = log_ratio[int(np.flatnonzero(targets == anchor.target)[0])]
        gap = (place - data["anchor_mean"][j]) / anchor.prior.sd
        pm.Potential(f"anchor_{j}", -0.5 * gap**2)
