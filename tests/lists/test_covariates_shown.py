"""Covariates as a user meets them: command line, report, pictures, and what has no answer."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists.report import tables
from casualty_est.lists.schema import Effect
from casualty_est.report.said import Said
from casualty_est.result.schema import Span
from casualty_est.wording.numbers import unit_of_sum
from tests.support.command import run_flat as run
from tests.support.covariates_by_hand import listed, population, with_blanks
from tests.support.page import Page, page_of
from tests.support.pictures import joined

LISTS = ("Families", "HRW", "OSCE")
EFFECTS = tuple(
    Effect("sex", "f", "m", name, low, middle, high)
    for name, low, middle, high in zip(
        LISTS, (0.2, 0.5, 0.9), (0.4, 1.0, 1.4), (0.8, 2.0, 2.2), strict=True
    )
)


@pytest.fixture
def by_sex(of_lists):
    est = of_lists(
        strata=("f", "m"),
        settings={"covariates": ["month"], "by": []},
        covariates=EFFECTS,
        without_covariates=Span(450.0, 400.0, 520.0),
    )
    est.details.unstratified = None
    return est


def test_report_has_a_table_of_odds_and_the_answer_without(by_sex):
    page = Page(page_of(by_sex))
    assert "The chances to be on a list may depend on month." in page.text
    assert "without covariates, averaged over kinds of dependence, answer 450 (400 to 520)" in (
        page.text
    )
    made = tables.tables(by_sex)["covariates"]
    assert made.head[2:] == LISTS
    assert made.rows == (("Sex f", "m", "0.40 (0.20 to 0.80)", "1.0 (0.50 to 2.0)",
                          "1.4 (0.90 to 2.2)"),)  # fmt: skip
    # Values of a covariate are no strata: they have no fit of their own.
    assert tables.tables(by_sex)["strata"] is None
    names = [row[0] for row in tables.estimates(by_sex, 0.95).rows]
    assert names == ["People killed", "Month f", "Month m"]


def test_small_pictures_have_the_numbers_of_the_table(by_sex):
    printed = [row[2:4] for row in tables.estimates(by_sex, 0.95).rows[1:]]
    text = joined(by_sex.plot.cells())
    for middle, ends in printed:
        assert f"{middle} ({ends})" in text


def test_people_of_unknown_value_are_named_where_columns_do_not_add_up(by_sex):
    # 206 people are on some list, of whom 2 x 103 have a value.
    assert "Nobody noted" not in tables.estimates(by_sex, 0.95).caption
    by_sex.details.found = replace(by_sex.details.found, people=216)
    assert "Nobody noted the month of some people" in tables.estimates(by_sex, 0.95).caption


def test_a_unit_that_no_sum_has_is_not_taken():
    total, part = Span(126.0, 110.0, 140.0), Span(20.0, 9.0, 36.0)
    assert unit_of_sum(total, part, 106) == 1  # 126 = 106 + 20
    assert unit_of_sum(total, part, 99) is None  # seven of unknown age
    assert (
        unit_of_sum(Span(11_682.0, 9_400.0, 17_000.0), Span(7_282.0, 5_000.0, 13_000.0), 4_400)
        == 100
    )


def test_what_is_documented_of_all_is_not_drawn_through_the_parts(by_sex):
    figure = by_sex.plot.total()
    (axes,) = figure.axes
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert dashed
    heading = next(t for t in axes.texts if t.get_text() == "By stratum")
    assert max(max(line.get_ydata()) for line in dashed) < heading.get_position()[1]


def test_parts_by_covariate_have_no_fit_of_their_own(by_sex):
    assert by_sex.of_covariate(3)
    assert not by_sex.of_covariate(0)
    with pytest.raises(UsageError, match="month f is a part of the answer by covariate"):
        by_sex.shown(3)
    with pytest.raises(UsageError, match="ask for 'total'"):
        by_sex.plot.dial(row="month f")


def test_picture_draws_every_odds_ratio_on_a_log_axis(by_sex):
    figure = by_sex.plot.covariates()
    (axes,) = figure.axes
    assert axes.get_xscale() == "log"
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert dots == [0.4, 1.0, 1.4]
    text = joined(figure)
    assert "sex f compared with m" in text
    assert "0.40 (0.20 to 0.80)" in text


def test_without_covariates_there_is_no_table_and_no_picture(of_lists):
    est = of_lists()
    assert tables.tables(est)["covariates"] is None
    assert "The chances to be on a list may depend" not in Page(page_of(est)).text
    for ask in (est.covariates, est.plot.covariates):
        with pytest.raises(UsageError, match="this estimate has no covariates: name them in"):
            ask()
    assert "covariates" not in est.to_dict()["details"]


@pytest.mark.thorough
def test_command_line(capsys, tmp_path):
    rng = np.random.default_rng(4)
    frame = with_blanks(listed(population(rng, 900)), rng)
    table, report, saved = (tmp_path / name for name in ("people.csv", "out.html", "out.nc"))
    numbers = tmp_path / "out.json"
    frame.to_csv(table, index=False)
    words = ["lists", table, "--lists", "A,B,C", "--covariates", "sex,age", "--seed", 1]
    words += ["--families", "covariates(classes=1)", "--json", numbers, "--save", saved]
    code, out, err = run(capsys, *words, "--report", report)
    assert code == 0, err
    assert "covariate 'age' is read as 8 bands of a number" in out + err
    assert "sex f" in out
    made = json.loads(numbers.read_text(encoding="utf-8"))
    rows = {
        tuple(row["strata"].items()): row for row in made["estimates"] if row["part"] == "total"
    }
    assert rows[()]["documented"]["low"] == len(frame)
    assert 0 < rows[(("sex", "f"),)]["median"] < rows[()]["median"]
    assert {row["covariate"] for row in made["details"]["covariates"]} == {"sex", "age"}
    est = ce.Estimate.load(saved)
    assert est.meta.settings["covariates"] == ["sex", "age"]
    assert "odds ratio" in report.read_text(encoding="utf-8")
    code, out, err = run(capsys, "check", "lists", table, "--covariates", "sex,age")
    assert code == 0
    assert "with sex, age" in out
    code, _, err = run(capsys, "lists", table, "--lists", "A,B,C", "--covariates", "sex,B")
    assert code == 2
    assert "'B' cannot be a covariate and a list at once" in err
    assert "age" in {label for labels in rows for label, _ in labels}
    assert len([labels for labels in rows if labels and labels[0][0] == "age"]) == 4


def test_check_of_a_long_table(capsys, tmp_path):
    frame = listed(population(np.random.default_rng(4), 100))
    table = tmp_path / "long.csv"
    rows = [
        {"id": i, "list": name, "sex": row["sex"], "age": row["age"]}
        for i, row in frame.reset_index(drop=True).iterrows()
        for name in "ABC"
        if row[name]
    ]
    pd.DataFrame(rows).to_csv(table, index=False)
    words = [table, "--person", "id", "--list-column", "list"]
    code, out, err = run(capsys, "check", "lists", *words, "--covariates", "sex,age")
    assert (code, err) == (0, "")
    assert f"{len(frame)} people on 3 lists, with sex, age" in out
    code, _, err = run(capsys, "check", "lists", *words, "--covariates", "sex")
    assert code == 2
    assert "'age'" in err


def test_a_number_is_the_same_in_the_table_and_in_the_small_picture(of_lists):
    """Of covariates with blanks, who is known to have a value is not everybody listed there."""
    est = of_lists(strata=("f", "m"), settings={"covariates": ["month"], "by": []})
    deaths = est.idata["posterior"]["deaths"]
    rng = np.random.default_rng(2)
    # 15 of the listed have no value: they come to a value by draws.
    blank = rng.integers(0, 16, deaths.shape[:2])
    for at in (4, 7):
        listed_there = deaths[..., at] + (blank if at == 4 else 15 - blank)
        deaths[..., at] = listed_there
        deaths[..., at - 1] = listed_there + deaths[..., at + 1]
    table = tables.estimates(est, 0.95).rows
    shown = joined(est.plot.cells())
    for row in (3, 6):
        low, middle, high = np.quantile(est.draws(row), [0.025, 0.5, 0.975])
        digits = len(f"{middle:.0f}") - 2
        printed = f"{round(middle, -digits):,.0f}"
        assert printed.rstrip("0") != f"{middle:.0f}"
        (name,) = [one for one in table if one[0] == f"Month {'fm'[row // 6]}"]
        assert name[2] == printed
        assert f"{printed} (" in shown
    assert low < high


def test_a_stratum_is_the_same_in_the_table_and_in_the_small_picture(of_lists):
    """Listed and unlisted add up as printed, which may take one more digit: in pictures too."""
    # 305.5 and 202.5 would be 310 and 200, and 103 are listed.
    est = of_lists(np.random.default_rng(0).permutation(np.geomspace(450, 830, 4000)), strata="12")
    shown = joined(est.plot.cells())
    for name, _, median, interval, _ in tables.estimates(est, 0.95).rows[1:]:
        assert not median.endswith("0")
        assert name.startswith("Month")
        assert f"{median} ({interval})" in shown


@pytest.mark.thorough
def test_in_spanish(by_sex):
    page = Page(page_of(by_sex, said=Said(language="es"))).text
    assert "Quiénes son las personas y qué listas las alcanzan" in page
    assert "nadie queda fuera" in page
