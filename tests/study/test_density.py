"""The log density of draws, against densities in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from casualty_est.study.inference.density import log_density
from tests.support.known import EVEN

RNG = np.random.default_rng(4)
TWO = stats.norm(0, 0.1), stats.norm(2, 0.05)


def moments(draws, density):
    x = np.linspace(draws.min() - 6 * draws.std(), draws.max() + 6 * draws.std(), 20_001)
    mass = np.exp(density(x)) * (x[1] - x[0])
    mean = mass @ x
    return mass.sum(), mean, mass @ (x - mean) ** 2


def test_a_normal_is_exact_far_into_its_tails():
    density = log_density(EVEN)
    x = np.linspace(-7, 7, 101)
    assert (np.abs(density(x) - stats.norm.logpdf(x)) < 0.01 + 0.002 * x**2).all()


@pytest.mark.parametrize("draws", [EVEN, RNG.gumbel(size=4000), RNG.standard_t(5, size=4000)])
def test_it_keeps_mass_mean_and_variance(draws):
    mass, mean, variance = moments(draws, log_density(draws))
    assert mass == pytest.approx(1, abs=1e-4)
    assert mean == pytest.approx(draws.mean(), abs=1e-3 * draws.std())
    assert variance == pytest.approx(draws.var(), rel=2e-3)


def test_a_skew_density_is_followed():
    draws = stats.gumbel_r.ppf((np.arange(4000) + 0.5) / 4000)
    x = np.quantile(draws, [0.01, 0.1, 0.5, 0.9, 0.99])
    np.testing.assert_allclose(log_density(draws)(x), stats.gumbel_r.logpdf(x), atol=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_draws_that_stand_there_many_times_are_no_peaks(seed):
    """4,000 draws from 400 of a Normal with uneven weights, as importance sampling gives them."""
    rng = np.random.default_rng(seed)
    weights = np.exp(rng.normal(0, 1, 400))
    times = rng.multinomial(4000, weights / weights.sum())
    draws = np.repeat(rng.normal(size=400), times)
    effective = times.sum() ** 2 / (times**2).sum()
    x = np.linspace(-2.2, 2.2, 201)

    def peaks(density):
        y = density(x)
        return int(((y[1:-1] > y[:-2]) & (y[1:-1] > y[2:])).sum())

    assert peaks(log_density(draws)) > 10  # taken as 4,000 draws they look as if they had so many
    smooth = log_density(draws, effective)
    assert peaks(smooth) == 1
    expected = stats.norm.logpdf(x, draws.mean(), draws.std())
    np.testing.assert_allclose(smooth(x), expected, atol=0.05)
    # More effective draws than there are, as antithetic chains have, count as all.
    np.testing.assert_array_equal(log_density(draws, 9000)(x), log_density(draws)(x))


def test_two_modes_stay_two():
    draws = np.concatenate([TWO[0].rvs(2500, random_state=1), TWO[1].rvs(1500, random_state=2)])
    density = log_density(draws)
    x = np.linspace(-0.5, 2.4, 4001)
    mass = np.exp(density(x)) * (x[1] - x[0])
    assert mass[x < 1].sum() == pytest.approx(2500 / 4000, abs=0.01)
    assert density(np.array([1.0]))[0] < density(np.array([0.0]))[0] - 5


def test_tails_fall_for_good():
    density = log_density(RNG.gumbel(size=1000))
    x = np.linspace(-60, 60, 241)
    values = density(x)
    assert np.isfinite(values).all()
    top = int(values.argmax())
    assert (np.diff(values[:top]) > 0).all()
    assert (np.diff(values[top + 12 :]) < 0).all()
