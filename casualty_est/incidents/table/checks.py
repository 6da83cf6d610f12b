"""The rules of an incidents table: what a row may say, and what rows must not say together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from casualty_est.errors import InputError, Problem
from casualty_est.incidents.table.incident import (
    BELLIGERENT_ROLES,
    COLUMNS,
    GRADES,
    INCIDENT_ROLES,
    INVESTIGATION,
    OF_THE_INCIDENT,
    REQUIRED,
    VERDICTS,
    Report,
    gather,
)
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.checks import (
    CONTROLS_IN_PROSE,
    PERPETRATORS_ALIKE,
    SCOPES_ALIKE,
    SOURCES_ALIKE,
    convert,
    nearest,
    noted_quantities,
    quantity_cell,
    quantity_problems,
    shown_safely,
    similar_names,
)
from casualty_est.tables.dates import no_such_year, read_days
from casualty_est.tables.names import mend_of, reworded, sums, word_of
from casualty_est.tables.read import Table
from casualty_est.wording.language import N_, Noted, stored

MOST = 10**9  # incidents in one row
ROLES_SHOWN = 6
YES = frozenset({"1", "1.0", "true"})
NO = frozenset({"0", "0.0", "false"})


def validate(
    table: Table, problems: list[Problem], quantities: Sequence[Quantity | None] | None = None
) -> tuple[tuple[Report, ...], tuple[Noted, ...]]:
    """Return the rows and notes of an incidents table, or raise every problem at once."""
    problems.extend(_column_problems(table))
    parsed, read_notes = _parsed(table, problems, quantities)
    rows = [Report(*values) for values in zip(*parsed, table.lines, strict=True)]
    for rule in RULES:
        problems.extend(rule(table, rows))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0), table.name)
    read_notes += noted_quantities(table, [row.quantity for row in rows])
    return tuple(rows), (*read_notes, *_notes(rows))


def _column_problems(table: Table) -> Iterator[Problem]:
    free = [name for name in table.columns if name not in COLUMNS]
    for column in REQUIRED:
        if column not in table.columns:
            mend = mend_of(table, column, free)
            reason = f"required column {column!r} is missing{nearest(column, free)}: {mend}"
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
) -> tuple[list[Sequence[Any]], list[Noted]]:
    """Return one parsed column per field of `Report`, in its order, and how it was read."""
    parsers: dict[str, Any] = {
        "incident": _required("every row is about an incident", "give its code or name"),
        "source": _required("every row has a source", "name who said it"),
        "quantity": quantity_cell,
        "role": word_of("role", INCIDENT_ROLES),
        "verdict": word_of("verdict", VERDICTS),
        "self_reported": lambda text: bool(flag(text)),
        "recall_check": flag,
        "grade": word_of("grade", GRADES),
        "scope": lambda text: text or None,
        "perpetrator": suspects,
        "count": count,
        "prob": drawn_with,
        "citation": shown_safely(str, CONTROLS_IN_PROSE),
    }
    for column in ("incident", "source", "scope", "perpetrator"):
        parsers[column] = shown_safely(parsers[column])
    parsed: list[Sequence[Any]] = []
    notes: list[Noted] = []
    for column in COLUMNS:
        if column == "quantity" and quantities is not None:
            problems.extend(quantity_problems(table, quantities))
            parsed.append(quantities)
        elif column in REQUIRED and column not in table.columns:
            parsed.append((None,) * len(table))
        elif column == "date":
            days, said = read_days(table, column, problems, edge="start")
            parsed.append(days)
            notes += said
        else:
            parsed.append(convert(table, column, parsers[column], problems))
            if column in ("role", "verdict", "grade"):
                notes += reworded(table, column, parsed[-1])
    return parsed, notes


def _required(rule: str, mend: str) -> Any:
    def parse(text: str) -> str:
        if not text:
            msg = f"{rule} and this cell is blank: {mend}"
            raise ValueError(msg)
        return text

    return parse


def flag(text: str) -> bool | None:
    """Read 1 or 0; a blank is None."""
    if not text:
        return None
    if text.casefold() in YES | NO:
        return text.casefold() in YES
    msg = "this column holds 1 for yes, 0 for no, and nothing where it is not known"
    raise ValueError(msg)


def drawn_with(text: str) -> float | None:
    """Read the probability with which a site was drawn; a blank is None."""
    if not text:
        return None
    try:
        prob = float(text)
    except ValueError:
        prob = 0.0
    if not 0 < prob <= 1:
        msg = (
            "this column holds the probability with which a site was drawn, above 0 and at most 1, "
            "such as 0.2: correct it, or leave it blank where incidents were chosen among those "
            "that others report"
        )
        raise ValueError(msg)
    return prob


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


def _repeats[K](table: Table, keys: Iterable[tuple[int, K]]) -> Iterator[tuple[int, int, K, str]]:
    """Find rows with a key that an earlier one has: both, the key, and where the earlier is."""
    first: dict[K, int] = {}
    for index, key in keys:
        known = first.setdefault(key, index)
        if known != index:
            yield index, known, key, f"{table.where} {table.lines[known]}: keep one"


def _role_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    named = [(i, row.source) for i, row in enumerate(rows) if row.source and row.role is not None]
    for index, known, source, where in _repeats(table, named):
        role, before = rows[index].role, rows[known].role
        if role != before:
            reason = f"a source has one role, and {source!r} is {before!r} in {where}"
            yield table.problem(index, reason, "role", role)


def _belligerent_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    belligerents = " or ".join(BELLIGERENT_ROLES)
    texts = table.column("role")
    # Where a role could not be read, what depends on it cannot be judged.
    unread = {row.source for row, text in zip(rows, texts, strict=True) if text and not row.role}
    roles = {row.source: row.role for row in reversed(rows) if row.role}
    for index, row in enumerate(rows):
        role = roles.get(row.source)
        if not row.source or row.source in unread or role in BELLIGERENT_ROLES:
            continue
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


def _investigation_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    """Find sites drawn by nobody, without a finding, or that only an investigation could know."""
    roles = {row.source: row.role for row in reversed(rows) if row.role}
    looked = {name for name, role in roles.items() if role == INVESTIGATION}
    reported = {row.incident for row in rows if row.source not in looked}
    for index, row in enumerate(rows):
        if row.prob is not None and row.source not in looked:
            reason = (
                f"only a source of role {INVESTIGATION} draws sites with a probability, and "
                f"{row.source!r} is none: correct its role, or leave this blank"
            )
            yield table.problem(index, reason, "prob", table.column("prob")[index])
        if row.source not in looked or row.quantity is None:
            continue
        text = table.column("quantity")[index]
        if row.quantity.is_unknown:
            reason = (
                "an investigation states how many died, and 0 where nobody did: write the number, "
                "or leave out the row of a site where it could not tell"
            )
            yield table.problem(index, reason, "quantity", text)
        elif row.prob is None and row.incident not in reported:
            reason = (
                f"only {row.source!r} speaks of this incident: write in prob with which "
                "probability the site was drawn, or add the report that led to it"
            )
            yield table.problem(index, reason, "prob", "")


def _duplicate_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    pairs = ((i, (row.source, row.incident)) for i, row in enumerate(rows))
    for index, _, (source, incident), where in _repeats(table, (p for p in pairs if all(p[1]))):
        reason = f"a source has one row for an incident, and {source!r} has one in {where}"
        yield table.problem(index, reason, "incident", incident)


def _disagreements(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    """Find rows of one incident that give it two dates, places, suspects, counts or grades."""
    given = (
        (index, (row.incident, column))
        for index, row in enumerate(rows)
        for column in OF_THE_INCIDENT
        if row.incident and getattr(row, column) not in (None, ())
    )
    for index, known, (incident, column), where in _repeats(table, given):
        if getattr(rows[known], column) != getattr(rows[index], column):
            texts = table.column(column)
            has = f"{incident!r} has {texts[known]!r} in {where}"
            reason = f"the rows of an incident agree, and {has}"
            yield table.problem(index, reason, column, texts[index])


def _recall_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    texts = table.column("self_reported")
    # What could not be read may have been a 1.
    own = {
        row.incident
        for row, text in zip(rows, texts, strict=True)
        if row.self_reported or (text and text.casefold() not in YES | NO)
    }
    for index, row in enumerate(rows):
        if row.recall_check is None or row.incident in own:
            continue
        reason = (
            "recall_check says whether anybody else had reported an incident that a belligerent "
            f"reported of its own, and no row of {row.incident!r} has self_reported 1: mark that "
            "row, or leave this blank"
        )
        yield table.problem(index, reason, "recall_check", table.column("recall_check")[index])


def _year_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    for index, row in enumerate(rows):
        if row.date and (reason := no_such_year(row.date)):
            yield table.problem(index, reason, "date", str(row.date))


def _sum_problems(table: Table, rows: Sequence[Report]) -> Iterator[Problem]:
    yield from sums(table, "incident")
    yield from sums(table, "source")


RULES = (
    _sum_problems, _year_problems, _row_problems, _role_problems, _belligerent_problems,
    _investigation_problems, _duplicate_problems, _disagreements, _recall_problems,
)  # fmt: skip


NOT_GIVEN = {
    "scope": N_("note", "scope not given for {incidents}: taken as all"),
    "date": N_("note", "date not given for {incidents}: the year is not known"),
    "grade": N_("note", "grade not given for {incidents}: ungraded"),
    "perpetrator": N_("note", "perpetrator not given for {incidents}: nobody is suspected"),
}


# --- what was assumed ------------------------------------------------------------------


def _several(sources: Iterable[str]) -> Iterator[Noted]:
    """Ask about names that hold several sources, "AFP; Reuters"."""
    for name in sources:
        parts = [part for part in re.split("[;|]", name) if part.strip()]
        if len(parts) > 1:
            text = stored(
                "note",
                "{name} names {number} and is taken as one source apart from all others: give each "
                "a row of its own if each counted",
                name=repr(name),
                number=len(parts),
            )
            yield "several_sources", text


def _notes(rows: Sequence[Report]) -> tuple[Noted, ...]:
    incidents = gather(rows)
    notes: list[Noted] = []
    for what, template in NOT_GIVEN.items():
        bare = [i for i in incidents if not any(getattr(row, what) for row in i.reports)]
        if bare:
            number = sum(incident.count for incident in bare)
            where = stored("note", "1 incident")
            if number != 1:
                where = stored("note", "{number} incidents", number=f"{number:,}")
            notes.append(("default", stored("note", template, incidents=where)))
    if all(row.count is None for row in rows):
        text = stored("note", "count not given: every incident counts once")
        notes.append(("default", text))
    roles = {row.source for row in rows if row.role}
    sources = dict.fromkeys(row.source for row in rows)
    without = [name for name in sources if name not in roles]
    for name in without[:ROLES_SHOWN]:
        notes.append(("default", stored("note", "{source} has no role", source=repr(name))))
    if len(without) > ROLES_SHOWN:
        text = stored(
            "note",
            "{number} more sources have no role",
            number=f"{len(without) - ROLES_SHOWN:,}",
        )
        notes.append(("default", text))
    notes.extend(_several(sources))
    rejected = sum(row.verdict == "rejected" and bool(row.quantity.low) for row in rows)
    if rejected:
        text = stored(
            "note",
            "1 row has the verdict rejected and deaths above zero: both are kept as they are",
        )
        if rejected > 1:
            text = stored(
                "note",
                "{number} rows have the verdict rejected and deaths above zero: both are kept as "
                "they are",
                number=f"{rejected:,}",
            )
        notes.append(("rejected_with_deaths", text))
    notes.extend(similar_names((row.source for row in rows), SOURCES_ALIKE))
    notes.extend(similar_names((incident.scope for incident in incidents), SCOPES_ALIKE))
    suspected = (name for incident in incidents for name in incident.perpetrators)
    notes.extend(similar_names(suspected, PERPETRATORS_ALIKE))
    if all(row.quantity.is_unknown for row in rows):
        text = stored("note", "no row has a number, so the table says nothing about the total")
        notes.append(("no_counts", text))
    return tuple(notes)
