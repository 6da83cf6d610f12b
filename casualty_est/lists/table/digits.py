"""Capture histories written as one text of 0 and 1, as in 011."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.lists.table import marks
from casualty_est.lists.table.strays import lost_zeros
from casualty_est.tables.read import Table
from casualty_est.wording.language import Noted, stored

HISTORY = re.compile(r"[01]{2,40}")


def are_histories(texts: Sequence[object]) -> bool:
    """Whether all texts are histories of the same number of lists."""
    known = set(texts)
    alike = all(isinstance(text, str) and HISTORY.fullmatch(text) for text in known)
    return alike and len({len(str(text)) for text in known}) == 1


def _names(number: int) -> tuple[str, ...]:
    return tuple(f"list {j + 1}" for j in range(number))


def expanded(table: Table, used: Sequence[str]) -> tuple[Table, tuple[Noted, ...]]:
    """Write the one column of histories of a table out, a column for each list."""
    free = [name for name in table.columns if name not in used]
    # One text alone, as the 100 people of a table of one row, is no history.
    several = [name for name in free if len(set(table.column(name))) > 1]
    holding = [name for name in several if are_histories(table.column(name))]
    beside = [name for name in free if marks.may_be_list(marks.codes(table.column(name)))]
    if len(holding) != 1 or beside:
        return table, ()
    (column,) = holding
    at, texts = table.columns.index(column), table.column(column)
    names = _names(len(texts[0]))
    columns = (*table.columns[:at], *names, *table.columns[at + 1 :])
    cells = (*table.cells[:at], *zip(*texts, strict=True), *table.cells[at + 1 :])
    text = stored(
        "note",
        "texts of column {column} are read as histories, one digit for each list: {first} to "
        "{last}",
        column=repr(column),
        first=names[0],
        last=names[-1],
    )
    return replace(table, columns=columns, cells=cells), (("default", text),)


def overlaps_of(
    overlaps: Mapping[Any, Any], lists: Sequence[str] | None
) -> tuple[Mapping[Any, Any], tuple[Noted, ...]]:
    """Read keys such as 011 as histories; other keys stay as they are."""
    keys = list(overlaps)
    if keys and lost_zeros(keys):
        msg = (
            f"the keys {', '.join(map(repr, keys[:3]))} seem to be histories that lost their first "
            "zeros: write each as a text of one digit for each list, as in '001' and '010'"
        )
        raise UsageError(msg)
    if not overlaps or not are_histories(keys):
        if lists is not None:
            msg = "lists= names the digits of histories such as '011', and these keys name lists"
            raise UsageError(msg)
        return overlaps, ()
    number = len(next(iter(overlaps)))
    names = _names(number) if lists is None else tuple(lists)
    if len(names) != number:
        msg = f"histories of {number} digits need {number} lists, not {len(names)}: name each"
        raise UsageError(msg)
    if overlaps.get("0" * number):
        msg = (
            f"{'0' * number!r} is the people on no list, whose number is what is estimated: "
            "leave it out"
        )
        raise UsageError(msg)
    sets = {
        tuple(name for name, digit in zip(names, key, strict=True) if digit == "1"): people
        for key, people in overlaps.items()
        if "1" in key
    }
    keys_read = stored(
        "note",
        "keys are read as histories, one digit for each list: {first} to {last}",
        first=names[0],
        last=names[-1],
    )
    # A list that holds nobody is an error of its own, and keeps its place.
    alone: dict[tuple[str, ...], Any] = {(name,): 0 for name in names}
    return alone | sets, () if lists is not None else (("default", keys_read),)
