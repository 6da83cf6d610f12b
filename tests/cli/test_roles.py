"""`casualty-est roles`: each role in words, its numbers, and a file for --priors."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from typer.testing import CliRunner

import casualty_est as ce
from casualty_est.cli.main import app
from casualty_est.cli.roles import STILL, as_rich
from casualty_est.priors.record import LEARNED_ROLES
from casualty_est.priors.worth import worth_of_roles
from casualty_est.wording.numbers import share
from tests.support.command import run

COALITION = "Coalition in Iraq and Syria 2014-19"


def output(*words: str) -> str:
    done = CliRunner().invoke(app, ["roles", *words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def numbers_of(role: str) -> str:
    """Median and 90% interval as printed."""
    ratio = ce.priors.reporting_ratio(role)
    low, high = ratio.interval()
    return f"{share(ratio.median)} ({share(low)} to {share(high)})"


@pytest.mark.thorough
def test_each_role_in_two_lines():
    lines = output().splitlines()
    starts = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    assert starts[1 : 1 + len(LEARNED_ROLES)] == list(LEARNED_ROLES)
    place = next(i for i, line in enumerate(lines) if line.startswith("accuser:"))
    line, example = lines[place : place + 2]
    assert "a side that says how many the enemy killed" in line
    assert f"reported / true {numbers_of('accuser')}, 24 statements in 16 conflicts" in line
    assert line.endswith("24 statements in 16 conflicts")
    assert example.startswith("    Examples: ")
    assert example.count(" / ") == 2
    (survey,) = (line for line in lines if line.startswith("survey:"))
    assert "; the claims model takes 1.0 (" in survey
    other = [line for line in lines if "; the claims model takes" in line]
    assert [line.partition(":")[0] for line in other] == ["survey", "none"]
    (first_count,) = (line for line in lines if line.startswith("first_count:"))
    assert first_count.endswith("; of a single incident")
    assert lines[-1] == STILL


@pytest.mark.thorough
def test_zeros_are_counted_apart():
    (line,) = (line for line in output().splitlines() if line.startswith("perpetrator:"))
    assert "2 of 20 said that nobody died" in line
    (line,) = (
        line
        for line in output("--level", "incident").splitlines()
        if line.startswith("perpetrator:")
    )
    assert "6 of 30 said that nobody died" in line


@pytest.mark.thorough
def test_the_conflict_under_analysis_is_left_out():
    whole, without = output(), output("--without", "Raqqa")
    assert f", without {COALITION}" in without.splitlines()[0]
    assert "236 statements in 81 conflicts" in whole.splitlines()[0]
    assert "in 80 conflicts" in without.splitlines()[0]
    both = output("--without", "Raqqa", "--without", "Kosovo").splitlines()[0]
    assert "Kosovo 1998-99" in both
    assert "in 79 conflicts" in both


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--without", "Freedonia"], "no conflict with the words of 'Freedonia'"),
        (["--level", "war"], "--level is total or incident, not 'war'"),
    ],
)
def test_bad_usage_ends_with_2(capsys, words, part):
    code, out, err = run(capsys, "roles", *words)
    assert (code, out) == (2, "")
    assert part in err


@pytest.mark.thorough
def test_a_file_for_priors(tmp_path):
    path = tmp_path / "learned.toml"
    path.write_text(output("--toml", "--without", "Raqqa"), encoding="utf-8")
    priors = ce.priors.read_priors(path)
    median = float(priors.roles["party"].totals.quantile(0.5)[0])
    assert median == pytest.approx(ce.priors.reporting_ratio("party", "Raqqa").median, rel=0.01)
    model = ce.ClaimsModel(ce.datasets.load("coalition"), priors=path)
    assert "roles.perpetrator of the analyst" in repr(model)
    totals = output("--toml", "--level", "total")
    assert "ratio = {" in totals
    assert "within" not in totals


@pytest.mark.thorough
def test_a_terminal_of_80_columns():
    page = io.StringIO()
    Console(file=page, width=80).print(as_rich(worth_of_roles()))
    lines = page.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(page.getvalue().split())
    assert "perpetrator" in text
    assert "reported / true (90%)" in text
    assert STILL in text
    (numbers,) = (line for line in lines if line.startswith("accuser "))
    assert " ".join(numbers.split()) == f"accuser {numbers_of('accuser')} 24, 16"
