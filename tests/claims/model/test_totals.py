"""Which number comes first, and why there may be none."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest

from casualty_est import ClaimsModel, UsageError


def model(*rows, **options):
    common = {"role": "monitor", "quantity": "100"}
    table = [common | {"source": f"S{i}"} | row for i, row in enumerate(rows)]
    return ClaimsModel(pd.DataFrame(table).fillna(""), **options)


def reason(built):
    return next((text for code, text in built.notes if code == "no_total"), None)


def first(built):
    label = built.rows[0].label
    return label.scope, label.outcome, label.group, label.perpetrator


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{}], ("all", "killed", "civilians", "any")),
        ([{"scope": "Syria"}, {"scope": "Iraq"}], ("Iraq+Syria", "killed", "civilians", "any")),
        (
            [{"scope": "Iraq+Syria"}, {"scope": "Yemen"}],
            ("Iraq+Syria+Yemen", "killed", "civilians", "any"),
        ),
        ([{"scope": "A+B"}, {"scope": "B+C"}], ("A+B+C", "killed", "civilians", "any")),
        ([{"scope": "all"}, {"scope": "A"}], ("all", "killed", "civilians", "any")),
        ([{"group": "children"}, {}], ("all", "killed", "civilians", "any")),
        ([{"group": "all"}, {"group": "children"}], ("all", "killed", "all", "any")),
        ([{"outcome": "injured"}, {}], ("all", "killed", "civilians", "any")),
        ([{"perpetrator": "any"}, {"perpetrator": "P"}], ("all", "killed", "civilians", "any")),
        ([{"group": "children"}], ("all", "killed", "children", "any")),
        ([{"outcome": "casualties"}, {}], ("all", "killed", "civilians", "any")),
    ],
)
def test_the_total_stands_first(rows, expected):
    built = model(*rows)
    assert reason(built) is None
    assert first(built) == expected


def test_a_single_cell_is_written_once():
    assert len(model({}, {}).rows) == 1
    # Iraq+Syria written by both is one cell; alone it stays one.
    assert len(model({"scope": "Iraq+Syria"}, {"scope": "Syria+Iraq"}).rows) == 1


def test_every_named_cell_and_every_part_has_a_row():
    built = model({"scope": "all"}, {"scope": "A"})
    assert [row.label.scope for row in built.rows] == ["all", "A", "(elsewhere)"]
    built = model({"outcome": "casualties"}, {"outcome": "injured"})
    assert {row.label.outcome for row in built.rows} == {"casualties", "injured", "killed"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"outcome": "casualties"}], "no claim counts the killed, only casualties"),
        ([{"outcome": "injured"}], "no claim counts the killed, only injured"),
        ([{}, {"group": "medics"}], "civilians, medics have no declared relation"),
        ([{"group": "women"}, {"group": "children"}], "children, women have no declared relation"),
        (
            [
                {"scope": "A", "perpetrator": "P"},
                {"scope": "B", "perpetrator": "any"},
                {"scope": "B", "perpetrator": "P"},
            ],
            "do not cover every part",
        ),
        (
            [{"scope": "A", "end": "2018-02-09"}, {"scope": "B", "end": "2019-01-01"}],
            "different windows .open to 2018-02-09, open to 2019-01-01",
        ),
    ],
)
def test_no_unique_total(rows, words):
    built = model(*rows)
    text = reason(built)
    assert text is not None
    assert text.startswith("there is no unique total: ")
    assert text.endswith("choose one with --total")
    assert re.search(words, text), text
    # No row but for what somebody counted.
    claimed = {t.label for t in built.layout.ratios.targets}
    cells = {cell.label for cell in built.layout.grid.cells}
    assert {row.label for row in built.rows} <= claimed | cells


def test_the_total_adds_up_disjoint_perpetrators_and_declared_parts():
    built = model({"perpetrator": "P"}, {"perpetrator": "Q"})
    assert first(built) == ("all", "killed", "civilians", "P+Q")
    assert built.rows[0].cells.all()
    built = model({}, {"group": "combatants"})
    assert first(built) == ("all", "killed", "all", "any")
    assert built.rows[0].cells.all()
    assert [row.claimed for row in built.rows] == [True, True, True]


def test_joined_perpetrators_cover_their_parts():
    built = model({"perpetrator": "P+Q"}, {"perpetrator": "Q"})
    assert first(built) == ("all", "killed", "civilians", "P+Q")
    assert [row.claimed for row in built.rows] == [True, True, False]


def test_a_chosen_total_over_different_windows_says_so():
    rows = [{"scope": "A", "end": "2018-02-09"}, {"scope": "B", "end": "2019-01-01"}]
    built = model(*rows, total={"scope": "A+B"})
    assert any(code == "total_windows" for code, _ in built.notes)


def test_choosing_the_total():
    rows = [{"scope": "A", "perpetrator": "P"}, {"scope": "B", "perpetrator": "Q"}]
    assert reason(model(*rows)) is not None
    built = model(*rows, total={"scope": "B", "perpetrator": "Q"})
    assert reason(built) is None
    assert first(built) == ("B", "killed", "civilians", "Q")


def test_choosing_a_sum_of_scopes_in_any_order():
    rows = [{"scope": "A", "end": "2018-02-09"}, {"scope": "B", "end": "2019-01-01"}]
    built = model(*rows, total={"scope": "B + A"})
    assert first(built)[0] == "A+B"
    assert (built.rows[0].start, built.rows[0].end) == (None, date(2019, 1, 1))


def test_choosing_casualties():
    built = model({"outcome": "casualties"}, total={"outcome": "casualties"})
    assert first(built) == ("all", "casualties", "civilians", "any")
    assert reason(built) is None


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ({"scop": "A"}, "Did you mean 'scope'"),
        ({"scope": "Z", "perpetrator": "P"}, "no claim uses the scope 'Z'"),
        ({"perpetrator": "Z"}, "no claim uses the perpetrator"),
        ({"scope": "A", "perpetrator": "Q"}, "do not cover all of"),
        ({"scope": "A"}, "do not cover all of"),
    ],
)
def test_bad_choices(total, words):
    rows = [{"scope": "A", "perpetrator": "P"}, {"scope": "B", "perpetrator": "Q"}]
    with pytest.raises(UsageError, match=words):
        model(*rows, total=total)


def test_incidents_have_each_their_own_day_and_are_joined():
    days = [
        {
            "scope": f"strike {d}",
            "start": f"2018-01-{d}",
            "end": f"2018-01-{d}",
            "level": "incident",
            "quantity": "7",
        }
        for d in (23, 24, 30)
    ]
    built = model(*days)
    assert reason(built) is None
    assert first(built)[0] == "strike 23+strike 24+strike 30"
    assert (built.rows[0].start, built.rows[0].end) == (date(2018, 1, 23), date(2018, 1, 30))
    assert (built.rows[1].start, built.rows[1].end) == (date(2018, 1, 23), date(2018, 1, 23))


def test_overlapping_windows_are_refused():
    with pytest.raises(UsageError, match="2018"):
        model({"end": "2018-02-09"}, {"end": "2019-01-01"})
