"""Columns beside a number that change what it says: its hedge, interval, error or unit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import replace
from importlib.resources import files

from casualty_est.errors import Problem
from casualty_est.quantity.tokens import phrase_at, tokenize
from casualty_est.quantity.words import BEFORE
from casualty_est.tables.plain import plain
from casualty_est.tables.table import Table
from casualty_est.wording.language import Noted, stored

_LISTS = tomllib.loads((files("casualty_est.tables") / "names.toml").read_text(encoding="utf-8"))
_INTERVALS, _RANGES, _DEVIATIONS, _MARGINS = (
    frozenset(_LISTS["beside"][key].split())
    for key in ("intervals", "ranges", "deviations", "margins")
)
_TWO_ENDS = re.compile(r"[(\[]?\s*[0-9][0-9,. ]*\s*(?:-|\u2013|to|;)\s*[0-9][0-9,. ]*[)\]]?")
_MULTIPLIED = {key: frozenset(text.split()) for key, text in _LISTS["multiplied"].items()}
_COUNTS = (
    frozenset(_LISTS["composed"]["killed"].split())
    | frozenset(word for names in _LISTS["numbers"].values() for word in names.split())
    | {"quantity"}
)
_LEVEL = re.compile(r"(?<![0-9])(?:[5-9][0-9])(?![0-9])")
_MOST_WORDS = 4
_POINT = re.compile(r"[0-9]\.[0-9]")
_POINTED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:\.[0-9]{3})+(?![0-9.,])")
_TWO_POINTS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:\.[0-9]{3}){2,}(?![0-9.,])")


def multiplied(table: Table) -> Iterator[Problem]:
    """Find columns that say that numbers are thousands: read as they stand they are wrong."""
    for name in table.columns:
        key = plain(name)
        words = key.split("_")
        told = [
            text
            for columns, signs in (("units", "words"), ("flags", "yes"))
            if key in _MULTIPLIED[columns]
            for text in table.column(name)
            if plain(text) in _MULTIPLIED[signs]
        ]
        inside = [word for word in words if word in _MULTIPLIED["inside"]]
        if told or (inside and not {"per", "rate"} & set(words) and not _COUNTS.isdisjoint(words)):
            said = repr(told[0]) if told else repr(inside[0])
            reason = (
                f"the column {name!r} says that numbers are multiplied ({said}): write each number "
                f"in full, as 10,000, and {'remove the column' if told else 'call it killed'}"
            )
            yield Problem(reason, table.header_line)


def with_points(table: Table) -> tuple[Table, list[Noted]]:
    """Write thousands with commas where a table parts them by points, as its other signs show.

    Semicolons between the columns, or a number with two points, are of countries in which a point
    never begins decimals; and there must be none in the column.
    """
    texts = table.column("quantity")
    pointed = [text for text in dict.fromkeys(texts) if "." in text and _POINT.search(text)]
    semicolons = any(code == "separator" and "semicolons" in said for code, said in table.notes)
    shown = semicolons or any(_TWO_POINTS.search(text) for text in pointed)
    if not pointed or not shown or any(_POINT.search(_POINTED.sub("", text)) for text in pointed):
        return table, []
    plain_texts = tuple(_POINTED.sub(lambda m: m[0].replace(".", ","), text) for text in texts)
    at = table.columns.index("quantity")
    cells = (*table.cells[:at], plain_texts, *table.cells[at + 1 :])
    said = stored(
        "note",
        "points in {column} part thousands, as in {text}",
        column=repr(table.as_it_came("quantity")),
        text=repr(pointed[0]),
    )
    return replace(table, cells=cells), [("points", said)]


def with_neighbours(table: Table, known: Collection[str]) -> tuple[Table, list[str]]:
    """Put hedges, intervals and errors from columns of their own into the quantities.

    known: columns that have another meaning.
    """
    said: list[str] = []
    if "quantity" not in table.columns:
        return table, said
    for name in [column for column in table.columns if column not in known]:
        key = plain(name)
        texts = table.column(name)
        if key in _INTERVALS or (key in _RANGES and _are_ranges(texts)):
            level = _LEVEL.search(key)
            form = f"{{}} ({level[0]}% CI {{}})" if level else "{} ({})"
        elif key in _DEVIATIONS:
            form = "{} \u00b1 {} (SD)"
        elif key in _MARGINS:
            form = "{} \u00b1 {}"
        elif _are_hedges(texts):
            form = "{1} {0}"
        else:
            continue
        table = _joined(table, name, form)
        said.append(f"{name!r} as a part of quantity")
    return table, said


def _are_ranges(texts: Collection[str]) -> bool:
    """Whether all cells of a column are two ends, or blank."""
    distinct = dict.fromkeys(texts)
    return any(distinct) and all(_TWO_ENDS.fullmatch(text) for text in distinct if text)


def _are_hedges(texts: Collection[str]) -> bool:
    """Whether all cells of a column are hedges, "at least" or "~", or blank."""
    distinct = dict.fromkeys(texts)
    return any(distinct) and all(_is_hedge(text) for text in distinct if text)


def _is_hedge(text: str) -> bool:
    if len(text) > 40 or text[0].isdigit():
        return False
    tokens = tokenize(text)
    match = phrase_at(BEFORE, tokens, 0)
    return match is not None and not tokens[match[1]]


def _joined(table: Table, own: str, form: str) -> Table:
    numbers = table.column("quantity")
    texts = tuple(
        form.format(number, beside.strip("()[]")) if beside and number else number
        for number, beside in zip(numbers, table.column(own), strict=True)
    )
    kept = [i for i, name in enumerate(table.columns) if name not in (own, "quantity")]
    columns = (*(table.columns[i] for i in kept), "quantity")
    cells = (*(table.cells[i] for i in kept), texts)
    came = f"{table.as_it_came('quantity')}, {own}"
    named = (*(pair for pair in table.named if pair[0] != "quantity"), ("quantity", came))
    return replace(table, columns=columns, cells=cells, named=named)
