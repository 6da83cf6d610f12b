"""`casualty-est lists` as a user meets it: bad tables, two lists, strata on workers, replicates."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import casualty_est as ce
from tests.support.command import run_flat as run

BAD = Path(__file__).parents[1] / "data" / "bad_lists"
STRATA = (
    "A,B,C,month,count\n"
    "1,0,0,1,60\n0,1,0,1,50\n0,0,1,1,40\n1,1,0,1,20\n1,0,1,1,15\n0,1,1,1,12\n1,1,1,1,9\n"
    "1,0,0,2,30\n0,1,0,2,40\n0,0,1,2,20\n1,1,0,2,9\n1,0,1,2,8\n0,1,1,2,7\n1,1,1,2,6\n"
)


def _write(tmp_path, text):
    path = tmp_path / "lists.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted(path.name for path in BAD.glob("*.csv")))
def test_a_bad_table_ends_with_2_and_the_same_words_as_python(capsys, tmp_path, name):
    by = {"blank_here_and_there.csv": "month", "one_list_at_work.csv": "month"}.get(name)
    with pytest.raises(ce.CasualtyEstError) as wanted:
        ce.CaptureHistories.read(BAD / name, by=by or ())
    words = ["lists", BAD / name, "--save", tmp_path / "out.nc", *(["--by", by] if by else [])]
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert err == f"casualty-est: {wanted.value}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
def test_two_lists_have_an_open_odds_ratio_and_it_is_said(capsys, tmp_path):
    table = _write(tmp_path, "A,B,count\n1,0,60\n0,1,50\n1,1,20\n")
    code, out, err = run(capsys, "lists", table, "--seed", 1)
    assert (code, err) == (0, "")
    assert "two lists cannot say whether they depend on each other" in out
    assert "has median 1.5 and lies between 0.25 and 9 with a probability of 95%" in out
    assert "nothing in the data can check it" in out
    code, out, err = run(capsys, "lists", table, "--seed", 1, "--odds-ratio", "1,5")
    assert (code, err) == (0, "")
    assert "lies between 1 and 5" in out
    code, _, err = run(capsys, "lists", table, "--families", "visibility")
    assert code == 2
    assert "visibility needs at least 3 lists, not 2" in err


def test_no_overlap_is_said(capsys, tmp_path):
    table = _write(tmp_path, "A,B,C,count\n1,0,0,30\n0,1,0,20\n0,0,1,10\n")
    numbers = tmp_path / "out.json"
    words = ["lists", table, "--seed", 1, "--families", "ridge", "--draws", 100, "--json", numbers]
    code, out, err = run(capsys, *words)
    assert err == ""
    assert code in (0, 1)
    assert "There is no headline number: no person is on two lists" in out
    first = json.loads(numbers.read_text("utf-8"))["estimates"][0]
    assert (first["level"], first["median"], first["interval"]["high"]) == ("none", None, None)
    assert first["documented"]["low"] == 60


def test_a_list_inside_another_and_rows_of_nobody(capsys, tmp_path):
    text = "A,B,C,count\n1,0,0,30\n1,1,0,20\n0,0,1,25\n1,0,1,12\n1,1,1,5\n0,1,0,0\n"
    words = ["lists", _write(tmp_path, text), "--seed", 1, "--families", "independence"]
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert "list B is left out: every one of its 25 people is on another list too" in out
    assert "92 people on 2 lists" in out
    code, out, err = run(capsys, *words, "--copies", "keep")
    assert (code, err) == (0, "")
    assert "list B lies inside list A: it may have been copied" in out
    assert "92 people on 3 lists" in out


def test_a_row_per_person_and_list(capsys, tmp_path):
    rows = [f"{i},{name}" for name, held in (("A", 40), ("B", 30)) for i in range(held)]
    rows += [f"{i},B" for i in range(100, 130)]
    table = _write(tmp_path, "person,source_list\n" + "\n".join(rows) + "\n")
    words = ["lists", table, "--seed", 1, "--draws", 100, "--person", "person"]
    code, out, err = run(capsys, *words, "--list-column", "source_list")
    assert (code, err) == (0, "")
    assert "70 people on 2 lists" in out
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "needs --person and --list-column" in err


def test_a_list_that_is_empty_in_one_stratum_is_said(capsys, tmp_path):
    text = STRATA + "1,0,0,3,9\n0,1,0,3,8\n1,1,0,3,4\n"
    words = ["--by", "month", "--seed", 1, "--families", "independence"]
    code, out, err = run(capsys, "lists", _write(tmp_path, text), *words)
    assert (code, err) == (0, "")
    assert "list C names nobody in month 3, though it was at work" in out


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--workers", 0], "--workers must be at least 1, not 0"),
        (["--families", "pair"], "did you mean 'pairs'"),
        (["--families", "pairs,no-highest-order"], "stands alone"),
        (["--odds-ratio", "one"], "--odds-ratio is one number or two, as in 1,5, not 'one'"),
        (["--odds-ratio", "2"], "odds_ratio ties two lists"),
        (["--copies", "maybe"], "copies must be 'drop' or 'keep', not 'maybe'"),
        (["--xi", 2], "xi belongs to families='no-highest-order'"),
        (["--by", "mnth"], "did you mean 'month'"),
        (["--replicate", "mnth"], "did you mean 'month'"),
        (["--replicate", "month", "--by", "month"], "names a column twice"),
        (["--lists", "A"], "2 to 40 lists, not 1"),
        (["--cell", "scop=x"], "'scop' is unknown"),
    ],
)
def test_bad_usage_is_named_and_ends_with_2(capsys, tmp_path, words, part):
    by = [] if "--by" in words or "--replicate" in words else ["--by", "month"]
    code, out, err = run(capsys, "lists", _write(tmp_path, STRATA), *by, *words)
    assert code == 2
    assert part in err
    assert "Traceback" not in out + err


@pytest.mark.slow
def test_workers_give_the_same_numbers(capsys, tmp_path):
    table, texts = _write(tmp_path, STRATA), []
    for workers in (1, 2):
        numbers = tmp_path / f"{workers}.json"
        words = ["--by", "month", "--families", "independence", "--draws", 200, "--seed", 4]
        code, out, err = run(
            capsys, "lists", table, *words, "--workers", workers, "--json", numbers
        )
        assert (code, err) == (0, "")
        assert "the same lists without strata give" in out
        texts.append(numbers.read_text("utf-8"))
    assert texts[0] == texts[1]


def test_replicates_from_a_column(capsys, tmp_path):
    table, saved = _write(tmp_path, STRATA), tmp_path / "out.nc"
    words = ["--replicate", "month", "--families", "independence", "--seed", 4, "--save", saved]
    code, out, err = run(capsys, "lists", table, *words, "--show-model")
    assert (code, err) == (0, "")
    assert "the first of 2 replicates, mixed draw by draw" in out
    assert re.search(r"the rule for multiple imputation, as in R verdata, gives \d+ \(\d+ to", out)
    assert len(list((tmp_path / "out.nc.parts").glob("*.npz"))) == 2
    again = ce.Estimate.load(saved).details.replicates
    assert [row.listed for row in again.each] == [206, 120]
