"""Options of every command that writes a report: who says it, to whom, and in which other files."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from casualty_est.cli import options
from casualty_est.errors import UsageError

PANEL = "Report"


def _text(flag: str, metavar: str, help_text: str) -> Any:
    option = typer.Option(flag, metavar=metavar, help=help_text, rich_help_panel=PANEL)
    return Annotated[str | None, option]


def _path(flag: str, metavar: str, help_text: str) -> Any:
    option = typer.Option(flag, metavar=metavar, help=help_text, rich_help_panel=PANEL)
    return Annotated[Path | None, option]


OPTIONS: dict[str, Any] = {
    "about": _path("--about", "FILE.toml", "Title, authors, names and statements, from a file."),
    "audience": _text("--audience", "full|public", "Everything, or at most three pages."),
    "language": _text("--language", "CODE", "Language of the report, such as es."),
    "pdf": _path("--pdf", "OUT.pdf", "Print the report as PDF, by Chromium, Chrome or Edge."),
    "figures": _path("--figures", "DIR", "Write the pictures: PNG and SVG, 16:9 and square."),
    "tables": _path("--tables", "DIR", "Write the tables of the report as CSV."),
    "organisation": _text("--organisation", "TEXT", "Whose report it is."),
    "date": _text("--date", "YYYY-MM-DD", "Day of the report; today by default."),
    "contact": _text("--contact", "TEXT", "How to reach the authors."),
    "licence": _text("--licence", "TEXT", "What others may do with it."),
    "corrections": _text("--corrections", "TEXT", "How errors are corrected."),
    "url": _text("--url", "https://...", "Where the report will be published."),
    "data": _text("--data", "https://...", "Where its table can be had."),
    "names": Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="LABEL=NAME",
            help="What a label is called in print.",
            rich_help_panel=PANEL,
        ),
    ],
}
SAID = ("language", "organisation", "date", "contact", "licence", "corrections", "url", "data")


@dataclass(frozen=True, slots=True)
class Published:
    """What was asked beside the report itself."""

    about: Path | None = None
    audience: str | None = None
    pdf: Path | None = None
    figures: Path | None = None
    tables: Path | None = None
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wanted(self) -> bool:
        """Whether any file is to be written."""
        return any((self.pdf, self.figures, self.tables))

    def check(self) -> None:
        """Refuse what cannot be written or is unknown, before minutes of work."""
        from casualty_est.report.said import settled

        for option, folder in {"--figures": self.figures, "--tables": self.tables}.items():
            if folder is not None and folder.exists() and not folder.is_dir():
                msg = f"{option}: {folder} is a file; give the name of a folder"
                raise UsageError(msg)
        settled(self.about, self.arguments()).check_language()

    def arguments(self) -> dict[str, Any]:
        """What is said directly, as arguments of a report."""
        return {"audience": self.audience, **self.said}


# Set while a command runs: whoever fits need not hand on what only the report is told.
_asked: ContextVar[Published | None] = ContextVar("asked", default=None)


def asked() -> Published:
    """What was asked of the command that runs; nothing outside of one."""
    return _asked.get() or Published()


def offered_by(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same command with these options, which `asked` then answers."""

    @wraps(command)
    def with_options(**given: Any) -> Any:
        mine = {name: given.pop(name) for name in OPTIONS}
        said = {name: mine[name] for name in SAID if mine[name] is not None}
        if mine["names"]:
            said["names"] = options.pairs_at_first(mine["names"], "--name")
        files = {name: mine[name] for name in ("about", "audience", "pdf", "figures", "tables")}
        token = _asked.set(Published(**files, said=said))
        try:
            return command(**given)
        finally:
            _asked.reset(token)

    signature = inspect.signature(command, eval_str=True)
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for name, option in OPTIONS.items()
    ]
    whole = [one.replace(kind=one.KEYWORD_ONLY) for one in signature.parameters.values()]
    with_options.__signature__ = signature.replace(parameters=[*whole, *more])  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in (*whole, *more)}
    return with_options


def offer(app: typer.Typer, *others: Callable[..., Any]) -> None:
    """Give these options to every command that writes a report, by an option or always."""
    for info in app.registered_commands:
        command = info.callback
        if command is None:
            continue
        if command in others or "report" in inspect.signature(command).parameters:
            info.callback = offered_by(command)
