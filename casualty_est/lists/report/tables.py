"""Tables of the report that only capture histories have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from casualty_est.lists.estimate import ListEstimate, Shown
from casualty_est.lists.families import family_title, group_title
from casualty_est.lists.schema import (
    Effect,
    FamilyMember,
    Graph,
    Group,
    KnownPopulation,
    Pair,
    Predicted,
    Replicates,
    Visible,
)
from casualty_est.lists.shares import aligned, ratio, weight, weights
from casualty_est.lists.table.history import HistoryTable
from casualty_est.report.tables import Table, no_interval, none, rounded
from casualty_est.result.posterior import far_apart
from casualty_est.result.schema import Case, Span
from casualty_est.result.show import answer, interval_title
from casualty_est.result.tables import row_numbers
from casualty_est.wording.again import told_again
from casualty_est.wording.language import _, figure, ngettext, pgettext, separated
from casualty_est.wording.numbers import Ends, beside, percent, run, share
from casualty_est.wording.phrases import capitalised, how_read, listed, who_what, with_source
from casualty_est.wording.terms import stratum_name

SMALL_MEMBER = 0.0005  # share of the answer below which a member is counted, not named


def estimates(estimate: ListEstimate, prob: float) -> Table:
    """People on some list beside the estimate: the total, then every stratum."""
    rows = []
    for i, counted, unlisted in estimate._totals():
        rest = " (".join(answer(estimate, unlisted, prob)) + ")"
        name, number = _row_name(estimate, i), separated(f"{counted.low:,}")
        rows.append((name, number, *answer(estimate, i, prob), rest))
    rows += [
        (capitalised(_stratum(labels)), figure(people), _("not fitted"), "", "")
        for labels, people in estimate.not_fitted()
    ]
    head = (
        "",
        _("On some list (a count)"),
        _("In all (estimate, median)"),
        interval_title(prob),
        _("Of these on no list (estimate)"),
    )
    caption = _("Who was counted, and how many we estimate. The two answer different questions.")
    if blank := _blank(estimate):
        caption += " " + _(
            "Nobody noted the {covariates} of some people: they are in no count of those rows, and "
            "in their estimates, so counts and estimates there do not add up.",
            covariates=listed(blank, "or"),
        )
    return Table(caption, head, tuple(rows), wide=True)


def _blank(estimate: ListEstimate) -> list[str]:
    """Covariates of which some people have no value, where nothing else divides the table."""
    rows, settings = estimate.meta.rows, estimate.meta.settings
    if settings.get("by"):
        return []
    everybody = estimate.details.found.people
    return [
        column
        for column in settings.get("covariates", [])
        if everybody > sum(r.documented.low for r in rows if column in r.strata and r.documented)
    ]


def _row_name(estimate: ListEstimate, row: int) -> str:
    labels = estimate.meta.rows[row].strata
    if labels:
        return capitalised(_stratum(labels))
    cell, settings = estimate.meta.rows[row].cell, estimate.meta.settings
    undivided = settings.get("covariates") and not settings.get("by")
    if len(estimate) <= 3 or undivided:
        return capitalised(who_what(cell))
    return _("Fitted strata") if estimate.not_fitted() else _("All strata")


def _stratum(labels: Mapping[str, str]) -> str:
    return ", ".join(stratum_name(key, value) for key, value in labels.items())


def sources(estimate: ListEstimate, prob: float) -> Table:
    """Share of all people that each list holds."""
    rows = []
    for i, source in enumerate(estimate.meta.sources):
        known = estimate._completeness(i, prob)
        shown = (_("no headline"), "") if known is None else _with_ends(known)
        rows.append((source.source, *shown))
    head = (_("List"), _("Share of all people"), interval_title(prob))
    return Table(_("How complete each list is."), head, tuple(rows))


def _with_ends(share_of: Ends) -> tuple[str, str]:
    middle, low, high = aligned(share_of)
    return middle, run(low, high)


def data(estimate: ListEstimate) -> list[Table]:
    """How many people each list holds; empty where the overlaps were not kept."""
    fit = estimate.shown().found
    if not fit.overlaps:
        return []
    table = HistoryTable.of_codes(fit.lists, fit.overlaps)
    sizes = zip(table.lists, table.sizes, table.only_here, strict=True)
    rows = tuple((name, figure(size), figure(alone)) for name, size, alone in sizes)
    foot = (_("All lists together"), figure(table.people), figure(table.people - table.shared))
    head = (_("List"), _("People on it"), _("On no other list"))
    caption = _("The lists: how many people each names. Section 8 has every combination of lists.")
    if estimate.details.replicates:
        caption += " " + _("In the first replicate.")
    return [Table(caption, head, rows, foot)]


def tables(estimate: ListEstimate) -> dict[str, Table | None]:
    """What the answer rests on, in tables."""
    shown = estimate.shown()
    fit, details = shown.found, estimate.details
    return {
        "groups": _groups(fit.groups, row_numbers(estimate, 0, 0.95))
        if len(fit.groups) > 1
        else None,
        "members": _members(fit.families) if len(fit.families) > 1 else None,
        "dial": _dial(estimate, shown),
        "observability": _observability(fit.observability, row_numbers(estimate, 0, 0.95)),
        "graphs": _graphs(fit.graphs) if fit.graphs else None,
        "strata": _strata(estimate),
        "covariates": _covariates(fit.covariates, fit.lists) if fit.covariates else None,
        "replicates": _replicates(details.replicates) if details.replicates else None,
    }


def checks(estimate: ListEstimate) -> list[Table]:
    """Predictions of the overlaps, and dependence of pairs."""
    fit = estimate.details.found
    if not estimate.meta.has_level:
        return []
    dependence = [_dependence(fit.dependence)] if fit.dependence else []
    return [_predictions(fit.predictions), *dependence]


def known_populations(estimate: ListEstimate, prob: float) -> tuple[Table, int, int] | None:
    """The members of each list as a population of known size."""
    cases = estimate._records("known_populations", 0, prob)
    if not cases:
        return None
    return _known(cases, prob), sum(row.covered for row in cases), len(cases)


def without_lists(caption: str, records: Sequence[Case], prob: float) -> Table:
    """Refits without each list; what is aside of all of them is said once."""
    names, aside = _asides(records, _without)
    rows = tuple(
        (name, *(rounded(row) if row.converged else (_("did not converge"), no_interval())))
        for name, row in zip(names, records, strict=True)
    )
    head = (_("Case"), _("Estimated (median)"), interval_title(prob))
    return Table(caption + aside, head, rows)


def _asides(
    records: Sequence[Case | KnownPopulation], called: Callable[[str], str]
) -> tuple[list[str], str]:
    """Names of cases, and as a sentence how the rest was read in every one of them."""
    notes = [how_read(row.notes) for row in records]
    names = [capitalised(called(row.source or "")) for row in records]
    if len(set(notes)) > 1:
        return [with_source(*pair) for pair in zip(names, notes, strict=True)], ""
    return names, " " + _("In every case: {note}.", note=notes[0]) if notes and notes[0] else ""


def _without(source: str) -> str:
    return pgettext("refit", "without {source}", source=source)


def _members_of(source: str) -> str:
    return pgettext("refit", "members of {list}", list=source)


def _groups(groups: Sequence[Group], whole: Ends | None) -> Table:
    rows = []
    for group in sorted(groups, key=lambda g: -g.mass):
        weights = weight(group.mass), weight(min(1.0, group.posterior))
        p = group.predictive_p
        fit = "" if p is None else _p(p)
        name = capitalised(group_title(group.name))
        rows.append((name, *weights, *rounded(beside(group, whole)), fit, _fits(group)))
    head = (
        _("Kind of dependence"),
        _("Weight"),
        _("By evidence alone"),
        *_answer(),
        _("Fit (p)"),
        _("Does it fit?"),
    )
    caption = _(
        "What each kind of dependence between lists would answer, and its weight. Fit: how "
        "often overlaps drawn from it lie as far from what it expects as those seen."
    )
    return Table(caption, head, tuple(rows), wide=True)


def _graphs(graphs: Sequence[Graph]) -> Table:
    ties = (listed([_pair(a, b) for a, b in graph.ties]) or none() for graph in graphs)
    rows = tuple(
        (tied, share(graph.probability), *rounded(graph))
        for tied, graph in zip(ties, graphs, strict=True)
    )
    caption = _(
        "The most probable graphs, and what each would answer. Lists that are not tied are "
        "independent given those between them."
    )
    head = (_("Ties between lists"), _("Probability"), *_answer())
    return Table(caption, head, rows)


def _members(members: Sequence[FamilyMember]) -> Table:
    shown = sorted((m for m in members if m.mass >= SMALL_MEMBER), key=lambda m: -m.mass)
    known = [m.log_evidence for m in members if m.log_evidence is not None]
    rows = []
    for m, told in zip(shown, weights([m.mass for m in shown]), strict=True):
        behind = ""
        if m.log_evidence is not None:
            behind = figure(m.log_evidence - max(known), 1)
        member = told_again(m.member, "member of a family", "family")
        rows.append((family_title(m.family), member, told, behind))
    rest = len(members) - len(shown)
    caption = _("The families of models inside the answer, and their members.")
    if rest:
        caption += " " + _(
            "{number} with less than 0.05% each are left out of the table.", number=rest
        )
    head = (_("Family"), _("Member"), _("Weight"), _("Log evidence, from the best"))
    return Table(caption, head, tuple(rows))


def _dial(estimate: ListEstimate, shown: Shown) -> Table | None:
    dial = shown.found.dial
    if dial is None:
        return None
    rows = tuple((share(row.ratio), *rounded(row)) for row in dial.curve)
    caption = _(
        "The number under each odds ratio that ties the people on no list to the others. No "
        "data can set this ratio; at 1 there is no interaction of the highest order. Last "
        "line: the answer, with the ratio that it implies."
    )
    whole = rounded(shown.whole) if shown.whole else answer(estimate, 0, 0.95)
    foot = (ratio(dial.implied), *whole)
    return Table(caption, (_("Odds ratio"), *_answer()), rows, foot)


def _observability(chances: Sequence[Visible], whole: Ends | None) -> Table:
    rows = tuple(
        (_("more than {share}", share=percent(row.chance)), *rounded(beside(row, whole)))
        for row in chances
    )
    caption = _(
        "How many of the people in this answer had a chance to be on any list at all. Lists can "
        "say nothing about people with next to no chance. A part of the draws was used, so the "
        "ends may differ a little from those of the estimate."
    )
    return Table(caption, (_("Chance to be listed"), _("People"), _("95% interval")), rows)


def _replicates(replicates: Replicates) -> Table:
    rows = [
        (_("Replicate {number}", number=i), figure(row.listed), *rounded(row))
        for i, row in enumerate(replicates.each, 1)
    ]
    combined = replicates.combined
    if combined is not None:
        ends = rounded(Span(combined.point, combined.low, combined.high))
        rows.append((_("All, by the rule for multiple imputation"), none(), *ends))
    caption = _(
        "Every replicate alone, and all by the rule for multiple imputation (Rubin 1987, as "
        "R verdata applies it to the logarithm of unlisted people). The estimate of this "
        "report mixes the replicates draw by draw."
    )
    return Table(caption, ("", _("Listed"), _("Number"), _("95% interval")), tuple(rows))


def _strata(estimate: ListEstimate) -> Table | None:
    rows = []
    for i, row in enumerate(estimate.meta.rows):
        if row.part != "total" or not row.strata or estimate.of_covariate(i):
            continue
        fit = estimate.shown(i).found
        away = [s.name for s in estimate.meta.sources if s.name not in fit.lists]
        groups = sorted(fit.groups, key=lambda g: -g.mass)
        named = [f"{group_title(g.name)} {weight(g.mass)}" for g in groups]
        allowed = [g for g in groups if not g.ruled_out]
        implied = fit.dial.implied if fit.dial else None
        rows.append(
            (
                capitalised(_stratum(row.strata)),
                figure(fit.people),
                listed(away) or none(),
                "; ".join(named),
                _("priors alone") if row.level == "prior" else _agree(allowed),
                "" if implied is None else ratio(implied),
            )
        )
    if not rows:
        return None
    head = (
        _("Stratum"),
        _("On some list"),
        _("Lists not at work"),
        _("Weight of each kind"),
        _("Do the kinds that fit agree?"),
        _("Odds ratio implied (95%)"),
    )
    return Table(_("What each stratum rests on."), head, tuple(rows), wide=True)


def _covariates(effects: Sequence[Effect], lists: Sequence[str]) -> Table:
    """Odds ratios: a row for each value, a column for each list."""
    cells: dict[tuple[str, str, str], dict[str, str]] = {}
    for effect in effects:
        place = (effect.covariate, effect.value, effect.against)
        cells.setdefault(place, {})[effect.list] = ratio(effect)
    rows = tuple(
        (capitalised(stratum_name(covariate, value)), against, *(by[name] for name in lists))
        for (covariate, value, against), by in cells.items()
    )
    caption = _(
        "How the odds to be on each list depend on what people are: odds ratio and 95% interval, "
        "averaged over all people, listed or not, with the other covariates as they are."
    )
    return Table(caption, (_("Value"), _("Compared with"), *lists), rows, wide=True)


def _fits(group: Group) -> str:
    if not group.ruled_out:
        return _("yes")
    return _("no: {reason}", reason=told_again(group.ruled_out, "why a family is ruled out"))


def _agree(allowed: Sequence[Group]) -> str:
    if len(allowed) < 2:
        return _("only one fits") if allowed else _("none fits")
    return pgettext("answer", "no") if far_apart(allowed) else _("yes")


def _p(value: float) -> str:
    """A tail probability in a table."""
    if value < 0.01:
        return _("less than {share}", share=figure(0.01, 2))
    return figure(value, 2)


def _pair(one: str, other: str) -> str:
    return pgettext("graphs", "{list} with {other}", list=one, other=other)


def _answer() -> tuple[str, str]:
    return _("Median"), _("{level} interval", level=percent(0.95))


def _predictions(histories: Sequence[Predicted]) -> Table:
    rows = tuple(
        (listed(row.history), figure(row.observed), *rounded(row), figure(row.p, 2))
        for row in histories
    )
    far = sum(row.p < 0.05 for row in histories)
    caption = _(
        "People on exactly these lists: as seen, and as the model would expect. A small p says "
        "that the number seen is unusual."
    )
    if far:
        caption += " " + ngettext(
            "Of {rows} combinations, {far} has a p below 0.05.",
            "Of {rows} combinations, {far} have a p below 0.05.",
            far,
            rows=len(rows),
            far=far,
        )
    else:
        caption += " " + _("Of {rows} combinations, none has a p below 0.05.", rows=len(rows))
    head = (_("Lists"), _("Seen"), _("Expected"), _("95% interval"), "p")
    return Table(caption, head, rows)


def _holds(row: KnownPopulation) -> str:
    return _("yes") if row.covered else pgettext("answer", "no")


def _dependence(pairs: Sequence[Pair]) -> Table:
    rows = tuple(
        (_pair(p.list_a, p.list_b), share(p.median), run(share(p.low), share(p.high)))
        for p in pairs
    )
    caption = _(
        "Odds ratio of two lists among all people, as estimated: above 1 they share more "
        "people than independent lists would."
    )
    return Table(caption, (_("Pair"), _("Odds ratio"), _("95% interval")), rows)


def _known(cases: Sequence[KnownPopulation], prob: float) -> Table:
    names, aside = _asides(cases, _members_of)
    rows = tuple(
        (name, figure(row.members), figure(row.seen), *rounded(row), _holds(row))
        for name, row in zip(names, cases, strict=True)
    )
    head = (
        "",
        _("Known number"),
        _("Seen by the other lists"),
        _("Estimated"),
        _("{level} interval", level=percent(prob)),
        _("In the interval?"),
    )
    caption = _("A test on known numbers: the members of each list, as the other lists see them.")
    return Table(caption + aside, head, rows, wide=True)
