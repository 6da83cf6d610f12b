"""Read a table out of an Excel workbook: its first sheet that holds anything."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import Any

from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.tables.table import Table, as_text
from casualty_est.tables.text import NO_ROWS, table_of

Rows = list[tuple[int, list[str]]]
ZIPPED = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_workbook(data: bytes, name: str) -> tuple[Table, list[Problem]]:
    """Return the table of a workbook, and the problems of the rows that it lacks."""
    if data.startswith(OLD_EXCEL):
        msg = f"{name} is a workbook of old Excel: save it as .xlsx"
        raise UsageError(msg)
    filled = _sheets(data, name, data_only=True)
    if not filled:
        raise InputError([Problem("the workbook is empty: it needs a header and rows")], name)
    (title, rows), *others = filled
    notes = [("sheet", f"sheet {title!r} is read")]
    if others:
        named = ", ".join(repr(other) for other, _ in others)
        notes = [("sheet", f"sheet {title!r} is read, and not {named}")]
    table, faults = table_of(rows, name, "row", "\u200b", notes)
    if _has_formulas(data):
        formulas = dict(_sheets(data, name, data_only=False))
        faults += _unknown_formulas(formulas[title], table)
    if not len(table) and not faults:
        raise InputError([NO_ROWS], name)
    return table, faults


def _sheets(data: bytes, name: str, *, data_only: bool) -> list[tuple[str, Rows]]:
    """Return the title and the rows of every sheet that holds anything."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            # It warns of styles and rules, which a table does not need.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=data_only)
            return [(sheet.title, rows) for sheet in book.worksheets if (rows := _rows(sheet))]
    except Exception as error:  # openpyxl raises whatever its parsers do
        kind = type(error).__name__
        reason = f"the file cannot be read as an Excel workbook ({kind}): save it again as .xlsx"
        raise InputError([Problem(reason)], name) from None


def _rows(sheet: Any) -> Rows:
    """Return the rows of a sheet that are not blank, each with its number."""
    rows = []
    width = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [as_text(value) for value in values]
        if any(cells):
            width = max(width, len(cells))
            rows.append((number, cells))
    return [(number, cells + [""] * (width - len(cells))) for number, cells in rows]


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [part for part in parts.namelist() if part.startswith("xl/worksheets/sheet")]
        return any(b"<f>" in parts.read(sheet) or b"<f " in parts.read(sheet) for sheet in sheets)


def _unknown_formulas(rows: Rows, table: Table) -> list[Problem]:
    """Find formulas without a stored value, which would be read as blank cells."""
    at = {line: i for i, line in enumerate(table.lines)}
    problems = []
    for number, cells in rows:
        for column, cell in zip(table.columns, cells, strict=False):
            if cell.startswith("=") and number in at and not table.column(column)[at[number]]:
                reason = "the workbook holds no value of this formula: open and save it in Excel"
                problems.append(table.problem(at[number], reason, column, cell))
    return problems
