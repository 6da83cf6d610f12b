"""The Gaza Strip to 30 June 2024: three lists, a household survey, and the ministry's total.

The lists are those of Jamaluddine et al. 2025, who estimated 64,260 (55,298 to 78,525) from them
with covariates; the survey is that of Spagat et al. 2026, 75,200 (63,600 to 86,800) to 5 January
2025. The script is run as a reader of the documentation runs it.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "gaza_together.py"
ENDS = [0.025, 0.5, 0.975]
PUBLISHED = (55_298, 64_260, 78_525)


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("gaza_together", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def kinds(example):
    return example.kinds()


@pytest.fixture(scope="module")
def joint(example, kinds):
    return example.join(kinds)


def test_the_lists_alone_give_what_was_published(kinds):
    """Without age, sex and month the median is within 3% and the ends within 5%."""
    low, median, high = np.quantile(kinds["lists"].draws(), ENDS)
    assert median == pytest.approx(PUBLISHED[1], rel=0.03)
    assert (low, high) == pytest.approx((PUBLISHED[0], PUBLISHED[2]), rel=0.05)


def test_the_joint_answer_is_that_of_weighted_draws(joint, kinds):
    """Draws of the lists, weighted by the published survey, its bias and the bridge.

    The likelihood of a count is that of its log: the interval bent about its median, as published,
    widened by the bias and by the bridge.
    """
    z = stats.norm.ppf(0.975)
    draws = np.sort(kinds["lists"].draws().ravel())
    away = np.log(draws / (0.80 * 75_200))
    below, above = np.log(75_200 / 63_600) / z, np.log(86_800 / 75_200) / z
    sd = np.hypot(np.where(away < 0, below, above), np.hypot(0.05, 0.05))
    weight = stats.norm.pdf(away, 0, sd)
    wanted = np.interp(ENDS, np.cumsum(weight) / weight.sum(), draws)
    np.testing.assert_allclose(np.quantile(joint.draws(), ENDS), wanted, rtol=0.015)


def test_kinds_agree_and_both_count(joint):
    assert not joint.details.contradictions
    table = joint.contributions()
    assert table.loc[["lists", "survey"], "weight"].min() > 0.2
    assert joint.conflict()["p"].min() > 0.3
    alone = table.loc["lists"]
    low, high = np.quantile(joint.draws(), [0.025, 0.975])
    assert np.log(high / low) < 0.85 * np.log(alone["high"] / alone["low"])


def test_the_total_of_the_ministry_does_not_move_the_count(example, joint, kinds):
    """It is built on two of the lists, so it receives the count: 37,877 over that."""
    without = example.ce.Study(lists=kinds["lists"], survey=kinds["survey"])
    without.bridge("survey", share=0.80, sd=0.05)
    np.testing.assert_array_equal(without.fit(seed=1).draws(), joint.draws())
    share = np.quantile(joint.worth_of("Gaza Ministry of Health"), ENDS)
    wanted = 37_877 / np.quantile(joint.draws(), ENDS[::-1])
    np.testing.assert_allclose(share, wanted, rtol=0.06)


def test_the_report_asks_what_the_ministry_would_need(example, joint, tmp_path):
    example.write(joint, tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "What would move the estimate to 37,877?" in page
    assert "Nothing that lists assume is among these" in page


def test_the_first_paragraph_names_what_moves_the_count(joint):
    said = joint.quote()
    assert said.startswith("Gaza Ministry of Health stated 37,877 people killed in Gaza Strip")
    assert "The lists (Ministry hospital list, " in said
    assert "alone give about 64,000" in said
    assert "claims" not in said
    assert "We estimate about 63,000" in said
