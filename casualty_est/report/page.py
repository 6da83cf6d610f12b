"""The page: the parts of a report and what the analyst says, in the frame of the template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2

from casualty_est.report import checklist, lede, lever, naming, pictures, public, tables, text
from casualty_est.report.said import Said
from casualty_est.report.tables import Segment, Table
from casualty_est.result.posterior import interval_ends
from casualty_est.wording.display import all_renamed, renamed, shown_as
from casualty_est.wording.language import _, figure, pgettext, separated, speaking, spoken
from casualty_est.wording.numbers import run
from casualty_est.wording.scripts import in_order

if TYPE_CHECKING:
    from casualty_est.report.parts import Parts

KEPT = (Segment, Said, pictures.Picture)  # records whose texts stay as they were written

# What the analyst wrote, and what somebody computes again by, with the labels of the table.
AS_THEY_ARE = (
    *("model", "facts", "title", "cite", "card_alt", "statements", "comparisons"),
    *("lever", "script_source", "language"),
)


def render(parts: Parts, said: Said) -> str:
    """The report of an estimate as one HTML page."""
    interval_ends(parts.prob)  # a level that is no probability is an error before anything else
    with speaking(said.language), shown_as(said.names):
        return _render(parts, said)


def _render(parts: Parts, said: Said) -> str:
    """The same, in the language and with the names that are in force."""
    beside = _of_public if said.audience == "public" else _of_full
    content = {**_of_both(parts, said), **beside(parts, said)}
    shown = content
    if said.names:
        shown = {k: v if k in AS_THEY_ARE else all_renamed(v, KEPT) for k, v in content.items()}
    # A template may extend that of the class that its own was derived from, down to the frame.
    packages = dict.fromkeys(getattr(base, "package", "") for base in type(parts).__mro__)
    known = tuple(package for package in packages if package)
    name = parts.template if said.audience == "full" else "public.html"
    return environment(known).get_template(name).render(shown)


def _of_both(parts: Parts, said: Said) -> dict[str, Any]:
    """What a report says to any reader."""
    estimate = parts.estimate
    title = said.title or renamed(parts.title())
    scope = estimate.meta.rows[0].cell.scope.split("+") if len(estimate) else []
    return {
        "about": said,
        "language": spoken().code,
        "has_level": estimate.meta.has_level,
        "title": title,
        "not_converged": text.not_converged(estimate),
        "lede": lede.paragraph(parts),
        "places": scope if len(scope) > naming.FEW_PLACES else [],
        "attribution": parts.attribution(),
        "cite": text.how_to_cite(estimate, title, said.who, said.day),
        "card_alt": title,
        "script_source": "",
    }


def _of_public(parts: Parts, said: Said) -> dict[str, Any]:
    """What the short report says beside."""
    name = public.picture(parts)
    shown = (name,) if parts.estimate.converged else ()
    return {
        # No number of a computation that did not settle may be quoted, nor is it drawn.
        "main_picture": pictures.draw(parts, said, shown).get(name),
        "said_by": parts.said_by(),
        "changes": public.changes(parts),
        "tail": public.tail(parts) if parts.estimate.converged else "",
    }


def _of_full(parts: Parts, said: Said) -> dict[str, Any]:
    """What the whole report says beside."""
    estimate, meta = parts.estimate, parts.estimate.meta
    settled = estimate.converged and meta.has_level
    moved = lever.section(parts) if estimate.converged else None
    rests = parts.rests_on() if settled and parts.has_answer() else []
    known = parts.identification() if len(estimate) else []
    return {
        "lever": moved,
        "script_source": moved["source"] if moved else "",
        "sources_heading": pgettext("heading", parts.sources_heading),
        "details": parts.details() if estimate.converged else [],
        "rests_on": rests,
        "documented": parts.documented(),
        "estimates": parts.estimates(),
        "sources": parts.sources(),
        "bounded": (estimate._bounded(0) or "") if meta.has_level else "",
        "under_documented": text.under_documented(estimate) if meta.has_level else "",
        "source_sentences": parts.source_sentences(),
        "identification": [one for one in known if one not in rests] or None,
        "weights": parts.weights() if len(estimate) else None,
        "what_if": parts.what_if(),
        "find_out": parts.find_out(),
        "needed_note": parts.needed_note(),
        "refits": once(parts.refits()),
        "below_documented": parts.below_documented(),
        "claims": tables.claims(estimate),
        "priors": tables.priors(estimate),
        "model": meta.model,
        "check": estimate.check(),
        "notes": [
            text.note(note) for note in estimate.warnings if note.code not in parts.said_elsewhere
        ],
        "checklist": checklist.run(parts, said.stated),
        "statements": checklist.statements(said.stated),
        "comparisons": tables.comparisons(said.comparisons),
        "limitations": parts.limitations(),
        "privacy": pgettext("limitation", text.PRIVACY),
        "facts": tables.facts(estimate),
        "exact": meta.diagnostics.method == "exact",
        "sampler": meta.diagnostics.method,
        "pictures": pictures.draw(parts, said),
        **parts.more(),
    }


def once(some: Sequence[Table]) -> list[Table]:
    """Tables without those that say the numbers of an earlier one again.

    Of two sources, only the one and without the other are the same answers.
    """
    kept: dict[tuple[Any, ...], Table] = {}
    for one in some:
        kept.setdefault(tuple(sorted(row[1:] for row in one.rows)), one)
    return list(kept.values())


def _shown(value: Any) -> Any:
    """What an expression of a template prints: a text in its order, scripts and pictures as is."""
    return in_order(value) if type(value) is str else value


@cache
def environment(packages: tuple[str, ...]) -> jinja2.Environment:
    """Templates of some packages, the first before the others."""
    templates = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(name) for name in packages]),
        autoescape=True,
        finalize=_shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.tests["interval"] = lambda value: (
        isinstance(value, str) and bool(_interval(run("0", "0")).fullmatch(value))
    )
    templates.globals |= {
        "_": _,
        "pgettext": pgettext,
        "figure": figure,
        "separated": separated,
        "against_claims": text.against_claims,
        "stated_heading": checklist.stated_heading,
    }
    return templates


@cache
def _interval(printed: str) -> re.Pattern[str]:
    """What is printed as an interval, which is kept on one line; 0 stands for any number."""
    return re.compile(re.escape(printed).replace("0", r"[\d,.]+(%| times)?"))
