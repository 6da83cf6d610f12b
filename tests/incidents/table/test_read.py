"""Ways into an incidents table: UCDP GED, exports with ranges, one column per source."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from casualty_est.errors import InputError, UsageError
from casualty_est.incidents.table.reports import IncidentReports

GED = Path(__file__).parents[2] / "data" / "incidents" / "ucdp_ged_231_excerpt.csv"


def texts(reports):
    return {row.incident: str(row.quantity) for row in reports}


def codes(reports):
    return {code: text for code, text in reports.warnings if code != "default"}


# UCDP GED ----------------------------------------------------------------------------------------


def test_ged_of_everybody_is_a_range_where_the_estimates_differ():
    reports = IncidentReports.from_ged(GED)
    assert texts(reports) == {
        "300380": "2",
        "21300": "14",
        "15726": "4-17",
        "389938": "0-2",
        "320070": "0-140",
        "236880": "2-3",  # published as low 3, best 2, high 3
        "299515": "9-10",  # published as low 9, best 10, high 9
        "180975": "6",
        "90953": "0-1",
        "461369": "1",
    }
    assert codes(reports)["ends_out_of_order"].startswith("in 2 events low, best and high are out")
    assert "latitude" in codes(reports)["unread_columns"]
    assert reports.roles == {"UCDP GED": "monitor"}
    first, _, one_sided, *_ = reports.rows
    assert (first.date, first.scope) == (date(2013, 1, 3), "Syria")
    assert first.perpetrator == ("Government of Syria", "Syrian insurgents")
    assert one_sided.perpetrator == ("Government of Nigeria",)
    assert reports.patterns().year[:3].tolist() == [2013, 1989, 2005]


def test_ged_best_estimate_alone():
    reports = IncidentReports.from_ged(GED, number="best", source="GED", role=None, scope=None)
    frame = pd.read_csv(GED)
    assert texts(reports) == {
        str(i): f"{n}" for i, n in zip(frame["id"], frame["best"], strict=True)
    }
    assert "ends_out_of_order" not in codes(reports)
    assert reports.roles == {"GED": None}
    assert {row.scope for row in reports} == {None}


def test_ged_of_civilians_may_hold_those_of_unknown_status():
    reports = IncidentReports.from_ged(GED, group="civilians")
    assert texts(reports) == {"15726": "0-4", "180975": "5-6", "461369": "0-1"}
    assert codes(reports)["left_out"].startswith("7 events with no civilian death")
    best = IncidentReports.from_ged(GED, group="civilians", number="best")
    assert texts(best) == {"15726": "0", "180975": "5", "461369": "0"}


def test_ged_dates_may_carry_midnight():
    frame = pd.read_csv(GED, dtype=str).head(2)
    frame["date_start"] = ["2013-01-03 00:00:00.000", "1989-05-10T00:00:00"]
    assert [row.date.year for row in IncidentReports.from_ged(frame)] == [2013, 1989]
    frame["date_start"] = ["2013-01-03 25:00:00.000", "10/5/1989"]
    with pytest.raises(InputError) as caught:
        IncidentReports.from_ged(frame)
    assert [(p.line, p.column) for p in caught.value.problems] == [
        (1, "date_start"),
        (2, "date_start"),
    ]


def test_ged_errors_name_its_own_columns():
    frame = pd.read_csv(GED, dtype=str).head(3)
    frame.loc[0, "best"] = "many"
    frame.loc[1, "low"] = ""
    frame.loc[2, "id"] = frame.loc[0, "id"]
    with pytest.raises(InputError) as caught:
        IncidentReports.from_ged(frame)
    assert [(p.line, p.column, p.value) for p in caught.value.problems] == [
        (1, "best", "many"),
        (2, "low", ""),
        (3, "id", "300380"),
    ]
    with pytest.raises(UsageError, match=r"no column 'best'.*it has id, relid"):
        IncidentReports.from_ged(frame.drop(columns="best"))
    with pytest.raises(UsageError, match="group is 'all' or 'civilians', not 'women'"):
        IncidentReports.from_ged(frame, group="women")
    with pytest.raises(UsageError, match=r"no role 'moniter' here \(did you mean 'monitor'\?\)"):
        IncidentReports.from_ged(frame, role="moniter")
    only = pd.read_csv(GED, dtype=str).head(1)
    with pytest.raises(InputError, match="no row of the table names a number"):
        IncidentReports.from_ged(only, group="civilians")


# Exports with a minimum and a maximum ------------------------------------------------------------

EXPORT = pd.DataFrame(
    {
        "code": ["C1", "C2", "C3", "C4", "C5", "C6"],
        "min": ["3", "4", "", "2", "0", ""],
        "max": ["5", "4", "", "", "0", "9.0"],
        "grading": ["Fair", "Confirmed", "Contested, Discounted", "", "Weak", "FAIR"],
        "said": ["non_credible", "credible", "", "open_incident", "credible", ""],
        "y_min": ["", "3", "", "", "0", ""],
        "y_max": ["", "3", "", "", "0", ""],
        "own": ["0", "1", "", "", "1", "0"],
        "heard": ["", "1", "", "", "0", ""],
        "day": ["2017-03-01", "", "", "", "", ""],
        "notes": ["x"] * 6,
    }
)
HOW = {
    "incident": "code",
    "low": "min",
    "high": "max",
    "source": "Airwars",
    "role": "monitor",
    "columns": {"grade": "grading", "date": "day", "recall_check": "heard"},
    "grades": {"Contested, Discounted": "discounted"},
    "belligerent": "Coalition",
    "verdict": "said",
    "verdicts": {"credible": "accepted", "non_credible": "rejected", "open_incident": "open"},
    "conceded": ("y_min", "y_max"),
    "self_reported": "own",
}


def test_ranges_by_hand():
    reports = IncidentReports.from_ranges(EXPORT, **HOW)
    airwars = [row for row in reports if row.source == "Airwars"]
    assert [str(row.quantity) for row in airwars] == [
        "3-5",
        "4",
        "unknown",
        "at least 2",
        "0",
        "at most 9",
    ]
    grades = [row.grade for row in airwars]
    assert grades == ["fair", "confirmed", "discounted", None, "weak", "fair"]
    coalition = [row for row in reports if row.source == "Coalition"]
    assert [
        (row.incident, row.verdict, str(row.quantity), row.self_reported) for row in coalition
    ] == [
        ("C1", "rejected", "unknown", False),
        ("C2", "accepted", "3", True),
        ("C4", "open", "unknown", False),
        ("C5", "accepted", "0", True),
    ]
    assert codes(reports) == {"unread_columns": "1 column is not read: notes"}
    assert reports.patterns().recall_check.tolist() == [-1, 1, -1, -1, 0, -1]


def test_ranges_of_one_source_alone(tmp_path):
    path = tmp_path / "export.csv"
    EXPORT.to_csv(path, index=False)
    reports = IncidentReports.from_ranges(
        path, incident="code", low="min", high="max", source="TBIJ"
    )
    assert len(reports) == 6
    assert reports.name == "export.csv"
    assert "8 columns are not read" in codes(reports)["unread_columns"]


def test_a_number_in_words_is_conceded_in_one_column():
    frame = EXPORT.assign(y=["", "at least 3", "", "", "none", ""])
    reports = IncidentReports.from_ranges(frame, **{**HOW, "conceded": "y"})
    said = [str(row.quantity) for row in reports if row.source == "Coalition"]
    assert said == ["unknown", "at least 3", "unknown", "0"]


def test_ranges_errors_name_the_columns_of_the_export():
    frame = EXPORT.copy()
    frame.loc[0, "max"] = "2"
    frame.loc[1, "grading"] = "Solid"
    frame.loc[2, "said"] = "duplicate"
    frame.loc[3, "min"] = "two"
    frame.loc[4, "code"] = "C1"
    frame.loc[5, ["code", "day"]] = ["", "1/2/2017"]
    with pytest.raises(InputError) as caught:
        IncidentReports.from_ranges(frame, **HOW)
    assert [(p.line, p.column, p.value) for p in caught.value.problems] == [
        (1, "max", "2"),
        (2, "grading", "Solid"),
        (3, "said", "duplicate"),
        (4, "min", "two"),
        (5, "code", "C1"),
        (6, "code", ""),
    ]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"low": "mins"}, r"no column 'mins' \(did you mean 'min'\?\); it has code, min"),
        ({"low": "max"}, "'max' is named for two purposes"),
        ({"columns": {"grading": "grading"}}, "columns: 'grading' is unknown.*Use one of: grade"),
        ({"grades": {"Fair": "good"}}, "grades: 'good' is unknown.*Use one of: confirmed"),
        ({"verdicts": {"credible": "acepted"}}, r"verdicts: 'acepted' .*mean 'accepted'"),
        ({"belligerent_role": "monitor"}, "no role 'monitor' here.*perpetrator, party"),
        ({"belligerent": None}, "belligerent: name who gave the column 'said'"),
        (
            {"verdict": None, "conceded": None, "self_reported": None},
            "name a column with what 'Coalition' said",
        ),
    ],
)
def test_ranges_wrong_options_are_named(change, match):
    with pytest.raises(UsageError, match=match):
        IncidentReports.from_ranges(EXPORT, **{**HOW, **change})


# One column per source ---------------------------------------------------------------------------

WIDE = pd.DataFrame(
    {
        "incident": ["a", "b", "c"],
        "Airwars": ["3-5", "", "unknown"],
        "Coalition": ["", "2", "0"],
        "grade": ["fair", "", "weak"],
        "count": [1, 2, 3],
    }
)


def test_wide_by_hand():
    reports = IncidentReports.from_wide(WIDE, roles={"Airwars": "monitor"})
    assert [(row.incident, row.source, row.quantity.text, row.count) for row in reports] == [
        ("a", "Airwars", "3-5", 1),
        ("b", "Coalition", "2", 2),
        ("c", "Airwars", "unknown", 3),
        ("c", "Coalition", "0", 3),
    ]
    assert reports.roles == {"Airwars": "monitor", "Coalition": None}
    assert reports.patterns().claim.tolist() == [[0, -2], [-2, 0], [-1, 1]]
    assert [row.line for row in reports] == [1, 2, 3, 3]


def test_wide_errors_name_the_column_of_the_source():
    frame = WIDE.assign(incident=["a", "b", "a"], Coalition=["many", "", "0"])
    with pytest.raises(InputError) as caught:
        IncidentReports.from_wide(frame)
    assert [(p.line, p.column, p.value) for p in caught.value.problems] == [
        (1, "Coalition", "many"),
        (2, None, None),
        (3, "incident", "a"),
    ]
    with pytest.raises(InputError, match="'Coalition': this column is neither a source nor known"):
        IncidentReports.from_wide(WIDE, sources=["Airwars"])
    with pytest.raises(InputError, match="'verdict': this column is neither"):
        IncidentReports.from_wide(WIDE.assign(verdict="open"))
    with pytest.raises(UsageError, match=r"no column 'Airwar' \(did you mean 'Airwars'\?\)"):
        IncidentReports.from_wide(WIDE, sources=["Airwar"])
    with pytest.raises(UsageError, match="roles: there is no source 'Russia'"):
        IncidentReports.from_wide(WIDE, roles={"Russia": "party"})
    with pytest.raises(UsageError, match="no column 'code'"):
        IncidentReports.from_wide(WIDE, incident="code")


def test_wide_and_long_agree():
    wide = IncidentReports.from_wide(WIDE)
    assert IncidentReports(wide.to_frame()).patterns().claim.tolist() == (
        wide.patterns().claim.tolist()
    )
