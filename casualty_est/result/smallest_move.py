"""The shortest move of all priors after which the median of a count is a given number.

Moves are in prior standard deviations. The median after a move comes from a refit, or from draws
whose weights follow from the move.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise, product

import numpy as np

from casualty_est.arrays import Array
from casualty_est.result.unknowns import Assumed

Median = Callable[[Array], float]  # log of the median after moves of the priors, in sds
Limits = Sequence[tuple[float, float]]

FARTHEST = 8.0  # prior sds: beyond, no reader would follow
STEP = 0.05  # prior sds, of a derivative
CLOSE = 0.004  # of the log median
SCANNED = 4  # assumptions whose directions are tried where the answer is far from linear
COARSE = (0.0, 3.0, 5.5, FARTHEST)  # lengths at which a direction is looked at, in prior sds
STEPS = 16  # of a search for the shortest move
STARTS = 3  # crossings from which the search for the shortest move begins
LAST = 3.0  # beyond it, a number is contradicted
CLIMBS = 8  # steps of the way to the farthest median at that length
AHEAD = 0.02  # prior sds, of a derivative from one side


class Weighed:
    """The median of draws whose weights follow from moves of the priors."""

    def __init__(self, log_count: Array, assumed: Sequence[Assumed]) -> None:
        order = np.argsort(log_count, kind="stable")
        self.log_count = log_count[order]
        columns = [one.score for one in assumed if one.score is not None]
        self.scores = np.column_stack(columns)[order]
        one = np.zeros(len(log_count))
        self.curvatures = np.column_stack(
            [
                one if item.curvature is None else item.curvature
                for item in assumed
                if item.score is not None
            ]
        )[order]

    def weights(self, moves: Array) -> Array:
        """Weights of the draws, in rising order of the count."""
        logs = self.scores @ moves - 0.5 * self.curvatures @ moves**2
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())

    def quantile(self, moves: Array, at: float) -> float:
        """A quantile of the log count."""
        weights = self.weights(moves)
        return float(np.interp(at, np.cumsum(weights) - weights / 2, self.log_count))

    def __call__(self, moves: Array) -> float:
        """The log of the median."""
        return self.quantile(moves, 0.5)

    def ess(self, moves: Array) -> float:
        """How many draws the weights leave."""
        return float(1 / (self.weights(moves) ** 2).sum())

    def error(self, moves: Array) -> float:
        """Monte Carlo standard error of the log median."""
        spread = self.quantile(moves, 0.6) - self.quantile(moves, 0.4)
        return 0.5 * spread / 0.2 / math.sqrt(self.ess(moves))


def smallest(
    median: Median,
    effects: Array,
    target: float,
    limits: Limits,
    *,
    thorough: bool = True,
) -> Array | None:
    """The shortest move after which the log median is the target; None where there is none.

    Unless it is to be thorough, None also where no direction comes there within the scale of words.
    """
    gap = target - median(np.zeros(len(effects)))
    if abs(gap) < 1e-6:
        return np.zeros(len(effects))
    size = float(effects @ effects)
    if size < 1e-12:
        return None
    # If the answer were linear in the moves, this would be it.
    start = effects * gap / size
    glance = _directions(effects, SCANNED - 1)
    far = not thorough and float(start @ start) > LAST**2
    if far and not _within(median, start, glance, target, limits):
        return None
    best = _shortened(median, start, target, limits, quick=not thorough)
    if best is not None and np.linalg.norm(best) <= LAST:
        return best
    if not thorough and not _crossings(median, glance, target, limits, (0.0, LAST)):
        return None
    # So far away it may not be: begin where some directions cross the target.
    crossings = _crossings(median, _directions(effects, SCANNED), target, limits, COARSE)
    shorter = [_shortened(median, point, target, limits) for point in crossings]
    right = [point for point in (best, *crossings, *shorter) if point is not None]
    return min(right, key=lambda point: float(np.linalg.norm(point))) if right else None


def _within(
    median: Median, start: Array, directions: list[Array], target: float, limits: Limits
) -> bool:
    """Whether a move of the length `LAST` comes to the target: by the steepest way, or by others.

    On a sphere the median is farthest where its derivative points away from the centre.
    """
    side = np.sign(median(np.zeros(len(limits))) - target)
    slopes = Slopes(median, quick=True)

    def reached(moves: Array) -> bool:
        return bool(side * (slopes.value(moves) - target) <= 0)

    there = _clipped(LAST * start / np.linalg.norm(start), limits)
    for _ in range(CLIMBS):
        if reached(there):
            return True
        slope = slopes(there)
        if not slope.any():
            break
        # Half-way to where the derivative points: the whole way it may swing to and fro.
        way = there / LAST - side * slope / np.linalg.norm(slope)
        there = _clipped(LAST * way / np.linalg.norm(way), limits)
    return reached(there) or any(reached(_clipped(LAST * way, limits)) for way in directions)


def _crossings(
    median: Median,
    directions: list[Array],
    target: float,
    limits: Limits,
    lengths: Sequence[float],
) -> list[Array]:
    """The nearest points where directions cross the target, looked for outwards."""
    side = np.sign(median(np.zeros(len(limits))) - target)
    points: list[Array] = []
    for near, far in pairwise(lengths):
        for direction in directions:
            if side * (median(_clipped(far * direction, limits)) - target) > 0:
                continue
            point = along(median, direction, target, limits, (near, far))
            if point is not None:
                points.append(point)
        if len(points) >= STARTS:
            break
    return sorted(points, key=lambda point: float(np.linalg.norm(point)))[:STARTS]


def _clipped(moves: Array, limits: Limits) -> Array:
    low, high = np.array(limits).T
    return np.asarray(np.clip(moves, low, high))


def _directions(effects: Array, count: int) -> list[Array]:
    """Unit vectors: every combination of up, down and not at all for those that matter most."""
    most = np.argsort(-np.abs(effects))[:count]
    directions = []
    for signs in product((-1.0, 0.0, 1.0), repeat=len(most)):
        direction = np.zeros(len(effects))
        direction[most] = signs
        if direction.any():
            directions.append(direction / np.linalg.norm(direction))
    return directions


class Slopes:
    """The median and its derivative along a search, each point computed once."""

    def __init__(self, median: Median, *, quick: bool) -> None:
        self.median, self.quick = median, quick
        self._known: dict[bytes, float] = {}

    def value(self, moves: Array) -> float:
        """The log median."""
        key = moves.tobytes()
        if key not in self._known:
            self._known[key] = self.median(moves)
        return self._known[key]

    def __call__(self, moves: Array) -> Array:
        """Its derivative by each move; a quick one from one side, at half the cost."""
        if not self.quick:
            return gradient(self.median, moves)
        here, ahead = self.value(moves), AHEAD * np.eye(len(moves))
        return np.array([self.median(moves + by) - here for by in ahead]) / AHEAD


def _shortened(
    median: Median,
    start: Array,
    target: float,
    limits: Limits,
    *,
    quick: bool = False,
) -> Array | None:
    """The shortest move near a first guess; None where the search does not end on the target."""
    from scipy import optimize  # a fifth of a second that no fit needs

    slopes = Slopes(median, quick=quick)
    answer = optimize.minimize(
        lambda moves: 0.5 * float(moves @ moves),
        _clipped(start, limits),
        jac=lambda moves: moves,
        bounds=limits,
        constraints={
            "type": "eq",
            "fun": lambda moves: slopes.value(moves) - target,
            "jac": slopes,
        },
        method="SLSQP",
        options={"maxiter": STEPS // 2 if quick else STEPS, "ftol": 1e-4},
    )
    moves = np.asarray(answer.x)
    if not np.isfinite(moves).all() or np.linalg.norm(moves) > FARTHEST:
        return None
    return moves if abs(slopes.value(moves) - target) < CLOSE else None


def gradient(median: Median, moves: Array) -> Array:
    """Derivative of the log median by each move, from both sides."""
    slopes = np.empty(len(moves))
    for j in range(len(moves)):
        by = np.zeros(len(moves))
        by[j] = STEP
        slopes[j] = (median(moves + by) - median(moves - by)) / (2 * STEP)
    return slopes


def along(
    median: Median,
    direction: Array,
    target: float,
    limits: Limits,
    lengths: Sequence[float],
) -> Array | None:
    """The first point in one direction where the log median is the target."""
    from scipy import optimize

    def at(length: float) -> Array:
        return _clipped(length * direction, limits)

    def gap(length: float) -> float:
        return median(at(length)) - target

    edges = [0.0, *lengths, FARTHEST]
    start = gap(0.0)
    for near, far in pairwise(edges):
        if start * gap(far) <= 0:
            return at(float(optimize.brentq(gap, near, far, xtol=0.005)))
    return None
