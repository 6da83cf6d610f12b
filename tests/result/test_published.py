"""The published schema of estimate.json is the one in the docs, and results keep to it."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from casualty_est.result.published import check_content, estimate_schema

SCHEMA = Path(__file__).parents[2] / "docs" / "estimate.schema.json"


def test_the_schema_in_the_docs_is_that_of_the_records():
    assert json.loads(SCHEMA.read_text("utf-8")) == estimate_schema()


def test_results_of_every_kind_keep_to_it(coalition, of_lists):
    for estimate in (coalition, of_lists(), of_lists(strata=("March", "April"))):
        check_content(json.loads(json.dumps(estimate.to_dict())))


@pytest.mark.parametrize("change", ["missing", "extra", "wrong", "level"])
def test_another_form_is_refused(coalition, change):
    content = copy.deepcopy(coalition.to_dict())
    if change == "missing":
        del content["estimates"][0]["median"]
    elif change == "extra":
        content["sources"][0]["honesty"] = 1.0
    elif change == "wrong":
        content["seed"] = "one"
    else:
        content["estimates"][0]["level"] = "guess"
    with pytest.raises(ValidationError):
        check_content(content)
