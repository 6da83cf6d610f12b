"""What a result from surveys does not know: biases of studies, population, likeness, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casualty_est.arrays import Array
from casualty_est.result.unknowns import ANY_LIST, Assumed, Unknowns
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.result.schema import Assumption
    from casualty_est.surveys.estimate import SurveyEstimate

ANY = "any"  # what a table of matched deaths calls at least one list
POPULATION = "population"
# Of households and of matched deaths: what is told of a variable whose prior is not moved.
LEARNED = {
    "icc": "likeness of deaths in a household",
    "deff": "design effect",
}


def unknowns(estimate: SurveyEstimate, row: int) -> Unknowns:
    """Biases of the studies that speak of an estimate, or what a sample leaves open."""
    posterior = estimate.idata["posterior"]
    assumptions = {one.name: one for one in estimate.meta.assumptions}
    assumed = _biases(estimate, row)
    if "people" in posterior:
        assumed.append(_population(posterior["people"].values, assumptions[POPULATION]))
    for name, title in LEARNED.items():
        if name in posterior and title in assumptions:
            prior = assumptions[title]
            draws = np.asarray(posterior[name].values).ravel()
            assumed.append(Assumed(title, prior.median, prior.sd, "plain", draws))
    return Unknowns(tuple(assumed), _held(estimate))


def _biases(estimate: SurveyEstimate, row: int) -> list[Assumed]:
    speak = {study.source for study in estimate.details.studies if study.row == row}
    rows = []
    for source in estimate.meta.sources:
        if source.source in speak and source.prior_log_sd:
            draws = np.log(estimate.bias(source.source).ravel())
            sd = source.prior_log_sd
            name = f"bias of {source.source}"
            rows.append(Assumed(name, 1.0, sd, "log", draws, draws / sd, source.source))
    return rows


def _population(people: Array, prior: Assumption) -> Assumed:
    """The one factor by which the population of every stratum is off."""
    first = np.asarray(people).reshape(-1, people.shape[-1])[:, 0]
    # Its prior is log-normal round the number given, and no death tells anything of it.
    logs = np.log(first) - float(np.median(np.log(first)))
    score = logs / prior.sd if prior.sd else None
    return Assumed(N_("assumption", "population, as a multiple"), 1.0, prior.sd, "log", logs, score)


def _held(estimate: SurveyEstimate) -> dict[str, Array]:
    """Completeness of each list on which deaths were looked up."""
    if not estimate._matched:
        return {}
    shares = {s.source: estimate.completeness(s.source).ravel() for s in estimate.meta.sources}
    return {ANY_LIST if name == ANY else name: share for name, share in shares.items()}
