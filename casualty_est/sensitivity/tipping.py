"""How wrong would each assumption have to be for the answer to be another number?"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
from scipy import optimize

from casualty_est.errors import UsageError
from casualty_est.rounding import share
from casualty_est.sensitivity.refits import Refitter

FARTHEST = 8.0  # prior sds: beyond, no reader would follow
TOLERANCE = 0.002  # of the log median


def tipping(refit: Refitter, n: float, assumptions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Move each assumption alone until the median is `n`.

    Parameters
    ----------
    refit : Refitter
        The refits of one estimate.
    n : float
        A number of people.
    assumptions : list of dict
        Name, kind, median and sd of each, in the order of the model.

    Returns
    -------
    list of dict
        ``assumption``, ``value`` (the median its prior would need; None where no value within
        eight prior sds is enough), ``sds`` (how many prior sds away that is) and ``sentence``.

    Raises
    ------
    UsageError
        If `n` is no number above 0.
    """
    n = tippable(n)
    return [_tip(refit, n, j, assumption) for j, assumption in enumerate(assumptions)]


def tippable(n: float) -> float:
    """Return `n` if it is a number of people above 0, of whatever numeric type, or raise."""
    if not isinstance(n, Real) or not math.isfinite(n) or n <= 0:
        msg = f"tipping needs a number of people above 0, not {n!r}"
        raise UsageError(msg)
    return float(n)


def _tip(refit: Refitter, n: float, j: int, assumption: dict[str, Any]) -> dict[str, Any]:
    sd = float(assumption["sd"])

    if refit.report is not None:
        refit.report(f"moving the {assumption['name']} until the median is {n:,.0f}", None)

    def gap(sds: float) -> float:
        values, _ = refit.deaths(refit.plain.shifted(j, sds * sd))
        return float(np.log(np.median(values)) - math.log(n))

    sds = _root(gap)
    value = None if sds is None else assumption["median"] * math.exp(sds * sd)
    return {
        "assumption": assumption["name"],
        "value": value,
        "sds": sds,
        "sentence": _sentence(n, assumption, value, sds),
    }


def _root(gap: Any) -> float | None:
    """Find the shift by bracketing outwards, which a monotone answer makes safe."""
    start = gap(0.0)
    if abs(start) < TOLERANCE:
        return 0.0
    for sign in (1.0, -1.0):
        previous, here = 0.0, sign
        while abs(here) <= FARTHEST:
            if start * gap(here) <= 0:
                low, high = sorted((previous, here))
                return float(optimize.brentq(gap, low, high, xtol=0.005, maxiter=30))
            previous, here = here, 2 * here
    return None


def _sentence(n: float, assumption: dict[str, Any], value: float | None, sds: float | None) -> str:
    name = assumption["name"].removeprefix("ratio of ")
    head = f"For {n:,.0f} to be right"
    if value is None or sds is None:
        return f"{head}, no value of the {assumption['name']} would be enough on its own."
    away = f"{share(abs(sds))} prior standard deviations from what is assumed"
    if assumption["kind"] in ("ratio", "reference"):
        if value >= 1:
            told = f"{share(value)} times the true number"
        else:
            told = f"{share(100 * value)} % of the true number"
        return f"{head}, {name} would have to have reported about {told}, {away}."
    if assumption["kind"] == "level":
        return f"{head}, the prior median of the count would have to be about {value:,.3g}, {away}."
    return f"{head}, the {name} would have to be about {value:,.3g}, {away}."
