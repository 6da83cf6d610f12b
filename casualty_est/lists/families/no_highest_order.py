"""Nothing assumed of the seen histories; one odds ratio ties the unseen one to them.

The shares of the seen histories are Dirichlet with parameter one over their number, and the odds
of being on no list are xi times the product of the shares of histories with an odd number of lists
over that of histories with an even number. xi = 1 says that there is no interaction of the highest
order. Aleshin-Guendel, Sadinle and Wakefield 2024, doi 10.1093/biomtc/ujad028.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from casualty_est.errors import UsageError
from casualty_est.lists.families.family import MOST_CELLS, Family, in_range
from casualty_est.lists.families.member import signs
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_
from casualty_est.wording.numbers import share

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data

Array = npt.NDArray[np.float64]

MOST_SHARES = 6  # lists; with more, shares of empty histories are smaller than a float can hold


def log_dirichlet(shape: Array, draws: int, rng: np.random.Generator) -> Array:
    """Draw logs of Dirichlet shares, of shape (draw, share), however small they are."""
    # Gammas with a shape near 0 underflow; one with a shape above 1 times a power of a uniform is
    # the same, and its log is exact.
    log_gamma = np.log(rng.standard_gamma(shape + 1.0, (draws, len(shape))))
    log_gamma += np.log1p(-rng.random((draws, len(shape)))) / shape
    log_shares: Array = log_gamma - np.logaddexp.reduce(log_gamma, axis=1, keepdims=True)
    return log_shares


@dataclass(frozen=True)
class NoHighestOrder(Family):
    """Nothing assumed of the seen histories; one odds ratio ties the unseen one to them.

    Parameters
    ----------
    xi : float
        Odds ratio of the unseen cell, from 1e-6 to 1e6; 1 is no interaction of the highest order.

    Raises
    ------
    UsageError
        If xi is out of range.

    References
    ----------
    Aleshin-Guendel, Sadinle and Wakefield 2024, doi 10.1093/biomtc/ujad028.

    Examples
    --------
    >>> from casualty_est.lists.families import NoHighestOrder
    >>> NoHighestOrder(xi=2)
    NoHighestOrder(xi=2)
    """

    xi: float = 1.0

    name = "no-highest-order"
    title = N_("family", "no highest-order interaction")
    assumption = "the odds ratio that ties the unseen cell to the seen ones has a stated value"
    prior = "shares of the seen histories ~ Dirichlet(1 / number of histories)"
    least = 2
    most = MOST_CELLS
    engine = "drawn"
    method = "exact"

    def __post_init__(self) -> None:
        in_range("xi", self.xi, 1e-6, 1e6)

    def clause(self) -> str:
        """The assumption, with the odds ratio that was stated."""
        return f"{self.assumption}, {share(self.xi)}"

    def posterior(
        self,
        table: HistoryTable,
        draws: int,
        rng: np.random.Generator,
        common: np.random.Generator,
    ) -> tuple[Array, Array]:
        """Draw log shares of all seen histories, and log odds of being on no list."""
        counts = table.dense()[1:].astype(float)
        log_cells = log_dirichlet(counts + 1.0 / len(counts), draws, rng)
        return log_cells, np.log(self.xi) + log_cells @ signs(len(table.lists))

    def log_evidence(self, counts: npt.NDArray[np.int64]) -> Array:
        """Log evidence of tables (table,), that of a Dirichlet; counts (table, history)."""
        shape = 1.0 / counts.shape[1]
        value: Array = -gammaln(counts.sum(axis=1) + 1.0)
        value += (gammaln(counts + shape) - gammaln(shape)).sum(axis=1)
        return value

    def draw_prior(
        self, table: HistoryTable, draws: int, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Refuse: before the data this family knows nothing of the people on no list."""
        msg = (
            f"{self.name} has no prior that speaks of the people on no list: without data its "
            "shares of the seen histories put nearly everybody into one of them, and the odds of "
            "being on no list run over more powers of ten than there are people"
        )
        raise UsageError(msg)

    def pymc(self, data: Data) -> None:
        """Dirichlet shares, for at most six lists."""
        import pymc as pm
        import pytensor.tensor as pt

        if data.lists > MOST_SHARES:
            msg = (
                f"the PyMC model of {self.name} takes at most {MOST_SHARES} lists, not "
                f"{data.lists}: shares of empty histories would be smaller than a float can hold; "
                f"fit() draws the same posterior exactly"
            )
            raise UsageError(msg)
        count = 2**data.lists - 1
        shares = pm.Dirichlet("history_share", np.full(count, 1 / count), dims="history")
        odd = pt.eq(data.bits.sum(axis=1) % 2, 1)
        log_share = pt.log(shares)
        log_odds = np.log(self.xi) + pt.switch(odd, log_share, -log_share).sum()
        data.observe(log_share, log_odds)
