"""Capture histories of one population: which lists hold how many of the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.table.traits import Traits

MOST_DENSE = 12  # lists up to which all 2^L histories may be written out

Bits = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class HistoryTable:
    """How many people have which capture history; nobody is on no list.

    Parameters
    ----------
    lists : tuple of str
        The lists that were at work in this population.
    histories : ndarray of uint8, shape (history, list)
        Distinct, 1 where the list names the person, in the order of sum over lists j of x_j 2^j.
    counts : ndarray of int64, shape (history,)
        People with each history, all above 0.
    traits : Traits, optional
        What is known of the same people beside their lists, where covariates were named.

    Examples
    --------
    >>> table = HistoryTable.of(("A", "B"), [[1, 0], [1, 1], [1, 0]], [3, 2, 1])
    >>> table.people, table.sizes.tolist(), table.dense().tolist()
    (6, [6, 2], [0, 4, 0, 2])
    """

    lists: tuple[str, ...]
    histories: Bits
    counts: Ints
    traits: Traits | None = None

    @classmethod
    def of(
        cls, lists: Sequence[str], histories: npt.ArrayLike, counts: npt.ArrayLike
    ) -> HistoryTable:
        """Add up equal histories, sort them, and leave out whoever is on no list.

        histories (row, list): 0 or 1.
        counts (row,): People per row.
        """
        people = np.asarray(counts, dtype=np.int64)
        bits = np.asarray(histories, dtype=np.uint8).reshape(len(people), len(lists))
        every = bits.astype(np.int64) @ (1 << np.arange(len(lists), dtype=np.int64))
        codes, where = np.unique(every, return_inverse=True)
        # Whole numbers are added as such: weights of bincount would be floats.
        sums = np.zeros(len(codes), dtype=np.int64)
        np.add.at(sums, where, people)
        kept = (codes > 0) & (sums > 0)
        rows = ((codes[kept, None] >> np.arange(len(lists))) & 1).astype(np.uint8)
        return cls(tuple(lists), rows, sums[kept])

    @property
    def people(self) -> int:
        """Number of people on at least one list."""
        return int(self.counts.sum())

    @property
    def sizes(self) -> Ints:
        """People on each list, of shape (list,)."""
        return self.counts @ self.histories.astype(np.int64)

    @property
    def only_here(self) -> Ints:
        """People on each list and on no other, of shape (list,)."""
        alone = self.histories.sum(axis=1) == 1
        people: Ints = self.counts[alone] @ self.histories[alone].astype(np.int64)
        return people

    @property
    def shared(self) -> int:
        """Number of people on two lists or more."""
        return int(self.counts[self.histories.sum(axis=1) > 1].sum())

    def dense(self) -> Ints:
        """Counts of all 2^L histories of at most twelve lists, that of no list being 0."""
        n_lists = len(self.lists)
        if n_lists > MOST_DENSE:
            msg = f"{n_lists} lists have too many histories to write out: at most {MOST_DENSE}"
            raise UsageError(msg)
        dense = np.zeros(2**n_lists, dtype=np.int64)
        dense[self.histories.astype(np.int64) @ (1 << np.arange(n_lists))] = self.counts
        return dense

    @property
    def codes(self) -> list[list[int]]:
        """Each history as sum over lists j of x_j 2^j, with its count: small, for files."""
        bits = self.histories.astype(np.int64) @ (1 << np.arange(len(self.lists)))
        return [[int(code), int(count)] for code, count in zip(bits, self.counts, strict=True)]

    @classmethod
    def of_codes(cls, lists: Sequence[str], codes: Sequence[Sequence[int]]) -> HistoryTable:
        """Read what `codes` wrote."""
        rows = np.array(codes, dtype=np.int64)
        bits = (rows[:, :1] >> np.arange(len(lists))) & 1
        return cls.of(lists, bits, rows[:, 1])

    def without(self, name: str) -> HistoryTable:
        """Leave one list out; people only on it vanish."""
        names, kept = self._others(name)
        left = HistoryTable.of(names, self.histories[:, kept], self.counts)
        return left if self.traits is None else replace(left, traits=self.traits.over(kept))

    def members_of(self, name: str) -> HistoryTable:
        """The members of one list as a population of known size, seen by the other lists."""
        names, kept = self._others(name)
        inside = self.histories[:, self.lists.index(name)] == 1
        members = HistoryTable.of(names, self.histories[np.ix_(inside, kept)], self.counts[inside])
        if self.traits is None:
            return members
        on = self.traits.histories[:, self.lists.index(name)] == 1
        return replace(members, traits=self.traits.over(kept, on))

    def _others(self, name: str) -> tuple[tuple[str, ...], list[int]]:
        """Names and places of all lists but one."""
        if name not in self.lists:
            msg = f"there is no list {name!r}. Use one of: {', '.join(self.lists)}"
            raise UsageError(msg)
        kept = [j for j, other in enumerate(self.lists) if other != name]
        return tuple(self.lists[j] for j in kept), kept
