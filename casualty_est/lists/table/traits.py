"""What is known of listed people beside their lists: age, sex, month, place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.bool_]

UNKNOWN = -1  # the value of a person for whom it is blank
MOST_GROUPS = 4  # bands of a number that a result tells apart


@dataclass(frozen=True, slots=True)
class Covariate:
    """One property of people, and its values.

    Parameters
    ----------
    name : str
        The column.
    values : tuple of str
        Categories, or bands of a number from the lowest, as in ``18 to 25``.
    middles : tuple of float
        The mean of the number in each band; empty where the values are categories.
    ends : tuple of (float, float)
        The smallest and the largest number in each band.
    """

    name: str
    values: tuple[str, ...]
    middles: tuple[float, ...] = ()
    ends: tuple[tuple[float, float], ...] = ()

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """Values that a result counts as one: of many bands of a number two neighbours each."""
        count = len(self.values)
        if not self.middles or count <= MOST_GROUPS:
            return tuple((v,) for v in range(count))
        return tuple(tuple(range(v, min(v + 2, count))) for v in range(0, count, 2))

    @property
    def labels(self) -> tuple[str, ...]:
        """What a result calls the groups."""
        if not self.ends:
            return self.values
        return tuple(band_text(self.ends[one[0]][0], self.ends[one[-1]][1]) for one in self.groups)


def band_text(low: float, high: float) -> str:
    """A band of numbers, such as ``18 to 25``."""
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """How many listed people have which history and which values.

    Parameters
    ----------
    covariates : tuple of Covariate
        The properties.
    histories : ndarray of uint8, shape (row, list)
        1 where the list holds the people of the row; rows differ from each other.
    values : ndarray of int64, shape (row, covariate)
        Which value they have, `UNKNOWN` where that is blank.
    counts : ndarray of int64, shape (row,)
        People of the row, above 0.
    """

    covariates: tuple[Covariate, ...]
    histories: Bits
    values: Ints
    counts: Ints

    @classmethod
    def of(
        cls,
        covariates: Sequence[Covariate],
        histories: npt.ArrayLike,
        values: npt.ArrayLike,
        counts: npt.ArrayLike,
    ) -> Traits:
        """Add up equal rows, and leave out whoever is on no list."""
        people = np.asarray(counts, dtype=np.int64)
        bits = np.asarray(histories, dtype=np.int64).reshape(len(people), -1)
        codes = np.asarray(values, dtype=np.int64).reshape(len(people), len(covariates))
        kept = bits.any(axis=1) & (people > 0)
        every = np.hstack([bits, codes])[kept]
        rows, where = np.unique(every, axis=0, return_inverse=True)
        sums = np.zeros(len(rows), dtype=np.int64)
        np.add.at(sums, where.ravel(), people[kept])
        cut = bits.shape[1]
        sealed = rows[:, :cut].astype(np.uint8), np.ascontiguousarray(rows[:, cut:]), sums
        for part in sealed:
            part.flags.writeable = False
        return cls(tuple(covariates), *sealed)

    def over(self, lists: Sequence[int], rows: Rows | None = None) -> Traits:
        """The same people, or those of some rows, as some of the lists see them."""
        here = np.ones(len(self.counts), dtype=bool) if rows is None else rows
        bits = self.histories[here][:, list(lists)]
        return Traits.of(self.covariates, bits, self.values[here], self.counts[here])

    @property
    def open(self) -> Ints:
        """People whose value is blank, by covariate."""
        blank: Ints = (self.values == UNKNOWN).T.astype(np.int64) @ self.counts
        return blank
