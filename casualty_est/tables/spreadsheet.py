"""Read a table out of a workbook of Excel or LibreOffice: its first sheet that holds one."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from casualty_est.errors import InputError, Problem
from casualty_est.tables.open_document import Merged, is_open_document, sheets_of
from casualty_est.tables.table import Table, as_text
from casualty_est.tables.text import NO_ROWS, table_of
from casualty_est.wording.language import stored

Rows = list[tuple[int, list[str]]]
type Sheet = tuple[str, Rows, bool]  # its title, and whether merged cells were filled
ZIPPED = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def read_workbook(data: bytes, name: str) -> tuple[Table, list[Problem]]:
    """Return the table of a workbook, and the problems of the rows that it lacks."""
    old, opened = data.startswith(OLD_EXCEL), is_open_document(data)
    if opened:
        filled = _open_sheets(data, name)
    else:
        filled = _old_sheets(data, name) if old else _sheets(data, name, data_only=True)
    if not filled:
        raise InputError([Problem("the workbook is empty: it needs a header and rows")], name)
    chosen = next((sheet for sheet in filled if _is_table(sheet[1])), filled[0])
    title, rows, merged = chosen
    others = [sheet for sheet in filled if sheet is not chosen]
    said = stored("note", "sheet {sheet} is read", sheet=repr(title))
    if others:
        named = ", ".join(repr(other) for other, _, _ in others)
        said = stored(
            "note", "sheet {sheet} is read, and not {others}", sheet=repr(title), others=named
        )
    notes = [("sheet", said)]
    if merged:
        text = stored("note", "cells merged over several rows are read in each of these rows")
        notes.append(("merged", text))
    table, faults = table_of(rows, name, "row", "\u200b", notes)
    if not old and not opened and _has_part(data, b"<f>", b"<f "):
        formulas = {sheet[0]: sheet[1] for sheet in _sheets(data, name, data_only=False)}
        faults += _unknown_formulas(formulas[title], table)
    if not len(table) and not faults:
        raise InputError([NO_ROWS], name)
    return table, faults


def _is_table(rows: Rows) -> bool:
    """Whether a row of a sheet has several cells: a page of remarks has none."""
    return any(sum(map(bool, cells)) > 1 for _, cells in rows)


def _sheets(data: bytes, name: str, *, data_only: bool) -> list[Sheet]:
    """Return every sheet that holds anything."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            # It warns of styles and rules, which a table does not need.
            warnings.simplefilter("ignore")
            # Only a sheet that is read whole says which of its cells are merged.
            merged = _has_part(data, b"<mergeCell ")
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=not merged, data_only=data_only
            )
            return [
                (sheet.title, rows, _filled_down(rows, _merged(sheet) if merged else []))
                for sheet in book.worksheets
                if (rows := _rows(sheet.iter_rows(values_only=True)))
            ]
    except Exception as error:  # openpyxl raises whatever its parsers do
        kind = type(error).__name__
        reason = f"the file cannot be read as an Excel workbook ({kind}): save it again as .xlsx"
        raise InputError([Problem(reason)], name) from None


def _open_sheets(data: bytes, name: str) -> list[Sheet]:
    """Return the same of an OpenDocument spreadsheet."""
    return [
        (title, rows, _filled_down(rows, merged))
        for title, values, merged in sheets_of(data, name)
        if (rows := _rows(values))
    ]


def _old_sheets(data: bytes, name: str) -> list[Sheet]:
    """Return the same of a workbook of old Excel."""
    import xlrd

    try:
        # Only with its formats a book says which of its cells are merged.
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
        return [
            (sheet.name, rows, _filled_down(rows, [_from_one(*m) for m in sheet.merged_cells]))
            for sheet in book.sheets()
            if (rows := _rows(_old_values(sheet, book.datemode)))
        ]
    except Exception as error:  # xlrd raises whatever its parsers do
        if "encrypted" in str(error):
            reason = "the workbook is protected by a password: save it without one"
        else:
            kind = type(error).__name__
            reason = f"the file cannot be read as an old Excel workbook ({kind}): save it as .xlsx"
        raise InputError([Problem(reason)], name) from None


def _old_values(sheet: Any, datemode: int) -> Iterator[list[Any]]:
    """Yield the values of each row; dates are numbers in such a book, and errors too."""
    import xlrd

    for row in range(sheet.nrows):
        values = []
        for cell in sheet.row(row):
            value = cell.value
            if cell.ctype == xlrd.XL_CELL_DATE:
                value = xlrd.xldate_as_datetime(value, datemode)
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                value = xlrd.error_text_from_code.get(value, "#N/A")
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            values.append(value)
        yield values


def _from_one(first: int, last: int, left: int, right: int) -> Merged:
    """Return merged cells that are counted from 0, the last not included, as counted from 1."""
    return (first + 1, left + 1, last, right)


def _merged(sheet: Any) -> list[Merged]:
    ranges = sheet.merged_cells.ranges
    return [(one.min_row, one.min_col, one.max_row, one.max_col) for one in ranges]


def _filled_down(rows: Rows, merged: list[Merged]) -> bool:
    """Write what cells merged over several rows hold into each of them; whether there are any.

    Cells merged over several columns are titles, which the reader of headers knows.
    """
    at = dict(rows)
    filled = False
    for first, left, last, right in merged:
        if left != right or first not in at:
            continue
        for number in range(first + 1, last + 1):
            if number in at and len(at[number]) >= left:
                at[number][left - 1] = at[first][left - 1]
                filled = True
    return filled


def _rows(sheet: Iterable[Sequence[Any]]) -> Rows:
    """Return the rows of a sheet that are not blank, each with its number."""
    rows = []
    width = 0
    for number, values in enumerate(sheet, start=1):
        cells = [as_text(value) for value in values]
        if any(cells):
            width = max(width, len(cells))
            rows.append((number, cells))
    return [(number, cells + [""] * (width - len(cells))) for number, cells in rows]


def _has_part(data: bytes, *marks: bytes) -> bool:
    """Whether a sheet of a workbook holds one of some marks."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [part for part in parts.namelist() if part.startswith("xl/worksheets/sheet")]
        return any(mark in parts.read(sheet) for sheet in sheets for mark in marks)


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
