"""Sheets as people lay them out: two header lines, tables side by side, blank columns.

All work on records, pairs of a line and its cells, before they become a table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from casualty_est.errors import InputError, Problem
from casualty_est.tables.plain import plain
from casualty_est.tables.table import at_lines
from casualty_est.wording.language import Noted, stored

Records = list[tuple[int, list[str]]]
Notes = list[Noted]

_YEAR = re.compile("(?:19|20)[0-9]{2}")
_DIGIT = re.compile(r"\d")
_LONGEST_NAME = 40
_SHORTEST = 2  # longer words are no marks, such as x
_AGAIN = 2  # so often a name stands that heads two columns


def tidied(records: Records, above: int, name: str, where: str, notes: Notes) -> Records:
    """Return records with one header line, one table and no blank columns.

    above: how many records stand above the header; they stay.
    """
    over, body = records[:above], records[above:]
    body = _without_blank_columns(body)
    body = _one_header(body, where, notes)
    body = _one_table(body, over, name, where, notes)
    firsts = {record[0] for _, record in body[1:] if record}  # far fewer than rows
    if body[0][1][0].strip() in {first.strip() for first in firsts}:
        body = _without_repeated_header(body, where, notes)
    _ask_about_headings(body, name, where)
    if any(_is_name(first) for first in firsts):
        _ask_about_second(body, name, where)
    return over + body


def _without_blank_columns(records: Records) -> Records:
    """Leave out columns that hold nothing and lie between others."""
    width = len(records[0][1])
    if all(cell.strip() for cell in records[0][1]):
        return records
    if any(len(record) != width for _, record in records) or len(records) < _AGAIN:
        return records
    kept = [i for i in range(width) if any(record[i].strip() for _, record in records)]
    if len(kept) == width or not kept:
        return records
    return [(line, [record[i] for i in kept]) for line, record in records]


def _one_header(records: Records, where: str, notes: Notes) -> Records:
    """Join a second header line to the first, where the first lacks or repeats names."""
    if len(records) <= _AGAIN:
        return records
    (line, first), (second_line, second) = records[:2]
    names = [cell.strip() for cell in first]
    # A name merged over both lines stands in both.
    pairs = zip(names, map(str.strip, second), strict=False)
    under = [own if own != name else "" for name, own in pairs]
    doubled = [name for name in names if name and names.count(name) > 1]
    if len(first) != len(second) or not ("" in names or doubled) or _is_row(under):
        return records
    told = [own for own in under if own]
    if len(told) == len(under) and len(set(told)) == len(told):
        return records  # a row of words under a name that is missing looks the same
    group, joined = "", []
    for name, own in zip(names, under, strict=True):
        group = name or group
        joined.append(f"{group} {own}".strip() if own and group else own or name)
    # What stands above two tables side by side is no part of their names.
    if len(set(joined)) < len(joined) or "" in joined or len(set(filter(None, under))) == 1:
        return records
    if _blocks(under) > 1:
        return records
    text = stored(
        "note",
        "{where} are one header: {columns}",
        where=at_lines(where, [line, second_line]),
        columns=", ".join(joined)[:120],
    )
    notes.append(("header", text))
    return [(line, joined), *records[2:]]


def _is_row(cells: Sequence[str]) -> bool:
    """Whether cells may be a row of data: one of them holds a digit, or they are long.

    Years that come again are names of columns under names that span them.
    """
    years = [cell for cell in cells if _YEAR.fullmatch(cell)]
    if len(years) > len(set(years)) > 1:
        cells = [cell for cell in cells if cell not in years]
    return any(_DIGIT.search(cell) or len(cell) > _LONGEST_NAME for cell in cells)


def _blocks(names: Sequence[str]) -> int:
    """Return how many times the same names in the same order make up a header; 1 for once."""
    width = len(names)
    for size in range(_AGAIN, width // 2 + 1):
        plain = [name.casefold() for name in names]
        if width % size == 0 and all(
            plain[:size] == plain[i : i + size] for i in range(0, width, size)
        ):
            return width // size
    return 1


def _one_table(records: Records, over: Records, name: str, where: str, notes: Notes) -> Records:
    """Put tables that stand side by side under the same names one below the other."""
    line, first = records[0]
    blocks = _blocks([cell.strip() for cell in first])
    if blocks == 1 and len(records) > 1 and not _is_row(records[1][1]):
        second = _blocks([cell.strip() for cell in records[1][1]])
        if second > 1:
            _ask_for_labels(line, first, second, name, where)
    if blocks == 1:
        return records
    if over and sum(1 for cell in over[-1][1] if cell.strip()) > 1:
        _ask_for_labels(over[-1][0], over[-1][1], blocks, name, where)
    size = len(first) // blocks
    rows = [
        (number, record[at : at + size])
        for at in range(0, len(first), size)
        for number, record in records[1:]
        if any(cell.strip() for cell in record[at : at + size]) or len(record) != len(first)
    ]
    text = stored(
        "note",
        "{number} tables side by side have the same header: all are read as one",
        number=blocks,
    )
    notes.append(("side_by_side", text))
    return [(line, first[:size]), *rows]


def _ask_for_labels(line: int, cells: Sequence[str], blocks: int, name: str, where: str) -> None:
    """Refuse tables side by side of which a line above says what tells them apart."""
    labels = ", ".join(repr(cell.strip()) for cell in cells if cell.strip())
    reason = (
        f"{blocks} tables stand side by side, and {labels} above them may tell them apart: put one "
        "below the other, with this in a column of its own, such as scope"
    )
    raise InputError([Problem(reason, line, where=where)], name)


def _ask_about_headings(records: Records, name: str, where: str) -> None:
    """Refuse lines that hold one word and head the rows below them, which name the same again."""
    if len(records[0][1]) < _AGAIN:
        return
    alone = [
        i
        for i, (_, record) in enumerate(records)
        if i and record and not record[-1] and not any(record[1:])
    ]
    headings = [i for i in alone if _is_heading(records[i][1][0].strip())]
    words = [records[i][1][0].strip() for i in headings]
    ends = [*headings[1:], len(records)]
    blocks = [
        {record[0].strip() for _, record in records[start + 1 : end]}
        for start, end in zip(headings, ends, strict=bool(headings))
    ]
    below = [block for block in blocks if block]
    repeated = any(one & other for one, other in pairwise(below))
    if len(set(words)) < max(_AGAIN, len(words)) or len(below) < len(words) or not repeated:
        return
    reason = (
        f"{words[0]!r} stands alone in this line and seems to head the rows below it: give them a "
        "column that says so, such as scope, and remove the line"
    )
    raise InputError([Problem(reason, records[headings[0]][0], where=where)], name)


def _is_heading(word: str) -> bool:
    """Whether a word that stands alone is a name, and no mark such as x."""
    return len(word) > _SHORTEST and not _is_row([word])


def _ask_about_second(records: Records, name: str, where: str) -> None:
    """Refuse a second table below the first, which begins with names of columns again."""
    sources, numbers = _names()
    for line, record in records[1:]:
        if not record or not _is_name(record[0]):
            continue
        cells = {plain(cell) for cell in record if cell.strip()}
        if len(cells) > 1 and cells <= sources | numbers and cells & sources and cells & numbers:
            reason = (
                "a second table begins in this line: keep one of them, or save each in its own file"
            )
            raise InputError([Problem(reason, line, where=where)], name)


def _is_name(cell: str) -> bool:
    """Whether a cell holds a name of a column; a cheap look, for the first of many rows."""
    return cell.strip().casefold() in _spoken_names()


@lru_cache(maxsize=1)
def _spoken_names() -> frozenset[str]:
    sources, numbers = _names()
    return frozenset(name.replace("_", " ") for name in sources | numbers)


@lru_cache(maxsize=1)
def _names() -> tuple[frozenset[str], frozenset[str]]:
    """Names of a column of sources, and of columns of numbers."""
    lists = tomllib.loads((files("casualty_est.tables") / "names.toml").read_text(encoding="utf-8"))
    numbers = {word for text in lists["numbers"].values() for word in text.split()}
    return frozenset({"source", *lists["claims"]["source"].split()}), frozenset(numbers)


def _without_repeated_header(records: Records, where: str, notes: Notes) -> Records:
    """Leave out lines in which the header stands again."""
    header = [cell.strip() for cell in records[0][1]]
    again = [
        line
        for line, record in records[1:]
        if record and record[0].strip() == header[0] and [cell.strip() for cell in record] == header
    ]
    if not again or len(header) == 1:
        return records
    text = stored(
        "note",
        "{where} repeats the header and is not read",
        where=at_lines(where, again[:1]),
    )
    notes.append(("repeated_header", text))
    left_out = set(again)
    return [records[0], *((n, record) for n, record in records[1:] if n not in left_out)]
