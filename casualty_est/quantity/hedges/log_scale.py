"""Densities on the log scale, over numpy or PyTensor.

Every function takes ``xp``, the namespace it computes in: numpy for the exact engine and the tests,
``pytensor.tensor`` inside a PyMC model. One definition serves both.

Throughout, m is the log of what the source would report without error (log true count + log
reporting ratio) and s the reporting standard deviation on the log scale. The kernel is Student's t
with 4 degrees of freedom: a claim weighs less the farther it lies from the rest, and the
distribution function has a closed form that stays accurate far into the tails.
"""

from __future__ import annotations

import math
from typing import Any

LOG_T4 = math.log(3 / 8)


def special() -> Any:
    """Return `scipy.special`; it loads slowly, and reading a table needs none of it."""
    from scipy import special as library

    return library


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


def log_normal_mass(low: Any, high: Any, m: Any, s: Any, xp: Any) -> Any:
    """Log-probability that a Normal with mean m and sd s lies between `low` and `high`.

    The interval is reflected into the lower tail, where no digits cancel.
    """
    t_low, t_high = (low - m) / s, (high - m) / s
    flip = t_low + t_high > 0
    t_low, t_high = xp.where(flip, -t_high, t_low), xp.where(flip, -t_low, t_high)
    top = log_ndtr(t_high, xp)
    return top + xp.log(-xp.expm1(log_ndtr(t_low, xp) - top))


def log_exgaussian(z: Any, m: Any, s: Any, tau: Any, xp: Any) -> Any:
    """Log-density at z of m minus an exponential gap (mean tau) plus a Normal error (sd s).

    Needs tau of .05 or more where s is .15: below, the gap is lost in the error.
    """
    d = m - z
    return s * s / (2 * tau * tau) - d / tau - xp.log(tau) + log_ndtr(d / s - s / tau, xp)


def log_ndtr(x: Any, xp: Any) -> Any:
    """Log of the Normal distribution function, stable in the lower tail.

    Both branches see safe arguments: a branch that is not taken must not poison the gradient.
    """
    library = xp if hasattr(xp, "erfcx") else special()
    low, high = xp.minimum(x, -1.0), xp.maximum(x, -1.0)
    tail = xp.log(library.erfcx(-low / math.sqrt(2)) / 2) - low * low / 2
    return xp.where(x < -1.0, tail, xp.log1p(-library.erfc(high / math.sqrt(2)) / 2))


def t4_cdf(t: Any) -> Any:
    """Distribution function of Student's t with 4 degrees of freedom."""
    return special().stdtr(4, t)
