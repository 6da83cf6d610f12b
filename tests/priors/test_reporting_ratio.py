"""The predictive distribution of a source's reporting ratio, and how well it foretells."""

from __future__ import annotations

import tomllib
from importlib import resources

import numpy as np
import pytest
from scipy import stats

from casualty_est import datasets
from casualty_est.errors import CasualtyEstError, UsageError
from casualty_est.priors.conflicts import matching_conflicts, read_as
from casualty_est.priors.learned import Learned
from casualty_est.priors.mixture import Mixture
from casualty_est.priors.record import (
    LEARNED_ROLES,
    ReportingRatio,
    reporting_ratio,
    statements_behind,
)
from casualty_est.priors.scores import carried_over, scores
from tests import territories

COALITION = "Coalition in Iraq and Syria 2014-19"
RECORD = datasets.record()


# --- the distribution --------------------------------------------------------------------


def plain(role="party", **numbers):
    mean = {"total": 0.0, "total_sd": 0.1, "incident": 0.0, "incident_sd": 0.1}
    spreads = {"log_b": -9.0, "log_b_sd": 0.01, "log_w": -9.0, "log_w_sd": 0.01}
    given = {**mean, **spreads, **numbers}
    return ReportingRatio(role, "total", Learned("", role, **given), (), 5, 4, 0, 0)


def test_without_spreads_it_is_the_mean_of_the_role():
    ratio = plain(total=np.log(0.5), total_sd=0.3)
    expected = np.exp(stats.norm(np.log(0.5), 0.3).ppf([0.05, 0.5, 0.95]))
    assert ratio.quantile([0.05, 0.5, 0.95]) == pytest.approx(expected, rel=2e-3)
    assert ratio.log_density(-1.0, 0.4) == pytest.approx(
        stats.norm(np.log(0.5), 0.5).logpdf(-1.0), abs=1e-3
    )


def test_a_share_without_spreads_is_a_completeness_times_an_over_count():
    ratio = plain("monitor", total=0.0, total_sd=1e-3)
    over = stats.norm(0.05, 0.15)
    assert ratio.quantile(0.9) == pytest.approx(0.5 * np.exp(over.ppf(0.9)), rel=5e-3)
    assert ratio.cdf(np.log(0.5) + 0.05) == pytest.approx(0.5, abs=0.01)
    wide = plain("monitor", total=0.0, total_sd=1.0)
    grid = np.linspace(-8, 2, 4001)
    density = np.exp([wide.log_density(at) for at in grid[::80]])
    assert np.sum(density) * (grid[80] - grid[0]) == pytest.approx(1, abs=0.01)


def test_tails_are_those_of_a_student_t():
    ratio = plain(total_sd=1e-6, log_w=0.0, log_w_sd=1e-6)
    probabilities = [0.01, 0.25, 0.9, 0.99]
    expected = stats.t(4).ppf(probabilities)
    assert np.log(ratio.quantile(probabilities)) == pytest.approx(expected, abs=0.12)


@pytest.mark.thorough
@pytest.mark.parametrize("role", ["monitor", "party", "perpetrator", "survey"])
@pytest.mark.parametrize("level", ["total", "incident"])
def test_quantiles_are_those_of_the_draws(role, level):
    ratio = reporting_ratio(role, level=level)
    draws = ratio.sample(200_000, seed=1)
    assert np.array_equal(draws, ratio.sample(200_000, seed=1))
    for p in (0.1, 0.25, 0.5, 0.75, 0.9):
        at = float(ratio.quantile(p))
        below = np.mean(draws <= at)
        assert below == pytest.approx(max(p, ratio.zero), abs=0.006)


def test_quantiles_rise_and_keep_their_shape():
    ratio = reporting_ratio("accuser")
    p = np.array([[0.1, 0.5], [0.9, 0.99]])
    assert ratio.quantile(p).shape == (2, 2)
    assert (np.diff(ratio.quantile(p).ravel()) > 0).all()
    with pytest.raises(CasualtyEstError, match="between 0 and 1"):
        ratio.quantile(95)


def test_a_mixture_of_one_is_a_normal():
    one = Mixture.normal(1.0, 2.0)
    at = np.array([-1.0, 1.0, 4.0])
    assert one.cdf(at) == pytest.approx(stats.norm(1, 2).cdf(at))
    assert one.density(at) == pytest.approx(stats.norm(1, 2).pdf(at))
    values, weights = one.nodes()
    assert float(weights @ values) == pytest.approx(1.0, abs=1e-6)
    assert float(weights @ values**2) == pytest.approx(5.0, abs=0.02)


# --- what the record says ------------------------------------------------------------------


@pytest.mark.thorough
def test_sides_concede_little_accuse_much_and_lists_miss():
    medians = {role: reporting_ratio(role).median for role in LEARNED_ROLES}
    assert medians["perpetrator"] < 0.35
    assert 0.4 < medians["party"] < 0.7
    assert 2 < medians["adversary"] < 3.2
    assert 3.5 < medians["accuser"] < 6
    assert 0.35 < medians["merged_list"] < 0.6
    assert 0.5 < medians["monitor"] < 0.85
    assert 0.7 < medians["government"] < 1.05


def test_a_perpetrator_may_say_that_nobody_died():
    total, incident = (
        reporting_ratio("perpetrator"),
        reporting_ratio("perpetrator", level="incident"),
    )
    assert (incident.zeros, incident.stated) == (6, 30)
    assert (total.zeros, total.stated) == (2, 20)
    assert incident.zero == pytest.approx(6.5 / 31)
    assert incident.quantile(0.1) == 0
    assert incident.quantile(0.25) > 0
    assert np.mean(incident.sample(50_000, seed=2) == 0) == pytest.approx(incident.zero, abs=0.01)
    # An ally's denial is not a perpetrator's.
    assert reporting_ratio("third_state").zero == 0


def test_thin_roles_are_wide():
    def width(role):
        low, high = reporting_ratio(role).interval()
        return high / low

    assert width("media") > 30
    assert width("survey") > 10
    assert width("adversary") < 10


def test_printed_in_one_line():
    text = str(reporting_ratio("perpetrator", without=COALITION, level="incident"))
    assert "\n" not in text
    assert text.startswith("perpetrator, incident: median 0.2")
    assert f"without {COALITION}; nobody died: 4 of " in text


# --- roles and levels ------------------------------------------------------------------------


def test_an_unknown_role_names_the_nearest():
    with pytest.raises(CasualtyEstError, match=r"not 'moniter' \(did you mean 'monitor'\?\)"):
        reporting_ratio("moniter")
    with pytest.raises(CasualtyEstError, match="declaration"):
        reporting_ratio("register")
    with pytest.raises(CasualtyEstError, match="level is total or incident"):
        reporting_ratio("monitor", level="war")


# --- the conflict under analysis --------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "conflicts"),
    [
        (COALITION, (COALITION,)),
        ("US-led Coalition in Iraq and Syria, 2014-2018", (COALITION,)),
        ("Iraq+Syria", (COALITION,)),
        ("RAQQA", (COALITION,)),
        ("Syria", (COALITION, "Syria 2011-21")),
        ("Syrian civil war", (COALITION, "Syria 2011-21")),
        ("Aleppo, Syria", (COALITION, "Syria 2011-21")),
        ("Ukrainian front", ("Russia-Ukraine 2014-",)),
        ("kosovo, 1999", ("Kosovo 1998-99",)),
        ("Bósnia", ("Bosnia 1992-95",)),
        ("Lebanese war", ("Lebanon 2006",)),
        ("Gaza", ("Israel-Palestine 2000-23", "Gaza 2023-25")),
        (("Kosovo", "Guinea"), ("Kosovo 1998-99", "Guinea 2009")),
        ("Freedonia", ()),
        ("the war", ()),
        ("", ()),
        (None, ()),
        ("Northland", ()),
        ("South", ()),
        (("North", "East"), ()),
        ("South Darfur", ("Darfur 2003-08",)),
        ("South Sudan", ("South Sudan 2013-18",)),
        ("Northern Ireland", ("Northern Ireland 1969-98",)),
    ],
)
def test_the_conflict_under_analysis_is_found_by_its_words(label, conflicts):
    assert matching_conflicts(label) == conflicts


@pytest.mark.parametrize(
    ("label", "english", "names"),
    [
        ("Irak", "Iraq", (("Irak", "Iraq"),)),
        ("Guerra de Irak", "Iraq", (("Irak", "Iraq"),)),
        ("в Ираке", "Iraq", (("ираке", "Iraq"),)),
        ("العراق", "Iraq", (("العراق", "Iraq"),)),
        ("伊拉克战争", "Iraq", (("伊拉克", "Iraq"),)),
        ("Mossul 2017", "Mosul", (("Mossul", "Mosul"),)),
        ("Мосул", "Mosul", (("Мосул", "Mosul"),)),
        ("Siria", "Syria", (("Siria", "Syria"),)),
        ("SYRIEN", "Syria", (("SYRIEN", "Syria"),)),
        ("Сирия", "Syria", (("Сирия", "Syria"),)),
        ("Sudán del Sur", "South Sudan", (("Sudán del Sur", "South Sudan"),)),
        ("Nordirland", "Northern Ireland", (("Nordirland", "Northern Ireland"),)),
        ("Kwangju", "Gwangju", (("Kwangju", "Gwangju"),)),
        ("Ägypten", "Egypt", (("Ägypten", "Egypt"),)),
        ("Iraq", "Iraq", ()),
    ],
)
def test_a_conflict_is_found_in_other_languages(label, english, names):
    assert matching_conflicts(label) == matching_conflicts(english) != ()
    told = read_as(label)
    assert [(one.casefold(), two) for one, two in told] == [
        (one.casefold(), two) for one, two in names
    ]


@pytest.mark.parametrize("label", ["IRA", "Perón", "Maria", "Irma", "Сан-Паулу", "Алабама", "上海"])
def test_words_that_only_look_like_a_name_are_not_read_as_one(label):
    assert read_as(label) == ()


def test_the_list_of_countries_is_that_of_today():
    path = resources.files("casualty_est.priors").joinpath("territories.toml")
    assert path.read_text("utf-8") == territories.text()


def test_every_listed_place_is_in_the_record():
    text = resources.files("casualty_est.priors").joinpath("places.toml").read_text("utf-8")
    for english, others in tomllib.loads(text).items():
        assert matching_conflicts(english), english
        for other in others:
            assert matching_conflicts(other) == matching_conflicts(english), other


def test_nothing_is_learned_from_the_conflict_under_analysis():
    whole, without = reporting_ratio("monitor"), reporting_ratio("monitor", without="Kosovo")
    assert without.left_out == ("Kosovo 1998-99",)
    assert without.rows < whole.rows
    assert without.conflicts == whole.conflicts - 1
    assert without.median > whole.median
    assert len(statements_behind(without)) == without.rows
    assert {row.conflict for row in statements_behind(without)}.isdisjoint(without.left_out)


# --- proof ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def learned_scores():
    return {one.role: one for one in scores("learned")}


def test_conflicts_left_out_are_foretold(learned_scores):
    everything = learned_scores["all"]
    assert everything.rows == 236
    assert 0.88 <= everything.covered_90 <= 0.94
    assert everything.covered_50 >= 0.45
    assert everything.log_score == pytest.approx(-1.205, abs=0.02)
    for one in learned_scores.values():
        assert one.rows < 10 or one.covered_90 >= 0.8, one


@pytest.mark.thorough
def test_better_than_the_former_priors_and_than_one_role_for_all(learned_scores):
    former = scores("former")[-1]
    pooled = scores("pooled")[-1]
    assert former.role == pooled.role == "all"
    assert former.covered_90 == pytest.approx(0.72, abs=0.02)
    assert former.log_score < -3
    assert pooled.log_score == pytest.approx(-1.60, abs=0.03)
    assert learned_scores["all"].log_score > pooled.log_score + 0.3
    with pytest.raises(CasualtyEstError, match="learned, former or pooled"):
        scores("todays")


def normal_score(row, seed):
    """The place of a statement among draws of what was foretold of it."""
    level = "incident" if row.level == "incident" else "total"
    ratio = reporting_ratio(row.role, without=row.conflict, level=level)
    rng = np.random.default_rng(seed)
    drawn = ratio.sample(60_000, seed=seed)
    known = np.hypot(row.ref_sd_log, row.own_sd)
    drawn = np.log(drawn[drawn > 0])
    below = (drawn + rng.normal(0, known, len(drawn)) < np.log(row.ratio)).mean()
    return float(stats.norm.ppf(below))


def test_named_sources_do_not_carry_their_effect_over():
    """Six organisations in several conflicts: who named too many once did not do so again."""
    wanted = {
        "Associated Press": "media",
        "Gaza ministry of health": "government",
        "Human Rights Watch": "",
        "Soviet Union on own": "party",
        "United Nations": "int_estimate",
        "Uppsala/PRIO": "event_data",
    }
    products, squares = [], []
    for name in wanted:
        rows = [row for row in RECORD if row.use == "main" and row.source.startswith(name)]
        assert {row.role for row in rows} >= ({wanted[name]} - {""})
        assert len({row.conflict for row in rows}) > 1
        scored = [(row.conflict, normal_score(row, seed)) for seed, row in enumerate(rows)]
        for place, (conflict, one) in enumerate(scored):
            for other_conflict, other in scored[place + 1 :]:
                if conflict != other_conflict:
                    products.append(one * other)
                    squares.append((one**2 + other**2) / 2)
    found = carried_over()
    assert (found.organisations, found.pairs) == (6, len(products)) == (6, 33)
    assert found.correlation == pytest.approx(np.sum(products) / np.sum(squares), abs=0.01)
    assert -0.5 < found.correlation < 0.1


def test_a_label_that_leaves_nothing_out_is_refused():
    with pytest.raises(UsageError, match="no conflict with the words of 'Nowhere'"):
        reporting_ratio("monitor", without="Nowhere")
    # Labels of a table, of which some name a conflict, are none.
    assert reporting_ratio("monitor", without=["Nowhere"]).left_out == ()


@pytest.mark.parametrize(
    ("n", "seed", "told"), [(-3, 1, "n must be"), (2.5, 1, "n must be"), (3, "a", "seed must be")]
)
def test_draws_and_seeds_are_whole_numbers(n, seed, told):
    with pytest.raises(UsageError, match=told):
        reporting_ratio("monitor").sample(n, seed=seed)
