"""Cells that were merged over several rows, and are blank in all but the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casualty_est.errors import Problem
from casualty_est.tables.table import Table

_ROWS = 2  # of each block, at least


def blank_below(table: Table, columns: Sequence[str], by: str) -> Iterator[Problem]:
    """Find columns that name something once for a block of rows, as merged cells are exported.

    by: the column whose cells are the same in every block, such as the sources.
    """
    for name in columns:
        texts = table.column(name)
        if not texts or not texts[0] or "" not in texts:
            continue
        starts = [row for row, text in enumerate(texts) if text]
        named = [texts[row] for row in starts]
        if len(starts) < _ROWS or len(set(named)) < len(named):
            continue
        ends = [*starts[1:], len(table)]
        told = table.column(by)
        blocks = {told[start:end] for start, end in zip(starts, ends, strict=True)}
        if len(blocks) == 1 and len(next(iter(blocks))) >= _ROWS:
            reason = (
                f"this cell is blank and {named[0]!r} stands above it: if cells were merged, write "
                "the same in each row; if it is blank on purpose, put this row first"
            )
            yield table.problem(starts[0] + 1, reason, name, "")
