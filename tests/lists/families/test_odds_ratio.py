"""Two lists with an open odds ratio: its prior, its posterior, its bounds, its errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists.families import OddsRatio
from casualty_est.lists.families.odds_ratio import FACTOR, LOG_SD, MEDIAN
from casualty_est.lists.table.history import HistoryTable
from tests.support.list_simulators import GATED, HELD_BACK, simulate

ALONE, OTHER, BOTH = 60, 50, 20


@pytest.fixture(scope="module")
def histories():
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [ALONE, OTHER, BOTH]})
    return ce.CaptureHistories(frame)


def simulated(log_ratio, size=400_000, seed=9):
    """People on neither list: no code of the family."""
    rng = np.random.default_rng(seed)
    q = rng.dirichlet([ALONE + 0.5, OTHER + 0.5, BOTH + 0.5], size)
    odds = np.exp(log_ratio(rng, size)) * q[:, 0] * q[:, 1] / q[:, 2]
    return rng.negative_binomial(ALONE + OTHER + BOTH, 1 / (1 + odds))


def test_the_prior_is_that_of_the_pairs_of_the_bundled_studies():
    studies = [ce.datasets.lists(name).pairs() for name in ("kosovo", "netherlands")]
    logs = np.log(pd.concat(studies)["odds_ratio"].to_numpy(dtype=float))
    assert len(logs) == 16
    assert np.log(MEDIAN) == pytest.approx(logs.mean(), abs=0.05)
    assert pytest.approx(logs.std(ddof=1), abs=0.02) == LOG_SD
    assert np.exp(stats.norm(0, LOG_SD).ppf(0.975)) == pytest.approx(FACTOR)


def test_the_posterior_is_that_of_a_simulation(histories):
    est = ce.ListModel(histories).fit(seed=1, draws=20_000)
    wanted = simulated(lambda rng, size: rng.normal(np.log(1.5), np.log(6) / 1.96, size))
    ends = [0.025, 0.25, 0.5, 0.75, 0.975]
    found = np.quantile(est.draws("unlisted"), ends)
    np.testing.assert_allclose(found, np.quantile(wanted, ends), rtol=0.03)
    assert {note.code for note in est.warnings} == {"two_lists"}
    implied = est.details.found.dial.implied
    assert [implied.low, implied.median, implied.high] == pytest.approx([0.25, 1.5, 9], rel=0.2)


def test_the_interval_holds_the_answers_of_strong_dependence(histories):
    low, high = ce.ListModel(histories).fit(seed=1).summary()[["low", "high"]].iloc[0]
    for ratio in (0.5, 1.0, 2.0):
        known = ce.ListModel(histories, odds_ratio=ratio).fit(seed=1)
        assert low < known.summary()["median"].iloc[0] < high


def test_bounds_are_kept_and_told(histories, tmp_path):
    est = ce.ListModel(histories, odds_ratio=[1, 5]).fit(seed=1, draws=20_000)
    wanted = simulated(lambda rng, size: rng.uniform(0, np.log(5), size))
    found = np.quantile(est.draws("unlisted"), [0.025, 0.5, 0.975])
    np.testing.assert_allclose(found, np.quantile(wanted, [0.025, 0.5, 0.975]), rtol=0.03)
    assert "lies between 1 and 5" in est.identification().sentences[0]
    again = ce.Estimate.load(est.save(tmp_path / "two.nc"))
    assert "lies between 1 and 5" in " ".join(again.identification().sentences)
    assert est.meta.settings["options"] == {"odds-ratio": {"odds_ratio": (1, 5)}}
    assert "the odds ratio of the two lists is 2" in repr(ce.ListModel(histories, odds_ratio=2))


def test_the_prior_of_the_people_on_no_list_is_proper(histories):
    tree = ce.ListModel(histories, odds_ratio=1.0).prior_predictive(draws=4000, seed=1)
    shares = tree["prior"]["completeness"].values[0]
    assert ((shares > 0) & (shares < 1)).all()
    # Under independence the chances to be on both lists multiply.
    rng = np.random.default_rng(1)
    q = rng.dirichlet([0.5] * 3, 200_000)
    unseen = q[:, 0] * q[:, 1] / q[:, 2]
    held = (q[:, 0] + q[:, 2]) / (1 + unseen)
    assert np.median(shares[:, 0]) == pytest.approx(np.median(held), abs=0.03)


@pytest.mark.thorough
@pytest.mark.parametrize("structure", GATED)
def test_populations_of_known_size_seen_by_two_lists(structure):
    """Twenty of each structure; taken as independent, the lists of most would miss the number."""
    rng = np.random.default_rng(HELD_BACK)
    held = 0
    for _ in range(20):
        number, histories, counts = simulate(structure, rng)
        two = histories[:, :2]
        while counts[two.all(axis=1)].sum() < 5:  # nobody would bring such a table
            number, histories, counts = simulate(structure, rng)
            two = histories[:, :2]
        listed = two.any(axis=1)
        table = HistoryTable.of(("A", "B"), two[listed], counts[listed])
        odds = np.exp(OddsRatio().posterior(table, 2000, rng, rng)[1])
        low, high = np.quantile(rng.negative_binomial(table.people, 1 / (1 + odds)), [0.025, 0.975])
        held += low <= number - table.people <= high
    assert held >= 17


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ([5, 1], "the lower bound comes first"),
        ([1, 1], "the lower bound comes first"),
        ([1, 2, 3], "one number or two"),
        ([], "one number or two"),
        (0, "must be a number from 1e-06 to 1e"),
        ([1, float("nan")], "must be a number from 1e-06 to 1e"),
        ("high", "must be a number from 1e-06 to 1e"),
    ],
)
def test_bad_bounds_are_refused(value, part):
    with pytest.raises(UsageError, match=part):
        OddsRatio(value)


def test_three_lists_have_no_odds_ratio_of_two(histories):
    with pytest.raises(UsageError, match="odds_ratio ties two lists"):
        ce.ListModel(ce.datasets.lists("kosovo"), odds_ratio=2)
    with pytest.raises(UsageError, match="where no families are named"):
        ce.ListModel(histories, families="independence", odds_ratio=2)
    with pytest.raises(UsageError, match="odds-ratio takes at most 2 lists, not 4"):
        ce.ListModel(ce.datasets.lists("kosovo"), families="odds-ratio")
