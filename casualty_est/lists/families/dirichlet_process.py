"""A Dirichlet process of latent classes, cut off at a number of them: the model of R LCMCR.

Person i falls into class z, and list j holds a member of class k with chance lambda_jk, lists being
independent inside a class. The shares come from breaking a stick, pi_k = V_k prod_(l<k) (1 - V_l)
with V_k ~ Beta(1, alpha), the last class taking the rest; alpha ~ Gamma(shape, rate),
lambda_jk ~ Beta(1, 1), and p(N) is proportional to 1/N.
Manrique-Vallier 2016, doi 10.1111/biom.12502.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.families.classes import LatentClasses
from casualty_est.lists.families.family import Family, in_range
from casualty_est.lists.families.member import of_parameters
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data

Array = npt.NDArray[np.float64]

CLASSES = 10
FEWEST_CLASSES, MOST_CLASSES = 2, 100
SHAPE, RATE = 0.25, 0.25  # of the concentration alpha
LEAST, MOST = 1e-3, 1e3  # of both
SMALLEST_SHARE = -600.0  # on the log: a class with less is empty for every purpose
SMALLEST_ALPHA = 1e-100  # below it, as far above it, there is one class
NEAREST = 1e-16  # a chance is told from 0 and from 1 by no more


def as_classes(
    table: HistoryTable, log_shares: Array, chances: Array
) -> tuple[LatentClasses, Array]:
    """Log shares (draw, class) and chances (draw, class, list) as parameters of latent classes."""
    classes = log_shares.shape[1]
    inside = np.clip(chances, NEAREST, 1.0 - NEAREST)
    odds = np.log(inside) - np.log1p(-inside)
    shares = np.maximum(log_shares, SMALLEST_SHARE)
    ratios = shares[:, :-1] - shares[:, -1:]
    member = LatentClasses.of(table, classes=classes)
    return member, np.hstack([odds.reshape(len(odds), -1), ratios])


def _assumption(classes: int) -> str:
    return (
        "the population falls into groups, as many as the lists ask for and at most "
        f"{classes}, inside which lists are independent"
    )


def _prior(classes: int, shape: float, rate: float) -> str:
    return (
        f"{classes} classes, shares by breaking a stick with parts ~ Beta(1, alpha), alpha ~ "
        f"Gamma({shape:g}, {rate:g}); chance of each list to hold a member of a class ~ Beta(1, 1)"
    )


@dataclass(frozen=True)
class DirichletProcess(Family):
    """As many latent classes as the lists ask for, ten at most by default: the model of R LCMCR.

    Parameters
    ----------
    classes : int
        The largest number of classes, from 2 to 100: ``K`` of R LCMCR.
    shape, rate : float
        Of the gamma prior of the concentration, from 0.001 to 1000: ``a_alpha`` and ``b_alpha`` of
        R LCMCR. The larger the concentration, the more classes share the population before the
        data.

    Raises
    ------
    UsageError
        If a setting is out of range.

    References
    ----------
    Manrique-Vallier 2016, doi 10.1111/biom.12502.

    Examples
    --------
    >>> from casualty_est.lists.families import DirichletProcess
    >>> DirichletProcess(classes=20, shape=1).options
    {'classes': 20, 'shape': 1, 'rate': 0.25}
    """

    classes: int = CLASSES
    shape: float = SHAPE
    rate: float = RATE

    name = "dirichlet-process"
    title = N_("family", "Dirichlet process of classes")
    assumption = _assumption(CLASSES)
    prior = _prior(CLASSES, SHAPE, RATE)
    least = 2
    engine = "gibbs"
    method = "gibbs"

    def __post_init__(self) -> None:
        whole = isinstance(self.classes, int) and not isinstance(self.classes, bool)
        if not whole or not FEWEST_CLASSES <= self.classes <= MOST_CLASSES:
            msg = (
                f"classes must be a whole number from {FEWEST_CLASSES} to {MOST_CLASSES}, not "
                f"{self.classes!r} (families='independence' has one class)"
            )
            raise UsageError(msg)
        in_range("shape", self.shape, LEAST, MOST)
        in_range("rate", self.rate, LEAST, MOST)
        # Its words depend on its settings; those of the class are the defaults'.
        object.__setattr__(self, "assumption", _assumption(self.classes))
        object.__setattr__(self, "prior", _prior(self.classes, self.shape, self.rate))

    def draw_prior(
        self, table: HistoryTable, draws: int, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Break a stick for the shares of the classes; chances are uniform."""
        alpha = rng.gamma(self.shape, 1.0 / self.rate, (draws, 1))
        # Minus the log of what a class leaves of the stick is exponential with rate alpha.
        broken = rng.standard_exponential((draws, self.classes - 1))
        left = broken / np.maximum(alpha, SMALLEST_ALPHA)
        before = np.hstack([np.zeros((draws, 1)), -np.cumsum(left, axis=1)])
        taken = np.hstack([np.log(-np.expm1(-left)), np.zeros((draws, 1))])
        chances = rng.random((draws, self.classes, len(table.lists)))
        return of_parameters(*as_classes(table, before + taken, chances))

    def pymc(self, data: Data) -> None:
        """Latent classes by a truncated stick."""
        import pymc as pm
        import pytensor.tensor as pt

        data.name("class", range(1, self.classes + 1))
        concentration = pm.Gamma("concentration", self.shape, self.rate)
        # A class takes a Beta(1, concentration) part of what is left; minus the log of what it
        # leaves is exponential, and on that scale nothing is rounded to a whole stick.
        left = pm.Exponential("minus_log_left", concentration, shape=self.classes - 1)
        taken = pt.concatenate([pt.log1mexp(-left), np.zeros(1)])
        before = pt.concatenate([np.zeros(1), -pt.cumsum(left)])
        log_shares = pm.Deterministic("log_class_share", taken + before, dims="class")
        chance = pm.Beta("class_chance", 1.0, 1.0, dims=("class", "list"))
        data.observe(*data.parts(pt.log(chance) - pt.log1p(-chance), log_shares))
