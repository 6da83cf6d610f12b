"""A Dirichlet process of latent classes, cut off at ten: the model of R LCMCR.

Person i falls into class z, and list j holds a member of class k with chance lambda_jk, lists being
independent inside a class. The shares come from breaking a stick, pi_k = V_k prod_(l<k) (1 - V_l)
with V_k ~ Beta(1, alpha), the last class taking the rest; alpha ~ Gamma(.25, .25) by shape and
rate, lambda_jk ~ Beta(1, 1), and p(N) is proportional to 1/N.
Manrique-Vallier 2016, doi 10.1111/biom.12502.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.classes import LatentClasses
from casualty_est.lists.families.family import Family
from casualty_est.lists.families.member import of_parameters
from casualty_est.lists.table.history import HistoryTable

if TYPE_CHECKING:
    from casualty_est.lists.families.in_pymc import Data

Array = npt.NDArray[np.float64]

CLASSES = 10
SHAPE, RATE = 0.25, 0.25  # of the concentration alpha
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


class DirichletProcess(Family):
    """As many latent classes as the lists ask for, ten at most: the model of R LCMCR.

    References
    ----------
    Manrique-Vallier 2016, doi 10.1111/biom.12502.
    """

    name = "dirichlet-process"
    title = "Dirichlet process of classes"
    assumption = (
        "the population falls into groups, as many as the lists ask for and at most "
        f"{CLASSES}, inside which lists are independent"
    )
    prior = (
        f"{CLASSES} classes, shares by breaking a stick with parts ~ Beta(1, alpha), alpha ~ "
        f"Gamma({SHAPE:g}, {RATE:g}); chance of each list to hold a member of a class ~ Beta(1, 1)"
    )
    least = 2
    engine = "gibbs"
    method = "gibbs"

    def draw_prior(
        self, table: HistoryTable, draws: int, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Break a stick for the shares of the classes; chances are uniform."""
        alpha = rng.gamma(SHAPE, 1.0 / RATE, (draws, 1))
        # Minus the log of what a class leaves of the stick is exponential with rate alpha.
        left = rng.standard_exponential((draws, CLASSES - 1)) / np.maximum(alpha, SMALLEST_ALPHA)
        before = np.hstack([np.zeros((draws, 1)), -np.cumsum(left, axis=1)])
        taken = np.hstack([np.log(-np.expm1(-left)), np.zeros((draws, 1))])
        chances = rng.random((draws, CLASSES, len(table.lists)))
        return of_parameters(*as_classes(table, before + taken, chances))

    def pymc(self, data: Data) -> None:
        """Latent classes by a truncated stick."""
        import pymc as pm
        import pytensor.tensor as pt

        data.name("class", range(1, CLASSES + 1))
        concentration = pm.Gamma("concentration", SHAPE, RATE)
        # A class takes a Beta(1, concentration) part of what is left; minus the log of what it
        # leaves is exponential, and on that scale nothing is rounded to a whole stick.
        left = pm.Exponential("minus_log_left", concentration, shape=CLASSES - 1)
        taken = pt.concatenate([pt.log1mexp(-left), np.zeros(1)])
        before = pt.concatenate([np.zeros(1), -pt.cumsum(left)])
        log_shares = pm.Deterministic("log_class_share", taken + before, dims="class")
        chance = pm.Beta("class_chance", 1.0, 1.0, dims=("class", "list"))
        data.observe(*data.parts(pt.log(chance) - pt.log1p(-chance), log_shares))
