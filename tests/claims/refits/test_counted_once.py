"""Figures that may be copies: the answer if they are, beside the answer if they are not."""

import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.claims.table.copies import repeats

SAME = [("Ministry", "government"), ("OCHA", "international"), ("Media Office", "government")]


def table(numbers=("45,805", "45,805", "45,806"), **more):
    rows = [
        {"source": source, "role": role, "quantity": number, "scope": "Strip", **more}
        for (source, role), number in zip(SAME, numbers, strict=True)
    ]
    survey = {"source": "Survey", "role": "survey", "quantity": "64,260", "scope": "Strip"}
    return pd.DataFrame([*rows, survey | dict.fromkeys(more, "")])


def test_counted_once_is_the_table_without_the_copies():
    est = ce.ClaimsModel(table()).fit(seed=1)
    (case,) = est.counted_once().itertuples()
    assert case.case == "equal figures counted once, without OCHA and Media Office"
    alone = ce.ClaimsModel(table().iloc[[0, 3]]).fit(seed=1).summary().iloc[0]
    assert [case.low, case.median, case.high] == pytest.approx(
        [alone["low"], alone["median"], alone["high"]], rel=1e-3
    )
    # Three witnesses narrow the answer, one does not.
    whole = est.summary().iloc[0]
    assert case.high / case.low > 1.5 * whole["high"] / whole["low"]


def test_what_the_table_answers_is_no_question():
    assert ce.ClaimsModel(table(independent="1")).fit(seed=1).counted_once().empty
    quoted = table()
    quoted["quotes"] = ["", "Ministry", "Ministry", ""]
    assert ce.ClaimsModel(quoted).fit(seed=1).counted_once().empty


def test_other_numbers_are_not_asked_about():
    assert not repeats(list(ce.Claims(table(("45,805", "41,212", "52,340")))))
    assert repeats(list(ce.Claims(table()))) == [1, 2]


@pytest.mark.slow
def test_the_report_has_both(tmp_path):
    est = ce.ClaimsModel(table().iloc[[0, 1, 3]]).fit(seed=1)
    text = est.report(tmp_path / "r.html").read_text("utf-8")
    assert "Equal figures counted once, without OCHA" in text
    assert "If figures that are equal, or nearly, are copies of one." in text
