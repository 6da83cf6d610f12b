"""The command line: the same library, the same words."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casualty_est import __version__
from casualty_est.cli import options
from casualty_est.cli.output import print_estimate, print_model, write
from casualty_est.cli.terminal import BROKEN_PIPE, INTERRUPTED, Stop, console_for, discard_output
from casualty_est.errors import CasualtyEstError, UsageError

if TYPE_CHECKING:
    from casualty_est.lists.table.histories import CaptureHistories

GOOD, NOT_CONVERGED, BAD_INPUT = 0, 1, 2

app = typer.Typer(
    name="casualty-est",
    help="How many people died when the witnesses disagree.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PriorsFile = Annotated[
    Path | None, typer.Option("--priors", metavar="FILE.toml", help="Your assumptions.")
]
ReportFile = Annotated[
    Path | None, typer.Option("--report", metavar="OUT.html", help="Write the HTML report.")
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="OUT.json", help="Write the numbers as JSON.")
]
SaveFile = Annotated[
    Path | None, typer.Option("--save", metavar="OUT.nc", help="Write all draws as netCDF.")
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of the draws.")]
Prob = Annotated[float, typer.Option("--prob", help="Level of the credible intervals.")]
DrawCount = Annotated[int, typer.Option("--draws", metavar="N", help="Draws per chain.")]
ChainCount = Annotated[int, typer.Option("--chains", metavar="N", help="Chains.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"casualty-est {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """How many people died when the witnesses disagree."""


@app.command()
def claims(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table of claims.")],
    priors: PriorsFile = None,
    report: ReportFile = None,
    json: JsonFile = None,
    save: SaveFile = None,
    seed: Seed = None,
    prob: Prob = 0.95,
    draws: DrawCount = 1000,
    chains: ChainCount = 4,
    quiet: Quiet = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Leave later claims out.")
    ] = None,
    total: Annotated[
        str | None, typer.Option("--total", metavar="scope=..,group=..", help="Choose the total.")
    ] = None,
    hedge: Annotated[
        list[str] | None,
        typer.Option("--hedge", metavar="SOURCE=speaker|documented", help="How to read its hedge."),
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", metavar="SOURCE=ROLE", help="Role of a source.")
    ] = None,
    conflict: Annotated[
        str | None, typer.Option("--conflict", help="The conflict, if the table does not name it.")
    ] = None,
    assume_unbiased: Annotated[
        bool, typer.Option("--assume-unbiased", help="Take sources without a role as unbiased.")
    ] = False,
    grid: Annotated[
        str | None, typer.Option("--grid", metavar="day|week|month", help="Model time in steps.")
    ] = None,
    delay: Annotated[
        list[str] | None,
        typer.Option(
            "--delay", metavar="SOURCE=DAYS|estimated", help="How late it states a death."
        ),
    ] = None,
    drift: Annotated[
        list[str] | None,
        typer.Option("--drift", metavar="SOURCE=SD", help="Drift of its log ratio in a year."),
    ] = None,
    restated: Annotated[
        str, typer.Option("--restated", metavar="thin|all", help="Restated totals within a step.")
    ] = "thin",
) -> None:
    """Estimate the true count from a table of claims."""
    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.claims.table.claims import Claims

    options.check_numbers(prob, draws, chains)
    options.check_outputs(
        {"--report": report, "--json": json, "--save": save},
        {"the table": file, "--priors": priors},
    )
    model = ClaimsModel(
        Claims.read(file),
        priors=priors,
        as_of=as_of,
        total=options.cell(total) if total is not None else {},
        hedge=options.pairs(hedge or [], "--hedge"),
        roles=options.pairs(role or [], "--role"),
        conflict=conflict,
        assume_unbiased=assume_unbiased,
        grid=grid,
        delay=options.numbers(delay or [], "--delay", word="estimated"),
        drift=options.numbers(drift or [], "--drift"),
        restated=restated,
    )
    console = console_for(quiet)
    print_model(console, model)
    estimate = model.fit(seed=seed, draws=draws, chains=chains, progress=False if quiet else None)
    print_estimate(console, estimate, prob)
    write(estimate, prob, report=report, json=json, save=save, console=console, stop=_stop)
    raise typer.Exit(GOOD if estimate.converged else NOT_CONVERGED)


@app.command()
def lists(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table of 0/1 columns.")],
    columns: Annotated[
        str | None, typer.Option("--lists", metavar="A,B,C", help="The columns that are lists.")
    ] = None,
    count: Annotated[
        str, typer.Option("--count", metavar="COL", help="Column with the number of people.")
    ] = "count",
    by: Annotated[
        str | None, typer.Option("--by", metavar="month,sex", help="Columns that divide it.")
    ] = None,
    replicate: Annotated[
        str | None,
        typer.Option("--replicate", metavar="COL", help="Column that numbers the replicates."),
    ] = None,
    families: Annotated[
        str, typer.Option("--families", metavar="A,B", help="Families that are averaged.")
    ] = "auto",
    xi: Annotated[
        float | None,
        typer.Option("--xi", help="Odds ratio of the unseen cell (no-highest-order)."),
    ] = None,
    cell: Annotated[
        str | None, typer.Option("--cell", metavar="scope=..,group=..", help="What is counted.")
    ] = None,
    report: ReportFile = None,
    json: JsonFile = None,
    save: SaveFile = None,
    seed: Seed = None,
    prob: Prob = 0.95,
    draws: DrawCount = 1000,
    chains: ChainCount = 4,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", help="Processes for the strata.")
    ] = 1,
    quiet: Quiet = False,
) -> None:
    """Estimate how many people are on no list, from the overlap of lists."""
    from casualty_est.lists.families import with_options
    from casualty_est.lists.model.model import ListModel
    from casualty_est.lists.table.histories import CaptureHistories

    options.check_numbers(prob, draws, chains)
    options.check_outputs({"--report": report, "--json": json, "--save": save}, {"the table": file})
    histories = (
        _histories(file, columns, count, by)
        if replicate is None
        else CaptureHistories.read_replicates(
            file,
            replicate=replicate,
            lists=options.names(columns),
            count=count,
            by=options.names(by) or (),
        )
    )
    chosen = families if families == "auto" else options.names(families) or ()
    model = ListModel(
        histories,
        families=with_options(chosen, xi=xi),
        cell=options.cell(cell, "--cell") if cell is not None else {},
    )
    console = console_for(quiet)
    print_model(console, model)
    # What is finished of many strata outlives an interruption; the same command goes on there.
    many = len(model.histories) > 1 or len(model.replicates) > 1
    parts = save.with_name(f"{save.name}.parts") if save and many else None
    with _pool(workers) as executor:
        estimate = model.fit(
            seed=seed,
            draws=draws,
            chains=chains,
            executor=executor,
            progress=False if quiet else None,
            parts=parts,
        )
    print_estimate(console, estimate, prob)
    write(estimate, prob, report=report, json=json, save=save, console=console, stop=_stop)
    raise typer.Exit(GOOD if estimate.converged else NOT_CONVERGED)


@app.command()
def incidents(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table of incidents.")],
    priors: PriorsFile = None,
    anchor: Annotated[
        str | None,
        typer.Option(
            "--anchor",
            metavar="SOURCE[=MEDIAN[,SD]]",
            help="The source that sets the scale, and its count over the true one.",
        ),
    ] = None,
    scale: Annotated[
        str, typer.Option("--scale", help="cut: the data may not move the scale; or joint.")
    ] = "cut",
    exact_reports: Annotated[
        bool, typer.Option("--exact-reports/--no-exact-reports", help="Some reports are exact.")
    ] = True,
    range_rule: Annotated[
        str, typer.Option("--range-rule", help="asis, or common: all ranges read alike.")
    ] = "asis",
    unlisted: Annotated[
        str, typer.Option("--unlisted", help="auto, overlap, recall or none.")
    ] = "auto",
    perpetrator: Annotated[
        str | None, typer.Option("--perpetrator", metavar="NAME", help="Whose deeds are counted.")
    ] = None,
    share: Annotated[
        float, typer.Option("--share", help="How alike the shares of several suspects are.")
    ] = 6.0,
    role: Annotated[
        list[str] | None, typer.Option("--role", metavar="SOURCE=ROLE", help="Role of a source.")
    ] = None,
    cell: Annotated[
        str | None, typer.Option("--cell", metavar="scope=..,group=..", help="What is counted.")
    ] = None,
    assume_unbiased: Annotated[
        bool, typer.Option("--assume-unbiased", help="Take the anchor as right on the median.")
    ] = False,
    report: ReportFile = None,
    json: JsonFile = None,
    save: SaveFile = None,
    seed: Seed = None,
    prob: Prob = 0.95,
    draws: DrawCount = 1000,
    chains: ChainCount = 4,
    quiet: Quiet = False,
) -> None:
    """Estimate deaths in incidents that somebody lists, and in those that nobody does."""
    from casualty_est.incidents.model.model import IncidentModel
    from casualty_est.incidents.table.reports import IncidentReports

    options.check_numbers(prob, draws, chains)
    options.check_outputs(
        {"--report": report, "--json": json, "--save": save},
        {"the table": file, "--priors": priors},
    )
    table = IncidentReports.read(file)
    model = IncidentModel(
        table,
        priors=priors,
        roles=options.pairs(role or [], "--role"),
        scale=scale,
        anchor=options.anchor(anchor, table.sources),
        exact_reports=exact_reports,
        range_rule=range_rule,
        unlisted=unlisted,
        perpetrator=perpetrator,
        share=share,
        assume_unbiased=assume_unbiased,
        cell=options.cell(cell, "--cell") if cell is not None else {},
    )
    console = console_for(quiet)
    print_model(console, model)
    estimate = model.fit(seed=seed, draws=draws, chains=chains, progress=False if quiet else None)
    print_estimate(console, estimate, prob)
    write(estimate, prob, report=report, json=json, save=save, console=console, stop=_stop)
    raise typer.Exit(GOOD if estimate.converged else NOT_CONVERGED)


def _histories(file: Path, columns: str | None, count: str, by: str | None) -> CaptureHistories:
    from casualty_est.lists.table.histories import CaptureHistories

    return CaptureHistories.read(
        file, lists=options.names(columns), count=count, by=options.names(by) or ()
    )


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
        yield executor


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A table.")],
    kind: Annotated[
        str, typer.Option("--kind", help="What the table holds: claims, incidents or lists.")
    ] = "claims",
    columns: Annotated[
        str | None, typer.Option("--lists", metavar="A,B,C", help="The columns that are lists.")
    ] = None,
    count: Annotated[
        str, typer.Option("--count", metavar="COL", help="Column with the number of people.")
    ] = "count",
    by: Annotated[
        str | None, typer.Option("--by", metavar="month,sex", help="Columns that divide it.")
    ] = None,
) -> None:
    """Validate a table: every problem with its line, column and reason."""
    if kind not in ("claims", "incidents", "lists"):
        msg = f"--kind {kind!r} is unknown; valid are 'claims', 'incidents' and 'lists'"
        raise UsageError(msg)
    if kind == "incidents":
        _check_incidents(file)
        return
    if kind == "lists":
        _check_lists(file, columns, count, by)
        return
    from casualty_est.claims.table.claims import Claims
    from casualty_est.claims.table.counting import count_once

    table = Claims.read(file)
    counted = count_once(table)
    console = console_for(quiet=False)
    console.print(
        f"{file.name}: {len(table)} rows, {len(table.sources)} sources, {len(counted.claims)} "
        f"claims that count.",
        markup=False,
    )
    for _, text in (*table.warnings, *counted.notes):
        console.print(f"Note: {text}.", markup=False)


def _check_lists(file: Path, columns: str | None, count: str, by: str | None) -> None:
    found = _histories(file, columns, count, by)
    console = console_for(quiet=False)
    console.print(repr(found), markup=False)
    for _, text in found.warnings:
        console.print(f"Note: {text}.", markup=False)


def _check_incidents(file: Path) -> None:
    from casualty_est.incidents.table.reports import IncidentReports

    found = IncidentReports.read(file)
    console = console_for(quiet=False)
    console.print(repr(found), markup=False)
    documented = found.documented()
    if documented is not None:
        text = f"Documented: {documented.low:,.0f} deaths ({documented.source})."
        console.print(text, markup=False)
    for _, text in found.warnings:
        console.print(f"Note: {text}.", markup=False)


@app.command()
def demo(
    name: Annotated[str, typer.Argument(help="The study.")] = "coalition",
    show_list: Annotated[bool, typer.Option("--list", help="List the studies.")] = False,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where report.html and estimate.json go.")
    ] = Path("casualty-est-demo"),
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the draws.")] = 1,
    quiet: Quiet = False,
) -> None:
    """Run a bundled study end to end."""
    from casualty_est.cli.studies import STUDIES, run_study

    console = console_for(quiet)
    if show_list:
        for key, study in STUDIES.items():
            console.print(f"{key:10}  {study.title}", markup=False)
        return
    if name not in STUDIES:
        from casualty_est.priors.settings import nearest

        msg = f"there is no study {name!r}; {nearest(name, STUDIES)}"
        raise UsageError(msg)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"the folder {out} cannot be made: {error.strerror}"
        raise UsageError(msg) from None
    estimate = run_study(name, seed=seed, console=console, quiet=quiet)
    print_estimate(console, estimate, 0.95)
    for line in STUDIES[name].beside:
        console.print(line, markup=False)
    write(
        estimate,
        0.95,
        report=out / "report.html",
        json=out / "estimate.json",
        save=None,
        console=console,
        stop=_stop,
    )
    raise typer.Exit(GOOD if estimate.converged else NOT_CONVERGED)


_stop = Stop()


def main() -> None:
    """Run the command line; bad input ends with exit code 2 and no traceback."""
    with _stop.listening():
        try:
            app(standalone_mode=True)
        except KeyboardInterrupt:
            _stop.end()
        except SystemExit as end:
            if _stop.asked or end.code == INTERRUPTED:
                _stop.end()
            if isinstance(end.__context__, BrokenPipeError):
                discard_output()
                raise SystemExit(BROKEN_PIPE) from None
            raise
        except Exception as error:
            # A half result that a swallowed Ctrl-C left behind may fail in any way.
            if _stop.asked:
                _stop.end()
            if not isinstance(error, CasualtyEstError):
                raise
            typer.echo(f"casualty-est: {error}", err=True)
            raise SystemExit(BAD_INPUT) from None


if __name__ == "__main__":
    main()
