"""Tables of persons, counted into incidents."""

from __future__ import annotations

import pandas as pd
import pytest

from casualty_est.errors import InputError
from casualty_est.incidents.table.reports import IncidentReports

PERSONS = {
    "incident": ["S1", "S1", "S1", "S2", "S2"],
    "source": ["A", "A", "B", "A", "A"],
    "name": ["x", "y", "y", "z", "z"],
    "age": [12, 30, 30, 4, 4],
    "date": ["2020-01-02"] * 3 + ["2020-01-05"] * 2,
}


def test_each_source_counts_its_persons():
    reports = IncidentReports(pd.DataFrame(PERSONS))
    rows = [(row.incident, row.source, str(row.quantity), str(row.date)) for row in reports.rows]
    assert rows == [
        ("S1", "A", "2", "2020-01-02"),
        ("S1", "B", "1", "2020-01-02"),
        ("S2", "A", "2", "2020-01-05"),
    ]
    notes = dict(reports.warnings)
    assert "5 people are counted into 3 numbers" in notes["persons"]
    assert "'name', 'age' are not kept" in notes["persons"]
    assert notes["same_person"].startswith("1 row is the same as another")


@pytest.mark.parametrize(
    ("without", "reason"),
    [
        (["incident"], "add a column 'incident' with the incident in which each of them died"),
        (["source"], "add a column 'source' with who made the list"),
        (["incident", "source"], "'incident' .* and a column 'source'"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(without, reason):
    frame = pd.DataFrame(PERSONS).drop(columns=without)
    with pytest.raises(InputError, match=reason) as caught:
        IncidentReports(frame)
    assert len(caught.value.problems) == 1


def test_persons_of_one_incident_agree():
    frame = pd.DataFrame(PERSONS)
    frame.loc[1, "date"] = "2020-01-03"
    with pytest.raises(InputError, match="the persons of one incident differ in this column"):
        IncidentReports(frame)


def test_no_name_is_kept():
    reports = IncidentReports(pd.DataFrame(PERSONS).replace({"name": {"x": "Zebulon"}}))
    assert "Zebulon" not in repr(reports.rows) + repr(reports.warnings)


def test_a_table_of_numbers_with_a_name_stays_as_it_is():
    frame = pd.DataFrame({"incident": ["S1"], "source": ["A"], "quantity": ["3"]})
    assert str(IncidentReports(frame).rows[0].quantity) == "3"
