"""Pictures of estimates from lists: what they draw, what they say, and what they refuse."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text

import casualty_est as ce
from casualty_est.plots import to_png, to_svg
from casualty_est.plots.style import settings

ONLY_LISTS = ("dial", "families", "overlaps")
LONG = "Committee of the Families of the Disappeared of the Northern and All Other Provinces"
AWKWARD = ("$x$", "<b>HRW</b> & المرصد", LONG)


def texts(figure: Any) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]


def joined(figure: Any) -> str:
    return " ".join(texts(figure))


def test_dial_is_the_curve_and_marks_what_the_answer_implies(of_lists) -> None:
    est = of_lists()
    axes = est.plot.dial().axes[0]
    curve = est.meta["details"]["dial"]["curve"]
    drawn = next(line for line in axes.lines if len(line.get_xdata()) == len(curve))
    np.testing.assert_allclose(drawn.get_xdata(), [p["ratio"] for p in curve])
    np.testing.assert_allclose(drawn.get_ydata(), [p["median"] for p in curve])
    (dot,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert dot.get_xdata()[0] == pytest.approx(1.2)
    # Straight on log axes between the points at 1 and 2, which have 600 and 994 people.
    wanted = 600 * (994 / 600) ** (np.log(1.2) / np.log(2))
    assert dot.get_ydata()[0] == pytest.approx(wanted)
    (bar,) = [line for line in axes.lines if tuple(line.get_xdata()) == (0.8, 1.7)]
    assert len(set(bar.get_ydata())) == 1
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert {".25", ".5", "1", "2", "4", "on some list: 206 (counted)"} <= set(texts(axes.figure))
    assert "1.2 (.80 to 1.7, 95 % interval)" in joined(axes.figure)


def test_dial_has_room_for_ratios_beyond_its_curve(of_lists) -> None:
    est = of_lists()
    est.meta["details"]["dial"]["implied"] = {"low": 3.0, "median": 9.0, "high": 30.0}
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
    found = texts(figure)
    order = ["The answer", "Unequal visibility", "Lists that depend in pairs", "Latent classes"]
    assert [text for text in found if text in order] == order
    assert {"80 %", "20 %", "less than 0.1 %"} <= set(found)
    assert "ruled out: evidence 18.0 nats below the best" in joined(figure)


def test_a_sum_over_strata_shows_the_table_without_strata(of_lists) -> None:
    est = of_lists(strata=("March", "April"))
    people = est.plot.families().axes[0]
    dots = [line.get_xdata()[0] for line in people.lines if line.get_marker() == "o"]
    assert dots[0] == pytest.approx(640)
    one = est.plot.families(row=3).axes[0]
    dots = [line.get_xdata()[0] for line in one.lines if line.get_marker() == "o"]
    assert dots[1] == pytest.approx(330)
    assert "month March" in joined(est.plot.dial(row=5))  # a part has the dial of its total
    assert "on some list: 103 (counted)" in texts(est.plot.dial(row=5))


def test_total_shows_counted_people_apart_and_strata_below(of_lists) -> None:
    found = texts(of_lists(strata=("March", "April")).plot.total())
    assert "on some list: 206 (counted)" in found
    assert {"of these, on no list", "By stratum", "month March", "month April"} <= set(found)
    assert not any("of these, listed" in text for text in found)


def test_several_modes_are_drawn_and_nothing_between_them(of_lists, bimodal) -> None:
    figure = of_lists(bimodal).plot.total()
    assert not any(text.startswith("median") for text in texts(figure))
    assert {"60 % near 1,000", "40 % near 3,000"} <= set(texts(figure))
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
    assert "206 people, by the lists that hold them" in texts(figure)


def test_sources_are_shares_of_all_people(of_lists) -> None:
    est = of_lists()
    axes = est.plot.sources().axes[0]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(dots, 100 * est.sources()["completeness"])
    assert "per cent of all people" in axes.get_xlabel()


def test_cases_speak_of_lists(of_lists) -> None:
    est = of_lists()
    case = {"case": "without HRW", "median": 500.0, "low": 300.0, "high": 900.0}
    case |= {"prob": 0.95, "converged": True}
    est.meta["details"]["refits"] = {"leave_one_out:0:0.95": [case]}
    assert {"all lists", "Without one list", "without HRW"} <= set(texts(est.plot.cases()))


# What they refuse ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ONLY_LISTS)
def test_claims_have_no_pictures_of_lists(name: str) -> None:
    est = ce.ClaimsModel(ce.datasets.claims("coalition")).fit(seed=1)
    with pytest.raises(ce.UsageError, match=rf"est.plot.{name}\(\) belongs to .* lists, .* claims"):
        getattr(est.plot, name)()


@pytest.mark.parametrize("name", ONLY_LISTS)
def test_a_row_that_is_not_there(of_lists, name: str) -> None:
    with pytest.raises(ce.UsageError, match="row must be a whole number from 0 to 2"):
        getattr(of_lists().plot, name)(row=3)


def test_what_was_not_kept_is_said(of_lists) -> None:
    with pytest.raises(ce.UsageError, match="at most 8 lists"):
        of_lists(dial=None).plot.dial()
    with pytest.raises(ce.UsageError, match="keeps no overlaps"):
        of_lists(overlaps=None).plot.overlaps()


# That nothing breaks them --------------------------------------------------------------------


@pytest.mark.parametrize("name", [*ONLY_LISTS, "total", "sources"])
@pytest.mark.parametrize("dark", [False, True])
def test_awkward_names_stay_in_their_places(of_lists, name: str, dark: bool) -> None:
    est = of_lists(lists=AWKWARD, strata=("1999-03 <i>early</i>", "$y$ " * 12))
    draw = getattr(est.plot, name)
    assert to_png(draw(dark=dark)).startswith(b"\x89PNG")
    assert b"<svg" in to_svg(draw(dark=dark))
    check_places(draw(dark=dark))  # a new one: an image at other dots per inch moves labels


@pytest.mark.parametrize("name", ["dial", "families", "sources"])
def test_not_converged_is_stamped(of_lists, name: str) -> None:
    est = of_lists()
    assert "NOT CONVERGED" not in texts(getattr(est.plot, name)())
    est.meta["diagnostics"]["converged"] = False
    assert "NOT CONVERGED" in texts(getattr(est.plot, name)())


def check_places(figure: Any) -> None:
    """No text leaves the page, and none stands on another."""
    with settings():
        renderer = figure.canvas.get_renderer()
        boxes = [
            (t.get_text(), t.get_window_extent(renderer))
            for t in figure.findobj(Text)
            if t.get_text().strip() and t.get_visible()
        ]
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.x1 <= figure.bbox.width + 1, text
        assert box.y0 >= 0, text
        assert box.y1 <= figure.bbox.height + 1, text
    for (one, a), (other, b) in combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        tall = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 1 or tall <= 0.35 * min(a.height, b.height), (one, other)
