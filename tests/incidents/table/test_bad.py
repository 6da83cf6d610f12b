"""Bad tables of incidents are told exactly what is wrong with them, and where."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from casualty_est.errors import InputError, UsageError
from casualty_est.incidents.table.incident import Report
from casualty_est.incidents.table.reports import IncidentReports
from casualty_est.quantity.quantity import Quantity

FOLDER = Path(__file__).parents[2] / "data" / "bad_incidents"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))


def test_every_bad_file_has_an_expectation():
    assert {path.name for path in FOLDER.iterdir()} - {"expected.toml"} == set(EXPECTED)
    assert len(EXPECTED) >= 12


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_file_is_told_all_its_problems(name):
    with pytest.raises(InputError) as caught:
        IncidentReports.read(FOLDER / name)
    told = [str(problem) for problem in caught.value.problems]
    expected = EXPECTED[name]["problems"]
    assert len(told) == len(expected), told
    for text, (start, *fragments) in zip(told, expected, strict=True):
        assert text.startswith(start)
        for fragment in fragments:
            assert fragment in text
        assert "\n" not in text
    count = f"{len(told)} problem{'s' if len(told) > 1 else ''}:"
    assert str(caught.value).splitlines()[0] == f"{name} has {count}"


def test_rows_of_a_dataframe_are_counted_as_rows():
    frame = pd.DataFrame({"incident": ["a", "a"], "source": ["A", "A"], "quantity": [1, 2]})
    with pytest.raises(InputError) as caught:
        IncidentReports(frame)
    assert "row 2, column 'incident', 'a'" in str(caught.value)
    assert "has one in row 1" in str(caught.value)


def test_rows_that_never_were_cells_keep_the_rules():
    seven = Quantity.parse(7)
    with pytest.raises(InputError, match="no rows"):
        IncidentReports.from_rows([])
    with pytest.raises(InputError, match="only a belligerent"):
        IncidentReports.from_rows([Report("a", "A", seven, "monitor", verdict="open")])
    with pytest.raises(InputError, match="at least 0"):
        IncidentReports.from_rows([Report("a", "A", Quantity.parse("at least 0"))])
    with pytest.raises(InputError, match="control characters"):
        IncidentReports.from_rows([Report("a", "A", Quantity.parse("3\u202e"))])


@pytest.mark.parametrize("kind", [None, 3, "incidents.txt", [("S1", "A", 3)]])
def test_what_is_no_table_is_refused(kind):
    with pytest.raises(UsageError):
        IncidentReports(kind) if not isinstance(kind, str) else IncidentReports.read(kind)
