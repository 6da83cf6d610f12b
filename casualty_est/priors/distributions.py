"""Prior distributions named by what people mean: a median and a factor, or an interval."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.arrays import Array
from casualty_est.errors import UsageError


def z_of(prob: float) -> float:
    """Half-width, in standard deviations, of the equal-tailed Normal interval of `prob`."""
    if not 0 < prob < 1:
        msg = f"prob must lie between 0 and 1, not {prob!r}: write 0.95 for a 95% interval"
        raise UsageError(msg)
    return float(special.ndtri(0.5 + prob / 2))


SDS = (0.005, 20.0)  # of a log or logit, of a prior that somebody writes down


def _positive(name: str, value: float) -> float:
    number = _finite(name, value)
    if number <= 0:
        msg = f"{name} must be above 0, not {value!r}"
        raise UsageError(msg)
    return number


def _finite(name: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        msg = f"{name} must be a number, not {value!r}"
        raise UsageError(msg) from None
    if not math.isfinite(number):
        msg = f"{name} must be a finite number, not {value!r}"
        raise UsageError(msg)
    return number


def _ends(low: float, high: float) -> tuple[float, float]:
    low, high = _finite("the lower end", low), _finite("the upper end", high)
    if not low < high:
        msg = f"an interval needs its lower end below its upper end, not {low:g} to {high:g}"
        raise UsageError(msg)
    return low, high


class Distribution(ABC):
    """A Normal distribution on some scale, read on the scale of the quantity."""

    __slots__ = ()

    @property
    @abstractmethod
    def median(self) -> float:
        """Median, in the unit of the quantity."""

    @abstractmethod
    def _at(self, z: Array) -> Any:
        """Return the quantity at z standard deviations above the median."""

    @abstractmethod
    def _parameters(self) -> str:
        """Write the arguments that would build it."""

    def quantile(self, q: npt.ArrayLike) -> Array:
        """Quantiles of the distribution.

        Parameters
        ----------
        q : array_like
            Probabilities.

        Returns
        -------
        ndarray
            In the unit of the quantity and the shape of `q`.
        """
        return np.asarray(self._at(special.ndtri(np.asarray(q, dtype=float))))

    def interval(self, prob: float = 0.95) -> tuple[float, float]:
        """Equal-tailed interval.

        Parameters
        ----------
        prob : float
            Probability that the value lies inside.

        Returns
        -------
        tuple of float
        """
        z_of(prob)
        low, high = self.quantile([(1 - prob) / 2, (1 + prob) / 2])
        return float(low), float(high)

    def __repr__(self) -> str:
        """Show the parameters, the median and the 95% interval."""
        low, high = self.interval()
        return (
            f"{type(self).__name__}({self._parameters()}; "
            f"median {short(self.median)}, 95% {short(low)} to {short(high)})"
        )


@dataclass(frozen=True, slots=True, repr=False)
class Normal(Distribution):
    """A Normal distribution, on whatever scale the parameter lives.

    Parameters
    ----------
    mean, sd : float
        Mean and standard deviation, in the unit of the parameter.

    Raises
    ------
    UsageError
        If a number is not finite or `sd` is not above 0.

    Examples
    --------
    >>> Normal(0.05, 0.10)
    Normal(mean=0.05, sd=0.1; median 0.05, 95% -0.146 to 0.246)
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", _finite("mean", self.mean))
        object.__setattr__(self, "sd", _positive("sd", self.sd))

    @classmethod
    def from_interval(cls, low: float, high: float, *, prob: float = 0.95) -> Self:
        """Build the distribution whose equal-tailed interval of `prob` is `low` to `high`."""
        low, high = _ends(low, high)
        return cls((low + high) / 2, (high - low) / (2 * z_of(prob)))

    @property
    def median(self) -> float:
        """Median, in the unit of the parameter."""
        return self.mean

    def _at(self, z: Array) -> Any:
        return self.mean + self.sd * z

    def _parameters(self) -> str:
        return f"mean={self.mean:g}, sd={self.sd:g}"


@dataclass(frozen=True, slots=True, init=False, repr=False)
class LogNormal(Distribution):
    """A log-normal distribution of a positive quantity.

    Parameters
    ----------
    median : float
        Median, in the unit of the quantity. There is no `mean`: naming a log-normal by its mean
        shifts it silently.
    factor : float
        Two thirds of the mass lie between median / factor and median * factor, one standard
        deviation of the logarithm on either side: ``factor = exp(sd)``.

    Raises
    ------
    UsageError
        If `median` is not above 0 or `factor` not above 1.

    Examples
    --------
    >>> LogNormal(median=1000, factor=2)
    LogNormal(median=1000, factor=2; median 1,000, 95% 257 to 3,890)
    """

    mu: float
    sd: float

    def __init__(self, *, median: float, factor: float) -> None:
        if _finite("factor", factor) <= 1:
            msg = f"factor must be above 1, not {factor!r}: 2 means half to double"
            raise UsageError(msg)
        object.__setattr__(self, "mu", math.log(_positive("median", median)))
        object.__setattr__(self, "sd", math.log(factor))

    @classmethod
    def from_log(cls, mu: float, sd: float) -> Self:
        """Build it from the mean and standard deviation of the logarithm."""
        return cls(median=math.exp(_finite("mu", mu)), factor=math.exp(_positive("sd", sd)))

    @classmethod
    def from_interval(cls, low: float, high: float, *, prob: float = 0.95) -> Self:
        """Build the distribution whose equal-tailed interval of `prob` is `low` to `high`.

        Examples
        --------
        >>> LogNormal.from_interval(500, 2000, prob=0.9)
        LogNormal(median=1000, factor=1.52; median 1,000, 95% 438 to 2,280)
        """
        low, high = _ends(_positive("the lower end", low), high)
        log_low, log_high = math.log(low), math.log(high)
        return cls.from_log((log_low + log_high) / 2, (log_high - log_low) / (2 * z_of(prob)))

    @property
    def median(self) -> float:
        """Median, in the unit of the quantity."""
        return math.exp(self.mu)

    def _at(self, z: Array) -> Any:
        return np.exp(self.mu + self.sd * z)

    def _parameters(self) -> str:
        return f"median={self.median:.4g}, factor={math.exp(self.sd):.3g}"


@dataclass(frozen=True, slots=True, init=False, repr=False)
class LogitNormal(Distribution):
    """A distribution for a share between 0 and 1 whose logit is Normal.

    Parameters
    ----------
    median : float
        Median, between 0 and 1.
    sd : float
        Standard deviation of the logit.

    Raises
    ------
    UsageError
        If `median` is not between 0 and 1 or `sd` not above 0.

    Examples
    --------
    >>> LogitNormal(median=0.5, sd=0.8)
    LogitNormal(median=0.5, sd=0.8; median 0.5, 95% 0.173 to 0.827)
    """

    mu: float
    sd: float

    def __init__(self, *, median: float, sd: float) -> None:
        if not 0 < _finite("median", median) < 1:
            msg = f"the median of a share must lie between 0 and 1, not {median!r}"
            raise UsageError(msg)
        object.__setattr__(self, "mu", float(special.logit(median)))
        object.__setattr__(self, "sd", _positive("sd", sd))

    @classmethod
    def from_logit(cls, mu: float, sd: float) -> Self:
        """Build it from the mean and standard deviation of the logit."""
        return cls(median=float(special.expit(_finite("mu", mu))), sd=sd)

    @classmethod
    def from_interval(cls, low: float, high: float, *, prob: float = 0.95) -> Self:
        """Build the distribution whose equal-tailed interval of `prob` is `low` to `high`."""
        low, high = _ends(low, high)
        if low <= 0 or high >= 1:
            msg = (
                f"an interval of a share lies above 0 and below 1, not from {low:g} to {high:g}: "
                "write 0.99 for nearly all and 0.01 for nearly none"
            )
            raise UsageError(msg)
        ends = special.logit([low, high])
        return cls.from_logit(float(ends.mean()), float(ends[1] - ends[0]) / (2 * z_of(prob)))

    @property
    def median(self) -> float:
        """Median, a share."""
        return float(special.expit(self.mu))

    def _at(self, z: Array) -> Any:
        return special.expit(self.mu + self.sd * z)

    def _parameters(self) -> str:
        return f"median={self.median:.4g}, sd={self.sd:.3g}"


def normal_sd(gap: Array, below: Array) -> float:
    """Sd of the Normal with the same 90% interval as an even distribution.

    gap, below: distances from its middle, and its distribution function there.
    """
    return float(np.interp(0.95, below, gap) / special.ndtri(0.95))


def short(value: float) -> str:
    """Three significant digits without an exponent where people write none."""
    if value == 0 or not 1e-4 <= abs(value) < 1e15:
        return f"{value:.3g}"
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"


def named(
    spec: dict[str, Any],
    kind: type[LogNormal] | type[LogitNormal],
    where: str,
    *,
    least_sd: float | None = None,
) -> Any:
    """Read a distribution from a table such as ``{median=.5, factor=2}``."""
    prior = _named(spec, kind, where)
    least = SDS[0] if least_sd is None else least_sd
    if not least <= prior.sd <= SDS[1]:
        scale = "log" if kind is LogNormal else "logit"
        sd = float(spec.get("sd", prior.sd))
        msg = (
            f"{where}: a prior must have an sd of the {scale} between {SDS[0]:g} and {SDS[1]:g}, "
            f"not {sd:.3g}: nobody knows a ratio or a count to half a per cent, and a wider prior "
            "says nothing more"
        )
        raise UsageError(msg)
    return prior


def _named(spec: dict[str, Any], kind: type[LogNormal] | type[LogitNormal], where: str) -> Any:
    keys = set(spec)
    try:
        if keys <= {"interval", "prob"} and "interval" in keys:
            ends = spec["interval"]
            if not isinstance(ends, list | tuple) or len(ends) != 2:
                msg = f"an interval takes two numbers, not {ends!r}"
                raise UsageError(msg)
            return kind.from_interval(ends[0], ends[1], prob=spec.get("prob", 0.95))
        if keys == {"median", "factor"} and kind is LogNormal:
            return LogNormal(**spec)
        if keys == {"median", "factor"}:
            # A factor on a share multiplies its odds: the sd of the logit is the log of it.
            if _finite("factor", spec["factor"]) <= 1:
                msg = f"factor must be above 1, not {spec['factor']!r}"
                raise UsageError(msg)
            return LogitNormal(median=spec["median"], sd=math.log(float(spec["factor"])))
        if keys == {"median", "sd"} and kind is LogNormal:
            # The exponential of so large an sd is no number any more; `named` refuses it.
            factor = math.exp(min(_positive("sd", spec["sd"]), 100.0))
            return LogNormal(median=spec["median"], factor=factor)
        if keys == {"median", "sd"}:
            return LogitNormal(**spec)
    except UsageError as error:
        msg = f"{where}: {error}"
        raise UsageError(msg) from None
    msg = (
        f"{where}: {spec!r} is not a prior; write {{median=.., factor=..}}, {{median=.., sd=..}} "
        f"or {{interval=[low, high], prob=0.95}}"
    )
    raise UsageError(msg)
