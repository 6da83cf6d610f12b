"""Studies of estimates that are known in closed form: bridges, ledger, cuts, weights, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.result.schema import Span
from casualty_est.result.shared import CountPrior, FlatPrior, ListedPrior, NormalPrior, Spoken
from casualty_est.study.inference.density import log_density
from casualty_est.study.inference.terms import Piece
from casualty_est.wording.numbers import ends, middle
from tests.support.known import EVEN, ClaimLike, known, normal
from tests.support.page import parts_of

MEAN = 9.0


def logs(est):
    return np.log(est.draws())


# The joint answer --------------------------------------------------------------------------------


def test_two_normal_kinds():
    joint = ce.Study(a=normal(MEAN, 0.3), b=normal(MEAN + 0.3, 0.6, 1)).fit(seed=1)
    assert logs(joint).mean() == pytest.approx(MEAN + 0.06, abs=1e-3 * 0.3)
    assert logs(joint).std() == pytest.approx(0.3 / np.sqrt(1.25), abs=1e-3 * 0.3)
    pulls = joint.contributions()["weight"]
    np.testing.assert_allclose(pulls, [0.8, 0.2], atol=2e-3)


def test_correlated_errors():
    study = ce.Study(a=normal(MEAN, 0.3), b=normal(MEAN + 0.3, 0.6, 1))
    joint = study.fit(seed=1, rho={("a", "b"): 0.5})
    assert logs(joint).mean() == pytest.approx(MEAN, abs=1e-3)
    assert logs(joint).std() == pytest.approx(0.3, abs=1e-3)
    assert any("a and b 0.50" in s for s in joint.identification().sentences)


def test_each_kind_gives_up_its_own_prior():
    tight = NormalPrior(MEAN + 0.2, 0.4)
    precision = 1 / 0.3**2 + 1 / 0.4**2
    centre = (MEAN / 0.3**2 + (MEAN + 0.2) / 0.4**2) / precision
    one = normal(centre, precision**-0.5, prior=tight)
    joint = ce.Study(a=one, b=normal(MEAN + 0.3, 0.6, 1)).fit(seed=1)
    assert logs(joint).mean() == pytest.approx(MEAN + 0.06, abs=2e-3)
    pooled = ce.Study(a=one, b=normal(MEAN + 0.3, 0.6, 1)).fit(seed=1, pooling="product")
    total = 1 / 0.3**2 + 1 / 0.6**2 + 1 / 0.4**2
    expected = (MEAN / 0.3**2 + (MEAN + 0.3) / 0.6**2 + (MEAN + 0.2) / 0.4**2) / total
    assert logs(pooled).mean() == pytest.approx(expected, abs=2e-3)
    asked = ce.Study(a=one, b=normal(MEAN + 0.3, 0.6, 1)).fit(
        seed=1, prior=ce.LogNormal(median=np.exp(MEAN + 0.2), factor=np.exp(0.4))
    )
    assert logs(asked).mean() == pytest.approx(expected, abs=2e-3)


def test_a_bridge_moves_and_widens():
    study = ce.Study(a=normal(MEAN, 0.3), b=normal(MEAN + 0.5, 0.3, 1, start="2010-01-01"))
    study.bridge("b", share=0.8, sd=0.2)
    joint = study.fit(seed=1)
    there, sd = MEAN + 0.5 + np.log(0.8), np.hypot(0.3, 0.2)
    precision = 1 / 0.3**2 + 1 / sd**2
    assert logs(joint).mean() == pytest.approx(
        (MEAN / 0.3**2 + there / sd**2) / precision, abs=1e-3
    )
    assert logs(joint).std() == pytest.approx(precision**-0.5, abs=1e-3)
    rows = {row.assumption: row.weight for row in joint.identification().rows}
    assert rows["bridge of b"] == rows["b"]
    # What was learned of the share: the others say MEAN with .3, b says MEAN + .5 with .3.
    gain = 0.2**2 / (0.2**2 + 0.3**2 + 0.3**2)
    learned = np.log(0.8) + gain * (MEAN - there)
    used = joint.details.kinds[1].bridge
    assert np.log(used.posterior.median) == pytest.approx(learned, abs=2e-3)
    width = np.log(used.posterior.high / used.posterior.low) / (2 * 1.96)
    assert width == pytest.approx(0.2 * np.sqrt(1 - gain), rel=0.01)


def test_cells_are_chosen_and_summed():
    z = np.random.default_rng(3).standard_normal((4000, 3))
    parts = known(np.array([8.0, 7.5, 7.0]) + 0.1 * z)
    study = ce.Study(a=parts, b=normal(7.9, 0.2))
    study.bridge("a", cells=[parts.labels[1], parts.labels[2]])
    drawn = study.members[0].log_draws
    np.testing.assert_allclose(
        drawn, np.log(np.exp(7.5 + 0.1 * z[:, 1]) + np.exp(7 + 0.1 * z[:, 2]))
    )
    study.bridge("a", cells={parts.labels[0]: 0.5})
    np.testing.assert_allclose(study.members[0].log_draws, 8 + 0.1 * z[:, 0] + np.log(0.5))
    assert study.fit(seed=1).details.kinds[0].counts == (parts.labels[0],)


def test_biased_data(biased):
    """Closed form of full, power and cut for data with a bias (two samples, one of them biased)."""
    study, first, second, gain = biased
    for eta in (0.0, 0.25, 0.5, 1.0):
        joint = study.fit(seed=1, eta={"two": eta})
        own, other = 1 / 0.1**2, eta / (0.1**2 + 0.001)
        mean, variance = (own * first + other * second) / (own + other), 1 / (own + other)
        assert logs(joint).mean() == pytest.approx(MEAN + mean, abs=1e-3)
        assert logs(joint).std() == pytest.approx(variance**0.5, abs=1e-3)
        bias = np.log(joint.worth_of("Y2"))
        assert bias.mean() == pytest.approx(gain * (second - mean), abs=4e-3)
        expected = np.sqrt(gain**2 * variance + 0.001 * gain)
        assert bias.std() == pytest.approx(expected, rel=0.04)


@pytest.fixture
def biased():
    rng = np.random.default_rng(5)
    first, second = 0.03, 0.16
    sd = np.sqrt(0.1**2 + 0.001)
    phi = second + sd * rng.permutation(EVEN)
    gain = 0.1**2 / sd**2
    theta = gain * (second - phi) + np.sqrt(0.001 * gain) * rng.standard_normal(len(phi))
    told = [("Y2", "ratio_total", np.exp(theta))]
    study = ce.Study(one=normal(MEAN + first, 0.1), two=known(MEAN + phi, worth=told))
    return study, first, second, gain


def test_a_matched_sample_is_the_binomial_likelihood():
    """Beta posterior over Jeffreys' prior, on the log of the count: m of n deaths on the list."""
    people, m, n = 4000, 60, 150
    share = stats.beta.ppf((np.arange(4000) + 0.5) / 4000, m + 0.5, n - m + 0.5)
    piece = Piece(log_density(np.log(people / share)), ListedPrior(people, 0.5, 0.5))
    at = np.log(people / np.array([0.3, 0.34, 0.37, 0.4, 0.43, 0.46, 0.5]))
    exact = stats.binom.logpmf(m, n, people / np.exp(at))
    value = piece(at)
    wrong = np.abs(value - value[3] - (exact - exact[3]))
    assert wrong[1:-1].max() < 0.02  # where the likelihood is above a third of its peak
    assert wrong.max() < 0.05  # two and a half sds out


def test_a_survey_without_deaths_is_an_upper_bound():
    """Nobody of a sample died: the likelihood falls exponentially in the count."""
    frame = {"source": ["A"], "estimate": [""], "deaths": [0], "members": [5000]}
    frame |= {"population": [1_000_000], "clusters": [30], "households": [900]}
    count = ce.SurveyModel(pd.DataFrame(frame)).fit(seed=1).shared().counts[0]
    assert isinstance(count.prior, CountPrior)
    falls = stats.expon.ppf((np.arange(4000) + 0.5) / 4000, scale=250)
    piece = Piece(log_density(np.log(falls)), CountPrior())
    at = np.array([60.0, 120.0, 250.0, 400.0, 600.0])
    value = piece(np.log(at))
    np.testing.assert_allclose(value - value[0], -(at - at[0]) / 250, atol=0.05)


def test_a_kind_chooses_between_the_modes_of_another():
    z = np.random.default_rng(3).standard_normal(4000)
    two = known(np.where(np.arange(4000) < 1600, 8.5 + 0.08 * z, 10.0 + 0.08 * z)[
        np.random.default_rng(4).permutation(4000)])  # fmt: skip
    joint = ce.Study(lists=two, survey=normal(8.7, 0.4, 1)).fit(seed=1)
    low, high = joint.details.kinds[0].modes
    assert (low.median, high.median) == pytest.approx(np.exp([8.5, 10.0]), rel=0.01)
    assert low.alone == pytest.approx(0.4, abs=0.01)
    by_survey = stats.norm.pdf([8.5, 10.0], 8.7, np.hypot(0.4, 0.08))
    expected = 0.4 * by_survey[0] / (0.4 * by_survey[0] + 0.6 * by_survey[1])
    assert low.joint == pytest.approx(expected, abs=0.01)
    told = " ".join(joint.identification().sentences)
    assert "weight 40% alone, 99% in the joint answer" in told.replace("99.1%", "99%")


# Cuts and weights --------------------------------------------------------------------------------


def claims(mean=MEAN + 0.4, sd=0.8, **more):
    """Like claims: a level that priors set, and a ratio that is one count over the true one."""
    z = np.random.default_rng(7).permutation(EVEN)
    told = [("Spokesman", "ratio_total", np.exp(8.5 - (mean + sd * z)))]
    return known(mean + sd * z, kind=ClaimLike, worth=told, **more)


def test_claims_receive_the_count_and_do_not_move_it():
    a, b = normal(MEAN, 0.2), normal(MEAN + 0.1, 0.3, 1)
    without = ce.Study(a=a, b=b).fit(seed=1)
    joint = ce.Study(a=a, claims=claims(), b=b).fit(seed=1)
    assert (joint.draws() == without.draws()).all()
    assert joint.details.kinds[1].eta == 0
    assert "do not move it: the claims." in " ".join(joint.identification().sentences)
    ratio = np.log(joint.worth_of("Spokesman")) + logs(joint)
    assert np.abs(ratio - 8.5).max() < 0.05  # the ratio of every draw is that of its own count
    full = ce.Study(a=a, claims=claims(), b=b).fit(seed=1, claims="full")
    assert logs(full).mean() > logs(joint).mean() + 0.005


def test_powers_are_those_of_the_table():
    joint = ce.Study(a=normal(MEAN, 0.2), claims=claims()).fit(seed=1)
    table = joint.influence("claims")
    precision = 1 / 0.2**2 + table["eta"] / 0.8**2
    expected = MEAN + table["eta"] * 0.4 / 0.8**2 / precision
    np.testing.assert_allclose(np.log(table["median"]), expected, atol=1e-3)
    assert list(table["eta"]) == [0, 0.25, 0.5, 1]


def test_a_kind_answers_the_same_number_everywhere():
    # Ends of draws and of the curve through them differ a little: the kind's own are printed.
    one = normal(MEAN, 0.3)
    joint = ce.Study(a=one, b=normal(MEAN + 0.3, 0.6, 1)).fit(seed=1)
    own = np.quantile(one.draws(), [0.5, 0.025, 0.975])
    told = [
        joint.contributions().loc["a"],
        joint.without_each_kind().set_index("case").loc["without b"],
        joint.influence("b").iloc[0],
    ]
    for row in told:
        np.testing.assert_array_equal(row[["median", "low", "high"]].astype(float), own)
    shown = next(row for row in joint._table(0.95).rows if row[0].startswith("a "))
    median, low, high = own
    assert shown[2:] == (middle(Span(median, low, high)), ends(Span(median, low, high)))
    # A kind without power is a kind left out, and is not told twice.
    tables = parts_of(joint).refits()
    rows = [row[1:] for table in tables for row in table.rows]
    assert len(set(rows)) == len(rows) == 6
    assert not any("power 0 " in row[0] for table in tables for row in table.rows)


def test_kinds_that_contradict_each_other_answer_the_same_number_everywhere():
    one, other = normal(MEAN, 0.2), normal(MEAN + 2, 0.2, 1)
    joint = ce.Study(a=one, b=other).fit(seed=1)
    for label, kind in (("a", one), ("b", other)):
        row = joint.summary().set_index("kind").loc[label]
        own = np.quantile(kind.draws(), [0.5, 0.025, 0.975])
        np.testing.assert_allclose(row[["median", "low", "high"]].astype(float), own, rtol=1e-6)


def test_a_prior_of_the_study_pulls_what_a_kind_answers_for_it():
    one = normal(MEAN, 0.3)
    prior = ce.LogNormal(median=np.exp(MEAN + 0.3), factor=np.exp(0.3))
    joint = ce.Study(a=one, b=normal(MEAN, 0.3, 1)).fit(seed=1, prior=prior)
    assert np.log(joint.contributions().loc["a", "median"]) == pytest.approx(MEAN + 0.15, abs=0.01)


def test_two_answers_of_one_kind_are_explained():
    kinds = {"lists": normal(MEAN, 0.2), "survey": normal(MEAN, 0.2, 1)}
    joint = ce.Study(**kinds, claims=claims(prior=NormalPrior(8.0, 3.0))).fit(seed=1)
    page = parts_of(joint)
    for table in (page.more()["kinds"], page.said_by()):
        assert [row[2] == row[-1] for row in table.rows] == [True, True, False]
        assert "For the claims, the two answers come from the same data" in table.caption
    # Where one answer is shown, or both are one number, there is nothing to explain.
    plain = parts_of(ce.Study(a=normal(MEAN, 0.2), b=normal(MEAN, 0.2, 1)).fit(seed=1))
    for table in (plain.more()["kinds"], plain.said_by()):
        assert table.caption == "What each kind answers alone."


def test_a_page_says_no_sentence_twice():
    joint = ce.Study(a=normal(MEAN, 0.3), b=normal(MEAN + 0.3, 0.6, 1)).fit(seed=1)
    page = parts_of(joint)
    said = page.rests_on() + page.identification()
    assert len(set(said)) == len(said)
    assert set(said) == set(joint.identification().sentences)


def test_what_a_long_paragraph_says_in_short():
    kinds = {"a": normal(MEAN, 0.3), "b": normal(MEAN + 0.3, 0.6, 1)}
    joint = parts_of(ce.Study(**kinds).fit(seed=1))
    assert joint.rests_in_short() == "We assume that the errors of these answers are independent."
    tied = parts_of(ce.Study(**kinds).fit(seed=1, rho={("a", "b"): 0.3}))
    assert tied.rests_in_short() == tied.rests_briefly() != joint.rests_briefly()


def test_bad_weights_are_never_used_in_silence():
    far = claims(mean=MEAN + 3.2, sd=0.8)
    joint = ce.Study(a=normal(MEAN, 0.02), claims=far).fit(seed=1)
    kind = joint.details.kinds[1]
    assert kind.khat > 0.7 or kind.ess < 400
    assert joint.sources().empty
    assert "the sources of the claims are not shown" in repr(joint)
    assert "effective draws" in repr(joint)
    assert np.isfinite(logs(joint)).all()


@pytest.mark.parametrize("few", [4, 20])
def test_a_handful_of_draws_is_told(few):
    z = np.random.default_rng(0).standard_normal(few)
    told = [("S", "ratio_total", np.full(few, 0.5))]
    handful = known(MEAN + 0.2 * z, kind=ClaimLike, worth=told)
    joint = ce.Study(a=normal(MEAN, 0.2), claims=handful).fit(seed=1)
    assert f"far from the joint count: {few} draws" in repr(joint)


@pytest.mark.parametrize("narrow", [1e-3, 1e-5])
def test_a_narrow_kind_beside_a_wide_one(narrow):
    joint = ce.Study(a=normal(MEAN, narrow), b=normal(MEAN + 1, 2.0, 1)).fit(seed=1)
    assert logs(joint).std() == pytest.approx(narrow, rel=2e-3)
    assert logs(joint).mean() == pytest.approx(MEAN + narrow**2 / 4, abs=0.01 * narrow)
    table = joint.contributions()
    assert np.log(table.loc["b", "median"]) == pytest.approx(MEAN + 1, abs=5e-3)
    assert table["weight"].sum() == pytest.approx(1, abs=5e-3)


def test_few_draws_are_told():
    few = known(MEAN + 0.2 * np.random.default_rng(0).standard_normal(200), kind=ClaimLike,
                worth=[("S", "ratio_total", np.full(200, 0.5))])  # fmt: skip
    joint = ce.Study(a=normal(MEAN, 0.2), claims=few).fit(seed=1)
    assert [note.code for note in joint.warnings] == ["weights"]


# Conflict ----------------------------------------------------------------------------------------


def test_two_surveys_of_iraq_are_refused():
    frame = ce.datasets.survey("iraq_surveys").to_frame()
    one, two = (ce.SurveyModel(frame[frame["source"] == s]).fit(seed=1) for s in frame["source"])
    joint = ce.Study(lancet=one, ifhs=two).fit(seed=1)
    assert joint.headline().startswith("no headline number")
    assert not joint.meta.has_total
    assert joint.conflict()["contradicts"].all()
    assert joint.conflict()["p"].max() < 1e-4
    assert list(joint.summary()["kind"]) == ["lancet", "ifhs"]
    assert joint.summary()["median"].tolist() == pytest.approx([601_027, 151_000], rel=0.01)
    assert "they would agree if the answer of lancet is" in repr(joint)
    assert joint.sources().empty
    with pytest.raises(ce.UsageError, match="no joint answer"):
        joint.influence("ifhs")


def test_one_against_two():
    three = {
        "a": normal(MEAN, 0.1),
        "b": normal(MEAN + 0.05, 0.1, 1),
        "c": normal(MEAN + 1, 0.1, 2),
    }
    joint = ce.Study(**three).fit(seed=1)
    expected = 2 * stats.norm.sf((1 - 0.025) / np.sqrt(0.1**2 * 1.5))
    assert joint.conflict().loc["c", "p"] == pytest.approx(expected, abs=1e-6)
    assert "the answer of c is" in joint.headline()


def test_a_cut_kind_that_is_far_is_told_and_blocks_nothing():
    joint = ce.Study(a=normal(MEAN, 0.1), claims=claims(mean=MEAN + 3, sd=0.8)).fit(seed=1)
    assert joint.meta.has_total
    assert "far from the count that it receives" in repr(joint)


def claims_table(quantities):
    rows = {"source": ["MoH", "NGO"], "role": ["government", "monitor"], "quantity": quantities}
    return pd.DataFrame(rows | {"group": "all"})


def test_what_is_shared():
    survey = ce.SurveyModel(ce.datasets.survey("kosovo_survey")).fit(seed=1, draws=100).shared()
    assert survey.names == ("Spiegel and Salama",)
    assert isinstance(survey.counts[0].prior, FlatPrior)
    assert survey.counts[0].log_draws.shape == (400,)
    said = ce.ClaimsModel(claims_table(["10,000", "9,000"])).fit(seed=1, draws=100).shared()
    assert said.counts[0].prior == NormalPrior(pytest.approx(np.log(3000)), pytest.approx(3.0))
    assert [one.quantity for one in said.sources] == ["ratio_total"] * 2
    assert {one.deaths for one in said.spoken} >= {10_000.0, 9_000.0}
    assert ce.Study(a=normal(MEAN, 0.2), b=normal(MEAN, 0.3, 1)).fit(seed=1).shared().counts


def test_the_prior_of_households_is_that_of_the_model():
    rng = np.random.default_rng(1)
    size = 1 + rng.binomial(9, 0.5, 300)
    deaths = rng.binomial(size, rng.beta(0.06, 1.94, 300))
    table = pd.DataFrame({"psu": np.repeat(np.arange(30), 10), "members": size, "deaths": deaths})
    table = table[table["deaths"] < table["members"]]
    model = ce.SurveyModel(table, population=200_000)
    prior = model.fit(seed=1, draws=100).shared().counts[0].prior
    drawn = np.log(model.prior_predictive(draws=4000, seed=2)["prior"]["deaths"].values[0, :, 0])
    assert prior.mean == pytest.approx(drawn.mean(), abs=0.15)
    assert prior.sd == pytest.approx(drawn.std(), rel=0.05)


def test_matched_deaths_share_the_prior_of_their_list():
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {"death": np.arange(150), "MoH": (rng.uniform(size=150) < 0.4).astype(int)}
    )
    est = ce.SurveyModel(table, listed={"MoH": 4000}).fit(seed=1)
    shared = est.shared()
    assert shared.counts[0].prior == ListedPrior(4000, 0.5, 0.5)
    assert shared.spoken[0] == Spoken("MoH", 4000, "4,000 people")
    held = int(table["MoH"].sum())
    piece = Piece(log_density(shared.counts[0].log_draws), shared.counts[0].prior)
    at = np.log(4000 / np.array([0.34, 0.37, 0.4, 0.43]))
    value, exact = piece(at), stats.binom.logpmf(held, 150, 4000 / np.exp(at))
    np.testing.assert_allclose(value - value[2], exact - exact[2], atol=0.1)  # from random draws
