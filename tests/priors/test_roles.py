"""The roles that come with the package, number by number, and what an analyst may replace."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from casualty_est import UsageError
from casualty_est.priors import LogitNormal, Normal, default_roles, read_priors
from casualty_est.tables.cells import ROLES

# key: totals median, sd of the log; within median, sd of the log
RATIOS = {
    "perpetrator": (0.15, 1.0, 0.5, 0.75),
    "party": (0.6, 0.7, 0.8, 0.5),
    "adversary": (2.5, 0.6, 1.5, 0.6),
    "media": (0.5, 0.7, 1, 0.5),
    "international": (0.5, 0.5, 1, 0.3),
    "third_state": (1, 0.4, 1, 0.5),
    "survey": (1, 0.25, 1, 0.25),
    "reference": (1, 0.10, 1, 0.10),
    "none": (1, 1.5, 1, 1),
}


@pytest.mark.parametrize("key", list(RATIOS))
def test_default_ratios(key):
    role = default_roles()[key]
    got = [f(p) for p in (role.totals, role.within) for f in (_median, _sd)]
    np.testing.assert_allclose(got, RATIOS[key], rtol=1e-12)
    assert role.totals.over_count is None


def _median(prior):
    return prior.core.median


def _sd(prior):
    return prior.core.sd


@pytest.mark.parametrize("key", ["monitor", "government"])
def test_documenting_roles_have_a_completeness(key):
    role = default_roles()[key]
    assert role.totals.core == LogitNormal(median=0.5, sd=0.8)
    assert role.totals.over_count == Normal(0.05, 0.10)
    assert (_median(role.within), _sd(role.within)) == (pytest.approx(1), pytest.approx(0.5))


def test_every_role_of_the_table_and_no_other():
    assert set(default_roles()) == {*ROLES, "none"}


def test_every_role_has_a_citation():
    for key, role in default_roles().items():
        if key != "none":
            assert role.grounds, key
        for ground in role.grounds:
            assert ground.figure
            assert ground.citation
            assert ground.level in ("total", "incident")


def test_completeness_times_over_count_by_simulation():
    # Antithetic, two million: the quantiles to three digits.
    rng = np.random.default_rng(7)
    half = rng.normal(size=(2, 1_000_000))
    z = np.concatenate([half, -half], axis=1)
    ratio = special.expit(0.8 * z[0]) * np.exp(0.05 + 0.10 * z[1])
    q = [0.025, 0.25, 0.5, 0.75, 0.975]
    got = default_roles()["monitor"].totals.quantile(q)
    np.testing.assert_allclose(got, np.quantile(ratio, q), rtol=0.002)


def test_levels():
    role = default_roles()["perpetrator"]
    assert role.prior("incident") is role.within
    assert role.prior("total") is role.totals


def test_grounds_are_found_by_words_of_the_labels():
    roles = default_roles()
    grounds = roles["monitor"].grounds_in(["Iraq+Syria", "civilians"], "total")
    assert any("Syria" in ground.conflict for ground in grounds)
    assert roles["monitor"].grounds_in(["Atlantis"], "total") == ()
    # Whole words only.
    assert roles["monitor"].grounds_in(["Assyriania"], "total") == ()
    assert roles["perpetrator"].grounds_in(["SYRIA"], "incident")
    assert not roles["perpetrator"].grounds_in(["SYRIA"], "total")


def test_replacing_a_completeness_keeps_the_over_count():
    priors = read_priors({"roles": {"monitor": {"completeness": {"median": 0.7, "sd": 0.5}}}})
    totals = priors.roles["monitor"].totals
    assert totals.core.median == pytest.approx(0.7)
    assert totals.over_count == Normal(0.05, 0.10)
    assert "analyst" in totals.origin
    assert default_roles()["monitor"].totals.core.median == 0.5


def test_replacing_a_completeness_by_a_ratio_drops_the_over_count():
    priors = read_priors({"roles": {"monitor": {"ratio": {"median": 0.7, "sd": 0.5}}}})
    totals = priors.roles["monitor"].totals
    assert not totals.is_completeness
    assert totals.over_count is None
    grounds = priors.roles["monitor"].grounds
    assert [g.figure for g in grounds if g.level == "total"] == ["the analyst's own numbers"]


def test_an_over_count_in_either_form():
    by_mean = {"over_count": {"mean": 0.1, "sd": 0.2}}
    by_median = {"over_count": {"median": math.exp(0.1), "sd": 0.2}}
    for spec in (by_mean, by_median):
        over = read_priors({"roles": {"monitor": spec}}).roles["monitor"].totals.over_count
        assert (over.mean, over.sd) == (pytest.approx(0.1), pytest.approx(0.2))


def test_replacing_what_a_role_says_within_an_incident():
    priors = read_priors({"roles": {"media": {"within": {"median": 0.8, "factor": 1.5}}}})
    role = priors.roles["media"]
    assert _median(role.within) == pytest.approx(0.8)
    assert _sd(role.within) == pytest.approx(math.log(1.5))
    assert _median(role.totals) == pytest.approx(0.5)


def test_a_source_over_its_role():
    spec = {
        "sources": {"Airwars": {"role": "monitor", "ratio": {"interval": [0.3, 0.8], "prob": 0.9}}}
    }
    prior = read_priors(spec).ratio("Airwars", "monitor", "total")
    np.testing.assert_allclose(prior.quantile([0.05, 0.95]), [0.3, 0.8], rtol=1e-9)
    assert prior.over_count is None


def test_widened():
    prior = default_roles()["monitor"].totals.widened(2.0)
    assert prior.core.sd == pytest.approx(1.6)
    assert prior.core.median == pytest.approx(0.5)
    assert prior.over_count == Normal(0.05, 0.10)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"monitr": {}}, "did you mean 'monitor'"),
        ({"monitor": {"ratoi": {"median": 1, "sd": 1}}}, "ratoi.*valid are ratio, completeness"),
        (
            {
                "monitor": {
                    "ratio": {"median": 1, "sd": 1},
                    "completeness": {"median": 0.5, "sd": 1},
                }
            },
            "not both",
        ),
        ({"monitor": {"completeness": 0.5}}, "is not a prior"),
        ({"monitor": {"completeness": {"median": 1.5, "sd": 1}}}, "between 0 and 1"),
        ({"monitor": 0.5}, "must be a table"),
        ([], None),
        ({"media": {"over_count": {"mean": 0.1}}}, "is not a prior"),
    ],
)
def test_bad_roles(spec, words):
    if words is None:
        with pytest.raises(UsageError, match="must be a table"):
            read_priors({"roles": spec})
        return
    with pytest.raises(UsageError, match=words):
        read_priors({"roles": spec})
