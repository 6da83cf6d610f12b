"""`casualty-est template`: an empty table as a spreadsheet, with lists of the words to choose."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from casualty_est.cli.terminal import console_for
from casualty_est.errors import UsageError
from casualty_est.kinds import KINDS

_ROWS = 2000  # rows below the header that offer the words
_WIDEST = 255  # characters that Excel takes in a prompt


def template(
    kind: Annotated[str, typer.Argument(help="claims, incidents, lists or survey.")],
    out: Annotated[
        Path | None, typer.Argument(metavar="OUT.xlsx", help="The file; KIND.xlsx by default.")
    ] = None,
) -> None:
    """Write an empty table as a spreadsheet, with drop-downs for roles, outcomes and hedges."""
    spec = spec_of(kind)
    path = out or Path(f"{kind}.xlsx")
    if path.suffix.lower() != ".xlsx":
        msg = f"template: a spreadsheet ends in .xlsx, and {path.name!r} does not: rename it"
        raise UsageError(msg)
    if path.exists():
        msg = f"template: {path} exists, and is not written over: give another name"
        raise UsageError(msg)
    book = workbook(kind, spec)
    try:
        book.save(path)
    except OSError as error:
        msg = f"template: {path} cannot be written: {error.strerror}"
        raise UsageError(msg) from None
    console = console_for(quiet=False)
    console.print(f"wrote {path}", markup=False)
    console.print(f"Fill the sheet {kind!r}; then: casualty-est check {kind} {path}", markup=False)


def spec_of(kind: str) -> dict[str, Any]:
    """Return what the template of a kind holds."""
    from casualty_est.tables.checks import must_be_in

    held = {name: files(module) / "table" / "template.toml" for name, module in KINDS.items()}
    known = [name for name, file in held.items() if file.is_file()]
    must_be_in(kind, known, f"template: {kind!r} is not a kind of table")
    return tomllib.loads(held[kind].read_text(encoding="utf-8"))


def workbook(kind: str, spec: dict[str, Any]) -> Any:
    """Return the workbook: an empty sheet to fill, and one that explains its columns."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    sheet.title = kind
    bold = Font(bold=True)
    for number, (name, column) in enumerate(spec["columns"].items(), start=1):
        cell = sheet.cell(1, number, name)
        cell.font = bold
        dimension = sheet.column_dimensions[cell.column_letter]
        dimension.width = max(14, len(name) + 4)
        # As text: a spreadsheet makes a date of 3-5.
        dimension.number_format = "yyyy-mm-dd" if column.get("date") else "@"
        _offer(sheet, cell.column_letter, name, column)
    sheet.freeze_panes = "A2"
    _explain(book.create_sheet("columns"), spec, bold)
    return book


def _offer(sheet: Any, letter: str, name: str, column: dict[str, Any]) -> None:
    """Show what belongs in a column, and offer its words."""
    from openpyxl.worksheet.datavalidation import DataValidation

    words = column.get("words")
    if words:
        rule = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
        rule.showErrorMessage = not column.get("open", False)
        rule.error = f"{name} is one of: {', '.join(words)}"[:_WIDEST]
    else:
        rule = DataValidation(allow_blank=True)
    rule.showInputMessage = True
    rule.promptTitle, rule.prompt = name, column["say"][:_WIDEST]
    rule.add(f"{letter}2:{letter}{_ROWS + 1}")
    sheet.add_data_validation(rule)


def _explain(sheet: Any, spec: dict[str, Any], bold: Any) -> None:
    sheet.append([spec["about"]])
    sheet.append([])
    sheet.append(["column", "what it holds", "words to choose", "example"])
    for cell in sheet[3]:
        cell.font = bold
    for name, column in spec["columns"].items():
        words = ", ".join(column.get("words", ()))
        sheet.append([name, column["say"], words, column["example"]])
    for letter, width in {"A": 16, "B": 70, "C": 60, "D": 26}.items():
        sheet.column_dimensions[letter].width = width
