"""Tables as people have them: read as what they mean, or asked about in one sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import InputError, UsageError

ROWS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]])
COUNTS = [69, 55, 63, 21, 17, 18, 28]


def written(on, off, count="count", counts=COUNTS):
    """The same seven rows in other words."""
    frame = pd.DataFrame(np.where(ROWS == 1, on, off), columns=["A", "B", "C"])
    return frame.assign(**{count: counts})


@pytest.fixture(scope="module")
def wanted():
    return ce.CaptureHistories(written("1", "0"))


@pytest.mark.parametrize(
    ("on", "off"),
    [
        ("TRUE", "FALSE"),
        ("yes", "no"),
        ("Y", "N"),
        ("sí", "no"),
        ("oui", "non"),
        ("obs", "un"),
        ("1.0", "0.0"),
    ],
)
def test_two_marks_are_read_alike(on, off, wanted):
    histories = ce.CaptureHistories(written(on, off))
    assert histories == wanted
    assert histories.warnings == ()


@pytest.mark.parametrize("off", ["", "NA", ".", "-"])
@pytest.mark.parametrize("on", ["x", "1", "✓", "yes"])
def test_one_mark_and_blanks_are_read_and_said(on, off, wanted):
    histories = ce.CaptureHistories(written(on, off))
    assert histories == wanted
    assert "a blank cell is read as not on the list" in dict(histories.warnings)["default"]


def test_blanks_beside_zeros_still_mean_that_a_list_was_not_at_work():
    frame = written("1", "0")
    frame.loc[0, "B"] = ""
    with pytest.raises(InputError, match="write 0 or 1"):
        ce.CaptureHistories(frame)


def test_identifiers_count_as_marks_where_the_lists_are_named(wanted):
    frame = written("", "")
    for j, name in enumerate("ABC"):
        frame[name] = [f"{name}-{i}" if ROWS[i, j] else "" for i in range(7)]
    with pytest.raises(InputError, match="any mark counts as 1") as asked:
        ce.CaptureHistories(frame)
    assert "A-0" not in str(asked.value)
    assert ce.CaptureHistories(frame, lists=["A", "B", "C"]) == wanted


@pytest.mark.parametrize("name", ["Count", "freq", "Freq", "n", "N", "people", "y"])
def test_usual_names_of_the_count_are_known(name, wanted):
    histories = ce.CaptureHistories(written("1", "0", count=name))
    assert histories == wanted
    assert f"column {name!r} is read as the number of people" in dict(histories.warnings)["default"]


def test_a_count_of_ones_is_no_list():
    frame = written("1", "0", count="n", counts=[1, 1, 1, 0, 0, 0, 1])
    histories = ce.CaptureHistories(frame)
    assert (histories.lists, histories.people) == (("A", "B", "C"), 4)
    named = ce.CaptureHistories(frame, lists=["A", "B", "C", "n"])
    assert named.lists == ("A", "B", "C", "n")


@pytest.mark.parametrize("unknown", ["", "NA", "?", "0"])
def test_the_people_on_no_list_may_be_unknown(unknown, wanted):
    frame = written("1", "0").astype(str)
    frame.loc[7] = ["0", "0", "0", unknown]
    assert ce.CaptureHistories(frame) == wanted
    frame.loc[7, "count"] = "240"
    with pytest.raises(InputError, match="a person on no list cannot be in the table"):
        ce.CaptureHistories(frame)
    frame.loc[7] = ["1", "0", "0", unknown]
    if unknown != "0":
        with pytest.raises(InputError, match="a count is a whole number of people"):
            ce.CaptureHistories(frame)


def test_people_on_none_of_the_named_lists_are_left_out_and_said():
    frame = pd.DataFrame(ROWS, columns=["A", "B", "C"]).assign(age=40)
    histories = ce.CaptureHistories(frame, lists=["A", "B"])
    assert histories.people == 6
    said = dict(histories.warnings)
    assert said["unused"] == "columns that are not used: C, age"
    assert said["nobody"].startswith("1 people in the table are on none of these lists")
    rows = pd.DataFrame([*ROWS.tolist(), [0, 0, 0]], columns=["A", "B", "C"])
    assert ce.CaptureHistories(rows).people == 7  # a row for each person, as verdata has them


def test_an_empty_list_is_left_out_and_said(wanted):
    histories = ce.CaptureHistories(written("1", "0").assign(D=0))
    assert histories == wanted
    text = "list D names nobody in the whole table: left out"
    assert ("empty_list", text) in histories.warnings
    with pytest.raises(InputError, match="the list holds nobody in the whole table"):
        ce.CaptureHistories(pd.DataFrame({"A": [1, 1], "B": [0, 0]}))


@pytest.mark.parametrize("name", ["female", "age_imputed", "is_child", "Died"])
def test_a_property_of_people_is_asked_about(name):
    frame = written("1", "0").assign(**{name: [0, 1, 0, 1, 0, 1, 0]})
    with pytest.raises(InputError, match=f"column '{name}': is this column a list"):
        ce.CaptureHistories(frame)
    assert ce.CaptureHistories(frame, by=name).by == (name,)
    lists = ["A", "B", "C"]
    assert ce.CaptureHistories(frame, lists=lists).lists == tuple(lists)
    assert ce.CaptureHistories(frame, lists=[*lists, name]).lists == (*lists, name)


def test_histories_of_digits(wanted):
    keys = ["".join(map(str, row)) for row in ROWS]
    overlaps = dict(zip(keys, COUNTS, strict=True))
    named = ce.CaptureHistories.from_overlaps(overlaps, lists=("A", "B", "C"))
    assert named == wanted
    unnamed = ce.CaptureHistories.from_overlaps({**overlaps, "000": 0})
    assert unnamed.lists == ("list 1", "list 2", "list 3")
    assert "one digit for each list" in dict(unnamed.warnings)["default"]
    frame = pd.DataFrame({"history": keys, "freq": COUNTS})
    in_a_table = ce.CaptureHistories(frame)
    assert in_a_table == unnamed
    assert "texts of column 'history'" in in_a_table.warnings[0][1]
    for bad, part in [
        ({"overlaps": {**overlaps, "000": 5}}, "'000' is the people on no list"),
        ({"overlaps": overlaps, "lists": ("A", "B")}, "need 3 lists, not 2"),
        ({"overlaps": overlaps, "exact": False}, "omit exact=False"),
        ({"overlaps": {"A": 5, "A&B": 2, "B": 3}, "lists": ("A", "B")}, "these keys name lists"),
    ]:
        with pytest.raises(UsageError, match=part):
            ce.CaptureHistories.from_overlaps(**bad)


def test_a_code_beside_lists_is_no_history():
    with pytest.raises(InputError, match="column 'code'"):
        ce.CaptureHistories(written("1", "0").assign(code=["01", "10"] * 3 + ["11"]))
