"""Matched deaths of which none, or every one, is on the list: the answer is a bound everywhere."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.result.published import check_content
from casualty_est.wording.numbers import at_least, at_most

PEOPLE = 4400


def table(held, deaths=30, per=1):
    frame = pd.DataFrame({"death": range(deaths), "A": (np.arange(deaths) < held).astype(int)})
    return frame.assign(psu=np.arange(deaths) // per)


def fit(held, deaths=30, per=1, **more):
    return ce.SurveyModel(table(held, deaths, per), listed={"A": PEOPLE}, **more).fit(seed=1)


@pytest.fixture(scope="module")
def none():
    return fit(0)


@pytest.fixture(scope="module")
def every():
    return fit(30)


def shown(figure):
    held = figure.findobj(lambda artist: hasattr(artist, "get_text"))
    return " ".join(text.get_text() for text in held)


def test_the_bound_is_that_of_no_event_in_so_many(none, every):
    """P(no death of 30 is on a list of completeness c) = (1 - c)^30, every c alike beforehand."""
    share = 1 - 0.05 ** (1 / 31)
    assert none.summary()["low"].iloc[0] == pytest.approx(PEOPLE / share, rel=0.03)
    assert every.summary()["high"].iloc[0] == pytest.approx(PEOPLE / (1 - share), rel=0.005)
    # The rule of three: without any prior, 0.05 = (1 - c)^30.
    assert none.summary()["low"].iloc[0] == pytest.approx(PEOPLE / (1 - 0.05 ** (1 / 30)), rel=0.06)


def test_clusters_loosen_it():
    """Deaths of one cluster resemble each other, so the same sample says less."""
    kappa, deff = {}, 1 + 4 * 0.16
    kappa = (30 - deff) / (deff - 1)
    share = (np.arange(20_000) + 0.5) / 20_000
    seen = stats.betabinom.pmf(0, 30, kappa * share, kappa * (1 - share))
    most = np.interp(0.95, np.cumsum(seen) / seen.sum(), share)
    assert fit(0, per=5).summary()["low"].iloc[0] == pytest.approx(PEOPLE / most, rel=0.06)


@pytest.mark.parametrize(("name", "side"), [("none", "lower"), ("every", "upper")])
def test_it_is_said_everywhere_and_no_other_number(name, side, request, tmp_path):
    est = request.getfixturevalue(name)
    at, say = (0.05, at_least) if side == "lower" else (0.95, at_most)
    bound = float(np.quantile(est.draws(), at))
    said = say(bound)
    assert est.headline() == f"{said}, with 95% probability"
    assert f"We estimate {said}, with 95% probability if our assumptions hold." in est.quote()
    assert "chance that the true number lies" not in est.quote()
    row = est.summary().iloc[0]
    assert row[["median", "mean", "sd"]].isna().all()
    ends = (bound, np.nan) if side == "lower" else (PEOPLE, bound)
    assert (row["low"], row["high"]) == pytest.approx(ends, nan_ok=True)
    assert said in repr(est)
    assert f"none: {'a lower' if side == 'lower' else 'an upper'} bound" in repr(est)
    est._make_refits(0.95)
    content = json.loads(json.dumps(est.to_dict(), allow_nan=False))
    check_content(content)
    for cases in content["details"]["refits"].values():
        assert {(one["median"], one["prob"]) for one in cases} <= {(None, 0.95)}
    entry = content["estimates"][0]
    assert (entry["median"], entry["modes"], entry["interval"]["kind"]) == (None, [], side)
    share = content["sources"][0]["completeness_listed"]
    assert (share["median"], share["kind"]) == (None, "upper" if side == "lower" else "lower")
    cases = est.dials()
    assert cases["median"].isna().all()
    for figure in (est.plot.total(), est.plot.card(), est.plot.cases()):
        assert said in shown(figure).lower()
        assert "median" not in shown(figure)
        assert "about" not in shown(figure).lower()
    assert "median 9" not in shown(est.plot.sources())
    est.plot.priors()
    for audience in ("full", "public"):
        page = est.report(tmp_path / f"{audience}.html", audience=audience).read_text("utf-8")
        assert f"We estimate {said}" in page
        assert "median of the posterior" not in page
        assert "as likely to lie above" not in page
    loaded = ce.Estimate.load(est.save(tmp_path / "est.nc"))
    assert loaded.headline() == est.headline()
    assert loaded.to_dict()["estimates"] == content["estimates"]


def test_its_parts_are_bounds_too(none, every):
    assert none.headline("unlisted").startswith("at least ")
    assert every.headline("unlisted").startswith("at most ")
    assert none.headline("listed").startswith("about 4,400")


def test_nothing_asks_for_the_median_of_a_bound(none):
    for ask in (none.information, none.worth, lambda: none.radius(9000)):
        with pytest.raises(ce.UsageError, match="a bound and no more"):
            ask()


def test_the_sentence_that_helps(none):
    [note] = [note for note in none.warnings if note.code == "lower_bound"]
    assert "look up more deaths, or give the size of a list that has some of them" in note.text
    assert note.text in repr(none)


def test_another_list_of_the_same_table_gives_an_estimate():
    frame = table(0).assign(B=np.arange(30) % 2)
    bound = ce.SurveyModel(frame, listed={"A": PEOPLE}).fit(seed=1)
    assert bound.headline().startswith("at least ")
    assert np.isnan(bound.sources()["completeness"]).tolist() == [True, False, False]
    assert ce.SurveyModel(frame, listed={"B": PEOPLE}).fit(seed=1).headline().startswith("about ")


@pytest.mark.parametrize("held", [1, 2, 4])
def test_of_few_the_prior_is_told_and_turned(held):
    est = fit(held)
    assert est.headline().startswith("about ")
    assert "few_found" in {note.code for note in est.warnings}
    case = est.dials().set_index("case")
    other = case.loc["every completeness of the list as likely beforehand", "median"]
    share = stats.beta(held + 1, 31 - held)
    middle = share.median()
    error = 1 / (2 * share.pdf(middle) * middle * np.sqrt(4000))  # of the log of a median of draws
    assert abs(np.log(other / (PEOPLE / middle))) < 3 * error


def test_of_many_it_is_not():
    est = fit(12)
    assert "few_found" not in {note.code for note in est.warnings}
    assert not est.dials()["case"].str.contains("as likely beforehand").any()


# In a study ---------------------------------------------------------------------------------------


def published(text):
    return ce.SurveyModel(pd.DataFrame({"source": ["S"], "estimate": [text]})).fit(seed=1)


def test_a_study_takes_a_lower_bound(none):
    """(1 - c)^30 weights the draws of the other kind."""
    other = published("52,000 (41,000-66,000)")
    joint = ce.Study(matched=none, survey=other).fit(seed=1)
    draws = np.sort(other.draws().ravel())
    weight = (1 - np.minimum(PEOPLE / draws, 1)) ** 30
    mass = np.cumsum(weight) / weight.sum()
    wanted = np.interp([0.025, 0.5, 0.975], mass, draws)
    np.testing.assert_allclose(np.quantile(joint.draws(), [0.025, 0.5, 0.975]), wanted, rtol=0.02)
    # What the bound saw has this probability by the other kind: no tail of a flat prior.
    assert joint.conflict()["p"].to_numpy() == pytest.approx(weight.mean(), rel=0.15)
    said = joint.quote()
    assert f"Matched (A) alone: {at_least(np.quantile(none.draws(), 0.05))} people killed" in said
    row = joint.contributions().loc["matched"]
    assert row[["median", "high"]].isna().all()
    assert "none: a bound" in repr(joint)
    joint.plot.evidence()


def test_a_bound_that_contradicts(none, every):
    low = ce.Study(matched=none, survey=published("12,000 (9,000-16,000)")).fit(seed=1)
    assert not low.meta.has_total
    assert low.conflict().loc["survey", "factor"] == pytest.approx(3.3, rel=0.2)
    high = ce.Study(matched=every, survey=published("52,000 (41,000-66,000)")).fit(seed=1)
    assert not high.meta.has_total
    assert 5 < high.conflict().loc["matched", "factor"] < 12


def test_bounds_alone_are_no_study(none):
    other = fit(0, deaths=25)
    study = ce.Study(one=none, two=other)
    study.relation("A", "one", "two", "independent")
    with pytest.raises(ce.UsageError, match="nothing sets its level: add a kind"):
        study.fit(seed=1)
