"""Two steps or one: what each draw of the matching weighs where both were fitted together.

The sampler draws partitions Z of the records under a prior of its own, p_L(Z). A model M of the
lists, with p(N) proportional to 1 / N, implies another: p_M(Z) proportional to (n - 1)! E_M(T),
with T the people by the lists that hold them, n their number and E_M(T) the evidence that M finds
for T. So draws of the matching with the weight p_M / p_L come from the joint posterior of matching
and population (Sadinle 2018, arXiv 1812.09590). With "no highest order" and a Dirichlet prior of
the same concentration in both, all weights are equal and two steps are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from casualty_est.errors import UsageError
from casualty_est.kinds import room

if TYPE_CHECKING:
    from casualty_est.linkage.linkage import Linkage

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def log_prior(tables: Ints, alpha: float) -> Array:
    """Log prior of a partition by its table, of shape (draw,); tables (draw, history).

    Without what the records of one person on one list add, which is the same in both priors.
    """
    people = tables.sum(axis=1)
    whole = alpha * (tables.shape[1] - 1)
    value: Array = gammaln(people) + gammaln(whole) - gammaln(people + whole)
    value += (gammaln(tables[:, 1:] + alpha) - gammaln(alpha)).sum(axis=1)
    # n! / n = (n - 1)!, which gammaln(people) is.
    return value


def log_weights(tables: Ints, alpha: float, log_evidence: Array) -> Array:
    """Log weight of each draw up to a constant, of shape (draw,)."""
    weights: Array = gammaln(tables.sum(axis=1)) + log_evidence - log_prior(tables, alpha)
    return weights - weights.max()


def weights_of(linkage: Linkage, settings: Mapping[str, Any], seed: int) -> Array:
    """Weights of all draws of a linkage, that add up to one, under the families of a model."""
    if len(linkage.strata) > 1:
        msg = "joint takes lists without strata: the prior of the matching knows none"
        raise UsageError(msg)
    if linkage.missed.any():
        msg = (
            "joint takes a matching that compared every pair: links that blocking missed were put "
            "in afterwards, and no prior speaks of them"
        )
        raise UsageError(msg)
    if linkage.settings.get("probabilities"):
        msg = (
            "joint takes scores that are weights: stated probabilities hold what their maker "
            "believed of links beforehand, and that cannot be exchanged"
        )
        raise UsageError(msg)
    model = room("lists", "model.model").ListModel(linkage.histories(draws=1), **settings)
    families, _ = model.families_for(model.histories.strata[0])
    evidence = room("lists", "inference.reweighted").evidence_of(
        linkage.lists, linkage.whole, families, model.floor, seed
    )
    logs = log_weights(linkage.whole, float(linkage.settings["alpha"]), evidence)
    weights: Array = np.exp(logs)
    return weights / weights.sum()


def share_left(weights: Array) -> float:
    """Effective draws as a share of all, by Kish."""
    return float(1.0 / np.sum(weights**2) / len(weights))
