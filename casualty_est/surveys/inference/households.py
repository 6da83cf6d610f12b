"""Fit household microdata: rates from the grid, then deaths in all, by the dials."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.result.call import Report
from casualty_est.result.estimate import Estimate
from casualty_est.result.posterior import span_of
from casualty_est.result.schema import Assumption, Case, Diagnostics, Ground, Rests
from casualty_est.result.shared import NormalPrior
from casualty_est.surveys.inference.household_grid import draw
from casualty_est.surveys.inference.solved import KEPT, Plan, Solved
from casualty_est.surveys.inference.totals import add_missing, cases_of, rows_of, sample_of
from casualty_est.surveys.inference.weighted import compared
from casualty_est.surveys.model.households import (
    CLUSTER_SD,
    ICC_PRIOR,
    RATE_LOGIT,
    RATE_SD,
    STRATA_SD,
    HouseholdLayout,
    dialled,
    rates,
)
from casualty_est.surveys.model.model import SurveyModel
from casualty_est.surveys.schema import Extinct, SurveyDetails
from casualty_est.wording.language import N_, stored
from casualty_est.wording.numbers import portion

TIMES = (0.0, 1.0, 2.0, 4.0)
BATCH = 500
PRIOR_DRAWS = 20_000


def fit(model: SurveyModel, plan: Plan) -> Solved:
    """Compute the posterior of the deaths in all and in each stratum."""
    layout: HouseholdLayout = model.layout
    plan.report("summing over clusters", None)
    draws = plan.draws * plan.chains
    drawn = draw(layout, draws, np.random.default_rng(plan.seed))
    diagnostics = Diagnostics("exact", converged=True, min_ess=float(draws))
    return solved(layout, drawn, diagnostics, plan.seed)


def solved(
    layout: HouseholdLayout, drawn: dict[str, Array], diagnostics: Diagnostics, seed: int
) -> Solved:
    """From draws of the parameters (draw, ...) to everything that is reported."""
    rng = np.random.default_rng([seed, 1])
    rate, extinct = rates_by_stratum(layout, drawn)
    people = people_of(layout, len(rate), rng)
    # Where such households are in the sample, their deaths are in the rate: once.
    base = people * dialled(rate, extinct, layout.zero_survivors or 1.0)
    by_stratum = add_missing(layout, base, people, rng)
    deaths = _with_total(by_stratum)
    parameters = {
        N_("sample", "Likeness of deaths in a household (icc)"): span_of(drawn["icc"], KEPT),
        N_("sample", "Spread over clusters, logit"): span_of(drawn["cluster_sd"], KEPT),
    }
    gone_said = _extinct(layout, rate, extinct, drawn) if layout.zero_survivors else None
    sample = sample_of(layout, parameters, compared(layout), gone_said)
    rests = _rests(layout, gone_said)
    more = {
        "rate": ("stratum", rate),
        "extinct": ("stratum", extinct),
        "icc": ("one", drawn["icc"]),
        "cluster_sd": ("one", drawn["cluster_sd"]),
        "without_missing": ("stratum", base),
        "people": ("stratum", people),
    }
    rows = rows_of(layout)
    return Solved(
        assumptions=tuple(_assumptions(layout)),
        deaths=deaths,
        rows=rows,
        details=SurveyDetails("households", (rests,) * len(rows), sample=sample),
        diagnostics=diagnostics,
        more=more,
    )


def _assumptions(layout: HouseholdLayout) -> list[Assumption]:
    """What is assumed before the data, with its number."""
    vague = (
        Ground(
            N_("grounds", "vague: it covers wars of every size"),
            N_("grounds", "no record is needed"),
        ),
    )
    chosen = (
        Ground(
            N_("grounds", "chosen: censuses and projections in wars err by more than in peace"),
            N_("grounds", "no record gives it"),
        ),
    )
    a, b = ICC_PRIOR
    sd = layout.population_sd
    return [
        Assumption(
            N_("assumption", "probability to die"),
            "prior",
            None,
            stored(
                "prior",
                "Normal on the logit, mean {mean} (1%), sd {sd}",
                mean=RATE_LOGIT,
                sd=f"{RATE_SD:g}",
            ),
            RATE_LOGIT,
            RATE_SD,
            1,
            vague,
        ),
        Assumption(
            N_("assumption", "likeness of deaths in a household"),
            "prior",
            None,
            stored(
                "prior",
                "Beta({a}, {b}), mean {mean}",
                a=f"{a:g}",
                b=f"{b:g}",
                mean=f"{a / (a + b):g}",
            ),
            a / (a + b),
            0.14,
            1,
            vague,
        ),
        Assumption(
            N_("assumption", "population"),
            "prior",
            None,
            stored("prior", "sd of the log {sd}, one for all strata", sd=f"{sd:g}"),
            1.0,
            sd,
            1,
            chosen,
        ),
    ]


def _with_total(by_stratum: Array) -> Array:
    if by_stratum.shape[1] == 1:
        return by_stratum
    return np.column_stack([by_stratum.sum(axis=1), by_stratum])


def people_of(layout: HouseholdLayout, draws: int, rng: np.random.Generator) -> Array:
    """Draw the population of each stratum; its error is one for all."""
    factor = np.exp(layout.population_sd * rng.standard_normal(draws))
    return np.asarray(factor[:, None] * layout.population)


def sizes_of(layout: HouseholdLayout, stratum: int) -> Array:
    """Seen households of a stratum by size, weighted where there are weights."""
    held = layout.households
    here = held.stratum == stratum
    weight = None if held.weight is None else held.weight[here]
    largest = int(held.members.max())
    return np.bincount(held.members[here] - 1, weight, minlength=largest).astype(float)


def rates_by_stratum(layout: HouseholdLayout, drawn: dict[str, Array]) -> tuple[Array, Array]:
    """Deaths a person, and those in households without a survivor: (draw, stratum)."""
    icc, spread = drawn["icc"][:, 0], drawn["cluster_sd"][:, 0]
    phi = (1 - icc) / icc
    columns: list[tuple[Array, ...]] = []
    for k in range(len(layout.households.strata)):
        sizes, parts = sizes_of(layout, k), []
        for start in range(0, len(icc), BATCH):
            some = slice(start, start + BATCH)
            parts.append(rates(drawn["logit"][some, k], spread[some], phi[some], sizes))
        columns.append(tuple(np.concatenate(part) for part in zip(*parts, strict=True)))
    rate, extinct = (np.column_stack(part) for part in zip(*columns, strict=True))
    return rate, extinct


def _extinct(
    layout: HouseholdLayout, rate: Array, extinct: Array, drawn: dict[str, Array]
) -> Extinct:
    """The part of the dead in households without a survivor, and how deaths cluster."""
    part = (extinct * layout.population).sum(axis=1) / (rate * layout.population).sum(axis=1)
    deaths = layout.households.deaths
    observed = np.bincount(np.minimum(deaths[deaths > 0], 4), minlength=5)[1:]
    return Extinct(
        share=span_of(part, KEPT),
        dial=layout.zero_survivors,
        expected=tuple(float(x) for x in _expected(layout, drawn)),
        observed=tuple(float(x) for x in observed / max(int(observed.sum()), 1)),
    )


def _expected(layout: HouseholdLayout, drawn: dict[str, Array]) -> Array:
    """Shares of 1, 2, 3 and 4 or more deaths among seen households with any, at the medians."""
    icc, spread = float(np.median(drawn["icc"])), float(np.median(drawn["cluster_sd"]))
    phi = (1 - icc) / icc
    at, weights = np.polynomial.hermite_e.hermegauss(15)
    counts = np.zeros(5)
    for k in range(len(layout.households.strata)):
        p = special.expit(float(np.median(drawn["logit"][:, k])) + spread * at)
        for index, households in enumerate(sizes_of(layout, k)):
            h = index + 1
            d = np.arange(h)  # somebody is left
            logs = special.betaln(p[:, None] * phi + d, (1 - p[:, None]) * phi + h - d)
            logs -= special.betaln(p * phi, (1 - p) * phi)[:, None]
            logs += special.gammaln(h + 1) - special.gammaln(d + 1) - special.gammaln(h - d + 1)
            chance = households * (weights / weights.sum()) @ np.exp(logs)
            np.add.at(counts, np.minimum(d, 4), chance)
    return np.asarray(counts[1:] / counts[1:].sum())


def _rests(layout: HouseholdLayout, gone: Extinct | None) -> Rests:
    held = layout.households
    people = layout.population.sum()
    members = held.members.sum()
    sentences = [
        stored(
            "identification",
            "The sample sets the level of this estimate: {members} people in {households} "
            "households represent {people}, one for {each}.",
            members=f"{int(members):,}",
            households=f"{len(held):,}",
            people=f"{people:,.0f}",
            each=f"{people / members:,.0f}",
        )
    ]
    if gone is not None and gone.dial == 1:
        at = gone.share
        sentences.append(
            stored(
                "identification",
                "Of the estimated deaths {share} ({interval}) are in households of which nobody is "
                "left, inferred from how deaths cluster in those of the sample.",
                share=portion(at.median),
                interval=f"{portion(at.low)} to {portion(at.high)}",
            )
        )
    elif gone is not None:
        sentences.append(
            stored(
                "identification",
                "Deaths in households of which nobody is left count {number} times.",
                number=f"{gone.dial:g}",
            )
        )
    sentences.append(
        stored(
            "identification",
            "No survey can see people outside its frame or deaths that respondents hide.",
        )
    )
    return Rests("none", (), tuple(sentences))


def prior(model: SurveyModel, draws: int, rng: np.random.Generator) -> dict[str, Any]:
    """Draw parameters and deaths from the prior."""
    layout: HouseholdLayout = model.layout
    strata = len(layout.households.strata)
    middle = rng.normal(RATE_LOGIT, RATE_SD, (draws, 1))
    between = np.abs(rng.normal(0, STRATA_SD, (draws, 1))) if strata > 1 else 0.0
    drawn = {
        "logit": middle + between * rng.standard_normal((draws, strata)),
        "cluster_sd": np.abs(rng.normal(0, CLUSTER_SD, (draws, 1))),
        "icc": rng.beta(*ICC_PRIOR, (draws, 1)),
    }
    rate, extinct = rates_by_stratum(layout, drawn)
    people = people_of(layout, draws, rng)
    deaths = _with_total(people * dialled(rate, extinct, layout.zero_survivors or 1.0))
    axes = {"logit": "stratum", "cluster_sd": "one", "icc": "one"}
    return {"deaths": ("estimate", deaths), **{n: (axes[n], x) for n, x in drawn.items()}}


def log_prior(people: Array) -> NormalPrior:
    """The prior of the log of all deaths among people (draw, stratum), a Normal of its moments."""
    rng = np.random.default_rng(0)
    draws, strata = PRIOR_DRAWS, people.shape[1]
    middle = rng.normal(RATE_LOGIT, RATE_SD, (draws, 1))
    between = np.abs(rng.normal(0, STRATA_SD, (draws, 1))) if strata > 1 else 0.0
    logit = middle + between * rng.standard_normal((draws, strata))
    spread = np.abs(rng.normal(0, CLUSTER_SD, (draws, 1, 1)))
    at, weights = np.polynomial.hermite_e.hermegauss(15)
    rate = special.expit(logit[..., None] + spread * at) @ (weights / weights.sum())
    deaths = np.log(rate @ people.mean(axis=0))
    return NormalPrior(float(deaths.mean()), float(deaths.std()))


def dials(
    model: SurveyModel, estimate: Estimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """The estimate under other dials, from the draws of its fit."""
    layout: HouseholdLayout = model.layout
    posterior = estimate.idata["posterior"]
    which = slice(None) if row == 0 else slice(row - 1, row)
    names = ("rate", "extinct", "people", "without_missing")
    rate, extinct, people, base = (_flat(posterior[name].values)[:, which] for name in names)
    by_times = {}
    if layout.zero_survivors:
        for times in TIMES:
            if times != layout.zero_survivors:
                by_times[times] = (people * dialled(rate, extinct, times)).sum(axis=1)
    deaths = _flat(posterior["deaths"].values)[:, row]
    return cases_of(layout, which, deaths, base.sum(axis=1), by_times, prob)


def _flat(values: Any) -> Array:
    array = np.asarray(values)
    return array.reshape(-1, array.shape[-1])
