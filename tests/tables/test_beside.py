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
def test_a_name_that_multiplies_is_asked_where_a_number_may_be_in_full(tmp_path, name):
    with pytest.raises(InputError, match="says that numbers are multiplied") as caught:
        read(tmp_path, f"source,{name}\nA,5\nB,1200\n")
    assert "rename" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "content"),
    [
        ("deaths (thousands)", "5", ("exact", 5000, 5000, 5000, None)),
        ("Deaths in thousands", "~5.4", ("about", None, 5400, None, None)),
        ("Killed ('000s)", "50 - 100", ("between", 50_000, None, 100_000, None)),
        ("Deaths (millions)", "1.5", ("exact", 1_500_000, 1_500_000, 1_500_000, None)),
    ],
)
def test_numbers_below_a_thousand_are_multiplied_by_what_their_column_says(
    tmp_path, name, text, content
):
    table = read(tmp_path, f"source,{name}\nA,{text}\nB,999\n")
    assert table.rows[0].quantity.content == content
    assert table.rows[0].outcome == "killed"
    assert any(code == "multiplied" and repr(text) in said for code, said in table.warnings)


def test_two_ends_in_thousands_are_a_range(tmp_path):
    head = 'source,"Deaths (thousands), low","Deaths (thousands), high"\n'
    first, second = read(tmp_path, f"{head}A,50,100\nB,5.4,9.1\n").rows
    assert first.quantity.content == ("between", 50_000, None, 100_000, None)
    assert second.quantity.content == ("between", 5400, None, 9100, None)


@pytest.mark.parametrize("text", ["5.4321", "5k", "5 thousand", "1,250", "some 5"])
def test_what_is_no_plain_number_of_thousands_is_asked(tmp_path, text):
    with pytest.raises(InputError, match="says that numbers are multiplied"):
        read(tmp_path, f'source,deaths (thousands)\nA,"{text}"\n')


def test_the_name_of_a_column_states_the_level_of_its_intervals(tmp_path):
    text = 'author,"Deaths (90% CI)"\nA,"4,645 (793-8,498)"\nB,64\nC,"1,139 [1,006 to 1,272]"\n'
    rows = read(tmp_path, text).rows
    assert [row.quantity.content for row in rows] == [
        ("estimate", 793, 4645, 8498, 0.9),
        ("exact", 64, 64, 64, None),
        ("estimate", 1006, 1139, 1272, 0.9),
    ]
    assert {row.outcome for row in rows} == {"killed"}
    assert not any(row.quantity.level_assumed for row in rows)


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
