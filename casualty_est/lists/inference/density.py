"""Densities of many parameters at once, by the quickest way that a member has."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.member import Member
from casualty_est.lists.inference import mixture_kernel
from casualty_est.lists.inference.mixture import compiled

Array = npt.NDArray[np.float64]
Densities = tuple[Array, Array, Array]

CHUNK = 4_000_000  # numbers held at once while many draws are evaluated


def densities_of(member: Member, counts: Array) -> Callable[[Array], Densities]:
    """Return the function that evaluates parameters of one member over one table.

    counts (history,): People with each history.
    """
    ready = compiled(member, counts)
    if ready is not None:
        arguments = ready.arguments()

        def by_kernel(theta: Array) -> Densities:
            rows = np.ascontiguousarray(theta, dtype=float)
            prior, likelihood, odds = mixture_kernel.densities(rows, *arguments)
            return prior, likelihood, odds

        return by_kernel

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
