"""Its command line."""

from __future__ import annotations

from pathlib import Path

import typer

from casualty_est.cli.run import Run, print_checked
from tests.support.constant.estimate import ConstantModel
from tests.support.constant.table import read_dataset


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(constant)


def constant(file: Path, *, run: Run) -> None:
    """Report a number that is known."""
    run.finish(run.fit(ConstantModel(read_dataset(file))))


def check(file: Path) -> None:
    """Validate the number."""
    print_checked(str(read_dataset(file)), notes=())
