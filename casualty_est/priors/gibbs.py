"""Gibbs sampler of the hierarchical model of the record, many left-out conflicts at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.arrays import Array
from casualty_est.datasets.statements import Statement

Index = npt.NDArray[np.int64]

DOF = 4  # of the Student t of single statements
MEAN_SD = 1.5  # mu ~ N(0, 1.5): a role may be out by a factor of twenty before any row is seen
LEVEL_SD = 0.3  # what incidents change, role by role
SPREAD_SD = 0.7  # log b and log w of a role around their pooled means
POOLED = (-1.0, 1.0)  # mean and sd of those pooled means
SIZE = 3.0  # log10 of the toll at which `mu` is the role's mean
# Who documents case by case has a completeness, a share of the dead, times what it counts twice or
# wrongly. On the logit scale a spread is about twice as large as on the log scale.
SHARES = ("international", "merged_list", "monitor", "registry")
OVER_COUNT = (0.05, 0.15)  # mean and sd of the log of what is counted twice or wrongly
STRETCH = float(np.log(2.0))


@dataclass(frozen=True, slots=True)
class Rows:
    """The statements that are learned from, as arrays; sorted by role, then by conflict.

    log_ratio, ref_sd, own_sd: (row,) log of reported / reference, and the sds of its two errors.
    design: (row, term) what multiplies a role's terms: 1, whether an incident, log10 size - 3.
    role, conflict, group, reference: (row,) indices; a group is one role in one conflict.
    is_share: (role,) whether the role's terms are of the logit of a share, not of a log ratio.
    """

    roles: tuple[str, ...]
    conflicts: tuple[str, ...]
    statements: tuple[Statement, ...]
    log_ratio: Array
    ref_sd: Array
    own_sd: Array
    design: Array
    role: Index
    conflict: Index
    group: Index
    reference: Index
    is_share: npt.NDArray[np.bool_]

    @property
    def role_of_group(self) -> Index:
        """(group,) role of each group."""
        return self.role[np.unique(self.group, return_index=True)[1]]


def rows_of(statements: Sequence[Statement], shares: Sequence[str] = SHARES) -> Rows:
    """Arrange the statements whose use is ``main``; `shares` are the roles on the logit scale."""
    main = sorted(
        (row for row in statements if row.use == "main"), key=lambda row: (row.role, row.conflict)
    )
    roles, role = _labels([row.role for row in main])
    conflicts, conflict = _labels([row.conflict for row in main])
    _, group = _labels([(row.role, row.conflict) for row in main])
    # One better figure for several statements: they share its error.
    _, reference = _labels(
        [(row.conflict, row.ref_best, row.ref_low, row.ref_high) for row in main]
    )
    size = np.log10([row.ref_best for row in main]) - SIZE
    incident = np.array([row.level == "incident" for row in main], dtype=float)
    return Rows(
        roles=roles,
        conflicts=conflicts,
        statements=tuple(main),
        log_ratio=np.log([row.reported_best / row.ref_best for row in main]),
        ref_sd=np.array([row.ref_sd_log for row in main]),
        own_sd=np.array([row.own_sd for row in main]),
        design=np.column_stack([np.ones(len(main)), incident, size]),
        role=role,
        conflict=conflict,
        group=group,
        reference=reference,
        is_share=np.isin(roles, shares),
    )


def _labels[T](values: Sequence[T]) -> tuple[tuple[T, ...], Index]:
    """Return the distinct values in order, and the place of each value among them."""
    places = {value: place for place, value in enumerate(sorted(set(values)))}  # type: ignore[type-var]
    return tuple(places), np.array([places[value] for value in values], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws of what is learned of every role.

    terms: (draw, fold, role, term) mu, the shift of incidents, the slope with log10 size.
    log_b, log_w: (draw, fold, role) logs of the sd in common within a conflict, and of the scale
    of a single statement.
    """

    terms: Array
    log_b: Array
    log_w: Array


def sample(
    rows: Rows,
    left_out: Sequence[int],
    *,
    draws: int,
    warmup: int,
    seed: int,
    term_sd: Array,
    thin: int = 1,
    tell: Callable[[str], None] | None = None,
) -> Draws:
    """Sample the posterior of every fold; `left_out` names its conflict by index, or -1.

    All folds share one stream of random numbers, so that a fold rebuilt alone has the same draws
    as among the others. `term_sd`: (role, term) prior sds of a role's terms, 0 where it has none.
    """
    rng = np.random.default_rng(seed)
    state = _State(rows, np.asarray(left_out), term_sd)
    kept = Draws(
        np.zeros((draws, state.folds, state.roles, rows.design.shape[1])),
        np.empty((draws, state.folds, state.roles)),
        np.empty((draws, state.folds, state.roles)),
    )
    for step in range(-warmup, draws * thin):
        state.update(rng)
        if step >= 0 and step % thin == 0:
            at = step // thin
            kept.terms[at][..., state.columns] = state.terms
            kept.log_b[at], kept.log_w[at] = state.log_b, state.log_w
        if tell and (step + warmup + 1) % 1000 == 0:
            tell(f"{step + warmup + 1:,} of {warmup + draws * thin:,} steps")
    return kept


class _State:
    """Where the chains of all folds stand; every array has the folds first."""

    def __init__(self, rows: Rows, left_out: Index, term_sd: Array) -> None:
        self.rows = rows
        self.columns = np.flatnonzero(term_sd.any(axis=0))
        self.design = rows.design[:, self.columns]
        term_sd = term_sd[:, self.columns]
        self.folds, self.roles = len(left_out), len(rows.roles)
        # (fold, row) 1 where the fold learns from the row
        self.used = (rows.conflict[None, :] != left_out[:, None]).astype(float)
        self.precision = np.where(term_sd > 0, 1 / np.maximum(term_sd, 1e-4) ** 2, 1e8)
        self.group_starts = np.flatnonzero(np.diff(rows.group, prepend=-1))
        self.role_starts = np.flatnonzero(np.diff(rows.role, prepend=-1))
        self.role_of_group = rows.role_of_group
        self.groups_of_role = np.flatnonzero(np.diff(self.role_of_group, prepend=-1))
        self.order = np.argsort(rows.reference, kind="stable")
        self.reference_starts = np.flatnonzero(np.diff(rows.reference[self.order], prepend=-1))
        references = len(self.reference_starts)
        self.reference_sd = rows.ref_sd[self.order][self.reference_starts]
        shape = (self.folds, len(rows.log_ratio))
        self.terms = np.zeros((self.folds, self.roles, len(self.columns)))
        self.log_b = np.full((self.folds, self.roles), -1.0)
        self.log_w = np.full((self.folds, self.roles), -1.0)
        self.mean_b, self.mean_w = np.full((2, self.folds), -1.0)
        self.in_common = np.zeros((self.folds, len(self.group_starts)))
        self.of_reference = np.zeros((self.folds, references))
        self.own_error = np.zeros(shape)
        self.mixing = np.ones(shape)
        self.share_rows = np.flatnonzero(rows.is_share[rows.role])
        self.share_groups, self.share_group = np.unique(
            rows.group[self.share_rows], return_inverse=True
        )
        self.share_roles, self.share_place = np.unique(
            rows.role[self.share_rows], return_inverse=True
        )
        self.share_role_starts = np.flatnonzero(np.diff(self.share_place, prepend=-1))
        self.share_group_starts = np.flatnonzero(np.diff(self.share_group, prepend=-1))
        self.role_place_of_group = np.searchsorted(
            self.share_roles, self.role_of_group[self.share_groups]
        )
        shares = np.minimum(np.exp(rows.log_ratio[self.share_rows]), 0.97)
        self.logit = np.broadcast_to(special.logit(shares), (self.folds, len(shares))).copy()
        self.rows_of_role = np.add.reduceat(self.used, self.role_starts, axis=1)
        self.stretch = np.where(rows.is_share, STRETCH, 0.0)

    def update(self, rng: np.random.Generator) -> None:
        """Move every chain one step."""
        rows = self.rows
        residual = self._without_terms() - self.in_common[:, rows.group] - self._fitted()
        self._update_w(residual, rng)
        scale = DOF + (residual / np.exp(self.log_w)[:, rows.role]) ** 2 * self.used
        chi = rng.standard_gamma((DOF + 1) / 2, len(rows.role))
        prior_chi = rng.standard_gamma(DOF / 2, len(rows.role))
        chi = np.where(self.used > 0, chi, prior_chi)
        self.mixing = scale / (2 * chi)
        noise_sd = np.exp(self.log_w)[:, rows.role] * np.sqrt(self.mixing)
        weight = self.used / noise_sd**2
        self._update_logit(noise_sd, rng)
        self._update_terms(weight, rng)
        self._update_spreads(rng)
        weight = self.used / (np.exp(2 * self.log_w)[:, rows.role] * self.mixing)
        self._update_in_common(weight, rng)
        self._move_shares(rng)
        self._update_reference(weight, rng)
        self._update_own(weight, rng)
        self.mean_b = self._pooled(self.log_b - self.stretch, rng)
        self.mean_w = self._pooled(self.log_w - self.stretch, rng)

    def _without_terms(self) -> Array:
        """(fold, row) log ratio less the errors of both figures; the logit of a share."""
        rows = self.rows
        target = rows.log_ratio - self.of_reference[:, rows.reference] - self.own_error
        target[:, self.share_rows] = self.logit
        return np.asarray(target)

    def _fitted(self) -> Array:
        """(fold, row) what the terms of its role say of each row."""
        terms = self.terms[:, self.rows.role]
        return np.asarray(np.einsum("frt,rt->fr", terms, self.design))

    def _counted(self, logit: Array) -> Array:
        """(fold, share row) log density of what was counted, given the logits of the shares."""
        rows, at = self.rows, self.share_rows
        over = rows.log_ratio[at] - self.of_reference[:, rows.reference[at]] - OVER_COUNT[0]
        miss = (over + np.logaddexp(0, -logit)) / OVER_COUNT[1]
        return np.asarray(-0.5 * self.used[:, at] * miss**2)

    def _update_logit(self, noise_sd: Array, rng: np.random.Generator) -> None:
        """Metropolis for the logits of the shares, given what was counted of the dead."""
        at = self.share_rows
        mean = (self.in_common[:, self.rows.group] + self._fitted())[:, at]
        sd = noise_sd[:, at]

        def density(logit: Array) -> Array:
            return self._counted(logit) - 0.5 * ((logit - mean) / sd) ** 2

        self.logit = _metropolis(self.logit, density, (0.2, 0.7, 2.0), rng)

    def _move_shares(self, rng: np.random.Generator) -> None:
        """Move the logits along with a role's mean, b and w, and with what a group has in common.

        Near a complete list the count says little of the logit, and single steps are slow.
        """
        for length in (0.4, 1.2):
            self._shift_means(length, rng)
            self._stretch_common(length, rng)
            self._stretch_own(length, rng)
            self._shift_groups(length, rng)

    def _shift_means(self, length: float, rng: np.random.Generator) -> None:
        roles, place = self.share_roles, self.share_place
        step = length * rng.standard_normal(len(roles))
        value = self.terms[:, roles, 0]
        prior = 0.5 * (value**2 - (value + step) ** 2) * self.precision[roles, 0]
        moved = self.logit + step[place]
        taken = self._taken(moved, prior, self.share_role_starts, rng)
        self.terms[:, roles, 0] += np.where(taken, step, 0.0)
        self.logit = np.where(taken[:, place], moved, self.logit)

    def _stretch_common(self, length: float, rng: np.random.Generator) -> None:
        roles, place, groups = self.share_roles, self.share_place, self.share_groups
        step = length * rng.standard_normal(len(roles))
        away = self.log_b[:, roles] - STRETCH - self.mean_b[:, None]
        prior = 0.5 * (away**2 - (away + step) ** 2) / SPREAD_SD**2
        common = self.in_common[:, groups]
        stretched = common * np.exp(step[self.role_place_of_group])
        moved = self.logit + (stretched - common)[:, self.share_group]
        taken = self._taken(moved, prior, self.share_role_starts, rng)
        self.log_b[:, roles] += np.where(taken, step, 0.0)
        self.in_common[:, groups] = np.where(taken[:, self.role_place_of_group], stretched, common)
        self.logit = np.where(taken[:, place], moved, self.logit)

    def _stretch_own(self, length: float, rng: np.random.Generator) -> None:
        roles, place, at = self.share_roles, self.share_place, self.share_rows
        step = length * rng.standard_normal(len(roles))
        away = self.log_w[:, roles] - STRETCH - self.mean_w[:, None]
        prior = 0.5 * (away**2 - (away + step) ** 2) / SPREAD_SD**2
        expected = (self._fitted() + self.in_common[:, self.rows.group])[:, at]
        moved = expected + (self.logit - expected) * np.exp(step[place])
        taken = self._taken(moved, prior, self.share_role_starts, rng)
        self.log_w[:, roles] += np.where(taken, step, 0.0)
        self.logit = np.where(taken[:, place], moved, self.logit)

    def _shift_groups(self, length: float, rng: np.random.Generator) -> None:
        groups, group = self.share_groups, self.share_group
        step = length * rng.standard_normal(len(groups))
        common = self.in_common[:, groups]
        precision = np.exp(-2 * self.log_b[:, self.role_of_group[groups]])
        prior = 0.5 * (common**2 - (common + step) ** 2) * precision
        moved = self.logit + step[group]
        taken = self._taken(moved, prior, self.share_group_starts, rng)
        self.in_common[:, groups] += np.where(taken, step, 0.0)
        self.logit = np.where(taken[:, group], moved, self.logit)

    def _taken(
        self, moved: Array, prior: Array, starts: Index, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """(fold, part) whether a move of all logits of a role or of a group is taken."""
        gained = np.add.reduceat(self._counted(moved) - self._counted(self.logit), starts, axis=1)
        return np.asarray(np.log(rng.random(len(starts))) < gained + prior)

    def _update_w(self, residual: Array, rng: np.random.Generator) -> None:
        """Metropolis, the mixing variables summed out."""

        def density(log_w: Array) -> Array:
            z = residual / np.exp(log_w)[:, self.rows.role]
            log_t = -log_w[:, self.rows.role] - (DOF + 1) / 2 * np.log1p(z**2 / DOF)
            of_rows = np.add.reduceat(log_t * self.used, self.role_starts, axis=1)
            prior = ((log_w - self.stretch - self.mean_w[:, None]) / SPREAD_SD) ** 2
            return np.asarray(of_rows - 0.5 * prior)

        self.log_w = _metropolis(self.log_w, density, (0.5,), rng)

    def _update_spreads(self, rng: np.random.Generator) -> None:
        """Metropolis for log b and log w together, what is in common in a conflict summed out."""
        residual = self._without_terms() - self._fitted()
        inverse = self.used / self.mixing
        of_group = self.role_of_group
        total, mean, square = (
            np.add.reduceat(values, self.group_starts, axis=1)
            for values in (inverse, inverse * residual, inverse * residual**2)
        )

        def density(spreads: Array) -> Array:
            log_b, log_w = spreads
            scale = np.exp(-2 * log_w)[:, of_group]
            shrunk = 1 / (np.exp(-2 * log_b)[:, of_group] + total * scale)
            in_common = np.log1p(np.exp(2 * log_b)[:, of_group] * total * scale)
            of_groups = in_common + scale * (square - mean**2 * scale * shrunk)
            prior_b = (log_b - self.stretch - self.mean_b[:, None]) / SPREAD_SD
            prior_w = (log_w - self.stretch - self.mean_w[:, None]) / SPREAD_SD
            likelihood = -0.5 * np.add.reduceat(of_groups, self.groups_of_role, axis=1)
            prior = prior_b**2 + prior_w**2
            return np.asarray(likelihood - self.rows_of_role * log_w - 0.5 * prior)

        spreads = np.stack([self.log_b, self.log_w])
        self.log_b, self.log_w = _metropolis(spreads, density, (0.15, 0.3, 0.5, 0.8, 1.2), rng)

    def _update_terms(self, weight: Array, rng: np.random.Generator) -> None:
        """Exact, what a role has in common in a conflict summed out."""
        design, target = self.design, self._without_terms()
        terms = design.shape[1]
        outer = np.einsum("rs,rt->rst", design, design).reshape(len(design), -1)
        by_group = np.add.reduceat(weight, self.group_starts, axis=1)
        xs = np.add.reduceat(weight[:, :, None] * design, self.group_starts, axis=1)
        ys = np.add.reduceat(weight * target, self.group_starts, axis=1)
        shrink = 1 / (np.exp(-2 * self.log_b)[:, self.role_of_group] + by_group)
        xx = np.add.reduceat(weight[:, :, None] * outer, self.role_starts, axis=1)
        xy = np.add.reduceat((weight * target)[:, :, None] * design, self.role_starts, axis=1)
        between = (shrink[:, :, None, None] * xs[:, :, :, None] * xs[:, :, None, :]).reshape(
            self.folds, -1, terms * terms
        )
        xx = xx - np.add.reduceat(between, self.groups_of_role, axis=1)
        xy = xy - np.add.reduceat((shrink * ys)[:, :, None] * xs, self.groups_of_role, axis=1)
        precision = xx.reshape(self.folds, self.roles, terms, terms)
        precision = precision + np.eye(terms) * self.precision[:, None, :]
        lower = np.linalg.cholesky(precision)
        mean = np.linalg.solve(precision, xy[..., None])
        noise = rng.standard_normal((self.roles, terms))
        spread = np.linalg.solve(
            np.swapaxes(lower, -1, -2), np.broadcast_to(noise, mean.shape[:-1])[..., None]
        )
        self.terms = np.ascontiguousarray((mean + spread)[..., 0])

    def _update_in_common(self, weight: Array, rng: np.random.Generator) -> None:
        residual = self._without_terms() - self._fitted()
        total = np.add.reduceat(weight, self.group_starts, axis=1)
        mean = np.add.reduceat(weight * residual, self.group_starts, axis=1)
        precision = np.exp(-2 * self.log_b)[:, self.role_of_group] + total
        noise = rng.standard_normal(total.shape[1])
        self.in_common = mean / precision + noise / np.sqrt(precision)

    def _update_reference(self, weight: Array, rng: np.random.Generator) -> None:
        rows = self.rows
        residual = rows.log_ratio - self.own_error - self.in_common[:, rows.group] - self._fitted()
        # Of a share the log ratio is known but for the over-count.
        counted = np.logaddexp(0, -self.logit) - OVER_COUNT[0]
        residual[:, self.share_rows] = rows.log_ratio[self.share_rows] + counted
        weight = weight.copy()
        weight[:, self.share_rows] = self.used[:, self.share_rows] / OVER_COUNT[1] ** 2
        total = np.add.reduceat(weight[:, self.order], self.reference_starts, axis=1)
        mean = np.add.reduceat((weight * residual)[:, self.order], self.reference_starts, axis=1)
        precision = self.reference_sd**-2 + total
        noise = rng.standard_normal(total.shape[1])
        self.of_reference = mean / precision + noise / np.sqrt(precision)

    def _update_own(self, weight: Array, rng: np.random.Generator) -> None:
        rows = self.rows
        noise = rng.standard_normal(len(rows.role))
        known = rows.own_sd > 0
        if not known.any():
            return
        residual = (
            rows.log_ratio
            - self.of_reference[:, rows.reference]
            - self.in_common[:, rows.group]
            - self._fitted()
        )
        precision = np.where(known, rows.own_sd, 1.0) ** -2 + weight
        drawn = weight * residual / precision + noise / np.sqrt(precision)
        self.own_error = np.where(known, drawn, 0.0)

    def _pooled(self, values: Array, rng: np.random.Generator) -> Array:
        """Mean of the logs of all roles, given them."""
        mean, sd = POOLED
        precision = sd**-2 + self.roles / SPREAD_SD**2
        at = (mean / sd**2 + values.sum(axis=1) / SPREAD_SD**2) / precision
        return np.asarray(at + rng.standard_normal() / np.sqrt(precision))


def _metropolis(
    value: Array,
    density: Callable[[Array], Array],
    lengths: Sequence[float],
    rng: np.random.Generator,
) -> Array:
    """Steps of several lengths; each entry of every fold is taken or left on its own."""
    now = density(value)
    for length in lengths:
        proposal = value + length * rng.standard_normal((*value.shape[:-2], 1, value.shape[-1]))
        then = density(proposal)
        taken = np.log(rng.random(value.shape[-1])) < then - now
        value, now = np.where(taken, proposal, value), np.where(taken, then, now)
    return value
