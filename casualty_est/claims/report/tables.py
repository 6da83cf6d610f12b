"""Tables of the report that only claims have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.claims.refits.refits import MANY_SOURCES
from casualty_est.claims.report.text import owner_name
from casualty_est.report import naming, tables
from casualty_est.report.tables import Table
from casualty_est.result.schema import Case, SourceRow, Span
from casualty_est.wording.language import N_, _, figure, pgettext
from casualty_est.wording.numbers import percent, ratio_text
from casualty_est.wording.terms import role_name

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

MOST_CASES = 8  # of many sources
BY_SOURCE = ("each_source_alone", "without_each_source")
REFITS = {
    "each_role_alone": N_("refits", "If only the sources of one role were used."),
    "without_each_role": N_("refits", "If the sources of one role were left out."),
    "each_source_alone": N_("refits", "If only one source were used, all assumptions unchanged."),
    "without_each_source": N_("refits", "If one source were left out."),
    "counted_once": N_("refits", "If figures that are equal, or nearly, are copies of one."),
    "conflict_left_in": N_("refits", "If the record of this very conflict were used as well."),
}


def sources(estimate: ClaimsEstimate, prob: float) -> Table:
    """Reporting ratio of every source, before and after the data."""
    if len({source.source for source in estimate.meta.sources}) > MANY_SOURCES:
        return _by_role(estimate, prob)
    rows = []
    numbers: Iterable[Any] = estimate.sources(prob).itertuples()
    for source, row in zip(estimate.meta.sources, numbers, strict=True):
        prior = source.prior
        before = with_interval(prior) if prior else ""
        after = _("not known")
        if not naming.missing(row.ratio):
            after = with_interval(Span(row.ratio, row.low, row.high))
        left = _("not known") if naming.missing(row.learned) else naming.whole(row.learned)
        rows.append((owner_name(source), _role(source), before, after, left))
    head = (
        _("Source"),
        _("Role"),
        _("Assumed ({level})", level=percent(0.95)),
        _("After the data ({level})", level=percent(prob)),
        _("Spread left"),
    )
    return Table(_("Reported as a part of the true number."), head, tuple(rows))


def _role(source: SourceRow) -> str:
    return role_name(source.role) if source.role else pgettext("role", "none")


def _by_role(estimate: ClaimsEstimate, prob: float) -> Table:
    """The same where sources are many: one line for each role and what is assumed of it."""
    groups: dict[tuple[str, str], list[Any]] = {}
    numbers: Iterable[Any] = estimate.sources(prob).itertuples()
    for source, row in zip(estimate.meta.sources, numbers, strict=True):
        before = with_interval(source.prior) if source.prior else ""
        groups.setdefault((_role(source), before), []).append(row)
    lines = []
    for (role, before), rows in sorted(groups.items(), key=lambda one: -len(one[1])):
        ratios = sorted(row.ratio for row in rows if not naming.missing(row.ratio))
        after = _("not known")
        if ratios:
            after = with_interval(Span(ratios[len(ratios) // 2], ratios[0], ratios[-1]))
        lines.append((role, figure(len(rows)), before, after))
    caption = _(
        "Reported as a part of the true number, by role. Each source by itself is in "
        "estimate.json under sources."
    )
    head = (
        _("Role"),
        _("Sources"),
        _("Assumed ({level})", level=percent(0.95)),
        _("After the data (middle source, least to most)"),
    )
    return Table(caption, head, tuple(lines))


def with_interval(one: Span) -> str:
    """A ratio and its interval."""
    return ratio_text(one)


def refits(estimate: ClaimsEstimate, prob: float) -> list[Table]:
    """Each source alone, each left out, and the conflict left in the record."""
    estimate._make_refits(prob)
    sampled = estimate.meta.diagnostics.method != "exact"
    names = {source.source for source in estimate.meta.sources}
    shown = []
    for name, title in REFITS.items():
        caption = pgettext("refits", title)
        cases = list(estimate._records(name, 0, prob, unasked=False))
        if name in BY_SOURCE and len(names) > MANY_SOURCES and cases:
            cases = _that_move_it(cases, float(np.median(estimate.draws(0))))
            caption += " " + _(
                "Of {sources} sources the {number} that move it most.",
                sources=figure(len(names)),
                number=len(cases),
            )
        if sampled:
            caption += " " + _(
                "From few draws: known to some per cent of the width of the interval."
            )
        if cases:
            shown.append(tables.cases(caption, cases, prob))
    return shown


def _that_move_it(cases: list[Case], median: float) -> list[Case]:
    """The cases that lie farthest from the answer."""
    order = sorted(cases, key=lambda case: -abs(np.log(max(case.median, 0.5) / max(median, 0.5))))
    kept = {id(case) for case in order[:MOST_CASES]}
    return [case for case in cases if id(case) in kept]
