"""The analyst's table: dictionary and TOML say the same, and unknown names are errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from casualty_est import Normal, UsageError
from casualty_est.priors import default_roles, read_priors
from casualty_est.priors.settings import NORMAL_FRACTIONS
from casualty_est.tables.checks import offered

TOML = """
[roles.monitor]
completeness = { median = 0.6, factor = 2.0 }
over_count = { mean = 0.1, sd = 0.2 }

[sources."Airwars"]
role = "monitor"
ratio = { interval = [0.3, 0.8], prob = 0.9 }

[[anchors]]
scope = "Syria"
group = "civilians"
interval = [9000, 11000]
prob = 0.95

[[anchors]]
source = "Airwars"
ratio = 0.68

[groups]
medics = { inside = "civilians", share = { median = 0.02, sd = 1.0 } }
everyone = { sum = ["locals", "foreigners"] }

[level]
median = 500
factor = 10

[incident_level]
median = 4
sd = 1.5

[offsets]
sd = 0.9

[reporting]
sd = 0.2

[shared]
role = 0.4
source = 0.4
target = 0.2
"""

SPEC = {
    "roles": {
        "monitor": {
            "completeness": {"median": 0.6, "factor": 2.0},
            "over_count": {"mean": 0.1, "sd": 0.2},
        }
    },
    "sources": {"Airwars": {"role": "monitor", "ratio": {"interval": [0.3, 0.8], "prob": 0.9}}},
    "anchors": [
        {"scope": "Syria", "group": "civilians", "interval": [9000, 11000], "prob": 0.95},
        {"source": "Airwars", "ratio": 0.68},
    ],
    "groups": {
        "medics": {"inside": "civilians", "share": {"median": 0.02, "sd": 1.0}},
        "everyone": {"sum": ["locals", "foreigners"]},
    },
    "level": {"median": 500, "factor": 10},
    "incident_level": {"median": 4, "sd": 1.5},
    "offsets": {"sd": 0.9},
    "reporting": {"sd": 0.2},
    "shared": {"role": 0.4, "source": 0.4, "target": 0.2},
}


@pytest.mark.parametrize("mark", ["", "﻿"])
def test_file_and_dictionary_say_the_same(tmp_path, mark):
    path = tmp_path / "priors.toml"
    path.write_text(mark + TOML, encoding="utf-8")
    by_file, by_dict = read_priors(path), read_priors(SPEC)
    assert by_file == by_dict
    assert read_priors(str(path)) == by_dict


def test_every_number_arrives():
    priors = read_priors(SPEC)
    assert priors.fractions == (0.4, 0.4, 0.2)
    assert priors.reporting_sd == 0.2
    assert priors.offset_sd == 0.9
    assert priors.single == priors.shared == Normal(math.log(500), math.log(10))
    assert priors.single_incident == Normal(math.log(4), 1.5)
    assert priors.groups["medics"].inside == "civilians"
    assert priors.groups["medics"].share.median == pytest.approx(0.02)
    assert priors.groups["everyone"].parts == ("locals", "foreigners")
    assert priors.roles["monitor"].totals.core.sd == pytest.approx(math.log(2))
    cell, ratio = priors.anchors
    np.testing.assert_allclose(cell.prior.interval(0.95), [9000, 11000])
    assert cell.cell == {"scope": "Syria", "group": "civilians"}
    assert cell.name == "anchor: Syria, civilians"
    assert (ratio.source, ratio.name) == ("Airwars", "anchor: ratio of Airwars")
    assert (ratio.prior.median, ratio.prior.sd) == (pytest.approx(0.68), pytest.approx(0.10))


def test_the_errors_of_tallies():
    said = {"sd": 0.2, "tally_sd": 0.1, "tally_tails": "heavy"}
    priors = read_priors({"reporting": said})
    assert (priors.reporting_sd, priors.tally_sd, priors.light_tallies) == (0.2, 0.1, False)
    assert read_priors({"reporting": {"tally_tails": "light"}}).light_tallies


def test_roles_are_learned_without_the_conflicts_left_out():
    name = "Coalition in Iraq and Syria 2014-19"
    priors = read_priors(left_out=[name])
    assert priors.left_out == (name,)
    assert priors.roles["monitor"] == default_roles((name,))["monitor"]
    assert priors.roles["monitor"] != default_roles()["monitor"]


def test_defaults_are_the_documented_ones():
    priors = read_priors()
    assert priors == read_priors({})
    assert priors.single == Normal(math.log(3000), 3.0)
    assert priors.shared == Normal(math.log(3000), 5.0)
    # What sources share is learned from the record; without one, the shares of a Normal are these.
    assert priors.fractions is None
    assert NORMAL_FRACTIONS == (0.5, 0.3, 0.2)
    assert (priors.reporting_sd, priors.tally_sd, priors.light_tallies) == (0.15, 0.05, True)
    assert priors.left_out == ()
    assert (priors.learned_sd.median, priors.learned_sd.sd) == (
        pytest.approx(0.15),
        pytest.approx(0.7),
    )
    assert priors.offset_sd == 1.5


@pytest.mark.parametrize(
    "item", [{"ratio": 0.68, "sd": 0.2}, {"ratio": 0.68, "factor": math.exp(0.2)}]
)
def test_a_ratio_anchor_with_a_tolerance(item):
    (anchor,) = read_priors({"anchors": [{"source": "A", **item}]}).anchors
    assert anchor.prior.median == pytest.approx(0.68)
    assert anchor.prior.sd == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"role": {}}, "Did you mean 'roles'"),
        ({"anchor": []}, "Did you mean 'anchors'"),
        ({"source": {}}, "Did you mean 'sources'"),
        ({"grades": {"fair": {"beta": [17, 3]}}}, "grades speak of incidents"),
        ({"sources": {"A": {"rolle": "media"}}}, "Did you mean 'role'"),
        ({"sources": {"A": {"role": "monitro"}}}, "Did you mean 'monitor'"),
        ({"sources": {"A": {"role": "none"}}}, "Use one of:"),
        ({"sources": {"A": {"ratio": {"median": -1, "sd": 1}}}}, 'sources."A".ratio'),
        ({"anchors": {"scope": "x"}}, "list of tables"),
        ({"anchors": [{"scpe": "x", "interval": [1, 2]}]}, "Did you mean 'scope'"),
        ({"anchors": [{"ratio": 0.5}]}, "belongs to a source"),
        ({"anchors": [{"source": "A"}]}, "write ratio"),
        ({"anchors": [{"source": "A", "ratio": True}]}, "write ratio"),
        ({"anchors": [{"source": "A", "ratio": 0.5, "interval": [1, 2]}]}, "do not go with"),
        ({"anchors": [{"scope": "x"}]}, "is not a prior"),
        ({"anchors": [{"scope": "x", "interval": [0, 5]}]}, "above 0"),
        ({"groups": {"medics": {}}}, "inside"),
        ({"groups": {"medics": {"within": "civilians"}}}, "Use one of: 'inside', 'share', 'sum'"),
        ({"groups": {"a": {"sum": "women"}}}, r"groups\.a\.sum must be a list"),
        ({"groups": {"a": {"sum": 3}}}, "two different groups, not 3"),
        ({"groups": {"a": {"sum": []}}}, "two different groups"),
        ({"groups": {"a": {"sum": ["b"]}}}, "two different groups"),
        ({"groups": {"a": {"sum": ["b", "b"]}}}, "two different groups"),
        ({"groups": {"a": {"sum": ["b", 3]}}}, "two different groups"),
        (
            {"groups": {"c": {"sum": ["a", "b"]}, "a": {"inside": "c"}}},
            "'a' is a part of the sum 'c'",
        ),
        ({"groups": {"civilians": {"inside": "all"}}}, "'civilians' is a part of the sum 'all'"),
        (
            {"groups": {"c": {"sum": ["a", "b"]}, "a": {"sum": ["x", "y"]}, "x": {"inside": "c"}}},
            "'x' is a part of the sum 'c'",
        ),
        (
            # Neither lies inside itself, and each is computed from the other.
            {
                "groups": {
                    "c": {"sum": ["a", "b"]},
                    "d": {"sum": ["x", "y"]},
                    "a": {"inside": "d"},
                    "x": {"inside": "c"},
                }
            },
            "inside itself",
        ),
        ({"groups": {"a": {"sum": ["b"], "inside": "c"}}}, "either a sum"),
        ({"groups": {"a": {"inside": "b"}, "b": {"inside": "a"}}}, "inside itself"),
        ({"groups": {"a": {"inside": "a"}}}, "inside itself"),
        ({"groups": {"a": {"sum": ["b", "c"]}, "b": {"sum": ["a", "d"]}}}, "inside itself"),
        ({"level": {"mean": 5, "sd": 1}}, "level: .* is not a prior"),
        ({"offsets": {"sd": 0}}, "offsets.sd must be"),
        ({"offsets": {"tau": 1}}, "Use one of: 'sd'"),
        ({"reporting": {"sd": True}}, "reporting.sd must be"),
        ({"reporting": {}}, "reporting: give sd"),
        ({"reporting": {"tally_sd": 0.01}}, "reporting.tally_sd must be at least 0.02"),
        ({"reporting": {"tally_sd": True}}, "reporting.tally_sd must be"),
        ({"reporting": {"tally_tails": "fat"}}, "tally_tails is 'light' or 'heavy', not 'fat'"),
        ({"reporting": {"tail": "light"}}, "Use one of: 'sd', 'tally_sd', 'tally_tails'"),
        ({"reporting": 0.2}, "must be a table"),
        ({"shared": {"role": 0.5, "source": 0.5}}, "Use one of: 'role', 'source'"),
        ({"shared": {"role": 0.5, "source": 0.5, "target": 0.5}}, "sum to 1"),
        ({"shared": {"role": -0.5, "source": 0.5, "target": 1.0}}, "0 or more"),
        ({"shared": {"role": "half", "source": 0.3, "target": 0.2}}, "shared.role must be a"),
        ({"shared": {"role": 0.5, "source": True, "target": 0.2}}, "shared.source must be a"),
        ({"shared": {"role": 0.5, "source": 0.3, "target": math.nan}}, "shared.target must be a"),
        ({"anchors": [{"interval": [9000, 9009]}]}, "one per cent either way; .* 9000 to 9009"),
        ({"anchors": [{"source": "A", "ratio": 0.5, "sd": 0.004}]}, "one per cent either way"),
        ({"anchors": [{"interval": [1e13, 1e14]}]}, r"anchors\[0\]: a median must lie between"),
        ({"anchors": [{"source": "A", "ratio": 2e4}]}, "between 0.0001 and 10000, not 20000"),
        ({"level": {"median": 2e12, "factor": 2}}, r"level: .* 1e-06 and 1e\+12, not 2e\+12"),
        ({"incident_level": {"median": 1e-7, "factor": 2}}, "incident_level: a median must"),
        ({"roles": {"media": {"ratio": {"median": 1e5, "sd": 1}}}}, "roles.media: a median"),
        ({"roles": {"media": {"within": {"median": 1e-5, "sd": 1}}}}, "roles.media.within: a"),
        ({"sources": {"A": {"ratio": {"median": 1e-5, "sd": 1}}}}, 'sources."A": a median'),
        ({"sources": {"A": {"within": 0.5}}}, 'sources."A".within must be a table'),
        ({"sources": {"A": {"within": {"mean": 2}}}}, 'sources."A".within: .* is not a prior'),
        ([1], r"dictionary or the path of a TOML file, not \[1\]"),
        (5, "dictionary or the path of a TOML file, not 5"),
        ([], "dictionary or the path of a TOML file"),
        # Without a part of its own the lattice would have no width, and the gauge no inverse.
        ({"shared": {"role": 1, "source": 0, "target": 0}}, "target above 0"),
        ({"shared": {"role": 0.5, "source": 0.5, "target": 0}}, "target above 0"),
    ],
)
def test_unknown_and_malformed(spec, words):
    with pytest.raises(UsageError, match=words):
        read_priors(spec)


def test_a_file_that_is_missing_or_no_toml(tmp_path):
    with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
        read_priors(tmp_path / "none.toml")
    bad = tmp_path / "bad.toml"
    bad.write_text("roles = [\n[a", encoding="utf-8")
    with pytest.raises(
        UsageError,
        match=r"bad\.toml cannot be read: it is no TOML|bad\.toml cannot be read: line 2",
    ):
        read_priors(bad)
    bad.write_bytes(b"a = '\xff'")
    with pytest.raises(UsageError, match=r"bad\.toml cannot be read: it is not UTF-8 text"):
        read_priors(bad)


def test_offered():
    assert offered("monitro", ["media", "monitor"]) == (
        "Did you mean 'monitor'? Use one of: 'media', 'monitor'"
    )
    assert offered("zzz", ["media"]) == "Use one of: 'media'"
    assert offered("zzz", []) == "Use one of: none"


def test_a_declared_sum_replaces_the_share_inside_it():
    groups = read_priors({"groups": {"civilians": {"sum": ["women", "men", "children"]}}}).groups
    assert groups["civilians"].parts == ("women", "men", "children")
    assert [groups[name].inside for name in ("women", "men", "children")] == [None] * 3
    assert groups["elderly"].inside == "civilians"


def test_a_share_inside_another_group_than_the_sum_stays():
    groups = read_priors({"groups": {"adults": {"sum": ["women", "men"]}}}).groups
    assert [groups[name].inside for name in ("women", "men")] == ["civilians"] * 2


def test_a_sum_of_sums_replaces_the_shares_too():
    table = {"civilians": {"sum": ["adults", "children"]}, "adults": {"sum": ["women", "men"]}}
    groups = read_priors({"groups": table}).groups
    assert [groups[name].inside for name in ("women", "men", "children")] == [None] * 3


@pytest.mark.parametrize(
    "within", [{"median": 0.5, "factor": 2}, {"interval": [0.5 / 1.5, 0.75], "prob": 0.5}]
)
def test_each_level_of_a_source_has_a_prior_of_its_own(within):
    ratio = {"median": 0.3, "sd": 0.4}
    priors = read_priors({"sources": {"A": {"ratio": ratio, "within": within}}})
    total, incident = (priors.ratio("A", "monitor", level) for level in ("total", "incident"))
    assert (total.core.median, total.core.sd) == (pytest.approx(0.3), pytest.approx(0.4))
    assert incident.core.median == pytest.approx(0.5)
    assert incident.over_count is None
    assert total.origin == incident.origin == 'sources."A" of the analyst'


def test_what_is_said_of_one_level_leaves_the_other_to_the_role():
    priors = read_priors(
        {
            "sources": {
                "totals": {"ratio": {"median": 0.3, "sd": 0.4}},
                "share": {"completeness": {"median": 0.3, "sd": 0.4}},
                "within": {"within": {"median": 0.5, "sd": 0.4}},
            }
        }
    )
    role = priors.roles["monitor"]
    assert priors.ratio("totals", "monitor", "incident") is role.incidents
    assert priors.ratio("share", "monitor", "incident") is role.incidents
    assert priors.ratio("within", "monitor", "total") is role.totals
    assert priors.ratio("within", "monitor", "incident").core.median == pytest.approx(0.5)
