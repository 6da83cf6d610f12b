"""From deaths a person to deaths in all: population, the missing, dials, and what is reported."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from casualty_est.arrays import Array
from casualty_est.result.refits import case
from casualty_est.result.schema import Case, Row, Span
from casualty_est.surveys.model.households import HouseholdLayout
from casualty_est.surveys.schema import Extinct, Sample, Weighted
from casualty_est.wording.language import N_, stored
from casualty_est.wording.numbers import percent

MISSED = (0.05, 0.1)
MISSING_DEFF = 2.0  # the missing of a household resemble each other, too
DIALS = ("missing", "imprisoned")
ALL = {
    ("missing", 0.0): N_("refit", "all missing people are alive"),
    ("missing", 1.0): N_("refit", "all missing people are dead"),
    ("imprisoned", 0.0): N_("refit", "all imprisoned people are alive"),
    ("imprisoned", 1.0): N_("refit", "all imprisoned people are dead"),
}


def rows_of(layout: HouseholdLayout) -> tuple[Row, ...]:
    """The total, and each stratum where there are several."""
    total = Row(layout.cell, {}, "total", level="data")
    strata = layout.households.strata
    if len(strata) == 1:
        return (total,)
    return (total, *(Row(layout.cell, {"stratum": s}, "total", level="data") for s in strata))


def absent(layout: HouseholdLayout, name: str, people: Array, rng: np.random.Generator) -> Array:
    """Draw how many are missing, or held, in each stratum: axes of `people` (draw, stratum)."""
    held, strata = layout.households, people.shape[1]
    at = held.stratum if strata > 1 else np.zeros(len(held), dtype=np.int64)
    counts = np.bincount(at, getattr(held, name), minlength=strata)
    members = np.bincount(at, held.members, minlength=strata)
    rate = rng.gamma((counts + 0.5) / MISSING_DEFF, MISSING_DEFF / members, people.shape)
    return np.asarray(people * rate)


def add_missing(
    layout: HouseholdLayout, deaths: Array, people: Array, rng: np.random.Generator
) -> Array:
    """Add the dead among the missing and those held, as set."""
    total = deaths
    for name in DIALS:
        if dead := getattr(layout, name):
            total = total + dead * absent(layout, name, people, rng)
    return total


def cases_of(
    layout: HouseholdLayout,
    which: slice,
    deaths: Array,
    base: Array,
    by_times: Mapping[float, Array],
    prob: float,
) -> tuple[Case, ...]:
    """An estimate, of some strata, under other values of the dials.

    `deaths` and `base` are totals with the missing as set and without them, `by_times` the latter
    for other multiples of the deaths in households without a survivor.
    """
    cases = []
    added = deaths - base
    for times, values in by_times.items():
        words = N_("refit", "no deaths in households without a survivor")
        if times:
            words = stored(
                "refit",
                "{times} times the deaths in households without a survivor",
                times=f"{times:g}",
            )
        cases.append(case(words, values + added, prob, converged=True))
    if not by_times:
        for part in MISSED:
            words = stored(
                "refit", "{share} of the dead in households without a survivor", share=percent(part)
            )
            cases.append(case(words, base / (1 - part) + added, prob, converged=True))
    rng = np.random.default_rng(0)
    strata = len(layout.population)
    people = np.broadcast_to(layout.population, (len(base), strata))
    for name in DIALS:
        if getattr(layout.households, name).any():
            everybody = absent(layout, name, people, rng)[:, which].sum(axis=1)
            for dead in {0.0, 1.0} - {getattr(layout, name)}:
                shift = (dead - getattr(layout, name)) * everybody
                cases.append(case(ALL[name, dead], deaths + shift, prob, converged=True))
    return tuple(cases)


def sample_of(
    layout: HouseholdLayout,
    parameters: dict[str, Span],
    weighted: Weighted | None,
    extinct: Extinct | None,
) -> Sample:
    """What was sampled, and what was learned of it."""
    held = layout.households
    return Sample(
        clusters=held.clusters,
        deaths=int(held.deaths.sum()),
        households=len(held),
        members=int(held.members.sum()),
        missing=int(held.missing.sum()),
        imprisoned=int(held.imprisoned.sum()),
        strata=held.strata if len(held.strata) > 1 else (),
        population=float(layout.population.sum()),
        parameters=parameters,
        weighted=weighted,
        extinct=extinct,
    )
