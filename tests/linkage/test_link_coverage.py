"""From names to a number on 50 invented sets of lists: the interval holds the truth."""

from __future__ import annotations

import pytest

from tests.linkage.link_coverage import run, table

pytest.importorskip("splink")


@pytest.mark.slow
def test_with_the_defaults_the_interval_contains_the_truth(tmp_path):
    ways = table(run(50, tmp_path))
    # Of 50 intervals of 95% fewer than 44 hold the truth with a probability below 2%.
    assert ways["linkage"]["covered"] >= 0.88
    assert ways["people on some list"]["covered"] >= 0.88
    # The default average over kinds of dependence has an error of its own, on true identities too.
    assert abs(ways["linkage"]["error"] - ways["true identities"]["error"]) < 0.02
    assert ways["linkage"]["width"] <= 1.35 * ways["true identities"]["width"]


@pytest.mark.slow
def test_low_thresholds_miss_it_where_the_model_of_the_lists_is_right(tmp_path):
    ways = table(run(25, tmp_path, "independence"))
    assert ways["linkage"]["covered"] >= 0.8
    assert abs(ways["linkage"]["error"]) < 0.02
    assert ways["linkage"]["width"] <= 1.35 * ways["true identities"]["width"]
    for threshold in ("threshold 0.5", "threshold 0.9"):
        assert ways[threshold]["covered"] <= 0.5
