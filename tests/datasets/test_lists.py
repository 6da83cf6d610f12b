"""Bundled lists have the cells of their reports."""

from __future__ import annotations

from casualty_est import datasets


def test_kosovo_has_the_cells_of_the_report():
    histories = datasets.lists("kosovo")
    assert (histories.people, histories.name, histories.warnings) == (4400, "kosovo.csv", ())
    sizes = dict(zip(histories.lists, histories.pooled().table.sizes.tolist(), strict=True))
    assert sizes == {"Exhumations": 1910, "ABA/CEELI": 1528, "OSCE": 1786, "HRW": 685}
    # All fifteen combinations, in the order of sum over lists j of x_j 2^j.
    cells = [1131, 845, 177, 936, 228, 217, 181, 306, 106, 31, 18, 123, 42, 32, 27]
    assert histories.pooled().table.dense().tolist() == [0, *cells]


def test_gaza_has_the_sizes_of_the_study():
    """The three lists as the study gives their sizes, and all people on them."""
    histories = datasets.lists("gaza")
    table = histories.pooled().table
    assert (histories.people, histories.warnings) == (29_271, ())
    assert table.sizes.tolist() == [22_347, 7_581, 3_190]
    assert table.shared == 1929 + 1173 + 351 + 197


def test_the_netherlands_have_seventeen_cells():
    histories = datasets.lists("netherlands")
    table = histories.pooled().table
    assert (histories.people, len(table.counts), table.shared) == (8234, 17, 431)
    assert dict(zip(histories.lists, table.sizes.tolist(), strict=True)) == {
        "IO": 929,
        "K": 1348,
        "P": 4812,
        "R": 742,
        "Z": 848,
    }
    assert any(
        "nobody in the table was killed" in n for n in datasets.provenance("netherlands").notes
    )
