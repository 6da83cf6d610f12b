"""What each kind of a study answers, brings, and contradicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.result.schema import RATIO, Assumption, ClaimRow, Ground, Span
from casualty_est.result.shared import FlatPrior
from casualty_est.result.spoken import OFFICIAL, of_row
from casualty_est.study.inference.algebra import Joint, quantile
from casualty_est.study.inference.terms import NODES, REACH, Term
from casualty_est.study.inference.weights import Weighted
from casualty_est.study.model.members import Member
from casualty_est.study.schema import UNKNOWN, BridgeUsed, Kind, ModeMoved
from casualty_est.wording.language import N_, Kept, stored
from casualty_est.wording.numbers import share
from casualty_est.wording.phrases import listed
from casualty_est.wording.terms import with_article

SEVERAL = 2  # modes
CONTRADICTS = 0.01  # two-sided tail probability under which kinds are not joined
ENDS = [0.5, 0.025, 0.975]
ONE_SIDED = [0.5, 0.05, 0.95]
CHOSEN = Ground(
    N_("grounds", "given by the analyst"), N_("grounds", "section 3 says what it weighs")
)


def kinds_of(
    terms: Sequence[Term], joint: Joint, weighted: Mapping[str, Weighted]
) -> tuple[Kind, ...]:
    """Every kind with what it answers and what it brings; `joint` holds them all."""
    weights, contributions = joint.weights(), joint.contributions()
    kinds = []
    for i, term in enumerate(terms):
        member, quality = term.member, weighted.get(term.member.label)
        p, shift = joint.conflict(i), joint.reconciled(i)
        several = (joint.eta > 0).sum() > 1
        moves = term.eta > 0
        bound = member.bound
        here = _span(np.exp(joint.only(i).quantile(ENDS))) if bound is None else _beyond(term)
        own = _own(member)
        kinds.append(
            Kind(
                label=member.label,
                kind=member.estimate.kind,
                counts=tuple(count.label for count, _ in member.counts),
                cell=member.cell,
                own=own,
                here=own if as_fitted(term, joint) else here,
                prior=member.prior.text if member.prior else UNKNOWN,
                eta=term.eta,
                rests=_rests(term),
                bridge=_bridge(term, i, joint),
                weight=float(weights[i]) if moves else None,
                contribution=float(contributions[i]) if moves else None,
                information=joint.information(i) if moves and several else None,
                p=p,
                factor=None if shift is None else float(np.exp(shift)),
                khat=quality.khat if quality and np.isfinite(quality.khat) else None,
                ess=quality.ess if quality else None,
                ledger=tuple(term.said),
                bound=bound,
                modes=_modes(term, i, joint),
                official=_official(member),
            )
        )
    return tuple(kinds)


def as_fitted(term: Term, joint: Joint) -> bool:
    """Whether a kind alone answers for the study what its own fit says: no bridge, no other prior.

    One number for one answer: it is told as the kind itself reports it, not as its curve has it.
    """
    member = term.member
    unpulled = bool(np.ptp(joint.pool) == 0)
    return member.bridge is None and isinstance(member.prior, FlatPrior) and unpulled


def _span(values: Array) -> Span:
    return Span(*(float(x) for x in values))


def _rests(term: Term) -> str:
    """What the answer of a kind rests on, in its own first sentence."""
    sentences = term.member.estimate.identification(term.member.rows[0]).sentences
    return sentences[0] if sentences else ""


def _official(member: Member) -> tuple[ClaimRow, ...]:
    """What officials say of exactly the count of the study: no bridge, no sum, lies between."""
    if member.bridge is not None or len(member.counts) > 1 or member.counts[0][1] != 1:
        return ()
    return tuple(c for c in of_row(member.estimate, member.rows[0]) if c.role in OFFICIAL)


def _modes(term: Term, at: int, joint: Joint) -> tuple[ModeMoved, ...]:
    """The modes of a kind, where it has several, and what the others made of their weights."""
    member = term.member
    if len(member.counts) > 1 or not term.member.estimate.converged:
        return ()
    shift = np.log(member.counts[0][1] * term.bridge.share)
    middles = [np.log(mode.median) + shift for mode in member.estimate.modes(member.rows[0])]
    if len(middles) < SEVERAL:
        return ()
    alone, grid = joint.only(at), joint.log_n
    between = [(grid > low) & (grid < high) for low, high in pairwise(middles)]
    cuts = [grid[np.flatnonzero(part)[alone.density[part].argmin()]] for part in between]
    place = np.searchsorted(cuts, grid)
    weights = [np.bincount(place, mass, len(middles)) for mass in (alone.mass, joint.mass)]
    return tuple(
        ModeMoved(float(np.exp(middle)), float(before), float(after))
        for middle, before, after in zip(middles, *weights, strict=True)
    )


def _own(member: Member) -> Span:
    """What a kind answers for its own cell."""
    ends = ENDS if member.bound is None else ONE_SIDED
    return _span(np.quantile(np.exp(member.log_draws), ends))


def _beyond(term: Term) -> Span:
    """What a kind that is a bound says of the count of the study.

    From its own draws, times its bridge: under a flat prior of the log count a bound has no other
    end.
    """
    draws, bridge = np.exp(term.member.log_draws), term.member.bridge
    if bridge is not None:
        z = np.random.default_rng(0).standard_normal(len(draws))
        draws = draws * bridge.share * np.exp(bridge.sd * z)
    return _span(np.quantile(draws, ONE_SIDED))


def _bridge(term: Term, at: int, joint: Joint) -> BridgeUsed | None:
    """A bridge, and what the other kinds made of its share."""
    bridge = term.member.bridge
    if bridge is None:
        return None
    used = Span(bridge.share, bridge.share, bridge.share)
    if bridge.sd:
        z = np.linspace(-REACH, REACH, NODES)
        share_of = np.exp(np.log(bridge.share) + bridge.sd * z)
        rest = joint.without(at)
        logs = -0.5 * z**2
        if rest is not None and term.eta and term.pieces:
            own = [sum(p(joint.log_n - np.log(one)) for p in term.pieces) for one in share_of]
            both = rest.log_joint + term.eta * np.array(own)
            logs = logs + special.logsumexp(both, axis=1, b=rest.widths)
        density = np.exp(logs - logs.max())
        used = _span(np.exp(quantile(np.log(share_of), density, np.array(ENDS))))
    return BridgeUsed(bridge.share, bridge.sd, bridge.text, used)


def assumption(kind: Kind) -> Assumption | None:
    """The share of a bridge as an assumption of the study."""
    bridge = kind.bridge
    if bridge is None:
        return None
    name = stored("assumption", "bridge of {kind}", kind=kind.label)
    return Assumption(name, "bridge", None, bridge.text, bridge.share, bridge.sd, RATIO, (CHOSEN,))


def contradictions(kinds: Sequence[Kind]) -> tuple[Kept, ...]:
    """Kinds that move the count and contradict the others, and what would reconcile them."""
    moving = [kind for kind in kinds if kind.moves]
    against = [kind for kind in moving if kind.p is not None and kind.p < CONTRADICTS]
    if len(moving) == 2 and against:
        one, other = moving
        mine, theirs = one.stated(one.here), other.stated(other.here)
        text = stored(
            "note",
            "the answer of {one} is {mine} and that of {other} {theirs}, and the two contradict "
            "each other (p {p}); they would agree if {factor}, or if {other_factor}",
            one=with_article(one.label),
            mine=mine,
            other=with_article(other.label),
            theirs=theirs,
            p=_p(one.p),
            factor=_factor(one),
            other_factor=_factor(other),
        )
        return (text,)
    return tuple(
        stored(
            "note",
            "the answer of {kind} is {number} and contradicts {kinds} together (p {p}); they would "
            "agree if {factor}",
            kind=with_article(kind.label),
            number=kind.stated(kind.here),
            kinds=listed([with_article(k.label) for k in moving if k is not kind]),
            p=_p(kind.p),
            factor=_factor(kind),
        )
        for kind in against
    )


def _p(p: float | None) -> str:
    if p is None or p < 1e-4:
        return stored("note", "less than {number}", number="0.0001")
    return stored("note", "= {number}", number=f"{p:.2g}")


def _factor(kind: Kind) -> str:
    factor = kind.factor or 1.0
    if factor < 1:
        return stored(
            "note",
            "the answer of {kind} is {factor} times too high",
            kind=kind.label,
            factor=share(1 / factor),
        )
    return stored(
        "note",
        "the answer of {kind} is {factor} times too low",
        kind=kind.label,
        factor=share(factor),
    )
