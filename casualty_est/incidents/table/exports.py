"""Exports that others publish, recognised by their columns and read by their readers."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from casualty_est.errors import Problem
from casualty_est.incidents.table.ged import read_ged
from casualty_est.incidents.table.read import (
    Draft,
    Export,
    Judged,
    first_rows,
    note_unread,
    opened,
    range_of,
    read_ranges,
    whole_number,
)
from casualty_est.tables.plain import plain
from casualty_est.tables.table import Table
from casualty_est.wording.language import N_, stored

_KNOWN: dict[str, dict[str, Any]] = tomllib.loads(
    (files("casualty_est.incidents.table") / "exports.toml").read_text(encoding="utf-8")
)
EVERYBODY = N_("note", "deaths of everybody, fighters included; --cell group=all says so")
_NOBODY = Judged(None, "perpetrator", None, {}, None, None)
_MORE = ("date", "scope", "grade", "perpetrator")
_ACLED_ON_CIVILIANS = "violence against civilians"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A known export, with the name that each of its columns has in the table."""

    name: str
    columns: dict[str, str]

    @property
    def title(self) -> str:
        """Who publishes it."""
        return str(_KNOWN[self.name]["title"])


def export_of(header: Collection[str]) -> Recognised | None:
    """Return the export that a header belongs to."""
    named = {plain(column): column for column in header}
    if {"source", "quantity"} & named.keys() and "event_id_cnty" not in named:
        return None  # a table of our own
    for name, known in _KNOWN.items():
        columns = _first_of(named, known["columns"].items())
        if len(columns) < len(known["columns"]):
            continue
        if "also" in known and named.keys().isdisjoint(known["also"]["any"].split()):
            continue
        return Recognised(name, columns | _first_of(named, known.get("optional", {}).items()))
    return None


def _first_of(named: dict[str, str], wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
    held = {key: [named[alias] for alias in text.split() if alias in named] for key, text in wanted}
    return {key: names[0] for key, names in held.items() if names}


def read_export(export: Recognised, table: Table, problems: list[Problem]) -> Draft:
    """Read a recognised export by its reader, and say so."""
    known = _KNOWN[export.name]
    if export.name == "GED":
        draft = _ged(export, table)
    elif export.name == "ACLED":
        draft = _acled(export, table)
    else:
        own = export.columns
        more = {key: own[key] for key in _MORE if key in own}
        given = Export(
            own["incident"], (own["low"], own["high"]), known["source"], known["role"], more, {},
            _NOBODY,
        )  # fmt: skip
        draft = read_ranges(table, given, table.name)
    said = known.get("said", EVERYBODY)
    used = ", ".join(dict.fromkeys(export.columns.values()))
    note = stored(
        "note",
        "recognised as an export of {title} by its columns ({columns}): read are {deaths}",
        title=export.title,
        columns=used,
        deaths=said,
    )
    draft.notes.insert(0, ("recognised", note))
    draft.problems[:0] = problems
    return draft


def _ged(export: Recognised, table: Table) -> Draft:
    renamed = {own: column for column, own in export.columns.items()}
    named = tuple(renamed.get(column, column) for column in table.columns)
    came = tuple((column, own) for own, column in renamed.items() if own != column)
    scope = "country" if "country" in named else None
    table = replace(table, columns=named, named=came)
    return read_ged(table, "all", "range", "UCDP GED", "monitor", scope, table.name)


def _acled(export: Recognised, table: Table) -> Draft:
    """Read events of ACLED: one number each, 0 where nobody died."""
    draft, own = opened(table, table.name), export.columns
    draft.came_from = {"incident": own["incident"], "date": own["date"]}
    note_unread(draft, own.values())
    for row in first_rows(draft, own["incident"]):
        cell = {key: table.column(name)[row] for key, name in own.items()}
        number = whole_number(cell["fatalities"])
        if number is None:
            reason = "ACLED gives a whole number of deaths, 0 or more, and this is none: correct it"
            draft.problems.append(table.problem(row, reason, own["fatalities"], cell["fatalities"]))
        actors = [cell.get("actor1", "")]
        if cell["event_type"].casefold() != _ACLED_ON_CIVILIANS:
            actors.append(cell.get("actor2", ""))
        draft.add(
            row,
            None if number is None else range_of(number, number),
            incident=cell["incident"],
            source="ACLED",
            role="monitor",
            date=cell["date"],
            scope=cell.get("scope", ""),
            perpetrator="; ".join(actor.replace(";", ",") for actor in actors if actor),
        )
    text = stored(
        "note", "suspected are actor1 in violence against civilians, and both actors otherwise"
    )
    draft.notes.append(("default", text))
    return draft
