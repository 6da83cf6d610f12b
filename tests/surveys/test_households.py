"""Household microdata: the likelihood against SciPy, the grid against sums, tables, dials."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

import casualty_est as ce
from casualty_est.result.shared import CountPrior, FlatPrior
from casualty_est.surveys.inference import household_grid as grids
from casualty_est.surveys.inference.weighted import ratio
from casualty_est.surveys.model import households as model
from tests.support.survey_simulators import Country, people_of

SMALL = pd.DataFrame(
    {
        "psu": [1, 1, 1, 2, 2, 3, 3, 3, 3],
        "members": [4, 6, 3, 5, 5, 2, 7, 4, 6],
        "deaths": [0, 2, 1, 0, 0, 1, 3, 0, 1],
    }
)


def held(frame=SMALL):
    return ce.Survey(frame).households


def by_scipy(frame, p, icc, *, seen):
    """Log likelihood of every cluster, household by household."""
    a, b = p * (1 - icc) / icc, (1 - p) * (1 - icc) / icc
    dead, members, psu = (frame[name].to_numpy() for name in ("deaths", "members", "psu"))
    logs = stats.betabinom.logpmf(dead, members, a, b)
    if seen:
        logs = logs - np.log1p(-stats.betabinom.pmf(members, members, a, b))
    return np.array([logs[psu == one].sum() for one in np.unique(psu)])


@pytest.mark.parametrize("seen", [True, False])
def test_the_likelihood_is_the_beta_binomial_truncated_to_survivors(seen):
    x = np.array([-4.0, -2.0, -0.5])
    got = grids.group_logs(model.statistics(held()), x, 0.3, seen=seen)
    wanted = np.column_stack([by_scipy(SMALL, special.expit(v), 0.3, seen=seen) for v in x])
    np.testing.assert_allclose(np.diff(got, axis=1), np.diff(wanted, axis=1), atol=1e-9)


def test_a_cluster_is_summed_over_its_logit():
    grid = grids.Grid.over(
        {**grids.WHOLE, "mu": (-5.0, 0.0), "sigma": (0.0, 1.6)}, {**grids.FINE, "sigma": 4}
    )
    got = grids.stratum_logs(model.statistics(held()), grid, seen=True)[:, :, 0]
    i, s, (one, two) = 9, 2, (40, 60)
    icc, sd = special.expit(grid.icc[i]), grid.sigma[s]

    def whole(mu):
        total = 0.0
        for psu in (1, 2, 3):
            rows = SMALL[SMALL["psu"] == psu]
            total += np.log(
                integrate.quad(
                    lambda z, rows=rows: float(
                        np.exp(by_scipy(rows, special.expit(mu + sd * z), icc, seen=True)[0])
                        * stats.norm.pdf(z)
                    ),
                    -8,
                    8,
                )[0]
            )
        return total

    difference = got[i, s, one] - got[i, s, two]
    assert difference == pytest.approx(whole(grid.mu[one]) - whole(grid.mu[two]), abs=2e-3)


@pytest.mark.slow
def test_the_pymc_model_has_the_same_likelihood():
    built = ce.SurveyModel(SMALL, population=1000).pymc_model
    density = built.compile_fn(
        built.logp(vars=built.potentials), mode="FAST_COMPILE", on_unused_input="ignore"
    )
    point = built.initial_point()
    values = []
    for middle in (-3.0, -1.0):
        point |= {"middle": middle, "icc_logodds__": special.logit(0.3)}
        values.append(float(density(point)))
    wanted = [by_scipy(SMALL, special.expit(m), 0.3, seen=True).sum() for m in (-3.0, -1.0)]
    assert values[1] - values[0] == pytest.approx(wanted[1] - wanted[0], abs=1e-6)


def test_households_without_a_survivor_against_enumeration():
    icc, spread, logit = 0.4, 0.7, -2.5
    alike = (1 - icc) / icc
    sizes = np.array([10.0, 20.0, 30.0])
    rate, extinct = model.rates(np.array([logit]), np.array([spread]), np.array([alike]), sizes)
    z = np.linspace(-8, 8, 4001)
    weights = stats.norm.pdf(z) / stats.norm.pdf(z).sum()
    p = special.expit(logit + spread * z)
    gone = [weights @ stats.betabinom.pmf(h, h, p * alike, (1 - p) * alike) for h in (1, 2, 3)]
    there_were = sizes / (1 - np.array(gone))
    people = there_were * [1, 2, 3]
    assert rate[0] == pytest.approx(weights @ p, rel=1e-4)
    assert extinct[0] == pytest.approx((people * gone).sum() / people.sum(), rel=1e-4)
    # The dial keeps the rate of the households that were seen.
    seen = (rate - extinct) / (1 - extinct)
    assert model.dialled(rate, extinct, 0.0)[0] == pytest.approx(seen[0])
    assert model.dialled(rate, extinct, 1.0)[0] == pytest.approx(rate[0])
    assert model.dialled(rate, extinct, 2.0)[0] > rate[0]


def test_the_part_of_households_without_a_survivor_grows_with_the_likeness_of_deaths():
    # Parts of all deaths by icc, enumerated over sizes 1 to 12 with a mean of 5.2; other sizes of
    # about that mean give nearly the same.
    sizes = 1000 * stats.binom.pmf(np.arange(12), 11, 0.38)
    for icc, part in {0.05: 0.012, 0.1: 0.016, 0.2: 0.033, 0.3: 0.067, 0.5: 0.207}.items():
        rate, extinct = model.rates(
            np.array([special.logit(0.034)]), np.zeros(1), np.array([(1 - icc) / icc]), sizes
        )
        assert extinct[0] / rate[0] == pytest.approx(part, abs=0.02)


def test_the_ratio_by_weights_against_a_jackknife():
    rng = np.random.default_rng(3)
    frame = Country(psus=60, logits=(-3.0, -2.0)).survey(rng)
    frame["weight"] = rng.uniform(50, 200, len(frame))
    found = ratio(held(frame))
    y, m = frame["weight"] * frame["deaths"], frame["weight"] * frame["members"]
    assert found.rate == pytest.approx(y.sum() / m.sum())
    left_out = []
    for (stratum, _), rows in frame.groupby(["stratum", "psu"]):
        n = frame.loc[frame["stratum"] == stratum, "psu"].nunique()
        scale = np.where(frame["stratum"] == stratum, n / (n - 1), 1.0)
        scale[rows.index] = 0.0
        value = (scale * y).sum() / (scale * m).sum()
        left_out.append((n - 1) / n * (value - found.rate) ** 2)
    assert found.error == pytest.approx(np.sqrt(sum(left_out)), rel=0.03)
    assert found.freedom == 58


@pytest.fixture(scope="module")
def country():
    return Country(logits=(-3.2, -2.6), icc=0.3)


@pytest.fixture(scope="module")
def est(country):
    frame = country.survey(np.random.default_rng(5))
    frame["missing"] = (np.arange(len(frame)) % 50 == 0) & (frame["deaths"] < frame["members"])
    frame["missing"] = frame["missing"].astype(int)
    return ce.SurveyModel(frame, population=people_of(country), cell={"scope": "X"}).fit(seed=1)


def test_a_simulated_country_is_recovered_by_stratum(country, est):
    assert list(est.labels) == ["total", "stratum s0", "stratum s1"]
    for row, truth in enumerate(
        [country.deaths, *(country.people * country.rate(k) for k in (0, 1))]
    ):
        low, high = np.quantile(est.draws(row), [0.005, 0.995])
        assert low < truth < high
    total = est.draws(1) + est.draws(2)
    np.testing.assert_allclose(est.draws(0), total)


def test_dials_of_households(est):
    dials = est.dials().set_index("case")["median"]
    said = "deaths in households without a survivor"
    times = [dials[f"{much} {said}"] for much in ("no", "2 times the", "4 times the")]
    assert times[0] < np.median(est.draws()) < times[1] < times[2]
    missing = est.details.sample.missing / est.details.sample.members * 2_000_000
    shift = dials["all missing people are dead"] - np.median(est.draws())
    assert shift == pytest.approx(missing, rel=0.3)
    by_stratum = est.dials("stratum s0")["median"]
    assert by_stratum.max() < dials.min()


@pytest.mark.slow
def test_the_report_of_households(est, tmp_path):
    page = est.report(tmp_path / "r.html").read_text("utf-8")
    for said in (
        "The sample holds no household of which nobody is left",
        "Households with any death, by how many",
        "By weights alone, for comparison",
        "all missing people are dead".capitalize(),
    ):
        assert said in page
    assert "None" not in page
    loaded = ce.Estimate.load(est.save(tmp_path / "est.nc"))
    assert loaded.details == est.details


def test_the_same_seed_gives_the_same_draws():
    one, other = (ce.SurveyModel(SMALL, population=1000).fit(seed=2) for _ in range(2))
    assert np.array_equal(one.draws(), other.draws())


def test_nobody_dead_is_an_upper_bound():
    frame = SMALL.assign(deaths=0)
    est = ce.SurveyModel(frame, population=10_000).fit(seed=1)
    assert "upper_bound" in {note.code for note in est.warnings}
    assert np.quantile(est.draws(), 0.975) < 0.3 * 10_000
    by_weights = ce.SurveyModel(frame.assign(weight=10.0)).fit(seed=1)
    assert 0 < np.median(by_weights.draws()) < np.quantile(by_weights.draws(), 0.95)


def test_weights_alone():
    rng = np.random.default_rng(8)
    frame = Country().survey(rng).assign(weight=100.0)
    est = ce.SurveyModel(frame, population_sd=0.0).fit(seed=1)
    deaths = 100.0 * frame["deaths"].sum()
    assert np.median(est.draws()) == pytest.approx(deaths, rel=0.02)
    codes = [note.code for note in est.warnings]
    assert "equal_weights" in codes
    assert "by_weights" in codes
    beside = est.details.sample.weighted
    got = np.quantile(est.draws(), [0.025, 0.975])
    np.testing.assert_allclose(got, [beside.low, beside.high], rtol=0.02)
    frame.loc[0, "weight"] = 1e6
    assert "heavy_weight" in [code for code, _ in ce.SurveyModel(frame).notes]


def test_what_contradicts_itself_is_refused():
    with pytest.raises(ce.UsageError, match="households need a denominator"):
        ce.SurveyModel(SMALL)
    with pytest.raises(ce.UsageError, match="set zero_survivors to 0"):
        ce.SurveyModel(SMALL.assign(deaths=SMALL["members"]), population=1000)
    two = SMALL.assign(stratum=["a"] * 5 + ["b"] * 4)
    with pytest.raises(ce.UsageError, match="strata a and b, so give people by stratum"):
        ce.SurveyModel(two, population=1000)
    with pytest.raises(ce.UsageError, match="population lacks b"):
        ce.SurveyModel(two, population={"a": 10})
    with pytest.raises(ce.UsageError, match="missing must be dead, alive or a share"):
        ce.SurveyModel(SMALL, population=10, missing="gone")
    with pytest.raises(ce.UsageError, match="bias_sd does nothing for a table of households"):
        ce.SurveyModel(SMALL, population=10, bias_sd=0.1)
    with pytest.raises(ce.InputError) as error:
        ce.Survey(
            pd.DataFrame({"psu": [1, 1], "members": [4, ""], "deaths": [5, 1], "weight": [0, 1]})
        )
    assert [(p.line, p.column) for p in error.value.problems] == [
        (1, "deaths"),
        (1, "weight"),
        (2, "members"),
    ]


def test_households_from_the_command_line(capsys, tmp_path):
    from tests.support.command import run_flat

    path, census = tmp_path / "h.csv", tmp_path / "census.csv"
    two = SMALL.assign(stratum=["a"] * 5 + ["b"] * 4, missing=[1] + [0] * 8)
    two.to_csv(path, index=False)
    census.write_text("stratum,population\na,5000\nb,7000\n", encoding="utf-8")
    words = ["survey", path, "--population", census, "--zero-survivors", 2, "--missing", "0.5"]
    code, out, err = run_flat(capsys, *words, "--seed", 1, "--cell", "scope=Town", "--show-model")
    assert (code, err) == (0, "")
    assert "stand for 12,000 people" in out
    assert "of the missing 0.5 are dead" in out
    census.write_text("stratum,population\na,many\n", encoding="utf-8")
    code, _, err = run_flat(capsys, *words)
    assert code == 2
    assert "line 2, column 'population', 'many'" in err


def test_people_by_stratum_may_be_a_series_and_blanks_have_a_name():
    two = SMALL.assign(stratum=["a"] * 5 + ["b"] * 4)
    by_name = {"a": 300, "b": 200}
    layout = ce.SurveyModel(two, population=pd.Series(by_name)).layout
    np.testing.assert_allclose(layout.population, [300, 200])
    with pytest.raises(ce.UsageError, match=r"lacks \(blank\): the strata of the table are"):
        ce.SurveyModel(two.assign(stratum=["a"] * 5 + [None] * 4), population={"a": 300})
    with pytest.raises(ce.UsageError, match=r"\(a and b\), and the table has no column stratum"):
        ce.SurveyModel(SMALL, population=by_name)


def test_a_dial_that_changes_nothing_is_said():
    model = ce.SurveyModel(SMALL, population=500, missing="dead")
    assert "missing was set and changes nothing" in repr(model)
    quiet = ce.SurveyModel(SMALL.assign(missing=1, members=9), population=500, missing="dead")
    assert "changes nothing" not in repr(quiet)


def test_households_by_weights_are_shared_with_a_study():
    weighted = ce.SurveyModel(SMALL.assign(weight=30.0)).fit(seed=1)
    assert isinstance(weighted.shared().counts[0].prior, FlatPrior)
    none = ce.SurveyModel(SMALL.assign(weight=30.0, deaths=0)).fit(seed=1)
    assert isinstance(none.shared().counts[0].prior, CountPrior)
    table = pd.DataFrame({"source": ["A"], "estimate": ["300 (150-600)"]})
    study = ce.Study(households=weighted, published=ce.SurveyModel(table).fit(seed=1))
    assert study.fit(seed=1).meta.has_total
