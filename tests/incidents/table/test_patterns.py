"""Incidents as arrays: what is merged, what is kept apart, and that nothing is lost."""

from __future__ import annotations

import pickle
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casualty_est.incidents.table.reports import IncidentReports
from casualty_est.quantity.quantity import Quantity

SOURCES = {"Airwars": "monitor", "Coalition": "perpetrator", "SNHR": "monitor"}
TABLE = [
    # incident, source, role, quantity, verdict, own, recall, grade, date, scope, suspects, count
    ("S1", "Airwars", "monitor", "3-5", "", "", "", "fair", "2017-03-01", "Raqqa", "", ""),
    ("S1", "Coalition", "perpetrator", "2", "accepted", "", "", "", "", "", "Coalition", ""),
    ("S2", "Airwars", "", "3 to 5", "", "", "", "fair", "2017-09-30", "Raqqa", "Coalition", ""),
    ("S2", "Coalition", "", "two", "accepted", "", "", "", "", "", "", ""),
    ("S3", "Coalition", "", "", "rejected", "", "", "", "2018-01-01", "", "", ""),
    ("S4", "SNHR", "monitor", "unknown", "", "", "", "", "", "", "B; Coalition", ""),
    ("S5", "Coalition", "", "1", "accepted", "1", "0", "", "", "", "Coalition; B", ""),
]
COLUMNS = [
    "incident",
    "source",
    "role",
    "quantity",
    "verdict",
    "self_reported",
    "recall_check",
    "grade",
    "date",
    "scope",
    "perpetrator",
    "count",
]


def frame(rows=TABLE):
    return pd.DataFrame(rows, columns=COLUMNS)


def test_a_table_by_hand():
    patterns = IncidentReports(frame()).patterns()
    assert patterns.sources == ("Airwars", "Coalition", "SNHR")
    assert patterns.roles == ("monitor", "perpetrator", "monitor")
    assert [[q.text for q in claims] for claims in patterns.claims] == [["3-5"], ["2", "1"], []]
    assert patterns.claim.tolist() == [[0, 0, -2], [-2, -1, -2], [-2, -2, -1], [-2, 1, -2]]
    assert patterns.verdict.tolist() == [[0, 1, 0], [0, 2, 0], [0, 0, 0], [0, 1, 0]]
    assert patterns.self_reported.tolist() == [[False] * 3] * 3 + [[False, True, False]]
    assert patterns.recall_check.tolist() == [-1, -1, -1, 0]
    assert (patterns.grade, patterns.grade_of.tolist()) == (("fair",), [0, -1, -1, -1])
    assert patterns.perpetrators == (("Coalition",), (), ("B", "Coalition"))
    assert patterns.suspects.tolist() == [0, 1, 2, 2]
    assert (patterns.scope, patterns.scope_of.tolist()) == (("Raqqa", "all"), [0, 1, 1, 1])
    assert patterns.year.tolist() == [2017, 2018, 0, 0]
    assert patterns.count.tolist() == [2, 1, 1, 1]
    assert (len(patterns), patterns.incidents) == (4, 5)
    names, pattern = patterns.incident_of
    assert names == ("S1", "S2", "S3", "S4", "S5")
    assert pattern.tolist() == [0, 0, 1, 2, 3]


def test_types_are_the_promised_ones_and_nothing_can_be_written():
    patterns = IncidentReports(frame()).patterns()
    types = {
        "claim": np.int64,
        "verdict": np.int8,
        "self_reported": np.bool_,
        "recall_check": np.int8,
        "grade_of": np.int8,
        "suspects": np.int64,
        "scope_of": np.int64,
        "year": np.int64,
        "count": np.int64,
    }
    for name, dtype in types.items():
        array = getattr(patterns, name)
        assert array.dtype == dtype
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]
    with pytest.raises(ValueError, match="read-only"):
        patterns.incident_of.pattern[0] = 1
    with pytest.raises(AttributeError):
        patterns.count = np.zeros(4)
    assert pickle.loads(pickle.dumps(patterns)).claims == patterns.claims


def test_counts_are_added_up_and_then_no_incident_has_a_name():
    rows = [(name, "Airwars", "3", n) for name, n in (("a", "4"), ("b", ""), ("c", "7"))]
    table = pd.DataFrame(rows, columns=["incident", "source", "quantity", "count"])
    patterns = IncidentReports(table).patterns()
    assert patterns.count.tolist() == [12]
    assert patterns.incident_of is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("quantity", "at least 3"),
        ("quantity", "unknown"),
        ("grade", "weak"),
        ("date", "2018-05-05"),
        ("scope", "Aleppo"),
        ("perpetrator", "Army"),
    ],
)
def test_whatever_a_model_can_use_keeps_incidents_apart(column, value):
    one = {"incident": "a", "source": "A", "quantity": "3", "grade": "fair", "date": "2017-05-05"}
    one |= {"scope": "Raqqa", "perpetrator": "B"}
    assert len(IncidentReports(pd.DataFrame([one, one | {"incident": "b"}])).patterns()) == 1
    other = one | {"incident": "b", column: value}
    assert len(IncidentReports(pd.DataFrame([one, other])).patterns()) == 2


# Any table --------------------------------------------------------------------------------------

quantities = st.sampled_from(["", "unknown", "0", "1", "one", "7", "at least 7", "3-5", "dozens"])
words = st.fixed_dictionaries(
    {
        "grade": st.sampled_from(["", "fair", "weak", "discounted"]),
        "date": st.sampled_from(["", "2016-01-01", "2016-12-31", "2017-02-02"]),
        "scope": st.sampled_from(["", "all", "Raqqa"]),
        "perpetrator": st.sampled_from(["", "A", "A;B", "B; A"]),
        "count": st.sampled_from(["", "1", "3"]),
        "recall_check": st.sampled_from(["", "0", "1"]),
        "own": st.booleans(),
        "said": st.dictionaries(
            st.sampled_from(list(SOURCES)),
            st.tuples(quantities, st.sampled_from(["", "accepted", "rejected", "open"])),
            min_size=1,
        ),
    }
)


def long_table(incidents):
    rows = []
    for i, incident in enumerate(incidents):
        for source, (quantity, verdict) in incident["said"].items():
            belligerent = SOURCES[source] == "perpetrator"
            verdict = verdict if belligerent else ""
            own = incident["own"] and "Coalition" in incident["said"]
            rows.append(
                {
                    "incident": f"i{i}",
                    "source": source,
                    "role": SOURCES[source],
                    "quantity": quantity or ("" if verdict else "unknown"),
                    "verdict": verdict,
                    "self_reported": "1" if belligerent and own else "0",
                    "recall_check": incident["recall_check"] if own else "",
                    **{k: incident[k] for k in ("grade", "date", "scope", "perpetrator", "count")},
                }
            )
    return pd.DataFrame(rows)


def numbers(quantity):
    return (quantity.form, quantity.low, quantity.best, quantity.high)


@pytest.mark.thorough
@given(st.lists(words, min_size=1, max_size=12))
def test_patterns_say_exactly_what_the_rows_say(incidents):
    table = long_table(incidents)
    expected = Counter()
    for _, rows in table.groupby("incident", sort=False):
        first = rows.iloc[0]
        said = frozenset(
            (
                row["source"],
                numbers(Quantity.parse(row["quantity"])),
                row["verdict"],
                row["self_reported"] == "1",
            )
            for _, row in rows.iterrows()
        )
        suspects = frozenset(name.strip() for name in first["perpetrator"].split(";")) - {""}
        year = date.fromisoformat(first["date"]).year if first["date"] else 0
        key = (said, first["recall_check"], first["grade"], suspects, first["scope"] or "all", year)
        expected[key] += int(first["count"] or 1)

    reports = IncidentReports(table)
    patterns = reports.patterns()
    seen = Counter()
    for p in range(len(patterns)):
        said = set()
        for s, source in enumerate(patterns.sources):
            at = patterns.claim[p, s]
            if at == -2:
                assert not patterns.verdict[p, s]
                continue
            stated = patterns.claims[s][at] if at >= 0 else Quantity.parse("unknown")
            verdict = ("", "accepted", "rejected", "open")[patterns.verdict[p, s]]
            said.add((source, numbers(stated), verdict, bool(patterns.self_reported[p, s])))
        recall = {-1: "", 0: "0", 1: "1"}[int(patterns.recall_check[p])]
        grade = patterns.grade[patterns.grade_of[p]] if patterns.grade_of[p] >= 0 else ""
        suspects = frozenset(patterns.perpetrators[patterns.suspects[p]])
        place, year = patterns.scope[patterns.scope_of[p]], int(patterns.year[p])
        seen[(frozenset(said), recall, grade, suspects, place, year)] += int(patterns.count[p])
    assert seen == expected
    assert len(seen) == len(patterns)
    for claims in patterns.claims:
        assert all(not q.is_unknown for q in claims)
        assert len({numbers(q) for q in claims}) == len(claims)
