"""Its command line, which has no command and checks nothing."""

from __future__ import annotations

from pathlib import Path

import typer


def add(app: typer.Typer) -> None:
    """Add nothing."""


def check(file: Path) -> None:
    """Every table is good."""
