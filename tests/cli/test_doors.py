"""What every command says of a wrong file, a wrong output, a wrong word and a fault of its own."""

from __future__ import annotations

import os
import signal
from importlib.resources import files

import pytest
from typer.testing import CliRunner

import casualty_est as ce
from casualty_est.cli.main import TRACEBACK, app
from casualty_est.cli.terminal import STOP
from casualty_est.kinds import KINDS
from casualty_est.lists.command import FAMILIES
from casualty_est.lists.families import FAMILIES as REGISTERED
from tests.support.command import run

LISTS = "A,B,count\n1,0,30\n0,1,40\n1,1,10\n"
FITS = ("claims", "incidents", "lists", "survey", "study", "link", "worth")
CHECKS = ("claims", "incidents", "lists", "survey", "study")
COMMANDS = [[name] for name in FITS] + [["check", name] for name in CHECKS]


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists.csv").write_text(LISTS, encoding="utf-8")
    return tmp_path


def never(*_args, **_more):
    raise AssertionError


@pytest.mark.thorough
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_file_that_is_none_is_told_in_one_line(table, capsys, words):
    (table / "empty.csv").write_text("", encoding="utf-8")
    (table / "page.csv").write_bytes(b"%PDF-1.4\n\x00\xff")
    (table / "folder").mkdir()
    for file in ("nowhere.csv", "nowhere", "folder", "empty.csv", "page.csv", ""):
        code, out, err = run(capsys, *words, file)
        assert (code, out) == (2, ""), file
        assert err.startswith("casualty-est: "), file
        assert "Traceback" not in err
    assert "folder" in run(capsys, *words, "folder")[2]
    assert "nowhere" in run(capsys, *words, "nowhere")[2]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--statements", "nowhere.toml"], "--statements: nowhere.toml cannot be read"),
        (["--about", "nowhere.toml"], "nowhere.toml cannot be read: there is no such file"),
        (
            ["--report", "r.pdf"],
            "--report writes a file ending in .html, and r.pdf ends otherwise;",
        ),
        (["--pdf", "r.html"], "--pdf writes a file ending in .pdf, and r.html ends otherwise;"),
        (["--json", "e.csv"], "--json writes a file ending in .json, and e.csv ends otherwise"),
        (["--save", "e.json"], "--save writes a file ending in .nc, and e.json ends otherwise;"),
        (["--cell", "strat=2020-01-01"], "Did you mean 'start'?"),
        (["--cell", "start=2020"], "cell: start is a day, as in 1999-03-20, not '2020'"),
        (["--cell", "start=2020-02-01,end=2020-01-01"], "it ends on 2020-01-01, before it starts"),
    ],
)
def test_what_is_wrong_is_told_before_any_fit(table, capsys, monkeypatch, words, told):
    monkeypatch.setattr(ce.ListModel, "fit", never)
    code, _, err = run(capsys, "lists", "lists.csv", *words)
    assert code == 2
    assert told in err


def test_a_folder_in_which_nothing_can_be_made_is_told_before_any_fit(table, capsys, monkeypatch):
    """A system folder refuses even whoever may do everything."""
    if not os.path.isdir("/proc"):
        pytest.skip("there is no such folder here")
    monkeypatch.setattr(ce.ListModel, "fit", never)
    code, _, err = run(capsys, "lists", "lists.csv", "--report", "/proc/r.html")
    assert code == 2
    assert "/proc/r.html cannot be written there" in err
    assert [path.name for path in table.iterdir()] == ["lists.csv"]


def test_a_table_of_two_kinds_names_both(table, capsys):
    (table / "s.csv").write_text("source,estimate,low,high\nA,100,50,150\n", encoding="utf-8")
    code, _, err = run(capsys, "lists", "s.csv")
    assert code == 2
    assert "use `casualty-est claims s.csv` or `casualty-est survey s.csv`" in err


@pytest.mark.thorough
def test_start_and_end_say_when(table, capsys):
    words = ["lists", "lists.csv", "--families", "independence", "--draws", 50, "--seed", 1]
    code, out, _ = run(capsys, *words, "--cell", "scope=Town,start=2020-01-01,end=2020-12-31")
    assert code == 0
    assert "in Town between 1 January and 31 December 2020" in " ".join(out.split())


# Faults and interruptions ------------------------------------------------------------------------


def test_a_fault_of_the_program_is_one_line_that_quotes_no_table(table, capsys, monkeypatch):
    def fails(*_args, **_more):
        msg = "SECRET Quorvatti"
        raise KeyError(msg)

    monkeypatch.setattr(ce.ListModel, "fit", fails)
    with pytest.raises(KeyError):  # whoever asks for the traceback gets it
        run(capsys, "lists", "lists.csv")
    monkeypatch.delenv(TRACEBACK)
    code, _, err = run(capsys, "lists", "lists.csv")
    assert code == 70
    assert "this is a fault of the program and not of your input (KeyError in run.py, line" in err
    assert "SECRET" not in err
    assert "Traceback" not in err


def test_too_little_memory_says_what_to_take_less_of(table, capsys, monkeypatch):
    def fails(*_args, **_more):
        raise MemoryError

    monkeypatch.setattr(ce.ListModel, "fit", fails)
    monkeypatch.delenv(TRACEBACK)
    code, _, err = run(capsys, "lists", "lists.csv")
    assert (code, "not enough memory" in err) == (70, True)


def test_ctrl_c_says_which_parts_are_kept(table, capsys, monkeypatch):
    rows = [f"{part},{row}" for part in ("x", "y") for row in LISTS.splitlines()[1:]]
    text = "\n".join(["part,A,B,count", *rows])
    (table / "lists.csv").write_text(text, encoding="utf-8")

    def interrupted(_model, *, parts, **_more):
        parts.mkdir()
        for name in ("one", "two"):
            (parts / f"{name}.npz").write_bytes(b"")
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(ce.ListModel, "fit", interrupted)
    code, _, err = run(capsys, "lists", "lists.csv", "--by", "part", "--save", "e.nc", "--quiet")
    assert code == 130
    assert err == (
        "casualty-est: interrupted; nothing was written over; 2 finished parts are kept in "
        "e.nc.parts: the same command goes on there\n"
    )
    assert STOP.parts is not None
    run(capsys, "--version")
    assert STOP.parts is None  # what one command kept is not said of the next


# Help ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [*COMMANDS, ["roles"], ["template"], ["demo"]], ids=" ".join)
def test_every_help_has_an_example(words):
    out = CliRunner().invoke(app, [*words, "--help"]).output
    assert f"Example: casualty-est {' '.join(words)} " in " ".join(out.split())


def test_the_list_of_commands_cuts_no_sentence_off():
    out = CliRunner().invoke(app, ["--help"]).output
    assert "..." not in out.replace("[ARGS]...", "")
    assert "including incidents nobody recorded" in " ".join(out.split())


def test_help_names_the_valid_words():
    assert set(FAMILIES.split(", ")) == set(REGISTERED)
    out = " ".join(CliRunner().invoke(app, ["lists", "--help"]).output.split())
    assert "scope, start, end, outcome, group, perpetrator" in out


def test_template_names_every_kind_that_has_one():
    out = CliRunner().invoke(app, ["template", "--help"]).output
    for kind in KINDS:
        if (files(KINDS[kind]) / "table" / "template.toml").is_file():
            assert kind in out
