"""What one published number says, against SciPy and sums of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

import casualty_est as ce
from casualty_est.surveys.model import design
from casualty_est.surveys.model.likelihood import number_of
from casualty_est.surveys.model.published import tail


def number(**columns):
    return number_of(ce.Survey(pd.DataFrame({"source": ["A"], **columns})).rows[0])


def normalised(one, t):
    log = one.log_likelihood(t) + one.slope * t
    return log - np.log(np.trapezoid(np.exp(log), t))


def test_an_interval_that_is_symmetric_in_the_log_is_log_normal():
    one = number(estimate=["2000 (1000-4000)"])
    sd = np.log(2) / stats.norm.ppf(0.975)
    t = np.linspace(*one.limits, 20_001)
    np.testing.assert_allclose(
        normalised(one, t), stats.norm.logpdf(t, np.log(2000), sd), atol=1e-6
    )


@pytest.mark.parametrize("ends", [(5_500, 12_000, 18_300), (63_600, 75_200, 86_800)])
def test_the_quantiles_are_the_printed_ones(ends):
    one = number(estimate=["{1} ({0}-{2})".format(*ends)])
    got = np.exp(one.quantile(np.array([0.025, 0.5, 0.975])))
    np.testing.assert_allclose(got, ends, rtol=1e-3)


def test_a_design_is_the_mixture_over_the_likeness_in_clusters():
    one = number(estimate=["1000"], deaths=[50], clusters=[20], households=[480])
    t = np.log(1000) + np.array([-0.8, -0.2, 0.0, 0.5, 1.1])

    def mixed(at):
        def density(log_rho):
            deff = 1 + 23 * np.exp(log_rho)
            prior = stats.norm.pdf(log_rho, np.log(0.16), 0.35)
            return prior * stats.norm.pdf(at, np.log(1000), np.sqrt(deff / 50))

        return integrate.quad(density, np.log(0.16) - 3, np.log(0.16) + 3)[0]

    got = one.log_likelihood(t) - one.log_likelihood(t[2:3])
    wanted = np.log([mixed(at) / mixed(t[2]) for at in t])
    np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_many_values_at_once_are_interpolated():
    one = number(estimate=["1000"], deaths=[50], clusters=[20], households=[480])
    t = np.random.default_rng(1).uniform(6.0, 8.0, (20, 30))
    np.testing.assert_allclose(one.interpolated(t), one.log_likelihood(t), atol=1e-4)
    assert one.interpolated(np.array([30.0]))[0] < one.interpolated(np.array([20.0]))[0] < -100


def test_weights_raise_the_design_effect():
    assert design.effect(10, 0.15) == pytest.approx(2.35)
    assert design.effect(10, 0.15, weight_cv=0.5) == pytest.approx(2.35 * 1.25)


def test_nobody_dead_is_the_rule_of_three():
    one = number(estimate=["0"], deaths=[0], members=[5000], population=[1_000_000], deff=[2.0])
    mean = 2.0 * 1_000_000 / 5000
    got = np.exp(one.quantile(np.array([0.5, 0.95])))
    np.testing.assert_allclose(got, stats.expon(scale=mean).ppf([0.5, 0.95]), rtol=2e-3)


def test_the_tail_of_two_log_normals_is_that_of_their_difference():
    one, other = number(estimate=["2000 (1000-4000)"]), number(estimate=["5000 (3000-8333)"])
    sds = [np.log(2) / 1.959964, np.log(5000 / 3000) / 1.959964, 0.1 * np.sqrt(2)]
    z = np.log(5000 / 2000) / np.sqrt(np.square(sds).sum())
    assert tail(one, other, 0.1) == pytest.approx(2 * stats.norm.sf(z), rel=5e-3)
