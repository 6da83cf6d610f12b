"""Draws of a kind weighted by what another kind measured of one of its sources.

With b the log of what the source is worth, the second kind says p(N, b) and the first has used a
prior p(b) of its own. Its draws get the weight p(b | N) / p(b): the measurement takes the place of
the prior, once. Where the second kind moves the count too, its own likelihood of N is counted
beside; where it is cut, it tells of b alone. The joint density of N and b is a Gaussian copula of
the draws with their margins as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.result.shared import NormalPrior, Shared, SharedSource
from casualty_est.study.inference.density import log_density
from casualty_est.study.inference.weights import LEAST_ESS, MOST_K
from casualty_est.study.model.members import Member
from casualty_est.study.model.settings import Settings
from casualty_est.study.model.sharing import Sharing, measured, taken
from casualty_est.wording.numbers import share


@dataclass(frozen=True, slots=True)
class Taken:
    """A kind after it took a parameter from another, and what that was in words."""

    member: Member
    said: str


def shared_members(
    members: Sequence[Member], shares: Sequence[Sharing], settings: Settings, seed: int
) -> dict[str, list[Taken]]:
    """By label every kind that takes, as it is after each of its sharings."""
    now = {member.label: member for member in members}
    done: dict[str, list[Taken]] = {}
    for i, one in enumerate(shares):
        rng = np.random.default_rng([seed, 7, i])
        # What is measured comes from the kind as it was fitted: nothing goes in a circle.
        giver = next(member for member in members if member.label == one.other)
        at, prior = taken(now, one)
        source = measured({giver.label: giver}, one)
        moves = settings.eta[one.other] > 0
        after = _after(now[one.label], at, prior, (giver, source, moves), one, rng)
        now[one.label] = after.member
        done.setdefault(one.label, []).append(after)
    return done


def _after(
    member: Member,
    at: int,
    prior: NormalPrior,
    given: tuple[Member, SharedSource, bool],
    one: Sharing,
    rng: np.random.Generator,
) -> Taken:
    giver, source, moves = given
    own = member.shared.sources[at]
    bias = source.log_draws + one.sd * rng.standard_normal(len(source.log_draws))
    counts = _here(giver, rng) if moves else None
    logs = told(bias, counts, own.log_draws, _here(member, rng))
    logs = logs - prior.log_density(own.log_draws)
    weights = _smoothed(logs, one)
    # Evenly spaced places in the sum of the weights: less noise than draws at random.
    places = (rng.random() + np.arange(len(weights))) / len(weights)
    kept = np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)
    shared = Shared(
        tuple(replace(c, log_draws=c.log_draws[kept]) for c in member.shared.counts),
        tuple(replace(s, log_draws=s.log_draws[kept]) for s in member.shared.sources),
        member.shared.spoken,
    )
    low, median, high = np.exp(np.quantile(bias, [0.025, 0.5, 0.975]))
    priors = np.exp(prior.mean + prior.sd * special.ndtri([0.025, 0.5, 0.975]))
    said = (
        f"takes what {own.source} is worth from {giver.label}: {_ends(low, median, high)} in place "
        f"of its prior {_ends(*priors)}"
    )
    return Taken(replace(member, shared=shared, took=True), said)


def told(bias: Array, counts: Array | None, at: Array, log_n: Array) -> Array:
    """Log density of what a source is worth, given the count, at draws of another kind.

    bias, counts (draw,): As the kind has them that measured; without counts it is the margin.
    at, log_n (other draw,): Where the density is wanted.
    """
    margin = log_density(bias)(at)
    if counts is None:
        return np.asarray(margin)
    tie = float(np.corrcoef(_scores(counts, counts), _scores(bias, bias))[0, 1])
    tie = float(np.clip(tie, -0.999, 0.999))
    z_n, z_b = _scores(counts, log_n), _scores(bias, at)
    rest = 1 - tie**2
    copula = 0.5 * z_b**2 - 0.5 * (z_b - tie * z_n) ** 2 / rest - 0.5 * np.log(rest)
    return np.asarray(margin + copula)


def _scores(draws: Array, at: Array) -> Array:
    """Normal scores of points among draws; beyond the last ones they go on as of a Normal."""
    ordered = np.sort(draws)
    places = special.ndtri((np.arange(len(ordered)) + 0.5) / len(ordered))
    inside = np.interp(at, ordered, places)
    beyond = (at - draws.mean()) / draws.std()
    low, high = ordered[0], ordered[-1]
    ends = [(x - draws.mean()) / draws.std() for x in (low, high)]
    inside = np.where(at < low, places[0] + beyond - ends[0], inside)
    return np.asarray(np.where(at > high, places[-1] + beyond - ends[1], inside))


def _here(member: Member, rng: np.random.Generator) -> Array:
    """Draws of the log of the study's count, by one kind."""
    log_n = member.log_draws
    if member.bridge is None:
        return log_n
    noise = rng.standard_normal(len(log_n)) if member.bridge.sd else 0.0
    return np.asarray(log_n + np.log(member.bridge.share) + member.bridge.sd * noise)


def _smoothed(logs: Array, one: Sharing) -> Array:
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]

    smoothed, khat = array_stats.psislw(-logs)  # type: ignore[no-untyped-call]
    weights = np.exp(np.asarray(smoothed) - special.logsumexp(smoothed))
    ess = 1 / float(np.sum(weights**2))
    if not (float(khat) < MOST_K and ess >= LEAST_ESS):
        msg = (
            f"what {one.other} measured of {one.source} lies too far from the draws of "
            f"{one.label} (Pareto k {float(khat):.2f}, {ess:.0f} effective draws): fit {one.label} "
            "again with that ratio as its prior, or with more draws"
        )
        raise UsageError(msg)
    return np.asarray(weights / weights.sum())


def _ends(low: float, median: float, high: float) -> str:
    return f"{share(median)} ({share(low)} to {share(high)})"
