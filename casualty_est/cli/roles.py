"""`casualty-est roles`: what the numbers of each role have been worth."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from casualty_est.cli.terminal import console_for
from casualty_est.errors import UsageError
from casualty_est.wording.numbers import share

if TYPE_CHECKING:
    from casualty_est.priors.worth import Worth

WIDTHS = {
    "role": 13,
    "reported / true (90%)": 22,
    "rows, conflicts": 15,
}
STILL = "casualty-est claims takes these numbers by itself, without the conflict under analysis."
OTHERWISE = 0.1  # log ratio from which what a model takes is another number
SELECTION = (
    "A case has a better figure because it became a famous dispute or because there was access: "
    "the record does not speak for quiet ones."
)


def roles(
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="LABEL", help="Leave out the conflict under analysis."),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option("--level", metavar="total|incident", help="Totals, or single incidents."),
    ] = None,
    toml: Annotated[
        bool, typer.Option("--toml", help="Print the numbers as a file for --priors.")
    ] = False,
) -> None:
    """Show what the numbers of each role have been worth."""
    from casualty_est.priors.worth import BOTH, as_toml, worth_of_roles

    if level not in (None, *BOTH):
        msg = f"--level is total or incident, not {level!r}"
        raise UsageError(msg)
    labels = tuple(without or ())
    _check(labels)
    if toml:
        typer.echo(as_toml(labels, (level,) if level else BOTH), nl=False)
        return
    worths = worth_of_roles(labels, level)
    console = console_for(quiet=False)
    if sys.stdout.isatty():
        console.print(as_rich(worths))
    else:
        for line in as_lines(worths):
            console.print(line, markup=False)


def _check(labels: tuple[str, ...]) -> None:
    """Refuse a label that leaves nothing out: the numbers would not be what was asked for."""
    from casualty_est.priors.conflicts import matching_conflicts

    for label in labels:
        if not matching_conflicts(label):
            msg = (
                f"--without: the record has no conflict with the words of {label!r}; "
                "leave the option out, or name the conflict or its place otherwise"
            )
            raise UsageError(msg)


def as_lines(worths: tuple[Worth, ...]) -> list[str]:
    """Plain text, two lines for each role."""
    lines = [_head(worths)]
    for worth in worths:
        lines.append(
            f"{worth.role}: {worth.meaning}; reported / true {_learned(worth)}, "
            f"{_behind(worth)}{_details(worth, worths)}"
        )
        lines.append(f"    {_examples(worth)}")
    return [*lines, SELECTION, STILL]


def as_rich(worths: tuple[Worth, ...]) -> Any:
    """Columns of fixed widths for a terminal, and under each role what its words mean."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    def line(*cells: str, style: str = "") -> Table:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for width in WIDTHS.values():
            grid.add_column(width=width)
        grid.add_row(*(Text(cell, style=style) for cell in cells))
        return grid

    parts: list[Any] = [Text(_head(worths)), Text(""), line(*WIDTHS, style="bold")]
    for worth in worths:
        behind = f"{worth.ratio.rows}, {worth.ratio.conflicts}"
        parts.append(line(worth.role, _learned(worth), behind, style="cyan"))
        below = Text(f"{worth.meaning}{_details(worth, worths)}. {_examples(worth)}")
        parts.append(Padding(below, (0, 0, 0, 2)))
    return Group(*parts, Text(""), Text(SELECTION), Text(STILL, style="bold"))


def _head(worths: tuple[Worth, ...]) -> str:
    every = next(worth for worth in worths if worth.role == "none").ratio
    left_out = f", without {' and '.join(every.left_out)}" if every.left_out else ""
    what = "a single incident" if every.level == "incident" else "a total"
    return (
        f"What a new source in a new conflict may be expected to say of {what}: reported / true, "
        f"median and 90% interval, learned from {every.rows} statements in {every.conflicts} "
        f"conflicts, disasters and crimes{left_out}. Examples: what was said / "
        "the better figure."
    )


def _learned(worth: Worth) -> str:
    low, high = worth.ratio.interval(0.9)
    return f"{share(worth.ratio.median)} ({share(low)} to {share(high)})"


def _behind(worth: Worth) -> str:
    return f"{worth.ratio.rows} statements in {worth.ratio.conflicts} conflicts"


def _details(worth: Worth, worths: tuple[Worth, ...]) -> str:
    """What else there is to say of a role: other deaths than the rest, and stated zeros."""
    ratio = worth.ratio
    text = "; of a single incident" if ratio.level != worths[-1].ratio.level else ""
    if ratio.stated:
        text += f"; {ratio.zeros} of {ratio.stated} said that nobody died"
    low, median, high = (float(end) for end in worth.assumed.quantile([0.05, 0.5, 0.95]))
    if abs(np.log(median / ratio.median)) > OTHERWISE and not ratio.stated:
        taken = f"{share(median)} ({share(low)} to {share(high)})"
        text += f"; the claims model takes {taken} instead"
    return text


def _examples(worth: Worth) -> str:
    from casualty_est.priors.worth import example_text

    return "Examples: " + "; ".join(example_text(row) for row in worth.examples)
