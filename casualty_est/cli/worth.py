"""`casualty-est worth`: what to find out next, from a saved estimate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casualty_est import studies
from casualty_est.cli import options
from casualty_est.cli.run import GOOD, NOT_CONVERGED
from casualty_est.cli.terminal import console_for
from casualty_est.errors import UsageError

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate
    from casualty_est.result.plan import Information, Plan
    from casualty_est.result.radius import Radius

DRAWN = (".png", ".svg", ".pdf")
SCHEMA = "casualty-est-worth/1"
_STUDY_HELP = "audit:SOURCE:N, survey:DEATHS:DEFF, matched:DEATHS or investigate:GRADE:N."


def worth(
    file: Annotated[Path, typer.Argument(help="An estimate that --save wrote.", metavar="EST.nc")],
    study: Annotated[
        list[str] | None, typer.Option("--study", metavar="KIND:..", help=_STUDY_HELP)
    ] = None,
    number: Annotated[
        list[float] | None,
        typer.Option("--for", metavar="N", help="A number: what would have to be true for it?"),
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option("--cost", metavar="KIND=DAYS", help="Person-days for a unit of its work."),
    ] = None,
    row: Annotated[
        str | None, typer.Option("--row", metavar="LABEL", help="Which estimate of the file.")
    ] = None,
    prob: options.Prob = 0.95,
    json_file: options.JsonFile = None,
    table: Annotated[
        Path | None, typer.Option("--table", metavar="OUT.csv", help="Write the table of studies.")
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--plot", metavar="OUT.png", help="Draw the width over the work."),
    ] = None,
    quiet: options.Quiet = False,
) -> None:
    """Say which further data would narrow a saved estimate, and at what cost."""
    from casualty_est.result.estimate import Estimate
    from casualty_est.result.files import write_text

    options.check_numbers(prob, 1, 1)
    outputs = {"--json": json_file, "--table": table, "--plot": picture}
    options.check_outputs(outputs, {"the estimate": file})
    if picture is not None and picture.suffix.lower() not in DRAWN:
        msg = f"--plot: {picture.name} must end in {', '.join(DRAWN[:-1])} or {DRAWN[-1]}"
        raise UsageError(msg)
    given = [studies.parse(text) for text in study or ()]
    days = _days(cost)
    numbers = number or []
    estimate = Estimate.load(file)
    against = numbers[0] if numbers else None
    known = estimate.information(row)
    plan = estimate.worth(given or None, row=row, ci_prob=prob, cost=days, against=against)
    radii = [estimate.radius(n, row) for n in numbers]
    _print(estimate, known, plan, radii, quiet=quiet)
    if json_file is not None:
        content = _content(estimate, known, plan, radii)
        write_text(json_file, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    if table is not None:
        write_text(table, plan.to_frame().to_csv(index=False))
    if picture is not None:
        _draw(estimate, given, picture, row=row, prob=prob, cost=days)
    raise typer.Exit(GOOD if estimate.converged else NOT_CONVERGED)


def _days(cost: list[str] | None) -> dict[str, float]:
    days = {}
    for name, text in options.pairs(cost, "--cost").items():
        try:
            days[name] = float(text)
        except ValueError:
            msg = f"--cost takes KIND=DAYS, a number of person-days, not {name}={text}"
            raise UsageError(msg) from None
    return days


def _print(
    estimate: Estimate, known: Information, plan: Plan, radii: list[Radius], *, quiet: bool
) -> None:
    from rich.text import Text

    console = console_for(quiet)
    now = estimate.headline(plan.of, plan.prob)
    console.print(f"{plan.of}: {now}", markup=False)
    for title, part in (("What it would be worth to know", known), ("What a study would do", plan)):
        console.print(Text(f"\n{title}\n", style="bold"))
        console.print(part)
    if radii:
        console.print(Text("\nWhat would have to be true\n", style="bold"))
    for one in radii:
        console.print(repr(one), markup=False)


def _content(
    estimate: Estimate, known: Information, plan: Plan, radii: list[Radius]
) -> dict[str, Any]:
    """The same for programs: plain numbers or null, never NaN."""
    return {
        "schema": SCHEMA,
        "kind": estimate.kind,
        "converged": estimate.converged,
        "of": plan.of,
        "headline": estimate.headline(plan.of, plan.prob),
        "information": known.to_dict(),
        "studies": plan.to_dict(),
        "numbers": [one.to_dict() for one in radii],
    }


def _draw(estimate: Estimate, given: list[studies.Study], picture: Path, **options_of: Any) -> None:
    from casualty_est.result.files import write_whole

    figure = estimate.plot.worth(
        given or None,
        row=options_of["row"],
        ci_prob=options_of["prob"],
        cost=options_of["cost"],
    )
    kind = picture.suffix.lower().removeprefix(".")
    write_whole(picture, lambda beside: figure.savefig(beside, format=kind))
