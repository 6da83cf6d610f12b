"""What each assumption would have to be, checked by assuming just that."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from casualty_est import UsageError, datasets
from casualty_est.claims.inference.exact import solve
from tests.support.claim_tables import by_former_priors as model
from tests.support.former import former_model

ROWS = [("A", "perpetrator", "about 800"), ("B", "media", "5,003")]


@pytest.fixture(scope="module")
def estimate():
    return model(*ROWS).fit(seed=1)


@pytest.mark.parametrize("n", [5000, 20_000])
def test_assuming_the_tipped_ratio_gives_the_number(estimate, n):
    tips = estimate.tipping(n).set_index("assumption")
    for name, role, sd in (("A", "perpetrator", 1.0), ("B", "media", 0.7)):
        value = tips.loc[f"ratio of {name}", "value"]
        assert value is not None
        spec = {"roles": {role: {"ratio": {"median": value, "sd": sd}}}}
        median = math.exp(float(solve(model(*ROWS, priors=spec).layout).quantile(0.5)))
        assert median == pytest.approx(n, rel=0.01)
        before = {"A": 0.15, "B": 0.5}[name]
        # The sd is that of 400 quantiles, whose ends stop at three sds: .2% short.
        assert tips.loc[f"ratio of {name}", "sds"] == pytest.approx(
            math.log(value / before) / sd, rel=0.003
        )


def test_assuming_the_tipped_level_gives_the_number(estimate):
    value = estimate.tipping(8000).set_index("assumption").loc["level prior", "value"]
    spec = {"level": {"median": value, "sd": 3.0}}
    median = math.exp(float(solve(model(*ROWS, priors=spec).layout).quantile(0.5)))
    assert median == pytest.approx(8000, rel=0.01)


def test_signs(estimate):
    median = estimate.summary()["median"].iloc[0]
    up = estimate.tipping(round(median * 1.5)).set_index("assumption")["sds"]
    down = estimate.tipping(round(median / 1.05)).set_index("assumption")["sds"]
    # More dead: the sources must have missed more, or the prior lie higher.
    assert (up[:2] < 0).all()
    assert (down[:2] > 0).all()
    assert up["level prior"] > 0 > down["level prior"]


def test_the_answer_itself_needs_no_change(estimate):
    median = estimate.summary()["median"].iloc[0]
    assert (estimate.tipping(median)["sds"] == 0).all()


def test_out_of_reach():
    tipped = model(*[("A", "reference", "1,001")]).fit(seed=1).tipping(1_000_000)
    row = tipped.set_index("assumption").loc["ratio of A"]
    assert row["value"] is None or np.isnan(row["value"])
    assert "A would have to have reported 0.10% of the true number" in row["sentence"]
    assert "No shift of what we assume about A alone would lead there" in row["sentence"]


def test_sentences(estimate):
    sentences = list(estimate.tipping(800)["sentence"])
    assert all(sentence.startswith("For 800 to be right") for sentence in sentences)
    tips = estimate.tipping(2000).set_index("assumption")
    value, sentence = tips.loc["ratio of B", ["value", "sentence"]]
    assert value > 1
    assert "times the true number" in sentence
    assert "prior standard deviations from what is assumed" in sentence
    below = estimate.tipping(20_000).set_index("assumption").loc["ratio of B"]
    assert below["value"] < 1
    assert "% of the true number" in below["sentence"]


@pytest.mark.parametrize("n", [0, -5, math.nan, math.inf, "800", None])
def test_no_number_of_people(estimate, n):
    with pytest.raises(UsageError, match="a number of people above 0"):
        estimate.tipping(n)


@pytest.mark.parametrize("n", [np.int64(8000), np.float32(8000), 8000, 8000.0])
def test_any_kind_of_number(estimate, n):
    assert list(estimate.tipping(n)["sentence"]) == list(estimate.tipping(8000)["sentence"])


def test_neighbouring_large_numbers_are_not_confused(estimate):
    one, other = estimate.tipping(1_234_567), estimate.tipping(1_234_568)
    assert "1,234,567" in one["sentence"].iloc[0]
    assert "1,234,568" in other["sentence"].iloc[0]


def test_an_anchor_can_tip():
    spec = {"anchors": [{"interval": [8000, 12000]}]}
    tips = model(*ROWS, priors=spec).fit(seed=1).tipping(5000)
    row = tips.iloc[-1]
    assert row["assumption"] == "anchor"
    sd = math.log(12 / 8) / (2 * 1.959964)
    moved = {"anchors": [{"median": row["value"], "sd": sd}]}
    median = math.exp(float(solve(model(*ROWS, priors=moved).layout).quantile(0.5)))
    assert median == pytest.approx(5000, rel=0.01)
    assert "the assumption “anchor” would have to be about" in row["sentence"]


def test_without_a_headline_nothing_tips():
    est = model(*[("A", "", "100")]).fit(seed=1)
    with pytest.raises(UsageError, match="no headline number"):
        est.tipping(100)


def test_a_count_is_no_ratio_whatever_its_place_is_called():
    rows = pd.DataFrame({"source": ["A"], "role": ["media"], "quantity": ["5,003"]})
    place = {"scope": "ratio of one"}
    spec = {"anchors": [{**place, "interval": [8000, 12000]}]}
    est = former_model(rows.assign(**place), priors=spec).fit(seed=1, draws=100)
    assert [assumption.sign for assumption in est.meta.assumptions] == [-1, 1, 1]
    row = est.tipping(9000).iloc[-1]
    assert "ratio of one" in row["assumption"]
    assert 7000 < row["value"] < 10_000
    assert "true number" not in row["sentence"]


def test_the_anchor_of_a_ratio_falls_where_the_count_rises():
    spec = {"anchors": [{"source": "B", "ratio": {"median": 0.5, "factor": 1.2}}]}
    est = model(*ROWS, priors=spec).fit(seed=1, draws=100)
    assert est.meta.assumptions[-1].sign == -1
    row = est.tipping(round(1.2 * est.summary()["median"].iloc[0])).iloc[-1]
    assert row["sds"] < 0
    assert "% of the true number" in row["sentence"]


@pytest.mark.slow
def test_the_same_model_sampled_is_kept_and_said(tmp_path, coalition_compiled):
    sampled = former_model(datasets.load("coalition"))
    sampled._engines["nuts"] = coalition_compiled
    est = sampled.fit(seed=1)
    agreement = est.check_by_sampling(draws=2000, progress_bar=False)
    assert agreement.sampled_converged
    assert agreement.largest_difference < 0.1
    assert type(est).load(est.save(tmp_path / "e.nc")).details.agreement == agreement
    assert agreement.text in est.report(tmp_path / "r.html").read_text("utf-8").replace(
        "\u00a0", " "
    )


def test_a_witness_that_counts_a_hundred_for_one_is_no_answer(coalition_learned):
    # The long lower tail of a monitor's completeness would allow it: 2,200 times the truth.
    tips = coalition_learned.tipping(800).set_index("assumption")
    assert tips.loc["ratio of Airwars", "value"] is None or np.isnan(
        tips.loc["ratio of Airwars", "value"]
    )
    assert tips.loc["ratio of Airwars", "sentence"].endswith(
        "would lead there, within eight prior standard deviations and a hundredfold ratio."
    )
