"""The short report: one paragraph, one picture, who says what, what would change it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.report import find_out, naming, statements
from casualty_est.report.tables import Cell, Segment, Table, linked
from casualty_est.wording.language import N_, _, figure, ngettext, pgettext, retold, spoken
from casualty_est.wording.numbers import ends, middle, per_cent, percent
from casualty_est.wording.phrases import how_read, with_source
from casualty_est.wording.terms import grade_name, kind_name, role_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from casualty_est.report.parts import Parts
    from casualty_est.result.estimate import Estimate
    from casualty_est.result.schema import Assumption, Case, ClaimRow, Weight

MOST_SOURCES = 15  # lines of the table: more would not fit a page
MOVES = 1.05  # a source whose loss moves the estimate by less is not named
TENTH = 1.1  # of how much an assumption is moved in the sentence on it
# What assumptions are called where results keep them.
ASSUMPTIONS = (
    N_("assumption", "scale: ratio of {source}"),
    N_("assumption", "ratio of {source}, which sets the scale"),
    N_("assumption", "ratio of {source}"),
    N_("assumption", "over-count of {source}"),
    N_("assumption", "completeness of {source}"),
    N_("assumption", "how often {source} finds the deaths of an incident"),
    N_("assumption", "grade {grade}: real and by the perpetrator"),
    N_("assumption", "share of {source}"),
    N_("assumption", "how often {source} says that nobody died"),
    N_("assumption", "recall of the monitor: log odds"),
    N_("assumption", "admission: log odds"),
    N_("assumption", "anchor: ratio of {source}"),
    N_("assumption", "anchor: {cell}"),
    N_("assumption", "anchor"),
    N_("assumption", "bridge of {kind}"),
    N_("assumption", "{kind}"),  # the answer of a kind of evidence: its label, or its own name
)


def sources(parts: Parts) -> Table:
    """Each source in a line: what it said last of what is estimated first."""
    estimate = parts.estimate
    parts_of = _parts_of(estimate)
    last = _last_of_each(_of_the_whole(estimate), parts_of)
    rows: list[tuple[Cell, ...]] = [
        (
            _named(claim.source, claim.role),
            _text(claim),
            parts_of(claim),
            naming.day(claim.reported) if claim.reported else "",
            _first_link(claim.citation),
        )
        for claim in last[:MOST_SOURCES]
    ]
    if rows:
        head = (_("Source"), _("What it said"), _("What is counted"), _("Published"), _("Where"))
        unknown = pgettext("number", "not given")
        blank = ("", "", _("all of these"), unknown, unknown)
        more = len(last) - len(rows)
        caption = _("The latest figure of each source.")
        if more:
            caption = ngettext(
                "The latest figure of each source. {number} more sources are in the full report.",
                "The latest figure of each source. {number} more sources are in the full report.",
                more,
                number=figure(more),
            )
        kept = [i for i in range(5) if i < 2 or any(row[i] for row in rows)]
        lines = tuple(tuple(row[i] or blank[i] for i in kept) for row in rows)
        return Table(caption, tuple(head[i] for i in kept), lines)
    every = estimate.meta.sources[:MOST_SOURCES]
    named = tuple((_named(one.source, one.role), *_held(one.incidents)) for one in every)
    columns = len(named[0]) if named else 1
    return Table(_("The sources."), (_("Source"), _("Incidents"))[:columns], named)


def _held(incidents: int | None) -> tuple[str, ...]:
    return () if incidents is None else (figure(incidents),)


def _named(source: str, role: str | None) -> str:
    return with_source(source, role_name(role)) if role else source


def _text(claim: ClaimRow) -> str:
    """What a source said, as the table has it; in another language in words of that language."""
    if not claim.text:
        return _("no number")
    return claim.text if spoken().english else statements.as_published(claim)


def _of_the_whole(estimate: Estimate) -> list[ClaimRow]:
    """Claims that count, of what is estimated first or of a part of it; all where there is none.

    Beside soldiers killed a number of tanks would be read as one of soldiers.
    """
    from casualty_est.plots.total import lies_inside

    counted = [claim for claim in estimate.meta.claims if claim.counted]
    whole, groups = estimate.meta.rows[0].cell, estimate.meta.groups or {}
    if not naming.has_total(estimate):
        return counted
    own = [c for c in counted if c.estimate == 0 or lies_inside(c, whole, groups, itself=True)]
    return own or counted


def _parts_of(estimate: Estimate) -> Callable[[ClaimRow], str]:
    """Which part of what is estimated first a claim is of; of the whole nothing."""
    from casualty_est.plots.total import what_differs

    if not naming.has_total(estimate):
        return lambda claim: ""
    whole = estimate.meta.rows[0].cell
    return lambda claim: "" if claim.estimate == 0 else what_differs(claim, whole)


def _last_of_each(
    claims: Sequence[ClaimRow], parts_of: Callable[[ClaimRow], str]
) -> list[ClaimRow]:
    """The latest claim of each source on the estimate that stands first.

    Of a source that speaks of parts only, the latest on each part.
    """
    first = min((c.estimate for c in claims if c.estimate is not None), default=None)
    whole = {claim.source for claim in claims if not parts_of(claim)}
    last: dict[tuple[str, str], ClaimRow] = {}
    for claim in claims:
        key = claim.source, parts_of(claim)
        if key[1] and claim.source in whole:
            continue
        before = last.get(key)
        if before is None or _rank(claim, first) >= _rank(before, first):
            last[key] = claim
    return list(last.values())


def _rank(claim: ClaimRow, first: int | None) -> tuple[bool, str]:
    return claim.estimate == first, claim.end or claim.reported or ""


def _first_link(citation: str | None) -> tuple[Segment, ...] | str:
    """One address of a citation, by its host: the whole citation would fill the page."""
    for part in linked(citation) if citation else ():
        if part.href:
            host = part.href.split("/")[2].removeprefix("www.")
            return (Segment(host, part.href),)
    return ""


def changes(parts: Parts) -> list[str]:
    """At most three sentences on what would change the estimate."""
    if not parts.estimate.meta.has_level or not parts.has_answer():
        return []
    if not parts.estimate.converged or parts.estimate._bounded(0):
        return []
    every = (_without_one(parts), _assumed_otherwise(parts), _found_out(parts))
    return [sentence for sentence in every if sentence]


def _without_one(parts: Parts) -> str:
    """The source whose loss moves the estimate most."""
    estimate = parts.estimate
    median = float(np.median(estimate.draws(0)))
    cases: Sequence[Case] = [
        case
        for case in estimate._records("without_each_source", 0, parts.prob, unasked=False)
        if case.converged and case.median > 0
    ]
    if not cases or median <= 0:
        return ""
    most = max(cases, key=lambda case: abs(math.log(case.median / median)))
    if abs(math.log(most.median / median)) < math.log(MOVES):
        return _("Leaving out any one source would change the estimate by less than 5%.")
    return _(
        "Without {source}, the estimate would be about {number} ({interval}).",
        source=with_source(most.source or "", how_read(most.notes)),
        number=middle(most),
        interval=ends(most),
    )


def _assumed_otherwise(parts: Parts) -> str:
    """The assumption that the level follows most, moved by a tenth."""
    estimate = parts.estimate
    rests, known = estimate.identification(0), {one.name: one for one in estimate.meta.assumptions}
    rows = [row for row in rests.rows if rests.kind == "elasticity" or _is_ratio(row, known)]
    if rests.kind not in ("gauge", "elasticity") or not rows:
        return ""
    most = max(rows, key=lambda row: abs(row.weight))
    # A weight of the gauge says how far the estimate follows; the sign is that of the assumption.
    one = known.get(most.assumption)
    sign = 1 if rests.kind == "elasticity" or one is None else one.sign
    change = 100 * (TENTH ** (sign * most.weight) - 1)
    if abs(change) < 0.5:
        return ""
    by = per_cent(f"{abs(change):.0f}")
    if one is not None and one.kind == "ratio" and one.source:
        if change > 0:
            return _(
                "If {source} reported a tenth more of the deaths than we assume, the estimate "
                "would be about {change} higher.",
                source=one.source,
                change=by,
            )
        return _(
            "If {source} reported a tenth more of the deaths than we assume, the estimate would be "
            "about {change} lower.",
            source=one.source,
            change=by,
        )
    if told := parts.tenth_more(most.assumption, by, higher=change > 0):
        return told
    words = {"grade": grade_name, "kind": kind_name}
    assumption = retold(most.assumption, ASSUMPTIONS, "assumption", **words)
    if change > 0:
        return _(
            "If the {assumption} were a tenth higher than we assume, the estimate would be about "
            "{change} higher.",
            assumption=assumption,
            change=by,
        )
    return _(
        "If the {assumption} were a tenth higher than we assume, the estimate would be about "
        "{change} lower.",
        assumption=assumption,
        change=by,
    )


def _is_ratio(row: Weight, known: dict[str, Assumption]) -> bool:
    return row.assumption in known and known[row.assumption].kind != "level"


def _found_out(parts: Parts) -> str:
    """The study that would narrow the interval most."""
    # Without other numbers: what these would need takes refits, and is not said here.
    part = find_out.part(parts.estimate, (), parts.prob)
    return part.sentences[0] if part and part.sentences else ""


def picture(parts: Parts) -> str:
    """Which picture stands for the whole."""
    return "cells" if not parts.has_answer() else "total"


def tail(parts: Parts) -> str:
    """In one sentence, what the interval means, or the bound."""
    if len(parts.estimate) and parts.estimate._bounded(0):
        return _(
            "The bound is right with a probability of {level} if the assumptions hold; it does not "
            "cover sources that nobody entered or a wrong model.",
            level=percent(parts.prob),
        )
    rows = parts.estimate.meta.rows
    if not parts.has_answer() and len({row.cell for row in rows}) < len(rows):
        return _("These intervals can hardly all be right: each takes its own study as right.")
    return _(
        "The true number is as likely to lie above the estimate as below it. If the "
        "assumptions hold, the interval contains it with a probability of {level}; it does "
        "not cover sources that nobody entered or a wrong model.",
        level=percent(parts.prob),
    )
