"""Bundled incidents agree with the archives that they were drawn from."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from casualty_est import datasets
from tests.support.strikes import BAHRA, HAJEEN, SHAAFA


def syria():
    return datasets.load("coalition_syria_patterns")


def by_pattern():
    """Monitor's row and perpetrator's row (or None) of every pattern."""
    incidents = {}
    for row in syria():
        incidents.setdefault(row.incident, {})[row.source] = row
    return [(rows["Airwars"], rows.get("Coalition")) for rows in incidents.values()]


def total(of=lambda airwars, coalition: 1, where=lambda airwars, coalition: True):
    return sum(a.count * of(a, c) for a, c in by_pattern() if where(a, c))


def low(row):
    return row.quantity.low or 0


def test_syria_is_read_and_only_the_day_is_missing():
    reports = syria()
    assert reports.roles == {"Airwars": "monitor", "Coalition": "perpetrator"}
    assert reports.warnings == (
        ("default", "date not given for 2,044 incidents: the year is not known"),
    )
    assert datasets.provenance("coalition_syria_patterns").kind == "incidents"


def test_strikes_have_a_verdict_only_where_one_is_known():
    said = {}
    for row in datasets.incidents("strikes_incidents"):
        if row.source == "Coalition":
            said[row.incident] = row.verdict
    assert said == {SHAAFA: "open", HAJEEN: "open", BAHRA[0]: "rejected", BAHRA[1]: "rejected"}
    assert datasets.incidents("strikes_incidents").documented().low == 3 + 3 + 11 + 13


def test_syria_verdicts_are_those_of_the_archive():
    assert total() == 2044
    judged = Counter()
    for _, coalition in by_pattern():
        judged[coalition and coalition.verdict] += coalition.count if coalition else 0
    assert judged == {"accepted": 195, "rejected": 1557, "open": 68, None: 0}
    own = total(where=lambda a, c: c and c.self_reported)
    assert own == 74
    settled = judged["accepted"] + judged["rejected"]
    assert settled == 1752
    assert round(judged["accepted"] / settled, 2) == 0.11
    # Two self-reports were rejected in the archive; here only the accepted ones are marked.
    assert round((judged["accepted"] - own) / (settled - own), 2) == 0.07


def test_syria_what_the_coalition_conceded():
    conceded = total(low_of_coalition, accepted)
    assert conceded == pytest.approx(675, abs=2)
    assert round(conceded / total(lambda a, c: low(a), accepted), 2) == 0.68
    checks = Counter()
    for _, coalition in by_pattern():
        if coalition and coalition.self_reported:
            checks[coalition.recall_check] += coalition.count
    assert checks == {True: 12, False: 18, None: 44}


def low_of_coalition(_, coalition):
    return low(coalition)


def accepted(_, coalition):
    return coalition is not None and coalition.verdict == "accepted"


@pytest.mark.parametrize(
    ("grade", "lowest", "highest"),
    [
        # Sums of minima and of maxima in the archive, after the duplicates are taken out.
        ("confirmed", 1083, 2428),
        ("fair", 4470, 6982),
        ("weak", 705, 835),
        ("contested", 2865, 4894),
        ("discounted", 184, 434),
    ],
)
def test_syria_sums_by_grade_are_those_of_the_archive(grade, lowest, highest):
    def here(airwars, _):
        return airwars.grade == grade

    assert total(lambda a, c: low(a), here) == pytest.approx(lowest, abs=5)
    assert total(lambda a, c: a.quantity.high or 0, here) == pytest.approx(highest, abs=5)


def test_syria_no_row_stands_for_a_single_incident():
    reports = syria()
    assert min(incident.count for incident in reports.incidents) >= 3
    patterns = reports.patterns()
    assert len(patterns) == len(reports.incidents)
    assert patterns.incident_of is None
    assert patterns.perpetrators == (
        ("Coalition",),
        ("another suspect", "Coalition"),
        ("a third suspect", "another suspect", "Coalition"),
    )
    text = datasets.path("coalition_syria_patterns").read_text("utf-8")
    assert re.search(r"CS\d|20[012]\d|Raqqa|Deir|Aleppo", text) is None


def test_syria_is_attributed():
    record = datasets.provenance("coalition_syria_patterns")
    assert "attribution to Airwars" in record.licence
    assert any("fewer than three incidents" in note for note in record.notes)
