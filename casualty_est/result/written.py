"""What an estimate writes for readers: a paragraph to quote, and the report."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from casualty_est.kinds import room
from casualty_est.result.posterior import interval_ends

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate


class Written:
    """Texts about an estimate."""

    def quote(
        self,
        *,
        title: str | None = None,
        authors: str | None = None,
        ci_prob: float = 0.95,
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

        Returns
        -------
        str
        """
        interval_ends(ci_prob)
        return str(self._parts(ci_prob).quote(title, authors))

    def _parts(self, prob: float) -> Any:
        """What a report says of this estimate."""
        return room(cast("Estimate", self).kind, "report").PARTS(self, prob)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        title: str | None = None,
        authors: str | None = None,
        statements: Mapping[str, str] | None = None,
        comparisons: tuple[Mapping[str, Any], ...] = (),
        ci_prob: float = 0.95,
    ) -> Path:
        """Write one self-contained HTML report.

        Parameters
        ----------
        path : path
            The file to write; an existing one is replaced only when the new one is whole.
        title : str, optional
            Title of the report; by default what was counted.
        authors : str, optional
            Who answers for it.
        statements : mapping of str to str, optional
            What only its authors can say, by the keys of the checklist: limitations of the
            sources, corrections policy, matching, earlier estimates and others.
        comparisons : tuple of mapping
            Tables to set beside the answer, such as published estimates, each with ``caption``,
            ``head`` (texts) and ``rows`` (lists of texts).
        ci_prob : as in `summary`

        Returns
        -------
        Path

        Raises
        ------
        UsageError
            If a statement is unknown, the level is out of range, or the file cannot be written.
        """
        said: dict[str, Any] = {
            "title": title,
            "authors": authors,
            "comparisons": tuple(comparisons),
        }
        said["statements"] = dict(statements or {})
        written: Path = self._parts(ci_prob).write(path, said)
        return written
