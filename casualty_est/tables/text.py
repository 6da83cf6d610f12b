"""Read a table out of a text file: its encoding, what divides its columns, its records."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

from casualty_est.errors import InputError, Problem
from casualty_est.tables.drawn import drawn_records
from casualty_est.tables.encodings import read_as
from casualty_est.tables.shape import tidied
from casualty_est.tables.table import Table, at_lines, clean, header_problems
from casualty_est.wording.language import N_, Noted, stored

Notes = list[Noted]
# What divides the columns of a file by its ending; None where any may.
DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": None, ".md": None}
_SIGNS = {
    "\t": N_("note", "tabs"),
    ";": N_("note", "semicolons"),
    ",": N_("note", "commas"),
    "|": N_("note", "bars"),
}
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


_ZEROS, _SIGNS_IN_UTF_16 = 0.05, 4  # share of bytes that are zero, and signs, at the least
_NO_TABLES = {b"%pdf": "a PDF", b"<!doctype html": "a web page", b"<html": "a web page"}


def decode(data: bytes, name: str) -> tuple[str, Notes]:
    """Return the text of a file and how it was read, or say on which line it cannot be."""
    encoding = _marked(data)
    notes: Notes = []
    for start, what in _NO_TABLES.items():
        if data[:200].lstrip().lower().startswith(start):
            reason = f"the file is {what}, not a table: save the table in it as CSV or Excel"
            raise InputError([Problem(reason)], name)
    try:
        if encoding:
            said = stored("note", "the file is read as {encoding}", encoding=encoding.upper())
            return data.decode(encoding), [("encoding", said)]
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if encoding:
            reason = f"the file is not whole {encoding.upper()}: save it again as UTF-8 text"
            raise InputError([Problem(reason)], name) from None
        text, said = read_as(data, data.count(b"\n", 0, error.start) + 1, name)
        notes = [("encoding", said)]
    nul = text.find("\0")
    if nul >= 0:
        reason = "the file holds a NUL character, so it is not a text table: save it as UTF-8 text"
        raise InputError([Problem(reason, text.count("\n", 0, nul) + 1)], name)
    return text, notes


def _marked(data: bytes) -> str | None:
    """Return the encoding that the first bytes of a file show."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    head = data[:2000]
    # Latin letters in UTF-16 have a zero in every second byte.
    for encoding, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        half = head[start::2]
        if len(half) > 8 and half.count(0) > 0.8 * len(half) and 0 not in head[1 - start :: 2]:
            return encoding
    return _utf_16(data[: len(data) // 2 * 2][:2000]) if 0 in head else None


def _utf_16(head: bytes) -> str | None:
    """Return the order of bytes in which text of other letters has its signs and ends of lines."""
    signs = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head.decode(encoding, errors="replace")
        signs[encoding] = sum(text.count(sign) for sign in ",;\t\n0123456789") * ("\n" in text)
    best = max(signs, key=lambda encoding: signs[encoding])
    plain = head.count(0) > _ZEROS * len(head) and signs[best] >= _SIGNS_IN_UTF_16
    return best if plain and signs[best] > 2 * min(signs.values()) else None


def divided(text: str, usual: str | None) -> tuple[str, Notes]:
    """Return what divides the columns: the sign that the header has most of."""
    lines = (line for line in io.StringIO(text) if line.strip())
    heads = [re.sub(r'"[^"]*"', "", line) for line in islice(lines, 5)]
    if not heads:
        return usual or ",", []
    # Lines above the header may hold none.
    heads = [head for head in heads if any(sign in head for sign in _SIGNS)] or heads
    counts = {sign: min(head.count(sign) for head in heads) for sign in _SIGNS}
    if not any(counts.values()):
        counts = {sign: heads[0].count(sign) for sign in _SIGNS}
    best = max(_SIGNS, key=lambda sign: (counts[sign], sign == usual))
    if not counts[best]:
        return usual or ",", []
    if best == usual:
        return best, []
    said = stored("note", "the columns are divided by {sign}", sign=_SIGNS[best])
    return best, [("separator", said)]


def read_text(data: bytes, usual: str | None, name: str) -> tuple[Table, list[Problem]]:
    """Return the table of a text file, and the problems of the rows that it lacks."""
    text, notes = decode(data, name)
    if drawn := drawn_records(text, name):
        return _tabled(drawn[0], name, text, notes + drawn[1], [])
    delimiter, more = divided(text, usual)
    return _delimited(text, delimiter, name, notes + more)


def _delimited(text: str, delimiter: str, name: str, notes: Notes) -> tuple[Table, list[Problem]]:
    faults: list[Problem] = []
    records = _records(text, delimiter, faults)
    if not records:
        empty = Problem("the file is empty: it needs a header and one row or more")
        raise InputError(faults or [empty], name)
    return _tabled(records, name, text, notes, faults)


def _tabled(
    records: list[tuple[int, list[str]]], name: str, text: str, notes: Notes, faults: list[Problem]
) -> tuple[Table, list[Problem]]:
    """Return the table of records, or say that it has no rows."""
    table, ragged = table_of(records, name, "line", text, notes)
    faults += ragged
    if not len(table) and not faults:
        raise InputError([NO_ROWS], name)
    return table, faults


_FOOTNOTE = re.compile(
    r"\*+ ?\w|[\u2020\u2021] ?\w|(?:foot)?notes? ?[:.\d]|sources? ?:|\([a-z1-9]\) ?\w|"
    r"\[[a-z0-9]{1,2}\] ?\w|(?:[a-z0-9]{1,3}\.? ?)?(?:\^|\u2191)",
    re.I,
)
_TAG = re.compile(r"#[a-z]\w*(?:\s*\+\s*[a-z]\w*)*", re.I)  # "#affected+killed"
NO_ROWS = Problem("the file has a header but no rows: add one row or more")


def table_of(
    records: list[tuple[int, list[str]]], name: str, where: str, text: str, notes: Notes
) -> tuple[Table, list[Problem]]:
    """Return the table of records that are not blank, each with its line, and ragged rows."""
    above = _above_header(records)
    for line, record in records[:above]:
        shown = next(cell.strip() for cell in record if cell.strip())
        text_above = stored(
            "note",
            "{where} is above the header: {text}",
            where=at_lines(where, [line]),
            text=repr(shown[:60]),
        )
        notes.append(("above_header", text_above))
    records = _without_tags(records, above, where, notes)
    records = tidied(records, above, name, where, notes)
    header_line, header = records[above]
    columns = clean(header, text)
    while columns and not columns[-1]:
        if any(len(record) >= len(columns) and record[len(columns) - 1].strip() for _, record in
               records[above + 1 :]):  # fmt: skip
            break
        columns.pop()
    records, columns = _without_row_names(records, above, columns, notes)
    records = _without_footnotes(records, above, len(columns), where, notes)
    width = len(columns)
    faults, rows, lines = [], [], []
    for line, record in records[above + 1 :]:
        if len(record) > width and not any(map(str.strip, record[width:])):
            record = record[:width]
        if len(record) == width:
            rows.append(record)
            lines.append(line)
        else:
            faults.append(Problem(_ragged(len(record), width), line, where=where))
    broken = header_problems(columns, header_line)
    if broken:
        if len(records) == above + 1 and not faults:
            broken.append(NO_ROWS)
        raise InputError(broken + faults, name)
    by_column = zip(*rows, strict=True) if rows else [() for _ in columns]
    cells = tuple(tuple(clean(column, text)) for column in by_column)
    return (
        Table(name, tuple(columns), cells, tuple(lines), where, header_line, tuple(notes)),
        faults,
    )


def _without_tags(
    records: list[tuple[int, list[str]]], above: int, where: str, notes: Notes
) -> list[tuple[int, list[str]]]:
    """Leave out the row below a header in which humanitarian data have their tags."""
    if len(records) < above + 3:
        return records
    line, cells = records[above + 1]
    given = [cell.strip() for cell in cells if cell.strip()]
    if not given or not all(map(_TAG.fullmatch, given)):
        return records
    text = stored("note", "{where} contains tags and is not read", where=at_lines(where, [line]))
    notes.append(("header", text))
    return [*records[: above + 1], *records[above + 2 :]]


def _without_footnotes(
    records: list[tuple[int, list[str]]], above: int, width: int, where: str, notes: Notes
) -> list[tuple[int, list[str]]]:
    """Leave out rows at the end that hold one cell which begins like a footnote."""
    end = len(records)
    while end > above + 2 and width > 1:
        filled = [cell.strip() for cell in records[end - 1][1] if cell.strip()]
        if len(filled) != 1 or not _FOOTNOTE.match(filled[0]):
            break
        end -= 1
    for line, record in records[end:]:
        shown = next(cell.strip() for cell in record if cell.strip())
        text = stored(
            "note",
            "{where} is below the table: {text}",
            where=at_lines(where, [line]),
            text=repr(shown[:60]),
        )
        notes.append(("footnote", text))
    return records[:end]


def _without_row_names(
    records: list[tuple[int, list[str]]], above: int, columns: list[str], notes: Notes
) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Leave out the column without a name in which R and pandas number the rows, from 1 or 0.

    Fewer than three rows may be a list that has no name. A header that lacks the column is left
    alone: "1,200" without quotes looks the same.
    """
    rows = records[above + 1 :]
    if columns[:1] != [""] or len(rows) < 3 or any(len(row) != len(columns) for _, row in rows):
        return records, columns
    names = [row[0].strip() for _, row in rows]
    if names not in [[str(k) for k in range(first, first + len(names))] for first in (0, 1)]:
        return records, columns
    text = stored("note", "the first column numbers the rows and is not read")
    notes.append(("row_names", text))
    return [*records[: above + 1], *((line, row[1:]) for line, row in rows)], columns[1:]


def _above_header(records: list[tuple[int, list[str]]]) -> int:
    """Return how many records stand above the header: titles of one cell over a wider table."""
    filled = [sum(1 for cell in record if cell.strip()) for _, record in records[:20]]
    wide = next((i for i, count in enumerate(filled) if count > 1), 0)
    return wide if len(filled) > wide + 1 and filled[wide + 1] > 1 else 0


def _records(text: str, delimiter: str, faults: list[Problem]) -> list[tuple[int, list[str]]]:
    """Return every record that is not blank with the line on which it starts."""
    # strict: without it an unclosed quote swallows the rest of the file without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for record in reader:
            if record and (record[0].strip() or any(map(str.strip, record))):
                records.append((start, record))
            start = reader.line_num + 1
    except csv.Error as error:
        # The reader has lost its place, so what follows cannot be judged.
        faults.append(Problem(_csv_reason(str(error)), start))
    return records


def _csv_reason(error: str) -> str:
    if "field larger" in error:
        return (
            f"a cell has more than {csv.field_size_limit():,} characters: "
            "look for a quote that is never closed"
        )
    if "unexpected end" in error:
        return "a quote opens in this row and is never closed: close it or take it out"
    if "expected after" in error:
        return 'text follows a closing quote: write a quote inside a quoted cell twice, as in ""'
    return f"this row cannot be read ({error}): check its quotes"


def _ragged(came: int, wanted: int) -> str:
    has = f"this row has {came} cell{'' if came == 1 else 's'} and the header {wanted}"
    if came < wanted:
        return f"{has}: fill in the others, or leave them empty between commas"
    return (
        f'{has}: if a number contains a comma, put it in quotes, as in "at least 6,047"; if the '
        "first cell is a row name, write the table without (in R, row.names = FALSE)"
    )
