"""Columns beside a number that change what it says."""

from __future__ import annotations

import pytest

from casualty_est import Claims, IncidentReports
from casualty_est.errors import InputError


def read(tmp_path, text, kind=Claims):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    return kind.read(path)


def said(table, code):
    return [text for kind, text in table.warnings if kind == code]


def test_an_interval_in_a_column_of_its_own(tmp_path):
    table = read(tmp_path, 'source,estimate,90% CI\nA,1200,"900-1,500"\nB,800,\n')
    first, second = (row.quantity for row in table)
    assert first.content == ("estimate", 900, 1200, 1500, 0.9)
    assert second.content == ("exact", 800, 800, 800, None)
    assert "'90% CI' as a part of quantity" in said(table, "recognised")[0]


def test_a_range_beside_a_number_is_its_interval(tmp_path):
    (row,) = read(tmp_path, "source,deaths,range\nA,1200,900 to 1500\n")
    assert row.quantity.content == ("estimate", 900, 1200, 1500, 0.95)
    table = read(tmp_path, "source,deaths,range\nA,1200,5 km\n")
    assert said(table, "unknown_columns") == ["1 unknown column is not used: 'range'"]


@pytest.mark.parametrize(
    ("name", "level"), [("SE", 0.6827), ("std_error", 0.6827), ("margin of error", 0.95)]
)
def test_an_error_in_a_column_of_its_own(tmp_path, name, level):
    (row,) = read(tmp_path, f"source,deaths,{name}\nA,1200,150\n")
    assert row.quantity.content == ("estimate", 1050, 1200, 1350, level)


def test_hedges_in_a_column_of_their_own(tmp_path):
    table = read(tmp_path, "source,qualifier,deaths\nA,at least,5\nB,,6\nC,~,70\n")
    assert [row.quantity.form for row in table] == ["at_least", "exact", "about"]
    words = read(tmp_path, "source,quantity,remark\nA,5,at least by name\nB,6,over\n")
    assert [row.quantity.form for row in words] == ["exact", "exact"]


def test_hedges_beside_incidents(tmp_path):
    text = "incident,source,how,deaths\nS1,A,up to,5\n"
    (row,) = read(tmp_path, text, IncidentReports)
    assert row.quantity.form == "at_most"


@pytest.mark.parametrize(
    "name", ["deaths (thousands)", "killed ('000)", "Quantity in thousands", "fatalities (k)"]
)
def test_a_name_that_multiplies_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="says that numbers are multiplied") as caught:
        read(tmp_path, f"source,{name}\nA,5\n")
    assert "rename" not in str(caught.value)


def test_a_rate_is_not_offered_as_the_number(tmp_path):
    with pytest.raises(InputError, match="'quantity' is missing: add it"):
        read(tmp_path, "source,deaths per 100000\nA,5\n")


def test_columns_that_could_have_had_the_place_are_named(tmp_path):
    table = read(tmp_path, "source,country,city,deaths\nA,Syria,Homs,5\nA,Syria,Aleppo,6\n")
    (text,) = said(table, "rivals")
    assert text.startswith("'city' could be scope, too, and is not read, since 'country' is taken")
    assert said(read(tmp_path, "source,country,city,deaths\nA,Syria,,5\n"), "rivals") == []


def test_names_that_hold_several_are_asked(tmp_path):
    table = read(
        tmp_path,
        "source,deaths,perpetrator\nAFP; Reuters,5,Army\nAFP,6,Army; IS\n"
        'IS and Army News,5,IS\n"Smith, J.",7,IS\n',
    )
    assert [text.split(" (")[0] for text in said(table, "several_sources")] == [
        "'AFP; Reuters' names 2"
    ]
    assert [text.split(" (")[0] for text in said(table, "several_perpetrators")] == [
        "'Army; IS' names 2"
    ]
