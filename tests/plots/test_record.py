"""The picture of the record: every statement of a role, and what to expect of the next one."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection

import casualty_est as ce
from casualty_est.errors import UsageError
from casualty_est.plots import statements
from casualty_est.plots.page import MOST
from casualty_est.plots.style import to_png, to_svg
from casualty_est.priors.record import LEARNED_ROLES, reporting_ratio
from tests.support.pictures import check_places, joined, texts


def dots(figure):
    """Where dots are drawn, arrows of zeros apart."""
    lines = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    return [float(line.get_xdata()[0]) for line in lines]


@pytest.mark.thorough
@pytest.mark.parametrize("role", LEARNED_ROLES)
def test_texts_have_their_places(role):
    figure = ce.plots.record(role)
    check_places(figure)
    assert figure.get_size_inches()[0] == pytest.approx(7.2)
    ratio = reporting_ratio(role)
    assert f"learned from {ratio.rows} statements in {ratio.conflicts} conflicts" in joined(figure)


def test_every_statement_is_drawn_once_where_its_ratio_is():
    rows = ce.datasets.record().of("monitor")
    figure = ce.plots.record("monitor")
    assert sorted(dots(figure)) == pytest.approx(sorted(row.ratio for row in rows))
    shown = joined(figure)
    assert all(row.conflict in shown for row in rows)
    assert "OSCE interviews, 2001" in texts(figure)


def test_the_bar_is_the_interval_of_the_better_figure():
    (row,) = (row for row in ce.datasets.record() if row.id == "kos05")
    ends = row.reported_best / row.ref_high, row.reported_best / row.ref_low
    bars = [line.get_xdata() for line in ce.plots.record("monitor").axes[0].lines]
    assert any(len(bar) == 2 and np.allclose(bar, ends) for bar in bars)


@pytest.mark.thorough
def test_zeros_are_at_the_left_edge():
    figure = ce.plots.record("perpetrator")
    zeros = ce.datasets.record().of("perpetrator", use="zero")
    axes = figure.axes[0]
    arrows = [line for line in axes.lines if line.get_marker() == "<"]
    assert len(arrows) == len(zeros) > 5
    low, high = np.log(axes.get_xlim())
    for arrow in arrows:
        assert (np.log(arrow.get_xdata()[0]) - low) / (high - low) < 0.05
    assert texts(figure).count("0") == len(zeros)
    # Nor is a zero of the conflict under analysis drawn.
    left_out = "Coalition in Iraq and Syria 2014-19"
    kept = [row for row in zeros if row.conflict != left_out]
    without = texts(ce.plots.record("perpetrator", without=left_out))
    assert 0 < without.count("0") == len(kept) < len(zeros)
    assert "said that nobody died" in joined(figure)
    assert "said that nobody died" not in joined(ce.plots.record("party"))


@pytest.mark.thorough
def test_median_and_band_are_those_that_were_learned():
    ratio = reporting_ratio("accuser", "Kosovo")
    figure = ce.plots.record("accuser", without="Kosovo")
    axes = figure.axes[0]
    upright = [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert any(x == pytest.approx(ratio.median) for x in upright)
    (band,) = (one for one in axes.collections if isinstance(one, FillBetweenPolyCollection))
    x = band.get_paths()[0].vertices[:, 0]
    assert (x.min(), x.max()) == pytest.approx(ratio.interval(0.9))
    shown = joined(figure)
    assert "without Kosovo 1998-99" in shown
    assert "US Secretary of Defense Cohen" not in shown
    incident = texts(ce.plots.record("accuser", level="incident"))
    assert incident != texts(ce.plots.record("accuser"))


@pytest.mark.thorough
def test_a_figure_built_on_the_source_is_hollow():
    rows = [row for row in ce.datasets.record().of("monitor") if row.ref_uses_source == "wholly"]
    lines = [line for line in ce.plots.record("monitor").axes[0].lines if line.get_marker() == "o"]
    hollow = [line for line in lines if line.get_markerfacecolor() == "white"]
    assert sorted(float(line.get_xdata()[0]) for line in hollow) == pytest.approx(
        sorted(row.ratio for row in rows)
    )
    assert "built wholly on the source" in joined(ce.plots.record("monitor"))


@pytest.mark.thorough
def test_what_does_not_fit_is_counted():
    figure = ce.plots.record("none")
    rows = len(ce.datasets.record().of("none")) or reporting_ratio("none").rows
    assert len(dots(figure)) == MOST
    assert f"{rows - MOST} more statements are not drawn" in joined(figure)
    assert len(statements._spread(range(MOST))) == MOST


def test_the_page_has_a_picture_of_every_role_with_eight_statements():
    page = (Path(ce.__file__).parents[1] / "docs" / "record.md").read_text("utf-8")
    drawn = re.findall(r'ce\.plots\.record\("(\w+)"\)', page)
    record = ce.datasets.record()
    assert sorted(drawn) == sorted(role for role in LEARNED_ROLES if len(record.of(role)) >= 8)


@pytest.mark.thorough
def test_dark_and_files():
    light, dark = ce.plots.record("media"), ce.plots.record("media", dark=True)
    assert texts(light) == texts(dark)
    assert to_png(light) != to_png(dark)
    assert to_svg(light).startswith(b"<?xml")
    assert to_svg(light) == to_svg(ce.plots.record("media"))


def test_an_unknown_role_is_an_error():
    with pytest.raises(UsageError, match="did you mean 'monitor'"):
        ce.plots.record("moniter")
    with pytest.raises(UsageError, match="declaration"):
        ce.plots.record("register")
