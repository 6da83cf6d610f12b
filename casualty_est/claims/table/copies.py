"""Figures that may be one figure: equal and nearly equal numbers, series in step, and sums.

Two sources that count apart hardly ever state 45,805 both. So such numbers are pointed out, and
their author says whether one repeats the other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from statistics import pstdev
from typing import NamedTuple

from casualty_est.claims.table.claim import Claim, Window
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.checks import lines_of
from casualty_est.tables.table import Table
from casualty_est.wording.language import N_, Kept, Noted, stored

_Cell = tuple[str, ...]
_TELLING = 100  # smallest number, in units of its rounding, that two hardly state by chance
_NEAR = 0.005  # relative difference of two numbers that are nearly equal
_IN_STEP = 4  # common days of two series whose ratio is compared
_SOON = 31  # days after which a figure that is repeated is hardly still the last one
_SHOWN = 8

type _Series = dict[Window, tuple[int, int]]  # a row and its number, by window


class Copied(NamedTuple):
    """Sources whose numbers may be one, the rows that state them, and how it is said."""

    names: Sequence[str]
    rows: list[int]
    template: str
    places: dict[str, str]


STATE = N_(
    "note",
    "{names} state {numbers} for {cell} ({where}): is it one figure? Say so with quotes or "
    "derived_from, or write independent 1",
)
STATE_EQUAL = N_(
    "note",
    "{names} state {number} equal numbers for {cell} ({where}): is it one figure? Say so with "
    "quotes or derived_from, or write independent 1",
)
NEARLY = N_(
    "note",
    "{names} nearly agree {times} times for {cell} ({where}): is it one figure? Say so with "
    "quotes or derived_from, or write independent 1",
)
IN_RATIO = N_(
    "note",
    "{names} keep the ratio {ratio} on {number} days for {cell} ({where}): is it one figure? "
    "Say so with quotes or derived_from, or write independent 1",
)


def copies(table: Table, rows: Sequence[Claim]) -> list[Noted]:
    """Return what may be copied, each with its rows."""
    kept, witness = _kept(rows), _witnesses(rows)
    notes = [
        ("copies", _asked(table, one, ", ".join(cell[:4])))
        for cell, held in _by_cell(kept).items()
        for one in _in_cell(held, witness)
    ]
    notes += _sums(table, rows, kept, witness)
    if len(notes) > _SHOWN:
        rest = len(notes) - _SHOWN
        text = stored("note", "{number} more sets of numbers may be copies", number=f"{rest:,}")
        notes[_SHOWN:] = [("copies", text)]
    return notes


def repeats(rows: Sequence[Claim]) -> list[int]:
    """Rows that may repeat the number of a source which stands before them in the table."""
    witness = _witnesses(rows)
    repeated: set[int] = set()
    for held in _by_cell(_kept(rows)).values():
        for one in _in_cell(held, witness):
            first = rows[min(one.rows)].source
            repeated |= {index for index in one.rows if rows[index].source != first}
    return sorted(repeated)


def _kept(rows: Sequence[Claim]) -> list[tuple[int, Claim]]:
    """Rows with a number that two hardly state by chance."""
    # Equal texts share one quantity, so far fewer numbers are looked at than rows.
    distinct = {id(row.quantity): row.quantity for row in rows}
    telling = {key for key, quantity in distinct.items() if _number(quantity) is not None}
    return [
        (index, row)
        for index, row in enumerate(rows)
        if id(row.quantity) in telling and not row.independent
    ]


def _by_cell(kept: Sequence[tuple[int, Claim]]) -> dict[_Cell, list[tuple[int, Claim]]]:
    """Rows by cell, where several sources speak of it."""
    first: dict[_Cell, str] = {}
    cells: list[_Cell] = [
        (row.scope, row.outcome, row.group, row.perpetrator, row.level) for _, row in kept
    ]
    several: set[_Cell] = {
        cell
        for cell, (_, row) in zip(cells, kept, strict=True)
        if first.setdefault(cell, row.source) != row.source
    }
    by_cell: dict[_Cell, list[tuple[int, Claim]]] = defaultdict(list)
    for cell, one in zip(cells, kept, strict=True) if several else ():
        if cell in several:
            by_cell[cell].append(one)
    return by_cell


def _number(quantity: Quantity) -> int | None:
    """The number that a quantity names, where it is too odd to be named twice by chance."""
    named = quantity.best if quantity.best is not None else quantity.low
    number = named if named else quantity.high
    if number is None or quantity.grid is None or number < _TELLING * quantity.grid:
        return None
    return int(number)


def _witnesses(rows: Sequence[Claim]) -> dict[str, str]:
    """Return for each source one name of those that the table says hang together with it."""
    first: dict[str, str] = {}

    def root(name: str) -> str:
        while first.setdefault(name, name) != name:
            name = first[name]
        return name

    for row in rows:
        if row.quotes or row.alias_of or row.derived_from:
            for other in (row.quotes, row.alias_of, *row.derived_from):
                if other:
                    first[root(row.source)] = root(other)
    return {name: root(name) for name in {row.source for row in rows}}


def _in_cell(held: list[tuple[int, Claim]], witness: dict[str, str]) -> Iterator[Copied]:
    """Find equal numbers, and numbers nearly equal or in step, of one cell."""
    groups: dict[tuple[object, ...], dict[str, int]] = defaultdict(dict)
    for index, row in held:
        groups[row.start, row.end, _number(row.quantity)].setdefault(row.source, index)
    equal: dict[tuple[str, ...], list[int]] = defaultdict(list)
    numbers: dict[tuple[str, ...], set[object]] = defaultdict(set)
    for (_, _, number), sources in groups.items():
        names = tuple(sorted(sources))
        if len({witness[name] for name in names}) > 1:
            equal[names] += [sources[name] for name in names]
            numbers[names].add(number)
    told: set[str] = set()  # of sources that agree, one speaks for all
    for names, at in equal.items():
        told |= set(names[1:])
        stated = numbers[names]
        if len(stated) == 1:
            yield Copied(names, at, STATE, {"numbers": _said(at, held, next(iter(stated)))})
        else:
            yield Copied(names, at, STATE_EQUAL, {"number": f"{len(stated):,}"})
    yield from _near(held, told, witness)


def _said(at: Sequence[int], held: Sequence[tuple[int, Claim]], number: object) -> str:
    """Return what rows state alike: their whole range, where they have one."""
    texts = {str(row.quantity) for index, row in held if index in at}
    return texts.pop() if len(texts) == 1 else f"{number:,}"


def _asked(table: Table, one: Copied, cell: str) -> Kept:
    names = ", ".join(map(repr, one.names[:_SHOWN]))
    if len(one.names) > _SHOWN:
        rest = f"{len(one.names) - _SHOWN:,}"
        names = stored("note", "{places} and {number} more", places=names, number=rest)
    where = lines_of(table, sorted(one.rows))
    return stored("note", one.template, names=names, cell=cell, where=where, **one.places)


def _near(
    held: list[tuple[int, Claim]], told: set[str], witness: dict[str, str]
) -> Iterator[Copied]:
    """Point out pairs of sources with numbers nearly equal, or in step over time."""
    series: dict[str, _Series] = defaultdict(dict)
    for index, row in held:
        number = _number(row.quantity)
        if number is not None:
            series[row.source][row.window] = (index, number)
    if len(series) > 60:
        return  # among so many some are near by chance
    for one, other in combinations(series, 2):
        if one in told or other in told or witness[one] == witness[other]:
            continue
        common = series[one].keys() & series[other].keys()
        if not common:
            yield from _later(one, other, series)
            continue
        pairs = [(series[one][day], series[other][day]) for day in common]
        ratios = [math.log(a / b) for (_, a), (_, b) in pairs]
        near = [k for k, ratio in enumerate(ratios) if abs(ratio) <= _NEAR]
        at = [index for k in near for index, _ in pairs[k]]
        if near and (len(near) > len(pairs) / 2 or len(near) >= _IN_STEP):
            (_, a), (_, b) = pairs[near[0]]
            if len(near) == 1:
                yield Copied((one, other), at, STATE, {"numbers": f"{a:,} and {b:,}"})
            else:
                yield Copied((one, other), at, NEARLY, {"times": str(len(near))})
        elif len(pairs) >= _IN_STEP and pstdev(ratios) <= _NEAR and _moves(pairs):
            places = {"ratio": f"{math.exp(ratios[0]):.3g}", "number": str(len(pairs))}
            at = [index for pair in pairs for index, _ in pair]
            yield Copied((one, other), at, IN_RATIO, places)


def _later(one: str, other: str, series: Mapping[str, _Series]) -> Iterator[Copied]:
    """Point out equal numbers of windows that end some days apart, where no two are the same."""
    rows = {number: (window, index) for window, (index, number) in series[one].items()}
    pairs: dict[int, list[int]] = {}
    for (start, end), (index, number) in series[other].items():
        (first, last), at = rows.get(number, ((None, None), -1))
        soon = end is not None and last is not None and abs((end - last).days) <= _SOON
        if at >= 0 and start == first and soon:
            pairs[number] = [at, index]
    places = [index for pair in pairs.values() for index in pair]
    if len(pairs) == 1:
        yield Copied((one, other), places, STATE, {"numbers": f"{next(iter(pairs)):,}"})
    elif pairs:
        yield Copied((one, other), places, STATE_EQUAL, {"number": f"{len(pairs):,}"})


def _moves(pairs: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> bool:
    numbers = [a for (_, a), _ in pairs]
    return max(numbers) > 1.2 * min(numbers)


def _sums(
    table: Table, rows: Sequence[Claim], kept: Sequence[tuple[int, Claim]], witness: dict[str, str]
) -> Iterator[Noted]:
    """Point out numbers that are the sum of what one other source says of the parts.

    A sum may be round by chance, so of it every number is looked at.
    """
    parts: dict[tuple[object, ...], dict[str, dict[str, tuple[int, int]]]] = defaultdict(dict)
    for index, row in kept:
        if row.scope != "all" and "+" not in row.scope and (number := _number(row.quantity)):
            held = parts[row.window, row.cell_key[1:]].setdefault(row.source, {})
            held[row.scope] = (index, number)
    for index, row in enumerate(rows) if parts else ():
        whole = row.quantity.best if row.quantity.best is not None else row.quantity.low
        if not whole or row.independent or not (row.scope == "all" or "+" in row.scope):
            continue
        for source, held in parts.get((row.window, row.cell_key[1:]), {}).items():
            names = held.keys() if row.scope == "all" else row.scopes
            apart = witness[source] != witness[row.source]
            if not apart or len(names) < 2 or not held.keys() >= set(names):
                continue
            if sum(held[name][1] for name in names) != whole:
                continue
            at = sorted([index, *(held[name][0] for name in names)])
            text = stored(
                "note",
                "{source} states the sum of what {other} says of {scopes} ({where}): is it one "
                "figure? Say so with quotes or derived_from, or write independent 1",
                source=repr(row.source),
                other=repr(source),
                scopes=", ".join(names),
                where=lines_of(table, at),
            )
            yield "copies", text
