"""From names to a number on 50 invented sets of lists: the interval holds the truth."""

from __future__ import annotations

import pytest

from tests.linkage.link_coverage import run, table

pytest.importorskip("splink")


@pytest.mark.slow
def test_the_interval_holds_the_truth_and_low_thresholds_do_not(tmp_path):
    ways = table(run(50, tmp_path))
    # Of 50 intervals of 95% fewer than 44 hold the truth with a probability below 2%.
    assert ways["linkage"]["covered"] >= 0.88
    assert abs(ways["linkage"]["error"]) < 0.02
    assert ways["linkage"]["width"] <= 1.35 * ways["true identities"]["width"]
    for threshold in ("threshold 0.5", "threshold 0.9"):
        assert ways[threshold]["covered"] <= 0.5
