"""Latent classes with covariates: density, evidence, recovery, blank values, files."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import casualty_est as ce
from casualty_est.lists.families import Covariates
from casualty_est.lists.families.covariate_cells import Cells, Form, contrasts
from casualty_est.lists.inference import covariates as engine
from casualty_est.lists.inference import covariates_kernel as kernel
from casualty_est.lists.inference import covariates_smc
from casualty_est.lists.inference.engines import Plan
from casualty_est.lists.table.traits import Covariate
from tests.support.covariates_by_hand import listed, log_density, population, with_blanks

LISTS = ["A", "B", "C"]
ROOT = np.random.SeedSequence(19990322)


def table_of(frame, covariates):
    return ce.CaptureHistories(frame, lists=LISTS, covariates=covariates).strata[0].table


@pytest.fixture(scope="module")
def small():
    """Twelve people with two covariates, of which some values are blank."""
    rows = [
        *((1, 0, 0, "f", "n"), (0, 1, 0, "m", "s"), (1, 1, 0, "m", "n"), (0, 0, 1, "f", "s")),
        *((1, 0, 1, "m", ""), (0, 1, 1, "", "n"), (1, 0, 0, "", ""), (1, 1, 1, "f", "n")),
        *((0, 0, 1, "m", "s"), (1, 0, 0, "m", "n"), (0, 1, 0, "f", "n"), (1, 1, 0, "f", "s")),
    ]
    return pd.DataFrame(rows, columns=[*LISTS, "sex", "side"])


def people_of(frame):
    codes = {"f": 0, "m": 1, "n": 0, "s": 1, "": None}
    return [
        ((row.A, row.B, row.C), (codes[row.sex], codes[row.side])) for row in frame.itertuples()
    ]


# Density ----------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("classes", [1, 2, 3])
def test_density_is_that_of_a_sum_over_classes_and_blank_values(small, classes):
    cells = Cells.of(table_of(small, ["sex", "side"]))
    form = Form.of(cells, classes)
    data = kernel.data_of(cells, form)
    rng = np.random.default_rng(classes)
    theta = form.draw_prior(rng, 4)
    shares = rng.dirichlet(np.ones(len(cells.values)), 4)
    values, _ = kernel.likelihoods(data, theta, shares, 1.0)
    odds, effects, weights, slopes = form.parts(theta)
    for d in range(4):
        by_way = {tuple(v): q for v, q in zip(cells.values.tolist(), shares[d], strict=True)}
        wanted = log_density(
            people_of(small), (2, 2), odds[d], effects[d], weights[d], slopes[d], by_way
        )
        assert values[d] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.thorough
@pytest.mark.parametrize("heat", [0.3, 1.0])
def test_slope_is_that_of_the_density(small, heat):
    cells = Cells.of(table_of(small, ["sex", "side"]))
    form = Form.of(cells, 3)
    data = kernel.data_of(cells, form)
    rng = np.random.default_rng(5)
    (theta,), q = form.draw_prior(rng, 1), rng.dirichlet(np.ones(len(cells.values)))
    _, slope = kernel.density(data, theta, q, heat)
    step = 1e-5 * np.eye(form.size)
    up, down = (
        np.array([kernel.density(data, theta + side * s, q, heat)[0] for s in step])
        for side in (1, -1)
    )
    np.testing.assert_allclose(slope, (up - down) / 2e-5, atol=1e-6)
    # But for a constant, the heated density at heat 1 is prior times likelihood.
    one, two = form.draw_prior(rng, 2)
    both = kernel.likelihoods(data, np.stack([one, two]), np.stack([q, q]), 1.0)[0]
    both = both + form.log_prior(np.stack([one, two]))
    heights = [kernel.density(data, point, q, 1.0)[0] for point in (one, two)]
    assert heights[0] - heights[1] == pytest.approx(both[0] - both[1], abs=1e-9)


def test_prior_says_what_its_words_say():
    assert "sds 1, 0.8 and, between two values, 0.8" in Covariates().prior
    form, rng = Form(2, 3, 2), np.random.default_rng(1)
    theta = form.draw_prior(rng, 40_000)
    odds, effects, weights, slopes = form.parts(theta)
    design = contrasts(Covariate("place", ("n", "s", "w")))
    # Any two values differ alike: none is the one that others are held against.
    for a, b in ((0, 1), (0, 2), (1, 2)):
        apart = design[a] - design[b]
        assert apart @ apart == pytest.approx(1.0)
    shared = np.cov((effects @ (design[0] - design[2])).T)
    assert shared[0, 1] == pytest.approx(0.8**2, rel=0.05)
    own = 0.4**2 * np.exp(2 * 0.6**2)
    assert shared[0, 0] == pytest.approx(0.8**2 + own, rel=0.05)
    assert odds.mean() == pytest.approx(-1.5, abs=0.02)
    assert odds[:, 0, 0].var() == pytest.approx(1.0**2 + 0.8**2 + own, rel=0.05)
    moved = (slopes[:, 0] - slopes[:, 1]) @ (design[0] - design[1])
    assert moved.std() == pytest.approx(0.8, rel=0.03)
    # Shares of classes are flat where no covariate moves them.
    share = 1.0 / (1.0 + np.exp(weights[:, 1] - weights[:, 0]))
    assert stats.kstest(share, "uniform").pvalue > 0.001
    assert stats.norm.logpdf(theta[:3, : form.ends[6]]).sum(axis=1) + stats.norm.logpdf(
        theta[:3, form.ends[7] :]
    ).sum(axis=1) + stats.gumbel_l.logpdf(weights[:3]).sum(axis=1) == pytest.approx(
        form.log_prior(theta[:3])
    )


def test_a_number_is_a_line_and_a_bend():
    age = Covariate("age", ("0", "10", "20", "60"), (0.0, 10.0, 20.0, 60.0))
    line, bend = contrasts(age).T
    assert np.std(line) == pytest.approx(0.5)
    assert np.std(bend) == pytest.approx(0.5)
    assert line @ bend == pytest.approx(0.0, abs=1e-12)
    assert bend.sum() == pytest.approx(0.0, abs=1e-12)
    # A parabola through any three of the points is a combination of both and a constant.
    square = np.array([0.0, 100.0, 400.0, 3600.0])
    fit = np.linalg.lstsq(np.column_stack([np.ones(4), line, bend]), square, rcond=None)
    assert fit[1][0] == pytest.approx(0.0, abs=1e-12)


# Evidence ---------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("classes", [1, 2])
def test_evidence_is_the_likelihood_averaged_over_the_prior(small, classes):
    cells = Cells.of(table_of(small, ["sex", "side"]))
    form, rng = Form.of(cells, classes), np.random.default_rng(7)
    data = kernel.data_of(cells, form)
    draws = 200_000
    theta = form.draw_prior(rng, draws)
    shares = rng.dirichlet(cells.known + cells.prior, draws)
    likelihood, _ = kernel.likelihoods(data, theta, shares, 1.0)
    # What the values that are known say of the shares is no part of the evidence of the lists.
    blank, _ = kernel.likelihoods(data, theta, shares, 0.0)
    wanted = np.logaddexp.reduce(likelihood) - np.logaddexp.reduce(blank)
    weight = np.exp(likelihood - likelihood.max())
    error = weight.std() / weight.mean() / np.sqrt(draws)
    found = [
        covariates_smc.run(cells, form, np.random.default_rng(s)).log_evidence for s in range(6)
    ]
    spread = np.std(found, ddof=1) / np.sqrt(len(found))
    assert error < 0.05
    assert np.mean(found) == pytest.approx(wanted, abs=4 * np.hypot(error, spread) + 0.01)


@pytest.mark.thorough
def test_draws_are_those_of_the_posterior(small):
    cells = Cells.of(table_of(small, ["sex", "side"]))
    form, rng = Form.of(cells, 2), np.random.default_rng(8)
    data = kernel.data_of(cells, form)
    theta = form.draw_prior(rng, 200_000)
    shares = rng.dirichlet(cells.known + cells.prior, len(theta))
    likelihood, _ = kernel.likelihoods(data, theta, shares, 1.0)
    weight = np.exp(likelihood - likelihood.max())
    weight /= weight.sum()
    runs = [covariates_smc.run(cells, form, np.random.default_rng(s)) for s in range(6)]
    drawn, of_cells = (np.vstack([getattr(r, n) for r in runs]) for n in ("theta", "shares"))
    for part in (0, form.ends[3], form.ends[2] - 1):
        mean = weight @ theta[:, part]
        sd = np.sqrt(weight @ (theta[:, part] - mean) ** 2)
        assert drawn[:, part].mean() == pytest.approx(mean, abs=0.08 * sd)
        assert drawn[:, part].std() == pytest.approx(sd, rel=0.08)
    np.testing.assert_allclose(of_cells.mean(axis=0), weight @ shares, atol=0.01)


def test_jumps_prefer_no_way_to_number_the_classes():
    form, rng = Form(3, 3, 2), np.random.default_rng(2)
    theta = form.draw_prior(rng, 500)
    theta[:, form.ends[0]] += 3.0  # the first class stands out
    lower = covariates_smc.shape(form, theta)
    spread = lower @ lower.T
    for order in ((1, 0, 2), (2, 0, 1)):
        at = covariates_smc.numbered(form, order)
        np.testing.assert_allclose(spread[np.ix_(at, at)], spread, rtol=1e-9, atol=1e-12)
        # The same population under other numbers.
        odds, effects, weights, slopes = form.parts(theta)
        moved = form.parts(theta[:, at])
        np.testing.assert_allclose(moved[0], odds[:, order])
        np.testing.assert_allclose(moved[1], effects)
        np.testing.assert_allclose(moved[2], weights[:, order])
        np.testing.assert_allclose(moved[3], slopes[:, order])


def test_people_of_combinations_add_up_to_one_negative_binomial():
    rng = np.random.default_rng(3)
    held, log_odds = np.array([1, 4, 0, 7]), np.full(4, 0.3)
    drawn = engine.draw_of_cells(np.tile(log_odds, 20_000), np.tile(held, 20_000), rng)
    total = drawn.reshape(-1, 4).sum(axis=1)
    whole = stats.nbinom(12, 1 / (1 + np.exp(0.3)))
    assert total.mean() == pytest.approx(whole.mean(), rel=0.01)
    assert total.var() == pytest.approx(whole.var(), rel=0.03)
    assert np.mean(total <= 10) == pytest.approx(whole.cdf(10), abs=0.01)


# Answers ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(11)
    everybody = population(rng)
    frame = listed(everybody)
    model = ce.ListModel(
        ce.CaptureHistories(frame, lists=LISTS, covariates=["sex", "age"]),
        families=Covariates(classes=1),
    )
    return everybody, frame, model, model.fit(seed=1)


@pytest.mark.thorough
def test_who_differs_by_a_covariate_is_counted_with_it_and_missed_without(fitted):
    everybody, frame, _model, est = fitted
    row = est.summary().loc["total"]
    assert row["low"] < len(everybody) < row["high"]
    plain = ce.ListModel(ce.CaptureHistories(frame[LISTS]), families="independence").fit(seed=1)
    assert plain.summary().loc["total", "high"] < 0.9 * len(everybody)
    women = est.summary().loc["sex f"]
    assert women["low"] < (everybody["sex"] == "f").sum() < women["high"]
    assert women["documented"] == (frame["sex"] == "f").sum()


@pytest.mark.thorough
def test_values_of_each_covariate_add_up_to_the_total_in_every_draw(fitted):
    _everybody, _frame, model, est = fitted
    sexes = est.draws("sex f") + est.draws("sex m")
    np.testing.assert_array_equal(sexes, est.draws("total"))
    (_sex, age) = model.histories.strata[0].table.traits.covariates
    ages = sum(est.draws(f"age {value}") for value in age.labels)
    np.testing.assert_array_equal(ages, est.draws("total"))


@pytest.mark.thorough
def test_odds_ratios_are_those_of_the_population(fitted):
    everybody, _frame, _model, est = fitted
    effects = est.covariates().set_index(["covariate", "value", "list"])
    for name in LISTS:
        share = everybody.groupby("sex")[name].mean()
        truth = share["f"] / (1 - share["f"]) / (share["m"] / (1 - share["m"]))
        row = effects.loc[("sex", "f", name)]
        assert row["low"] < truth < row["high"]
        assert row["odds_ratio"] == pytest.approx(truth, rel=0.35)


@pytest.mark.thorough
def test_same_seed_same_draws_and_a_file_keeps_all(fitted, tmp_path):
    _everybody, _frame, model, est = fitted
    again = model.fit(seed=1)
    np.testing.assert_array_equal(again.draws(), est.draws())
    np.testing.assert_array_equal(again.draws("sex f"), est.draws("sex f"))
    est.save(tmp_path / "est.nc")
    loaded = ce.Estimate.load(tmp_path / "est.nc")
    pd.testing.assert_frame_equal(loaded.covariates(), est.covariates())
    pd.testing.assert_frame_equal(loaded.summary(), est.summary())
    kept = loaded.to_dict()["details"]
    assert kept["covariates"][0]["covariate"] == "sex"
    assert kept["without_covariates"]["median"] < est.summary().loc["total", "median"]


@pytest.mark.thorough
def test_parts_resume_where_the_fit_stopped(fitted, tmp_path):
    _everybody, frame, _model, _est = fitted
    few = ce.CaptureHistories(frame.head(300), lists=LISTS, covariates=["sex"])
    model = ce.ListModel(few, families=Covariates(classes=1))
    one = model.fit(seed=2, parts=tmp_path / "parts")
    (kept,) = (tmp_path / "parts").glob("*.npz")
    stamp = kept.stat().st_mtime_ns
    two = model.fit(seed=2, parts=tmp_path / "parts")
    assert kept.stat().st_mtime_ns == stamp
    np.testing.assert_array_equal(one.draws("sex f"), two.draws("sex f"))


@pytest.mark.thorough
def test_blank_values_are_estimated_and_nobody_is_dropped(fitted):
    everybody, frame, _model, whole = fitted
    blank = with_blanks(frame, np.random.default_rng(12))
    histories = ce.CaptureHistories(blank, lists=LISTS, covariates=["sex", "age"])
    est = ce.ListModel(histories, families=Covariates(classes=1)).fit(seed=1)
    assert est.summary().loc["total", "documented"] == len(frame)
    known = blank["sex"].value_counts()
    assert est.summary().loc["sex f", "documented"] == known["f"]
    women, men = (est.draws(f"sex {sex}, listed") for sex in "fm")
    np.testing.assert_array_equal(women + men, np.full(women.shape, len(frame)))
    # Women are fewer on lists A and B, and so among those whose sex is known: that is undone.
    truth = (frame["sex"] == "f").sum()
    low, high = np.quantile(women, [0.005, 0.995])
    assert low < truth < high
    known = frame["sex"][blank["sex"] != ""].eq("f").mean() * len(frame)
    assert abs(np.median(women) - truth) < abs(known - truth)
    row = est.summary().loc["total"]
    assert row["low"] < len(everybody) < row["high"]
    # Not much wider than with all values known.
    full = whole.summary().loc["total"]
    assert row["high"] - row["low"] < 2.0 * (full["high"] - full["low"])


@pytest.mark.thorough
def test_strata_and_covariates_together(small):
    frame = pd.concat([small.assign(year=year) for year in ("1998", "1999")] * 8)
    histories = ce.CaptureHistories(frame, lists=LISTS, by="year", covariates=["sex"])
    est = ce.ListModel(histories, families=Covariates(classes=1)).fit(seed=1, draws=250)
    years = est.draws("year 1998") + est.draws("year 1999")
    np.testing.assert_array_equal(est.draws("sex f") + est.draws("sex m"), est.draws("total"))
    np.testing.assert_array_equal(years, est.draws("total"))
    assert "fitted one by one" in " ".join(note.text for note in est.warnings)


@pytest.mark.thorough
def test_refits_keep_the_covariates(fitted):
    _everybody, frame, _model, _est = fitted
    table = table_of(frame, ["sex"])
    left = table.without("C")
    assert left.lists == ("A", "B")
    assert int(left.traits.counts.sum()) == left.people
    inside = table.members_of("A")
    assert int(inside.traits.counts.sum()) == inside.people
    known = frame[(frame["A"] == 1) & ((frame["B"] == 1) | (frame["C"] == 1))]
    women = inside.traits.counts[inside.traits.values[:, 0] == 0].sum()
    assert women == (known["sex"] == "f").sum()


@pytest.mark.thorough
def test_more_classes_are_taken_where_people_differ_beyond_their_values():
    rng = np.random.default_rng(21)
    everybody = population(rng, 12_000, classes=True)
    frame = listed(everybody)
    table = table_of(frame, ["sex"])
    answer = engine.solve(table, Plan((Covariates(classes=2),)), ROOT)
    _one, two = (member["mass"] for member in answer.families)
    assert two > 0.9
    low, high = np.quantile(table.people + answer.unlisted, [0.025, 0.975])
    assert low < len(everybody) < high
    alone = engine.solve(table, Plan((Covariates(classes=1),)), ROOT)
    assert np.quantile(table.people + alone.unlisted, 0.975) < len(everybody)


@pytest.mark.slow
def test_intervals_hold_the_number_of_populations_that_differ_by_values():
    held = {"with": 0, "without": 0, "blank": 0}
    for s in range(20):
        rng = np.random.default_rng(100 + s)
        everybody = population(rng, 2500, classes=s % 2 == 1)
        frame = listed(everybody)
        tables = {
            "with": table_of(frame, ["sex", "age"]),
            "blank": table_of(with_blanks(frame, rng), ["sex", "age"]),
        }
        for name, table in tables.items():
            answer = engine.solve(table, Plan((Covariates(),)), ROOT)
            low, high = np.quantile(table.people + answer.unlisted, [0.025, 0.975])
            held[name] += low <= len(everybody) <= high
        plain = ce.ListModel(ce.CaptureHistories(frame[LISTS]), families="independence")
        row = plain.fit(seed=1).summary().loc["total"]
        held["without"] += row["low"] <= len(everybody) <= row["high"]
    # Of 20 at 95%, fewer than 16 would come less than once in a hundred times.
    assert min(held["with"], held["blank"]) >= 16, held
    assert held["without"] <= 2, held


def test_all_ways_to_fill_in_blank_values_are_there(small):
    cells = Cells.of(table_of(small, ["sex", "side"]))
    assert sorted(map(tuple, cells.values.tolist())) == sorted(product(range(2), range(2)))
    assert cells.counts.sum() == 9
    assert cells.open_counts.tolist() == [1, 1, 1]
    assert sorted(np.diff(cells.start).tolist()) == [2, 2, 4]
