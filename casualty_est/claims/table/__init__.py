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
    return {"source", "quantity"} <= header and "incident" not in header
