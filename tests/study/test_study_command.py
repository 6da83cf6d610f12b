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
    assert "receive the count and do not move it: the claims." in page
    assert "Claims with power 1 (full)" in page
    assert "None" not in page


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_kinds_that_contradict_get_a_report_of_both(tmp_path):
    joint = ce.Study(a=normal(9.0, 0.1), b=normal(10.0, 0.1, 1)).fit(seed=1)
    page = joint.report(tmp_path / "r.html").read_text("utf-8")
    assert "they would agree if the answer of a is" in page
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
        joint.contributions(ci_prob=0.9)


# What went wrong without a word, or with a traceback -------------------------------------------

TWO_FILES = '[kinds.one]\ntable = "one.csv"\nkind = "survey"\n[kinds.two]\nfile = "two.nc"\n'


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("bridges = 3\n", "bridges: write [bridges.LABEL] with share="),
        ("relations = 3\n", "relations: write [[relations]] in double brackets"),
        ("shares = 3\n", "shares: write [[shares]] in double brackets"),
        ("[fit]\neta = 3\n", "fit.eta must be powers by label, as in eta = {one = 0.5}"),
        (
            "[[fit.rho]]\nbetween = 3\nvalue = 0.2\n",
            'fit.rho: write [[fit.rho]] with between = ["A", "B"]',
        ),
        (
            '[[fit.rho]]\nbetween = ["one", "two"]\nvalue = 0.2\n'
            '[[fit.rho]]\nbetween = ["two", "one"]\nvalue = 0.5\n',
            "fit.rho: one and two stand there twice",
        ),
        (
            '[[relations]]\nsource = "A"\nlabel = "on"\nother = "two"\nis = "Same"\n',
            "label= must be one of one, two, not 'on' (did you mean 'one'?)",
        ),
        (
            '[[relations]]\nsource = "A"\nlabel = "one"\nother = "two"\nis = "Same"\n',
            "not 'Same' (did you mean 'same'?)",
        ),
        (
            '[[shares]]\nsource = "A"\nlabel = "one"\nother = "twoo"\n',
            "other= must be one of one, two, not 'twoo' (did you mean 'two'?)",
        ),
        ("[fit]\nclaims = cut\n", 'put a text in quotes, as in name = "text"'),
        ("[bridges.two]\nshare = .7\n", "write a number with its zero, as in 0.1"),
        ("[bridges.two]\nshare = 0,7\n", "write a number with a point, as in 0.1"),
        ("[bridges.two]\nshare: 0.7\n", "and not a colon"),
        ("[bridges.two]\nshare =\n", "a value is missing"),
        ("[fit]\nclaims = \u201ccut\u201d\n", "write straight quotes"),
        ('[kinds.one]\nfile = "x.nc"\n', "names something that the file has already"),
    ],
)
def test_mistakes_of_a_file_are_told(folder, capsys, more, told):
    top = more if more[0] != "[" else ""
    path = write(folder, f"{top}{TWO_FILES}{'' if top else more}")
    code, _, err = run(capsys, "study", path)
    assert code == 2
    assert told in err


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ('kind = "survey"\noptions = {bias = 0.1}', "'bias' is unknown (did you mean 'bias_sd'?)"),
        ('kind = "surveys"', "not 'surveys' (did you mean 'survey'?)"),
        ('kind = "study"', "not 'study'"),
        ('kind = "lists"', "one.csv is a table of "),
        ('kind = "survey"\noptions = {cell = 3}', "cell does nothing for a table of published"),
    ],
)
def test_kinds_and_options_are_checked_before_any_fit(folder, capsys, monkeypatch, kind, told):
    monkeypatch.setattr(ce.SurveyModel, "fit", None)
    text = f'[kinds.two]\nfile = "two.nc"\n[kinds.one]\ntable = "one.csv"\n{kind}\n'
    code, _, err = run(capsys, "study", write(folder, text))
    assert code == 2
    assert told in err


def test_a_cell_that_is_no_table_of_labels():
    with pytest.raises(ce.UsageError, match="cell must be a table of labels"):
        ce.ListModel(ce.CaptureHistories.from_overlaps({"A": 9, "B": 9, "A&B": 3}), cell=3)


def test_a_mark_of_byte_order_is_no_error(folder, capsys):
    code, _, err = run(capsys, "check", "study", write(folder, "\ufeff" + TWO_FILES))
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("bridge", "told"),
    [
        ({"share": "85%"}, "as 0.85 for 85%, not '85%'"),
        ({"share": 85}, "up to 10, as 0.85 for 85%, not 85"),
        (
            {"share": 0.7, "sd": -1},
            "sd must be a number from 0 to 2, as 0.1 for about 10%, not -1: the sd of the log",
        ),
        ({"share": 0.7, "cells": 3}, "cells names counts by their labels, not 3"),
    ],
)
def test_a_bridge_that_cannot_be(bridge, told):
    study = ce.Study(a=normal(5, 0.1), b=normal(5.1, 0.1))
    with pytest.raises(ce.UsageError, match=told):
        study.bridge("b", **bridge)


def test_files_that_are_no_estimate_say_what_is_one(folder, capsys):
    import xarray as xr

    from casualty_est.result.files import ATTRIBUTE, LINKAGE

    path = folder / "two.nc"
    tree = xr.open_datatree(path, engine="h5netcdf").load()
    content = json.loads(tree.attrs[ATTRIBUTE])
    old = {**content, "schema": "casualty-est/0", "versions": {"casualty_est": "0.0.9"}}
    tree.attrs[ATTRIBUTE] = json.dumps(old)
    tree.to_netcdf(folder / "old.nc", engine="h5netcdf")
    with pytest.raises(ce.UsageError, match=r"written by casualty_est 0\.0\.9 in the form cas"):
        ce.Estimate.load(folder / "old.nc")
    tree.attrs[LINKAGE] = "{}"
    tree.to_netcdf(folder / "matching.nc", engine="h5netcdf")
    with pytest.raises(ce.UsageError, match="it is a matching of lists; name a file that est"):
        ce.Estimate.load(folder / "matching.nc")
    with pytest.raises(ce.UsageError, match=r"name a file that est\.save"):
        ce.Estimate.load(folder / "one.csv")
