"""What each source is worth, given the count of the study: draws of a kind, weighted.

Kinds share the count and nothing else, so given the count the other parameters of a kind follow
from its own evidence. Its draws are weighted from its own answer to the joint one, by importance
weights whose largest are smoothed; where these are bad, a kind that can is fitted again with its
count near the joint one, and weighted from there (Vehtari et al., doi 10.48550/arXiv.1507.02646).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from casualty_est.arrays import Array, Ints
from casualty_est.result.shared import SharedSource
from casualty_est.study.inference.algebra import Joint
from casualty_est.study.inference.density import log_density
from casualty_est.study.inference.terms import Term
from casualty_est.wording.language import stored

MOST_K = 0.7
LEAST_ESS = 400.0
WIDER = 1.3  # the fit near the joint count, than that count: weights need room in the tails
NEVER = -700.0  # log weight of a draw that the joint answer rules out
RULED_OUT = 1e-290  # weight, of all, up to which it does


@dataclass(frozen=True, slots=True)
class Weighted:
    """Weights of the draws of one kind, on which counts they stand, and how good they are."""

    log_n: Array  # (draw,): the study's count, in the draws of the kind
    weights: Array  # (draw,), sum 1
    khat: float
    ess: float
    sources: tuple[SharedSource, ...]
    again: str = ""  # why the kind was fitted again near the joint count, where it was

    @property
    def good(self) -> bool:
        """Whether they may be used."""
        return self.khat < MOST_K and self.ess >= LEAST_ESS

    @property
    def why(self) -> str:
        """Why not, in words."""
        if not np.isfinite(self.khat):
            return stored(
                "note",
                "{draws} draws (at least {wanted} wanted)",
                draws=f"{int((self.weights > RULED_OUT).sum()):,}",
                wanted=f"{LEAST_ESS:.0f}",
            )
        places = {"ess": f"{self.ess:.0f}", "wanted": f"{LEAST_ESS:.0f}"}
        if self.khat < MOST_K:
            return stored("note", "{ess} effective draws, at least {wanted} wanted", **places)
        places |= {"khat": f"{self.khat:.2f}", "most": f"{MOST_K:g}"}
        return stored(
            "note",
            "Pareto k {khat}, under {most} wanted, and {ess} effective draws, at least {wanted} "
            "wanted",
            **places,
        )

    def at(self, probabilities: Array) -> Ints:
        """The draws that stand at some probabilities of the count: same place, same count."""
        order = np.argsort(self.log_n, kind="stable")
        below = np.cumsum(self.weights[order])
        places = np.searchsorted(below / below[-1], probabilities)
        return np.asarray(order[np.minimum(places, len(order) - 1)])


def weigh(term: Term, joint: Joint, seed: list[int]) -> Weighted:
    """Weight the draws of a kind to the joint answer; bad weights ask for a fit near it."""
    own = _weigh(term, joint, np.random.default_rng(seed))
    if own.good or len(term.member.counts) > 1 or term.member.took:
        return own  # a fit near the count would know nothing of what was taken from another kind
    member, bridge = term.member, term.bridge
    mean = joint.mean - float(np.log(bridge.share * member.counts[0][1]))
    sd = WIDER * float(np.hypot(np.sqrt(joint.variance), bridge.sd))
    shared = member.estimate._shared_near(member.rows[0], mean, sd)
    if shared is None:
        return own
    near = replace(member, shared=shared)
    fitted = replace(term, member=near, posterior=log_density(near.log_draws))
    again = _weigh(fitted, joint, np.random.default_rng(seed))
    return replace(again, again=own.why) if again.good else own


def _weigh(term: Term, joint: Joint, rng: np.random.Generator) -> Weighted:
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]

    log_n = term.member.log_draws + np.log(term.bridge.share)
    if term.bridge.sd:
        log_n = log_n + term.bridge.sd * rng.standard_normal(log_n.shape)
    target = np.interp(log_n, joint.log_n, joint.log_joint, NEVER, NEVER)
    logs = np.maximum(target - term.log_posterior(log_n), NEVER)
    if logs.size < LEAST_ESS:  # too few to say how bad the weights are
        weights = np.exp(logs - special.logsumexp(logs))
        ess = 1 / float(np.sum(weights**2))
        return Weighted(log_n, weights, np.inf, ess, term.member.shared.sources)
    try:
        with np.errstate(over="ignore"):  # of weights that are refused below
            smoothed, khat = array_stats.psislw(-logs)  # type: ignore[no-untyped-call]
    except ValueError:  # the joint answer rules out nearly every draw: no tail to smooth
        smoothed, khat = logs, np.inf
    weights = np.exp(np.asarray(smoothed) - special.logsumexp(smoothed))
    ess = 1 / float(np.sum(weights**2))
    sources = term.member.shared.sources
    return Weighted(log_n, weights / weights.sum(), float(khat), ess, sources)
