"""Days at the edge of a window: what one day may be, and what it may not."""

from __future__ import annotations

import pandas as pd
import pytest

from casualty_est import ClaimsModel, InputError


def row(**cells):
    """The one claim of a table with these cells."""
    table = pd.DataFrame([{"source": "A", "quantity": "5", "role": "monitor", **cells}])
    return ClaimsModel(table).claims.rows[0]


def test_a_claim_may_be_reported_on_the_first_day_of_its_window():
    claim = row(start="2018-02-09", reported="2018-02-09")
    assert claim.reported == claim.start


def test_and_not_on_the_day_before():
    with pytest.raises(InputError, match="nobody can report before the window starts, 2018-02-09"):
        row(start="2018-02-09", reported="2018-02-08")


def test_a_window_may_be_one_day():
    claim = row(start="2018-02-09", end="2018-02-09")
    assert claim.start == claim.end


def test_and_does_not_end_before_it_starts():
    with pytest.raises(InputError, match="a window ends on or after its start, 2018-02-09"):
        row(start="2018-02-09", end="2018-02-08")
