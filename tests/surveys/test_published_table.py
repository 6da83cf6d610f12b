"""Tables of published estimates: what is read, and what is refused with line and column."""

from __future__ import annotations

import pandas as pd
import pytest

import casualty_est as ce

GOOD = "source,estimate,low,high,prob\nIFHS,151000,104000,223000,0.95\n"


def read(tmp_path, text):
    path = tmp_path / "survey.csv"
    path.write_text(text, encoding="utf-8")
    return ce.Survey.read(path)


def problems(tmp_path, header, *rows):
    with pytest.raises(ce.InputError) as error:
        read(tmp_path, "\n".join([header, *rows]) + "\n")
    return [(p.line, p.column, p.reason) for p in error.value.problems]


def ends(row):
    return row.quantity.low, row.quantity.best, row.quantity.high, row.quantity.level


def test_the_interval_in_columns_and_in_the_text_are_the_same(tmp_path):
    columns = read(tmp_path, GOOD).rows[0]
    text = ce.Survey(
        pd.DataFrame({"source": ["IFHS"], "estimate": ["151,000 (95% CI 104,000-223,000)"]})
    ).rows[0]
    assert ends(columns) == ends(text) == (104_000, 151_000, 223_000, 0.95)


def test_a_level_that_is_not_stated_is_said(tmp_path):
    survey = read(tmp_path, "source,estimate,low,high\nA,100,50,150\n")
    assert [code for code, _ in survey.warnings] == ["level_assumed"]


def test_a_column_that_nobody_reads_is_said(tmp_path):
    survey = read(tmp_path, "source,estimate,low,high,prob,fieldwrok\nA,100,50,150,.9,2\n")
    assert survey.warnings == (
        (
            "unknown_columns",
            "1 unknown column is not used: 'fieldwrok' (did you mean 'fieldwork'?)",
        ),
    )


def test_probabilities_over_one(tmp_path):
    found = problems(tmp_path, GOOD.splitlines()[0] + ",response", "A,100,50,150,95,96.2")
    assert [(line, column) for line, column, _ in found] == [(2, "prob"), (2, "response")]
    assert "write 0.95 for 95%" in found[0][2]
    assert "write 0.962 for 96.2%" in found[1][2]


def test_a_survey_without_denominators(tmp_path):
    header = "source,estimate,deaths,members,population"
    [(line, column, reason)] = problems(tmp_path, header, "A,,12,900,")
    assert (line, column) == (2, "estimate")
    assert "without deaths, members" in reason


def test_denominators_stand_for_an_estimate(tmp_path):
    header = "source,estimate,deaths,members,population,clusters,households"
    [row] = read(tmp_path, header + "\nA,,12,900,90000,30,150\n").rows
    assert (row.quantity.best, row.has_interval) == (1200, False)


def test_a_number_without_interval_or_design(tmp_path):
    [(_, column, reason)] = problems(tmp_path, "source,estimate", "A,1000")
    assert column == "estimate"
    assert "deaths, clusters and households" in reason


def test_every_bad_row_is_named_at_once(tmp_path):
    header = "source,estimate,low,high,deaths,members,clusters,selected,start,end"
    found = problems(
        tmp_path,
        header,
        ",100,50,150,,,,,,",
        "A,100,50,,,,,,,",
        "B,100,120,150,,,,,,",
        "C,100,50,150,9,8,,,,",
        "D,100,50,150,,,30,20,,",
        "E,100,50,150,,,,,2003-02-01,2003-01-01",
        "F,about a hundred dozen thousand,,,,,,,,",
    )
    assert [(line, column) for line, column, _ in found] == [
        (2, "source"),
        (3, "low"),
        (4, "low"),
        (5, "deaths"),
        (6, "clusters"),
        (7, "end"),
        (8, "estimate"),
    ]


def test_one_study_states_one_number_for_one_count(tmp_path):
    [(line, column, reason)] = problems(tmp_path, GOOD.splitlines()[0], *["A,100,50,150,.9"] * 2)
    assert (line, column) == (3, "source")
    assert "in line 2 already" in reason


def test_no_deaths_without_denominators(tmp_path):
    header = "source,estimate,deaths,clusters,households"
    [(_, _, reason)] = problems(tmp_path, header, "A,0,0,30,900")
    assert "upper bound, which needs deaths 0, members and population" in reason


def test_a_table_of_something_else_is_told_the_three_forms(tmp_path):
    with pytest.raises(ce.UsageError, match="published estimates have the columns source and est"):
        read(tmp_path, "A,B\n1,2\n")


def test_the_frame_is_read_back(tmp_path):
    survey = read(tmp_path, GOOD)
    again = ce.Survey(survey.to_frame())
    assert ends(again.rows[0]) == ends(survey.rows[0])


def test_an_outcome_that_nobody_knows_is_told_with_its_row(tmp_path):
    with pytest.raises(ce.InputError, match="line 2, column 'outcome', 'exces': expected one of"):
        read(tmp_path, "source,estimate,low,high,outcome\nA,655000,393000,943000,exces\n")


def test_a_level_may_be_in_percent(tmp_path):
    survey = read(tmp_path, "source,estimate,low,high,prob\nA,100,80,130,90%\nB,100,80,130,0.9\n")
    assert [row.quantity.level for row in survey.rows] == [0.9, 0.9]


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ("1250,800", "starts at 1,250 and ends below that, at 800"),
        ("1000,1000", "low and high are both 1,000, and no study is that sure"),
        ("1100,1250", "the estimate, 1,000, lies outside its interval, 1,100 to 1,250"),
    ],
)
def test_an_interval_that_cannot_be(tmp_path, ends, told):
    path = tmp_path / "survey.csv"
    path.write_text(f"source,estimate,low,high\nA,1000,{ends}\n", encoding="utf-8")
    with pytest.raises(ce.InputError, match=told):
        ce.Survey.read(path)


def test_interviews_that_end_before_the_window_are_said(tmp_path):
    path = tmp_path / "survey.csv"
    head = "source,estimate,low,high,start,end,fieldwork"
    path.write_text(f"{head}\nA,1000,800,1250,2019-01-01,2019-12-31,2019-05-05\n", encoding="utf-8")
    (told,) = [text for code, text in ce.Survey.read(path).warnings if code[:9] == "fieldwork"]
    assert told.startswith("the interviews of A ended on 2019-05-05, before")
