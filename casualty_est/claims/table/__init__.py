"""Tables of claims, and which of them count as evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casualty_est.claims.table.claims import Claims


# Columns that no table of claims has: of single incidents, and of the design of a survey.
ELSEWHERE = frozenset(
    {
        "incident",
        "incident_id",
        "event_id_cnty",
        "clusters",
        "households",
        "deff",
        "response",
        "fieldwork",
    }
)


def read_dataset(path: Path) -> Claims:
    """Read a bundled table."""
    from casualty_est.claims.table.claims import Claims

    return Claims.read(path)


def looks_like(header: frozenset[str]) -> bool:
    """Whether the columns are those of such a table."""
    from casualty_est.claims.table.claim import COLUMNS
    from casualty_est.tables.names import has_numbers, known_columns

    names = {name.casefold() for name in header}
    if names & ELSEWHERE:
        return False
    return "source" in known_columns(header, "claims", COLUMNS) and has_numbers(
        header, "claims", COLUMNS
    )
