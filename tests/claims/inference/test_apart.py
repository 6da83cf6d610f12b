"""Refits of many sources by what each of them says, against the model without the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from casualty_est.claims.inference.apart import Apart
from casualty_est.claims.inference.exact import solve
from casualty_est.claims.model.layout import Scenario
from casualty_est.claims.refits.lever import moved
from tests.support.claim_tables import model

ROWS = [
    ("A", "perpetrator", "about 800"),
    ("B", "media", "5,003"),
    ("C", "media", "at least 4,100"),
    ("D", "media", "7,001"),
    ("E", "monitor", "3,950"),
    ("F", "monitor", "5,120"),
]
ENDS = [0.025, 0.5, 0.975]
ANCHOR = {"anchors": [{"source": "B", "ratio": {"median": 0.8, "sd": 0.1}}]}


@pytest.mark.thorough
@pytest.mark.parametrize("priors", [None, ANCHOR])
@pytest.mark.parametrize("heard", ["ABCDEF", "A", "CD", "ABCD", "ACDEF", "EF"])
def test_some_sources_are_the_model_without_the_others(heard, priors):
    layout = model(*ROWS, priors=priors).layout
    weights = np.array([float(claim.source in heard) for claim in layout.claims])
    alone = solve(layout, Scenario(weights, Scenario.plain(layout).shift))
    got = Apart(layout).quantiles(set(heard), ENDS)
    np.testing.assert_allclose(got, alone.quantile(ENDS), atol=0.002)


@pytest.mark.thorough
def test_a_narrow_answer_is_computed_on_the_fine_lattice():
    anchor = {"anchors": [{"median": 5000, "sd": 0.03}]}
    layout = model(*ROWS, priors=anchor).layout
    got = Apart(layout).quantiles({"A"}, ENDS)
    weights = np.array([float(claim.source == "A") for claim in layout.claims])
    exact = solve(layout, Scenario(weights, Scenario.plain(layout).shift)).quantile(ENDS)
    np.testing.assert_allclose(got, exact, atol=0.001)


@pytest.mark.thorough
@pytest.mark.parametrize(("target", "to"), [("A", 0.3), ("C", 0.9), ("E", 0.25)])
def test_one_source_moved_is_the_model_with_its_other_prior(target, to):
    layout = model(*ROWS).layout
    at = [one.source for one in layout.ratios.targets].index(target)
    elsewhere = replace(layout, ratios=moved(layout.ratios, at, 0.5, to))
    got = Apart(layout).moved(elsewhere, at, ENDS)
    exact = solve(elsewhere).quantile(ENDS)
    np.testing.assert_allclose(got, exact, atol=0.002)
    assert np.abs(exact - solve(layout).quantile(ENDS)).max() > 0.01
