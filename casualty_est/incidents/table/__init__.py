"""Tables of incidents, as published and as patterns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casualty_est.incidents.table.reports import IncidentReports


def read_dataset(path: Path) -> IncidentReports:
    """Read a bundled table."""
    from casualty_est.incidents.table.reports import IncidentReports

    return IncidentReports.read(path)


def looks_like(header: frozenset[str]) -> bool:
    """Whether the columns are those of such a table."""
    from casualty_est.incidents.table.exports import export_of
    from casualty_est.incidents.table.incident import COLUMNS
    from casualty_est.tables.names import known_columns

    known = known_columns(header, "incidents", COLUMNS)
    sure = known.get("incident", "id").casefold() not in ("id", "code", "case")
    sure = sure or {"incident", "date"} <= known.keys()
    return ("source" in known and sure) or export_of(header) is not None
