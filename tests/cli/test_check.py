"""`casualty-est check` says what was recognised, and what is asked."""

from __future__ import annotations

import pytest

import casualty_est as ce
from tests.support.command import run


def checked(capsys, tmp_path, kind, text, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    code, out, err = run(capsys, "check", kind, path)
    return code, " ".join(out.split()), " ".join(err.split())


def test_natural_names_are_told(capsys, tmp_path):
    text = "Source;Date;Deaths;Type\nMoH;18/10/2023;471;Government\nUS;19/10/2023;100-300;media\n"
    code, out, _ = checked(capsys, tmp_path, "claims", text)
    assert code == 0
    assert "2 rows, 2 sources, 2 claims that count" in out
    for said in ("divided by semicolons", "'Deaths' as quantity", "'18/10/2023' as 2023-10-18"):
        assert said in out


@pytest.mark.parametrize(
    ("kind", "head"), [("claims", "source,quantity"), ("incidents", "source,quantity,incident")]
)
def test_no_role_anywhere(capsys, tmp_path, kind, head):
    row = "A,5,S1" if kind == "incidents" else "A,5"
    _, out, _ = checked(capsys, tmp_path, kind, f"{head}\n{row}\n")
    assert "no source has a role, so no headline will come" in out
    _, out, _ = checked(capsys, tmp_path, kind, f"{head},role\n{row},media\n")
    assert "no source has a role" not in out


def test_copies_are_asked_about(capsys, tmp_path):
    text = "source,quantity,role\nMoH,471,government\nAFP,471,media\nBBC,471,media\n"
    _, out, _ = checked(capsys, tmp_path, "claims", text)
    assert "'AFP', 'BBC', 'MoH' state 471 for all, killed, civilians, any (lines 2, 3, 4)" in out


def test_an_export_is_not_a_table_of_claims(capsys, tmp_path):
    text = "id,best,low,high,date_start,side_a,deaths_civilians\n1,5,5,6,2022-03-16,X,5\n"
    code, _, err = checked(capsys, tmp_path, "claims", text)
    assert code == 2
    assert "is a table of incidents: use" in err
    code, out, _ = checked(capsys, tmp_path, "incidents", text)
    assert code == 0
    assert "recognised as an export of a part of UCDP GED by its columns" in out


def test_equal_problems_are_told_once(capsys, tmp_path):
    rows = "".join(f"A,5,soon {n}\n" for n in range(430))
    code, _, err = checked(capsys, tmp_path, "claims", f"source,quantity,end\n{rows}")
    assert code == 2
    assert "430 problems" in err
    assert "and 427 more of this kind, in lines 5-431" in err


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("coalition", "claims"),
        ("strikes_incidents", "incidents"),
        ("kosovo", "lists"),
        ("gaza_survey", "survey"),
    ],
)
def test_a_file_alone_is_checked_as_its_columns_say(capsys, name, kind):
    path = ce.datasets.path(name)
    code, out, err = run(capsys, "check", path)
    assert (code, err) == (0, "")
    assert out.startswith(f"{path.name} is checked as {kind!r}.\n")


def test_lists_that_no_column_names_are_known_by_their_marks(capsys, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("police,press,church\nx,,x\n,x,\nx,x,\n,,x\n", encoding="utf-8")
    code, out, _ = run(capsys, "check", path)
    assert code == 0
    assert out.startswith("people.csv is checked as 'lists'.\nCaptureHistories: 4 people")


def test_a_study_is_known_by_its_ending(capsys, tmp_path):
    path = tmp_path / "war.toml"
    path.write_text("[[kinds]]\n", encoding="utf-8")
    code, out, _ = run(capsys, "check", path)
    assert code == 2
    assert out == "war.toml is checked as 'study'.\n"


def test_a_file_that_could_be_anything_is_asked_about(capsys, tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("what,when\nfire,May\n", encoding="utf-8")
    code, out, err = run(capsys, "check", path)
    assert (code, out) == (2, "")
    assert "the columns of notes.csv do not say which kind of table it is" in err
    assert f"`casualty-est check claims {path}`, or incidents, lists, survey, study" in err
    code, _, err = run(capsys, "check", tmp_path / "gone.csv")
    assert code == 2
    assert "there is no file" in err
