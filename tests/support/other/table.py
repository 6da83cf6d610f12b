"""Its table, of which there is none."""

from __future__ import annotations

from pathlib import Path

from casualty_est.errors import UsageError


def read_dataset(path: Path) -> None:
    """Refuse every file."""
    msg = f"{path.name} is no table of this kind"
    raise UsageError(msg)


def looks_like(header: frozenset[str]) -> bool:
    """No header is that of this kind."""
    return False
