"""Records: lists of people by name, read, checked, and kept inside this process."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.linkage.naming import read_quietly
from casualty_est.linkage.reading import Content, Source, read_sources
from casualty_est.linkage.sealed import Sealed
from casualty_est.tables.read import read_table, table_from
from casualty_est.wording.language import Noted
from casualty_est.wording.numbers import several

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Records"]

Columns = str | Sequence[str]


class Records(Sealed):
    """Lists of people by name, one record for each mention of a person.

    The object contains names: it cannot be pickled, copied, printed record by record or put into a
    result. Only `LinkageModel.review` writes names, into the one page that it is asked for.

    Parameters
    ----------
    data : dataframe, or mapping of str to dataframe
        One table with a column that says which list each record is from, or a table for each list
        by its name.
    list : str, optional
        The column with the name of the list. Without it a table is one list, named by its key.
    person : mapping of str to str, optional
        The columns that describe the person: any of ``name`` or its parts ``given``, ``father``,
        ``grandfather``, ``family``; ``age`` (years), ``date`` (of death; YYYY-MM-DD, YYYY-MM or
        YYYY), ``place``, ``sex``, ``number`` (of an identity card). Where tables call it by several
        names, ``|`` stands between them, as in ``"age|years"``. By default the columns of these and
        other usual names (``full name``, ``surname``), and a note says which.
    unique_in : sequence of str
        Lists on which nobody is twice.
    by : str or sequence of str
        Columns that divide the people into strata.
    id : str
        The column that identifies a record in its list; without it the row does.
    nameless : {"refuse", "leave out"}
        What happens to records without any name, which cannot be linked.

    Attributes
    ----------
    lists : tuple of str
        Names of the lists.
    fields : tuple of str
        What is compared.
    unique_in : tuple of str
        As given.
    by : tuple of str
        As given.
    warnings : tuple of (code, text)
        ``unknown_columns``, ``recognised``, ``nameless``, ``initials``, ``vague_age``, ``lacking``,
        and what was recognised of a file.

    Raises
    ------
    UsageError
        If a column or list does not exist, or a list is given twice.
    InputError
        If a table breaks a rule; every problem is listed with its line and column, and no cell.

    Examples
    --------
    >>> import pandas as pd
    >>> a = pd.DataFrame({"name": ["Sana Haddad", "Omar Nasser"], "age": [31, 8]})
    >>> b = pd.DataFrame({"name": ["Sanaa Hadad"], "age": [31]})
    >>> Records({"hospital": a, "survey": b})
    Records: 3 records on 2 lists, compared by name and age
      hospital: 2 records
      survey: 1 record
    """

    __slots__ = ("_content", "by", "fields", "lists", "unique_in", "warnings")

    lists: tuple[str, ...]
    fields: tuple[str, ...]
    unique_in: tuple[str, ...]
    by: tuple[str, ...]
    warnings: tuple[Noted, ...]
    _content: Content

    def __init__(
        self,
        data: Any,
        *,
        list: str | None = None,
        person: Mapping[str, str] | None = None,
        unique_in: Columns = (),
        by: Columns = (),
        id: str | None = None,
        nameless: str = "refuse",
    ) -> None:
        tables = dict(data) if isinstance(data, Mapping) else {"": data}
        sources = [
            Source(str(name), read_quietly(table_from, table, str(name)))
            for name, table in tables.items()
        ]
        self._fill(sources, list, person, unique_in, by, id, nameless)

    @classmethod
    def read(
        cls,
        *files: str | os.PathLike[str],
        list: str | None = None,
        person: Mapping[str, str] | None = None,
        unique_in: Columns = (),
        by: Columns = (),
        id: str | None = None,
        nameless: str = "refuse",
    ) -> Records:
        r"""Read CSV, TSV or parquet files.

        Parameters
        ----------
        *files : path
            One or more files. A file without the column `list` is one list, named by its stem.
        list, person, unique_in, by, id, nameless
            As in `Records`.

        Returns
        -------
        Records

        Raises
        ------
        UsageError, InputError
            As in `Records`.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (folder / "a.csv").write_text("id,name,age\n1,Sana Haddad,31\n")
        >>> _ = (folder / "b.csv").write_text("id,name,age\n7,Sana Hadad,31\n")
        >>> len(Records.read(folder / "a.csv", folder / "b.csv"))
        2
        """
        paths = [Path(file) for file in files]
        if not paths:
            msg = "give one file or more, as in Records.read('hospital.csv', 'survey.csv')"
            raise UsageError(msg)
        twice = [path for i, path in enumerate(paths) if path.resolve() in _resolved(paths[:i])]
        if twice:
            msg = f"{twice[0].name} is given twice, and a list cannot be linked to itself"
            raise UsageError(msg)
        _check_stems(paths, list)
        records = cls.__new__(cls)
        sources = [Source(path.stem, read_quietly(read_table, path)) for path in paths]
        records._fill(sources, list, person, unique_in, by, id, nameless)
        return records

    def _fill(
        self,
        sources: Sequence[Source],
        list_column: str | None,
        person: Mapping[str, str] | None,
        unique_in: Columns,
        by: Columns,
        id_column: str | None,
        nameless: str,
    ) -> None:
        if nameless not in ("refuse", "leave out"):
            msg = f"nameless must be 'refuse' or 'leave out', not {nameless!r}"
            raise UsageError(msg)
        self.by, self.unique_in = _names(by), _names(unique_in)
        self._content = read_sources(
            sources, list_column, person, self.by, id_column, leave_out=nameless == "leave out"
        )
        self.lists, self.fields = self._content.lists, self._content.fields
        self.warnings = self._content.warnings
        strange = [name for name in self.unique_in if name not in self.lists]
        if strange:
            msg = f"unique_in: there is no list {strange[0]!r}. Use one of: {', '.join(self.lists)}"
            raise UsageError(msg)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._content.list_of)

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """Records on each list, of shape (list,)."""
        return np.bincount(self._content.list_of, minlength=len(self.lists)).astype(np.int64)

    def summary(self) -> pd.DataFrame:
        """How many records each list has, and which share of them has each field.

        Returns
        -------
        pandas.DataFrame
            ``list``, ``records``, and a column for each field with a share from 0 to 1.
        """
        import pandas as pd

        rows = []
        for k, name in enumerate(self.lists):
            here = self._content.list_of == k
            shares = {field: float(self._content.has(field)[here].mean()) for field in self.fields}
            rows.append({"list": name, "records": int(here.sum()), **shares})
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        """Write numbers, and no record."""
        from casualty_est.wording.phrases import listed

        lines = [
            f"Records: {len(self):,} records on {len(self.lists)} lists, compared by "
            f"{listed(self.fields)}"
        ]
        for name, size in zip(self.lists, self.sizes, strict=True):
            alone = ", nobody twice" if name in self.unique_in else ""
            lines.append(f"  {name}: {several(size, 'record')}{alone}")
        return "\n".join(lines)


def _names(given: Columns) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _check_stems(paths: Sequence[Path], list_column: str | None) -> None:
    """Refuse files of one name: each would be a list, and they would become one."""
    stems = [path.stem for path in paths]
    twice = next((stem for at, stem in enumerate(stems) if stem in stems[:at]), None)
    if twice is not None and list_column is None:
        msg = (
            f"two files are called {twice}, and a file is a list of its own by that name: rename "
            "one, or name the column that says the list (list=, --list)"
        )
        raise UsageError(msg)


def _resolved(paths: Sequence[Path]) -> set[Path]:
    return {path.resolve() for path in paths}
