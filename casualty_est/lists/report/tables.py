"""Tables of the report that only capture histories have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casualty_est.lists.estimate import ListEstimate, Shown
from casualty_est.lists.families import family_title, group_title
from casualty_est.lists.schema import (
    FamilyMember,
    Graph,
    Group,
    KnownPopulation,
    Pair,
    Predicted,
    Replicates,
    Visible,
)
from casualty_est.lists.shares import aligned, weight
from casualty_est.lists.table.history import HistoryTable
from casualty_est.report import naming
from casualty_est.report.tables import Table, rounded
from casualty_est.result.posterior import far_apart
from casualty_est.result.schema import Case, Span
from casualty_est.result.show import answer
from casualty_est.result.spoken import NONE
from casualty_est.wording.language import figure
from casualty_est.wording.numbers import Ends, percent, share
from casualty_est.wording.phrases import capitalised, listed

ANSWER = ("Median", "95% interval")
SMALL_MEMBER = 0.0005  # share of the answer below which a member is counted, not named


def estimates(estimate: ListEstimate, prob: float) -> Table:
    """People on some list beside the estimate: the total, then every stratum."""
    rows = []
    for i, counted, unlisted in estimate._totals():
        rest = " (".join(answer(estimate, unlisted, prob)) + ")"
        name, number = _row_name(estimate, i), f"{counted.low:,}"
        rows.append((name, number, *answer(estimate, i, prob), rest))
    rows += [
        (capitalised(_stratum(labels)), f"{people:,}", "not fitted", "", "")
        for labels, people in estimate.not_fitted()
    ]
    head = (
        "",
        "On some list (a count)",
        "In all (estimate, median)",
        f"{percent(prob)} credible interval",
        "Of these on no list (estimate)",
    )
    caption = "Who was counted, and how many we estimate. The two answer different questions."
    return Table(caption, head, tuple(rows), wide=True)


def _row_name(estimate: ListEstimate, row: int) -> str:
    labels = estimate.meta.rows[row].strata
    if labels:
        return capitalised(_stratum(labels))
    cell = estimate.meta.rows[row].cell
    name = f"{naming.group(cell)} {naming.outcome(cell)}"
    whole = "Fitted strata" if estimate.not_fitted() else "All strata"
    return whole if len(estimate) > 3 else capitalised(name)


def _stratum(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in labels.items())


def sources(estimate: ListEstimate, prob: float) -> Table:
    """Share of all people that each list holds."""
    rows = []
    for i, source in enumerate(estimate.meta.sources):
        known = estimate._completeness(i, prob)
        shown = ("no headline", "") if known is None else _with_ends(known)
        rows.append((source.source, *shown))
    head = ("List", "Share of all people", f"{percent(prob)} credible interval")
    return Table("How complete each list is.", head, tuple(rows))


def _with_ends(share_of: Ends) -> tuple[str, str]:
    middle, low, high = aligned(share_of)
    return middle, f"{low} to {high}"


def data(estimate: ListEstimate) -> list[Table]:
    """How many people each list holds; empty where the overlaps were not kept."""
    fit = estimate.shown().found
    if not fit.overlaps:
        return []
    table = HistoryTable.of_codes(fit.lists, fit.overlaps)
    sizes = zip(table.lists, table.sizes, table.only_here, strict=True)
    rows = tuple((name, figure(size), figure(alone)) for name, size, alone in sizes)
    foot = ("All lists together", figure(table.people), figure(table.people - table.shared))
    head = ("List", "People on it", "On no other list")
    caption = "The lists: how many people they hold. Section 8 has every combination of lists."
    return [Table(caption, head, rows, foot)]


def tables(estimate: ListEstimate) -> dict[str, Table | None]:
    """What the answer rests on, in tables."""
    shown = estimate.shown()
    fit, details = shown.found, estimate.details
    return {
        "groups": _groups(fit.groups) if len(fit.groups) > 1 else None,
        "members": _members(fit.families) if len(fit.families) > 1 else None,
        "dial": _dial(estimate, shown),
        "observability": _observability(fit.observability),
        "graphs": _graphs(fit.graphs) if fit.graphs else None,
        "strata": _strata(estimate),
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
    names, aside = _asides(records)
    rows = tuple(
        (name, *(rounded(row) if row.converged else ("did not converge", NONE)))
        for name, row in zip(names, records, strict=True)
    )
    head = ("Case", "Estimated (median)", f"{percent(prob)} credible interval")
    return Table(caption + aside, head, rows)


def _asides(records: Sequence[Case | KnownPopulation]) -> tuple[list[str], str]:
    """Names of cases, and as a sentence what stands in brackets after every one of them."""
    names = [row.case for row in records]
    ends = {name[name.rindex(" (") :] if name.endswith(")") else "" for name in names}
    aside = ends.pop() if len(ends) == 1 else ""
    told = f" All of them: {aside.strip(' ()')}." if aside else ""
    return [capitalised(name.removesuffix(aside)) for name in names], told


def _groups(groups: Sequence[Group]) -> Table:
    rows = []
    for group in sorted(groups, key=lambda g: -g.mass):
        weights = weight(group.mass), weight(min(1.0, group.posterior))
        p = group.predictive_p
        fit = "" if p is None else "under 0.01" if p < 0.01 else f"{p:.2f}"
        name = capitalised(group_title(group.name))
        rows.append((name, *weights, *rounded(group), fit, _fits(group)))
    head = ("Kind of dependence", "Weight", "By evidence alone", *ANSWER, "Fit (p)", "Does it fit?")
    caption = (
        "What each kind of dependence between lists would answer, and its weight. Fit: how often "
        "overlaps drawn from it lie as far from what it expects as those seen."
    )
    return Table(caption, head, tuple(rows), wide=True)


def _graphs(graphs: Sequence[Graph]) -> Table:
    ties = (listed([f"{a} with {b}" for a, b in graph.ties]) or "none" for graph in graphs)
    rows = tuple(
        (tied, share(graph.probability), *rounded(graph))
        for tied, graph in zip(ties, graphs, strict=True)
    )
    caption = (
        "The most probable graphs, and what each would answer. Lists that are not tied are "
        "independent given those between them."
    )
    head = ("Ties between lists", "Probability", *ANSWER)
    return Table(caption, head, rows)


def _members(members: Sequence[FamilyMember]) -> Table:
    shown = sorted((m for m in members if m.mass >= SMALL_MEMBER), key=lambda m: -m.mass)
    known = [m.log_evidence for m in members if m.log_evidence is not None]
    rows = []
    for m in shown:
        behind = "" if m.log_evidence is None else f"{m.log_evidence - max(known):.1f}"
        rows.append((family_title(m.family), m.member, weight(m.mass), behind))
    rest = len(members) - len(shown)
    caption = "The families of models inside the answer, and their members."
    if rest:
        caption += f" {rest} with less than 0.05% each are left out of the table."
    head = ("Family", "Member", "Weight", "Log evidence, from the best")
    return Table(caption, head, tuple(rows))


def _dial(estimate: ListEstimate, shown: Shown) -> Table | None:
    dial = shown.found.dial
    if dial is None:
        return None
    rows = tuple((share(row.ratio), *rounded(row)) for row in dial.curve)
    caption = (
        "The number under each odds ratio that ties the people on no list to the others. No data "
        "can set this ratio; at 1 there is no interaction of the highest order. Last line: the "
        "answer, with the ratio that it implies."
    )
    whole = rounded(shown.whole) if shown.whole else answer(estimate, 0, 0.95)
    foot = (_ratio(dial.implied), *whole)
    return Table(caption, ("Odds ratio", *ANSWER), rows, foot)


def _observability(chances: Sequence[Visible]) -> Table:
    rows = tuple((f"more than {percent(row.chance)}", *rounded(row)) for row in chances)
    caption = (
        "Of the people in this answer, how many had a chance to be on any list at all. Of people "
        "with next to no chance, lists can say nothing."
    )
    return Table(caption, ("Chance to be listed", "People", "95% interval"), rows)


def _replicates(replicates: Replicates) -> Table:
    rows = [
        (f"Replicate {i}", f"{row.listed:,}", *rounded(row))
        for i, row in enumerate(replicates.each, 1)
    ]
    combined = replicates.combined
    if combined is not None:
        ends = rounded(Span(combined.point, combined.low, combined.high))
        rows.append(("All, by the rule for multiple imputation", "", *ends))
    caption = (
        "Every replicate alone, and all by the rule for multiple imputation (Rubin 1987, as R "
        "verdata applies it to the logarithm of unlisted people). The estimate of this report "
        "mixes the replicates draw by draw."
    )
    return Table(caption, ("", "Listed", "Number", "95% interval"), tuple(rows))


def _strata(estimate: ListEstimate) -> Table | None:
    rows = []
    for i, row in enumerate(estimate.meta.rows):
        if row.part != "total" or not row.strata:
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
                f"{fit.people:,}",
                listed(away) or "none",
                "; ".join(named),
                "priors alone" if row.level == "prior" else _agree(allowed),
                "" if implied is None else _ratio(implied),
            )
        )
    if not rows:
        return None
    head = (
        "Stratum",
        "On some list",
        "Lists not at work",
        "Weight of each kind",
        "Do the kinds that fit agree?",
        "Odds ratio implied (95%)",
    )
    return Table("What each stratum rests on.", head, tuple(rows), wide=True)


def _fits(group: Group) -> str:
    return f"no: {group.ruled_out}" if group.ruled_out else "yes"


def _agree(allowed: Sequence[Group]) -> str:
    if len(allowed) < 2:
        return "only one fits" if allowed else "none fits"
    return "no" if far_apart(allowed) else "yes"


def _ratio(ratio: Span) -> str:
    return f"{share(ratio.median)} ({share(ratio.low)} to {share(ratio.high)})"


def _predictions(histories: Sequence[Predicted]) -> Table:
    rows = tuple(
        (" and ".join(row.history), f"{row.observed:,}", *rounded(row), f"{row.p:.2f}")
        for row in histories
    )
    far = sum(row.p < 0.05 for row in histories)
    caption = (
        "People on exactly these lists: as seen, and as the model would expect. A small p says "
        f"that the number seen is unusual; of {len(rows)} combinations, {far} have p below 0.05."
    )
    head = ("Lists", "Seen", "Expected", "95% interval", "p")
    return Table(caption, head, rows)


def _dependence(pairs: Sequence[Pair]) -> Table:
    rows = tuple(
        (f"{p.list_a} with {p.list_b}", share(p.median), f"{share(p.low)} to {share(p.high)}")
        for p in pairs
    )
    caption = (
        "Odds ratio of two lists among all people, as estimated: above 1 they share more people "
        "than independent lists would."
    )
    return Table(caption, ("Pair", "Odds ratio", "95% interval"), rows)


def _known(cases: Sequence[KnownPopulation], prob: float) -> Table:
    names, aside = _asides(cases)
    rows = tuple(
        (name, f"{row.members:,}", f"{row.seen:,}", *rounded(row), "yes" if row.covered else "no")
        for name, row in zip(names, cases, strict=True)
    )
    head = (
        "",
        "Known number",
        "Seen by the other lists",
        "Estimated",
        f"{percent(prob)} interval",
        "Interval holds it",
    )
    caption = "A test on known numbers: the members of each list, as the other lists see them."
    return Table(caption + aside, head, rows, wide=True)
