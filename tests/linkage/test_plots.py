"""The picture of a matching: what it draws, what it says, and that its texts have their places."""

from __future__ import annotations

import re

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.linkage.into_lists import share_of
from casualty_est.plots.style import PHONE, to_png
from tests.linkage.test_fit import tables
from tests.support.pictures import check_places, joined

LONG = "Committee of the Families of the Disappeared of the Northern and All Other Provinces"


@pytest.fixture(scope="module")
def linked():
    records, pairs = tables()
    records["list"] = records["list"].map({"A": "$x$", "B": LONG})
    return ce.LinkageModel.from_scores(records, pairs, unique_in=("$x$", LONG)).fit(
        seed=1, draws=200
    )


def test_intervals_and_marks_are_those_of_the_table(linked):
    figure = linked.plot()
    (axes,) = figure.axes
    frame = linked.overlaps().sort_values("median", ascending=False, kind="stable")
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(dots, frame["median"])
    bars = [tuple(line.get_xdata()) for line in axes.lines if line.get_marker() == "None"]
    np.testing.assert_allclose(bars, frame[["low", "high"]].to_numpy())
    marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() in "vs^"]
    cuts = frame[[f"threshold {cut:g}" for cut in linked.thresholds]].to_numpy().ravel()
    np.testing.assert_allclose(marks, cuts)
    assert axes.get_xscale() == "log"
    said = joined(figure)
    assert "200 records are" in said
    assert "matching is not calibrated" in said
    assert "left end" not in said


def test_the_share_of_the_variance_is_a_bar_as_long_as_it(linked):
    est = linked.estimate(8, families="independence", seed=1, draws=200, chains=2)
    figure = linked.plot(est)
    (axes,) = figure.axes
    whole, part = [line for line in axes.lines if line.get_linewidth() == 7.0]
    low, high = np.log(whole.get_xdata())
    share = (np.log(part.get_xdata()[1]) - low) / (high - low)
    assert share == pytest.approx(share_of(est), abs=1e-6)
    assert "Share of the variance of the estimate" in joined(figure)
    said = joined(est.plot.total())
    assert "by the matching" in said
    assert "(counted)" not in said


def test_a_telephone_shows_the_share_below_its_words(linked):
    est = linked.estimate(8, families="independence", seed=1, draws=200, chains=2)
    figure = linked.plot(est, figsize=(PHONE, None))
    check_places(figure)
    said = " ".join(joined(figure).split())
    assert "Share of the variance of the estimate that" in said
    assert "matching causes" in said
    assert "…" not in said
    assert "Estimate: casualty_est" in said
    (axes,) = figure.axes
    (percent,) = [text for text in axes.texts if re.fullmatch(r"\d+%", text.get_text())]
    bar = next(line for line in axes.lines if line.get_linewidth() == 7.0)
    assert percent.get_position()[1] < bar.get_ydata()[0] - 0.1  # inches from the top


@pytest.mark.thorough
@pytest.mark.parametrize("dark", [False, True])
def test_texts_have_their_places(linked, dark):
    figure = linked.plot(dark=dark)
    check_places(figure)
    assert len(to_png(figure)) > 10_000


def test_a_level_that_is_none(linked):
    with pytest.raises(UsageError, match="between 0 and 1"):
        linked.plot(ci_prob=95)
