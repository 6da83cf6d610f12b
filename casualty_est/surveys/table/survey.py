"""Survey: what a probability sample found, as published or household by household."""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from casualty_est.errors import InputError, Problem, UsageError
from casualty_est.surveys.table.cells import short
from casualty_est.surveys.table.forms import ESTIMATE, HOUSEHOLDS, form_of, why_none
from casualty_est.surveys.table.households import Households, read_households
from casualty_est.surveys.table.matched import Matched, read_matched
from casualty_est.surveys.table.names import recognised
from casualty_est.surveys.table.published import COLUMNS, Published, read_published
from casualty_est.tables.read import Table, read_table, table_from
from casualty_est.wording.language import Noted
from casualty_est.wording.numbers import several

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, init=False, repr=False, slots=True)
class Survey:
    """A validated table of one or more surveys, in one of three forms known by its columns.

    Parameters
    ----------
    data : dataframe
        pandas, polars, pyarrow or any other eager dataframe. *Published estimates* have the columns
        ``source`` and ``estimate``, with ``low``, ``high`` and ``prob`` or with the interval in the
        text, or with the design (``deaths``, ``clusters``, ``households``) that stands for one.
        *Households* have ``psu``, ``members`` and ``deaths``, and may have ``stratum``,
        ``household``, ``weight``, ``missing`` and ``imprisoned``. *Matched deaths* have ``death``,
        perhaps ``psu``, and one 0/1 column for each list on which they were looked up. Usual names
        of columns, such as ``cluster`` and ``lower``, are recognised, and a note says so.
    name : str, optional
        How messages and reports call the table.

    Attributes
    ----------
    form : {"estimate", "households", "matched"}
        Which form it has.
    rows : tuple of Published
        Published estimates in the order of the table; empty in the other forms.
    households : Households or None
        The households.
    matched : Matched or None
        The deaths and their lists.
    warnings : tuple of (code, text)
        What was assumed or left unread.
    name : str or None
        Name of the file, without its folder.

    Raises
    ------
    UsageError
        If the columns are of none of the three forms.
    InputError
        If the table breaks a rule; every problem is listed with its line, column and value.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = Survey(
    ...     pd.DataFrame({"source": ["IFHS"], "estimate": ["151,000 (104,000-223,000)"]})
    ... )
    >>> survey.rows[0].quantity.low
    104000
    """

    form: str
    rows: tuple[Published, ...]
    households: Households | None
    matched: Matched | None
    warnings: tuple[Noted, ...]
    name: str | None

    def __init__(self, data: object, name: str | None = None) -> None:
        self._fill(table_from(data, name), [])

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Survey:
        r"""Read a CSV, TSV or parquet file.

        Parameters
        ----------
        path : str or path-like
            UTF-8 file ending in ``.csv`` or ``.tsv``, or a ``.parquet`` file.

        Returns
        -------
        Survey
            The validated table.

        Raises
        ------
        UsageError
            If there is no such file, it has another ending, or its columns are of no form.
        InputError
            If the table breaks a rule; every problem is listed.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "survey.csv"
        >>> _ = path.write_text(
        ...     "source,estimate,low,high\nIFHS,151000,104000,223000\n", encoding="utf-8"
        ... )
        >>> len(Survey.read(path))
        1
        """
        problems: list[Problem] = []
        return cls.__new__(cls)._fill(read_table(path, problems=problems), problems)

    def _fill(self, table: Table, problems: list[Problem]) -> Survey:
        form = form_of(table.columns)
        if form is None:
            named = table.name or "the table"
            has = ", ".join(table.columns)
            msg = f"{named} is not a survey table: {why_none(table.columns)}; it has {has}"
            raise UsageError(msg)
        table = recognised(table, form, problems)
        content: dict[str, Any] = {"rows": (), "households": None, "matched": None}
        key = {ESTIMATE: "rows", HOUSEHOLDS: "households"}.get(form, "matched")
        read: Any = {"rows": read_published, "households": read_households}.get(key, read_matched)
        content[key], warnings = read(table, problems)
        warnings = [*table.notes, *warnings]
        if problems:
            raise InputError(_in_order(problems), table.name)
        content |= {"form": form, "warnings": tuple(warnings), "name": table.name}
        for field, value in content.items():
            object.__setattr__(self, field, value)
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the studies, in the order of the table; none for microdata."""
        return tuple(dict.fromkeys(row.source for row in self.rows))

    def to_frame(self) -> pd.DataFrame:
        """Tabulate published estimates, with the columns of a table of surveys.

        Returns
        -------
        pandas.DataFrame
            Empty for the other forms, whose rows are about single households and deaths.
        """
        import pandas as pd

        rows = []
        for row in self.rows:
            number = row.quantity
            own = {"estimate": number.best, "low": number.low, "high": number.high}
            rest = {c: getattr(row, c) for c in COLUMNS if c not in (*own, "prob")}
            rows.append({**own, "prob": number.level, **rest})
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def __len__(self) -> int:
        """Number of published estimates, households or deaths."""
        return len(self.rows or self.households or self.matched or ())

    def __repr__(self) -> str:
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.line or 0)


def _lines(survey: Survey) -> list[str]:
    """What a table holds, in lines."""
    if survey.households is not None:
        held = survey.households
        lines = [
            f"Survey: {several(len(held), 'household')} in {several(held.clusters, 'cluster')} and "
            f"{several(len(held.strata), 'stratum', 'strata')}",
            f"  {int(held.members.sum()):,} members, {int(held.deaths.sum()):,} deaths, "
            f"{int(held.missing.sum()):,} missing, {int(held.imprisoned.sum()):,} imprisoned",
        ]
        if held.weight is not None:
            lines.append(f"  weights from {short(held.weight.min())} to {short(held.weight.max())}")
        return lines
    if survey.matched is not None:
        deaths, some = survey.matched, survey.matched.on_any
        on_lists = several(len(deaths.lists), "list")
        lines = [f"Survey: {several(len(deaths), 'death')} looked up on {on_lists}"]
        for name, on in zip(deaths.lists, deaths.on.T, strict=True):
            lines.append(f"  {name}: {int((on == 1).sum()):,} of {int((on >= 0).sum()):,}")
        return [*lines, f"  on none of them: {int((some == 0).sum()):,}"]
    studies = several(len(survey.sources), "study", "studies")
    lines = [f"Survey: {several(len(survey.rows), 'published estimate')} of {studies}"]
    return lines + [f"  {row.source}: {row.quantity!s}" for row in survey.rows]
