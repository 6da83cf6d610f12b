"""A way into an incidents table: events of UCDP GED."""

from __future__ import annotations

from collections.abc import Sequence

from casualty_est.errors import UsageError
from casualty_est.incidents.table.incident import INCIDENT_ROLES
from casualty_est.incidents.table.read import (
    Draft,
    first_rows,
    must_be_role,
    must_have,
    note_unread,
    opened,
    range_of,
    whole_number,
)
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.read import Table
from casualty_est.wording.language import stored

ONE_SIDED = "3"  # UCDP's type of violence in which side_a kills civilians


def read_ged(
    data: object,
    group: str,
    number: str,
    source: str,
    role: str | None,
    scope: str | None,
    name: str | None,
) -> Draft:
    """Read events of UCDP GED; see `IncidentReports.from_ged`."""
    for what, given, valid in (
        ("group", group, ("all", "civilians")),
        ("number", number, ("range", "best")),
    ):
        if given not in valid:
            msg = f"{what} is {' or '.join(map(repr, valid))}, not {given!r}"
            raise UsageError(msg)
    must_be_role(role, INCIDENT_ROLES)
    draft = opened(data, name)
    table = draft.origin
    counts = ("low", "best", "high") if group == "all" else ("deaths_civilians", "deaths_unknown")
    used = ("id", *counts, "date_start", "type_of_violence", "side_a", "side_b")
    used += () if scope is None else (scope,)
    must_have(table, used)
    draft.came_from = {"incident": "id", "date": "date_start"} | ({"scope": scope} if scope else {})
    note_unread(draft, used)
    crossed = nobody = 0
    for row in first_rows(draft, "id"):
        numbers = _numbers(draft, row, counts)
        if numbers is not None and group == "all":
            crossed += sorted(numbers) != numbers
        elif numbers is not None and not any(numbers):
            nobody += 1
            continue
        draft.add(
            row,
            None if numbers is None else _said(numbers, group, number),
            incident=table.column("id")[row],
            source=source,
            role=role or "",
            date=_day(table.column("date_start")[row]),
            scope=table.column(scope)[row] if scope else "",
            perpetrator=_sides(table, row),
        )
    text = stored("note", "suspected are side_a in one-sided violence, and both sides otherwise")
    draft.notes.append(("default", text))
    if crossed and number == "range":
        text = stored(
            "note",
            "in {number} events low, best and high are out of order: the smallest and largest of "
            "them are the ends",
            number=f"{crossed:,}",
        )
        draft.notes.append(("ends_out_of_order", text))
    if nobody:
        text = stored(
            "note",
            "{number} events with no civilian death and none of unknown status: left out",
            number=f"{nobody:,}",
        )
        draft.notes.append(("left_out", text))
    return draft


def _said(numbers: Sequence[int], group: str, number: str) -> Quantity:
    """What the numbers of one event come to: their range, or the best of them."""
    if group == "all":
        best = numbers[1]
        return range_of(min(numbers), max(numbers)) if number == "range" else range_of(best, best)
    civilians, unknown = numbers
    return range_of(civilians, civilians + unknown * (number == "range"))


def _numbers(draft: Draft, row: int, columns: Sequence[str]) -> list[int] | None:
    numbers = []
    for column in columns:
        text = draft.origin.column(column)[row]
        number = whole_number(text)
        if number is None:
            reason = "UCDP gives a whole number of deaths, 0 or more, and this is none: correct it"
            draft.problems.append(draft.origin.problem(row, reason, column, text))
            return None
        numbers.append(number)
    return numbers


def _day(text: str) -> str:
    """The day of a date to which some of UCDP's files add midnight."""
    day, _, time = text.replace("T", " ").partition(" ")
    return day if not time.strip("0:.") else text


def _sides(table: Table, row: int) -> str:
    sides = [table.column("side_a")[row]]
    if table.column("type_of_violence")[row] != ONE_SIDED:
        sides.append(table.column("side_b")[row])
    return "; ".join(side.replace(";", ",") for side in sides)
