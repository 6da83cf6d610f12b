"""A table of notations with the right value of each, read by hand.

`form` is "error" where a notation is refused, and `note` then holds a piece of the reason. Else a
note that begins with "part" or "beside" names the counts that stand beside the number.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from casualty_est import Quantity
from casualty_est.errors import QuantityError

DATA = Path(__file__).parents[1] / "data"
ROWS = []
for name in (
    "notations.csv",
    "notations_languages.csv",
    "notations_press.csv",
    "notations_field.csv",
    "notations_fresh.csv",
):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        ROWS += csv.DictReader(file)
READ = [row for row in ROWS if row["form"] != "error"]
REFUSED = [row for row in ROWS if row["form"] == "error"]


def number(cell):
    return float(cell) if cell else None


def beside(quantity):
    return "; ".join(f"{p.relation} {p.quantity} {p.counted}" for p in quantity.parts)


def test_the_tables_have_four_thousand_notations_each_once():
    texts = [row["text"] for row in ROWS]
    assert len(texts) >= 4000
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("row", READ, ids=lambda row: row["text"])
def test_value(row):
    read = Quantity.parse(row["text"])
    expected = (row["form"], *(number(row[name]) for name in ("low", "best", "high", "level")))
    assert read.content == expected
    assert read.level_assumed == (row["note"] == "level assumed")
    parts = row["note"] if row["note"].startswith(("part", "beside")) else ""
    assert beside(read) == parts
    again = Quantity.parse(str(read))
    assert again.content == read.content


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row["text"])
def test_reason(row):
    with pytest.raises(QuantityError) as caught:
        Quantity.parse(row["text"])
    assert row["note"] in str(caught.value).split("cannot be read as a quantity: ")[1]
