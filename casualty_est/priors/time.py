"""What is assumed of time: reporting delays, drifting ratios, the course of counts, slow errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.priors.distributions import SDS, LogNormal, named
from casualty_est.tables.checks import is_number
from casualty_est.wording.language import stored

# Median 283 days, interquartile range 124-549, of the Coalition's first statements on incidents in
# Syria (Airwars archive): a Weibull distribution with this shape.
WEIBULL_SHAPE = 1.057
ESTIMATED = "estimated"
WIDE = {"median": 180.0, "factor": 4.0}  # days: what "estimated" starts from
LARGEST = 1e300  # a whole number beyond has no floating-point neighbour
DAYS = (0.5, 20_000.0)


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a source takes to state a death that it will state: a Weibull distribution.

    median: Median delay (days), or the median of its prior.
    sd: Standard deviation of the log of the median.
    """

    median: float
    sd: float = 0.0
    shape: float = WEIBULL_SHAPE

    @property
    def fixed(self) -> bool:
        """Whether the median is known."""
        return self.sd == 0

    def describe(self) -> str:
        """Say it in words."""
        if self.fixed:
            return stored(
                "prior",
                "median delay {median} days, Weibull with shape {shape}",
                median=f"{self.median:g}",
                shape=f"{self.shape:g}",
            )
        low, high = LogNormal.from_log(math.log(self.median), self.sd).interval()
        spread = stored(
            "prior",
            "median delay log-normal, median {median} days, 95% {low} to {high}",
            median=f"{self.median:g}",
            low=f"{low:.3g}",
            high=f"{high:.3g}",
        )
        shape = stored("prior", "Weibull with shape {shape}", shape=f"{self.shape:g}")
        return f"{spread}; {shape}"


@dataclass(frozen=True, slots=True)
class TimePriors:
    """What is assumed of counts and errors over time.

    path_sd: Median of the sd of the log intensity's random walk over the whole grid.
    slow_sd: Sd of the log error that restated totals of one source share.
    short_sd: Log sd that a window shorter than one step adds, since what happens within a step is
        assumed to be even.
    """

    path_sd: float | None = None
    terms: int = 8
    slow_sd: float = 0.2
    slow_months: float = 12.0
    short_sd: float = 0.5


def read_delay(spec: Any, where: str) -> Delay | None:
    """Read a delay: a number of days, a prior on the median, or ``estimated``."""
    if spec is None or isinstance(spec, Delay):
        return spec
    if spec == ESTIMATED:
        spec = dict(WIDE)
    if isinstance(spec, Mapping):
        fields = dict(spec)
        shape = positive(fields.pop("shape", WEIBULL_SHAPE), f"{where}.shape")
        if set(fields) == {"median"}:
            return Delay(_days(fields["median"], where), 0.0, shape)
        prior = named(fields, LogNormal, where)
        return Delay(_days(prior.median, where), prior.sd, shape)
    if isinstance(spec, int | float) and not isinstance(spec, bool):
        return Delay(_days(spec, where))
    msg = (
        f"{where}: write a number of days, {{median = 283, factor = 2}} or 'estimated', not "
        f"{spec!r}"
    )
    raise UsageError(msg)


def read_drift(spec: Any, where: str) -> float | None:
    """Read a drift: the sd of the log ratio's random walk over one year."""
    if spec is None:
        return None
    value = positive(spec, where)
    if value > 5:
        factor = math.exp(min(value, 30.0))
        msg = f"{where}: a ratio that drifts by a factor of {factor:,.0f} or more a year is none"
        raise UsageError(msg)
    return value


def read_day(value: Any, where: str) -> date | None:
    """Read a day: a TOML date or ISO text."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        msg = f"{where} must be a date such as 2018-02-28, not {value!r}"
        raise UsageError(msg) from None


def read_time_priors(table: Mapping[str, Any]) -> TimePriors:
    """Read the tables ``path``, ``restated`` and ``short`` of the analyst's assumptions."""
    settings: dict[str, Any] = {}
    for name, fields in (
        ("path", {"sd": "path_sd", "terms": "terms"}),
        ("restated", {"sd": "slow_sd", "months": "slow_months"}),
        ("short", {"sd": "short_sd"}),
    ):
        spec = table.get(name, {})
        if not isinstance(spec, Mapping):
            msg = f"{name} must be a table, not {spec!r}"
            raise UsageError(msg)
        for key, value in spec.items():
            if key not in fields:
                msg = f"{name}: {key!r} is unknown. Use one of: {', '.join(map(repr, fields))}"
                raise UsageError(msg)
            read = log_sd if key == "sd" else positive
            settings[fields[key]] = read(value, f"{name}.{key}")
    if "terms" in settings:
        if settings["terms"] != int(settings["terms"]) or settings["terms"] > 24:
            msg = f"path.terms must be a whole number from 1 to 24, not {settings['terms']:g}"
            raise UsageError(msg)
        settings["terms"] = int(settings["terms"])
    return TimePriors(**settings)


def _days(value: Any, where: str) -> float:
    days = positive(value, where)
    low, high = DAYS
    if not low <= days <= high:
        msg = f"{where}: a median delay lies between {low:g} and {high:,.0f} days, not {days:g}"
        raise UsageError(msg)
    return days


def positive(value: Any, where: str) -> float:
    """Read a number above 0."""
    if is_number(value) and 0 < value < LARGEST:
        return float(value)
    msg = f"{where} must be a number above 0, not {value!r}"
    raise UsageError(msg)


def log_sd(value: Any, where: str) -> float:
    """Read the sd of a log: above 0, and no wider than any prior may be."""
    sd = positive(value, where)
    if sd > SDS[1]:
        msg = f"{where} must be at most {SDS[1]:g}, the sd of a log, not {sd:g}"
        raise UsageError(msg)
    return sd
