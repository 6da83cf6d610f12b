"""Options of every command that writes a report."""

from __future__ import annotations

import inspect

import pytest

from casualty_est.cli import main as cli
from casualty_est.cli.published import Published
from tests.support.command import run

TABLE = """source,role,scope,start,end,outcome,group,perpetrator,quantity,reported
Pentagon,perpetrator,Iraq,2014-08-08,2018-02-09,killed,civilians,Coalition,around 800,2018-02-09
Airwars,monitor,Iraq,2014-08-08,2018-02-09,killed,civilians,Coalition,"at least 6,047",2018-02-09
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_every_command_with_a_report_has_them():
    found = {
        command.callback.__name__: set(inspect.signature(command.callback).parameters)
        for command in cli.app.registered_commands
    }
    options = set(inspect.signature(Published).parameters)
    offering = {name for name, parameters in found.items() if options <= parameters}
    kinds = {"claims", "incidents", "lists", "survey", "study"}
    assert offering == kinds | {"link", "demo"}  # the step before lists, and the bundled studies


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_what_is_said_reaches_the_report(table, tmp_path, capsys):
    about = tmp_path / "about.toml"
    about.write_text('title = "From the file"\nlicence = "CC BY 4.0"\n', encoding="utf-8")
    code, out, _ = run(
        capsys, "claims", table, "--seed", 1, "--about", about, "--audience", "public",
        "--report", tmp_path / "r.html", "--tables", tmp_path / "t", "--date", "2026-11-30",
        "--organisation", "Example Lab", "--name", "Coalition=the US-led = Coalition",
    )  # fmt: skip
    assert code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    for piece in (
        "<h1>From the file</h1>",
        'Example Lab, <time datetime="2026-11-30">30 November 2026</time>',
        "CC BY 4.0",
        "attributed to the US-led = Coalition",
        'class="public"',
    ):
        assert piece in page
    assert (tmp_path / "t" / "estimates.csv").exists()
    assert "items are met." in out
    assert "Key of statements: funding" in " ".join(out.split())


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_the_public_report_in_another_language(table, tmp_path, capsys):
    page = tmp_path / "r.html"
    code, out, _ = run(
        capsys, "claims", table, "--seed", 1, "--audience", "public", "--language", "es",
        "--report", page, "--name", "Coalition=la Coalición",
    )  # fmt: skip
    assert code == 0
    assert "atribuidas a la Coalición" in page.read_text(encoding="utf-8")
    assert "We estimate" in " ".join(out.split())  # the screen is the author's


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--audience", "press"], 'audience must be "full" or "public"'),
        (["--date", "30.11.2026"], "date must be a day"),
        (["--audience", "public", "--language", "eo"], "language must be one of en, es"),
        (["--language", "eo"], "language must be one of en, es"),
        (["--name", "Coalition"], "--name takes NAME=VALUE"),
        (["--about", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["--figures", "claims.csv"], "is a file; give the name of a folder"),
        (["--pdf", "claims.csv"], "--pdf would write over the table"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(
    table, tmp_path, monkeypatch, capsys, words, problem
):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "claims", "claims.csv", *words)
    assert code == 2
    assert problem in err
    assert out == ""
