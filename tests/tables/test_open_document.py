"""Spreadsheets of LibreOffice, written here by hand from the OpenDocument standard."""

from __future__ import annotations

import zipfile

import pytest

from casualty_est import Claims
from casualty_est.errors import InputError
from casualty_est.tables.read import read_table

HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
)
TAIL = "</office:spreadsheet></office:body></office:document-content>"
ROW = "<table:table-row>{}</table:table-row>"
BLANK = '<table:table-cell table:number-columns-repeated="{}"/>'


def words(text, more=""):
    inside = f"<text:p>{text}</text:p>"
    return f'<table:table-cell office:value-type="string" {more}>{inside}</table:table-cell>'


def number(value, shown):
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def day(value, shown):
    return (
        f'<table:table-cell office:value-type="date" office:date-value="{value}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def sheet(name, *rows):
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def written(path, *sheets, content=None, manifest="<manifest/>"):
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", content or HEAD + "".join(sheets) + TAIL)
        parts.writestr("META-INF/manifest.xml", manifest)
    return path


def row(*cells):
    return ROW.format("".join(cells))


HEADER = row(words("source"), words("killed"), words("end"))


def test_numbers_days_and_words(tmp_path):
    path = written(
        tmp_path / "claims.ods",
        sheet(
            "Toll",
            HEADER,
            row(words("Fire service"), number(6047, "6.047"), day("2013-05-13", "13/05/13")),
            row(words("Army"), words("at least <text:span>1,127</text:span>")),
            '<table:table-row table:number-rows-repeated="1048570">'
            + BLANK.format(1024)
            + "</table:table-row>",
        ),
    )
    first, second = Claims.read(path).rows
    assert (first.source, first.quantity.best, first.end.isoformat()) == (
        "Fire service",
        6047,
        "2013-05-13",
    )
    assert (second.source, second.quantity.low, second.end) == ("Army", 1127, None)


def test_the_first_sheet_with_a_table_is_read(tmp_path):
    remarks = sheet("Read me", row(words("Compiled from the press")), row(words("Do not cite")))
    body = sheet("Data", HEADER, row(words("A"), number(5, "5")))
    table = read_table(written(tmp_path / "two.ods", remarks, body))
    assert table.column("killed") == ("5",)
    assert ("sheet", "sheet 'Data' is read, and not 'Read me'") in table.notes


def test_gaps_repeats_remarks_and_merged_cells(tmp_path):
    merged = words("Army", 'table:number-rows-spanned="2" table:number-columns-spanned="1"')
    remark = (
        '<table:table-cell office:value-type="float" office:value="7">'
        "<office:annotation><text:p>seen twice</text:p></office:annotation><text:p>7</text:p>"
        "</table:table-cell>"
    )
    twice = (
        '<table:table-cell table:number-columns-repeated="2" office:value-type="float" '
        'office:value="3"><text:p>3</text:p></table:table-cell>'
    )
    path = written(
        tmp_path / "gaps.ods",
        sheet(
            "S",
            row(words("source"), words("killed"), words("injured"), words("note")),
            row(merged, twice),
            row("<table:covered-table-cell/>", remark, BLANK.format(1), words("a  <text:s/>b")),
        ),
    )
    table = read_table(path)
    assert table.column("source") == ("Army", "Army")
    assert table.column("killed") == ("3", "7")
    assert table.column("injured") == ("3", "")
    assert table.column("note") == ("", "a   b")


def test_a_value_by_another_ending_is_recognised(tmp_path):
    path = written(tmp_path / "claims.xlsx", sheet("S", HEADER, row(words("A"), number(5, "5"))))
    assert read_table(path).column("killed") == ("5",)


@pytest.mark.parametrize(
    ("content", "manifest", "reason"),
    [
        ("<broken", "<manifest/>", "cannot be read as a spreadsheet"),
        ("<!DOCTYPE x><a/>", "<manifest/>", "declares entities"),
        (None, "<encryption-data/>", "protected by a password"),
    ],
)
def test_what_is_refused(tmp_path, content, manifest, reason):
    body = sheet("S", HEADER, row(words("A"), number(5, "5")))
    path = written(tmp_path / "bad.ods", body, content=content, manifest=manifest)
    with pytest.raises(InputError, match=reason):
        read_table(path)


@pytest.mark.parametrize(
    "cell",
    [
        words("x", 'table:number-columns-repeated="two"'),
        number("1,5", "1,5"),
        words("<text:span>" * 5000 + "x" + "</text:span>" * 5000),
    ],
)
def test_what_is_damaged_is_told(tmp_path, cell):
    path = written(tmp_path / "bad.ods", sheet("S", HEADER, row(words("A"), cell)))
    with pytest.raises(InputError, match="cannot be read as a spreadsheet"):
        read_table(path)


def test_too_large_a_sheet_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("casualty_est.tables.open_document._LARGEST", 10)
    path = written(tmp_path / "large.ods", sheet("S", HEADER, row(words("A"), number(5, "5"))))
    with pytest.raises(InputError, match="too large"):
        read_table(path)


def test_repeats_without_end_fill_no_memory(tmp_path):
    cell = words("x", 'table:number-columns-repeated="900000000"')
    body = sheet("S", f'<table:table-row table:number-rows-repeated="2">{cell}</table:table-row>')
    with pytest.raises(InputError):
        read_table(written(tmp_path / "wide.ods", body))
