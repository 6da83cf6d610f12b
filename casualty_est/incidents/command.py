"""`casualty-est incidents` and `casualty-est check incidents`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from casualty_est.cli import options
from casualty_est.cli.run import NO_ROLES, Run, print_checked
from casualty_est.errors import UsageError


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: casualty-est incidents strikes.csv --anchor Airwars --report report.html"
    )(incidents)


def incidents(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table of incidents.")],
    *,
    priors: options.PriorsFile = None,
    anchor: Annotated[
        str | None,
        typer.Option(
            "--anchor",
            metavar="SOURCE[=MEDIAN[,SD]]",
            help="The source that sets the scale; its reported / true, and log sd.",
        ),
    ] = None,
    scale: Annotated[
        str, typer.Option("--scale", help="cut: the data may not move the scale; or joint.")
    ] = "cut",
    exact_reports: Annotated[
        bool, typer.Option("--exact-reports/--no-exact-reports", help="Some reports are exact.")
    ] = True,
    range_rule: Annotated[
        str, typer.Option("--range-rule", help="asis, or common: read all ranges alike.")
    ] = "asis",
    unlisted: Annotated[
        str, typer.Option("--unlisted", help="auto, overlap, recall or none.")
    ] = "auto",
    perpetrator: Annotated[
        str | None,
        typer.Option("--perpetrator", metavar="NAME", help="Count only this actor's deaths."),
    ] = None,
    share: Annotated[
        float, typer.Option("--share", help="Concentration of suspects' shares.")
    ] = 6.0,
    role: options.Roles = None,
    cell: options.Cell = None,
    assume_unbiased: Annotated[
        bool, typer.Option("--assume-unbiased", help="Take the anchor as right on the median.")
    ] = False,
    budget: options.Budget = None,
    run: Run,
) -> None:
    """Estimate deaths from incident reports, including incidents nobody recorded."""
    from casualty_est.incidents.model.model import IncidentModel
    from casualty_est.incidents.table.reports import IncidentReports

    options.check_kind(file, "incidents")
    table = IncidentReports.read(file)
    model = IncidentModel(
        table,
        priors=priors,
        roles=options.pairs(role, "--role"),
        scale=scale,
        anchor=read_anchor(anchor, table.sources),
        exact_reports=exact_reports,
        range_rule=range_rule,
        unlisted=unlisted,
        perpetrator=perpetrator,
        share=share,
        assume_unbiased=assume_unbiased,
        cell=options.cell(cell),
    )
    run.finish(run.fit(model, budget=budget))


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table of incidents.")],
) -> None:
    """Validate a table of incidents."""
    from casualty_est.incidents.table.reports import IncidentReports

    options.check_kind(file, "incidents", "casualty-est check")
    table = IncidentReports.read(file)
    lines = [repr(table)]
    documented = table.documented()
    if documented is not None:
        lines.append(f"Documented: {documented.low:,.0f} deaths ({documented.source}).")
    no_role = () if any(table.roles.values()) else (("no_roles", NO_ROLES),)
    print_checked(*lines, notes=(*table.warnings, *no_role))


def read_anchor(text: str | None, sources: Sequence[str]) -> Any:
    """Read SOURCE, SOURCE=MEDIAN or SOURCE=MEDIAN,SD; the name of a source may hold either sign."""
    if text is None or text in sources or "=" not in text:
        return text
    name, _, numbers = text.rpartition("=")
    try:
        values = [float(number) for number in numbers.split(",")]
    except ValueError:
        values = []
    if not name or not 1 <= len(values) <= 2:
        msg = f"--anchor takes SOURCE, SOURCE=MEDIAN or SOURCE=MEDIAN,SD, not {text!r}"
        raise UsageError(msg)
    return (name, *values)
