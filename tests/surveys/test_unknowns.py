"""What surveys do not know: biases, populations, and deaths on lists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.studies import audit, matched, survey


@pytest.fixture(scope="module")
def gaza():
    return ce.SurveyModel(ce.datasets.load("gaza_survey")).fit(seed=1)


def test_a_bias_is_worth_its_part_of_the_variance(gaza):
    (row,) = gaza.information().rows
    assert row.assumption == "bias of Gaza Mortality Survey"
    assert row.effect == pytest.approx(-0.05, abs=0.01)
    variance = np.log(gaza.draws()).var()
    assert row.share == pytest.approx(0.05**2 / variance, abs=3 * row.error)


def test_another_survey_adds_its_precision(gaza):
    """Of Normal logs: 1 / (1 / v + deaths / deff)."""
    variance = np.log(gaza.draws()).var()
    (row,) = gaza.worth(survey(400, deff=4)).rows
    assert row.sd_after**2 == pytest.approx(1 / (1 / variance + 100), rel=0.05)


def test_moving_the_bias_moves_the_estimate_by_as_much(gaza):
    median = float(np.median(gaza.draws()))
    answer = gaza.radius(median / 1.03)
    bias = answer.together[0]
    # A bias known to be b moves the answer by all of b.
    assert bias.value == pytest.approx(1.03, abs=0.01)
    assert answer.sds == pytest.approx(np.log(1.03) / 0.05, abs=0.15)


def test_matched_deaths_can_be_looked_up_further():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"death": range(150), "A": rng.random(150) < 0.4})
    frame["B"] = rng.random(150) < 0.3
    frame[["A", "B"]] = frame[["A", "B"]].astype(int)
    frame["psu"] = np.arange(150) // 5
    est = ce.SurveyModel(frame, listed={"any": 4400}).fit(seed=1)
    assert set(est._unknowns(0).held) == {"A", "B", "any list"}
    more = est.worth([matched(300), audit("A", 300)])
    assert more.rows[0].share > 0.5
    assert more.rows[1].share < more.rows[0].share
    assert [row.assumption for row in est.information().rows] == ["design effect"]
    assert "can be moved afterwards" in est.radius(9000).sentence


def test_studies_that_it_cannot_use(gaza):
    with pytest.raises(ce.UsageError, match="has no source to audit"):
        gaza.worth(audit("Gaza Mortality Survey", 50))
