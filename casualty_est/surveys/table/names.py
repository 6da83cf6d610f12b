"""Columns and words of surveys under their usual names: recognised, and told."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from casualty_est.errors import Problem
from casualty_est.tables.checks import nearest
from casualty_est.tables.marks import NOTHING
from casualty_est.tables.names import columns_read
from casualty_est.tables.plain import plain
from casualty_est.tables.table import Table

_TEXTS = frozenset(
    {"source", "scope", "group", "outcome", "perpetrator", "citation"}
    | {"psu", "stratum", "household", "death"}
)
_AT_START = " (people at the start, the dead included)"


@cache
def _names() -> dict[str, Any]:
    text = (files("casualty_est.surveys.table") / "names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def columns_of(header: Collection[str], form: str) -> dict[str, str]:
    """The columns of a form, each with its name in the header."""
    by_name: dict[str, str] = {}
    for name in header:
        by_name.setdefault(plain(name), name)
    known: dict[str, str] = {}
    for column, aliases in _names()[form].items():
        own = column if column in header else None
        own = own or next((by_name[alias] for alias in aliases.split() if alias in by_name), None)
        if own is not None and own not in known.values():
            known[column] = own
    return known


def recognised(table: Table, form: str, problems: list[Problem]) -> Table:
    """Return a table with its columns under the names of the form, and a note of what they were."""
    known = columns_of(table.columns, form)
    if form == "households":
        problems += _of_one_cause(table, known)
    renamed = {own: column for column, own in known.items() if own != column}
    names = tuple(renamed.get(name, name) for name in table.columns)
    numbers = known.keys() - _TEXTS
    cells = tuple(
        tuple("" if text.casefold() in NOTHING else text for text in texts)
        if name in numbers
        else texts
        for name, texts in zip(names, table.cells, strict=True)
    )
    named = tuple((column, own) for own, column in renamed.items())
    table = replace(table, columns=names, cells=cells, named=(*table.named, *named))
    said = [
        f"{own!r} as {column}{_AT_START if column == 'members' and form == 'households' else ''}"
        for own, column in renamed.items()
        if plain(own) != column and column != "interval"
    ]
    if "interval" in known:
        table = _with_interval(table, known)
        said.append(f"{known['interval']!r} as the interval of estimate")
    if not said:
        return table
    return replace(table, notes=(*table.notes, ("recognised", columns_read(said))))


def _of_one_cause(table: Table, known: dict[str, str]) -> list[Problem]:
    """Ask which deaths are counted where deaths of one cause stand beside all deaths."""
    causes = [name for name in table.columns if plain(name) in _names()["cause"]["deaths"].split()]
    known.setdefault("deaths", causes[0] if causes else "deaths")
    rivals = [known["deaths"], *(name for name in causes if name != known["deaths"])]
    if len(rivals) == 1:
        return []
    reason = (
        f"which deaths are counted, {' or '.join(map(repr, rivals))}? Keep the column that is "
        "estimated under the name deaths, and remove the other"
    )
    return [Problem(reason, table.header_line, where=table.where)]


def _with_interval(table: Table, known: dict[str, str]) -> Table:
    """Write the interval of a column of its own beside the estimate."""
    level = "95% CI " if "95" in known["interval"] else ""
    pairs = zip(table.column("estimate"), table.column("interval"), strict=True)
    estimates = tuple(_beside(number, text.strip("()[] "), level) for number, text in pairs)
    kept = [name for name in table.columns if name != "interval"]
    cells = tuple(estimates if name == "estimate" else table.column(name) for name in kept)
    return replace(table, columns=tuple(kept), cells=cells)


def _beside(number: str, interval: str, level: str) -> str:
    if not number or not interval:
        return number
    return f"{number} ({'' if '%' in interval else level}{interval})"


def whole_of(default: str) -> Callable[[str], str]:
    """Return a parser of labels, in which a word for the whole is the default."""
    words = frozenset(_names()["whole"]["labels"].split())
    return lambda text: default if not text or plain(text) in words else text


def outcome_of(valid: Collection[str], default: str) -> Callable[[str], str]:
    """Return a parser of outcomes in any case and spelling, and `default` for a blank."""
    synonyms: dict[str, str] = _names()["words"]["outcome"]
    spelled = {plain(word): word for word in valid}

    def parse(text: str) -> str:
        key = plain(text)
        meant = default if not text else spelled.get(key) or synonyms.get(key)
        if meant is None:
            msg = f"expected one of {', '.join(valid)}{nearest(text, valid)}"
            raise ValueError(msg)
        return meant

    return parse
