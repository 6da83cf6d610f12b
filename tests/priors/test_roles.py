"""The roles that come with the package, number by number, and what an analyst may replace."""

from __future__ import annotations

import csv
import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

import casualty_est
from casualty_est import LogNormal, Normal, UsageError
from casualty_est.priors import LogitNormal, RatioPrior, default_roles, read_priors
from casualty_est.priors.roles import Spread
from casualty_est.tables.cells import ROLES, Given
from tests.support.former import DOCUMENTS, former

LEARNED = Path(casualty_est.__file__).parent / "priors" / "learned.csv"
COALITION = "Coalition in Iraq and Syria 2014-19"

# Who documents case by case: a share, times what is counted twice or wrongly.
SHARES = {"monitor", "merged_list", "international", "registry"}
DECLARED = {"register", "reference", "none"}
LEARNED_KEYS = sorted({*ROLES, "none"} - DECLARED)


def _median(prior):
    return prior.core.median


def _sd(prior):
    return prior.core.sd


def _learned(key, without=""):
    with LEARNED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["without"], row["role"]) == (without, key):
                return {name: float(row[name]) for name in row if name not in ("without", "role")}
    raise KeyError(key)


def _by_simulation(key, level, without=""):
    """Log ratios of new sources in new conflicts, every number of the file drawn with its error."""
    row = _learned(key, without)
    n, rng = 400_000, np.random.default_rng(20_150_901)
    # A dispute has made surveys famous: of another one the side is not known.
    mean = 0.0 if key == "survey" else row[level]
    mean = mean + row[f"{level}_sd"] * rng.standard_normal(n)
    shared = np.exp(row["log_b"] + row["log_b_sd"] * rng.standard_normal(n))
    scale = np.exp(row["log_w"] + row["log_w_sd"] * rng.standard_normal(n))
    core = mean + shared * rng.standard_normal(n) + scale * rng.standard_t(4, n)
    if key not in SHARES:
        return core
    return special.log_expit(core) + 0.05 + 0.15 * rng.standard_normal(n)


@pytest.mark.parametrize("level", ["total", "incident"])
@pytest.mark.parametrize("key", LEARNED_KEYS)
def test_default_ratios_are_those_of_the_record(key, level):
    # Two parts stand for a mixture: the median agrees, and the ends of the 90% interval within 3%.
    prior = default_roles()[key].prior(level)
    low, middle, high = np.quantile(_by_simulation(key, level), [0.05, 0.5, 0.95])
    got = np.log(prior.quantile([0.05, 0.5, 0.95]))
    assert got[1] == pytest.approx(middle, abs=0.015)
    np.testing.assert_allclose(got[[0, 2]], [low, high], atol=0.03)


@pytest.mark.parametrize("key", ["perpetrator", "monitor"])
def test_without_a_conflict_they_are_those_of_the_record_without_it(key):
    prior = default_roles((COALITION,))[key].totals
    low, middle, high = np.quantile(_by_simulation(key, "total", COALITION), [0.05, 0.5, 0.95])
    got = np.log(prior.quantile([0.05, 0.5, 0.95]))
    assert got[1] == pytest.approx(middle, abs=0.015)
    np.testing.assert_allclose(got[[0, 2]], [low, high], atol=0.03)
    assert prior != default_roles()[key].totals


@pytest.mark.parametrize("key", sorted(SHARES))
def test_documenting_roles_have_a_completeness(key):
    role = default_roles()[key]
    for prior in (role.totals, role.incidents):
        assert isinstance(prior.core, LogitNormal)
        assert prior.over_count == Normal(0.05, 0.15)
        assert prior.spread is not None
    assert not default_roles()["government"].totals.is_completeness


def test_who_counts_case_by_case_without_a_completeness_has_light_tails():
    light = {
        key
        for key in LEARNED_KEYS
        for prior in (default_roles()[key].totals, default_roles()[key].incidents)
        if not prior.spread.heavy
    }
    assert light == {"government"}


def test_both_parts_of_a_spread_by_simulation():
    rng = np.random.default_rng(3)
    spread, n = Spread(0.7, 0.4), 1_000_000
    summed = 0.7 * rng.standard_normal(n) + 0.4 * rng.standard_t(4, n)
    q = [0.025, 0.05, 0.3, 0.5, 0.9, 0.99]
    np.testing.assert_allclose(spread.below(np.quantile(summed, q)), q, atol=0.002)
    # The Normal of the core has the same 90% interval.
    assert spread.normal_sd * stats.norm.ppf(0.95) == pytest.approx(
        np.quantile(np.abs(summed), 0.9), rel=0.005
    )
    assert spread.scaled(2.0) == Spread(1.4, 0.8)
    light = Spread(0.7, 0.4, heavy=False)
    z = np.linspace(-3, 3, 13)
    # The shared part is summed at 101 places.
    np.testing.assert_allclose(light.below(z), stats.norm(0, np.hypot(0.7, 0.4)).cdf(z), atol=2e-3)


def test_every_role_of_the_table_and_no_other():
    assert set(default_roles()) == {*ROLES, "none"}


def test_every_role_has_a_citation():
    for key, role in default_roles().items():
        assert role.grounds, key
        for ground in role.grounds:
            assert ground.figure
            assert ground.citation
            assert ground.level in ("total", "incident", "within")


@pytest.mark.parametrize("left_out", [(), (COALITION,)])
def test_the_ground_of_a_learned_role_is_counted_in_the_record(left_out):
    kept = [
        row
        for row in casualty_est.datasets.record()
        if row.role == "perpetrator" and row.conflict not in left_out
    ]
    main = [row for row in kept if row.use == "main"]
    zeros = [row for row in kept if row.use == "zero" and row.level != "incident"]
    totals = [row for row in main if row.level != "incident"]
    role = default_roles(left_out)["perpetrator"]
    (ground,) = (ground for ground in role.grounds if ground.level == "total")
    conflicts = len({row.conflict for row in main})
    without = f", without {COALITION}" if left_out else ""
    said = f"{len(main)} statements in {conflicts} conflicts{without}: median 0."
    assert ground.figure.startswith(said)
    stated = len(totals) + len(zeros)
    assert ground.figure.endswith(f"{len(zeros)} of {stated} more said that nobody died")
    # Half a zero and half a number before any is seen.
    assert role.totals.zero == pytest.approx((len(zeros) + 0.5) / (stated + 1))
    assert default_roles(left_out)["monitor"].totals.zero == 0


def test_completeness_times_over_count_by_simulation():
    # Antithetic, two million: the quantiles to three digits.
    rng = np.random.default_rng(7)
    half = rng.normal(size=(2, 1_000_000))
    z = np.concatenate([half, -half], axis=1)
    ratio = special.expit(0.8 * z[0]) * np.exp(0.05 + 0.10 * z[1])
    q = [0.025, 0.25, 0.5, 0.75, 0.975]
    prior = RatioPrior(
        LogitNormal(median=0.5, sd=0.8), Normal(0.05, 0.10), "by hand", Given.ANALYST
    )
    np.testing.assert_allclose(prior.quantile(q), np.quantile(ratio, q), rtol=0.002)


def test_levels():
    role = default_roles()["perpetrator"]
    assert role.prior("incident") is role.incidents
    assert role.prior("within") is role.within
    assert role.prior("total") is role.totals


def test_replacing_a_completeness_keeps_the_over_count_and_the_tails():
    priors = read_priors({"roles": {"monitor": {"completeness": {"median": 0.4, "sd": 0.5}}}})
    totals, learned = priors.roles["monitor"].totals, default_roles()["monitor"].totals
    assert totals.core.median == pytest.approx(0.4)
    assert totals.over_count == learned.over_count == Normal(0.05, 0.15)
    assert "analyst" in totals.origin
    assert learned.core.median > 0.6
    # The analyst's interval, split as the record splits it.
    assert totals.spread.role / totals.spread.own == pytest.approx(
        learned.spread.role / learned.spread.own
    )
    assert totals.spread.normal_sd == pytest.approx(0.5, rel=1e-3)


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
    assert role.totals == default_roles()["media"].totals
    # Of a claim on one incident it says the same, with the tails of the record.
    assert _median(role.incidents) == pytest.approx(0.8)
    np.testing.assert_allclose(
        role.incidents.quantile([0.05, 0.95]), role.within.quantile([0.05, 0.95]), rtol=0.005
    )
    assert role.incidents.spread is not None


def test_a_source_over_its_role():
    spec = {
        "sources": {"Airwars": {"role": "monitor", "ratio": {"interval": [0.3, 0.8], "prob": 0.9}}}
    }
    prior = read_priors(spec).ratio("Airwars", "monitor", "total")
    np.testing.assert_allclose(prior.quantile([0.05, 0.95]), [0.3, 0.8], rtol=1e-9)
    assert prior.over_count is None


def test_former_priors_can_be_asked_for():
    roles = read_priors(former()).roles
    assert roles["perpetrator"].totals.core == LogNormal.from_log(math.log(0.15), 1.0)
    for key in ("monitor", "government"):
        assert roles[key].totals.core == LogitNormal(**DOCUMENTS["completeness"])
        assert roles[key].totals.over_count == Normal(0.05, 0.10)


def test_how_often_a_role_denies():
    priors = read_priors({"roles": {"perpetrator": {"denies": 0}, "monitor": {"denies": 0.25}}})
    assert priors.roles["perpetrator"].totals == dataclasses.replace(
        default_roles()["perpetrator"].totals, zero=0.0
    )
    for prior in (priors.roles["monitor"].totals, priors.roles["monitor"].incidents):
        assert prior.zero == 0.25
    # An analyst's ratio does not take the record's denials away.
    spec = {"roles": {"perpetrator": {"ratio": {"median": 0.2, "sd": 0.5}}}}
    kept = read_priors(spec).roles["perpetrator"].totals
    assert kept.zero == default_roles()["perpetrator"].totals.zero > 0


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"monitr": {}}, "Did you mean 'monitor'"),
        ({"monitor": {"ratoi": {"median": 1, "sd": 1}}}, "ratoi.*Use one of: ratio, completeness"),
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
        ({"monitor": {"denies": 0.5}}, "roles.monitor.denies must be a probability"),
        ({"monitor": {"denies": True}}, "must be a probability from 0 to below 0.5, not True"),
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
