"""What a tally, a concession and a denial say, against SciPy and against numerical integrals."""

from __future__ import annotations

import math

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy import integrate, stats

from casualty_est.quantity.hedges.readings import (
    LOG_NOTHING,
    Denial,
    Interval,
    OneSided,
    Point,
    TallyInterval,
    TallyPoint,
)

M = np.array([-1.0, 2.0, 5.9, 6.2, 7.0, 12.0])
SPAN = math.log(1e6)
T4 = stats.t(4)


def counted(z, m, s):
    return T4.pdf((z - m) / s) / s


@pytest.mark.parametrize("extra", [0.0, 0.15])
def test_a_tallys_error_is_normal(extra):
    reading = Point(z=6.1, extra=extra).as_tally()
    assert type(reading) is TallyPoint
    error = stats.norm(M, math.hypot(0.05, extra))
    np.testing.assert_allclose(reading.log_density(M, 0.05, np), error.logpdf(6.1), rtol=1e-10)
    np.testing.assert_allclose(reading.below(M, 0.05, np), error.cdf(6.1), atol=1e-12)


def test_a_tallys_interval_is_the_mass_of_a_normal_in_either_tail():
    reading = Interval(low=6.0, high=6.5, leak=0.1).as_tally()
    assert type(reading) is TallyInterval
    near, far = M[2:5], np.array([3.0, 9.0])
    mass = stats.norm(near, 0.3).cdf(6.5) - stats.norm(near, 0.3).cdf(6.0)
    np.testing.assert_allclose(reading.log_density(near, 0.3, np), np.log(mass), rtol=1e-9)
    below = (stats.norm(near, 0.3).cdf(6.5) + stats.norm(near, 0.3).cdf(6.0)) / 2
    np.testing.assert_allclose(reading.below(near, 0.3, np), below, atol=1e-12)
    # Ten sds out the nearer end has all the mass there is.
    ends = [stats.norm(3.0, 0.3).logsf(6.0), stats.norm(9.0, 0.3).logcdf(6.5)]
    np.testing.assert_allclose(reading.log_density(far, 0.3, np), ends, rtol=1e-3)


def test_a_speakers_bound_is_no_tally():
    bound = OneSided(z=6.0)
    assert bound.as_tally() is bound


def test_what_a_party_says_of_one_number_adds_up():
    """It counts, or it names a token number, or, as often, it denies."""
    token, m, s = 0.12, 5.0, 0.4
    point = Point(z=0.0).as_concession(token)
    denial = Denial(low=LOG_NOTHING, high=math.log(0.5), denies=token)

    def density(z):
        return float(np.exp(type(point)(z=z, token=token).log_density(m, s, np)))

    numbers, _ = integrate.quad(density, 0.0, SPAN, points=[m], epsabs=1e-10)
    nothing = float(np.exp(denial.log_density(m, s, np)))
    # What the counted number leaves out: between a half and one, and beyond a million.
    rest = T4.cdf((0 - m) / s) - T4.cdf((math.log(0.5) - m) / s) + T4.sf((SPAN - m) / s)
    assert numbers + nothing + (1 - 2 * token) * rest == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("z", [0.0, 2.3, 6.1])
def test_a_concession_is_counted_or_a_token(z):
    reading = Point(z=z, extra=0.1).as_concession(0.12)
    s = math.hypot(0.15, 0.1)
    expected = 0.76 * counted(z, M, s) + 0.12 / SPAN
    np.testing.assert_allclose(np.exp(reading.log_density(M, 0.15, np)), expected, rtol=1e-9)
    below = 0.12 + 0.76 * T4.cdf((z - M) / s) + 0.12 * z / SPAN
    np.testing.assert_allclose(reading.below(M, 0.15, np), below, rtol=1e-9)


@pytest.mark.parametrize(
    ("low", "high", "part"),
    [(5.9, 6.4, 0.5 / SPAN), (-1.0, 1.0, 1.0 / SPAN), (13.0, 14.0, (SPAN - 13.0) / SPAN)],
)
def test_a_range_holds_the_tokens_that_lie_in_it(low, high, part):
    plain = Interval(low=low, high=high, leak=0.1)
    reading = plain.as_concession(0.12)
    expected = 0.76 * np.exp(plain.log_density(M, 0.15, np)) + 0.12 * part
    np.testing.assert_allclose(np.exp(reading.log_density(M, 0.15, np)), expected, rtol=1e-9)


def test_a_range_beyond_all_tokens_still_has_a_density():
    reading = Interval(low=15.0, high=16.0).as_concession(0.12)
    assert np.isfinite(reading.log_density(M, 0.15, np)).all()


def test_a_bound_of_a_party_may_be_a_token():
    plain = OneSided(z=6.0)
    reading = plain.as_concession(0.12)
    expected = 0.76 * np.exp(plain.log_density(M, 0.15, np)) + 0.12 / SPAN
    np.testing.assert_allclose(np.exp(reading.log_density(M, 0.15, np)), expected, rtol=1e-9)
    below = 0.12 + 0.76 * plain.below(M, 0.15, np) + 0.12 * 6.0 / SPAN
    np.testing.assert_allclose(reading.below(M, 0.15, np), below, rtol=1e-9)


def test_a_denial_says_as_little_of_ten_as_of_ten_thousand():
    reading = Denial(low=LOG_NOTHING, high=math.log(0.5), denies=0.12)
    density = np.exp(reading.log_density(M, 0.15, np))
    expected = 0.12 + 0.76 * T4.cdf((math.log(0.5) - M) / 0.15)
    np.testing.assert_allclose(density, expected, rtol=1e-6)
    np.testing.assert_allclose(reading.below(M, 0.15, np), density / 2, rtol=1e-12)
    assert density[1:].max() / density[1:].min() < 1.01


@pytest.mark.thorough
@pytest.mark.parametrize(
    "reading",
    [
        Point(z=6.1, extra=0.1).as_tally(),
        Interval(low=6.0, high=6.5).as_tally(),
        Point(z=6.1, extra=0.1).as_concession(0.12),
        Interval(low=6.0, high=6.5).as_concession(0.12),
        OneSided(z=6.0).as_concession(0.12),
        Denial(low=LOG_NOTHING, high=math.log(0.5), denies=0.12),
    ],
    ids=lambda reading: reading.kind,
)
def test_pytensor_says_the_same(reading):
    symbolic = reading.log_density(pt.as_tensor(M), 0.15, pt).eval()
    np.testing.assert_allclose(symbolic, reading.log_density(M, 0.15, np), rtol=1e-9)
