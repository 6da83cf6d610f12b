"""A simulator of restated running totals, written from the published definition of the model.

Nothing here imports the models or the engines. Deaths of one cell fall on the months of two years;
a party restates its own running total every other month, a paper and a monitor speak a few times.
What the party says has an error of its own each time, and one that moves slowly: a Gaussian process
drawn from its dense covariance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy import stats

FIRST = date(2016, 1, 1)
MONTHS = 24
TERMS = 5
PATH_SD = 1.5
LEVEL = (math.log(3000.0), 1.0)
SLOW_SD, SLOW_MONTHS = 0.3, 8.0
FIXED_SD = 0.15
LEARNED_SD = (math.log(0.15), 0.7)
LEAST_SD = 0.02
RATIOS = {"Army": (math.log(0.6), 0.7), "Herald": (math.log(0.5), 0.7)}
COMPLETENESS = (0.0, 0.8)  # the logit of one half, and its sd
OVER_COUNT = (0.05, 0.10)
# Source, months counted, whether what it says is a running total with a slow error.
STATEMENTS = (
    *(("Army", month) for month in range(2, 25, 2)),
    ("Herald", 9),
    ("Herald", 24),
    ("Watch", 6),
    ("Watch", 15),
    ("Watch", 24),
)
PERIOD = ("Herald", 13, 18)  # one number for half a year of its own
MIDDLE = 12


@dataclass(frozen=True)
class World:
    """What is true, by name, and what is said: a log number for each statement."""

    truth: dict[str, float]
    said: list[float]


def month_end(month: int) -> date:
    """Last day of a month, counted from 1."""
    year, place = divmod(month, 12)
    return date(2016 + year, place + 1, 1) - timedelta(days=1)


def month_start(month: int) -> date:
    """First day of a month, counted from 1."""
    return month_end(month - 1) + timedelta(days=1) if month > 1 else FIRST


def days_in() -> np.ndarray:
    """Number of days of each month."""
    edges = [FIRST.toordinal()] + [month_end(m).toordinal() + 1 for m in range(1, MONTHS + 1)]
    return np.diff(edges)


def profile(walk: np.ndarray) -> np.ndarray:
    """Share of all deaths that falls in each month."""
    days = days_in()
    after = np.cumsum(days)
    middle = (after - days / 2) / after[-1]
    order = np.arange(1, TERMS + 1)
    log_rate = (np.sqrt(2) * np.cos(np.pi * np.outer(middle, order)) / (np.pi * order)) @ walk
    weight = np.exp(log_rate) * days
    return weight / weight.sum()


def slow_errors(rng: np.random.Generator, ends: list[date]) -> np.ndarray:
    """One draw of the slowly moving error at some dates."""
    days = np.array([end.toordinal() for end in ends], dtype=float)
    gap = (days[:, None] - days) / (SLOW_MONTHS * 365.25 / 12)
    covariance = SLOW_SD**2 * np.exp(-0.5 * gap**2) + 1e-9 * np.eye(len(days))
    return np.linalg.cholesky(covariance) @ rng.normal(size=len(days))


def simulate(rng: np.random.Generator) -> World:
    """Draw a world and what is said of it."""
    log_n = rng.normal(*LEVEL)
    scale = PATH_SD / math.sqrt(rng.chisquare(8) / 8)
    share = profile(scale * rng.normal(size=TERMS))
    ratios = {name: rng.normal(*prior) for name, prior in RATIOS.items()}
    logit = rng.normal(*COMPLETENESS)
    ratios["Watch"] = -math.log1p(math.exp(-logit)) + rng.normal(*OVER_COUNT)
    own_sd = math.hypot(math.exp(rng.normal(*LEARNED_SD)), LEAST_SD)
    slow = {
        source: dict(zip(months, slow_errors(rng, [month_end(m) for m in months]), strict=True))
        for source, months in (("Army", [m for s, m in STATEMENTS if s == "Army"]),
                               ("Watch", [m for s, m in STATEMENTS if s == "Watch"]))
    }  # fmt: skip
    said, log_likelihood = [], 0.0
    windows = [(source, 1, month) for source, month in STATEMENTS] + [PERIOD]
    for source, first, last in windows:
        middle = log_n + math.log(share[first - 1 : last].sum()) + ratios[source]
        middle += slow.get(source, {}).get(last, 0.0)
        sd = own_sd if source == "Army" else FIXED_SD
        number = middle + sd * rng.standard_t(4)
        said.append(number)
        log_likelihood += stats.t(4, middle, sd).logpdf(number)
    truth = {"log N": log_n, "log share by the middle": math.log(share[:MIDDLE].sum())}
    truth |= {f"log ratio, {name}": value for name, value in ratios.items()}
    truth |= {"log sd, Army": math.log(own_sd), "log-likelihood": log_likelihood}
    return World(truth, said)
