"""Hedge likelihoods against SciPy, quadrature and the implied truths of the model page."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from casualty_est.claims.model.kernels import claim_log_density, stack
from casualty_est.errors import UsageError
from casualty_est.quantity.hedges import log_scale
from casualty_est.quantity.hedges.readings import LOG_NOTHING, Interval, OneSided, Point
from casualty_est.quantity.quantity import Quantity

T4 = stats.t(4)


def one_sided(z, sign, tau, m, s, xp):
    return OneSided(z=z, sign=sign, tau=tau).log_density(m, s, xp)


def interval(low, high, leak, m, s, xp):
    return Interval(low=low, high=high, leak=leak).log_density(m, s, xp)


@pytest.mark.parametrize("s", [0.02, 0.15, 1.0])
def test_t4_density_is_scipys(s):
    z = np.linspace(-40, 40, 401)
    got = log_scale.log_t4(z, 0.7, s, np)
    np.testing.assert_allclose(got, stats.t(4, loc=0.7, scale=s).logpdf(z), rtol=1e-12)


def test_normal_density_is_scipys():
    z = np.linspace(-5, 5, 101)
    expected = stats.norm(0.3, 0.15).logpdf(z)
    np.testing.assert_allclose(log_scale.log_normal(z, 0.3, 0.15, np), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("low", "high"), [(-1.0, 1.0), (-3.0, -2.0), (0.2, 0.21), (-0.5, 4.0), (2.0, 9.0), (-30.0, 0.0)]
)
@pytest.mark.parametrize("s", [0.15, 1.0])
def test_t4_mass_is_a_difference_of_scipys_cdf(low, high, s):
    # From the nearer tail: the difference of two numbers near 1 would lose SciPy's digits.
    a, b = low / s, high / s
    expected = T4.cdf(b) - T4.cdf(a) if a + b <= 0 else T4.sf(a) - T4.sf(b)
    got = math.exp(log_scale.log_t4_mass(low, high, 0.0, s, np))
    assert got == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("t", [1.0, 10.0, 1e2, 1e3, 1e4, 1e5, 1e6])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("width", [0.5, 1.0])
def test_t4_mass_far_in_the_tails(t, sign, width):
    low, high = sorted((sign * t, sign * (t + width * t)))
    expected = abs(T4.sf(t) - T4.sf(t + width * t))
    assert math.exp(log_scale.log_t4_mass(low, high, 0.0, 1.0, np)) == pytest.approx(
        expected, rel=1e-6
    )


@pytest.mark.parametrize("t", [0.0, 0.3, -2.0, 1e2, -1e3, 1e4, -1e4])
def test_mass_of_a_narrow_interval_is_width_times_density(t):
    # Exact to 1e-10 with the density in the middle; digits lost in t +- 5e-7 itself are avoided.
    low, high = t - 5e-7, t + 5e-7
    expected = (high - low) * T4.pdf(t)
    assert math.exp(log_scale.log_t4_mass(low, high, 0.0, 1.0, np)) == pytest.approx(
        expected, rel=1e-6
    )


def test_t4_mass_where_zero_people_reach_to_minus_infinity():
    got = math.exp(log_scale.log_t4_mass(LOG_NOTHING, math.log(0.5), 0.0, 0.15, np))
    assert got == pytest.approx(T4.cdf(math.log(0.5) / 0.15), rel=1e-3)


@pytest.mark.parametrize(("s", "tau"), [(0.15, 0.2), (0.15, 0.05), (0.05, 1.0), (0.6, 0.2)])
def test_exgaussian_is_scipys_exponnorm(s, tau):
    # z = m - gap + error, so m - z is an exponentially modified Normal of shape tau / s.
    z = np.linspace(-3, 6, 301)
    expected = stats.exponnorm(tau / s, loc=0, scale=s).logpdf(2.0 - z)
    finite = expected > -600  # SciPy's own density underflows beyond
    got = log_scale.log_exgaussian(z, 2.0, s, tau, np)
    np.testing.assert_allclose(got[finite], expected[finite], rtol=1e-8)
    assert np.isfinite(got).all()


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(("s", "tau"), [(0.15, 0.2), (0.3, 0.7)])
def test_one_sided_is_a_density_of_what_was_said(sign, s, tau):
    def density(z):
        return math.exp(one_sided(z, sign, tau, 1.0, s, np))

    pieces = [(-200, -10), (-10, 0), (0, 1), (1, 2), (2, 12), (12, 200)]
    total = sum(integrate.quad(density, a, b, limit=400)[0] for a, b in pieces)
    assert total == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_one_sided_is_its_stated_mixture(sign):
    z = np.linspace(-4, 6, 201)
    m, s, tau = 1.0, 0.15, 0.2
    gap = stats.exponnorm(tau / s, loc=0, scale=s).pdf(sign * (m - z))
    spike = stats.norm(m, s).pdf(z)
    leak = stats.t(4, loc=m).pdf(z)
    expected = 0.98 * (0.4 * spike + 0.6 * gap) + 0.02 * leak
    got = np.exp(one_sided(z, sign, tau, m, s, np))
    np.testing.assert_allclose(got, expected, rtol=1e-9)


@pytest.mark.parametrize("leak", [0.0, 0.05, 0.1])
def test_interval_probabilities_over_a_partition_sum_to_one(leak):
    edges = np.concatenate([[-1e7], np.linspace(-3, 5, 23), [1e7]])
    logs = interval(edges[:-1], edges[1:], leak, 1.1, 0.15, np)
    assert np.exp(logs).sum() == pytest.approx(1.0, abs=1e-10)


def test_interval_is_its_stated_mixture():
    low, high, m, s = 6.0, 6.4, 5.5, 0.15
    inside = T4.cdf((high - m) / s) - T4.cdf((low - m) / s)
    missed = T4.cdf(high - m) - T4.cdf(low - m)
    got = math.exp(interval(low, high, 0.1, m, s, np))
    assert got == pytest.approx(0.9 * inside + 0.1 * missed, rel=1e-9)


# What a claim implies of the truth -------------------------------------------------------------

LOGS = np.linspace(-25.0, 45.0, 70_001)


MILLION = math.log(1e6)


def implied(log_density, low=0.0, high=MILLION):
    """Quantiles of a truth that is flat in its log, between 1 and a million as on the page."""
    weight = np.where((low <= LOGS) & (high >= LOGS), np.exp(log_density(LOGS)), 0.0)
    below = np.cumsum(weight)
    return np.exp(np.interp([0.05, 0.5, 0.95], (below - weight / 2) / below[-1], LOGS))


def read(text, hedge="speaker"):
    quantity = Quantity.parse(text)
    return quantity.hedge.reading(quantity, documented=hedge == "documented")


def from_text(text, hedge="speaker"):
    reading = read(text, hedge)
    return implied(lambda m: claim_log_density(reading, m, 0.15))


def close(got, expected, digits):
    """Equal as printed, to one unit of the last digit: the page cuts some and rounds others."""
    np.testing.assert_allclose(got, expected, rtol=0, atol=10.0**-digits)


def test_implied_by_a_documented_count():
    close(from_text("6,047"), [4392, 6047, 8325], 0)
    close(from_text("at least 6,047", "documented"), [4392, 6047, 8325], 0)


def test_implied_by_about():
    # The quantiles of t4 with the two sds in quadrature.
    expected = 6000 * np.exp(T4.ppf([0.05, 0.5, 0.95]) * math.hypot(0.15, 0.15))
    np.testing.assert_allclose(from_text("about 6,000"), expected, rtol=1e-4)
    close(from_text("about 6,000"), [3817, 6000, 9430], 0)
    close(from_text("about 800"), [509, 800, 1257], 0)


def test_implied_by_a_rounded_number():
    got = implied(lambda m: log_scale.log_t4_mass(math.log(5500), math.log(6500), m, 0.15, np))
    close(got, [4302, 5979, 8310], 0)
    got = implied(lambda m: log_scale.log_t4_mass(math.log(750), math.log(850), m, 0.15, np))
    close(got, [577, 798, 1105], 0)


@pytest.mark.parametrize(
    ("tau", "expected"),
    [
        (0.2, [4943, 6608, 10516]),
        (0.3, [4976, 6792, 13230]),
        (0.5, [5010, 7084, 21419]),
    ],
)
def test_implied_by_a_speakers_bound_without_leak(tau, expected):
    # The page's table has no leak: it is taken out of the density with SciPy's t.
    z = math.log(6047)

    def density(m):
        with np.errstate(divide="ignore", invalid="ignore"):
            whole = np.exp(one_sided(z, 1.0, tau, m, 0.15, np))
            return np.log(np.maximum(whole - 0.02 * T4.pdf(z - m), 0))

    np.testing.assert_allclose(implied(density), expected, rtol=2e-4)


def test_the_leak_widens_a_speakers_bound_little_in_the_middle():
    assert from_text("at least 6,047")[1] == pytest.approx(6608, rel=0.01)
    low, middle, high = from_text("as many as 6,047")
    assert low < 4000 < middle < 6047 < high
    # Mirrored on the log scale: n/v of one is v/n of the other.
    ends = -20.0, 20.0 + 2 * math.log(6047)
    sides = [
        implied(lambda m, reading=reading: claim_log_density(reading, m, 0.15), *ends)
        for reading in (read("at least 6,047"), read("as many as 6,047"))
    ]
    np.testing.assert_allclose(sides[1], 6047**2 / sides[0][::-1], rtol=1e-4)


def test_implied_by_ranges_with_leak():
    close(from_text("55-60"), [36.3, 57.4, 91.4], 1)
    close(from_text("6,136-9,315"), [4573, 7559, 12470], 0)


def test_implied_by_ranges_without_leak():
    def inside(low, high):
        edges = math.log(low - 0.5), math.log(high + 0.5)
        return implied(lambda m: interval(*edges, 0.0, m, 0.15, np))

    close(inside(55, 60), [41.5, 57.4, 79.4], 1)
    close(inside(6136, 9315), [5200, 7560, 10992], 0)


def test_implied_by_dozens():
    def inside(low, high, leak):
        edges = math.log(low), math.log(high)
        return implied(lambda m: interval(*edges, leak, m, 0.15, np))

    # The printed table takes 24 to 96 as they are and has no leak; the reading goes from half
    # below to half above, as every range of whole numbers does, and leaks like one.
    np.testing.assert_allclose(inside(24, 96, 0.0), [23.7, 48, 97], rtol=0.002)
    np.testing.assert_allclose(from_text("dozens"), inside(23.5, 96.5, 0.1), rtol=1e-9)
    assert from_text("dozens")[1] == pytest.approx(48, rel=0.01)


@pytest.mark.parametrize("text", ["25", "100", "1,234", "50,000"])
def test_hedges_imply_the_number_within_ten_per_cent(text):
    number = Quantity.parse(text).best
    for words in (text, f"about {text}", f"nearly {text}"):
        assert from_text(words)[1] == pytest.approx(number, rel=0.01)
    assert 1 < from_text(f"at least {text}")[1] / number < 1.12
    assert 1 < number / from_text(f"as many as {text}")[1] < 1.12


# Which likelihood a text takes -----------------------------------------------------------------


def test_documented_bound_is_an_exact_count():
    assert read("at least 6,047", "documented").kind == "point"
    assert read("at least 6,047", "documented").z == pytest.approx(math.log(6047))
    assert read("at least 6,047", "documented").extra == 0
    assert read("at least 6,047").kind == "one_sided"


def test_more_than_is_documented_from_the_next_number():
    low = read("more than 9", "documented")
    assert (low.kind, math.exp(low.low), math.exp(low.high)) == (
        "interval",
        pytest.approx(9.5),
        pytest.approx(10.5),
    )


def test_a_second_higher_number_widens_the_gap():
    reading = read("at least 200,000, and perhaps more than 1.3 million")
    assert reading.tau == pytest.approx(math.log(1_300_000 / 200_000), rel=1e-5)
    assert math.exp(reading.z) == pytest.approx(200_000)


@pytest.mark.parametrize("text", ["0", "none", "no", "fewer than 1", "up to 0"])
def test_zero_is_an_interval_below_one_half(text):
    reading = read(text)
    assert reading.kind == "interval"
    assert math.exp(reading.high) == pytest.approx(0.5)
    assert reading.leak == 0.05


@pytest.mark.parametrize("text", ["", "unknown"])
def test_unknown_has_no_likelihood(text):
    with pytest.raises(UsageError, match="says nothing"):
        read(text)


def test_at_least_none_says_nothing():
    with pytest.raises(UsageError, match="says nothing"):
        read("at least 0")


@pytest.mark.parametrize(("text", "leak"), [("55-60", 0.1), ("hundreds", 0.1), ("20", 0.0)])
def test_leaks_by_form(text, leak):
    assert read(text).leak == leak


def test_a_range_from_zero_has_no_lower_edge():
    assert read("0-5").low == LOG_NOTHING
    assert math.exp(read("0-5").high) == pytest.approx(5.5)


def test_rounding_is_modelled_only_where_it_matters():
    assert read("6,047").kind == "point"  # known to one in 6,047
    interval = read("20")  # grid 1: between 19.5 and 20.5
    assert interval.kind == "interval"
    np.testing.assert_allclose(np.exp([interval.low, interval.high]), [19.5, 20.5])
    assert read("800").kind == "point"  # grid 10: half of it is below one per cent


# Where a statement lies among what might have been said ---------------------------------------


@pytest.mark.parametrize("text", ["at least 800", "as many as 800"])
def test_place_in_the_predictive_of_a_bound_by_simulation(text):
    """Truth with error, a bound beyond it with probability .6, and a leak of .02 with sd 1."""
    reading = read(text)
    rng = np.random.default_rng(1)
    size, s = 400_000, 0.15
    sign = 1 if text.startswith("at least") else -1
    error = s * rng.normal(size=size)
    gap = np.where(rng.uniform(size=size) < 0.6, rng.exponential(0.2, size), 0.0)
    missed = rng.uniform(size=size) < 0.02
    far = rng.standard_t(4, size)
    for offset in (-0.4, 0.0, 0.3):
        m = math.log(800) + offset
        said = np.where(missed, m + far, m - sign * gap + error)
        expected = (said < math.log(800)).mean()
        got = float(reading.below(np.array([m]), s, np)[0])
        assert got == pytest.approx(expected, abs=0.004)


def test_place_of_points_and_intervals():
    point = read("about 800")
    got = point.below(np.array([6.0]), 0.15, np)[0]
    assert got == pytest.approx(stats.t(4).cdf((math.log(800) - 6.0) / math.hypot(0.15, 0.15)))
    rounded = read("20")
    got = rounded.below(np.array([3.0]), 0.15, np)[0]
    t = stats.t(4, loc=3.0, scale=0.15)
    assert got == pytest.approx((t.cdf(math.log(19.5)) + t.cdf(math.log(20.5))) / 2)


# Two namespaces --------------------------------------------------------------------------------

EXTREMES = np.array([-1e4, -300.0, -40.0, -3.0, -0.2, 0.0, 1e-9, 0.2, 3.0, 40.0, 300.0, 1e4])
CASES = {
    "t4": lambda m, xp: log_scale.log_t4(6.0, m, 0.15, xp),
    "normal": lambda m, xp: log_scale.log_normal(6.0, m, 0.15, xp),
    "mass": lambda m, xp: log_scale.log_t4_mass(5.9, 6.1, m, 0.15, xp),
    "narrow": lambda m, xp: log_scale.log_t4_mass(6.0 - 5e-4, 6.0 + 5e-4, m, 0.15, xp),
    "exgaussian": lambda m, xp: log_scale.log_exgaussian(6.0, m, 0.15, 0.2, xp),
    "point": lambda m, xp: Point(z=6.0, extra=0.15).log_density(m, 0.15, xp),
    "interval": lambda m, xp: interval(5.9, 6.1, 0.1, m, 0.15, xp),
    "no leak": lambda m, xp: interval(5.9, 6.1, 0.0, m, 0.15, xp),
    "zero": lambda m, xp: interval(-50.0, math.log(0.5), 0.05, m, 0.15, xp),
    "at least": lambda m, xp: one_sided(6.0, 1.0, 0.2, m, 0.15, xp),
    "as many as": lambda m, xp: one_sided(6.0, -1.0, 0.2, m, 0.15, xp),
}


@pytest.fixture(scope="module")
def symbolic():
    """All kernels and their gradients in one compiled function."""
    import pytensor
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode

    m = pt.dvector("m")
    values = [case(m, pt) for case in CASES.values()]
    slopes = [pytensor.grad(value.sum(), m) for value in values]
    return pytensor.function([m], [*values, *slopes], mode=Mode(linker="py", optimizer=None))


@pytest.mark.thorough
@pytest.mark.parametrize("name", list(CASES))
def test_pytensor_agrees_with_numpy(symbolic, name):
    m = 6.0 + EXTREMES
    j = list(CASES).index(name)
    values = symbolic(m)
    with np.errstate(divide="ignore"):
        expected = CASES[name](m, np)
    np.testing.assert_allclose(values[j], expected, rtol=1e-10, atol=1e-10)
    assert np.isfinite(expected).all()
    slope = values[len(CASES) + j]
    assert np.isfinite(slope).all()
    # Central differences where they carry digits.
    near = np.abs(EXTREMES) <= 40
    h = 1e-5
    with np.errstate(divide="ignore"):
        by_hand = (CASES[name](m + h, np) - CASES[name](m - h, np)) / (2 * h)
    np.testing.assert_allclose(slope[near], by_hand[near], rtol=2e-5, atol=2e-5)


def test_one_wrong_claim_cannot_rule_the_fit():
    # Polynomial tails: ten times further costs a bounded number of nats, not a hundredfold.
    for text in ("800", "about 800", "at least 800", "as many as 800", "55-60", "dozens"):
        reading = read(text)
        m = np.array([20.0, 200.0])
        drop = np.diff(claim_log_density(reading, m, 0.15))[0]
        assert -15 < drop < 0, text


def test_stacking_keeps_every_claim():
    texts = ["6,047", "about 800", "at least 33", "55-60", "as many as 15", "20"]
    readings = [read(text) for text in texts]
    stacked = stack(readings)
    positions = np.concatenate([where for where, _ in stacked.values()])
    assert sorted(positions) == list(range(len(texts)))
    where, bounds = stacked["one_sided"]
    assert list(where) == [2, 4]
    np.testing.assert_allclose(bounds.sign, [1, -1])
    np.testing.assert_allclose(np.exp(bounds.z), [33, 15])
    assert set(stacked) == {"point", "interval", "one_sided"}


def test_log_ndtr_is_scipys():
    x = np.concatenate([-np.geomspace(1e-3, 1e4, 40), np.geomspace(1e-3, 30, 40)])
    np.testing.assert_allclose(log_scale.log_ndtr(x, np), special.log_ndtr(x), rtol=1e-12)
