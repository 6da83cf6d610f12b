"""The contradiction radius: how wrong all assumptions together must be for another answer.

The radius of n is the length, in prior standard deviations, of the smallest joint move of all
priors after which the median is n: the distance that Hasofer and Lind (1974) take for the
reliability of a structure. It is found on refits where a model is there and a refit is exact, and
else by weighing the draws: a prior that moves multiplies each draw by a known factor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pydantic.dataclasses import dataclass

from casualty_est.result.call import progress_bar
from casualty_est.result.schema import CHECKED, plain
from casualty_est.result.show import TextTable, html_table
from casualty_est.result.unknowns import Assumed
from casualty_est.wording.numbers import share
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.result.estimate import Estimate

Array = npt.NDArray[np.float64]
Median = Callable[[Array], float]  # log of the median after moves of the priors, in sds

FARTHEST = 8.0  # prior sds: beyond, no reader would follow
LEAST_ESS = 100.0  # effective draws below which weights say nothing
STEP = 0.05  # prior sds, of a derivative
CLOSE = 0.004  # of the log median
CHEAPEST = 3
SCANNED = 4  # assumptions whose directions are tried where the answer is far from linear
COARSE = (0.0, 3.0, 5.5, FARTHEST)  # lengths at which a direction is looked at, in prior sds
STARTS = 3  # crossings from which the search for the shortest move begins
FINE = (0.25, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0)
NAMED = 0.3  # of the radius: moves that a sentence names
SCALE = (
    (1.0, "within what was assumed"),
    (2.0, "strained"),
    (3.0, "needs most assumptions to be wrong the same way"),
    (math.inf, "contradicted"),
)

LAST = SCALE[-2][0]  # beyond it, a number is contradicted


@dataclass(frozen=True, config=CHECKED)
class Move:
    """One assumption: what it is, what it would have to be, and how many prior sds away."""

    assumption: str
    now: float
    value: float
    sds: float

    @property
    def instead(self) -> str:
        """What it would have to be, instead of what it is."""
        value, now = amount(self.value), amount(self.now)
        if value == now:
            value, now = f"{self.value:.3g}", f"{self.now:.3g}"
        return f"{self.assumption} {value} instead of {now}"


@dataclass(frozen=True, config=CHECKED)
class Radius:
    """What would have to be true for an estimate to be another number.

    Parameters
    ----------
    of : str
        Label of the estimate.
    n : float
        The number asked about.
    sds : float or None
        Length of the smallest joint move, in prior sds; None where there is none, or none known.
    error : float
        Its Monte Carlo standard error; 0 from refits.
    reading : str
        The same on a scale of words.
    together : tuple of Move
        The smallest joint move. Others are nearly as small: quote the length, not the direction.
    alone : tuple of Move
        The three assumptions that would come there alone with the smallest moves.
    how : {"refits", "weights", "formula"}
        How it was found.
    beyond : float or None
        Where the draws do not reach `n`: how far they reach, in prior sds.
    sentence : str
        For print.
    """

    of: str
    n: float
    sds: float | None
    error: float
    reading: str
    together: tuple[Move, ...]
    alone: tuple[Move, ...]
    how: str
    beyond: float | None = None
    sentence: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Moves, together and alone, as a pandas DataFrame."""
        import pandas as pd

        rows = [
            {"move": move, **plain(one)}
            for move, moves in (("together", self.together), ("alone", self.alone))
            for one in moves
        ]
        return pd.DataFrame(rows, columns=["move", *Move.__dataclass_fields__])

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return dict(plain(self))

    def __repr__(self) -> str:
        lines = [self.sentence]
        if self.how != "formula":  # whose sentence says it all
            for title, moves in (("Together", self.together), ("Alone", self.alone)):
                lines += [f"{title}: {told(move)}" for move in moves]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = tuple(
            (title, move.assumption, amount(move.now), amount(move.value), f"{move.sds:+.1f}")
            for title, moves in (("together", self.together), ("alone", self.alone))
            for move in moves
        )
        head = ("move", "assumption", "now", "it would have to be", "prior sds")
        shown = html_table(TextTable(head, rows)) if rows and self.how != "formula" else ""
        return f"<p>{escape(self.sentence)}</p>{shown}"


def told(move: Move) -> str:
    """One move in words."""
    return f"{move.instead} ({move.sds:+.1f} prior standard deviations)"


def amount(value: float) -> str:
    """A ratio, a share or a number of people with two digits."""
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 100 else share(value)


def reading_of(sds: float) -> str:
    """Where a radius lies on the scale of words."""
    return next(words for most, words in SCALE if sds <= most)


class Weighed:
    """The median of draws whose weights follow from moves of the priors."""

    def __init__(self, log_count: Array, assumed: Sequence[Assumed]) -> None:
        order = np.argsort(log_count, kind="stable")
        self.log_count = log_count[order]
        columns = [one.score for one in assumed if one.score is not None]
        self.scores = np.column_stack(columns)[order]

    def weights(self, moves: Array) -> Array:
        """Weights of the draws, in rising order of the count."""
        logs = self.scores @ moves
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


def find(
    of: str,
    n: float,
    log_count: Array,
    assumed: Sequence[Assumed],
    refit: Median | None = None,
    *,
    thorough: bool = True,
) -> Radius:
    """Find the radius of `n`, on refits where there are any, else by weights.

    Unless it is to be thorough, no more is said of a number beyond the end of the scale of words
    than that it lies there.
    """
    if not assumed:
        return _none(of, n, "weights", NOTHING.format(n=n))
    weighed = Weighed(log_count, assumed)
    median: Median = weighed if refit is None else refit
    how = "weights" if refit is None else "refits"
    target = math.log(n)
    limits = [(max(-FARTHEST, one.limits[0]), min(FARTHEST, one.limits[1])) for one in assumed]
    effects = np.array([one.effect_on(log_count) or 0.0 for one in assumed])
    moves = smallest(median, effects, target, limits, thorough=thorough)
    if refit is None and (moves is None or weighed.ess(moves) < LEAST_ESS):
        toward = effects * (target - median(np.zeros(len(effects))))
        return _beyond(of, n, weighed, toward if moves is None else moves)
    if moves is None and not thorough:
        told_so = FAR.format(n=n, most=LAST)
        return Radius(of, n, None, 0.0, reading_of(math.inf), (), (), how, LAST, told_so)
    if moves is None:
        return _none(of, n, how, UNREACHABLE.format(n=n, most=FARTHEST))
    length = float(np.linalg.norm(moves))
    error = 0.0
    if refit is None and length > 0:
        slope = float(gradient(median, moves) @ moves) / length
        error = weighed.error(moves) / max(abs(slope), 1e-9)
    together = _moves(assumed, moves)
    alone = _alone(median, weighed if refit is None else None, target, assumed, limits)
    reading = reading_of(length)
    sentence = _sentence(n, length, together)
    return Radius(of, n, length, error, reading, together, alone, how, None, sentence)


def _none(of: str, n: float, how: str, sentence: str) -> Radius:
    return Radius(of, n, None, 0.0, "not reached", (), (), how, None, sentence)


def smallest(
    median: Median,
    effects: Array,
    target: float,
    limits: Sequence[tuple[float, float]],
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
    best = _shortened(median, start, target, limits)
    if best is not None and np.linalg.norm(best) <= LAST:
        return best
    glance = _directions(effects, SCANNED - 1)
    if not thorough and not _crossings(median, glance, target, limits, (0.0, LAST)):
        return None
    # So far away it may not be: begin where some directions cross the target.
    crossings = _crossings(median, _directions(effects, SCANNED), target, limits, COARSE)
    shorter = [_shortened(median, point, target, limits) for point in crossings]
    right = [point for point in (best, *crossings, *shorter) if point is not None]
    return min(right, key=lambda point: float(np.linalg.norm(point))) if right else None


def _crossings(
    median: Median,
    directions: list[Array],
    target: float,
    limits: Sequence[tuple[float, float]],
    lengths: Sequence[float],
) -> list[Array]:
    """The nearest points where directions cross the target, looked for outwards."""
    side = np.sign(median(np.zeros(len(limits))) - target)
    points: list[Array] = []
    for near, far in pairwise(lengths):
        for direction in directions:
            if side * (median(_clipped(far * direction, limits)) - target) > 0:
                continue
            point = _along(median, direction, target, limits, (near, far))
            if point is not None:
                points.append(point)
        if len(points) >= STARTS:
            break
    return sorted(points, key=lambda point: float(np.linalg.norm(point)))[:STARTS]


def _clipped(moves: Array, limits: Sequence[tuple[float, float]]) -> Array:
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


def _shortened(
    median: Median, start: Array, target: float, limits: Sequence[tuple[float, float]]
) -> Array | None:
    """The shortest move near a first guess; None where the search does not end on the target."""
    from scipy import optimize  # a fifth of a second that no fit needs

    answer = optimize.minimize(
        lambda moves: 0.5 * float(moves @ moves),
        _clipped(start, limits),
        jac=lambda moves: moves,
        bounds=limits,
        constraints={
            "type": "eq",
            "fun": lambda moves: median(moves) - target,
            "jac": lambda moves: gradient(median, moves),
        },
        method="SLSQP",
        options={"maxiter": 15, "ftol": 1e-4},
    )
    moves = np.asarray(answer.x)
    if not np.isfinite(moves).all() or np.linalg.norm(moves) > FARTHEST:
        return None
    return moves if abs(median(moves) - target) < CLOSE else None


def gradient(median: Median, moves: Array) -> Array:
    """Derivative of the log median by each move, from both sides."""
    slopes = np.empty(len(moves))
    for j in range(len(moves)):
        by = np.zeros(len(moves))
        by[j] = STEP
        slopes[j] = (median(moves + by) - median(moves - by)) / (2 * STEP)
    return slopes


def _along(
    median: Median,
    direction: Array,
    target: float,
    limits: Sequence[tuple[float, float]],
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


def _alone(
    median: Median,
    weighed: Weighed | None,
    target: float,
    assumed: Sequence[Assumed],
    limits: Sequence[tuple[float, float]],
) -> tuple[Move, ...]:
    """The assumptions that come there alone, the smallest move first."""
    reached = []
    here = median(np.zeros(len(assumed)))
    for j in range(len(assumed)):
        axis = np.zeros(len(assumed))
        axis[j] = 1.0
        up = median(STEP * axis) - here
        if up == 0:
            continue
        direction = axis * math.copysign(1.0, up * (target - here))
        moves = _along(median, direction, target, limits, FINE)
        if moves is not None and (weighed is None or weighed.ess(moves) >= LEAST_ESS):
            reached.append(_moves(assumed, moves)[j])
    return tuple(sorted(reached, key=lambda move: abs(move.sds))[:CHEAPEST])


def _moves(assumed: Sequence[Assumed], moves: Array) -> tuple[Move, ...]:
    return tuple(
        Move(one.name, one.now, one.moved(float(by)), float(by))
        for one, by in zip(assumed, moves, strict=True)
    )


def _beyond(of: str, n: float, weighed: Weighed, toward: Array) -> Radius:
    """How far the draws reach on the way to `n`."""
    from scipy import optimize

    length = float(np.linalg.norm(toward))
    if length < 1e-9:
        return _none(of, n, "weights", NOTHING.format(n=n))
    toward = toward / length

    def left(far: float) -> float:
        return weighed.ess(far * toward) - LEAST_ESS

    far = FARTHEST if left(FARTHEST) >= 0 else optimize.brentq(left, 0.0, FARTHEST, xtol=0.01)
    there = math.exp(weighed(far * toward))
    said = BEYOND.format(n=n, far=far, there=amount(there))
    reading = reading_of(far) if far > LAST else f"at least {reading_of(far)}"
    return Radius(of, n, None, 0.0, reading, (), (), "weights", float(far), said)


NOTHING = (
    "No assumption of this estimate can be moved afterwards, so there is no distance to {n:,.0f}."
)
UNREACHABLE = (
    "No move of the assumptions, all together, within {most:g} prior standard deviations makes the "
    "estimate {n:,.0f}."
)
FAR = (
    "{n:,.0f} contradicts what was assumed: no move of all assumptions together by {most:g} prior "
    "standard deviations makes the estimate {n:,.0f}."
)
BEYOND = (
    "{n:,.0f} lies farther than the draws can say: assumptions that are {far:.1f} prior standard "
    "deviations off, all together, make the estimate about {there}."
)
SAID = (
    (1.0, "{n:,.0f} lies within what was assumed"),
    (2.0, "{n:,.0f} would strain what was assumed"),
    (3.0, "{n:,.0f} needs most assumptions to be wrong the same way"),
    (math.inf, "{n:,.0f} contradicts what was assumed"),
)


def _sentence(n: float, length: float, together: Sequence[Move]) -> str:
    head = next(words for most, words in SAID if length <= most).format(n=n)
    much = [move for move in together if abs(move.sds) >= NAMED * length and length >= 0.05]
    much.sort(key=lambda move: -abs(move.sds))
    named = listed([move.instead for move in much])
    such = f", for example {named}" if named else ""
    return (
        f"{head}: the estimate is {n:,.0f} only if all assumptions together are off by "
        f"at least {length:.1f} prior standard deviations{such}."
    )


def kept(estimate: Estimate, n: float, row: int, *, unasked: bool = True) -> Radius:
    """The radius of an estimate: as it was kept, on refits where these are quick, or by weights.

    Nobody waits for the whole search unasked.
    """
    key, radii = f"{row}:{n:.15g}", estimate._radii()
    if key in radii:
        return radii[key]
    log_count = np.log(np.maximum(estimate.draws(row).ravel(), 0.5))
    assumed = estimate._unknowns(row).movable
    refit = estimate._median_after(row)
    with progress_bar(estimate._progress_bar if refit is not None else False) as report:
        report(f"moving all assumptions until the median is {n:,.0f}", None)
        answer = find(estimate.labels[row], n, log_count, assumed, refit, thorough=unasked)
    if not estimate.converged:
        answer = replace(answer, sentence=f"NOT CONVERGED: {answer.sentence}")
    if refit is not None and (unasked or answer.sds is not None):
        radii[key] = answer
    return answer


def table(radii: Sequence[Radius]) -> pd.DataFrame:
    """What would have to be true for each of some numbers, one row each."""
    import pandas as pd

    rows = [
        {
            "n": one.n,
            "sds": one.sds,
            "error": one.error,
            "reading": one.reading,
            "cheapest_alone": "; ".join(told(move) for move in one.alone),
            "how": one.how,
            "sentence": one.sentence,
        }
        for one in radii
    ]
    return pd.DataFrame(rows)
