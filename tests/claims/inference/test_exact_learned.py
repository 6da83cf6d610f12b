"""The exact route with what was learned from the record, against sums over grids.

What each role expects, shares and leaves to its sources comes from the priors, which have tests of
their own; how these meet the claims is worked here, without code of the model.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from casualty_est.claims.inference.exact import solve
from casualty_est.claims.model.layout import Scenario
from casualty_est.priors import default_roles
from tests.support.claim_tables import model

X = np.arange(math.log(3000) - 12, math.log(3000) + 12, 0.02)  # log N
CORE = np.arange(-60.0, 60.0, 0.1)  # log ratios, or logits
U = np.linspace(-6.0, 6.0, 61)  # what a role has in common, in its sd
OF_U = stats.norm.pdf(U) / stats.norm.pdf(U).sum()
Q = (0.025, 0.05, 0.5, 0.95, 0.975)
SPAN = math.log(1e6)  # tokens lie between one and a million


def t4(z, s):
    return stats.t.pdf(z / s, 4) / s


def about(number):
    """A number that is said to be about right, of a party: counted, or a token number."""

    def kernel(m, token):
        return (1 - 2 * token) * t4(math.log(number) - m, math.hypot(0.15, 0.15)) + token / SPAN

    return kernel


def stated(number):
    """An exact number of a party, or of a source that has no token numbers (token 0)."""

    def kernel(m, token):
        return (1 - 2 * token) * t4(math.log(number) - m, 0.15) + token / SPAN

    return kernel


def nobody(m, token):
    return token + (1 - 2 * token) * stats.t.cdf((math.log(0.5) - m) / 0.15, 4)


def tally(number, over_sd):
    """A number counted case by case; its small Normal error and that of the over-count are one."""

    def kernel(m, _):
        return stats.norm.pdf(math.log(number), m, math.hypot(0.05, over_sd))

    return kernel


def likelihood(role, kernel):
    """Likelihood of log N (rows) where the role's common part is each of U (columns)."""
    prior = default_roles()[role].totals
    gap = (CORE[:, None] - prior.core.mu - prior.spread.role * U) / prior.spread.own
    own = stats.t.pdf(gap, 4) if prior.spread.heavy else stats.norm.pdf(gap)
    log_ratio = CORE
    if prior.is_completeness:
        log_ratio = special.log_expit(CORE) + prior.over_count.mean
    return kernel(X[:, None] + log_ratio, prior.zero) @ own


def posterior(*roles):
    """Each role: a list of (name, kernel); their common part is summed out role by role."""
    density = stats.norm.pdf(X, math.log(3000), 3)
    for sources in roles:
        of_role = np.ones((len(X), len(U)))
        for name, kernel in sources:
            of_role = of_role * likelihood(name, kernel)
        density = density * (of_role @ OF_U)
    return density / density.sum()


def quantiles(density):
    return np.interp(Q, np.cumsum(density) - density / 2, X)


PENTAGON = ("perpetrator", about(800))
AIRWARS = ("monitor", tally(6047, 0.15))
CASES = {
    "a perpetrator": (
        [("A", "perpetrator", "about 800")],
        [[PENTAGON]],
    ),
    "a monitor": (
        [("B", "monitor", "6,047")],
        [[AIRWARS]],
    ),
    "both": (
        [("A", "perpetrator", "about 800"), ("B", "monitor", "6,047")],
        [[PENTAGON], [AIRWARS]],
    ),
    "two monitors and two perpetrators, one of whom denies": (
        [
            ("A", "perpetrator", "1,234"),
            ("B", "perpetrator", "0"),
            ("C", "monitor", "6,047"),
            ("D", "monitor", "4,001"),
        ],
        [
            [("perpetrator", stated(1234)), ("perpetrator", nobody)],
            [AIRWARS, ("monitor", tally(4001, 0.15))],
        ],
    ),
    "three who accuse and a medium": (
        [
            ("A", "accuser", "21,517"),
            ("B", "accuser", "9,013"),
            ("C", "accuser", "33,001"),
            ("D", "media", "2,345"),
        ],
        [
            [("accuser", stated(21_517)), ("accuser", stated(9013)), ("accuser", stated(33_001))],
            [("media", stated(2345))],
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_against_a_grid(name):
    rows, roles = CASES[name]
    built = model(*rows)
    assert built.priors.left_out == ()
    np.testing.assert_allclose(
        solve(built.layout).quantile(Q), quantiles(posterior(*roles)), atol=0.002
    )


def test_a_government_is_a_normal_in_closed_form():
    """Its own part, what its role shares and the error of its tally are Normal, and so is N."""
    prior = default_roles()["government"].totals
    variance = prior.spread.role**2 + prior.spread.own**2 + 0.05**2
    precision = 1 / variance + 1 / 9
    mean = ((math.log(2513) - prior.core.mu) / variance + math.log(3000) / 9) / precision
    expected = stats.norm(mean, precision**-0.5).ppf(Q)
    layout = model(("A", "government", "2,513")).layout
    np.testing.assert_allclose(solve(layout).quantile(Q), expected, atol=0.002)


@pytest.mark.thorough
def test_weights_are_the_slopes_of_moved_grids():
    built = model(*CASES["both"][0])
    h = 0.05

    def mean(pentagon=0.0, airwars=0.0):
        def moved(kernel, by):
            return lambda m, token: kernel(m + by, token)

        of_roles = [
            [("perpetrator", moved(about(800), pentagon))],
            [("monitor", moved(tally(6047, 0.15), airwars))],
        ]
        return posterior(*of_roles) @ X

    slopes = [
        (mean(**{name: h}) - mean(**{name: -h})) / (2 * h) for name in ("pentagon", "airwars")
    ]
    weights = solve(built.layout).weights()
    np.testing.assert_allclose(weights[:2], np.negative(slopes), atol=0.005)
    assert weights.sum() == pytest.approx(1, abs=0.001)


def test_a_source_left_out_leaves_the_other():
    built = model(*CASES["both"][0])
    alone = Scenario.plain(built.layout).without(built.layout, "A")
    expected = quantiles(posterior([AIRWARS]))
    np.testing.assert_allclose(solve(built.layout, alone).quantile(Q), expected, atol=0.002)
