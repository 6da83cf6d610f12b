"""Exports that others publish are recognised by their columns, and said."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

from casualty_est.cli.main import app
from casualty_est.errors import InputError
from casualty_est.incidents.table import looks_like
from casualty_est.incidents.table.exports import export_of
from casualty_est.incidents.table.reports import IncidentReports

GED = {
    "id": ["1", "2"], "best": ["600", "4"], "low": ["12", "4"], "high": ["600", "9"],
    "date_start": ["2022-03-16 00:00:00.000", "2022-04-01"], "type_of_violence": ["3", "1"],
    "side_a": ["Army", "Army"], "side_b": ["Civilians", "Rebels"], "country": ["X", "X"],
    "deaths_civilians": ["600", "0"],
}  # fmt: skip
ACLED = {
    "event_id_cnty": ["X1", "X2"], "event_date": ["01 January 2023", "2 February 2023"],
    "event_type": ["Violence against civilians", "Battles"], "actor1": ["Army", "Army"],
    "actor2": ["Civilians (X)", "Rebels; south"], "country": ["X", "X"], "fatalities": ["3", "0"],
    "source": ["Paper", "Radio"], "notes": ["", ""],
}  # fmt: skip
AIRWARS = {
    "code": ["C1", "C2"], "date": ["2017-03-01", "2017-03-02"], "region": ["R", "R"],
    "airwars_grading": ["Fair", "Confirmed"], "airwars_killed_min": ["3", "1"],
    "airwars_killed_max": ["5", "1"], "strike_status": ["", ""],
}  # fmt: skip
IBC = {
    "IBC code": ["k1", "k2"], "Start Date": ["1 Jan 2004", "2 Jan 2004"],
    "End Date": ["1 Jan 2004", "2 Jan 2004"], "Reported Minimum": ["3", "1"],
    "Reported Maximum": ["5", "1"], "Weapons": ["gunfire", "bomb"],
}  # fmt: skip
TBIJ = {
    "Strike ID": ["B1", "B2"], "Date": ["17/06/2004", "08/05/2005"], "Country": ["X", "X"],
    "Minimum total people killed": ["6", "2"], "Maximum total people killed": ["8", "2"],
    "Minimum civilians reported killed": ["3", "1"],
    "Maximum civilians reported killed": ["5", "1"],
}  # fmt: skip
RANGES = {"Airwars": AIRWARS, "Iraq Body Count": IBC, "Bureau of Investigative Journalism": TBIJ}


def recognised(table):
    (text,) = [text for code, text in table.warnings if code == "recognised"]
    return text


@pytest.mark.parametrize("source", RANGES)
def test_exports_of_ranges(source):
    table = IncidentReports(pd.DataFrame(RANGES[source]))
    assert [(row.source, row.role) for row in table] == [(source, "monitor")] * 2
    assert [row.quantity.text for row in table] == ["3-5", "1"]
    assert None not in [row.date for row in table]
    assert "read are deaths of civilians" in recognised(table)
    unread = dict(table.warnings).get("unread_columns", "")
    assert ("weapons" in unread.casefold()) == (source == "Iraq Body Count")


def test_migrants_dead_and_missing():
    table = IncidentReports(
        pd.DataFrame(
            {
                "Main ID": ["M1", "M2"],
                "Incident Date": ["2023-06-14", "2013-10-03"],
                "Region of Incident": ["Mediterranean"] * 2,
                "Number of Dead": ["82", "368"],
                "Minimum Estimated Number of Missing": ["518", ""],
                "Total Number of Dead and Missing": ["600", "368"],
                "Number of Survivors": ["104", "155"],
            }
        )
    )
    assert [(row.source, row.role, row.quantity.text) for row in table] == [
        ("IOM", "international", "82-600"),
        ("IOM", "international", "368"),
    ]
    assert "read are the dead, and as the high end the dead and missing" in recognised(table)


def test_an_export_keeps_its_grades():
    table = IncidentReports(pd.DataFrame(AIRWARS))
    assert [row.grade for row in table] == ["fair", "confirmed"]


def test_ged():
    table = IncidentReports(pd.DataFrame(GED))
    assert [row.quantity.text for row in table] == ["12-600", "4-9"]
    assert [row.perpetrator for row in table] == [("Army",), ("Army", "Rebels")]
    assert "UCDP GED by its columns" in recognised(table)
    assert table.rows == IncidentReports.from_ged(pd.DataFrame(GED)).rows


def test_ged_in_upper_case():
    frame = pd.DataFrame(GED)
    frame.columns = [name.upper() for name in frame.columns]
    assert IncidentReports(frame).rows == IncidentReports.from_ged(pd.DataFrame(GED)).rows


def test_ged_in_part():
    frame = pd.DataFrame(GED).drop(columns=["type_of_violence", "side_b"])
    table = IncidentReports(frame)
    assert [row.quantity.text for row in table] == ["12-600", "4-9"]
    assert "an export of a part of UCDP GED by its columns" in recognised(table)


def test_acled():
    table = IncidentReports(pd.DataFrame(ACLED))
    assert [(row.source, row.quantity.text) for row in table] == [("ACLED", "3"), ("ACLED", "0")]
    assert [row.perpetrator for row in table] == [("Army",), ("Army", "Rebels, south")]
    assert [row.date.isoformat() for row in table] == ["2023-01-01", "2023-02-02"]
    assert "--cell group=all" in recognised(table)


def test_a_problem_in_an_export_names_its_own_column():
    frame = pd.DataFrame(ACLED)
    frame.loc[1, "fatalities"] = "some"
    with pytest.raises(InputError, match="row 2, column 'fatalities', 'some'"):
        IncidentReports(frame)
    frame = pd.DataFrame(TBIJ)
    frame.loc[1, "Date"] = "spring"
    with pytest.raises(InputError, match="row 2, column 'Date', 'spring'"):
        IncidentReports(frame)


@pytest.mark.parametrize("columns", [GED, ACLED, *RANGES.values()])
def test_check_reads_them(tmp_path, columns):
    assert looks_like(frozenset(columns))
    pd.DataFrame(columns).to_csv(tmp_path / "export.csv", index=False)
    result = CliRunner().invoke(app, ["check", "incidents", str(tmp_path / "export.csv")])
    assert result.exit_code == 0
    assert "recognised as an export of" in " ".join(result.stdout.split())


def test_a_table_of_our_own_is_no_export():
    assert export_of(["incident", "source", "quantity", "low", "high", "date_start", "id"]) is None
    assert export_of(["id", "low", "high"]) is None
    assert export_of(["code", "date", "killed_min", "killed_max"]) is None
