"""LinkageModel: which records of several lists are one person."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from math import prod
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import InputError, UsageError
from casualty_est.linkage.answers import read_labels
from casualty_est.linkage.prior import UNLABELLED, labelled
from casualty_est.linkage.records import Columns, Records
from casualty_est.linkage.scores.blocking import written
from casualty_est.linkage.scores.engines import Engine, engine_of
from casualty_est.linkage.scores.pairs import Pairs
from casualty_est.linkage.sealed import Sealed
from casualty_est.linkage.small import FEWEST, check_fewest
from casualty_est.result.call import check_counts, settle_seed
from casualty_est.result.call import progress_bar as show_progress
from casualty_est.tables.checks import offered
from casualty_est.wording.language import Noted, stored
from casualty_est.wording.numbers import several
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from casualty_est.linkage.linkage import Linkage

Ints = npt.NDArray[np.int64]
__all__ = ["LinkageModel"]


class LinkageModel(Sealed):
    """Which records of several lists are one person, with how sure that is.

    Fields of two records are compared and weighed (by Splink, in memory); a person answers some
    records, which calibrates the weights; and a sampler draws partitions of all records into
    people. Nothing is compared in the constructor.

    Parameters
    ----------
    records : Records
        The lists.
    rules : sequence of sequence of str, optional
        Blocking rules: fields that two records must share to be compared, as in
        ``[("given", "family"), ("family", "age")]``. By default every pair of up to 5,000 records
        is compared, and pairs that share one of several combinations of fields of more.
    kappa : float
        How the scores of the pairs of one cluster add up: 1 gives a cluster of k records the
        evidence of k - 1 pairs, 0 that of all its pairs, which counts it several times.
    alpha : float
        Concentration of the Dirichlet prior over the lists that a person is on.
    seed : int
        Seed of the random pairs that teach Splink how often strangers agree.
    spark : pyspark.sql.SparkSession, optional
        Where records are compared instead of in this process, by the same settings. The names then
        leave this process: see the page on their safety.

    Raises
    ------
    UsageError
        If a setting is out of range.

    References
    ----------
    Fellegi and Sunter 1969, doi 10.1080/01621459.1969.10501049; Aleshin-Guendel and Sadinle 2023,
    doi 10.1080/01621459.2021.2013242, on the prior of partitions; Sadinle 2018, arXiv 1812.09590,
    on averaging over linkages.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"id": ["1", "2", "3"], "list": ["A", "B", "B"]})
    >>> pairs = pd.DataFrame({"record_a": ["1"], "record_b": ["2"], "probability": [0.9]})
    >>> LinkageModel.from_scores(people, pairs).fit(seed=1, draws=100).lists
    ('A', 'B')
    """

    __slots__ = ("_engine", "_keys", "_list_of", "_pairs", "_records", "_strata", "by", "lists",
                 "notes", "settings", "unique_in")  # fmt: skip

    lists: tuple[str, ...]
    by: tuple[str, ...]
    unique_in: tuple[str, ...]
    notes: tuple[Noted, ...]
    settings: dict[str, Any]
    _records: Records | None
    _keys: tuple[str, ...]
    _list_of: Ints
    _strata: tuple[tuple[str, ...], ...]
    _pairs: Pairs | None
    _engine: Engine

    def __init__(
        self,
        records: Records,
        *,
        rules: Sequence[Sequence[str]] | None = None,
        kappa: float = 1.0,
        alpha: float = 1.0,
        seed: int = 1,
        spark: Any = None,
    ) -> None:
        if not isinstance(records, Records):
            msg = f"a linkage model takes ce.Records, not a {type(records).__name__}"
            raise UsageError(msg)
        content = records._content
        self._engine = engine_of(spark)
        self._records, self._pairs = records, None
        self._keys, self._list_of, self._strata = content.keys, content.list_of, content.strata
        self.lists, self.by, self.unique_in = records.lists, records.by, records.unique_in
        self.notes = records.warnings
        self.settings = {"rules": written(rules), "seed of pairs": settle_seed(seed)}
        self._set(kappa, alpha)

    @classmethod
    def from_scores(
        cls,
        records: Any,
        pairs: Any,
        *,
        unique_in: Columns = (),
        by: Columns = (),
        unscored: str = "against",
        kappa: float = 1.0,
        alpha: float = 1.0,
    ) -> LinkageModel:
        """Take scored pairs from elsewhere: no names are needed.

        Parameters
        ----------
        records : dataframe or path
            Columns ``id`` and ``list``, and those of `by`.
        pairs : dataframe or path
            Columns ``record_a``, ``record_b``, and either ``probability`` (that both are one
            person, all else unknown) or ``weight`` (log of how much likelier the comparison is if
            they are; the prior of the partition then says how common links are). A column
            ``kin`` may mark with 1 pairs whose family agrees. ``probability_low`` and
            ``probability_high`` may state a 95% interval, as experts or a score give it: pairs
            with the same three numbers err together, and are taken as they are.
        unscored : {"against", "unknown"}
            What a pair without a score says. ``against``: it was compared and is weaker than all
            that are given, as of a program that keeps pairs above a threshold. ``unknown``:
            nothing, as of experts who compare a record with one other of its person only.
        unique_in, by, kappa, alpha
            As in `Records` and `LinkageModel`.

        Returns
        -------
        LinkageModel

        Raises
        ------
        UsageError, InputError
            If a table breaks a rule.
        """
        from casualty_est.linkage.scores.given import read_any, read_pairs

        table = read_any(records, "records")
        model = cls.__new__(cls)
        model.by = (by,) if isinstance(by, str) else tuple(by)
        model.unique_in = (unique_in,) if isinstance(unique_in, str) else tuple(unique_in)
        for column in ("id", "list", *model.by):
            if column not in table.columns:
                # Without a known column the first line may be a record, and its id a name.
                header = {"id", "list"} & set(table.columns)
                said = offered(column, table.columns) if header else "The first line names columns"
                msg = f"records: there is no column {column!r}. {said}"
                raise UsageError(msg)
        model._records = None
        model._keys = table.column("id")
        twice = (
            {key for key in model._keys if model._keys.count(key) > 1}
            if _repeats(model._keys)
            else set()
        )
        if twice:
            raise InputError(
                [
                    table.problem(row, "the id stands twice: an id is of one record", "id")
                    for row, key in enumerate(model._keys)
                    if key in twice
                ],
                table.name,
            )
        names = table.column("list")
        model.lists = tuple(dict.fromkeys(names))
        strange = [name for name in model.unique_in if name not in model.lists]
        if strange:
            msg = f"unique_in: there is no list {strange[0]!r}. {offered(strange[0], model.lists)}"
            raise UsageError(msg)
        if len(model.lists) < 2:
            msg = "there is one list only, and overlap needs two: column 'list' says which"
            raise UsageError(msg)
        model._list_of = np.array([model.lists.index(name) for name in names], dtype=np.int64)
        columns = [table.column(column) for column in model.by]
        model._strata = tuple(zip(*columns, strict=True)) if columns else ((),) * len(table)
        if unscored not in ("against", "unknown"):
            msg = f"unscored must be 'against' or 'unknown', not {unscored!r}"
            raise UsageError(msg)
        given = read_pairs(pairs, model._keys)
        model._pairs = given._replace(unknown=unscored == "unknown")
        unused = [c for c in table.columns if c not in ("id", "list", *model.by)]
        text = stored("note", "records: not used: {columns}", columns=", ".join(map(repr, unused)))
        model.notes = (("unknown_columns", text),) if unused else ()
        model.settings = {"pairs": "given", "unscored": unscored, "probabilities": given.stated}
        model._set(kappa, alpha)
        return model

    def _set(self, kappa: float, alpha: float) -> None:
        for name, value, low, high in (("kappa", kappa, 0.0, 2.0), ("alpha", alpha, 1e-3, 1e3)):
            if not isinstance(value, Real) or not low <= value <= high:
                msg = f"{name} must lie between {low:g} and {high:g}, not {value!r}"
                raise UsageError(msg)
        if len(self.lists) > MOST_LISTS:
            msg = f"{len(self.lists)} lists are more than {MOST_LISTS}: merge some of them"
            raise UsageError(msg)
        columns = [{row[k] for row in self._strata} | {""} for k in range(len(self.by))]
        strata = prod(map(len, columns))
        if strata << len(self.lists) > MOST_CELLS:
            msg = (
                f"by: {listed(self.by)} make up to {strata:,} strata, too many for "
                f"{len(self.lists)} lists: name fewer columns, or columns with fewer values"
            )
            raise UsageError(msg)
        self.settings |= {"kappa": float(kappa), "alpha": float(alpha), "by": list(self.by)}
        self.settings |= {"unique_in": list(self.unique_in)}

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._list_of)

    def pairs(self) -> Pairs:
        """Compare the records, the first time it is called.

        Returns
        -------
        Pairs
            Candidate pairs by the positions of their records, and their weights.
        """
        if self._pairs is None:
            from casualty_est.linkage.scores.splink_scores import score

            assert self._records is not None
            self._pairs = score(
                self._records._content,
                seed=self.settings["seed of pairs"],
                rules=self.settings["rules"],
                unique_in=self.unique_in,
                engine=self._engine,
            )
        return self._pairs

    def check_labels(self, labels: Any) -> None:
        """Raise what is wrong with answers, before any pair is compared.

        Parameters
        ----------
        labels : dataframe or path, or a list of them
            As in `fit`.

        Raises
        ------
        UsageError, InputError
            If there is no such file, or the labels contradict the records or each other.
        """
        read_labels(labels, self._keys)

    def review(self, path: str | os.PathLike[str], *, records: int = 100, seed: int = 1) -> Path:
        """Write the page on which a person answers records: the one place where names appear.

        Parameters
        ----------
        path : path
            The page, which works without a network. Its button saves ``labels.csv``.
        records : int
            How many records it asks for.
        seed : int
            Seed of the choice of records.

        Returns
        -------
        Path

        Raises
        ------
        UsageError
            If the model has scores only, or the file cannot be written.
        """
        from casualty_est.linkage.review.page import write

        if self._records is None:
            msg = "this model has scores and no names, so there is nothing to show to a reviewer"
            raise UsageError(msg)
        (records,) = check_counts(records=records)
        return write(path, self._records._content, self.pairs(), records, settle_seed(seed))

    def fit(
        self,
        *,
        labels: Any = None,
        seed: int | None = None,
        draws: int = 1000,
        between: int = 5,
        burn: int = 200,
        smallest_stratum: int = FEWEST,
        progress_bar: bool | None = None,
    ) -> Linkage:
        """Draw partitions of the records into people.

        Parameters
        ----------
        labels : dataframe or path, or a list of them, optional
            Answers of reviewers: ``record``, ``candidate`` (an id or ``none``; several rows where
            several match), and perhaps ``found_outside`` (1 where the match was none of the
            candidates, 0 where the lists were searched and it was not), ``at_random`` (0 where the
            record was asked because it teaches most) and ``reviewer``. Without them the scores are
            taken nearly as they are, and every result says so.
        seed : int, optional
            Seed; None draws one and records it.
        draws : int
            Partitions that are kept, of both chains together.
        between, burn : int
            Sweeps from one kept partition to the next, and before the first.
        smallest_stratum : int
            Strata in which fewer people may be (the lower end of the 95% interval) are merged, from
            the last column of `by` on, so that no stratum points to a person; 1 keeps them all.
        progress_bar : bool, optional
            Show progress on standard error; None shows it where that is a terminal.

        Returns
        -------
        Linkage
            Counts only: people by the lists they are on, draw by draw.

        Raises
        ------
        UsageError, InputError
            If a number is out of range or the labels contradict the records or each other.
        """
        from casualty_est.linkage.fitting import fit

        draws, between, burn = check_counts(draws=draws, between=between, burn=burn)
        check_fewest(smallest_stratum)
        length = (draws, between, burn)
        with show_progress(progress_bar) as report:
            return fit(self, labels, settle_seed(seed), length, report, smallest_stratum)

    def __repr__(self) -> str:
        """Write what is compared and assumed, and no record."""
        sizes = np.bincount(self._list_of, minlength=len(self.lists))
        lines = [f"Linkage model: {len(self):,} records on {len(self.lists)} lists"]
        for name, size in zip(self.lists, sizes, strict=True):
            alone = ", nobody twice" if name in self.unique_in else ""
            lines.append(f"  {name}: {several(int(size), 'record')}{alone}")
        if self._records is not None:
            lines.append(f"  compared by {listed(self._records.fields)}")
        if self._pairs is not None:
            lines += _compared(self._pairs)
        lines += ["", "Priors"]
        if self.settings.get("probabilities"):
            lines.append("  none of the partition: the probabilities that were given hold it")
        else:
            lines.append("  people: p(n) proportional to 1 / n")
            lines.append(f"  which lists hold a person: Dirichlet, {self.settings['alpha']:g} each")
            lines.append("  further records of a person on a list: gamma, mean 0.2, sd 0.2")
        lines.append("  log odds of a pair: a + b weight + c [the family agrees]")
        lines.append("    + d log(candidates of its records)")
        answered = labelled(stated=bool(self.settings.get("probabilities")))
        lines += [f"    with labels, {line}" for line in answered.text()]
        if self._pairs is not None and self._pairs.doubt is not None:
            lines.append("    without, each class of scores as its interval says, together")
        else:
            lines += [f"    without, {line}" for line in UNLABELLED.text()]
        if self._pairs is not None and not self._pairs.everything:
            lines.append("  links that no rule could see: what two sets of rules say; where a")
            lines.append("    reviewer searched the lists, that or flat, each with one half")
        return "\n".join([*lines, *(f"Note: {text}." for _, text in self.notes)])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


MOST_LISTS = 12
MOST_CELLS = 50_000  # strata times histories, of which each draw has a count


def _repeats(keys: Sequence[str]) -> bool:
    return any(a == b for a, b in pairwise(sorted(keys)))


def _compared(pairs: Pairs) -> list[str]:
    head = f"  {len(pairs.i):,} candidate pairs"
    if pairs.everything:
        return [f"{head}: every pair was compared" if len(pairs.rules) else f"{head}, as given"]
    return [f"{head}, which share", *(f"    {rule.replace('+', ', ')}" for rule in pairs.rules)]
