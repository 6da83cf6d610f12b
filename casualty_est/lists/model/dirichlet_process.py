"""A Dirichlet process of latent classes, cut off at ten: the model of R LCMCR.

Person i falls into class z, and list j holds a member of class k with chance lambda_jk, lists being
independent inside a class. The shares come from breaking a stick, pi_k = V_k prod_(l<k) (1 - V_l)
with V_k ~ Beta(1, alpha), the last class taking the rest; alpha ~ Gamma(.25, .25) by shape and
rate, lambda_jk ~ Beta(1, 1), and p(N) is proportional to 1/N.
Manrique-Vallier 2016, doi 10.1111/biom.12502.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from casualty_est.lists.model.classes import Classes
from casualty_est.lists.table.history import HistoryTable

Array = npt.NDArray[np.float64]

CLASSES = 10
SHAPE, RATE = 0.25, 0.25  # of the concentration alpha
SMALLEST_SHARE = -600.0  # on the log: a class with less is empty for every purpose
NEAREST = 1e-16  # a chance is told from 0 and from 1 by no more


def as_classes(table: HistoryTable, log_shares: Array, chances: Array) -> tuple[Classes, Array]:
    """Write shares and chances as parameters of plain latent classes.

    log_shares (draw, class): Log shares of the classes.
    chances (draw, class, list): Chance of each list to hold a member of each class.
    Returns (draw, size): Its parameters.
    """
    classes = log_shares.shape[1]
    inside = np.clip(chances, NEAREST, 1.0 - NEAREST)
    odds = np.log(inside) - np.log1p(-inside)
    shares = np.maximum(log_shares, SMALLEST_SHARE)
    ratios = shares[:, :-1] - shares[:, -1:]
    member = Classes(table.lists, table.histories.astype(float), classes)
    return member, np.hstack([odds.reshape(len(odds), -1), ratios])


def draw_prior(classes: int, lists: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Draw a state from the prior, its concentration set to 1.

    Returns (1,).
    Returns (class,).
    Returns (class, list).
    """
    rest = np.log1p(-rng.random(classes - 1))  # 1 - V is uniform where alpha is 1
    used = np.log(-np.expm1(rest))
    log_left = np.concatenate([[0.0], np.cumsum(rest)])
    return np.ones(1), log_left + np.append(used, 0.0), rng.random((classes, lists))
