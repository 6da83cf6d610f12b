"""What an estimate from incidents hands to a study."""

from __future__ import annotations

import numpy as np

from casualty_est.result.shared import FlatPrior


def test_counts_sources_and_the_sums_that_each_source_brings(strikes):
    shared = strikes.shared()
    assert [count.label for count in shared.counts] == list(strikes.labels)
    np.testing.assert_allclose(np.exp(shared.counts[0].log_draws), strikes.draws().ravel())
    assert all(isinstance(count.prior, FlatPrior) for count in shared.counts)
    told = {(one.source, one.deaths) for one in shared.spoken}
    for row in strikes.details.reports:
        assert {(row.source, end) for end in (row.low, row.high) if end} <= told
    worth = {(one.source, one.quantity): one for one in shared.sources}
    ratio = worth["Airwars", "ratio_within"]
    np.testing.assert_allclose(np.exp(ratio.log_draws), strikes.ratio("Airwars").ravel())
    assert ratio.row == strikes.meta.sources[strikes._source_labels().index("Airwars")]
