"""Ratios that are summed out of models with many cells: tables against direct integration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

import casualty_est as ce
from casualty_est.claims.inference import many_cells
from casualty_est.claims.inference.drawn_ratios import ratios_drawn
from casualty_est.claims.inference.many_cells import CompiledCells
from casualty_est.claims.inference.whitened import mode_of, rounding
from casualty_est.claims.model import summed as module
from casualty_est.claims.model.layout import Scenario
from casualty_est.claims.model.lookup import read_off
from casualty_est.claims.model.summed import packed, summed_out

NUMBERS = {
    "a figure": "1,234",
    "a small figure": "7",
    "a round figure": "500",
    "about": "about 320",
    "a range": "200-300",
    "a floor": "at least 150",
    "a word": "dozens",
    "an estimate": "400 (95% CI 250 to 700)",
    "nobody": "0",
}
ROLES = ("monitor", "government", "media", "perpetrator")


@pytest.fixture(scope="module")
def layout():
    """Every role says every kind of number of some place of its own, in several places."""
    rows = [
        (f"{role} source", role, text, f"{role} {n} {i}")
        for role in ROLES
        for n, text in enumerate(NUMBERS.values())
        for i in range(3)
    ]
    table = pd.DataFrame(rows, columns=["source", "role", "quantity", "scope"])
    return ce.ClaimsModel(table).layout


@pytest.fixture(scope="module")
def summed(layout):
    found = summed_out(layout)
    assert found is not None
    return found


def prior_density(ratios, i, place):
    """Density of a log ratio, by SciPy's distributions, its core integrated over."""
    scale = ratios.target_sd[i]
    own = stats.t(4, place, scale) if ratios.heavy[i] else stats.norm(place, scale)
    if not ratios.over_sd[i]:
        return own.pdf
    over = stats.norm(ratios.over_mean[i], ratios.over_sd[i])
    core = place + scale * 60 * np.sinh(np.linspace(-7, 7, 1601)) / np.sinh(7)
    weight = own.pdf(core)
    inside = -np.logaddexp(0, -core) if ratios.logit[i] else core
    return lambda b: integrate.simpson(weight * over.pdf(np.subtract.outer(b, inside)), x=core)


def direct(layout, i, claim, log_n, place, sd):
    """Likelihood of a claim, its ratio integrated over on a fine grid round claim and prior."""
    reading = layout.readings[claim]
    density = prior_density(layout.ratios, i, place)
    centre = reading.rough()[0] - log_n
    fine = [at + 9 * np.sinh(np.linspace(-8, 8, 1001)) / np.sinh(8) for at in (centre, 0.0, -0.7)]
    b = np.unique(np.concatenate(fine))
    like = np.exp(reading.log_density(log_n + b, np.asarray(sd), np))
    return np.log(integrate.trapezoid(like * density(b), b))


@pytest.mark.thorough  # what reads the tables takes seconds to compile
def test_tables_are_the_integral(layout, summed):
    rng = np.random.default_rng(1)
    arrays = packed(summed.tables)
    ratios = layout.ratios
    assert {type(layout.readings[c]).__name__ for c in summed.claims} >= {
        "Point", "TallyPoint", "ConcededPoint", "Interval", "TallyInterval", "Denial", "Bent",
    }  # fmt: skip
    for k in range(0, len(summed), 3):
        i, claim = summed.targets[k], summed.claims[k]
        place = ratios.mu[i] + rng.normal(0, 0.4)
        sd = 0.1 if layout.learned_of[claim] < 0 else np.exp(rng.normal(-2, 0.4))
        sd = layout.reporting_sd[claim] if layout.learned_of[claim] < 0 else sd
        middle = -np.logaddexp(0, -place) if ratios.logit[i] else place
        middle += ratios.over_mean[i]
        for distance in rng.normal(0, 0.6, 2):
            log_n = summed.centre[k] - middle - distance
            point = [np.array([x]) for x in (distance, place, np.log(sd))]
            read = read_off(*point, summed.table[k : k + 1], *arrays)[0, 0]
            wanted = direct(layout, i, claim, log_n, place, sd)
            assert read == pytest.approx(wanted, abs=2e-3), (layout.claims[claim], distance)


@pytest.mark.thorough
def test_slopes_are_those_of_the_values(layout, summed):
    rng = np.random.default_rng(2)
    arrays = packed(summed.tables)
    size = len(summed)
    at = [rng.normal(0, 1.5, size), rng.normal(0, 2, size), rng.normal(-2, 1, size)]
    inside = (np.abs(at[1] - layout.ratios.mu[summed.targets]) < 2) & (np.abs(at[2] + 2) < 1.5)
    at[0][:3] = 9.0, -11.0, 7.5  # beyond the grid, where it goes on straight
    slopes = read_off(*at, summed.table, *arrays)[1:]
    for axis in range(3):
        ends = []
        for sign in (1, -1):
            moved = [x + sign * 1e-6 * (axis == k) for k, x in enumerate(at)]
            ends.append(read_off(*moved, summed.table, *arrays)[0])
        some = inside if axis == 0 else inside & (np.abs(at[0]) < module.REACH)
        rise = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(slopes[axis][some], rise[some], rtol=1e-4, atol=1e-4)


@pytest.mark.thorough
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("away", [0.0, 1.5])
def test_ratios_are_drawn_from_their_distribution(layout, summed, role, number, away):
    rng, draws = np.random.default_rng(3), 4000
    place = [str(c.scope) for c in layout.claims].index(f"{role} {list(NUMBERS).index(number)} 0")
    k = int(np.flatnonzero(summed.claims == place)[0])
    i, ratios = summed.targets[k], layout.ratios
    middle = ratios.mu[i] if not ratios.logit[i] else -np.logaddexp(0, -ratios.mu[i])
    log_n = summed.centre[k] - middle - away
    drawn = {
        "log_deaths": np.full((draws, len(layout.grid.cells)), log_n),
        "shared": np.zeros((draws, len(ratios.targets))),
        "reporting_sd": np.full((draws, len(layout.learned)), 0.12),
    }
    one = summed.only(np.array([k]))
    ((_, ratio, score),) = ratios_drawn(
        layout, one, Scenario.plain(layout), layout.readings, drawn, int(rng.integers(9))
    )
    density = prior_density(ratios, i, ratios.mu[i])
    reading = layout.readings[place]
    b = np.unique(
        np.concatenate(
            [
                at + 9 * np.sinh(np.linspace(-8, 8, 1001)) / np.sinh(8)
                for at in (reading.rough()[0] - log_n, middle)
            ]
        )
    )
    sd = 0.12 if layout.learned_of[place] >= 0 else layout.reporting_sd[place]
    mass = np.exp(reading.log_density(log_n + b, np.asarray(sd), np)) * density(b)
    below = integrate.cumulative_trapezoid(mass, b, initial=0)
    assert stats.kstest(np.interp(ratio, b, below / below[-1]), "uniform").pvalue > 1e-3
    step = 1e-4
    slope = (np.log(density(ratio + step)) - np.log(density(ratio - step))) / (2 * step)
    np.testing.assert_allclose(score, slope, rtol=0.02, atol=0.05)


def test_few_ratios_are_sampled_as_before():
    assert summed_out(ce.ClaimsModel(ce.datasets.load("coalition")).layout) is None


def towns(count, seed):
    """Claims of six sources on so many towns, one of them by two days."""
    rng = np.random.default_rng(seed)
    deaths = np.exp(rng.normal(5, 1, count))
    rows = []
    for source, role, middle in (
        ("A", "monitor", -0.5), ("B", "monitor", -0.8), ("C", "government", -0.4),
        ("D", "media", -0.3), ("E", "perpetrator", -1.6), ("F", "party", -0.6),
    ):  # fmt: skip
        for town in range(count):
            number = round(deaths[town] * np.exp(middle + rng.normal(0, 0.35)))
            rows.append((source, role, f"{number:,}", f"Town {town}"))
    rows.append(("A", "monitor", f"{round(deaths[0] / 2):,}", "Town 0"))
    return pd.DataFrame(rows, columns=["source", "role", "quantity", "scope"])


def test_coordinates_make_a_normal_round():
    rng = np.random.default_rng(5)
    root = rng.normal(size=(6, 6))
    precision, mean = root @ root.T + np.diag([1e-3, 1, 1, 1, 1, 1e4]), rng.normal(size=6)

    def gradient(x):
        return -0.5 * (x - mean) @ precision @ (x - mean), -precision @ (x - mean)

    mode = mode_of(gradient, np.zeros(6))
    np.testing.assert_allclose(precision @ (mode - mean), 0, atol=1e-2)
    factor = rounding(gradient, rng.normal(size=(3, 6)))
    np.testing.assert_allclose(factor.T @ precision @ factor, np.eye(6), atol=1e-5)


def test_coordinates_follow_the_mean_curvature_and_not_that_at_the_mode():
    def gradient(x):  # a Student t in one direction: sharp at the mode, flat far out
        return -2.5 * np.log1p(x @ x / 4), -5 * x / (4 + x @ x)

    def curvature(x):
        return 5 * (4 - x * x) / (4 + x * x) ** 2

    at = np.array([-1.2, 0.1, 0.9])
    (factor,) = rounding(gradient, at[:, None])[0]
    assert factor**-2 == pytest.approx(curvature(at).mean(), rel=1e-5)


@pytest.mark.thorough
def test_a_fit_can_be_asked_and_repeated(monkeypatch):
    model = ce.ClaimsModel(towns(18, 4))
    few = {"draws": 600, "tune": 300, "budget": 0}
    est = model.fit(seed=1, **few)
    assert isinstance(model._engines["nuts"], CompiledCells)
    same = model.fit(seed=1, **few)
    np.testing.assert_array_equal(same.draws(), est.draws())
    np.testing.assert_array_equal(same.sources()["ratio"], est.sources()["ratio"])
    # Where ratios are very many, one draw in some is kept; what is checked are all of them.
    ratios = 4 * 600 * len(model.layout.ratios.targets)
    monkeypatch.setattr(many_cells, "MOST_RATIOS", ratios / 8)
    less = model.fit(seed=1, **few)
    np.testing.assert_array_equal(less.draws(), est.draws()[:, 7::8])
    assert less.meta.diagnostics == est.meta.diagnostics
    without = est.without_each_source()
    assert len(without) >= 6
    # Of a heavy tail alone so few draws are not enough, and then there is no number.
    assert np.isfinite(without["median"]).sum() >= 3


@pytest.mark.slow
def test_the_answer_is_that_of_sampling_every_ratio(monkeypatch):
    table = towns(18, 4)
    with monkeypatch.context() as few:
        few.setattr(module, "MANY", 10_000)
        whole = ce.ClaimsModel(table).fit(seed=1, draws=3000)
    summed = ce.ClaimsModel(table).fit(seed=2, draws=3000)
    assert whole.converged
    assert summed.converged
    one, two = whole.summary(), summed.summary()
    width = np.log(one["high"] / one["low"])
    for name in ("median", "low", "high"):
        assert (np.abs(np.log(two[name] / one[name])) < 0.06 * width).all(), name
    one, two = whole.sources(), summed.sources()
    assert list(one["source"]) == list(two["source"])
    width = np.log(one["high"] / one["low"])
    assert (np.abs(np.log(two["ratio"] / one["ratio"])) < 0.06 * width).all()
    # What sets the level is the same too: scores of the ratios included.
    of = {name: estimate.identification().rows for name, estimate in (("w", whole), ("s", summed))}
    weights = {name: np.array([row.weight for row in rows]) for name, rows in of.items()}
    np.testing.assert_allclose(weights["s"], weights["w"], atol=0.04)
