"""The page: the parts of a report and what the analyst says, in the frame of the template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2

from casualty_est.report import checklist, lede, naming, pictures, tables, text
from casualty_est.result.posterior import interval_ends

if TYPE_CHECKING:
    from casualty_est.report.parts import Parts

INTERVAL = re.compile(r"[\d,.]+(%| times)? to [\d,.]+(%| times)?")  # kept on one line


@dataclass(frozen=True, slots=True)
class Said:
    """What only the analyst can say: title, authors, statements by key, tables to compare with."""

    title: str | None = None
    authors: str | None = None
    statements: Mapping[str, str] = field(default_factory=dict)
    comparisons: tuple[Mapping[str, Any], ...] = ()


def render(parts: Parts, said: Said) -> str:
    """The report of an estimate as one HTML page."""
    interval_ends(parts.prob)  # a level that is no probability is an error before anything else
    estimate = parts.estimate
    meta, title = estimate.meta, said.title or parts.title()
    settled = estimate.converged and meta.has_level
    scope = meta.rows[0].cell.scope.split("+") if len(estimate) else []
    content = {
        "parts": parts,
        "has_level": meta.has_level,
        "title": title,
        "not_converged": text.not_converged(estimate),
        "lede": lede.paragraph(parts),
        "details": parts.details() if estimate.converged else [],
        "rests_on": parts.rests_on() if settled and parts.has_answer() else [],
        "documented": parts.documented(),
        "places": scope if len(scope) > naming.FEW_PLACES else [],
        "estimates": parts.estimates(),
        "sources": parts.sources(),
        "under_documented": text.under_documented(estimate) if meta.has_level else "",
        "source_sentences": parts.source_sentences(),
        "identification": estimate.identification(0) if len(estimate) else None,
        "weights": parts.weights() if len(estimate) else None,
        "what_if": parts.what_if(),
        "find_out": parts.find_out(),
        "refits": parts.refits(),
        "refits_missing": parts.refits_missing(),
        "below_documented": parts.below_documented(),
        "claims": tables.claims(estimate),
        "attribution": parts.attribution(),
        "priors": tables.priors(estimate),
        "model": meta.model,
        "check": estimate.check(),
        "notes": [
            text.note(note) for note in estimate.warnings if note.code not in parts.said_elsewhere
        ],
        "checklist": checklist.run(parts, said.statements),
        "statements": checklist.statements(said.statements),
        "comparisons": tables.comparisons(said.comparisons),
        "limitations": parts.limitations(),
        "privacy": text.PRIVACY,
        "cite": text.how_to_cite(estimate, title, said.authors),
        "facts": tables.facts(estimate),
        "exact": meta.diagnostics.method == "exact",
        "sampler": meta.diagnostics.method,
        "pictures": pictures.draw(parts),
        **parts.more(),
    }
    # A template may extend that of the class that its own was derived from, down to the frame.
    packages = dict.fromkeys(getattr(base, "package", "") for base in type(parts).__mro__)
    known = tuple(package for package in packages if package)
    return environment(known).get_template(parts.template).render(content)


@cache
def environment(packages: tuple[str, ...]) -> jinja2.Environment:
    """Templates of some packages, the first before the others."""
    templates = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(name) for name in packages]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.tests["interval"] = lambda value: (
        isinstance(value, str) and bool(INTERVAL.fullmatch(value))
    )
    return templates
