"""Fit published estimates: draws, what each study says alone, and what the level rests on."""

from __future__ import annotations

from typing import Any

import numpy as np

from casualty_est.arrays import Array
from casualty_est.result.call import Report
from casualty_est.result.estimate import Estimate
from casualty_est.result.refits import case
from casualty_est.result.schema import (
    Assumption,
    Case,
    ClaimRow,
    Diagnostics,
    Ground,
    Rests,
    Row,
    SourceRow,
    Span,
    Weight,
)
from casualty_est.surveys.inference.quadrature import solve
from casualty_est.surveys.inference.solved import Plan, Solved
from casualty_est.surveys.model.design import deff_text, effects
from casualty_est.surveys.model.model import SurveyModel
from casualty_est.surveys.model.options import STRESS_SD
from casualty_est.surveys.model.published import PublishedLayout, Target, conflict_text
from casualty_est.surveys.schema import Contradiction, Study, SurveyDetails
from casualty_est.wording.language import N_, stored
from casualty_est.wording.numbers import percent
from casualty_est.wording.phrases import capitalised, listed

MISSED = (0.05, 0.1)  # shares of the dead whom no household of the frame could report
TIMES = 2.0  # mortality where nobody went, beside that where somebody did
LEVELS = np.array([0.025, 0.5, 0.975])
QUANTILES = (np.arange(100) + 0.5) / 100
CHOSEN = Ground(
    N_(
        "grounds",
        "chosen: an error of a few per cent in frame, population or recall; no record gives it",
    ),
    N_("grounds", "section 4 shows the estimate under other values"),
)


def fit(model: SurveyModel, plan: Plan) -> Solved:
    """Compute the posterior of every cell."""
    layout: PublishedLayout = model.layout
    rng = np.random.default_rng(plan.seed)
    drawn = solve(layout, layout.targets, plan.draws * plan.chains, rng)
    rows = tuple(
        Row(target.cell, {"study": target.study} if target.study else {}, "total", level="data")
        for target in layout.targets
    )
    sd = layout.bias_sd[0]
    return Solved(
        deaths=np.exp(drawn.log_deaths),
        rows=rows,
        details=_details(layout, drawn.bias),
        diagnostics=Diagnostics("exact", converged=True, min_ess=drawn.ess),
        sources=tuple(_source(name, sd) for name in layout.sources),
        claims=tuple(_claims(layout)),
        assumptions=tuple(_assumption(name, sd) for name in layout.sources),
        more={"bias": ("source", np.exp(drawn.bias))},
        has_total=layout.total,
        no_total=layout.no_total,
    )


def prior(model: SurveyModel, draws: int, rng: np.random.Generator) -> dict[str, Any]:
    """Draw the biases of the studies."""
    layout: PublishedLayout = model.layout
    drawn = np.array(layout.bias_sd) * rng.standard_normal((draws, len(layout.sources)))
    return {"bias": ("source", np.exp(drawn))}


def _source(name: str, sd: float) -> SourceRow:
    from scipy import special

    ends = np.exp(sd * special.ndtri(LEVELS))
    return SourceRow(
        name,
        name,
        role="survey",
        prior=Span(1.0, float(ends[0]), float(ends[2])),
        prior_log_sd=sd or None,
        prior_quantiles=tuple(np.exp(sd * special.ndtri(QUANTILES)).tolist()),
        prior_text=_bias_text(sd),
    )


def _bias_text(sd: float) -> str:
    return stored("prior", "log-normal, median 1, sd of the log {sd}", sd=f"{sd:g}")


def _assumption(name: str, sd: float) -> Assumption:
    return Assumption(
        stored("assumption", "bias of {source}", source=name),
        "bias",
        name,
        _bias_text(sd),
        1.0,
        sd,
        -1,
        (CHOSEN,),
    )


def _claims(layout: PublishedLayout) -> list[ClaimRow]:
    """Every number as published, for the picture and the data of the report."""
    place = {row: i for i, target in enumerate(layout.targets) for row in target.rows}
    claims = []
    for i, row in enumerate(layout.rows):
        quantity, cell = row.quantity, row.cell
        claims.append(
            ClaimRow(
                source=row.source,
                role="survey",
                text=quantity.text,
                form=quantity.form if row.deaths != 0 or row.has_interval else "exact",
                low=quantity.low,
                best=quantity.best,
                high=quantity.high,
                level="total",
                scope=cell.scope,
                outcome=cell.outcome,
                group=cell.group,
                perpetrator=cell.perpetrator,
                start=cell.start,
                end=cell.end,
                reported=None,
                citation=row.citation or None,
                line=row.line,
                counted=True,
                hedge="speaker",
                reading=layout.numbers[i].words,
                estimate=place[i],
            )
        )
    return claims


def _details(layout: PublishedLayout, bias: Array) -> SurveyDetails:
    studies: list[Study] = []
    rests: list[Rests] = []
    for at, target in enumerate(layout.targets):
        weights = weights_of(layout, target)
        studies += [_study(layout, row, at, w) for row, w in zip(target.rows, weights, strict=True)]
        rests.append(_rests(layout, target, weights, bias))
    against = tuple(
        Contradiction(c.one, c.other, c.p, c.factor, conflict_text(c)) for c in layout.conflicts
    )
    return SurveyDetails("estimate", tuple(rests), tuple(studies), against)


def weights_of(layout: PublishedLayout, target: Target) -> Array:
    """Weight of each study in the log of a count: inverse variances, bias included; sum 1."""
    variances = [
        layout.numbers[row].moments[1] + layout.bias_sd[layout.source_of(row)] ** 2
        for row in target.rows
    ]
    inverse = 1 / np.array(variances)
    return np.asarray(inverse / inverse.sum())


def _study(layout: PublishedLayout, at: int, target: int, weight: float) -> Study:
    row, number = layout.rows[at], layout.numbers[at]
    ends = np.exp(number.quantile(LEVELS))
    deff = None
    if not row.has_interval:
        effect, chances = effects(row)
        cumulative = np.cumsum(chances) - chances / 2
        deff = Span(*(float(np.interp(q, cumulative, effect)) for q in (0.5, 0.025, 0.975)))
    names = ("deaths", "clusters", "selected", "households", "members", "population", "response")
    return Study(
        source=row.source,
        row=target,
        text=row.quantity.text,
        reading=number.words + ("" if row.has_interval else f"; {deff_text(row)}"),
        alone=Span(float(ends[1]), float(ends[0]), float(ends[2])),
        weight=float(weight),
        deff=deff,
        recall_days=row.recall_days,
        fieldwork=row.fieldwork.isoformat() if row.fieldwork else None,
        citation=row.citation,
        **{name: getattr(row, name) for name in names},
    )


def _rests(layout: PublishedLayout, target: Target, weights: Array, bias: Array) -> Rests:
    names = [layout.rows[row].source for row in target.rows]
    lines = []
    for row, weight in zip(target.rows, weights, strict=True):
        study = layout.source_of(row)
        sd = layout.bias_sd[study]
        learned = float(bias[:, study].std() / sd) if sd else None
        lines.append(Weight(layout.rows[row].source, float(weight), 0.0, learned))
    if len(names) == 1:
        level = stored(
            "identification",
            "The sample of {source} sets the level of this estimate: its design says how "
            "many deaths each death in the sample represents.",
            source=names[0],
        )
    else:
        level = stored(
            "identification",
            "The samples of {sources} set the level of this estimate together, each by its "
            "precision.",
            sources=listed(names),
        )
    unseen = stored(
        "identification",
        "No survey can see people outside its frame, households without a survivor, or deaths that "
        "respondents hide.",
    )
    against = [
        f"{capitalised(conflict_text(c))}." for c in layout.conflicts if c.cell == target.cell
    ]
    sentences = [level, unseen, *against]
    return Rests("gauge", tuple(lines), tuple(sentences))


# Refits -----------------------------------------------------------------------------------------


def _again(layout: PublishedLayout, target: Target, estimate: Estimate) -> Array:
    """Draws of one count from another layout or other rows."""
    settings = estimate.meta.settings
    rng = np.random.default_rng(settings["seed"])
    draws = settings["draws"] * settings["chains"]
    return np.exp(solve(layout, (target,), draws, rng).log_deaths[:, 0])


def without(
    model: SurveyModel, estimate: Estimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """The estimate without each study in turn; none where one study stands alone."""
    layout: PublishedLayout = model.layout
    target, cases = layout.targets[row], []
    for name in dict.fromkeys(layout.rows[i].source for i in target.rows):
        left = layout.without(name, target)
        if left is not None:
            report(f"without {name}", None)
            values = _again(layout, left, estimate)
            called = stored("refit", "without {source}", source=name)
            cases.append(case(called, values, prob, converged=True, source=name))
    return tuple(cases)


def dials(
    model: SurveyModel, estimate: Estimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """The estimate under other biases, deaths that no household could report, unvisited places."""
    layout: PublishedLayout = model.layout
    target, cases = layout.targets[row], []
    own = layout.bias_sd[0]
    for sd in sorted({0.0, STRESS_SD} - {own}):
        values = _again(layout.with_bias(sd), target, estimate)
        words = N_("refit", "no bias beside the published error")
        if sd:
            words = stored("refit", "bias of a study with sd {sd}", sd=f"{sd:g}")
        cases.append(case(words, values, prob, converged=True))
    base = _again(layout, target, estimate)
    for share in MISSED:
        words = stored(
            "refit",
            "{share} of the dead in no household that could report them",
            share=percent(share),
        )
        cases.append(case(words, base / (1 - share), prob, converged=True))
    for at in target.rows:
        published = layout.rows[at]
        if published.selected and published.clusters and published.clusters < published.selected:
            part = 1 - published.clusters / published.selected
            words = stored(
                "refit",
                "twice the mortality in the {share} of clusters that {source} did not visit",
                share=percent(round(part, 3)),
                source=published.source,
            )
            if len(target.rows) == 1:
                more = base * (1 + (TIMES - 1) * part)
                cases.append(case(words, more, prob, converged=True))
    return tuple(cases)
