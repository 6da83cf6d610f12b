"""What every estimate is published as: a report for two readers, figures, tables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date as Day
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from casualty_est.kinds import room
from casualty_est.result.posterior import interval_ends

if TYPE_CHECKING:
    from casualty_est.report.said import Said
    from casualty_est.report.standards import Checklist


class About(TypedDict, total=False):
    """What only the authors can say of a report; the keys of a file ``about.toml`` are the same.

    Parameters
    ----------
    title : str
        Title of the report; by default what was counted.
    authors, organisation, contact, licence : str
        Who answers for it, how to reach them, and what others may do with it.
    date : str
        Day of the report, as 2026-11-30; today by default.
    corrections : str
        How errors are corrected.
    url, data : str
        Where the report will be published, and where its table can be had.
    language : str
        Code of the language: ``"en"``, which is the default, or ``"es"``.
    names : mapping of str to str
        What labels of the table are called in print, such as ``{"Coalition": "the US-led
        Coalition"}``.
    statements : mapping of str to str
        What else the reporting standards ask of authors, by the keys that `checklist` names.
    comparisons : sequence of mapping
        Tables to set beside the answer, such as published estimates, each with ``caption``,
        ``head`` (texts) and ``rows`` (lists of texts).
    """

    title: str | None
    authors: str | None
    organisation: str | None
    date: str | None
    contact: str | None
    licence: str | None
    corrections: str | None
    url: str | None
    data: str | None
    language: str | None
    names: Mapping[str, str] | None
    statements: Mapping[str, str] | None
    comparisons: tuple[Mapping[str, Any], ...]


Given = str | os.PathLike[str] | Mapping[str, Any] | None


class Publishing:
    """The part of an estimate that writes what others read."""

    kind: Any

    def quote(
        self,
        *,
        title: str | None = None,
        authors: str | None = None,
        ci_prob: float = 0.95,
        language: str = "en",
    ) -> str:
        """The result in a paragraph to print, and how to cite it.

        What the sources said with the official number first, our estimate once with its interval,
        and what it rests on; after a blank line the citation.

        Parameters
        ----------
        title : str, optional
            Title of the study in the citation; by default what was counted.
        authors : str, optional
            Who answers for it.
        ci_prob : as in `summary`
        language : str
            ``"en"``, or the code of another language that has a catalogue, such as ``"es"``.

        Returns
        -------
        str

        Raises
        ------
        UsageError
            If the level is out of range or there is no such language.
        """
        from casualty_est.report.said import known_language
        from casualty_est.wording.language import speaking

        interval_ends(ci_prob)
        known_language(language)
        with speaking(language):
            return str(self._report_parts(ci_prob).quote(title, authors))

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        audience: Literal["full", "public"] = "full",
        about: Given = None,
        ci_prob: float = 0.95,
        **said: Unpack[About],
    ) -> Path:
        """Write one self-contained report, for whoever checks it or for the public.

        Parameters
        ----------
        path : path
            The file to write; an existing one is replaced only when the new one is whole. A name
            that ends in ``.pdf`` is printed by Chromium, Chrome or Edge from the PATH.
        audience : {"full", "public"}
            Everything, with the method as an appendix; or at most three pages: the first
            paragraph, one picture, what each source says, what would change it, how to cite.
        about : path or mapping, optional
            A TOML file, or a mapping, with what follows; what is said directly goes first.
        ci_prob : float
            Level of the equal-tailed credible intervals.
        **said
            ``title``, ``authors``, ``organisation``, ``date``, ``contact``, ``licence``,
            ``corrections``, ``url``, ``data``, ``language``, ``names``, ``statements``,
            ``comparisons``: see `About`.

        Returns
        -------
        Path

        Raises
        ------
        UsageError
            If a key or statement is unknown, the report is not there in that language, the level is
            out of range, no browser is there to print, or the file cannot be written.
        """
        settled = settled_today(about, {"audience": audience, **said})
        written: Path = self._report_parts(ci_prob).write(path, settled)
        return written

    def figures(
        self,
        folder: str | os.PathLike[str],
        *,
        about: Given = None,
        ci_prob: float = 0.95,
        **said: Unpack[About],
    ) -> tuple[Path, ...]:
        """Write every picture as PNG and SVG, 16:9 and square, with its source and its date.

        Parameters
        ----------
        folder : path
            Where they go; it is made if it is missing.
        about, ci_prob, **said
            As of `report`.

        Returns
        -------
        tuple of Path
            ``total-16x9.png`` and so on, and ``texts.txt`` with the alternative texts.

        Raises
        ------
        UsageError
            As of `report`.
        """
        settled = settled_today(about, said)
        return tuple(self._report_parts(ci_prob).write_figures(folder, settled))

    def tables(self, folder: str | os.PathLike[str], *, ci_prob: float = 0.95) -> tuple[Path, ...]:
        """Write the tables of the report as CSV files, with all digits.

        Parameters
        ----------
        folder : path
            Where they go; it is made if it is missing.
        ci_prob : as of `report`

        Returns
        -------
        tuple of Path
            ``estimates.csv``, ``sources.csv``, ``claims.csv``, ``weights.csv`` and the refits that
            were made, as far as the evidence has them.

        Raises
        ------
        UsageError
            If `ci_prob` does not lie between 0 and 1, or the folder cannot be made.
        """
        return tuple(self._report_parts(ci_prob).write_tables(folder))

    def checklist(self, *, about: Given = None, **said: Unpack[About]) -> Checklist:
        """Check a report against the reporting standards before it is published.

        Parameters
        ----------
        about, **said
            As of `report`.

        Returns
        -------
        Checklist
            It prints what is met, what is missing, and how to mend it.

        Raises
        ------
        UsageError
            As of `report`.
        """
        checked: Checklist = self._report_parts(0.95).checklist(settled_today(about, said).stated)
        return checked

    def _report_parts(self, prob: float) -> Any:
        """What a report says of this estimate."""
        return room(self.kind, "report").PARTS(self, prob)


def settled_today(about: Given, said: Mapping[str, Any]) -> Said:
    """What was said, dated today where no day was given."""
    from casualty_est.report.said import settled

    where = os.fspath(about) if isinstance(about, os.PathLike) else about
    content = settled(where, said)
    return content if content.date else replace(content, date=Day.today().isoformat())
