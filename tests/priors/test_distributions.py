"""Prior distributions against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from casualty_est import LogitNormal, LogNormal, Normal, UsageError
from casualty_est.priors.distributions import named, short

Q = np.array([0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999])


def test_quantiles_are_scipys():
    np.testing.assert_allclose(Normal(2, 3).quantile(Q), stats.norm(2, 3).ppf(Q), rtol=1e-12)
    got = LogNormal(median=1000, factor=2).quantile(Q)
    np.testing.assert_allclose(got, stats.lognorm(math.log(2), scale=1000).ppf(Q), rtol=1e-12)
    got = LogitNormal(median=0.3, sd=0.8).quantile(Q)
    expected = special.expit(special.logit(0.3) + 0.8 * stats.norm.ppf(Q))
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@given(st.floats(1, 1e6), st.floats(1.01, 100), st.floats(0.5, 0.99))
def test_log_normal_from_interval_has_equal_tails(low, ratio, prob):
    prior = LogNormal.from_interval(low, low * ratio, prob=prob)
    ends = prior.quantile([(1 - prob) / 2, (1 + prob) / 2])
    np.testing.assert_allclose(ends, [low, low * ratio], rtol=1e-9)
    assert prior.median == pytest.approx(low * math.sqrt(ratio), rel=1e-9)
    np.testing.assert_allclose(prior.interval(prob), ends, rtol=1e-12)


@given(st.floats(0.01, 0.4), st.floats(0.45, 0.99), st.floats(0.5, 0.99))
def test_logit_normal_from_interval_has_equal_tails(low, high, prob):
    prior = LogitNormal.from_interval(low, high, prob=prob)
    np.testing.assert_allclose(prior.interval(prob), [low, high], rtol=1e-9)


def test_normal_from_interval():
    prior = Normal.from_interval(-1, 5, prob=0.9)
    assert prior.mean == pytest.approx(2)
    assert prior.sd == pytest.approx(3 / 1.6448536269514722)


def test_repr_states_median_and_interval():
    text = repr(LogNormal.from_interval(500, 2000, prob=0.9))
    assert "median 1,000" in text
    assert "95% 438 to 2,280" in text
    assert "median 0.5, 95% 0.173 to 0.827" in repr(LogitNormal(median=0.5, sd=0.8))
    assert "95% -0.146 to 0.246" in repr(Normal(0.05, 0.1))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LogNormal(median=0, factor=2), "median must be above 0"),
        (lambda: LogNormal(median=5, factor=1), "factor must be above 1"),
        (lambda: LogNormal(median=math.nan, factor=2), "finite"),
        (lambda: LogNormal(median="x", factor=2), "must be a number"),
        (lambda: LogNormal.from_interval(5, 5), "lower end below"),
        (lambda: LogNormal.from_interval(-1, 5), "above 0"),
        (lambda: LogNormal.from_interval(1, 5, prob=95), "95% interval"),
        (lambda: LogitNormal(median=1, sd=1), "between 0 and 1"),
        (lambda: LogitNormal.from_interval(0, 0.5), "lies above 0 and below 1"),
        (lambda: LogitNormal(median=0.5, sd=0), "sd must be above 0"),
        (lambda: Normal(0, -1), "sd must be above 0"),
        (lambda: Normal(math.inf, 1), "finite"),
        (lambda: Normal(0, 1).interval(1.5), "prob must lie"),
    ],
)
def test_bad_numbers(make, words):
    with pytest.raises(UsageError, match=words):
        make()


def test_no_log_normal_by_its_mean():
    with pytest.raises(TypeError):
        LogNormal(mean=1000, factor=2)
    with pytest.raises(TypeError):
        LogNormal(1000, 2)


def test_named():
    assert named({"median": 0.5, "sd": 0.7}, LogNormal, "x").sd == pytest.approx(0.7)
    assert named({"median": 0.5, "factor": 2}, LogNormal, "x").sd == pytest.approx(math.log(2))
    # On a share a factor multiplies the odds.
    assert named({"median": 0.5, "factor": 3}, LogitNormal, "x").sd == pytest.approx(math.log(3))
    prior = named({"interval": [0.3, 0.8], "prob": 0.9}, LogitNormal, "x")
    np.testing.assert_allclose(prior.interval(0.9), [0.3, 0.8])
    assert named({"interval": [2, 8]}, LogNormal, "x").interval(0.95)[0] == pytest.approx(2)


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"median": 0.5},
        {"mean": 1, "sd": 1},
        {"interval": [1]},
        {"interval": 5},
        {"interval": [1, 2], "factor": 2},
        {"median": -1, "sd": 1},
        {"median": 0.5, "sd": "wide"},
        {"median": 0.5, "factor": 0.5},
        {"interval": ["a", "b"]},
    ],
)
@pytest.mark.parametrize("kind", [LogNormal, LogitNormal])
def test_malformed_priors_name_their_place(spec, kind):
    with pytest.raises(UsageError, match=r"^roles\.monitor\.ratio: "):
        named(spec, kind, "roles.monitor.ratio")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1_064_861, "1,060,000"), (0.1734, "0.173"), (8.391, "8.39"), (0, "0"), (1e-7, "1e-07")],
)
def test_short(value, expected):
    assert short(value) == expected
