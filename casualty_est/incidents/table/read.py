"""Ways into an incidents table: exports with a minimum and a maximum, and wide tables."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from casualty_est.errors import Problem, UsageError
from casualty_est.incidents.table.incident import (
    BELLIGERENT_ROLES,
    COLUMNS,
    GRADES,
    INCIDENT_ROLES,
    VERDICTS,
)
from casualty_est.quantity.quantity import Quantity
from casualty_est.quantity.surroundings import between_ends
from casualty_est.tables.checks import nearest, quantity_cell
from casualty_est.tables.read import Table, read_table, table_from
from casualty_est.wording.language import Noted, stored

UNKNOWN = Quantity.parse("unknown")
BLANK = Quantity.parse("")
OF_AN_EXPORT = ("grade", "date", "scope", "perpetrator", "count", "recall_check", "citation")
OF_A_WIDE_TABLE = ("grade", "date", "scope", "perpetrator", "count", "citation")


@dataclass(slots=True)
class Draft:
    """An incidents table in the making: long rows that remember where they came from."""

    origin: Table
    problems: list[Problem]
    came_from: dict[str, str] = field(default_factory=dict)
    notes: list[Noted] = field(default_factory=list)
    cells: list[dict[str, str]] = field(default_factory=list)
    quantities: list[Quantity | None] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(self, row: int, quantity: Quantity | None, **cells: str) -> None:
        """Add what one source says in one row of the original."""
        self.cells.append(cells)
        self.quantities.append(quantity)
        self.lines.append(self.origin.lines[row])

    def table(self) -> Table:
        """Return the rows as an incidents table."""
        cells = tuple(tuple(row.get(column, "") for row in self.cells) for column in COLUMNS)
        came = self.origin
        return Table(came.name, COLUMNS, cells, tuple(self.lines), came.where, came.header_line)

    def as_it_came(self, problem: Problem) -> Problem:
        """Name the column of the original in a problem that was found in the rows made of it."""
        if any(problem is own for own in self.problems):
            return problem
        return replace(problem, column=self.came_from.get(problem.column or "", problem.column))


@dataclass(frozen=True, slots=True)
class Judged:
    """Where an export says what a belligerent made of an incident."""

    name: str | None
    role: str
    verdict: str | None
    words: Mapping[str, str]
    conceded: str | tuple[str, str] | None
    self_reported: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns named."""
        conceded = (self.conceded,) if isinstance(self.conceded, str) else self.conceded or ()
        return tuple(c for c in (self.verdict, *conceded, self.self_reported) if c is not None)


@dataclass(frozen=True, slots=True)
class Export:
    """Where an export says what; see `IncidentReports.from_ranges`."""

    incident: str
    ends: tuple[str, str]
    source: str
    role: str | None
    columns: Mapping[str, str]
    grades: Mapping[str, str]
    judged: Judged


# --- exports with a minimum and a maximum ----------------------------------------------


def read_ranges(data: object, export: Export, name: str | None) -> Draft:
    """Read an export with a minimum and a maximum."""
    draft, judged = opened(data, name), export.judged
    _must_be_words("columns", export.columns, OF_AN_EXPORT)
    must_be_role(export.role, INCIDENT_ROLES)
    _must_be_words("grades", filter(None, export.grades.values()), GRADES)
    _check_judged(judged)
    used = (export.incident, *export.ends, *export.columns.values(), *judged.columns)
    must_have(draft.origin, used)
    judging = {"verdict": judged.verdict, "self_reported": judged.self_reported}
    draft.came_from = {"incident": export.incident, **export.columns}
    draft.came_from |= {column: came for column, came in judging.items() if came}
    note_unread(draft, used)
    for row in first_rows(draft, export.incident):
        shared = {column: draft.origin.column(own)[row] for column, own in export.columns.items()}
        if "grade" in shared:
            shared["grade"] = _translated(shared["grade"], export.grades, GRADES)
        shared |= {"incident": draft.origin.column(export.incident)[row], "source": export.source}
        said = _range(draft, row, *export.ends)
        draft.add(row, UNKNOWN if said is BLANK else said, role=export.role or "", **shared)
        if judged.name is not None:
            _add_judged(draft, row, judged, shared["incident"])
    return draft


def _check_judged(judged: Judged) -> None:
    if judged.name is None:
        if judged.columns:
            msg = f"belligerent: name who gave the column {judged.columns[0]!r}"
            raise UsageError(msg)
        return
    if not judged.columns:
        msg = f"verdict, conceded: name a column with what {judged.name!r} said"
        raise UsageError(msg)
    must_be_role(judged.role, BELLIGERENT_ROLES if judged.verdict else INCIDENT_ROLES)
    _must_be_words("verdicts", filter(None, judged.words.values()), VERDICTS)


def _add_judged(draft: Draft, row: int, judged: Judged, incident: str) -> None:
    verdict = draft.origin.column(judged.verdict)[row] if judged.verdict else ""
    verdict = _translated(verdict, judged.words, VERDICTS)
    own = draft.origin.column(judged.self_reported)[row] if judged.self_reported else ""
    said: Quantity | None = BLANK
    if isinstance(judged.conceded, str):
        said = _stated(draft, row, judged.conceded)
    elif judged.conceded is not None:
        said = _range(draft, row, *judged.conceded)
    if not verdict and said is BLANK and own.casefold() in ("", "0", "0.0", "false"):
        return  # it never spoke of the incident
    stated = said if verdict or said is not BLANK else UNKNOWN
    cells = {"incident": incident, "source": judged.name or "", "role": judged.role}
    draft.add(row, stated, verdict=verdict, self_reported=own, **cells)


def _stated(draft: Draft, row: int, column: str) -> Quantity | None:
    """The number in one cell, None where it cannot be read."""
    text = draft.origin.column(column)[row]
    try:
        return quantity_cell(text) if text else BLANK
    except ValueError as error:
        draft.problems.append(draft.origin.problem(row, str(error), column, text))
        return None


def _range(draft: Draft, row: int, low: str, high: str) -> Quantity | None:
    """The range between two cells, None where one cannot be read."""
    texts = {column: draft.origin.column(column)[row] for column in (low, high)}
    numbers: list[int | None] = []
    for column, text in texts.items():
        number = whole_number(text)
        if text and number is None:
            reason = "an end of a range is a whole number of deaths, 0 or more: correct it"
            draft.problems.append(draft.origin.problem(row, reason, column, text))
            return None
        numbers.append(number)
    first, last = numbers[0], numbers[-1]
    if first is not None and last is not None and first > last:
        reason = f"the highest number is not below the lowest, {first:,}: correct one of the two"
        draft.problems.append(draft.origin.problem(row, reason, high, texts[high]))
        return None
    return range_of(first, last)


def range_of(low: int | None, high: int | None) -> Quantity:
    """Write two ends as one number, range or bound; without any, a blank."""
    if low == high:
        return BLANK if low is None else Quantity.parse(low)
    if high is None:
        return Quantity.parse(f"at least {low}") if low else BLANK
    return Quantity.parse(f"up to {high}" if low is None else between_ends(low, high))


# --- one column per source -------------------------------------------------------------


def read_wide(
    data: object,
    incident: str,
    sources: Sequence[str] | None,
    roles: Mapping[str, str],
    name: str | None,
) -> Draft:
    """Read a wide table; see `IncidentReports.from_wide`."""
    draft = opened(data, name)
    table = draft.origin
    known = {incident, *OF_A_WIDE_TABLE}
    free = [column for column in table.columns if column not in known]
    named = tuple(sources or [column for column in free if column not in COLUMNS])
    shared = [column for column in OF_A_WIDE_TABLE if column in table.columns]
    must_have(table, (incident, *shared, *named))
    for column in free:
        if column not in named:
            reason = (
                "this column is neither a source nor known in a wide table, and none is ignored: "
                "name it in sources, or remove it"
            )
            draft.problems.append(Problem(reason, table.header_line, column))
    for source, role in roles.items():
        if source not in named:
            msg = f"roles: there is no source {source!r}{nearest(source, named)}"
            raise UsageError(msg)
        must_be_role(role, INCIDENT_ROLES)
    draft.came_from = {"incident": incident}
    for row in first_rows(draft, incident):
        cells = {column: table.column(column)[row] for column in shared}
        cells["incident"] = table.column(incident)[row]
        said = [source for source in named if table.column(source)[row]]
        if not said:
            reason = "no source mentions the incident: remove the row, or write unknown"
            draft.problems.append(table.problem(row, reason))
        for source in said:
            role, stated = roles.get(source, ""), _stated(draft, row, source)
            draft.add(row, stated, source=source, role=role, **cells)
    return draft


# --- what the readers share ------------------------------------------------------------


def opened(data: object, name: str | None) -> Draft:
    """Open a dataframe or a file as a draft without rows."""
    problems: list[Problem] = []
    if isinstance(data, Table):
        table = data
    elif isinstance(data, str | os.PathLike):
        table = read_table(Path(data), problems=problems)
        table = replace(table, name=name or table.name)
    else:
        table = table_from(data, name)
    return Draft(table, problems, notes=list(table.notes))


def first_rows(draft: Draft, incident: str) -> Iterator[int]:
    """Rows with a code that no earlier row has; the others are problems."""
    table = draft.origin
    first: dict[str, int] = {}
    for row, code in enumerate(table.column(incident)):
        known = first.setdefault(code, row)
        if code and known == row:
            yield row
            continue
        reason = "every row is about an incident and this cell is blank: give its code or name"
        if code:
            reason = f"an incident has one row, and this one is in {table.where} "
            reason += f"{table.lines[known]} already: keep one"
        draft.problems.append(table.problem(row, reason, incident, code))


def must_have(table: Table, columns: Iterable[str]) -> None:
    """Refuse columns that a table lacks, or that are named twice."""
    wanted = tuple(columns)
    for column in wanted:
        if column not in table.columns:
            near = nearest(column, table.columns)
            msg = f"the table has no column {column!r}{near}; it has {', '.join(table.columns)}"
            raise UsageError(msg)
    for column in wanted:
        if wanted.count(column) > 1:
            msg = f"the column {column!r} is named for two purposes: name each once"
            raise UsageError(msg)


def must_be_role(role: str | None, valid: Collection[str]) -> None:
    """Refuse a role that is not known."""
    if role is not None and role not in valid:
        msg = (
            f"there is no role {role!r} here{nearest(role, valid)}. Use one of: {', '.join(valid)}"
        )
        raise UsageError(msg)


def _must_be_words(option: str, words: Iterable[str], valid: Collection[str]) -> None:
    for word in words:
        if word not in valid:
            near = nearest(word, valid)
            msg = f"{option}: {word!r} is unknown{near}. Use one of: {', '.join(valid)}"
            raise UsageError(msg)


def _translated(text: str, words: Mapping[str, str], valid: Collection[str]) -> str:
    if text in words:
        return words[text]
    return text.casefold() if text.casefold() in valid else text


def whole_number(text: str) -> int | None:
    """Read a whole number; None where the text is none."""
    digits = text.removesuffix(".0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 11 else None


def note_unread(draft: Draft, used: Collection[str]) -> None:
    """Note the columns of the original that nobody reads."""
    unread = [column for column in draft.origin.columns if column not in used]
    if unread:
        places = {"columns": ", ".join(unread)}
        text = stored("note", "1 column is not read: {columns}", **places)
        if len(unread) > 1:
            text = stored(
                "note", "{number} columns are not read: {columns}", number=len(unread), **places
            )
        draft.notes.append(("unread_columns", text))
