"""`casualty-est survey` as a user meets it: numbers, files, report, check, and bad tables."""

from __future__ import annotations

import json

import pytest

import casualty_est as ce
from casualty_est.result.published import check_content
from tests.support.command import run_flat as run

IRAQ = (
    "source,estimate,start,end,fieldwork,scope,clusters,selected,households,response,citation\n"
    'IFHS,"151,000 (95% CI 104,000-223,000)",2003-03-20,2006-06-30,2007-03-31,Iraq,'
    "971,1086,9345,0.962,doi 10.1056/NEJMsa0707782\n"
)
BURNHAM = 'Burnham,"601,027 (95% CI 426,369-793,663)",2003-03-20,2006-06-30,,Iraq,47,,1849,,none\n'


def table(tmp_path, text):
    path = tmp_path / "survey.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_survey_goes_through_screen_report_and_files(capsys, tmp_path):
    paths = [tmp_path / name for name in ("r.html", "e.json", "e.nc")]
    words = ["survey", table(tmp_path, IRAQ), "--seed", 1, "--show-model"]
    for option, path in zip(("--report", "--json", "--save"), paths, strict=True):
        words += [option, path]
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert "sd of the log 0.05" in out
    assert "150,000" in out
    assert "visited 971 of 1,086 clusters" in out
    content = check_content(json.loads(paths[1].read_text("utf-8")))
    assert (content.kind, content.estimates[0].level) == ("survey", "data")
    assert content.sources[0].ratio_total.prior.low == pytest.approx(0.906, abs=0.01)
    loaded = ce.Estimate.load(paths[2])
    assert isinstance(loaded, ce.SurveyEstimate)
    assert len(loaded.dials()) == 5
    page = paths[0].read_text("utf-8")
    for said in (
        "people killed in Iraq between 20 March 2003 and 30 June 2006. We estimate about 150,000;",
        "115 of 1,086 clusters (11%) were not visited",
        "96.2% of households answered",
        "respondents had to remember 48 months",
        "Nothing is shown as documented",
        "If what no survey can check were otherwise",
    ):
        assert said in page
    assert "None" not in page
    again = loaded.report(tmp_path / "again.html").read_text("utf-8")
    assert "If what no survey can check were otherwise" in again


@pytest.mark.thorough
def test_contradicting_studies_are_reported_without_a_total(capsys, tmp_path):
    page = tmp_path / "r.html"
    code, out, _ = run(
        capsys, "survey", table(tmp_path, IRAQ + BURNHAM), "--seed", 1, "--report", page
    )
    assert code == 0
    assert "IFHS and Burnham contradict each other" in out
    text = page.read_text("utf-8")
    assert "These results contradict each other, so we give no single estimate" in text
    assert "Of IFHS alone" in text


def test_check_and_bad_input(capsys, tmp_path):
    good = table(tmp_path, IRAQ)
    code, out, _ = run(capsys, "check", "survey", good)
    assert (code, "1 published estimate" in out) == (0, True)
    code, _, err = run(capsys, "claims", good)
    assert (code, f"use `casualty-est survey {good}`" in err) == (2, True)
    bad = table(tmp_path, IRAQ.replace("0.962", "96.2"))
    code, out, err = run(capsys, "survey", bad)
    assert (code, out) == (2, "")
    assert "line 2, column 'response', '96.2': a share is at most 1" in err


def test_pictures():
    est = ce.SurveyModel(ce.datasets.survey("gaza_survey")).fit(seed=1)
    assert est.plot.total().axes
    est.dials()
    assert est.plot.cases().axes
    assert est.plot.identification().axes
    assert est.plot.sources().axes
