"""The file of a study, the command, and what is written, saved and drawn."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.result.published import check_content
from tests.support.command import run, run_flat
from tests.support.known import ClaimLike, known, normal

WHERE = {"scope": "Town", "start": "2020-01-01", "end": "2020-12-31"}
TABLE = "source,estimate,low,high,start,end,scope\n{},{},{},{},2020-01-01,{},Town\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "one.csv").write_text(TABLE.format("A", 1000, 800, 1250, "2020-12-31"), "utf-8")
    (tmp_path / "two.csv").write_text(TABLE.format("B", 1500, 1100, 2000, "2021-06-30"), "utf-8")
    ce.SurveyModel(ce.Survey.read(tmp_path / "two.csv")).fit(seed=1).save(tmp_path / "two.nc")
    return tmp_path


def write(folder, text):
    path = folder / "study.toml"
    path.write_text(text, "utf-8")
    return path


GOOD = """
[kinds.one]
table = "one.csv"
kind = "survey"
options = {bias_sd = 0.1}
[kinds.two]
file = "two.nc"
[bridges.two]
share = 0.7
sd = 0.1
[fit]
eta = {two = 0.5}
[[fit.rho]]
between = ["one", "two"]
value = 0.2
"""


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_a_study_from_a_file(folder, capsys):
    out = folder / "out.json"
    saved, page = folder / "out.nc", folder / "out.html"
    code, text, err = run_flat(
        capsys, "study", write(folder, GOOD), "--seed", 1, "--json", out, "--save", saved,
        "--report", page, "--show-model",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "together" in text
    assert "bridge: times a share with median 0.7" in text
    content = json.loads(out.read_text("utf-8"))
    check_content(content)
    assert content["kind"] == "study"
    assert [kind["eta"] for kind in content["details"]["kinds"]] == [1.0, 0.5]
    assert content["details"]["rho"] == {"one and two": 0.2}
    loaded = ce.Estimate.load(saved)
    assert isinstance(loaded, ce.StudyEstimate)
    assert loaded.to_dict() == content
    html = page.read_text("utf-8")
    assert "What each kind says" in html
    assert "one and two 0.20" in html
    assert "None" not in html
    assert "nan" not in html


def test_a_file_is_checked(folder, capsys):
    code, text, _ = run_flat(capsys, "check", "study", write(folder, GOOD))
    assert code == 0
    assert "one: table one.csv of survey, to be fitted" in text
    assert "two: saved estimate two.nc" in text


BAD = """
kind = 1
[kinds.one]
table = "gone.csv"
kind = "surveys"
[kinds.two]
file = "two.nc"
table = "one.csv"
[bridges.twoo]
shar = 1
[[relations]]
source = "A"
label = "one"
is = "alike"
[fit]
claim = "cut"
rho = 3
"""


def test_every_problem_of_a_file_is_told(folder, capsys):
    code, _, err = run(capsys, "study", write(folder, BAD))
    assert code == 2
    for told in (
        "the file: 'kind' is unknown (did you mean 'kinds'?)",
        "kinds.one: there is no file 'gone.csv' beside the study",
        "kinds.one: kind= must be one of claims, incidents, lists, survey",
        "kinds.two: give either file=",
        "bridges.twoo: no kind has that name (did you mean 'two'?)",
        "'shar' is unknown (did you mean 'share'?)",
        "relation 1 needs other",
        "fit: 'claim' is unknown (did you mean 'claims'?)",
        "fit.rho: write [[fit.rho]]",
    ):
        assert told in err


@pytest.mark.parametrize(
    ("text", "told"), [("[kinds", "cannot be read"), ("", "two kinds or more")]
)
def test_a_file_that_is_none(folder, capsys, text, told):
    code, _, err = run(capsys, "study", write(folder, text))
    assert code == 2
    assert told in err


def test_a_study_that_cannot_be_is_refused(folder, capsys):
    code, _, err = run(capsys, "study", write(folder, GOOD.replace("[bridges.two]", "").replace(
        "share = 0.7\nsd = 0.1\n", "")))  # fmt: skip
    assert code == 2
    assert "count different deaths" in err


# What is written ---------------------------------------------------------------------------------


@pytest.fixture
def joint():
    z = np.random.default_rng(7).standard_normal(4000)
    told = [("Spokesman", "ratio_total", np.exp(-0.4 - 0.5 * z))]
    claims = known(9.2 + 0.5 * z, kind=ClaimLike, worth=told)
    return ce.Study(a=normal(9.0, 0.2), b=normal(9.1, 0.3, 1), claims=claims).fit(seed=1)


def test_a_loaded_study_answers_like_a_fresh_one(joint, tmp_path):
    loaded = ce.Estimate.load(joint.save(tmp_path / "study.nc"))
    for ask in (
        lambda e: e.contributions(), lambda e: e.conflict(), lambda e: e.influence("claims"),
        lambda e: e.without_each_kind(), lambda e: e.powers(ci_prob=0.8), lambda e: e.sources(),
    ):  # fmt: skip
        pd.testing.assert_frame_equal(ask(loaded), ask(joint))
    assert repr(loaded) == repr(joint)
    assert loaded.identification() == joint.identification()


def test_what_a_source_is_worth_is_asked_by_name(joint):
    assert joint.worth_of("Spokesman", "claims", "ratio_total").shape == (4, 1000)
    for asked in (("Speaker",), ("Spokesman", "a"), ("Spokesman", "claims", "bias")):
        with pytest.raises(ce.UsageError, match="0 parameters fit"):
            joint.worth_of(*asked)


def test_without_each_kind(joint):
    table = joint.without_each_kind().set_index("case")
    assert list(table.index) == ["without a", "without b"]
    assert table.loc["without a", "median"] == pytest.approx(np.exp(9.1), rel=1e-3)


def test_the_likelihood_of_each_kind_is_stored_for_arviz(joint):
    held = joint.idata["log_likelihood"]["kind"]
    assert held.dims == ("chain", "draw", "kind_id")
    slope = np.cov(np.log(joint.draws()).ravel(), held.values[..., 1].ravel())[0, 1]
    assert slope == pytest.approx(joint.contributions().loc["b", "contribution"], abs=2e-3)


@pytest.mark.thorough
def test_every_picture_is_drawn(joint):
    for name in ("evidence", "total", "sources", "cases", "identification"):
        assert getattr(joint.plot, name)().axes
    texts = " ".join(t.get_text() for t in joint.plot.evidence().axes[0].texts)
    assert "claims, cut" in texts
    assert "together" in texts


@pytest.mark.usefixtures("no_pictures")
def test_the_report_says_who_moves_the_count(joint, tmp_path):
    page = joint.report(tmp_path / "r.html").read_text("utf-8")
    assert "receive the count and do not move it: claims." in page
    assert "Claims with power 1 (full)" in page
    assert "None" not in page


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_kinds_that_contradict_get_a_report_of_both(tmp_path):
    joint = ce.Study(a=normal(9.0, 0.1), b=normal(10.0, 0.1, 1)).fit(seed=1)
    page = joint.report(tmp_path / "r.html").read_text("utf-8")
    assert "they would agree if a is" in page
    assert "These answers contradict each other, so we give no joint estimate" in page
    assert "no joint count at which to ask" in page
    assert "One of these assumptions is wrong" in page
    assert joint.to_dict()["identification"]["rows"] == []
    assert ce.Estimate.load(joint.save(tmp_path / "s.nc")).headline() == joint.headline()
    texts = " ".join(t.get_text() for t in joint.plot.evidence().axes[0].texts)
    assert "together" not in texts


def test_a_study_that_lost_its_likelihoods_says_so(joint):
    del joint.idata["evidence"]
    with pytest.raises(ce.UsageError, match="lost the likelihoods"):
        joint.contributions()
