"""The command line: the same library, the same words."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from typer.core import TyperGroup

from casualty_est import __version__, datasets
from casualty_est.cli import options
from casualty_est.cli.groups import spread
from casualty_est.cli.published import Published
from casualty_est.cli.roles import roles
from casualty_est.cli.run import Run
from casualty_est.cli.template import template
from casualty_est.cli.terminal import BROKEN_PIPE, INTERRUPTED, STOP, console_for, discard_output
from casualty_est.cli.worth import worth
from casualty_est.errors import CasualtyEstError, UsageError
from casualty_est.kinds import KINDS, STEPS, room

BAD_INPUT, FAULT = 2, 70
TRACEBACK = "CASUALTY_EST_TRACEBACK"  # whoever sets it sees the traceback of a fault


class _Kinds(TyperGroup):
    """The kinds of tables; a file alone is checked as what its columns say it is."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Take a file where the name of a kind is left out."""
        if args[0] in self.commands or not options.names_a_file(args[0]):
            return super().resolve_command(ctx, args)
        kind = options.kind_of(Path(args[0]))
        typer.echo(f"{Path(args[0]).name} is checked as {kind!r}.")
        return kind, self.get_command(ctx, kind), args

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        from casualty_est.tables.checks import must_be_in

        must_be_in(cmd_name, self.commands, f"check: {cmd_name!r} is not a kind of table")
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    name="casualty-est",
    help="Estimate how many people died when sources disagree.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
checks = typer.Typer(
    cls=_Kinds,
    help="Validate a table: every problem with its line, column and reason.",
    epilog="Example: casualty-est check FILE.csv. Without the name of a kind, columns tell it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _example(kind: str, check: Callable[..., None]) -> str:
    """The example of a check, with its file as its help calls it."""
    first = next(iter(signature(check, eval_str=True).parameters.values()))
    named = [getattr(one, "metavar", None) for one in get_args(first.annotation)]
    return f"Example: casualty-est check {kind} {next(filter(None, named), 'FILE.csv')}"


for kind in KINDS:
    command = room(kind, "command")
    command.add(app)
    checks.command(kind, epilog=_example(kind, command.check))(command.check)
for step in STEPS:
    room(step, "command").add(app)
app.add_typer(checks, name="check", short_help="Validate a table, and name every problem.")
app.command(epilog="Example: casualty-est roles --without Syria")(roles)
app.command(epilog="Example: casualty-est template claims")(template)
app.command(epilog="Example: casualty-est worth estimate.nc --study survey:300:1.5 --for 5000")(
    worth
)


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
    """Estimate how many people died when sources disagree."""


@app.command(epilog="Example: casualty-est demo coalition. The names: casualty-est demo --list.")
def demo(
    name: Annotated[str, typer.Argument(help="The study; --list names them.")] = "coalition",
    show_list: Annotated[bool, typer.Option("--list", help="List the studies.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Where report.html and estimate.json go; by default casualty-est-demo/NAME.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the draws.")] = 1,
    quiet: options.Quiet = False,
    show_model: options.ShowModel = False,
    *,
    published: Published,
) -> None:
    """Run a bundled study end to end."""
    known = {key: study for kind in KINDS for key, study in room(kind, "demos").DEMOS.items()}
    if show_list:
        for key, study in known.items():
            console_for(quiet).print(f"{key:10}  {study.title}", markup=False)
        return
    from casualty_est.tables.checks import must_be_in

    must_be_in(name, known, f"there is no study {name!r}")
    out = Path("casualty-est-demo") / name if out is None else out
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"the folder {out} cannot be made: {error.strerror}"
        raise UsageError(msg) from None
    study = known[name]
    run = Run(
        report=out / "report.html",
        json=out / "estimate.json",
        seed=seed,
        quiet=quiet,
        show_model=show_model,
        published=published,
        bundled=study,
    )
    model = study.build(datasets.load(study.dataset))
    run.console.print(study.title, markup=False, style="bold")
    estimate = run.fit(model, **study.fitting)
    if study.after:
        study.after(estimate, run)
    run.finish(estimate, study.beside)


for info in (*app.registered_commands, *checks.registered_commands):
    assert info.callback is not None
    info.callback = spread(info.callback)
for info in app.registered_commands:
    # The whole first sentence: the list of commands would cut it off.
    info.short_help = " ".join((info.callback.__doc__ or "").split("\n\n")[0].split())


def main() -> None:
    """Run the command line; bad input ends with exit code 2 and no traceback."""
    with STOP.listening():
        try:
            app(standalone_mode=True)
        except KeyboardInterrupt:
            STOP.end()
        except SystemExit as end:
            if STOP.asked or end.code == INTERRUPTED:
                STOP.end()
            if isinstance(end.__context__, BrokenPipeError):
                discard_output()
                raise SystemExit(BROKEN_PIPE) from None
            raise
        except Exception as error:
            # A half result that a swallowed Ctrl-C left behind may fail in any way.
            if STOP.asked:
                STOP.end()
            if isinstance(error, CasualtyEstError):
                typer.echo(f"casualty-est: {error}", err=True)
                raise SystemExit(BAD_INPUT) from None
            if os.environ.get(TRACEBACK):
                raise
            typer.echo(f"casualty-est: {_fault(error)}", err=True)
            raise SystemExit(FAULT) from None


def _fault(error: BaseException) -> str:
    """What to do about an error that nobody foresaw; its text may quote the table, names too."""
    if isinstance(error, MemoryError):
        return "there is not enough memory: take fewer draws, chains, lists or strata"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "casualty_est" in Path(frame.filename).parts]
    last = (own or frames)[-1]
    what = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
    return (
        f"this is a fault of the program and not of your input ({what}). Please report this line "
        f"and the command. With {TRACEBACK}=1 set, the command shows the whole way to it, which "
        "may quote your table"
    )


if __name__ == "__main__":
    main()
