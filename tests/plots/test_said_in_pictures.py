"""What a picture says is what the tables say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import casualty_est as ce
from casualty_est.result.show import answer
from tests.support.by_hand import make_estimate, make_row
from tests.support.paragraphs import claims
from tests.support.pictures import joined, texts


def test_a_stratum_with_two_modes_is_named_as_in_the_table() -> None:
    """A year in which everybody says that nobody died, or that a dozen did."""
    generator = np.random.default_rng(2)
    zero = generator.random((4, 500)) < 0.6
    year = np.where(zero, 0.0, generator.poisson(11, (4, 500)))
    other = generator.lognormal(np.log(200), 0.05, (4, 500))
    rows = [make_row(), *(replace(make_row(), strata={"year": y}) for y in ("2017", "2018"))]
    estimate = make_estimate(np.stack([year + other, year, other], axis=-1), rows)
    (said, ends) = answer(estimate, 1, 0.95)
    assert " or " in said
    shown = joined(estimate.plot.total(row="total"))
    for middle, interval in zip(said.split(" or "), ends.split(" or "), strict=True):
        assert f"{middle.partition(' (')[0]} ({interval})" in shown
    assert "0 (0 to 17)" not in shown


def test_a_refit_that_did_not_converge_is_drawn_without_numbers(coalition: ce.Estimate) -> None:
    key = "without_each_source:0:0.95"
    coalition.without_each_source()
    kept = dict(coalition.details.refits)
    bad = replace(kept[key][0], median=123_456.0, high=9e9, converged=False)
    coalition.details.refits[key] = (bad, *kept[key][1:])
    try:
        figure = coalition.plot.cases()
        table = coalition.without_each_source()
    finally:
        coalition.details.refits.update(kept)
    assert "did not converge: no numbers" in joined(figure)
    assert "123,456" not in joined(figure)
    assert "120,000" not in joined(figure)
    assert figure.axes[0].get_xlim()[1] < 1e9
    assert table[["median", "low", "high"]].iloc[0].isna().all()


def test_a_party_is_not_said_to_document() -> None:
    rows = [("Army", "perpetrator", "at least 841"), ("Lantern", "monitor", "at least 4,100")]
    est = claims(rows)
    est.meta = replace(
        est.meta, claims=tuple(replace(c, hedge="documented") for c in est.meta.claims)
    )
    shown = texts(est.plot.total())
    assert "acknowledged" in shown
    assert shown.count("documented") == 1
