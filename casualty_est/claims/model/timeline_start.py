"""Where the sampler starts in a model over time, and in which directions it looks.

Restated totals pin some combinations of profiles, slow errors and claimed totals a hundred times
better than others. A few Gauss-Newton steps find the mode, and the inverse of the information there
is what the sampler's coordinates are scaled with, so that it takes tens of steps and not hundreds.
Neither changes the model: the sampler corrects whatever is wrong in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.arrays import Array
from casualty_est.claims.model.layout import Layout, Level
from casualty_est.claims.model.timeline import PROFILE_DF, Timeline, shares
from casualty_est.quantity.hedges.readings import Reading

Ints = npt.NDArray[np.intp]

STEPS = 20
HALVINGS = 8
INFORMATION = 5 / 7  # of Student's t with 4 degrees of freedom about its location, times the sd^2
SD_RANGE = (0.02, 0.8)
FOLLOWED = 9  # terms of the series by which a mode follows the contrast of two parts,
WITHIN = 1.5  # which is bounded softly to about this far to either side
WEAK = 1e-2  # precision on what each target claimed, for targets that nothing pins


@dataclass(frozen=True, slots=True)
class Start:
    """A mode, and the covariance round it, of walks, wandering terms and logs of claimed totals.

    Where a sum has two parts both depend on how it is divided: how tightly the parts are pinned
    does. They are Chebyshev series in a bounded function of the contrast of the parts; of factors
    it is the logs of their diagonals that are series. One term alone is place and factor as such.
    """

    place: Array  # (term, parameter)
    scale: Array  # (term, parameter, parameter): Cholesky factors of the covariance
    of_sum: Array  # log of a sum that has a path, and logs of its parts against the first

    @property
    def whole(self) -> Array:
        """All of it, as the model takes it."""
        return np.concatenate([self.place.ravel(), self.scale.ravel(), self.of_sum])


def coordinates(
    shape: tuple[int, ...], place: Any, scale: Any, away: Any, xp: Any
) -> tuple[Any, Any, Any]:
    """Place, factor and log determinant of a start, where the contrast is `away` from its own.

    shape: Of `place`: (term, parameter).
    """
    count, size = shape
    if count == 1:
        return place[0], scale[0], 0.0
    x = xp.tanh(away / WITHIN)
    terms = [0.0 * x + 1.0, x]
    while len(terms) < count:
        terms.append(2 * x * terms[-1] - terms[-2])
    basis = xp.stack(terms[:count])
    factor = xp.dot(basis, scale.reshape((count, size * size))).reshape((size, size))
    log_diagonal = (factor * np.eye(size)).sum(axis=1)
    below = factor * np.tri(size, k=-1)
    return xp.dot(basis, place), below + np.eye(size) * xp.exp(log_diagonal), log_diagonal.sum()


def find_start(
    layout: Layout, readings: Sequence[Reading] | None = None, weights: Array | None = None
) -> Start:
    """Find the mode of a model over time, given counts that fit the claims; weights (claim,)."""
    search = _Search(layout, readings or layout.readings, weights)
    of_sum = search.contrast
    if len(search.parts):
        # Who is expected to state half of it is taken to do so.
        ratio = float(np.median([np.log(t.prior.quantile(0.5)) for t in layout.ratios.targets]))
        of_sum = np.concatenate([[np.log(search.parts.sum()) - ratio], of_sum])
    y = _climb(search, search.begin, learn=True)
    sums = search.timeline.sum_paths
    if sums is None or len(search.contrast) != 1 or not sums.followed:
        return Start(y[None], _factor(search, y)[None], of_sum)
    nodes = np.cos(np.pi * (np.arange(FOLLOWED) + 0.5) / FOLLOWED)
    places: dict[int, Array] = {}
    begun, factors = search.contrast, {}
    for k in np.argsort(np.abs(nodes), kind="stable"):
        nearest = min(places, key=lambda one: abs(nodes[one] - nodes[k]), default=None)
        search.contrast = begun + WITHIN * np.arctanh(nodes[k])
        places[int(k)] = _climb(search, y if nearest is None else places[nearest], learn=False)
        factors[int(k)] = _with_logs(_factor(search, places[int(k)]))
    series = np.polynomial.chebyshev.chebvander(nodes, FOLLOWED - 1).T
    series *= np.where(np.arange(FOLLOWED) == 0, 1.0, 2.0)[:, None] / FOLLOWED
    order = range(FOLLOWED)
    place = np.tensordot(series, np.array([places[k] for k in order]), axes=1)
    return Start(place, np.tensordot(series, np.array([factors[k] for k in order]), axes=1), of_sum)


def _climb(search: _Search, y: Array, *, learn: bool) -> Array:
    """Gauss-Newton steps to the mode."""
    for _ in range(STEPS):
        gap, jacobian = search.gaps(y)
        if learn:
            search.learn_sds(gap)
        gradient, information = search.system(y, gap, jacobian)
        step = np.linalg.solve(information, gradient)
        value = search.objective(y)
        for halving in range(HALVINGS):
            there = y + step / 2**halving
            higher = search.objective(there)
            if higher > value:
                break
        else:
            break
        y = there
        if higher - value < 1e-3:
            break
    return y


def _factor(search: _Search, y: Array) -> Array:
    """Cholesky factor of the covariance."""
    _, jacobian = search.gaps(y)
    return np.asarray(np.linalg.cholesky(np.linalg.inv(search.information(y, jacobian))))


def _with_logs(factor: Array) -> Array:
    """A factor with the logs of its diagonal in their place."""
    logs = factor.copy()
    np.fill_diagonal(logs, np.log(np.diag(factor)))
    return logs


def counts_start(layout: Layout, level: Level) -> tuple[Array, Array]:
    """Where log counts of many cells start, and the Cholesky factor of their covariance."""
    ratios, cells = layout.ratios, level.cells
    start = first_counts(layout)
    held = layout.cover * np.exp(start)
    slope = (held / held.sum(axis=1, keepdims=True))[:, cells]
    prior = ratios.covariance()
    # A completeness moves its log ratio by the share that is missed.
    factor = np.where(ratios.logit, special.expit(-ratios.mu), 1.0)
    covariance = prior * np.outer(factor, factor)
    count = len(cells)
    spread = max(float(start[cells].std()), 0.5)
    centring = np.eye(count) - 1 / count
    precision = slope.T @ np.linalg.solve(covariance, slope) + centring / spread**2
    precision += np.full((count, count), 1 / (count * level.prior.sd) ** 2)
    return start[cells], np.linalg.cholesky(np.linalg.inv(precision))


class _Search:
    """Log posterior of profiles, wandering terms and claimed totals, with the counts held."""

    def __init__(self, layout: Layout, readings: Sequence[Reading], weights: Array | None) -> None:
        assert layout.timeline is not None
        self.layout = layout
        self.timeline: Timeline = layout.timeline
        self.readings = readings
        self.z, self.extra = (np.array(v) for v in zip(*(r.rough() for r in readings), strict=True))
        self.weights = np.ones(len(readings)) if weights is None else weights
        self.sds = layout.reporting_sd.copy()
        self.profiles, self.terms = len(self.timeline.profiled), len(self.timeline.basis)
        self.walks = self.profiles * self.terms
        self.wander = self.timeline.wander.terms
        self.counts = self._counts()
        self.parts = first_parts(layout, self.readings)
        self.contrast = np.log(self.parts[1:] / self.parts[:1])
        self.windows = self.timeline.windows.copy()
        for source in self.timeline.delayed:
            self.windows[source.windows] = source.weights(float(np.log(source.delay.median)))
        self.first = self.walks + self.wander  # where the claimed totals begin
        self.begin = np.concatenate([np.zeros(self.first), first_claimed(layout, readings)])

    def _counts(self) -> Array:
        """Deaths of each base cell behind each label, of shape (label, base cell)."""
        grid = self.layout.grid
        counts = np.exp(first_counts(self.layout, self.readings)[: grid.base])
        return np.asarray((self.timeline.labels @ grid.of_base()) * counts)

    def _logs(self, free: Array) -> tuple[Array, Array]:
        """Log of what each claim's window holds of its label, and its slope in `free`."""
        timeline, layout, sums = self.timeline, self.layout, self.timeline.sum_paths
        walk, counts = free, self.counts
        # Slope of the log of all deaths of a profile in its walk, or of the sum that it is part of.
        own = np.eye(self.profiles)
        if sums is not None:
            rates = sums.rates(free, self.contrast, np)
            walk = np.asarray(sums.walks(free, rates, np))
            cells = timeline.profiled[sums.parts]
            inside = np.exp(sums.log_parts(walk, rates, np))
            counts = self.counts.copy()
            counts[:, cells] *= inside * self.parts.sum() / self.parts
            own[np.ix_(sums.parts, sums.parts)] = inside
        share = shares(timeline, layout.grid.base, walk[None])[0]
        within = self.windows @ share.T
        window, label = timeline.window_of, timeline.label_of[layout.target_of]
        reference = timeline.reference[layout.target_of]
        whole = share[timeline.profiled] @ timeline.basis.T
        logs, slopes = [], []
        for rows in (window, reference):
            parts = counts[label] * within[rows]
            total = np.maximum(parts.sum(axis=1), 1e-300)
            logs.append(np.log(total))
            part = (parts / total[:, None])[:, timeline.profiled]
            slope = np.zeros((len(rows), self.profiles, self.terms))
            for k, cell in enumerate(timeline.profiled):
                weighted = self.windows * share[cell]
                inside_window = (weighted @ timeline.basis.T) / np.maximum(within[:, cell], 1e-300)[
                    :, None
                ]
                slope[:, k] = part[:, k, None] * inside_window[rows]
                slope[:, k] -= (part @ own[:, k])[:, None] * whole[k]
            if sums is not None:
                slope = sums.slopes(free, rates, slope, part - part @ own)
            slopes.append(slope.reshape(len(rows), -1))
        return logs[0] - logs[1], slopes[0] - slopes[1]

    def _walk(self, y: Array) -> Array:
        return y[: self.walks].reshape(self.profiles, self.terms)

    def gaps(self, y: Array) -> tuple[Array, Array]:
        """Stated minus expected, and the slope of what is expected."""
        target_of = self.layout.target_of
        load = self.timeline.wander.load - self.timeline.wander.centre[target_of]
        logs, slope = self._logs(self._walk(y))
        expected = y[self.first + target_of] + load @ y[self.walks : self.first] + logs
        chosen = np.eye(len(self.layout.ratios.targets))[target_of]
        return self.z - expected, np.hstack([slope, load, chosen])

    def _spread(self) -> Array:
        return np.asarray(np.hypot(self.sds, self.extra))

    def learn_sds(self, gap: Array) -> None:
        """Guess the reporting sd of sources that learn theirs from their gaps."""
        layout = self.layout
        for position in range(len(layout.learned)):
            mine = (layout.learned_of == position) & (self.weights > 0) & ~self.timeline.short
            if mine.sum() >= 3:
                guess = 1.35 * float(np.median(np.abs(gap[mine])))
                self.sds[layout.learned_of == position] = np.clip(guess, *SD_RANGE)
        wider = np.maximum(self.extra, layout.priors.over_time.short_sd)
        self.extra = np.where(self.timeline.short, wider, self.extra)

    def objective(self, y: Array) -> float:
        gap, _ = self.gaps(y)
        u = gap / self._spread()
        fit = -2.5 * np.log1p(u * u / 4)
        return float((self.weights * fit).sum() + self._prior(y))

    def _prior(self, y: Array) -> float:
        size = (self._walk(y) ** 2).sum(axis=1) / (PROFILE_DF * self.timeline.path_sd**2)
        terms = y[self.walks : self.first]
        away = y[self.first :] - self.begin[self.first :]
        on_walk = -0.5 * (PROFILE_DF + self.terms) * np.log1p(size).sum()
        return float(on_walk - 0.5 * terms @ terms - 0.5 * WEAK * away @ away)

    def _precision(self, y: Array) -> Array:
        size = PROFILE_DF * self.timeline.path_sd**2 + (self._walk(y) ** 2).sum(axis=1)
        on_walk = np.repeat((PROFILE_DF + self.terms) / size, self.terms)
        claimed = np.full(len(y) - self.first, WEAK)
        return np.concatenate([on_walk, np.ones(self.wander), claimed])

    def system(self, y: Array, gap: Array, jacobian: Array) -> tuple[Array, Array]:
        """Gradient, and the information of iteratively re-weighted least squares."""
        spread = self._spread()
        pull = self.weights * 1.25 / (spread**2 * (1 + (gap / spread) ** 2 / 4))
        precision = self._precision(y)
        away = y.copy()
        away[self.first :] -= self.begin[self.first :]
        gradient = jacobian.T @ (pull * gap) - precision * away
        return gradient, (jacobian.T * pull) @ jacobian + np.diag(precision)

    def information(self, y: Array, jacobian: Array) -> Array:
        """Expected information of the claims, and that of the prior."""
        weight = self.weights * INFORMATION / self._spread() ** 2
        return np.asarray((jacobian.T * weight) @ jacobian + np.diag(self._precision(y)))


def first_claimed(layout: Layout, readings: Sequence[Reading] | None = None) -> Array:
    """Log of what each target claimed over its widest window, for a place to start from."""
    assert layout.timeline is not None
    readings, window_of = readings or layout.readings, layout.timeline.window_of
    logs = np.zeros(len(layout.ratios.targets))
    for t, widest in enumerate(layout.timeline.reference):
        mine = np.flatnonzero((layout.target_of == t) & (window_of == widest))
        logs[t] = np.median([readings[int(i)].rough()[0] for i in mine])
    return logs


def first_parts(layout: Layout, readings: Sequence[Reading] | None = None) -> Array:
    """Counts (part,) of the parts of a sum that has a path of its own; none without one."""
    assert layout.timeline is not None
    sums = layout.timeline.sum_paths
    if sums is None:
        return np.zeros(0)
    return np.asarray(np.exp(first_counts(layout, readings)[layout.timeline.profiled[sums.parts]]))


def first_counts(layout: Layout, readings: Sequence[Reading] | None = None) -> Array:
    """Log counts that fit what was claimed of each cell, shared out where it is a sum."""
    claimed = first_claimed(layout, readings)
    logs = np.full(len(layout.grid.cells), np.log(10.0))
    width = layout.cover.sum(axis=1)
    for cell, speaks in enumerate(layout.cover.T > 0):
        if speaks.any():
            chosen = speaks & (width == width[speaks].min())
            logs[cell] = np.median(claimed[chosen] - np.log(width[chosen]))
    return logs
