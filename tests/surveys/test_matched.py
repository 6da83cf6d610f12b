"""Matched deaths: likelihood, completeness, totals, and lists that depend on each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.surveys.model.matched import log_likelihood


def table(held, deaths, per=1):
    frame = pd.DataFrame({"death": range(deaths), "A": (np.arange(deaths) < held).astype(int)})
    frame["psu"] = np.arange(deaths) // per
    return frame


def fit(frame, **settings):
    return ce.SurveyModel(frame, **settings).fit(seed=1)


def test_the_likelihood_is_the_beta_binomial_with_the_variance_of_the_design():
    n, deff, share = 150, 2.35, np.array([0.3, 0.65, 0.9])
    kappa = (n - deff) / (deff - 1)
    wanted = stats.betabinom.logpmf(97, n, kappa * share, kappa * (1 - share))
    got = log_likelihood(share, 97, n, deff)
    np.testing.assert_allclose(got - got[0], wanted - wanted[0], atol=1e-9)
    spread = stats.betabinom(n, kappa * 0.65, kappa * 0.35).var()
    assert spread == pytest.approx(deff * n * 0.65 * 0.35, rel=1e-9)
    simple = log_likelihood(share, 97, n, 1.0)
    binomial = stats.binom.logpmf(97, n, share)
    np.testing.assert_allclose(simple - simple[0], binomial - binomial[0], atol=1e-9)


def test_one_list_drawn_one_by_one_is_the_beta():
    est = fit(table(97, 150), listed={"A": 49_090})
    got = np.quantile(est.completeness("A"), [0.025, 0.5, 0.975])
    np.testing.assert_allclose(got, stats.beta.ppf([0.025, 0.5, 0.975], 97.5, 53.5), atol=0.004)
    np.testing.assert_allclose(est.draws(), 49_090 / est.completeness("A"))
    assert list(est.labels) == ["total", "listed", "unlisted"]
    assert np.all(est.draws(1) == 49_090)


def test_the_width_follows_the_effective_number_of_deaths():
    widths = []
    for deaths in (150, 600):
        est = fit(table(round(0.65 * deaths), deaths, per=3), listed={"A": 1000})
        low, high = np.quantile(np.log(est.draws()), [0.025, 0.975])
        widths.append(high - low)
    assert widths[0] / widths[1] == pytest.approx(2.0, rel=0.08)


def test_links_that_the_matching_missed():
    frame = table(97, 150)
    dials = fit(frame, listed={"A": 1000}).dials().set_index("case")["median"]
    base = np.median(fit(frame, listed={"A": 1000}).draws())
    assert dials["10% of the links missed by the matching"] == pytest.approx(0.9 * base, rel=0.01)
    set_so = fit(frame, listed={"A": 1000}, missed_links=0.1)
    assert np.median(set_so.draws()) == pytest.approx(0.9 * base, rel=0.01)


def test_several_lists_and_a_blank():
    frame = table(97, 150)
    frame["B"] = np.where(np.arange(150) >= 60, 1.0, 0.0)
    frame.loc[0, "B"] = np.nan
    est = fit(frame, listed={"any": 900})
    assert "left out: deaths that were not looked up on every list (1)" in repr(est) + str(
        est.warnings
    )
    assert est.details.sample.deaths == 149
    assert est.details.sample.on_none == 0
    assert list(est.sources()["source"]) == ["A", "B", "any"]
    assert np.median(est.completeness("any")) > 0.98


def negatively_dependent(rng, people=6000):
    """Two lists that divided the work: hardly anybody is on both, a third on none."""
    kind = rng.choice(3, people, p=[0.34, 0.33, 0.33])
    return np.column_stack([(kind == k) & (rng.random(people) < 0.95) for k in (0, 1)])


@pytest.mark.slow
def test_lists_that_divided_the_work_are_covered_once_deaths_are_matched():
    rng = np.random.default_rng(11)
    covered, naive = 0, 0
    for _ in range(60):
        on = negatively_dependent(rng)
        # Clusters of three deaths that resemble each other: with .16 the second and third are of
        # the kind of the first.
        first = rng.integers(0, len(on), 50)
        others = np.where(
            rng.random((50, 2)) < 0.16, first[:, None], rng.integers(0, len(on), (50, 2))
        )
        drawn = np.column_stack([first, others])
        frame = pd.DataFrame(on[drawn.ravel()].astype(int), columns=["A", "B"])
        frame["psu"], frame["death"] = np.repeat(np.arange(50), 3), range(150)
        listed = int(on.any(axis=1).sum())
        model = ce.SurveyModel(frame, listed={"any": listed})
        low, high = np.quantile(model.fit(seed=1, draws=500).draws(), [0.025, 0.975])
        covered += low <= 6000 <= high
        both = max(int(on.all(axis=1).sum()), 1)
        naive += abs(np.log(on[:, 0].sum() * on[:, 1].sum() / both / 6000)) < 0.5
    assert covered / 60 >= 0.93
    assert naive < 60 * 0.2  # what two lists alone, taken as independent, would say


def test_what_is_refused():
    frame = table(5, 10)
    with pytest.raises(ce.UsageError, match="give how many people one list holds"):
        ce.SurveyModel(frame)
    with pytest.raises(ce.UsageError, match="'MoH' is not a list of the table"):
        ce.SurveyModel(frame, listed={"MoH": 5})
    with pytest.raises(ce.UsageError, match="must be a whole number above 0"):
        ce.SurveyModel(frame, listed={"A": "many"})
    with pytest.raises(ce.UsageError, match="missed_links must be a number from 0 to"):
        ce.SurveyModel(frame, listed={"A": 5}, missed_links=1.0)
    bad = frame.astype({"A": object})
    bad.loc[1, "A"], bad.loc[3, "death"] = "maybe", 0
    with pytest.raises(ce.InputError) as error:
        ce.Survey(bad)
    assert [(p.line, p.column) for p in error.value.problems] == [(2, "A"), (4, "death")]


@pytest.mark.thorough
def test_matched_deaths_from_the_command_line(capsys, tmp_path):
    from tests.support.command import run_flat

    path, page = tmp_path / "m.csv", tmp_path / "r.html"
    table(97, 150, per=2).to_csv(path, index=False)
    words = ["survey", path, "--listed", "A=49090", "--missed-links", 0.02, "--seed", 1]
    code, out, err = run_flat(
        capsys, *words, "--report", page, "--cell", "scope=Gaza", "--show-model"
    )
    assert (code, err) == (0, "")
    assert "people on A: 49,090" in out
    text = page.read_text("utf-8")
    assert "Documented, not estimated: 49,090 people on A" in text
    assert "Of 150 deaths in the sample 97 are on A" in text
    assert "5% of the links missed by the matching" in text
    assert "None" not in text


def test_what_the_matching_missed_leaves_no_list_with_more_than_all():
    """The completeness keeps its prior under 100%, where a share over the links found piles up."""
    est = fit(table(140, 150), listed={"A": 1000}, missed_links=0.05)
    share = np.linspace(0.5, 1, 200_001)[:-1]
    density = stats.beta.pdf(share, 0.5, 0.5) * stats.binom.pmf(140, 150, 0.95 * share)
    cumulative = np.cumsum(density) / density.sum()
    wanted = np.interp([0.025, 0.5, 0.975], cumulative, share)
    np.testing.assert_allclose(
        np.quantile(est.completeness("A"), [0.025, 0.5, 0.975]), wanted, atol=0.004
    )
    assert (est.draws() > 1000).all()
    cases = set(est.dials()["case"])
    assert "2% of the links missed by the matching" in cases
    # With a tenth missed, 140 of 150 could hardly be found.
    assert "10% of the links missed by the matching" in cases
    every = fit(table(149, 150), listed={"A": 1000}).dials()
    assert "10% of the links missed by the matching" not in set(every["case"])
    with pytest.raises(ce.UsageError, match="leaves at most 50% of deaths to be found on a list"):
        fit(table(97, 150), listed={"A": 1000}, missed_links=0.5)


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        (
            ce.CaptureHistories.from_overlaps({"A": 9, "B": 8, "A&B": 3}),
            "and CaptureHistories came",
        ),
        (8000, "and int came"),
        ({"A": 8000.5}, "must be a whole number above 0, not 8000.5"),
    ],
)
def test_what_is_listed_is_a_number_by_name(listed, told):
    with pytest.raises(ce.UsageError, match=told):
        ce.SurveyModel(table(97, 150), listed=listed)


def test_a_whole_number_of_any_type_is_listed():
    for size in (8000, 8000.0, np.int64(8000), "8,000"):
        assert ce.SurveyModel(table(97, 150), listed={"A": size}).layout.listed == ("A", 8000)
