"""The rules of a claims table: what a row may say, and what rows must not say together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from casualty_est.claims.table.claim import (
    COLUMNS,
    DEFAULTS,
    GROUPS,
    HEDGES,
    LEVELS,
    OUTCOMES,
    CellKey,
    Claim,
)
from casualty_est.claims.table.questions import contradictions, questions
from casualty_est.errors import InputError, Problem
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.cells import BASES, ESTIMATE, LIST, ROLES, STATEMENT
from casualty_est.tables.checks import (
    CONTROLS_IN_PROSE,
    PERPETRATORS_ALIKE,
    SCOPES_ALIKE,
    SOURCES_ALIKE,
    convert,
    nearest,
    noted_quantities,
    number_of_rows,
    quantity_cell,
    quantity_problems,
    shown_safely,
    similar_names,
    unknown_columns,
)
from casualty_est.tables.dates import no_such_year, read_days
from casualty_est.tables.merged import blank_below
from casualty_est.tables.names import mend_of, reworded, sums, wholes, word_of
from casualty_est.tables.read import Table
from casualty_est.wording.language import N_, Kept, Noted, stored

ANY = DEFAULTS["perpetrator"]
_DAYS = {"start": "start", "end": "end", "reported": ""}
_WORDS = ("role", "level", "outcome", "group", "perpetrator", "hedge", "basis")
_LONGEST_WINDOW = 100  # years
_ONCE_FOR_ROWS = ("scope", "start", "end", "reported", "group", "perpetrator", "outcome")
_LATE = 3653  # days by which a window may end after its publication, to be asked about
_SHOWN = ("source", "scope", "group", "perpetrator", "derived_from", "quotes", "alias_of")


def validate(
    table: Table, problems: list[Problem], quantities: list[Quantity] | None = None
) -> tuple[tuple[Claim, ...], tuple[Noted, ...]]:
    """Return the claims and warnings of a table, or raise every problem at once."""
    required = [column for column in COLUMNS[:2] if column not in table.columns]
    for column in required:
        free = [name for name in table.columns if name not in COLUMNS]
        reason = (
            f"required column {column!r} is missing{nearest(column, free)}: "
            f"{mend_of(table, column, free)}"
        )
        problems.append(Problem(reason, table.header_line))
    parsed, read_notes = _parsed(table, problems, quantities)
    problems += blank_below(table, _ONCE_FOR_ROWS, "source")
    broken = {problem.line for problem in problems}
    if "source" in required:
        problems[:] = [problem for problem in problems if problem.column != "source"]
    rows = list(map(Claim, *parsed, table.lines))
    sound: set[tuple[Any, ...]] = set()  # windows that were looked at
    for index, row in enumerate(rows):
        days = (row.start, row.end, row.reported)
        if days in sound and not (row.quotes or row.alias_of or row.derived_from):
            continue
        told = list(_row_problems(table, index, row))
        problems.extend(told)
        if not told:
            sound.add(days)
    problems.extend(sums(table, "source"))
    problems.extend(wholes(table, "scope"))
    problems.extend(contradictions(table, rows))
    problems.extend(_alias_problems(table, rows))
    problems.extend(_role_problems(table, rows, broken))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0), table.name)
    said = [*read_notes, *noted_quantities(table, [row.quantity for row in rows])]
    return tuple(rows), (*said, *questions(table, rows), *_warnings(table, rows))


def _parsed(
    table: Table, problems: list[Problem], quantities: list[Quantity] | None
) -> tuple[list[Sequence[Any]], list[Noted]]:
    """Return one parsed column per field of `Claim`, in its order."""
    parsers: dict[str, Any] = {
        "source": _required,
        "role": word_of("role", ROLES),
        "level": word_of("level", LEVELS, DEFAULTS["level"]),
        "scope": _scope,
        "outcome": word_of("outcome", OUTCOMES, DEFAULTS["outcome"]),
        "group": word_of("group", GROUPS, DEFAULTS["group"], strict=False),
        "perpetrator": word_of("perpetrator", (ANY,), ANY, strict=False),
        "hedge": word_of("hedge", HEDGES),
        "basis": word_of("basis", BASES),
        "derived_from": _names,
        "quotes": lambda text: text or None,
        "alias_of": lambda text: text or None,
        "citation": shown_safely(str, CONTROLS_IN_PROSE),
        "independent": yes_or_no,
    }
    parsers |= {column: shown_safely(parsers[column]) for column in _SHOWN}
    columns: dict[str, Sequence[Any]] = {}
    notes: list[Noted] = []
    # The outcome comes before the quantity, which is read as what it says.
    for column in sorted(COLUMNS, key=lambda name: name == "quantity"):
        if column == "quantity":
            columns[column] = _quantities(table, columns["outcome"], problems, quantities)
        elif column in _DAYS:
            edge = _DAYS[column]
            columns[column], said = read_days(table, column, problems, edge=edge)
            notes += said
        else:
            columns[column] = convert(table, column, parsers[column], problems)
            if column in _WORDS:
                notes += reworded(table, column, columns[column])
    return [columns[column] for column in COLUMNS], notes


def _quantities(
    table: Table,
    outcomes: Sequence[str | None],
    problems: list[Problem],
    quantities: Sequence[Quantity] | None,
) -> Sequence[Quantity | None]:
    if quantities is not None:
        problems.extend(quantity_problems(table, quantities))
        return quantities
    if set(outcomes) <= {"killed", None}:
        return convert(table, "quantity", quantity_cell, problems)
    texts = table.column("quantity")
    values: dict[tuple[str, str], Quantity | None] = {}
    reasons: dict[tuple[str, str], str] = {}
    keys = [(text, outcome or "killed") for text, outcome in zip(texts, outcomes, strict=True)]
    for key in dict.fromkeys(keys):
        try:
            values[key] = quantity_cell(*key)
        except ValueError as error:
            values[key], reasons[key] = None, str(error)
    for row, key in enumerate(keys) if reasons else ():
        if key in reasons:
            problems.append(table.problem(row, reasons[key], "quantity", key[0]))
    return [values[key] for key in keys]


def yes_or_no(text: str) -> bool:
    """Read 1 or 0; a blank is no."""
    folded = text.casefold()
    if folded in ("", "0", "0.0", "no", "false"):
        return False
    if folded in ("1", "1.0", "yes", "true"):
        return True
    msg = "this column holds 1 where the figure was counted apart, and nothing elsewhere"
    raise ValueError(msg)


def _required(text: str) -> str:
    if text:
        return text
    msg = "every claim needs a source and this cell is blank: name who said it"
    raise ValueError(msg)


def _scope(text: str) -> str:
    if not text:
        return DEFAULTS["scope"]
    parts = {part.strip() for part in text.split("+")}
    if "" in parts:
        msg = "a scope such as A+B has a name on both sides of every +: fill or remove the blank"
        raise ValueError(msg)
    if len(parts) > 1 and DEFAULTS["scope"] in parts:
        msg = "'all' already covers every scope: write 'all' alone, or the parts without it"
        raise ValueError(msg)
    return "+".join(sorted(parts, key=lambda part: (part.casefold(), part)))


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in text.split(";") if (name := part.strip())))


def _row_problems(table: Table, index: int, row: Claim) -> Iterator[Problem]:
    if row.start and row.end and row.start > row.end:
        reason = f"a window ends on or after its start, {row.start}: correct one of the two"
        yield table.problem(index, reason, "end", str(row.end))
    if row.start and row.reported and row.reported < row.start:
        reason = f"nobody can report before the window starts, {row.start}: correct one of the two"
        yield table.problem(index, reason, "reported", str(row.reported))
    for column, day in (("start", row.start), ("end", row.end), ("reported", row.reported)):
        if day and (reason := no_such_year(day)):
            yield table.problem(index, reason, column, str(day))
            return
    if row.start and row.end and row.end.year - row.start.year > _LONGEST_WINDOW:
        reason = f"the window is longer than {_LONGEST_WINDOW} years: correct start or end"
        yield table.problem(index, reason, "end", str(row.end))
    if row.end and row.reported and (row.end - row.reported).days > _LATE:
        reason = f"nobody can count up to this day in a report of {row.reported}: correct one"
        yield table.problem(index, reason, "end", str(row.end))
    others = {
        "derived_from": row.derived_from or (),
        "quotes": [row.quotes],
        "alias_of": [row.alias_of],
    }
    for column, names in others.items():
        if row.source and row.source in names:
            reason = "this column names another source and this is the source itself: leave it out"
            yield table.problem(index, reason, column, row.source)


def follow_aliases(name: str, step: Mapping[str, str]) -> list[str]:
    """Return the chain of aliases from a name, stopping where it would close a circle."""
    chain = [name]
    while chain[-1] in step and step[chain[-1]] not in chain:
        chain.append(step[chain[-1]])
    return chain


BASIS = {
    LIST: N_("note", "list ({roles})"),
    STATEMENT: N_("note", "statement ({roles})"),
    ESTIMATE: N_("note", "estimate ({roles})"),
}


def basis_assumed(rows: Sequence[Claim]) -> Kept | None:
    """Say what rows without a basis are taken to rest on, by role."""
    blank = [row for row in rows if row.basis is None and not row.quantity.is_unknown]
    # Distinct kinds first: a table has far fewer of them than rows.
    kinds = {(row.role, row.hedge, row.quantity.form): row for row in blank}
    taken = dict.fromkeys((row.rests_on, row.role or "no role") for row in kinds.values())
    roles = {basis: [role for one, role in taken if one == basis] for basis in BASES}
    said = [
        stored("note", BASIS[basis], roles=", ".join(own)) for basis, own in roles.items() if own
    ]
    if not blank:
        return None
    return stored(
        "note",
        "basis not given in {rows}: taken as {default}",
        rows=number_of_rows(len(blank)),
        default="; ".join(said),
    )


def _alias_problems(table: Table, rows: Sequence[Claim]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    step: dict[str, str] = {}
    for index, row in enumerate(rows):
        if not row.source or not row.alias_of or row.alias_of == row.source:
            continue
        known = step.setdefault(row.source, row.alias_of)
        first.setdefault(row.source, index)
        if known != row.alias_of:
            reason = (
                f"a source is the alias of one other, and {row.source!r} is that of {known!r} "
                f"in {table.where} {table.lines[first[row.source]]}: keep one"
            )
            yield table.problem(index, reason, "alias_of", row.alias_of)
    for name, index in first.items():
        chain = follow_aliases(name, step)
        if step.get(chain[-1]) == name:
            circle = " -> ".join([*chain, name])
            reason = f"aliases end at one name and these run in a circle ({circle}): remove one"
            yield table.problem(index, reason, "alias_of", step[name])


def _role_problems(
    table: Table, rows: Sequence[Claim], broken: Collection[int | None]
) -> Iterator[Problem]:
    """Find sources with two different roles toward one cell, among rows that could be read."""
    step = {row.source: row.alias_of for row in rows if row.alias_of}
    seen: dict[tuple[str, CellKey], int] = {}
    for index, row in enumerate(rows):
        if row.role is None or row.line in broken:
            continue
        source = follow_aliases(row.source, step)[-1] if step else row.source
        first = seen.setdefault((source, row.cell_key), index)
        if rows[first].role != row.role:
            reason = (
                f"a source has one role toward a cell, and {source!r} is "
                f"{rows[first].role!r} there in {table.where} {table.lines[first]}: keep one"
            )
            yield table.problem(index, reason, "role", row.role)


GROUPS_ALIKE = N_("note", "{names} are taken as different groups: use one spelling if they are one")


def _warnings(table: Table, rows: Sequence[Claim]) -> tuple[Noted, ...]:
    warnings = list(unknown_columns(table, COLUMNS))
    for column, default in DEFAULTS.items():
        blank = table.column(column).count("")
        if blank:
            text = stored(
                "note",
                "{column} not given in {rows}: taken as {default}",
                column=column,
                rows=number_of_rows(blank),
                default=default,
            )
            warnings.append(("default", text))
    if assumed := basis_assumed(rows):
        warnings.append(("default", assumed))
    # Distinct values first: a table has far fewer names than rows.
    mentions = dict.fromkeys(
        (row.source, row.quotes, row.alias_of, *row.derived_from) for row in rows
    )
    scopes = dict.fromkeys(row.scope for row in rows)
    for names, template in (
        ([name for mention in mentions for name in mention if name], SOURCES_ALIKE),
        ([part for scope in scopes for part in scope.split("+")], SCOPES_ALIKE),
        ([*(row.group for row in rows), *GROUPS], GROUPS_ALIKE),
        ([row.perpetrator for row in rows], PERPETRATORS_ALIKE),
    ):
        warnings.extend(similar_names(names, template))
    if all(row.quantity.is_unknown for row in rows):
        text = stored("note", "no row has a count, so the table says nothing about the total")
        warnings.append(("no_counts", text))
    return tuple(warnings)
