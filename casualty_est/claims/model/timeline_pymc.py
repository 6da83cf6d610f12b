"""The claims model over time as a PyMC model.

What is sampled is what the data pin: the log of what each source has claimed in all, and from it
and the counts the log ratio is derived, whose joint prior is Normal with all shared components
integrated out. A profile has its Karhunen-Loeve coefficients, with their unknown scale integrated
out. So no scale multiplies a free parameter, and the sampler meets few ridges.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.tensor as pt

from casualty_est.arrays import Array
from casualty_est.claims.model.delays import Delayed, delay_series
from casualty_est.claims.model.kernels import on_data, stack
from casualty_est.claims.model.layout import Layout, Level
from casualty_est.claims.model.pymc_model import (
    coords_of,
    data_of,
    learned_sds,
    level_counts,
    log_counts,
    one_hot,
    ratios_of,
)
from casualty_est.claims.model.timeline import PROFILE_DF, SHORT_SPREAD, Timeline
from casualty_est.claims.model.timeline_start import (
    coordinates,
    counts_start,
    find_start,
    first_counts,
)
from casualty_est.quantity.hedges.readings import Reading

Ints = npt.NDArray[np.intp]

# From so many cells the data know the spread of their sizes well, and each is sampled as it is.
CENTRED_FROM = 6
MANY_LOADS = 20_000


def build(layout: Layout, *, packed: bool = False) -> pm.Model:
    """Build the PyMC model of a layout with a timeline."""
    timeline = layout.timeline
    assert timeline is not None
    with pm.Model(coords=coords_of(layout)) as model:
        data = data_of(layout, packed=packed)
        free = _Free(layout, timeline, data["start"])
        log_deaths = log_counts(layout, data, free.counts)
        order, stacked = _stacked(layout)
        spots, (of_claims, of_ratios, of_anchors) = _spots(layout, timeline, order)
        logs = pt.log(_amounts(layout, timeline, log_deaths, free.walk, spots))
        log_ratio = ratios_of(layout.ratios, data, _log_ratios(timeline, logs[of_ratios], free))
        expected = logs[of_claims] + log_ratio[layout.target_of[order]]
        if free.terms is not None:
            expected = expected + _loaded(timeline.wander.load[order], free.terms)
        pm.Deterministic("expected", expected[np.argsort(order)])
        sds = _reporting_sds(layout, timeline, order)
        for kind, (start, stop, reading) in stacked.items():
            said = on_data(reading, data)
            density = said.log_density(expected[start:stop], sds[start:stop], pt)
            pm.Potential(f"claims_{kind}", (data[f"{kind}_weight"] * density).sum())
        _anchors(layout, timeline, data, logs[of_anchors], log_ratio)
    return model


def _stacked(layout: Layout) -> tuple[Ints, dict[str, tuple[int, int, Reading]]]:
    """Claims ordered by kind; where each kind starts and stops, and its reading."""
    order: list[int] = []
    places = {}
    for kind, (positions, reading) in stack(layout.readings).items():
        places[kind] = (len(order), len(order) + len(positions), reading)
        order += [int(i) for i in positions]
    return np.array(order, dtype=np.intp), places


def _spots(layout: Layout, timeline: Timeline, order: Ints) -> tuple[tuple[Ints, Ints], list[Ints]]:
    """Which windows and labels are spoken of together; and by claims, ratios and anchors."""
    width = len(timeline.labels)
    on_count = timeline.anchor_window >= 0
    wanted = [
        timeline.window_of[order] * width + timeline.label_of[layout.target_of[order]],
        timeline.reference * width + timeline.label_of,
        timeline.anchor_window[on_count] * width + timeline.anchor_label[on_count],
    ]
    spots, places = np.unique(np.concatenate(wanted), return_inverse=True)
    return np.divmod(spots, width), np.split(places, np.cumsum([len(part) for part in wanted])[:-1])


class _Free:
    """Walks, wandering terms and claimed totals, in coordinates that the data scale alike."""

    def __init__(self, layout: Layout, timeline: Timeline, start: Any) -> None:
        begun = find_start(layout)
        self.sums = timeline.sum_paths
        ends = np.cumsum([0, begun.place.size, begun.scale.size, begun.of_sum.size])
        place, scale, self.of_sum = (
            start[low:high].reshape(part.shape)
            for low, high, part in zip(
                ends[:-1], ends[1:], (begun.place, begun.scale, begun.of_sum), strict=True
            )
        )
        away: Any = np.zeros(())
        if self.sums is not None:
            still = np.zeros(len(self.sums.parts) - 1)
            apart = pm.Flat("contrast", shape=len(still), initval=still)
            self.contrast = self.of_sum[1:] + apart
            away = apart[0]
        middle, factor, log_volume = coordinates(begun.place.shape, place, scale, away, pt)
        size = begun.place.shape[1]
        values = middle + pt.dot(factor, pm.Flat("steady", shape=size, initval=np.zeros(size)))
        if begun.place.shape[0] > 1:
            pm.Potential("volume", log_volume)
        walks, terms = len(timeline.profiled) * len(timeline.basis), timeline.wander.terms
        shape = len(timeline.profiled), len(timeline.basis)
        self.walk = self._walk(values[:walks].reshape(shape)) if walks else None
        self.terms = pm.Deterministic("wander", values[walks : walks + terms]) if terms else None
        self.claimed = values[walks + terms :]
        if self.terms is not None:
            pm.Potential("wander_prior", -0.5 * (self.terms**2).sum())
        if self.walk is not None:
            distance = (self.walk**2).sum(axis=1) / (PROFILE_DF * timeline.path_sd**2)
            weight = -0.5 * (PROFILE_DF + len(timeline.basis))
            pm.Potential("profile", weight * pt.log1p(distance).sum())

    def _walk(self, free: Any) -> Any:
        if self.sums is not None:
            self.rates = self.sums.rates(free, self.contrast, pt)
            free = self.sums.walks(free, self.rates, pt)
        return pm.Deterministic("walk", free)

    def counts(self, layout: Layout, k: int, mean: Any) -> tuple[Any, Any]:
        """Log counts of the cells of one level, and the score of its prior."""
        level = layout.levels[k]
        if level.kind == "total" and self.sums is not None:
            return self._of_sum(layout, level, mean)
        if len(level.cells) < CENTRED_FROM:
            return level_counts(layout, k, mean)
        return _centred(layout, level, mean)

    def _of_sum(self, layout: Layout, level: Level, mean: Any) -> tuple[Any, Any]:
        """Counts of a sum and of cells outside of it, sampled as they are; its parts follow."""
        assert self.sums is not None
        parts, count = self.sums.parts, len(level.cells)
        log_sum = self.of_sum[0] + pm.Flat("log_sum", shape=1, initval=np.zeros(1))
        logs = pt.dot(
            one_hot(parts, count).T, log_sum + self.sums.log_parts(self.walk, self.rates, pt)
        )
        outside = np.setdiff1d(np.arange(count), parts)
        if len(outside):
            start = first_counts(layout)[level.cells[outside]]
            alone = start + pm.Flat("log_alone", shape=len(outside), initval=np.zeros(len(outside)))
            logs = logs + pt.dot(one_hot(outside, count).T, alone)
        # The sd of the sizes is summed out: over nodes that are even in its log.
        log_sd, log_weight = offset_nodes(layout.priors.offset_sd)
        middle = logs.mean()
        variance = level.prior.sd**2 + np.exp(2 * log_sd) / count
        away = ((logs - middle) ** 2).sum() * np.exp(-2 * log_sd)
        gap = (middle - mean[0]) ** 2 / variance
        terms = log_weight - 0.5 * (gap + np.log(variance) + away) - (count - 1) * log_sd
        most = terms.max()
        weight = pt.exp(terms - most)
        pm.Potential(f"sizes_{level.kind}", most + pt.log(weight.sum()))
        return logs, (middle - mean) * (weight / variance).sum() / weight.sum()


def offset_nodes(scale: float) -> tuple[Array, Array]:
    """Logs of sds of sizes, and the logs of their weights under a half-normal prior."""
    log_sd = math.log(scale) + np.arange(math.log(5e-3), math.log(6), 0.1)
    return log_sd, log_sd - 0.5 * np.exp(2 * (log_sd - math.log(scale)))


def _loaded(load: Array, terms: Any) -> Any:
    """What the terms add to every claim, each of which has few of them: load (claim, term)."""
    if load.size < MANY_LOADS:  # a product, whose gradient compiles sooner
        return pt.dot(load, terms)
    most = int((load != 0).sum(axis=1).max())
    mine = np.argsort(load == 0, axis=1, kind="stable")[:, :most]
    return (np.take_along_axis(load, mine, axis=1) * terms[mine]).sum(axis=1)


def _amounts(
    layout: Layout, timeline: Timeline, log_deaths: Any, walk: Any, spots: tuple[Ints, Ints]
) -> Any:
    """Deaths behind some labels within some windows: those at `spots`, of shape (spot,)."""
    base = layout.grid.base
    share = _shares(layout, timeline, walk)
    within = pt.dot(_windows(timeline), share.T)
    totals = pt.exp(log_deaths[:base])
    if base == 1:
        totals = totals[0]
    columns = within * totals
    if len(layout.grid.cells) > base:
        part = pm.modelcontext(None)["share_logit"]
        for place, parents in layout.grid.generations():
            held = pt.sigmoid(part[place])
            columns = pt.concatenate([columns, pt.dot(columns, parents.T) * held], axis=1)
    window, label = spots
    return (columns[window] * timeline.labels[label]).sum(axis=1)


def _shares(layout: Layout, timeline: Timeline, walk: Any) -> Any:
    """Share of each base cell's deaths that falls in each step, of shape (cell, step)."""
    base, profiles = layout.grid.base, len(timeline.profiled)
    even = np.tile(timeline.grid.days / timeline.grid.days.sum(), (base, 1))
    if walk is None:
        return pt.as_tensor(even)
    log_share = pt.dot(walk, timeline.basis) + np.log(timeline.grid.days)
    share = pt.exp(log_share - pt.max(log_share, axis=1, keepdims=True))
    share = share / share.sum(axis=1, keepdims=True)
    if profiles == base:
        return share
    place = one_hot(timeline.profiled, base).T
    still = np.ones(base)
    still[timeline.profiled] = 0
    return pt.dot(place, share) + still[:, None] * even


def _windows(timeline: Timeline) -> Any:
    """Share of each step that every window holds, and of it what was stated by its day."""
    windows: Any = timeline.windows.copy()
    sampled = []
    for k, source in enumerate(timeline.delayed):
        if source.delay.fixed:
            windows[source.windows] = source.weights(math.log(source.delay.median))
        else:
            sampled.append((source, _delayed(source, k)))
    for source, weights in sampled:
        windows = windows + pt.dot(one_hot(source.windows, len(timeline.windows)).T, weights)
    return windows


def _delayed(source: Delayed, k: int) -> Any:
    """Stated share of each step for a source whose median delay is not known."""
    # A smooth function of one number: a Chebyshev series stands for thousands of powers.
    delay = source.delay
    log_median = pm.Normal(f"log_delay_{k}", math.log(delay.median), delay.sd)
    series, reach = delay_series(source)
    place = pt.clip((log_median - math.log(delay.median)) / reach, -1.0, 1.0)
    terms = [pt.ones_like(place), place]
    while len(terms) < len(series):
        terms.append(2 * place * terms[-1] - terms[-2])
    flat = pt.dot(pt.stack(terms), series.reshape(len(series), -1))
    return flat.reshape(series.shape[1:])


def _log_ratios(timeline: Timeline, log_true: Any, free: _Free) -> Any:
    """Log ratios of all targets: of what they claimed to what was true."""
    log_ratio = free.claimed - log_true
    if free.terms is None:
        return log_ratio
    # The mean of slow errors over the claims of each target is no part of what it claimed.
    return log_ratio - pt.dot(timeline.wander.centre, free.terms)


def _centred(layout: Layout, level: Level, mean: Any) -> tuple[Any, Any]:
    """Log counts of many cells, each sampled as it is."""
    count = len(level.cells)
    sd = pm.HalfNormal(f"offset_sd_{level.kind}", layout.priors.offset_sd)
    start, scale = counts_start(layout, level)
    steady = pm.Flat(f"cells_{level.kind}", shape=count, initval=np.zeros(count))
    logs = start + pt.dot(scale, steady)
    variance = level.prior.sd**2 + sd**2 / count
    middle = logs.mean()
    away = ((logs - middle) ** 2).sum() / sd**2
    gap = -0.5 * (middle - mean[0]) ** 2 / variance
    sizes = gap - 0.5 * pt.log(variance) - 0.5 * away - (count - 1) * pt.log(sd)
    pm.Potential(f"sizes_{level.kind}", sizes)
    return logs, ((middle - mean) / variance)


def _reporting_sds(layout: Layout, timeline: Timeline, order: Ints) -> Any:
    """Reporting sd of every claim in that order; sources with many claims learn theirs."""
    sds: Any = layout.reporting_sd[order]
    if layout.learned:
        # The last entry stands for sources whose sd is fixed.
        learned = pt.concatenate([learned_sds(layout), np.zeros(1)])[layout.learned_of[order]]
        sds = learned + np.where(layout.learned_of[order] < 0, sds, 0.0)
    short = timeline.short[order]
    if not short.any():
        return sds
    extra: Any = layout.priors.over_time.short_sd
    if timeline.short_learned:
        median = math.log(layout.priors.over_time.short_sd)
        extra = pm.LogNormal("short_sd", median, SHORT_SPREAD)
    return pt.sqrt(sds**2 + short * extra**2)


def _anchors(
    layout: Layout, timeline: Timeline, data: dict[str, Any], on_counts: Any, log_ratio: Any
) -> None:
    if not layout.anchors:
        return
    counted = [int(j) for j in np.flatnonzero(timeline.anchor_window >= 0)]
    places = [
        log_ratio[anchor.target] if anchor.target is not None else on_counts[counted.index(j)]
        for j, anchor in enumerate(layout.anchors)
    ]
    anchored = pm.Deterministic("anchored", pt.stack(places))
    sds = np.array([anchor.prior.sd for anchor in layout.anchors])
    pm.Potential("anchors", -0.5 * (((anchored - data["anchor_mean"]) / sds) ** 2).sum())
