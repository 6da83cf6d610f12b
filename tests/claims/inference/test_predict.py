"""What the posterior and the prior say of each claim."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.predict import expected_log, log_likelihood, surprise
from casualty_est.quantity.quantity import Quantity
from casualty_est.result.schema import Note
from tests.support.former import former_model


def model(*rows, **options):
    names = ("source", "role", "quantity")
    table = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    return former_model(table, **options)


def flagged(est):
    return [claim.text for claim in est.check().claims if claim.contradicts]


def test_one_monitor_against_four():
    rows = [(f"M{i}", "monitor", f"{n:,}") for i, n in enumerate((1003, 951, 1077, 1011))]
    est = model(*rows, ("M4", "monitor", "100,000")).fit(seed=1)
    assert flagged(est) == ["100,000"]
    assert Note("contradicts", "M4's '100,000' contradicts the rest") in est.warnings
    assert "contradicts the rest (tail probability" in " ".join(est.check().lines)
    assert "Note: M4's '100,000' contradicts the rest." in repr(est)


def test_five_monitors_who_agree():
    rows = [(f"M{i}", "monitor", f"{n:,}") for i, n in enumerate((1003, 951, 1077, 1011, 1204))]
    est = model(*rows).fit(seed=1)
    assert flagged(est) == []
    assert all(0 <= claim.surprise <= 1 for claim in est.check().claims)


def test_a_slip_of_one_source_among_its_own_claims():
    rows = [("A", "third_state", q) for q in ("1,001", "1,103", "1,011", "12,500")]
    assert flagged(model(*rows).fit(seed=1)) == ["12,500"]


@pytest.mark.thorough
@pytest.mark.parametrize("hedge", ["", "about ", "at least ", "as many as "])
def test_hedged_outliers_are_found(hedge):
    rows = [(f"T{i}", "third_state", f"{n:,}") for i, n in enumerate((1003, 951, 1077, 1011))]
    outlier = f"{hedge}{'200,000' if hedge != 'as many as ' else '7'}"
    assert flagged(model(*rows, ("X", "third_state", outlier)).fit(seed=1)) == [outlier]


@pytest.mark.parametrize("role", ["third_state", "monitor", "perpetrator"])
def test_a_floor_far_below_and_a_ceiling_far_above_contradict_nobody(role):
    """As US intelligence's "at least 2,000" of Hama, where all others name tens of thousands."""
    rows = [(f"T{i}", "third_state", f"{n:,}") for i, n in enumerate((20_003, 19_051, 22_011))]
    for bound in ("at least 20", "as many as 9,000,000"):
        est = model(*rows, ("X", role, bound)).fit(seed=1)
        assert flagged(est) == []
        assert not [note for note in est.warnings if note.code == "contradicts"]


def test_log_likelihood_of_the_estimate_is_scipys():
    est = model(("A", "perpetrator", "about 800"), ("B", "party", "6,047")).fit(seed=1, draws=50)
    deaths, tree = np.log(est.draws()), est.idata
    got = tree["log_likelihood"]["claim"].values
    assert got.shape == (4, 50, 2)
    stated = (("A", 800, math.hypot(0.15, 0.15)), ("B", 6047, 0.15))
    for i, (source, n, s) in enumerate(stated):
        m = deaths + np.log(est.ratio(source))
        np.testing.assert_allclose(
            got[..., i], stats.t(4, loc=m, scale=s).logpdf(math.log(n)), rtol=1e-9
        )


@pytest.mark.thorough
def test_surprise_by_leaving_the_claim_out():
    """Against the predictive tail of a refit without the claim."""
    rows = [("A", "third_state", "1,003"), ("B", "third_state", "1,500")]
    # The third shares nothing with the others: without its claim its ratio is its prior.
    rng = np.random.default_rng(2)
    pair = model(*rows).fit(seed=3, draws=25_000)
    error = 0.7 * rng.normal(size=100_000) + 0.15 * rng.standard_t(4, 100_000)
    said = np.log(pair.draws().ravel()) + math.log(0.5) + error
    for text in ("4,001", "6,001", "9,001"):
        beyond = 2 * (said > math.log(Quantity.parse(text).best)).mean()
        est = model(*rows, ("C", "media", text)).fit(seed=1)
        # Truncating the weights draws the tail inwards: never to more than some twice its size.
        assert 0.7 * beyond < est.meta.claims[2].surprise < 2.5 * beyond


def test_expected_log_sums_cells_and_takes_learned_sds():
    rows = pd.DataFrame(
        [
            {"source": "A", "role": "media", "quantity": "1,003", "scope": "x+y"},
            {"source": "B", "role": "media", "quantity": "1,003", "scope": "x"},
            *[
                {"source": "C", "role": "media", "quantity": f"{n}", "scope": "y"}
                for n in (11, 13, 14, 17, 18)
            ],
        ]
    )
    layout = former_model(rows).layout
    assert layout.learned == ("C",)
    deaths = np.log(np.array([[[100.0, 40.0]]]))
    ratio = np.log(np.array([[[0.5, 0.25, 2.0]]]))
    draws = Draws(deaths, ratio, np.zeros((1, 1, 0)), np.log([[[0.33]]]), "nuts")
    m, s = expected_log(layout, draws)
    np.testing.assert_allclose(np.exp(m[0, 0]), [70, 25, 80, 80, 80, 80, 80])
    np.testing.assert_allclose(s[0, 0], [0.15, 0.15, 0.33, 0.33, 0.33, 0.33, 0.33])
    log_lik = log_likelihood(layout, draws)
    tails = surprise(layout, draws, log_lik)
    assert log_lik.shape == (1, 1, 7)
    assert ((tails >= 0) & (tails <= 1)).all()


# Before any number is seen ---------------------------------------------------------------------


def test_prior_predictive_of_a_single_source():
    tree = model(("A", "monitor", "6,047")).prior_predictive(draws=40_000, seed=1)
    q = [0.05, 0.5, 0.95]
    deaths = np.quantile(tree["prior"]["deaths"].values, q)
    np.testing.assert_allclose(np.log(deaths), stats.norm(math.log(3000), 3).ppf(q), atol=0.08)
    ratio = np.quantile(tree["prior"]["ratio_total"].values, q)
    rng = np.random.default_rng(2)
    z = rng.normal(size=(2, 400_000))
    simulated = np.exp(0.05 + 0.1 * z[1]) / (1 + np.exp(-0.8 * z[0]))
    np.testing.assert_allclose(ratio, np.quantile(simulated, q), rtol=0.02)
    said = np.log(tree["prior_predictive"]["claim"].values)
    product = np.log(tree["prior"]["deaths"].values * tree["prior"]["ratio_total"].values)
    error = (said - product) / 0.15
    assert stats.kstest(error.ravel(), stats.t(4).cdf).pvalue > 1e-3


def test_prior_predictive_shapes_and_seed():
    built = model(("A", "monitor", "6,047"), ("B", "media", "about 500"))
    tree = built.prior_predictive(draws=7, seed=5)
    assert tree["prior"]["deaths"].dims == ("chain", "draw", "estimate")
    assert tree["prior"]["ratio_total"].shape == (1, 7, 2)
    assert tree["prior_predictive"]["claim"].shape == (1, 7, 2)
    again = built.prior_predictive(draws=7, seed=5)
    np.testing.assert_array_equal(tree["prior"]["deaths"], again["prior"]["deaths"])


def test_about_is_wider_in_the_prior_predictive_too():
    """Before hedging: the reporting error alone, the same for both."""
    built = model(("A", "reference", "1,001"), ("B", "reference", "about 1,000"))
    tree = built.prior_predictive(draws=20_000, seed=5)
    said = np.log(tree["prior_predictive"]["claim"].values)
    ratio = np.log(tree["prior"]["ratio_total"].values)
    error = said - np.log(tree["prior"]["deaths"].values) - ratio
    assert np.quantile(error[..., 0], 0.9) == pytest.approx(0.15 * stats.t(4).ppf(0.9), rel=0.05)
    assert np.quantile(error[..., 1], 0.9) == pytest.approx(0.15 * stats.t(4).ppf(0.9), rel=0.05)
