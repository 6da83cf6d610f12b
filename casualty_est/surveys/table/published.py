"""Published estimates: one row for each number of a study, with its interval or design."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from casualty_est.errors import Problem
from casualty_est.quantity.quantity import Quantity
from casualty_est.quantity.written_numbers import rounding_grid
from casualty_est.result.schema import Cell
from casualty_est.surveys.table.cells import at_least, count, share
from casualty_est.surveys.table.forms import RATE
from casualty_est.surveys.table.names import outcome_of, whole_of
from casualty_est.tables.checks import (
    CONTROLS_IN_PROSE,
    convert,
    quantity_cell,
    shown_safely,
    similar_names,
    unknown_columns,
)
from casualty_est.tables.dates import read_days
from casualty_est.tables.names import reworded, sums
from casualty_est.tables.plain import plain
from casualty_est.tables.read import Table
from casualty_est.wording.language import N_, Noted, stored

ASSUMED_LEVEL = 0.95
LEVELS = (0.5, 0.999)
# Participles, so that "people ..." reads: violent deaths, deaths of any cause, those beyond what
# peace would have brought, those without violence.
OUTCOMES = ("killed", "died", "died in excess", "died without violence", "injured")
DEFAULTS = {"outcome": "killed", "group": "all", "scope": "all", "perpetrator": "any"}
COUNTS = ("deaths", "members", "population", "clusters", "selected", "households")
SHARES = ("response", "prob")
COLUMNS = (
    *("source", "estimate", "low", "high", "prob"),
    *("deaths", "members", "population", "clusters", "selected", "households"),
    *("deff", "weight_cv", "response", "fieldwork"),
    *("start", "end", "scope", "group", "outcome", "perpetrator", "citation"),
)
DAYS = ("start", "end", "fieldwork")
_ERRORS = frozenset({"se", "sd", "stderr", "std_err", "std_error", "standard_error"})
# What makes a number a rate or a share.
_RATE_TEXT = re.compile(
    r"^\W*[\d.,]+\s*(?:%|per\s?cent\b)(?!\s*(?:CI|CrI|UI|confidence|credible))|‰"
    r"|(?:\bper|/)\s*(?:1?,?0*00|person|people|capita|child|year|month|week|day)",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"\d{1,3}[.,]\d{1,2}")
_ZERO = re.compile(r"0\s*[(\[]")
DESIGN = "deaths, clusters and households (or deaths and deff)"


@dataclass(frozen=True, slots=True)
class Published:
    """One number that a study printed.

    Parameters
    ----------
    source : str
        The study; its numbers share one bias.
    quantity : Quantity
        The estimate in people: of the form ``estimate`` with its own interval, else one number.
    start, end : date or None
        First and last day of the deaths that are counted.
    scope, group, outcome, perpetrator : str
        What is counted.
    deaths, members : int or None
        Deaths in the sample of this outcome, and people in the sampled households.
    population : int or None
        People whom the sample represents.
    clusters, selected, households : int or None
        Clusters that were visited, clusters that were drawn, households that answered.
    deff, weight_cv : float or None
        Design effect as published, and coefficient of variation of the weights.
    response : float or None
        Share of the visited households that answered.
    fieldwork : date or None
        Last day of the interviews.
    citation : str
        Where it was published.
    line : int or None
        Line of the file, or row of the dataframe.
    """

    source: str
    quantity: Quantity
    start: date | None = None
    end: date | None = None
    scope: str = DEFAULTS["scope"]
    group: str = DEFAULTS["group"]
    outcome: str = DEFAULTS["outcome"]
    perpetrator: str = DEFAULTS["perpetrator"]
    deaths: int | None = None
    members: int | None = None
    population: int | None = None
    clusters: int | None = None
    selected: int | None = None
    households: int | None = None
    deff: float | None = None
    weight_cv: float | None = None
    response: float | None = None
    fieldwork: date | None = None
    citation: str = ""
    line: int | None = None

    @property
    def cell(self) -> Cell:
        """What is counted."""
        start, end = (day.isoformat() if day else None for day in (self.start, self.end))
        return Cell(self.scope, start, end, self.outcome, self.group, self.perpetrator)

    @property
    def has_interval(self) -> bool:
        """Whether the study printed an interval of its own."""
        return self.quantity.form == "estimate"

    @property
    def recall_days(self) -> int | None:
        """Days from the first death that is asked for to the interviews."""
        last = self.fieldwork or self.end
        return (last - self.start).days if last and self.start else None


def read_published(
    table: Table, problems: list[Problem]
) -> tuple[tuple[Published, ...], list[Noted]]:
    """Read every row, or add what is wrong to the problems."""
    columns: dict[str, Any] = {}
    notes = []
    for name in COLUMNS:
        if name in DAYS:
            edge = "start" if name == "start" else "end"
            columns[name], dated = read_days(table, name, problems, edge=edge)
            notes += dated
        else:
            columns[name] = convert(table, name, _parser(name), problems)
    levels = columns.pop("prob")
    columns.pop("low"), columns.pop("high")
    rows = []
    for i, line in enumerate(table.lines):
        fields: dict[str, Any] = {
            name: values[i] for name, values in columns.items() if name != "estimate"
        }
        try:
            quantity = _quantity(table, i, fields, levels[i])
        except ValueError as error:
            column = getattr(error, "column", "low" if table.column("low")[i] else "estimate")
            problems.append(table.problem(i, str(error), column, table.column(column)[i]))
            continue
        if any(
            fields[name] is None for name in ("source", "scope", "group", "outcome", "perpetrator")
        ):
            continue  # said already
        row = Published(quantity=quantity, line=line, **fields)
        problems.extend(_row_problems(table, i, row))
        rows.append(row)
    problems.extend(_repeated(table, rows))
    names = similar_names(
        (row.source for row in rows if row.source),
        N_("note", "{names} are taken as different studies: use one spelling if they are one"),
    )
    reworded_ = [
        note
        for name in ("outcome", "scope", "group")
        for note in reworded(table, name, columns[name])
    ]
    problems.extend(sums(table, "source"))
    warnings = [*unknown_columns(table, COLUMNS), *notes, *reworded_, *names]
    warnings += [] if problems else _assumed(rows)
    return tuple(rows), warnings


def _parser(name: str) -> Callable[[str], Any]:
    if name in COUNTS:
        return count
    if name in SHARES:
        return share
    if name in ("deff", "weight_cv"):
        return lambda text: at_least(text, 1.0 if name == "deff" else 0.0)
    if name == "outcome":
        return outcome_of(OUTCOMES, DEFAULTS["outcome"])
    if name in ("scope", "group"):
        return shown_safely(whole_of(DEFAULTS[name]))
    if name == "source":
        return shown_safely(_named)
    if name in ("estimate", "low", "high"):
        return shown_safely(str)
    if name == "citation":
        return shown_safely(str, CONTROLS_IN_PROSE)
    return shown_safely(lambda text: text or DEFAULTS[name])


def _named(text: str) -> str:
    if text:
        return text
    msg = "every estimate needs a source and this cell is blank: name the study"
    raise ValueError(msg)


def _quantity(table: Table, i: int, fields: dict[str, Any], level: float | None) -> Quantity:
    """The estimate, from its text, its three columns, or its denominators."""
    text, low, high, prob = (table.column(name)[i] for name in ("estimate", "low", "high", "prob"))
    if not text:
        return _from_denominators(fields)
    number = _cell("estimate", text)
    if number.form not in ("exact", "about", "estimate"):
        msg = "an estimate is one number, with its interval if it has one: 75,200 (63,600-86,800)"
        raise ValueError(msg)
    if bool(low) != bool(high):
        msg = "an interval has two ends, and one of low and high is blank: fill both or none"
        raise ValueError(msg)
    if not low:
        if prob:
            msg = "prob is the level of an interval, and this row has none: fill low and high"
            raise ValueError(msg)
        return number
    if number.form == "estimate":
        msg = "the interval stands both beside the number and in low and high: leave one out"
        raise ValueError(msg)
    ends: list[Any] = [_cell("low", low).best, _cell("high", high).best]
    level = level or ASSUMED_LEVEL
    if not LEVELS[0] <= level <= LEVELS[1]:
        msg = f"the level of an interval is {LEVELS[0]:g} to {LEVELS[1]:g}: write 0.95 for 95%"
        raise _CellError(msg, "prob")
    if None in ends:
        msg = "low and high are one number each, as 63600: correct them"
        raise ValueError(msg)
    best = number.best or 0
    if ends[0] > ends[1]:
        msg = f"the interval starts at {ends[0]:,} and ends below that, at {ends[1]:,}: correct one"
        raise ValueError(msg)
    if ends[0] == ends[1]:
        msg = f"low and high are both {ends[0]:,}, and no study is that sure: correct one"
        raise ValueError(msg)
    if not ends[0] <= best <= ends[1]:
        msg = (
            f"the estimate, {best:,}, lies outside its interval, {ends[0]:,} to {ends[1]:,}: "
            "correct one of the three"
        )
        raise ValueError(msg)
    grid = rounding_grid(int(best))
    shown = f"{best:,} ({ends[0]:,} to {ends[1]:,})"
    return Quantity(ends[0], best, ends[1], "estimate", grid, shown, level, not prob)


class _CellError(ValueError):
    """What is wrong with the cell of one of several columns."""

    def __init__(self, message: str, column: str) -> None:
        self.column = column
        super().__init__(message)


def _cell(column: str, text: str) -> Quantity:
    """A number of people in one cell."""
    if _RATE_TEXT.search(text):
        raise _CellError(RATE, column)
    if column == "low" and re.match(r"[-\u2212]\s*\d", text):
        msg = "fewer than 0 people cannot have died: write 0 for an end below 0"
        raise _CellError(msg, column)
    if _ZERO.match(text):
        msg = (
            "nobody dead in the sample gives an upper bound: leave the estimate blank, or write 0, "
            "and fill deaths with 0, members, population, clusters and households"
        )
        raise _CellError(msg, column)
    try:
        return quantity_cell(text)
    except ValueError as error:
        few = _FRACTION.fullmatch(text) is not None
        message = f"people are counted in whole numbers, and {RATE}" if few else str(error)
        raise _CellError(message, column) from None


def _from_denominators(fields: dict[str, Any]) -> Quantity:
    """The estimate that deaths, people in the sample and population stand for."""
    deaths, members, population = (fields[name] for name in ("deaths", "members", "population"))
    if None in (deaths, members, population):
        msg = (
            "the estimate is blank, and without deaths, members (people in the sampled households) "
            "and population nothing says how many deaths the sample stands for: fill the estimate "
            "or all three"
        )
        raise ValueError(msg)
    if not members:
        msg = "the sample has no members: correct the column members"
        raise ValueError(msg)
    best = round(deaths / members * population)
    text = f"{deaths:,} of {members:,} people in the sample, for {population:,}"
    return Quantity(best, best, best, "exact", rounding_grid(best), text)


def _row_problems(table: Table, i: int, row: Published) -> Iterator[Problem]:
    pairs = (
        ("deaths", row.deaths, "members", row.members),
        ("members", row.members, "population", row.population),
        ("clusters", row.clusters, "selected", row.selected),
        ("clusters", row.clusters, "households", row.households),
    )
    for small, less, large, more in pairs:
        if less is not None and more is not None and less > more:
            reason = f"{small} cannot exceed {large}, {more:,}: correct one of the two"
            yield table.problem(i, reason, small, f"{less}")
    if row.start and row.end and row.start > row.end:
        reason = f"a window ends on or after its start, {row.start}: correct one of the two"
        yield table.problem(i, reason, "end", str(row.end))
    if row.start and row.fieldwork and row.fieldwork < row.start:
        reason = f"nobody can be asked before the window starts, {row.start}: correct one"
        yield table.problem(i, reason, "fieldwork", str(row.fieldwork))
    if row.has_interval:
        return
    zero = row.deaths == 0 or not row.quantity.best
    if zero and (row.deaths or not row.members or not row.population):
        reason = (
            "no deaths in the sample give an upper bound, which needs deaths 0, members and "
            "population: fill them"
        )
        yield table.problem(i, reason, "estimate", row.quantity.text)
    if row.deaths is None or not (row.deff or (row.clusters and row.households)):
        reason = (
            f"an estimate without an interval needs the design that gives it one: {DESIGN}; or "
            f"fill low and high{_of_error(table)}"
        )
        yield table.problem(i, reason, "estimate", row.quantity.text)


def _of_error(table: Table) -> str:
    """How a standard error becomes an interval, where the table has one."""
    own = next((name for name in table.columns if plain(name) in _ERRORS), None)
    return f", which lie 1.96 of {own!r} below and above the estimate" if own else ""


def _repeated(table: Table, rows: list[Published]) -> Iterator[Problem]:
    """A study has one number for what it counts."""
    seen: dict[Any, int | None] = {}
    for row in rows:
        key = (row.source, row.cell)
        if key in seen:
            reason = (
                f"{row.source} states a number for this in {table.where} {seen[key]} already: keep "
                "one, or name what differs in scope, group, outcome, start or end"
            )
            yield Problem(reason, row.line, "source", row.source, table.where)
        seen.setdefault(key, row.line)


def _assumed(rows: list[Published]) -> Iterator[Noted]:
    """What the reading assumed."""
    names = dict.fromkeys(row.source for row in rows if row.quantity.level_assumed)
    if names:
        text = stored(
            "note",
            "the level of the interval is not stated: 95% is assumed ({sources})",
            sources=", ".join(names),
        )
        yield "level_assumed", text
    for row in rows:
        if row.fieldwork and row.end and row.fieldwork < row.end:
            text = stored(
                "note",
                "the interviews of {source} ended on {day}, before the days that it counts do: "
                "nobody was asked about the rest",
                source=row.source,
                day=str(row.fieldwork),
            )
            yield "fieldwork_before_end", text
        if row.has_interval and row.deff:
            text = stored(
                "note",
                "{source} has an interval of its own, so its design effect is not used",
                source=row.source,
            )
            yield "design_unused", text
