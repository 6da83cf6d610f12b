"""Tables of surveys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from casualty_est.surveys.table.forms import form_of

if TYPE_CHECKING:
    from casualty_est.surveys.table.survey import Survey


def read_dataset(path: Path) -> Survey:
    """Read a bundled table."""
    from casualty_est.surveys.table.survey import Survey

    return Survey.read(path)


def looks_like(header: frozenset[str]) -> bool:
    """Whether the columns are those of such a table."""
    return form_of(header) is not None
