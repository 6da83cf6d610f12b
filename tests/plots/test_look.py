"""How pictures look: their sizes, telephones, other people's axes, dark pages, and their words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import matplotlib
import numpy as np
import pytest

import casualty_est as ce
from casualty_est.plots.page import label
from casualty_est.plots.parts import why_not
from casualty_est.plots.scales import log_ticks
from casualty_est.plots.style import LABEL, PHONE, SMALL, dark_of, palette_of, to_svg
from casualty_est.result.schema import SourceRow, Span
from casualty_est.wording.display import shown_as
from tests.support.by_hand import make_estimate, make_row
from tests.support.pictures import (
    artists,
    check_nothing_upright_crosses,
    check_places,
    joined,
    texts,
)

METHODS = ("total", "sources", "priors", "identification", "cases", "parts", "card")
DOTS = 96  # of a screen, in an inch
SHOWN = 379  # dots that a page 390 dots wide gives to a picture


@pytest.fixture(scope="module")
def places() -> ce.Estimate:
    """A total of five places, each drawn by hand."""
    generator = np.random.default_rng(3)
    sizes = np.array([3000, 1200, 40, 700, 90.0])
    draws = sizes * generator.lognormal(0, 0.3, (2, 200, 5))
    whole = np.concatenate([draws.sum(axis=-1, keepdims=True), draws], axis=-1)
    names = ("Aleppo", "Homs", "A small town with a rather long name", "Raqqa", "Hama")
    rows = [make_row(), *(make_row(scope=name, documented=30) for name in names)]
    return make_estimate(whole, rows)


@pytest.mark.thorough
@pytest.mark.parametrize("name", METHODS)
def test_a_telephone_shows_every_text_in_its_place(coalition: ce.Estimate, name: str) -> None:
    figure = getattr(coalition.plot, name)(figsize=(PHONE, None))
    assert float(figure.get_size_inches()[0]) == PHONE
    check_places(figure)
    # As the page enlarges it, and no text is smaller than 11 dots even where it does not.
    least = min(text.get_fontsize() for text in artists(figure))
    assert least * DOTS / 72 >= 11
    assert PHONE * DOTS <= SHOWN


@pytest.mark.thorough
@pytest.mark.parametrize("width", [PHONE, 7.2])
@pytest.mark.parametrize("name", ["total", "sources", "cases", "identification"])
def test_no_upright_line_runs_through_a_text(
    coalition: ce.Estimate, name: str, width: float
) -> None:
    check_nothing_upright_crosses(getattr(coalition.plot, name)(figsize=(width, None)))


def test_the_line_of_one_makes_way_for_long_names() -> None:
    name = "A monitor whose name goes on from one end of the picture to the other end of it"
    source = SourceRow(name, name, role="monitor", prior=Span(1.0, 0.5, 2.0))
    estimate = make_estimate(np.full((2, 100, 1), 900.0), [make_row()], sources=(source,))
    check_nothing_upright_crosses(estimate.plot.sources(figsize=(PHONE, None)))


def test_the_numbers_of_a_row_are_never_cut() -> None:
    detail = "lost, Ukrainian tanks and armoured combat vehicles, 3.9 (1.4 to 11) times"
    lines = label("Russia on Ukrainian losses", detail, 2.2, palette_of())
    assert " ".join(line.text for line in lines).endswith("3.9 (1.4 to 11) times")


@pytest.mark.thorough
@pytest.mark.parametrize("name", METHODS)
def test_a_wide_picture_has_no_smaller_text(coalition: ce.Estimate, name: str) -> None:
    figure = getattr(coalition.plot, name)()
    check_places(figure)
    assert min(text.get_fontsize() for text in artists(figure)) == SMALL >= 8.25 < LABEL


@pytest.mark.thorough
def test_a_height_that_is_given_is_filled(coalition: ce.Estimate) -> None:
    figure = coalition.plot.total(figsize=(6, 5.5))
    assert figure.get_size_inches() == pytest.approx([6, 5.5])
    check_places(figure)
    bottom = min(t.get_window_extent().y0 for t in artists(figure))
    assert bottom < 0.2 * figure.bbox.height
    with pytest.raises(ce.UsageError, match=r"and has 1\.0: give more height"):
        coalition.plot.total(figsize=(6, 1))
    with pytest.raises(ce.UsageError, match="inches wide, not 1"):
        coalition.plot.total(figsize=(1, None))


@pytest.mark.thorough
def test_pictures_stand_in_the_axes_of_another_figure(coalition: ce.Estimate) -> None:
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 8))
    same = coalition.plot.total(ax=left)
    coalition.plot.sources(ax=right)
    assert same is figure
    half = figure.bbox.width / 2
    own = next(t for t in artists(figure) if t.get_text() == "median 10,000")
    other = next(t for t in artists(figure) if t.get_text() == "reported / true, log scale")
    assert own.get_window_extent().x1 < half < other.get_window_extent().x0
    pyplot.close(figure)
    figure, axes = pyplot.subplots(figsize=(6, 2))
    with pytest.raises(ce.UsageError, match="give more height"):
        coalition.plot.total(ax=axes)
    pyplot.close(figure)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["total", "sources", "identification"])
def test_the_dark_image_is_the_light_one_in_other_colours(
    coalition: ce.Estimate, name: str
) -> None:
    draw = getattr(coalition.plot, name)
    dark = re.sub(rb"id=\"[^\"]*\"|#[a-z]\w{10,}|#m\w+", b"", to_svg(draw(dark=True)))
    same = re.sub(rb"id=\"[^\"]*\"|#[a-z]\w{10,}|#m\w+", b"", dark_of(to_svg(draw())))
    assert same.count(b"#f0f0f0") == dark.count(b"#f0f0f0") > 3
    assert same.count(b"#56b4e9") == dark.count(b"#56b4e9") > 0
    assert b"#0072b2" not in same
    assert b"#ffffff" not in same


def test_text_of_an_svg_is_text(coalition: ce.Estimate) -> None:
    root = ET.fromstring(to_svg(coalition.plot.total()))
    written = {node.text for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"median 10,000", "Airwars (monitor)", "“at least 6,047”"} <= written
    fonts = {node.get("style") or "" for node in root.iter("{http://www.w3.org/2000/svg}text")}
    assert all("sans-serif" in font for font in fonts)


@pytest.mark.thorough
def test_words_beside_a_picture_hold_its_numbers(coalition: ce.Estimate) -> None:
    for name, numbers in {
        "total": ("10,000", "5,400 to 24,000", "at least 6,047", "“around 800”"),
        "sources": ("Airwars (monitor) 59%", "Pentagon"),
        "identification": ("+0.85", "+0.13"),
        "priors": (
            "after the data 10,000 (5,400 to 24,000)",
            "Airwars (monitor): assumed 52% (18% to 91%)",
        ),
        "cases": ("only Airwars 11,000 (5,700 to 33,000)",),
        "parts": ("at least 6,047 (Airwars)", "10,000 (5,400 to 24,000)"),
    }.items():
        alt = getattr(coalition.plot, name)().alt
        assert all(number in alt for number in numbers), (name, alt)
        assert "table" not in alt


def test_a_notebook_keeps_the_words(coalition: ce.Estimate) -> None:
    figure = coalition.plot.card()
    bundle, about = figure._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert about["image/png"]["alt"] == figure.alt
    assert "About 10,000" in figure.alt


@pytest.mark.thorough
def test_dates_stand_as_people_write_them(coalition: ce.Estimate) -> None:
    for name in METHODS:
        assert not re.search(r"\d{4}-\d\d-\d\d", joined(getattr(coalition.plot, name)()))


def test_title_and_source_can_be_said(coalition: ce.Estimate) -> None:
    figure = coalition.plot.total(title="Another title", credit="Source: somebody, 1 May 2020.")
    shown = texts(figure)
    assert {"Another title", "Source: somebody, 1 May 2020."} <= set(shown)
    assert "Sources: Pentagon and Airwars" in joined(coalition.plot.total())
    assert "Sources:" not in joined(coalition.plot.total(credit=""))


def test_names_are_those_that_readers_know(coalition: ce.Estimate) -> None:
    with shown_as({"Airwars": "the group Airwars", "Coalition": "the US-led Coalition"}):
        shown = joined(coalition.plot.total())
    assert "attributed to the US-led Coalition" in " ".join(shown.split())
    assert "The group Airwars (monitor)" in shown
    assert "the group" not in joined(coalition.plot.total())


# The new ones --------------------------------------------------------------------------------


def test_parts_add_up(coalition: ce.Estimate) -> None:
    axes = coalition.plot.parts().axes[0]
    ends = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() > 10]
    median = float(np.median(coalition.draws()))
    assert ends == [
        pytest.approx((0, 6047)),
        pytest.approx((6047, median)),
        pytest.approx((0, 6047)),
        pytest.approx((6047, median)),
    ]
    low, high = np.quantile(coalition.draws(), [0.025, 0.975])
    lines = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() < 2]
    assert low < 6047
    # What lies beyond the documented count begins there.
    assert lines[-2:] == [pytest.approx((6047, high)), pytest.approx((low, high))]


def test_parts_say_why_there_are_none(far_modes: ce.Estimate) -> None:
    assert "supports several numbers" in joined(far_modes.plot.parts())
    low = make_estimate(np.full((2, 50, 1), 10.0), [make_row(documented=50)])
    assert why_not(low.plot, 0).startswith("The estimate does not lie above")
    bare = make_estimate(np.full((2, 50, 1), 10.0), [make_row(documented=0)])
    assert why_not(bare.plot, 0).startswith("Nothing is documented")


@pytest.fixture
def far_modes() -> ce.Estimate:
    generator = np.random.default_rng(1)
    both = [generator.lognormal(np.log(n), 0.08, 300) for n in (49_000, 145_000)]
    draws = generator.permutation(np.concatenate(both))
    return make_estimate(draws.reshape(2, 300, 1), [make_row(documented=24_692)])


@pytest.mark.thorough
@pytest.mark.parametrize("width", [7.2, PHONE])
def test_small_multiples_name_every_place_once(places: ce.Estimate, width: float) -> None:
    figure = places.plot.cells(figsize=(width, None))
    check_places(figure)
    shown = joined(figure)
    assert len(figure.axes) == 5
    for name in ("Aleppo", "Homs", "Raqqa", "Hama"):
        assert shown.count(name) == 1
    limits = {axes.get_xlim() for axes in figure.axes}
    assert len(limits) == 1
    (median,) = np.median(places.draws(1)[None], axis=(1, 2))
    drawn = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert drawn == [pytest.approx(median)]


@pytest.mark.parametrize("width", [7.2, PHONE])
def test_small_multiples_that_begin_at_a_power_of_ten(width: float) -> None:
    """The label of the first tick would stand half outside of the page."""
    draws = np.random.default_rng(2).lognormal(np.log([600_000, 150_000]), 0.18, (2, 200, 2))
    rows = [make_row(scope=name) for name in ("Burnham", "Iraq Family Health Survey")]
    figure = make_estimate(draws, rows).plot.cells(figsize=(width, None))
    check_places(figure)
    assert all(len(axes.get_xticks()) >= 2 for axes in figure.axes)
    assert "Dashed" not in joined(figure)


def test_labels_of_ticks_stay_near_their_axis() -> None:
    assert log_ticks(95_000, 1_100_000, 2.2) == [100_000, 300_000, 1_000_000]
    assert log_ticks(95_000, 1_100_000, 2.2, side=0.06) == [200_000, 500_000]


def test_small_multiples_say_what_they_count(places: ce.Estimate) -> None:
    shown = joined(places.plot.cells())
    assert "people, log scale" in shown
    assert "Dashed: what was documented." in shown
    draws = np.random.default_rng(2).lognormal(7, 0.3, (2, 200, 3))
    losses = [make_row(group=name) for name in ("all", "tanks", "soldiers")]
    shown = joined(make_estimate(draws, losses).plot.cells())
    assert "number, log scale" in shown
    assert "people" not in shown
    # Whom and what became of them reads as in tables.
    draws = np.random.default_rng(2).lognormal(7, 0.3, (2, 200, 4))
    both = [
        ("all", "killed"),
        ("soldiers", "killed"),
        ("soldiers", "casualties"),
        ("tanks", "lost"),
    ]
    mixed = [make_row(group=group, outcome=outcome) for group, outcome in both]
    shown = joined(make_estimate(draws, mixed).plot.cells())
    for name in ("Soldiers killed", "Soldiers killed or injured", "Tanks lost"):
        assert name in shown


def test_a_count_is_rather_named_without_its_days_than_cut() -> None:
    draws = np.random.default_rng(2).lognormal(7, 0.3, (2, 200, 1))
    who = "the US-led Coalition and its many partners on land and at sea"
    row = make_row(scope="Iraq+Syria", perpetrator=who)
    shown = joined(make_estimate(draws, [row]).plot.priors(figsize=(3.6, None)))
    assert "on land and at sea" in shown
    assert "…" not in shown


def test_one_number_has_no_small_multiples(coalition: ce.Estimate) -> None:
    assert "not several numbers" in joined(coalition.plot.cells())


def test_the_card_names_both_modes(far_modes: ce.Estimate) -> None:
    shown = joined(far_modes.plot.card())
    assert "About 49,000 or about 1" in shown
    assert "supports both numbers" in shown


def test_settings_of_the_user_do_not_matter(coalition: ce.Estimate) -> None:
    with matplotlib.rc_context({"svg.fonttype": "path", "font.size": 31}):
        assert b"<text" in to_svg(coalition.plot.card())
