"""Where the ratio of a source lies among the statements of its role in the record."""

from __future__ import annotations

import csv
from types import SimpleNamespace

import pytest

from casualty_est import datasets
from casualty_est.claims.report.text import of_sources
from casualty_est.tables.cells import Given

COALITION = "Coalition in Iraq and Syria 2014-19"


def ratios(role, left_out=()):
    """Ratios of the statements that the package learns from, read by hand."""
    with datasets.path("record").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["role"] == role]
    kept = [row for row in rows if row["use"] == "main" and row["conflict"] not in left_out]
    return [float(row["reported_best"]) / float(row["ref_best"]) for row in kept]


def pentagon(est, **numbers):
    """What is said of the first source, if its ratio were another."""
    source = est.meta.sources[0]
    row = SimpleNamespace(**{"ratio": 0.1, "low": 0.05, "high": 0.2, "learned": 0.5} | numbers)
    (said,) = of_sources([source], [row], 0.95, [COALITION])
    return said


@pytest.mark.parametrize("ratio", [0.101, 0.25])
def test_those_that_name_a_larger_part_are_counted(coalition_learned, ratio):
    all_of_role = ratios("perpetrator", [COALITION])
    larger = sum(one > ratio for one in all_of_role)
    assert 1 < larger < len(all_of_role) < len(ratios("perpetrator"))
    said = pentagon(coalition_learned, ratio=ratio)
    assert f"The record has {len(all_of_role)} statements by a perpetrator" in said
    assert said.endswith(f" {larger} of them name a larger part of the deaths.")


def test_above_all_of_them_and_below_all_but_one(coalition_learned):
    first, second = sorted(ratios("perpetrator", [COALITION]), reverse=True)[:2]
    said = pentagon(coalition_learned, ratio=1.01 * first)
    assert said.endswith(" None of them names a larger part of the deaths.")
    said = pentagon(coalition_learned, ratio=(first + second) / 2)
    assert said.endswith(" 1 of them names a larger part of the deaths.")


def test_the_analysts_own_prior_has_no_place_in_it(coalition_learned):
    source = coalition_learned.meta.sources[0]
    own = SimpleNamespace(**{n: getattr(source, n) for n in source.__dataclass_fields__})
    own.prior_given = Given.SOURCE
    own.owner = source.owner
    row = SimpleNamespace(ratio=0.1, low=0.05, high=0.2, learned=0.5)
    (said,) = of_sources([own], [row], 0.95)
    assert "The record" not in said
