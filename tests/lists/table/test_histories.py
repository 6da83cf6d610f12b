"""Capture histories: every way in gives the same table, and bad rows are all listed."""

from __future__ import annotations

import pandas as pd
import pytest

import casualty_est as ce
from casualty_est.errors import InputError, UsageError
from casualty_est.lists.table.history import HistoryTable

EXACT = {"A": 5, "B": 7, "C": 3, "A&B": 2, "A&B&C": 1}
CELLS = pd.DataFrame(
    {"A": [1, 0, 0, 1, 1], "B": [0, 1, 0, 1, 1], "C": [0, 0, 1, 0, 1], "count": [5, 7, 3, 2, 1]}
)


def _people():
    rows = CELLS.loc[CELLS.index.repeat(CELLS["count"]), ["A", "B", "C"]]
    return rows.reset_index(drop=True)


def _long():
    wide = _people()
    return pd.DataFrame(
        [(f"P{i}", name) for i, row in wide.iterrows() for name in "ABC" if row[name]],
        columns=["person", "list"],
    )


def test_every_way_in_gives_the_same_table(tmp_path):
    wanted = ce.CaptureHistories(CELLS)
    path = tmp_path / "cells.csv"
    CELLS.to_csv(path, index=False)
    assert ce.CaptureHistories.read(path) == wanted
    assert ce.CaptureHistories(_people()) == wanted
    assert ce.CaptureHistories.from_long(_long()) == wanted
    assert ce.CaptureHistories.from_overlaps(EXACT) == wanted
    at_least = {"A": 8, "B": 10, "C": 4, "A&B": 3, "A&C": 1, "B&C": 1, "A&B&C": 1}
    assert ce.CaptureHistories.from_overlaps(at_least, exact=False) == wanted
    assert wanted.people == 18
    assert wanted.pooled().table.dense().tolist() == [0, 5, 7, 2, 3, 0, 0, 1]


def test_summary_and_pairs_by_hand():
    histories = ce.CaptureHistories(CELLS)
    assert histories.summary()["people"].tolist() == [8, 10, 4]
    assert histories.summary()["only_here"].tolist() == [5, 7, 3]
    pair = histories.pairs().iloc[0]
    assert (pair["size_a"], pair["size_b"], pair["shared"]) == (8, 10, 3)
    assert pair["lincoln_petersen"] == pytest.approx(80 / 3)
    assert pair["chapman"] == pytest.approx(9 * 11 / 4 - 1)
    # On the third list: one on both others, three on neither.
    assert pair["odds_ratio"] == pytest.approx(1.5 * 3.5 / (0.5 * 0.5))


def test_a_blank_is_a_list_that_was_not_at_work():
    frame = pd.DataFrame(
        {
            "A": ["1", "0", "1", "1"],
            "B": ["0", "1", "1", "0"],
            "C": ["", "", "1", "0"],
            "month": ["1", "1", "2", "2"],
            "count": [3, 4, 5, 6],
        }
    )
    histories = ce.CaptureHistories(frame, by="month")
    assert [s.inactive for s in histories.strata] == [("C",), ()]
    assert histories.strata[0].table.lists == ("A", "B")
    frame.loc[1, "C"] = "0"
    with pytest.raises(InputError, match=r"row 1, column 'C'.*blank in all rows"):
        ce.CaptureHistories(frame, by="month")


def test_inactive_says_the_same_from_outside():
    frame = pd.DataFrame(
        {"A": [1, 0, 1], "B": [0, 1, 0], "C": [0, 0, 1], "m": ["x", "x", "y"], "count": [3, 4, 5]}
    )
    histories = ce.CaptureHistories(frame, by="m", inactive={"C": [{"m": "x"}]})
    assert histories.strata[0].inactive == ("C",)
    with pytest.raises(InputError, match="holds 5 people there"):
        ce.CaptureHistories(frame, by="m", inactive={"C": [{"m": "y"}]})


def test_all_bad_rows_are_listed(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text('A,B,place,count\n1,0,t,3\n0,0,t,2\n2,1,t,1\n1,1,t,"1,000"\n', "utf-8")
    with pytest.raises(InputError) as error:
        ce.CaptureHistories.read(path)
    text = str(error.value)
    assert "line 1, column 'place'" in text
    assert "line 3: a person on no list" in text
    assert "line 4, column 'A', '2'" in text
    assert "line 5, column 'count', '1,000'" in text
    assert len(error.value.problems) == 4


@pytest.mark.parametrize(
    ("frame", "match"),
    [
        (pd.DataFrame({"A": [1], "count": [3]}), "need 2 to 40 lists, not 1"),
        (pd.DataFrame({f"L{i}": [1] for i in range(41)}), "not 41"),
        (pd.DataFrame({"A": [1, 1], "B": [0, 0], "count": [3, 2]}), "holds nobody in the whole"),
        (pd.DataFrame({"A": [1, 0], "B": [0, 1], "count": [0, 0]}), "holds nobody"),
    ],
)
def test_tables_that_hold_nothing_are_refused(frame, match):
    with pytest.raises((UsageError, InputError), match=match):
        ce.CaptureHistories(frame)


def test_identifiers_are_never_kept():
    frame = pd.DataFrame({"person": ["Ana", "Ana", "Ana", "Ben"], "list": ["A", "B", "A", "B"]})
    histories = ce.CaptureHistories.from_long(frame)
    assert dict(histories.warnings)["repeated"].startswith("1 row names")
    assert "Ana" not in repr(histories) + histories._repr_html_() + str(histories.warnings)
    frame["sex"] = ["f", "m", "f", "m"]
    with pytest.raises(InputError, match="row 2: the person of row 1") as error:
        ce.CaptureHistories.from_long(frame, by="sex")
    assert "Ana" not in str(error.value)


def test_contradicting_overlaps_are_refused():
    with pytest.raises(UsageError, match="more people are on 'A' and other lists"):
        ce.CaptureHistories.from_overlaps({"A": 1, "B": 9, "A&B": 3}, exact=False)
    with pytest.raises(UsageError, match="'A&B&C' is missing"):
        ce.CaptureHistories.from_overlaps({"A": 1, "B": 9, "C": 3, "A&B": 1}, exact=False)


def test_parts_of_a_history_table():
    table = HistoryTable.of(("A", "B", "C"), CELLS[["A", "B", "C"]].to_numpy(), CELLS["count"])
    assert table.without("A").dense().tolist() == [0, 9, 3, 1]
    # Of A's eight members two are on B only, one on both, and five on no other list.
    assert table.members_of("A").dense().tolist() == [0, 2, 0, 1]


def test_the_picture_shows_every_history():
    figure = ce.CaptureHistories(CELLS).plot()
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert sorted(words) == ["1", "2", "3", "5", "7"]
