"""Fit matched deaths: completeness of each list on a grid, and the deaths in all that follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.result.call import Report
from casualty_est.result.estimate import Estimate
from casualty_est.result.posterior import span_of
from casualty_est.result.refits import case
from casualty_est.result.schema import (
    Assumption,
    Case,
    Diagnostics,
    Ground,
    Rests,
    Row,
    SourceRow,
)
from casualty_est.surveys.inference.solved import KEPT, Plan, Solved
from casualty_est.surveys.model.design import RHO_MEDIAN, RHO_SD, RHO_TEXT
from casualty_est.surveys.model.matched import ANY, PRIOR, MatchedLayout, log_likelihood
from casualty_est.surveys.model.model import SurveyModel
from casualty_est.surveys.schema import Sample, SurveyDetails
from casualty_est.tables.cells import Documented
from casualty_est.wording.language import N_, stored
from casualty_est.wording.numbers import percent

Array = npt.NDArray[np.float64]

POINTS = 4000
MISSED = (0.0, 0.02, 0.05, 0.1)
RULE = Ground(
    N_(
        "grounds",
        "the published intervals of three surveys, read backwards, give 0.15, 0.17 and 0.17; two "
        "counts that this takes were not found in public text",
    ),
    "doi 10.1016/S2214-109X(25)00522-4, 10.1016/S0140-6736(00)02404-1, "
    "10.1016/S0140-6736(06)69491-9",
)


def fit(model: SurveyModel, plan: Plan) -> Solved:
    """Compute the completeness of each list and the deaths in all."""
    layout: MatchedLayout = model.layout
    draws = plan.draws * plan.chains
    linked, deff = linked_shares(layout, draws, np.random.default_rng(plan.seed))
    shares = complete(linked, layout.missed_links)
    name, people = layout.listed
    total = people / shares[:, layout.at]
    documented = Documented(people, source=None if name == ANY else name, text=f"{people:,}")
    rows = [Row(layout.cell, {}, "total", documented, level="data")]
    columns = [total]
    if name == ANY or len(layout.matched.lists) == 1:
        rows += [Row(layout.cell, {}, part, level="data") for part in ("listed", "unlisted")]
        columns += [np.full(draws, float(people)), total - people]
    listed = {"some list" if name == ANY else name: people}
    sample = Sample(
        clusters=len(np.unique(layout.matched.whole.psu)),
        deaths=layout.deaths,
        deff=span_of(deff, KEPT),
        on_none=layout.deaths - layout.counts[-1],
        listed=listed,
    )
    return Solved(
        deaths=np.column_stack(columns),
        rows=tuple(rows),
        details=SurveyDetails("matched", (_rests(layout),) * len(rows), sample=sample),
        diagnostics=Diagnostics("exact", converged=True, min_ess=float(draws)),
        sources=tuple(SourceRow(one, one) for one in layout.names),
        assumptions=_assumptions(layout),
        more={"completeness": ("source", shares), "deff": ("one", deff[:, None])},
    )


def _assumptions(layout: MatchedLayout) -> tuple[Assumption, ...]:
    beta = "Beta({:g}, {:g})".format(*PRIOR)
    vague = (
        Ground(
            N_("grounds", "vague: Jeffreys' prior of a share"),
            N_("grounds", "no record is needed"),
        ),
    )
    return (
        *(
            Assumption(
                stored("assumption", "completeness of {source}", source=name),
                "prior",
                name,
                beta,
                0.5,
                0.35,
                -1,
                vague,
            )
            for name in layout.names
        ),
        Assumption(
            N_("assumption", "design effect"),
            "prior",
            None,
            RHO_TEXT,
            RHO_MEDIAN,
            RHO_SD,
            1,
            (RULE,),
        ),
    )


def linked_shares(
    layout: MatchedLayout, draws: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw the share of all deaths that would be linked to each list, and the design effect."""
    evidence = [
        special.logsumexp(_density(layout.counts[layout.at], layout.deaths, float(deff))[1])
        for deff in layout.deffs
    ]
    chance = layout.weights * np.exp(np.array(evidence) - max(evidence))
    nodes = rng.choice(len(layout.deffs), draws, p=chance / chance.sum())
    shares = np.empty((draws, len(layout.names)))
    for j, held in enumerate(layout.counts[: len(layout.names)]):
        u = rng.uniform(size=draws)
        for k in np.unique(nodes):
            share, logs = _density(held, layout.deaths, float(layout.deffs[k]))
            cumulative = np.cumsum(np.exp(logs - logs.max()))
            here = nodes == k
            shares[here, j] = np.interp(u[here], cumulative / cumulative[-1], share)
    return shares, layout.deffs[nodes]


def _density(held: int, deaths: int, deff: float) -> tuple[Array, Array]:
    """Shares at even steps of their prior, and the log likelihood there, normalised by deff."""
    # The quantiles of Beta(1/2, 1/2), the prior: the arcsine law.
    share = np.sin(np.pi / 2 * (np.arange(POINTS) + 0.5) / POINTS) ** 2
    return share, log_likelihood(share, held, deaths, deff)


def complete(linked: Array, missed: float) -> Array:
    """Completeness where the matching missed a share of the links; no list holds more than all."""
    return np.minimum(linked / (1 - missed), 1.0)


def _rests(layout: MatchedLayout) -> Rests:
    name, people = layout.listed
    held = layout.counts[layout.at]
    what = N_("identification", "at least one list") if name == ANY else name
    part = percent(round(held / layout.deaths, 3))
    return Rests(
        "none",
        (),
        (
            stored(
                "identification",
                "Of {deaths} deaths in the sample {held} are on {list}. The sample was drawn "
                "without regard to the lists, so {where} holds about {share} of all deaths; "
                "{people} people are on it.",
                deaths=f"{layout.deaths:,}",
                held=f"{held:,}",
                list=what,
                where=what,
                share=part,
                people=f"{people:,}",
            ),
            stored(
                "identification",
                "This takes no assumption on how the lists depend on each other. A link that the "
                "matching missed looks like a death on no list.",
            ),
            stored(
                "identification",
                "No survey can see people outside its frame, households without a survivor, or "
                "deaths that respondents hide.",
            ),
        ),
    )


def prior(model: SurveyModel, draws: int, rng: np.random.Generator) -> dict[str, Any]:
    """Draw the completeness of each list."""
    layout: MatchedLayout = model.layout
    return {"completeness": ("list", rng.beta(*PRIOR, (draws, len(layout.names))))}


def dials(
    model: SurveyModel, estimate: Estimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Deaths in all where the matching missed other shares of the links."""
    layout: MatchedLayout = model.layout
    part = estimate.meta.rows[row].part
    if part == "listed":
        return ()
    settings = estimate.meta.settings
    rng = np.random.default_rng(settings["seed"])
    linked, _ = linked_shares(layout, settings["draws"] * settings["chains"], rng)
    people, cases = layout.listed[1], []
    for missed in MISSED:
        if missed != layout.missed_links:
            total = people / complete(linked[:, layout.at], missed)
            words = N_("refit", "no link missed by the matching")
            if missed:
                words = stored(
                    "refit", "{share} of the links missed by the matching", share=percent(missed)
                )
            values = total - people if part == "unlisted" else total
            cases.append(case(words, values, prob, converged=True))
    return tuple(cases)
