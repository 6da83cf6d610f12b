"""`casualty-est study` and `casualty-est check study`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from casualty_est.cli.run import Run, print_checked

File = Annotated[
    Path, typer.Argument(metavar="STUDY.toml", help="Estimates or tables, bridges, relations.")
]


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: casualty-est study study.toml --report report.html")(study)


def study(
    file: File,
    *,
    claims: Annotated[
        str | None,
        typer.Option("--claims", metavar="cut|full", help="Whether claims move the count."),
    ] = None,
    run: Run,
) -> None:
    """Join estimates of several kinds, saved or fitted now, into one posterior of one count."""
    from casualty_est.study.table.file import StudyFile

    said = StudyFile.read(file)
    # Every file is read before any is fitted: what is wrong with the last is said at once.
    loaded = {label: said.loaded(label) for label in said.kinds}
    models = {label: said.model_of(label) for label, one in loaded.items() if one is None}
    estimates = {label: one or run.fit(models[label]) for label, one in loaded.items()}
    chosen = said.options | ({} if claims is None else {"claims": claims})
    run.finish(run.fit(said.study(estimates), **chosen))


def check(file: File) -> None:
    """Validate the file of a study."""
    from casualty_est.study.table.file import StudyFile

    print_checked(repr(StudyFile.read(file)), notes=())
