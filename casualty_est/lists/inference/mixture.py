"""Densities of many parameters at once, by the quickest way that a member has.

Latent classes and visibility are both sums over components (a class, a node of the integral) inside
which lists are independent; with one pair of lists that interacts besides, its factor is the same
in every component. So a history has the chance sum_k w_k prod_j p_kj^x_j (1 - p_kj)^(1 - x_j),
and the products come from tables over blocks of lists: a few multiplications a history, however
many lists. Compiled code does that.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.member import Member
from casualty_est.lists.inference import mixture_kernel
from casualty_est.lists.inference.mixture_kernel import BLOCK, Form

Array = npt.NDArray[np.float64]
Densities = tuple[Array, Array, Array]

CHUNK = 4_000_000  # numbers held at once while many draws are evaluated


def densities_of(member: Member, counts: Array) -> Callable[[Array], Densities]:
    """Return the function that evaluates parameters of one member over one table."""
    ready = compiled(member, counts)
    if ready is not None:
        kernel: Callable[[Array, Form], Densities] = mixture_kernel.densities
        return lambda theta: kernel(np.ascontiguousarray(theta, dtype=float), ready)
    rows = max(1, CHUNK // max(1, 20 * len(counts)))

    def by_chunks(theta: Array) -> Densities:
        likelihood, odds = np.empty(len(theta)), np.empty(len(theta))
        for start in range(0, len(theta), rows):
            part = slice(start, start + rows)
            with np.errstate(all="ignore"):
                likelihood[part], odds[part] = member.log_likelihood(theta[part], counts)
        likelihood[~np.isfinite(likelihood)] = -np.inf
        return member.log_prior(theta), likelihood, odds

    return by_chunks


def compiled(member: Member, counts: Array) -> Form | None:
    """Prepare a member for the compiled functions, with the people of each history."""
    mixture = member.mixture
    if mixture is None:
        return None
    lists = member.n_lists
    blocks = -(-lists // BLOCK)
    first = np.linspace(0, lists, blocks + 1).round().astype(np.int64)
    bits = member.histories.astype(np.int64)
    parts = [bits[:, start:end] @ (1 << np.arange(end - start)) for start, end in pairwise(first)]
    index = np.ascontiguousarray(np.vstack(parts), dtype=np.int64)
    counts = np.ascontiguousarray(counts, dtype=float)
    one, two = mixture.pair or (-1, -1)
    both = float(counts @ (bits[:, one] * bits[:, two])) if mixture.pair else 0.0
    kind, components, precisions = mixture.kind, mixture.components, mixture.precisions
    constant = mixture.constant
    # Histories on fewer lists than there are blocks are quicker list by list.
    few = blocks > 2 and bits.sum() <= blocks * len(bits)
    ends = np.cumsum(bits.sum(axis=1)) if few else np.empty(0, dtype=np.int64)
    start = np.concatenate([[0], ends]).astype(np.int64) if few else ends
    on = np.nonzero(bits)[1].astype(np.int64)
    parts_of = (first, index, start, on, counts, both, precisions, constant, mixture.spread)
    return Form(kind, components, lists, one, two, *parts_of)
