"""What is asked beside the report itself: who says it, to whom, and in which other files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from casualty_est.cli import options
from casualty_est.errors import UsageError

SAID = (
    "audience", "language", "organisation", "date", "contact", "licence", "corrections", "url",
    "data",
)  # fmt: skip


def _option(flag: str, metavar: str, help_text: str) -> Any:
    return typer.Option(flag, metavar=metavar, help=help_text, rich_help_panel="Report")


Text = str | None


@dataclass(frozen=True, slots=True)
class Published:
    """Options of every command that writes a report."""

    about: Annotated[
        Path | None,
        _option("--about", "FILE.toml", "Title, authors, names and statements, from a file."),
    ] = None
    audience: Annotated[
        Text, _option("--audience", "full|public", "Everything, or at most three pages.")
    ] = None
    language: Annotated[
        Text, _option("--language", "CODE", "Language of the report, such as es.")
    ] = None
    pdf: Annotated[
        Path | None,
        _option("--pdf", "OUT.pdf", "Print the report as PDF, by Chromium, Chrome or Edge."),
    ] = None
    figures: Annotated[
        Path | None,
        _option("--figures", "DIR", "Write the pictures: PNG and SVG, 16:9 and square."),
    ] = None
    tables: Annotated[
        Path | None, _option("--tables", "DIR", "Write the tables of the report as CSV.")
    ] = None
    organisation: Annotated[Text, _option("--organisation", "TEXT", "Whose report it is.")] = None
    date: Annotated[
        Text, _option("--date", "YYYY-MM-DD", "Day of the report; today by default.")
    ] = None
    contact: Annotated[Text, _option("--contact", "TEXT", "How to reach the authors.")] = None
    licence: Annotated[Text, _option("--licence", "TEXT", "What others may do with it.")] = None
    corrections: Annotated[Text, _option("--corrections", "TEXT", "How errors are corrected.")] = (
        None
    )
    url: Annotated[Text, _option("--url", "https://...", "Where the report will be published.")] = (
        None
    )
    data: Annotated[Text, _option("--data", "https://...", "Where its table can be had.")] = None
    names: Annotated[
        list[str] | None, _option("--name", "LABEL=NAME", "What a label is called in print.")
    ] = None

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
        names = options.pairs_at_first(self.names or [], "--name")
        return {"names": names, **{name: getattr(self, name) for name in SAID}}
