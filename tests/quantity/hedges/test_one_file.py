"""A form of hedge is one file: a new one runs everywhere, and its numbers stand in one place."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from casualty_est import ClaimsModel, Quantity, QuantityError
from casualty_est.claims.model.kernels import claim_log_density, stack
from casualty_est.claims.plots import marks_in_time
from casualty_est.claims.table.claim import Claim
from casualty_est.claims.table.claims import Claims
from casualty_est.incidents.model.grid import build_grid, build_statements
from casualty_est.plots import marks
from casualty_est.quantity import hedges
from casualty_est.quantity.hedges import about
from casualty_est.quantity.hedges.hedge import Hedge, Mark
from casualty_est.quantity.hedges.readings import Point
from casualty_est.quantity.hedges.whole_numbers import mixture


class Ballpark(Hedge):
    """A form made up for this test: "800 or thereabouts", within half and twice the number."""

    def fits(self, low, best, high):
        return low is None and high is None and bool(best)

    def text(self, quantity):
        return f"{quantity.best:,} or thereabouts"

    def reading(self, quantity, *, documented):
        return Point(words="ballpark", z=math.log(quantity.best), extra=0.4)

    def support(self, quantity):
        return -(-quantity.best // 2), 2 * quantity.best

    def probability(self, quantity, v, least=1):
        return mixture(quantity.best, [(-(-v // 2), 2 * v)], (1.0,))

    def number(self, quantity):
        return float(quantity.best)

    def mark(self, low, best, high, *, documented):
        return Mark("about", spread=0.4)


@pytest.fixture
def ballpark(monkeypatch):
    monkeypatch.setitem(hedges.FORMS, "ballpark", Ballpark())
    return Quantity(None, 800, None, "ballpark", text="800 or thereabouts")


def fit(*quantities, role="media"):
    claims = [Claim(f"S{i}", q, role) for i, q in enumerate(quantities)]
    return ClaimsModel(Claims.from_rows(claims)).fit(seed=1)


def over_time(claim):
    """Ends of the bar of a claim over time, in people."""
    axes = Figure().subplots()
    look = marks_in_time.Look("black", "o")
    marks_in_time.draw(axes, [marks_in_time.Placed(0.0, claim)], look, 2.0)
    (segment,) = axes.collections[0].get_segments()
    return segment[0, 1], segment[1, 1]


def on_one_line(claim):
    """Ends of the widest bar of a claim on one line, in people."""
    spans = []
    page = SimpleNamespace(
        palette=SimpleNamespace(claim="black"),
        dot=lambda *args, **how: None,
        bar=lambda low, high, *args, **how: spans.append((low, high)),
    )
    marks.draw(page, claim, 0.0, light=False)
    return min(low for low, _ in spans), max(high for _, high in spans)


def claimed(est):
    """Log of what the first source would say without error, and the log-density of its claim."""
    m = np.log(est.draws()) + np.log(est.ratio(0))
    return m, est.idata["log_likelihood"]["claim"].values[..., 0]


@pytest.mark.thorough
def test_a_form_is_one_file(ballpark):
    assert str(ballpark) == "800 or thereabouts"
    est = fit(ballpark, Quantity.parse("6,047"))
    claim = est.meta.claims[0]
    assert (claim.form, claim.reading) == ("ballpark", "ballpark")
    # A total: the log-density of the estimate is the one that the form brings.
    m, got = claimed(est)
    s = math.hypot(0.15, 0.4)
    u = (math.log(800) - m) / s
    expected = math.log(3 / 8) - math.log(s) - 2.5 * np.log1p(u * u / 4)
    np.testing.assert_allclose(got, expected, rtol=1e-9)
    # From who counts case by case the same form has lighter tails.
    m, got = claimed(fit(ballpark, Quantity.parse("6,047"), role="monitor"))
    s = math.hypot(0.05, 0.4)
    expected = -0.5 * ((math.log(800) - m) / s) ** 2 - math.log(s) - math.log(2 * math.pi) / 2
    np.testing.assert_allclose(got, expected, rtol=1e-9)
    # An incident: the probability of the text, and weights on a grid of own counts.
    assert ballpark.hedge.probability(ballpark, np.array([400]))[0] == 1 / 601
    statements = build_statements([ballpark], build_grid(800, zero=False))
    assert 1 / 3000 < statements.weights.max() < 1 / 600
    # A picture: on one line and over time.
    assert marks.kind_of(claim) == "about"
    ends = (800 * math.exp(-0.4), 800 * math.exp(0.4))
    assert marks.numbers_of(claim) == pytest.approx(list(ends))
    assert over_time(claim) == pytest.approx(ends)
    assert est.plot.total().axes


def test_a_form_may_bring_a_reading_of_its_own():
    class Half(Point):
        kind = "half"

        def log_density(self, m, s, xp):
            return Point.log_density(self, m, s, xp) / 2

    whole = Point(z=6.0)
    half = Half(z=6.0)
    assert list(stack([half, whole, replace(half, z=7.0)])) == ["point", "half"]
    m = np.linspace(5, 7, 5)
    np.testing.assert_allclose(
        claim_log_density(half, m, 0.15), claim_log_density(whole, m, 0.15) / 2
    )


def test_a_name_that_is_no_form_is_refused():
    with pytest.raises(QuantityError, match="'ballpark' is not a form of hedge; the forms are"):
        hedges.named("ballpark")
    with pytest.raises(QuantityError, match="do not make form 'ballpark'"):
        Quantity(None, 800, None, "ballpark")


@pytest.mark.parametrize("sd", [about.SD_ABOUT, 0.45])
def test_the_width_of_about_stands_in_one_place(monkeypatch, sd):
    """The likelihood and both pictures take it from there."""
    monkeypatch.setattr(about, "SD_ABOUT", sd)
    quantity = Quantity.parse("about 800")
    reading = quantity.hedge.reading(quantity, documented=False)
    assert reading.extra == sd
    claim = SimpleNamespace(
        form="about", low=None, best=800, high=None, hedge="speaker", counted=True
    )
    ends = (800 * math.exp(-sd), 800 * math.exp(sd))
    assert marks.numbers_of(claim) == pytest.approx(list(ends))
    assert over_time(claim) == pytest.approx(ends)
    assert on_one_line(claim) == pytest.approx(ends)


@pytest.mark.thorough
def test_parsing_waits_for_no_numerical_library():
    code = (
        "import sys, casualty_est as ce; str(ce.Quantity.parse('about 800'));"
        "sys.exit(bool({'numpy', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
