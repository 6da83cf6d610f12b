"""Reporting ratios of sources, and the part of their priors that sources of one role share.

b = log(reported / true) of source s toward target t is

    m + sd (sqrt(role) u_role + sqrt(source) u_source + sqrt(target) u_target),   u ~ N(0, 1)

so ten monitors do not shrink the total as ten independent witnesses would. A documenting role has
this on the logit of its completeness, times an over-count. A component that only one target would
carry is merged into the next finer one: the joint prior is the same, with fewer parameters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.claims.model.cells import Label
from casualty_est.priors import Normal, RatioPrior

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Target:
    """One source toward one cell as it wrote it: the unit that has a reporting ratio."""

    source: str
    role: str | None
    level: str
    label: Label
    prior: RatioPrior
    block: str


@dataclass(frozen=True, slots=True)
class Ratios:
    """The joint prior of all reporting ratios, as arrays over targets."""

    targets: tuple[Target, ...]
    mu: Array  # location and scale of the core: log ratio, or logit of the completeness
    sd: Array
    logit: npt.NDArray[np.bool_]  # whether the core is a completeness
    role_part: Array  # square roots of the variance fractions of the three components
    source_part: Array
    target_part: Array
    role_index: Ints  # position of the shared components
    source_index: Ints
    over_index: Ints  # position of the over-count, -1 for none
    over_mean: Array  # (over-count,): prior of its log
    over_sd: Array

    @property
    def role_terms(self) -> int:
        """Number of role components that several sources share."""
        return _used(self.role_index, self.role_part)

    @property
    def source_terms(self) -> int:
        """Number of source components that several targets share."""
        return _used(self.source_index, self.source_part)

    def covariance(self, sd_scale: Array) -> Array:
        """Prior covariance of the cores, of shape (target, target), shared terms integrated out."""
        sd = self.sd * sd_scale
        same_role = (self.role_index[:, None] == self.role_index) & _both(self.role_part)
        same_source = (self.source_index[:, None] == self.source_index) & _both(self.source_part)
        correlation = (
            same_role * np.outer(self.role_part, self.role_part)
            + same_source * np.outer(self.source_part, self.source_part)
            + np.diag(self.target_part**2)
        )
        return np.asarray(correlation * np.outer(sd, sd))

    def scores(self, core: Array, sd_scale: Array) -> Array:
        """Score of each ratio's prior, d log p / d b, at cores (..., target)."""
        pull = np.linalg.solve(self.covariance(sd_scale), (core - self.mu)[..., None])[..., 0]
        share = special.expit(core)
        on_share = (share - pull) / np.maximum(1 - share, 1e-300)
        return np.where(self.logit, on_share, -pull)


def _used(index: Ints, part: Array) -> int:
    return int(index[part > 0].max(initial=-1)) + 1


def _both(part: Array) -> npt.NDArray[np.bool_]:
    return np.asarray((part[:, None] > 0) & (part > 0))


_Witness = tuple[str, str, str | None]


def _witness(target: Target, within: str | None) -> _Witness:
    return target.block, target.source, getattr(target.label, within) if within else None


def build_ratios(
    targets: Sequence[Target], fractions: tuple[float, float, float], within: str | None = None
) -> Ratios:
    """Lay out the joint prior of the reporting ratios."""
    targets_of = Counter(_witness(target, within) for target in targets)
    sources_in = Counter(block for block, _ in {(t.block, t.source) for t in targets})
    blocks: dict[str, int] = {}
    witnesses: dict[_Witness, int] = {}
    overs: dict[tuple[str, str], tuple[int, Normal]] = {}
    rows = []
    for target in targets:
        role, source, own = fractions
        witness = _witness(target, within)
        if sources_in[target.block] == 1:
            role, source = 0.0, role + source
        if targets_of[witness] == 1:
            source, own = 0.0, source + own
        if role:
            blocks.setdefault(target.block, len(blocks))
        if source:
            witnesses.setdefault(witness, len(witnesses))
        over = -1
        if target.prior.over_count is not None:
            fresh = len(overs), target.prior.over_count
            over = overs.setdefault((target.block, target.source), fresh)[0]
        rows.append(
            (role, source, own, blocks.get(target.block, 0), witnesses.get(witness, 0), over)
        )
    table = np.array(rows, dtype=float).reshape(-1, 6)
    index = table[:, 3:].astype(np.intp)
    return Ratios(
        tuple(targets),
        mu=np.array([t.prior.core.mu for t in targets]),
        sd=np.array([t.prior.core.sd for t in targets]),
        logit=np.array([t.prior.is_completeness for t in targets]),
        role_part=np.sqrt(table[:, 0]),
        source_part=np.sqrt(table[:, 1]),
        target_part=np.sqrt(table[:, 2]),
        role_index=index[:, 0],
        source_index=index[:, 1],
        over_index=index[:, 2],
        over_mean=np.array([prior.mean for _, prior in overs.values()]),
        over_sd=np.array([prior.sd for _, prior in overs.values()]),
    )


def select(ratios: Ratios, chosen: npt.NDArray[np.bool_]) -> Ratios:
    """Return the joint prior of some targets, with their shared components counted anew."""

    def renumber(index: Ints, part: Array) -> Ints:
        used = np.unique(index[part > 0])
        return np.where(part > 0, np.searchsorted(used, index), 0).astype(np.intp)

    keep = np.flatnonzero(chosen)
    arrays = ("mu", "sd", "logit", "role_part", "source_part", "target_part")
    over = ratios.over_index[keep]
    used = np.unique(over[over >= 0])
    return replace(
        ratios,
        targets=tuple(ratios.targets[i] for i in keep),
        **{name: getattr(ratios, name)[keep] for name in arrays},
        role_index=renumber(ratios.role_index[keep], ratios.role_part[keep]),
        source_index=renumber(ratios.source_index[keep], ratios.source_part[keep]),
        over_index=np.where(over >= 0, np.searchsorted(used, over), -1).astype(np.intp),
        over_mean=ratios.over_mean[used],
        over_sd=ratios.over_sd[used],
    )
