"""Which numbers the report asks about: the official one, then the farthest, two in all."""

from __future__ import annotations

import pandas as pd

from casualty_est import ClaimsModel
from casualty_est.claims.report.what_if import rivals


def test_two_numbers_are_asked_about_unless_more_are_wanted():
    rows = [
        {"source": "Monitor", "quantity": "5,000", "role": "monitor"},
        {"source": "Army", "quantity": "20", "role": "perpetrator"},
        {"source": "Paper", "quantity": "400,000", "role": "media"},
        {"source": "Agency", "quantity": "90,000", "role": "media"},
    ]
    est = ClaimsModel(pd.DataFrame(rows)).fit(seed=1, draws=200)
    sources = [rival.source for rival in rivals(est)]
    assert len(sources) == 2
    assert sources[0] == "Army"
    assert len(rivals(est, at_most=3)) == 3
    assert [rival.source for rival in rivals(est, at_most=3)][:2] == sources
