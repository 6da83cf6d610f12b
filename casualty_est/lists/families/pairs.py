"""One pair of lists that shares people more or less often than chance would have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casualty_est.lists.families.family import Family
from casualty_est.lists.families.loglinear import PAIRS, SINGLE_SD, LogLinear
from casualty_est.lists.families.member import LISTS_PRIOR, all_pairs
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data


class Pairs(Family):
    """One dependent pair of lists, every pair with the same prior probability.

    References
    ----------
    Fienberg 1972, doi 10.1093/biomet/59.3.591; Cormack 1989, doi 10.2307/2531485.
    """

    name = "pairs"
    title = N_("family", "one dependent pair")
    group = PAIRS
    assumption = "at most one pair of lists shares people more or less often than chance"
    prior = f"{LISTS_PRIOR}; interaction of one pair ~ N(0, {SINGLE_SD:g}), every pair alike"
    by_pair = True

    def members(self, table: HistoryTable) -> tuple[LogLinear, ...]:
        """One member for each pair."""
        return tuple(LogLinear.of(table, pairs=(pair,)) for pair in all_pairs(len(table.lists)))

    def pymc(self, data: Data) -> None:
        """One interaction, its pair summed out."""
        interaction = data.interaction(SINGLE_SD)
        parts = data.parts(data.levels()[None], np.zeros(1), interaction)
        data.observe(*parts, members=True)
