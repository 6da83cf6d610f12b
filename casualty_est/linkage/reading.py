"""From tables of text to the content of `Records`, with every problem and no cell printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.linkage import fields as read
from casualty_est.linkage.fields import FIELDS, NAMES
from casualty_est.linkage.names.parts import PARTS, in_order, split
from casualty_est.linkage.names.script import words
from casualty_est.linkage.naming import (
    NO_NAME,
    alike,
    alternatives,
    check_printed,
    is_header,
    notes_of,
    shown,
    with_named,
    with_usual_names,
)
from casualty_est.linkage.sealed import Sealed
from casualty_est.tables.checks import nearest
from casualty_est.tables.read import Table
from casualty_est.wording.language import Noted, stored
from casualty_est.wording.phrases import listed

Bools = npt.NDArray[np.bool_]
MOST_SHOWN = 200  # bad rows listed one by one; the rest is counted
ID = "id"
LETTERED = 0.5  # share of the names of a list that must hold a letter


@dataclass(frozen=True, slots=True)
class Source:
    """One table, and how its list is called where no column says it."""

    name: str
    table: Table

    @property
    def called(self) -> str:
        """How messages call it."""
        return self.table.name or self.name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Content(Sealed):
    """All records side by side: what was read, and what is compared."""

    lists: tuple[str, ...]
    fields: tuple[str, ...]
    keys: tuple[str, ...]  # of records, as labels.csv names them
    list_of: npt.NDArray[np.int64]  # (record,): position among the lists
    shown: dict[str, list[str]]  # texts as they came, for the review
    values: dict[str, list[Any]]  # by field, the name in its parts; None or "" is missing
    strata: tuple[tuple[str, ...], ...]  # (record, column)
    warnings: tuple[Noted, ...]

    def has(self, field: str) -> Bools:
        """Whether each record has a field."""
        names = PARTS if field == "name" else (field,)
        filled = [[value not in (None, "") for value in self.values[n]] for n in names]
        return np.array(filled).any(axis=0)


def read_sources(
    sources: Sequence[Source],
    list_column: str | None,
    person: Mapping[str, str] | None,
    by: tuple[str, ...],
    id_column: str | None,
    *,
    leave_out: bool,
) -> Content:
    """Read all tables, and check what only all of them can show."""
    notes = [note for source in sources for note in notes_of(source.table, source.called)]
    if person is None:
        used = {*by, *([list_column] if list_column else []), *([id_column] if id_column else [])}
        sources, said = _usual(sources, used)
        notes += said
    else:
        person = {str(field): str(names) for field, names in person.items()}
        sources = [Source(one.name, with_named(one.table, person)) for one in sources]
        person = {field: alternatives(names)[0] for field, names in person.items()}
    columns = _columns(sources, list_column, person, by, id_column)
    _all_hold_names(sources, columns)
    problems: list[tuple[str, Problem]] = []
    rows: list[dict[str, Any]] = []
    for source in sources:
        rows += _rows(source, columns, list_column, by, id_column or ID, problems, notes, leave_out)
        notes += _unused(source, columns, list_column, by, id_column or ID)
    gone = [row for row in rows if row["nameless"]]
    rows = [row for row in rows if not row["nameless"]]
    if gone and leave_out:
        text = stored(
            "note", "{number} records without any name are left out", number=f"{len(gone):,}"
        )
        notes.append(("nameless", text))
    check_printed(rows, list_column, by, columns, id_column or ID)
    notes += _initials(rows)
    lists = tuple(dict.fromkeys(row["list"] for row in rows))
    problems += _repeated(rows)
    if len(lists) < 2 and not problems:
        msg = (
            f"there is one list only ({lists[0] if lists else 'empty'}), and overlap needs two: "
            "name more files, or the column that says the list (list=)"
        )
        raise UsageError(msg)
    _raise(problems, len(sources) == 1)
    notes += _lacking(rows, lists)
    content = _content(rows, lists, columns, tuple(notes))
    _check_letters(content)
    _check_fields(content)
    _check_sexes(content)
    _check_copies(content)
    return content


def _usual(sources: Sequence[Source], used: set[str]) -> tuple[list[Source], list[Noted]]:
    """The tables with their usual names of columns read as fields, and what was read so."""
    renamed, notes = [], list[Noted]()
    for source in sources:
        table, said = with_usual_names(source.table, used)
        renamed.append(Source(source.name, table))
        if said:
            text = stored(
                "note",
                "{file}: columns are read as fields: {readings}",
                file=source.called,
                readings=said,
            )
            notes.append(("recognised", text))
    return renamed, notes


def _all_hold_names(sources: Sequence[Source], columns: Mapping[str, str]) -> None:
    """Refuse a table of which no column holds names: its records would seem to have none."""
    wanted = [columns[field] for field in NAMES if field in columns]
    for source in sources:
        if not set(wanted) & set(source.table.columns):
            msg = (
                f"{source.called} has no column {' or '.join(map(repr, wanted))}, which holds "
                f"names in other tables: rename its column{shown([source.table])}"
            )
            raise UsageError(msg)


def _vague(named: str, texts: Sequence[str]) -> list[Noted]:
    """Count the ages that are no number of years."""
    vague = sum(map(read.is_vague, texts))
    if not vague:
        return []
    text = stored(
        "note", "{file}: 1 age is a range or a word and is compared as missing", file=named
    )
    if vague > 1:
        text = stored(
            "note",
            "{file}: {number} ages are ranges or words and are compared as missing",
            file=named,
            number=f"{vague:,}",
        )
    return [("vague_age", text)]


def _initials(rows: Sequence[Mapping[str, Any]]) -> list[Noted]:
    """Count the records whose names are initials."""
    parts = [[row["values"][part] for part in PARTS if row["values"][part]] for row in rows]
    few = sum(bool(own) and max(map(len, own)) == 1 for own in parts)
    if not few:
        return []
    text = stored(
        "note",
        "1 record has initials only, which tell hardly anybody apart: review them, or fill in",
    )
    if few > 1:
        text = stored(
            "note",
            "{number} records have initials only, which tell hardly anybody apart: review them, or "
            "fill in",
            number=f"{few:,}",
        )
    return [("initials", text)]


def _lacking(rows: Sequence[Mapping[str, Any]], lists: Sequence[str]) -> list[Noted]:
    """Which lists have nothing of a field that others have: it tells none of their people apart."""
    has: dict[str, set[str]] = {}
    for row in rows:
        for field in _OTHERS:
            if row["values"][field] not in (None, ""):
                has.setdefault(field, set()).add(row["list"])
    notes = []
    for name in lists:
        missing = [field for field, there in has.items() if name not in there]
        if missing:
            text = stored(
                "note",
                "the list {name} has no {fields}, and its records are compared by the rest: name "
                "its columns if it has (person=, --person)",
                name=name,
                fields=listed(missing, "or"),
            )
            notes.append(("lacking", text))
    return notes


def _columns(
    sources: Sequence[Source],
    list_column: str | None,
    person: Mapping[str, str] | None,
    by: tuple[str, ...],
    id_column: str | None,
) -> dict[str, str]:
    """The columns by field, all of them in some table."""
    header = dict.fromkeys(column for source in sources for column in source.table.columns)
    if person is None:
        columns = {field: field for field in FIELDS if field in header}
    else:
        columns = dict(person)
    for field in columns:
        if field not in FIELDS:
            msg = f"person: {field!r} is unknown{nearest(field, FIELDS)}. Use one of: "
            raise UsageError(msg + ", ".join(FIELDS))
    if not set(columns) & set(NAMES):
        raise UsageError(NO_NAME + shown([source.table for source in sources]))
    asked = [("person", column) for column in columns.values()]
    asked += [("by", column) for column in by]
    asked += [("list", list_column)] if list_column else []
    asked += [("id", id_column)] if id_column else []
    for option, column in asked:
        if column not in header:
            msg = f"{option}: no table has a column {column!r}{alike(column, header)}"
            msg += shown([source.table for source in sources])
            raise UsageError(msg)
    for column in by:
        # Else every person who is on that list alone would fall into a stratum of their own.
        without = [source for source in sources if column not in source.table.columns]
        if without:
            msg = (
                f"by: {without[0].called} has no column {column!r}, which other tables have: call "
                f"it the same in all{shown([without[0].table])}"
            )
            raise UsageError(msg)
    return columns


def _rows(
    source: Source,
    columns: Mapping[str, str],
    list_column: str | None,
    by: tuple[str, ...],
    id_column: str,
    problems: list[tuple[str, Problem]],
    notes: list[Noted],
    leave_out: bool,
) -> list[dict[str, Any]]:
    """Read one table; a problem says the line and the column, and never what stands there."""
    table = source.table
    named = source.called
    one_list = list_column is None or list_column not in table.columns
    lists = [source.name or "list"] * len(table) if one_list else table.column(list_column or "")
    texts_of = {field: table.column(column) for field, column in columns.items()}
    ids = table.column(id_column)

    def say(row: int, reason: str, column: str | None = None) -> None:
        problems.append((named, table.problem(row, reason, column)))

    def parsed(field: str, parse: Callable[[str], Any]) -> list[Any]:
        values: list[Any] = []
        if field not in texts_of:
            return [None] * len(table)
        for row, text in enumerate(texts_of[field]):
            try:
                values.append(parse(text))
            except UsageError:
                raise
            except ValueError as error:
                values.append(None)
                say(row, str(error), columns[field])
        return values

    order = read.order_of(texts_of.get("date", ()))
    notes += _vague(named, texts_of.get("age", ()))
    if read.spanish_sexes(texts_of.get("sex", ())):
        reason = "h and m may be hombre and mujer, and m is also male: write f and m"
        problems.append((named, Problem(reason, column=columns["sex"], where=table.where)))
    values = {
        "age": parsed("age", read.age),
        "date": parsed("date", lambda text: read.day(text, order)),
        "sex": parsed("sex", read.sex),
        "place": parsed("place", lambda text: " ".join(words(read.plain(text)))),
        "number": parsed("number", lambda text: read.plain(text).replace(" ", "").replace("-", "")),
    }
    rows = []
    for row in range(len(table)):
        parts = _parts({field: texts[row] for field, texts in texts_of.items() if field in NAMES})
        nameless = not any(parts.values())
        if nameless and not leave_out:
            say(
                row,
                "a record without any name cannot be linked: fill it in, or "
                "leave out such records (nameless='leave out', --leave-out-nameless)",
            )
        if not lists[row]:
            say(row, "the list is blank: say which list the record is from", list_column)
        if id_column in table.columns and not ids[row]:
            say(row, "the id is blank: every record needs one", id_column)
        rows.append(
            {
                "list": lists[row],
                "id": ids[row] or str(table.lines[row]),
                "has id": bool(ids[row]) or id_column not in table.columns,
                "nameless": nameless,
                "place of": (named, table, row),
                "shown": {field: texts[row] for field, texts in texts_of.items()},
                "values": {**parts, **{field: column[row] for field, column in values.items()}},
                "strata": tuple(table.column(column)[row] for column in by),
            }
        )
    return rows


def _parts(texts: Mapping[str, str]) -> dict[str, str]:
    """Parts of a name: from columns of their own where these are filled, else by position."""
    clean = {field: "" if not read.plain(text) else text for field, text in texts.items()}
    parts = split(words(in_order(clean.get("name", ""))))
    for part in PARTS:
        if clean.get(part):
            parts[part] = "".join(words(clean[part]))
    return parts


def _unused(
    source: Source,
    columns: Mapping[str, str],
    list_column: str | None,
    by: tuple[str, ...],
    id_column: str,
) -> list[Noted]:
    used = {*columns.values(), list_column, *by, id_column}
    strange = [column for column in source.table.columns if column not in used]
    if not strange:
        return []
    if not is_header(source.table):
        text = stored(
            "note",
            "{file}: {number} columns are not compared",
            file=source.called,
            number=f"{len(strange):,}",
        )
        return [("unknown_columns", text)]
    named = ", ".join(map(repr, map(source.table.as_it_came, strange)))
    text = stored("note", "{file}: not compared: {columns}", file=source.called, columns=named)
    return [("unknown_columns", text)]


def _repeated(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, Problem]]:
    named = [row for row in rows if row["has id"]]
    counts = Counter((row["list"], row["id"]) for row in named)
    problems = []
    for row in named:
        if counts[row["list"], row["id"]] > 1:
            named, table, at = row["place of"]
            reason = "the id stands twice in its list: an id is of one record"
            problems.append((named, table.problem(at, reason, ID)))
    return problems


def _raise(problems: Sequence[tuple[str, Problem]], single: bool) -> None:
    if not problems:
        return
    if single or len({name for name, _ in problems}) == 1:
        listed, name = [problem for _, problem in problems], problems[0][0] or None
    else:
        listed = [
            Problem(f"{p.reason} (in {name})", p.line, p.column, None, p.where)
            for name, p in problems
        ]
        name = None
    if len(listed) > MOST_SHOWN:
        rest = len(listed) - MOST_SHOWN
        listed = [*listed[:MOST_SHOWN], Problem(f"and {rest:,} more problems like these")]
    raise InputError(listed, name)


def _content(
    rows: Sequence[Mapping[str, Any]],
    lists: tuple[str, ...],
    columns: Mapping[str, str],
    notes: tuple[Noted, ...],
) -> Content:
    ids = [row["id"] for row in rows]
    unique = len(set(ids)) == len(ids)
    keys = ids if unique else [f"{row['list']}:{row['id']}" for row in rows]
    compared = [*(["name"] if set(columns) & set(NAMES) else []), *FIELDS[len(NAMES) :]]
    return Content(
        lists=lists,
        fields=tuple(field for field in compared if field == "name" or field in columns),
        keys=tuple(keys),
        list_of=np.array([lists.index(row["list"]) for row in rows], dtype=np.int64),
        shown={field: [row["shown"][field] for row in rows] for field in columns},
        values={name: [row["values"][name] for row in rows] for name in (*PARTS, *_OTHERS)},
        strata=tuple(row["strata"] for row in rows),
        warnings=notes,
    )


_OTHERS = ("age", "date", "place", "sex", "number")


def _check_fields(content: Content) -> None:
    """Refuse lists that have nothing to be compared by."""
    filled = {
        field: [
            bool(content.has(field)[content.list_of == k].any()) for k in range(len(content.lists))
        ]
        for field in (*PARTS, *_OTHERS)
    }
    for a, b in combinations(range(len(content.lists)), 2):
        common = [field for field, lists in filled.items() if lists[a] and lists[b]]
        if not set(common) & set(PARTS) or (len(common) < 2):
            one, two = content.lists[a], content.lists[b]
            number = "one field" if common else "no field"
            msg = (
                f"the lists {one} and {two} have {number} in common, "
                "and a link needs a part of the name and something else that both lists hold: "
                "name more columns in person"
            )
            raise UsageError(msg)


def _check_letters(content: Content) -> None:
    """Refuse a list whose names are numbers: it is another column."""
    named = content.has("name")
    letters = np.zeros(len(named), dtype=bool)
    for part in PARTS:
        letters |= [any(sign.isalpha() for sign in text or "") for text in content.values[part]]
    for k, name in enumerate(content.lists):
        here = (content.list_of == k) & named
        if here.any() and letters[here].mean() < LETTERED:
            msg = (
                f"most names of the list {name} hold no letter: name the column of names (person=)"
            )
            raise UsageError(msg)


def _check_sexes(content: Content) -> None:
    """Refuse lists that say the sex in words that have nothing in common: nobody would match."""
    said = [
        {content.values["sex"][i] for i in np.flatnonzero(content.list_of == k)} - {None, ""}
        for k in range(len(content.lists))
    ]
    for a, b in combinations(range(len(content.lists)), 2):
        if len(said[a]) > 1 and len(said[b]) > 1 and not said[a] & said[b]:
            msg = (
                f"the lists {content.lists[a]} and {content.lists[b]} have no word of the column "
                "sex in common: write f and m in both"
            )
            raise UsageError(msg)


def _check_copies(content: Content) -> None:
    """Refuse a list that stands there twice under two names."""
    seen: dict[frozenset[Any], str] = {}
    whole = list(zip(*(content.shown[field] for field in content.shown), strict=True))
    for k, name in enumerate(content.lists):
        here = [whole[i] for i in np.flatnonzero(content.list_of == k)]
        rows = frozenset(Counter(here).items())
        if rows in seen and len(here) > 1:
            msg = (
                f"the lists {seen[rows]} and {name} hold the same records to the letter, and a "
                "list cannot be linked to itself: leave one out"
            )
            raise UsageError(msg)
        seen[rows] = name
