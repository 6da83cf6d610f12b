"""Records: what they read, what they refuse, and that no name gets out."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import replace

import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import InputError, UsageError
from casualty_est.linkage.fields import Day, age, day, sex

pytest.importorskip("anyascii")

SECRET = "Zubayda Quorvatti"


def two(**more):
    a = pd.DataFrame({"id": ["1", "2"], "name": [SECRET, "Omar Nasser"], "age": [31, 8], **more})
    b = pd.DataFrame({"id": ["7", "8"], "name": ["Zubaida Quorvati", "Lina Sabri"], "age": [31, 5]})
    return {"A": a, "B": b}


def test_what_is_read():
    records = ce.Records(two(), unique_in="B")
    assert records.lists == ("A", "B")
    assert records.fields == ("name", "age")
    assert len(records) == 4
    assert records.summary()["records"].tolist() == [2, 2]
    assert records._content.keys == ("1", "2", "7", "8")
    assert "B: 2 records, nobody twice" in repr(records)


def test_nothing_prints_pickles_copies_or_walks_through_records(tmp_path):
    records = ce.Records(two())
    model = ce.LinkageModel(records)
    for thing in (records, records._content, model):
        assert "ubayda" not in repr(thing) + str(thing)
        for leave in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(UsageError, match="holds names and is not pickled"):
                leave(thing)
        with pytest.raises(UsageError, match="gives none out"):
            list(thing)
        with pytest.raises(TypeError):
            json.dumps(thing)
        with pytest.raises(UsageError):
            ce.ListModel(thing)


def test_records_cannot_stand_in_an_estimate(tmp_path):
    overlaps = {"A": 40, "B": 50, "A&B": 10}
    est = ce.ListModel(ce.CaptureHistories.from_overlaps(overlaps)).fit(seed=1, draws=50, chains=1)
    est.meta = replace(est.meta, settings={"records": ce.Records(two())})
    with pytest.raises(UsageError, match="holds names"):
        est.save(tmp_path / "est.nc")
    assert not list(tmp_path.iterdir())


def refused(tables, **settings):
    with pytest.raises((InputError, UsageError)) as raised:
        ce.Records(tables, **settings)
    text = str(raised.value)
    assert "ubayda" not in text
    assert "Quorvatti" not in text
    return text


def test_every_bad_row_is_named_by_line_and_column_and_no_cell_is_shown():
    tables = two()
    tables["A"]["age"] = ["Zubayda", "340"]
    tables["A"]["date"] = ["2023-02-30", "Quorvatti"]
    tables["B"]["name"] = ["", "?"]
    text = refused(tables)
    assert text.count("row 1") == 3
    assert text.count("row 2") == 3
    assert "an age is a number of years" in text
    assert "nobody is older than 125" in text
    assert "a date is written YYYY-MM-DD" in text
    assert text.count("a record without any name cannot be linked") == 2


def test_records_without_a_name_may_be_left_out():
    tables = two()
    tables["A"].loc[1, "name"] = ""
    records = ce.Records(tables, nameless="leave out")
    assert len(records) == 3
    assert ("nameless", "1 records without any name are left out") in records.warnings


def test_ids_that_repeat():
    tables = two()
    tables["A"]["id"] = ["1", "1"]
    assert refused(tables).count("the id stands twice in its list") == 2
    tables["A"]["id"] = ["7", "8"]
    assert ce.Records(tables)._content.keys[0] == "A:7"


def test_a_list_linked_to_itself(tmp_path):
    tables = two()
    same = {"A": tables["A"], "B": tables["A"].assign(id=["5", "6"])}
    assert "a list cannot be linked to itself" in refused(same)
    path = tmp_path / "a.csv"
    tables["A"].to_csv(path, index=False)
    with pytest.raises(UsageError, match="is given twice"):
        ce.Records.read(path, path)


def test_no_common_fields():
    tables = {"A": two()["A"].drop(columns="age"), "B": two()["B"]}
    assert len(ce.Records(tables)) == 4  # the parts of the name are common
    tables["A"]["name"], tables["B"]["name"] = ["Zubayda", "Omar"], ["Zubaida", "Lina"]
    assert "have one field in common" in refused(tables)
    assert "no column holds names" in refused({"A": pd.DataFrame({"x": [1]}), "B": two()["B"]}
                                              | {"B": pd.DataFrame({"y": [1]})})  # fmt: skip


def test_one_list():
    assert "there is one list only (A)" in refused({"A": two()["A"]})


def test_settings_that_are_wrong():
    assert "did you mean 'family'" in refused(two(), person={"name": "name", "familly": "age"})
    assert "no table has a column 'nome'" in refused(two(), person={"name": "nome"})
    assert "there is no list 'C'" in refused(two(), unique_in="C")
    assert "names people" in refused(two(), by="name")
    assert "nameless must be" in refused(two(), nameless="drop")


def test_columns_that_nobody_reads_are_said():
    warnings = ce.Records(two(phone=["1", "2"])).warnings
    assert warnings == (("unknown_columns", "A: not compared: 'phone'"),)


def test_parts_in_columns_of_their_own_and_lists_in_a_column(tmp_path):
    path = tmp_path / "all.csv"
    path.write_text(
        "source,first,last,years\nA,Zubayda,Quorvatti,31\nB,Zubaida,Quorvati,31\n", encoding="utf-8"
    )
    person = {"given": "first", "family": "last", "age": "years"}
    records = ce.Records.read(path, list="source", person=person)
    assert records.lists == ("A", "B")
    assert records._content.values["family"][0] == "quorvatti"


@pytest.mark.parametrize(
    ("text", "years"),
    [("34", 34), ("٣٤", 34), ("8 months", 0), ("18 mo", 1), ("2d", 0), ("?", None)],
)
def test_ages(text, years):
    assert age(text) == years


def test_dates_and_sexes():
    assert day("2023-10") == Day(2023, 10)
    assert day("2023") == Day(2023)
    assert day("٢٠٢٣-١٠-٠٧") == Day(2023, 10, 7)
    assert day("unknown") is None
    assert [sex(text) for text in ("Female", "ذكر", "x")] == ["f", "m", "x"]
