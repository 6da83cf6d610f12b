"""What each kind says of the count of the study: its likelihood after ledger and bridge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.result.shared import NOBODY, LogPrior
from casualty_est.study.inference.algebra import Joint
from casualty_est.study.inference.density import LogDensity, log_density
from casualty_est.study.model.ledger import CONTAINS, DERIVED, SAME, Relation, entries
from casualty_est.study.model.members import Bridge, Member
from casualty_est.study.model.settings import Settings, correlation
from casualty_est.wording.language import stored
from casualty_est.wording.terms import with_article

NODES = 81  # of the share of a bridge
REACH = 6.0  # sds of that share
IMPOSSIBLE = -1e4  # log likelihood of a count that no list leaves room for
WIDE, POINTS = 10.0, 1001  # of each kind in the grid: sds to either side, and points
FAR_IN = 0.025  # share of the draws of a bound that lie beyond the place at which it is read


@dataclass(frozen=True)
class Piece:
    """A likelihood of the log of a count, or of what lies beyond a list of `listed` people."""

    density: LogDensity
    prior: LogPrior
    listed: int = 0

    def __call__(self, log_n: Array) -> Array:
        """Log likelihood, up to a constant."""
        if not self.listed:
            return self.density(log_n) - self.prior.log_density(log_n)
        rest = np.exp(log_n) - self.listed
        log_rest = np.log(np.maximum(rest, NOBODY))
        value = self.density(log_rest) - self.prior.log_density(log_rest)
        return np.where(rest > NOBODY, value, IMPOSSIBLE)


@dataclass
class Term:
    """One kind ready to be multiplied: pieces of its likelihood, and what the ledger did to it."""

    member: Member
    eta: float
    pieces: list[Piece]
    posterior: LogDensity  # as fitted, its own prior included
    said: list[str] = field(default_factory=list)

    @property
    def bridge(self) -> Bridge:
        """Its bridge; where there is none, it counts the same."""
        return self.member.bridge or Bridge()

    @property
    def centre(self) -> float:
        """Mean of the log of the study's count, by this kind alone."""
        return float(self.member.log_draws.mean() + np.log(self.bridge.share))

    @property
    def spread(self) -> float:
        """Its sd."""
        return float(np.hypot(self.member.log_draws.std(), self.bridge.sd))

    def log_like(self, log_n: Array) -> Array:
        """Log likelihood of the log of the study's count."""
        return bridged(self._own, self.bridge, log_n)

    def _own(self, log_n: Array) -> Array:
        """Log likelihood of the log of its own count."""
        return np.asarray(np.sum([piece(log_n) for piece in self.pieces], axis=0))

    def log_posterior(self, log_n: Array) -> Array:
        """Log density of the same under its own prior, as its draws have it."""
        return bridged(self.posterior, self.bridge, log_n)


def bridged(function: Callable[[Array], Array], bridge: Bridge, log_n: Array) -> Array:
    """Average a likelihood over the share of a bridge."""
    at = log_n - np.log(bridge.share)
    if not bridge.sd:
        return np.asarray(function(at))
    z = np.linspace(-REACH, REACH, NODES)
    weights = -0.5 * z**2 - special.logsumexp(-0.5 * z**2)
    values = np.array([function(at - bridge.sd * one) for one in z])
    return np.asarray(special.logsumexp(values + weights[:, None], axis=0))


def terms_of(
    members: Sequence[Member], relations: Sequence[Relation], settings: Settings
) -> list[Term]:
    """Every kind after the ledger: dropped claims, cut kinds, and what lies beyond a list."""
    terms = {m.label: _plain(m, settings.eta[m.label]) for m in members}
    for relation in relations:
        if relation.how == DERIVED:
            term = terms[relation.one]
            term.eta = 0.0
            term.said.append(
                stored(
                    "note",
                    "cut, because this kind is built on {source}, which is in {kind} too",
                    source=relation.source,
                    kind=with_article(relation.other),
                )
            )
    dropped: dict[str, set[str]] = {}
    beyond: dict[str, list[tuple[str, int]]] = {}
    for relation in relations:
        if relation.how not in (SAME, CONTAINS):
            continue
        label, other = _direction(relation, terms)
        term = terms[label]
        if term.eta == 0:
            term.said.append(
                stored(
                    "note",
                    "{source} takes no part in the count: {kind} is cut",
                    source=relation.source,
                    kind=label,
                )
            )
            continue
        source = _own_name(term.member, relation.source)
        dropped.setdefault(label, set()).add(source)
        if relation.how == CONTAINS:
            people = _listed(terms[other].member, relation)
            beyond.setdefault(label, []).append((source, people))
    for label, sources in dropped.items():
        _refit(terms[label], frozenset(sources), beyond.get(label, []))
    _check_level(terms)
    return list(terms.values())


def _plain(member: Member, eta: float) -> Term:
    posterior = log_density(_jittered(member.log_draws), member.effective)
    if member.prior is None:
        if eta:
            msg = (
                f"{member.label} cannot tell the prior of its count, so it cannot be multiplied: "
                f"cut it with eta={{{member.label!r}: 0}}"
            )
            raise UsageError(msg)
        return Term(member, eta, [], posterior)
    return Term(member, eta, [Piece(posterior, member.prior)], posterior)


def _jittered(log_draws: Array) -> Array:
    """Whole numbers spread over their cells, so that their density is smooth."""
    counts = np.exp(log_draws)
    if not np.allclose(counts, np.round(counts), rtol=0, atol=1e-6):
        return log_draws
    shift = np.random.default_rng(0).uniform(-0.5, 0.5, counts.shape)
    return np.asarray(np.log(np.maximum(np.round(counts) + shift, NOBODY / 2)))


def _direction(relation: Relation, terms: dict[str, Term]) -> tuple[str, str]:
    """Which kind gives way: of one number twice, that whose level priors set."""
    one, other = (terms[label].member.estimate for label in (relation.one, relation.other))
    swap = relation.how == SAME and other.set_by_priors and not one.set_by_priors
    return (relation.other, relation.one) if swap else (relation.one, relation.other)


def _own_name(member: Member, source: str) -> str:
    wanted = source.strip().casefold()
    shared = member.shared
    own = {one.source for one in shared.spoken} | {one.source for one in shared.sources}
    for name in shared.names:
        if name.strip().casefold() == wanted:
            if name not in own:
                msg = (
                    f"relation: {name} brings no number of its own into {member.label}, whose "
                    "numbers are built on it: say 'derived' or 'independent'"
                )
                raise UsageError(msg)
            return name
    msg = f"relation: {source!r} is not a source of {member.label}, which has to leave it out"
    raise UsageError(msg)


def _listed(member: Member, relation: Relation) -> int:
    """How many people the list has that a number contains."""
    rows = [row for row in entries([member]) if row.key == relation.source.strip().casefold()]
    numbers = [number for row in rows for number in row.deaths]
    if len(numbers) != 1:
        msg = (
            f"relation: {relation.source} brings {len(numbers)} numbers into {member.label}, so "
            "what is beyond its list is not known; take the list out of the table itself"
        )
        raise UsageError(msg)
    return round(numbers[0])


def _refit(term: Term, sources: frozenset[str], beyond: Sequence[tuple[str, int]]) -> None:
    """Replace the likelihood of a kind by that without some sources, and what is beyond lists."""
    member = term.member
    if member.took:
        msg = (
            f"{member.label} takes what a source is worth from another kind and cannot be fitted "
            f"again without {', '.join(sorted(sources))}; leave that out of its table"
        )
        raise UsageError(msg)
    if len(member.counts) > 1 or member.prior is None:
        msg = (
            f"{member.label} speaks by the sum of several counts, and none of its sources can be "
            "left out of that; fit it from a table without "
        ) + ", ".join(sorted(sources))
        raise UsageError(msg)
    row, weight = member.rows[0], member.counts[0][1]
    prior = member.counts[0][0].prior
    assert prior is not None
    pieces = []
    names = ", ".join(sorted(sources))
    try:
        rest = member.estimate._deaths_without(row, sources)
    except UsageError as error:
        msg = f"the relation of {names} asks for a fit of {member.label} without it, but {error}"
        raise UsageError(msg) from None
    if rest is not None:
        pieces.append(Piece(log_density(np.log(rest * weight)), member.prior))
        term.said.append(stored("note", "fitted again without {names}", names=names))
    for source, people in beyond:
        drawn = member.estimate._deaths_beyond(row, source, people)
        pieces.append(Piece(log_density(np.log(drawn)), prior, people))
        term.said.append(
            stored(
                "note",
                "of {source}, only what lies beyond the list of {people} counts",
                source=source,
                people=f"{people:,}",
            )
        )
    if not pieces:
        term.eta = 0.0
        term.said.append(stored("note", "nothing is left of it without {names}: cut", names=names))
        return
    term.pieces = pieces


def _check_level(terms: dict[str, Term]) -> None:
    if not any(term.eta > 0 for term in terms.values()):
        msg = (
            "every kind is cut, so nothing sets the level: give one a power above 0 (eta=), or "
            "claims='full'"
        )
        raise UsageError(msg)


def joint_of(terms: Sequence[Term], settings: Settings, *, everything: bool) -> Joint:
    """The likelihoods on a grid that holds the kinds that move the count, or all of them.

    What moves the count must not depend on what is cut, to the last bit: so its grid does not.
    """
    kept = [term for term in terms if everything or term.eta > 0]
    # Each kind brings points as dense as it needs, so that a narrow one is never missed.
    points = [t.centre + t.spread * np.linspace(-WIDE, WIDE, POINTS) for t in kept]
    log_n = np.unique(np.concatenate(points))
    labels = [term.member.label for term in kept]
    return Joint(
        log_n=log_n,
        like=np.array([_levelled(term, log_n) for term in kept]),
        eta=np.array([term.eta for term in kept]),
        rho=correlation(labels, settings.rho),
        pool=settings.log_pool([term.member for term in terms], log_n),
        bounds={i: _plateau(term) for i, term in enumerate(kept) if term.member.bound},
    )


def _plateau(term: Term) -> float:
    """A log count at which the likelihood of a bound is as high as it gets, up to 3%."""
    member = term.member
    at = FAR_IN if member.bound == "upper" else 1 - FAR_IN
    share = member.bridge.share if member.bridge else 1.0
    return float(np.quantile(member.log_draws, at) + np.log(share))


def _levelled(term: Term, log_n: Array) -> Array:
    """A log likelihood with 0 at its peak; one that a kind cannot tell is its posterior."""
    values = term.log_like(log_n) if term.pieces else term.log_posterior(log_n)
    return np.asarray(values - values.max())
