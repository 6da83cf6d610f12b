"""What lists do not know: audits, matched surveys, kinds of dependence, and the dial."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.result.schema import Span
from casualty_est.studies import audit, matched, survey


def test_what_a_study_could_look_at(of_lists):
    est = of_lists()
    held = est._unknowns(0).held
    assert set(held) == {"any list", "Families", "HRW", "OSCE"}
    listed = est.draws("listed").ravel() / est.draws("total").ravel()
    np.testing.assert_allclose(held["any list"], listed)


def test_more_deaths_looked_up_narrow_it_more(of_lists):
    plan = of_lists().worth([matched([20, 80, 320]), audit("HRW", [20, 80, 320]), survey(50)])
    widths = [row.width_after for row in plan.rows[:3]]
    assert widths == sorted(widths, reverse=True)
    assert plan.rows[0].work == 20 * 18 * 0.6
    # Whoever is on some list is more than who is on one: it tells more.
    assert plan.rows[2].share > plan.rows[5].share


def test_kinds_of_dependence_are_worth_what_lies_between_them(of_lists):
    est = of_lists()
    (row,) = est.information().rows
    found = est.details.found
    mass = np.array([group.mass for group in found.groups])
    logs = np.log([group.median for group in found.groups])
    mass = mass / mass.sum()
    between = mass @ (logs - mass @ logs) ** 2
    wanted = min(1.0, between / np.log(est.draws()).var())
    assert row.share == pytest.approx(wanted)
    assert row.error is None
    assert "nan" not in repr(est.information())


def test_the_odds_ratio_that_a_number_needs(of_lists):
    """At a ratio r the median is people + (middle - people) r, exactly."""
    est = of_lists()
    people, dial = est.details.found.people, est.details.found.dial
    curve = {point.ratio: point.median for point in dial.curve}
    for ratio in (0.5, 2.0):
        answer = est.radius(curve[ratio])
        assert answer.how == "formula"
        assert answer.alone[0].value == pytest.approx(ratio)
        sd = math.log(1.7 / 0.8) / 3.92
        assert answer.sds == pytest.approx(abs(math.log(ratio / 1.2)) / sd, rel=1e-3)
    unlisted = est.radius(curve[0.5] - people, "unlisted")
    assert unlisted.alone[0].value == pytest.approx(0.5)
    assert "instead of 1.2 (0.80 to 1.7 in this answer)" in unlisted.sentence


def test_one_kind_of_dependence_fixes_the_odds_ratio(of_lists):
    """Nothing is so many standard deviations away from a number that no draw varies."""
    est = of_lists()
    one = replace(est.details.found.dial, implied=Span(1.0, 1.0 - 1e-15, 1.0 + 1e-15))
    est.details = replace(est.details, found=replace(est.details.found, dial=one))
    answer = est.radius(500)
    assert answer.sds is None
    assert "fix it at 1.0" in answer.sentence
    assert "standard deviations" not in answer.sentence
    json.dumps(answer.to_dict(), allow_nan=False)


def test_fewer_than_are_listed(of_lists):
    answer = of_lists().radius(100)
    assert answer.sds is None
    assert "fewer than the 206 people on the lists" in answer.sentence


def test_strata_and_loaded_files(of_lists, tmp_path):
    est = of_lists(strata=("March", "April"))
    at = next(i for i, row in enumerate(est.meta.rows) if row.strata)
    assert set(est._unknowns(at).held) == {"any list"}
    with pytest.raises(ce.UsageError, match="has no source to audit"):
        est.worth(audit("HRW", 50), row=at)
    loaded = ce.Estimate.load(est.save(tmp_path / "lists.nc"))
    assert repr(loaded.worth()) == repr(est.worth())
    assert loaded.radius(500) == est.radius(500)
