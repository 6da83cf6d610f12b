"""The report of one study: a single HTML file that needs nothing from outside."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casualty_est.result.files import write_whole

if TYPE_CHECKING:
    import jinja2

    from casualty_est.result.estimate import Estimate

NO_BREAK = "\u00a0"
INTERVAL = re.compile(r"[\d,.]+( %| times)? to [\d,.]+( %| times)?")  # kept on one line


def write_report(estimate: Estimate, path: str | os.PathLike[str], *, prob: float = 0.95) -> Path:
    """Write the report of an estimate.

    What only the analyst can say (limitations of the sources, corrections policy, earlier
    estimates, ...) is taken from ``estimate.meta["details"]["statements"]``; the checklist of the
    report names what is missing there. Tables to set beside the answer, such as published
    estimates, are taken from ``estimate.meta["details"]["comparisons"]``: a list of
    ``{"caption": text, "head": [text, ...], "rows": [[text, ...], ...]}``.
    """
    page = render(estimate, prob)

    def write(beside: Path) -> None:
        beside.write_text(page, encoding="utf-8")

    return write_whole(path, write)


def render(estimate: Estimate, prob: float = 0.95) -> str:
    """Return the report of an estimate as one HTML page; see `write_report`."""
    page: str = _environment().get_template("report.html").render(_content(estimate, prob))
    return page


def _content(estimate: Estimate, prob: float) -> dict[str, Any]:
    from casualty_est.claims.model import hedges
    from casualty_est.claims.report import timeline
    from casualty_est.claims.report.what_if import what_if
    from casualty_est.incidents.report import text as incidents_text
    from casualty_est.report import checklist, naming, sources_text, tables, text
    from casualty_est.report.pictures import draw
    from casualty_est.result.tables import has_completeness
    from casualty_est.wording.numbers import percent

    meta = estimate.meta
    main = tables.estimates(estimate, prob)  # first: it refuses a level that is no probability
    refits = tables.refits(estimate, prob)
    has_ratios = meta["has_level"] and "ratio_total" in estimate.idata["posterior"]
    check = estimate.check()
    scope = meta["rows"][0]["cell"]["scope"].split("+") if len(estimate) else []
    return {
        "kind": estimate.kind,
        "level": percent(prob),
        "has_level": meta["has_level"],
        "several": len(estimate) > 0 and len(estimate.modes(0, prob)) > 1,
        "title": text.title(estimate),
        "not_converged": text.not_converged(estimate),
        "lede": text.lede(estimate, prob),
        "documented": text.documented(estimate, prob),
        "places": scope if len(scope) > naming.FEW_PLACES else [],
        "estimates": main,
        "sources": tables.sources(estimate, prob),
        "under_documented": text.under_documented(estimate) if meta["has_level"] else "",
        "source_sentences": (
            incidents_text.of_sources(estimate, prob)
            if estimate.kind == "incidents"
            else sources_text.of_sources(
                meta["sources"], estimate.sources(prob).to_dict("records"), prob
            )
            if has_ratios
            else []
        ),
        "identification": estimate.identification(0) if len(estimate) else None,
        "weights": tables.weights(estimate) if len(estimate) else None,
        "what_if": (
            incidents_text.what_if(estimate) if estimate.kind == "incidents" else what_if(estimate)
        ),
        "refits": refits,
        "refits_missing": text.refits_missing(estimate),
        "below_documented": text.below_documented(estimate),
        "claims": tables.claims(estimate),
        "attribution": text.attribution(estimate),
        "priors": tables.priors(estimate),
        "hedges": hedges,
        "model": meta.get("model", ""),
        "check": check,
        "agreement": meta["details"].get("agreement", {}).get("text", ""),
        "notes": [
            text.note(words)
            for code, words in estimate.warnings
            if not (estimate.has_path and code in timeline.SAID_THERE)
        ],
        "checklist": checklist.run(estimate, prob),
        "statements": checklist.statements(estimate),
        "comparisons": tables.comparisons(estimate),
        "limitations": text.limitations(estimate),
        "privacy": text.privacy(),
        "cite": text.how_to_cite(estimate),
        "facts": tables.facts(estimate),
        "exact": meta["diagnostics"]["method"] == "exact",
        "sampler": meta["diagnostics"]["method"],
        "lists": _of_lists(estimate, prob) if has_completeness(estimate) else None,
        "timeline": timeline.section(estimate, prob),
        "incidents": _of_incidents(estimate, prob) if estimate.kind == "incidents" else None,
        "pictures": draw(estimate, prob, refits=bool(refits)),
    }


def _of_lists(estimate: Estimate, prob: float) -> dict[str, Any]:
    from casualty_est.lists.report import tables as lists
    from casualty_est.lists.report import text as lists_text
    from casualty_est.result.tables import found_for

    known = lists.known_populations(estimate, prob)
    return {
        "tables": lists.tables(estimate),
        "said": found_for(estimate, 0).get("sentences", []),
        "data": lists.data(estimate),
        "checks": lists.checks(estimate),
        "known": known[0] if known else None,
        "known_text": lists_text.known_populations(prob, *known[1:]) if known else "",
        "assumption": lists_text.assumption(estimate),
        "agreement": lists_text.agreement(estimate),
        "floor": lists_text.floor(estimate),
        "dial": lists_text.dial(estimate),
        "without_strata": lists_text.without_strata(estimate),
        "averaged": len(estimate.meta["details"]["families"]) > 1,
    }


def _of_incidents(estimate: Estimate, prob: float) -> dict[str, Any]:
    from casualty_est.incidents.report import tables as incidents
    from casualty_est.incidents.report import text as incidents_text
    from casualty_est.result.tables import gaps, of_incidents

    details = of_incidents(estimate)
    widest = sorted(gaps(estimate), key=lambda found: -abs(found["gap"]))
    return {
        "judge": details["judge"],
        "graded": bool(details["grades"]),
        "why": incidents_text.why_they_differ(estimate),
        "gaps": [incidents.gap(found, details["judge"]) for found in widest],
        "inclusion": incidents.inclusion(estimate, prob),
        "choices": incidents.choices(estimate, prob),
        "data": incidents.data(estimate),
    }


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("casualty_est.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_typeset,
    )
    environment.tests["interval"] = lambda value: (
        isinstance(value, str) and bool(INTERVAL.fullmatch(value))
    )
    return environment


def _typeset(value: Any) -> Any:
    """Keep a number and its per cent sign on one line."""
    return value.replace(" %", f"{NO_BREAK}%") if type(value) is str else value
