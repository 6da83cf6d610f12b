"""Files as people have them: other encodings and separators, workbooks, JSON records."""

from __future__ import annotations

import datetime
import io
import json
import zipfile

import openpyxl
import pytest

from casualty_est.errors import InputError
from casualty_est.tables.read import read_table

ROWS = [("source", "quantity"), ("Ministère", "45,805"), ("B", "100-300")]


def write(folder, content, name="t.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def joined(sign, rows=ROWS):
    return "".join(sign.join(row) + "\n" for row in rows)


def contents(table):
    return [table.columns, *zip(*table.cells, strict=True)]


def texts(table):
    return [text for _, text in table.notes]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings(tmp_path, encoding):
    table = read_table(write(tmp_path, joined("\t").encode(encoding), "t.tsv"))
    assert contents(table) == ROWS
    said = {code for code, _ in table.notes}
    assert said == (set() if encoding.startswith("utf-8") else {"encoding"})


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(tmp_path, encoding):
    data = joined("\t", [*ROWS[:1], ("Ministry", "45,805")]).encode(encoding)
    table = read_table(write(tmp_path, data, "t.txt"))
    assert table.column("source") == ("Ministry",)


def test_a_western_file_shows_a_word_as_it_was_read(tmp_path):
    table = read_table(write(tmp_path, joined(";").encode("cp1252")))
    assert texts(table) == [
        "the file is not UTF-8: it is read as Windows-1252, as in 'Ministère' (line 2)",
        "the columns are divided by semicolons",
    ]


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.txt", "t.tab"])
@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_separators(tmp_path, name, sign):
    table = read_table(write(tmp_path, joined(sign), name))
    assert contents(table) == ROWS
    usual = name in ("t.tsv", "t.tab") and sign == "\t"
    assert len(table.notes) == (not usual)


def test_signs_inside_of_quotes_divide_nothing(tmp_path):
    text = 'source,"a;b;c;d"\nA,"1;2;3;4"\n'
    assert read_table(write(tmp_path, text)).columns == ("source", "a;b;c;d")


def test_titles_above_the_header_are_told(tmp_path):
    table = read_table(
        write(tmp_path, "Table 1. The dead,,\n,,\nsource,quantity,role\nA,5,media\n")
    )
    assert table.columns == ("source", "quantity", "role")
    assert (table.header_line, table.lines) == (3, (4,))
    assert texts(table) == ["line 1 is above the header: 'Table 1. The dead'"]


def test_blank_columns_and_cells_at_the_right_edge_say_nothing(tmp_path):
    table = read_table(write(tmp_path, "source,quantity,,\nA,5,,\nB,6,,,,\n"))
    assert contents(table) == [("source", "quantity"), ("A", "5"), ("B", "6")]
    with pytest.raises(InputError, match="column 3 has no name"):
        read_table(write(tmp_path, "source,quantity,\nA,5,x\n"))


# --- JSON ------------------------------------------------------------------------------

RECORDS = [
    {"source": "A", "quantity": 471, "when": None},
    {"source": "B", "quantity": "100-300", "tags": ["x", "y"], "of": {"women": 3.0}},
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        "\n".join(map(json.dumps, RECORDS)),
        json.dumps({"count": 2, "data": RECORDS}),
        json.dumps({"type": "x", "features": [{"id": 1, "properties": one} for one in RECORDS]}),
    ],
)
def test_records(tmp_path, text):
    table = read_table(write(tmp_path, text, "t.json"))
    assert table.columns == ("source", "quantity", "when", "tags", "of.women")
    assert table.column("quantity") == ("471", "100-300")
    assert table.column("tags") == ("", "x; y")
    assert table.column("of.women") == ("", "3")
    assert (table.where, table.lines) == ("record", (1, 2))


def test_columns_of_json(tmp_path):
    table = read_table(write(tmp_path, '{"source": ["A", "B"], "quantity": [1, 2]}', "t.json"))
    assert contents(table) == [("source", "quantity"), ("A", "1"), ("B", "2")]


def test_the_key_of_the_records_is_told(tmp_path):
    text = json.dumps({"count": 2, "data": RECORDS})
    (note,) = texts(read_table(write(tmp_path, text, "t.json")))
    assert note == "the records under 'data' are read, and nothing beside them"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no record"),
        ("[1, 2]", "is a list of records"),
        ("[]", "no record"),
        ('{"a": 1}', "is a list of records"),
        ('[{"source": "A"', "is not JSON"),
        ('{"source": "A"}\n{"source": \n', "line 2: the file is not JSON"),
        ("[" * 100_000, "JSON"),
        ('[{"": 1}]', "column 1 has no name"),
    ],
)
def test_json_that_is_no_table(tmp_path, text, reason):
    with pytest.raises(InputError, match=reason):
        read_table(write(tmp_path, text, "t.jsonl"))


# --- workbooks -------------------------------------------------------------------------


def workbook(folder, sheets, name="t.xlsx"):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


def test_a_workbook(tmp_path):
    rows = [
        ("source", "quantity", "reported", "share", None),
        ("A", 471, datetime.datetime(2023, 10, 17), 0.5, None),
        (None, None, None, None, None),
        ("B", "100-300", datetime.date(2023, 10, 18), True, None),
    ]
    table = read_table(workbook(tmp_path, {"empty": [], "claims": rows}))
    assert contents(table) == [
        ("source", "quantity", "reported", "share"),
        ("A", "471", "2023-10-17", "0.5"),
        ("B", "100-300", "2023-10-18", "1"),
    ]
    assert (table.where, table.lines, table.header_line) == ("row", (2, 4), 1)
    assert texts(table) == ["sheet 'claims' is read"]


def test_other_sheets_are_told(tmp_path):
    table = read_table(workbook(tmp_path, {"a": ROWS, "b": ROWS, "c": ROWS}))
    assert texts(table) == ["sheet 'a' is read, and not 'b', 'c'"]


def test_a_formula_without_a_value_is_no_blank(tmp_path):
    path = workbook(tmp_path, {"a": [("source", "quantity"), ("A", "=2+3"), ("B", 4)]})
    with pytest.raises(InputError, match=r"row 2, column 'quantity', '=2\+3': .* open and save"):
        read_table(path)


def test_a_workbook_by_another_name(tmp_path):
    path = workbook(tmp_path, {"a": ROWS})
    assert contents(read_table(path.rename(tmp_path / "t.csv"))) == ROWS


def test_what_is_no_workbook(tmp_path):
    with pytest.raises(InputError, match="cannot be read as an Excel workbook"):
        read_table(write(tmp_path, "source,quantity\n", "t.xlsx"))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("mimetype", "x")
    with pytest.raises(InputError, match="cannot be read as an Excel workbook"):
        read_table(write(tmp_path, held.getvalue(), "t.xlsx"))
    with pytest.raises(InputError, match=r"old Excel workbook.*save it as \.xlsx"):
        read_table(write(tmp_path, b"\xd0\xcf\x11\xe0rest", "t.xlsx"))
    with pytest.raises(InputError, match="the workbook is empty"):
        read_table(workbook(tmp_path, {"a": []}))
    with pytest.raises(InputError, match="a header but no rows"):
        read_table(workbook(tmp_path, {"a": ROWS[:1]}))
