"""Tables of the report that only incident reports have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from casualty_est.incidents.plots.breakdown import part_name
from casualty_est.incidents.schema import Gap, Graded, Part, Reported
from casualty_est.incidents.table.incident import VERDICTS
from casualty_est.incidents.table.summary import number_of
from casualty_est.report.naming import ratio, ratio_interval, row_name, whole
from casualty_est.report.tables import Table, answer, case_row
from casualty_est.result.schema import Row, Span
from casualty_est.result.show import interval_title
from casualty_est.result.spoken import NONE
from casualty_est.result.tables import Parameter
from casualty_est.wording.language import _, figure
from casualty_est.wording.numbers import adding_up, people, percent, run
from casualty_est.wording.phrases import capitalised, documented_text

if TYPE_CHECKING:
    from casualty_est.incidents.estimate import IncidentEstimate

SHARES = ("completeness_listed", "completeness_reported")


def estimates(estimate: IncidentEstimate, prob: float) -> Table:
    """Documented count beside the estimate of every cell, and the parts that somebody lists."""
    places = {_key(row, row.part): i for i, row in enumerate(estimate.meta.rows)}
    first = estimate.meta.rows[0].part
    rows = []
    for i, row in enumerate(estimate.meta.rows):
        if row.part != first:
            continue
        name = row_name(estimate, i).removesuffix(", listed part")
        cells = [name, _stated(row), *answer(estimate, i, prob)]
        for part in ("listed", "unlisted") if first == "total" else ():
            middle, ends = answer(estimate, places[_key(row, part)], prob)
            cells.append(f"{middle} ({ends})" if ends != NONE else middle)
        rows.append(tuple(cells))
    parts = ("Of these in listed incidents", "In incidents that nobody lists")
    head = (
        *("", "Documented (a count)", "Estimated (median)", interval_title(prob)),
        *(parts if first == "total" else ()),
    )
    caption = "What was documented, and what we estimate. The two answer different questions."
    return Table(caption, head, tuple(rows), wide=first == "total")


def _stated(row: Row) -> str:
    documented = row.documented
    return f"{documented_text(documented)} ({documented.source})" if documented else NONE


def _key(row: Row, part: str) -> tuple[Any, ...]:
    return part, row.cell, tuple(row.strata.items())


def sources(estimate: IncidentEstimate, prob: float) -> Table:
    """What each source counts within an incident, and how much of all deaths it holds."""
    rows = []
    for i, source in enumerate(estimate.meta.sources):
        within = estimate._parameter("ratio_within", i, prob)
        shares = [_part(estimate._parameter(name, i, prob)) for name in SHARES]
        role = (source.role or NONE).replace("_", " ")
        denies = [_denies(estimate, i, prob)] * bool(estimate.details.denials)
        rows.append((source.source, role, _part(source.prior), _part(within), *shares, *denies))
    before = ("Source", "Role", "Counts within an incident: assumed (95%)")
    after = (f"After the data ({percent(prob)})", "Deaths in what it lists", "Deaths it reports")
    denials = ("Says that nobody died",) * bool(estimate.details.denials)
    caption = (
        "Each source as a witness: its own count within an incident as a part of the true one, and "
        "as parts of all deaths those in incidents that it lists (or accepts), and those that it "
        "reports, incidents included that are not real or by somebody else."
    )
    if estimate.details.denials:
        caption += (
            " The last column: of how many incidents it says that nobody died, whatever happened."
        )
    return Table(caption, before + after + denials, tuple(rows), wide=True)


def _denies(estimate: IncidentEstimate, i: int, prob: float) -> str:
    denial = estimate._parameter("denial", i, prob)
    if denial is None:
        return "never" if estimate.meta.has_level else "not known"
    return f"{whole(denial.median)} ({whole(denial.low)} to {whole(denial.high)})"


def _part(value: Parameter | Span | None) -> str:
    if value is None:
        return "not known"
    return f"{ratio(value.median)} ({ratio_interval(value.low, value.high)})"


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
        (number_of(points[0].deaths, "death"), *map(_chance, points))
        for points in zip(*columns, strict=True)
    )
    head = ("Deaths in the incident", *curves)
    judge = estimate.details.judge
    caption = f"Probability to hold an incident of so many deaths ({percent(prob)} interval)"
    if judge:
        caption += f"; of {judge} to accept one that is its own, with no other suspect"
    return Table(f"{caption}.", head, rows, wide=True)


def _chance(point: Any) -> str:
    return f"{whole(point.median)} ({whole(point.low)} to {whole(point.high)})"


def gap(between: Gap, judge: str | None) -> Table:
    """Split the gap between two sources' totals."""
    first, last = between.sources
    rows = []
    means = adding_up([part.mean for part in between.parts.values()], between.gap)
    for (name, part), mean in zip(between.parts.items(), means, strict=True):
        ends = f"{_signed(part.low, part)} to {_signed(part.high, part)}"
        rows.append((capitalised(part_name(name, last, judge)), minus(mean), ends))
    foot = ("The gap", f"{between.gap:,.0f}", "")
    caption = (
        f"From {first} ({between.reported[0]:,.0f}) to {last} ({between.reported[1]:,.0f}): what "
        "the gap is made of. Parts are means, rounded so that they add up; a part below 0 makes "
        "the gap smaller."
    )
    return Table(caption, ("", "Deaths", "95% interval"), tuple(rows), foot)


def minus(value: float) -> str:
    """A whole number with a true minus sign."""
    return f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")


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
    rows = tuple((row.source, figure(row.incidents), _range(row)) for row in reports)
    head = (_("Source"), _("Incidents"), _("Deaths"))
    return Table(_("What each source reports, as published."), head, rows) if rows else None


def _reports(reports: Sequence[Reported]) -> Table:
    judged = any(map(_verdicts, reports))
    rows = []
    for row in reports:
        numbers = (f"{n:,}" for n in (row.incidents, row.only_here, row.with_number))
        rows.append((row.source, *numbers, _range(row), *([_verdicts(row)] * judged)))
    head = ("Source", "Incidents", "Only here", "With a number", "Deaths", *["Verdicts"] * judged)
    caption = "What each source reports of the incidents that count, as published."
    return Table(caption, head, tuple(rows), wide=True)


def _verdicts(row: Reported) -> str:
    numbers = zip((row.accepted, row.rejected, row.open), VERDICTS, strict=True)
    parts = [f"{number:,} {word}" for number, word in numbers if number]
    if row.self_reported:
        parts.append(f"{row.self_reported:,} of its own")
    return ", ".join(parts)


def _grades(grades: Sequence[Graded], *, judged: bool) -> Table:
    rows = tuple(
        (
            capitalised(row.grade),
            f"{row.incidents:,}",
            _range(row),
            *[f"{row.accepted:,} of {row.judged:,}"] * judged,
            whole(row.real),
        )
        for row in grades
    )
    head = ("Grade", "Incidents", "Deaths", *["Accepted"] * judged, "Counted as real")
    caption = (
        "By grade, as published; the last column is the estimated part of these incidents that is "
        "real and by the perpetrator."
    )
    return Table(caption, head, rows)


def _range(row: Reported | Graded) -> str:
    low, high = figure(row.low), figure(row.high)
    return low if low == high else run(low, high)


def other_settings(estimate: IncidentEstimate, prob: float) -> Table | None:
    """The estimate under other settings, where these were computed."""
    cases = estimate._records("other_settings", 0, prob, unasked=False)
    if not cases:
        return None
    rows = tuple(case_row(case) for case in cases)
    head = ("Setting", "Estimated (median)", interval_title(prob))
    caption = "Results under other settings (short runs: limits may vary by a few per cent)."
    return Table(caption, head, rows)
