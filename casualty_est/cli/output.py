"""What the command line prints of a fit, and the files it writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.cli.terminal import Stop
    from casualty_est.incidents.model.model import IncidentModel
    from casualty_est.lists.model.model import ListModel
    from casualty_est.result.estimate import Estimate


def print_model(console: Console, model: ClaimsModel | IncidentModel | ListModel) -> None:
    """Print what is about to be fitted."""
    console.print(repr(model), markup=False)
    console.print()


def print_estimate(console: Console, estimate: Estimate, prob: float) -> None:
    """Print a fit: its numbers, what its check says, and the answer under wider assumptions."""
    from casualty_est.result.show import as_rich

    console.print(as_rich(estimate, prob))
    for line in estimate.check().lines[1:]:
        console.print(line, markup=False)
    for code, text in estimate.warnings:
        if code == "not_converged":
            console.print(text, markup=False, style="bold red")
    for case in estimate.widened(prob=prob).to_dict("records"):
        from casualty_est.wording.numbers import people

        low, median, high = case["low"], case["median"], case["high"]
        console.print(
            f"With {case['case']}: {people(median, low, high)} "
            f"({people(low, low, high)} to {people(high, low, high)}).",
            markup=False,
        )


def write(
    estimate: Estimate,
    prob: float,
    *,
    report: Path | None,
    json: Path | None,
    save: Path | None,
    console: Console,
    stop: Stop,
) -> None:
    """Write the files that were asked for; an interruption is heeded before each of them."""
    from casualty_est.result.files import write_json

    # The report computes the refits; JSON and netCDF written after it carry them too.
    if report or json or save:
        estimate.alone(prob=prob)
        estimate.leave_one_out(prob=prob)
        estimate.consistency(prob=prob)
        estimate.choices(prob=prob)
    steps: list[tuple[Path | None, Callable[[Path], Any]]] = [
        (report, lambda path: estimate.report(path, prob=prob)),
        (json, lambda path: write_json(estimate, path, prob)),
        (save, estimate.save),
    ]
    for path, step in steps:
        if path is not None:
            # Foreign code may swallow the exception of a Ctrl-C, and then return half a result.
            stop.check()
            step(path)
            stop.written.append(path.name)
            console.print(f"wrote {path}", markup=False)
