"""Lists that hold people independently of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casualty_est.lists.families.family import Family
from casualty_est.lists.families.loglinear import PAIRS, LogLinear
from casualty_est.lists.families.member import LISTS_PRIOR
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data


class Independence(Family):
    """Independent lists: no list holds people more often because another holds them.

    References
    ----------
    Fienberg 1972, doi 10.1093/biomet/59.3.591.
    """

    name = "independence"
    title = N_("family", "independent lists")
    group = PAIRS
    assumption = (
        "every person has the same chance to be on a list, whichever other lists name him or her"
    )
    prior = LISTS_PRIOR
    least = 2

    def members(self, table: HistoryTable) -> tuple[LogLinear, ...]:
        """One member without interactions."""
        return (LogLinear.of(table),)

    def pymc(self, data: Data) -> None:
        """Independent lists, in the open PyMC model."""
        data.observe(*data.parts(data.levels()[None], np.zeros(1)))
