"""The exact route against brute force: plain sums over every latent quantity, no shared code."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from casualty_est import UsageError
from casualty_est.claims.inference.exact import draw, solve
from casualty_est.claims.model.layout import Scenario
from tests.support.former import former_model

X = np.arange(math.log(3000) - 14, math.log(3000) + 14, 0.02)
Q = (0.025, 0.05, 0.5, 0.95, 0.975)


def table(*rows, **common):
    return pd.DataFrame([{"source": s, "role": r, "quantity": q} | common for s, r, q in rows])


def t4(z, m, s):
    return (1 + ((z - m) / s) ** 2 / 4) ** -2.5 / s


def points(*numbers, s=0.15):
    """Likelihood of plain numbers as a function of what the source would say without error."""
    return lambda m: math.prod(t4(math.log(n), m, s) for n in numbers)


class Ratio:
    """Log ratio: Normal core, on the log or as a completeness, and a Normal over-count."""

    def __init__(self, median, sd, *, logit=False, over=None, role=0.0, own=1.0, nodes=301):
        self.place = math.log(median / (1 - median)) if logit else math.log(median)
        self.sd, self.logit, self.over, self.role, self.own = sd, logit, over, role, own
        self.nodes = nodes

    def density(self, kernel, u=0.0, anchor=None, x=X):
        """Likelihood of log N given the role term `u`, summed over core and over-count."""
        z = np.linspace(-8.5, 8.5, self.nodes)
        core = self.place + self.sd * (math.sqrt(self.role) * u + math.sqrt(self.own) * z)
        bias = -np.log1p(np.exp(-core)) if self.logit else core
        weight = np.exp(-0.5 * z * z)
        weight /= weight.sum()
        if self.over is None:
            if anchor:
                weight = weight * np.exp(-0.5 * ((bias - anchor[0]) / anchor[1]) ** 2)
            return kernel(x[:, None] + bias) @ weight
        v = np.linspace(-6, 6, 31)
        dense = np.exp(-0.5 * v * v)
        dense /= dense.sum()
        total = np.zeros(len(x))
        for over, share in zip(self.over[0] + self.over[1] * v, dense, strict=True):
            here = weight
            if anchor:
                here = weight * np.exp(-0.5 * ((bias + over - anchor[0]) / anchor[1]) ** 2)
            total += share * (kernel(x[:, None] + bias + over) @ here)
        return total


TOTALS = (math.log(3000), 3.0)


def posterior(*likelihoods, level=TOTALS, x=X):
    density = np.exp(-0.5 * ((x - level[0]) / level[1]) ** 2)
    for likelihood in likelihoods:
        density = density * likelihood
    return density / density.sum()


def quantiles(density, q=Q, x=X):
    return np.interp(q, np.cumsum(density) - density / 2, x)


def same(model, density, x=X, atol=0.002, scenario=None):
    """Quantiles of the log count agree to .2% of the count."""
    got = solve(model.layout, scenario).quantile(Q)
    np.testing.assert_allclose(got, quantiles(density, x=x), rtol=0, atol=atol)


def test_no_data_is_the_level_prior():
    model = former_model(table(("A", "monitor", "500")))
    empty = Scenario.plain(model.layout).without(model.layout, "A")
    expected = stats.norm(math.log(3000), 3).ppf(Q)
    np.testing.assert_allclose(solve(model.layout, empty).quantile(Q), expected, atol=0.002)


def test_log_normal_ratio():
    model = former_model(table(("A", "perpetrator", "1,234")))
    same(model, posterior(Ratio(0.15, 1.0).density(points(1234))))


def test_completeness_with_over_count():
    model = former_model(table(("A", "monitor", "1,234")))
    ratio = Ratio(0.5, 0.8, logit=True, over=(0.05, 0.10))
    same(model, posterior(ratio.density(points(1234))))


def test_completeness_without_over_count():
    spec = {"sources": {"A": {"completeness": {"median": 0.6, "sd": 0.7}}}}
    model = former_model(table(("A", None, "1,234")), priors=spec)
    ratio = Ratio(0.6, 0.7, logit=True, nodes=2001)
    same(model, posterior(ratio.density(points(1234))))


@pytest.mark.thorough
def test_nearly_complete_source_without_over_count():
    # The density of log(completeness) rises steeply at its end.
    spec = {"sources": {"A": {"completeness": {"median": 0.97, "sd": 1.2}}}}
    model = former_model(table(("A", None, "1,234")), priors=spec)
    ratio = Ratio(0.97, 1.2, logit=True, nodes=4001)
    same(model, posterior(ratio.density(points(1234))))


def test_hidden_source():
    spec = {"roles": {"monitor": {"completeness": {"median": 0.076, "sd": 0.8}}}}
    model = former_model(table(("A", "monitor", "1,234")), priors=spec)
    ratio = Ratio(0.076, 0.8, logit=True, over=(0.05, 0.10))
    same(model, posterior(ratio.density(points(1234))))


def test_ratio_with_over_count():
    over = {"mean": 0.2, "sd": 0.3}
    spec = {"sources": {"A": {"ratio": {"median": 0.7, "sd": 0.4}, "over_count": over}}}
    model = former_model(table(("A", None, "1,234")), priors=spec)
    same(model, posterior(Ratio(0.7, 0.4, over=(0.2, 0.3)).density(points(1234))))


@pytest.mark.thorough
def test_two_monitors_share_a_role_term():
    model = former_model(table(("A", "monitor", "1,234"), ("B", "monitor", "2,345")))
    ratio = Ratio(0.5, 0.8, logit=True, over=(0.05, 0.10), role=0.5, own=0.5, nodes=161)
    x = np.arange(5.5, 13.5, 0.02)
    total = np.zeros(len(x))
    for u in np.linspace(-6, 6, 49):
        both = ratio.density(points(1234), u, x=x) * ratio.density(points(2345), u, x=x)
        total += math.exp(-0.5 * u * u) * both
    same(model, posterior(total, x=x), x=x)


@pytest.mark.thorough
def test_two_perpetrators_and_a_third_state():
    # Log-normal ratios and the role term: the role's pair is bivariate Normal.
    model = former_model(
        table(
            ("A", "perpetrator", "1,234"),
            ("B", "perpetrator", "500"),
            ("C", "third_state", "3,001"),
        )
    )
    pair = Ratio(0.15, 1.0, role=0.5, own=0.5, nodes=241)
    total = np.zeros(len(X))
    for u in np.linspace(-6.5, 6.5, 91):
        kernel = points(500)
        total += math.exp(-0.5 * u * u) * (
            pair.density(points(1234), u)
            # 500 is given to the ten: half of that is one per cent of it, a point.
            * pair.density(kernel, u)
        )
    same(model, posterior(total, Ratio(1.0, 0.4).density(points(3001))))


@pytest.mark.thorough
def test_learned_reporting_sd():
    numbers = (1001, 1103, 911, 1251, 1013)
    rows = [("A", "third_state", f"{n:,}") for n in numbers]
    model = former_model(table(*rows, ("B", "perpetrator", "804")))
    assert model.layout.learned == ("A",)
    ratio = Ratio(1.0, 0.4, nodes=401)
    x = np.arange(3.0, 12.0, 0.02)
    total = np.zeros(len(x))
    for z in np.linspace(-5, 5, 81):
        s = math.hypot(0.15 * math.exp(0.7 * z), 0.02)
        total += math.exp(-0.5 * z * z) * ratio.density(points(*numbers, s=s), x=x)
    same(model, posterior(total, Ratio(0.15, 1.0).density(points(804), x=x), x=x), x=x)


@pytest.mark.thorough
def test_learned_reporting_sd_has_the_posterior_of_the_grid():
    numbers = (1001, 1103, 911, 1251, 1013)
    model = former_model(table(*[("A", "reference", f"{n:,}") for n in numbers]))
    logs = np.linspace(-4.5, 4.5, 181)
    ratio = Ratio(1.0, 0.1, nodes=401)
    x = np.arange(5.5, 8.5, 0.01)
    level = np.exp(-0.5 * ((x - math.log(3000)) / 3) ** 2)
    weight = np.array(
        [
            math.exp(-0.5 * z * z) * (level * ratio.density(points(*numbers, s=s), x=x)).sum()
            for z, s in zip(logs, np.hypot(0.15 * np.exp(0.7 * logs), 0.02), strict=True)
        ]
    )
    free = 0.15 * np.exp(0.7 * quantiles(weight / weight.sum(), (0.1, 0.5, 0.9), x=logs))
    expected = np.hypot(free, 0.02)
    sds = model.fit(seed=3, draws=4000).idata["posterior"]["reporting_sd"].values.ravel()
    np.testing.assert_allclose(np.quantile(sds, (0.1, 0.5, 0.9)), expected, rtol=0.05)


def test_anchor_on_the_cell():
    spec = {"anchors": [{"interval": [9000, 11000], "prob": 0.9}]}
    model = former_model(table(("A", "perpetrator", "1,234")), priors=spec)
    sd = math.log(11000 / 9000) / (2 * stats.norm.ppf(0.95))
    tilt = np.exp(-0.5 * ((X - (math.log(9000) + math.log(11000)) / 2) / sd) ** 2)
    same(model, posterior(Ratio(0.15, 1.0).density(points(1234)), tilt))


def test_narrow_anchor_on_the_cell():
    spec = {"anchors": [{"interval": [9900, 10100], "prob": 0.95}]}
    model = former_model(table(("A", "perpetrator", "1,234")), priors=spec)
    sd = math.log(10100 / 9900) / (2 * stats.norm.ppf(0.975))
    middle = (math.log(9900) + math.log(10100)) / 2
    x = np.arange(middle - 0.05, middle + 0.05, 1e-4)
    tilt = np.exp(-0.5 * ((x - middle) / sd) ** 2)
    density = posterior(Ratio(0.15, 1.0).density(points(1234), x=x), tilt, x=x)
    same(model, density, x=x, atol=1e-4)
    # The fine lattice covers the posterior alone, not the sixteen prior sds round it.
    assert len(solve(model.layout).log_n) < 1000


def test_anchor_on_a_ratio():
    spec = {"anchors": [{"source": "A", "ratio": 0.68}]}
    model = former_model(table(("A", "monitor", "1,234"), ("B", "perpetrator", "804")), priors=spec)
    ratio = Ratio(0.5, 0.8, logit=True, over=(0.05, 0.10), nodes=401)
    first = ratio.density(points(1234), anchor=(math.log(0.68), 0.10))
    same(model, posterior(first, Ratio(0.15, 1.0).density(points(804))))


def test_tiny_reporting_sd():
    spec = {"reporting": {"sd": 0.02}}
    model = former_model(table(("A", "perpetrator", "1,234"), ("B", "party", "804")), priors=spec)
    first = Ratio(0.15, 1.0, nodes=4001).density(points(1234, s=0.02))
    second = Ratio(0.6, 0.7, nodes=4001).density(points(804, s=0.02))
    same(model, posterior(first, second))


def test_single_incident():
    # Within an incident: the middle column of the roles, log N ~ N(log 5, 2), and whole numbers.
    model = former_model(table(("A", "monitor", "13"), ("B", "perpetrator", "5"), level="incident"))

    def whole(n, leak=0.0):
        t = stats.t(4)
        return lambda m: (
            t.cdf((math.log(n + 0.5) - m) / 0.15) - t.cdf((math.log(n - 0.5) - m) / 0.15)
        )

    x = np.arange(-12.0, 14.0, 0.02)
    first = Ratio(1.0, 0.5, nodes=301).density(whole(13), x=x)
    second = Ratio(0.5, 0.75, nodes=301).density(whole(5), x=x)
    same(model, posterior(first, second, level=(math.log(5), 2.0), x=x), x=x)


def test_hedged_claims_by_scipy():
    rows = [
        ("A", "media", "at least 1,250"),
        ("B", "third_state", "900-1,400"),
        ("C", "party", "dozens"),
    ]
    model = former_model(table(*rows))
    t = stats.t(4)

    def bound(m):
        z, s, tau = math.log(1250), 0.15, 0.2
        gap = stats.exponnorm(tau / s, scale=s).pdf(m - z)
        return 0.98 * (0.4 * stats.norm.pdf(z, m, s) + 0.6 * gap) + 0.02 * t.pdf(z - m)

    def between(low, high):
        low, high = math.log(low - 0.5), math.log(high + 0.5)

        def mass(m):
            def inside(s):
                return t.cdf((high - m) / s) - t.cdf((low - m) / s)

            return 0.9 * inside(0.15) + 0.1 * inside(1.0)

        return mass

    parts = [
        Ratio(0.5, 0.7, nodes=301).density(bound),
        Ratio(1.0, 0.4, nodes=301).density(between(900, 1400)),
        Ratio(0.6, 0.7, nodes=301).density(between(24, 96)),
    ]
    same(model, posterior(*parts))


def test_contradicting_priors_far_apart():
    # A source with a prior far from the data: nothing may underflow or fall off a lattice.
    spec = {"sources": {"A": {"ratio": {"median": 100, "sd": 0.1}}}}
    model = former_model(table(("A", None, "1,234"), ("B", "reference", "50,001")), priors=spec)
    first = Ratio(100, 0.1, nodes=601).density(points(1234))
    same(model, posterior(first, Ratio(1.0, 0.1, nodes=601).density(points(50001))), atol=0.004)


# Ten witnesses ---------------------------------------------------------------------------------

TEN = [(f"M{i}", "monitor", "6,047") for i in range(10)]


def ten_monitors(role):
    ratio = Ratio(0.5, 0.8, logit=True, over=(0.05, 0.10), role=role, own=1 - role, nodes=121)
    x = np.arange(7.0, 13.0, 0.02)
    total = np.zeros(len(x))
    for u in np.linspace(-6, 6, 61) if role else [0.0]:
        total += math.exp(-0.5 * u * u) * ratio.density(points(6047), u, x=x) ** 10
    return posterior(total, x=x), x


def width(log_quantiles):
    return log_quantiles[-1] - log_quantiles[0]


@pytest.mark.thorough
def test_ten_monitors_are_not_ten_witnesses():
    shared = former_model(table(*TEN))
    free = former_model(table(*TEN), priors={"shared": {"role": 0, "source": 0.8, "target": 0.2}})
    one = former_model(table(*TEN[:1]))
    for model, role in ((shared, 0.5), (free, 0.0)):
        density, x = ten_monitors(role)
        same(model, density, x=x, atol=0.003)
    widths = [width(solve(model.layout).quantile(Q)) for model in (one, shared, free)]
    # That all ten agree also says that they miss little, so completeness shrinks either way; the
    # log-normal case below has the role's half of the variance alone.
    assert widths[2] * 1.3 < widths[1] < widths[0]


def test_the_shared_half_stays_with_log_normal_ratios():
    # With Normal errors the log count would be Normal with variance sd^2 (role + rest / n).
    spec = {"reporting": {"sd": 0.05}}
    rows = [(f"P{i}", "perpetrator", "6,047") for i in range(10)]
    got = solve(former_model(table(*rows), priors=spec).layout).quantile(stats.norm.cdf([-1, 1]))
    errors = 0.05**2 * 1.5  # t4 is somewhat wider than its scale
    variance = 1 / (1 / (0.5 + (0.5 + errors) / 10) + 1 / 9)
    assert (got[1] - got[0]) / 2 == pytest.approx(math.sqrt(variance), rel=0.01)
    free = former_model(
        table(*rows), priors=spec | {"shared": {"role": 0, "source": 0.8, "target": 0.2}}
    )
    alone = solve(free.layout).quantile(stats.norm.cdf([-1, 1]))
    variance = 1 / (1 / ((1 + errors) / 10) + 1 / 9)
    assert (alone[1] - alone[0]) / 2 == pytest.approx(math.sqrt(variance), rel=0.01)
    assert got[1] - got[0] > 2 * (alone[1] - alone[0])


# Draws -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mixed():
    rows = [("A", "monitor", "6,047"), ("B", "monitor", "4,001"), ("C", "perpetrator", "about 800")]
    return former_model(table(*rows))


def drawn(model, draws=4000, seed=1):
    posterior = solve(model.layout)
    rng = np.random.default_rng(seed)
    return posterior, draw(model.layout, posterior, chains=4, draws=draws, rng=rng)


def test_draws_have_the_solvers_quantiles(mixed):
    posterior, draws = drawn(mixed)
    assert draws.log_deaths.shape == (4, 4000, 1)
    assert draws.log_ratio.shape == (4, 4000, 3)
    np.testing.assert_allclose(
        np.quantile(draws.log_deaths, Q), posterior.quantile(Q), rtol=0, atol=1e-3
    )


def test_every_chain_is_a_fair_sample(mixed):
    posterior, draws = drawn(mixed)
    for chain in draws.log_deaths[..., 0]:
        place = np.asarray(posterior.cdf(chain))
        assert stats.kstest(place, "uniform").pvalue > 1e-3
        assert abs(np.corrcoef(chain[1:], chain[:-1])[0, 1]) < 0.06


def test_ratios_go_with_the_counts_they_were_drawn_with(mixed):
    _, draws = drawn(mixed)
    said = draws.log_deaths + draws.log_ratio
    # The two monitors share half their prior, so each is drawn to the other by part of an error.
    middle = np.log([6047, 4001, 800])
    np.testing.assert_allclose(np.median(said, axis=(0, 1)), middle, atol=0.1)
    # The data pin log N + b to the reporting sd, while the count itself is much wider.
    spread = said.std(axis=(0, 1))
    assert (spread < math.sqrt(2) * np.array([0.15, 0.15, math.hypot(0.15, 0.15)])).all()
    assert draws.log_deaths.std() > 1.5 * spread[:2].max()
    correlation = np.corrcoef(draws.log_deaths.ravel(), draws.log_ratio[..., 2].ravel())[0, 1]
    assert correlation < -0.7


def test_ratio_draws_have_the_marginal_of_a_grid(mixed):
    """Bayes the other way round: the marginal of the perpetrator's ratio, by sums."""
    rows = table(("A", "third_state", "5,003"), ("C", "perpetrator", "804"))
    model = former_model(rows)
    _, draws = drawn(model, draws=20_000)
    first = Ratio(1.0, 0.4, nodes=601).density(points(5003))
    bias = np.arange(-8.0, 5.0, 0.02)
    prior = np.exp(-0.5 * (bias - math.log(0.15)) ** 2)
    density = posterior(first) @ points(804)(X[:, None] + bias) * prior
    got = np.quantile(draws.log_ratio[..., 1], (0.05, 0.5, 0.95))
    expected = quantiles(density / density.sum(), (0.05, 0.5, 0.95), x=bias)
    np.testing.assert_allclose(got, expected, atol=0.015)


def test_the_same_seed_gives_the_same_draws(mixed):
    one, other = drawn(mixed, draws=50)[1], drawn(mixed, draws=50)[1]
    np.testing.assert_array_equal(one.log_ratio, other.log_ratio)
    assert not np.array_equal(one.log_ratio, drawn(mixed, draws=50, seed=2)[1].log_ratio)


def test_covariance_of_drawn_scores_is_the_weight(mixed):
    posterior, draws = drawn(mixed)
    centred = draws.log_deaths[..., 0] - draws.log_deaths.mean()
    weights = (centred[..., None] * draws.scores).mean(axis=(0, 1))
    np.testing.assert_allclose(weights, posterior.weights(), atol=0.002)


def test_several_cells_are_refused_in_words():
    rows = pd.DataFrame(
        {"source": ["A", "B"], "role": "monitor", "quantity": ["10", "20"], "scope": ["x", "y"]}
    )
    with pytest.raises(UsageError, match="method='nuts'"):
        former_model(rows).fit(method="exact", seed=1)


def test_drawn_ratios_do_not_stand_on_the_lattice(mixed):
    _, draws = drawn(mixed, draws=500)
    assert len(np.unique(draws.log_ratio.round(9))) == draws.log_ratio.size
