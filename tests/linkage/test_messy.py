"""Files as people keep them: scripts, orders of names, units of ages, columns with other names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import InputError, UsageError
from casualty_est.linkage import fields as read
from casualty_est.linkage.names.parts import in_order, split
from casualty_est.linkage.names.script import words
from tests.support.command import run_flat as run

pytest.importorskip("anyascii")

A = pd.DataFrame(
    {"id": ["a1", "a2"], "name": ["Zubayda Quorvatti", "Qadir Zorvat"], "age": [30, 8]}
)
B = pd.DataFrame({"id": ["b1", "b2"], "name": ["Zubaida Quorvati", "Kadir Zorvat"], "age": [30, 8]})


def content(**tables):
    options = tables.pop("options", {})
    return ce.Records(tables, **options)._content


@pytest.mark.parametrize(
    ("text", "years"),
    [
        *(("34 سنة", 34), ("٣٤ عامًا", 34), ("8 أشهر", 0), ("18 شهر", 1), ("3 أيام", 0)),
        *(("34 года", 34), ("5 лет", 5), ("8 мес.", 0), ("30 месяцев", 2), ("12 років", 12)),
        *(("34 años", 34), ("8 meses", 0), ("34 ans", 34), ("2 jours", 0), ("34 yaşında", 34)),
        *(("34,5", 34), ("60 weeks", 1), ("2 yrs", 2), ("34", 34)),
    ],
)
def test_units_of_ages_in_other_languages(text, years):
    assert read.age(text) == years


@pytest.mark.parametrize("text", ["34 x", "34 Zubayda", "thirty", "3 4", "34 houses"])
def test_an_age_in_no_known_unit_is_an_error(text):
    with pytest.raises(ValueError, match="an age is a number of years"):
        read.age(text)


@pytest.mark.parametrize("text", ["25 - 30", "25–30 years", "20/25", "20 до 25", "25-30 سنة"])
def test_ranges_of_ages_are_missing_and_counted(text):
    assert read.is_vague(text)
    assert read.age(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("Unidentified man", "unknown", "UNKNOWN MALE CHILD 3", "an unidentified person #12"),
        *("مجهول الهوية", "неизвестный", "sin nombre", "Unnamed baby", "??", "N/A"),
    ],
)
def test_a_name_that_names_nobody_is_none(text):
    table = pd.DataFrame({"id": ["x"], "name": [text], "age": [3]})
    with pytest.raises(InputError, match="a record without any name"):
        ce.Records({"A": pd.concat([A, table]), "B": B})
    kept = ce.Records({"A": pd.concat([A, table]), "B": B}, nameless="leave out")
    assert len(kept) == 4


@pytest.mark.parametrize(
    "text", ["Unidentified son of Qadir", "Unknown Zorvat", "Manal Unknownova"]
)
def test_a_name_that_says_something_is_kept(text):
    assert read.plain(text)


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("Quorvatti, Zubayda", "zubayda", "quorvatti"),
        ("Иванов Иван Иванович", "ivan", "ivanov"),
        ("Іваненко Олена Петрівна", "olena", "ivanenko"),
        ("Zubayda Quorvatti", "zubayda", "quorvatti"),
        ("Amir Hasan Begović", "amir", "begovich"),  # a Bosnian family name, and no patronymic
        ("Амир Хасан Беговић", "amir", "begovi"),
    ],
)
def test_a_family_written_first_is_the_family(text, given, family):
    parts = split(words(in_order(text)))
    assert parts["given"] == given
    assert parts["family"].startswith(family)


def test_marks_that_nobody_sees_change_no_name():
    assert words("\u200fمحمد\u200e علي\ufeff") == words("محمد علي")
    assert words("علی\u200cرضا") == words("علیرضا")
    assert words("Али Мамед оглы") == words("Али Мамед")


def test_french_tables_call_the_family_nom():
    french = pd.DataFrame({"id": ["f1"], "Nom": ["Quorvatti"], "Prénom": ["Zubayda"], "Âge": [30]})
    read_in = content(A=french, B=B)
    assert (read_in.values["given"][0], read_in.values["family"][0]) == ("zubayda", "quorvatti")
    whole = pd.DataFrame({"id": ["f1"], "Nom": ["Zubayda Quorvatti"], "Âge": [30]})
    assert content(A=whole, B=B).values["given"][0] == "zubayda"


def test_russian_parts_stand_in_columns_of_their_own():
    russian = pd.DataFrame(
        {
            "ID": ["r1"],
            "Фамилия": ["Кворватов"],
            "Имя": ["Зубайр"],
            "Отчество": ["Алиевич"],
            "Возраст": ["30 лет"],
        }
    )
    read_in = content(A=russian, B=B)
    assert read_in.values["family"][0].startswith("kvorvatov")
    assert read_in.values["given"][0].startswith("zub")
    assert read_in.values["father"][0].startswith("al")
    assert read_in.values["age"][0] == 30
    assert read_in.keys[0] == "r1"


def test_one_field_under_two_names():
    other = B.rename(columns={"name": "Victim", "age": "Years", "id": "ID"})
    person = {"name": "name|Victim", "age": "age|Years"}
    read_in = content(A=A, B=other, options={"person": person})
    assert read_in.values["age"] == [30, 8, 30, 8]
    assert read_in.keys == ("a1", "a2", "b1", "b2")
    with pytest.raises(UsageError, match="no table has a column 'nom'"):
        content(A=A, B=other, options={"person": {"name": "nom|nombre"}})


def test_a_list_that_lacks_a_field_is_told():
    bare = B.rename(columns={"age": "Yearz"})
    notes = dict(ce.Records({"A": A, "B": bare}).warnings)
    assert notes["lacking"].startswith("the list B has no age, and its records are compared by")
    assert "lacking" not in dict(ce.Records({"A": A, "B": B}).warnings)


@pytest.mark.parametrize(
    "text", ["2023-10-09T14:33:00Z", "2023-10-09 00:00", "9 Oct 2023 10:00:01"]
)
def test_an_hour_beside_a_date_is_left_out(text):
    assert read.day(text) == (2023, 10, 9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9/10/23", "it may be day or month that comes first"),
        ("09.10.2023x", "a date is written"),
        ("45231", "a day number of a spreadsheet"),
    ],
)
def test_what_is_wrong_with_a_date_is_said_without_it(text, said):
    with pytest.raises(ValueError, match=said) as raised:
        read.day(text)
    assert "2023" not in str(raised.value)
    assert "10-09" not in str(raised.value)


def test_lists_that_differ_in_case_only_are_asked_about():
    both = pd.concat([A.assign(src="Hospital "), B.assign(src="hospital")])
    with pytest.raises(UsageError, match="list: 'Hospital' and 'hospital' differ in case or signs"):
        ce.Records(both, list="src")


def test_a_sheet_that_is_not_read_is_said_without_its_name(tmp_path):
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        A.to_excel(book, sheet_name="hospital", index=False)
        B.to_excel(book, sheet_name="Zubayda Quorvatti", index=False)
    B.to_csv(tmp_path / "b.csv", index=False)
    notes = dict(ce.Records.read(tmp_path / "a.xlsx", tmp_path / "b.csv").warnings)
    assert notes["sheet"].startswith("one sheet of a.xlsx is read, and no other")
    assert not any("Quorv" in text for text in notes.values())


def test_a_column_of_strata_that_one_table_lacks():
    tables = {"A": A.assign(camp=["x", "y"]), "B": B}
    with pytest.raises(UsageError, match="by: B has no column 'camp', which other tables have"):
        ce.Records(tables, by="camp")


def test_more_strata_than_a_matching_can_count_are_refused_before_the_work():
    rng = np.random.default_rng(1)
    rows = 2_000
    table = pd.DataFrame(
        {
            "id": [f"x{i}" for i in range(rows)],
            "name": [f"Zorv{i % 83} Quv{i % 71}" for i in range(rows)],
            "age": rng.integers(0, 80, rows),
            "day": rng.integers(0, 300, rows).astype(str),
            "camp": rng.integers(0, 300, rows).astype(str),
        }
    )
    records = ce.Records({"A": table, "B": table.iloc[:500]}, by=("day", "camp"))
    with pytest.raises(UsageError, match="by: day and camp make up to 90,601 strata, too many"):
        ce.LinkageModel(records)


@pytest.fixture
def folder(tmp_path):
    A.to_csv(tmp_path / "a.csv", index=False)
    # As a spreadsheet exports "Unicode text".
    B.to_csv(tmp_path / "b.csv", index=False, sep="\t", encoding="utf-16")
    return tmp_path


def test_rules_of_the_command(folder, capsys):
    words = ["link", folder / "a.csv", folder / "b.csv"]
    code, _, err = run(capsys, *words, "--rules", "given+number")
    assert code == 2
    assert "rules: 'number' is in no record; there are age, family, given" in err
    code, _, err = run(capsys, *words, "--rules", "given+,age")
    assert code == 2
    assert "rules: '' is in no record" in err


@pytest.mark.thorough
def test_every_note_is_printed_once(folder, capsys):
    pytest.importorskip("splink")
    code, out, err = run(
        capsys, "link", folder / "a.csv", folder / "b.csv", "--rules", "age,family"
    )
    assert code == 0, err
    assert out.count("b.csv is not UTF-8") == 1
    assert "Quorv" not in out + err
