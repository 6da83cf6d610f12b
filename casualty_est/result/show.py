"""An Estimate in a terminal and in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from casualty_est.result.spoken import documented_cell
from casualty_est.result.tables import row_bound, row_numbers
from casualty_est.result.text_table import TextTable, html_table, plain_table, rich_table
from casualty_est.wording.language import _
from casualty_est.wording.numbers import ends, middle, percent
from casualty_est.wording.phrases import cell_text, label_text

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

MOST_ROWS = 40  # of a table in print: three or four screens
URGENT = frozenset({"no_level", "no_total", "contradicts", "assumed_unbiased"})


def estimate_table(estimate: Estimate, prob: float) -> TextTable:
    """Cell, documented count, median and interval of every estimate, rounded for print."""
    rows = []
    for i, row in enumerate(estimate.meta.rows):
        stated = documented_cell(estimate, i) if row.part == "total" or len(estimate) == 1 else ""
        name = cell_text(row.cell)
        name += "".join(f", {label_text([one])}" for one in row.strata.items())
        name += f", {row.part}" * (row.part != "total")
        name += " (remainder: no source counts it alone)" * (not row.claimed)
        rows.append((name, stated, *answer(estimate, i, prob)))
    return TextTable(("estimate", "documented", "median", interval_title(prob)), tuple(rows))


def interval_title(prob: float) -> str:
    """Title of a column of intervals."""
    return _("{level} credible interval", level=percent(prob))


def answer(estimate: Estimate, row: int, prob: float) -> tuple[str, str]:
    """Median and interval of one estimate in print; of several modes each, and none between."""
    numbers = row_numbers(estimate, row, prob)
    if numbers is None:
        return "no headline", ""
    if (bound := row_bound(estimate, row, prob)) is not None:
        return f"none: {bound.article} bound", bound.text
    modes = estimate.modes(row, prob)
    if len(modes) < 2:
        return middle(numbers), ends(numbers)
    medians = [f"{middle(m)} (weight {percent(round(m.weight, 2))})" for m in modes]
    return " or ".join(medians), " or ".join(map(ends, modes))


def status(estimate: Estimate) -> str:
    """One line on the fit."""
    return estimate.check().lines[0]


def as_text(estimate: Estimate) -> str:
    """Plain text for a terminal: the answer, the sources, what it rests on, and the checks."""
    tables = [plain_table(table) for table in _tables(estimate, 0.95)]
    rests = "\n".join(
        [*level_lines(estimate), f"Estimate from {estimate.kind}. {status(estimate)}"]
    )
    return "\n\n".join([answer_alone(estimate, 0.95), *tables, rests])


def answer_alone(estimate: Estimate, prob: float) -> str:
    """The answer in one sentence that needs no other."""
    return str(estimate._report_parts(prob).alone())


def _tables(estimate: Estimate, prob: float) -> list[TextTable]:
    tables = (estimate._table(prob), estimate._source_table(prob))
    return [_shortened(table) for table in tables if table.rows]


def _shortened(table: TextTable) -> TextTable:
    """A table that fits on a few screens: three hundred sources hide the answer above them."""
    left = len(table.rows) - MOST_ROWS
    if left <= 1:
        return table
    rest = (f"and {left:,} more, all of them in the JSON file", *[""] * (len(table.head) - 1))
    return TextTable(table.head, (*table.rows[:MOST_ROWS], rest))


def level_lines(estimate: Estimate) -> list[str]:
    """What the level rests on, and the warnings a reader must see."""
    lines = list(estimate.identification().sentences[:1])
    urgent = URGENT | estimate.urgent
    return lines + [f"Note: {note.text}." for note in estimate.warnings if note.code in urgent]


def as_html(estimate: Estimate) -> str:
    """HTML for a notebook, input escaped."""
    parts = [f"<p><b>{escape(answer_alone(estimate, 0.95))}</b></p>"]
    parts += map(html_table, _tables(estimate, 0.95))
    parts += [f"<p>{escape(line)}</p>" for line in level_lines(estimate)]
    parts.append(f"<p>Estimate from {escape(estimate.kind)}. {escape(status(estimate))}</p>")
    return "".join(parts)


def as_rich(estimate: Estimate, prob: float = 0.95) -> Any:
    """The same for a terminal that knows colours."""
    from rich.console import Group
    from rich.text import Text

    good = "green" if estimate.converged else "bold red"
    parts: list[Any] = [Text(answer_alone(estimate, prob), style="bold"), Text("")]
    for table in _tables(estimate, prob):
        parts += [rich_table(table), Text("")]
    parts += [Text(line) for line in level_lines(estimate)]
    return Group(*parts, Text(status(estimate), style=good))
