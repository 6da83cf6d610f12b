"""A sample in which nobody died: the answer is an upper bound wherever it is said."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.result.published import check_content
from casualty_est.wording.numbers import at_most

PUBLISHED = {"source": ["X"], "estimate": [""], "deaths": [0], "members": [5000]}
PUBLISHED |= {"population": [100_000], "clusters": [30], "households": [900]}
HOUSEHOLDS = pd.DataFrame({"psu": np.arange(300) // 10, "members": 5, "deaths": 0})


@pytest.fixture(scope="module")
def published():
    return ce.SurveyModel(pd.DataFrame(PUBLISHED)).fit(seed=1)


@pytest.fixture(scope="module")
def households():
    return ce.SurveyModel(HOUSEHOLDS, population=10_000).fit(seed=1)


def test_the_bound_is_that_of_no_event(published):
    """No event: exponential in the count, over the prior of the design effect and of the bias."""
    rng = np.random.default_rng(5)
    rho = np.exp(np.log(0.16) + 0.35 * rng.standard_normal(400_000))
    each = 100_000 / 5000 * (1 + (900 / 30 - 1) * rho)
    deaths = each * rng.exponential(size=len(each)) * np.exp(0.05 * rng.standard_normal(len(each)))
    assert published.summary()["high"].iloc[0] == pytest.approx(np.quantile(deaths, 0.95), rel=0.05)


@pytest.mark.parametrize("name", ["published", "households"])
def test_it_is_said_everywhere_and_no_other_number(name, request, tmp_path):
    est = request.getfixturevalue(name)
    bound = float(np.quantile(est.draws(), 0.95))
    said = at_most(bound)
    assert est.headline() == f"{said}, with 95% probability"
    first, _, rest = est.quote().partition(" We estimate ")
    assert "found no people killed" in first
    assert rest.startswith(f"{said}, with 95% probability if our assumptions hold. Nobody in")
    row = est.summary().iloc[0]
    assert row["high"] == pytest.approx(bound)
    assert row["low"] == 0
    assert row[["median", "mean", "sd"]].isna().all()
    content = json.loads(json.dumps(est.to_dict()))
    check_content(content)
    entry = content["estimates"][0]
    assert entry["median"] is None
    assert not entry["modes"]
    interval = {"kind": "upper", "prob": 0.95, "low": 0.0, "high": pytest.approx(bound)}
    assert entry["interval"] == interval
    for figure in (est.plot.total(), est.plot.card()):
        texts = " ".join(
            text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))
        )
        assert said in texts.lower()
        assert "median" not in texts
        assert "about" not in texts.lower()
    assert said in repr(est)
    page = est.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"We estimate {said}" in page
    assert "median of the posterior" not in page
    loaded = ce.Estimate.load(est.save(tmp_path / "est.nc"))
    assert loaded.headline() == est.headline()


def test_another_level(published):
    bound = float(np.quantile(published.draws(), 0.8))
    assert published.headline(ci_prob=0.8) == f"{at_most(bound)}, with 80% probability"


def test_one_death_is_no_bound():
    est = ce.SurveyModel(pd.DataFrame(PUBLISHED | {"deaths": [1]})).fit(seed=1)
    assert est.headline().startswith("about ")
    assert est.to_dict()["estimates"][0]["interval"]["kind"] == "eti"


def test_a_second_study_with_deaths_makes_it_an_estimate():
    two = {key: value * 2 for key, value in PUBLISHED.items()}
    two |= {"source": ["X", "Y"], "deaths": [0, 12]}
    est = ce.SurveyModel(pd.DataFrame(two)).fit(seed=1)
    if est.meta.has_total:
        assert est.headline().startswith("about ")
    assert "Nobody in the sample died" not in est.quote()


@pytest.mark.parametrize(
    ("bound", "said"), [(0.3, "1"), (7.2, "8"), (30.1, "31"), (374.5, "380"), (12_001, "13,000")]
)
def test_a_bound_is_rounded_up(bound, said):
    assert at_most(bound) == f"at most {said}"


def test_strata_are_bounds_too():
    strata = HOUSEHOLDS.assign(stratum=np.where(np.arange(300) < 150, "North", "South"))
    est = ce.SurveyModel(strata, population={"North": 5000, "South": 5000}).fit(seed=1)
    for label in est.labels:
        assert est.headline(label).startswith("at most ")
    for figure in (est.plot.total(), est.plot.cells()):
        held = figure.findobj(lambda artist: hasattr(artist, "get_text"))
        texts = " ".join(text.get_text() for text in held)
        assert "at most" in texts
        assert "(fewer than 1 to" not in texts
