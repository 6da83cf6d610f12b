"""A chosen total that names no outcome counts the killed, where anybody does."""

from __future__ import annotations

import pandas as pd
import pytest

from casualty_est import ClaimsModel, UsageError


def first(outcomes, total):
    rows = [
        {"source": f"S{i}", "quantity": "100", "role": "monitor", "scope": "A", "outcome": outcome}
        for i, outcome in enumerate(outcomes)
    ]
    return ClaimsModel(pd.DataFrame(rows), total=total).rows[0].label.outcome


@pytest.mark.parametrize(
    "outcomes",
    [["killed"], ["injured", "killed"], ["casualties", "injured", "killed"]],
    ids=" ".join,
)
def test_the_killed_stand_for_an_outcome_that_was_not_named(outcomes):
    assert first(outcomes, {"scope": "A"}) == "killed"


def test_the_one_outcome_in_use_does_where_nobody_counts_the_killed():
    assert first(["injured"], {"scope": "A"}) == "injured"


def test_a_named_outcome_is_the_one_of_the_total():
    assert first(["injured", "killed"], {"scope": "A", "outcome": "injured"}) == "injured"
    with pytest.raises(UsageError, match="no claim uses the outcome 'killed'"):
        first(["injured"], {"scope": "A", "outcome": "killed"})
