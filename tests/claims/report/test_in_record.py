"""Where the ratio of a source lies among the statements of its role in the record."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from casualty_est import datasets
from casualty_est.claims.report.text import of_sources
from casualty_est.tables.cells import Given

COALITION = "Coalition in Iraq and Syria 2014-19"


def ratios(role, left_out=(), levels=("war", "campaign")):
    """Ratios of the statements that the package learns from, read by hand."""
    with datasets.path("record").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["role"] == role]
    kept = [row for row in rows if row["use"] == "main" and row["conflict"] not in left_out]
    kept = [row for row in kept if row["level"] in levels]
    return [float(row["reported_best"]) / float(row["ref_best"]) for row in kept]


def pentagon(est, **numbers):
    """What is said of the first source, if its ratio were another."""
    source = est.meta.sources[0]
    row = SimpleNamespace(**{"ratio": 0.1, "low": 0.05, "high": 0.2, "learned": 0.5} | numbers)
    (said,) = of_sources([source], [row], 0.95, [COALITION])
    return said


@pytest.mark.parametrize("ratio", [0.12, 0.25])
def test_those_that_name_a_larger_part_are_counted(coalition_learned, ratio):
    all_of_role = ratios("perpetrator", [COALITION])
    larger = sum(one > ratio for one in all_of_role)
    assert 1 < larger < len(all_of_role) < len(ratios("perpetrator"))
    said = pentagon(coalition_learned, ratio=ratio)
    assert said.endswith(
        f" Of {len(all_of_role)} totals in the record of past sources with the role perpetrator, "
        f"{larger} name a larger part of the deaths."
    )


def test_above_all_of_them_and_below_all_but_one(coalition_learned):
    first, second = sorted(ratios("perpetrator", [COALITION]), reverse=True)[:2]
    said = pentagon(coalition_learned, ratio=1.01 * first)
    assert re.search(r" None of the \d+ totals .* names a larger part of the deaths\.$", said)
    said = pentagon(coalition_learned, ratio=(first + second) / 2)
    assert said.endswith(" perpetrator, 1 names a larger part of the deaths.")


def test_the_analysts_own_prior_has_no_place_in_it(coalition_learned):
    source = coalition_learned.meta.sources[0]
    own = SimpleNamespace(**{n: getattr(source, n) for n in source.__dataclass_fields__})
    own.prior_given = Given.SOURCE
    own.owner = source.owner
    row = SimpleNamespace(ratio=0.1, low=0.05, high=0.2, learned=0.5)
    (said,) = of_sources([own], [row], 0.95)
    assert "the record" not in said


def test_statements_on_single_incidents_are_counted_apart(coalition_learned):
    source = replace(coalition_learned.meta.sources[0], level="incident")
    row = SimpleNamespace(ratio=0.25, low=0.1, high=0.5, learned=0.5)
    (said,) = of_sources([source], [row], 0.95, [COALITION])
    here = ratios("perpetrator", [COALITION], ["incident"])
    assert len(here) != len(ratios("perpetrator", [COALITION]))
    assert said.endswith(
        f" Of {len(here)} statements on single incidents in the record of past sources with the "
        f"role perpetrator, {sum(one > 0.25 for one in here)} name a larger part of the deaths."
    )


def many(est, numbers, level="total"):
    """What is said of a source with as many totals as numbers; its ratio is 0.1, 0.2 and so on."""
    first, claim = est.meta.sources[0], est.meta.claims[0]
    names = [f"ratio of Pentagon (place {place})" for place in range(len(numbers))]
    sources = [
        replace(first, name=name, level=level, source="Pentagon", apart=(f"place {place}",))
        for place, name in enumerate(names)
    ]
    claims = [
        replace(claim, target=name, best=number, low=None, high=None, counted=True)
        for name, number in zip(names, numbers, strict=True)
    ]
    rows = [
        SimpleNamespace(ratio=(place + 1) / 10, low=0.05, high=0.9, learned=0.5)
        for place in range(len(numbers))
    ]
    (said,) = of_sources(sources, rows, 0.95, [COALITION], claims)
    return said


def test_of_many_totals_the_largest_has_its_place(coalition_learned):
    said = many(coalition_learned, [30, 700, 50])
    totals = ratios("perpetrator", [COALITION])
    assert "The largest total is that of Pentagon (place 1), which reported 20% of" in said
    assert said.endswith(
        f" Of {len(totals)} totals in the record of past sources with the role perpetrator, "
        f"{sum(one > 0.2 for one in totals)} name a larger part of the deaths."
    )
    assert "place 0" in many(coalition_learned, [900, 700, 50])


def test_many_single_incidents_have_no_largest_total(coalition_learned):
    assert "The record" not in many(coalition_learned, [30, 700, 50], level="incident")
