"""Tables of claims, and which of them count as evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casualty_est.claims.table.claims import Claims


def read_dataset(path: Path) -> Claims:
    """Read a bundled table."""
    from casualty_est.claims.table.claims import Claims

    return Claims.read(path)


def looks_like(header: frozenset[str]) -> bool:
    """Whether the columns are those of such a table."""
    from casualty_est.claims.table.claim import COLUMNS
    from casualty_est.tables.names import has_numbers, known_columns

    if any(name.casefold() in ("incident", "incident_id") for name in header):
        return False
    return "source" in known_columns(header, "claims", COLUMNS) and has_numbers(
        header, "claims", COLUMNS
    )
