"""Read any table as text, and say what is wrong with it line by line."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from casualty_est.errors import InputError, Problem, UsageError

DELIMITERS = {".csv": ",", ".tsv": "\t"}
ACCEPTED = ".csv, .tsv or .parquet"

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
        return Problem(reason, self.lines[row], column, value, self.where)


def read_table(path: str | os.PathLike[str], *, problems: list[Problem] | None = None) -> Table:
    r"""Read a CSV, TSV or parquet file with every cell as text.

    Cells lose the white space around them (no-break spaces too), and rows in which every
    cell is blank are skipped.
    """
    file = Path(path)
    ending = file.suffix.lower()
    if ending not in (*DELIMITERS, ".parquet"):
        msg = f"a table is a file ending in {ACCEPTED}, and {str(path)!r} is not: save it as one"
        raise UsageError(msg)
    data = _bytes_of(file)
    if ending == ".parquet":
        return _parquet(file)
    table, faults = _delimited(_decode(data, file.name), DELIMITERS[ending], file.name)
    if problems is not None:
        problems.extend(faults)
    elif faults:
        raise InputError(faults, file.name)
    return table


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        msg = f"there is no file {str(file)!r}: check the name and the folder"
    except IsADirectoryError:
        msg = f"{str(file)!r} is a folder: name a file ending in {ACCEPTED}"
    except (OSError, ValueError) as error:
        msg = f"{str(file)!r} cannot be opened ({error}): check that it can be read"
    raise UsageError(msg)


def _decode(data: bytes, name: str) -> str:
    """Return the text of a file, or say on which line it stops being UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        looks = " (it looks like UTF-16)" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        reason = f"the file is not UTF-8{looks}: save it again as UTF-8 text"
        raise InputError([Problem(reason, line)], name) from None
    nul = text.find("\0")
    if nul >= 0:
        reason = "the file holds a NUL character, so it is not a text table: save it as UTF-8 text"
        raise InputError([Problem(reason, text.count("\n", 0, nul) + 1)], name)
    return text


def _delimited(text: str, delimiter: str, name: str) -> tuple[Table, list[Problem]]:
    """Return the table, and the problems of the rows that it lacks."""
    faults: list[Problem] = []
    records = _records(text, delimiter, faults)
    if not records:
        empty = Problem("the file is empty: it needs a header and one row or more")
        raise InputError(faults or [empty], name)
    header_line, header = records[0]
    columns = tuple(_clean(header, text))
    broken = _header_problems(columns, header_line, delimiter)
    rows, lines = [], []
    for line, record in records[1:]:
        if len(record) == len(columns):
            rows.append(record)
            lines.append(line)
        else:
            faults.append(Problem(_ragged(len(record), len(columns)), line))
    if len(records) == 1 and not faults:
        broken.append(Problem("the file has a header but no rows: add one row or more"))
    if broken:
        raise InputError(broken + faults, name)
    by_column = zip(*rows, strict=True) if rows else [() for _ in columns]
    cells = tuple(tuple(_clean(column, text)) for column in by_column)
    return Table(name, columns, cells, tuple(lines), "line", header_line), faults


def _records(text: str, delimiter: str, faults: list[Problem]) -> list[tuple[int, list[str]]]:
    """Return every record that is not blank with the line on which it starts."""
    # strict: without it an unclosed quote swallows the rest of the file without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for record in reader:
            if any(map(str.strip, record)):
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
    return (
        f"a row has as many cells as the header ({wanted}), and this one has {came} "
        f"cell{'' if came == 1 else 's'}: fill or quote the cells"
    )


def _header_problems(
    columns: Sequence[str], line: int | None, delimiter: str | None = None
) -> list[Problem]:
    if delimiter is not None and len(columns) == 1:
        signs = {";": "semicolons", "\t": "tabs", ",": "commas", "|": "bars"}
        for sign, named in signs.items():
            if sign in columns[0]:
                reason = f"the columns seem to be divided by {named}: save the file with "
                return [Problem(reason + signs[delimiter], line)]
    problems = []
    for i, column in enumerate(columns, start=1):
        first = columns.index(column) + 1
        if not column:
            problems.append(Problem(f"column {i} has no name: give it one", line))
        elif first < i:
            reason = f"columns {first} and {i} have the same name: rename or remove one"
            problems.append(Problem(reason, line, column))
    return problems


def _clean(cells: Iterable[str], text: str) -> list[str]:
    strip = _strip if any(sign in text for sign in _ZERO_WIDTH) else str.strip
    return [strip(cell) for cell in cells]


def _strip(cell: str) -> str:
    # Zero-width characters and spaces may alternate, so strip until nothing changes.
    while (shorter := cell.strip().strip(_ZERO_WIDTH)) != cell:
        cell = shorter
    return cell


def _parquet(file: Path) -> Table:
    import narwhals as nw

    try:
        frame = nw.read_parquet(str(file), backend="pyarrow")
    except (OSError, ValueError, KeyError, NotImplementedError) as error:
        reason = f"the file cannot be read as parquet ({error}): write it again"
        raise InputError([Problem(reason)], file.name) from None
    return table_from(frame, file.name)


def table_from(data: object, name: str | None = None) -> Table:
    """Read a dataframe with every cell as text.

    Missing values become ``""``, dates ISO text, whole floats whole numbers (``800.0`` is
    ``"800"``), true and false ``"1"`` and ``"0"``.
    """
    import narwhals as nw

    try:
        known: Any = data  # narwhals' types leave out most of what it accepts
        frame = nw.from_native(known, eager_only=True)
        columns = tuple(_strip(str(column)) for column in frame.columns)
        series = list(frame.iter_columns())
    except nw.exceptions.DuplicateError:
        labels: Any = getattr(data, "column_names", None) or getattr(data, "columns", ())
        doubles = _header_problems([str(label) for label in labels], None)
        raise InputError(doubles, name) from None
    except TypeError:
        msg = (
            "a table is a dataframe in memory (pandas, polars, pyarrow), and a "
            f"{type(data).__name__} came: convert or collect it, or read a file"
        )
        raise UsageError(msg) from None
    problems = _header_problems(columns, None)
    if not len(frame):
        problems.append(Problem("the table has no rows: add one row or more"))
    if problems:
        raise InputError(problems, name)
    cells = tuple(tuple(map(_text, column.to_list())) for column in series)
    kept = [row for row in range(len(frame)) if any(column[row] for column in cells)]
    if len(kept) < len(frame):
        cells = tuple(tuple(column[row] for row in kept) for column in cells)
    return Table(name, columns, cells, tuple(row + 1 for row in kept), "row", None)


def _text(value: Any) -> str:
    """Write one cell of a dataframe as an analyst would have typed it."""
    if isinstance(value, str):
        return _strip(value)
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
