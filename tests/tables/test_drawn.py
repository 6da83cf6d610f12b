"""Tables drawn with bars: Markdown, and what databases print."""

from __future__ import annotations

import pytest

from casualty_est.errors import InputError
from casualty_est.tables.read import read_table

MARKDOWN = """# Deaths in the city

| Source | Killed | Note |
|--------|:------:|-----:|
| Lantern | at least 12 | a \\| b |
| **Army** | 3 | |

Source: own work
"""
PSQL = """ source | quantity
--------+----------
 A      | 12
 B      | 3
(2 rows)
"""
FRAMED = """+--------+----------+
| source | quantity |
+--------+----------+
| A      | 12       |
| B      | 3        |
+--------+----------+
"""
NO_RULER = "| source | quantity |\n| A | 12 |\n| B | 3 |\n"


def read(tmp_path, text, name="t.md"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_table(path)


def test_markdown(tmp_path):
    table = read(tmp_path, MARKDOWN)
    assert table.columns == ("Source", "Killed", "Note")
    assert table.cells == (("Lantern", "Army"), ("at least 12", "3"), ("a | b", ""))
    assert table.lines == (5, 6)
    assert [text for _, text in table.notes] == [
        "the table is drawn with bars, as in Markdown",
        "line 1 is outside of the table: '# Deaths in the city'",
        "line 8 is outside of the table: 'Source: own work'",
    ]


@pytest.mark.parametrize("name", ["t.csv", "t.txt"])
@pytest.mark.parametrize("text", [PSQL, FRAMED, NO_RULER])
def test_other_bars(tmp_path, text, name):
    table = read(tmp_path, text, name)
    assert table.columns == ("source", "quantity")
    assert table.cells == (("A", "B"), ("12", "3"))


def test_bars_between_columns_are_no_drawing(tmp_path):
    table = read(tmp_path, "source|quantity\nA|12\nB|3\n", "t.txt")
    assert table.notes == (("separator", "the columns are divided by bars"),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (NO_RULER + "\n" + NO_RULER, "line 5: a second table begins in this line"),
        ("{| class=wikitable\n! source\n|}\n", "a table of a wiki: save it as CSV or Excel"),
        ("| source | quantity |\n|---|---|\n| A | 5 | x |\n", "line 3: this row has 3 cells"),
        ("| source | quantity |\n|---|---|\n", "a header but no rows"),
    ],
)
def test_what_is_refused(tmp_path, text, reason):
    with pytest.raises(InputError, match=reason):
        read(tmp_path, text)
