"""Read any table as text, and say what is wrong with it line by line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.tables.records import read_records
from casualty_est.tables.spreadsheet import OLD_EXCEL, ZIPPED, read_workbook
from casualty_est.tables.table import Table, as_text, header_problems, strip_cell
from casualty_est.tables.text import DELIMITERS, read_text

__all__ = ["ACCEPTED", "DELIMITERS", "Table", "read_table", "table_from"]

_EXCEL, _OLD = (".xlsx", ".xlsm", ".ods"), ".xls"
_JSON = (".json", ".jsonl", ".ndjson")
ACCEPTED = ".csv, .tsv, .txt, .xlsx, .xls, .ods, .json or .parquet"


def read_table(path: str | os.PathLike[str], *, problems: list[Problem] | None = None) -> Table:
    r"""Read a text table, a workbook, JSON records or a parquet file with every cell as text.

    Cells lose the white space around them (no-break spaces too), and rows in which every
    cell is blank are skipped. What was recognised of a file is in `notes`.
    """
    file = Path(path)
    ending = file.suffix.lower()
    if ending not in (*DELIMITERS, *_EXCEL, _OLD, *_JSON, ".parquet"):
        mend = "save it as .xlsx" if ending == ".numbers" else "save it as one"
        msg = f"a table is a file ending in {ACCEPTED}, and {str(path)!r} is not: {mend}"
        raise UsageError(msg)
    data = _bytes_of(file)
    if ending == ".parquet":
        return _parquet(file)
    faults: list[Problem] = []
    if ending in _JSON:
        table = read_records(data, file.name)
    elif ending in _EXCEL or data.startswith((ZIPPED, OLD_EXCEL)):
        table, faults = read_workbook(data, file.name)
    else:  # what some programs call .xls is text
        table, faults = read_text(data, DELIMITERS.get(ending), file.name)
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


def _parquet(file: Path) -> Table:
    from pyarrow.parquet import ParquetFile

    try:
        # The file alone: as a dataset, a folder called "year=2018" would be a column of it.
        with ParquetFile(file) as parquet:
            frame = parquet.read()
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
        columns = tuple(strip_cell(str(column)) for column in frame.columns)
        series = list(frame.iter_columns())
    except nw.exceptions.DuplicateError:
        labels: Any = getattr(data, "column_names", None) or getattr(data, "columns", ())
        doubles = header_problems([str(label) for label in labels], None)
        raise InputError(doubles, name) from None
    except TypeError:
        msg = (
            "a table is a dataframe in memory (pandas, polars, pyarrow), and a "
            f"{type(data).__name__} came: convert or collect it, or read a file"
        )
        raise UsageError(msg) from None
    problems = header_problems(columns, None)
    if not len(frame):
        problems.append(Problem("the table has no rows: add one row or more"))
    if problems:
        raise InputError(problems, name)
    cells = tuple(tuple(map(as_text, column.to_list())) for column in series)
    kept = [row for row in range(len(frame)) if any(column[row] for column in cells)]
    if len(kept) < len(frame):
        cells = tuple(tuple(column[row] for row in kept) for column in cells)
    return Table(name, columns, cells, tuple(row + 1 for row in kept), "row", None)
