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

from casualty_est.lists.inference.mixture_kernel import BLOCK, CLASSES, VISIBILITY
from casualty_est.lists.model import visibility
from casualty_est.lists.model.classes import Classes
from casualty_est.lists.model.member import LIST_SD, Member
from casualty_est.lists.model.visibility import POINTS, Visibility

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Compiled:
    """One member over one table, in the form that compiled code reads.

    Parameters
    ----------
    kind : int
        ``CLASSES`` or ``VISIBILITY``.
    components : int
        Classes, or nodes.
    lists : int
        Number of lists.
    pair : tuple of (int, int)
        Lists that interact; -1 twice where none do.
    first : ndarray of shape (block + 1,)
        First list of each block.
    index : ndarray of shape (block, history)
        Which product of a block a history takes.
    counts : ndarray of shape (history,)
        People with each history.
    both : float
        People on both lists of the pair.
    precisions : ndarray of shape (4,)
        Of the grand mean, of lists, of classes, and of a class's own in a list.
    constant : float
        Constant of the log prior.
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
    if not isinstance(member, Classes | Visibility):
        return None
    lists = member.n_lists
    blocks = -(-lists // BLOCK)
    first = np.linspace(0, lists, blocks + 1).round().astype(np.int64)
    bits = member.histories.astype(np.int64)
    parts = [bits[:, start:end] @ (1 << np.arange(end - start)) for start, end in pairwise(first)]
    index = np.ascontiguousarray(np.vstack(parts), dtype=np.int64)
    counts = np.ascontiguousarray(counts, dtype=float)
    if isinstance(member, Classes):
        precisions, constant = member.precisions, member.log_constant
        return Compiled(
            CLASSES,
            member.classes,
            lists,
            (-1, -1),
            first,
            index,
            counts,
            0.0,
            precisions,
            constant,
        )
    pair = (-1, -1) if member.pair is None else member.pair
    both = float(counts @ (bits[:, pair[0]] * bits[:, pair[1]])) if member.pair else 0.0
    constant = -(lists * np.log(LIST_SD) + np.log(visibility.LOADING_SD))
    constant -= 0.5 * np.log(2 * np.pi) * member.size
    if member.pair:
        constant -= np.log(visibility.PAIR_SD)
    return Compiled(
        VISIBILITY,
        len(POINTS),
        lists,
        pair,
        first,
        index,
        counts,
        both,
        np.zeros(4),
        float(constant),
    )
