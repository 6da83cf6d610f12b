"""Claims: what each source said the number was, as published and validated."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from casualty_est.claims.table.checks import follow_aliases, validate
from casualty_est.claims.table.claim import COLUMNS, Claim, Window
from casualty_est.errors import InputError, Problem
from casualty_est.quantity.quantity import Quantity
from casualty_est.tables.frames import text_frame
from casualty_est.tables.names import recognised
from casualty_est.tables.read import Table, read_table, table_from
from casualty_est.tables.table import collector_paused
from casualty_est.wording.language import Noted
from casualty_est.wording.numbers import several

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 8


@dataclass(frozen=True, init=False, repr=False, slots=True)
class Claims:
    """A validated, immutable table of claims, every row as published.

    Parameters
    ----------
    data : dataframe
        pandas, polars, pyarrow or any other eager dataframe with the columns of a claims
        table; `source` and `quantity` are required.
    name : str, optional
        How messages and reports call the table.

    Attributes
    ----------
    rows : tuple of Claim
        Every row, in the order of the table.
    warnings : tuple of (code, text)
        What was recognised, assumed, left unread or is asked: codes ``encoding``, ``separator``,
        ``sheet``, ``merged``, ``records``, ``above_header``, ``header``, ``side_by_side``,
        ``repeated_header``, ``footnote``, ``points``, ``recognised``, ``reworded``, ``dates``,
        ``level``, ``parts``, ``role_against_group``, ``role_word``, ``part_of_group``,
        ``own_groups``, ``group_overlap``, ``several_sources``, ``several_perpetrators``,
        ``rivals``, ``reported_before_end``, ``copies``,
        ``unknown_columns``, ``default``, ``similar_names`` and ``no_counts``.
    name : str or None
        Name of the file, without its folder.
    where : str
        What `Claim.line` counts: ``"line"`` of a file or ``"row"`` of a dataframe.

    Raises
    ------
    InputError
        If the table breaks a rule; every problem is listed with its line, column and value.

    Examples
    --------
    >>> import pandas as pd
    >>> claims = Claims(pd.DataFrame({"source": ["Airwars"], "quantity": ["at least 6,047"]}))
    >>> claims.rows[0].quantity.low
    6047
    """

    rows: tuple[Claim, ...]
    warnings: tuple[Noted, ...]
    name: str | None
    where: str

    def __init__(self, data: object, name: str | None = None) -> None:
        self._read(table_from(data, name), [])

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Claims:
        r"""Read a text table, a workbook, JSON records or a parquet file.

        Common names of columns, other separators and encodings are recognised; `warnings` says
        what was.

        Parameters
        ----------
        path : str or path-like
            File ending in ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.xls``, ``.ods``,
            ``.json`` or ``.parquet``.

        Returns
        -------
        Claims
            The validated table.

        Raises
        ------
        UsageError
            If there is no such file or it has another ending.
        InputError
            If the table breaks a rule; every problem is listed.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "claims.csv"
        >>> _ = path.write_text("source,quantity\nPentagon,about 800\n", encoding="utf-8")
        >>> len(Claims.read(path))
        1
        """
        problems: list[Problem] = []
        with collector_paused():
            return cls.__new__(cls)._read(read_table(path, problems=problems), problems)

    @classmethod
    def from_rows(cls, rows: Iterable[Claim], name: str | None = None) -> Claims:
        """Build a table from claims, validated like one that was read.

        Parameters
        ----------
        rows : iterable of Claim
            The claims. Their `line` is kept if every one has it, otherwise they are numbered.
        name : str, optional
            How messages call the table.

        Returns
        -------
        Claims
            The validated table.

        Raises
        ------
        InputError
            If there are no rows, or one breaks a rule.

        Examples
        --------
        >>> Claims.from_rows([Claim("Airwars", Quantity.parse("6047"))]).sources
        ('Airwars',)
        """
        given = tuple(rows)
        if not given:
            raise InputError([Problem("the table has no rows: add one row or more")], name)
        lines = tuple(row.line for row in given if row.line is not None)
        if len(lines) < len(given):
            lines = tuple(range(1, len(given) + 1))
        cells = tuple(zip(*map(_as_text, given), strict=True))
        table = Table(name, COLUMNS, cells, lines, "row", None)
        return cls.__new__(cls)._fill(table, [], [row.quantity for row in given])

    def _read(self, table: Table, problems: list[Problem]) -> Claims:
        return self._fill(recognised(table, "claims", COLUMNS, problems, outcomes=True), problems)

    def _fill(
        self, table: Table, problems: list[Problem], quantities: list[Quantity] | None = None
    ) -> Claims:
        rows, warnings = validate(table, problems, quantities)
        values = {
            "rows": rows,
            "warnings": (*table.notes, *warnings),
            "name": table.name,
            "where": table.where,
        }
        for field, value in values.items():
            # The class is frozen; this is the one place that may write.
            object.__setattr__(self, field, value)
        return self

    def __len__(self) -> int:
        """Return the number of claims."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Claim]:
        """Iterate over the claims."""
        return iter(self.rows)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names in the column `source`, as published, in order of appearance."""
        return tuple(dict.fromkeys(row.source for row in self.rows))

    def canonical(self) -> dict[str, str]:
        """Map every name that the column `alias_of` declares to the name it stands for.

        Returns
        -------
        dict
            From alias to the end of its chain; names that are no alias are absent.

        Examples
        --------
        >>> rows = [Claim("Pentagon", Quantity.parse("about 800"), alias_of="CJTF-OIR")]
        >>> Claims.from_rows(rows).canonical()
        {'Pentagon': 'CJTF-OIR'}
        """
        step = {row.source: row.alias_of for row in self.rows if row.alias_of}
        return {name: follow_aliases(name, step)[-1] for name in step}

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a pandas DataFrame that `Claims` reads back.

        Returns
        -------
        pandas.DataFrame
            One row per claim and one column of text per column of a claims table; a missing
            cell is None.

        Examples
        --------
        >>> Claims.from_rows([Claim("A", Quantity.parse("about 800"))]).to_frame().quantity[0]
        'about 800'
        """
        return text_frame(map(_as_text, self.rows), COLUMNS)

    def __repr__(self) -> str:
        """Write the size of the table and its first claims."""
        lines = [f"Claims: {self._size()}"]
        for source, quantity, role, cell, window in map(_shown, self.rows[:_SHOWN]):
            lines.append(f"  {source}: {quantity or 'no count'} ({role}; {cell}; {window})")
        if len(self) > _SHOWN:
            lines.append(f"  and {len(self) - _SHOWN:,} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = ("source", "quantity", "role", "cell", "window")
        titles = "".join(f"<th>{title}</th>" for title in head)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _shown(row)) + "</tr>"
            for row in self.rows[: 3 * _SHOWN]
        )
        rest = len(self) - 3 * _SHOWN
        more = f"<p>and {rest:,} more</p>" if rest > 0 else ""
        return (
            f"<p>Claims: {escape(self._size())}</p><table><thead><tr>{titles}</tr></thead>"
            f"<tbody>{body}</tbody></table>{more}"
        )

    def _size(self) -> str:
        cells = len({row.cell_key for row in self.rows})
        counts = (len(self), len(self.sources), cells)
        text = ", ".join(map(several, counts, ("claim", "source", "cell")))
        return f"{text} ({self.name})" if self.name else text


# --- how a claim is written ------------------------------------------------------------


def _as_text(row: Claim) -> tuple[str, ...]:
    """Return the cells of one claim in the order of `COLUMNS`."""
    texts: dict[str, Any] = {column: getattr(row, column) or "" for column in COLUMNS}
    days = {name: texts[name].isoformat() for name in ("start", "end", "reported") if texts[name]}
    others = {"quantity": row.quantity.text, "derived_from": "; ".join(row.derived_from)}
    others["independent"] = "1" if row.independent else ""
    return tuple((texts | days | others).values())


def window_text(window: Window) -> str:
    """Write a window in words."""
    start, end = window
    if start and end:
        return f"{start} to {end}"
    if end:
        return f"up to {end}"
    return f"from {start}" if start else "no window"


def _shown(row: Claim) -> tuple[str, ...]:
    cell = ", ".join(row.cell_key)
    return (row.source, row.quantity.text, row.role or "no role", cell, window_text(row.window))
