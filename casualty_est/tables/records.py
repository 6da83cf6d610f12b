"""Read a table out of JSON: a list of records, one record a line, or one list a column."""

from __future__ import annotations

import json
from typing import Any

from casualty_est.errors import InputError, Problem
from casualty_est.tables.table import Table, as_text, header_problems
from casualty_est.tables.text import decode
from casualty_est.wording.language import stored

# Names under which interfaces put the fields of a record, and which say nothing.
_ENVELOPES = frozenset({"attributes", "fields", "properties", "_source"})
_RULE = 'a table in JSON is a list of records, as in [{"source": "A", "quantity": 5}]'


def read_records(data: bytes, name: str) -> Table:
    """Return the records of a JSON file as a table."""
    text, notes = decode(data, name)
    given, key = _records(_parsed(text, name), name)
    if key:
        said = stored(
            "note", "the records under {key} are read, and nothing beside them", key=repr(key)
        )
        notes.append(("records", said))
    rows = [_flat(_opened(record)) for record in given]
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    problems = header_problems(columns, None)
    if not rows or not columns:
        problems.append(Problem("the file has no record: add one or more"))
    if problems:
        raise InputError(problems, name)
    cells = tuple(tuple(row.get(column, "") for row in rows) for column in columns)
    kept = [i for i in range(len(rows)) if any(column[i] for column in cells)]
    cells = tuple(tuple(column[i] for i in kept) for column in cells)
    return Table(name, columns, cells, tuple(i + 1 for i in kept), "record", None, tuple(notes))


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise InputError([Problem(f"{_RULE}, and this is nested too deep")], name) from None
    except ValueError as error:
        whole = error
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    records = []
    for number, line in lines:
        try:
            records.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            at = number if len(records) and isinstance(records[0], dict) else None
            reason = f"the file is not JSON ({error if at else whole}): write it again"
            raise InputError([Problem(reason, at)], name) from None
    return records


def _records(content: Any, name: str) -> tuple[list[dict[str, Any]], str]:
    """Return the records of a file, and under which key they stand."""
    if isinstance(content, list) and all(isinstance(record, dict) for record in content):
        return content, ""
    if isinstance(content, dict):
        lists = {key: value for key, value in content.items() if isinstance(value, list)}
        sizes = {len(value) for value in lists.values()}
        plain = all(not isinstance(v, dict | list) for value in lists.values() for v in value)
        if lists.keys() == content.keys() and len(sizes) == 1 and plain:
            return [
                dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)
            ], ""
        held = [k for k, v in lists.items() if v and all(isinstance(one, dict) for one in v)]
        if len(held) == 1:
            records = lists[held[0]]
            if all(isinstance(one.get("properties"), dict) for one in records):
                records = [one["properties"] for one in records]  # GeoJSON: places stay out
            return records, held[0]
    raise InputError([Problem(f"{_RULE}, and this is none: write it so")], name)


def _opened(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with the fields of its envelope beside its own, where none is there twice."""
    inside = [
        key for key in record if key.casefold() in _ENVELOPES and isinstance(record[key], dict)
    ]
    if len(inside) != 1 or not record.keys().isdisjoint(record[inside[0]]):
        return record
    fields: dict[str, Any] = record[inside[0]]
    return {key: value for key, value in record.items() if key != inside[0]} | fields


def _flat(record: dict[str, Any], under: str = "") -> dict[str, str]:
    """Return a record with nested names joined by points, and lists by semicolons."""
    cells: dict[str, str] = {}
    for key, value in record.items():
        name = f"{under}{key}"
        if isinstance(value, dict):
            cells |= _flat(value, f"{name}.")
        elif isinstance(value, list):
            cells[name] = "; ".join(
                json.dumps(one, ensure_ascii=False)
                if isinstance(one, dict | list)
                else as_text(one)
                for one in value
            )
        else:
            cells[name] = as_text(value)
    return cells
