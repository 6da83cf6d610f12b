"""The joint prior of reporting ratios: who shares what with whom."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special, stats

from casualty_est.claims.model.cells import Label
from casualty_est.claims.model.ratios import Target, build_ratios
from casualty_est.priors import read_priors
from tests.support.former import former

PRIORS = read_priors(former())
LEARNED = read_priors()
FRACTIONS = (0.5, 0.3, 0.2)


def target(source, role, scope="all", level="total", priors=PRIORS):
    prior = priors.ratio(source, role, level)
    label = Label(scope, "killed", "civilians", "any")
    return Target(source, role, level, label, prior, f"role {role} {level}")


def covariance_by_hand(targets, fractions=FRACTIONS):
    """b = m + sd (sqrt(role) u_role + sqrt(source) u_source + sqrt(target) u_target)."""
    count = len(targets)
    out = np.zeros((count, count))
    for i, one in enumerate(targets):
        for j, other in enumerate(targets):
            shared = 0.0
            if one.block == other.block:
                shared += fractions[0]
                if one.source == other.source:
                    shared += fractions[1]
            if i == j:
                shared = sum(fractions)
            out[i, j] = shared * one.prior.core.sd * other.prior.core.sd
    return out


CASES = {
    "one": [target("A", "monitor")],
    "two of a role": [target("A", "monitor"), target("B", "monitor")],
    "two roles": [target("A", "monitor"), target("B", "perpetrator")],
    "regions": [
        target("A", "monitor", "x"),
        target("A", "monitor", "y"),
        target("B", "monitor", "x"),
        target("P", "perpetrator", "x"),
        target("P", "perpetrator", "y"),
        target("Q", "media", "y"),
    ],
    "levels apart": [target("A", "media"), target("B", "media", level="incident")],
    "no role": [target("A", None), target("B", None)],
}


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize(
    "fractions", [FRACTIONS, (0.0, 0.8, 0.2), (0.0, 0.0, 1.0), (0.7, 0.0, 0.3)]
)
def test_covariance_is_the_sum_of_shared_terms(name, fractions):
    targets = CASES[name]
    ratios = build_ratios(targets, fractions)
    got = ratios.covariance()
    np.testing.assert_allclose(got, covariance_by_hand(targets, fractions), atol=1e-12)
    # Merging parts that nobody shares changes no variance.
    parts = ratios.role_sd**2 + ratios.source_sd**2 + ratios.target_sd**2
    np.testing.assert_allclose(parts, [one.prior.core.sd**2 for one in targets])


def test_only_what_is_shared_has_a_parameter():
    sizes = {
        name: (r.role_terms, r.source_terms)
        for name, targets in CASES.items()
        for r in [build_ratios(targets, FRACTIONS)]
    }
    assert sizes == {
        "one": (0, 0),
        "two of a role": (1, 0),
        "two roles": (0, 0),
        "regions": (1, 2),
        "levels apart": (0, 0),
        "no role": (1, 0),
    }


SEVERAL = [
    ("A", "monitor", "x"),
    ("A", "monitor", "y"),
    ("B", "monitor", "x"),
    ("P", "perpetrator", "x"),
    ("Q", "media", "y"),
    ("R", "register", "x"),
    ("S", "reference", "x"),
    ("T", None, "x"),
]


@pytest.fixture(scope="module", params=["learned", "former"])
def several(request):
    priors = LEARNED if request.param == "learned" else PRIORS
    targets = [target(*words, priors=priors) for words in SEVERAL]
    return build_ratios(targets, priors.fractions)


Z = np.linspace(-60.0, 60.0, 240_001)


def log_densities_by_a_grid(ratios, i, places, shared):
    """Log density of one log ratio: its own part and its over-count summed over a fine grid."""
    own = stats.t(4) if ratios.heavy[i] else stats.norm
    middle, scale, sd = ratios.mu[i] + shared, ratios.target_sd[i], ratios.over_sd[i]
    if not sd:
        return own.logpdf((places - middle) / scale)
    core, weight = middle + scale * Z, own.pdf(Z)
    log_ratio = special.log_expit(core) if ratios.logit[i] else core
    errors = [stats.norm.pdf(b, log_ratio + ratios.over_mean[i], sd) for b in places]
    return np.log([weight @ error for error in errors])


def places_of(ratios, i, shared):
    """Log ratios round the middle of a prior."""
    core = ratios.mu[i] + shared
    slope = special.expit(-core) if ratios.logit[i] else 1.0
    middle = (special.log_expit(core) if ratios.logit[i] else core) + ratios.over_mean[i]
    width = np.hypot(ratios.over_sd[i], ratios.target_sd[i] * slope)
    return middle + width * np.array([0.0, -6.0, -2.0, -0.5, 0.7, 2.0])


def alone(ratios, i, b, shared):
    """The log density as the model has it, of one target; the others stay where they are."""
    at, common = ratios.mu * 0.0 - 0.5, np.zeros(len(ratios.mu))
    at[i], common[i] = b, shared
    return float(ratios.log_density(at, common, np))


@pytest.mark.parametrize("i", range(len(SEVERAL)))
@pytest.mark.parametrize("shared", [-2.0, 0.0, 1.3])
def test_log_density_against_a_grid(several, i, shared):
    places = places_of(several, i, shared)
    got = np.array([alone(several, i, b, shared) for b in places])
    wanted = log_densities_by_a_grid(several, i, places, shared)
    np.testing.assert_allclose(got - got[0], wanted - wanted[0], atol=2e-3)


def test_scores_are_the_slope_of_the_log_density(several):
    rng = np.random.default_rng(3)
    count = len(several.mu)
    for _ in range(3):
        b = rng.normal(-0.5, 0.4, count)
        shared = rng.normal(0, 0.5, count)
        rest = (shared, np)
        expected = optimize.approx_fprime(b, several.log_density, 1e-6, *rest)
        got = several.scores(b[None, None], shared[None, None])[0, 0]
        np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.thorough
def test_pytensor_agrees_with_numpy(several):
    import pytensor.tensor as pt

    rng = np.random.default_rng(4)
    count = len(several.mu)
    b, shared = rng.normal(-0.5, 0.4, count), rng.normal(0, 0.5, count)
    symbolic = several.log_density(*map(pt.as_tensor, (b, shared)), pt)
    assert float(symbolic.eval()) == pytest.approx(several.log_density(b, shared, np))


def test_learned_parts_are_those_of_the_record():
    """What a role shares and what is a source's own, as the shipped table has them."""
    from casualty_est.priors.learned import learned

    row = learned("monitor")
    ratios = build_ratios([target("A", "monitor", "x", priors=LEARNED)])
    assert ratios.mu[0] == pytest.approx(row.total)
    # Root mean square of what is shared, mean of the scale of a source; stretched to one interval.
    shared = np.hypot(row.total_sd, np.exp(row.log_b + row.log_b_sd**2))
    own = np.exp(row.log_w + row.log_w_sd**2 / 2)
    assert ratios.role_sd[0] / ratios.target_sd[0] == pytest.approx(shared / own)
    rng = np.random.default_rng(11)
    normal, t4 = rng.standard_normal(400_000), rng.standard_t(4, 400_000)
    learned_b = np.exp(row.log_b + row.log_b_sd * rng.standard_normal(400_000))
    learned_w = np.exp(row.log_w + row.log_w_sd * rng.standard_normal(400_000))
    mean = row.total_sd * rng.standard_normal(400_000)
    ours = np.abs(ratios.role_sd[0] * normal + ratios.target_sd[0] * t4)
    record = np.abs(mean + learned_b * normal + learned_w * t4)
    assert np.quantile(ours, 0.9) == pytest.approx(np.quantile(record, 0.9), rel=0.02)
    two = build_ratios([target("A", "monitor", part, priors=LEARNED) for part in ("x", "y")])
    np.testing.assert_allclose(two.source_sd**2 + two.target_sd**2, ratios.target_sd[0] ** 2)
    assert two.heavy.all()
    assert two.heavy_source.all()


def test_two_declared_sources_have_light_tails():
    ratios = build_ratios([target(n, n, "x", priors=LEARNED) for n in ("reference", "register")])
    assert not ratios.heavy.any()
