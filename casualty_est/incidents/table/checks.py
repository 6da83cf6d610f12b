"""The rules of an incidents table: what a row may say, and what rows must not say together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from casualty_est.errors import InputError, Problem
from casualty_est.incidents.table.incident import (
    BELLIGERENT_ROLES,
    COLUMNS,
    GRADES,
    OF_THE_INCIDENT,
    REQUIRED,
    VERDICTS,
    Report,
    gather,
)
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.cells import ROLES
from casualty_est.tables.checks import (
    CONTROLS_IN_PROSE,
    convert,
    iso_date,
    nearest,
    one_of,
    quantity_cell,
    quantity_problems,
    shown_safely,
    similar_names,
)
from casualty_est.tables.read import Table

MOST = 10**9  # incidents in one row
YES = frozenset({"1", "1.0", "true"})
NO = frozenset({"0", "0.0", "false"})

Note = tuple[str, str]


def validate(
    table: Table, problems: list[Problem], quantities: Sequence[Quantity | None] | None = None
) -> tuple[tuple[Report, ...], tuple[Note, ...]]:
    """Return the rows and notes of an incidents table, or raise every problem at once."""
    problems.extend(_column_problems(table))
    parsed = _parsed(table, problems, quantities)
    rows = [Report(*values) for values in zip(*parsed, table.lines, strict=True)]
    problems.extend(_row_problems(table, rows))
    roles, role_problems = _roles(table, rows)
    problems.extend(role_problems)
    problems.extend(_belligerent_problems(table, rows, roles))
    problems.extend(_duplicate_problems(table, rows))
    problems.extend(_disagreements(table, rows))
    problems.extend(_recall_problems(table, rows))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0), table.name)
    return tuple(rows), _notes(rows)


def _column_problems(table: Table) -> Iterator[Problem]:
    free = [name for name in table.columns if name not in COLUMNS]
    for column in REQUIRED:
        if column not in table.columns:
            reason = f"the column {column!r} is required and missing{nearest(column, free)}: add it"
            yield Problem(reason, table.header_line)
    missing = [name for name in COLUMNS if name not in table.columns]
    for column in free:
        reason = (
            f"an incidents table has no such column{nearest(column, missing)}, and none is "
            f"ignored: rename or remove it"
        )
        yield Problem(reason, table.header_line, column)


# --- one cell --------------------------------------------------------------------------


def _parsed(
    table: Table, problems: list[Problem], quantities: Sequence[Quantity | None] | None
) -> list[Sequence[Any]]:
    """Return one parsed column per field of `Report`, in its order."""
    parsers: dict[str, Any] = {
        "incident": _required("every row is about an incident", "give its code or name"),
        "source": _required("every row has a source", "name who said it"),
        "quantity": quantity_cell,
        "role": one_of(ROLES),
        "verdict": one_of(VERDICTS),
        "self_reported": lambda text: bool(flag(text)),
        "recall_check": flag,
        "grade": one_of(GRADES),
        "date": iso_date,
        "scope": lambda text: text or None,
        "perpetrator": suspects,
        "count": count,
        "citation": shown_safely(str, CONTROLS_IN_PROSE),
    }
    for column in ("incident", "source", "scope", "perpetrator"):
        parsers[column] = shown_safely(parsers[column])
    parsed: list[Sequence[Any]] = []
    for column in COLUMNS:
        if column == "quantity" and quantities is not None:
            problems.extend(quantity_problems(table, quantities))
            parsed.append(quantities)
        elif column in REQUIRED and column not in table.columns:
            parsed.append((None,) * len(table))
        else:
            parsed.append(convert(table, column, parsers[column], problems))
    return parsed


def _required(rule: str, mend: str) -> Any:
    def parse(text: str) -> str:
        if text:
            return text
        msg = f"{rule} and this cell is blank: {mend}"
        raise ValueError(msg)

    return parse


def flag(text: str) -> bool | None:
    """Read 1 or 0; a blank is None."""
    if not text:
        return None
    if text.casefold() in YES | NO:
        return text.casefold() in YES
    msg = "this column holds 1 for yes, 0 for no, and nothing where it is not known"
    raise ValueError(msg)


def count(text: str) -> int | None:
    """Read how many incidents a row stands for; a blank is None."""
    if not text:
        return None
    digits = text.removesuffix(".0")
    whole = digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST))
    if whole and 1 <= int(digits) <= MOST:
        return int(digits)
    msg = "a count is a whole number of incidents like this one, 1 or more: correct it"
    raise ValueError(msg)


def suspects(text: str) -> tuple[str, ...]:
    """Read names between semicolons, sorted and each once."""
    names = {name for part in text.split(";") if (name := part.strip())}
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


# --- one row, and rows together --------------------------------------------------------


def _row_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    verdicts = table.column("verdict")
    for index, row in enumerate(rows):
        if row.quantity is not None and row.quantity.text == "" and not verdicts[index]:
            reason = (
                "a row states a quantity or a verdict and this one neither: write unknown where "
                "the source gave no number"
            )
            yield table.problem(index, reason, "quantity")


def _roles(table: Table, rows: Sequence[Report]) -> tuple[dict[str, str | None], list[Problem]]:
    """Return the role of every source, and the rows that contradict it.

    A source whose role could not be read is left out: what depends on it cannot be judged.
    """
    texts = table.column("role")
    first: dict[str, int] = {}
    problems = []
    unread = {row.source for row, text in zip(rows, texts, strict=True) if text and not row.role}
    for index, row in enumerate(rows):
        if not row.source or row.role is None:
            continue
        known = first.setdefault(row.source, index)
        if rows[known].role != row.role:
            reason = (
                f"a source has one role, and {row.source!r} is {rows[known].role!r} in "
                f"{table.where} {table.lines[known]}: keep one"
            )
            problems.append(table.problem(index, reason, "role", row.role))
    roles = {row.source: None for row in rows if row.source and row.source not in unread}
    return roles | {name: rows[i].role for name, i in first.items() if name in roles}, problems


def _belligerent_problems(
    table: Table, rows: Sequence[Report], roles: dict[str, str | None]
) -> Iterator[Problem]:
    belligerents = " or ".join(BELLIGERENT_ROLES)
    for index, row in enumerate(rows):
        if row.source not in roles or roles[row.source] in BELLIGERENT_ROLES:
            continue
        role = roles[row.source]
        has = f"has the role {role!r}" if role else "has no role"
        for column, given, who in (
            ("verdict", row.verdict, "accepts or rejects an incident"),
            ("self_reported", row.self_reported, "reports an incident of its own"),
        ):
            if given:
                reason = (
                    f"only a belligerent (role {belligerents}) {who}, and {row.source!r} {has}: "
                    f"correct the role, or move this to the belligerent's row"
                )
                yield table.problem(index, reason, column, table.column(column)[index])


def _duplicate_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for index, row in enumerate(rows):
        if not row.source or not row.incident:
            continue
        known = first.setdefault((row.source, row.incident), index)
        if known != index:
            reason = (
                f"a source has one row for an incident, and {row.source!r} has one in "
                f"{table.where} {table.lines[known]}: keep one"
            )
            yield table.problem(index, reason, "incident", row.incident)


def _disagreements(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    """Find rows of one incident that give it two dates, places, suspects, counts or grades."""
    texts = {column: table.column(column) for column in OF_THE_INCIDENT}
    first: dict[tuple[str, str], int] = {}
    for index, row in enumerate(rows):
        if not row.incident:
            continue
        for column in OF_THE_INCIDENT:
            value = getattr(row, column)
            if value is None or value == ():
                continue
            known = first.setdefault((row.incident, column), index)
            if getattr(rows[known], column) != value:
                reason = (
                    f"the rows of an incident agree, and {row.incident!r} has "
                    f"{texts[column][known]!r} in {table.where} {table.lines[known]}: keep one"
                )
                yield table.problem(index, reason, column, texts[column][index])


def _recall_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    own = {row.incident for row in rows if row.self_reported}
    unread = _unread(table, rows, "self_reported")
    for index, row in enumerate(rows):
        if row.recall_check is None or row.incident in own or row.incident in unread:
            continue
        reason = (
            "recall_check says whether anybody else had reported an incident that a belligerent "
            f"reported of its own, and no row of {row.incident!r} has self_reported 1: mark that "
            "row, or leave this blank"
        )
        yield table.problem(index, reason, "recall_check", table.column("recall_check")[index])


def _unread(table: Table, rows: Sequence[Report], column: str) -> Collection[str]:
    """Incidents with a cell of 0 and 1 that could not be read."""
    texts = table.column(column)
    return {
        row.incident
        for row, text in zip(rows, texts, strict=True)
        if text and text.casefold() not in YES | NO
    }


# --- what was assumed ------------------------------------------------------------------


def _notes(rows: Sequence[Report]) -> tuple[Note, ...]:
    incidents = gather(rows)
    notes: list[Note] = []
    for what, bare, taken in (
        (
            "scope",
            [i for i in incidents if not any(row.scope for row in i.reports)],
            "taken as all",
        ),
        ("date", [i for i in incidents if not i.date], "the year is not known"),
        ("grade", [i for i in incidents if not i.grade], "ungraded"),
        ("perpetrator", [i for i in incidents if not i.perpetrators], "nobody is suspected"),
    ):
        if bare:
            missing = sum(incident.count for incident in bare)
            where = f"{missing:,} incident{'s' if missing != 1 else ''}"
            notes.append(("default", f"{what} not given for {where}: {taken}"))
    if all(row.count is None for row in rows):
        notes.append(("default", "count not given: every incident counts once"))
    roles = {row.source for row in rows if row.role}
    sources = dict.fromkeys(row.source for row in rows)
    notes.extend(("default", f"{name!r} has no role") for name in sources if name not in roles)
    rejected = sum(row.verdict == "rejected" and bool(row.quantity.low) for row in rows)
    if rejected:
        where = "1 row has" if rejected == 1 else f"{rejected:,} rows have"
        text = f"{where} the verdict rejected and deaths above zero: both are kept as they stand"
        notes.append(("rejected_with_deaths", text))
    notes.extend(similar_names((row.source for row in rows), "sources"))
    notes.extend(similar_names((incident.scope for incident in incidents), "scopes"))
    suspected = (name for incident in incidents for name in incident.perpetrators)
    notes.extend(similar_names(suspected, "perpetrators"))
    if all(row.quantity.is_unknown for row in rows):
        notes.append(("no_counts", "no row has a number, so the table says nothing of the total"))
    return tuple(notes)
