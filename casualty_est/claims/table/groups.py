"""Group words of a table's own: what they are taken to be, and which may lie inside others."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib.resources import files
from typing import Any

from casualty_est.claims.table.claim import GROUPS, Claim
from casualty_est.tables.checks import lines_of
from casualty_est.tables.plain import plain
from casualty_est.tables.table import Table
from casualty_est.wording.language import Kept, Noted, stored

_PATH = files("casualty_est.claims.table") / "groups.toml"
_LISTS = tomllib.loads(_PATH.read_text(encoding="utf-8"))
# For each word the known groups that it may be a part of, or that may be a part of it.
_INSIDE, _AROUND = (
    {word: tuple(groups.split()) for groups, words in _LISTS[key].items() for word in words.split()}
    for key in ("inside", "around")
)
_SHOWN = 8


def own_groups(table: Table, rows: Sequence[Claim]) -> Iterator[Noted]:
    """Say what group words are taken to be that the package does not know, and ask."""
    # Equipment has groups of its own.
    present = {row.group for row in rows if row.outcome != "lost"}
    known = present.intersection(GROUPS)
    at: dict[str, list[int]] = {}
    for index, row in enumerate(rows if present - known else ()):
        if row.group not in known and row.outcome != "lost":
            at.setdefault(row.group, []).append(index)
    if "elderly" in known and known & {"women", "men"}:
        said = stored(
            "note",
            "elderly is taken as a part of civilians, and its people may be women or men, too",
        )
        yield "group_overlap", said
    if not at:
        return
    told = list(at.items())
    for group, lines in told[:_SHOWN]:
        text = stored(
            "note",
            "{group} ({where}) is a label of your own, taken as a count apart: part of no other "
            "group, not of civilians either. If it lies inside one, write so under [groups] of "
            "the priors (inside)",
            group=repr(group),
            where=_meant(group, lines_of(table, lines)),
        )
        yield "own_groups", text
    if len(told) > _SHOWN:
        named = ", ".join(repr(group) for group, _ in told[_SHOWN:])
        text = stored(
            "note", "{groups} are more labels of your own, each a count apart", groups=named
        )
        yield "own_groups", text
    for group, lines in at.items():
        where = lines_of(table, lines)
        for note in _asked(group, where, sorted(known), at):
            yield "group_overlap", note


def without_declared(notes: Iterable[Noted], groups: Mapping[str, Any]) -> list[Noted]:
    """Leave out the notes of groups whose relation the priors declare."""
    declared = {name for name, group in groups.items() if group.inside or group.parts}
    declared |= {part for group in groups.values() for part in group.parts}
    starts = tuple(f"{name!r} (" for name in declared)
    codes = ("own_groups", "group_overlap")
    return [note for note in notes if note[0] not in codes or not note[1].startswith(starts)]


def _meant(group: str, where: str) -> str:
    """Where a label stands, and which group it may mean."""
    close = get_close_matches(plain(group), GROUPS, n=1, cutoff=0.85)
    if not close:
        return where
    return f"{where}; {stored('note', 'did you mean {group}?', group=repr(close[0]))}"


def _asked(
    group: str, where: str, known: Sequence[str], own: dict[str, list[int]]
) -> Iterator[Kept]:
    """Ask where a word may share people with groups that have rows of their own."""
    parts = [part for word in _words_of(group) for part in _INSIDE.get(word, ())]
    inside = [name for name in dict.fromkeys(parts) if name in known]
    around = [name for word in _words_of(group) for name in _AROUND.get(word, ())]
    around = [name for name in dict.fromkeys(around) if name in known or name in own]
    if inside:
        yield stored(
            "note",
            "{group} ({where}) may share people with {groups}, which have rows of their own, and "
            "is taken to share nobody: say what it lies inside under [groups] of the priors, or "
            "leave out one of the two",
            group=repr(group),
            where=where,
            groups=", ".join(inside),
        )
    if around and set(around) != set(inside):
        yield stored(
            "note",
            "{group} ({where}) may contain {groups}, which have rows of their own, and is taken to "
            "share nobody: leave out the sum, or the parts",
            group=repr(group),
            where=where,
            groups=" and ".join(around),
        )


def _words_of(group: str) -> list[str]:
    """Return the words of a label, as in "women and children"."""
    key = plain(group)
    return [key, *key.split("_")] if "_" in key else [key]
