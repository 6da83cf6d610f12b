"""The analyst's table: dictionary and TOML say the same, and unknown names are errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from casualty_est import Normal, UsageError
from casualty_est.priors import read_priors
from casualty_est.priors.settings import nearest

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


def test_defaults_are_the_documented_ones():
    priors = read_priors()
    assert priors == read_priors({})
    assert priors.single == Normal(math.log(3000), 3.0)
    assert priors.shared == Normal(math.log(3000), 5.0)
    assert priors.fractions == (0.5, 0.3, 0.2)
    assert priors.reporting_sd == 0.15
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
        ({"role": {}}, "did you mean 'roles'"),
        ({"anchor": []}, "did you mean 'anchors'"),
        ({"source": {}}, "did you mean 'sources'"),
        ({"grades": {"fair": {"beta": [17, 3]}}}, "grades speak of incidents"),
        ({"sources": {"A": {"rolle": "media"}}}, "did you mean 'role'"),
        ({"sources": {"A": {"role": "monitro"}}}, "did you mean 'monitor'"),
        ({"sources": {"A": {"role": "none"}}}, "valid are"),
        ({"sources": {"A": {"ratio": {"median": -1, "sd": 1}}}}, 'sources."A".ratio'),
        ({"anchors": {"scope": "x"}}, "list of tables"),
        ({"anchors": [{"scpe": "x", "interval": [1, 2]}]}, "did you mean 'scope'"),
        ({"anchors": [{"ratio": 0.5}]}, "belongs to a source"),
        ({"anchors": [{"source": "A"}]}, "write ratio"),
        ({"anchors": [{"source": "A", "ratio": True}]}, "write ratio"),
        ({"anchors": [{"source": "A", "ratio": 0.5, "interval": [1, 2]}]}, "do not go with"),
        ({"anchors": [{"scope": "x"}]}, "is not a prior"),
        ({"anchors": [{"scope": "x", "interval": [0, 5]}]}, "above 0"),
        ({"groups": {"medics": {}}}, "inside"),
        ({"groups": {"medics": {"within": "civilians"}}}, "valid are 'inside', 'share', 'sum'"),
        ({"groups": {"a": {"sum": ["b"], "inside": "c"}}}, "either a sum"),
        ({"groups": {"a": {"inside": "b"}, "b": {"inside": "a"}}}, "inside itself"),
        ({"groups": {"a": {"inside": "a"}}}, "inside itself"),
        ({"groups": {"a": {"sum": ["b"]}, "b": {"sum": ["a"]}}}, "inside itself"),
        ({"level": {"mean": 5, "sd": 1}}, "level: .* is not a prior"),
        ({"offsets": {"sd": 0}}, "offsets.sd must be"),
        ({"offsets": {"tau": 1}}, "valid are 'sd'"),
        ({"reporting": {"sd": True}}, "reporting.sd must be"),
        ({"reporting": {}}, "reporting.sd must be"),
        ({"reporting": 0.2}, "must be a table"),
        ({"shared": {"role": 0.5, "source": 0.5}}, "valid are 'role', 'source'"),
        ({"shared": {"role": 0.5, "source": 0.5, "target": 0.5}}, "sum to 1"),
        ({"shared": {"role": -0.5, "source": 0.5, "target": 1.0}}, "0 or more"),
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
    bad.write_text("roles = [", encoding="utf-8")
    with pytest.raises(UsageError, match=r"bad\.toml is not TOML"):
        read_priors(bad)
    bad.write_bytes(b"a = '\xff'")
    with pytest.raises(UsageError, match=r"bad\.toml is not TOML in UTF-8"):
        read_priors(bad)


def test_nearest():
    assert nearest("monitro", ["media", "monitor"]) == (
        "did you mean 'monitor'? valid are 'media', 'monitor'"
    )
    assert nearest("zzz", ["media"]) == "valid are 'media'"
    assert nearest("zzz", []) == "valid are none"
