"""Labels of estimates: short, unique, and the only way to ask for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from casualty_est import ClaimsModel, UsageError
from casualty_est.result.labels import cell_of, position, row_labels
from tests.support.by_hand import make_estimate, make_row


def test_a_single_estimate_is_the_total():
    assert row_labels([make_row()]) == ("total",)
    assert row_labels([]) == ()


def test_parts_are_named_by_what_they_are():
    rows = [make_row(), make_row("listed"), make_row("unlisted")]
    assert row_labels(rows) == ("total", "listed", "unlisted")


def test_only_what_differs_is_named():
    rows = [make_row(), make_row(scope="Iraq"), make_row(scope="Syria", start=None)]
    assert row_labels(rows) == ("total", "Iraq, 2014-08-08", "Syria, open")
    rows = [make_row(), make_row(group="women"), make_row(group="women", outcome="injured")]
    assert row_labels(rows) == ("total", "women, killed", "women, injured")


def test_strata_are_named_by_column():
    rows = [make_row(), make_row("unlisted")]
    rows += [replace(make_row(part), strata={"sex": "f"}) for part in ("total", "unlisted")]
    assert row_labels(rows) == ("total", "unlisted", "sex f", "sex f, unlisted")


def test_no_two_are_alike():
    twice = replace(make_row(), strata={"month": ""})
    labels = row_labels([make_row(), twice, twice, make_row("listed")])
    assert len(set(labels)) == 4
    assert labels[1:3] == ("month (blank)", "month (blank) (2)")


def test_where_a_label_stands():
    labels = ("total", "women", "men")
    assert position("men", labels, "summary()", "row") == 2
    assert position(1, labels, "summary()", "row") == 1
    assert position(np.int64(1), labels, "summary()", "row") == 1
    for wrong in (3, -1, True, None, 1.0, "boys"):
        with pytest.raises(UsageError, match=r"row must be one of the 3 labels of summary\(\)"):
            position(wrong, labels, "summary()", "row")
    with pytest.raises(UsageError, match="did you mean 'women'"):
        position("womens", labels, "summary()", "row")


def test_every_answer_takes_a_label():
    draws = np.arange(600.0).reshape(2, 100, 3)
    est = make_estimate(draws, [make_row(), make_row("listed"), make_row("unlisted")])
    assert list(est.summary().index) == list(est.labels) == ["total", "listed", "unlisted"]
    np.testing.assert_array_equal(est.draws(), est.draws("total"))
    np.testing.assert_array_equal(est.draws("unlisted"), draws[..., 2])
    assert est.modes("listed") == est.modes(1)
    assert est.headline("unlisted") == est.headline(2)
    assert est.level("total") == "data"
    for ask in (est.draws, est.modes, est.level, est.headline, est.identification):
        with pytest.raises(UsageError, match="did you mean 'listed'"):
            ask("lsted")


@pytest.mark.usefixtures("uncompiled")
def test_cells_of_claims_by_label():
    import pandas as pd

    table = pd.DataFrame(
        {"source": ["A", "A"], "role": "monitor", "quantity": ["900", "400"], "scope": ["x", "y"]}
    )
    est = ClaimsModel(table).fit(seed=1, method="nuts", draws=20, tune=50, chains=1)
    assert est.labels == ("total", "x", "y")
    np.testing.assert_allclose(est.draws("x") + est.draws("y"), est.draws("total"))
    assert est.identification("y").cell.scope == "y"


def test_a_day_of_any_kind_bounds_a_cell():
    default = make_row().cell
    for start in ("2020-01-01", date(2020, 1, 1), datetime(2020, 1, 1, 12), pd.Timestamp("2020")):
        assert cell_of({"start": start, "end": None}, default).start == "2020-01-01"
    with pytest.raises(UsageError, match="start is a day, as in 1999-03-20"):
        cell_of({"start": "2020-13-01"}, default)
