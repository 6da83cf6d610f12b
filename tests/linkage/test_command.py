"""`casualty-est link` as a user meets it, and that no name is in anything that it writes."""

from __future__ import annotations

import json
import logging
import sys
import tempfile

import pandas as pd
import pytest

import casualty_est as ce
from tests.linkage.simulator import labels, world
from tests.support.command import run_flat as run

pytest.importorskip("splink")
pytest.importorskip("anyascii")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three lists, and the answers to some of their records."""
    folder = tmp_path_factory.mktemp("link")
    lists = world(3, people=150, chances=(0.6, 0.5, 0.4))
    for name, table in lists.tables.items():
        # No word of the package, of HTML or of a picture is spelled like these.
        table["name"] = [" ".join(map(marked, name.split())) for name in table["name"]]
        table.to_csv(folder / f"{name}.csv", index=False)
    keys = [key for table in lists.tables.values() for key in table["id"]]
    everybody = range(len(keys))
    others = {r: [o for o in everybody if o != r] for r in everybody}
    labels(lists, keys, others, list(everybody)[::3]).to_csv(folder / "labels.csv", index=False)
    return folder


def marked(word):
    return f"{word[:2]}qj{word[2:]}"


def names_of(folder):
    """Every word of every name of the input."""
    tables = [pd.read_csv(path) for path in sorted(folder.glob("list?.csv"))]
    return {word for table in tables for name in table["name"] for word in name.split()}


@pytest.mark.thorough
def test_no_output_holds_a_name(folder, tmp_path, capsys, caplog, monkeypatch, no_pictures):
    """Report, JSON, netCDF, terminal, log, and whatever appears in the folders of the process."""
    secret = names_of(folder)
    assert len(secret) > 100
    here, scratch, work = tmp_path / "out", tmp_path / "tmp", tmp_path / "work"
    for path in (here, scratch, work):
        path.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    caplog.set_level(logging.DEBUG)
    words = [
        *("link", *sorted(folder.glob("list?.csv")), "--labels", folder / "labels.csv"),
        *("--save", here / "linkage.nc", "--report", here / "report.html"),
        *("--json", here / "estimate.json", "--families", "independence"),
        *("--joint", "--matchings", "6", "--draws", "100", "--chains", "2", "--seed", "1"),
    ]
    code, out, err = run(capsys, *words)
    assert code == 0, err
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in written} == {"linkage.nc", "report.html", "estimate.json"}
    assert all("qj" in word and len(word) >= 6 for word in secret)
    for text in (out, err, caplog.text, *(path.read_bytes().decode("latin-1") for path in written)):
        shown = text.casefold()
        assert not [word for word in secret if word in shown]
    content = json.loads((here / "estimate.json").read_text(encoding="utf-8"))
    assert "labelled records" in content["settings"]["linkage"]
    assert any("as if in one step" in note["text"] for note in content["warnings"])
    assert content["identification"]["rows"][-1]["assumption"].startswith("linkage")
    low, high = (content["estimates"][0]["interval"][end] for end in ("low", "high"))
    assert low < 150 < high
    assert "How sure is the matching?" in (here / "report.html").read_text(encoding="utf-8")
    assert ce.Linkage.load(here / "linkage.nc").calibrated


def test_errors_hold_no_name(folder, tmp_path, capsys):
    bad = tmp_path / "bad.csv"
    text = (folder / "listA.csv").read_text(encoding="utf-8")
    bad.write_text(text.replace("2023-", "2o23-"), encoding="utf-8")
    code, out, err = run(capsys, "link", bad, folder / "listB.csv")
    assert (code, out) == (2, "")
    assert "line 2, column 'date'" in err
    assert not [word for word in names_of(folder) if word in err]


@pytest.mark.thorough
def test_the_review_page_is_written_where_it_is_asked_for_and_said_to_hold_names(
    folder, tmp_path, capsys
):
    page = tmp_path / "review.html"
    words = ["link", *sorted(folder.glob("list?.csv")), "--review", page, "--records", "10"]
    code, out, err = run(capsys, *words)
    assert code == 0, err
    assert "it holds names; delete it when you are done" in out
    assert page.read_text(encoding="utf-8").count('"record":') == 10
    assert not [word for word in names_of(folder) if word in out + err]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--person", "name"], "--person takes FIELD=COLUMN pairs"),
        (["--person", "nom=name"], "person: 'nom' is unknown"),
        (["--unique-in", "listX"], "there is no list 'listX'"),
        (["--by", "name"], "names people"),
        (["--list", "source"], "no table has a column 'source'"),
    ],
)
def test_options_that_are_wrong(folder, capsys, words, said):
    code, _, err = run(capsys, "link", folder / "listA.csv", folder / "listB.csv", *words)
    assert code == 2
    assert said in err


def test_an_output_never_writes_over_a_list(folder, capsys):
    a, b = folder / "listA.csv", folder / "listB.csv"
    code, _, err = run(capsys, "link", a, b, "--save", b)
    assert code == 2
    assert "--save would write over the list listB.csv" in err


def test_without_the_extra_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "anyascii", None)
    table = pd.DataFrame({"name": ["Zubayda Quorvatti"], "age": [3]})
    with pytest.raises(ce.UsageError, match=r"pip install 'casualty_est\[linkage\]'"):
        ce.Records({"A": table, "B": table.assign(age=4)})
