"""Small promises of claims that no other test checks."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.claims.plots.path_data import of_target, row_of
from casualty_est.claims.refits.tipping import _root
from casualty_est.claims.report.timeline import _days, first
from casualty_est.claims.table.claims import _SHOWN
from tests.support.over_time_by_hand import CELL, DATES, claim, over_time


def table(rows: int) -> ce.Claims:
    return ce.Claims(
        pd.DataFrame({"source": [f"S{i}" for i in range(rows)], "quantity": ["100"] * rows})
    )


def test_a_table_that_is_shown_whole_has_no_more():
    assert " more" not in table(3 * _SHOWN)._repr_html_()
    assert "and 1 more" in table(3 * _SHOWN + 1)._repr_html_()
    assert " more" not in str(table(_SHOWN))
    assert "and 1 more" in str(table(_SHOWN + 1))


def test_two_sources_can_be_left_out_in_turn():
    est = ce.ClaimsModel(ce.datasets.claims("coalition")).fit(seed=1)
    assert len(est.sources()) == 2
    assert list(est.without_each_source()["case"]) == ["without Pentagon", "without Airwars"]


@pytest.mark.parametrize("model", [ce.ClaimsModel, ce.IncidentModel, ce.ListModel])
def test_a_thousand_prior_draws_unless_asked(model):
    assert inspect.signature(model.prior_predictive).parameters["draws"].default == 1000


@pytest.mark.parametrize(("years", "sd"), [(1, 1.25), (4, 2.5)])
def test_the_path_may_wander_as_far_as_its_span_is_long(years, sd):
    """The default sd of the log of deaths per day grows with the root of the span: 1.25 a year."""
    frame = pd.DataFrame(
        {
            "source": ["A", "A"],
            "role": ["monitor", "monitor"],
            "quantity": ["100", "300"],
            "start": ["2015-01-01", "2015-01-01"],
            "end": ["2015-06-30", date(2014 + years, 12, 31).isoformat()],
        }
    )
    layout = ce.ClaimsModel(ce.Claims(frame), grid="month").layout
    assert layout.timeline.path_sd == pytest.approx(sd, rel=0.01)


def test_shared_components_are_numbered_from_zero():
    """Two monitors and two governments; in between one who has a role, and shares nothing."""
    frame = pd.DataFrame(
        {
            "source": list("ABCDE"),
            "quantity": ["100", "120", "90", "300", "280"],
            "role": ["monitor"] * 2 + ["reference"] + ["government"] * 2,
        }
    )
    ratios = ce.ClaimsModel(ce.Claims(frame)).layout.ratios
    sharing = ratios.role_sd > 0
    assert sharing.tolist() == [True, True, False, True, True]
    assert ratios.role_index[sharing].tolist() == [0, 0, 1, 1]
    assert ratios.role_terms == 2
    assert ratios.role_shared.tolist() == sharing.tolist()


@pytest.mark.parametrize(("thorough", "reached"), [(True, True), (False, False)])
def test_a_hopeless_slope_is_given_up_only_where_time_is_short(thorough, reached):
    """The gap closes at 2 sds, though its slope at 0 promises nothing within reach."""
    root = _root(lambda x: 1 - (x / 2) ** 5, -1e-6, 1e-6, thorough=thorough)
    assert (root == pytest.approx(2, abs=1e-3)) if reached else root is None


def test_a_gap_that_a_slope_can_close_is_closed_either_way():
    for thorough in (True, False):
        assert _root(lambda x: 1 - x / 2, -0.5, 1e-6, thorough=thorough) == pytest.approx(2)


def test_what_bears_no_date_of_publication_was_stated_on_its_last_day():
    """Army said 200 up to day 10, without a date of publication: admitted from then on."""
    rows = [claim("Tally", "500", DATES[10]), claim("Army", "200", DATES[10], reported=None)]
    table = over_time([replace(row) for row in rows]).still_to_be_admitted()
    admitted = table.set_index("date")["admitted"]
    assert admitted[: DATES[9]].isna().all()
    assert (admitted[DATES[10] :] == 200).all()


def test_the_example_of_a_path_is_the_day_halfway():
    estimate = over_time()
    days = _days(of_target(estimate.path(), estimate.meta.rows[0].cell.target))
    said = " ".join(first(estimate, 0, 0.95))
    halfway = date.fromisoformat(DATES[days[len(days) // 2]])
    assert f"to {halfway.day} {halfway:%B %Y}: about" in said
    assert 0.4 < days[len(days) // 2] / len(DATES) < 0.6


def test_at_most_eight_paths_are_offered():
    cells = [replace(CELL, scope=letter) for letter in "ABCDEFGHIJ"]
    with pytest.raises(ce.UsageError, match="no path fits") as error:
        row_of(over_time(cells=cells), {"scope": "nowhere"})
    assert str(error.value).count("scope=") == 8
