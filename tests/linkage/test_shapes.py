"""Lists of people as they come: read, or refused in one sentence in which nobody is named."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.linkage.fields import Day, age, day, is_vague, order_of, sex
from casualty_est.linkage.naming import without_cells

pytest.importorskip("anyascii")

PEOPLE = ("Zubayda Quorvatti", "Omar Quorvasser", "Lina Quorvabri")
B = pd.DataFrame({"id": ["b1", "b2"], "name": ["Zubaida Quorvati", "Sana Quorvad"], "age": [31, 5]})


def table(**columns):
    people = {"id": ["1", "2", "3"], "name": PEOPLE, "age": [30, 40, 50]}
    return pd.DataFrame(people | columns)


def told(a, b=B, **options):
    with pytest.raises((InputError, UsageError)) as caught:
        ce.Records({"A": a, "B": b}, **options)
    assert "uorva" not in str(caught.value)
    return str(caught.value)


def notes(a, b=B, **options):
    records = ce.Records({"A": a, "B": b}, **options)
    assert "uorva" not in repr(records) + str(records.warnings)
    return dict(records.warnings)


# Nobody is named -----------------------------------------------------------------------------


def test_a_first_row_that_is_a_person_is_not_shown():
    people = pd.DataFrame([PEOPLE[1:]], columns=["Zubayda Quorvatti", "31"])
    text = told(people, people)
    assert "the first row of each table must be the names of its columns" in text
    assert "A has no column 'name'" in told(people)


def test_a_doubled_column_is_not_shown(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,Quorvatti,Quorvatti\n2,Omar,Nasser\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns 2 and 3 have the same name") as caught:
        ce.Records.read(path, path.with_name("b.csv"))
    assert "uorva" not in str(caught.value)


def test_what_the_reader_says_of_names_is_told_without_them(tmp_path):
    """Words that fit several encodings, and a person who stands alone in a line, are not shown."""
    beside = (
        "id,name,age,id,name,age\n1,Omar Quorva,31,2,Lina Quorva,4\n3,S Quorva,5,4,Z Quorva,9\n"
    )
    (tmp_path / "a.csv").write_text(beside, encoding="utf-8")
    B.to_csv(tmp_path / "b.csv", index=False)
    records = ce.Records.read(tmp_path / "a.csv", tmp_path / "b.csv")
    assert len(records) == 6
    assert "side by side" in dict(records.warnings)["side_by_side"]
    alone = "id,name,age\n" + "".join(
        f"{name},,\n1,Omar Nasser,31\n2,Lina Sabri,33\n" for name in PEOPLE
    )
    other = "id,name,age\n1,Quor\xf8\xfevai,31\n2,\xe8\xe9\xea,32\n"
    for text, encoding in ((alone, "utf-8"), (other, "latin-1")):
        (tmp_path / "a.csv").write_bytes(text.encode(encoding))
        with pytest.raises(InputError) as caught:
            ce.Records.read(tmp_path / "a.csv", tmp_path / "b.csv")
        assert "uor" not in str(caught.value)
        assert "(a cell)" in str(caught.value)


@pytest.mark.parametrize("name", [*PEOPLE, "Omar O'Quorva", 'Lina "Quorva" O\'Neil\\'])
def test_a_reason_that_repeats_a_cell_is_told_without_it(name):
    problem = Problem(f"{name!r} stands alone in this line: give it a column", 3)
    (told_of,) = without_cells(InputError([problem], "a.csv")).problems
    assert told_of.reason == "(a cell) stands alone in this line: give it a column"
    assert told_of.line == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"list": "name"}, "list: 'name' names people, and lists are printed"),
        ({"by": "id"}, "by: 'id' names people, and strata are printed"),
        ({"list": "source"}, "no table has a column 'source'; the columns are id, name, age"),
    ],
)
def test_what_is_printed_is_no_person(options, said):
    assert said in told(table(), **options)


def test_a_column_with_as_many_cells_as_people_is_neither_list_nor_stratum():
    many = pd.DataFrame({"name": [f"Omar Quorva{i}" for i in range(60)], "age": 3})
    many["victim"] = many["name"]
    both = {"a": many.assign(list="A"), "b": many.assign(list="B", age=4)}
    assert "list: 'victim' has 60 different cells" in told(*both.values(), list="victim")
    assert "by: 'victim' has 60 different cells" in told(*both.values(), by="victim")
    few = both["a"][:4], both["b"][4:8]
    assert "list: 'victim' has 8 different cells" in told(*few, list="victim")
    ten = many[:5], many[5:10]
    assert "by: 'victim' has 10 different cells" in told(*ten, by="victim")


def test_labels_and_pairs_without_a_header_show_no_cell(tmp_path):
    """A list of people given in place of labels: its first line may be a person."""
    people = tmp_path / "labels.csv"
    people.write_text("1,Zubayda Quorvatti,31\n2,Omar Quorva,40\n", encoding="utf-8")
    doubled = tmp_path / "doubled.csv"
    doubled.write_text("1,Quorvatti,Quorvatti\n2,Omar,Nasser\n", encoding="utf-8")
    model = ce.LinkageModel(ce.Records({"A": table(), "B": B}))
    scored = pd.DataFrame({"id": ["1", "2"], "list": ["A", "B"]})
    for file in (people, doubled):
        for read in (
            lambda file=file: model.check_labels(file),
            lambda file=file: ce.LinkageModel.from_scores(scored, file),
            lambda file=file: ce.LinkageModel.from_scores(file, file),
        ):
            with pytest.raises((InputError, UsageError)) as caught:
                read()
            assert "uorva" not in str(caught.value)
            assert str(caught.value)


def test_two_files_of_one_name_are_two_lists(tmp_path):
    for folder, people in (("x", table()), ("y", table(id=["4", "5", "6"])), ("z", B)):
        (tmp_path / folder).mkdir()
        people.to_csv(tmp_path / folder / ("b.csv" if folder == "z" else "a.csv"), index=False)
    with pytest.raises(UsageError, match="two files are called a, and a file is a list"):
        ce.Records.read(*(tmp_path / name for name in ("x/a.csv", "y/a.csv", "z/b.csv")))


@pytest.mark.parametrize("rules", ["given", [5], 5, [("given", 3)]])
def test_rules_that_are_none(rules):
    with pytest.raises(UsageError, match="rules: a rule is fields"):
        ce.LinkageModel(ce.Records({"A": table(), "B": B}), rules=rules)


def test_a_rule_of_one_field_is_that_field():
    model = ce.LinkageModel(ce.Records({"A": table(), "B": B}), rules=["given"])
    assert model.settings["rules"] == [["given"]]


def test_settings_that_are_no_numbers():
    records = ce.Records({"A": table(), "B": B})
    with pytest.raises(UsageError, match="kappa must lie between"):
        ce.LinkageModel(records, kappa="1")
    with pytest.raises(UsageError, match="seed must be a whole number"):
        ce.LinkageModel(records, seed="1")


def test_what_was_recognised_of_a_file_is_said_without_its_cells(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    lines = ["Quorvatti's list", "id,name,age", "1,José Quorvatti,30", "2,Omar Quorva,40"]
    one.write_bytes("\n".join([*lines, "* Quorvabri was added"]).encode("latin-1"))
    B.to_csv(two, index=False)
    records = ce.Records.read(one, two)
    assert len(records) == 4
    assert {code for code, _ in records.warnings} == {"encoding", "above_header", "footnote"}
    assert "uorva" not in str(records.warnings)


# Columns -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "read_as"),
    [
        ({"name": "Name", "age": "AGE"}, "'Name' as name, 'AGE' as age"),
        ({"name": "full name"}, "'full name' as name"),
        ({"name": "Nombre completo", "age": "Edad"}, "'Nombre completo' as name, 'Edad' as age"),
    ],
)
def test_usual_names_of_columns_are_read_and_said(names, read_as):
    said = notes(table().rename(columns=names))["recognised"]
    assert said == f"A: columns are read as fields: {read_as}"


def test_parts_under_usual_names():
    parts = pd.DataFrame({"first_name": ["Omar"], "Surname": ["Quorva"], "age": [3]})
    records = ce.Records({"A": parts, "B": parts.assign(age=4)})
    assert records._content.values["given"] == ["omar", "omar"]
    assert records._content.values["family"][0] == "quorva"


def test_a_column_that_the_analyst_names_keeps_its_name():
    frame = table().rename(columns={"age": "Age"})
    assert ce.Records({"A": frame, "B": B.rename(columns={"age": "Age"})}, by="Age").by == ("Age",)


def test_one_table_without_a_column_of_names_is_told_once():
    text = told(table().rename(columns={"name": "casualty"}))
    assert text == (
        "A has no column 'name', which holds names in other tables: rename its column; the columns "
        "are id, casualty, age"
    )


def test_a_blank_id_is_not_said_to_stand_twice():
    text = told(table(id=["", "1", "2"]))
    assert "the id is blank" in text
    assert "twice" not in text


# Cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "years"),
    [("infant", 0), ("newborn", 0), ("3 weeks", 0), ("60 wks", 1), ("30 yo", 30), ("6 months", 0)],
)
def test_ages_in_words(text, years):
    assert age(text) == years


@pytest.mark.parametrize(
    "text", ["30s", "25-30", "~30", "about 30", "30+", "<5", "U18", "adult", "in his 30s", "Child"]
)
def test_an_age_that_is_a_range_is_missing_and_counted(text):
    assert is_vague(text)
    assert age(text) is None
    assert notes(table(age=[text, text, 5]))["vague_age"] == (
        "A: 2 ages are ranges or words and are compared as missing"
    )


@pytest.mark.parametrize(("text", "said"), [("1980", "year of birth"), ("3o", "number of years")])
def test_an_age_that_is_none_is_an_error(text, said):
    assert not is_vague(text)
    assert said in told(table(age=[text, 1, 2]))


@pytest.mark.parametrize(
    ("text", "order", "wanted"),
    [
        ("13/04/2015", "", Day(2015, 4, 13)),
        ("03/04/2015", "day", Day(2015, 4, 3)),
        ("03/04/2015", "month", Day(2015, 3, 4)),
        ("3 April 2015", "", Day(2015, 4, 3)),
        ("April 2015", "", Day(2015, 4)),
        ("20150403", "", Day(2015, 4, 3)),
        ("2015", "", Day(2015)),
        ("2015-04-03 00:00:00", "", Day(2015, 4, 3)),
    ],
)
def test_dates_as_people_write_them(text, order, wanted):
    assert day(text, order) == wanted


def test_a_column_shows_whether_day_or_month_comes_first():
    assert order_of(["03/04/2015", "25/04/2015"]) == "day"
    assert order_of(["03/04/2015", "04/25/2015"]) == "month"
    assert order_of(["25/04/2015", "04/25/2015"]) == order_of(["03/04/2015"]) == ""
    dates = ["03/04/2015", "25/04/2015", ""]
    records = ce.Records({"A": table(date=dates), "B": B.assign(date="2015-04-03")})
    assert records._content.values["date"][0] == Day(2015, 4, 3)
    text = told(table(date=["03/04/2015", "", ""]), B.assign(date=""))
    assert "it may be day or month that comes first: write the date YYYY-MM-DD" in text


def test_a_year_of_another_calendar_is_asked_about():
    assert "another calendar" in told(table(date=["1436-05-01", "", ""]))


def test_words_for_sexes():
    assert (sex("Mujer"), sex("homme"), sex("Kad\u0131n"), sex("ذكر")) == ("f", "m", "f", "m")
    assert "h and m may be hombre and mujer" in told(table(sex=["H", "M", "M"]))
    ce.Records({"A": table(sex=["H", "F", "F"]), "B": B})  # homme and femme


def test_sexes_without_a_common_word_are_refused():
    coded = B.assign(sex=["1", "2"])
    assert "A and B have no word of the column sex in common" in told(
        table(sex=["f", "m", "m"]), coded
    )


def test_initials_are_counted():
    said = notes(table(name=["A. B.", "M.", "Omar Nasser"]))["initials"]
    assert said.startswith("2 records have initials only")


# The command ---------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    table().to_csv(tmp_path / "a.csv", index=False)
    B.to_csv(tmp_path / "b.csv", index=False)
    (tmp_path / "labels.csv").write_text("record,candidate\nQuorva,zz\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--labels", "labels.csv"], "line 2, column 'record': there is no record with this id"),
        (["--labels", "nofile.csv"], "there is no file"),
        (["--families", "bogus", "--json", "o.json"], "there is no family 'bogus'"),
        (["--matchings", "0", "--json", "o.json"], "matchings must be a whole number of at least"),
        (["--id", "ids"], "id: no table has a column 'ids'"),
        (["--seed", "-1"], "seed must be a whole number"),
        (["--matchings", "2000", "--json", "o.json"], "the matching has 1,000 draws, fewer than"),
        (["--joint", "--by", "age", "--json", "o.json"], "--joint takes lists without strata"),
        (["--joint"], "--joint is of the estimate"),
        (["--records", "5"], "--records is of the review page"),
    ],
)
def test_what_is_wrong_is_said_before_any_pair_is_compared(files, capsys, monkeypatch, words, said):
    from tests.support.command import run_flat

    def never(*_args, **_more):
        raise AssertionError

    monkeypatch.setattr("casualty_est.linkage.model.LinkageModel.pairs", never)
    monkeypatch.chdir(files)
    code, _, err = run_flat(capsys, "link", "a.csv", "b.csv", *words)
    assert code == 2
    assert said in err
    assert "uorva" not in err


@pytest.mark.thorough
def test_a_threshold_without_a_level_is_left_out():
    """At a high threshold lists may share nobody, and have no headline."""
    from casualty_est.linkage.into_lists import _answers

    class Matching:
        lists: ClassVar = ("A", "B")
        thresholds: ClassVar = {0.5: np.array([[0, 30, 40, 20]]), 0.99: np.array([[0, 50, 60, 0]])}

        def _table(self, counts, name):
            sizes = dict(zip(("A", "B", "A&B"), counts[0, 1:].tolist(), strict=True))
            return ce.CaptureHistories.from_overlaps(sizes, name=name)

    families = {"families": "independence"}
    spans = _answers(Matching.thresholds, Matching(), ce.ListModel, families, {"seed": 1})
    assert spans[0.5].low < 150 < spans[0.5].high
    assert spans[0.99] is None


def test_a_column_of_numbers_holds_no_names():
    assert "most names of the list A hold no letter" in told(table(name=["123", "4 5", "6"]))
    ce.Records({"A": table(name=["123", "Omar Nasser", "عمر ناصر"]), "B": B})


@pytest.mark.parametrize("sign", ["\x00", "\x1b[31m", "\u202e", "\ud800"])
def test_signs_that_no_name_has_are_read_and_never_shown(sign):
    names = pd.Series([f"Omar {sign}Quorvatti", "Lina Sabri", "Sana Haddad"], dtype=object)
    notes(table().assign(name=names))


@pytest.mark.thorough
def test_half_a_character_does_not_stop_the_review(tmp_path):
    pytest.importorskip("splink")
    names = pd.Series(["Omar \ud800Nasser", "Lina Sabri", "Sana Haddad"], dtype=object)
    model = ce.LinkageModel(ce.Records({"A": table().assign(name=names), "B": B}))
    page = model.review(tmp_path / "review.html", records=3)
    assert "Omar ?Nasser" in page.read_text("utf-8")
