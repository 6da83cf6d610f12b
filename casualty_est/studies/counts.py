"""Counts of deaths that resemble each other: a binomial, wider by the design effect."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.studies.study import NEVER

Array = npt.NDArray[np.float64]


def _strength(size: int, deff: float) -> float:
    """Sum of the two numbers of the Beta that widens a binomial by the design effect."""
    if size == 1 or deff == 1:
        return math.inf
    # As many deaths alike as there are: no design effect is larger than the sample.
    alike = min((deff - 1) / (size - 1), 1 - NEVER)
    return (1 - alike) / alike


def beta_binomial(p: Array, size: int, deff: float, rng: np.random.Generator) -> Array:
    """Draw a count for each chance: (chance, 1)."""
    strength, p = _strength(size, deff), np.clip(p, NEVER, 1 - NEVER)
    chance = p if math.isinf(strength) else rng.beta(p * strength, (1 - p) * strength)
    return rng.binomial(size, chance).astype(float)[:, None]


def log_beta_binomial(count: Array, p: Array, size: int, deff: float) -> Array:
    """Log probability of each count under each chance, up to a constant of the count."""
    strength, p = _strength(size, deff), np.clip(p, NEVER, 1 - NEVER)
    count = count[:, None]
    if math.isinf(strength):
        return np.asarray(count * np.log(p) + (size - count) * np.log1p(-p))
    a, b = p * strength, (1 - p) * strength
    return np.asarray(special.betaln(a + count, b + size - count) - special.betaln(a, b))
