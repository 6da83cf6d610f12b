"""Shapes of tables that would be misread without a word, and what each is told instead."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import InputError, UsageError

PATTERNS = ["100", "010", "001", "110", "101", "011", "111"]
TIMES = [12, 9, 11, 5, 4, 6, 3]


def people(**columns):
    """A row for each of 50 people on three lists."""
    rows = [list(map(int, pattern)) for pattern, n in zip(PATTERNS, TIMES, strict=True)]
    cells = np.repeat(rows, TIMES, axis=0)
    return pd.DataFrame(cells, columns=["A", "B", "C"]).assign(**columns)


def half(number=50):
    """Marks that have nothing to do with the lists."""
    return np.arange(number) % 2


def told(frame, **options):
    with pytest.raises((InputError, UsageError)) as caught:
        ce.CaptureHistories(frame, **options)
    return str(caught.value)


# What was misread silently -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["n", "number", "Cases"])
def test_numbers_of_the_rows_are_no_numbers_of_people(name):
    assert "as where it numbers the people" in told(people(**{name: range(1, 51)}))
    shuffled = np.random.default_rng(1).permutation(50) + 1_000
    assert "name it in count (--count)" in told(people(**{name: shuffled}))
    assert ce.CaptureHistories(people(**{name: shuffled}), count=name).people == shuffled.sum()


def test_a_column_called_count_may_number_the_rows_too():
    assert "numbers the rows and counts nobody" in told(people(count=range(50)))
    distinct = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [1, 2, 3]})
    assert ce.CaptureHistories(distinct).people == 6


@pytest.mark.parametrize("total", ["Total", "ALL", "Всего", "overall:"])
def test_a_stratum_that_adds_up_the_others_is_refused(total):
    frame = pd.concat([people(sex="f"), people(sex="m"), people(sex=total), people(sex=total)])
    assert "adds up the others, which would count twice" in told(frame, by="sex")
    assert ce.CaptureHistories(people(sex=total), by="sex").people == 50
    rows = pd.DataFrame(
        {"person": [1, 2, 3, 4], "list": ["A", "B", "A", "B"], "sex": ["f", "f", total, total]}
    )
    with pytest.raises(InputError, match="adds up the others"):
        ce.CaptureHistories.from_long(rows, by="sex")


@pytest.mark.parametrize("joined", ["A and B", "A,B", "A + B", "A∩B", "A y B", "A|B"])
def test_an_overlap_in_other_signs_is_no_list(joined):
    with pytest.raises(UsageError, match="write 'A&B' for people on A and B"):
        ce.CaptureHistories.from_overlaps({"A": 20, "B": 9, joined: 4})


def test_a_list_may_have_and_in_its_name():
    table = ce.CaptureHistories.from_overlaps({"Truth and Justice": 20, "B": 9, "B&C": 4, "C": 3})
    assert table.lists == ("Truth and Justice", "B", "C")


@pytest.mark.parametrize("keys", [("1", "10", "11"), (1, 10, 11), ("1", "10", "100")])
def test_keys_that_lost_their_first_zeros_are_no_lists(keys):
    with pytest.raises(UsageError, match="lost their first zeros"):
        ce.CaptureHistories.from_overlaps(dict(zip(keys, (20, 9, 4), strict=True)))


@pytest.mark.parametrize("numbers", [[1, 10, 11, 100, 101], [1, 10]])
def test_histories_that_lost_their_first_zeros_are_no_lists(numbers):
    text = told(pd.DataFrame({"history": numbers, "n": range(5, 5 + len(numbers))}))
    assert "as text with one digit for each list, as in 001 and 010" in text


@pytest.mark.parametrize(
    "name", ["child", "isFemale", "under18", "niño", "airstrike", "Menor.edad"]
)
def test_more_properties_of_people_are_asked_about(name):
    text = told(people(**{name: half()}))
    assert f"column {name!r}: is this column a list?" in text
    assert ce.CaptureHistories(people(**{name: half()}), by=name).by == (name,)


def test_a_list_of_a_group_of_women_is_a_list():
    frame = people().rename(columns={"C": "women"})
    assert ce.CaptureHistories(frame).lists == ("A", "B", "women")


def test_a_property_of_counted_people_is_asked_about_by_its_name():
    counted = people(child=half()).value_counts().reset_index()
    assert "column 'child': is this column a list?" in told(counted)
    assert len(ce.CaptureHistories(counted.rename(columns={"child": "D"})).lists) == 4


def test_a_property_of_any_name_is_asked_about_where_nobody_is_on_it_alone():
    frame = people(kurdish=half())
    assert "whoever is on it is on another list too" in told(frame)
    named = ce.CaptureHistories(frame, lists=["A", "B", "C", "kurdish"])
    assert named.lists[-1] == "kurdish"
    frame.loc[:3, "kurdish"] = 1
    frame.loc[:3, ["A", "B", "C"]] = 0  # now it holds people of its own
    assert len(ce.CaptureHistories(frame).lists) == 4


def test_identifiers_in_several_rows_are_said():
    frame = people(case_id=[f"SECRET{i // 2}" for i in range(50)])
    notes = ce.CaptureHistories(frame, lists=["A", "B", "C"]).warnings
    assert ("unused", "columns that are not used: case_id") in notes
    (text,) = [text for code, text in notes if code == "repeated"]
    assert text.startswith("25 rows repeat an identifier in column 'case_id'")
    assert "SECRET" not in str(notes)


def test_strata_of_no_label_and_of_two_spellings_are_said():
    frame = pd.concat([people(sex="f"), people(sex="F"), people(sex="")])
    texts = [text for _, text in ce.CaptureHistories(frame, by="sex").warnings]
    assert "50 rows say nothing in 'sex': such rows are a stratum of their own" in texts
    assert any("'f' and 'F' are taken as different strata (sex)" in text for text in texts)


# What was refused without help ---------------------------------------------------------------


def test_true_and_false_of_r_are_read_and_a_sex_is_not():
    frame = people()
    letters = frame.replace({1: "T", 0: "F"})
    assert ce.CaptureHistories(letters) == ce.CaptureHistories(frame)
    sexes = np.where(np.arange(50) % 3, "F", "M")
    assert "column 'sex'" in told(people(sex=sexes))


@pytest.mark.parametrize(
    ("on", "off"), [("WAHR", "FALSCH"), ("VERDADERO", "FALSO"), ("ИСТИНА", "ЛОЖЬ"), ("+", "-")]
)
def test_true_of_a_spreadsheet_in_another_language(on, off):
    frame = people()
    assert ce.CaptureHistories(frame.replace({1: on, 0: off})).people == 50


def test_a_long_table_is_told_its_options():
    frame = pd.DataFrame({"person": ["p1", "p1", "p2"], "list": ["HRW", "OSCE", "HRW"]})
    text = told(frame)
    assert "--person, --list-column; from_long" in text
    assert "p1" not in text


@pytest.mark.parametrize(
    ("columns", "advice"),
    [
        ({"rep": [1, 2] * 25}, "--replicate (read_replicates)"),
        ({"weight": [1.5, 1] * 25}, "lists take no sampling weights"),
        ({"Unnamed: 0": range(50)}, "it numbers the rows: remove it"),
        ({"obs": [3, 4] * 25}, "if it is the number of people of each row, name it in count"),
        ({"place": ["x1", "y1"] * 25}, "name it in by (--by) if it divides the table"),
    ],
)
def test_a_column_without_a_use_is_told_what_it_may_be(columns, advice):
    text = told(people(**columns))
    assert advice in text
    assert "as in --lists A,B,C, other columns are not used" in text


def test_codes_of_a_statistics_package_are_told_to_write_1_and_0():
    text = told(people().replace({0: 2}))
    assert "its cells are '1' and '2': if it is a list, write 1 for who is on it" in text


def test_cells_of_a_list_are_told_by_their_kind():
    frame = people().astype(object)
    once = frame.copy()
    once.loc[[0, 1, 30], "A"] = 2
    assert "write 1 also for who is on it twice" in told(once)
    frame.loc[[0, 1, 30], "A"] = ["k1", "k2", "k3"]
    assert "if these are identifiers, write 1 in place of each" in told(frame, lists=["A", "B"])


@pytest.mark.parametrize(
    ("count", "advice"), [("1.200", "write 1200 if it means that"), ("2,5", "sampling weights")]
)
def test_counts_with_a_sign_are_told_what_to_write(count, advice):
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [count, "30", "4"]})
    assert advice in told(frame)


def test_many_lists_are_named_by_how_they_begin():
    frame = (
        people().rename(columns=lambda name: f"in_{name}").assign(in_D=[1, *[0] * 49], place="z")
    )
    assert "--lists 'in_*'" in told(frame)
    assert ce.CaptureHistories(frame, lists="in_*").lists == ("in_A", "in_B", "in_C", "in_D")
    with pytest.raises(UsageError, match="no column 'on_"):
        ce.CaptureHistories(frame, lists="on_*")


def test_a_missing_column_of_replicates_is_named(tmp_path):
    path = tmp_path / "lists.csv"
    people(run=1).to_csv(path, index=False)
    with pytest.raises(UsageError, match="replicate: the table has no column 'runs'"):
        ce.CaptureHistories.read_replicates(path, replicate="runs")


def test_whole_numbers_of_pandas_are_counts():
    assert ce.CaptureHistories.from_overlaps({"A": 20.0, "B": 9.0, "A&B": 4.0}).people == 33


def test_counts_that_may_be_sizes_of_lists_are_asked_about_in_a_note():
    sizes = {"A": 200, "B": 300, "A&B": 100}
    (note,) = ce.CaptureHistories.from_overlaps(sizes).warnings
    assert note == (
        "default",
        "each count is read as people on exactly these lists; if they are sizes of lists and of "
        "overlaps, give exact=False",
    )
    assert ce.CaptureHistories.from_overlaps(sizes, exact=False).people == 400
    # More people on both than on one of them: these are no sizes.
    assert not ce.CaptureHistories.from_overlaps({"A": 20, "B": 30, "A&B": 100}).warnings


@pytest.mark.parametrize("name", ["count", "n", "People"])
def test_a_list_called_like_a_count_is_asked_about(name):
    frame = people().rename(columns={"C": name})
    assert f"column {name!r}: is this the number of people, or a list?" in told(frame)
    lists = ["A", "B"]
    assert ce.CaptureHistories(frame, lists=lists).people == frame[name].sum() - 11


def test_a_list_that_is_the_sum_of_others_is_asked_about():
    assert "its name is that of a sum of others" in told(people().rename(columns={"A": "Total"}))
    rows = pd.DataFrame({"person": [1, 2, 3, 1], "list": ["A", "B", "A", "Total"]})
    with pytest.raises(InputError, match="a list of this name adds up the others"):
        ce.CaptureHistories.from_long(rows)


def test_identifiers_that_begin_anew_in_each_list_are_refused():
    rows = pd.DataFrame({"person": [1, 2, 3, 4, 1, 2, 3], "list": ["A"] * 4 + ["B"] * 3})
    with pytest.raises(InputError, match="number the rows of each list anew"):
        ce.CaptureHistories.from_long(rows)
    rows.loc[6, "person"] = 9
    assert ce.CaptureHistories.from_long(rows).people == 5


def test_digits_of_other_scripts():
    frame = pd.DataFrame(
        {"A": ["١", "٠", "١"], "B": ["０", "１", "１"], "count": ["٣٠", "４０", "3"]}
    )
    assert ce.CaptureHistories(frame).people == 73


def test_empty_lists_of_many_strata_are_one_note():
    frame = pd.concat([people(part=part) for part in range(6)])
    frame.loc[frame["part"] < 5, "C"] = 0
    notes = [
        text for code, text in ce.CaptureHistories(frame, by="part", lists=["A", "B", "C"]).warnings
    ]
    assert "list C names nobody in 5 of 6 strata, though it was at work" in notes


def test_codes_where_one_column_alone_looks_like_a_list():
    """Minus one for no: by chance most cells of one column may be 1."""
    text = told(people().replace({0: -1}).assign(A=lambda frame: frame["A"].abs()))
    assert "its cells are '-1' and '1'" in text


def test_a_row_of_sums_is_known_by_its_numbers():
    frame = people().astype(object)
    frame.loc[50] = frame.sum().tolist()
    assert "row 51, column 'A': this row adds up the others: remove it" in told(frame)
    frame.loc[50, "B"] += 1
    assert "write 1 also for who is on it twice" in told(frame)
