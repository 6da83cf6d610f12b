"""Read the sheets of an OpenDocument spreadsheet, as LibreOffice and Google write it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from casualty_est.errors import InputError, Problem

_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_LARGEST = 200_000_000  # bytes; a small file may unpack to more than the memory
_WIDEST, _TALLEST = 2_000, 1_100_000  # more cells repeat only in a file made to do harm
_SPACES = 1_000
# Where the value of a cell stands, by its type; of others the text is read as it is shown.
_VALUES = {"float": "value", "currency": "value", "date": "date-value", "string": "string-value"}

Merged = tuple[int, int, int, int]  # first row, first column, last row, last column
type Element = ElementTree.Element


def is_open_document(data: bytes) -> bool:
    """Whether a packed file says that it is an OpenDocument spreadsheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return parts.read("mimetype").startswith(_MIMETYPE)
    except (KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return False


def sheets_of(data: bytes, name: str) -> Iterator[tuple[str, list[list[object]], list[Merged]]]:
    """Yield the title of every sheet, its rows of values and its merged cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            locked = "META-INF/manifest.xml" in parts.namelist()
            locked = locked and b"encryption-data" in parts.read("META-INF/manifest.xml")
            whole = parts.getinfo("content.xml").file_size <= _LARGEST
            content = parts.read("content.xml") if whole and not locked else b""
        plain = whole and b"<!DOCTYPE" not in content and b"<!ENTITY" not in content
        root = ElementTree.fromstring(content) if plain and not locked else None
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, RuntimeError) as error:
        raise _damaged(error, name) from None
    if locked:
        reason = "the spreadsheet is protected by a password: save it without one"
        raise InputError([Problem(reason)], name)
    if not whole:
        raise InputError([Problem("the spreadsheet is too large: save it as CSV")], name)
    if root is None:
        reason = "the file declares entities, as no spreadsheet does: save it again as .xlsx"
        raise InputError([Problem(reason)], name)
    for sheet in root.iter(f"{_TABLE}table"):
        try:
            cells = _cells_of(sheet)
        except (ValueError, RecursionError) as error:  # sizes that are no numbers, texts in texts
            raise _damaged(error, name) from None
        yield (sheet.get(f"{_TABLE}name", ""), *cells)


def _damaged(error: Exception, name: str) -> InputError:
    kind = type(error).__name__
    reason = f"the file cannot be read as a spreadsheet ({kind}): save it again as .xlsx"
    return InputError([Problem(reason)], name)


def _cells_of(sheet: Element) -> tuple[list[list[object]], list[Merged]]:
    """Return the rows of a sheet down to the last that holds anything, and its merged cells."""
    rows: list[list[object]] = []
    merged: list[Merged] = []
    blank = 0
    for row in sheet.iter(f"{_TABLE}table-row"):
        times = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        values, spans = _values_of(row)
        if not values:
            blank += times
            continue
        rows += [[] for _ in range(min(blank, _TALLEST - len(rows)))]
        blank = 0
        at = len(rows) + 1
        merged += [(at, left, at + down - 1, left + wide - 1) for left, down, wide in spans]
        rows += [list(values) for _ in range(min(times, _TALLEST - len(rows)))]
    return rows, merged


def _values_of(row: Element) -> tuple[list[object], list[tuple[int, int, int]]]:
    """Return the values of a row up to the last, and where a merged cell begins with its size."""
    values: list[object] = []
    spans = []
    blank = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        value = "" if cell.tag.endswith("}covered-table-cell") else _value(cell)
        if value == "":
            blank += times
            continue
        values += [""] * min(blank, _WIDEST - len(values))
        blank = 0
        down = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
        wide = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
        if down > 1 or wide > 1:
            spans.append((len(values) + 1, down, wide))
        values += [value] * min(times, _WIDEST - len(values))
    return values, spans


def _value(cell: Element) -> object:
    """Return what a cell holds: a number, a day, true or false, or its text."""
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    stored = cell.get(f"{_OFFICE}{_VALUES[kind]}") if kind in _VALUES else None
    if stored is None:
        return "\n".join(_text(part) for part in cell.findall(f"{_TEXT}p"))
    if kind in ("float", "currency"):
        return float(stored)
    return stored.removesuffix("T00:00:00") if kind == "date" else stored


def _text(part: Element) -> str:
    """Return the text of a paragraph; spaces in a row are counted, and remarks are left out."""
    if part.tag == f"{_OFFICE}annotation":
        return ""
    if part.tag == f"{_TEXT}s":
        return " " * min(int(part.get(f"{_TEXT}c", "1")), _SPACES)
    if part.tag in (f"{_TEXT}line-break", f"{_TEXT}tab"):
        return " "
    return (part.text or "") + "".join(_text(one) + (one.tail or "") for one in part)
