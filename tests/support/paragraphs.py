"""Small cases of every kind of evidence, whose first paragraphs are read as texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import xarray as xr

import casualty_est as ce
from casualty_est.claims.estimate import ClaimsEstimate
from casualty_est.claims.schema import ClaimsDetails
from casualty_est.incidents.estimate import IncidentEstimate
from casualty_est.incidents.schema import (
    AnchorUsed,
    BySize,
    Graded,
    IncidentDetails,
    Reported,
)
from casualty_est.result.schema import (
    RATIO,
    Assumption,
    Cell,
    ClaimRow,
    Diagnostics,
    Meta,
    Rests,
    Row,
    SourceRow,
    Span,
)
from casualty_est.surveys.estimate import SurveyEstimate
from casualty_est.surveys.schema import Sample, SurveyDetails
from casualty_est.tables.cells import Documented
from tests.support.by_hand import make_estimate, make_row

NORTHLAND = {"scope": "Northland", "start": "2021-01-01", "end": "2021-12-31"}
Told = Sequence[tuple[str, str, str]]


def claims(
    told: Told,
    cell: dict[str, str] = NORTHLAND,
    *,
    leading: str = "",
    ratio: float = 0.7,
    number: float = 5_000,
    kind: str = "ratio",
    has_level: bool = True,
    **over: Any,
) -> ClaimsEstimate:
    """An estimate from claims of one cell, built by hand: its level rests on one source."""
    fields = {"scope": "all", "start": None, "end": None, "group": "civilians"} | cell
    basis = fields.pop("basis", None)
    what = Cell(**{"outcome": "killed", "perpetrator": "any"} | fields)
    z = np.random.default_rng(0).standard_normal((2, 1000))
    deaths = number * np.exp(0.3 * z)
    who = leading or told[0][0]
    names = [source for source, _, _ in told]
    score = np.zeros((2, 1000, len(names)))
    score[..., names.index(who)] = (z - z.mean()) / 0.3 / z.var()
    dims = ("chain", "draw")
    posterior = {
        "deaths": ((*dims, "estimate"), deaths[..., None]),
        "ratio_total": ((*dims, "target"), np.exp(-0.3 * z)[..., None] * np.ones(len(names))),
    }
    gauge = xr.Dataset({"score": ((*dims, "assumption"), score)})
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(posterior), "gauge": gauge})
    rows = tuple(_claim(what, *one, basis) for one in told)
    span = Span(ratio, ratio / 2, ratio * 2)
    settings = {"seed": 3, **over.pop("settings", {})}
    low = next(
        (c for c in rows if c.rests_on == "list" and c.low and c.role != "perpetrator"), None
    )
    documented = Documented(low.low, low.high, low.source, low.text) if low else None
    meta = Meta(
        kind="claims",
        seed=3,
        versions={"casualty_est": "0.1.0"},
        settings=settings,
        has_level=has_level,
        rows=(Row(what, {}, "total", documented, **over.pop("row", {})),),
        sources=tuple(
            SourceRow(f"ratio of {s}", s, what.target, r or None, prior=span, prior_log_sd=0.4)
            for s, r, _ in told
        ),
        claims=over.pop("claims", rows),
        assumptions=tuple(
            Assumption(f"ratio of {s}", kind if s == who else "ratio", s, "", ratio, 0.4, RATIO)
            for s, _, _ in told
        ),
        diagnostics=Diagnostics("exact", converged=True, min_ess=2000.0),
        **over,
    )
    return ClaimsEstimate(tree, meta, ClaimsDetails())


def _claim(what: Cell, source: str, role: str, text: str, basis: str | None) -> ClaimRow:
    quantity = ce.Quantity.parse(text)
    ends = {name: getattr(quantity, name) for name in ("text", "form", "low", "best", "high")}
    return ClaimRow(
        source=source,
        role=role or None,
        **ends,
        level="total",
        **asdict(what),
        reported=None,
        citation=None,
        line=1,
        counted=True,
        estimate=0,
        basis=basis,
    )


def fifteen() -> ClaimsEstimate:
    """An army, a monitor and thirteen papers."""
    papers = [(f"Paper {i}", "media", f"{1000 * i:,}") for i in range(1, 14)]
    told = [("Army", "perpetrator", "about 20"), ("Lantern", "monitor", "more than 28,000")]
    return claims([*told, *papers], leading="Lantern", number=28_000)


def parts_only() -> ClaimsEstimate:
    """No source counts all of it."""
    est = claims([("Lantern", "monitor", "40"), ("Delta", "monitor", "at least 13")])
    apart = tuple(replace(claim, estimate=i + 1) for i, claim in enumerate(est.meta.claims))
    in_parts = Documented(53, None, "Lantern, Delta", "at least 53")
    row = replace(est.meta.rows[0], documented=None, in_parts=in_parts)
    est.meta = replace(est.meta, claims=apart, rows=(row,))
    return est


def windows_differ() -> ClaimsEstimate:
    """Several counts, and no total."""
    est = claims([("Lantern", "monitor", "40"), ("Delta", "monitor", "at least 13")])
    row = est.meta.rows[0]
    other = replace(row, cell=replace(row.cell, scope="Southland"))
    claims_ = tuple(replace(claim, estimate=i) for i, claim in enumerate(est.meta.claims))
    no_total = "its parts cover different windows"
    est.meta = replace(
        est.meta, rows=(row, other), claims=claims_, has_total=False, no_total=no_total
    )
    return est


def report(source: str, role: str, low: float, high: float | None = None, **over: Any) -> Reported:
    """What one source reports of incidents in all."""
    plain = Reported(source, role, 40, 10, 30, low, low if high is None else high, 0, 0, 0, 0)
    return replace(plain, **over)


def incidents(
    reports: Sequence[Reported],
    documented: Documented | None,
    *,
    judge: str | None = None,
    grades: Sequence[str] = (),
    unlisted: str = "overlap",
    scale: str = "cut",
) -> IncidentEstimate:
    """An estimate from incidents, built by hand."""
    rng = np.random.default_rng(0)
    deaths = rng.lognormal(np.log(900), 0.15, (2, 500, 1))
    cell = Cell("Northland", "2021-01-01", "2021-12-31", "killed", "civilians", "Army")
    listed = unlisted == "none"
    row = Row(cell, {}, "listed" if listed else "total", documented, level="anchor")
    graded = tuple(Graded(g, 20, 0, 0, 100, 120, 0.8) for g in grades)
    details = IncidentDetails(
        identification=Rests("elasticity", (), ()),
        anchor=AnchorUsed("Lantern", 1.0, 0.1, "named", None),
        unlisted_from=unlisted,
        judge=judge,
        gaps=(),
        reports=tuple(reports),
        by_size=BySize(("1",), (62,), ((40,),), ((30,),)),
        grades=graded,
    )
    meta = Meta(
        kind="incidents",
        seed=3,
        versions={"casualty_est": "0.1.0"},
        settings={"seed": 3, "scale": scale},
        rows=(row,),
        sources=(),
        diagnostics=Diagnostics("nuts", converged=True, max_rhat=1.001, min_ess=900.0),
        has_total=not listed,
    )
    dims = ("chain", "draw", "estimate")
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"deaths": (dims, deaths)})})
    return IncidentEstimate(tree, meta, details)


def incidents_judged() -> ce.Estimate:
    """A party accepts some of what a monitor lists and grades."""
    army = report("Army", "perpetrator", 90, 95, incidents=12, accepted=12, rejected=30)
    lantern = report("Lantern", "monitor", 700, 1100, incidents=60)
    count = Documented(640, None, "Lantern", "at least 640")
    grades = ("confirmed", "fair", "weak")
    return incidents([army, lantern], count, judge="Army", grades=grades, unlisted="recall")


def incidents_of_three() -> ce.Estimate:
    """A monitor and two papers."""
    papers = [report("Herald", "media", 410, 460), report("Courier", "media", 300)]
    lantern = report("Lantern", "monitor", 700, 1100, incidents=60)
    return incidents([lantern, *papers], Documented(700, None, "Lantern", "at least 700"))


def incidents_of_papers() -> ce.Estimate:
    """Two papers, and nobody who records case by case; what nobody lists is not estimated."""
    return incidents(
        [report("Herald", "media", 410, 460), report("Courier", "media", 300)],
        None,
        unlisted="none",
    )


def two_modes() -> ce.Estimate:
    """Draws round two numbers."""
    rng = np.random.default_rng(0)
    parts = [rng.lognormal(np.log(6000), 0.1, 1200), rng.lognormal(np.log(10000), 0.1, 800)]
    draws = rng.permutation(np.concatenate(parts))
    return make_estimate(draws.reshape(4, 500, 1), [make_row()])


def stopped() -> ClaimsEstimate:
    """A fit that did not converge."""
    broken = Diagnostics("nuts", converged=False, reasons=("R-hat is 1.8",))
    est = claims([("Lantern", "monitor", "at least 4,100")])
    est.meta = replace(est.meta, diagnostics=broken)
    return est


def survey(form: str, sample: Sample) -> SurveyEstimate:
    """An estimate from one survey, built by hand."""
    built = make_estimate(
        np.random.default_rng(0).lognormal(7, 0.2, (2, 500, 1)),
        [replace(make_row(scope="Northland", perpetrator="any", group="all"), documented=None)],
    )
    details = SurveyDetails(form, (Rests("none", (), ("It rests on the sample.",)),), sample=sample)
    return SurveyEstimate(built.idata, replace(built.meta, kind="survey"), details)


def matched() -> SurveyEstimate:
    """Deaths of a survey, looked up on a list."""
    return survey("matched", Sample(30, 150, on_none=53))


def households() -> SurveyEstimate:
    """A survey of households."""
    return survey("households", Sample(30, 12, households=240, members=1095))


def kosovo() -> ce.Estimate:
    """One published survey, bundled."""
    return ce.SurveyModel(ce.datasets.survey("kosovo_survey")).fit(seed=1)


def iraq() -> ce.Estimate:
    """Two bundled surveys that contradict each other."""
    return ce.SurveyModel(ce.datasets.survey("iraq_surveys")).fit(seed=1)
