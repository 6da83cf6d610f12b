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
    return {"source", "incident"} <= header
