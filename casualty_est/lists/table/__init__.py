"""Tables of capture histories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casualty_est.lists.table.histories import CaptureHistories


def read_dataset(path: Path) -> CaptureHistories:
    """Read a bundled table."""
    from casualty_est.lists.table.histories import CaptureHistories

    return CaptureHistories.read(path)


def looks_like(header: frozenset[str]) -> bool:
    """Whether the columns are those of such a table."""
    return "count" in header and "source" not in header
