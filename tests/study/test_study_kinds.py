"""Studies of real kinds, held against one model of the same evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.result.shared import FlatPrior
from tests.support.known import normal

ENDS = [0.025, 0.25, 0.5, 0.75, 0.975]


@pytest.mark.thorough
def test_claims_and_a_survey_are_claims_with_an_anchor():
    """The interval of a study as an anchor of the claims, or as a kind of its own: one answer."""
    rows = {"source": ["MoH", "NGO"], "role": ["government", "monitor"], "group": "all"}
    table = pd.DataFrame(rows | {"quantity": ["9,000", "about 12,000"], "scope": "Town"})
    low, high = 8000, 18_000
    anchor = {"scope": "Town", "group": "all", "interval": [low, high], "prob": 0.95}
    anchored = ce.ClaimsModel(table, priors={"anchors": [anchor]}).fit(seed=1, draws=4000)
    middle = round(np.sqrt(low * high))
    study = {"source": ["S"], "estimate": [middle], "low": [low], "high": [high], "prob": [0.95]}
    survey = ce.SurveyModel(pd.DataFrame(study | {"scope": ["Town"]}), bias_sd=0.0).fit(
        seed=1, draws=4000
    )
    claims = ce.ClaimsModel(table).fit(seed=1, draws=4000)
    joint = ce.Study(claims=claims, survey=survey).fit(
        seed=1, claims="full", prior=ce.LogNormal(median=3000, factor=np.exp(3.0))
    )
    one, other = np.quantile(joint.draws(), ENDS), np.quantile(anchored.draws(), ENDS)
    np.testing.assert_allclose(one, other, rtol=0.01)
    for name in ("MoH", "NGO"):
        ratio = np.quantile(joint.worth_of(name), ENDS[1:4])
        expected = np.quantile(anchored.ratio(name), ENDS[1:4])
        np.testing.assert_allclose(ratio, expected, rtol=0.03)


@pytest.fixture(scope="module")
def lists():
    counts = {"A": [1, 0, 1, 0, 1, 0, 1], "B": [0, 1, 1, 0, 0, 1, 1], "C": [0, 0, 0, 1, 1, 1, 1]}
    table = pd.DataFrame(counts | {"count": [300, 250, 90, 200, 80, 70, 30]})
    return ce.ListModel(table, families="independence").fit(seed=1)


def test_lists_and_matched_deaths_are_lists_with_the_empty_cell_seen(lists):
    """Deaths of a sample on some list or none: the lists' draws weighted by the binomial."""
    listed, n, m = 1020, 120, 80
    table = pd.DataFrame({"death": np.arange(n), "A": (np.arange(n) < m).astype(int)})
    survey = ce.SurveyModel(table, listed={"A": listed}).fit(seed=1, draws=2000)
    joint = ce.Study(lists=lists, survey=survey)
    joint.relation("A", "survey", "lists", "independent")
    together = joint.fit(seed=1)
    draws = np.sort(lists.draws().ravel())
    weights = np.cumsum(stats.binom.pmf(m, n, listed / draws))
    expected = np.interp(ENDS, weights / weights[-1], draws)
    np.testing.assert_allclose(np.quantile(together.draws(), ENDS), expected, rtol=0.02)


def test_of_those_on_no_list_the_prior_is_not_told(lists):
    priors = {count.row.part: count.prior for count in lists.shared().counts}
    assert isinstance(priors["total"], FlatPrior)
    assert priors["unlisted"] is None
    sizes = {one.source: one.deaths for one in lists.shared().spoken}
    assert sizes == {"A": 500, "B": 440, "C": 380}


@pytest.mark.usefixtures("uncompiled")
def test_several_ratios_of_one_source_keep_their_names():
    rows = [("A", "monitor", 100, "X"), ("A", "monitor", 300, "Y"), ("B", "government", 420, "X+Y")]
    table = pd.DataFrame(rows, columns=["source", "role", "quantity", "scope"]).astype(str)
    est = ce.ClaimsModel(table).fit(seed=1, draws=50)
    names = [one.row.name for one in est.shared().sources]
    assert names == ["A (X)", "A (Y)", "B"]
    assert est.shared().names == ("A", "B")


@pytest.mark.thorough
def test_claims_far_from_the_count_are_fitted_again_near_it(tmp_path):
    """Weights are bad, so the claims are fitted near the joint count, and weighted from there."""
    rows = {"source": ["MoH", "NGO"], "role": ["government", "monitor"], "group": "all"}
    table = pd.DataFrame(rows | {"quantity": ["9,000", "about 12,000"], "scope": "Town"})
    claims = ce.ClaimsModel(table).fit(seed=1)
    cell = {"scope": "Town", "start": None, "end": None, "group": "all", "perpetrator": "any"}
    far = normal(np.log(70_000), 0.01, **cell)
    joint = ce.Study(survey=far, claims=claims).fit(seed=1)
    assert "comes from a fit near that count" in repr(joint)
    quality = joint.details.kinds[1]
    assert quality.khat < 0.7
    assert quality.ess > 1000
    ratio = joint.worth_of("MoH")
    np.testing.assert_allclose(np.median(joint.draws()), 70_000, rtol=1e-3)
    # By hand: the same claims with an anchor that leaves the count no choice.
    anchor = {"scope": "Town", "group": "all", "interval": [69_000, 71_000], "prob": 0.95}
    pinned = ce.ClaimsModel(table, priors={"anchors": [anchor]}).fit(seed=2)
    expected = np.quantile(pinned.ratio("MoH"), ENDS[1:4])
    np.testing.assert_allclose(np.quantile(ratio, ENDS[1:4]), expected, rtol=0.03)
    loaded = ce.Estimate.load(claims.save(tmp_path / "claims.nc"))
    assert "are not shown, because the draws lie" in repr(
        ce.Study(survey=far, claims=loaded).fit(seed=1)
    )
