"""What a lists model says before any overlap is seen, against simulations that share no code."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.lists.families import FAMILIES, Decomposable
from casualty_est.lists.families.family import Family, Group
from casualty_est.lists.families.member import Member
from casualty_est.lists.inference.prior import of_families

HISTORIES = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
COUNTS = [60, 50, 40, 20, 15, 12, 9]


def _histories(**columns):
    frame = pd.DataFrame(HISTORIES, columns=["A", "B", "C"]).assign(count=COUNTS, **columns)
    return ce.CaptureHistories(frame, by=tuple(columns))


def _prior(families, draws, seed=1):
    model = ce.ListModel(_histories(), families=families)
    return model.prior_predictive(draws=draws, seed=seed)["prior"]


def _person_by_person(draws, rng):
    """Three independent lists, log odds -1.5, sds .4 and 1; people come until 206 are listed."""
    odds = rng.normal(-1.5, 1.0, (draws, 3)) + rng.normal(0.0, 0.4, (draws, 1))
    chance = 1 / (1 + np.exp(-odds))
    nobody = np.prod(1 - chance, axis=1)
    return chance, nobody, rng.negative_binomial(206, 1 - nobody)


def test_independent_lists_have_the_moments_of_another_simulation():
    draws = 20_000
    prior = _prior("independence", draws)
    chance, nobody, missed = _person_by_person(draws, np.random.default_rng(7))
    pairs = [
        (prior["completeness"].values[0], chance),
        (prior["share_unlisted"].values[0][:, None], nobody[:, None]),
        (np.log1p(prior["deaths"].sel(estimate="unlisted").values[0])[:, None], np.log1p(missed)),
    ]
    for ours, theirs in pairs:
        other = theirs.reshape(draws, -1)
        error = np.sqrt(2 / draws) * other.std(axis=0)
        assert (abs(ours.mean(axis=0) - other.mean(axis=0)) < 4 * error).all()
        assert ours.std(axis=0) == pytest.approx(other.std(axis=0), rel=0.04)
    assert (prior["deaths"].sel(estimate="listed") == 206).all()
    # The same draw sets both: more complete lists leave fewer on none.
    ours = np.corrcoef(prior["completeness"].values[0, :, 0], prior["share_unlisted"].values[0])
    theirs = np.corrcoef(chance[:, 0], nobody)
    assert ours[0, 1] == pytest.approx(theirs[0, 1], abs=0.03)


def _marked(key, kind, mark):
    """A family whose draws all carry one number."""

    class Marked(Family):
        name, title, assumption, prior = key, key, key, key
        group, engine = Group(kind, kind, kind), "none"

        def draw_prior(self, table, draws, rng):
            return np.full(draws, float(mark)), np.full((draws, len(table.lists)), 0.5)

    return Marked()


def test_groups_of_families_count_alike_and_so_do_families_inside_them():
    chosen = (_marked("a", "both", 0), _marked("b", "both", 1), _marked("c", "alone", 2))
    table = _histories().strata[0].table
    marks, _ = of_families(chosen, table, 20_000, np.random.default_rng(3))
    shares = np.bincount(marks.astype(int)) / len(marks)
    assert shares == pytest.approx([0.25, 0.25, 0.5], abs=0.015)


@pytest.mark.parametrize("family", ["dirichlet-process", "decomposable"])
def test_lists_hold_half_of_all_people_on_average(family):
    """Beta(1, 1) in every class; and Beta(1/2, 1/2) for a list whatever the graph."""
    prior = _prior(family, 10_000)["completeness"].values[0]
    assert prior.mean(axis=0) == pytest.approx([0.5] * 3, abs=0.02)
    if family == "decomposable":
        assert prior.var(axis=0) == pytest.approx([1 / 8] * 3, abs=0.01)


@pytest.mark.parametrize("name", [name for name in FAMILIES if not FAMILIES[name]().alone])
def test_what_lists_hold_is_what_all_histories_add_up_to(name):
    table = _histories().strata[0].table
    for member in FAMILIES[name]().members(table):
        theta = member.draw_prior(np.random.default_rng(5), 50)
        np.testing.assert_allclose(member.held(theta), Member.held(member, theta), rtol=1e-9)
        # And the definition itself, history by history.
        every = np.array([bits for bits in product((0.0, 1.0), repeat=3) if any(bits)])
        log_cells, log_odds = member.over(every).evaluate(theta)
        seen = 1 / (1 + np.exp(log_odds))
        wanted = np.exp(log_cells) @ every * seen[:, None]
        np.testing.assert_allclose(member.held(theta), wanted, rtol=1e-9)


def test_auto_has_rows_and_lists_of_the_posterior_and_repeats_itself():
    model = ce.ListModel(_histories())
    one, two = (model.prior_predictive(draws=300, seed=4)["prior"] for _ in range(2))
    assert one.to_dataset().identical(two.to_dataset())
    assert model.prior_predictive(draws=1)["prior"]["deaths"].shape == (1, 1, 3)
    assert one["deaths"].dims == ("chain", "draw", "estimate")
    assert one["estimate"].values.tolist() == ["total", "listed", "unlisted"]
    assert one["list"].values.tolist() == ["A", "B", "C"]
    assert {name: one[name].attrs["unit"] for name in one.data_vars} == {
        "completeness": "share of all deaths that the list holds",
        "share_unlisted": "share of all deaths that are on no list",
        "deaths": "people",
    }
    assert one["completeness"].values.min() > 0
    assert one["completeness"].values.max() < 1
    parts = [one["deaths"].sel(estimate=part).values for part in ("total", "listed", "unlisted")]
    np.testing.assert_array_equal(parts[0], parts[1] + parts[2])


@pytest.mark.thorough
def test_strata_are_drawn_apart_and_add_up():
    one = pd.DataFrame(HISTORIES, columns=["A", "B", "C"]).assign(count=COUNTS, month="1")
    # List C holds nobody in the second month and was not at work there.
    two = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "C": "", "count": [40, 30, 9]})
    frame = pd.concat([one, two.assign(month="2")], ignore_index=True)
    model = ce.ListModel(ce.CaptureHistories(frame, by="month"), families="independence")
    prior = model.prior_predictive(draws=400, seed=1)["prior"]
    names = model.fit(seed=1, draws=50).idata["posterior"]["estimate"].values
    assert prior["estimate"].values.tolist() == names.tolist()
    deaths = {name: prior["deaths"].sel(estimate=name).values[0] for name in names}
    np.testing.assert_array_equal(
        deaths["total"], deaths["total month 1"] + deaths["total month 2"]
    )
    assert (deaths["listed"] == 285).all()
    assert np.corrcoef(deaths["unlisted month 1"], deaths["unlisted month 2"])[0, 1] < 0.5
    # Of a list that was not at work somewhere, the share is of all people all the same.
    where = deaths["total month 1"] / deaths["total"]
    assert (prior["completeness"].sel(list="C").values[0] <= where).all()


@pytest.mark.parametrize("families", ["no-highest-order", Decomposable(reference=True)])
def test_a_family_whose_prior_does_not_speak_of_them_says_so(families):
    model = ce.ListModel(_histories(), families=families)
    with pytest.raises(ce.UsageError, match="has no prior"):
        model.prior_predictive()
    with pytest.raises(ce.UsageError, match="draws"):
        ce.ListModel(_histories()).prior_predictive(draws=0)
