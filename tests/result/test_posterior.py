"""Modes of simulated posteriors, and means that nobody can know."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from casualty_est import UsageError
from casualty_est.result.posterior import find_modes, mean_is_known, visited_modes
from casualty_est.result.schema import Diagnostics, Mode


def rng(seed):
    return np.random.default_rng(seed)


def test_no_false_second_mode_in_two_hundred_samples():
    for seed in range(200):
        draws = np.exp(rng(seed).normal(9, 0.3 + 0.005 * seed, 4000))
        modes = find_modes(draws)
        assert len(modes) == 1, seed
        assert modes[0].weight == 1


@pytest.mark.parametrize("df", [2, 3, 4])
def test_heavy_tails_are_one_mode(df):
    for seed in range(40):
        draws = np.exp(np.clip(8 + 0.4 * rng(seed).standard_t(df, 4000), -5, 40))
        assert len(find_modes(draws)) == 1, seed


def test_a_skewed_and_a_flat_posterior_are_one_mode():
    for seed in range(40):
        assert len(find_modes(np.exp(6 + rng(seed).exponential(0.7, 4000)))) == 1
        assert len(find_modes(np.exp(6 + 0.7 * rng(seed).uniform(0, 2, 4000)))) == 1


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9])
def test_two_modes_with_their_weights(share):
    for seed in range(20):
        random = rng(seed)
        second = random.uniform(size=4000) < share
        centre = np.where(second, np.log(20_000), np.log(4_000))
        draws = np.exp(centre + 0.15 * random.normal(size=4000))
        modes = find_modes(draws, 0.9)
        assert len(modes) == 2, seed
        assert [m.weight for m in modes] == pytest.approx(
            [1 - second.mean(), second.mean()], abs=0.01
        )
        assert modes[0].median == pytest.approx(4_000, rel=0.06)
        assert modes[1].median == pytest.approx(20_000, rel=0.06)
        spread = np.exp(1.645 * 0.15)
        assert modes[1].low == pytest.approx(20_000 / spread, rel=0.12)
        assert modes[1].high == pytest.approx(20_000 * spread, rel=0.12)


def test_three_modes():
    random = rng(1)
    centre = np.log(random.choice([1_000, 10_000, 100_000], size=6000))
    modes = find_modes(np.exp(centre + 0.1 * random.normal(size=6000)))
    assert [m.weight for m in modes] == pytest.approx([1 / 3] * 3, abs=0.03)
    assert sum(m.weight for m in modes) == pytest.approx(1, abs=1e-12)


def chains_of_ranks(seed, stays=0.9):
    """Four chains of uniform draws that move slowly: normal, first-order, each on its own."""
    random = rng(seed)
    state, rows = random.normal(size=4), []
    for _ in range(1000):
        state = stays * state + np.sqrt(1 - stays**2) * random.normal(size=4)
        rows.append(state)
    return stats.norm.cdf(np.array(rows).T).ravel()


@pytest.mark.parametrize("stays", [0, 0.9])
@pytest.mark.parametrize(("share", "length"), [(0.03, 3), (0.05, 3), (0.05, 5), (0.1, 3)])
def test_a_long_thin_tail_is_no_mode(share, length, stays):
    """A bulk as of a log-normal, and a small share spread evenly over the logs below it."""
    several = 0
    for seed in range(20):
        ranks = chains_of_ranks(seed, stays)
        # The tail ends where the bulk, cut off at the same rank, begins: no gap lies between.
        bulk = 14 + 0.5 * stats.norm.ppf(np.maximum(ranks, share))
        below = bulk.min() - length * (1 - ranks / share)
        several += len(find_modes(np.exp(np.where(ranks < share, below, bulk)))) > 1
    assert several <= 1  # of 20; with a kernel of one width up to 17


def test_a_remainder_that_reaches_down_to_nobody_is_one_mode():
    """A total less one of its parts: even in people near nobody, so a long tail on the logs."""
    for seed in range(20):
        part = 4_700 * np.exp(0.3 * stats.norm.ppf(chains_of_ranks(seed)))
        total = 10_000 * np.exp(0.25 * stats.norm.ppf(chains_of_ranks(seed + 100)))
        rest = (total - part)[total > part]
        assert len(find_modes(rest)) == 1, seed


def test_a_shoulder_is_no_mode_and_a_small_mode_far_off_is_one():
    for seed in range(20):
        random = rng(seed)
        second = random.uniform(size=4000) < 0.06
        spread = np.where(second, 0.15, 0.4) * random.normal(size=4000)
        shoulder = find_modes(np.exp(np.where(second, 7, 8) + spread))
        assert len(shoulder) == 1, seed
        low, high = find_modes(np.exp(np.where(second, 5.5, 8) + spread))
        assert low.weight == pytest.approx(second.mean(), abs=0.005), seed
        assert high.median == pytest.approx(np.exp(8), rel=0.05), seed


def test_few_far_draws_are_no_mode():
    draws = np.exp(rng(1).normal(9, 0.3, 4000))
    draws[:100] = 1e9
    assert len(find_modes(draws)) == 1


def test_a_known_number_is_one_mode():
    modes = find_modes(np.full(1000, 77.0))
    assert modes == (Mode(1.0, 77.0, 77.0, 77.0),)


def test_zeros_do_no_harm():
    modes = find_modes(np.zeros(100))
    assert modes[0].median == 0


@pytest.mark.parametrize("listed", [2, 7, 70, 700, 7000])
@pytest.mark.parametrize("missing", [0.5, 1.5, 4, 20])
def test_whole_numbers_side_by_side_are_one_mode(listed, missing):
    """A list that misses a few people, and a stratum of two: each number holds many draws."""
    for seed in range(5):
        # Poisson given a gamma mean: as many people as p(N) ~ 1/N leaves when so many are listed.
        mean = rng(seed).gamma(listed, missing / listed, 4000)
        modes = find_modes(listed + rng(seed + 100).poisson(mean).astype(float))
        assert len(modes) == 1, (seed, modes)


@pytest.mark.parametrize("shift", [0, 70])
def test_few_people_and_many_are_still_two_modes(shift):
    random = rng(3)
    draws = np.where(random.random(4000) < 0.4, random.poisson(1, 4000), random.poisson(40, 4000))
    modes = find_modes(shift + draws.astype(float))
    assert [m.weight for m in modes] == pytest.approx([0.4, 0.6], abs=0.03)
    assert [m.median - shift for m in modes] == pytest.approx([1, 40], abs=1)


@pytest.mark.parametrize("prob", [0, 1, 2, -0.5, 95])
def test_levels_are_probabilities(prob):
    with pytest.raises(UsageError, match="ci_prob must lie between 0 and 1"):
        find_modes(np.ones(10), prob)


def test_mean_is_known_within_five_per_cent():
    draws = np.exp(rng(1).normal(9, 0.5, (4, 1000)))
    assert mean_is_known(draws, Diagnostics("nuts", True, min_ess=None))
    assert mean_is_known(draws, Diagnostics("nuts", True, min_ess=400))
    # Relative sd .53: with 100 effective draws the error is 5.3%, with 120 it is 4.9%.
    relative = draws.std() / draws.mean()
    edge = (relative / 0.05) ** 2
    assert mean_is_known(draws, Diagnostics("nuts", True, min_ess=edge * 1.02))
    assert not mean_is_known(draws, Diagnostics("nuts", True, min_ess=edge * 0.98))


def test_a_mean_ruled_by_few_draws_is_not_known():
    assert not mean_is_known(
        np.exp(rng(1).normal(9, 4, (4, 1000))), Diagnostics("nuts", True, min_ess=None)
    )
    assert not mean_is_known(np.array([[1.0, np.inf]]), Diagnostics("nuts", True, min_ess=None))


def test_chains_that_sit_in_a_mode_each_are_no_weights():
    random = rng(4)
    own = np.log([4_000, 4_000, 4_000, 20_000])[:, None]
    stuck = np.exp(own + 0.15 * random.normal(size=(4, 1000)))
    assert len(find_modes(stuck.ravel())) == 2
    (mode,) = visited_modes(stuck)
    assert mode.weight == 1
    assert mode.median == np.median(stuck)
    shared = random.permutation(stuck.ravel()).reshape(4, 1000)
    assert visited_modes(shared) == find_modes(shared.ravel())
