"""Two lists: their overlap says how many people they miss, once their odds ratio is known.

The shares q of the three seen histories are Dirichlet(1/2), and the odds of being on neither list
are w q_10 q_01 / q_11. The odds ratio w is 1 where the lists are independent, above 1 where one
passes names to the other or some people are easy to find for both, and below 1 where they divide
the work. Two lists say nothing about it: it has its prior before the data and after them. The prior
is that of the pairs of lists in the bundled studies, compared among the people of the other lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from casualty_est.errors import UsageError
from casualty_est.lists.families.family import Family, OpenRatio, in_range
from casualty_est.lists.families.member import signs
from casualty_est.lists.families.no_highest_order import log_dirichlet
from casualty_est.lists.table.history import HistoryTable
from casualty_est.priors.distributions import z_of
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data

Array = npt.NDArray[np.float64]

LEAST, MOST = 1e-6, 1e6
# The 16 pairs of lists of Kosovo and of the Netherlands have odds ratios with a geometric mean of
# 1.46 and an sd of 0.92 on the log: rounded, a median and a factor within which 95% lie.
MEDIAN, FACTOR = 1.5, 6.0
LOG_SD = float(np.log(FACTOR) / z_of(0.95))
SHAPE = 0.5  # of the Dirichlet of the three seen histories
OPEN = (
    f"the odds ratio of the two lists has median {MEDIAN:g} and lies between {MEDIAN / FACTOR:g} "
    f"and {MEDIAN * FACTOR:g} with a probability of 95%"
)


@dataclass(frozen=True)
class OddsRatio(Family):
    """Two lists, with a prior on the odds ratio that ties them.

    Parameters
    ----------
    odds_ratio : float or pair of float, optional
        A known odds ratio; or its bounds, between which its logarithm is uniform; from 1e-6 to 1e6.
        By default it has median 1.5 and lies between 0.25 and 9 with a probability of 95%, as the
        pairs of lists of the bundled studies do: `datasets.lists("kosovo").pairs()` and
        `datasets.lists("netherlands").pairs()`.

    Raises
    ------
    UsageError
        If it is neither, out of range, or the second bound is not above the first.

    References
    ----------
    Gerritse, van der Heijden and Bakker 2015, doi 10.1515/jos-2015-0022, on the odds ratio of two
    lists; Ball et al. 2002 (Kosovo) and Silverman 2020, doi 10.1111/rssa.12505 (the Netherlands),
    for the pairs.

    Examples
    --------
    >>> from casualty_est.lists.families import OddsRatio
    >>> OddsRatio([1, 5]).stated()
    'the odds ratio of the two lists lies between 1 and 5, its logarithm uniform'
    """

    odds_ratio: float | Sequence[float] | None = None

    name = "odds-ratio"
    title = N_("family", "two lists, odds ratio open")
    assumption = OPEN
    prior = OPEN
    least = 2
    most = 2
    limit = N_("note", "the overlaps of three say more about their dependence than its prior does")
    engine = "drawn"
    method = "exact"
    shared_by_strata = True

    def __post_init__(self) -> None:
        given: Any = self.odds_ratio
        if isinstance(given, list):
            given = tuple(given)
            object.__setattr__(self, "odds_ratio", given)  # compared and hashed as a value
        ends = given if isinstance(given, tuple) else () if given is None else (given,)
        if len(ends) > 2 or given == ():
            msg = f"odds_ratio must be one number or two, a lower and an upper bound, not {given!r}"
            raise UsageError(msg)
        for end in ends:
            in_range("odds_ratio", end, LEAST, MOST)
        if len(ends) == 2 and not ends[0] < ends[1]:
            msg = f"odds_ratio: the lower bound comes first, as in [1, 5], not {list(ends)}"
            raise UsageError(msg)
        # Its words depend on its setting; those of the class are the default's.
        object.__setattr__(self, "prior", self.stated())
        object.__setattr__(self, "assumption", self.stated())

    def stated(self) -> str:
        """What is assumed of the odds ratio, in words.

        Returns
        -------
        str
            A clause.
        """
        given: Any = self.odds_ratio
        if given is None:
            return OPEN
        if isinstance(given, tuple) and len(given) == 2:
            low, high = (f"{end:g}" for end in given)
            return (
                f"the odds ratio of the two lists lies between {low} and {high}, its logarithm "
                "uniform"
            )
        (one,) = given if isinstance(given, tuple) else (given,)
        return f"the odds ratio of the two lists is {one:g}"

    @property
    def open_ratio(self) -> OpenRatio | None:
        """The prior of the odds ratio; None where it is one number."""
        given: Any = self.odds_ratio
        if given is None:
            return OpenRatio(MEDIAN, LOG_SD, normal=True)
        if not (isinstance(given, tuple) and len(given) == 2):
            return None
        low, high = np.log(given)
        return OpenRatio(float(np.exp((low + high) / 2)), float((high - low) / 12**0.5), False)

    def _log_ratio(self, draws: int, rng: np.random.Generator) -> Array:
        """Draw the log of the odds ratio from its prior."""
        given: Any = self.odds_ratio
        if given is None:
            return rng.normal(np.log(MEDIAN), LOG_SD, draws)
        ends = np.log(np.atleast_1d(np.asarray(given, dtype=float)))
        return rng.uniform(ends[0], ends[-1], draws)

    def posterior(
        self,
        table: HistoryTable,
        draws: int,
        rng: np.random.Generator,
        common: np.random.Generator,
    ) -> tuple[Array, Array]:
        """Draw log shares of the three seen histories, and log odds of being on neither list."""
        log_cells = log_dirichlet(table.dense()[1:].astype(float) + SHAPE, draws, rng)
        return log_cells, self._log_ratio(draws, common) + log_cells @ signs(2)

    def draw_prior(
        self, table: HistoryTable, draws: int, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw log odds of being on neither list, and shares that the lists hold."""
        log_cells = log_dirichlet(np.full(3, SHAPE), draws, rng)
        log_odds = self._log_ratio(draws, rng) + log_cells @ signs(2)
        alone, other, both = np.exp(log_cells).T
        return log_odds, np.stack([alone + both, other + both], axis=1) * expit(-log_odds)[:, None]

    def pymc(self, data: Data) -> None:
        """Dirichlet shares, and the log odds ratio from its prior."""
        import pymc as pm
        import pytensor.tensor as pt

        shares = pm.Dirichlet("history_share", np.full(3, SHAPE), dims="history")
        given: Any = self.odds_ratio
        ends = None if given is None else np.log(np.atleast_1d(np.asarray(given, dtype=float)))
        ratio: Any
        if ends is None:
            ratio = pm.Normal("log_odds_ratio", np.log(MEDIAN), LOG_SD)
        elif len(ends) == 2:
            ratio = pm.Uniform("log_odds_ratio", ends[0], ends[1])
        else:
            ratio = ends[0]
        log_share = pt.log(shares)
        data.observe(log_share, ratio + log_share[0] + log_share[1] - log_share[2])
