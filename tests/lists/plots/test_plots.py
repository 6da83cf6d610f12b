"""Pictures of estimates from lists: what they draw, what they say, and what they refuse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import casualty_est as ce
from casualty_est.claims.plots import ClaimsPlots
from casualty_est.lists.plots import ListPlots
from casualty_est.lists.schema import Dial
from casualty_est.plots.style import PHONE, to_png, to_svg
from casualty_est.result.schema import Case, Span
from tests.support.pictures import check_places, joined, texts

ONLY_LISTS = ("dial", "families", "overlaps")
LONG = "Committee of the Families of the Disappeared of the Northern and All Other Provinces"
AWKWARD = ("$x$", "<b>HRW</b> & المرصد", LONG)


def test_dial_is_the_curve_and_marks_what_the_answer_implies(of_lists) -> None:
    est = of_lists()
    axes = est.plot.dial().axes[0]
    curve = est.details.found.dial.curve
    drawn = next(line for line in axes.lines if len(line.get_xdata()) == len(curve))
    np.testing.assert_allclose(drawn.get_xdata(), [p.ratio for p in curve])
    np.testing.assert_allclose(drawn.get_ydata(), [p.median for p in curve])
    (dot,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert dot.get_xdata()[0] == pytest.approx(1.2)
    # Straight on log axes between the points at 1 and 2, which have 600 and 994 people.
    wanted = 600 * (994 / 600) ** (np.log(1.2) / np.log(2))
    assert dot.get_ydata()[0] == pytest.approx(wanted)
    (bar,) = [line for line in axes.lines if tuple(line.get_xdata()) == (0.8, 1.7)]
    assert len(set(bar.get_ydata())) == 1
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert {"0.25", "0.5", "1", "2", "4", "on some list: 206 (counted)"} <= set(texts(axes.figure))
    assert "1.2 (0.80 to 1.7, 95% interval)" in joined(axes.figure)


@pytest.mark.parametrize("width", [7.2, PHONE])
def test_the_line_of_no_interaction_makes_way_for_the_count(of_lists, width: float) -> None:
    figure = of_lists().plot.dial(figsize=(width, None))
    (axes,) = figure.axes
    box = next(t for t in axes.texts if "(counted)" in t.get_text()).get_window_extent()
    pieces = [line for line in axes.lines if list(line.get_xdata()) == [1.0, 1.0]]
    assert pieces
    for piece in pieces:
        (x, low), (_, high) = piece.get_transform().transform(piece.get_xydata())
        assert not box.x0 < x < box.x1 or high <= box.y0 or low >= box.y1


def test_dial_has_room_for_ratios_beyond_its_curve(of_lists) -> None:
    curve = of_lists().details.found.dial.curve
    est = of_lists(dial=Dial(curve, implied=Span(median=9.0, low=3.0, high=30.0)))
    axes = est.plot.dial().axes[0]
    assert axes.get_xlim()[1] >= 30.0
    (dot,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert dot.get_xdata()[0] == pytest.approx(9.0)


def test_families_have_weight_and_answer_side_by_side(of_lists) -> None:
    figure = of_lists().plot.families()
    people, weights = figure.axes
    filled = [bar.get_width() for bar in weights.patches if bar.get_fill()]
    outlined = [bar.get_width() for bar in weights.patches if not bar.get_fill()]
    np.testing.assert_allclose(np.array(filled) / filled[0], [1, 0.25, 1e-7 / 0.8], atol=1e-9)
    np.testing.assert_allclose(np.array(outlined) / filled[0], [0.9 / 0.8, 0.125, 0], atol=1e-6)
    dots = [line.get_xdata()[0] for line in people.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(dots[1:], [660, 480, 1200])
    assert dots[0] == pytest.approx(600, rel=0.02)
    shown = texts(figure)
    order = ["The answer", "Unequal visibility", "Lists that depend in pairs", "Latent classes"]
    assert [text for text in shown if text in order] == order
    assert {"80%", "20%", "less than 1%"} <= set(shown)
    assert "does not fit: log evidence 18.0 below the best" in joined(figure)


def test_a_sum_over_strata_shows_the_table_without_strata(of_lists) -> None:
    est = of_lists(strata=("March", "April"))
    people = est.plot.families().axes[0]
    dots = [line.get_xdata()[0] for line in people.lines if line.get_marker() == "o"]
    assert dots[0] == pytest.approx(640)
    one = est.plot.families(row="month March").axes[0]
    dots = [line.get_xdata()[0] for line in one.lines if line.get_marker() == "o"]
    assert dots[1] == pytest.approx(330)
    assert "month March" in joined(
        est.plot.dial(row="month March, unlisted")
    )  # a part has the dial of its total
    assert "on some list: 103 (counted)" in texts(est.plot.dial(row="month March, unlisted"))


def test_total_shows_counted_people_apart_and_strata_below(of_lists) -> None:
    shown = texts(of_lists(strata=("March", "April")).plot.total())
    assert "on some list: 206 (counted)" in shown
    assert {"of these, on no list", "By stratum", "month March", "month April"} <= set(shown)
    assert not any("of these, listed" in text for text in shown)


def test_several_modes_are_drawn_and_nothing_between_them(of_lists, bimodal) -> None:
    figure = of_lists(bimodal).plot.total()
    assert not any(text.startswith("median") for text in texts(figure))
    assert {"60% near 1,000", "40% near 3,000"} <= set(texts(figure))
    upright = [
        line.get_xdata()[0]
        for line in figure.axes[0].lines
        if len(line.get_xdata()) == 2 and len(set(line.get_xdata())) == 1
    ]
    assert not any(1300 < x < 2400 for x in upright)
    assert sum(950 < x < 1050 for x in upright) == 1
    assert sum(2900 < x < 3100 for x in upright) == 1


def test_overlaps_are_the_counts(of_lists) -> None:
    figure = of_lists().plot.overlaps()
    bars = sorted((round(bar.get_height()) for bar in figure.axes[0].patches), reverse=True)
    assert bars == [60, 50, 40, 20, 15, 12, 9]
    assert "206 people, by the lists that name them" in texts(figure)


def test_sources_are_shares_of_all_people(of_lists) -> None:
    est = of_lists()
    axes = est.plot.sources().axes[0]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(dots, 100 * est.sources()["completeness"])
    assert "per cent of all people" in axes.get_xlabel()


def test_cases_speak_of_lists(of_lists) -> None:
    case = Case("without HRW", 500.0, 300.0, 900.0, 0.95, converged=True)
    est = of_lists(refits={"without_each_source:0:0.95": (case,)})
    assert {"all lists", "Without one list", "without HRW"} <= set(texts(est.plot.cases()))


# What they refuse ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ONLY_LISTS)
def test_claims_have_no_pictures_of_lists(name: str) -> None:
    assert hasattr(ListPlots, name)
    assert not hasattr(ClaimsPlots, name)


@pytest.mark.parametrize("name", ONLY_LISTS)
def test_a_row_that_is_not_there(of_lists, name: str) -> None:
    with pytest.raises(ce.UsageError, match=r"row must be one of .* 'totl' \(did you mean 'total'"):
        getattr(of_lists().plot, name)(row="totl")


def test_what_was_not_kept_is_said(of_lists) -> None:
    with pytest.raises(ce.UsageError, match="at most 8 lists"):
        of_lists(dial=None).plot.dial()
    with pytest.raises(ce.UsageError, match="keeps no overlaps"):
        of_lists(overlaps=None).plot.overlaps()


# That nothing breaks them --------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*ONLY_LISTS, "total", "sources"])
@pytest.mark.parametrize("dark", [False, True])
def test_awkward_names_stay_in_their_places(of_lists, name: str, dark: bool) -> None:
    est = of_lists(lists=AWKWARD, strata=("1999-03 <i>early</i>", "$y$ " * 12))
    draw = getattr(est.plot, name)
    assert to_png(draw(dark=dark)).startswith(b"\x89PNG")
    assert b"<svg" in to_svg(draw(dark=dark))
    check_places(draw(dark=dark))  # a new one: an image at other dots per inch moves labels


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["dial", "families", "sources"])
def test_not_converged_is_stamped(of_lists, name: str) -> None:
    est = of_lists()
    assert "NOT CONVERGED" not in texts(getattr(est.plot, name)())
    est.meta = replace(est.meta, diagnostics=replace(est.meta.diagnostics, converged=False))
    assert "NOT CONVERGED" in texts(getattr(est.plot, name)())
