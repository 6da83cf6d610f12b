"""Tables of the report that only studies have."""

from __future__ import annotations

from collections.abc import Sequence

from casualty_est.report.tables import Table, none
from casualty_est.result.show import interval_title
from casualty_est.study.estimate import StudyEstimate
from casualty_est.study.model.ledger import SHOWN
from casualty_est.study.schema import Kind
from casualty_est.wording.again import told_again
from casualty_est.wording.language import _, figure, separated
from casualty_est.wording.numbers import percent, share
from casualty_est.wording.phrases import listed, said_cell, with_source
from casualty_est.wording.terms import kind_name, the_kind


def sources(estimate: StudyEstimate, prob: float) -> Table | None:
    """What each source is worth, given the joint count."""
    shown = estimate._source_table(prob)
    if not shown.rows:
        return None
    caption = _("What each source is worth, given the joint count, as its kind measures it.")
    head = (_("Source"), _("By"), _("Parameter"), _("Median"), interval_title(prob))
    return Table(caption, head, shown.rows)


def kinds(estimate: StudyEstimate, prob: float) -> Table:
    """What each kind counts, what it answers for that, and for the count of the study."""
    rows = [
        (
            _named(kind),
            said_cell(kind.cell),
            kind.stated(kind.own),
            told_again(kind.bridge.text, "prior") if kind.bridge else _("counts the same"),
            kind.stated(kind.here if kind.bound else estimate._alone(i, prob)),
        )
        for i, kind in enumerate(estimate.details.kinds)
    ]
    head = (_("Kind"), _("Counts"), _("Its answer (95%)"), _("Bridge"), _here(prob))
    return Table(_alone(estimate.details.kinds), head, tuple(rows), wide=True)


def _alone(kinds: Sequence[Kind], *, both: bool = True) -> str:
    """The caption, and whose two answers differ by their prior alone, where both are shown."""
    said = _("What each kind answers alone.")
    others = [the_kind(k.label) for k in kinds if both and k.bridge is None and _differ(k)]
    if not others:
        return said
    why = _(
        "For {kinds}, the two answers come from the same data under different priors: the first "
        "under that of the kind's own fit, the second under that of this study.",
        kinds=listed(others),
    )
    return f"{said} {why}"


def _differ(kind: Kind) -> bool:
    """Whether what a kind answers for its own count and for that of the study differ in print."""
    return kind.stated(kind.own) != kind.stated(kind.here)


def _here(prob: float) -> str:
    return _("For the count of this study ({level})", level=percent(prob))


def in_a_line(estimate: StudyEstimate) -> Table:
    """What each kind counts and answers for that, for the short report."""
    kinds = estimate.details.kinds
    columns = [
        (_("Kind"), *map(_named, kinds)),
        (_("Counts"), *(said_cell(kind.cell) for kind in kinds)),
        (_("Its answer (95%)"), *(kind.stated(kind.own) for kind in kinds)),
    ]
    if both := any(kind.bridge or _differ(kind) for kind in kinds):
        columns.append((_here(0.95), *(kind.stated(kind.here) for kind in kinds)))
    head, *rows = zip(*columns, strict=True)
    return Table(_alone(kinds, both=both), head, tuple(rows))


def _named(kind: Kind) -> str:
    label = kind_name(kind.label)
    return label if kind.label == kind.kind else with_source(label, kind_name(kind.kind))


def brought(estimate: StudyEstimate) -> Table | None:
    """Weight, contribution and information of each kind."""
    if estimate.details.contradictions:
        return None
    rows = tuple(
        (
            kind_name(kind.label),
            separated(f"{kind.eta:g}"),
            _number(kind.weight),
            _number(kind.contribution),
            _number(kind.information),
        )
        for kind in estimate.details.kinds
    )
    head = (_("Kind"), _("Power"), _("Weight"), _("Contribution to the log"), _("Information"))
    return Table(_("What each kind brought to the joint answer."), head, rows)


def _number(value: float | None) -> str:
    return none() if value is None else separated(f"{value:+.3f}")


def conflict(estimate: StudyEstimate) -> Table:
    """Whether each kind contradicts the others."""
    rows = []
    for kind in estimate.details.kinds:
        p = _("nothing to compare") if kind.p is None else separated(f"{kind.p:.2g}")
        mend = _("it agrees") if kind.factor is None else share(kind.factor)
        rows.append((kind_name(kind.label), p, mend))
    head = (
        _("Kind"),
        _("Tail probability, two-sided"),
        _("To agree, its answer would be multiplied by"),
    )
    caption = _(
        "Does each kind agree with all others that move the count? Below 0.01 there is no "
        "joint number."
    )
    return Table(caption, head, tuple(rows))


def ledger(estimate: StudyEstimate) -> Table | None:
    """Who speaks in which kind, with which numbers."""
    rows = tuple(
        (one.source, kind_name(one.label), _numbers(one.deaths)) for one in estimate.details.heard
    )
    head = (_("Source"), _("Kind"), _("Number"))
    return (
        Table(_("Which source appears in which kind, and with which numbers."), head, rows)
        if rows
        else None
    )


def _numbers(deaths: Sequence[float]) -> str:
    """Some numbers of deaths as printed, the first few of many."""
    if not deaths:
        return _("no number of its own")
    shown, more = ", ".join(figure(n) for n in deaths[:SHOWN]), len(deaths) - SHOWN
    if more <= 0:
        return shown
    return _("{numbers} and {more} more", numbers=shown, more=figure(more))
