"""Engines of the lists model against quadrature and each other; strata, replicates, parts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.lists.families import Classes, Independence, Pairs, Ridge, Visibility
from casualty_est.lists.inference import importance, members, smc
from casualty_est.lists.inference.answer import draw_unlisted
from casualty_est.lists.inference.averaged import average, floored
from casualty_est.lists.inference.members import fit_members
from casualty_est.lists.table.history import HistoryTable

HISTORIES = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
TABLE = HistoryTable.of(("A", "B", "C"), HISTORIES, [60, 50, 40, 20, 15, 12, 9])
PAIR = HistoryTable.of(("A", "B"), [[1, 0], [0, 1], [1, 1]], [60, 50, 20])


def _frame(counts, **columns):
    return pd.DataFrame(HISTORIES, columns=["A", "B", "C"]).assign(count=counts, **columns)


@pytest.mark.slow
def test_evidence_of_independence_against_quadrature():
    (member,) = Independence().members(PAIR)
    prior = stats.multivariate_normal([-1.5, -1.5], [[1.16, 0.16], [0.16, 1.16]])

    def joint(b, a):
        one, two = np.exp(a), np.exp(b)
        seen = one + two + one * two
        log_lik = 60 * np.log(one / seen) + 50 * np.log(two / seen) + 20 * np.log(one * two / seen)
        return np.exp(log_lik + 140) * prior.pdf([a, b])

    wanted = np.log(integrate.dblquad(joint, -4, 2, -4, 2)[0]) - 140
    mode = importance.mode_at(member, PAIR, *importance.climb(member, PAIR))
    assert mode.log_evidence == pytest.approx(wanted, abs=0.05)
    sample = importance.sample(member, PAIR, mode, 4000, np.random.default_rng(1))
    assert sample.log_evidence == pytest.approx(wanted, abs=0.01)
    tempered = smc.run(member, PAIR, np.random.default_rng(1), moves=15)
    assert tempered.log_evidence == pytest.approx(wanted, abs=0.15)


@pytest.mark.thorough
def test_tempering_agrees_with_importance_sampling():
    member = Visibility().members(TABLE)[0]
    mode = importance.mode_at(member, TABLE, *importance.climb(member, TABLE))
    one = importance.sample(member, TABLE, mode, 6000, np.random.default_rng(2))
    runs = [smc.run(member, TABLE, np.random.default_rng(seed), moves=15) for seed in range(4)]
    assert one.sound
    # One run has a standard error of .09.
    assert np.mean([r.log_evidence for r in runs]) == pytest.approx(one.log_evidence, abs=0.15)
    share = np.exp(one.log_weight - one.log_evidence)
    odds = np.mean([r.log_odds.mean() for r in runs])
    assert odds == pytest.approx(share @ one.log_odds, abs=0.1)


@pytest.mark.thorough
def test_compiled_moves_of_classes_leave_the_density_right():
    member = Classes().members(TABLE)[-1]
    cloud = smc.run(member, TABLE, np.random.default_rng(3), particles=500, moves=5)
    _, odds = importance.log_posterior(member, TABLE.counts.astype(float), cloud.theta)
    np.testing.assert_allclose(cloud.log_odds, odds, atol=1e-10)


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["compiled", "plain"])
def test_moves_leave_the_prior_of_classes_as_it_is(way):
    """Moves at temperature 0; where particles may leave their labelling, the density creeps up."""
    member, counts = Classes().members(TABLE)[0], TABLE.counts.astype(float)
    rng = np.random.default_rng(11)
    cloud = smc._Cloud(member, counts, member.draw_prior(rng, 6000))
    fresh = member.draw_prior(np.random.default_rng(12), 200_000)
    if way == "plain":
        cloud.compiled = None
    for _ in range(5):
        cloud.choose(np.arange(6000))
        cloud.move(0.0, 20, rng)
    assert member.in_order(cloud.theta).all()
    wanted = member.log_prior(fresh)
    error = wanted.std() / np.sqrt(6000)
    assert cloud.prior.mean() == pytest.approx(wanted.mean(), abs=4 * error)


@pytest.mark.thorough
def test_two_classes_agree_with_importance_from_the_prior():
    """Evidence as the plain mean of the likelihood over a million draws of the prior."""
    member = replace(Classes().members(PAIR)[-1], classes=2)
    rng = np.random.default_rng(4)
    log_cells, _ = member.evaluate(member.draw_prior(rng, 1_000_000))
    wanted = np.logaddexp.reduce(log_cells @ PAIR.counts) - np.log(1e6)
    runs = [smc.run(member, PAIR, np.random.default_rng(s)).log_evidence for s in range(3)]
    assert np.mean(runs) == pytest.approx(wanted, abs=0.12)


def test_people_on_no_list_are_negative_binomial():
    draws = draw_unlisted(np.full(200_000, np.log(3.0)), 40, np.random.default_rng(5))
    wanted = stats.nbinom(40, 1 / 4)
    assert draws.mean() == pytest.approx(wanted.mean(), rel=0.01)
    assert draws.var() == pytest.approx(wanted.var(), rel=0.02)


def test_floor_lifts_only_groups_that_are_not_ruled_out():
    plain, group = np.array([0.9, 0.06, 0.04]), np.array([0, 1, 2])
    weight = floored(plain, group, np.array([True, True, False]), 0.1)
    np.testing.assert_allclose(weight, np.array([0.9, 0.16, 0.04]) / 1.1)


def test_groups_have_equal_prior_probability_whatever_they_hold():
    chosen = [Independence(), Pairs(), Visibility()]
    fits = fit_members(TABLE, chosen, seed=np.random.SeedSequence(1), runs=4)
    held = Counter()
    for fit in fits:
        held[fit.family.name] += fit.share
    assert held == pytest.approx({"independence": 1 / 4, "pairs": 1 / 4, "visibility": 1 / 2})


def test_the_number_of_people_costs_nothing_and_loses_nothing():
    for factor in (1, 10_000):
        table = HistoryTable.of(TABLE.lists, TABLE.histories, TABLE.counts * factor)
        (member,) = Independence().members(table)
        mode = importance.mode_at(member, table, *importance.climb(member, table))
        sample = importance.sample(member, table, mode, 2000, np.random.default_rng(6))
        assert sample.sound
        assert mode.log_evidence == pytest.approx(sample.log_evidence, abs=0.05)


def test_two_independent_lists_give_the_classical_answer():
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [60, 50, 20]})
    est = ce.ListModel(ce.CaptureHistories(frame), families="independence").fit(seed=1)
    # The classical answer of these two lists is 80 * 70 / 20 = 280.
    assert est.summary()["median"].iloc[0] == pytest.approx(280, rel=0.05)


def test_no_overlap_at_all_rests_on_the_prior():
    frame = pd.DataFrame({"A": [1, 0, 0], "B": [0, 1, 0], "C": [0, 0, 1], "count": [30, 20, 10]})
    est = ce.ListModel(ce.CaptureHistories(frame), families="ridge").fit(seed=1)
    assert "no_overlap" in {note.code for note in est.warnings}
    assert est.level(0) == "none"
    assert est.summary()[["low", "median", "high"]].iloc[0].isna().all()


@pytest.mark.parametrize("counts", [(9, 8, 70), (1, 0, 1)])
def test_lists_that_miss_hardly_anybody_have_one_answer(counts):
    """Seven or two people on none: each whole number holds many draws, and is no mode."""
    frame = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": counts})
    histories = ce.CaptureHistories(frame)
    est = ce.ListModel(histories, families="independence", copies="keep").fit(seed=1)
    assert [len(est.modes(row)) for row in ("total", "unlisted")] == [1, 1]
    assert "weight" not in est.headline()


def test_a_list_inside_another_is_said():
    frame = pd.DataFrame({"A": [1, 1, 0], "B": [0, 1, 0], "C": [0, 0, 1], "count": [30, 20, 10]})
    model = ce.ListModel(ce.CaptureHistories(frame), families="ridge", copies="keep")
    assert "list B lies inside list A" in dict(model.notes)["nested"]


@pytest.fixture(scope="module")
def strata():
    parts = [_frame([60, 50, 40, 20, 15, 12, 9], m="x"), _frame([30, 40, 20, 9, 8, 7, 6], m="y")]
    return ce.CaptureHistories(pd.concat(parts, ignore_index=True), by="m")


@pytest.mark.thorough
def test_strata_add_up_draw_by_draw_and_resume(strata, tmp_path):
    model = ce.ListModel(strata, families=("pairs", "visibility"))
    folder = tmp_path / "out.nc.parts"
    first = model.fit(seed=7, parts=folder)
    files = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(files) == 3  # two strata, and the table without strata beside them
    total, one, two = first.draws(0), first.draws(3), first.draws(6)
    np.testing.assert_array_equal(total, one + two)
    assert (
        "the same lists without strata give"
        in {n.code: n.text for n in first.warnings}["unstratified"]
    )
    next(iter(files)).unlink()
    again = model.fit(seed=7, parts=folder)
    np.testing.assert_array_equal(again.draws(0), total)
    kept = [path for path in list(files)[1:] if path.stat().st_mtime_ns == files[path]]
    assert len(kept) == 2
    broken = sorted(folder.iterdir())[0]
    broken.write_bytes(b"half a file")
    np.testing.assert_array_equal(model.fit(seed=7, parts=folder).draws(0), total)


@pytest.mark.thorough
def test_every_stratum_answers_for_itself(strata):
    est = ce.ListModel(strata, families=("pairs", "visibility")).fit(seed=7)
    whole, one = est.without_each_source(), est.without_each_source("m x")
    assert "without strata" in whole["case"].iloc[0]
    assert "without strata" not in one["case"].iloc[0]
    assert one["median"].iloc[0] < whole["median"].iloc[0]
    # People on some list are counted, not estimated.
    assert len(est.without_each_source("m x, listed")) == 0
    said = [est.identification(row).sentences for row in (0, 3, 6)]
    assert "The strata share the kind of dependence" in said[0][1]
    assert "In the table without strata" in said[0][-1]
    assert not any("without strata" in sentence for sentence in said[1] + said[2])
    assert said[1] != said[2]


def test_one_chain_still_knows_its_error():
    histories = ce.CaptureHistories(_frame([60, 50, 40, 20, 15, 12, 9]))
    est = ce.ListModel(histories, families="ridge").fit(seed=1, chains=1, draws=2000)
    assert est.converged
    assert est.draws().shape == (1, 2000)


def test_completeness_is_that_of_the_replicate_drawn():
    one = ce.CaptureHistories(_frame([60, 50, 40, 20, 15, 12, 9]))
    two = ce.CaptureHistories(_frame([600, 500, 400, 200, 150, 120, 90]))
    est = ce.ListModel([one, two], families="independence").fit(seed=9)
    share = est.idata["posterior"]["completeness"].values[..., 0]
    # Ten times the people on ten times the lists: the share of list A is the same in both.
    assert share.std() < 0.1 * share.mean()


def test_replicates_are_mixed():
    one = ce.CaptureHistories(_frame([60, 50, 40, 20, 15, 12, 9]))
    two = ce.CaptureHistories(_frame([160, 150, 140, 20, 15, 12, 9]))
    both = ce.ListModel([one, two], families="ridge").fit(seed=9)
    apart = [ce.ListModel(h, families="ridge").fit(seed=9).draws().mean() for h in (one, two)]
    assert both.draws().mean() == pytest.approx(np.mean(apart), rel=0.03)
    frame = pd.DataFrame({"A": [1, 0, 1], "D": [0, 1, 1], "count": [6, 5, 2]})
    other = ce.CaptureHistories(frame)
    with pytest.raises(UsageError, match="replicate 2 has other lists"):
        ce.ListModel([one, other])


@pytest.mark.thorough
@pytest.mark.usefixtures("no_pictures")
def test_the_estimate_is_whole(tmp_path):
    model = ce.ListModel(
        ce.CaptureHistories(_frame([60, 50, 40, 20, 15, 12, 9])),
        families=("independence", "visibility"),
        cell={"scope": "<b>Here</b>"},
    )
    est = model.fit(seed=10)
    assert est.known_populations(ci_prob=0.8)["prob"].tolist() == [0.8] * 3
    content = json.loads(json.dumps(est.to_dict(), allow_nan=False))
    assert [row["part"] for row in content["estimates"]] == ["total", "listed", "unlisted"]
    assert content["estimates"][1]["median"] == 206
    documented = {"low": 206, "high": None, "source": None, "text": "206"}
    assert content["estimates"][0]["documented"] == documented
    assert content["identification"]["kind"] == "families"
    share = content["sources"][0]["completeness_listed"]
    np.testing.assert_allclose(share["median"], np.median(104 / est.draws()), rtol=1e-12)
    assert len(est.without_each_source()) == 3
    assert est.known_populations()["members"].tolist() == [104, 91, 76]
    page = est.report(tmp_path / "report.html").read_text("utf-8")
    assert "&lt;b&gt;Here" in page
    assert "<b>Here" not in page
    assert "206 people on at least one list" in page
    again = ce.Estimate.load(est.save(tmp_path / "est.nc"))
    assert again.headline() == est.headline()
    assert again.known_populations()["members"].tolist() == [104, 91, 76]
    for name in ("total", "identification", "sources", "priors"):
        getattr(again.plot, name)()
    without = est.without_each_source()
    assert (
        without["case"].iloc[0]
        == "without A (two lists are left, and their odds ratio comes from its prior)"
    )
    # Lists B and C alone: 91 and 76 people, 21 shared; half as many again as if independent.
    assert without["median"].iloc[0] == pytest.approx(146 + 1.5 * 70 * 55 / 21, rel=0.06)
    assert not hasattr(est, "tipping")  # the dial answers that


def test_settings_out_of_range_are_refused():
    histories = ce.CaptureHistories(_frame([6, 5, 4, 2, 1, 1, 1]))
    with pytest.raises(UsageError, match="floor must be"):
        ce.ListModel(histories, floor=0.9)
    with pytest.raises(UsageError, match="cell: 'scop'"):
        ce.ListModel(histories, cell={"scop": "x"})
    with pytest.raises(UsageError, match="method must be one of"):
        ce.ListModel(histories).fit(method="nuts")


KOSOVO = Path(__file__).parents[2] / "data" / "lists" / "kosovo_1999.csv"


@pytest.mark.thorough
def test_kosovo_covers_the_near_census():
    """Ball et al. 2002, four lists; the Kosovo Memory Book has 10,401 in the same window."""
    est = ce.ListModel(ce.CaptureHistories.read(KOSOVO)).fit(seed=1)
    low, high = est.summary()[["low", "high"]].iloc[0]
    assert est.converged
    assert low < 10_401 < high < 25_000


def test_no_highest_order_on_kosovo():
    """Quantiles of the same posterior by an independent program: 9,256 / 16,857 / 35,911."""
    model = ce.ListModel(ce.CaptureHistories.read(KOSOVO), families="no-highest-order")
    draws = model.fit(seed=1, draws=50_000).draws()
    quantiles = np.quantile(draws, (0.025, 0.5, 0.975))
    np.testing.assert_allclose(quantiles, (9_256, 16_857, 35_911), rtol=0.015)


@pytest.mark.slow
def test_kosovo_times_fifty_does_not_say_that_nobody_is_missing():
    table = ce.CaptureHistories.read(KOSOVO).pooled().table
    frame = pd.DataFrame(table.histories, columns=table.lists).assign(count=table.counts * 50)
    est = ce.ListModel(ce.CaptureHistories(frame)).fit(seed=1)
    assert est.summary()["low"].iloc[0] > 1.5 * frame["count"].sum()


@pytest.mark.thorough
def test_runs_that_disagree_are_made_longer_and_then_more(monkeypatch):
    monkeypatch.setattr(smc, "MOVES", 2)
    chosen = [Classes()]
    calm = average(TABLE, chosen, seed=np.random.SeedSequence(1))
    monkeypatch.setattr("casualty_est.lists.inference.averaged.AGREE", 0.0)
    whole = average(TABLE, chosen, seed=np.random.SeedSequence(1))
    for fit in whole.members:
        assert (fit.effort, len(fit.parts)) == (3, 8)
    assert whole.runs == 8
    assert calm.runs == 4


def test_members_that_weigh_nothing_are_not_tempered(monkeypatch):
    # Draws of every member are called rough: all are tempered but those far behind the best.
    table = ce.datasets.lists("kosovo").strata[0].table
    chosen = (Independence(), Ridge())
    rough = members.importance.sample
    seen = {}

    def never_sound(member, table, mode, draws, rng):
        sample = rough(member, table, mode, draws, rng)
        seen[id(member)] = mode.log_evidence
        return replace(sample, log_weight=np.append(np.full(len(sample.log_weight) - 1, -1e9), 0.0))

    tempered = []
    monkeypatch.setattr(members.importance, "sample", never_sound)

    def temper(_table, fits, numbers, **_):
        tempered.extend(id(fit.member) for fit in fits if fit.index in numbers)
        return tuple(fits)

    monkeypatch.setattr(members, "_smc", temper)
    members.fit_members(table, chosen, seed=np.random.SeedSequence(1), runs=2)
    best = max(seen.values())
    assert best - min(seen.values()) > members.HOPELESS  # independence is ruled out here
    for member, log_evidence in seen.items():
        assert (member in tempered) == (best - log_evidence <= members.HOPELESS)
