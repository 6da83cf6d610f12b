"""Tables of the report that only incident reports have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from casualty_est.incidents.plots.breakdown import part_name
from casualty_est.incidents.report.text import in_range
from casualty_est.incidents.schema import Gap, Graded, Part, Reported
from casualty_est.report.naming import row_name, spanned, whole
from casualty_est.report.tables import Table, answer, case_row, no_interval, none
from casualty_est.result.schema import Row, Span
from casualty_est.result.show import interval_title
from casualty_est.result.tables import Parameter
from casualty_est.wording.language import N_, _, figure, ngettext, pgettext
from casualty_est.wording.numbers import adding_up, chance, people, percent, ratio_text, run
from casualty_est.wording.phrases import capitalised, documented_text, with_source
from casualty_est.wording.terms import grade_name, role_name

if TYPE_CHECKING:
    from casualty_est.incidents.estimate import IncidentEstimate

VERDICT_WORDS = (
    N_("verdicts", "{number} accepted"),
    N_("verdicts", "{number} rejected"),
    N_("verdicts", "{number} open"),
)
SHARES = ("completeness_listed", "completeness_reported")


def estimates(estimate: IncidentEstimate, prob: float) -> Table:
    """Documented count beside the estimate of every cell, and the parts that somebody lists."""
    places = {_key(row, row.part): i for i, row in enumerate(estimate.meta.rows)}
    first = estimate.meta.rows[0].part
    rows = []
    for i, row in enumerate(estimate.meta.rows):
        if row.part != first:
            continue
        name = row_name(estimate, i, whole=first == "listed")
        cells = [name, _stated(row), *answer(estimate, i, prob)]
        for part in ("listed", "unlisted") if first == "total" else ():
            middle, ends = answer(estimate, places[_key(row, part)], prob)
            cells.append(f"{middle} ({ends})" if ends != no_interval() else middle)
        rows.append(tuple(cells))
    parts = (_("Of these in listed incidents"), _("In incidents that nobody lists"))
    head = (
        *("", _("Documented (a count)"), _("Estimated (median)"), interval_title(prob)),
        *(parts if first == "total" else ()),
    )
    caption = _("What was documented, and what we estimate. The two answer different questions.")
    return Table(caption, head, tuple(rows), wide=first == "total")


def _stated(row: Row) -> str:
    documented = row.documented
    if not documented:
        return none()
    return with_source(documented_text(documented), documented.source)


def _key(row: Row, part: str) -> tuple[Any, ...]:
    return part, row.cell, tuple(row.strata.items())


def sources(estimate: IncidentEstimate, prob: float) -> Table:
    """What each source counts within an incident, and how much of all deaths it holds."""
    rows = []
    for i, source in enumerate(estimate.meta.sources):
        within = estimate._parameter("ratio_within", i, prob)
        shares = [_part(estimate._parameter(name, i, prob)) for name in SHARES]
        role = role_name(source.role) if source.role else pgettext("role", "none")
        denies = [_denies(estimate, i, prob)] * bool(estimate.details.denials)
        rows.append((source.source, role, _part(source.prior), _part(within), *shares, *denies))
    head = [
        _("Source"),
        _("Role"),
        _("Counts within an incident: assumed ({level})", level=percent(0.95)),
        _("After the data ({level})", level=percent(prob)),
        _("Deaths in what it lists"),
        _("Deaths it reports"),
    ]
    caption = _(
        "Each source as a witness: its own count within an incident as a part of the true one, and "
        "as parts of all deaths those in incidents that it lists (or accepts), and those that it "
        "reports, incidents included that are not real or by somebody else."
    )
    if estimate.details.denials:
        head.append(_("Says that nobody died"))
        caption += " " + _(
            "The last column: of how many incidents it says that nobody died, whatever happened."
        )
    return Table(caption, tuple(head), tuple(rows), wide=True)


def _denies(estimate: IncidentEstimate, i: int, prob: float) -> str:
    denial = estimate._parameter("denial", i, prob)
    if denial is None:
        return _("never") if estimate.meta.has_level else _("not known")
    return spanned(denial, whole)


def _part(value: Parameter | Span | None) -> str:
    if value is None:
        return _("not known")
    return ratio_text(value)


def inclusion(estimate: IncidentEstimate, prob: float) -> Table | None:
    """Probability that each source holds an incident, by its deaths; None where not estimated."""
    curves = {
        source.source: curve
        for i, source in enumerate(estimate.meta.sources)
        if (curve := estimate.inclusion(i, prob)) is not None
    }
    if not curves:
        return None
    columns = [curve.itertuples(index=False) for curve in curves.values()]
    rows = tuple(
        (_deaths(points[0].deaths), *(spanned(point, chance) for point in points))
        for points in zip(*columns, strict=True)
    )
    head = (_("Deaths in the incident"), *curves)
    judge, level = estimate.details.judge, percent(prob)
    caption = _(
        "Chance that a source records an incident, by its number of deaths ({level} interval).",
        level=level,
    )
    if judge:
        caption = _(
            "Chance that a source records an incident, by its number of deaths ({level} interval); "
            "for {source}, that it accepts one that is its own, with no other suspect.",
            level=level,
            source=judge,
        )
    return Table(caption, head, rows, wide=True)


def _deaths(number: int) -> str:
    return ngettext("{number} death", "{number} deaths", number, number=figure(number))


def gap(between: Gap, judge: str | None) -> Table:
    """Split the gap between two sources' totals."""
    first, last = between.sources
    rows = []
    means = adding_up([part.mean for part in between.parts.values()], between.gap)
    for (name, part), mean in zip(between.parts.items(), means, strict=True):
        ends = run(_signed(part.low, part), _signed(part.high, part))
        rows.append((capitalised(part_name(name, last, judge)), minus(mean), ends))
    foot = (_("The gap"), figure(between.gap), no_interval())
    caption = _(
        "From {first} ({one}) to {last} ({two}): what the gap is made of. Parts are means, rounded "
        "so that they add up; a part below 0 makes the gap smaller.",
        first=first,
        one=figure(between.reported[0]),
        last=last,
        two=figure(between.reported[1]),
    )
    head = ("", _("Deaths"), _("{level} interval", level=percent(0.95)))
    return Table(caption, head, tuple(rows), foot)


def minus(value: float) -> str:
    """A whole number with a true minus sign."""
    return figure(value).replace("-", "\N{MINUS SIGN}")


def _signed(value: float, part: Part) -> str:
    low, high = sorted((abs(part.low), abs(part.high)))
    size = people(abs(value), low, high)
    return f"\N{MINUS SIGN}{size}" if value < 0 and size != "0" else size


def data(estimate: IncidentEstimate) -> list[Table]:
    """Tabulate what each source reports, and what the grades hold."""
    details = estimate.details
    tables = [_reports(details.reports)] if details.reports else []
    grades = [_grades(details.grades, judged=details.judge is not None)] if details.grades else []
    return tables + grades


def in_a_line(estimate: IncidentEstimate) -> Table | None:
    """Tabulate the same in three columns, for the short report."""
    reports = estimate.details.reports
    rows = tuple((row.source, figure(row.incidents), in_range(row)) for row in reports)
    head = (_("Source"), _("Incidents"), _("Deaths"))
    return (
        Table(
            _(
                "What each source reports in all, as published, whatever its own grade of an "
                "incident."
            ),
            head,
            rows,
        )
        if rows
        else None
    )


def _reports(reports: Sequence[Reported]) -> Table:
    judged = any(map(_verdicts, reports))
    rows = []
    for row in reports:
        numbers = (figure(n) for n in (row.incidents, row.only_here, row.with_number))
        rows.append((row.source, *numbers, in_range(row), *([_verdicts(row) or none()] * judged)))
    head = (
        _("Source"),
        _("Incidents"),
        _("Only here"),
        _("With a number"),
        _("Deaths"),
        *[_("Verdicts")] * judged,
    )
    caption = _("What each source reports of the incidents that count, as published.")
    return Table(caption, head, tuple(rows), wide=True)


def _verdicts(row: Reported) -> str:
    numbers = zip((row.accepted, row.rejected, row.open), VERDICT_WORDS, strict=True)
    parts = [
        pgettext("verdicts", words, number=figure(number)) for number, words in numbers if number
    ]
    if row.self_reported:
        parts.append(_("{number} of its own", number=figure(row.self_reported)))
    return ", ".join(parts)


def _grades(grades: Sequence[Graded], *, judged: bool) -> Table:
    rows = tuple(
        (
            capitalised(grade_name(row.grade)),
            figure(row.incidents),
            in_range(row),
            *[_some(row.accepted, row.judged)] * judged,
            whole(row.real),
        )
        for row in grades
    )
    head = (
        _("Grade"),
        _("Incidents"),
        _("Deaths"),
        *[_("Accepted")] * judged,
        _("Counted as real"),
    )
    caption = _(
        "By grade, as published; the last column is the estimated part of these incidents that is "
        "real and by the perpetrator."
    )
    return Table(caption, head, rows)


def _some(part: int, whole: int) -> str:
    return _("{part} of {whole}", part=figure(part), whole=figure(whole))


def other_settings(estimate: IncidentEstimate, prob: float) -> Table | None:
    """The estimate under other settings, where these were computed."""
    cases = estimate._records("other_settings", 0, prob, unasked=False)
    if not cases:
        return None
    rows = tuple(case_row(case) for case in cases)
    head = (_("Setting"), _("Estimated (median)"), interval_title(prob))
    caption = _(
        "Results under other settings, all from short runs, the first line too: limits may vary by "
        "a few per cent."
    )
    return Table(caption, head, rows)
