"""Fit matched deaths: completeness of each list on a grid, and the deaths in all that follow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special, stats

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
from casualty_est.surveys.model.matched import ALIKE, ANY, PRIOR, MatchedLayout, log_likelihood
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
    shares, deff = complete(layout, draws, np.random.default_rng(plan.seed))
    name, people = layout.listed
    total = people / shares[:, layout.at]
    documented = Documented(people, source=None if name == ANY else name, text=f"{people:,}")
    rows = [Row(layout.cell, {}, "total", documented, level="data")]
    columns = [total]
    if name == ANY or len(layout.matched.lists) == 1:
        rows += [Row(layout.cell, {}, part, level="data") for part in ("listed", "unlisted")]
        columns += [np.full(draws, float(people)), total - people]
    listed = {"some list" if name == ANY else name: people}
    rests = _rests(layout, shares[:, layout.at])
    sample = Sample(
        clusters=len(np.unique(layout.matched.whole.psu)),
        deaths=layout.deaths,
        deff=span_of(deff, KEPT),
        on_none=layout.deaths - layout.counts[-1],
        listed=listed,
        found=dict(zip(layout.names, layout.counts, strict=False)),
    )
    return Solved(
        deaths=np.column_stack(columns),
        rows=tuple(rows),
        details=SurveyDetails("matched", (rests,) * len(rows), sample=sample),
        diagnostics=Diagnostics("exact", converged=True, min_ess=float(draws)),
        sources=tuple(SourceRow(one, one) for one in layout.names),
        assumptions=_assumptions(layout),
        more={"completeness": ("source", shares), "deff": ("one", deff[:, None])},
    )


def _assumptions(layout: MatchedLayout) -> tuple[Assumption, ...]:
    return (
        *(_completeness(name, layout.prior(at)) for at, name in enumerate(layout.names)),
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


def _completeness(name: str, prior: tuple[float, float]) -> Assumption:
    """The prior of how much of all deaths a list holds."""
    vague = N_("grounds", "vague: every share alike")
    if prior == PRIOR:
        vague = N_("grounds", "vague: Jeffreys' prior of a share")
    return Assumption(
        stored("assumption", "completeness of {source}", source=name),
        "prior",
        name,
        "Beta({:g}, {:g})".format(*prior),
        0.5,
        round(float(stats.beta.std(*prior)), 2),
        -1,
        (Ground(vague, N_("grounds", "no record is needed")),),
    )


def complete(
    layout: MatchedLayout,
    draws: int,
    rng: np.random.Generator,
    prior: tuple[float, float] | None = None,
    missed: float | None = None,
) -> tuple[Array, Array]:
    """Draw the share of all deaths that each list holds, and the design effect.

    prior: of every list, where it is another than that of the layout; missed: the share of the
    links that the matching missed, where it is another.
    """
    found = 1 - (layout.missed_links if missed is None else missed)
    priors = [prior or layout.prior(at) for at in range(len(layout.names))]
    held, own = layout.counts[layout.at], priors[layout.at]
    evidence = [
        special.logsumexp(_density(held, layout.deaths, float(deff), own, found)[1])
        for deff in layout.deffs
    ]
    chance = layout.weights * np.exp(np.array(evidence) - max(evidence))
    nodes = rng.choice(len(layout.deffs), draws, p=chance / chance.sum())
    shares = np.empty((draws, len(layout.names)))
    for j, held in enumerate(layout.counts[: len(layout.names)]):
        u = rng.uniform(size=draws)
        for k in np.unique(nodes):
            share, logs = _density(held, layout.deaths, float(layout.deffs[k]), priors[j], found)
            cumulative = np.cumsum(np.exp(logs - logs.max()))
            here = nodes == k
            shares[here, j] = np.interp(u[here], cumulative / cumulative[-1], share)
    return shares, layout.deffs[nodes]


def _density(
    held: int, deaths: int, deff: float, prior: tuple[float, float], found: float
) -> tuple[Array, Array]:
    """Shares at even steps of Jeffreys' prior, and the log posterior there, normalised by deff.

    found: the share of the links that the matching found.
    """
    # The quantiles of Beta(1/2, 1/2): the arcsine law.
    share = np.sin(np.pi / 2 * (np.arange(POINTS) + 0.5) / POINTS) ** 2
    a, b = (own - jeffreys for own, jeffreys in zip(prior, PRIOR, strict=True))
    weight = special.xlogy(a, share) + special.xlog1py(b, -share)
    return share, log_likelihood(found * share, held, deaths, deff) + weight


def _found(layout: MatchedLayout, completeness: Array) -> str:
    """What the sample says of the list from which the number follows."""
    name, people = layout.listed
    held, side = layout.counts[layout.at], layout.side(layout.at)
    what = N_("identification", "at least one list") if name == ANY else name
    said = {"deaths": f"{layout.deaths:,}", "list": what, "where": what, "people": f"{people:,}"}
    if side == "lower":
        most = float(np.quantile(completeness, KEPT))
        return stored(
            "identification",
            "Of {deaths} deaths in the sample none is on {list}. The sample was drawn without "
            "regard to the lists, so {where} contains at most {share} of all deaths, with 95% "
            "probability; {people} people are on it.",
            share=percent(math.ceil(1000 * most) / 1000),
            **said,
        )
    if side == "upper":
        least = float(np.quantile(completeness, 1 - KEPT))
        return stored(
            "identification",
            "Of {deaths} deaths in the sample every one is on {list}. The sample was drawn without "
            "regard to the lists, so {where} contains at least {share} of all deaths, with 95% "
            "probability; {people} people are on it.",
            share=percent(math.floor(1000 * least) / 1000),
            **said,
        )
    return stored(
        "identification",
        "Of {deaths} deaths in the sample {held} are on {list}. The sample was drawn "
        "without regard to the lists, so {where} contains about {share} of all deaths; "
        "{people} people are on it.",
        held=f"{held:,}",
        share=percent(round(held / layout.deaths, 3)),
        **said,
    )


def _rests(layout: MatchedLayout, completeness: Array) -> Rests:
    return Rests(
        "none",
        (),
        (
            _found(layout, completeness),
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
    shares = [rng.beta(*layout.prior(at), draws) for at in range(len(layout.names))]
    return {"completeness": ("list", np.column_stack(shares))}


def dials(
    model: SurveyModel, estimate: Estimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Deaths in all where the matching missed other shares of the links.

    Of few deaths on a list, or off it, with another prior of its completeness as well.
    """
    layout: MatchedLayout = model.layout
    part = estimate.meta.rows[row].part
    if part == "listed":
        return ()
    settings = estimate.meta.settings
    draws, people, cases = settings["draws"] * settings["chains"], layout.listed[1], []

    def values(*changed: Any) -> Array:
        rng = np.random.default_rng(settings["seed"])
        shares, _ = complete(layout, draws, rng, *changed)
        total = people / shares[:, layout.at]
        return total - people if part == "unlisted" else total

    if layout.few:
        words = N_("refit", "every completeness of the list as likely beforehand")
        cases.append(case(words, values(ALIKE), prob, converged=True))
    for missed in MISSED:
        if missed != layout.missed_links and layout.possible(missed):
            words = N_("refit", "no link missed by the matching")
            if missed:
                words = stored(
                    "refit", "{share} of the links missed by the matching", share=percent(missed)
                )
            cases.append(case(words, values(None, missed), prob, converged=True))
    return tuple(cases)
