"""Time in a claims model against independent computations: SciPy, days one by one, kernels."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special, stats

from casualty_est.claims.inference.timeline import expected, increments
from casualty_est.claims.model import delays
from casualty_est.claims.model import timeline as tl
from casualty_est.claims.model.pymc_model import build
from casualty_est.claims.model.timeline_start import _Search, coordinates, find_start
from casualty_est.claims.table.time_grid import TimeGrid
from casualty_est.priors.time import Delay
from tests.support.former import former_model
from tests.support.graphs import as_written

DAY = datetime.date.fromisoformat


def grid(first="2016-01-10", last="2017-12-20", step="month"):
    return TimeGrid.between(DAY(first), DAY(last), step)


# --- the pieces ---------------------------------------------------------------------------------


@pytest.mark.thorough
def test_many_terms_are_a_random_walk_without_its_mean():
    weeks = grid(step="week")
    basis = tl.karhunen_loeve(TimeGrid("day", tuple(range(4001))), 3999)
    edges = np.arange(4001) / 4000
    t = (edges[1:] + edges[:-1]) / 2
    one, other = t[::400], t[200::400]
    covariance = (
        np.minimum(one[:, None], other)
        - (one - one**2 / 2)[:, None]
        - (other - other**2 / 2)
        + 1 / 3
    )
    np.testing.assert_allclose(basis[:, ::400].T @ basis[:, 200::400], covariance, atol=1e-4)
    eight = tl.karhunen_loeve(weeks, 8)
    assert eight.shape == (8, weeks.steps)
    # Eight terms hold nine tenths of the variance.
    assert 0.9 < (eight**2).sum(axis=0).mean() / (1 / 6) < 0.96


def test_a_short_grid_has_fewer_terms():
    assert tl.karhunen_loeve(grid("2016-01-01", "2016-03-31"), 8).shape == (2, 3)
    assert tl.karhunen_loeve(grid("2016-01-01", "2016-01-31"), 8).shape == (0, 1)


@pytest.mark.parametrize("years", [0.2, 1, 2.5, 5])
def test_slow_terms_are_the_dense_kernel(years):
    days = np.sort(np.random.default_rng(1).uniform(0, years * 365.25, 25))
    load = tl.slow_terms(days, 0.2, 12)
    gap = (days[:, None] - days) / 365.25
    np.testing.assert_allclose(load @ load.T, 0.2**2 * np.exp(-(gap**2) / 2), atol=6e-4)
    assert load.shape[1] <= (3 if years <= 1 else 6)


def test_drift_is_a_walk_from_the_middle():
    months = grid()
    middle = float(DAY("2016-12-20").toordinal())
    load = tl.drift_terms(months, middle, 0.3)
    years = (np.array(months.edges[1:]) - middle) / 365.25
    expected = np.array(
        [[min(abs(a), abs(b)) * 0.09 if a * b > 0 else 0.0 for b in years] for a in years]
    )
    np.testing.assert_allclose(load @ load.T, expected, atol=0.12 * expected.max())
    nearest = np.argmin(np.abs(years))
    assert np.abs(load[nearest] @ load[nearest]) < 0.02


@pytest.mark.parametrize("median", [10.0, 90.0, 283.0, 900.0])
@pytest.mark.parametrize(
    ("start", "end", "stated"),
    [
        ("2016-01-10", "2017-06-30", "2017-06-30"),
        ("2016-02-15", "2016-10-07", "2017-03-03"),
        ("2016-05-05", "2016-05-06", "2016-05-20"),
    ],
)
def test_the_delay_is_integrated_over_the_days(median, start, end, stated):
    months = grid()
    lags, shares = delays.delay_nodes(months, DAY(start), DAY(end), DAY(stated))
    share = (delays.admitted(lags, math.log(median), 1.057) * shares).sum(axis=-1)
    scale = median / math.log(2) ** (1 / 1.057)
    late = stats.weibull_min(1.057, scale=scale)
    assert late.median() == pytest.approx(median)
    last = DAY(stated).toordinal() + 1
    for step in range(months.steps):
        low = max(months.edges[step], DAY(start).toordinal())
        high = min(months.edges[step + 1], DAY(end).toordinal() + 1)
        held = 0.0
        if high > low:
            held = integrate.quad(lambda u: late.cdf(last - u), low, high)[0]
        assert share[step] == pytest.approx(held / months.days[step], abs=2e-3)
    np.testing.assert_allclose(
        shares.sum(axis=-1), months.weights(DAY(start), DAY(end)), atol=1e-12
    )


@pytest.mark.parametrize(("median", "sd"), [(283.0, 0.3), (180.0, math.log(4))])
def test_a_series_stands_for_the_delay(median, sd):
    months = grid()
    nodes = [delays.delay_nodes(months, months.start, day, day) for day in months.last_days]
    lags, shares = (np.array(part) for part in zip(*nodes, strict=True))
    source = delays.Delayed("A", Delay(median, sd), np.arange(len(nodes)), lags, shares)
    series, reach = delays.delay_series(source)
    assert reach == pytest.approx(5 * sd)
    for x in np.random.default_rng(4).uniform(-1, 1, 50):
        basis = np.polynomial.chebyshev.chebvander([x], len(series) - 1)[0]
        wanted = source.weights(math.log(median) + reach * x)
        np.testing.assert_allclose(np.tensordot(basis, series, axes=1), wanted, atol=3e-5)


# --- the whole model ----------------------------------------------------------------------------

CLAIMS = pd.DataFrame(
    [
        ("Army", "perpetrator", "90", "2016-01-10", "2016-04-03", "killed", "civilians"),
        ("Army", "perpetrator", "150", "2016-01-10", "2016-09-15", "killed", "civilians"),
        ("Army", "perpetrator", "about 210", "2016-01-10", "2017-12-20", "killed", "civilians"),
        ("Watch", "monitor", "401", "2016-01-10", "2016-06-30", "killed", "civilians"),
        ("Watch", "monitor", "700-800", "2016-01-10", "2017-06-30", "killed", "civilians"),
        ("Watch", "monitor", "811", "2016-01-10", "2017-11-30", "killed", "civilians"),
        ("Watch", "monitor", "25", "2017-01-03", "2017-01-09", "killed", "civilians"),
        ("Watch", "monitor", "180", "2016-01-10", "2017-06-30", "killed", "children"),
        (
            "Herald",
            "media",
            "at least 1,200",
            "2016-03-01",
            "2017-05-31",
            "casualties",
            "civilians",
        ),
        ("Herald", "media", "2043", "2016-01-10", "2017-12-20", "injured", "civilians"),
    ],
    columns=["source", "role", "quantity", "start", "end", "outcome", "group"],
)
OPTIONS = {
    "grid": "month",
    "delay": {"Army": {"median": 100, "factor": 2}},
    "drift": {"Watch": 0.3},
    "priors": {
        "anchors": [{"outcome": "killed", "group": "civilians", "date": "2018-03-15",
                     "median": 2000, "sd": 0.2}],
        "short": {"sd": 0.4},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return former_model(CLAIMS, **OPTIONS)


class Reference:
    """The model by its definition: days one by one, densities of SciPy, covariances written out."""

    def __init__(self, model):
        self.first, self.last = DAY("2016-01-10"), DAY("2018-03-15")
        self.days = [
            self.first + datetime.timedelta(n) for n in range((self.last - self.first).days + 1)
        ]
        months = [(d.year - 2016) * 12 + d.month - 1 for d in self.days]
        self.month = np.array(months)
        self.model = model

    def paths(self, terms):
        """Terms of a walk on every day: even within a month."""
        edges = np.flatnonzero(np.diff(self.month, prepend=-1))
        counts = np.diff(np.append(edges, len(self.days)))
        middle = (edges + counts / 2) / len(self.days)
        order = np.arange(1, terms + 1)
        path = np.sqrt(2) * np.cos(np.pi * np.outer(middle, order)) / (np.pi * order)
        return path[self.month - self.month[0]]

    def rates(self, walk):
        return np.exp(self.paths(len(walk)) @ walk)

    def per_day(self, log_count, walk):
        """Deaths of a cell on every day."""
        rate = self.rates(walk)
        return np.exp(log_count) * rate / rate.sum()

    def between(self, per_day, start, end):
        return sum(n for n, d in zip(per_day, self.days, strict=True) if start <= d <= end)

    def admitted(self, per_day, start, end, median):
        scale = median / math.log(2) ** (1 / 1.057)
        total = 0.0
        for n, d in zip(per_day, self.days, strict=True):
            if start <= d <= end:
                # Within a day too deaths are even.
                lags = (end - d).days + 1 - (np.arange(8) + 0.5) / 8
                total += n * stats.weibull_min(1.057, scale=scale).cdf(lags).mean()
        return total


@pytest.mark.thorough
def test_log_density_against_scipy(model):
    reference = Reference(model)
    layout = model.layout
    timeline = layout.timeline
    assert timeline.grid.end == DAY("2018-03-15")
    names = [(t.source, t.label.outcome, t.label.group) for t in layout.ratios.targets]
    pymc_model = build(layout)
    logp = pymc_model.compile_logp(mode=as_written())
    start = pymc_model.initial_point()
    begun = find_start(layout)
    rng = np.random.default_rng(5)
    densities, wanted = [], []
    for _ in range(4):
        point = {name: value + rng.normal(0, 0.3, np.shape(value)) for name, value in start.items()}
        densities.append(float(logp(point)))
        wanted.append(by_hand(reference, point, begun, names))
    np.testing.assert_allclose(np.diff(densities), np.diff(wanted), rtol=1e-5, atol=1e-4)


def monitored(log_ratio, place):
    """Log density of completeness times over-count; its own part is summed out on a grid."""
    z = np.linspace(-12, 12, 48_001)
    share = special.log_expit(place + 0.8 * math.sqrt(0.2) * z)
    within = stats.norm.pdf(log_ratio, share + 0.05, 0.10)
    return math.log(np.trapezoid(stats.norm.pdf(z) * within, z))


def parts_of(reference, of_sum, against, contrast):
    """Walks of two cells by their definition: least squares of the log of a sum on months."""
    months = np.unique(reference.month, return_index=True)[1]
    basis = reference.paths(8)[months]
    log_ratio = np.log1p(np.exp(contrast + basis @ against))
    design = np.column_stack([np.ones(len(months)), basis])
    fitted = np.linalg.lstsq(design, log_ratio, rcond=None)[0][1:]
    return {"injured": of_sum - fitted, "killed": of_sum - fitted + against}


def sizes(one, other):
    """Log prior density of two log counts."""

    def given(log_sd):
        sd = math.exp(log_sd)
        apart = stats.norm.pdf((one - other) / math.sqrt(2), 0, sd)
        middle = stats.norm.pdf((one + other) / 2, math.log(3000), math.sqrt(25 + sd**2 / 2))
        return stats.halfnorm(scale=1.5).pdf(sd) * sd * apart * middle

    return math.log(integrate.quad(given, math.log(0.0075), math.log(9), epsrel=1e-9)[0])


def by_hand(reference, point, begun, names):
    """Log density, but for a constant."""
    layout = reference.model.layout
    timeline = layout.timeline
    total = 0.0
    # Free coordinates: the path of killed and injured together, that of the killed against the
    # injured, wandering terms, claimed totals.
    place, factor, _ = coordinates(
        begun.place.shape, begun.place, begun.scale, point["contrast"].item(), np
    )
    values = place + factor @ point["steady"]
    total += np.linalg.slogdet(factor)[1]  # coordinates that stretch with the contrast
    assert [cell.label.outcome for cell in layout.grid.cells[:2]] == ["injured", "killed"]
    of_sum, against = values[:16].reshape(2, 8)
    log_sum = begun.of_sum[0] + point["log_sum"].item()
    contrast = begun.of_sum[1] + point["contrast"].item()
    # What is sampled is the log ratio of the counts, were the injured next to nobody.
    whole, few = (reference.rates(walk).sum() for walk in (of_sum, of_sum - against))
    contrast += math.log(few / whole)
    walks = parts_of(reference, of_sum, against, contrast)
    terms = values[16 : 16 + timeline.wander.terms]
    claimed = values[16 + timeline.wander.terms :]
    for walk in walks.values():
        # A random walk of unknown scale: t with 8 degrees of freedom round zero.
        total += stats.multivariate_t(np.zeros(8), timeline.path_sd**2 * np.eye(8), df=8).logpdf(
            walk
        )
    total += stats.norm.logpdf(terms).sum()
    # Counts: what the rates come to over all days; a shared level and one deviation, whose sd is
    # summed out; children are a share.
    rates = {name: reference.rates(walk).sum() for name, walk in walks.items()}
    rates["killed"] *= math.exp(contrast)
    logs = {name: log_sum + math.log(rate / sum(rates.values())) for name, rate in rates.items()}
    total += sizes(logs["killed"], logs["injured"])
    share = point["share_logit"].item()
    total += stats.norm.logpdf(share, special.logit(0.25), 1.0)
    daily = {name: reference.per_day(logs[name], walks[name]) for name in logs}
    daily["casualties"] = daily["killed"] + daily["injured"]
    log_delay = point["log_delay_0"].item()
    total += stats.norm.logpdf(log_delay, math.log(100), math.log(2))
    # What the windows hold.
    inside = []
    for claim in layout.claims:
        deaths = daily[claim.outcome] * (special.expit(share) if claim.group == "children" else 1)
        if claim.source == "Army":
            held = reference.admitted(deaths, claim.start, claim.end, math.exp(log_delay))
        else:
            held = reference.between(deaths, claim.start, claim.end)
        inside.append(math.log(held))
    inside = np.array(inside)
    whole = {("Army", "killed", "civilians"): 2, ("Watch", "killed", "civilians"): 5,
             ("Watch", "killed", "children"): 7, ("Herald", "casualties", "civilians"): 8,
             ("Herald", "injured", "civilians"): 9}  # fmt: skip
    shift = {name: timeline.wander.centre[i] @ terms for i, name in enumerate(names)}
    ratios = {name: claimed[i] - inside[whole[name]] - shift[name] for i, name in enumerate(names)}
    # Ratios of the paper have eight tenths of their variance in common, and so have the monitor's,
    # on the logit; the army stands alone.
    army = ("Army", "killed", "civilians")
    total += stats.norm.logpdf(ratios[army], math.log(0.15), 1.0)
    first = list(dict.fromkeys(name[0] for name in names if name[0] != "Army"))
    in_common = dict(zip(first, point["u_source"], strict=True))
    total += stats.norm.logpdf(point["u_source"]).sum()
    for name in names:
        if name[0] == "Herald":
            place = math.log(0.5) + 0.7 * math.sqrt(0.8) * in_common["Herald"]
            total += stats.norm.logpdf(ratios[name], place, 0.7 * math.sqrt(0.2))
        elif name[0] == "Watch":
            total += monitored(ratios[name], 0.8 * math.sqrt(0.8) * in_common["Watch"])
    # The claims.
    log_sd = point["log_reporting_sd"].item()
    total += stats.norm.logpdf(log_sd, math.log(0.15), 0.7)
    for i, claim in enumerate(layout.claims):
        name = (claim.source, claim.outcome, claim.group)
        m = inside[i] + ratios[name] + timeline.wander.load[i] @ terms
        s = math.hypot(math.exp(log_sd), 0.02) if claim.source == "Watch" else 0.15
        if claim.quantity.text == "25":
            s = math.hypot(s, 0.4)
        total += density(claim.quantity.text, m, s)
    anchored = math.log(daily["killed"].sum())
    return total + stats.norm.logpdf(anchored, math.log(2000), 0.2)


def density(text, m, s):
    def mass(low, high, sd):
        return stats.t(4, m, sd).cdf(math.log(high)) - stats.t(4, m, sd).cdf(math.log(low))

    if text == "700-800":
        return math.log(0.9 * mass(699.5, 800.5, s) + 0.1 * mass(699.5, 800.5, 1.0))
    if text in ("150", "180"):  # rounded to ten; ten is too much of ninety
        return math.log(mass(int(text) - 5, int(text) + 5, s))
    if text == "25":  # to the nearest person
        return math.log(mass(24.5, 25.5, s))
    if text == "about 210":
        return stats.t(4, m, math.hypot(s, 0.15)).logpdf(math.log(210))
    if text == "at least 1,200":
        z = math.log(1200)
        below = stats.exponnorm(0.2 / s, -m, s).pdf(-z)
        meant = 0.4 * stats.norm(m, s).pdf(z) + 0.6 * below
        return math.log(0.98 * meant + 0.02 * stats.t(4, m, 1.0).pdf(z))
    return stats.t(4, m, s).logpdf(math.log(int(text)))


def test_cells_add_up_at_every_date(model):
    layout = model.layout
    rng = np.random.default_rng(2)
    log_deaths = rng.normal(6, 1, (50, len(layout.grid.cells)))
    walk = rng.normal(0, 2, (50, 2, 8))
    inside = increments(layout, log_deaths, walk)
    position = {
        (cell.label.outcome, cell.label.group): i for i, cell in enumerate(layout.grid.cells)
    }
    children = inside[:, position["killed", "children"]]
    civilians = inside[:, position["killed", "civilians"]]
    np.testing.assert_allclose(
        children / civilians, np.broadcast_to((children / civilians)[:, :1], children.shape)
    )
    for place in position.values():
        np.testing.assert_allclose(inside[:, place].sum(axis=-1), np.exp(log_deaths[:, place]))


@pytest.mark.thorough
def test_what_numpy_expects_is_what_the_model_expects(model):
    layout = model.layout
    pymc_model = build(layout)
    names = ["log_deaths", "log_ratio", "walk", "wander", "expected", "log_delay_0"]
    evaluate = pymc_model.compile_fn(
        pymc_model.replace_rvs_by_values([pymc_model[name] for name in names]),
        inputs=pymc_model.value_vars,
        mode=as_written(),
        on_unused_input="ignore",
    )
    rng = np.random.default_rng(6)
    point = {
        name: value + rng.normal(0, 0.3, np.shape(value))
        for name, value in pymc_model.initial_point().items()
    }
    values = dict(zip(names, evaluate(point), strict=True))
    extra = {name: np.asarray(values[name])[None] for name in ("walk", "wander", "log_delay_0")}
    again = expected(layout, values["log_deaths"][None], values["log_ratio"][None], extra)
    # The series of the delay is good to a hundred-thousandth of a share.
    np.testing.assert_allclose(again[0], values["expected"], atol=1e-4)


def test_prior_draws_reach_the_claims(model):
    claims = model.prior_predictive(draws=400, seed=1)["prior_predictive"]["claim"].values[0]
    assert claims.shape == (400, len(CLAIMS))
    assert np.isfinite(claims).all()
    # A running total of an army rises: later claims are larger, but for errors.
    assert (np.median(claims[:, :3], axis=0)[1:] > np.median(claims[:, :2], axis=0)).all()


def test_the_search_for_a_start_knows_its_slopes(model):
    search = _Search(model.layout, model.layout.readings, None)
    y = search.begin + np.random.default_rng(3).normal(0, 0.3, len(search.begin))
    _, slope = search.gaps(y)
    for k in range(len(y)):
        step = np.zeros(len(y))
        step[k] = 1e-5
        numeric = (search.gaps(y - step)[0] - search.gaps(y + step)[0]) / 2e-5
        np.testing.assert_allclose(slope[:, k], numeric, atol=1e-6)


def start_at(begun, away):
    return coordinates(begun.place.shape, begun.place, begun.scale, away, np)


def test_the_start_fits_the_claims(model):
    layout = model.layout
    begun = find_start(layout)
    search = _Search(layout, layout.readings, None)
    assert begun.scale.shape[1:] == (begun.place.shape[1],) * 2
    place, factor, log_volume = start_at(begun, 0.0)
    assert search.objective(place) > search.objective(search.begin)
    assert log_volume == pytest.approx(np.linalg.slogdet(factor)[1])


@pytest.mark.parametrize("away", [-2.0, -0.5, 0.7, 2.5])
def test_the_start_follows_how_a_sum_is_divided(model, away):
    layout = model.layout
    begun = find_start(layout)
    search = _Search(layout, layout.readings, None)
    search.learn_sds(search.gaps(start_at(begun, 0.0)[0])[0])
    search.contrast = search.contrast + away
    there, factor, _ = start_at(begun, away)
    gap, jacobian = search.gaps(there)
    gradient, _ = search.system(there, gap, jacobian)
    # Near the mode, in units of its own width, and with a width that is near the right one.
    assert np.abs(factor.T @ gradient).max() < 0.5
    turned = np.linalg.eigvalsh(factor.T @ search.information(there, jacobian) @ factor)
    assert turned.min() > 0.5
    assert turned.max() < 2
