"""Absurd input, field by field: a model, or an error of the package, and never anything else."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import casualty_est as ce

ROWS = {
    "source": ["A", "B"],
    "role": ["monitor", "media"],
    "quantity": ["500", "600"],
    "scope": ["X", "X"],
    "start": ["2020-01-01", "2020-01-01"],
    "end": ["2020-12-31", "2020-12-31"],
}
COLUMNS = (*ROWS, "reported", "outcome", "group", "perpetrator", "hedge", "level", "derived_from",
           "quotes", "alias_of", "citation", "independent")  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["\x07", "\x1b[2J", "\u202e", "B\x01", "9999-12-31", "0001-01-01", "A;B",
                     "Аirwars", "=1+1", "1e308", "-0", "None"]),
)  # fmt: skip
NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([1e-6, 0, -1, 1e300, 10**400])
)


def understood(rows, **options):
    """Whether a table makes a model; an error of the package is an answer too."""
    try:
        model = ce.ClaimsModel(pd.DataFrame(rows), **options)
    except ce.CasualtyEstError:
        return False
    return bool(repr(model))


def test_the_table_itself_is_understood():
    assert understood(ROWS)


def _cells(column, text):
    plain = ROWS.get(column, ["", ""])
    return understood({**ROWS, column: [text, plain[1]]})


@given(st.sampled_from(COLUMNS), TEXTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_in_any_column(column, text):
    _cells(column, text)


@pytest.mark.slow
@given(st.sampled_from(COLUMNS), TEXTS)
@settings(max_examples=4000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_in_any_column_for_long(column, text):
    _cells(column, text)


def _priors(path, value):
    priors: dict = {}
    *above, last = path
    inner = priors
    for name in above:
        inner = inner.setdefault(name, {})
    inner[last] = value
    return understood(ROWS, priors=priors)


PATHS = (
    ("sources", "A", "ratio"), ("sources", "A", "completeness"), ("sources", "A", "delay"),
    ("sources", "A", "drift"), ("level",), ("offsets", "sd"), ("reporting", "sd"),
    ("reporting", "tally_sd"), ("path", "sd"), ("path", "terms"), ("restated", "sd"),
    ("restated", "months"), ("short", "sd"), ("roles", "monitor", "completeness"),
    ("roles", "media", "ratio"), ("shared",), ("groups",), ("anchors",), ("record",),
)  # fmt: skip
SPECS = st.one_of(
    NUMBERS,
    TEXTS,
    st.fixed_dictionaries({"median": NUMBERS, "sd": NUMBERS}),
    st.fixed_dictionaries({"median": NUMBERS, "factor": NUMBERS}),
    st.fixed_dictionaries({"interval": st.lists(NUMBERS, min_size=2, max_size=2)}),
    st.lists(st.fixed_dictionaries({"median": NUMBERS, "sd": NUMBERS}), max_size=2),
)


@given(st.sampled_from(PATHS), SPECS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_of_any_prior(path, value):
    _priors(path, value)


@pytest.mark.slow
@given(st.sampled_from(PATHS), SPECS)
@settings(max_examples=4000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_of_any_prior_for_long(path, value):
    _priors(path, value)


@pytest.mark.parametrize("where", ["ratio", "completeness"])
@pytest.mark.parametrize("sd", [1e-6, 0.004, 21, 1e300])
def test_a_prior_that_is_as_good_as_exact_or_says_nothing_is_refused(where, sd):
    priors = {"sources": {"A": {where: {"median": 0.5, "sd": sd}}}}
    with pytest.raises(ce.UsageError, match=r"must have an sd of the log(it)? between 0\.005"):
        ce.ClaimsModel(pd.DataFrame(ROWS), priors=priors)


def test_a_grid_of_too_many_steps_is_refused():
    rows = {**ROWS, "start": ["1930-01-01", "2020-01-01"]}
    with pytest.raises(ce.UsageError, match="has more than 2,000 steps: choose"):
        ce.ClaimsModel(pd.DataFrame(rows), grid="day")
    assert understood(rows, grid="month")


def test_a_drift_beyond_all_numbers_is_refused():
    with pytest.raises(ce.UsageError, match="drifts by a factor of"):
        ce.ClaimsModel(pd.DataFrame(ROWS), drift={"A": 1e9})
