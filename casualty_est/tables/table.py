"""A table in which every cell is text, and what every reader does with cells."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from casualty_est.errors import Problem
from casualty_est.wording.language import N_, Kept, Noted, stored

_LINES_SHOWN = 6
_AT = {
    "line": (N_("note", "line {line}"), N_("note", "lines {lines}")),
    "row": (N_("note", "row {line}"), N_("note", "rows {lines}")),
    "record": (N_("note", "record {line}"), N_("note", "records {lines}")),
}
# str.strip() knows the no-break spaces but not these, which look like nothing at all.
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Table:
    """A table in which every cell is text, column by column."""

    name: str | None
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]  # (column, row)
    lines: tuple[int, ...]  # of the file, on which each row starts, or its number in a dataframe
    where: str = "line"
    header_line: int | None = 1
    notes: tuple[Noted, ...] = ()  # (code, text): what was recognised in reading it
    named: tuple[tuple[str, str], ...] = ()  # columns under their known name, and as they came
    stacked: tuple[str, ...] = ()  # of each row the column that its quantity came from

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    def column(self, name: str) -> tuple[str, ...]:
        """Return the texts of one column, all blank where the table does not have it."""
        if name in self.columns:
            return self.cells[self.columns.index(name)]
        return ("",) * len(self.lines)

    def problem(
        self, row: int, reason: str, column: str | None = None, value: str | None = None
    ) -> Problem:
        """Return a `Problem` that points at one row, counted from 0."""
        own = self.stacked[row] if column == "quantity" and self.stacked else None
        return Problem(reason, self.lines[row], own or self.as_it_came(column), value, self.where)

    def as_it_came(self, column: str | None) -> str | None:
        """Return the name that a column has in the file."""
        return dict(self.named).get(column, column) if column and self.named else column


def at_lines(where: str, lines: Sequence[int]) -> Kept:
    """Name some lines of a file or rows of a table, the first few of many."""
    one, several = _AT[where]
    lines = list(dict.fromkeys(lines))  # several numbers of one row are one line
    shown = ", ".join(map(str, lines[:_LINES_SHOWN]))
    rest = len(lines) - _LINES_SHOWN
    text = stored("note", several, lines=shown) if lines[1:] else stored("note", one, line=shown)
    if rest <= 0:
        return text
    return stored("note", "{places} and {number} more", places=text, number=f"{rest:,}")


def header_problems(columns: Sequence[str], line: int | None) -> list[Problem]:
    """Find columns without a name, and two of one name."""
    problems = []
    for i, column in enumerate(columns, start=1):
        first = columns.index(column) + 1
        if not column:
            problems.append(Problem(f"column {i} has no name: give it one", line))
        elif first < i:
            reason = f"columns {first} and {i} have the same name: rename or remove one"
            problems.append(Problem(reason, line, column))
    return problems


def clean(cells: Iterable[str], text: str) -> list[str]:
    """Strip the cells of a text."""
    strip = strip_cell if any(sign in text for sign in _ZERO_WIDTH) else str.strip
    return [strip(cell) for cell in cells]


def strip_cell(cell: str) -> str:
    """Strip every kind of white space, zero width included."""
    # Zero-width characters and spaces may alternate, so strip until nothing changes.
    while (shorter := cell.strip().strip(_ZERO_WIDTH)) != cell:
        cell = shorter
    return cell


def as_text(value: Any) -> str:
    """Write one cell of a dataframe as an analyst would have typed it."""
    if isinstance(value, str):
        return strip_cell(value)
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return ""
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float | Decimal):
        if value != value:
            return ""
        # Beyond this size a float written out suggests digits that it does not have.
        whole = -(10**22) < value < 10**22 and value == int(value)
        return str(int(value) if whole else value)
    if isinstance(value, datetime):
        midnight = value.time() == datetime.min.time()
        return value.date().isoformat() if midnight else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking a table that grows by rows that all stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
