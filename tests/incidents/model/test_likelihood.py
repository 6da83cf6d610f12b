"""The likelihood of incidents against enumeration, its gradient, and the PyMC model."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import special, stats

from casualty_est.incidents.inference import after, slopes, tables, whole
from casualty_est.incidents.inference.density import Density
from casualty_est.incidents.model import layout as lay
from casualty_est.incidents.model.model import IncidentModel
from casualty_est.incidents.model.parameters import log_constant
from tests.support.incident_reference import log_likelihood
from tests.support.incident_tables import TEXTS, judged, only, overlapping, patterns, sampled

# B and C say of some incidents that nobody died; of "0-3" and "as many as 7" they do not.
DENIED = (("3", "0-3", "about 12"), ("0", "2", "as many as 7", "30"), ("0", "4", "10"))
CASES = {
    "overlap": lambda rng: (overlapping(rng), {}),
    "joint": lambda rng: (overlapping(rng), {"scale": "joint", "exact_reports": False}),
    "zero": lambda rng: (overlapping(rng, texts=(("0", "2", "0-3"), *TEXTS[1:])), {}),
    "denials": lambda rng: (overlapping(rng, texts=DENIED), {"scale": "joint"}),
    "one": lambda rng: (only(overlapping(rng), [0]), {}),
    "recall": lambda rng: (judged(rng), {}),
    "judge": lambda rng: (judged(rng, sources=3), {}),
    "sites": lambda rng: (sampled(rng, overlapping(rng)), {}),
    "sites, judge": lambda rng: (sampled(rng, judged(rng, sources=3)), {"scale": "joint"}),
    "sites, denials": lambda rng: (sampled(rng, overlapping(rng, texts=DENIED)), {}),
    "sites, one": lambda rng: (sampled(rng, only(overlapping(rng), [0])), {}),
}


def built(case, seed=1):
    rng = np.random.default_rng(seed)
    table, settings = CASES[case](rng)
    if case == "one":
        table = only(table, [0])
        keep = table.claim[:, 0] > -2
        table = patterns(TEXTS[:1], table.claim[keep], count=table.count[keep])
    model = IncidentModel(table, **settings)
    return model, 0.6 * model.layout.parameters.draw(rng, 3)


def natural(layout, theta):
    """Parameters on their natural scale, under the names of the reference."""
    get = layout.parameters.get
    listers = len(layout.readings.listers)
    d = layout.arrays
    bias = d.bias_mean + d.bias_chol @ get(theta, "bias")
    sd = np.exp(get(theta, "log_count_sd"))
    exact = special.expit(get(theta, "exact"))
    mixed = get(theta, "grade_share")
    conceded = special.expit(get(theta, "conceded_exact"))
    values = {
        "size": (theta[0], np.exp(theta[1])),
        "level": get(theta, "inclusion"),
        "slope": get(theta, "slope"),
        "loading": np.exp(get(theta, "log_visibility")),
        "bias": bias,
        "sd": sd if len(sd) else np.full(listers, lay.LONE_SD),
        "exact": exact if len(exact) else np.zeros(listers),
        "denial": np.zeros(listers),
        "hurdle": get(theta, "hurdle"),
        "conceded": (*np.exp(get(theta, "fraction")), *(conceded if len(conceded) else [0.0])),
        "grade": special.expit(get(theta, "grade")),
        "share": special.expit(get(theta, "share")),
        "mixed": np.ones((2, 1)),
        "recall": get(theta, "recall"),
    }
    if len(get(theta, "found")):
        values["found"] = float(special.expit(get(theta, "found"))[0])
    values["denial"][d.denier_of] = special.expit(get(theta, "denial"))
    if len(mixed):
        values["mixed"] = special.softmax(mixed.reshape(2, -1), axis=1)
    nobody = special.expit(get(theta, "zero"))
    return values | ({"nobody": nobody[0]} if len(nobody) else {})


@pytest.mark.parametrize("case", CASES)
def test_likelihood_is_that_of_enumeration(case):
    model, draws = built(case)
    layout = model.layout
    density = Density(layout)
    for theta in draws[:2]:
        expected = log_likelihood(
            layout.readings.patterns,
            natural(layout, theta),
            judge=layout.readings.judge,
            included=layout.included,
            grades=layout.grades,
            shares=layout.shares,
            recall=layout.unlisted == "recall",
            sent=layout.readings.investigation,
        )
        assert density.log_likelihood(theta) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("case", CASES)
def test_gradient_is_that_of_finite_differences(case):
    model, draws = built(case)
    density, step = Density(model.layout), 1e-5
    for theta in draws[:1]:
        _, slope = density(theta)
        for i in range(len(theta)):
            move = step * (np.arange(len(theta)) == i)
            difference = (density(theta + move)[0] - density(theta - move)[0]) / (2 * step)
            assert slope[i] == pytest.approx(difference, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("case", ["overlap", "recall"])
def test_prior_is_that_of_scipy(case):
    """Each block on the whole line, the slope of its transformation included."""
    model, draws = built(case)
    parameters, density = model.layout.parameters, Density(model.layout)
    for theta in draws:
        expected = 0.0
        for block in parameters.blocks:
            x = parameters.get(theta, block.name)
            match block.kind:
                case "normal":
                    expected += stats.norm(block.first, block.second).logpdf(x).sum()
                case "beta":
                    p = special.expit(x)
                    prior = stats.beta(block.first, block.second)
                    expected += (prior.logpdf(p) + np.log(p * (1 - p))).sum()
                case _:
                    expected += (stats.gamma(block.first).logpdf(np.exp(x)) + x).sum()
        log_prior = density(theta)[0] - density.log_likelihood(theta) + log_constant(parameters)
        assert log_prior == pytest.approx(expected, abs=1e-8)


def test_kernels_are_kept_until_any_of_their_files_changes():
    kernels = (tables.size_law, slopes.log_prior, whole.gradient, after.listed_incidents)
    kept = {kernel._cache._cache_file._source_stamp for kernel in kernels}
    assert kept == {tables.STAMP}


@pytest.mark.parametrize("case", ["overlap", "zero", "recall"])
def test_size_law_and_histories_are_distributions(case):
    model, draws = built(case)
    density = Density(model.layout)
    density.fill(draws[0])
    assert density.parts.size.size.sum() == pytest.approx(1, abs=1e-9)
    if model.layout.included:
        p = density.parts.holders.inclusion
        nodes = model.layout.arrays.nodes
        every = 0.0
        for bits in np.ndindex(*(2,) * len(p)):
            product = nodes[1][:, None] * np.ones(p.shape[1:])
            for s, bit in enumerate(bits):
                product = product * (p[s] if bit else 1 - p[s])
            every = every + product.sum(axis=0)
        np.testing.assert_allclose(every, 1, atol=1e-12)


def test_hedged_statements_over_wide_cells_are_near_their_exact_sum():
    """Cells over which a kernel is averaged cost less than one per cent of the probability."""
    texts = (("at least 60", "about 200", "dozens", "100-250", "as many as 90"),)
    table = patterns(texts, [[0], [1], [2], [3], [4]])
    model = IncidentModel(table)
    density = Density(model.layout)
    density.fill(np.array([1.0, 0.0]))
    rows = density.parts.table[1:6]
    v = np.arange(1, 5000)
    from scipy import stats

    x = model.layout.grid.log_deaths
    for c, quantity in enumerate(table.claims[0]):
        text = quantity.hedge.probability(quantity, v)
        for g in np.flatnonzero(rows[c] > 0.2 * rows[c].max()):
            counted = np.diff(stats.norm(x[g], lay.LONE_SD).cdf(np.log(np.append(0.5, v + 0.5))))
            expected = (1 - lay.OUTLIER) * float(text @ counted) + (
                lay.OUTLIER * model.layout.arrays.outlier[c]
            )
            assert rows[c, g] == pytest.approx(expected, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_pymc_model_has_the_same_density_and_gradient(case):
    model, draws = built(case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pytensor

        with pytensor.config.change_flags(mode="FAST_COMPILE", cxx=""):
            graph = model.pymc_model
            value = graph.compile_logp()
            slope = graph.compile_dlogp()
    density, constant = Density(model.layout), log_constant(model.layout.parameters)
    blocks = model.layout.parameters.blocks
    for theta in draws:
        point = {b.name: model.layout.parameters.get(theta, b.name) for b in blocks}
        total, gradient = density(theta)
        assert value(point) == pytest.approx(total + constant, rel=1e-8)
        order = [v.name for v in graph.value_vars]
        slopes_of = np.split(slope(point), np.cumsum([len(point[n]) for n in order])[:-1])
        whole = np.concatenate([dict(zip(order, slopes_of, strict=True))[b.name] for b in blocks])
        np.testing.assert_allclose(whole, gradient, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("case", ["overlap", "judge"])
def test_where_memory_lies_changes_no_bit(case):
    # A sum kept in an array would be taken in another order where that array touches its terms.
    model, thetas = built(case)
    cells = len(model.layout.arrays.log_deaths)
    bits = set()
    for gap in (0, 1, 2, 64, 4096):
        density = Density(model.layout)
        parts, many = density.parts, len(density.parts.block)
        arena = np.zeros(4 * cells + 4 * gap + many)
        size = parts.size._replace(
            slopes=arena[: 2 * cells].reshape(2, cells),
            adjoint=arena[2 * cells + 2 * gap + many :][:cells],
        )
        density.hold(parts._replace(size=size, block=arena[2 * cells + gap :][:many]))
        values = [density(theta) for theta in thetas]
        bits.add(b"".join(np.float64(value).tobytes() + slope.tobytes() for value, slope in values))
    assert len(bits) == 1
