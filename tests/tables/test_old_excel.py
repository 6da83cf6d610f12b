"""Workbooks of old Excel."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

from casualty_est.claims.table.claims import Claims
from casualty_est.errors import CasualtyEstError, InputError

DATA = Path(__file__).parents[1] / "data"


def test_old_excel_with_dates_and_merged_cells():
    claims = Claims.read(DATA / "workbook.xls")
    rows = [(row.source, row.scope, str(row.quantity), str(row.reported)) for row in claims]
    assert rows == [
        ("Lantern", "North", "10", "2020-01-02"),
        ("Herald", "North", "12", "2020-01-03"),
        ("Lantern", "South", "at least 20", "2020-02-03"),
        ("Herald", "South", "22", "2020-02-04"),
    ]
    assert {"sheet", "merged"} <= dict(claims.warnings).keys()


def test_old_excel_under_the_new_ending(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes((DATA / "workbook.xls").read_bytes())
    assert len(Claims.read(path)) == 4


def test_text_that_is_called_xls(tmp_path):
    path = tmp_path / "t.xls"
    path.write_text("source\tkilled\nLantern\t5\n", encoding="utf-8")
    assert [str(row.quantity) for row in Claims.read(path)] == ["5"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "cannot be read as an old Excel workbook"),
        (b"<html><table></table></html>", "the file is a web page, not a table"),
    ],
)
def test_what_is_no_workbook(tmp_path, content, reason):
    path = tmp_path / "t.xls"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        Claims.read(path)


def test_a_damaged_workbook_is_read_or_refused(tmp_path):
    whole = (DATA / "workbook.xls").read_bytes()
    rng = random.Random(4)
    path = tmp_path / "t.xls"
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 5, 20))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data[: rng.choice((len(data), rng.randrange(len(data))))])
        with suppress(CasualtyEstError):
            Claims.read(path)
