"""Refits of an incidents model: other settings, and without each source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.errors import UsageError
from casualty_est.incidents.inference.fit import fit
from casualty_est.incidents.model.model import IncidentModel
from casualty_est.incidents.model.settings import GRADES, priors_table
from casualty_est.incidents.schema import Tip
from casualty_est.incidents.table.patterns import IncidentPatterns
from casualty_est.result.call import Report
from casualty_est.result.convergence import MAX_DIVERGENT, MAX_RHAT, MIN_ESS
from casualty_est.result.refits import case
from casualty_est.result.schema import Case, Diagnostics, Row
from casualty_est.tables.cells import ROLES
from casualty_est.wording.language import N_, stored
from casualty_est.wording.numbers import share

if TYPE_CHECKING:
    from casualty_est.incidents.estimate import IncidentEstimate

DRAWS, TUNE, CHAINS = 500, 500, 4  # of a refit, at most: its ends are known to some 5%
TAILS = (0.025, 0.975)
# Grades trusted less: the mean chance of being real and the perpetrator's falls from .85, .5, .6
# and .05 to .75, .3, .4 and .025.
HARSH = {"fair": (15, 5), "weak": (3, 7), "contested": (4, 6), "discounted": (1, 39)}


def _cases(
    models: Mapping[str, IncidentModel],
    estimate: IncidentEstimate,
    row: int,
    prob: float,
    report: Report,
) -> tuple[Case, ...]:
    """One line for each of the models that has such an estimate."""
    rows, used = estimate.meta.rows, estimate.meta.settings
    wanted, cases = _place(rows[row], rows[0]), []
    at_most = {"draws": DRAWS, "tune": TUNE, "chains": CHAINS}
    counts = {name: min(most, used[name]) for name, most in at_most.items()}
    for name, model in models.items():
        if model.layout.unlisted == "none" and rows[row].part != "listed":
            continue  # nothing says what is unlisted, so there is no need to fit it
        report(f"refitting: {name}", None)
        tree, meta, _ = fit(model, seed=used["seed"], progress_bar=False, budget=0, **counts)
        places = [_place(place, meta.rows[0]) for place in meta.rows]
        if wanted in places:
            draws = np.asarray(tree["posterior"]["deaths"].values[..., places.index(wanted)])
            settled = _settled(np.log(np.maximum(draws, 0.5)), meta.diagnostics)
            cases.append(case(name, draws, prob, converged=settled))
    return tuple(cases)


def _place(row: Row, first: Row) -> tuple[Any, ...]:
    """What an estimate is of, beside the first one: without a source, scopes may be fewer."""
    pairs = ((row.cell.scope, first.cell.scope), (row.cell.perpetrator, first.cell.perpetrator))
    own = tuple("" if label == whole else label for label, whole in pairs)
    return row.part, tuple(row.strata.items()), own


def _settled(log_count: Any, diagnostics: Diagnostics) -> bool:
    """Whether chains agree on this one number; of all the others a refit tells nothing."""
    import arviz as az

    if (diagnostics.divergences or 0) > MAX_DIVERGENT * log_count.size:
        return False
    checks = az.rhat(log_count), az.ess(log_count), az.ess(log_count, method="tail", prob=TAILS)
    rhat, bulk, tail = (float(x) for x in checks)
    return rhat <= MAX_RHAT and min(bulk, tail) >= MIN_ESS


def other_settings(
    model: IncidentModel, estimate: IncidentEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Estimate under the other settings, one changed at a time, as fitted first."""
    used = estimate.meta.settings
    models = {N_("refit", "as fitted"): model}
    if used["scale"] == "cut":
        name = N_("refit", "scale joint: the data may move the scale")
        models[name] = model.varied(scale="joint")
    else:
        name = N_("refit", "scale cut: the data may not move the scale")
        models[name] = model.varied(scale="cut")
    exact = N_("refit", "some reports are exact")
    if used["exact_reports"]:
        exact = N_("refit", "no report is exactly right")
    models[exact] = model.varied(exact_reports=not used["exact_reports"])
    if model.layout.readings.judge is not None:
        rule, told = "asis", N_("refit", "ranges as published")
        if used["range_rule"] == "asis":
            rule = "common"
            told = N_("refit", "all ranges read alike, as half of their upper end to it")
        models[told] = model.varied(range_rule=rule)
    source, median, sd = used["anchor"]
    twice = stored(
        "refit",
        "the anchor half as sure: log sd {twice} instead of {once}",
        twice=share(2 * sd),
        once=share(sd),
    )
    models[twice] = model.varied(anchor=(source, median, 2 * sd))
    harsh = {g: ab for g, ab in HARSH.items() if used["grades"].get(g) == list(GRADES[g])}
    if model.layout.grades and harsh:
        models[N_("refit", "grades trusted less")] = model.varied(priors=_with_grades(model, harsh))
    return _cases(models, estimate, row, prob, report)


def _with_grades(model: IncidentModel, grades: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """The analyst's assumptions with other probabilities for grades that were left at default."""
    given = priors_table(model.given["priors"])
    own = dict(given.pop("grades", {}))
    harsher = {name: {"beta": list(pair)} for name, pair in grades.items() if name not in own}
    return {**given, "grades": {**own, **harsher}}


def without_each_source(
    model: IncidentModel, estimate: IncidentEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Estimate without each source in turn; incidents that only it holds vanish from the table."""
    models = _without(model, keep=False)
    called = {name: stored("refit", "without {source}", source=name) for name in models}
    return _of_sources(called, models, estimate, row, prob, report)


def each_source_alone(
    model: IncidentModel, estimate: IncidentEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Deaths in what each source alone lists: a total would need overlap."""
    models = _without(model, keep=True)
    called = {name: stored("refit", "only {source}", source=name) for name in models}
    return _of_sources(called, models, estimate, row, prob, report)


def _of_sources(
    called: Mapping[str, str],
    models: Mapping[str, IncidentModel],
    estimate: IncidentEstimate,
    row: int,
    prob: float,
    report: Report,
) -> tuple[Case, ...]:
    """One line for each source: what it is called, and its model."""
    source = {told: name for name, told in called.items()}
    named = {called[name]: model for name, model in models.items()}
    cases = _cases(named, estimate, row, prob, report)
    return tuple(replace(one, source=source[one.case]) for one in cases)


def _without(model: IncidentModel, *, keep: bool) -> dict[str, IncidentModel]:
    """By source the model of it, or of all others; where nothing is left to fit, none."""
    names, anchor = model.patterns.sources, model.layout.anchor.source
    models: dict[str, IncidentModel] = {}
    for s, name in enumerate(names):
        held = [i for i in range(len(names)) if (i == s) == keep]
        if not held or len(held) == len(names):
            continue
        left = [names[i] for i in held]
        settings: dict[str, Any] = {
            "roles": {n: r for n, r in (model.settings["roles"] or {}).items() if n in left},
            # A source that fixes the scale and is not heard fixes nothing.
            "anchor": model.given["anchor"] if anchor in left else None,
            "priors": _priors_of(model, left),
            "unlisted": "auto",
            "perpetrator": model.layout.readings.target,
        }
        try:
            models[name] = model.varied(_columns(model.patterns, held), **settings)
        except UsageError:  # nobody is left who lists incidents
            continue
    return models


def _priors_of(model: IncidentModel, names: list[str]) -> dict[str, Any]:
    given = priors_table(model.given["priors"])
    own = {name: prior for name, prior in given.pop("sources", {}).items() if name in names}
    anchors = [a for a in given.pop("anchors", []) if a.get("source") in (None, *names)]
    denials = given.pop("denials", {}).items()
    denied = {name: prior for name, prior in denials if name in names or name in ROLES}
    parts = {"sources": own, "anchors": anchors, "denials": denied}
    return given | {name: part for name, part in parts.items() if part}


def _columns(patterns: IncidentPatterns, held: list[int]) -> IncidentPatterns:
    of_sources = ("sources", "roles", "claims")
    columns: dict[str, Any] = {n: tuple(getattr(patterns, n)[s] for s in held) for n in of_sources}
    for name in ("claim", "verdict", "self_reported"):
        columns[name] = getattr(patterns, name)[:, held]
    return replace(patterns, **columns, incident_of=None)


def tipping(estimate: IncidentEstimate, median: float, n: float) -> tuple[Tip, ...]:
    """How wrong would the scale have to be for the median to be `n`?

    Under the cut all deaths are divided by the anchor's ratio after the fit, and all other sources
    are measured by the anchor. So the answer for all of them together is exact and needs no refit.
    """
    meta, judge = estimate.meta, estimate.details.judge
    if meta.settings["scale"] != "cut":
        msg = "the data set the scale (scale 'joint'); est.identification() has what moves it"
        raise UsageError(msg)
    anchor = estimate.details.anchor
    value = anchor.median * median / n
    several = sum(source.source != judge for source in meta.sources) > 1
    sds = math.log(value / anchor.median) / anchor.sd
    places = {
        "number": f"{n:,.0f}",
        "source": anchor.source,
        "share": share(value),
        "sds": share(abs(sds)),
    }
    if several:
        sentence = stored(
            "tip",
            "For {number} to be right, {source}, and the other sources with it, would have to "
            "state {share} times the true number within incidents, {sds} standard deviations from "
            "what we assume.",
            **places,
        )
    else:
        sentence = stored(
            "tip",
            "For {number} to be right, {source} would have to state {share} times the true number "
            "within incidents, {sds} standard deviations from what we assume.",
            **places,
        )
    return (Tip(f"scale: ratio of {anchor.source}", value, sds, value, sentence),)


REFITS = {
    "without_each_source": without_each_source,
    "each_source_alone": each_source_alone,
    "other_settings": other_settings,
}
