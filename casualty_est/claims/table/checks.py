"""The rules of a claims table: what a row may say, and what rows must not say together."""

from __future__ import annotations

from collections import Counter
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
from casualty_est.errors import InputError, Problem
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
    unknown_columns,
)
from casualty_est.tables.read import Table

_SHOWN = ("source", "scope", "group", "perpetrator", "derived_from", "quotes", "alias_of")


def validate(
    table: Table, problems: list[Problem], quantities: list[Quantity] | None = None
) -> tuple[tuple[Claim, ...], tuple[tuple[str, str], ...]]:
    """Return the claims and warnings of a table, or raise every problem at once."""
    required = [column for column in COLUMNS[:2] if column not in table.columns]
    for column in required:
        free = [name for name in table.columns if name not in COLUMNS]
        reason = f"the column {column!r} is required and missing{nearest(column, free)}: add it"
        problems.append(Problem(reason, table.header_line))
    parsed = _parsed(table, problems, quantities)
    broken = {problem.line for problem in problems}
    if "source" in required:
        problems[:] = [problem for problem in problems if problem.column != "source"]
    rows = [Claim(*values) for values in zip(*parsed, table.lines, strict=True)]
    for index, row in enumerate(rows):
        if row.start or row.quotes or row.alias_of or row.derived_from:
            problems.extend(_row_problems(table, index, row))
    problems.extend(_alias_problems(table, rows))
    problems.extend(_role_problems(table, rows, broken))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0), table.name)
    return tuple(rows), _warnings(table, rows)


def _parsed(
    table: Table, problems: list[Problem], quantities: list[Quantity] | None
) -> list[Sequence[Any]]:
    """Return one parsed column per field of `Claim`, in its order."""
    parsers: dict[str, Any] = {
        "source": _required,
        "quantity": quantity_cell,
        "role": one_of(ROLES),
        "level": one_of(LEVELS, DEFAULTS["level"]),
        "scope": _scope,
        "start": iso_date,
        "end": iso_date,
        "reported": iso_date,
        "outcome": one_of(OUTCOMES, DEFAULTS["outcome"]),
        "group": lambda text: text or DEFAULTS["group"],
        "perpetrator": lambda text: text or DEFAULTS["perpetrator"],
        "hedge": one_of(HEDGES),
        "derived_from": _names,
        "quotes": lambda text: text or None,
        "alias_of": lambda text: text or None,
        "citation": shown_safely(str, CONTROLS_IN_PROSE),
    }
    parsers |= {column: shown_safely(parsers[column]) for column in _SHOWN}
    parsed: list[Sequence[Any]] = []
    for column in COLUMNS:
        if column == "quantity" and quantities is not None:
            problems.extend(quantity_problems(table, quantities))
            parsed.append(quantities)
        else:
            parsed.append(convert(table, column, parsers[column], problems))
    return parsed


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
    others = {"derived_from": row.derived_from, "quotes": [row.quotes], "alias_of": [row.alias_of]}
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


def _warnings(table: Table, rows: Sequence[Claim]) -> tuple[tuple[str, str], ...]:
    warnings = list(unknown_columns(table, COLUMNS))
    for column, default in DEFAULTS.items():
        blank = Counter(table.column(column))[""]
        if blank:
            where = f"{blank:,} row{'s' if blank != 1 else ''}"
            warnings.append(("default", f"{column} not given in {where}: taken as {default}"))
    # Distinct values first: a table has far fewer names than rows.
    mentions = dict.fromkeys(
        (row.source, row.quotes, row.alias_of, *row.derived_from) for row in rows
    )
    scopes = dict.fromkeys(row.scope for row in rows)
    for names, what in (
        ([name for mention in mentions for name in mention if name], "sources"),
        ([part for scope in scopes for part in scope.split("+")], "scopes"),
        ([*(row.group for row in rows), *GROUPS], "groups"),
        ([row.perpetrator for row in rows], "perpetrators"),
    ):
        warnings.extend(similar_names(names, what))
    if all(row.quantity.is_unknown for row in rows):
        warnings.append(("no_counts", "no row has a count, so the table says nothing of the total"))
    return tuple(warnings)
