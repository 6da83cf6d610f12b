"""The likelihood of an estimate with its interval, against SciPy and by summation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from casualty_est import Claims, ClaimsModel, Quantity
from casualty_est.incidents.model.grid import support
from casualty_est.quantity.hedges import estimate
from casualty_est.quantity.hedges.estimate import LEAK_ESTIMATE, Bent, bent

T4 = stats.t(4)
TEXTS = [
    "75,200 (95% CI 63,600 to 86,800)",
    "655,000 (392,979-942,636)",
    "98,000 (8,000-194,000)",
    "1,200 (80% CI 1,100 to 2,900)",
    "1,200 (68.27% CI 1,050 to 1,350)",
    "100 (50-200)",
]


def reading(text):
    quantity = Quantity.parse(text)
    return quantity, quantity.hedge.reading(quantity, documented=False)


def without_leak(one, m, s):
    """The density with its leak taken out by SciPy's t."""
    return (np.exp(one.log_density(m, s, np)) - LEAK_ESTIMATE * T4.pdf(one.z - m)) / (
        1 - LEAK_ESTIMATE
    )


@pytest.mark.thorough
@pytest.mark.parametrize("text", TEXTS)
def test_its_quantiles_are_the_stated_ones(text):
    """Of the truth, under a prior flat in its log and where the source adds no error."""
    quantity, one = reading(text)
    ends = np.log([quantity.low, quantity.best, quantity.high])
    grid = np.linspace(one.z - 16, one.z + 16, 800_001)
    density = without_leak(one, grid, 1e-9)
    below = np.concatenate([[0], integrate.cumulative_trapezoid(density, grid)])
    assert below[-1] == pytest.approx(1, abs=1e-3)
    tail = (1 - quantity.level) / 2
    expected = [tail, 0.5, 1 - tail]
    np.testing.assert_allclose(np.interp(ends, grid, below), expected, atol=1e-3)


def test_an_interval_that_is_even_in_logs_is_scipys_lognormal():
    _, one = reading("100 (50-200)")
    m = np.linspace(3, 6, 61)
    s = 0.15
    sd = math.hypot(math.log(2) / stats.norm.ppf(0.975), s)
    expected = 0.98 * stats.norm(one.z, sd).pdf(m) + 0.02 * T4.pdf(one.z - m)
    np.testing.assert_allclose(np.exp(one.log_density(m, s, np)), expected, rtol=1e-7)
    truth = np.exp(m)
    lognormal = stats.lognorm(sd, scale=100).pdf(truth) * truth
    np.testing.assert_allclose(without_leak(one, m, s), lognormal, rtol=1e-6)


@pytest.mark.thorough
@pytest.mark.parametrize("s", [0.05, 0.15, 0.6])
@pytest.mark.parametrize("text", TEXTS)
def test_it_is_a_density_of_what_was_said(text, s):
    """Over all numbers that could be stated with the same widths."""
    _, one = reading(text)

    def density(z):
        moved = Bent(z=z, lower_sd=one.lower_sd, upper_sd=one.upper_sd, ends=one.ends)
        return math.exp(moved.log_density(5.0, s, np))

    pieces = [(-300, -5), (-5, 3), (3, 4.5), (4.5, 5), (5, 5.5), (5.5, 7), (7, 15), (15, 300)]
    total = sum(integrate.quad(density, a, b, limit=400)[0] for a, b in pieces)
    assert total == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("text", TEXTS)
def test_the_reporting_sd_widens_either_side_in_quadrature(text):
    _, one = reading(text)
    s = 0.3
    lower, upper = math.hypot(one.lower_sd, s), math.hypot(one.upper_sd, s)
    edges = np.array([-one.ends * lower, 0.0, one.ends * upper])
    normal, _ = bent(edges, lower, upper, one.ends, np)
    np.testing.assert_allclose(normal, [-one.ends, 0, one.ends], atol=1e-9)


@pytest.mark.parametrize("text", TEXTS)
def test_slope_is_the_derivative(text):
    _, one = reading(text)
    x, h = np.linspace(-0.8 * one.ends * one.lower_sd, 0.8 * one.ends * one.upper_sd, 41), 1e-6
    up, _ = bent(x + h, one.lower_sd, one.upper_sd, one.ends, np)
    down, _ = bent(x - h, one.lower_sd, one.upper_sd, one.ends, np)
    _, log_slope = bent(x, one.lower_sd, one.upper_sd, one.ends, np)
    np.testing.assert_allclose(np.exp(log_slope), (up - down) / (2 * h), rtol=1e-5)


@pytest.mark.parametrize("text", TEXTS)
def test_place_among_what_might_have_been_said(text):
    """The integral of the density below the stated number."""
    _, one = reading(text)
    s, m = 0.15, one.z + 0.2

    def density(z):
        moved = Bent(z=z, lower_sd=one.lower_sd, upper_sd=one.upper_sd, ends=one.ends)
        return math.exp(moved.log_density(m, s, np))

    pieces = [(one.z - 200, one.z - 20), (one.z - 20, one.z - 4), (one.z - 4, one.z - 1)]
    pieces += [(one.z - 1, one.z)]
    expected = sum(integrate.quad(density, a, b, limit=400)[0] for a, b in pieces)
    assert float(one.below(m, s, np)) == pytest.approx(expected, abs=1e-4)


def test_one_wrong_estimate_cannot_rule_the_fit():
    _, one = reading(TEXTS[0])
    drop = np.diff(one.log_density(np.array([30.0, 300.0]), 0.15, np))[0]
    assert -15 < drop < 0


@pytest.mark.thorough
def test_pytensor_agrees_with_numpy():
    import pytensor
    import pytensor.tensor as pt
    from pytensor.compile.mode import Mode

    mode = Mode(linker="py", optimizer=None)
    for text in TEXTS:
        _, one = reading(text)
        m = pt.dvector("m")
        value = one.log_density(m, 0.15, pt)
        both = pytensor.function([m], [value, pytensor.grad(value.sum(), m)], mode=mode)
        at = one.z + np.array([-30.0, -3.0, -0.2, 0.0, 1e-9, 0.2, 3.0, 30.0])
        got, slope = both(at)
        np.testing.assert_allclose(got, one.log_density(at, 0.15, np), rtol=1e-9)
        h = 1e-6
        numeric = one.log_density(at + h, 0.15, np) - one.log_density(at - h, 0.15, np)
        np.testing.assert_allclose(slope, numeric / (2 * h), rtol=1e-4, atol=1e-4)


# Incidents --------------------------------------------------------------------------------------

INCIDENTS = ["12 (8-20)", "5 (1-9)", "40 (90% CI 30 to 45)", "1 (0-3)", "100 (99-101)", "7 (7-9)"]


@pytest.mark.parametrize("v", [1, 2, 3, 5, 12, 40, 333])
@pytest.mark.parametrize("text", INCIDENTS)
def test_estimates_of_the_same_widths_sum_to_one(text, v):
    widths = estimate._widths(Quantity.parse(text))
    most = v / math.exp(estimate._error(-estimate.LAST, *widths))
    n = np.arange(1, int(most) + 3)
    total = estimate.written(n, np.full_like(n, v), *widths).sum()
    assert total == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("text", INCIDENTS)
def test_support_is_where_the_text_can_be_written(text):
    quantity = Quantity.parse(text)
    v = np.arange(0, 3000)
    possible = v[quantity.hedge.probability(quantity, v) > 0]
    assert support(quantity) == (possible.min(), possible.max())


@pytest.mark.parametrize("text", ["40 (20-80)", "100 (50-150)", "250 (200-300)"])
def test_medians_agree_with_the_likelihood_of_totals(text):
    quantity, one = reading(text)
    v = np.arange(1, 3000)
    mass = quantity.hedge.probability(quantity, v) / v
    on_counts = v[np.searchsorted(np.cumsum(mass) / mass.sum(), 0.5)]
    assert on_counts == pytest.approx(math.exp(one.z), rel=0.1)


# In a model -------------------------------------------------------------------------------------


def test_a_study_with_its_interval_is_answered_with_its_interval(tmp_path):
    path = tmp_path / "claims.csv"
    path.write_text(
        'source,role,quantity\nStudy,reference,"75,200 (63,600-86,800)"\n', encoding="utf-8"
    )
    model = ClaimsModel(Claims.read(path))
    assert "estimate with its 95% interval, the level assumed" in " ".join(str(model).split())
    est = model.fit(seed=1)
    low, median, high = np.quantile(est.draws(), [0.025, 0.5, 0.975])
    assert median == pytest.approx(75_200, rel=0.05)
    assert low < 63_600 < 86_800 < high  # the role adds its own ratio and reporting error
    claim = est.meta.claims[0]
    assert (claim.form, claim.low, claim.best, claim.high) == ("estimate", 63600, 75200, 86800)
    assert est.summary()["documented"].isna().all()
    assert est.plot.total().axes
