"""Columns beside a number that change what it says: its hedge, interval, error or unit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal
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
# A number in figures with brackets behind it that begin with one: "4,645 (793-8,498)".
_WITH_INTERVAL = re.compile(r"^([^()\[\]]*[0-9][^()\[\]]*[(\[])\s*(?=[0-9])")
_LONGEST = sorted(_INTERVALS, key=len, reverse=True)
_SCALES = {"thousands": 1000, "thousand": 1000, "000": 1000, "000s": 1000}
_SCALES |= {"millions": 1_000_000, "million": 1_000_000}
_DECIMAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]+)?")
_BELOW_THOUSAND = re.compile(
    rf"[~<>\u2248\u2264\u2265]? ?(?:{_DECIMAL.pattern})(?:\s*[-\u2013]\s*(?:{_DECIMAL.pattern}))?"
)
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


def in_full(table: Table) -> tuple[Table, list[Noted]]:
    """Write numbers in full where the name of their column says thousands or millions.

    Only numbers below a thousand are surely meant so; where there is another, it is asked.
    """
    names, cells, named = list(table.columns), list(table.cells), list(table.named)
    notes: list[Noted] = []
    for at, name in enumerate(table.columns):
        words = plain(name).split("_")
        scales = [_SCALES[word] for word in words if word in _SCALES]
        rest = " ".join(word for word in words if word not in _SCALES and word != "in")
        counts = _COUNTS & set(words) and not {"per", "rate"} & set(words)
        if len(scales) != 1 or not counts or rest in names:
            continue
        given = [text for text in cells[at] if text]
        if not given or not all(_scaled(text, scales[0]) for text in given):
            continue
        names[at], cells[at] = rest, tuple(_scaled(text, scales[0]) for text in cells[at])
        named.append((rest, name))
        said = stored(
            "note",
            "numbers in {column} are read in full: {text} as {number}",
            column=repr(name),
            text=repr(given[0]),
            number=_scaled(given[0], scales[0]),
        )
        notes.append(("multiplied", said))
    if not notes:
        return table, []
    table = replace(table, columns=tuple(names), cells=tuple(cells), named=tuple(named))
    return table, notes


def _scaled(text: str, scale: int) -> str:
    """Return a number, or a range, times a scale; empty where it is not surely meant so."""
    if not _BELOW_THOUSAND.fullmatch(text):
        return ""
    products = [Decimal(number) * scale for number in _DECIMAL.findall(text)]
    if any(product != int(product) for product in products):
        return ""
    texts = iter(f"{int(product):,}" for product in products)
    return _DECIMAL.sub(lambda _: next(texts), text)


def with_levels(table: Table) -> Table:
    """Put the level that the name of a column states into its cells: "Deaths (90% CI)"."""
    names, cells, named = list(table.columns), list(table.cells), list(table.named)
    for at, name in enumerate(table.columns):
        key = plain(name)
        interval = next((one for one in _LONGEST if key.endswith(f"_{one}")), "")
        stem = key.removesuffix(f"_{interval}").replace("_", " ")
        texts = cells[at]
        if not interval or stem in names or not any(map(_WITH_INTERVAL.search, texts)):
            continue
        level = _LEVEL.search(interval)
        form = rf"\g<1>{level[0]}% CI " if level else r"\g<1>"
        names[at], cells[at] = stem, tuple(_WITH_INTERVAL.sub(form, text) for text in texts)
        named.append((stem, name))
    return replace(table, columns=tuple(names), cells=tuple(cells), named=tuple(named))


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
