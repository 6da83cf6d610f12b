"""Every role in words and examples, and what was learned as priors that the models read."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.datasets.statements import ROLES
from casualty_est.priors.record import BY_DECLARATION, LEARNED_ROLES, LEVELS, reporting_ratio
from casualty_est.priors.roles import NO_ROLE, default_roles
from casualty_est.priors.worth import (
    as_prior,
    as_toml,
    at_level,
    example_text,
    examples_of,
    meaning_of,
    worth_of_roles,
)

COALITION = "Coalition in Iraq and Syria 2014-19"
ENDS = [0.05, 0.5, 0.95]


def given(role, level="total", without=None):
    """What was learned of a number above 0."""
    return replace(reporting_ratio(role, without, level), zeros=0, stated=0)


def test_the_public_name():
    assert ce.priors.reporting_ratio("accuser").median > 3
    assert ce.priors.ReportingRatio is type(reporting_ratio("accuser"))
    assert set(ce.priors.__all__) == set(dir(ce.priors))
    assert all(hasattr(ce.priors, name) for name in ce.priors.__all__)
    with pytest.raises(AttributeError, match="no attribute 'reporting_ratios'"):
        _ = ce.priors.reporting_ratios


def test_every_learned_role_has_a_meaning():
    meanings = [meaning_of(role) for role in LEARNED_ROLES]
    assert len(set(meanings)) == len(meanings)
    assert {*LEARNED_ROLES, *BY_DECLARATION} == {*ROLES, NO_ROLE}


def test_every_role_has_its_numbers_and_two_examples():
    worths = {worth.role: worth for worth in worth_of_roles()}
    assert set(worths) == set(LEARNED_ROLES)
    for worth in worths.values():
        assert worth.ratio.rows > 0
        assert len(worth.examples) == 2
        assert len({row.conflict for row in worth.examples}) == 2, worth.role
        assert worth.examples[0].ratio <= worth.examples[1].ratio
    for role in ("accuser", "monitor"):
        assert worths[role].assumed == default_roles()[role].totals
    # All first counts are of single incidents.
    levels = {role: worth.ratio.level for role, worth in worths.items()}
    assert {role for role, level in levels.items() if level == "incident"} == {"first_count"}


def test_a_role_without_a_statement_of_a_single_incident_is_left_out():
    incidents = {worth.role: worth for worth in worth_of_roles(level="incident")}
    assert "survey" not in incidents
    assert "first_count" not in {worth.role for worth in worth_of_roles(level="total")}
    assert incidents["perpetrator"].assumed == default_roles()["perpetrator"].incidents
    for worth in incidents.values():
        assert all(row.level == "incident" for row in worth.examples)


@pytest.mark.thorough
def test_no_example_of_the_conflict_under_analysis():
    for worth in worth_of_roles("Syria"):
        assert COALITION in worth.ratio.left_out
        assert not {row.conflict for row in worth.examples} & set(worth.ratio.left_out)


def test_an_example_in_a_line():
    (row,) = (row for row in ce.datasets.record() if row.id == "vnm02")
    assert example_text(row).endswith(f", {row.place} {row.date_reported[:4]}: 20 / 504")
    assert row.source in example_text(row)
    assert "per cent" not in " ".join(row.note for row in examples_of(given("registry")))


# --- as priors -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("without", [None, COALITION])
def test_the_models_read_the_file_and_the_intervals_agree(without):
    priors = ce.priors.read_priors(tomllib.loads(as_toml(without)))
    compared = set()
    for role, level in ((role, level) for role in default_roles() for level in LEVELS):
        if role not in LEARNED_ROLES or role == NO_ROLE:
            continue
        learned = given(role, level, without)
        prior = priors.roles[role].prior(level)
        if not at_level(learned) or as_prior(learned) is None:
            # What was not learned, or has no form, stays as it was.
            assert prior == default_roles()[role].prior(level)
            continue
        compared.add((role, level))
        expected = learned.quantile(ENDS)
        if role == "survey":
            # The surveys of the record were disputed: of another one the side is not known.
            expected = expected / learned.median
        assert prior.quantile(ENDS) == pytest.approx(expected, rel=0.1), role
    # The record knows officials' first counts of single incidents alone.
    known = set(LEARNED_ROLES) - {NO_ROLE, "first_count"}
    assert {role for role, level in compared if level == "total"} == known
    assert {("perpetrator", "incident"), ("adversary", "incident")} <= compared
    assert priors.roles[NO_ROLE] == default_roles()[NO_ROLE]


@pytest.mark.thorough
def test_every_learned_role_is_in_the_file_with_what_is_behind_it():
    text = as_toml()
    assert set(tomllib.loads(text)["roles"]) == set(LEARNED_ROLES) - {NO_ROLE}
    title = "a side that says how many the enemy killed"
    assert f"[roles.accuser]  # {title}: 24 statements in 16 conflicts" in text.splitlines()


@pytest.mark.thorough
@pytest.mark.parametrize("role", ["accuser", "perpetrator", "monitor"])
def test_the_file_changes_nothing_where_no_line_is_changed(role):
    prior = ce.priors.read_priors(tomllib.loads(as_toml())).roles[role].totals
    alone = ce.priors.read_priors().roles[role].totals
    # Three digits are written.
    assert prior.quantile(ENDS) == pytest.approx(alone.quantile(ENDS), rel=0.03)
    assert prior.spread.role / prior.spread.own == pytest.approx(
        alone.spread.role / alone.spread.own
    )
    assert prior.zero == alone.zero


@pytest.mark.thorough
def test_a_list_has_a_completeness_and_an_over_count():
    roles = tomllib.loads(as_toml())["roles"]
    assert set(roles["monitor"]) == {"completeness", "over_count"}
    assert set(roles["perpetrator"]) == {"ratio", "within"}
    assert set(roles["government"]) == {"ratio", "within"}
    assert as_prior(given("monitor", "incident")) is None
    assert "a completeness inside an incident has no form here" in as_toml()


@pytest.mark.thorough
def test_one_level_alone():
    roles = tomllib.loads(as_toml(levels=("incident",)))["roles"]
    assert "survey" not in roles
    assert set(roles["perpetrator"]) == {"within"}
    assert "ratio" in tomllib.loads(as_toml(levels=("total",)))["roles"]["perpetrator"]
    reports = ce.datasets.load("strikes_incidents")
    model = ce.IncidentModel(reports, anchor="Airwars", priors={"roles": roles})
    prior = model.incident_priors.base.roles["perpetrator"].within
    assert prior.quantile(ENDS) == pytest.approx(
        given("perpetrator", "incident").quantile(ENDS), rel=0.1
    )


@pytest.mark.thorough
def test_a_stated_zero_is_said_to_have_no_place_in_it():
    (line,) = (
        line for line in as_toml().splitlines() if "ratio =" in line and "nobody died" in line
    )
    median = float(np.round(tomllib.loads(line)["ratio"]["median"], 3))
    assert median == pytest.approx(float(given("perpetrator").quantile(0.5)), rel=0.01)
    assert "12% say that nobody died" in line
