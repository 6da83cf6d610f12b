"""Labels of estimates and sources: what tells each from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from casualty_est.errors import UsageError
from casualty_est.result.schema import Cell, Row
from casualty_est.tables.checks import is_whole, known, nearest
from casualty_est.wording.phrases import label_text

_FIELDS = ("group", "outcome", "scope", "perpetrator", "start", "end")


def row_labels(rows: Sequence[Row]) -> tuple[str, ...]:
    """Name every estimate by what differs between them; the first cell is the total."""
    differing = [f for f in _FIELDS if len({getattr(row.cell, f) for row in rows}) > 1]
    seen: Counter[str] = Counter()
    labels = []
    for row in rows:
        first = row.cell == rows[0].cell and row.strata == rows[0].strata
        words = [str(getattr(row.cell, f) or "open") for f in differing] if not first else []
        words += [label_text([one]) for one in row.strata.items()]
        words += [row.part] if row.part != "total" or first else []
        label = ", ".join(words) or row.part
        # Two rows that only a rounding tells apart keep their order as a number.
        seen[label] += 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return tuple(labels)


def cell_of(given: Mapping[str, str | date | None] | None, default: Cell) -> Cell:
    """Read what is counted, as the analyst gives it, over what is taken where nothing is given."""
    fields = asdict(default)
    if not isinstance(given or {}, Mapping):
        msg = f'cell must be a table of labels, as in {{"scope": "Kosovo"}}, not {given!r}'
        raise UsageError(msg)
    for name, value in (given or {}).items():
        known([name], fields, "cell")
        day = value.date() if isinstance(value, datetime) else value
        fields[name] = day.isoformat() if isinstance(day, date) else day
    _check_labels(fields)
    return Cell(**fields)


def _check_labels(fields: Mapping[str, str | None]) -> None:
    """Refuse what is no label, and a window that is none."""
    for name, value in fields.items():
        if value is not None and not isinstance(value, str):
            msg = f"cell: {name} is a text, not {value!r}"
            raise UsageError(msg)
    for name in ("start", "end"):
        try:
            date.fromisoformat(fields[name] or "2000-01-01")
        except ValueError:
            msg = f"cell: {name} is a day, as in 1999-03-20, not {fields[name]!r}"
            raise UsageError(msg) from None
    if fields["start"] and fields["end"] and fields["start"] > fields["end"]:
        msg = f"cell: it ends on {fields['end']}, before it starts: correct start or end"
        raise UsageError(msg)


def position(wanted: str | int, labels: Sequence[str], where: str, what: str) -> int:
    """The place of a label, or of a whole number as a place of its own."""
    if isinstance(wanted, str) and wanted in labels:
        return list(labels).index(wanted)
    if not isinstance(wanted, str) and is_whole(wanted) and 0 <= wanted < len(labels):
        return int(wanted)
    hint = nearest(wanted, labels) if isinstance(wanted, str) else ""
    msg = f"{what} must be one of the {len(labels)} labels of {where}, not {wanted!r}{hint}"
    raise UsageError(msg)
