"""What one published number says of the true number, as a density of its log."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.quantity.hedges.estimate import Bent, bent, unbent
from casualty_est.surveys.model.design import effects, log_sd
from casualty_est.surveys.table.published import Published
from casualty_est.wording.language import stored

REACH = 7.0  # standard deviations beyond which nothing is left
POINTS = 4001
FALL = 20.0  # nats a unit of t, beyond the reach


class Number(ABC):
    """The log likelihood of t, the log of the true number times the bias of the study."""

    words: str

    @abstractmethod
    def log_likelihood(self, t: Array) -> Array:
        """The log likelihood, up to a constant, of the same shape."""

    @property
    @abstractmethod
    def limits(self) -> tuple[float, float]:
        """Between which t the likelihood lies."""

    @property
    def slope(self) -> float:
        """What a flat prior adds to the log density of t: 0 if it is flat in the log."""
        return 0.0

    @cached_property
    def grid(self) -> tuple[Array, Array]:
        """Values of t, and the posterior distribution function that the study has alone."""
        t = np.linspace(*self.limits, POINTS)
        density = self.log_likelihood(t) + self.slope * t
        mass = np.exp(density - density.max())
        cumulative = np.concatenate([[0.0], np.cumsum((mass[1:] + mass[:-1]) / 2)])
        return t, cumulative / cumulative[-1]

    @cached_property
    def _table(self) -> tuple[float, float, Array]:
        """First value of t, its step, and the log likelihood at even steps."""
        low, high = self.limits
        t = np.linspace(low, high, POINTS)
        return low, (high - low) / (POINTS - 1), self.log_likelihood(t)

    def interpolated(self, t: Array) -> Array:
        """The log likelihood of many t at once: linear between 4,001 values, falling beyond."""
        low, step, values = self._table
        at = (t - low) / step
        inside = np.clip(at, 0, POINTS - 1 - 1e-9)
        first = inside.astype(np.int64)
        part = inside - first
        between = values[first] * (1 - part) + values[first + 1] * part
        return np.asarray(between - FALL * np.abs(at - inside) * step)

    def quantile(self, u: Array) -> Array:
        """Quantiles of t where the study speaks alone."""
        t, cumulative = self.grid
        return np.interp(u, cumulative, t)

    @property
    def moments(self) -> tuple[float, float]:
        """Rough mean and variance of t."""
        low, middle, high = self.quantile(special.ndtr(np.array([-1.0, 0.0, 1.0])))
        return float(middle), float(((high - low) / 2) ** 2)


@dataclass(frozen=True)
class Printed(Number):
    """An estimate with its own interval: the posterior has the printed quantiles."""

    reading: Bent
    words: str

    def log_likelihood(self, t: Array) -> Array:
        """As of `Number`."""
        reading = self.reading
        sides = reading.lower_sd, reading.upper_sd, reading.ends
        normal, log_slope = bent(t - reading.z, *sides, np)
        return np.asarray(log_slope - normal**2 / 2)

    def quantile(self, u: Array) -> Array:
        """As of `Number`: in closed form, however uneven the interval is."""
        reading = self.reading
        sides = reading.lower_sd, reading.upper_sd, reading.ends
        return np.asarray(reading.z + unbent(special.ndtri(u), *sides))

    @property
    def limits(self) -> tuple[float, float]:
        """As of `Number`."""
        wide = REACH * max(self.reading.lower_sd, self.reading.upper_sd)
        return self.reading.z - wide, self.reading.z + wide


@dataclass(frozen=True)
class Designed(Number):
    """An estimate without an interval: log-normal, its width from deaths and design effect."""

    z: float
    sds: Array
    weights: Array
    words: str

    def log_likelihood(self, t: Array) -> Array:
        """As of `Number`."""
        by_node = np.asarray(t)[..., None]
        normal = (by_node - self.z) / self.sds
        parts = np.log(self.weights / self.sds) - normal**2 / 2
        return np.asarray(special.logsumexp(parts, axis=-1))

    @property
    def limits(self) -> tuple[float, float]:
        """As of `Number`."""
        wide = REACH * float(np.sum(self.weights * self.sds)) * 1.3
        return self.z - wide, self.z + wide


@dataclass(frozen=True)
class Nobody(Number):
    """No deaths in the sample: P(none | N) = exp(-N f / deff), f the sampled part of the people."""

    rates: Array
    weights: Array
    words: str

    def log_likelihood(self, t: Array) -> Array:
        """As of `Number`."""
        # Each part is a density of N: a sample without deaths does not tell its design effect.
        parts = np.log(self.weights * self.rates) - np.exp(np.asarray(t))[..., None] * self.rates
        return np.asarray(special.logsumexp(parts, axis=-1))

    @property
    def slope(self) -> float:
        """Flat in the number."""
        # Flat in the log, all mass would lie at nobody: flat in the number, the usual rule of three
        # follows.
        return 1.0

    @property
    def limits(self) -> tuple[float, float]:
        """As of `Number`."""
        rate = float(np.sum(self.weights * self.rates))
        return math.log(1e-5 / rate), math.log(60.0 / rate)


def number_of(row: Published) -> Number:
    """The likelihood of one row."""
    quantity = row.quantity
    if row.has_interval:
        reading: Any = quantity.hedge.reading(quantity, documented=False)
        level = f"{100 * (quantity.level or 0):g}"
        words = stored("reading", "its own {level}% interval", level=level)
        if quantity.level_assumed:
            words = stored("reading", "its own {level}% interval (level assumed)", level=level)
        return Printed(reading, words)
    deffs, weights = effects(row)
    deaths = row.deaths or 0
    if not deaths:
        assert row.members
        assert row.population
        rates = row.members / row.population / deffs
        return Nobody(rates, weights, stored("reading", "no deaths in the sample: an upper bound"))
    sds = log_sd(deaths, deffs)
    return Designed(
        math.log(quantity.best or 0),
        sds,
        weights,
        stored("reading", "{number} deaths in the sample", number=f"{deaths:,}"),
    )
