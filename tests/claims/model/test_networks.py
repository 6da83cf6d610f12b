"""Sources that draw on one network of informants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.priors import read_priors

SD = 0.6  # of a ratio's log; a source with a prior of its own shares nothing with its role
RATIO = {"ratio": {"median": 0.5, "sd": SD}}


def model(correlation, sources=("A", "B"), numbers=("1,003", "3,001")):
    table = pd.DataFrame({"source": list(sources), "quantity": numbers, "role": "monitor"})
    network = {"sources": ["A", "B"], "correlation": correlation}
    networks = [network] if correlation else []
    ratios = dict.fromkeys(sources, RATIO)
    return ce.ClaimsModel(table, priors={"sources": ratios, "networks": networks})


@pytest.mark.parametrize("correlation", [0.3, 0.9])
def test_what_members_add_to_their_role_has_that_correlation(correlation):
    covariance = model(correlation, "ABC", ("10", "20", "30")).layout.ratios.covariance()
    expected = SD**2 * np.eye(3)
    expected[0, 1] = expected[1, 0] = correlation * SD**2
    np.testing.assert_allclose(covariance, expected, rtol=1e-12)


def test_learned_priors_keep_their_variance():
    def variances(networks):
        table = pd.DataFrame(
            {"source": ["A", "B", "A"], "quantity": ["10", "20", "5"], "role": "monitor",
             "group": ["civilians", "civilians", "women"]}
        )  # fmt: skip
        ratios = ce.ClaimsModel(table, priors={"networks": networks}).layout.ratios
        return np.diag(ratios.covariance()), ratios

    alone, _ = variances([])
    together, ratios = variances([{"sources": ["A", "B"], "correlation": 0.6}])
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    assert ratios.source_terms == 1
    assert ratios.heavy_source.all()


def test_it_is_sampled_and_said():
    one = model(0.7)
    assert not one.layout.exact_possible
    assert model(None).layout.exact_possible
    assert "A and B draw on one network: what each adds to its role correlates by 0.7" in str(one)


@pytest.mark.parametrize(
    ("networks", "said"),
    [
        ({"sources": ["A", "B"]}, "must be a list of tables"),
        ([{"sources": ["A"], "correlation": 0.5}], "the names of two sources or more"),
        ([{"sources": "AB", "correlation": 0.5}], "the names of two sources or more"),
        ([{"sources": ["A", "B"]}], "write correlation = 0.7"),
        ([{"sources": ["A", "B"], "correlation": 1}], "at most 0.99"),
        ([{"sources": ["A", "B"], "correlation": True}], "at most 0.99"),
        ([{"sources": ["A", "A"], "correlation": 0.5}], "A may be named once"),
        ([{"sources": ["A", "B"], "rho": 0.5}], "'rho' is unknown"),
        ([3], "must be a table"),
    ],
)
def test_a_malformed_network_is_refused(networks, said):
    with pytest.raises(UsageError, match=said):
        read_priors({"networks": networks})


def test_names_and_forms_are_checked():
    table = pd.DataFrame({"source": ["A", "B"], "quantity": ["10", "20"], "role": "monitor"})
    unknown = [{"sources": ["A", "Bb"], "correlation": 0.5}]
    with pytest.raises(UsageError, match="networks: no source is called 'Bb'"):
        ce.ClaimsModel(table, priors={"networks": unknown})
    mixed = {"networks": [{"sources": ["A", "B"], "correlation": 0.5}]}
    with pytest.raises(UsageError, match="differ in form"):
        ce.ClaimsModel(table, priors={**mixed, "sources": {"A": RATIO}})
    reports = ce.datasets.incidents("strikes_incidents")
    with pytest.raises(UsageError, match="networks belong to a table of claims"):
        ce.IncidentModel(reports, priors=mixed)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.3, 0.9])
def test_two_tallies_have_the_posterior_of_a_normal(correlation):
    """All is Normal here, so the answer is known: y = log N + b + e."""
    est = model(correlation).fit(seed=1, draws=4000, progress_bar=False)
    y = np.log([1003.0, 3001.0]) - np.log(0.5)
    covariance = SD**2 * np.array([[1, correlation], [correlation, 1]]) + 0.05**2 * np.eye(2)
    precision = np.linalg.inv(covariance)
    variance = 1 / (precision.sum() + 1 / 9)
    mean = variance * (precision.sum(axis=0) @ y + np.log(3000) / 9)
    logs = np.log(est.draws())
    assert logs.mean() == pytest.approx(mean, abs=0.02)
    assert logs.std() == pytest.approx(variance**0.5, rel=0.04)
