"""Tables of short texts, for a terminal and a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

FIRST = 3  # spaces before what stands directly under a title


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


def html_sections(text: str) -> str:
    """A description in sections, each a table of what is named and what is said of it; escaped.

    Titles begin a line, what belongs to them is indented, and details are indented further.
    """
    parts: list[str] = []
    rows: list[tuple[str, str]] = []

    def close() -> None:
        if rows:
            body = "".join(f"<tr><td>{name}</td><td>{said}</td></tr>" for name, said in rows)
            parts.append(f"<table><tbody>{body}</tbody></table>")
            rows.clear()

    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if not line.strip():
            continue
        if indent == 0:
            close()
            said = escape(line) if ": " in line else f"<b>{escape(line)}</b>"
            parts.append(f"<p>{said}</p>")
        elif indent <= FIRST or not rows:
            name, colon, said = line.strip().partition(": ")
            rows.append((escape(name), escape(said)) if colon else ("", escape(name)))
        else:
            name, said = rows[-1]
            rows[-1] = (name, f"{said}{'<br>' * bool(said)}{escape(line.strip())}")
    close()
    return "".join(parts)


def rich_table(table: TextTable) -> Any:
    """A table for a terminal that knows colours."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(*table.head, show_edge=False, pad_edge=False)
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid
