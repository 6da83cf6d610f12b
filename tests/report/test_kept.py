"""Notes: each is written once, as a template that a catalogue has, and can be said again."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import casualty_est as ce
from casualty_est.incidents.table import read_dataset as incidents
from casualty_est.report.text import KEPT
from casualty_est.surveys.table import read_dataset as survey
from casualty_est.wording.again import known
from casualty_est.wording.language import Kept, speaking
from tests.support.parsed import ROOT, calls


def called(name: str) -> Iterable[tuple[Path, ast.Call]]:
    """Every call of a function in the package."""
    return ((p, c) for p, c in calls() if isinstance(c.func, ast.Name) and c.func.id == name)


def test_templates_are_literal_so_that_translators_find_them():
    # mypy refuses a note that is not made by `stored`, and here is what it cannot see.
    composed = (ast.JoinedStr, ast.BinOp, ast.Call)
    for path, call in called("stored"):
        assert not isinstance(call.args[1], composed), f"{path}:{call.lineno}"
    made = {path.relative_to(ROOT).as_posix() for path, _ in called("Kept")}
    assert made == {"wording/language.py"}


CLAIMS = """source,role,quantity,day,group,notes,derived_from
Red Cross,monitor,at least 120 (12 children),3/14/2018,civilians,x,
red cross,monitor,75 +/- 4,3/15/2018,civilians,x,
Ministry,government,2000,3/16/2018,elders,x,
Ministry,government,1777,3/16/2018,civilians,x,
Agency; Daily,media,1777,3/16/2018,civilians,x,
Copyist,media,1777,3/16/2018,civilians,x,Ministry
,,,,,,
Note: figures are provisional.,,,,,,
"""
SEMICOLONS = "Deaths by source\nsource;killed\nA;5\nB;unknown\n"
INCIDENTS = """incident,source,role,quantity,verdict
1,Airwars,monitor,3-5,
2,Airwars,monitor,2,
2,airwars,,unknown,
2,Coalition,perpetrator,1,rejected
3,AFP; Reuters,,4,
"""
LISTS = """A,B,C,year,people
1,1,0,2001,4
1,0,0,2001,5
0,1,0,2001,7
1,0,0,2002,3
0,1,0,2002,2
0,0,1,,6
0,1,1,,3
"""
HOUSEHOLDS = """stratum,psu,members,killed,weight,missing,joined
north,1,5,1,1,,0
North,2,4,0,1,0,0
south,3,6,1,900,0,1
south,4,3,0,1,1,0
"""
STUDIES = """study,estimate,interval
A,600,500-700
a,650,600 to 700
"""


def of_lists(path: Path) -> Iterable[tuple[str, Kept]]:
    table = ce.CaptureHistories.read(path, by=["year"])
    return [*table.warnings, *ce.ListModel(table, min_n=4).notes]


@pytest.mark.parametrize(
    ("text", "notes", "codes"),
    [
        (CLAIMS, lambda path: ce.ClaimsModel(ce.Claims.read(path)).notes, 12),
        (SEMICOLONS, lambda path: ce.Claims.read(path).warnings, 4),
        (INCIDENTS, lambda path: ce.IncidentModel(incidents(path), anchor="Airwars").notes, 7),
        (LISTS, of_lists, 4),
        (HOUSEHOLDS, lambda path: survey(path).warnings, 5),
        (STUDIES, lambda path: survey(path).warnings, 3),
    ],
    ids=["claims", "another file", "incidents", "lists", "households", "studies"],
)
def test_every_note_of_a_table_is_said_in_spanish(
    tmp_path: Path, text: str, notes: Callable[[Path], Iterable[tuple[str, Kept]]], codes: int
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    said = list(notes(path))
    with speaking("es"):
        told = {text: known(text, *KEPT) for _, text in said}
    assert [text for text, again in told.items() if again is None or again == text] == []
    assert len({code for code, _ in said}) >= codes
