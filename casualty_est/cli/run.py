"""A fit from the command line: what it prints, and the files it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from casualty_est.cli import options
from casualty_est.cli.published import Published
from casualty_est.cli.terminal import STOP, console_for
from casualty_est.wording.catalogue import ENGLISH
from casualty_est.wording.language import N_, pgettext, speaking

if TYPE_CHECKING:
    from rich.console import Console

    from casualty_est.report.said import Said
    from casualty_est.result.estimate import Estimate

GOOD, NOT_CONVERGED = 0, 1
# Labels of bundled studies that have another name in other languages.
NAMED = (
    N_("name in a bundled study", "Coalition"),
    N_("name in a bundled study", "Exhumations"),
    N_("name in a bundled study", "Gaza Mortality Survey"),
    N_("name in a bundled study", "Gaza Strip"),
    N_("name in a bundled study", "Iraq"),
    N_("name in a bundled study", "Iraq Family Health Survey"),
    N_("name in a bundled study", "Kosovar Albanians"),
    N_("name in a bundled study", "Pentagon"),
    N_("name in a bundled study", "Spiegel and Salama"),
    N_("name in a bundled study", "Syria"),
    N_("name in a bundled study", "article"),
    N_("name in a bundled study", "international media"),
    N_("name in a bundled study", "local media"),
    N_("name in a bundled study", "local monitors"),
)
STATEMENTS_HELP = "What only you can say: the report names the keys."
NOTES = 8  # notes that are printed without being asked for


@dataclass(frozen=True, slots=True)
class Run:
    """What every fit is asked: how many draws, and where the results go.

    `file` is its table, `priors` its other input, `bundled` the study of a demo.
    """

    file: Path | None = None
    priors: Path | None = None
    report: Annotated[
        Path | None, typer.Option("--report", metavar="OUT.html", help="Write the HTML report.")
    ] = None
    json: options.JsonFile = None
    save: Annotated[
        Path | None, typer.Option("--save", metavar="OUT.nc", help="Write all draws as netCDF.")
    ] = None
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of the draws.")] = (
        None
    )
    prob: options.Prob = 0.95
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="Draws per chain.")] = 1000
    chains: Annotated[int, typer.Option("--chains", metavar="N", help="Chains.")] = 4
    quiet: options.Quiet = False
    show_model: options.ShowModel = False
    title: Annotated[str | None, typer.Option("--title", help="Title of the report.")] = None
    authors: Annotated[str | None, typer.Option("--authors", help="Authors of the report.")] = None
    statements: Annotated[
        Path | None, typer.Option("--statements", metavar="FILE.toml", help=STATEMENTS_HELP)
    ] = None
    published: Published = field(default_factory=Published)
    bundled: Study | None = None
    console: Console = field(init=False)

    def __post_init__(self) -> None:
        options.check_numbers(self.prob, self.draws, self.chains)
        options.check_outputs(
            {
                "--report": self.report,
                "--json": self.json,
                "--save": self.save,
                "--pdf": self.published.pdf,
            },
            {
                "the table": self.file,
                "--priors": self.priors,
                "--about": self.published.about,
            },
        )
        if self.file is not None:
            options.must_be_file(self.file)
        self.published.check()
        options.read_statements(self.statements)  # a wrong file is an error before any work
        object.__setattr__(self, "console", console_for(self.quiet))

    @property
    def progress(self) -> bool | None:
        """Whether fits show how far they are; None leaves it to the terminal."""
        return False if self.quiet else None

    def fit(self, model: Any, **more: Any) -> Any:
        """Print what is about to be fitted, in one line or in full, and fit it."""
        described = repr(model)
        shown = described if self.show_model else described.partition("\n")[0]
        self.console.print(shown, markup=False)
        self.console.print()
        return model.fit(
            seed=self.seed, draws=self.draws, chains=self.chains, progress_bar=self.progress, **more
        )

    def finish(self, estimate: Estimate, beside: Iterable[str] = ()) -> NoReturn:
        """Print a fit, write its files and end with its exit code."""
        _print(self.console, estimate, self.prob, every_note=self.show_model)
        for line in beside:
            self.console.print(line, markup=False)
        self._write(estimate)
        raise typer.Exit(GOOD if estimate.converged else NOT_CONVERGED)

    def _write(self, estimate: Estimate) -> None:
        """Write the files that were asked for; an interruption is heeded before each of them."""
        from casualty_est.result.files import write_json

        prob = self.prob
        # The report computes the refits; JSON and netCDF written after it carry them too.
        if self.report or self.json or self.save or self.published.wanted:
            estimate._make_refits(prob)
        self.publish(estimate._report_parts(prob))
        self.write(self.json, lambda path: write_json(estimate, path, prob))
        self.write(self.save, estimate.save)
        if self.report:
            address = self.report.resolve().as_uri()
            self.console.print(f"Open {address}", style=f"link {address}", markup=False)

    def publish(self, parts: Any) -> None:
        """Write the report and what goes with it, and say what its authors could still add."""
        from casualty_est.report import checklist, publish

        if not (self.report or self.published.wanted):
            return
        said = self.said()
        self.write(self.report, lambda path: publish.report(parts, path, said))
        self.write(self.published.pdf, lambda path: publish.report(parts, path, said))
        self.write(self.published.figures, lambda path: publish.figures(parts, path, said))
        self.write(self.published.tables, lambda path: publish.tables(parts, path))
        if self.report or self.published.pdf:
            self.console.print()
            self.console.print(repr(checklist.of(parts, said.stated)), markup=False)

    def said(self) -> Said:
        """What the authors say, from the options and the files."""
        from casualty_est.result.publishing import settled_today

        about, given = self.published.about, self.published.arguments()
        statements, names = options.read_statements(self.statements), given["names"]
        if self.bundled is not None:
            statements = {**self.bundled.statements, **statements}
            # A file says by itself what labels are called.
            called = self.bundled.called(given["language"] or ENGLISH)
            names = names if about else {**called, **names}
        own = {"title": self.title, "authors": self.authors, "names": names}
        return settled_today(about, {**given, **own, "statements": statements})

    def write(self, path: Path | None, step: Callable[[Path], Any]) -> None:
        """Write a file or folder that was asked for, unless somebody asked to stop."""
        if path is not None:
            # Foreign code may swallow the exception of a Ctrl-C, and return half a result.
            STOP.check()
            step(path)
            STOP.written.append(path.name)
            self.console.print(f"wrote {path}", markup=False)


@dataclass(frozen=True, slots=True)
class Study:
    """A bundled study."""

    title: str
    dataset: str
    build: Callable[[Any], Any]
    # What the report says that no computation can: see the checklist of reports.
    statements: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()  # published answers to the same question, never used
    names: Mapping[str, str] = field(default_factory=dict)  # what labels are called in print
    after: Callable[[Any, Run], None] | None = None
    fitting: Mapping[str, Any] = field(default_factory=dict)  # arguments of the fit

    def called(self, language: str) -> Mapping[str, str]:
        """What its labels are called in a language; English articles are no part of another."""
        if language == ENGLISH:
            return self.names
        with speaking(language):
            spoken = {one: pgettext("name in a bundled study", one) for one in NAMED}
        return {label: name for label, name in spoken.items() if name != label}


def _print(console: Console, estimate: Estimate, prob: float, *, every_note: bool = False) -> None:
    """Print its numbers, what its check says, and the answer under wider assumptions."""
    from casualty_est.result.show import as_rich

    console.print(as_rich(estimate, prob))
    for line in estimate.check().lines[1:]:
        console.print(line, markup=False)
    for note in estimate.warnings:
        if note.code == "not_converged":
            console.print(note.text, markup=False, style="bold red")
    for line in estimate._beside(prob):
        console.print(line, markup=False)
    if not every_note:  # the model has printed them
        _print_notes(console, estimate)


def _print_notes(console: Console, estimate: Estimate) -> None:
    """Print what was assumed in reading the table, the first few of many."""
    from casualty_est.result.show import URGENT

    told = URGENT | estimate.urgent | {"not_converged"}
    notes = [note.text for note in estimate.warnings if note.code not in told]
    if notes:
        console.print("\nAssumed and noted:", markup=False)
    for text in notes[:NOTES]:
        console.print(f"  {text}", markup=False)
    if notes[NOTES:]:
        more = f"  and {len(notes) - NOTES:,} more: --show-model and the report have all"
        console.print(more, markup=False)


NO_ROLES = (
    "no source has a role, so no headline will come: fill the column role, or give --role "
    "SOURCE=ROLE"
)


def print_checked(*lines: str, notes: Iterable[tuple[str, str]]) -> None:
    """Print what a table without problems holds, and what was assumed in reading it."""
    console = console_for(quiet=False)
    for line in (*lines, *(f"Note: {text}." for _, text in notes)):
        console.print(line, markup=False)
