"""What knowing more is worth: against quadrature, closed forms and a worked case."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from scipy import special, stats

import casualty_est as ce
from casualty_est.result import worth
from casualty_est.result.plan import amount, headlines
from casualty_est.result.unknowns import Evidence, Unknowns
from casualty_est.studies import Study, audit, investigate, matched, survey
from tests.support.by_hand import make_estimate, make_row
from tests.support.claim_tables import model
from tests.support.pictures import joined
from tests.support.two_numbers import Grid, two_numbers


@pytest.fixture(scope="module")
def few():
    return two_numbers()


def evidence(y, **unknowns):
    return Evidence("claims", y, Unknowns(**unknowns))


def rng(seed=7):
    return np.random.default_rng(seed)


# Closed forms and quadrature -------------------------------------------------------------------


@dataclass(frozen=True)
class Measured(Study):
    """So many Normal measurements of one quantity, each with sd 1."""

    name: ClassVar[str] = "survey"
    unit: ClassVar[str] = "measurement"
    days: ClassVar[float] = 1.0
    form: ClassVar[str] = "measure:N"
    of: tuple[float, ...] = ()

    @classmethod
    def read(cls, label, numbers):
        return None

    @property
    def title(self):
        return "measure"

    def sized(self, size):
        return f"measure {size} times"

    def choose(self, evidence):
        return np.array(self.of)[:, None]

    def simulate(self, parameters, size, rng):
        return parameters + rng.standard_normal(parameters.shape) / math.sqrt(size)

    def log_likelihood(self, findings, parameters, size):
        return -0.5 * size * (findings - parameters[:, 0]) ** 2


@pytest.fixture(scope="module")
def difference():
    """p1 - p2 of p1 ~ N(1, 1) and p2 ~ N(0, 2): quasi-random, so that moments are right."""
    points = stats.qmc.Sobol(2, seed=3).random(2**13)
    z = special.ndtri(points)
    return 1 + z[:, 0], 2 * z[:, 1]


def test_knowing_a_part_of_a_difference_takes_its_variance_away(difference):
    p1, p2 = difference
    y = p1 - p2
    for values, variance in ((p1, 1.0), (p2, 4.0)):
        known = worth.known_exactly(values, y, rng())
        assert known.share * y.var() == pytest.approx(variance, rel=0.02)
        assert 0 < known.error < 0.02
    fitted = worth.explained_by(p1, y)
    np.testing.assert_allclose(np.polyfit(p1, fitted, 1), [1.0, 0.0], atol=0.05)


@pytest.mark.parametrize("n", [1, 4, 25])
def test_normal_measurements_are_worth_what_conjugacy_says(difference, n):
    p1, p2 = difference
    y = p1 - p2
    after = worth.after(Measured((n,), tuple(p1)), n, evidence(y), worth.Asked())
    assert after.share.share * y.var() == pytest.approx(
        1 / (1 + 1 / n), abs=3 * after.share.error * y.var()
    )
    assert after.share.error < 0.02
    # What is left is Normal: its interval has 3.92 standard deviations.
    assert after.log_width == pytest.approx(3.92 * after.sd, rel=0.04)
    # The width is e^m times a constant, m the mean of Y after the study, whose median is that of Y.
    sd = math.sqrt(y.var() - 1 / (1 + 1 / n))
    typical = math.exp(float(np.median(y))) * 2 * math.sinh(1.96 * sd)
    assert after.typical == pytest.approx(typical, abs=4 * after.typical_error)
    assert after.typical_error < 0.1 * typical


@pytest.mark.parametrize("n", [10, 60])
def test_weights_agree_with_a_regression_on_findings(few, n):
    """One finding for each draw, and the log count regressed on it: no likelihood is asked."""
    given = Evidence("claims", np.log(few.draws().ravel()), few._unknowns(0))
    for study in (audit("Airwars", n), survey(n)):
        findings = study.simulate(study.choose(given), n, rng())[:, 0]
        regressed = worth.known_exactly(findings, given.log_count, rng())
        weighed = worth.after(study, n, given, worth.Asked())
        error = math.hypot(regressed.error, weighed.share.error)
        assert weighed.share.share == pytest.approx(regressed.share, abs=3 * error)


def vignette(points=400):
    """Grid of p1 ~ Beta(5, 95) and of the log odds ratio ~ N(0.8, 0.4), with its mass."""
    p1 = stats.beta.ppf((np.arange(points) + 0.5) / points, 5, 95)
    shift = stats.norm.ppf((np.arange(points) + 0.5) / points, 0.8, 0.4)
    p2 = special.expit(special.logit(p1)[:, None] + shift)
    return p1, shift, p2


def drawn(count=4000):
    z = stats.qmc.Sobol(2, seed=5).random(2**13)[:count]
    p1 = stats.beta.ppf(z[:, 0], 5, 95)
    shift = stats.norm.ppf(z[:, 1], 0.8, 0.4)
    return p1, shift, special.expit(special.logit(p1) + shift)


def test_a_regression_agrees_with_quadrature():
    p1, shift, p2 = drawn()
    grid = vignette()[2]
    for values, axis in ((p1, 1), (shift, 0)):
        exact = grid.mean(axis=axis).var() / grid.var()
        known = worth.known_exactly(values, p2, rng())
        assert known.share == pytest.approx(exact, abs=3 * known.error)
        assert known.error < 0.02


def by_quadrature(chance, n, target):
    """Share of the variance of the target that a binomial of size n takes, on the grid."""
    counts = np.arange(n + 1)
    like = stats.binom.pmf(counts[:, None], n, chance.ravel())
    mass = like.sum(axis=1)
    mean = like @ target.ravel() / mass
    weights = mass / mass.sum()
    return (weights @ (mean - weights @ mean) ** 2) / target.var()


@pytest.mark.thorough
def test_a_binary_study_agrees_with_quadrature_and_rises_to_exact_knowledge():
    p1, _, p2 = drawn()
    grid_p1, _, grid_p2 = vignette(100)
    shares = []
    for n in (100, 1000, 10_000):
        asked = evidence(p2, held={"biased": p1, "unbiased": p2})
        after = worth.after(audit("biased", n, deff=1), n, asked, worth.Asked())
        shares.append(after.share.share)
        if n == 100:
            exact = by_quadrature(np.broadcast_to(grid_p1[:, None], grid_p2.shape), n, grid_p2)
            assert after.share.share == pytest.approx(exact, abs=3 * after.share.error)
            # Asking those who matter is better than asking others.
            best = worth.after(audit("unbiased", n, deff=1), n, asked, worth.Asked())
            assert best.share.share == pytest.approx(
                by_quadrature(grid_p2, n, grid_p2), abs=3 * best.share.error
            )
            assert best.share.share > 2 * after.share.share
    known = worth.known_exactly(p1, p2, rng())
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(known.share, abs=0.03)


# The two numbers -------------------------------------------------------------------------------

KNOWN = {  # share of the variance, standard deviation after
    "ratio of Airwars": (0.718, 0.201),
    "completeness of Airwars": (0.653, 0.223),
    "over-count of Airwars": (0.054, 0.369),
    "ratio of Pentagon": (0.638, 0.228),
}
VARIANCES = {  # after a study, by an independent program with 400,000 weighted draws
    ("Airwars", 25): 0.0899,
    ("Airwars", 50): 0.0770,
    ("Airwars", 100): 0.0644,
    ("Airwars", 400): 0.0543,
    ("Pentagon", 25): 0.1305,
    ("Pentagon", 50): 0.1189,
    ("Pentagon", 100): 0.1034,
    ("Pentagon", 400): 0.0744,
    ("survey", 30): 0.0674,
    ("survey", 100): 0.0309,
    ("survey", 300): 0.0121,
}
LOG_WIDTHS = {
    ("Airwars", 25): 1.18,
    ("Airwars", 50): 1.09,
    ("Airwars", 100): 1.00,
    ("Airwars", 400): 0.93,
    ("Pentagon", 25): 1.41,
    ("Pentagon", 50): 1.35,
    ("Pentagon", 100): 1.26,
    ("Pentagon", 400): 1.07,
    ("survey", 30): 1.02,
    ("survey", 100): 0.69,
    ("survey", 300): 0.43,
}
WIDTHS = {
    ("Airwars", 25): 14_000,
    ("Airwars", 50): 13_200,
    ("Airwars", 100): 11_500,
    ("Airwars", 400): 10_700,
    ("survey", 30): 11_800,
    ("survey", 100): 8_100,
    ("survey", 300): 4_900,
}


def study_of(name, size):
    return survey(size) if name == "survey" else audit(name, size)


@pytest.mark.slow
def test_the_worked_table():
    est = two_numbers(10_000)
    y = np.log(est.draws().ravel())
    assert y.var() == pytest.approx(0.1437, rel=0.01)
    shown = {row.assumption: row for row in est.information().rows}
    for name, (share, sd) in KNOWN.items():
        assert shown[name].share == pytest.approx(share, abs=0.012)
        assert shown[name].sd_after == pytest.approx(sd, rel=0.02)
    asked = worth.Asked(findings=2000)
    given = Evidence("claims", y, est._unknowns(0))
    for (name, size), variance in VARIANCES.items():
        after = worth.after(study_of(name, size), size, given, asked)
        where = f"{name} {size}"
        assert after.sd**2 == pytest.approx(variance, rel=0.04), where
        assert after.log_width == pytest.approx(LOG_WIDTHS[name, size], rel=0.06), where
        if (name, size) in WIDTHS:
            assert after.width == pytest.approx(WIDTHS[name, size], rel=0.06), where
        assert after.width_now == pytest.approx(18_600, rel=0.02)


def test_the_same_from_the_draws_of_a_usual_fit(few):
    shown = {row.assumption: row for row in few.information().rows}
    for name, (share, _) in KNOWN.items():
        assert shown[name].share == pytest.approx(share, abs=3.5 * (shown[name].error or 0))
    plan = few.worth([audit("Airwars", n=[25, 50, 100]), survey(30)])
    for row, key in zip(
        plan.rows, [("Airwars", n) for n in (25, 50, 100)] + [("survey", 30)], strict=True
    ):
        share = 1 - VARIANCES[key] / 0.1437
        assert row.share == pytest.approx(share, abs=3.5 * row.share_error)
        assert row.log_width_after == pytest.approx(LOG_WIDTHS[key], rel=0.08)


def test_more_is_worth_more_and_never_more_than_exact_knowledge(few):
    known = {row.assumption: row for row in few.information().rows}
    plan = few.worth([audit("Airwars", [10, 40, 160, 640]), survey([10, 40, 160])])
    shares = {kind: [r.share for r in plan.rows if r.kind == kind] for kind in ("audit", "survey")}
    for kind in shares.values():
        assert kind == sorted(kind)
    best = known["completeness of Airwars"]
    error = math.hypot(best.error or 0, plan.rows[3].share_error)
    assert shares["audit"][-1] <= best.share + 2 * error
    assert all(share < 1 for share in shares["survey"])


def test_refits_to_simulated_studies_are_as_narrow_as_foretold(few):
    """Draws of the truth, a study of each, and the posterior with that study on a grid."""
    grid, random = Grid.build(), rng(11)
    posterior = few.idata["assumed"]
    at = list(posterior["assumption"].values).index("completeness of Airwars")
    share = special.expit(posterior["value"].values[..., at].ravel())
    y = np.log(few.draws().ravel())
    order = np.argsort(y)[np.linspace(0, len(y) - 1, 200).astype(int)]
    n, deff, deaths = 50, 2.0, 100
    strength = (n - 1) / (deff - 1) - 1
    audits, surveys = [], []
    for i in order:
        p = random.beta(share[i] * strength, (1 - share[i]) * strength)
        like = stats.betabinom.pmf(
            random.binomial(n, p), n, grid.share * strength, (1 - grid.share) * strength
        )
        audits.append(np.diff(grid.ends(of_share=like))[0])
        seen = y[i] + 0.2 * random.standard_normal()
        surveys.append(np.diff(grid.ends(of_count=stats.norm.pdf(grid.x, seen, 0.2)))[0])
    plan = few.worth([audit("Airwars", n, deff), survey(deaths, 4)])
    for row, widths in zip(plan.rows, (audits, surveys), strict=True):
        assert row.log_width_after == pytest.approx(np.mean(widths), rel=0.05)
    now = np.diff(grid.ends())[0]
    assert plan.rows[0].log_width == pytest.approx(now, rel=0.02)


def test_what_the_gauge_says_and_what_knowledge_is_worth_are_one_in_the_linear_case():
    """(w sd)^2 over (posterior sd / prior sd)^2 is the variance that goes."""
    given = {"A": {"ratio": {"median": 0.5, "sd": 0.4}}, "B": {"ratio": {"median": 0.8, "sd": 0.6}}}
    est = model(("A", "", "1,000"), ("B", "", "1,500"), priors={"sources": given}).fit(
        seed=1, draws=2500
    )
    y = np.log(est.draws().ravel())
    weights = {row.assumption: row for row in est.identification().rows}
    known = {row.assumption: row for row in est.information().rows}
    for name, sd in (("ratio of A", 0.4), ("ratio of B", 0.6)):
        row = weights[name]
        assert known[name].effect == pytest.approx(-row.weight * sd, abs=0.01)
        variance = (row.weight * sd / row.learned) ** 2
        assert known[name].share * y.var() == pytest.approx(variance, rel=0.05)


def test_a_study_of_another_kind_of_unknown_is_left_alone(few):
    with pytest.raises(ce.UsageError, match=r"matched looks up deaths on all lists"):
        few.worth(matched(50))
    with pytest.raises(ce.UsageError, match=r"investigate looks into single incidents"):
        few.worth(investigate(50))


# What is printed -------------------------------------------------------------------------------


def test_it_prints_and_says_that_shares_are_no_pie(few):
    printed = repr(few.information())
    assert "ratio of Airwars" in printed
    assert "do not add up to 100%" in printed
    assert re.search(r"completeness of Airwars +0\.50 +6\d% ± 1 +0\.2\d +-2\d%", printed)
    assert "ratio of Pentagon and ratio of Airwars together" in printed
    html = few.worth(survey([30, 100]))._repr_html_()
    assert html.count("<tr>") == 3
    assert "at risk" in html


def test_what_did_not_converge_says_so(few):
    meta = replace(few.meta, diagnostics=replace(few.meta.diagnostics, converged=False))
    est = type(few)(few.idata, meta, few.details)
    for answer in (est.information(), est.worth(survey(30))):
        assert repr(answer).startswith("NOT CONVERGED: do not use these numbers.")
        assert "NOT CONVERGED" in answer._repr_html_()
    assert est.radius(8000).sentence.startswith("NOT CONVERGED: 8,000 lies")


def test_a_width_that_prints_as_before_is_not_set_beside_itself(few):
    (row,) = few.worth([survey(30)]).rows
    near = replace(row, width=13_300.0, width_after=12_700.0, width_error=10.0)
    (said, *_rest) = headlines([near], 0.95)
    assert said.endswith("the 95% interval becomes at least 5% narrower.")
    (said, *_rest) = headlines([replace(near, width_after=9_000.0)], 0.95)
    assert said.endswith("narrower, at most 9,000 people wide instead of 13,000.")


@pytest.mark.parametrize(
    ("value", "printed"), [(5.0, "5"), (2.46, "2.5"), (40.0, "40"), (0.3, "0.30")]
)
def test_days_and_people_are_whole_where_they_are(value, printed):
    assert amount(value) == printed


def test_work_is_the_users(few):
    usual = few.worth([audit("Airwars", 50), survey(30)])
    own = few.worth([audit("Airwars", 50), survey(30)], cost={"audit": 1, "survey": 0.25})
    assert [row.work for row in usual.rows] == [5.0, 270.0]
    assert [row.work for row in own.rows] == [50.0, 135.0]
    assert own.rows[0].per_day == pytest.approx(usual.rows[0].per_day / 10)
    assert usual.rows[0].per_day == pytest.approx(
        (usual.rows[0].width - usual.rows[0].width_after) / 5
    )


def test_a_number_may_be_excluded(few):
    low, high = np.quantile(few.draws(), [0.025, 0.975])
    inside = few.worth(survey(30), against=float(np.sqrt(low * high))).rows[0]
    outside = few.worth(survey(30), against=float(low) / 10).rows[0]
    assert 0.0 < inside.p_excludes < 0.6
    assert outside.p_excludes == pytest.approx(1.0)


def test_a_study_that_says_nothing_is_worth_nothing(few):
    after = worth.after(
        audit("coin", 20),
        20,
        evidence(np.log(few.draws().ravel()), held={"coin": np.full(4000, 0.5)}),
        worth.Asked(),
    )
    assert after.share.share == pytest.approx(0, abs=1e-9)
    assert after.width == pytest.approx(after.width_now)


@pytest.mark.thorough
def test_loaded_and_fresh_estimates_answer_alike(few, tmp_path):
    loaded = ce.Estimate.load(few.save(tmp_path / "two.nc"))
    assert repr(loaded.information()) == repr(few.information())
    assert repr(loaded.worth()) == repr(few.worth())


def test_a_file_of_an_earlier_version_still_answers(few, tmp_path):
    loaded = ce.Estimate.load(few.save(tmp_path / "old.nc"))
    del loaded._tree["assumed"]
    assert {row.assumption for row in loaded.information().rows} == {
        "ratio of Airwars",
        "ratio of Pentagon",
    }
    assert "can be moved afterwards" in loaded.radius(8000).sentence
    assert loaded.worth(audit("Airwars", 50)).rows[0].share > 0.2


# Bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (
            lambda est: est.worth(audit("Airwrs", 50)),
            r"no source 'Airwrs'\. Did you mean 'Airwars'\?",
        ),
        (lambda est: est.worth([]), r"at least one study"),
        (lambda est: est.worth(survey(20_000)), r"there are only about 10,\d\d\d in all"),
        (lambda est: est.worth(["audit:Airwars:50"]), r"worth takes studies, such as"),
        (lambda est: est.worth(100), r"worth takes studies, such as .*, not 100"),
        (lambda est: est.worth(survey(9), cost={"audits": 1}), r"Did you mean 'audit'\?"),
        (
            lambda est: est.worth(survey(9), cost={"survey": 0}),
            r"household of survey must be above 0",
        ),
        (lambda est: est.worth(survey(9), ci_prob=95), r"ci_prob must lie between 0 and 1"),
        (lambda est: est.worth(survey(9), against=-1), r"a number of people above 0"),
        (lambda est: est.worth(survey(9), row="Mars"), r"Mars"),
        (lambda est: est.radius(0), r"a number of people above 0"),
        (lambda _: audit("Airwars", 0), r"n must be a whole number from 1 up, not 0"),
        (lambda _: audit("Airwars", [50, 2.5]), r"whole number from 1 up, not 2\.5"),
        (lambda _: audit("Airwars", []), r"at least one whole number"),
        (lambda _: audit("Airwars", 50, deff=0.5), r"deff must be a number from 1 up"),
        (lambda _: survey(True), r"whole number"),
        (lambda _: survey("many"), r"not 'many'"),
        (lambda _: investigate(10, sd=0), r"sd must be a number above 0"),
    ],
)
def test_what_cannot_be_asked(few, ask, told):
    with pytest.raises(ce.UsageError, match=told):
        ask(few)


def test_a_chance_above_one_is_refused():
    given = evidence(np.zeros(3), held={"A": np.array([0.2, 1.2, 0.4])})
    with pytest.raises(ce.UsageError, match="A: a chance must lie between 0 and 1"):
        worth.after(audit("A", 5), 5, given, worth.Asked())


def test_few_deaths_are_not_sampled_unasked():
    estimate = make_estimate(np.exp(rng().normal(3, 0.3, (2, 500, 1))), [make_row()])
    assert repr(estimate.worth()).endswith("such as studies.survey(deaths=10).")
    assert estimate.worth(survey(10)).rows[0].share > 0
    figure = estimate.plot.worth()
    assert "too few deaths" in " ".join(joined(figure).split())


def test_nothing_is_narrowed_without_a_headline():
    est = model(("A", "", "800")).fit(seed=1, draws=50)
    for ask in (est.information, est.worth, lambda: est.radius(500)):
        with pytest.raises(ce.UsageError, match="there is no headline number, so nothing can be"):
            ask()


def test_a_long_tail_does_not_rule_the_typical_width():
    # One count in five hundred is a thousand times as large: the mean width follows it.
    rng = np.random.default_rng(3)
    y = np.log(5000) + 0.3 * rng.standard_normal(4000)
    y[::500] += math.log(1000)
    plain = evidence(np.log(5000) + 0.3 * rng.standard_normal(4000))
    asked = [worth.Asked(seed=seed) for seed in (1, 2, 3)]
    tailed = [worth.after(survey(100), 100, evidence(y), one).typical for one in asked]
    usual = worth.after(survey(100), 100, plain, asked[0]).typical
    assert max(tailed) / min(tailed) < 1.1
    assert tailed[0] == pytest.approx(usual, rel=0.15)
