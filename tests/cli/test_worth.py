"""`casualty-est worth`: what it prints, the files it writes, what it refuses."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.studies import HouseholdSurvey, parse
from tests.support.command import run, run_flat
from tests.support.two_numbers import two_numbers


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return two_numbers().save(tmp_path_factory.mktemp("saved") / "coalition.nc")


@pytest.mark.thorough
def test_what_it_prints(saved, capsys):
    studies = ("--study", "audit:Airwars:50", "--study", "survey:100:4")
    code, out, err = run_flat(capsys, "worth", saved, *studies, "--for", "8000")
    assert code == 0
    assert not err
    assert "total: about 10,000 (95% credible interval 5,400 to 24,000)" in out
    assert "The shares do not add up to 100%" in out
    assert "household survey with 100 deaths in the sample" in out
    assert "excludes 8,000" in out
    assert "can put those who ask and those who answer at risk" in out
    assert "8,000 lies within what was assumed" in out


@pytest.mark.thorough
def test_the_files_it_writes(saved, capsys, tmp_path):
    numbers, table, picture = (tmp_path / name for name in ("w.json", "w.csv", "w.svg"))
    code, out, _ = run(
        capsys,
        *("worth", saved, "--quiet", "--for", 8000, "--for", 15000, "--cost", "survey=0.25"),
        *("--study", "survey:30,100", "--json", numbers, "--table", table, "--plot", picture),
    )
    assert (code, out) == (0, "")
    content = json.loads(numbers.read_text("utf-8"))
    assert content["schema"] == "casualty-est-worth/1"
    assert [row["size"] for row in content["studies"]["rows"]] == [30, 100]
    assert content["studies"]["rows"][0]["work"] == 30 * 18 * 0.25
    assert [one["n"] for one in content["numbers"]] == [8000, 15000]
    assert content["information"]["rows"][0]["assumption"] == "ratio of Airwars"
    est = ce.Estimate.load(saved)
    own = est.worth(ce.studies.survey([30, 100]), cost={"survey": 0.25}, against=8000)
    written = pd.read_csv(table)
    pd.testing.assert_frame_equal(written, own.to_frame(), check_dtype=False)
    assert picture.read_text("utf-8").lstrip().startswith("<?xml")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--study", "audit:Airwrs:50"), "Did you mean 'Airwars'"),
        (("--study", "audit:Airwars:0"), "n must be a whole number from 1 up, not 0"),
        (("--study", "audit:Airwars"), "write audit:SOURCE:N or audit:SOURCE:N:DEFF"),
        (("--study", "audit:50"), "write audit:SOURCE:N"),
        (("--study", "survey:Airwars:50"), "write survey:DEATHS"),
        (("--study", "survy:50"), "Did you mean 'survey'"),
        (("--study", "survey:50:4:2"), "write survey:DEATHS"),
        (("--study", "investigate:100"), "this estimate (claims) has none; use studies.survey"),
        (
            ("--study", "matched:100"),
            "looks up deaths on all lists, and this estimate (claims) has",
        ),
        (("--cost", "survey=much"), "a number of person-days, not survey=much"),
        (("--cost", "walk=3"), "there is no study 'walk'"),
        (("--for", "-5"), "a number of people above 0"),
        (("--row", "Mars"), "Mars"),
        (("--prob", "95"), "--prob must lie between 0 and 1"),
        (("--json", "/no/such/folder/x.json"), "does not exist"),
        (("--plot", "picture.doc"), "must end in .png, .svg or .pdf"),
    ],
)
def test_what_it_refuses(saved, capsys, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "worth", saved, "--quiet", *words)
    assert code == 2
    assert told in err
    assert "Traceback" not in err
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_estimate(capsys, tmp_path):
    other = tmp_path / "other.nc"
    other.write_text("nothing")
    code, _, err = run(capsys, "worth", other)
    assert code == 2
    assert "was not written by Estimate.save" in err


def test_studies_as_written():
    audit = parse("audit:Syria: daily:25, 50:1.5")
    assert (audit.source, audit.sizes, audit.deff) == ("Syria: daily", (25, 50), 1.5)
    survey = parse("survey:100,30")
    assert isinstance(survey, HouseholdSurvey)
    assert (survey.sizes, survey.deff) == ((30, 100), 4)
    assert parse("matched:150:3").deff == 3
    assert parse("investigate:fair:40").grade == "fair"
    assert parse("investigate:40").sizes == (40,)
