"""Scored candidate pairs: all that the posterior over partitions knows of the records."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST = 10_000_000  # pairs
BELOW = 3.0  # nats under the smallest kept weight: what a pair gets that was never a candidate
LIMIT = 60.0  # nats


class Pairs(NamedTuple):
    """Candidate pairs of records, i < j."""

    i: Ints  # (pair,)
    j: Ints  # (pair,)
    # (pair,): log of how much likelier its fields are if it is one person; of a stated probability
    # its log odds, which hold what is known of links beforehand
    weight: Array
    kin: Bools  # (pair,): the family agrees, so that fields speak together
    shared: Ints  # (pair,): sum over blocking rules r that it meets of 2^r
    rules: tuple[str, ...]  # empty where every pair was compared, or the analyst chose
    everything: bool  # whether every pair was compared
    stated: bool = False  # whether probabilities were stated
    # Stated doubt about them: pairs of one class err together, by a normal on the log odds.
    classes: Ints | None = None  # (pair,)
    doubt: Array | None = None  # (class,): sd
    unknown: bool = False  # whether a pair without a score says nothing, or speaks against

    @property
    def other(self) -> float:
        """Weight of a pair that was never a candidate."""
        return float(self.weight.min() - BELOW) if len(self.weight) else -BELOW

    @property
    def rivals(self) -> Array:
        """Log of the number of candidates of either end, of that with more of them, (pair,)."""
        number = np.bincount(np.concatenate([self.i, self.j]))
        most: Array = np.log(np.maximum(number[self.i], number[self.j]))
        return most


def some(pairs: Pairs, here: Bools) -> Pairs:
    """Some of the pairs."""
    names = ("i", "j", "weight", "kin", "shared", *(["classes"] if pairs.doubt is not None else []))
    return pairs._replace(**{name: getattr(pairs, name)[here] for name in names})


def checked(pairs: Pairs) -> Pairs:
    """Sort the pairs, and refuse more than any step could take."""
    refuse_many(len(pairs.i))
    weight = np.clip(np.nan_to_num(pairs.weight, nan=0.0), -LIMIT, LIMIT)
    return pairs._replace(weight=weight)


def refuse_many(number: int) -> None:
    """Refuse more pairs than the memory of one computer takes."""
    if number > MOST:
        msg = f"{number:,} candidate pairs are more than {MOST:,}: leave out the weakest"
        raise UsageError(msg)


def log_odds(p: Array | float) -> Array:
    """Log odds of a probability, which is kept off 0 and 1."""
    p = np.clip(np.asarray(p, dtype=float), 1e-12, 1 - 1e-12)
    return np.asarray(np.log(p) - np.log1p(-p))
