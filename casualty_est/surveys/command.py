"""`casualty-est survey` and `casualty-est check survey`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from casualty_est.cli import options
from casualty_est.cli.run import Run, print_checked

TableFile = Annotated[
    Path, typer.Argument(metavar="FILE.csv", help="Estimates, households or matched deaths.")
]
Population = Annotated[
    str | None,
    typer.Option(
        "--population",
        metavar="N|FILE.csv",
        help="Of households: people at the start, in all or by stratum.",
    ),
]


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: casualty-est survey surveys.csv --report report.html")(survey)


def survey(
    file: TableFile,
    *,
    bias_sd: Annotated[
        float | None,
        typer.Option(
            "--bias-sd",
            metavar="SD",
            help="Of estimates: log sd of a study's bias; by default 0.05.",
        ),
    ] = None,
    population: Population = None,
    population_sd: Annotated[
        float | None,
        typer.Option(
            "--population-sd",
            metavar="SD",
            help="Of households: log sd of the population; by default 0.05.",
        ),
    ] = None,
    zero_survivors: Annotated[
        float | None,
        typer.Option(
            "--zero-survivors",
            metavar="X",
            help="Of households: factor for deaths in those without a survivor; by default 1.",
        ),
    ] = None,
    missing: Annotated[
        str | None,
        typer.Option(
            "--missing",
            metavar="dead|alive|SHARE",
            help="Of households: how to count the missing; by default alive.",
        ),
    ] = None,
    imprisoned: Annotated[
        str | None,
        typer.Option(
            "--imprisoned",
            metavar="dead|alive|SHARE",
            help="Of households: how to count the imprisoned; by default alive.",
        ),
    ] = None,
    listed: Annotated[
        list[str] | None,
        typer.Option(
            "--listed",
            metavar="LIST=N",
            help="Of matched deaths: people on a list, or on `any`.",
        ),
    ] = None,
    missed_links: Annotated[
        float | None,
        typer.Option(
            "--missed-links",
            metavar="SHARE",
            help="Of matched deaths: share of listed ones not found; by default 0.",
        ),
    ] = None,
    cell: options.Cell = None,
    run: Run,
) -> None:
    """Estimate how many people died from published estimates, households or matched deaths."""
    from casualty_est.surveys.model.model import SurveyModel
    from casualty_est.surveys.table.survey import Survey

    options.check_kind(file, "survey")
    given: dict[str, Any] = {
        "bias_sd": bias_sd,
        "population": population,
        "population_sd": population_sd,
        "zero_survivors": zero_survivors,
        "missing": missing,
        "imprisoned": imprisoned,
        "listed": options.pairs(listed, "--listed") or None,
        "missed_links": missed_links,
        "cell": options.cell(cell) or None,
    }
    run.finish(run.fit(SurveyModel(Survey.read(file), **given)))


def check(file: TableFile) -> None:
    """Validate a table of surveys."""
    from casualty_est.surveys.table.survey import Survey

    options.check_kind(file, "survey", "casualty-est check")
    table = Survey.read(file)
    print_checked(repr(table), notes=table.warnings)
