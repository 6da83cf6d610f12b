"""Capture histories: which lists hold which people, counted and validated."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from html import escape
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from casualty_est.errors import Problem, UsageError
from casualty_est.lists.table.described import lines_of, size_of
from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.long import read_long
from casualty_est.lists.table.overlaps import Overlaps, read_overlaps
from casualty_est.lists.table.pair import pair
from casualty_est.lists.table.read import Columns, columns_of, must_exist, read_wide
from casualty_est.lists.table.strata import Inactive, Parsed, Stratum, sealed
from casualty_est.lists.table.traits import Bits, Traits
from casualty_est.tables.read import read_table, table_from
from casualty_est.wording.language import Noted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from casualty_est.plots import Look

__all__ = ["CaptureHistories", "Stratum"]


@dataclass(frozen=True, init=False, repr=False, eq=False, slots=True)
class CaptureHistories:
    """A validated, immutable table of who is on which lists, in counts.

    Parameters
    ----------
    data : dataframe
        One column of 0 and 1 per list (TRUE and FALSE, yes and no, x or 1 and blank are read too),
        and a column with the number of people of each row; without it every row is one person. A
        blank cell beside zeros means that the list was not at work in that stratum, which is not
        the same as holding nobody there.
    lists : sequence of str, optional
        The columns that are lists; all 0/1 columns by default. Where they are named, other columns
        are not used, and any mark beside blanks counts as 1. ``in_*`` is all columns that begin so.
    count : str
        The column with the number of people; ``Freq``, ``n`` and other usual names are known.
    by : sequence of str
        Columns that divide the table into strata, each estimated by itself.
    inactive : mapping of str to sequence of mapping, optional
        Strata in which a list was not at work, as in ``{"HRW": [{"month": "1999-03"}]}``.
    name : str, optional
        How messages and reports call the table.
    covariates : sequence of str
        Columns that say what people are (age, sex, month, place), by which lists may differ in
        reach: `ListModel` then fits the family ``covariates``. A column of more than eight numbers
        enters in eight bands of about equally many people; any other has at most 40 values. A blank
        value is estimated from the person's lists and other covariates, and nobody is dropped.

    Attributes
    ----------
    lists : tuple of str
        Names of the lists.
    by : tuple of str
        Columns of the strata.
    strata : tuple of Stratum
        Labels, histories and lists not at work of each stratum; one without labels where the table
        is not divided.
    warnings : tuple of (code, text)
        ``similar_names``, ``empty_list``, ``empty_stratum``, ``repeated``, ``default``,
        ``unused``, ``nobody``, ``covariate``.
    name : str or None
        Name of the file, without its folder.

    Raises
    ------
    UsageError
        If a named column does not exist, or there are fewer than 2 or more than 40 lists.
    InputError
        If the table breaks a rule; every problem is listed with its line and column. Where no lists
        are named, a column that is neither list, count nor stratum is one; so is a column of 0 and
        1 that looks like a property of people, and a number of people on no list.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"A": [1, 0, 1], "B": [0, 1, 1], "count": [30, 40, 10]})
    >>> CaptureHistories(cells).people
    80
    """

    lists: tuple[str, ...]
    by: tuple[str, ...]
    strata: tuple[Stratum, ...]
    warnings: tuple[Noted, ...]
    name: str | None

    def __init__(
        self,
        data: object,
        *,
        lists: Columns | None = None,
        count: str = "count",
        by: Columns = (),
        inactive: Inactive | None = None,
        name: str | None = None,
        covariates: Columns = (),
    ) -> None:
        named: dict[str, Any] = {"lists": lists, "count": count, "by": by, "inactive": inactive}
        self._fill(read_wide(table_from(data, name), [], covariates=covariates, **named))

    @classmethod
    def read(
        cls,
        path: str | os.PathLike[str],
        *,
        lists: Columns | None = None,
        count: str = "count",
        by: Columns = (),
        inactive: Inactive | None = None,
        covariates: Columns = (),
    ) -> CaptureHistories:
        r"""Read a CSV, TSV or parquet file with one 0/1 column per list.

        Parameters
        ----------
        path : str or path-like
            UTF-8 file ending in ``.csv`` or ``.tsv``, or a ``.parquet`` file.
        lists, count, by, inactive, covariates
            As in `CaptureHistories`.

        Returns
        -------
        CaptureHistories

        Raises
        ------
        UsageError
            If there is no such file or column.
        InputError
            If the table breaks a rule; every problem is listed.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "lists.csv"
        >>> _ = path.write_text("A,B,count\n1,0,30\n0,1,40\n1,1,10\n", encoding="utf-8")
        >>> CaptureHistories.read(path).lists
        ('A', 'B')
        """
        problems: list[Problem] = []
        named: dict[str, Any] = {"lists": lists, "count": count, "by": by, "inactive": inactive}
        table = read_table(path, problems=problems)
        return cls._of(read_wide(table, problems, covariates=covariates, **named))

    @classmethod
    def read_replicates(
        cls,
        path: str | os.PathLike[str],
        *,
        replicate: str,
        lists: Columns | None = None,
        count: str = "count",
        by: Columns = (),
        covariates: Columns = (),
    ) -> tuple[CaptureHistories, ...]:
        r"""Read several tables from one file, in which a column says which row belongs to which.

        Replicates are the same people after several runs of linkage or imputation of what is
        missing; `ListModel` takes them and mixes its answers draw by draw.

        Parameters
        ----------
        path : str or path-like
            As in `read`.
        replicate : str
            The column that numbers or names the replicate.
        lists, count, by, covariates
            As in `CaptureHistories`.

        Returns
        -------
        tuple of CaptureHistories
            In the order in which numbers, or else texts, are sorted.

        Raises
        ------
        UsageError, InputError
            As in `read`.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "lists.csv"
        >>> text = "A,B,count,run\n1,0,30,1\n0,1,9,1\n1,1,4,1\n1,0,31,2\n0,1,9,2\n1,1,5,2\n"
        >>> _ = path.write_text(text, encoding="utf-8")
        >>> [table.people for table in CaptureHistories.read_replicates(path, replicate="run")]
        [43, 45]
        """
        problems: list[Problem] = []
        table = read_table(path, problems=problems)
        must_exist(table, [replicate], "replicate")
        labels_by = (replicate, *columns_of(by))
        named: dict[str, Any] = {"lists": lists, "count": count, "covariates": covariates}
        whole = cls._of(read_wide(table, problems, by=labels_by, **named))
        tables: dict[str, list[Stratum]] = {}
        for stratum in whole.strata:
            (_, value), *labels = stratum.labels
            own = Stratum(tuple(labels), stratum.table, stratum.inactive)
            tables.setdefault(value, []).append(own)
        names = sorted(tables, key=lambda text: (not text.isdigit(), len(text), text))
        # What the file says as a whole is said once.
        warnings = [whole.warnings, *[()] * (len(names) - 1)]
        return tuple(
            cls._of(Parsed(whole.lists, whole.by[1:], tuple(tables[name]), said, whole.name))
            for name, said in zip(names, warnings, strict=True)
        )

    @classmethod
    def from_long(
        cls,
        data: object,
        *,
        person: str = "person",
        list_column: str = "list",
        by: Columns = (),
        inactive: Inactive | None = None,
        name: str | None = None,
        covariates: Columns = (),
    ) -> CaptureHistories:
        """Read a table with one row per person and list.

        Identifiers are counted and never stored, printed or written. A row that repeats another
        one counts once, with a warning.

        Parameters
        ----------
        data : dataframe, str or path-like
            The table, or its file.
        person, list_column : str
            Columns with the person's identifier and the name of the list.
        by, inactive
            As in `CaptureHistories`.
        name : str, optional
            How messages call the table; a file has its own name by default.
        covariates : sequence of str
            As in `CaptureHistories`. A person has the value that his or her rows give, and none
            where they contradict each other; a note says how many do.

        Returns
        -------
        CaptureHistories

        Raises
        ------
        UsageError
            If a column does not exist or is named for two purposes.
        InputError
            If a cell is blank, a person is in two strata, or a column has no meaning.

        Examples
        --------
        >>> import pandas as pd
        >>> rows = pd.DataFrame({"person": [1, 1, 2, 3], "list": ["A", "B", "A", "B"]})
        >>> CaptureHistories.from_long(rows).people
        3
        """
        problems: list[Problem] = []
        path = isinstance(data, str | os.PathLike)
        table = read_table(Path(str(data)), problems=problems) if path else table_from(data, name)
        named: dict[str, Any] = {"person": person, "list_column": list_column, "by": by}
        parsed = read_long(table, problems, inactive=inactive, covariates=covariates, **named)
        return cls._of(replace(parsed, name=name or parsed.name))

    @classmethod
    def from_overlaps(
        cls,
        overlaps: Overlaps | Any,
        *,
        exact: bool = True,
        name: str | None = None,
        lists: Sequence[str] | None = None,
    ) -> CaptureHistories:
        """Build the table from counts of the overlaps of lists.

        Parameters
        ----------
        overlaps : mapping, dataframe or array
            Number of people by lists: ``{"A": 30, "A&B": 10}`` or ``{("A", "B"): 10}``, or by
            histories, one digit for each list: ``{"10": 30, "11": 10}``. Two lists
            may also come as a symmetric matrix with the sizes of the lists on its diagonal, which
            is always read as people on at least these lists.
        exact : bool
            Whether a count is of people on exactly these lists; if not, it is of people on at
            least these, and every overlap must be given that smaller ones do not show to be empty.
        name : str, optional
            How messages call the table.
        lists : sequence of str, optional
            Names of the lists, where the keys are histories of 0 and 1.

        Returns
        -------
        CaptureHistories

        Raises
        ------
        UsageError
            If a count is not a whole number, a combination is there twice, for people on at least
            these lists one is missing or the counts contradict each other, or for a matrix of
            three lists or more, which does not say who is on three.

        Examples
        --------
        >>> CaptureHistories.from_overlaps({"A": 40, "B": 50, "A&B": 10}, exact=False).people
        80
        """
        return cls._of(read_overlaps(overlaps, exact=exact, name=name, lists=lists))

    @classmethod
    def _of(cls, parsed: Parsed) -> CaptureHistories:
        histories = cls.__new__(cls)
        histories._fill(parsed)
        return histories

    def _fill(self, parsed: Parsed) -> None:
        for part in fields(Parsed):
            # The class is frozen; this is the one place that may write.
            object.__setattr__(self, part.name, getattr(parsed, part.name))

    def __len__(self) -> int:
        """Return the number of strata."""
        return len(self.strata)

    @property
    def people(self) -> int:
        """Number of people on at least one list, in all strata."""
        return sum(stratum.table.people for stratum in self.strata)

    @property
    def covariates(self) -> tuple[str, ...]:
        """Columns that say what people are."""
        traits = self.strata[0].table.traits
        return () if traits is None else tuple(one.name for one in traits.covariates)

    def pooled(self) -> Stratum:
        """Merge all strata into one.

        Returns
        -------
        Stratum
            All people, without labels. A list that was not at work somewhere counts as not holding
            the people there.
        """
        if not self.by:
            return self.strata[0]
        tables = [stratum.table for stratum in self.strata]
        rows = np.vstack([self._wide(table, table.histories) for table in tables])
        counts = np.concatenate([table.counts for table in tables])
        whole = HistoryTable.of(self.lists, rows, counts)
        several = [(table, table.traits) for table in tables if table.traits is not None]
        if several:
            traits = Traits.of(
                several[0][1].covariates,
                np.vstack([self._wide(table, own.histories) for table, own in several]),
                np.vstack([own.values for _, own in several]),
                np.concatenate([own.counts for _, own in several]),
            )
            whole = replace(whole, traits=traits)
        return Stratum((), sealed(whole))

    def _wide(self, table: HistoryTable, histories: Bits) -> Bits:
        """Histories over the lists of one stratum, written over all lists."""
        wide = np.zeros((len(histories), len(self.lists)), dtype=np.uint8)
        wide[:, [self.lists.index(name) for name in table.lists]] = histories
        return wide

    def summary(self) -> pd.DataFrame:
        """Size of every list.

        Returns
        -------
        pandas.DataFrame
            ``list``, ``people`` on it, ``share`` of all listed people, ``only_here`` (people on no
            other list), ``strata`` in which it was at work.
        """
        import pandas as pd

        table = self.pooled().table
        rows = [
            {
                "list": name,
                "people": int(table.sizes[j]),
                "share": float(table.sizes[j] / table.people),
                "only_here": int(table.only_here[j]),
                "strata": sum(name in stratum.table.lists for stratum in self.strata),
            }
            for j, name in enumerate(table.lists)
        ]
        return pd.DataFrame(rows)

    def pairs(self) -> pd.DataFrame:
        """Overlap of every pair of lists, by stratum.

        Returns
        -------
        pandas.DataFrame
            Columns of the strata; ``list_a``, ``list_b``, their sizes, ``shared`` people;
            ``lincoln_petersen`` (size_a size_b / shared, missing where nobody is shared) and
            ``chapman`` ((size_a + 1)(size_b + 1) / (shared + 1) - 1), what the pair alone would
            say if its lists were independent; ``odds_ratio``, of being on both, among the people
            on at least one other list, with one half added to every cell (missing for two lists):
            above 1 the lists share more people than chance; ``nested``: one lies inside the other.
        """
        import pandas as pd

        rows = [
            {**dict(stratum.labels), **pair(stratum.table, a, b)}
            for stratum in self.strata
            for a, b in combinations(range(len(stratum.table.lists)), 2)
        ]
        return pd.DataFrame(rows)

    def plot(self, *, stratum: int | None = None, **look: Unpack[Look]) -> Figure:
        """Draw the overlaps: how many people are on exactly which lists.

        Parameters
        ----------
        stratum : int, optional
            A stratum, from 0; all together by default.
        **look
            How it looks, as in `Plots.total`.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        UsageError
            If there is no such stratum.
        """
        if stratum is not None and not 0 <= stratum < len(self):
            msg = f"stratum must be one of the {len(self)} strata, from 0, not {stratum!r}"
            raise UsageError(msg)
        from casualty_est.lists.plots.overlaps import picture
        from casualty_est.plots.style import drawn

        chosen = self.pooled() if stratum is None else self.strata[stratum]
        return drawn(picture, chosen.table, **look)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CaptureHistories):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        strata = tuple(
            (s.labels, s.inactive, s.table.lists, s.table.histories.tobytes(), (*s.table.counts,))
            for s in self.strata
        )
        every = [s.table.traits for s in self.strata]
        traits = tuple(
            (t.covariates, t.histories.tobytes(), t.values.tobytes(), t.counts.tobytes())
            for t in every
            if t is not None
        )
        return (self.lists, self.by, strata, traits)

    def __repr__(self) -> str:
        """Write the size of the table and of its lists."""
        return "\n".join([f"CaptureHistories: {size_of(self)}", *map("  ".__add__, lines_of(self))])

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(line)}</li>" for line in lines_of(self))
        return f"<p>CaptureHistories: {escape(size_of(self))}</p><ul>{items}</ul>"
