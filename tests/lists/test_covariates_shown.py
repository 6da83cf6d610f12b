"""Covariates as a user meets them: command line, report, pictures, and what has no answer."""

from __future__ import annotations

import json

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists.report import tables
from casualty_est.lists.schema import Effect
from casualty_est.report.said import Said
from casualty_est.result.schema import Span
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
    words = ["lists", table, "--person", "id", "--list-column", "list", "--covariates", "sex"]
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "--covariates needs a table with one row per person and a 0/1 column" in err


@pytest.mark.thorough
def test_in_spanish(by_sex):
    page = Page(page_of(by_sex, said=Said(language="es"))).text
    assert "Quiénes son las personas y qué listas las alcanzan" in page
    assert "nadie queda fuera" in page
