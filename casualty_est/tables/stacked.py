"""Tables with several numbers in a row, put into a row for each: outcomes, groups, periods."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files

from casualty_est.tables.periods import span_of
from casualty_est.tables.plain import plain
from casualty_est.tables.table import Table

_LISTS = tomllib.loads((files("casualty_est.tables") / "names.toml").read_text(encoding="utf-8"))
_KILLED = frozenset(_LISTS["composed"]["killed"].split())
_FILL = frozenset(_LISTS["composed"]["fill"].split())
_SAID = {"killed": _KILLED, "injured": frozenset(_LISTS["composed"]["injured"].split())}
_TOTALS = frozenset({"", *_LISTS["totals"]["words"].split()})
_GROUPS: dict[str, str] = _LISTS["words"]["group"] | _LISTS["columns_of_groups"]
_GROUPS |= {label: label for label in _GROUPS.values()}
# With both of these, the total beside them is everybody; else it is what the table counts.
_PARTS_OF_ALL = frozenset({"civilians", "combatants"})
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_AT_LEAST = 2  # columns that make a pattern
ALL = "all"


def stack(table: Table, parts: Mapping[str, Mapping[str, str]]) -> Table:
    """Make a row of each number in a row of a table.

    parts: by the name of a column of numbers the cells that a row of its own has. Of a row without
    any number the first remains, so that it is still told that its source gave none.
    """
    added = tuple(dict.fromkeys(name for cells in parts.values() for name in cells))
    rest = [name for name in table.columns if name not in parts and name not in added]
    columns = {own: table.column(own) for own in parts}
    first = next(iter(parts))
    at = [
        (row, own)
        for row in range(len(table))
        for own in parts
        if columns[own][row] or (own == first and not any(c[row] for c in columns.values()))
    ]
    cells = [tuple(table.column(name)[row] for row, _ in at) for name in rest]
    cells.append(tuple(columns[own][row] for row, own in at))
    cells += [tuple(parts[own].get(name, "") for _, own in at) for name in added]
    named = (*table.named, ("quantity", ", ".join(parts)))
    return replace(
        table,
        columns=(*rest, "quantity", *added),
        cells=tuple(cells),
        lines=tuple(table.lines[row] for row, _ in at),
        named=named,
        stacked=tuple(own for _, own in at),
    )


def group_columns(table: Table, used: Collection[str], *, sure: bool) -> dict[str, str]:
    """Return the columns that count groups of people, each with its label; empty if none do.

    sure: whether only names that say that people died are taken: beside a column of the injured
    "women" may be both.

    A column that counts everybody beside them has the label "all", or none where the groups lie
    inside the group that the table counts anyway.
    """
    labels: dict[str, str] = {}
    totals: list[str] = []
    for name in table.columns:
        if name in used:
            continue
        words = plain(name).split("_")
        rest = "_".join(word for word in words if word not in _KILLED and word not in _FILL)
        dead = not _KILLED.isdisjoint(words)
        if rest in _GROUPS and _GROUPS[rest] != ALL and (dead or not sure):
            labels[name] = _GROUPS[rest]
        elif rest in _TOTALS and (dead or (plain(name) in _TOTALS and not sure)):
            totals.append(name)
    labels = {name: label for name, label in labels.items() if _counts(table.column(name))}
    several = len(set(labels.values())) == len(labels) >= _AT_LEAST
    if not several or len(totals) > 1:
        return {}
    everybody = ALL if set(labels.values()) >= _PARTS_OF_ALL else ""
    return dict.fromkeys(totals, everybody) | labels


def period_columns(table: Table, used: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the columns that are named after months or years, each with the cells that it means.

    "2014" has a first and a last day, and "2014 killed" an outcome besides.
    """
    spans: dict[str, dict[str, str]] = {}
    for name in table.columns:
        if name in used or not _YEAR.search(name):
            continue
        words = {word: _outcome(word) for word in name.split()}
        told = sorted(set(filter(None, words.values())))
        rest = [word for word, outcome in words.items() if not outcome]
        try:
            start, end = span_of(" ".join(rest))
        except ValueError:
            continue
        if start and end and len(told) < _AT_LEAST and _counts(table.column(name)):
            spans[name] = {"start": start.isoformat(), "end": end.isoformat()}
            if told:
                spans[name]["outcome"] = told[0]
    if len({len(cells) for cells in spans.values()}) > 1:
        return {}
    return spans if len(spans) >= _AT_LEAST else {}


def _outcome(word: str) -> str:
    """Return the outcome that a word of a name says, if it says one."""
    return next((what for what, words in _SAID.items() if plain(word) in words), "")


def split_pair(table: Table, name: str) -> Table | None:
    """Return a table with "killed/wounded" as two columns, where all its cells are pairs."""
    words = plain(name).split("_")
    pair = "/" in name and len(words) == _AT_LEAST
    if not pair or words[0] not in _KILLED or words[1] not in _SAID["injured"]:
        return None
    texts = table.column(name)
    parts = [text.split("/") if text else ["", ""] for text in texts]
    if not any(texts) or any(len(one) != _AT_LEAST for one in parts):
        return None
    kept = [i for i, own in enumerate(table.columns) if own != name]
    columns = (*(table.columns[i] for i in kept), "killed", "injured")
    numbers = (tuple(one[at].strip() for one in parts) for at in range(_AT_LEAST))
    named = (*table.named, ("killed", name), ("injured", name))
    cells = (*(table.cells[i] for i in kept), *numbers)
    return replace(table, columns=columns, cells=cells, named=named)


def _counts(texts: Sequence[str]) -> bool:
    """Whether the cells of a column begin with digits, as far as they are filled."""
    given = [text for text in texts[:200] if text]
    return bool(given) and all(text.lstrip("~<>≤≥= ")[:1].isdigit() for text in given)
