"""The calibration harness: its bands, its ranks, what it survives, and what it must reject."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from scipy import stats

from casualty_est.errors import UsageError
from tests.support import sbc as calibration
from tests.support.ecdf import ecdf_bands, uniform_p
from tests.support.sbc import Calibration, calibrate, judge, study

SD = np.sqrt(0.5)


def simulate(rng):
    """One Normal mean with a standard Normal prior, seen once with sd 1."""
    mean = rng.normal()
    return {"mean": mean, "twice": 2 * mean}, rng.normal(mean, 1)


def posterior(data, seed, *, shift=0.0, sd=SD):
    draws = np.random.default_rng(seed).normal(data / 2 + shift, sd, (2, 400))
    return {"twice": 2 * draws, "mean": draws}


def shifted(data, seed):
    return posterior(data, seed, shift=0.4)


def narrow(data, seed):
    return posterior(data, seed, sd=0.6 * SD)


def wide(data, seed):
    return posterior(data, seed, sd=1.6 * SD)


# --- bands --------------------------------------------------------------------------------------


def shares_below(ranks, values):
    """Share of ranks below each point, written the slow way."""
    return np.stack([(ranks < k).mean(axis=-1) for k in range(1, values)], axis=-1)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("simulations", "values", "level"),
    [(200, 100, 0.99), (200, 100, 0.9), (50, 20, 0.95), (400, 100, 0.9994)],
)
def test_bands_hold_the_stated_share_of_uniform_samples(simulations, values, level):
    samples = 5_000
    rng = np.random.default_rng(5)
    shares = shares_below(rng.integers(0, values, (samples, simulations)), values)
    bands = ecdf_bands(simulations, values, level)
    off = 1e-9  # shares are multiples of 1 / simulations
    inside = ((shares >= bands.low - off) & (shares <= bands.high + off)).all(axis=1).mean()
    error = np.sqrt(bands.level * (1 - bands.level) / samples)
    assert abs(inside - bands.level) < 4 * error
    # Ranks are discrete, so the level is met from above, and not by much.
    assert level <= bands.level < level + 0.2 * (1 - level)


def test_a_single_point_is_the_binomial():
    # Ranks 0 or 1: their number below 1 is Binomial(20, 1/2), inside from 4 to 16 with .9974.
    bands = ecdf_bands(20, 2, 0.99)
    assert bands.low.tolist() == [0.2]
    assert bands.high.tolist() == [0.8]
    assert bands.level == pytest.approx(stats.binom.cdf(16, 20, 0.5) - stats.binom.cdf(3, 20, 0.5))


@pytest.mark.thorough
def test_p_is_uniform_and_agrees_with_the_bands():
    rng = np.random.default_rng(8)
    ranks = rng.integers(0, 100, (1000, 100))
    p = np.array([uniform_p(row, 100) for row in ranks])
    assert np.mean(p < 0.1) == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 1000))
    assert np.mean(p < 0.5) == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / 1000))
    bands = ecdf_bands(100, 100, 0.9)
    shares = shares_below(ranks, 100)
    outside = (shares < bands.low - 1e-9) | (shares > bands.high + 1e-9)
    assert np.array_equal(outside.any(axis=1), p < 0.1)


def test_p_of_one_point_is_a_two_sided_binomial_tail():
    # 3 of 20 ranks below the only point: P(X <= 3) + P(X >= 17).
    ranks = [0] * 3 + [1] * 17
    assert uniform_p(ranks, 2) == pytest.approx(2 * stats.binom.cdf(3, 20, 0.5))


# --- the verdict --------------------------------------------------------------------------------


@pytest.mark.thorough
def test_a_right_posterior_passes():
    found = calibrate(simulate, posterior, 400, seed=1)
    assert found.passes()
    assert found.covers()
    assert found.names == ("mean", "twice")
    assert np.array_equal(found.ranks[:, 0], found.ranks[:, 1])
    assert found.ranks.min() >= 0
    assert found.ranks.max() <= 99
    for prob, share in found.coverage()["mean"].items():
        assert share == pytest.approx(prob, abs=3 * np.sqrt(prob * (1 - prob) / 400))


@pytest.mark.thorough
@pytest.mark.parametrize("wrong", [shifted, narrow, wide])
def test_a_wrong_posterior_fails(wrong):
    found = calibrate(simulate, wrong, 200, seed=1)
    assert not found.passes()
    assert found.failures() == ("mean", "twice")
    assert "OUTSIDE its bands" in str(found)


def test_too_narrow_intervals_do_not_cover():
    found = calibrate(simulate, narrow, 200, seed=1)
    assert not found.covers()
    # An interval .6 as wide as the 90% one holds 2 Phi(.6 * 1.645) - 1 of the mass.
    assert found.coverage()["mean"][0.9] == pytest.approx(0.676, abs=0.1)


def test_a_study_that_fails_is_repeated_once_and_the_larger_one_decides(capsys):
    def unlucky(data, seed):
        return posterior(data, seed, sd=(0.6 if len(seen) <= 50 else 1.0) * SD)

    def simulated(rng):
        seen.append(rng)
        return simulate(rng)

    seen = []
    judge(study("unlucky", simulated, unlucky, 50, seed=1))
    assert len(seen) == 200
    seen.clear()
    judge(study("sound", simulated, posterior, 50, seed=1))
    assert len(seen) == 50
    seen.clear()
    with pytest.raises(AssertionError, match="NOT as nominal"):
        judge(study("narrow", simulated, narrow, 50, seed=1))
    assert len(seen) == 200


def test_counts_that_often_tie_are_ranked_evenly():
    def few(rng):
        rate = rng.gamma(2.0)
        return {"count": float(rng.poisson(rate))}, None

    def prior(data, seed):
        rng = np.random.default_rng(seed)
        return {"count": rng.poisson(rng.gamma(2.0, size=500))}

    found = calibrate(few, prior, 400, seed=3)
    assert found.passes()
    assert found.covers()


def test_the_bonferroni_rule_divides_the_level():
    rng = np.random.default_rng(2)
    ranks = rng.integers(0, 100, (200, 1))
    p = uniform_p(ranks[:, 0], 100)
    one = Calibration(("a",), ranks, ranks / 99, ranks * 1.0, 99, 2)
    names = tuple("abcdefghij")
    ten = Calibration(names, np.repeat(ranks, 10, axis=1), np.repeat(ranks / 99, 10, axis=1),
                      np.repeat(ranks * 1.0, 10, axis=1), 99, 2)  # fmt: skip
    level = 1 - 2 * p  # fails alone, but not as one of ten
    assert not one.passes(level)
    assert ten.passes(level)


def test_the_picture_has_the_numbers_of_the_verdict():
    found = calibrate(simulate, posterior, 50, seed=4)
    shares, bands = found.ecdf("mean")
    assert np.allclose(shares, shares_below(found.ranks[:, 0], 100))
    assert bands.level >= 1 - 0.01 / 2
    with pytest.raises(UsageError, match="Use one of: mean, twice"):
        found.ecdf("median")


def test_the_table_prints_coverage_with_its_binomial_error():
    text = str(calibrate(simulate, posterior, 100, seed=1))
    lines = text.splitlines()
    assert lines[0].split() == ["p", "50%", "80%", "90%", "95%", "min", "ESS"]
    assert lines[-2].split() == ["binomial", "error", "0.050", "0.040", "0.030", "0.022"]
    assert lines[-1].startswith("100 simulations, seed 1, 99 thinned draws: all ranks inside")


def test_the_smallest_effective_sample_is_shown():
    def sticky(data, seed):
        # Every value stands ten times: a tenth of the draws is worth something.
        draws = np.random.default_rng(seed).normal(data / 2, SD, (2, 100)).repeat(10, axis=1)
        return {"mean": draws, "twice": 2 * draws}

    ess = calibrate(simulate, sticky, 3, seed=1).ess
    assert ess.min() > 100
    assert ess.max() < 400


# --- long runs ----------------------------------------------------------------------------------


def test_every_simulation_has_its_own_stream():
    few, many = (calibrate(simulate, posterior, n, seed=1) for n in (5, 10))
    assert np.array_equal(few.ranks, many.ranks[:5])
    assert not np.array_equal(few.ranks, calibrate(simulate, posterior, 5, seed=2).ranks)


class Pickling(Executor):
    """What a pool of processes or a cluster does to a task, without leaving this process."""

    def submit(self, function, /, *arguments, **options):
        task = pickle.loads(pickle.dumps((function, arguments, options)))
        future = Future()
        future.set_result(pickle.loads(pickle.dumps(task[0](*task[1], **task[2]))))
        return future


@pytest.mark.parametrize("pool", [Pickling, lambda: ThreadPoolExecutor(2)])
def test_any_executor_gives_the_same_ranks(pool):
    here = calibrate(simulate, posterior, 12, seed=1)
    with pool() as executor:
        there = calibrate(simulate, posterior, 12, seed=1, executor=executor)
    assert np.array_equal(here.ranks, there.ranks)
    assert np.array_equal(here.places, there.places)


def test_a_run_that_was_stopped_resumes(tmp_path):
    calls = []

    def stops(data, seed):
        calls.append(seed)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return posterior(data, seed)

    with pytest.raises(KeyboardInterrupt):
        calibrate(simulate, stops, 10, seed=1, folder=tmp_path)
    assert len(list(tmp_path.glob("*.json"))) == 3
    found = calibrate(simulate, stops, 10, seed=1, folder=tmp_path)
    assert len(calls) == 4 + 7  # the three finished ones were not fitted again
    assert np.array_equal(found.ranks, calibrate(simulate, posterior, 10, seed=1).ranks)
    assert np.array_equal(found.places, calibrate(simulate, posterior, 10, seed=1).places)
    # All are there: nothing is fitted, and more simulations add to them.
    calibrate(simulate, stops, 10, seed=1, folder=tmp_path)
    assert len(calls) == 11
    calibrate(simulate, stops, 12, seed=1, folder=tmp_path)
    assert len(calls) == 13


def test_an_executor_that_fails_keeps_what_is_finished(tmp_path):
    def breaks(data, seed):
        if not list(tmp_path.glob("*.json")):
            return posterior(data, seed)
        msg = "out of memory"
        raise MemoryError(msg)

    with ThreadPoolExecutor(1) as executor, pytest.raises(MemoryError):
        calibrate(simulate, breaks, 50, seed=1, folder=tmp_path, executor=executor)
    assert 1 <= len(list(tmp_path.glob("*.json"))) < 50
    found = calibrate(simulate, posterior, 50, seed=1, folder=tmp_path)
    assert np.array_equal(found.ranks, calibrate(simulate, posterior, 50, seed=1).ranks)


def test_a_half_written_part_is_not_taken_for_a_whole_one(tmp_path):
    (tmp_path / "000000.17.tmp").write_text('{"seed": 1, "thin', "utf-8")
    found = calibrate(simulate, posterior, 3, seed=1, folder=tmp_path)
    assert np.array_equal(found.ranks, calibrate(simulate, posterior, 3, seed=1).ranks)


@pytest.mark.parametrize("other", [{"seed": 2}, {"thinned": 49}, {"label": "another"}])
def test_parts_of_another_calibration_are_refused(tmp_path, other):
    settings = {"seed": 1, "thinned": 99, "label": "one"}
    calibrate(simulate, posterior, 2, folder=tmp_path, **settings)
    with pytest.raises(UsageError, match=r"000000\.json belongs to another calibration"):
        calibrate(simulate, posterior, 2, folder=tmp_path, **{**settings, **other})


def test_parts_hold_ranks_and_no_draws(tmp_path):
    calibrate(simulate, posterior, 1, seed=1, folder=tmp_path)
    part = json.loads((tmp_path / "000000.json").read_text("utf-8"))
    assert part["names"] == ["mean", "twice"]
    assert len(part["ranks"]) == len(part["places"]) == len(part["ess"]) == 2


def test_progress_counts_the_simulations(tmp_path, monkeypatch):
    shown = []

    @contextmanager
    def bar(show):
        assert show is True
        yield lambda message, share: shown.append((message, share))

    monkeypatch.setattr(calibration, "progress_bar", bar)
    calibrate(simulate, posterior, 1, seed=1, folder=tmp_path, progress=True)
    calibrate(simulate, posterior, 4, seed=1, folder=tmp_path, progress=True)
    # The finished one counts from the start of the second run.
    assert shown == [
        ("1 of 1 simulations", 1.0),
        ("2 of 4 simulations", 0.5),
        ("3 of 4 simulations", 0.75),
        ("4 of 4 simulations", 1.0),
    ]


# --- misuse -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fit", "message"),
    [
        (lambda data, seed: {"mean": np.zeros(500)}, "must be the same"),
        (lambda data, seed: dict.fromkeys(("mean", "twice"), np.zeros(98)), "at least 99"),
        (lambda data, seed: dict.fromkeys(("mean", "twice"), np.full(200, np.nan)), "finite"),
    ],
)
def test_draws_that_cannot_be_ranked_are_refused(fit, message):
    with pytest.raises(UsageError, match=message):
        calibrate(simulate, fit, 2, seed=1)


@pytest.mark.parametrize("settings", [{"simulations": 0}, {"simulations": 5, "thinned": 0}])
def test_numbers_out_of_range_are_refused(settings):
    with pytest.raises(UsageError, match="whole number of at least 1"):
        calibrate(simulate, posterior, seed=1, **settings)
