"""Reporting ratios of sources, and the part of their priors that sources of one role share.

b = log(reported / true) of source s toward target t is

    m + role u_role + source v_source + target v_target,   u ~ N(0, 1),   v ~ t4 or N(0, 1)

What a role has in common in one conflict is Normal, so ten monitors do not shrink the total as ten
independent witnesses would. What is a source's own has the tails of Student's t with 4 degrees of
freedom, as learned from the record: a source that says something absurd is doubted, and not the
rest. A documenting role has all this on the logit of its completeness, times an over-count, which
is summed out. A component that only one target would carry is merged into the next finer one.
Sources of one network share one source component.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.arrays import Array, Bools
from casualty_est.claims.model.cells import Label
from casualty_est.priors import RatioPrior
from casualty_est.priors.networks import Network
from casualty_est.priors.settings import NORMAL_FRACTIONS

Ints = npt.NDArray[np.intp]

DOF = 4  # of a source's own part, as in the model of the record
# The own part of a source is summed out where it meets an over-count: over nodes this far apart, in
# sds of the over-count, from and to these multiples of its scale.
NODE_STEP = 1.5
LEAST_OVER_SD = 0.02
NODE_ENDS = {True: (-20.0, 25.0), False: (-7.0, 7.0)}


@dataclass(frozen=True, slots=True)
class Target:
    """One source toward one cell as it wrote it: the unit that has a reporting ratio."""

    source: str
    role: str | None
    level: str
    label: Label
    prior: RatioPrior
    block: str


@dataclass(frozen=True)
class Ratios:
    """The joint prior of all reporting ratios, as arrays over targets."""

    targets: tuple[Target, ...]
    mu: Array  # location of the core: log ratio, or logit of the completeness
    logit: Bools  # whether the core is a completeness
    heavy: Bools  # whether what is the source's own is a Student t
    role_sd: Array  # sds of what a role shares; sds, or scales of the t, of the two other parts
    source_sd: Array
    target_sd: Array
    role_index: Ints  # position of the shared components
    source_index: Ints
    over_mean: Array  # log of what is counted twice or wrongly; an sd of 0 for none
    over_sd: Array

    @property
    def role_terms(self) -> int:
        """Number of role components."""
        return _used(self.role_index, self.role_sd)

    @property
    def source_terms(self) -> int:
        """Number of source components that several targets share."""
        return _used(self.source_index, self.source_sd)

    @property
    def role_shared(self) -> Bools:
        """Whether the role component of a target is that of other targets too; (target,)."""
        count = np.bincount(self.role_index[self.role_sd > 0], minlength=1)
        return np.asarray((self.role_sd > 0) & (count[self.role_index] > 1))

    @property
    def heavy_source(self) -> Bools:
        """Whether each source component is a Student t; (source term,)."""
        heavy = np.zeros(self.source_terms, dtype=bool)
        mine = self.source_sd > 0
        heavy[self.source_index[mine]] = self.heavy[mine]
        return heavy

    @cached_property
    def mixed(self) -> Ints:
        """Targets with an over-count."""
        return np.flatnonzero(self.over_sd > 0)

    @cached_property
    def nodes(self) -> tuple[Array, Array]:
        """Standard values of the own part of mixed targets, and log weights; (target, node)."""
        ends = np.array([NODE_ENDS[bool(heavy)] for heavy in self.heavy[self.mixed]]).reshape(-1, 2)
        wide = (ends[:, 1] - ends[:, 0]) * self.target_sd[self.mixed]
        count = int(np.ceil(wide / (NODE_STEP * self.over_sd[self.mixed])).max(initial=40)) + 1
        at = np.linspace(ends[:, 0], ends[:, 1], count, axis=1)
        heavy = self.heavy[self.mixed][:, None]
        log_weight = np.where(heavy, -0.5 * (DOF + 1) * np.log1p(at * at / DOF), -0.5 * at * at)
        return at, log_weight - special.logsumexp(log_weight, axis=1, keepdims=True)

    def covariance(self) -> Array:
        """Prior covariance of the cores, of shape (target, target), shared terms integrated out."""
        same_role = (self.role_index[:, None] == self.role_index) & _both(self.role_sd)
        same_source = (self.source_index[:, None] == self.source_index) & _both(self.source_sd)
        own = np.where(self.heavy, DOF / (DOF - 2), 1.0)
        source = self.source_sd * np.sqrt(own)
        return np.asarray(
            same_role * np.outer(self.role_sd, self.role_sd)
            + same_source * np.outer(source, source)
            + np.diag(self.target_sd**2 * own)
        )

    def only(self, some: Ints) -> Ratios:
        """The same of some targets."""
        arrays = (f.name for f in fields(self) if f.name != "targets")
        picked: Any = {name: getattr(self, name)[some] for name in arrays}
        return replace(self, targets=tuple(self.targets[i] for i in some), **picked)

    def log_density(self, b: Any, shared: Any, xp: Any) -> Any:
        """Sum of the log densities of log ratios b (target,), given what roles and sources add."""
        plain = np.flatnonzero(self.over_sd == 0)
        total: Any = 0.0
        if len(plain):
            z = (b - self.mu - shared)[plain] / self.target_sd[plain]
            normal, heavy = -0.5 * z * z, -0.5 * (DOF + 1) * xp.log1p(z * z / DOF)
            total = total + xp.where(self.heavy[plain], heavy, normal).sum()
        if len(self.mixed):
            mine = self.mixed
            place = (self.mu + shared)[mine][:, None]
            place = place + self.target_sd[mine][:, None] * self.nodes[0]
            place = xp.where(self.logit[mine][:, None], log_expit(place, xp), place)
            z = (b[mine][:, None] - place - self.over_mean[mine][:, None]) / (
                self.over_sd[mine][:, None]
            )
            terms = self.nodes[1] - 0.5 * z * z
            top = terms.max(axis=1, keepdims=True)
            total = total + (top[:, 0] + xp.log(xp.exp(terms - top).sum(axis=1))).sum()
        return total

    def scores(self, b: Array, shared: Array) -> Array:
        """Score of each ratio's prior, d log p / d b, at log ratios (..., target).

        shared: (..., target), what role and source components add to the location of each core.
        The score is that given them; a source's own part and its over-count are summed out.
        """
        gap, scale = b - self.mu - shared, self.target_sd
        pull = np.where(self.heavy, (DOF + 1) * gap / (DOF * scale**2 + gap**2), gap / scale**2)
        for i, at, log_weight in zip(self.mixed, *self.nodes, strict=True):
            place = (self.mu[i] + shared[..., i])[..., None] + scale[i] * at
            if self.logit[i]:
                place = log_expit(place, np)
            z = (b[..., i, None] - self.over_mean[i] - place) / self.over_sd[i]
            weight = special.softmax(log_weight - 0.5 * z * z, axis=-1)
            pull[..., i] = (weight * z).sum(axis=-1) / self.over_sd[i]
        return -pull


def log_expit(x: Any, xp: Any) -> Any:
    """Log of the share whose logit is x."""
    return xp.minimum(x, 0.0) - xp.log1p(xp.exp(-xp.abs(x)))


def _used(index: Ints, part: Array) -> int:
    return int(index[part > 0].max(initial=-1)) + 1


def _both(part: Array) -> Bools:
    return np.asarray((part[:, None] > 0) & (part > 0))


_Witness = tuple[str, str, str | None]


def _witness(target: Target, within: str | None, member: Mapping[str, int]) -> _Witness:
    """Whose part a target shares: its source's, or that of the network its source draws on."""
    part = getattr(target.label, within) if within else None
    if target.source in member:
        return "network", str(member[target.source]), part
    return target.block, target.source, part


def _parts(
    prior: RatioPrior, fractions: tuple[float, float, float] | None, alone: bool, single: bool
) -> tuple[float, float, float, bool]:
    """Sds of what role, source and target add, and whether the last two are a Student t."""
    if prior.spread is not None and fractions is None:
        own = prior.spread.own
        of_source = 0.0 if single else prior.spread.of_source
        source, target = own * np.sqrt(of_source), own * np.sqrt(1 - of_source)
        return prior.spread.role, float(source), float(target), prior.spread.heavy
    role, source, target = fractions or NORMAL_FRACTIONS
    if alone:
        role, source = 0.0, role + source
    if single:
        source, target = 0.0, source + target
    role, source, target = (float(prior.core.sd * part**0.5) for part in (role, source, target))
    return role, source, target, False


def _split(source: float, own: float, correlation: float) -> tuple[float, float]:
    """Give the network its part of what a source adds to its role."""
    whole = float(np.hypot(source, own))
    return whole * correlation**0.5, whole * (1 - correlation) ** 0.5


def _over_count(prior: RatioPrior) -> tuple[float, float]:
    """Mean and sd of the log of what is counted twice or wrongly."""
    if prior.over_count is not None:
        return prior.over_count.mean, prior.over_count.sd
    # No list is without any error, and a completeness alone would end at 1 like a wall.
    return (0.0, LEAST_OVER_SD) if prior.is_completeness else (0.0, 0.0)


def build_ratios(
    targets: Sequence[Target],
    fractions: tuple[float, float, float] | None = None,
    within: str | None = None,
    networks: Sequence[Network] = (),
) -> Ratios:
    """Lay out the joint prior of the reporting ratios."""
    member = {name: k for k, network in enumerate(networks) for name in network.sources}
    targets_of = Counter(_witness(target, within, member) for target in targets)
    sources_in = Counter(block for block, _ in {(t.block, t.source) for t in targets})
    blocks: dict[str, int] = {}
    witnesses: dict[_Witness, int] = {}
    rows = []
    for target in targets:
        witness = _witness(target, within, member)
        role, source, own, heavy = _parts(
            target.prior, fractions, sources_in[target.block] == 1, targets_of[witness] == 1
        )
        if target.source in member:
            source, own = _split(source, own, networks[member[target.source]].correlation)
        if role:
            blocks.setdefault(target.block, len(blocks))
        if source:
            witnesses.setdefault(witness, len(witnesses))
        over = _over_count(target.prior)
        shared_by = blocks.get(target.block, 0), witnesses.get(witness, 0)
        rows.append((role, source, own, heavy, *over, *shared_by))
    table = np.array(rows, dtype=float).reshape(-1, 8)
    index = table[:, 6:].astype(np.intp)
    return Ratios(
        tuple(targets),
        mu=np.array([t.prior.core.mu for t in targets]),
        logit=np.array([t.prior.is_completeness for t in targets], dtype=bool),
        heavy=table[:, 3] > 0,
        role_sd=table[:, 0],
        source_sd=table[:, 1],
        target_sd=table[:, 2],
        role_index=index[:, 0],
        source_index=index[:, 1],
        over_mean=table[:, 4],
        over_sd=table[:, 5],
    )
