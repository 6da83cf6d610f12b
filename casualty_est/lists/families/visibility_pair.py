"""Visibility, and one pair of lists that depends beyond it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from casualty_est.lists.families.family import Family, in_range
from casualty_est.lists.families.member import LISTS_PRIOR, all_pairs
from casualty_est.lists.families.visibility import (
    LEAST_SPREAD,
    LOG_WEIGHTS,
    MOST_SPREAD,
    PAIR_SD,
    SPREAD,
    VISIBILITY,
    NormalVisibility,
    loadings_prior,
    log_odds_in_pymc,
)
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data


@dataclass(frozen=True)
class VisibilityPair(Family):
    """People who are easier to see for every list, and one pair of lists that depends beyond that.

    Parameters
    ----------
    spread : float
        As of `Visibility`; it has one.

    Raises
    ------
    UsageError
        If it is out of range.

    References
    ----------
    Darroch, Fienberg, Glonek and Junker 1993, doi 10.1080/01621459.1993.10476382.
    """

    spread: float = SPREAD

    name = "visibility-pair"
    title = N_("family", "visibility and a pair")
    group = VISIBILITY
    assumption = (
        "some people are easier to see than others, along a normal scale, and one pair of lists "
        "depends beyond that"
    )
    prior = f"{LISTS_PRIOR}; {loadings_prior((SPREAD,))}; interaction ~ N(0, {PAIR_SD:g})"
    by_pair = True

    def __post_init__(self) -> None:
        in_range("spread", self.spread, LEAST_SPREAD, MOST_SPREAD)
        loadings = loadings_prior((self.spread,))
        words = f"{LISTS_PRIOR}; {loadings}; interaction ~ N(0, {PAIR_SD:g})"
        object.__setattr__(self, "prior", words)

    def members(self, table: HistoryTable) -> tuple[NormalVisibility, ...]:
        """One member for each pair."""
        return tuple(
            NormalVisibility.of(table, pair=pair, spread=self.spread)
            for pair in all_pairs(len(table.lists))
        )

    def pymc(self, data: Data) -> None:
        """Visibility and one interaction, its pair summed out."""
        log_odds = log_odds_in_pymc(data, self.spread)
        parts = data.parts(log_odds, LOG_WEIGHTS, data.interaction(PAIR_SD))
        data.observe(*parts, members=True)
