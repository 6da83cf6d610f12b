"""Lists and strata with too few people: what is left out, and what becomes of the people."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import casualty_est as ce
from casualty_est.cli.main import app
from casualty_est.errors import UsageError

HISTORIES = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
# In month 2 three people are on list C, two of them on it alone; month 3 holds five people.
MONTHS = {
    "1": [60, 50, 40, 20, 15, 12, 9],
    "2": [30, 25, 2, 12, 1, 0, 0],
    "3": [2, 1, 1, 0, 0, 0, 1],
}


def _frame(months=MONTHS):
    parts = [
        pd.DataFrame(HISTORIES, columns=["A", "B", "C"]).assign(month=month, count=counts)
        for month, counts in months.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _model(min_n, months=MONTHS, **settings):
    histories = ce.CaptureHistories(_frame(months), by="month")
    return ce.ListModel(histories, min_n=min_n, **{"families": "independence"} | settings)


def _said(model):
    return [text for code, text in model.notes if code == "min_n"]


def test_small_lists_and_strata_are_left_out_and_named():
    model = _model(5)
    first, second = model.histories.strata
    assert first.table.lists == ("A", "B", "C")
    assert (second.table.lists, second.inactive) == (("A", "B"), ("C",))
    # By hand: 30 on A alone and one who was on A and C; 25 on B; 12 on both.
    assert sorted(second.table.counts.tolist()) == [12, 25, 31]
    assert model.histories.people == 206 + 68
    lists, strata = _said(model)
    assert lists == (
        "lists with fewer than 5 people are left out (min_n): C in month 2 (3 people); 2 of these "
        "people are on no other list and count among those on no list"
    )
    assert "fewer than 2 lists name 5 people or more there (min_n): month 3 (5 peopl" in strata
    assert "the total includes neither the 5 people listed there nor" in strata
    assert model.settings["not_fitted"] == [{"strata": {"month": "3"}, "people": 5}]


def test_nothing_is_left_out_by_default():
    model = _model(1)
    assert len(model.histories) == 3
    assert not _said(model)
    assert "min_n" not in model.settings
    # Everybody counts who is on a list that is just large enough.
    assert not _said(_model(3, {month: MONTHS[month] for month in "12"}))


def test_a_family_of_three_lists_needs_three():
    model = _model(5, families="decomposable")
    assert [stratum.name for stratum in model.histories.strata] == ["month 1"]
    (strata,) = _said(model)
    assert "2 strata are not fitted because fewer than 3 lists name 5 people or more in" in strata
    assert "month 2 (70 people) and month 3 (5 people); the total includes neither the 75" in strata


def test_a_list_that_is_small_everywhere_is_no_list():
    frame = _frame({"1": [60, 50, 1, 20, 1, 0, 0]}).drop(columns="month")
    model = ce.ListModel(ce.CaptureHistories(frame), min_n=3, families="independence")
    assert model.histories.lists == ("A", "B")
    (text,) = _said(model)
    assert (
        "left out (min_n): C (2 people); 1 of these people is on no other list and counts" in text
    )


def test_of_replicates_the_smallest_counts():
    fewer = {"1": MONTHS["1"], "2": MONTHS["2"], "3": [9, 9, 9, 3, 3, 3, 3]}
    tables = [ce.CaptureHistories(_frame(months), by="month") for months in (fewer, MONTHS)]
    model = ce.ListModel(tables, min_n=5, families="independence")
    assert [len(table) for table in model.replicates] == [2, 2]
    assert "month 3 (39 people)" in _said(model)[1]
    other = ce.ListModel(tables[::-1], min_n=5, families="independence")
    assert "month 3 (5 people)" in _said(other)[1]


def test_empty_lists_and_many_strata():
    months = {f"{k:02d}": [3, 2, 0, 1, 0, 0, 0] for k in range(9)} | {"10": MONTHS["1"]}
    model = _model(8, months)
    assert len(model.histories) == 1
    (text,) = _said(model)
    assert text.startswith("9 strata are not fitted")
    assert "month 05 (6 people) and 3 more; the total includes neither the 54 people" in text


@pytest.mark.parametrize("wrong", [0, 2.0, True, "5", None])
def test_min_n_is_a_whole_number(wrong):
    with pytest.raises(UsageError, match="min_n must be a whole number of people, 1 or more"):
        _model(wrong)


def test_nothing_left_is_an_error():
    with pytest.raises(UsageError, match="min_n=200 leaves nothing to fit: in no stratum do 2 li"):
        _model(200)
    frame = _frame({"1": [4, 3, 2, 1, 0, 0, 0]}).drop(columns="month")
    with pytest.raises(UsageError, match="nothing to fit: fewer than 2 lists hold 9 people"):
        ce.ListModel(ce.CaptureHistories(frame), min_n=9)


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_the_result_names_them_and_holds_nobody_of_them(tmp_path):
    est = _model(5).fit(seed=1, draws=100)
    same = _model(1, {"1": MONTHS["1"], "2": [31, 25, 0, 12, 0, 0, 0]})
    assert est.not_fitted() == [({"month": "3"}, 5)]
    assert est.to_dict()["estimates"][0]["documented"]["low"] == 274 == same.histories.people
    assert "month 3        5                       not fitted" in repr(est)
    again = ce.Estimate.load(est.save(tmp_path / "est.nc"))
    assert (again.not_fitted(), repr(again)) == (est.not_fitted(), repr(est))
    page = est.report(tmp_path / "report.html").read_text("utf-8")
    assert "1 stratum is not fitted because" in page
    assert "not fitted</td>" in page
    assert "Fitted strata" in page
    left_out = "The total leaves out 5 people listed in strata too small for an estimate."
    assert left_out in page
    assert left_out in est.quote()
    assert "El total no incluye a 5 personas registradas" in est.quote(language="es")
    assert np.array_equal(_model(5).fit(seed=1, draws=100).draws(), est.draws())


@pytest.mark.thorough
def test_command_line_takes_it(tmp_path):
    _frame().to_csv(tmp_path / "lists.csv", index=False)
    words = ["lists", str(tmp_path / "lists.csv"), "--by", "month", "--min-n", "5", "--draws", "50"]
    words += ["--families", "independence", "--seed", "1", "--json", str(tmp_path / "out.json")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    content = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert content["settings"]["min_n"] == 5
    assert content["settings"]["not_fitted"][0]["people"] == 5
