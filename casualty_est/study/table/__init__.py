"""Files of studies: which estimates or tables are joined, and how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casualty_est.study.table.file import StudyFile


def read_dataset(path: Path) -> StudyFile:
    """Read the file of a study."""
    from casualty_est.study.table.file import StudyFile

    return StudyFile.read(path)


def looks_like(header: frozenset[str]) -> bool:
    """Whether the columns are those of such a table: no table is a study."""
    return False
