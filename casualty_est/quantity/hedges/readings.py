"""How one hedged total enters the likelihood: as a point, an interval or a bound.

m and s are as in `log_scale`; the fields may be arrays, one entry for each of many claims.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from casualty_est.quantity.hedges.log_scale import (
    log_exgaussian,
    log_normal,
    log_normal_mass,
    log_t4,
    log_t4_mass,
    special,
    t4_cdf,
)

LEAK_ZERO = 0.05  # "none" misses the number this often, then with sd 1
LEAK_ONE_SIDED = 0.02  # and so does a bound
SPIKE = 0.4  # "at least n" is n itself with this probability
GAP = 0.2  # else n lies below it by an exponential gap of this mean, on the log scale
BOUND_SD = 0.3  # how well a bound pins what it bounds, where a start is sought
NEGLIGIBLE_GRID = 0.01  # rounding below this share of the number is not modelled
TOKEN_SPAN = math.log(1e6)  # a token number lies between one and a million, evenly in its log
LEAST_WIDTH = 1e-3  # of an interval that hardly touches that range
LOG_NOTHING = -50.0  # the log of no deaths at all, low enough never to matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(ABC):
    """How one hedged number enters the likelihood, in words and in the numbers of a subclass."""

    kind: ClassVar[str]
    words: str = ""
    figures: bool = True  # whether it is a number in figures, neither bound nor vague word

    @classmethod
    def numbers(cls) -> list[str]:
        """Names of the fields that the likelihood uses."""
        return [field.name for field in fields(cls)[2:]]

    @abstractmethod
    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        """Log-density of the statement; `xp` is numpy or ``pytensor.tensor``."""

    @abstractmethod
    def below(self, m: Any, s: Any, xp: Any) -> Any:
        """Probability that the statement would have been smaller than it was (ties split)."""

    def as_tally(self) -> Reading:
        """The same statement from a source that counts case by case, whose errors are light."""
        return self

    def as_concession(self, token: float) -> Reading:
        """The same from a source that may name a token number instead of counting."""
        return self

    @abstractmethod
    def rough(self) -> tuple[float, float]:
        """Log number and log sd that stand for the statement where a start is sought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point(Reading):
    """A number with log `z`; its log sd has `extra` added in quadrature."""

    kind: ClassVar[str] = "point"
    z: float
    extra: float = 0.0

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        return log_t4(self.z, m, xp.sqrt(s * s + self.extra * self.extra), xp)

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        return t4_cdf((self.z - m) / xp.hypot(s, self.extra))

    def rough(self) -> tuple[float, float]:
        return self.z, self.extra

    def as_tally(self) -> Reading:
        return TallyPoint(words=self.words, figures=self.figures, z=self.z, extra=self.extra)

    def as_concession(self, token: float) -> Reading:
        return ConcededPoint(
            words=self.words, figures=self.figures, z=self.z, extra=self.extra, token=token
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyPoint(Point):
    """The same with a Normal error: no count of cases is out by a large factor."""

    kind: ClassVar[str] = "tally_point"

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        return log_normal(self.z, m, xp.sqrt(s * s + self.extra * self.extra), xp)

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        return special().ndtr((self.z - m) / xp.hypot(s, self.extra))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval(Reading):
    """A range, a vague word, a rounded number or a zero, between the logs of two ends.

    With probability `leak` the statement misses the number, and the error then has sd 1.
    """

    kind: ClassVar[str] = "interval"
    low: float
    high: float
    leak: float = 0.0

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        inside = log_t4_mass(self.low, self.high, m, s, xp)
        missed = log_t4_mass(self.low, self.high, m, 1.0, xp)
        # A leak of 0 has no logarithm; exp(-700) is as good as never.
        return xp.logaddexp(
            xp.log1p(-self.leak) + inside, xp.log(xp.maximum(self.leak, math.exp(-700.0))) + missed
        )

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        return (1 - self.leak) * self._middle(m, s) + self.leak * self._middle(m, 1.0)

    def _middle(self, m: Any, s: Any) -> Any:
        return (t4_cdf((self.low - m) / s) + t4_cdf((self.high - m) / s)) / 2

    def rough(self) -> tuple[float, float]:
        # A zero has no lower end on the log scale; it starts near one half.
        low = max(self.low, -1.0)
        high = max(self.high, low + 1e-6)
        return (low + high) / 2, (high - low) / math.sqrt(12)

    def as_tally(self) -> Reading:
        return TallyInterval(words=self.words, figures=self.figures, low=self.low, high=self.high)

    def as_concession(self, token: float) -> Reading:
        ends = {"low": self.low, "high": self.high, "leak": self.leak}
        return ConcededInterval(words=self.words, figures=self.figures, **ends, token=token)


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyInterval(Interval):
    """The same with Normal errors, and never missed."""

    kind: ClassVar[str] = "tally_interval"

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        return log_normal_mass(self.low, self.high, m, s, xp)

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        ndtr = special().ndtr
        return (ndtr((self.low - m) / s) + ndtr((self.high - m) / s)) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial(Interval):
    """A statement of nobody, by a source that says so with probability `denies`, whatever happened.

    As often it names a token number. Else it counts, and the number is below one half.
    """

    kind: ClassVar[str] = "denial"
    denies: float

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        counted = log_t4_mass(self.low, self.high, m, s, xp)
        return xp.logaddexp(xp.log(self.denies), xp.log1p(-2 * self.denies) + counted)

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        return xp.exp(self.log_density(m, s, xp)) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSided(Reading):
    """A speaker's bound with log `z`: "at least" (`sign` 1) or "as many as" (`sign` -1).

    Either the number itself (probability `SPIKE`) or a bound at an exponential distance of mean
    `tau` from it, and a small leak. Bare censoring has no far end and would leave the answer to
    the prior.
    """

    kind: ClassVar[str] = "one_sided"
    figures: bool = False
    z: float
    sign: float = 1.0
    tau: float = GAP

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        spike = math.log(SPIKE) + log_normal(self.z, m, s, xp)
        gap = math.log(1 - SPIKE) + log_exgaussian(
            self.sign * self.z, self.sign * m, s, self.tau, xp
        )
        meant = math.log(1 - LEAK_ONE_SIDED) + xp.logaddexp(spike, gap)
        return xp.logaddexp(meant, math.log(LEAK_ONE_SIDED) + log_t4(self.z, m, 1.0, xp))

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        # A bound lies beyond the number by an exponential gap: Normal plus or minus exponential.
        d = self.sign * (self.z - m)
        k = s / self.tau
        log_tail = d / self.tau + k * k / 2 + special().log_ndtr(-d / s - k)
        plain = special().ndtr(d / s)
        beyond = plain + xp.exp(xp.minimum(log_tail, 0.0))
        meant = SPIKE * plain + (1 - SPIKE) * beyond
        below = (1 - LEAK_ONE_SIDED) * meant + LEAK_ONE_SIDED * t4_cdf(d)
        return below if self.sign > 0 else 1 - below

    def rough(self) -> tuple[float, float]:
        return self.z + self.sign * self.tau / 2, BOUND_SD

    def as_concession(self, token: float) -> Reading:
        bound = {"z": self.z, "sign": self.sign, "tau": self.tau}
        return ConcededBound(words=self.words, figures=self.figures, **bound, token=token)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcededPoint(Point):
    """The same from a party that counts, or, with probability `token`, names a token number."""

    kind: ClassVar[str] = "conceded_point"
    token: float

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        return _or_token(Point.log_density(self, m, s, xp), self.token, 1.0, xp)

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        return _or_below(Point.below(self, m, s, xp), self.token, self.z, xp)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcededInterval(Interval):
    """The same from a party that counts, or, with probability `token`, names a token number."""

    kind: ClassVar[str] = "conceded_interval"
    token: float

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        counted = Interval.log_density(self, m, s, xp)
        width = xp.minimum(self.high, TOKEN_SPAN) - xp.maximum(self.low, 0.0)
        return _or_token(counted, self.token, xp.maximum(width, LEAST_WIDTH), xp)

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        middle = (self.low + self.high) / 2
        return _or_below(Interval.below(self, m, s, xp), self.token, middle, xp)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcededBound(OneSided):
    """The same from a party that counts, or, with probability `token`, names a token number."""

    kind: ClassVar[str] = "conceded_bound"
    token: float

    def log_density(self, m: Any, s: Any, xp: Any) -> Any:
        return _or_token(OneSided.log_density(self, m, s, xp), self.token, 1.0, xp)

    def below(self, m: Any, s: Any, xp: Any) -> Any:
        return _or_below(OneSided.below(self, m, s, xp), self.token, self.z, xp)


def _or_token(counted: Any, token: Any, width: Any, xp: Any) -> Any:
    """Log-density of a number that was counted, or lies anywhere, its log uniform.

    As often as with a token number the source denies with a zero.
    """
    anywhere = xp.log(token * width / TOKEN_SPAN)
    return xp.logaddexp(xp.log1p(-2 * token) + counted, anywhere)


def _or_below(counted: Any, token: Any, z: Any, xp: Any) -> Any:
    return token + (1 - 2 * token) * counted + token * xp.clip(z / TOKEN_SPAN, 0.0, 1.0)


def zero() -> Reading:
    """Nobody: fewer than one half."""
    return Interval(words="zero", low=LOG_NOTHING, high=math.log(0.5), leak=LEAK_ZERO)


def rounded(number: float, grid: float | None, words: str) -> Reading:
    """A number to within the rounding seen in its digits."""
    half = min((grid or 1) / 2, number / 2)
    if half < NEGLIGIBLE_GRID * number:
        # The mass of so narrow an interval is its width times the density: the same likelihood.
        return Point(words=words, z=math.log(number))
    return Interval(words=words, low=math.log(number - half), high=math.log(number + half))
