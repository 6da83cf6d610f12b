"""Sheets as people lay them out: each with the claims that it holds, or with what it is asked."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from casualty_est.claims.table.claims import Claims
from casualty_est.errors import InputError

YEARS = {"2014": "2014-01-01 2014-12-31", "2015": "2015-01-01 2015-12-31"}


def told(claims):
    """Source, quantity, outcome, group and window of each row, as far as they are said."""
    rows = []
    for row in claims:
        days = [str(day) for day in row.window if day]
        parts = [row.source, str(row.quantity), row.outcome, row.group, *days]
        if row.scope != "all":
            parts.insert(1, row.scope)
        rows.append(" ".join(parts))
    return rows


def read(tmp_path, text, name="table.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return Claims.read(path)


READ = {
    "two header lines": (
        "Source,Killed,,Injured,\n,Min,Max,Min,Max\nA,10,20,30,40\n",
        ["A 10-20 killed civilians"],
        "header",
    ),
    "a title, and groups under merged cells": (
        "Deaths in the North,,,\nSource,Killed,,Injured\n,Civilians,Fighters,All\nA,10,20,30\n",
        ["A 10 killed civilians", "A 20 killed combatants"],
        "header",
    ),
    "years over outcomes": (
        "Source,2014,,2015,\n,Killed,Injured,Killed,Injured\nA,10,20,30,40\n",
        [
            f"A 10 killed civilians {YEARS['2014']}",
            f"A 20 injured civilians {YEARS['2014']}",
            f"A 30 killed civilians {YEARS['2015']}",
            f"A 40 injured civilians {YEARS['2015']}",
        ],
        "header",
    ),
    "outcomes over years": (
        "Source,Killed,,Injured,\n,2014,2015,2014,2015\nA,10,20,30,40\n",
        [
            f"A 10 killed civilians {YEARS['2014']}",
            f"A 20 killed civilians {YEARS['2015']}",
            f"A 30 injured civilians {YEARS['2014']}",
            f"A 40 injured civilians {YEARS['2015']}",
        ],
        "header",
    ),
    "side by side": (
        "source,killed,,source,killed\nA,10,,C,12\nB,20,,,\n",
        ["A 10 killed civilians", "B 20 killed civilians", "C 12 killed civilians"],
        "side_by_side",
    ),
    "months": (
        "Source,Jan 2020,Feb 2020\nA,10,\nB,12,15\n",
        [
            "A 10 killed civilians 2020-01-01 2020-01-31",
            "B 12 killed civilians 2020-01-01 2020-01-31",
            "B 15 killed civilians 2020-02-01 2020-02-29",
        ],
        "recognised",
    ),
    "groups with everybody": (
        "source,civilians killed,combatants killed,total killed\nA,10,20,30\nB,12,,\n",
        [
            "A 30 killed all",
            "A 10 killed civilians",
            "A 20 killed combatants",
            "B 12 killed civilians",
        ],
        "recognised",
    ),
    "groups inside civilians": (
        "source,men,women,children,total\nA,10,5,3,18\n",
        [
            "A 18 killed civilians",
            "A 10 killed men",
            "A 5 killed women",
            "A 3 killed children",
        ],
        "recognised",
    ),
    "women beside the injured may be both": (
        "source,women,men,injured\nA,3,4,5\n",
        ["A 5 injured civilians"],
        "unknown_columns",
    ),
    "pairs": (
        "source,killed/wounded\nA,12/30\nB,/7\n",
        ["A 12 killed civilians", "A 30 injured civilians", "B 7 injured civilians"],
        "recognised",
    ),
    "a cumulative count": (
        "Reporting date,Killed (cumulative),Injured (cumulative),Source\n2023-10-18,3478,12065,M\n",
        ["M 3,478 killed civilians", "M 12,065 injured civilians"],
        "recognised",
    ),
    "a repeated header": (
        "source,deaths\nA,10\nsource,deaths\nB,12\n",
        ["A 10 killed civilians", "B 12 killed civilians"],
        "repeated_header",
    ),
    "blank columns": (
        "source,,deaths,,end\nA,,10,,2020-01-02\n",
        ["A 10 killed civilians 2020-01-02"],
        "recognised",
    ),
    "footnotes in the header": (
        "source[1],deaths[a]\nA,10[2]\n[a] confirmed only,\n",
        ["A 10 killed civilians"],
        "footnote",
    ),
    "points between thousands": (
        "Quelle;Getötete\nA;1.234\nB;12.500\nC;998\n",
        ["A 1,234 killed civilians", "B 12,500 killed civilians", "C 998 killed civilians"],
        "points",
    ),
    "two points show what one is": (
        "source,deaths\nA,1.234.567\nB,1.200\n",
        ["A 1,234,567 killed civilians", "B 1,200 killed civilians"],
        "points",
    ),
    "day numbers of a spreadsheet": (
        "source,deaths,end\nA,10,43831\nB,12,2020-02-01\n",
        ["A 10 killed civilians 2020-01-01", "B 12 killed civilians 2020-02-01"],
        "dates",
    ),
    "digits of another script": (
        "المصدر,عدد القتلى,تاريخ النهاية\nA,١٢,٢٠٢٣-١٠-١٧\n",
        ["A 12 killed civilians 2023-10-17"],
        "dates",
    ),
    "ends that are not given": (
        "source,deaths_low,deaths_high\nA,10,n/a\nB,12,20\nC,,\n",
        [
            "A at least 10 killed civilians",
            "B 12-20 killed civilians",
            "C unknown killed civilians",
        ],
        "recognised",
    ),
    "Italian": (
        "Fonte;Morti;Feriti;Data\nA;12;30;17/10/2023\n",
        ["A 12 killed civilians", "A 30 injured civilians"],
        "dates",
    ),
}


@pytest.mark.parametrize("name", READ)
def test_it_is_read_and_a_note_says_how(tmp_path, name):
    text, rows, code = READ[name]
    claims = read(tmp_path, text)
    assert told(claims) == rows
    assert code in dict(claims.warnings)


REFUSED = {
    "side by side under labels": (
        "Iraq,,,Syria,,\nSource,Low,High,Source,Low,High\nA,10,20,A,30,40\n",
        "2 tables stand side by side, and 'Iraq', 'Syria' above them may tell them apart",
    ),
    "headings of blocks": (
        "source,deaths\nIraq,\nA,10\nB,12\nSyria,\nA,20\nB,22\n",
        "'Iraq' stands alone in this line and seems to head the rows below it",
    ),
    "cells that were merged": (
        "place,source,deaths\nIraq,A,10\n,B,12\nSyria,A,20\n,B,22\n",
        "this cell is blank and 'Iraq' stands above it",
    ),
    "a second table": (
        "source,deaths\nA,10\n\nSource,Injured\nA,30\n",
        "a second table begins in this line",
    ),
    "a sum by another name": (
        "source,deaths\nA,10\nB,12\nTotal (A and B),22\n",
        "a row of this name is a sum of others",
    ),
    "the Islamic calendar": (
        "source,deaths,end\nA,10,1445-03-22\n",
        "the year 1445 may be one of the Islamic calendar (Hijri), about 2023",
    ),
    "its months": (
        "source,deaths,end\nA,10,22 Rabi al-Awwal 1445 AH\n",
        "this is a day of the Islamic calendar (Hijri)",
    ),
    "its months in Arabic": (
        "source,deaths,end\nA,10,22 ربيع الأول 1445\n",
        "this is a day of the Islamic calendar (Hijri)",
    ),
    "the Iranian calendar": (
        "source,deaths,end\nA,10,1402/07/15\n",
        "or of the Iranian calendar (Solar Hijri), 2023",
    ),
    "the Buddhist calendar": (
        "source,deaths,end\nA,10,2566-10-17\n",
        "the year 2566 may be one of the Buddhist calendar, 2023",
    ),
    "a far future": ("source,deaths,end\nA,10,2202-01-17\n", "lies far in the future"),
    "a point with commas between columns": (
        "source,deaths\nA,1.234\n",
        "could mean 1,234 or 1.234",
    ),
    "decimals beside thousands": ("source;deaths\nA;1.234\nB;1.5\n", "could mean 1,234 or 1.234"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_asked_about(tmp_path, name):
    text, reason = REFUSED[name]
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "source,note,deaths\nA,none,dozens\nB,said twice,hundreds\n",  # words are no second header
        "source,place,deaths\nA,Iraq,10\nA,,30\nB,Iraq,12\nB,,33\n",  # the whole beside a part
        "source,deaths\nA,10\nHerald,\nB,12\n",  # a source that gave no number
    ],
)
def test_what_looks_like_it_and_is_not(tmp_path, text):
    assert len(read(tmp_path, text)) == text.count("\n") - 1


def test_merged_cells_of_a_workbook_are_filled(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["source", "place", "killed"],
        ["A", "Iraq", 10],
        ["B", None, 12],
        ["A", "Syria", 9],
    ):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "t.xlsx")
    claims = Claims.read(tmp_path / "t.xlsx")
    assert told(claims) == [
        "A Iraq 10 killed civilians",
        "B Iraq 12 killed civilians",
        "A Syria 9 killed civilians",
    ]
    assert "merged" in dict(claims.warnings)


def test_a_dataframe_with_columns_of_groups():
    frame = pd.DataFrame({"source": ["A"], "men": [3], "women": [2]})
    assert told(Claims(frame)) == ["A 3 killed men", "A 2 killed women"]
