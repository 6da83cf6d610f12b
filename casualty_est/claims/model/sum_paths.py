"""Coordinates of paths where a sum of cells is counted better than one of its parts.

A total stated month by month pins the path of a sum to a hundredth, and says little of how it is
divided. In the walks of the parts that is a curved ridge: whoever moves one part must bend the
other. So the sum's own path is a coordinate, and the path of every part but one relative to that
one. The map back to the walks of the parts shifts coordinates by functions of others and nothing
else: volumes stay, and so does the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array

Ints = npt.NDArray[np.intp]

FEWEST, MOST = 2, 5  # cells of a sum: more are pinned one by one as a rule


@dataclass(frozen=True, slots=True)
class SumPaths:
    """The parts of one sum, as positions among the profiles; the first is counted worst."""

    parts: Ints  # (part,)
    basis: Array  # (term, step)
    project: Array  # (step, term): least squares of a path on the terms and a constant
    sums: Array  # (profile, profile): what walks are of coordinates, but for a common shift
    log_days: Array  # (step,)
    followed: bool  # whether each part is stated alone, so that the mode follows the division

    def rates(self, free: Any, contrast: Any, xp: Any) -> Any:
        """Log rates of the parts against the first (part - 1,), of coordinates and contrasts.

        The contrast of two parts is nearly the log ratio of their counts where the first is small:
        what its prior speaks of, and what its path hardly moves.
        """
        if len(self.parts) > FEWEST:
            return contrast
        whole, against = (free[int(part)] for part in self.parts)
        return contrast - self._log_sum(whole, xp) + self._log_sum(whole - against, xp)

    def _log_sum(self, walk: Any, xp: Any) -> Any:
        path = xp.dot(walk, self.basis) + self.log_days
        top = path.max()
        return top + xp.log(xp.exp(path - top).sum())

    def walks(self, free: Any, rates: Any, xp: Any) -> Any:
        """Walks (profile, term) of coordinates (profile, term) and log rates against the first."""
        shift = xp.dot(self.relative(free, rates, xp), self.project)
        marked = np.zeros((len(self.sums), 1))
        marked[self.parts] = 1.0
        return xp.dot(self.sums, free) - marked * shift

    def relative(self, free: Any, rates: Any, xp: Any) -> Any:
        """Log rate of the sum in every step, (step,), relative to that of the first part."""
        others = self._others(free, rates, xp)
        top = xp.maximum(others.max(axis=0), 0.0)
        return top + xp.log(xp.exp(-top) + xp.exp(others - top).sum(axis=0))

    def _others(self, free: Any, rates: Any, xp: Any) -> Any:
        return rates[:, None] + xp.dot(free[self.parts[1:]], self.basis)

    def log_parts(self, walk: Any, rates: Any, xp: Any) -> Any:
        """Logs of the parts (part,) as shares of the sum, of walks and log rates."""
        path = xp.dot(walk[self.parts], self.basis) + self.log_days
        top = path.max(axis=1)
        inside = top + xp.log(xp.exp(path - top[:, None]).sum(axis=1))
        logs = inside + xp.concatenate([np.zeros(1), rates])
        most = logs.max()
        return logs - most - xp.log(xp.exp(logs - most).sum())

    def slopes(self, free: Array, rates: Array, of_walks: Array, of_rates: Array) -> Array:
        """Slopes (row, profile, term) in the coordinates, of those in walks and in log rates.

        of_rates: (row, profile).
        """
        others = self._others(free, rates, np)
        held = np.exp(others - self.relative(free, rates, np))
        slope = of_walks.copy()
        together = of_walks[:, self.parts].sum(axis=1)
        slope[:, self.parts[0]] = together
        for j, part in enumerate(self.parts[1:]):
            moved = self.project.T @ (held[j][:, None] * self.basis.T)
            slope[:, part] -= together @ moved
        if len(self.parts) == FEWEST:
            first, second = self.parts
            of_rate = of_rates[:, second] - together @ (self.project.T @ held[0])
            whole, rest = (self._mean(walk) for walk in (free[first], free[first] - free[second]))
            slope[:, first] += of_rate[:, None] * (rest - whole)
            slope[:, second] -= of_rate[:, None] * rest
        return slope

    def _mean(self, walk: Array) -> Array:
        """Mean of each term over the deaths of a walk: the slope of its log sum."""
        path = walk @ self.basis + self.log_days
        weight = np.exp(path - path.max())
        return np.asarray(self.basis @ weight / weight.sum())


def sum_paths(
    basis: Array, days: npt.NDArray[np.int_], profiles: int, counted: list[tuple[Ints, int]]
) -> SumPaths | None:
    """Coordinates for the sum that is counted better than one of its parts, if there is one.

    counted: for every label its positions among the profiles, and how many claims speak of it.
    """
    if not len(basis) or not FEWEST <= profiles <= MOST:
        return None
    alone = np.zeros(profiles)
    for label, claims in counted:
        if len(label) == 1:
            alone[label[0]] += claims
    sums = [(claims, len(label), label) for label, claims in counted if len(label) >= FEWEST]
    if not sums:
        return None
    claims, _, label = max(sums, key=lambda one: one[:2])
    if claims < alone[label].min():
        return None
    parts = label[np.argsort(alone[label], kind="stable")]
    turned = np.eye(profiles)
    turned[parts, parts[0]] = 1.0
    design = np.column_stack([np.ones(basis.shape[1]), basis.T])
    return SumPaths(
        parts,
        basis,
        np.linalg.pinv(design)[1:].T,
        turned,
        np.log(days),
        bool(alone[label].min() > 0),
    )
