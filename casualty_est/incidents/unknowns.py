"""What a result from incidents does not know: the scale, grades, and how sources count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.incidents.schema import GRADED
from casualty_est.result.unknowns import EVERY_GRADE, Assumed, Unknowns, beta_move

if TYPE_CHECKING:
    from casualty_est.incidents.estimate import IncidentEstimate

GRADE = "grade: "  # how the name of its parameter begins


def unknowns(estimate: IncidentEstimate) -> Unknowns:
    """Scale, grades and ratios of an incidents estimate."""
    posterior = estimate.idata["posterior"]
    ratios = np.asarray(posterior["ratio_within"].values).reshape(-1, len(estimate.meta.sources))
    anchor = estimate.details.anchor
    at = [source.source for source in estimate.meta.sources].index(anchor.source)
    scale = np.log(ratios[:, at])
    grades, real = _grades(estimate)
    assumed = [_scale(estimate, scale), *grades, *_others(estimate, np.log(ratios), at)]
    if incidents := sum(grade.incidents for grade in estimate.details.grades):
        counted = np.asarray(posterior["real_incidents"].values).ravel()
        real = {EVERY_GRADE: np.clip(counted / incidents, 0.0, 1.0), **real}
    by_grade = {grade.grade: grade.incidents for grade in estimate.details.grades}
    counts = {EVERY_GRADE: incidents, **by_grade}
    return Unknowns(tuple(assumed), real=real, incidents=counts, log_scale=scale)


def _scale(estimate: IncidentEstimate, scale: Array) -> Assumed:
    """Ratio of the source that sets the scale; under the cut its prior can be moved."""
    anchor = estimate.details.anchor
    name = f"scale: ratio of {anchor.source}"
    score = None
    if estimate.meta.settings["scale"] == "cut":
        score = (scale - np.log(anchor.median)) / anchor.sd
    effect = _elasticity(estimate, name, anchor.sd)
    name = f"ratio of {anchor.source}, which sets the scale"
    return Assumed(name, anchor.median, anchor.sd, "log", scale, score, anchor.source, effect)


def _elasticity(estimate: IncidentEstimate, name: str, sd: float) -> float | None:
    """Change of the log count for one prior sd, as the fit computed it for its first estimate."""
    weights = {row.assumption: row.weight for row in estimate.details.identification.rows}
    return weights[name] * sd if name in weights else None


def _grades(estimate: IncidentEstimate) -> tuple[list[Assumed], dict[str, Array]]:
    """How often incidents of each grade are real and by the perpetrator."""
    parameters = estimate.idata["posterior"]["parameter"]
    rows, real = [], {}
    by_name = {f"{GRADE}{grade}": grade for grade in estimate.meta.settings["grades"]}
    for j, name in enumerate(map(str, parameters["name"].values)):
        if (grade := by_name.get(name)) is None:
            continue
        a, b = estimate.meta.settings["grades"][grade]
        logit = np.asarray(parameters.values[..., j]).ravel()
        sd, score, limits = beta_move(a / (a + b), a + b, logit)
        real[grade] = special.expit(logit)
        title = GRADED.format(grade)
        rows.append(Assumed(title, a / (a + b), sd, "plain", real[grade], score, limits=limits))
    return rows, real


def _others(estimate: IncidentEstimate, logs: Array, anchor: int) -> list[Assumed]:
    """Ratios of the other sources, which the anchor measures."""
    rows = []
    for i, source in enumerate(estimate.meta.sources):
        if i == anchor or source.prior is None or not source.prior_log_sd:
            continue
        if np.isfinite(logs[:, i]).all():
            name = f"ratio of {source.source}"
            effect = _elasticity(estimate, name, source.prior_log_sd)
            median = float(source.prior.median)
            rows.append(
                Assumed(
                    name,
                    median,
                    source.prior_log_sd,
                    draws=logs[:, i],
                    source=source.source,
                    effect=effect,
                )
            )
    return rows
