"""`casualty-est claims` and `casualty-est check claims`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from casualty_est.cli import options
from casualty_est.cli.run import NO_ROLES, Run, print_checked
from casualty_est.errors import UsageError
from casualty_est.wording.numbers import several


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: casualty-est claims claims.csv --role Airwars=monitor --report report.html"
    )(claims)


def claims(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table of claims.")],
    *,
    priors: options.PriorsFile = None,
    budget: options.Budget = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Use only claims published by this date."),
    ] = None,
    total: Annotated[
        str | None,
        typer.Option(
            "--total", metavar="scope=..,group=..", help="The count that is reported first."
        ),
    ] = None,
    hedge: Annotated[
        list[str] | None,
        typer.Option(
            "--hedge",
            metavar="SOURCE=speaker|documented",
            help="How to read 'at least' from a source.",
        ),
    ] = None,
    role: options.Roles = None,
    conflict: Annotated[
        str | None, typer.Option("--conflict", help="The conflict, if not in the table.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Validated cases: source, said, true."),
    ] = None,
    assume_unbiased: Annotated[
        bool, typer.Option("--assume-unbiased", help="Take sources without a role as unbiased.")
    ] = False,
    grid: Annotated[
        str | None, typer.Option("--grid", metavar="day|week|month", help="Model time in steps.")
    ] = None,
    delay: Annotated[
        list[str] | None,
        typer.Option("--delay", metavar="SOURCE=DAYS|estimated", help="Median reporting delay."),
    ] = None,
    drift: Annotated[
        list[str] | None,
        typer.Option("--drift", metavar="SOURCE=SD", help="Yearly drift of a log ratio."),
    ] = None,
    restated: Annotated[
        str,
        typer.Option(
            "--restated", metavar="thin|all", help="Use the last total of a step, or all."
        ),
    ] = "thin",
    run: Run,
) -> None:
    """Estimate the true count from a table of claims."""
    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.claims.table.claims import Claims
    from casualty_est.priors.settings import CELL_FIELDS

    options.check_kind(file, "claims")
    model = ClaimsModel(
        Claims.read(file),
        priors=priors,
        as_of=as_of,
        total=options.cell(total, "--total", CELL_FIELDS),
        hedge=options.pairs(hedge, "--hedge"),
        roles=options.pairs(role, "--role"),
        conflict=conflict,
        record=record,
        assume_unbiased=assume_unbiased,
        grid=grid,
        delay=_numbers(delay, "--delay", word="estimated"),
        drift=_numbers(drift, "--drift"),
        restated=restated,
    )
    run.finish(run.fit(model, budget=budget))


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table of claims.")],
) -> None:
    """Validate a table of claims."""
    from casualty_est.claims.table.claims import Claims
    from casualty_est.claims.table.counting import count_once

    options.check_kind(file, "claims", "casualty-est check")
    table = Claims.read(file)
    counted = count_once(table)
    no_role = () if any(row.role for row in table) else (("no_roles", NO_ROLES),)
    print_checked(
        f"{file.name}: {several(len(table), 'row')}, {several(len(table.sources), 'source')}, "
        f"{several(len(counted.claims), 'claim')} that count{'s' * (len(counted.claims) == 1)}.",
        notes=(*table.warnings, *counted.notes, *no_role),
    )


def _numbers(items: list[str] | None, option: str, *, word: str | None = None) -> dict[str, Any]:
    """Read NAME=NUMBER pairs; one word may stand for a number."""
    numbers: dict[str, Any] = {}
    for name, value in options.pairs(items, option).items():
        try:
            numbers[name] = value if value == word else float(value)
        except ValueError:
            allowed = f"a number or {word!r}" if word else "a number"
            msg = f"{option} takes NAME=VALUE with {allowed} as the value, not {value!r}"
            raise UsageError(msg) from None
    return numbers
