"""Claims over time on the command line: options, notes and what is refused."""

from __future__ import annotations

import json

import pytest

from tests.support.command import run

SERIES = (
    "source,role,quantity,scope,start,end\n"
    "Army,perpetrator,12,Syria,2016-01-01,2016-03-31\n"
    "Army,perpetrator,31,Syria,2016-01-01,2016-06-30\n"
    "Army,perpetrator,60,Syria,2016-01-01,2016-12-31\n"
    "Watch,monitor,150,Syria,2016-01-01,2016-06-30\n"
    "Watch,monitor,310,Syria,2016-01-01,2016-12-31\n"
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(SERIES, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--grid", "fortnight"], "'fortnight' is unknown"),
        (["--delay", "Army=soon"], "a number or 'estimated' as the value, not 'soon'"),
        (["--delay", "Army"], "--delay takes NAME=VALUE"),
        (["--delay", "Navy=3"], "no source is called 'Navy'. Use one of:"),
        (["--drift", "Army=fast"], "--drift takes NAME=VALUE with a number as the value"),
        (["--restated", "none"], "restated: 'none' is unknown"),
    ],
)
def test_what_is_refused(capsys, table, options, words):
    code, out, err = run(capsys, "claims", table, *options)
    assert code == 2
    assert words in " ".join(err.split())
    assert out == ""


def test_check_says_which_claims_count(capsys, table):
    table.write_text(SERIES.replace("Watch,monitor,310,Syria,2016-01-01,2016-12-31\n", ""))
    code, out, _ = run(capsys, "check", "claims", table)
    assert code == 0
    assert "4 rows, 2 sources, 4 claims that count" in out


@pytest.mark.slow
def test_a_fit_over_time(capsys, table, tmp_path):
    numbers = tmp_path / "e.json"
    code, out, _ = run(
        capsys, "claims", table, "--grid", "month", "--delay", "Army=60", "--drift", "Watch=0.2",
        "--seed", 1, "--json", numbers,
    )  # fmt: skip
    text = " ".join(out.split())
    assert code == 0, text
    assert "counts are followed over 12 months from 2016-01-01 to 2016-12-31 (as asked)" in text
    assert "Army states deaths late: median delay 60 days" in text
    assert "the log ratio of Watch drifts by sd 0.2 a year" in text
    content = json.loads(numbers.read_text("utf-8"))
    assert content["details"]["windows"]["delayed"] == ["Army"]
    assert len(content["details"]["path"][0]["dates"]) == 12
    assert content["settings"]["grid"] == "month"
