"""The record says what was published, keeps its own rules, and every broken row is named."""

from __future__ import annotations

import csv
import dataclasses
import io
import math

import pytest

import casualty_est as ce
from casualty_est.datasets import statements
from casualty_est.errors import InputError

RECORD = ce.datasets.record()
TEXT = ce.datasets.path("record").read_text("utf-8")


def rows():
    return list(csv.DictReader(io.StringIO(TEXT, newline="")))


def test_every_row_of_the_file_is_a_statement():
    assert len(RECORD) == len(rows()) == 283
    assert len(RECORD.conflicts) == 96
    assert len({row.id for row in RECORD}) == len(RECORD)
    assert RECORD.provenance.kind == "record"
    assert ce.datasets.load("record") is RECORD
    assert repr(RECORD) == "Record: 283 statements, 96 conflicts"


def test_the_table_is_a_sequence_and_a_frame():
    assert RECORD[0] == next(iter(RECORD))
    assert RECORD[:2] == RECORD.statements[:2]
    frame = RECORD.to_frame()
    assert list(frame.columns) == list(csv.DictReader(io.StringIO(TEXT)).fieldnames)
    assert len(frame) == len(RECORD)
    assert frame["ratio"].dtype == float
    with pytest.raises(dataclasses.FrozenInstanceError):
        RECORD[0].ratio = 1.0


@pytest.mark.parametrize(
    ("key", "reported", "reference", "role", "use"),
    [
        ("kos11", 5000, 452, "accuser", "main"),  # BBC 7 February 2000: 1,200 to 5,000
        ("kor01", 191, 262, "perpetrator", "main"),
        ("flk01", 250, 50, "adversary", "doubtful"),
        ("egy06", 4500, 900, "accuser", "main"),  # the day after, more than 4,500
        ("gaz01", 37877, 64260, "government", "main"),
        ("vnm02", 20, 504, "perpetrator", "main"),
        ("dar01", 10000, 62305, "perpetrator", "main"),
        ("afg08", 0, 10, "perpetrator", "zero"),
        ("slv03", 0, 986, "third_state", "zero"),
        ("kos08", 4400, 10401, "merged_list", "main"),
        ("rwa03", 507000, 540000, "int_estimate", "main"),
        ("sdn03", 20178, 26024, "event_data", "bound"),
    ],
)
def test_known_rows(key, reported, reference, role, use):
    (row,) = (row for row in RECORD if row.id == key)
    assert (row.reported_best, row.ref_best) == (reported, reference)
    assert (row.role, row.use) == (role, use)
    assert row.ratio == pytest.approx(reported / reference, rel=1e-3)


def test_errors_of_the_better_figure_follow_the_rule():
    row = next(row for row in RECORD if row.id == "gaz01")
    expected = math.log(78525 / 55298) / (2 * 1.959964)
    assert row.ref_sd_log == pytest.approx(expected, abs=6e-4)
    assert min(row.ref_sd_log for row in RECORD) == statements.SMALLEST_SD
    survey = next(row for row in RECORD if row.id == "kos03")
    assert survey.own_sd == pytest.approx(math.log(18300 / 5500) / (2 * 1.959964))
    assert row.own_sd == 0


def test_rows_about_one_toll_share_one_better_figure():
    """What was said of one event on one definition is held against one number."""
    shared = {"gin01": "gin04", "leb05": "leb06", "oss01": "oss02", "slv02": "slv03"}
    by_id = {row.id: row for row in RECORD}
    for one, other in shared.items():
        first, second = by_id[one], by_id[other]
        assert (first.conflict, first.ref_best) == (second.conflict, second.ref_best)
        assert (first.ref_low, first.ref_high) == (second.ref_low, second.ref_high)


def test_nothing_is_learned_from_what_was_not_seen():
    assert {row.use for row in RECORD if row.confidence == "C"} == {"doubtful"}
    assert {row.confidence for row in RECORD if row.use in ("main", "zero")} == {"A"}
    for row in RECORD:
        assert row.role in statements.ROLES
        assert "memory" not in row.note
        assert "as above" not in (row.citation_source, row.citation_ref)


def test_rows_of_a_role():
    monitors = RECORD.of("monitor")
    assert len(monitors) == 30
    assert {row.use for row in monitors} == {"main"}
    assert len(RECORD.of("perpetrator", use="zero")) == 8


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("role", "monitr", "did you mean 'monitor'"),
        ("use", "maybe", "one of main, zero, bound"),
        ("start", "1999-13", "an ISO date"),
        ("end", "1998", "the end may not come before the start"),
        ("source", " ", "may not be blank"),
        ("reported_low", "200000", "between reported_low and reported_high"),
        ("ref_low", "9000", "between ref_low and ref_high"),
        ("ref_best", "many", "a number"),
        ("ratio", "1.25", "reported_best / ref_best is 12.5"),
        ("ref_sd_log", "0.5", "the interval of the better figure has 0.076"),
        ("reported_best", "nan", "a finite number"),
        ("ref_prob", "95", "write 0.95"),
        ("ref_uses_source", "perhaps", "one of no, partly, wholly"),
    ],
)
def test_a_broken_row_is_named(column, value, reason):
    table = rows()
    table[0][column] = value
    with pytest.raises(InputError) as caught:
        statements.parse(table, "mine.csv")
    assert isinstance(caught.value, ce.CasualtyEstError)
    assert {problem.line for problem in caught.value.problems} == {2}
    assert reason in str(caught.value)
    assert column in str(caught.value) or "zero" in str(caught.value)


def test_all_broken_rows_are_told_at_once():
    table = rows()
    table[3]["use"] = "zero"
    table[5]["id"] = table[4]["id"]
    table[7]["level"] = None
    with pytest.raises(InputError) as caught:
        statements.parse(table, "mine.csv")
    assert [problem.line for problem in caught.value.problems] == [5, 7, 9]


def test_columns_are_those_of_the_record():
    table = [{"id": "a", "conflict": "b"}]
    with pytest.raises(InputError, match="columns missing or unknown: citation_ref"):
        statements.parse(table, "mine.csv")


def test_ratio_and_error_may_be_left_blank():
    table = rows()[:1]
    table[0]["ratio"] = table[0]["ref_sd_log"] = ""
    (row,) = statements.parse(table, "mine.csv")
    assert row.ratio == 12.5
    assert row.ref_sd_log == pytest.approx(0.0764, abs=1e-4)
