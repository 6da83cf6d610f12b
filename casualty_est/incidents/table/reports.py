"""Incident reports: what each source says of each incident, as published and validated."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal, Unpack

from casualty_est.errors import InputError, Problem
from casualty_est.incidents.table.checks import validate
from casualty_est.incidents.table.exports import export_of, read_export
from casualty_est.incidents.table.ged import read_ged
from casualty_est.incidents.table.incident import COLUMNS, Incident, Report, cells_of, gather
from casualty_est.incidents.table.patterns import IncidentPatterns
from casualty_est.incidents.table.persons import of_persons
from casualty_est.incidents.table.read import Draft, Export, Judged, read_ranges, read_wide
from casualty_est.incidents.table.summary import documented_of, in_words, summary_of, table_sizes
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.cells import Documented
from casualty_est.tables.frames import text_frame
from casualty_est.tables.names import recognised
from casualty_est.tables.read import Table, read_table, table_from
from casualty_est.wording.language import Noted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from casualty_est.plots import Look

__all__ = ["COLUMNS", "Incident", "IncidentReports", "Report"]


@dataclass(frozen=True, init=False, repr=False, slots=True)
class IncidentReports:
    """A validated, immutable table of what each source says about each incident.

    Parameters
    ----------
    data : dataframe
        Any eager dataframe with one row per source and incident; `incident`, `source` and
        `quantity` are required. No row: the source never mentioned the incident, which is not 0.
    name : str, optional
        How messages and reports call the table.

    Attributes
    ----------
    rows : tuple of Report
        Every row, in the order of the table.
    warnings : tuple of (code, text)
        What was assumed or left unread.
    name : str or None
        Name of the file, without its folder.
    where : str
        What `Report.line` counts: ``"line"`` of a file or ``"row"`` of a dataframe.

    Raises
    ------
    InputError
        If the table breaks a rule; every problem is listed with its line, column and value.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"incident": ["S1", "S1"], "source": ["A", "B"], "quantity": ["3-5", "2"]}
    >>> len(IncidentReports(pd.DataFrame(rows)).patterns())
    1
    """

    rows: tuple[Report, ...]
    warnings: tuple[Noted, ...]
    name: str | None
    where: str

    def __init__(self, data: object, name: str | None = None) -> None:
        self._read(table_from(data, name), [])

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> IncidentReports:
        """Read a text table, a workbook, JSON records or a parquet file.

        Exports of UCDP GED, ACLED, Airwars, Iraq Body Count and the Bureau of Investigative
        Journalism are recognised by their columns; `warnings` says so. A table in which each row
        is a person, with columns `incident` and `source`, is counted.

        Parameters
        ----------
        path : str or path-like
            File ending in ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.xls``, ``.ods``,
            ``.json`` or ``.parquet``.

        Returns
        -------
        IncidentReports
            The validated table.

        Raises
        ------
        UsageError
            If there is no such file or it has another ending.
        InputError
            If the table breaks a rule; every problem is listed.
        """
        problems: list[Problem] = []
        return cls.__new__(cls)._read(read_table(path, problems=problems), problems)

    @classmethod
    def from_rows(cls, rows: Iterable[Report], name: str | None = None) -> IncidentReports:
        """Build a table from reports, validated like one that was read.

        Parameters
        ----------
        rows : iterable of Report
            The reports. Their `line` is kept if every one has it, otherwise they are numbered.
        name : str, optional
            How messages call the table.

        Returns
        -------
        IncidentReports
            The validated table.

        Raises
        ------
        InputError
            If there are no rows, or one breaks a rule.

        Examples
        --------
        >>> IncidentReports.from_rows([Report("S1", "A", Quantity.parse("3"))]).sources
        ('A',)
        """
        given = tuple(rows)
        if not given:
            raise InputError([Problem("the table has no rows: add one row or more")], name)
        lines = tuple(row.line for row in given if row.line is not None)
        if len(lines) < len(given):
            lines = tuple(range(1, len(given) + 1))
        cells = tuple(zip(*map(cells_of, given), strict=True))
        table = Table(name, COLUMNS, cells, lines, "row", None)
        return cls.__new__(cls)._fill(table, [], [row.quantity for row in given])

    @classmethod
    def from_ged(
        cls,
        data: object,
        *,
        group: Literal["all", "civilians"] = "all",
        number: Literal["range", "best"] = "range",
        source: str = "UCDP GED",
        role: str | None = "monitor",
        scope: str | None = "country",
        name: str | None = None,
    ) -> IncidentReports:
        """Read events of the UCDP Georeferenced Event Dataset: one source, one row per event.

        Suspected are `side_a` in one-sided violence and both sides otherwise; the date is the
        first possible day.

        Parameters
        ----------
        data : dataframe, str or path-like
            The events, with the columns of UCDP's download, or their file.
        group : {"all", "civilians"}
            Deaths of everybody (columns `low`, `best`, `high`), or `deaths_civilians` and up to
            `deaths_unknown` more, who may have been civilians; events with neither are left out,
            with a warning.
        number : {"range", "best"}
            The lowest and the highest estimate where they differ, or the best one alone.
        source, role : str
            How the source is called, and what it is.
        scope : str or None
            Column with the label of the place; finer places are not kept.
        name : str, optional
            How messages call the table; a file has its own name by default.

        Returns
        -------
        IncidentReports
            The validated table. Where low, best and high are out of order, the smallest and the
            largest of them are the ends, with a warning.

        Raises
        ------
        UsageError
            If a column is missing, or `group`, `number` or `role` is unknown.
        InputError
            If a cell cannot be read; every problem is listed.

        References
        ----------
        Sundberg and Melander 2013, Introducing the UCDP Georeferenced Event Dataset, Journal of
        Peace Research 50(4), doi 10.1177/0022343313484347.
        """
        return cls.__new__(cls)._of(read_ged(data, group, number, source, role, scope, name))

    @classmethod
    def from_ranges(
        cls,
        data: object,
        *,
        incident: str,
        low: str,
        high: str,
        source: str,
        role: str | None = None,
        columns: Mapping[str, str] | None = None,
        grades: Mapping[str, str] | None = None,
        belligerent: str | None = None,
        belligerent_role: str = "perpetrator",
        verdict: str | None = None,
        verdicts: Mapping[str, str] | None = None,
        conceded: str | tuple[str, str] | None = None,
        self_reported: str | None = None,
        name: str | None = None,
    ) -> IncidentReports:
        """Read an export with one row per incident and columns for a minimum and a maximum.

        Airwars and the Bureau of Investigative Journalism publish such tables. Where both ends are
        blank the source lists the incident without a number. Other columns are not read, with a
        warning.

        Parameters
        ----------
        data : dataframe, str or path-like
            The export, or its file.
        incident, low, high : str
            Columns with the code of the incident and the lowest and highest number of deaths.
        source, role : str
            Who published it, and what it is.
        columns : mapping of str to str, optional
            Columns with what else is known, as in ``{"grade": "grading"}``; keys are `grade`,
            `date`, `scope`, `perpetrator`, `count`, `recall_check` and `citation`.
        grades : mapping of str to str, optional
            The export's words for grades, unless they differ in case alone.
        belligerent, belligerent_role : str
            Who judged the incidents, and what it is.
        verdict : str, optional
            Column with the judgement.
        verdicts : mapping of str to str, optional
            The export's words for verdicts, as in ``{"non_credible": "rejected"}``; the empty word
            means none.
        conceded : str or tuple of str, optional
            Column with the number that the belligerent concedes, or two with its ends.
        self_reported : str, optional
            Column of 0 and 1: whether the belligerent reported it on its own initiative.
        name : str, optional
            How messages call the table; a file has its own name by default.

        Returns
        -------
        IncidentReports
            The validated table; the belligerent has a row where it gave a verdict or a number.

        Raises
        ------
        UsageError
            If a column is missing, or a word or role is unknown.
        InputError
            If a cell cannot be read, a range has its ends in the wrong order, or an incident
            is there twice; every problem is listed by the columns of the export.

        Examples
        --------
        >>> import pandas as pd
        >>> export = pd.DataFrame({"code": ["S1"], "min": [3], "max": [5], "said": ["credible"]})
        >>> reports = IncidentReports.from_ranges(
        ...     export, incident="code", low="min", high="max", source="Airwars", role="monitor",
        ...     belligerent="Coalition", verdict="said", verdicts={"credible": "accepted"})
        >>> [(row.source, row.quantity.text, row.verdict) for row in reports]
        [('Airwars', '3-5', None), ('Coalition', '', 'accepted')]
        """
        judged = Judged(
            belligerent, belligerent_role, verdict, verdicts or {}, conceded, self_reported
        )
        given = Export(incident, (low, high), source, role, columns or {}, grades or {}, judged)
        return cls.__new__(cls)._of(read_ranges(data, given, name))

    @classmethod
    def from_wide(
        cls,
        data: object,
        *,
        incident: str = "incident",
        sources: Sequence[str] | None = None,
        roles: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> IncidentReports:
        """Read a table with one row per incident and one column of numbers per source.

        Blank: the source never mentioned the incident; ``unknown``: it gave no number. Columns
        called `grade`, `date`, `scope`, `perpetrator`, `count` and `citation` are read as such;
        verdicts need the long form.

        Parameters
        ----------
        data : dataframe, str or path-like
            The table, or its file.
        incident : str
            Column with the code of the incident.
        sources : sequence of str, optional
            The columns that are sources; by default all that have no other meaning.
        roles : mapping of str to str, optional
            Role of each source.
        name : str, optional
            How messages call the table; a file has its own name by default.

        Returns
        -------
        IncidentReports
            The validated table.

        Raises
        ------
        UsageError
            If a column is missing, or a role or a source is unknown.
        InputError
            If a cell cannot be read, an incident is there twice or nobody mentions it, or a column
            has no meaning; every problem is listed.

        Examples
        --------
        >>> import pandas as pd
        >>> wide = pd.DataFrame({"incident": ["S1", "S2"], "A": ["3-5", ""], "B": ["2", "about 9"]})
        >>> IncidentReports.from_wide(wide, roles={"A": "monitor"}).patterns().claim.tolist()
        [[0, 0], [-2, 1]]
        """
        return cls.__new__(cls)._of(read_wide(data, incident, sources, roles or {}, name))

    def _read(self, table: Table, problems: list[Problem]) -> IncidentReports:
        """Read a table by its columns: an export that is known, or one of our own."""
        export = export_of(table.columns)
        if export is not None:
            return self._of(read_export(export, table, problems))
        table = recognised(table, "incidents", COLUMNS, problems, outcomes=False)
        table = of_persons(table, problems)
        return self._fill(table, problems, None, table.notes)

    def _of(self, draft: Draft) -> IncidentReports:
        table = draft.table()
        if not draft.lines and not draft.problems:
            raise InputError([Problem("no row of the table names a number of deaths")], table.name)
        try:
            return self._fill(table, list(draft.problems), draft.quantities, draft.notes)
        except InputError as error:
            raise InputError(map(draft.as_it_came, error.problems), error.name) from None

    def _fill(
        self,
        table: Table,
        problems: list[Problem],
        quantities: Sequence[Quantity | None] | None = None,
        notes: Iterable[Noted] = (),
    ) -> IncidentReports:
        rows, warnings = validate(table, problems, quantities)
        values = {"rows": rows, "warnings": (*notes, *warnings), "name": table.name}
        for field, value in {**values, "where": table.where}.items():
            # The class is frozen; this is the one place that may write.
            object.__setattr__(self, field, value)
        return self

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Report]:
        """Iterate over the rows."""
        return iter(self.rows)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names in the column `source`, in order of appearance."""
        return tuple(dict.fromkeys(row.source for row in self.rows))

    @property
    def roles(self) -> dict[str, str | None]:
        """Role of every source, None where no row names one."""
        named = {row.source: row.role for row in self.rows if row.role}
        return {name: named.get(name) for name in self.sources}

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """Every incident with what is said of it, in order of appearance."""
        return gather(self.rows)

    def patterns(self) -> IncidentPatterns:
        """Merge equal incidents into patterns with counts, as arrays for a model.

        Returns
        -------
        IncidentPatterns
            The same evidence without names and days.
        """
        return IncidentPatterns.of(self.incidents, self.roles)

    def documented(self, grades: Collection[str] | None = None) -> Documented | None:
        """Add up what was published of each incident, never modelled.

        Parameters
        ----------
        grades : collection of str, optional
            Only incidents of these grades; by default the confirmed, the fair and the ungraded.

        Returns
        -------
        Documented or None
            The largest sum, over incidents, of the lower ends (or plain counts) of one source
            that records deaths case by case and is no party; `source` names it. None if no such
            number is stated.

        Raises
        ------
        UsageError
            If there is no such grade.

        Examples
        --------
        >>> rows = [Report("S1", "A", Quantity.parse("3-5"), "monitor")]
        >>> IncidentReports.from_rows(rows).documented().low
        3
        """
        return documented_of(self.incidents, self.roles, grades)

    def summary(self) -> pd.DataFrame:
        """What each source reports.

        Returns
        -------
        pandas.DataFrame
            ``source``, ``role``, ``incidents`` it mentions, ``share`` of all incidents,
            ``only_here`` (mentioned by no other source), ``with_number`` (it states deaths, be it
            0), ``deaths`` (sum of its plain counts and lower ends), ``accepted``, ``rejected``,
            ``open`` and ``self_reported``.
        """
        return summary_of(self.incidents, self.roles)

    def plot(self, **look: Unpack[Look]) -> Figure:
        """Draw who reports what: the share of incidents of each size that each source records.

        Parameters
        ----------
        **look
            How it looks, as in `Plots.total`.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from casualty_est.incidents.plots.mentions import picture
        from casualty_est.plots.style import drawn

        return drawn(picture, table_sizes(self.patterns()), **look)

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a pandas DataFrame that `IncidentReports` reads back.

        Returns
        -------
        pandas.DataFrame
            One row per source and incident, all columns as text; a missing cell is None.
        """
        return text_frame(map(cells_of, self.rows), COLUMNS)

    def __repr__(self) -> str:
        """Write the size of the table and what each source holds."""
        size, lines = in_words(self)
        return "\n".join([f"IncidentReports: {size}", *map("  ".__add__, lines)])

    def _repr_html_(self) -> str:
        size, lines = in_words(self)
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        return f"<p>IncidentReports: {escape(size)}</p><ul>{items}</ul>"
