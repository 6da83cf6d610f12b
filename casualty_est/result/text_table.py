"""Tables of short texts, for a terminal and a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of texts: titles of the columns, and rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def plain_table(table: TextTable) -> str:
    """A table as lines of plain text."""
    rows = [table.head, *table.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.head))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def html_table(table: TextTable) -> str:
    """A table as HTML, escaped."""
    top = "".join(f"<th>{escape(title)}</th>" for title in table.head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def rich_table(table: TextTable) -> Any:
    """A table for a terminal that knows colours."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(*table.head, show_edge=False, pad_edge=False)
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid
