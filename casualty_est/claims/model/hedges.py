"""What a hedged total says of the number behind it: log-densities on the log scale.

Every function takes ``xp``, the namespace it computes in: numpy for the exact engine and the tests,
``pytensor.tensor`` inside a PyMC model. One definition serves both.

Throughout, m is the log of what the source would report without error (log true count + log
reporting ratio) and s the reporting standard deviation on the log scale. The kernel is Student's t
with 4 degrees of freedom: a claim weighs less the farther it lies from the rest, and the
distribution function has a closed form that stays accurate far into the tails.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scipy import special

from casualty_est.errors import UsageError
from casualty_est.quantity.quantity import Quantity

SD_ABOUT = 0.15  # what "about" adds to the reporting sd, in quadrature
LEAK_RANGE = 0.10  # a range or a vague word misses the number this often, then with sd 1
LEAK_ZERO = 0.05
LEAK_ONE_SIDED = 0.02
SPIKE = 0.4  # "at least n" is n itself with this probability
GAP = 0.2  # else n lies below it by an exponential gap of this mean, on the log scale
NEGLIGIBLE_GRID = 0.01  # rounding below this share of the number is not modelled
LOG_NOTHING = -50.0  # the log of no deaths at all, low enough never to matter
LOG_T4 = math.log(3 / 8)


def log_t4(z: Any, m: Any, s: Any, xp: Any) -> Any:
    """Log-density at z of m plus s times Student's t with 4 degrees of freedom."""
    u = (z - m) / s
    return LOG_T4 - xp.log(s) - 2.5 * xp.log1p(u * u / 4)


def log_t4_mass(low: Any, high: Any, m: Any, s: Any, xp: Any) -> Any:
    """Log-probability that m plus s times t4 lies between `low` and `high` (low < high).

    The interval is reflected into the lower tail, where no digits cancel.
    """
    t_low, t_high = (low - m) / s, (high - m) / s
    flip = t_low + t_high > 0
    t_low, t_high = xp.where(flip, -t_high, t_low), xp.where(flip, -t_low, t_high)
    r_low, r_high = _tail_root(t_low, xp), _tail_root(t_high, xp)
    r_high = xp.where(t_high > 0, 2 - r_high, r_high)
    bracket = 3 * (r_low + r_high) - (r_low**2 + r_low * r_high + r_high**2)
    return xp.log(r_high - r_low) + xp.log(bracket / 4)


def _tail_root(t: Any, xp: Any) -> Any:
    """Root r of P(T < -abs(t)) = r^2 (3 - r) / 4."""
    size = xp.abs(t)
    w = xp.sqrt(4 + size * size)
    return 4 / (w * (w + size))


def log_normal(z: Any, m: Any, s: Any, xp: Any) -> Any:
    """Log-density at z of a Normal with mean m and standard deviation s."""
    u = (z - m) / s
    return -0.5 * u * u - xp.log(s) - 0.5 * math.log(2 * math.pi)


def log_exgaussian(z: Any, m: Any, s: Any, tau: Any, xp: Any) -> Any:
    """Log-density at z of m minus an exponential gap (mean tau) plus a Normal error (sd s).

    Needs tau of .05 or more where s is .15: below, the gap is lost in the error.
    """
    d = m - z
    return s * s / (2 * tau * tau) - d / tau - xp.log(tau) + _log_ndtr(d / s - s / tau, xp)


def _log_ndtr(x: Any, xp: Any) -> Any:
    """Log of the Normal distribution function, stable in the lower tail.

    Both branches see safe arguments: a branch that is not taken must not poison the gradient.
    """
    erfc, erfcx = _error_functions(xp)
    low, high = xp.minimum(x, -1.0), xp.maximum(x, -1.0)
    tail = xp.log(erfcx(-low / math.sqrt(2)) / 2) - low * low / 2
    return xp.where(x < -1.0, tail, xp.log1p(-erfc(high / math.sqrt(2)) / 2))


def _error_functions(xp: Any) -> tuple[Any, Any]:
    return (xp.erfc, xp.erfcx) if hasattr(xp, "erfcx") else (special.erfc, special.erfcx)


def log_point(z: Any, extra: Any, m: Any, s: Any, xp: Any) -> Any:
    """Log-density of a plain or "about" number: t4 with sd hypot(s, extra)."""
    return log_t4(z, m, xp.sqrt(s * s + extra * extra), xp)


def log_interval(low: Any, high: Any, leak: Any, m: Any, s: Any, xp: Any) -> Any:
    """Log-probability of a range, a vague word, a rounded number or a zero.

    With probability `leak` the statement misses the number, and the error then has sd 1.
    """
    inside = log_t4_mass(low, high, m, s, xp)
    missed = log_t4_mass(low, high, m, 1.0, xp)
    # A leak of 0 has no logarithm; exp(-700) is as good as never.
    return xp.logaddexp(
        xp.log1p(-leak) + inside, xp.log(xp.maximum(leak, math.exp(-700.0))) + missed
    )


def log_one_sided(z: Any, sign: Any, tau: Any, m: Any, s: Any, xp: Any) -> Any:
    """Log-density of "at least" (`sign` 1) or "as many as" (`sign` -1) from a speaker.

    Either the number itself (probability `SPIKE`) or a bound at an exponential distance from it,
    and a small leak. Bare censoring has no far end and would leave the answer to the prior.
    """
    spike = math.log(SPIKE) + log_normal(z, m, s, xp)
    gap = math.log(1 - SPIKE) + log_exgaussian(sign * z, sign * m, s, tau, xp)
    meant = math.log(1 - LEAK_ONE_SIDED) + xp.logaddexp(spike, gap)
    return xp.logaddexp(meant, math.log(LEAK_ONE_SIDED) + log_t4(z, m, 1.0, xp))


@dataclass(frozen=True, slots=True)
class Reading:
    """How one hedged number enters the likelihood.

    Parameters
    ----------
    kind : str
        ``point`` (uses `z` and `extra`), ``interval`` (`low`, `high`, `leak`) or ``one_sided``
        (`z`, `sign`, `tau`).
    words : str
        The same in words, for tables and reports.
    z : float
        Log of the number of people stated.
    extra : float
        Log sd added in quadrature to the source's reporting sd.
    low, high : float
        Logs of the ends of an interval, in people.
    leak : float
        Probability that the statement misses the number.
    sign : float
        1 for "at least", -1 for "as many as".
    tau : float
        Mean gap of a bound, on the log scale.
    """

    kind: str
    words: str
    z: float = 0.0
    extra: float = 0.0
    low: float = 0.0
    high: float = 1.0
    leak: float = 0.0
    sign: float = 1.0
    tau: float = GAP


def read(quantity: Quantity, hedge: str) -> Reading:
    """Choose the likelihood of a hedged number."""
    low, best, high = quantity.low, quantity.best, quantity.high
    match quantity.form:
        case "exact" | "about" if best == 0:
            return _zero()
        case "exact" if best is not None:
            return _rounded(best, quantity.grid, "exact")
        case "about" if best is not None:
            return Reading("point", "about", z=math.log(best), extra=SD_ABOUT)
        case "at_least" if low is not None and low > 0:
            if hedge == "documented":
                return _rounded(low, quantity.grid, "documented count")
            # A speaker who adds "perhaps more than b" puts the number a gap of about log(b/n) up.
            tau = max(GAP, math.log(best / low)) if best else GAP
            return Reading("one_sided", "speaker's lower bound", z=math.log(low), tau=tau)
        case "at_most" if high is not None and high > 0:
            words = "speaker's upper bound"
            return Reading("one_sided", words, z=math.log(high), sign=-1.0)
        case "at_most":
            return _zero()
        case "between" | "vague" if low is not None and high is not None:
            if high == 0:
                return _zero()
            words = "range" if quantity.form == "between" else "vague word"
            return _range(low, high, LEAK_RANGE, words)
        case "at_least":
            # "At least none" excludes nothing; it must not pass for a report.
            msg = f"{quantity.text!r} says nothing of the number: leave the cell blank"
            raise UsageError(msg)
    msg = f"{quantity.text!r} holds no number and carries no likelihood"
    raise UsageError(msg)


def _zero() -> Reading:
    return Reading("interval", "zero", low=LOG_NOTHING, high=math.log(0.5), leak=LEAK_ZERO)


def _rounded(number: float, grid: float | None, words: str) -> Reading:
    half = min((grid or 1) / 2, number / 2)
    if half < NEGLIGIBLE_GRID * number:
        # The mass of so narrow an interval is its width times the density: the same likelihood.
        return Reading("point", words, z=math.log(number))
    return Reading("interval", words, low=math.log(number - half), high=math.log(number + half))


def _range(low: float, high: float, leak: float, words: str) -> Reading:
    bottom = math.log(low - 0.5) if low >= 1 else LOG_NOTHING
    return Reading("interval", words, low=bottom, high=math.log(high + 0.5), leak=leak)
