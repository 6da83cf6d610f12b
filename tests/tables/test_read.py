"""Tables are read as text, with the line on which every row starts."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casualty_est.errors import CasualtyEstError, InputError, UsageError
from casualty_est.tables.checks import (
    SOURCES_ALIKE,
    convert,
    nearest,
    one_of,
    similar_names,
    unknown_columns,
)
from casualty_est.tables.read import read_table, table_from


def write(folder, content, name="t.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def problems_of(path):
    with pytest.raises(InputError) as caught:
        read_table(path)
    return [str(problem) for problem in caught.value.problems]


def test_every_cell_is_text_and_na_stays_a_name(tmp_path):
    table = read_table(write(tmp_path, "source,quantity\nNA,007\nNone,1e3\nnan,\n"))
    assert table.columns == ("source", "quantity")
    assert table.column("source") == ("NA", "None", "nan")
    assert table.column("quantity") == ("007", "1e3", "")
    assert table.column("absent") == ("", "", "")
    assert (table.name, table.where, table.header_line) == ("t.csv", "line", 1)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_where_records_start(tmp_path, mark, end):
    text = end.join(["a,b", "", '"x', 'y",1', " , ", "z,2"])
    table = read_table(write(tmp_path, mark + text.encode()))
    assert table.columns == ("a", "b")
    assert table.lines == (3, 6)
    assert table.column("a") == (f"x{end}y", "z")


def test_blank_lines_before_the_header_count(tmp_path):
    table = read_table(write(tmp_path, "\n\na\n1\n"))
    assert (table.header_line, table.lines) == (3, (4,))


def test_white_space_of_every_kind_is_stripped(tmp_path):
    table = read_table(write(tmp_path, "\u00a0a ,b\n\u2009x\u00a0y\u00a0,\u200b \ufeffz\u200b\n"))
    assert table.columns == ("a", "b")
    assert table.column("a") == ("x\u00a0y",)
    assert table.column("b") == ("z",)


def test_tabs_divide_a_tsv_and_the_ending_may_be_upper_case(tmp_path):
    table = read_table(write(tmp_path, "a\tb\n1,5\t2\n", "T.TSV"))
    assert table.column("a") == ("1,5",)


def test_rows_with_too_few_or_many_cells_are_all_named(tmp_path):
    path = write(tmp_path, "a,b\n1\n1,2\n1,2,3\n")
    assert problems_of(path) == [
        "line 2: this row has 1 cell and the header 2: "
        "fill in the others, or leave them empty between commas",
        "line 4: this row has 3 cells and the header 2: "
        'if a number contains a comma, put it in quotes, as in "at least 6,047"; if the first cell '
        "is a row name, write the table without (in R, row.names = FALSE)",
    ]
    problems = []
    assert read_table(path, problems=problems).lines == (3,)
    assert [problem.line for problem in problems] == [2, 4]


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        (b"", ["the file is empty"]),
        (b"\n \n", ["the file is empty"]),
        (b"a,b\n", ["a header but no rows"]),
        (b"a,a,\n1,2,3\n", ["columns 1 and 2 have the same name", "column 3 has no name"]),
        (b"a,b\n1,\x00\n", ["line 2: the file holds a NUL"]),
        (b"a\nx\ncaf\x81\n", ["line 3: the file is not UTF-8"]),
        ("a\nМосква\n".encode("cp1251"), ["'Москва' (Windows-1251)"]),
        (b"a\ncaf\xc3\xa9\ncaf\xe9\n", ["line 3: the file is not UTF-8, and parts of it are"]),
        ("a\n1\n".encode("utf-16")[:-1], ["the file is not whole UTF-16"]),
        (b'a,b\n1,2\n"x,2\n', ["line 3: a quote opens in this row and is never closed"]),
        (b'a,b\n1,2\n"x"y,2\n', ["line 3: text follows a closing quote"]),
        (b"a\n1\n" + b"x" * 140_000 + b"\n", ["line 3: a cell has more than 131,072 characters"]),
    ],
)
def test_a_file_that_is_no_table_says_why(tmp_path, content, fragments):
    problems = problems_of(write(tmp_path, content))
    assert len(problems) == len(fragments)
    for text, fragment in zip(problems, fragments, strict=True):
        assert fragment in text


def test_what_is_no_file_is_a_usage_error(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    for name, reason in (
        ("absent.csv", "there is no file"),
        ("folder.csv", "is a folder"),
        ("t.numbers", r"ending in \.csv, .*: save it as \.xlsx"),
        ("noending", r"ending in \.csv, .*: save it as one"),
        ("nul\0.csv", "cannot be opened"),
    ):
        with pytest.raises(UsageError, match=reason):
            read_table(tmp_path / name)


def test_parquet_is_read_like_a_dataframe(tmp_path):
    folder = tmp_path / "year=2018"
    folder.mkdir()
    path = folder / "t.parquet"
    pq.write_table(pa.table({"source": ["NA", None], "quantity": [800.0, 2.5]}), path)
    table = read_table(path)
    assert table.columns == ("source", "quantity")
    assert table.cells == (("NA", ""), ("800", "2.5"))
    assert (table.where, table.lines, table.name) == ("row", (1, 2), "t.parquet")
    assert "cannot be read as parquet" in problems_of(write(tmp_path, "no", "x.parquet"))[0]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_any_dataframe_becomes_the_text_an_analyst_would_type(make):
    table = table_from(
        make(
            {
                "source": [" NA\u00a0", None],
                "quantity": [800.0, float("nan")],
                "start": [datetime.date(2018, 2, 9), None],
                "seen": [datetime.datetime(2018, 2, 9), datetime.datetime(2018, 2, 9, 6, 30)],
                "flag": [True, False],
            }
        )
    )
    assert table.cells == (
        ("NA", ""),
        ("800", ""),
        ("2018-02-09", ""),
        ("2018-02-09", "2018-02-09T06:30:00"),
        ("1", "0"),
    )
    assert (table.lines, table.where, table.header_line) == ((1, 2), "row", None)


def test_odd_cells_of_pandas():
    values = [pd.NA, pd.NaT, np.int64(7), np.float64(2.0), Decimal("3.00"), 0.1, float("inf"), 1e30]
    table = table_from(pd.DataFrame({"n": pd.Series(values, dtype=object), 2: "x"}))
    assert table.columns == ("n", "2")
    assert table.column("n") == ("", "", "7", "2", "3", "0.1", "inf", "1e+30")


def test_a_blank_row_of_a_dataframe_is_skipped_and_rows_keep_their_number():
    table = table_from(pd.DataFrame({"a": ["x", None, "y"], "b": [None, " ", None]}))
    assert (table.lines, table.column("a")) == ((1, 3), ("x", "y"))


@pytest.mark.parametrize(
    "data", [{"a": [1]}, [1], None, "t.csv", pd.Series([1]), pl.DataFrame({"a": [1]}).lazy()]
)
def test_what_is_no_dataframe_is_refused(data):
    with pytest.raises(UsageError, match="a table is a dataframe in memory"):
        table_from(data)


def test_dataframes_with_bad_columns_or_no_rows():
    for frame, reason in (
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "columns 1 and 2 have the same name"),
        (pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), "have the same name"),
        (pd.DataFrame({"a": [1], " a": [2]}), "columns 1 and 2 have the same name"),
        (pd.DataFrame({"": [1]}), "column 1 has no name"),
        (pd.DataFrame({"a": []}), "the table has no rows"),
    ):
        with pytest.raises(InputError, match=reason):
            table_from(frame)


def test_convert_reports_every_row_of_a_bad_value(tmp_path):
    table = read_table(write(tmp_path, "n\n1\nx\n2\nx\n"))
    problems = []
    assert convert(table, "n", int, problems) == [1, None, 2, None]
    assert [(problem.line, problem.column, problem.value) for problem in problems] == [
        (3, "n", "x"),
        (5, "n", "x"),
    ]


def test_words_that_are_right():
    assert one_of(("killed", "injured"))("") is None
    with pytest.raises(ValueError, match=r"killed, injured \(did you mean 'injured'\?\)"):
        one_of(("killed", "injured"))("Injurd")
    assert nearest("zzz", ["killed"]) == ""


def test_unknown_columns_are_named_with_the_nearest_free_one():
    table = table_from(pd.DataFrame({"source": ["a"], "outcom": ["b"], "url": ["c"]}))
    assert unknown_columns(table, ("source", "outcome")) == (
        (
            "unknown_columns",
            "2 unknown columns are not used: 'outcom' (did you mean 'outcome'?), 'url'",
        ),
    )
    assert unknown_columns(table, table.columns) == ()


def test_names_that_look_alike_are_named_and_others_are_not():
    names = ["Airwars", "SNHR", "air wars", "\uff33NHR", "Airwars"]
    texts = [text for _, text in similar_names(names, SOURCES_ALIKE)]
    assert len(texts) == 2
    assert "'Airwars' and 'air wars'" in texts[0]
    assert "'SNHR' and '\uff33NHR'" in texts[1]


@given(st.binary(max_size=60) | st.text('a,"\n\r\0;\t é', max_size=30).map(str.encode))
def test_arbitrary_bytes_are_a_table_or_an_error_of_ours(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("t.csv", "t.tsv"):
        try:
            table = read_table(write(folder, data, name))
        except CasualtyEstError:
            continue
        assert len(table.cells) == len(table.columns)
        assert all(len(column) == len(table.lines) > 0 for column in table.cells)
        assert list(table.lines) == sorted(set(table.lines))


@pytest.mark.parametrize(
    "other", ["Re\u200bd Cross", "R\u0435d Cross", "red\u00a0cross", "Red\u2009Cross\u200f"]
)
def test_names_that_only_look_alike_are_warned_of(other):
    ((code, text),) = similar_names(["Red Cross", other, "Airwars"], SOURCES_ALIKE)
    assert code == "similar_names"
    assert "are taken as different sources" in text


@pytest.mark.parametrize("first", [0, 1])
def test_a_column_without_a_name_that_numbers_the_rows_is_left_out(tmp_path, first):
    rows = "".join(f'"{first + k}",1,{k % 2},{69 + k}\n' for k in range(3))
    table = read_table(write(tmp_path, f'"","A","B","Freq"\n{rows}'.encode()), problems=[])
    assert table.columns == ("A", "B", "Freq")
    assert table.column("Freq") == ("69", "70", "71")
    assert ("row_names", "the first column numbers the rows and is not read") in table.notes


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b",A,B\nx,1,0\ny,1,1\nz,0,1\n", "column 1 has no name"),
        (b",B,C\n0,1,1\n1,1,0\n", "column 1 has no name"),  # a list of two people
    ],
)
def test_other_columns_without_a_name_are_asked_about(tmp_path, text, reason):
    with pytest.raises(InputError, match=reason):
        read_table(write(tmp_path, text), problems=[])


def test_a_comma_in_a_number_is_never_taken_for_a_row_name(tmp_path):
    problems = []
    read_table(write(tmp_path, b"quantity,source\n1,200,A\n2,500,B\n3,100,C\n"), problems=problems)
    assert [problem.line for problem in problems] == [2, 3, 4]
    assert "put it in quotes" in str(problems[0])
    assert "row.names = FALSE" in str(problems[0])


def test_footnotes_below_a_table_are_told_and_left_out(tmp_path):
    text = (
        b"source,quantity,citation\nNote: the party,3,\nA,5,x\nNote: preliminary,,\n* estimated\n"
    )
    table = read_table(write(tmp_path, text), problems=[])
    assert table.column("source") == ("Note: the party", "A")
    assert [text for code, text in table.notes if code == "footnote"] == [
        "line 4 is below the table: 'Note: preliminary'",
        "line 5 is below the table: '* estimated'",
    ]


@pytest.mark.parametrize("start", [b"%PDF-1.4\n", b"\n<!DOCTYPE html>\n", b"<html>\n"])
def test_a_file_of_another_kind_is_named(tmp_path, start):
    with pytest.raises(InputError, match="not a table: save the table in it as CSV"):
        read_table(write(tmp_path, start + b"a,b\n1,2\n"), problems=[])
