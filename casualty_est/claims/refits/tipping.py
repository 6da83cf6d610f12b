"""How wrong would each assumption have to be for the answer to be another number?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize

from casualty_est.claims.gauge import RATIOS
from casualty_est.claims.model.layout import Layout
from casualty_est.claims.refits.refits import Refitter
from casualty_est.claims.schema import Tip
from casualty_est.result.schema import COUNT, RATIO, Assumption
from casualty_est.wording.numbers import share, three_digits

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate
    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.result.call import Report

FARTHEST = 8.0  # prior sds: beyond, no reader would follow
HOPELESS = 3 * FARTHEST  # a weight that predicts more than this needs no search
TOLERANCE = 0.002  # of the log median
LARGEST_RATIO = 100.0  # nor does a witness that counts a hundred for one
LIMIT = ", within eight prior standard deviations and a hundredfold ratio"
SMALLEST_COUNT = 1.0  # a prior median of less than one person convinces nobody


def tipping(
    model: ClaimsModel, estimate: ClaimsEstimate, row: int, n: float, report: Report
) -> tuple[Tip, ...]:
    """Move each assumption alone until the median is `n`."""
    refit = Refitter(model, estimate, row, report)
    weights = [item.weight for item in estimate.identification(row).rows]
    return tuple(
        _tip(refit, n, j, assumption, weight)
        for j, (assumption, weight) in enumerate(
            zip(estimate.meta.assumptions, weights, strict=True)
        )
    )


def _tip(refit: Refitter, n: float, j: int, assumption: Assumption, weight: float) -> Tip:
    sd = assumption.sd
    refit.report(f"moving the {assumption.name} until the median is {n:,.0f}", None)

    def gap(sds: float) -> float:
        return refit.log_median(refit.plain.shifted(j, sds * sd)) - math.log(n)

    # A sampled search takes a refit a step: not where the weight says that it leads nowhere.
    slope = assumption.sign * weight * sd
    sds = _root(gap, slope, refit.precision, thorough=refit.method == "exact")
    value = None if sds is None else assumption.median * math.exp(sds * sd)
    if value is not None and _absurd(assumption, value):
        value = sds = None
    implied = _implied(refit, n, j) if assumption.kind in RATIOS else None
    sentence = _sentence(n, assumption, value, sds, implied)
    return Tip(assumption.name, value, sds, implied, sentence)


def _absurd(assumption: Assumption, value: float) -> bool:
    """Whether no reader would consider a prior median."""
    return value < SMALLEST_COUNT if assumption.sign == COUNT else value > LARGEST_RATIO


def _root(
    gap: Callable[[float], float], slope: float, precision: float, *, thorough: bool
) -> float | None:
    """Find the shift, in prior sds, by bracketing outwards from where the slope points."""
    start = gap(0.0)
    if abs(start) < TOLERANCE:
        return 0.0
    if abs(start) > abs(slope) * HOPELESS and not thorough:
        return None
    guess = max(-FARTHEST, min(FARTHEST, -start / (slope or math.copysign(1e-9, slope))))
    previous, here = 0.0, guess
    while True:
        if start * gap(here) <= 0:
            low, high = sorted((previous, here))
            return float(optimize.brentq(gap, low, high, xtol=precision, maxiter=30))
        if abs(here) >= FARTHEST:
            return None
        previous, here = here, math.copysign(min(2 * abs(here), FARTHEST), here)


def _implied(refit: Refitter, n: float, target: int) -> float | None:
    """Reported over true if `n` were true; None where the source counts something else."""
    layout = refit.layout
    if ((layout.cover[target] > 0) != refit.model.rows[refit.row].cells).any():
        return None
    stated = [
        claim.quantity
        for i, (claim, place) in enumerate(zip(layout.claims, layout.target_of, strict=True))
        if place == target and _whole(layout, i)
    ]
    numbers = [quantity.best or quantity.low or quantity.high for quantity in stated]
    known = [number for number in numbers if number]
    return float(np.exp(np.mean(np.log(known)))) / n if known else None


def _whole(layout: Layout, claim: int) -> bool:
    """Whether a claim counts to the last day, and its source states no death late."""
    timeline = layout.timeline
    if timeline is None:
        return True
    late = any(source.source == layout.claims[claim].source for source in timeline.delayed)
    return not late and bool(timeline.windows[timeline.window_of[claim]].min() > 0.99)


def _sentence(
    n: float, assumption: Assumption, value: float | None, sds: float | None, implied: float | None
) -> str:
    head = f"For {n:,.0f} to be right"
    if implied is not None:
        name = assumption.owner
        reported = f"{head}, {name} would have to have reported {_of_the_truth(implied)}"
        if value is None or sds is None:
            nowhere = f"No shift of what we assume about {name} alone would lead there"
            return f"{reported}. {nowhere}{LIMIT}."
        return (
            f"{reported}. An analyst would arrive there by assuming {_of_the_truth(value)} "
            f"beforehand, {_away(sds)}."
        )
    if value is None or sds is None:
        return f"{head}, no shift of {_named(assumption)} would be enough on its own{LIMIT}."
    shown = _of_the_truth(value) if assumption.sign == RATIO else three_digits(value)
    what = "the prior median of the count" if assumption.kind == "level" else _named(assumption)
    return f"{head}, {what} would have to be about {shown}, {_away(sds)}."


def _named(assumption: Assumption) -> str:
    """An assumption in a sentence; an anchor by its name."""
    if assumption.kind == "level":
        return f"the {assumption.name}"
    return f"the assumption “{assumption.name}”"


def _of_the_truth(ratio: float) -> str:
    if 0.95 <= ratio < 1.05:
        return "just the true number"
    if ratio >= 1:
        return f"{share(ratio)} times the true number"
    return f"{share(100 * ratio)}% of the true number"


def _away(sds: float) -> str:
    return f"{share(abs(sds))} prior standard deviations from what is assumed"
