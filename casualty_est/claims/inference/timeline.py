"""Draws of a claims model over time: paths of counts, of ratios, and what is not yet stated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.model.delays import Delayed, admitted, delay_nodes
from casualty_est.claims.model.layout import Layout
from casualty_est.claims.model.timeline import PROFILE_DF, SHORT_SPREAD, Timeline, shares

if TYPE_CHECKING:
    from casualty_est.claims.model.model import ClaimsModel

Array = npt.NDArray[np.float64]
BLOCK = 256  # draws worked on at a time


def followed(model: ClaimsModel) -> list[int]:
    """Estimates that have a path: those whose window is the whole grid."""
    timeline = model.layout.timeline
    assert timeline is not None
    span = timeline.grid.start, timeline.grid.end
    return [i for i, row in enumerate(model.rows) if (row.start, row.end) == span]


def increments(layout: Layout, log_deaths: Array, walk: Array | None) -> Array:
    """Deaths (draw, cell, step), of log counts (draw, cell) and walks (draw, profile, term)."""
    assert layout.timeline is not None
    base = layout.grid.base
    counts = np.exp(log_deaths)
    of_base = counts[:, :base, None] * shares(layout.timeline, base, walk)
    deaths = np.empty((*counts.shape, of_base.shape[-1]))
    deaths[:, :base] = of_base
    for position in range(base, counts.shape[1]):
        parents = list(layout.grid.cells[position].parent)
        held = counts[:, position] / counts[:, parents].sum(axis=1)
        deaths[:, position] = deaths[:, parents].sum(axis=1) * held[:, None]
    return deaths


def expected(layout: Layout, log_deaths: Array, log_ratio: Array, extra: dict[str, Array]) -> Array:
    """Log of what each claim would say without error (draw, claim)."""
    timeline = layout.timeline
    assert timeline is not None
    inside = increments(layout, log_deaths, extra.get("walk"))
    windows = np.broadcast_to(timeline.windows, (len(log_deaths), *timeline.windows.shape)).copy()
    for k, source in enumerate(timeline.delayed):
        windows[:, source.windows] = _admitted(source, source, extra, k, slice(None))
    logs = np.empty((len(log_deaths), len(layout.claims)))
    for i, target in enumerate(layout.target_of):
        per_step = np.einsum("c,dcs->ds", layout.cover[target], inside)
        logs[:, i] = np.log((per_step * windows[:, timeline.window_of[i]]).sum(axis=1))
    logs += log_ratio[:, layout.target_of]
    if "wander" in extra:
        logs += extra["wander"] @ timeline.wander.load.T
    return logs


def prior_terms(layout: Layout, draws: int, rng: np.random.Generator) -> dict[str, Array]:
    """Draw walks, wandering terms, delays and the extra sd of short windows from their priors."""
    timeline = layout.timeline
    assert timeline is not None
    terms: dict[str, Array] = {}
    shape = len(timeline.profiled), len(timeline.basis)
    if shape[0] and shape[1]:
        scale = PROFILE_DF / rng.chisquare(PROFILE_DF, (draws, shape[0], 1))
        terms["walk"] = timeline.path_sd * np.sqrt(scale) * rng.normal(size=(draws, *shape))
    if timeline.wander.terms:
        terms["wander"] = rng.normal(size=(draws, timeline.wander.terms))
    for k, source in enumerate(timeline.delayed):
        if not source.delay.fixed:
            log_median = np.log(source.delay.median)
            terms[f"log_delay_{k}"] = rng.normal(log_median, source.delay.sd, draws)
    if timeline.short_learned:
        median = np.log(layout.priors.over_time.short_sd)
        terms["short_sd"] = np.exp(rng.normal(median, SHORT_SPREAD, draws))
    return terms


def paths(model: ClaimsModel, draws: Draws) -> dict[str, Any]:
    """Paths of every draw."""
    layout, timeline = model.layout, model.layout.timeline
    assert timeline is not None
    shape = draws.log_ratio.shape[:2]
    count, steps = shape[0] * shape[1], timeline.grid.steps
    # All draws, with chains one after the other.
    arrays = {"log_deaths": draws.log_deaths, "log_ratio": draws.log_ratio, **draws.extra}
    flat = {name: value.reshape(-1, *value.shape[2:]) for name, value in arrays.items()}
    place = {source.source: k for k, source in enumerate(timeline.delayed)}
    late = [  # targets of sources with a delay, and which of them it is
        (t, place[target.source])
        for t, target in enumerate(layout.ratios.targets)
        if target.source in place and target.level == "total"
    ]
    cells = np.array([model.rows[i].cells for i in followed(model)], dtype=float)
    path = np.empty((count, len(cells), steps), dtype=np.float32)
    ratio = np.empty((count, len(layout.ratios.targets), steps), dtype=np.float32)
    to_come = np.empty((count, len(late), steps), dtype=np.float32)
    stated = [_stated(timeline, source) for source in timeline.delayed]
    for start in range(0, count, BLOCK):
        part = slice(start, min(start + BLOCK, count))
        walk = flat["walk"][part] if "walk" in flat else None
        inside = increments(layout, flat["log_deaths"][part], walk)
        path[part] = np.cumsum(np.einsum("rc,dcs->drs", cells, inside, optimize=True), axis=-1)
        moved = _drifts(layout, timeline, flat, part)
        ratio[part] = flat["log_ratio"][part][..., None] + moved
        for i, (target, k) in enumerate(late):
            true = np.einsum("c,dcs->ds", layout.cover[target], inside)
            weights = _admitted(timeline.delayed[k], stated[k], flat, k, part)
            every = np.broadcast_to(weights, (len(true), steps, steps))
            given = np.einsum("dts,ds->dt", every, true)
            whole = np.cumsum(true, axis=1)
            with np.errstate(divide="ignore"):
                ratio[part, target] += np.log(given / whole)
            final = np.exp(flat["log_ratio"][part, target])[:, None]
            to_come[part, i] = final * (whole - given)
    drawn: dict[str, Any] = {
        "path": path.reshape(*shape, *path.shape[1:]),
        "ratio_path": ratio.reshape(*shape, *ratio.shape[1:]),
        "delayed_targets": [target for target, _ in late],
    }
    if late:
        drawn["still_to_come"] = to_come.reshape(*shape, *to_come.shape[1:])
    estimated = [k for k in range(len(timeline.delayed)) if f"log_delay_{k}" in flat]
    if estimated:
        days = [np.exp(draws.extra[f"log_delay_{k}"]) for k in estimated]
        drawn["delay_days"] = np.stack(days, axis=-1)
        drawn["estimated"] = [timeline.delayed[k].source for k in estimated]
    return drawn


def _drifts(layout: Layout, timeline: Timeline, flat: dict[str, Array], part: slice) -> Array:
    """What drifts add to each log ratio at the end of each step, of shape (draw, target, step)."""
    wander = timeline.wander
    drifting = [i for i, kind in enumerate(wander.kinds) if kind == "drift"]
    targets = layout.ratios.targets
    moved = np.zeros((len(flat["log_ratio"][part]), len(targets), timeline.grid.steps))
    for t, target in enumerate(targets):
        mine = [i for i in drifting if wander.owners[i] == target.source]
        if mine:
            moved[:, t] = flat["wander"][part][:, mine] @ wander.on_grid[:, mine].T
    return moved


def _stated(timeline: Timeline, source: Delayed) -> Delayed:
    """Share of each step's deaths that the source had stated by the last day of every step."""
    grid = timeline.grid
    nodes = [delay_nodes(grid, grid.start, day, day) for day in grid.last_days]
    lags, share = (np.array(part) for part in zip(*nodes, strict=True))
    return Delayed(source.source, source.delay, np.arange(len(nodes)), lags, share)


def _admitted(
    source: Delayed, stated: Delayed, flat: dict[str, Array], k: int, part: slice
) -> Array:
    """The same for every draw, of shape (draw or 1, day, step)."""
    name = f"log_delay_{k}"
    if name not in flat:
        return stated.weights(float(np.log(source.delay.median)))[None]
    medians = flat[name][part].reshape(-1, 1, 1)
    weights = np.zeros((len(medians), *stated.lags.shape[:2]))
    for node in range(stated.lags.shape[-1]):
        lags, share = stated.lags[..., node], stated.shares[..., node]
        weights += admitted(lags, medians, source.delay.shape) * share
    return weights
