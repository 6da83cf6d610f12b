"""The posterior of published estimates against a grid of its own, and what it says of itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import casualty_est as ce
from tests.support.page import parts_of


def fit(rows, **settings):
    return ce.SurveyModel(pd.DataFrame(rows), **settings).fit(seed=1)


TWO = {"source": ["A", "B"], "estimate": ["2000 (1000-4000)", "3000 (2000-4500)"]}
Z = stats.norm.ppf(0.975)


def quantiles(est, row=None):
    return np.quantile(est.draws(row), [0.025, 0.5, 0.975])


def by_grid(bias_sd, shift=0.0):
    """Posterior of log N over a grid of N and both biases."""
    m = np.linspace(6.5, 9.0, 401)
    b = np.linspace(-5, 5, 101) * bias_sd
    prior = stats.norm.pdf(b, 0, bias_sd)
    a = stats.norm.pdf(m[:, None] + b, np.log(2000), np.log(2) / Z) @ prior
    other = stats.norm.pdf(m[:, None] + b, np.log(3000), np.log(1.5) / Z) @ prior
    cumulative = np.cumsum(a * other)
    return np.exp(np.interp([0.025, 0.5, 0.975], cumulative / cumulative[-1], m))


@pytest.mark.parametrize("bias_sd", [0.05, 0.25])
def test_two_studies_of_one_count(bias_sd):
    est = fit(TWO, bias_sd=bias_sd)
    np.testing.assert_allclose(quantiles(est), by_grid(bias_sd), rtol=0.03)


def test_numbers_of_one_study_share_its_bias():
    rows = {
        "source": ["A", "A", "B"],
        "group": ["women", "men", "women"],
        "estimate": ["1000 (950-1053)", "2000 (1900-2105)", "1300 (1235-1368)"],
    }
    est = fit(rows, bias_sd=0.3)
    women, men = (np.log(est.draws(row)).ravel() for row in (0, 1))
    # B speaks of women only, but pulls the men too: A's bias is theirs as well.
    assert np.corrcoef(women, men)[0, 1] > 0.9
    assert np.median(np.exp(men)) > 2150
    assert np.median(est.bias("A")) < 0.95


def test_the_same_seed_gives_the_same_draws():
    assert np.array_equal(fit(TWO).draws(), fit(TWO).draws())


def test_the_weights_sum_to_one_and_follow_precision():
    est = fit(TWO)
    rests = est.identification()
    assert rests.sum == pytest.approx(1.0)
    sds = np.log([2, 1.5]) / Z
    wanted = 1 / (sds**2 + 0.05**2)
    got = [row.weight for row in rests.rows]
    np.testing.assert_allclose(got, wanted / wanted.sum(), rtol=0.02)
    assert est.level() == "data"


def test_without_each_study_and_the_dials():
    est = fit(TWO)
    cases = est.without_each_source().set_index("case")
    assert cases.loc["without B", "median"] == pytest.approx(2000, rel=0.05)
    dials = est.dials().set_index("case")["median"]
    middle = np.median(est.draws())
    assert dials["10% of the dead in no household that could report them"] == pytest.approx(
        middle / 0.9, rel=0.03
    )
    wide = est.dials().set_index("case").loc["bias of a study with sd 0.25"]
    low, _, high = quantiles(est)
    assert wide["high"] / wide["low"] > 1.2 * high / low


def test_studies_that_contradict_each_other_have_no_headline_but_both_answers():
    rows = {
        "source": ["Burnham", "IFHS"],
        "estimate": ["601,027 (426,369-793,663)", "151,000 (104,000-223,000)"],
    }
    est = fit(rows)
    assert not est.meta.has_total
    assert "contradict each other" in est.headline()
    assert "factor of about 4.0" in est.headline()
    assert list(est.labels) == ["study Burnham, total", "study IFHS"]
    assert np.median(est.draws(1)) == pytest.approx(151_000, rel=0.03)
    assert est.details.contradictions[0].p < 1e-4
    # The report says it beside the sample, and not again under what the answer rests on.
    assert not any("contradict" in sentence for sentence in parts_of(est).identification())
    # Nor does it speak of one of them as if it were the estimate.
    assert not any("The sample of" in sentence for sentence in parts_of(est).identification())
    # A bias that could explain it reconciles them.
    assert fit(rows, bias_sd=0.6).meta.has_total


def test_nobody_dead_is_an_answer():
    est = fit(
        {
            "source": ["A"], "estimate": [""], "deaths": [0], "members": [5000],
            "population": [1_000_000], "clusters": [30], "households": [900],
        },
        bias_sd=0.0,
    )  # fmt: skip
    rng = np.random.default_rng(2)
    deff = 1 + 29 * 0.16 * np.exp(0.35 * rng.standard_normal(200_000))
    wanted = np.quantile(rng.exponential(200 * deff), 0.95)
    assert np.quantile(est.draws(), 0.95) == pytest.approx(wanted, rel=0.06)


def test_clusters_that_nobody_visited_are_said_and_dialled():
    est = fit(
        {
            "source": ["IFHS"], "estimate": ["151,000 (104,000-223,000)"],
            "clusters": [971], "selected": [1086],
        }
    )  # fmt: skip
    assert "visited 971 of 1,086 clusters" in repr(est)
    last = est.dials().iloc[-1]
    assert "10.6% of clusters that IFHS did not visit" in last["case"]
    assert last["median"] == pytest.approx(np.median(est.draws()) * (1 + 115 / 1086), rel=0.02)


def test_settings_that_do_nothing_and_settings_out_of_range():
    with pytest.raises(ce.UsageError, match="population does nothing for a table of published"):
        ce.SurveyModel(pd.DataFrame(TWO), population=100)
    with pytest.raises(ce.UsageError, match="bias_sd must be a number from 0 to 2, not -1"):
        ce.SurveyModel(pd.DataFrame(TWO), bias_sd=-1)


def test_the_prior_of_a_bias():
    prior = ce.SurveyModel(pd.DataFrame(TWO)).prior_predictive(draws=4000, seed=1)["prior"]
    assert np.log(prior["bias"].values).std() == pytest.approx(0.05, rel=0.05)
    assert prior["bias"].shape == (1, 4000, 2)


def test_the_widest_group_is_the_total():
    rows = {
        "source": ["G", "G"],
        "group": ["women", "all"],
        "estimate": ["300 (200-450)", "900 (700-1100)"],
    }
    est = fit(rows)
    assert est.meta.rows[0].cell.group == "all"
    assert est.meta.has_total
    apart = fit({**rows, "scope": ["north", "south"]})
    assert not apart.meta.has_total
    assert "different places" in apart.meta.no_total


def test_what_sets_the_level_is_said_once_in_a_report():
    parts = parts_of(fit({"source": ["A"], "estimate": ["1,000 (800-1,250)"]}))
    said = [*parts.rests_on(), *parts.identification()]
    assert len(said) == len(set(said)) > 1


@pytest.mark.parametrize(
    "text",
    ["1,000 (990-5,000)", "98,000 (8,000-194,000)", "1,000 (200-1,001)", "100 (5-300)"],
)
def test_without_bias_the_printed_quantiles_come_back_however_uneven(text):
    est = fit({"source": ["A"], "estimate": [text]}, bias_sd=0.0)
    quantity = ce.Quantity.parse(text)
    ends = [quantity.low, quantity.best, quantity.high]
    below = [float((est.draws() < end).mean()) for end in ends]
    np.testing.assert_allclose(below, [0.025, 0.5, 0.975], atol=0.0006)
    assert np.median(est.draws()) == pytest.approx(quantity.best, rel=0.001)
