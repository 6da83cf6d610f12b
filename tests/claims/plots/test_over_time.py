"""Pictures over time: what they say of paths, claims and ratios, and that nothing is cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from casualty_est.claims.plots.axes import date_ticks, day_number
from casualty_est.claims.plots.column import spread
from casualty_est.claims.plots.path_data import latest_running, path_of, placed_claims, row_of
from casualty_est.errors import UsageError
from casualty_est.plots.scales import set_log_axis_upward
from casualty_est.plots.style import to_png, to_svg
from tests.support.over_time_by_hand import CLAIMS, DATES, anchor, claim, over_time
from tests.support.pictures import check_places, joined, texts

NAMES = ("path", "ratio_paths")


@pytest.fixture(scope="module")
def plain():
    return over_time()


@pytest.fixture(scope="module")
def crowded():
    names = (
        "$x$",
        "<script>",
        "人权观察站",
        "المرصد السوري",
        "a" * 90,
        *(f"S{i}" for i in range(8)),
    )
    claims = [claim(name, str(900 + 3 * i), DATES[9]) for i, name in enumerate(names)]
    return over_time(claims, delayed=(), anchors=[anchor(DATES[20])])


# What they say -------------------------------------------------------------------------------


def test_the_path_ends_at_the_total_of_the_table(plain):
    path = path_of(plain, 0, 0.95)
    row = plain.summary().iloc[0]
    assert (path.low[-1], path.median[-1], path.high[-1]) == pytest.approx(
        (row["low"], row["median"], row["high"])
    )
    words = texts(plain.plot.path())
    assert {"Estimated", "Documented", "at least 1,500", "Tally (monitor)"} <= set(words)
    assert "Still to be admitted by Army" in " ".join(words)


def test_the_median_line_lies_where_the_draws_are(plain):
    axes = plain.plot.path().axes[0]
    draws = plain.idata["posterior"]["path"].values[:, :, 0]
    middle = np.median(draws.reshape(-1, draws.shape[-1]), axis=0)
    lines = [line for line in axes.lines if len(line.get_xdata()) == len(DATES)]
    low = axes.get_ylim()[0]
    assert any(
        np.allclose(line.get_ydata(), np.maximum(middle, low))
        and line.get_xdata()[0] == day_number(DATES[0])
        for line in lines
    )


def test_each_claim_stands_at_the_last_day_of_its_window(plain):
    placed, others = placed_claims(plain, 0)
    assert others == 1  # the Press on one month
    said = {(one.claim.source, one.claim.text, one.day) for one in placed}
    assert ("Tally", "at least 900", day_number(DATES[11])) in said
    assert ("Tally", "950", day_number(DATES[11])) in said  # merged, drawn pale
    assert "Echo" not in {source for source, _, _ in said}  # built on another: no mark
    assert len(placed) == 9


@pytest.mark.thorough
def test_hedges_are_drawn_as_what_they_are(plain):
    markers = [line.get_marker() for line in plain.plot.path().axes[0].lines]
    assert markers.count("^") == 1  # at least, of a speaker
    assert markers.count("v") == 1  # as many as
    note = " ".join(texts(plain.plot.path()))
    for words in (
        "arrow up",
        "arrow down",
        "bar with ends",
        "dashed bar",
        "pale halo",
        "Not drawn",
    ):
        assert words in note


def test_the_key_names_only_what_is_drawn():
    estimate = over_time([claim("Tally", "900", DATES[23])], delayed=())
    note = " ".join(texts(estimate.plot.path()))
    for words in ("arrow", "halo", "hatched", "anchor", "grey ground", "Not drawn", "pale:"):
        assert words not in note


def test_days_after_the_last_claim_have_grey_ground():
    def grounds(end):
        estimate = over_time([claim("Tally", "900", DATES[end])], delayed=())
        return len(estimate.plot.path().axes[0].patches)

    assert (grounds(23), grounds(10)) == (0, 1)


def test_an_anchor_stands_at_its_day():
    estimate = over_time(anchors=[anchor(DATES[20])])
    stars = [line for line in estimate.plot.path().axes[0].lines if line.get_marker() == "*"]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in stars] == [
        (day_number(DATES[20]), 3000.0)
    ]
    # An anchor on another cell is not of this path.
    assert "star" not in " ".join(texts(estimate.plot.path({"scope": "A"})))


def test_ratio_paths_have_a_panel_for_each_source_whose_ratio_moves(plain):
    figure, table = plain.plot.ratio_paths(), plain.ratio_paths()
    moving = [
        (name, part)
        for name, part in table.groupby("source", sort=False)
        if part["median"].max() > 1.01 * part["median"].min()
    ]
    assert 0 < len(figure.axes) == len(moving) < 3  # a level line is no news
    assert {name for name, _ in moving} <= set(texts(figure))
    for axes, (_, part) in zip(figure.axes, moving, strict=True):
        line = next(line for line in axes.lines if len(line.get_xdata()) == len(DATES))
        assert line.get_ydata()[-1] == pytest.approx(part["median"].iloc[-1])
    assert "2 more ratios" in " ".join(joined(figure).split())


def test_total_shows_the_last_running_totals_only(plain):
    words = texts(plain.plot.total())
    assert "Latest running totals, as published" in words
    # The total of another day says which.
    assert any(word.startswith("“200”, to ") for word in words)
    assert "“about 90”" not in words
    last = latest_running(list(CLAIMS))
    assert [c.text for c in last if c.source == "Press"] == [
        "at least 1,000",
        "as many as 4,000",
    ]


# Which path ----------------------------------------------------------------------------------


def test_a_cell_is_chosen_by_labels_or_row(plain):
    assert row_of(plain, None) == row_of(plain, {"scope": "B + A"}) == row_of(plain, 0) == 0
    assert row_of(plain, "total") == 0
    assert row_of(plain, {"scope": "A"}) == 1
    assert any(
        t.startswith("Civilians killed in A,") for t in texts(plain.plot.path({"scope": "A"}))
    )


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ({"scope": "C"}, "no path fits the cell {'scope': 'C'}; choose one of: scope=A\\+B, "),
        ({"group": "civilians"}, "several paths fit"),
        ({"place": "A"}, "cell takes scope, outcome, group, perpetrator, not 'place'"),
        (7, "no path fits the cell 7"),
        ("nowhere", "row must be one of the 2 labels of summary"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_cell_lists_the_right_ones(plain, name, cell, words):
    with pytest.raises(UsageError, match=words):
        getattr(plain.plot, name)(cell)


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_without_time_there_is_no_path(coalition, name):
    with pytest.raises(UsageError, match=f"{name}.. needs claims over time"):
        getattr(coalition.plot, name)()


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_level_is_refused(plain, name):
    with pytest.raises(UsageError, match="ci_prob must lie between 0 and 1"):
        getattr(plain.plot, name)(ci_prob=95)


# Text that fits ------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_picture_is_drawn_light_and_dark(plain, crowded, name, dark):
    for estimate in (plain, crowded):
        figure = getattr(estimate.plot, name)(dark=dark)
        assert to_png(figure).startswith(b"\x89PNG")
        drawn = to_svg(figure)
        assert b"<svg" in drawn
        # That drawing again gives the same bytes does not depend on the colours.
        assert dark or drawn == to_svg(getattr(estimate.plot, name)())


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_text_neither_overlaps_nor_leaves_the_page(plain, crowded, name):
    for estimate in (plain, crowded):
        # Boxes of lines hold the room of letters with tails.
        check_places(getattr(estimate.plot, name)(), shared=3)


def test_many_sources_are_named_up_to_seven(crowded):
    words = texts(crowded.plot.path())
    assert "7 more sources" in words
    assert "$x$ (monitor)" in words


@pytest.mark.thorough
def test_not_converged_is_stamped(plain):
    diagnostics = replace(plain.meta.diagnostics, converged=False)
    for name in NAMES:
        assert "NOT CONVERGED" not in texts(getattr(plain.plot, name)())
        assert "NOT CONVERGED" in texts(getattr(over_time(diagnostics=diagnostics).plot, name)())


def test_spread_keeps_order_and_distance():
    rng = np.random.default_rng(2)
    for _ in range(50):
        wanted, heights = rng.uniform(0, 3, 6), rng.uniform(0.2, 0.5, 6)
        middles = spread(list(wanted), list(heights), 3.5)
        order = np.argsort(wanted, kind="stable")
        for a, b in pairwise(order):
            assert middles[b] - middles[a] >= (heights[a] + heights[b]) / 2 - 1e-9
        assert min(np.array(middles) - heights / 2) >= -1e-9
        assert max(np.array(middles) + heights / 2) <= 3.5 + 1e-9
    assert spread([1.0, 2.0], [0.3, 0.3], 3.0) == [1.0, 2.0]  # what has room stays


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2014-08-08", "2019-12-31", ["2015", "2016", "2017", "2018", "2019"]),
        (
            "2022-02-24",
            "2023-02-23",
            ["Mar 2022", "May 2022", "Jul 2022", "Sep 2022", "Nov 2022", "Jan 2023"],
        ),
        (
            "2018-01-20",
            "2018-02-09",
            ["20 Jan 2018", "25 Jan 2018", "30 Jan 2018", "4 Feb 2018", "9 Feb 2018"],
        ),
    ],
)
def test_ticks_of_dates(first, last, expected):
    ticks, labels = date_ticks(day_number(first), day_number(last), 4.6)
    assert labels == expected
    assert [date.fromordinal(int(tick)) for tick in ticks] == sorted(
        date.fromordinal(int(tick)) for tick in ticks
    )
    assert all(day_number(first) <= tick <= day_number(last) for tick in ticks)


@pytest.mark.parametrize("limits", [(0.3, 1.2), (20, 90), (1, 2e6), (30, 3e5), (9000, 40_000)])
def test_upright_ticks_do_not_touch(limits):
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    set_log_axis_upward(axes, *limits, 1.35)
    ticks = axes.get_yticks()
    assert len(ticks) >= 2
    steps = np.diff(np.log(ticks)) / np.log(limits[1] / limits[0]) * 1.35
    assert steps.min() > 0.12  # inches: more than a line of text


def test_the_table_of_paths_is_what_is_drawn(plain):
    table = plain.path()
    assert isinstance(table, pd.DataFrame)
    assert set(table["scope"]) == {"A+B", "A"}
    assert list(table["date"].unique()) == DATES
