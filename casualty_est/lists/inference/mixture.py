"""Mixtures of independent lists, in the form that compiled code reads.

Latent classes and visibility are both sums over components (a class, a node of the integral) inside
which lists are independent; with one pair of lists that interacts besides, its factor is the same
in every component. So a history has the chance sum_k w_k prod_j p_kj^x_j (1 - p_kj)^(1 - x_j),
and the products come from tables over blocks of lists: a few multiplications a history, however
many lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.member import Member
from casualty_est.lists.inference.mixture_kernel import BLOCK

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One member over one table, in the form that compiled code reads.

    first (block + 1,): First list of each block.
    index (block, history): Which product of a block a history takes.
    counts (history,): People with each history.
    precisions (4,): Of the grand mean, of lists, of classes, and of a class's own in a list.
    constant: Constant of the log prior.
    """

    kind: int
    components: int
    lists: int
    pair: tuple[int, int]
    first: Ints
    index: Ints
    counts: Array
    both: float
    precisions: Array
    constant: float

    def arguments(self) -> tuple[Any, ...]:
        """All of it, in the order of the compiled functions."""
        return (
            self.kind,
            self.components,
            self.lists,
            self.pair[0],
            self.pair[1],
            self.first,
            self.index,
            self.counts,
            self.both,
            self.precisions,
            self.constant,
        )


def compiled(member: Member, counts: Array) -> Compiled | None:
    """Prepare a member for the compiled functions.

    counts (history,): People with each history.
    """
    form = member.mixture
    if form is None:
        return None
    lists = member.n_lists
    blocks = -(-lists // BLOCK)
    first = np.linspace(0, lists, blocks + 1).round().astype(np.int64)
    bits = member.histories.astype(np.int64)
    parts = [bits[:, start:end] @ (1 << np.arange(end - start)) for start, end in pairwise(first)]
    index = np.ascontiguousarray(np.vstack(parts), dtype=np.int64)
    counts = np.ascontiguousarray(counts, dtype=float)
    pair = form.pair or (-1, -1)
    both = float(counts @ (bits[:, pair[0]] * bits[:, pair[1]])) if form.pair else 0.0
    return Compiled(
        form.kind,
        form.components,
        lists,
        pair,
        first,
        index,
        counts,
        both,
        form.precisions,
        form.constant,
    )
