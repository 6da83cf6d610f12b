"""Capture histories: strata, structural zeros, every way in, and the picture of overlaps."""

from __future__ import annotations

import pickle
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from casualty_est.lists.plots import overlaps
from casualty_est.lists.table.histories import CaptureHistories
from casualty_est.lists.table.history import HistoryTable
from casualty_est.plots import style

KOSOVO = {
    "EXH": 1131,
    "ABA": 845,
    "EXH&ABA": 177,
    "OSCE": 936,
    "EXH&OSCE": 228,
    "ABA&OSCE": 217,
    "EXH&ABA&OSCE": 181,
    "HRW": 306,
    "EXH&HRW": 106,
    "ABA&HRW": 31,
    "EXH&ABA&HRW": 18,
    "OSCE&HRW": 123,
    "EXH&OSCE&HRW": 42,
    "ABA&OSCE&HRW": 32,
    "EXH&ABA&OSCE&HRW": 27,
}
STRATA = pd.DataFrame(
    {
        "A": ["1", "0", "1", "1", "0"],
        "B": ["0", "1", "1", "0", "1"],
        "C": ["", "", "0", "1", "1"],
        "month": ["10", "10", "2", "2", "2"],
        "count": [3, 4, 5, 6, 7],
    }
)


def counts(histories):
    """People by the names of their lists, in each stratum; written apart from the code."""
    result = {}
    for stratum in histories.strata:
        table = stratum.table
        cells = {}
        for bits, people in zip(table.histories.tolist(), table.counts.tolist(), strict=True):
            cells[frozenset(n for n, x in zip(table.lists, bits, strict=True) if x)] = people
        result[stratum.labels] = cells
    return result


# Published counts -------------------------------------------------------------------------------


def test_kosovo_by_hand():
    histories = CaptureHistories.from_overlaps(KOSOVO)
    assert histories.people == 4400
    summary = histories.summary().set_index("list")
    assert summary["people"].to_dict() == {"EXH": 1910, "ABA": 1528, "OSCE": 1786, "HRW": 685}
    assert summary["only_here"].to_dict() == {"EXH": 1131, "ABA": 845, "OSCE": 936, "HRW": 306}
    assert summary.loc["EXH", "share"] == pytest.approx(1910 / 4400)
    assert summary["strata"].tolist() == [1, 1, 1, 1]
    pairs = histories.pairs().set_index(["list_a", "list_b"])
    assert len(pairs) == 6
    pair = pairs.loc[("EXH", "ABA")]
    assert (pair["size_a"], pair["size_b"], pair["shared"]) == (1910, 1528, 403)
    assert pair["lincoln_petersen"] == pytest.approx(1910 * 1528 / 403)
    assert pair["chapman"] == pytest.approx(1911 * 1529 / 404 - 1)
    # On OSCE or HRW: both 181+18+27, neither 936+306+123, EXH only 228+106+42, ABA only 217+31+32.
    assert pair["odds_ratio"] == pytest.approx(226.5 * 1365.5 / (376.5 * 280.5))
    assert not pairs["nested"].any()


def test_two_lists_have_no_odds_ratio_and_may_share_nobody():
    pair = CaptureHistories.from_overlaps({"A": 3, "B": 4}).pairs().iloc[0]
    assert pair["odds_ratio"] is None
    assert pair["lincoln_petersen"] is None
    assert pair["chapman"] == 4 * 5 - 1
    assert not pair["nested"]
    inside = CaptureHistories.from_overlaps({"A": 3, "A&B": 4}).pairs().iloc[0]
    assert inside["nested"]
    assert inside["lincoln_petersen"] == 7


# What a table may look like --------------------------------------------------------------------


def test_0_and_1_in_every_spelling():
    frame = pd.DataFrame(
        {"A": ["1", "1.0", "true", "TRUE", "0"], "B": ["0", "0.0", "False", "false", "1"]}
    )
    assert CaptureHistories(frame).pooled().table.dense().tolist() == [0, 4, 1, 0]
    typed = pd.DataFrame({"A": [True, False], "B": [0.0, 1.0], "count": [2.0, 3.0]})
    assert CaptureHistories(typed).pooled().table.dense().tolist() == [0, 2, 3, 0]
    assert CaptureHistories(pl.from_pandas(typed)) == CaptureHistories(typed)


def test_equal_rows_are_added_and_empty_ones_dropped():
    frame = pd.DataFrame({"A": [1, 0, 1, 0, 1], "B": [0, 1, 0, 0, 1], "count": [2, 3, 4, 0, 0]})
    histories = CaptureHistories(frame)
    assert histories.pooled().table.dense().tolist() == [0, 6, 3, 0]
    assert len(histories.pooled().table.counts) == 2


def test_named_lists_and_another_count(tmp_path):
    frame = pd.DataFrame({"n": [2, 3], "B": [0, 1], "A": [1, 0]})
    histories = CaptureHistories(frame, lists=["A", "B"], count="n")
    assert histories.lists == ("A", "B")
    assert histories.pooled().table.dense().tolist() == [0, 2, 3, 0]
    for ending in ("csv", "tsv", "parquet"):
        path = tmp_path / f"lists.{ending}"
        if ending == "parquet":
            frame.to_parquet(path)
        else:
            frame.to_csv(path, index=False, sep="," if ending == "csv" else "\t")
        again = CaptureHistories.read(path, lists=["A", "B"], count="n")
        assert again == histories
        assert again.name == path.name


def test_numbered_columns_of_a_dataframe_are_names():
    histories = CaptureHistories(pd.DataFrame(np.array([[1, 0, 1], [0, 1, 1]])))
    assert histories.lists == ("0", "1", "2")


def test_similar_names_are_said():
    frame = pd.DataFrame({"HRW": [1, 0], "hrw ": [0, 1]})
    ((code, text),) = CaptureHistories(frame).warnings
    assert code == "similar_names"
    assert "'HRW' and 'hrw'" in text


@pytest.mark.parametrize("number", [2, 20])
def test_two_to_twenty_lists(number):
    frame = pd.DataFrame(np.eye(number, dtype=int), columns=[f"L{j}" for j in range(number)])
    assert CaptureHistories(frame).pooled().table.sizes.tolist() == [1] * number


# Strata ----------------------------------------------------------------------------------------


def test_a_blank_list_is_not_at_work_in_its_stratum():
    histories = CaptureHistories(STRATA, by="month")
    assert len(histories) == 2
    assert [s.labels for s in histories.strata] == [(("month", "10"),), (("month", "2"),)]
    assert [s.inactive for s in histories.strata] == [("C",), ()]
    assert counts(histories)[(("month", "10"),)] == {frozenset("A"): 3, frozenset("B"): 4}
    assert histories.strata[0].table.lists == ("A", "B")
    assert histories.summary().set_index("list")["strata"].to_dict() == {"A": 2, "B": 2, "C": 1}
    assert histories.pairs()["month"].tolist() == ["10", "2", "2", "2"]
    assert histories.warnings == ()


def test_pooled_merges_all_strata_and_has_no_labels():
    pooled = CaptureHistories(STRATA, by="month").pooled()
    assert (pooled.labels, pooled.inactive) == ((), ())
    # A 3, B 4, A&B 5, A&C 6, B&C 7.
    assert pooled.table.dense().tolist() == [0, 3, 4, 5, 0, 6, 7, 0]
    one = CaptureHistories(STRATA.iloc[2:], by="month").pooled()
    assert one.labels == ()
    assert one.table.people == 18


@pytest.mark.parametrize("place", [{"month": "10"}, [{"month": 10}], ({"month": "10"},)])
def test_not_at_work_said_from_outside(place):
    frame = STRATA.assign(C=[0, 0, 0, 1, 1])
    assert CaptureHistories(frame, by="month").strata[0].inactive == ()
    histories = CaptureHistories(frame, by="month", inactive={"C": place})
    assert histories == CaptureHistories(STRATA, by="month")
    assert histories != CaptureHistories(frame, by="month")


def test_not_at_work_in_every_stratum_that_matches_in_part():
    frame = pd.DataFrame(
        {"A": [1] * 4, "B": [1] * 4, "C": [0, 0, 1, 1], "y": [1, 1, 2, 2], "sex": list("fmfm")}
    )
    histories = CaptureHistories(frame, by=("y", "sex"), inactive={"C": {"y": "1"}})
    assert [(dict(s.labels)["y"], s.inactive) for s in histories.strata] == [
        ("1", ("C",)),
        ("1", ("C",)),
        ("2", ()),
        ("2", ()),
    ]


def test_an_active_list_that_holds_nobody_in_a_stratum_is_said():
    histories = CaptureHistories(STRATA.assign(C=[0, 0, 0, 1, 1]), by="month")
    assert histories.warnings == (
        ("empty_list", "list C names nobody in month 10, though it was at work"),
    )


def test_a_stratum_of_nobody_is_left_out_and_said():
    histories = CaptureHistories(STRATA.assign(count=[0, 0, 5, 6, 7]), by="month")
    assert [s.labels for s in histories.strata] == [(("month", "2"),)]
    assert ("empty_stratum", "nobody is listed in month 10: left out") in histories.warnings


# Identifiers and immutability ------------------------------------------------------------------


def test_people_are_counted_and_forgotten():
    frame = pd.DataFrame(
        {
            "id": ["SECRET-Ana", "SECRET-Ana", "SECRET-Ben", "SECRET-Ben", "SECRET-Ana"],
            "source": ["A", "B", "B", "B", "A"],
        }
    )
    histories = CaptureHistories.from_long(frame, person="id", list_column="source")
    assert counts(histories) == {(): {frozenset("AB"): 1, frozenset("B"): 1}}
    ((code, text),) = histories.warnings
    assert code == "repeated"
    assert text.startswith("2 rows")
    said = (
        repr(histories)
        + histories._repr_html_()
        + repr(histories.warnings)
        + repr(histories.strata)
    )
    assert "SECRET" not in said
    assert b"SECRET" not in pickle.dumps(histories)
    assert "SECRET" not in histories.summary().to_csv() + histories.pairs().to_csv()


def test_evidence_cannot_be_changed():
    histories = CaptureHistories(STRATA, by="month")
    with pytest.raises(AttributeError):
        histories.lists = ("X",)
    for table in (histories.strata[0].table, histories.pooled().table):
        with pytest.raises(ValueError, match="read-only"):
            table.counts[0] = 7
        with pytest.raises(ValueError, match="read-only"):
            table.histories[0, 0] = 0
    assert pickle.loads(pickle.dumps(histories)) == histories
    assert hash(histories) == hash(CaptureHistories(STRATA, by=["month"], name="other"))


def test_repr_is_short_and_html_is_escaped():
    frame = pd.DataFrame({"<b>": [1, 0, 1], "B": [0, 1, 1], "count": [1, 1200, 1]})
    histories = CaptureHistories(frame, name="lists.csv")
    assert repr(histories).splitlines() == [
        "CaptureHistories: 1,202 people on 2 lists (lists.csv)",
        "  <b>: 2 people, 1 on no other list",
        "  B: 1,201 people, 1,200 on no other list",
    ]
    assert "&lt;b&gt;: 2 people" in histories._repr_html_()
    assert "<b>" not in histories._repr_html_()


# Overlaps --------------------------------------------------------------------------------------


def test_what_smaller_overlaps_show_to_be_empty_need_not_be_given():
    given_ = {"A": 5, "B": 6, "C": 7, "A&B": 0, "A&C": 2, "B&C": 1}
    histories = CaptureHistories.from_overlaps(given_, exact=False)
    wanted = {"A": 3, "B": 5, "C": 4, "AC": 2, "BC": 1}
    assert counts(histories) == {(): {frozenset(k): v for k, v in wanted.items()}}


def test_a_matrix_of_two_lists():
    values = [[30, 10], [10, 25]]
    wanted = {(): {frozenset("A"): 20, frozenset("B"): 15, frozenset("AB"): 10}}
    named = CaptureHistories.from_overlaps(pd.DataFrame(values, list("AB"), list("AB")))
    assert counts(named) == wanted
    assert named.warnings == ()
    bare = CaptureHistories.from_overlaps(np.array(values, dtype=float))
    assert counts(bare) == wanted
    assert bare.warnings == (("default", "the matrix names no lists: they are called A and B"),)


def test_a_list_may_be_called_count_in_overlaps():
    histories = CaptureHistories.from_overlaps({"count": 3, "B": 4, ("count", "B"): 2})
    assert counts(histories) == {
        (): {frozenset({"count"}): 3, frozenset({"B"}): 4, frozenset({"count", "B"}): 2}
    }


def test_twenty_lists_at_least_on_these():
    names = [f"L{j:02}" for j in range(20)]
    sets = {(n,): 5 for n in names} | dict.fromkeys(combinations(names, 2), 0)
    sets[(names[0], names[1])] = 2
    histories = CaptureHistories.from_overlaps(sets, exact=False)
    assert histories.people == 98
    assert histories.pooled().table.sizes.tolist() == [5] * 20


@st.composite
def populations(draw):
    """People as sets of lists: at least one person on each list, and more people than lists."""
    names = [chr(65 + j) for j in range(draw(st.integers(2, 5)))]
    person = st.sets(st.sampled_from(names), min_size=1)
    people = draw(st.lists(person, min_size=0, max_size=25))
    return names, [*people, *({name} for name in names)]


@pytest.mark.thorough
@given(populations(), st.randoms(use_true_random=False))
def test_every_way_in_gives_the_same_table(population, random):
    names, people = population
    wide = pd.DataFrame([[int(n in person) for n in names] for person in people], columns=names)
    grouped = wide.value_counts().rename("count").reset_index()
    rows = [(f"P{i}", name) for i, person in enumerate(people) for name in person]
    random.shuffle(rows)
    long = pd.DataFrame(rows, columns=["person", "list"])
    kinds = [c for size in range(1, len(names) + 1) for c in combinations(names, size)]
    exact = {c: sum(person == set(c) for person in people) for c in kinds}
    at_least = {"&".join(c): sum(person >= set(c) for person in people) for c in kinds}
    wanted = {(): {frozenset(c): n for c, n in exact.items() if n}}
    for histories in (
        CaptureHistories(wide),
        CaptureHistories(grouped),
        CaptureHistories(pl.from_pandas(grouped), lists=names),
        CaptureHistories.from_long(long),
        CaptureHistories.from_overlaps(exact),
        CaptureHistories.from_overlaps(at_least, exact=False),
    ):
        assert counts(histories) == wanted
        assert histories == CaptureHistories(wide)
        assert histories.people == len(people)


@pytest.mark.thorough
@given(populations(), st.lists(st.sampled_from("xyz"), min_size=30, max_size=30))
def test_strata_agree_between_wide_and_long(population, places):
    names, people = population
    wide = pd.DataFrame([[int(n in person) for n in names] for person in people], columns=names)
    wide["place"] = places[: len(people)]
    rows = [
        (i, name, places[i]) for i, person in enumerate(people) for name in names if name in person
    ]
    long = pd.DataFrame(rows, columns=["person", "list", "place"])
    histories = CaptureHistories(wide, by="place")
    assert CaptureHistories.from_long(long, by="place") == histories
    assert histories.pooled().table.people == len(people)
    assert [s.labels[0][1] for s in histories.strata] == sorted(set(places[: len(people)]))


# The picture -----------------------------------------------------------------------------------

LONG = [
    "Independent Commission of Inquiry on the Northern Province, exhumations I",
    "Independent Commission of Inquiry on the Northern Province, exhumations II",
    "$x_1$ & <b>",
    "A",
    "Hospital" * 6,
    "Human Rights Watch",
    "Ministry of Health",
    "Survey of households, second round",
]


def _table(n_lists, factor=1):
    generator = np.random.default_rng(2)
    rows = (generator.random((4000, n_lists)) < generator.uniform(0.1, 0.4, n_lists)).astype(int)
    return HistoryTable.of(LONG[:n_lists] or ("A", "B"), rows, np.full(4000, factor))


@pytest.mark.thorough
@pytest.mark.parametrize("palette", [style.LIGHT, style.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("factor", [1, 9_999])
@pytest.mark.parametrize("n_lists", [2, 4, 8])
def test_no_text_of_the_picture_touches_another_or_leaves_it(n_lists, factor, palette):
    with style.settings():
        figure = style.finished(overlaps.picture(_table(n_lists, factor), palette))
        renderer = figure.canvas.get_renderer()
        written = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
        boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in written]
    width, height = figure.canvas.get_width_height()
    for text, box in boxes:
        assert box.x0 >= -1, text
        assert box.x1 <= width + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= height + 1, text
    for (one, a), (two, b) in combinations(boxes, 2):
        # Lines of one paragraph may touch by the room above and below their letters.
        apart = a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 5 or b.y1 <= a.y0 + 5
        assert apart, (one, two)
    assert {t.get_color() for t in written} <= {palette.ink, palette.muted}
    # Names and sizes of lists end before the first column of dots.
    dots = figure.axes[0].get_window_extent(renderer)
    column = [(text, box) for text, box in boxes if text.replace(",", "").isdigit()]
    sizes = [(text, box) for text, box in column if box.y1 < dots.y0]
    assert len(sizes) == n_lists
    assert all(box.x1 < dots.x0 for _, box in sizes)


def test_the_picture_shows_the_largest_and_says_how_many_it_does_not():
    table = _table(8)
    figure = overlaps.picture(table, style.LIGHT)
    shown = [int(t.get_text().replace(",", "")) for t in figure.axes[0].texts]
    assert len(shown) == 20
    assert shown == sorted(table.counts.tolist(), reverse=True)[:20]
    said = " ".join(t.get_text() for t in figure.texts)
    rest = len(table.counts) - 20
    assert f"The 20 largest of {len(table.counts)} combinations" in said
    assert f"the other {rest} have {table.people - sum(shown):,} people" in said
    assert f"{table.people:,} people, by the lists that name them" in said


def test_the_picture_of_kosovo_is_what_the_counts_are():
    figure = CaptureHistories.from_overlaps(KOSOVO).plot()
    bars = [bar.get_height() for bar in figure.axes[0].patches]
    assert bars == sorted(KOSOVO.values(), reverse=True)
    said = [t.get_text() for t in figure.texts]
    assert {"EXH", "ABA", "OSCE", "HRW", "1,910", "1,528", "1,786", "685"} <= set(said)
    assert not any("largest" in text for text in said)
    # The first bar is EXH alone, so its one dot stands in the first row.
    dots = [line for line in figure.axes[1].lines if line.get_color() == style.LIGHT.ink]
    assert len(dots[1].get_ydata()) == 1
    heights = sorted({y for line in dots for y in line.get_ydata()})
    assert dots[1].get_ydata()[0] == heights[0]
    assert all(a < b for a, b in pairwise(heights))
    assert len(heights) == 4


def test_a_stratum_may_be_drawn_alone():
    histories = CaptureHistories(STRATA, by="month")
    texts = [t.get_text() for t in histories.plot(stratum=0, dark=True).axes[0].texts]
    assert texts == ["4", "3"]


def test_a_column_with_everybody_on_it_is_asked_about():
    import pandas as pd

    import casualty_est as ce

    frame = pd.DataFrame({"A": [1, 0, 1, 1, 0, 1], "B": [0, 1, 1, 0, 1, 1], "either": [1] * 6})
    with pytest.raises(ce.InputError, match="everybody is on it"):
        ce.CaptureHistories(frame)
    assert len(ce.CaptureHistories(frame, lists=["A", "B", "either"]).lists) == 3
