"""Layouts of public tables: copied pages, interfaces, workbooks with remarks, humanitarian tags."""

from __future__ import annotations

import json

import openpyxl
import pytest

from casualty_est.claims.table.claims import Claims
from casualty_est.errors import InputError
from casualty_est.tables.read import read_table


def read(folder, text, name="t.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return Claims.read(path)


def test_a_column_of_the_dead_is_not_passed_over_for_one_of_the_injured(tmp_path):
    text = 'source,Dead so far,Injured\nFire service,at least 87,"over 1,000"\nPolice,194,\n'
    rows = read(tmp_path, text).rows
    assert [(row.outcome, row.quantity.low) for row in rows] == [
        ("killed", 87),
        ("injured", 1001),
        ("killed", 194),
    ]


@pytest.mark.parametrize("name", ["Dead in hospital", "Deaths on site", "muertos en combate"])
def test_a_column_that_may_count_the_dead_is_asked_about(tmp_path, name):
    with pytest.raises(InputError, match=f"'{name}' seems to count the dead") as caught:
        read(tmp_path, f"source,{name},Injured\nA,5,12\n")
    assert "call it killed" in str(caught.value)


def test_tags_of_humanitarian_data_are_no_row(tmp_path):
    text = "source,killed,date\n#meta+source,#affected+killed,#date +reported\nWHO,5,2023-09-18\n"
    table = read(tmp_path, text)
    assert [row.quantity.best for row in table.rows] == [5]
    assert ("header", "line 2 contains tags and is not read") in table.warnings


def test_an_envelope_of_an_interface_says_nothing(tmp_path):
    fields = [{"source": "A", "deaths": 218}, {"source": "B", "deaths": "at least 200"}]
    records = [{"id": i, "attributes": one} for i, one in enumerate(fields)]
    rows = read(tmp_path, json.dumps({"results": records}), "t.json").rows
    assert [(row.source, row.quantity.low) for row in rows] == [("A", 218), ("B", 200)]


def test_other_nested_names_stay_whole(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"source": "A", "children": {"killed": 3}}]), encoding="utf-8")
    assert read_table(path).columns == ("source", "children.killed")
    path.write_text(json.dumps([{"id": 1, "fields": {"id": 2}}]), encoding="utf-8")
    assert read_table(path).columns == ("id", "fields.id")


def book(folder, merge=True):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "README"
    sheet.append(["Figures compiled from the press"])
    sheet.append(["Last update: 3 May 2022"])
    sheet = workbook.create_sheet("Claims")
    sheet.append(["Source", "Killed", None, "Place"])
    sheet.append([None, "min", "max", None])
    sheet.append(["City council", 20000, 25000, "Mariupol"])
    sheet.append(["OHCHR", 1348, None, "Mariupol"])
    if merge:
        for cells in ("A1:A2", "B1:C1", "D1:D2"):
            sheet.merge_cells(cells)
    workbook.save(folder / "t.xlsx")
    return folder / "t.xlsx"


@pytest.mark.parametrize("merge", [True, False])
def test_remarks_on_the_first_sheet_and_a_header_of_two_lines(tmp_path, merge):
    table = Claims.read(book(tmp_path, merge))
    first, second = table.rows
    assert first.quantity.content == ("between", 20000, None, 25000, None)
    assert (second.quantity.form, second.quantity.low) == ("at_least", 1348)
    assert {row.scope for row in table.rows} == {"Mariupol"}
    assert ("sheet", "sheet 'Claims' is read, and not 'README'") in table.warnings


def test_footnotes_of_a_copied_page_and_a_day_until_which_was_counted(tmp_path):
    text = "Source\tKilled\tPeriod\nA\t5[1]\tas of May 2024\na. ^ Includes Khartoum.\n^ Retrieved\n"
    table = read(tmp_path, text, "t.txt")
    (row,) = table.rows
    assert (row.quantity.best, row.start, row.end.isoformat()) == (5, None, "2024-05-31")
    assert sum(code == "footnote" for code, _ in table.warnings) == 2


def test_a_fault_names_the_column_in_which_it_is_and_once(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "source,killed,injured\nA,five dogs,5\nTotal,7,8\n")
    assert "line 2, column 'killed', 'five dogs'" in str(caught.value)
    assert str(caught.value).count("a row of this name is a sum") == 1


def test_a_line_is_named_once_for_all_its_numbers(tmp_path):
    table = read(tmp_path, "source,2016,2017,2018\nPNP / RealNumbersPH,2250,1717,1068\n")
    said = [text for code, text in table.warnings if code == "several_sources"]
    assert len(said) == 1
    assert "(line 2)" in said[0]


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("ONG", "monitor"),
        ("Gouvernement", "government"),
        ("prensa", "media"),
        ("ООН", "international"),
    ],
)
def test_roles_in_other_languages(tmp_path, word, role):
    (row,) = read(tmp_path, f"source,role,killed\nA,{word},5\n").rows
    assert row.role == role


def test_an_academic_is_asked_whether_it_was_a_study(tmp_path):
    with pytest.raises(InputError, match="survey if it is a study"):
        read(tmp_path, "source,role,killed\nA,academic,5\n")


LONG = "location,indicator,value,source\nYemen,{0},6872,OHCHR\nYemen,injuries,10768,OHCHR\n"


@pytest.mark.parametrize("word", ["deaths", "People killed", "fatalities"])
def test_a_column_that_says_what_is_counted_is_read_by_any_name(tmp_path, word):
    if word == "People killed":
        with pytest.raises(InputError, match="'indicator', 'People killed': expected one of"):
            read(tmp_path, LONG.format(word))
        return
    rows = read(tmp_path, LONG.format(word)).rows
    assert [(row.outcome, row.quantity.best) for row in rows] == [
        ("killed", 6872),
        ("injured", 10768),
    ]


def test_people_who_are_not_dead_are_no_row_of_the_dead(tmp_path):
    with pytest.raises(InputError, match=r"'displaced': expected one of .* something else"):
        read(tmp_path, LONG.format("deaths") + "Yemen,displaced,2300000,UNHCR\n")


def test_a_column_of_remarks_is_no_outcome(tmp_path):
    text = "source,killed,remark\nA,5,deaths in hospital are not in it\nB,7,seen\n"
    assert {row.outcome for row in read(tmp_path, text).rows} == {"killed"}


def test_a_cell_of_two_lines(tmp_path):
    first, second = read(tmp_path, 'source,killed\nA,"12\n(3 children)"\nB,"at least\n10"\n').rows
    assert (first.quantity.best, second.quantity.low) == (12, 10)
    assert [str(part.quantity) for part in first.quantity.parts] == ["3"]


def test_months_without_a_year_are_asked_for_it(tmp_path):
    with pytest.raises(InputError, match="named after months need their year"):
        read(tmp_path, "Year,Jan,Feb,Mar\n2006,1546,1579,1957\n")
