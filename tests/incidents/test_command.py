"""`casualty-est incidents` as a user meets it: bad tables, options, outputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import casualty_est as ce
from casualty_est.incidents.command import read_anchor
from tests.support.command import run_flat as run

BAD = Path(__file__).parents[1] / "data" / "bad_incidents"
TABLE = (
    "incident,source,role,quantity\n"
    "1,A,monitor,3\n1,B,media,4\n2,A,monitor,10\n2,B,media,8\n3,A,monitor,2\n4,B,media,5\n"
    "5,A,monitor,<b>1</b>\n"
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "incidents.csv"
    path.write_text(TABLE.replace("<b>1</b>", "1"), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted(path.name for path in BAD.glob("*.csv")))
def test_a_bad_table_ends_with_2_and_the_same_words_as_python(capsys, tmp_path, name):
    with pytest.raises(ce.CasualtyEstError) as wanted:
        ce.IncidentReports.read(BAD / name)
    code, out, err = run(capsys, "incidents", BAD / name, "--save", tmp_path / "out.nc")
    assert (code, out) == (2, "")
    assert err == f"casualty-est: {wanted.value}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_is_none_is_named_by_line(capsys, tmp_path):
    path = tmp_path / "incidents.csv"
    path.write_text(TABLE, encoding="utf-8")
    code, _, err = run(capsys, "incidents", path)
    assert code == 2
    assert "line 8" in err
    assert "quantity" in err


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.thorough
def test_outputs_and_exit_code(capsys, tmp_path, table):
    report, numbers, saved = (tmp_path / name for name in ("r.html", "e.json", "e.nc"))
    words = ["--anchor", "A", "--draws", 250, "--chains", 2, "--seed", 1, "--prob", 0.8]
    files = ["--report", report, "--json", numbers, "--save", saved]
    code, out, err = run(capsys, "incidents", table, *words, *files)
    assert code in (0, 1)  # few draws may not settle; what is asked here are the files
    assert err == ""
    assert "the scale is that of A (named by the analyst)" in out
    assert "lists of all deaths" in out
    content = json.loads(numbers.read_text(encoding="utf-8"))
    assert content["kind"] == "incidents"
    assert content["estimates"][0]["interval"]["prob"] == 0.8
    assert content["settings"]["anchor"] == ["A", 1.0, 0.1]
    assert "other_settings:0:0.8" in content["details"]["refits"]
    assert ce.Estimate.load(saved).to_dict(0.8) == content
    page = report.read_text(encoding="utf-8")
    assert "Why the counts differ" in page
    assert "Results under other settings" in page


@pytest.mark.thorough
def test_options_reach_the_model(capsys, table):
    words = ["--scale", "joint", "--no-exact-reports", "--role", "B=reference", "--draws", 100]
    _, out, _ = run(capsys, "incidents", table, *words, "--chains", 2, "--seed", 1, "--show-model")
    assert "the scale is that of B (the source of role reference)" in out
    assert "scale joint: the data may change that" in out
    assert "no report is exact" in out
    code, _, err = run(capsys, "incidents", table, "--scale", "loose")
    assert (code, err) == (2, "casualty-est: scale must be one of cut, joint, not 'loose'\n")
    code, _, err = run(capsys, "incidents", table, "--anchor", "C")
    assert code == 2
    assert "anchor: 'C' reports no incidents of its own" in err


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("Airwars", "Airwars"),
        ("B", "B"),  # unknown: the model says which there are
        ("Airwars=1.2", ("Airwars", 1.2)),
        ("Airwars=1.2,0.3", ("Airwars", 1.2, 0.3)),
        ("a=b,c", "a=b,c"),  # the name of a source of the table
        ("a=b,c=2", ("a=b,c", 2.0)),
    ],
)
def test_an_anchor_is_read(text, anchor):
    assert read_anchor(text, ["Airwars", "a=b,c"]) == anchor


@pytest.mark.parametrize("text", ["Airwars=", "=2", "Airwars=1,2,3", "Airwars=high"])
def test_an_anchor_that_cannot_be_read_is_refused(text):
    with pytest.raises(ce.UsageError, match="--anchor takes SOURCE"):
        read_anchor(text, ["Airwars"])


def test_no_anchor_is_none():
    assert read_anchor(None, ["Airwars"]) is None
