"""What the kinds of a study assume: what it is worth to know it, against Normals by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from tests.support.known import known, normal

MEAN = 9.0


def bridged():
    study = ce.Study(lists=normal(MEAN, 0.2), survey=normal(MEAN + 0.1, 0.3, 1))
    study.bridge("survey", share=0.9, sd=0.4)
    return study


def test_the_share_of_a_bridge_is_worth_what_normals_say(tmp_path):
    joint = bridged().fit(seed=1)
    with_bridge, known_share = 1 / 0.2**2 + 1 / (0.3**2 + 0.4**2), 1 / 0.2**2 + 1 / 0.3**2
    (row,) = joint.information().rows
    assert row.assumption == "bridge of survey"
    assert row.now == 0.9
    assert row.share == pytest.approx(1 - with_bridge / known_share, abs=0.02)
    weight = 1 / (0.3**2 + 0.4**2) / with_bridge
    assert row.effect == pytest.approx(weight * 0.4, rel=0.05)
    # The whole answer follows the share by that weight: so many sds take it there.
    n = float(np.exp(np.median(np.log(joint.draws())) + 0.5 * weight * 0.4))
    assert joint.radius(n).sds == pytest.approx(0.5, abs=0.05)
    loaded = ce.Estimate.load(joint.save(tmp_path / "study.nc"))
    assert loaded.information() == joint.information()
    assert loaded.radius(n) == joint.radius(n)
    json.dumps(joint.to_dict(), allow_nan=False)


def test_a_bias_of_a_survey_is_worth_the_same_in_the_study():
    """Beside a kind that says next to nothing, the study knows what the survey alone knows."""
    rows = {"source": ["S"], "estimate": [8000], "low": [7600], "high": [8421]}
    survey = ce.SurveyModel(pd.DataFrame(rows), cell=None).fit(seed=1)
    cell = survey.meta.rows[0].cell
    wide = known(
        np.log(8000) + 5 * np.random.default_rng(1).standard_normal(4000),
        scope=cell.scope, start=cell.start, end=cell.end, group=cell.group,
        perpetrator=cell.perpetrator, outcome=cell.outcome,
    )  # fmt: skip
    joint = ce.Study(survey=survey, wide=wide).fit(seed=1)
    (alone,), (row,) = survey.information().rows, joint.information().rows
    assert row.assumption == "bias of S [survey]"
    assert row.share == pytest.approx(alone.share, abs=0.03)
    assert row.effect == pytest.approx(alone.effect, abs=0.005)


def test_what_cannot_be_told_is_not():
    tied = bridged().fit(seed=1, rho={("lists", "survey"): 0.3})
    cut = bridged().fit(seed=1, eta={"survey": 0})
    half = bridged().fit(seed=1, eta={"survey": 0.5})
    for joint in (tied, cut, half):
        assert joint.information().rows == ()
        assert "identification() says what it rests on" in repr(joint.information())
