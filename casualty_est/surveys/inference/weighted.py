"""The estimate by weights: Hajek ratio, its variance linearised over clusters within strata.

As in Särndal, Swensson and Wretman 1992, doi 10.1007/978-1-4612-4378-6, section 5.6.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array
from casualty_est.priors.distributions import z_of
from casualty_est.result.call import Report
from casualty_est.result.estimate import Estimate
from casualty_est.result.schema import Case, Diagnostics, Rests
from casualty_est.surveys.inference.solved import Plan, Solved
from casualty_est.surveys.inference.totals import (
    add_missing,
    cases_of,
    rows_of,
    sample_of,
)
from casualty_est.surveys.model.design import RHO_MEDIAN, effect
from casualty_est.surveys.model.households import HouseholdLayout
from casualty_est.surveys.model.model import SurveyModel
from casualty_est.surveys.schema import SurveyDetails, Weighted
from casualty_est.surveys.table.households import Households
from casualty_est.wording.language import N_

RESTS = Rests(
    "none",
    (),
    (
        N_(
            "identification",
            "The weights of the sample set the level of this estimate: each household "
            "represents as many as its weight says.",
        ),
        N_(
            "identification",
            "No survey can see people outside its frame, households without a survivor, or deaths "
            "that respondents hide.",
        ),
    ),
)


class Ratio(NamedTuple):
    """Weighted deaths over weighted members, its standard error, degrees of freedom, and deff."""

    rate: float
    error: float
    freedom: int
    deff: float


def ratio(held: Households, values: npt.ArrayLike | None = None) -> Ratio:
    """Ratio of weighted deaths (or other values of each household) to weighted members."""
    weight = np.ones(len(held)) if held.weight is None else held.weight
    y = np.asarray(held.deaths if values is None else values, dtype=float)
    people = float(weight @ held.members)
    rate = float(weight @ y) / people
    residual = weight * (y - rate * held.members) / people
    by_cluster = np.bincount(held.psu, residual, minlength=held.clusters)
    stratum_of = np.zeros(held.clusters, dtype=np.int64)
    stratum_of[held.psu] = held.stratum
    variance, freedom = 0.0, 0
    for stratum in range(len(held.strata)):
        here = by_cluster[stratum_of == stratum]
        n = len(here)
        if n > 1:
            variance += n / (n - 1) * float(((here - here.mean()) ** 2).sum())
        elif n:  # alone in its stratum: held against the mean of all
            variance += float((here[0] - by_cluster.mean()) ** 2)
        freedom += max(n - 1, 0)
    error = float(np.sqrt(variance))
    events = float(y.sum())
    deff = events * (error / rate) ** 2 if rate and events else float("nan")
    return Ratio(rate, error, max(freedom, 1), deff)


def compared(layout: HouseholdLayout) -> Weighted | None:
    """The estimate by weights beside that of the model; None without deaths or a second cluster."""
    hajek = ratio(layout.households)
    if not hajek.rate or layout.households.clusters < 2:
        return None
    people = float(layout.population.sum())
    reach = np.exp(z_of(0.95) * hajek.error / hajek.rate)
    middle = people * hajek.rate
    return Weighted(middle, middle / reach, middle * reach, hajek.deff)


def fit(model: SurveyModel, plan: Plan) -> Solved:
    """Draw the estimate by weights, log-normal with a Student t error."""
    layout: HouseholdLayout = model.layout
    deaths, base = _draws(layout, plan.draws * plan.chains, plan.seed)
    sample = sample_of(layout, {}, compared(layout), None)
    return Solved(
        deaths=deaths[:, None],
        rows=rows_of(layout)[:1],
        details=SurveyDetails("households", (RESTS,), sample=sample),
        diagnostics=Diagnostics("exact", converged=True, min_ess=float(len(base))),
    )


def _draws(layout: HouseholdLayout, draws: int, seed: int) -> tuple[Array, Array]:
    """Deaths with the missing as set, and without them."""
    rng = np.random.default_rng(seed)
    held, hajek = layout.households, ratio(layout.households)
    people = float(layout.population.sum()) * np.exp(
        layout.population_sd * rng.standard_normal(draws)
    )
    if hajek.rate:
        log_error = hajek.error / hajek.rate
        base = people * hajek.rate * np.exp(log_error * rng.standard_t(hajek.freedom, draws))
    else:
        deff = effect(len(held) / held.clusters, RHO_MEDIAN)
        base = people * rng.exponential(float(deff) / held.members.sum(), draws)
    return add_missing(layout, base[:, None], people[:, None], rng)[:, 0], base


def prior(model: SurveyModel, draws: int, rng: np.random.Generator) -> dict[str, Any]:
    """The error of the population: all that is assumed."""
    layout: HouseholdLayout = model.layout
    people = layout.population.sum() * np.exp(layout.population_sd * rng.standard_normal(draws))
    return {"population": ("estimate", people[:, None])}


def dials(
    model: SurveyModel, estimate: Estimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Deaths in households without a survivor, and the missing."""
    layout: HouseholdLayout = model.layout
    settings = estimate.meta.settings
    draws = settings["draws"] * settings["chains"]
    deaths, base = _draws(layout, draws, settings["seed"])
    return cases_of(layout, slice(None), deaths, base, {}, prob)
