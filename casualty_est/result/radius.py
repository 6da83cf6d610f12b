"""The contradiction radius: how wrong all assumptions together must be for another answer.

The radius of n is the length, in prior standard deviations, of the smallest joint move of all
priors after which the median is n: the distance that Hasofer and Lind (1974) take for the
reliability of a structure. It is found on refits where a model is there and a refit is exact, and
else by weighing the draws: a prior that moves multiplies each draw by a known factor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic.dataclasses import dataclass

from casualty_est.arrays import Array
from casualty_est.result.call import progress_bar
from casualty_est.result.schema import CHECKED, plain
from casualty_est.result.smallest_move import (
    FARTHEST,
    LAST,
    STEP,
    Limits,
    Median,
    Weighed,
    along,
    gradient,
    smallest,
)
from casualty_est.result.text_table import TextTable, html_table
from casualty_est.result.unknowns import Assumed
from casualty_est.wording.catalogue import ENGLISH
from casualty_est.wording.language import N_, _, figure, separated, speaking, stored
from casualty_est.wording.numbers import share
from casualty_est.wording.phrases import listed
from casualty_est.wording.terms import assumption_name

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.result.answered import Answered


LEAST_ESS = 100.0  # effective draws below which weights say nothing
CHEAPEST = 3
FINE = (0.25, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0)
NAMED = 0.3  # of the radius: moves that a sentence names
NEAR = 1.0  # standard deviations that are within what was assumed
SCALE = (
    (NEAR, N_("reading of a radius", "within what was assumed")),
    (2.0, N_("reading of a radius", "strained")),
    (LAST, N_("reading of a radius", "needs most assumptions to be wrong the same way")),
    (math.inf, N_("reading of a radius", "contradicted")),
)


@dataclass(frozen=True, config=CHECKED)
class Move:
    """One assumption: what it is, what it would have to be, and how many prior sds away.

    `sds` is None where it was fixed.
    """

    assumption: str
    now: float
    value: float
    sds: float | None

    @property
    def size(self) -> float:
        """How many prior sds away, whichever way; 0 where it was fixed."""
        return abs(self.sds or 0.0)

    @property
    def by(self) -> str:
        """The same in print, with its sign."""
        return "" if self.sds is None else f"{self.sds:+.1f}"

    @property
    def pair(self) -> tuple[str, str]:
        """What it would have to be and what it is, with as many digits as tell them apart."""
        value, now = amount(self.value), amount(self.now)
        if value == now:
            return separated(f"{self.value:.3g}"), separated(f"{self.now:.3g}")
        return value, now

    @property
    def instead(self) -> str:
        """What it would have to be, instead of what it is."""
        value, now = self.pair
        return _(
            "{assumption} {value} instead of {now}",
            assumption=assumption_name(self.assumption),
            value=value,
            now=now,
        )


@dataclass(frozen=True, config=CHECKED)
class Radius:
    """What would move an estimate to another number.

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
            (title, move.assumption, *reversed(move.pair), move.by)
            for title, moves in (("together", self.together), ("alone", self.alone))
            for move in moves
        )
        head = ("move", "assumption", "now", "it would have to be", "prior sds")
        shown = html_table(TextTable(head, rows)) if rows and self.how != "formula" else ""
        return f"<p>{escape(self.sentence)}</p>{shown}"


def told(move: Move) -> str:
    """One move in words."""
    if move.sds is None:
        return move.instead
    return f"{move.instead} ({move.by} prior standard deviations)"


def amount(value: float) -> str:
    """A ratio, a share or a number of people with two digits."""
    return figure(float(f"{value:.2g}")) if value >= 100 else share(value)


def reading_of(sds: float) -> str:
    """Where a radius lies on the scale of words."""
    return next(words for most, words in SCALE if sds <= most)


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
    if len(assumed) > MANY and not thorough:
        return _none(of, n, "weights", TOO_MANY.format(count=len(assumed), n=n))
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
    reading = N_("reading of a radius", "not reached")
    return Radius(of, n, None, 0.0, reading, (), (), how, None, sentence)


def _alone(
    median: Median,
    weighed: Weighed | None,
    target: float,
    assumed: Sequence[Assumed],
    limits: Limits,
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
        moves = along(median, direction, target, limits, FINE)
        if moves is not None and (weighed is None or weighed.ess(moves) >= LEAST_ESS):
            reached.append(_moves(assumed, moves)[j])
    return tuple(sorted(reached, key=lambda move: move.size)[:CHEAPEST])


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
    reading = reading_of(far)
    if far <= NEAR:  # to lie farther than that is no reading of how far
        reading = N_("reading of a radius", "farther than these draws can say")
    elif far <= LAST:
        reading = stored("reading of a radius", "at least: {reading}", reading=reading)
    return Radius(of, n, None, 0.0, reading, (), (), "weights", float(far), said)


MANY = 60  # assumptions whose search, which moves each in turn, nobody waits for unasked
TOO_MANY = (
    "With {count:,} assumptions the distance to {n:,.0f} is computed only when asked for: "
    "est.radius({n:.0f})."
)
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
    much = [move for move in together if move.size >= NAMED * length and length >= 0.05]
    much.sort(key=lambda move: -move.size)
    named = listed([move.instead for move in much])
    such = f", for example {named}" if named else ""
    return (
        f"{head}: the estimate is {n:,.0f} only if all assumptions together are off by "
        f"at least {length:.1f} prior standard deviations{such}."
    )


def kept(estimate: Answered, n: float, row: int, *, unasked: bool = True) -> Radius:
    """The radius of an estimate: as it was kept, on refits where these are quick, or by weights.

    Nobody waits for the whole search unasked.
    """
    key, radii = f"{row}:{n:.15g}", estimate._radii()
    if key in radii:
        return radii[key]
    log_count = np.log(np.maximum(estimate.draws(row).ravel(), 0.5))
    assumed = estimate._unknowns(row).movable
    refit = estimate._median_after(row)
    quiet = estimate._progress_bar if refit is not None else False
    with progress_bar(quiet) as report, speaking(ENGLISH):  # what is kept is English
        report(f"moving all assumptions until the median is {n:,.0f}", None)
        answer = find(estimate.labels[row], n, log_count, assumed, refit, thorough=unasked)
    if not estimate.converged:
        answer = replace(answer, sentence=f"NOT CONVERGED: {answer.sentence}")
    if refit is not None and (unasked or answer.sds is not None):
        radii[key] = answer
    return answer


def table(radii: Sequence[Radius]) -> pd.DataFrame:
    """What would move the estimate to each of some numbers, one row each."""
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
