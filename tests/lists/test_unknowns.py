"""What lists do not know: audits, matched surveys, kinds of dependence, and the dial."""

from __future__ import annotations

import itertools
import json
import math
import re
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pandas as pd
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
    assert of_lists().radius(206).sentence == (
        "206 would be the people on the lists and nobody else, which no odds ratio gives."
    )


def test_lists_without_a_number_say_why_and_ask_for_no_roles():
    apart = ce.ListModel(pd.DataFrame({"A": [1, 0], "B": [0, 1], "count": [60, 40]})).fit(seed=1)
    for ask in (apart.worth, apart.information, lambda: apart.radius(500)):
        with pytest.raises(ce.UsageError, match="no person is on two lists") as told:
            ask()
        assert "roles" not in str(told.value)


def test_a_large_odds_ratio_has_commas(two):
    assert re.search(r"about \d{1,3}(,000)+ instead of", two.radius(1e9).sentence)


def test_strata_and_loaded_files(of_lists, tmp_path):
    est = of_lists(strata=("March", "April"))
    at = next(i for i, row in enumerate(est.meta.rows) if row.strata)
    assert set(est._unknowns(at).held) == {"any list"}
    with pytest.raises(ce.UsageError, match="has no source to audit"):
        est.worth(audit("HRW", 50), row=at)
    loaded = ce.Estimate.load(est.save(tmp_path / "lists.nc"))
    assert repr(loaded.worth()) == repr(est.worth())
    assert loaded.radius(500) == est.radius(500)


# Two lists, and one family ------------------------------------------------------------------------

TWO = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [600, 400, 150]})
MIDDLE, SD = 1.5, math.log(6) / 1.959964  # of the prior of the odds ratio of two lists


def of_two(odds_ratio=None):
    return ce.ListModel(TWO, odds_ratio=odds_ratio).fit(seed=1)


@pytest.fixture(scope="module")
def two():
    return of_two()


def test_the_odds_ratio_of_two_lists_is_almost_all_that_is_unknown(two):
    """N = n (1 + w o): w has its prior, and o is the product of counts over the overlap."""
    (row,) = two.information().rows
    rng = np.random.default_rng(8)
    shares = rng.dirichlet(np.array([600, 400, 150]) + 0.5, 400_000)
    odds = shares[:, 0] * shares[:, 1] / shares[:, 2]
    ratio = MIDDLE * np.exp(SD * rng.standard_normal(len(odds)))
    logs = np.log1p(ratio * odds)
    # E[log N | w] for each w, by the spread of o alone, which is small.
    grid = np.quantile(ratio, (np.arange(400) + 0.5) / 400)
    means = np.array([np.log1p(w * odds[:4000]).mean() for w in grid])
    assert row.share == pytest.approx(means.var() / logs.var(), abs=0.01)
    moved = np.log1p(ratio * math.exp(0.01 * SD) * odds).mean() - logs.mean()
    assert row.effect == pytest.approx(moved / 0.01, rel=0.1)
    assert (row.now, row.error is None) == (1.5, False)


def test_how_far_its_prior_would_have_to_move(two, tmp_path):
    """The odds of being on neither list, over what they are for independent lists."""
    independent = 1150 + 600 * 400 / 150
    for n in (2000, 3000, 9000):
        wanted = (n - 1150) / (independent - 1150)
        answer = two.radius(n)
        assert answer.alone[0].value == pytest.approx(wanted, rel=0.02)
        assert answer.sds == pytest.approx(abs(math.log(wanted / MIDDLE)) / SD, abs=0.03)
        assert f"instead of 1.5: {answer.sds:.1f} standard deviations" in answer.sentence
    # The median of as many draws, after their prior was moved there.
    moved = two.radius(3000)
    factor = moved.alone[0].value / MIDDLE
    draws = 1150 + (two.draws().ravel() - 1150) * factor
    assert np.median(draws) == pytest.approx(3000, rel=0.03)
    loaded = ce.Estimate.load(two.save(tmp_path / "two.nc"))
    assert loaded.radius(3000) == moved
    assert loaded.information().to_dict() == two.information().to_dict()


def test_bounds_that_were_set_and_one_number():
    bounded = of_two([1, 5])
    (row,) = bounded.information().rows
    assert (row.now, row.effect) == (pytest.approx(5**0.5), None)
    assert (
        "which lies between the bounds that were set, 1.0 and 5.0" in bounded.radius(3000).sentence
    )
    outside = bounded.radius(2000)
    assert outside.sds is None
    assert "outside the bounds that were set" in outside.sentence
    fixed = of_two(2.0)
    told = fixed.information()
    assert not told.rows
    assert "The odds ratio of the two lists was set to 2.0; if it were a tenth higher" in repr(told)
    # d log N / d log w = unlisted / all.
    part = 1 - 1150 / float(np.median(fixed.draws()))
    assert f"{100 * 0.1 * part:.0f}% higher" in repr(told)


def test_replicates_and_strata_of_two_lists_keep_it(two):
    strata = pd.concat([TWO.assign(part="N"), TWO.assign(part="S")])
    est = ce.ListModel(ce.CaptureHistories(strata, by=["part"])).fit(seed=1)
    (row,) = est.information().rows
    assert row.assumption == "odds ratio of the unseen cell"
    # It is one and the same in both strata, so their sum is as uncertain as each.
    assert row.share > 0.97


def test_one_family_says_what_it_takes_for_true():
    """Of a family that leaves the ratio no room: what it would have to be, and a yardstick."""
    kosovo = ce.datasets.lists("kosovo")
    est = ce.ListModel(kosovo, families="no-highest-order").fit(seed=1)
    assert "Only one kind of dependence between lists was fitted (no-highest-order)" in repr(
        est.information()
    )
    answer = est.radius(15_000)
    people = est.details.found.people
    at_one = float(np.median(est.draws()))
    (move,) = answer.alone
    assert move.value == pytest.approx((15_000 / people - 1) / (at_one / people - 1), rel=0.02)
    assert (answer.sds, move.sds) == (None, None)
    assert f"lies between {low_high()[0]:.2f} and {low_high()[1]:.1f}" in answer.sentence
    json.dumps(answer.to_dict(), allow_nan=False)


def low_high():
    """Among the members of each list: odds on none of the others over those with no such tie."""
    path = files("casualty_est") / "datasets" / "kosovo.csv"
    frame = pd.read_csv(str(path))
    lists, ratios = [c for c in frame if c != "count"], []
    for name in lists:
        rest = [other for other in lists if other != name]
        cells = frame[frame[name] == 1].groupby(rest)["count"].sum()
        value = 0.0
        for history in itertools.product((0, 1), repeat=3):
            value += (-1) ** sum(history) * math.log(cells.get(history, 0) + 0.5)
        ratios.append(math.exp(value))
    return min(ratios), max(ratios)


def test_a_study_hears_the_odds_ratio(two):
    one = {"source": ["S"], "estimate": ["4,600 (3,000-6,900)"]}
    survey_est = ce.SurveyModel(pd.DataFrame(one)).fit(seed=1)
    joint = ce.Study(lists=two, survey=survey_est).fit(seed=1)
    names = [row.assumption for row in joint.information().rows]
    assert names[0] == "odds ratio of the unseen cell [lists]"
    assert joint.details.bare == ()


@pytest.mark.usefixtures("no_pictures")
def test_the_report_asks_what_would_have_to_be_true(two, tmp_path):
    page = two.report(tmp_path / "two.html").read_text("utf-8")
    assert "What would move the estimate to 2,800?" in page  # as if the lists were independent
    assert "odds ratio of the unseen cell 1.0 instead of 1.5" in page
    assert "What to find out next" in page
    short = two.report(tmp_path / "short.html", audience="public").read_text("utf-8")
    assert "it would help most to look up 150 surveyed deaths on all lists" in short
