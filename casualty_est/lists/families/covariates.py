"""Latent classes with covariates: people of different values differ in chances and in classes.

Given their covariates people are independent of each other, and their number leaves the fit: with
p(N) proportional to 1/N for the people of each combination of values, the likelihood of the n
listed people of a combination is prod_x (P_x / (1 - P_0))^n_x, and N is n + NegBin(n, 1 - P_0). Of
combinations with the same chances the sum is n + NegBin(n, 1 - P_0) too, so that the prior 1/N of
all people is its special case. Huggins 1989, doi 10.1093/biomet/76.1.133; Alho 1990, doi
10.2307/2532083; with latent classes Bartolucci and Forcina 2006, doi 10.1198/073500105000000243.
Where values are blank, what combinations the listed people have is unknown too, and their shares
are Dirichlet: nearly the Bayesian bootstrap, Rubin 1981, doi 10.1214/aos/1176345338.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.families.classes import CLASSES_SD, LISTS_SD
from casualty_est.lists.families.covariate_cells import (
    OWN,
    OWN_LOG_SD,
    VALUES_SD,
    WEIGHTS_SD,
    Cells,
    Form,
    chances,
    log_empty,
    seen_and_odds,
)
from casualty_est.lists.families.family import Family
from casualty_est.lists.families.member import LIST_MEAN
from casualty_est.lists.table.history import HistoryTable
from casualty_est.wording.language import N_

Array = npt.NDArray[np.float64]

CLASSES = 3
MOST_CLASSES = 4
NEEDED = (
    "families='covariates' needs a table with covariates: name their columns in covariates "
    "(--covariates), as in CaptureHistories.read(file, covariates=['age', 'sex'])"
)


def _assumption(classes: int) -> str:
    if classes == 1:
        return "among people who are alike in the covariates lists are independent"
    return (
        f"people who are alike in the covariates fall into at most {classes} groups, inside which "
        "lists are independent"
    )


def _prior(classes: int) -> str:
    numbers = "1 class" if classes == 1 else f"1 to {classes} classes with equal weight"
    return (
        f"{numbers}, shares ~ Dirichlet(1); log odds {LIST_MEAN:g} + list + class + value + own, "
        f"sds {LISTS_SD:g}, {CLASSES_SD:g} and, between two values, {VALUES_SD:g}; own of a list "
        f"in a class or value: sd of median {OWN:g}, its log with sd {OWN_LOG_SD:g}; log ratio of "
        f"two classes moves by sd {WEIGHTS_SD:g} between two values"
    )


@dataclass(frozen=True)
class Covariates(Family):
    """Latent classes whose shares, and lists whose chances, depend on age, sex, month or place.

    It is taken where a table has covariates, and it is fitted alone: the people are described by
    more than their lists, so that its evidence cannot be compared with that of other families.

    Parameters
    ----------
    classes : int
        The largest number of classes, from 1 to 4: numbers from 1 are averaged by their evidence.
        With 1, nothing but the covariates makes people differ.

    Raises
    ------
    UsageError
        If the number is out of range.

    References
    ----------
    Huggins 1989, doi 10.1093/biomet/76.1.133, and Alho 1990, doi 10.2307/2532083, on covariates;
    Bartolucci and Forcina 2006, doi 10.1198/073500105000000243, on latent classes with them.

    Examples
    --------
    >>> from casualty_est.lists.families import Covariates
    >>> Covariates(classes=1).assumption
    'among people who are alike in the covariates lists are independent'
    """

    classes: int = CLASSES

    name = "covariates"
    title = N_("family", "latent classes with covariates")
    assumption = _assumption(CLASSES)
    prior = _prior(CLASSES)
    most = 20
    limit = N_("note", "tempering of so many classes")
    engine = "covariates"
    not_in_pymc = "people of many combinations of values are no one table of histories"

    def __post_init__(self) -> None:
        whole = isinstance(self.classes, int) and not isinstance(self.classes, bool)
        if not whole or not 1 <= self.classes <= MOST_CLASSES:
            msg = f"classes must be a whole number from 1 to {MOST_CLASSES}, not {self.classes!r}"
            raise UsageError(msg)
        # Its words depend on its setting; those of the class are the default's.
        object.__setattr__(self, "assumption", _assumption(self.classes))
        object.__setattr__(self, "prior", _prior(self.classes))

    def draw_prior(
        self, table: HistoryTable, draws: int, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw a number of classes and its parameters; combinations are as among the listed."""
        if table.traits is None:
            raise UsageError(NEEDED)
        cells = Cells.of(table)
        shares = (cells.known + cells.prior) / (cells.known + cells.prior).sum()
        log_odds, held = np.empty(draws), np.empty((draws, len(table.lists)))
        numbers = rng.integers(1, self.classes + 1, draws)
        for i in range(draws):
            form = Form.of(cells, int(numbers[i]))
            parts = chances(form, form.draw_prior(rng, 1), cells.design)
            people = shares * (1.0 + np.exp(seen_and_odds(log_empty(*parts))[1][0]))
            on = np.exp(parts[0][0])[..., None] / (1.0 + np.exp(-parts[1][0]))
            log_odds[i] = np.log(people.sum() - 1.0)
            held[i] = people @ on.sum(axis=1) / people.sum()
        return log_odds, held
