"""Tables of the report that only incident reports have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casualty_est.incidents.plots.breakdown import part_name
from casualty_est.incidents.table.incident import VERDICTS
from casualty_est.incidents.table.summary import number_of
from casualty_est.report.naming import missing, ratio, ratio_interval, row_name, whole
from casualty_est.report.tables import NONE, Table, answer, rounded
from casualty_est.result.tables import GAP_PARTS, inclusion_numbers, of_incidents, source_numbers
from casualty_est.wording.numbers import people, percent
from casualty_est.wording.phrases import capitalised, documented_text

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate


def estimates(estimate: Estimate, prob: float) -> Table:
    """Documented count beside the estimate of every cell, and the parts that somebody lists."""
    summary = estimate.summary(prob).to_dict("records")
    places = {_key(row): i for i, row in enumerate(estimate.meta["rows"])}
    first = estimate.meta["rows"][0]["part"]
    rows = []
    for i, row in enumerate(estimate.meta["rows"]):
        if row["part"] != first:
            continue
        found = row["documented"]
        stated = f"{documented_text(found)} ({found['source']})" if found else NONE
        name = row_name(estimate, i).removesuffix(", listed part")
        cells = [name, stated, *answer(estimate, i, summary[i], prob)]
        for part in ("listed", "unlisted") if first == "total" else ():
            at = places[_key({**row, "part": part})]
            middle, ends = answer(estimate, at, summary[at], prob)
            cells.append(f"{middle} ({ends})" if ends != NONE else middle)
        rows.append(tuple(cells))
    parts = ("Of these in listed incidents", "In incidents that nobody lists")
    head = (
        *("", "Documented (a count)", "Estimated (median)", f"{percent(prob)} credible interval"),
        *(parts if first == "total" else ()),
    )
    caption = "What was documented, and what we estimate. The two answer different questions."
    return Table(caption, head, tuple(rows), wide=first == "total", stack=True)


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["part"], tuple(row["cell"].items()), tuple(row["strata"].items())


def sources(estimate: Estimate, prob: float) -> Table:
    """What each source counts within an incident, and how much of all deaths it holds."""
    rows = []
    numbers = estimate.sources(prob).to_dict("records")
    for i, (source, row) in enumerate(zip(estimate.meta["sources"], numbers, strict=True)):
        prior = source["prior"]
        ends = ratio_interval(prior["low"], prior["high"])
        before = f"{ratio(prior['median'])} ({ends})"
        after = "not known"
        if not missing(row["ratio"]):
            ends = ratio_interval(row["low"], row["high"])
            after = f"{ratio(row['ratio'])} ({ends})"
        shares = [
            _share(source_numbers(estimate, name, i, prob))
            for name in ("completeness_listed", "completeness_reported")
        ]
        role = (source["role"] or NONE).replace("_", " ")
        rows.append((str(source["source"]), role, before, after, *shares))
    head = (
        "Source",
        "Role",
        "Counts within an incident: assumed (95 %)",
        f"After the data ({percent(prob)})",
        "Deaths in what it lists",
        "Deaths it reports",
    )
    caption = (
        "Each source as a witness: its own count within an incident as a part of the true one, and "
        "as parts of all deaths those in incidents that it lists (or accepts), and those that it "
        "reports, incidents included that are not real or by somebody else."
    )
    return Table(caption, head, tuple(rows), wide=True, stack=True)


def _share(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "not known"
    return f"{ratio(found['median'])} ({ratio_interval(found['low'], found['high'])})"


def inclusion(estimate: Estimate, prob: float) -> Table | None:
    """Probability that each source holds an incident, by its deaths; None where not estimated."""
    curves = {
        str(source["source"]): curve
        for i, source in enumerate(estimate.meta["sources"])
        if (curve := inclusion_numbers(estimate, i, prob)) is not None
    }
    if not curves:
        return None
    rows = tuple(
        (number_of(int(points[0]["deaths"]), "death"), *map(_chance, points))
        for points in zip(*curves.values(), strict=True)
    )
    head = ("Deaths in the incident", *curves)
    judge = of_incidents(estimate)["judge"]
    caption = f"Probability to hold an incident of so many deaths ({percent(prob)} interval)"
    if judge:
        caption += f"; of {judge} to accept one that is its own, with no other suspect"
    return Table(f"{caption}.", head, rows, wide=True, stack=True)


def _chance(point: Mapping[str, float]) -> str:
    return f"{whole(point['median'])} ({whole(point['low'])} to {whole(point['high'])})"


def gap(found: Mapping[str, Any], judge: str | None) -> Table:
    """Split the gap between two sources' totals."""
    first, last = found["sources"]
    rows = []
    for part in GAP_PARTS:
        numbers = found[part]
        low, high = numbers["low"], numbers["high"]
        ends = f"{_signed(low, low, high)} to {_signed(high, low, high)}"
        size = _signed(numbers["mean"], low, high)
        rows.append((capitalised(part_name(part, last, judge)), size, ends))
    foot = ("The gap", f"{found['gap']:,.0f}", "")
    caption = (
        f"From {first} ({found['reported'][0]:,.0f}) to {last} ({found['reported'][1]:,.0f}): what "
        "the gap is made of. Parts are means, which add up; a part below 0 makes the gap smaller."
    )
    return Table(caption, ("", "Deaths", "95 % interval"), tuple(rows), foot, stack=True)


def _signed(value: float, low: float, high: float) -> str:
    size = people(abs(value), min(abs(low), abs(high)), max(abs(low), abs(high)))
    return f"\N{MINUS SIGN}{size}" if value < 0 and size != "0" else size


def data(estimate: Estimate) -> list[Table]:
    """Tabulate what each source reports, and what the grades hold."""
    details = of_incidents(estimate)
    tables = [_reports(details["reports"])] if details["reports"] else []
    if details["grades"]:
        tables.append(_grades(details["grades"], judged=details["judge"] is not None))
    return tables


def _reports(found: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (
            str(row["source"]),
            f"{row['incidents']:,}",
            f"{row['only_here']:,}",
            f"{row['with_number']:,}",
            _range(row),
            *([_verdicts(row)] if any(map(_verdicts, found)) else []),
        )
        for row in found
    )
    head = (
        *("Source", "Incidents", "Only here", "With a number", "Deaths"),
        *(("Verdicts",) if any(map(_verdicts, found)) else ()),
    )
    caption = "What each source reports of the incidents that count, as published."
    return Table(caption, head, rows, wide=True, stack=True)


def _verdicts(row: Mapping[str, Any]) -> str:
    parts = [f"{row[word]:,} {word}" for word in VERDICTS if row[word]]
    if row["self_reported"]:
        parts.append(f"{row['self_reported']:,} of its own")
    return ", ".join(parts)


def _grades(found: Sequence[Mapping[str, Any]], *, judged: bool) -> Table:
    rows = tuple(
        (
            capitalised(row["grade"]),
            f"{row['incidents']:,}",
            _range(row),
            *([f"{row['accepted']:,} of {row['judged']:,}"] if judged else []),
            whole(row["real"]),
        )
        for row in found
    )
    head = ("Grade", "Incidents", "Deaths", *(["Accepted"] if judged else []), "Counted as real")
    caption = (
        "By grade, as published; the last column is the estimated part of these incidents that is "
        "real and by the perpetrator."
    )
    return Table(caption, head, rows, stack=True)


def _range(row: Mapping[str, Any]) -> str:
    low, high = f"{row['low']:,.0f}", f"{row['high']:,.0f}"
    return low if low == high else f"{low} to {high}"


def choices(estimate: Estimate, prob: float) -> Table | None:
    """The estimate under other settings, where these were computed."""
    kept = estimate.meta["details"].get("refits", {})
    if f"choices:0:{prob:g}" not in kept:
        return None
    rows = tuple(
        (
            capitalised(row["case"]) + ("" if row["converged"] else " (NOT CONVERGED)"),
            *rounded(row),
        )
        for row in estimate.choices(0, prob).to_dict("records")
    )
    head = ("Setting", "Estimated (median)", f"{percent(prob)} credible interval")
    caption = "If one setting were another. Short refits: ends move by a few per cent by chance."
    return Table(caption, head, rows, stack=True)
