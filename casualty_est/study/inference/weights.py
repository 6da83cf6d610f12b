"""What each source is worth, given the count of the study: draws of a kind, weighted.

Kinds share the count and nothing else, so given the count the other parameters of a kind follow
from its own evidence. Its draws are weighted from its own answer to the joint one, by importance
weights whose largest are smoothed (Vehtari et al., doi 10.48550/arXiv.1507.02646).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.study.inference.algebra import Joint
from casualty_est.study.inference.terms import Term

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_K = 0.7
LEAST_ESS = 400.0
NEVER = -700.0  # log weight of a draw that the joint answer rules out


@dataclass(frozen=True, slots=True)
class Weighted:
    """Weights of the draws of one kind, on which counts they stand, and how good they are."""

    log_n: Array  # (draw,): the study's count, in the draws of the kind
    weights: Array  # (draw,), sum 1
    khat: float
    ess: float

    @property
    def good(self) -> bool:
        """Whether they may be used."""
        return self.khat < MOST_K and self.ess >= LEAST_ESS

    @property
    def why(self) -> str:
        """Why not, in words."""
        return (
            f"Pareto k {self.khat:.2f} (under {MOST_K:g} wanted), {self.ess:.0f} effective draws "
            f"(at least {LEAST_ESS:.0f} wanted)"
        )

    def at(self, probabilities: Array) -> Ints:
        """The draws that stand at some probabilities of the count: same place, same count."""
        order = np.argsort(self.log_n, kind="stable")
        below = np.cumsum(self.weights[order])
        places = np.searchsorted(below / below[-1], probabilities)
        return np.asarray(order[np.minimum(places, len(order) - 1)])


def weigh(term: Term, joint: Joint, rng: np.random.Generator) -> Weighted:
    """Weight the draws of a kind to the joint answer."""
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]

    log_n = term.member.log_draws + np.log(term.bridge.share)
    if term.bridge.sd:
        log_n = log_n + term.bridge.sd * rng.standard_normal(log_n.shape)
    target = np.interp(log_n, joint.log_n, joint.log_joint - np.log(joint.step), NEVER, NEVER)
    logs = np.maximum(target - term.log_posterior(log_n), NEVER)
    smoothed, khat = array_stats.psislw(-logs)  # type: ignore[no-untyped-call]
    weights = np.exp(np.asarray(smoothed) - special.logsumexp(smoothed))
    ess = 1 / float(np.sum(weights**2))
    return Weighted(log_n, weights / weights.sum(), float(khat), ess)
