"""Visibility, and one pair of lists that depends beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.lists.families.family import Family
from casualty_est.lists.families.member import LISTS_PRIOR, all_pairs
from casualty_est.lists.families.visibility import (
    LOADINGS_PRIOR,
    LOG_WEIGHTS,
    PAIR_SD,
    VISIBILITY,
    NormalVisibility,
    log_odds_in_pymc,
)
from casualty_est.lists.table.history import HistoryTable

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data


class VisibilityPair(Family):
    """People who are easier to see for every list, and one pair of lists that depends beyond that.

    References
    ----------
    Darroch, Fienberg, Glonek and Junker 1993, doi 10.1080/01621459.1993.10476382.
    """

    name = "visibility-pair"
    title = "visibility and a pair"
    group = VISIBILITY
    assumption = (
        "some people are easier to see than others, along a normal scale, and one pair of lists "
        "depends beyond that"
    )
    prior = f"{LISTS_PRIOR}; {LOADINGS_PRIOR}; interaction ~ N(0, {PAIR_SD:g})"
    by_pair = True

    def members(self, table: HistoryTable) -> tuple[NormalVisibility, ...]:
        """One member for each pair."""
        return tuple(NormalVisibility.of(table, pair=pair) for pair in all_pairs(len(table.lists)))

    def pymc(self, data: Data) -> None:
        """Visibility and one interaction, its pair summed out."""
        log_odds = log_odds_in_pymc(data)
        parts = data.parts(log_odds, LOG_WEIGHTS, data.interaction(PAIR_SD))
        data.observe(*parts, members=True)
