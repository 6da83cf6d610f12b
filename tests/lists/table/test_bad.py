"""Bad tables of capture histories are told exactly what is wrong with them, and where."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from casualty_est.errors import InputError, UsageError
from casualty_est.lists.table.histories import CaptureHistories

FOLDER = Path(__file__).parents[2] / "data" / "bad_lists"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
SECRETS = ("SECRET-Ana", "SECRET-Ben", "SECRET-Cai")


def test_every_bad_file_has_an_expectation():
    assert {path.name for path in FOLDER.iterdir()} - {"expected.toml"} == set(EXPECTED)
    assert len(EXPECTED) >= 14


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_file_is_told_all_its_problems(name):
    case = EXPECTED[name]
    with pytest.raises((InputError, UsageError)) as caught:
        CaptureHistories.read(FOLDER / name, by=case.get("by", ()))
    if "usage" in case:
        assert isinstance(caught.value, UsageError)
        assert case["usage"] in str(caught.value)
        return
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == len(case["problems"]), told
    for text, (start, *fragments) in zip(told, case["problems"], strict=True):
        assert text.startswith(start)
        for fragment in fragments:
            assert fragment in text
    assert str(caught.value).startswith(f"{name} has {len(told)} problem")


def test_cells_of_a_column_nobody_called_a_list_stay_unshown():
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "id": [0, 1, "SECRET-Ana"]})
    with pytest.raises(InputError, match="row 3, column 'id'") as caught:
        CaptureHistories(frame)
    assert "SECRET" not in str(caught.value)
    with pytest.raises(InputError, match="row 3, column 'id', 'SECRET-Ana'"):
        CaptureHistories(frame, lists=["A", "B", "id"])


def test_thousands_of_bad_rows_are_counted_after_the_first():
    frame = pd.DataFrame({"A": [1, 0] * 150, "B": [0, 0] * 149 + [0, 1], "count": 1})
    with pytest.raises(InputError) as few:
        CaptureHistories(frame)
    assert [p.line for p in few.value.problems] == list(range(2, 299, 2))
    frame = pd.DataFrame({"A": [1] + [0] * 5000, "B": [1] + [0] * 5000, "count": 1})
    with pytest.raises(InputError) as many:
        CaptureHistories(frame)
    assert [p.line for p in many.value.problems] == [*range(2, 202), None]
    assert str(many.value.problems[-1]) == "and 4,800 more problems like these"


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"by": "mnth"}, r"by: .*no column 'mnth' \(did you mean 'month'\?\)"),
        ({"by": "month", "count": "numbr"}, r"count: .*'numbr' \(did you mean 'number'\?\)"),
        ({"by": "month", "lists": ["A", "b"]}, r"lists: .*'b' \(did you mean 'B'\?\)"),
        ({"by": "month", "lists": ["A", "A"]}, "lists names a column twice"),
        ({"by": ["month", "month"]}, "by names a column twice"),
        ({"by": ["month", "number"], "count": "number"}, "the count and a stratum at once"),
        ({"by": "month", "count": "number", "lists": ["A", "month"]}, "'month' cannot be a list"),
        ({"by": "month", "count": "number", "lists": "A"}, "2 to 40 lists, not 1"),
    ],
)
def test_wrong_options_are_named(options, match):
    frame = pd.DataFrame({"A": [1, 0], "B": [0, 1], "month": ["x", "y"], "number": [7, 8]})
    with pytest.raises((UsageError, InputError), match=match):
        CaptureHistories(frame, **options)


@pytest.mark.parametrize(
    ("inactive", "match"),
    [
        ({"D": [{"month": "1"}]}, "there is no list 'D'"),
        ({"C": [{"mnth": "1"}]}, r"'mnth' \(list C\) divides no strata \(did you mean 'month'"),
        ({"C": [{"month": "3"}]}, r"no stratum matches \{'month': '3'\} \(list C\)"),
        ({"C": [{}]}, "no stratum matches"),
    ],
)
def test_an_unknown_place_of_a_list_not_at_work_is_named(inactive, match):
    frame = pd.DataFrame({"A": [1, 1], "B": [1, 1], "C": [0, 1], "month": [1, 2]})
    with pytest.raises(UsageError, match=match):
        CaptureHistories(frame, by="month", inactive=inactive)


def test_a_place_without_strata_says_to_name_the_column():
    frame = pd.DataFrame({"A": [1, 1], "B": [1, 1], "C": [0, 1]})
    with pytest.raises(UsageError, match="name the column in by"):
        CaptureHistories(frame, inactive={"C": [{"month": "1"}]})


# Identifiers -----------------------------------------------------------------------------------


def _long(people, lists, **more):
    return pd.DataFrame({"person": people, "list": lists, **more})


@pytest.mark.parametrize(
    ("frame", "options", "match"),
    [
        (_long([*SECRETS], ["A", "B", ""]), {}, "row 3, column 'list': the cell is blank"),
        (_long(["SECRET-Ana", "", "SECRET-Ben"], ["A", "B", "A"]), {}, "row 2, column 'person'"),
        (
            _long([*SECRETS], ["A", "B", "A"], age=[1, 2, 3]),
            {},
            "column 'age'.*no column is ignored",
        ),
        (_long([*SECRETS], ["A", "A", "A"]), {}, "2 to 40 lists, not 1"),
        (
            _long(["SECRET-Ana", "SECRET-Ben", "SECRET-Ana"], ["A", "B", "B"], sex=["f", "m", "m"]),
            {"by": "sex"},
            "row 3: the person of row 1 stands in another stratum here",
        ),
        (_long([*SECRETS], ["A", "B", "A"]), {"by": "person"}, "are different columns"),
        (_long([*SECRETS], ["A", "B", "A"]), {"person": "list"}, "are different columns"),
        (
            _long([*SECRETS], ["A", "B", "A"]),
            {"person": "list", "list_column": "person"},
            "more lists than people: is 'list' swapped with 'person'",
        ),
        (
            _long([f"SECRET-{i}" for i in range(50)], ["A", "B"] * 25),
            {"person": "list", "list_column": "person"},
            "2 to 40 lists, not 50; .*swapped",
        ),
        (
            _long([*SECRETS], ["A", "B", "A"]),
            {"person": "Person"},
            r"no column 'Person' \(did you mean 'person'\?\); it has 2 columns",
        ),
    ],
)
def test_no_error_repeats_an_identifier(frame, options, match):
    with pytest.raises((InputError, UsageError), match=match) as caught:
        CaptureHistories.from_long(frame, **options)
    assert "SECRET" not in str(caught.value) + repr(getattr(caught.value, "problems", ""))


def test_a_long_file_without_a_header_does_not_print_its_first_person(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("person-SECRET,A\nSECRET-Ben,B\n", encoding="utf-8")
    with pytest.raises(UsageError, match="it has 2 columns, named in the first row") as caught:
        CaptureHistories.from_long(path)
    assert "SECRET" not in str(caught.value)


def test_a_bad_long_file_is_told_its_lines(tmp_path):
    path = tmp_path / "long.csv"
    text = "person,list,sex\nSECRET1,A,f\nSECRET1,,f\nSECRET2,B,m\n,B,m\nSECRET2,A,f\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        CaptureHistories.from_long(path, by="sex")
    assert [(p.line, p.column) for p in caught.value.problems] == [
        (3, "list"),
        (5, "person"),
        (6, None),
    ]
    assert "the person of line 4" in str(caught.value)
    assert "SECRET" not in str(caught.value)


# Overlaps --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sets", "exact", "match"),
    [
        ({"A": 5}, True, "2 to 40 lists, not 1"),
        ({f"L{i}": 1 for i in range(41)}, True, "not 41"),
        ({"A": 5, "B": -1}, True, "the overlap 'B' needs a whole number of people, not -1"),
        ({"A": 5, "B": 2.5}, True, "'B' needs a whole number"),
        ({"A": 5, "B": True}, True, "'B' needs a whole number"),
        ({"A": 5, "B": 10**13}, True, "'B' needs a whole number"),
        ({"A&B": 1, ("B", "A"): 2}, True, "is given twice"),
        ({"A&A": 1, "B": 2}, True, "each once, not 'A&A'"),
        ({"A&": 1, "B": 2}, True, "each once, not 'A&'"),
        ({(1, 2): 1}, True, r"not \(1, 2\)"),
        ({"A": 5, "B": 5, "C": 5, "A&B": 1, "A&C": 2, "B&C": 1}, False, "'A&B&C' is missing"),
        ({"A": 5, "B": 5, "A&B": 6}, False, "on 'A' and other lists than on 'A'; .*'B'"),
        # Each pair is possible, their union is not: 4 + 4 of five people with nobody twice.
        (
            {"A": 5, "B": 9, "C": 9, "A&B": 4, "A&C": 4, "B&C": 0},
            False,
            "on 'A' and other lists than on 'A'",
        ),
        ({"A": 0, "B": 5, "A&B": 3}, False, "on 'A' and other lists than on 'A'"),
        (pd.DataFrame(np.eye(3, dtype=int)), True, "who is on three lists is not in it"),
        (np.array([[5, 1], [2, 5]]), True, "symmetric, not 1 and 2"),
        (np.array([[5, np.nan], [np.nan, 5]]), True, "symmetric, not nan and nan"),
        (np.array([5, 1]), True, "write a mapping"),
        (pd.DataFrame([[5, 1], [1, 5]], ["A", "B"], ["B", "A"]), True, "are the same lists"),
    ],
)
def test_impossible_overlaps_are_refused(sets, exact, match):
    with pytest.raises(UsageError, match=match):
        CaptureHistories.from_overlaps(sets, exact=exact)


def test_an_overlap_list_of_nobody_is_refused():
    with pytest.raises(InputError, match="column 'B': the list holds nobody"):
        CaptureHistories.from_overlaps({"A": 5, "B": 0, "A&C": 3})
    with pytest.raises(InputError, match="column 'B': the list holds nobody"):
        CaptureHistories.from_overlaps({"A": 5, "B": 0, "A&B": 0}, exact=False)


@pytest.mark.parametrize(
    "text", ["<5", "< 10", "\u22645", "1-4", "1\u20134", "*", "c", "suppressed"]
)
def test_withheld_counts_say_what_to_do(text):
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": ["30", "8", text]})
    with pytest.raises(InputError, match=r"row 3.*this count is withheld: ask who .* twice"):
        CaptureHistories(frame)
    with pytest.raises(UsageError, match=r"the overlap 'A&B'.*this count is withheld"):
        CaptureHistories.from_overlaps({"A": 30, "B": 8, "A&B": text})


def test_what_is_no_number_is_not_called_withheld():
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": ["30", "8", "many"]})
    with pytest.raises(InputError, match="as in 1131: correct it"):
        CaptureHistories(frame)


@pytest.mark.parametrize(
    "columns",
    [
        {"times": [1, 2, 3], "count": [30, 12, 5]},
        {"captures": [3, 2, 1], "Freq": [0, 2, 9]},
        {"f1": [30], "f2": [12], "f3": [1]},
        {"times": [1, 2, 1, 2], "count": [30, 12, 5, 2], "sex": ["f", "f", "m", "m"]},
        {"captures": [1, 1, 2, 1, 3]},
    ],
)
def test_counts_of_captures_are_refused_in_one_sentence(columns):
    by = ("sex",) if "sex" in columns else ()
    with pytest.raises(InputError, match="recorded once, twice and so on") as raised:
        CaptureHistories(pd.DataFrame(columns), by=by)
    assert len(raised.value.problems) == 1
    with pytest.raises(UsageError, match="recorded once, twice and so on"):
        CaptureHistories.from_overlaps({1: 30, 2: 12, 3: 5})


@pytest.mark.parametrize(
    "columns",
    [
        {"1": [1, 0, 1], "2": [0, 1, 1]},
        {"f1": ["yes", "no", "yes"], "f2": ["no", "yes", "yes"]},
        {"f1": [1, 0, 1], "f2": [0, 1, 1], "count": [5, 4, 3]},
    ],
)
def test_lists_by_number_are_still_lists(columns):
    assert len(CaptureHistories(pd.DataFrame(columns), name="lists").lists) == 2
