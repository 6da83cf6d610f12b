"""Pictures draw "about 800" as wide as the likelihood takes it: a log sd of .15."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
from matplotlib.figure import Figure

from casualty_est.claims.plots import marks_in_time
from casualty_est.plots import marks
from casualty_est.quantity.hedges import about
from casualty_est.result.schema import ClaimRow

CLAIM = ClaimRow(
    source="A", role=None, text="about 800", form="about", low=None, best=800, high=None,
    level="total", scope="all", outcome="killed", group="civilians", perpetrator="any",
    start=None, end=None, reported=None, citation=None, line=None, counted=True, hedge="speaker",
)  # fmt: skip


def bars_on_one_line():
    spans = []
    page = SimpleNamespace(
        palette=SimpleNamespace(claim="black"),
        dot=lambda *args, **how: None,
        bar=lambda low, high, *args, **how: spans.append((low, high)),
    )
    marks.draw(page, CLAIM, 0.0, light=False)
    return spans


def bar_over_time():
    axes = Figure().subplots()
    look = marks_in_time.Look("black", "o")
    marks_in_time.draw(axes, [marks_in_time.Placed(0.0, CLAIM)], look, 2.0)
    (segment,) = axes.collections[0].get_segments()
    return segment[0, 1], segment[1, 1]


@pytest.mark.parametrize("sd", [0.15, 0.45])
def test_both_pictures_take_the_width_from_the_hedge(monkeypatch, sd):
    if sd != about.SD_ABOUT:
        monkeypatch.setattr(about, "SD_ABOUT", sd)
    ends = 800 * math.exp(-sd), 800 * math.exp(sd)
    assert marks.kind_of(CLAIM) == "about"
    assert marks.numbers_of(CLAIM) == pytest.approx(list(ends))
    assert bar_over_time() == pytest.approx(ends)
    spans = bars_on_one_line()
    assert spans[0] == pytest.approx(ends)
    assert [math.log(high / 800) / sd for _, high in spans] == pytest.approx([1.0, 0.66, 0.33])


def test_the_legend_says_how_wide():
    assert marks.names()["about"] == "pale halo and bar: “about”, 15% either way"
