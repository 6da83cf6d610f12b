"""All pairs of lists interact, shrunk together.

The scale is discrete, for a sampled one makes a funnel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casualty_est.lists.families.family import MOST_CELLS, Family
from casualty_est.lists.families.loglinear import PAIRS, LogLinear
from casualty_est.lists.families.member import LISTS_PRIOR, all_pairs
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data

SCALES = (0.1, 0.3, 0.8)  # of all interactions at once, with equal weight


class Ridge(Family):
    """Interactions of all pairs of lists, shrunk together; at most eight lists.

    References
    ----------
    Fienberg 1972, doi 10.1093/biomet/59.3.591; Cormack 1989, doi 10.2307/2531485.
    """

    name = "ridge"
    title = N_("family", "all pairs, shrunk")
    group = PAIRS
    assumption = "lists depend on each other only in pairs, and most pairs weakly"
    prior = (
        f"{LISTS_PRIOR}; interaction of every pair ~ N(0, scale), scale "
        f"{', '.join(f'{scale:g}' for scale in SCALES)} with equal weight"
    )
    most = MOST_CELLS

    def members(self, table: HistoryTable) -> tuple[LogLinear, ...]:
        """One member for each scale."""
        every = all_pairs(len(table.lists))
        return tuple(LogLinear.of(table, pairs=every, scale=scale) for scale in SCALES)

    def pymc(self, data: Data) -> None:
        """All interactions, their scale summed out."""
        import pymc as pm
        import pytensor.tensor as pt

        count, scales = len(data.pairs), np.array(SCALES)
        data.name("pair", data.pair_names())
        data.name("member", [f"scale {scale:g}" for scale in scales])
        levels = data.levels()
        wide = scales[:, None, None] * np.eye(count)
        interactions = pm.Mixture(
            "interactions",
            w=np.full(len(scales), 1 / len(scales)),
            comp_dists=pm.MvNormal.dist(np.zeros((len(scales), count)), chol=wide),
            dims="pair",
        )
        # The data speak of the scale through the interactions alone.
        density = -0.5 * (interactions**2).sum() / scales**2 - count * np.log(scales)
        pm.Deterministic("member_probability", pt.special.softmax(density), dims="member")
        weights = pt.dot(data.bits, levels) + pt.dot(data.together(), interactions)
        data.observe(weights, pt.zeros(()))  # the empty history weighs 1
