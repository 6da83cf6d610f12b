"""`casualty-est lists` and `casualty-est check lists`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from casualty_est.cli import options
from casualty_est.cli.run import Run, print_checked
from casualty_est.cli.terminal import STOP
from casualty_est.errors import UsageError

FAMILIES = (
    "independence, pairs, ridge, visibility, visibility-pair, classes, odds-ratio, "
    "no-highest-order, decomposable, dirichlet-process, covariates"
)


@dataclass(frozen=True, slots=True)
class Table:
    """The table, and the options that say what shape it has."""

    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table of 0/1 columns.")]
    columns: Annotated[
        str | None,
        typer.Option("--lists", metavar="A,B,C", help="Columns that are lists (in_*: all such)."),
    ] = None
    count: Annotated[
        str, typer.Option("--count", metavar="COL", help="Column with the number of people.")
    ] = "count"
    by: Annotated[
        str | None, typer.Option("--by", metavar="month,sex", help="Columns that divide the table.")
    ] = None
    covariates: Annotated[
        str | None,
        typer.Option("--covariates", metavar="age,sex", help="Columns that say what people are."),
    ] = None
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="COL", help="If rows are person and list: the person."),
    ] = None
    list_column: Annotated[
        str | None,
        typer.Option("--list-column", metavar="COL", help="If rows are person and list: the list."),
    ] = None
    replicate: Annotated[
        str | None,
        typer.Option("--replicate", metavar="COL", help="Column that numbers the replicates."),
    ] = None

    def read(self, command: str = "casualty-est") -> Any:
        """Read the table of any shape that the options say."""
        from casualty_est.lists.table.histories import CaptureHistories

        by = _names(self.by) or ()
        if self.person is not None or self.list_column is not None:
            return self._read_long(by)
        if not (self.columns or self.by or self.covariates):
            options.check_kind(self.file, "lists", command)
        named: dict[str, Any] = {"lists": _names(self.columns), "count": self.count, "by": by}
        named["covariates"] = _names(self.covariates) or ()
        if self.replicate is None:
            return CaptureHistories.read(self.file, **named)
        return CaptureHistories.read_replicates(self.file, replicate=self.replicate, **named)

    def _read_long(self, by: tuple[str, ...]) -> Any:
        """Read a row per person and list."""
        from casualty_est.lists.table.histories import CaptureHistories

        person, column = self.person, self.list_column
        if (
            person is None
            or column is None
            or self.columns is not None
            or self.replicate is not None
        ):
            msg = (
                "a table with a row per person and list needs --person and --list-column, and "
                "takes neither --lists nor --replicate: its lists are what stands in that column"
            )
            raise UsageError(msg)
        known: dict[str, Any] = {"by": by, "covariates": _names(self.covariates) or ()}
        return CaptureHistories.from_long(self.file, person=person, list_column=column, **known)


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: casualty-est lists people.csv --lists HRW,OSCE,ABA --report report.html"
    )(lists)


def lists(
    *,
    table: Table,
    families: Annotated[
        str,
        typer.Option(
            "--families",
            metavar="A,B",
            help=f"auto, or any of {FAMILIES}; settings as in 'dirichlet-process(classes=20)'.",
        ),
    ] = "auto",
    xi: Annotated[
        float | None, typer.Option("--xi", help="Odds ratio of the unseen cell (no-highest-order).")
    ] = None,
    odds_ratio: Annotated[
        str | None,
        typer.Option("--odds-ratio", metavar="1,5", help="Odds ratio of two lists, or bounds."),
    ] = None,
    copies: Annotated[
        str,
        typer.Option("--copies", metavar="drop|keep", help="Lists whose people are all on others."),
    ] = "drop",
    strata: Annotated[
        str,
        typer.Option(
            "--strata", metavar="together|alone", help="Whether strata share their dependence."
        ),
    ] = "together",
    min_n: Annotated[
        int,
        typer.Option(
            "--min-n", metavar="N", help="People whom a list must name to be used in a stratum."
        ),
    ] = 1,
    cell: options.Cell = None,
    budget: options.Budget = None,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="Processes for the strata.")
    ] = 1,
    run: Run,
) -> None:
    """Estimate how many people are on no list, from the overlap of lists."""
    from casualty_est.lists.families import names_in, with_options
    from casualty_est.lists.model.model import ListModel

    model = ListModel(
        table.read(),
        families=with_options(families if families == "auto" else names_in(families), xi=xi),
        odds_ratio=_bounds(odds_ratio),
        copies=copies,
        strata=strata,
        min_n=min_n,
        cell=options.cell(cell),
    )
    # What is finished of many strata outlives an interruption; the same command goes on there.
    many = len(model.histories) > 1 or len(model.replicates) > 1
    parts = run.save.with_name(f"{run.save.name}.parts") if run.save and many else None
    STOP.parts = parts
    with _pool(workers) as executor:
        estimate = run.fit(model, executor=executor, parts=parts, budget=budget)
    run.finish(estimate)


def check(*, table: Table) -> None:
    """Validate a table of lists."""
    tables = table.read("casualty-est check")
    several = tables if isinstance(tables, tuple) else (tables,)
    notes = [note for table in several for note in table.warnings]
    print_checked(*map(repr, several), notes=notes)


def _names(text: str | None) -> tuple[str, ...] | None:
    """Read names between commas."""
    return None if text is None else tuple(name.strip() for name in text.split(","))


def _bounds(text: str | None) -> tuple[float, ...] | float | None:
    """Read one number, or two between commas."""
    if text is None:
        return None
    try:
        ends = tuple(float(part) for part in text.split(","))
    except ValueError:
        msg = f"--odds-ratio is one number or two, as in 1,5, not {text!r}"
        raise UsageError(msg) from None
    return ends[0] if len(ends) == 1 else ends


@contextmanager
def _pool(workers: int) -> Iterator[Executor | None]:
    if workers < 1:
        msg = f"--workers must be at least 1, not {workers}"
        raise UsageError(msg)
    if workers == 1:
        yield None
        return
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as executor:
        try:
            yield executor
        except BaseException:
            # Whoever asked to stop would wait for what each worker has begun.
            executor.shutdown(wait=False, cancel_futures=True)
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise
