"""Posterior and evidence of a member with one mode: its curvature, then importance sampling.

The mode is found with exact derivatives (an imaginary step), a multivariate t round it proposes,
and a second t fitted to the weighted first draws proposes again. Where the weights are uneven the
member has a shape that no t covers, and the caller takes sequential Monte Carlo instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg
from scipy.special import gammaln

from casualty_est.lists.families.member import STEP, Member
from casualty_est.lists.inference.mixture import Densities, densities_of
from casualty_est.lists.table.history import HistoryTable

Array = npt.NDArray[np.float64]

FREEDOM = 6.0  # of the t
WIDER = 1.2  # factor on its covariance
APART = 1e-4  # between exact gradients, for the curvature
MOST_STEPS = 200
AT_MODE = 1e-8  # squared distance to the mode, in posterior sds
SMALLEST_ESS = 150.0
LARGEST_WEIGHT = 0.05  # share of one draw in all weight beyond which a tail is not covered


@dataclass(frozen=True, slots=True)
class Mode:
    """The mode of a member's posterior."""

    theta: Array  # (size,)
    covariance: Array  # (size, size): inverse curvature there
    log_evidence: float


@dataclass(frozen=True, slots=True)
class Weighted:
    """Weighted draws of one member; the weights add up to its evidence."""

    theta: Array  # (draw, size)
    log_odds: Array  # (draw,): of being on no list
    log_weight: Array  # (draw,)

    @property
    def log_evidence(self) -> float:
        """Log of the sum of the weights."""
        return float(np.logaddexp.reduce(self.log_weight))

    @property
    def ess(self) -> float:
        """Effective number of draws, by Kish."""
        share = np.exp(self.log_weight - self.log_evidence)
        return float(1.0 / np.sum(share**2))

    @property
    def sound(self) -> bool:
        """Whether no single draw rules and enough of them count."""
        top = float(np.exp(self.log_weight.max() - self.log_evidence))
        return self.ess >= SMALLEST_ESS and top <= LARGEST_WEIGHT


def log_posterior(member: Member, counts: Array, theta: Array) -> tuple[Array, Array]:
    """Log posterior density without its constant, and log odds of being on no list."""
    prior, likelihood, odds = densities_of(member, counts)(theta)
    return prior + likelihood, odds


def climb(member: Member, table: HistoryTable, start: Array | None = None) -> tuple[Array, float]:
    """Climb to the mode with Gauss-Newton steps; return the place (size,) and the height."""
    counts = table.counts.astype(float)
    density = densities_of(member, counts)
    theta = member.start(table) if start is None else start
    value = _value(density, theta)
    # The prior is curved everywhere: its curvature at the start keeps every step finite.
    ridge = -differences(lambda at: _prior_slope(member, at), theta)
    for _ in range(MOST_STEPS):
        gradient, outer = _slope(member, counts, theta)
        factor = linalg.cho_factor(outer + ridge)
        step = linalg.cho_solve(factor, gradient)
        if gradient @ step < AT_MODE:
            break
        length = 1.0
        while length > 1e-6:
            tried = theta + length * step
            height = _value(density, tried)
            if np.isfinite(height) and height > value:
                break
            length *= 0.5
        else:
            break
        theta, value = tried, height
    return theta, value


def gain(member: Member, table: HistoryTable, theta: Array) -> float:
    """How far one Gauss-Newton step would raise the log posterior, to second order."""
    gradient, outer = _slope(member, table.counts.astype(float), theta)
    step = linalg.cho_solve(linalg.cho_factor(outer - _prior_bend(member, theta)), gradient)
    return float(0.5 * gradient @ step)


def mode_at(member: Member, table: HistoryTable, theta: Array, value: float) -> Mode | None:
    """Describe the mode to which a climb led."""
    counts = table.counts.astype(float)
    # Minus the second derivatives: differences of exact gradients.
    curvature = -differences(
        lambda at: member.gradient(at, counts) + _prior_slope(member, at), theta
    )
    try:
        lower = linalg.cholesky(curvature, lower=True)
    except linalg.LinAlgError:
        return None
    covariance = linalg.cho_solve((lower, True), np.eye(len(theta)))
    log_evidence = value + 0.5 * len(theta) * np.log(2 * np.pi) - np.log(np.diag(lower)).sum()
    return Mode(theta, covariance, float(log_evidence))


def _value(density: Callable[[Array], Densities], theta: Array) -> float:
    prior, likelihood, _ = density(theta[None])
    return float(prior[0] + likelihood[0])


def _slope(member: Member, counts: Array, theta: Array) -> tuple[Array, Array]:
    """Gradient of the log posterior, and the outer products of the scores of the people."""
    scores = member.scores(theta)
    return scores @ counts + _prior_slope(member, theta), (scores * counts) @ scores.T


def _prior_slope(member: Member, theta: Array) -> Array:
    return member.log_prior(theta + 1j * STEP * np.eye(len(theta))).imag / STEP


def _prior_bend(member: Member, theta: Array) -> Array:
    """Second derivatives of the log prior, all slopes in one call: it is asked for every pair."""
    unit = np.eye(len(theta))
    shifts = np.array([APART, -APART])[:, None, None, None] * unit[None, :, None, :]
    at = theta + shifts + 1j * STEP * unit
    slopes = member.log_prior(at.reshape(-1, len(theta))).imag.reshape(2, len(theta), -1) / STEP
    rows = (slopes[0] - slopes[1]) / (2 * APART)
    bend: Array = 0.5 * (rows + rows.T)
    return bend


def differences(gradient: Callable[[Array], Array], theta: Array) -> Array:
    """Second derivatives at one point, from slopes beside it."""
    shifts = APART * np.eye(len(theta))
    rows = np.array([(gradient(theta + s) - gradient(theta - s)) / (2 * APART) for s in shifts])
    symmetric: Array = 0.5 * (rows + rows.T)
    return symmetric


def sample(
    member: Member, table: HistoryTable, mode: Mode, draws: int, rng: np.random.Generator
) -> Weighted:
    """Draw with importance weights, twice: round the mode, then round the first draws."""
    counts = table.counts.astype(float)
    first = _Student(mode.theta, WIDER * mode.covariance)
    theta = first.draw(rng, draws)
    density, odds = log_posterior(member, counts, theta)
    weight = density - first.log_density(theta)
    second = _refit(theta, weight, len(mode.theta))
    if second is None:
        return _weighted(theta, odds, weight)
    more = second.draw(rng, draws)
    more_density, more_odds = log_posterior(member, counts, more)
    theta, density = np.vstack([theta, more]), np.concatenate([density, more_density])
    both = np.logaddexp(first.log_density(theta), second.log_density(theta)) - np.log(2.0)
    return _weighted(theta, np.concatenate([odds, more_odds]), density - both)


@dataclass(frozen=True, slots=True)
class Rounds:
    """How long importance sampling goes on."""

    draws: int  # of each round
    most: int  # rounds
    enough: float  # effective draws
    per_parameter: int  # effective draws that the next t is fitted to, for each parameter


def adapted(
    member: Member, table: HistoryTable, mode: Mode, rounds: Rounds, rng: np.random.Generator
) -> Weighted:
    """Draw in rounds, each from a t fitted to all draws before it.

    The weights count every round's t (deterministic mixture, Owen and Zhou 2000, doi
    10.1080/01621459.2000.10473909); a t is fitted to tempered weights where few draws count.
    """
    counts = table.counts.astype(float)
    students = [_Student(mode.theta, WIDER * mode.covariance)]
    theta, density, odds = np.empty((0, len(mode.theta))), np.empty(0), np.empty(0)
    while True:
        more = students[-1].draw(rng, rounds.draws)
        more_density, more_odds = log_posterior(member, counts, more)
        theta, density = np.vstack([theta, more]), np.append(density, more_density)
        odds = np.append(odds, more_odds)
        each = np.array([student.log_density(theta) for student in students])
        weight = density - (np.logaddexp.reduce(each, axis=0) - np.log(len(students)))
        drawn = _weighted(theta, odds, weight)
        if len(students) >= rounds.most or (drawn.sound and drawn.ess >= rounds.enough):
            return drawn
        share = _tempered(drawn.log_weight, rounds.per_parameter * len(mode.theta))
        centre = share @ theta
        off = theta - centre
        try:
            students.append(_Student(centre, WIDER * (off * share[:, None]).T @ off))
        except linalg.LinAlgError:
            return drawn


def _tempered(log_weight: Array, wanted: float) -> Array:
    """Shares of draws, by the highest power of their weights that lets enough of them count."""
    power = 1.0
    while True:
        share = np.exp(power * (log_weight - log_weight.max()))
        share /= share.sum()
        if 1.0 / np.sum(share**2) >= wanted or power < 0.05:
            return share
        power *= 0.8


def _weighted(theta: Array, odds: Array, weight: Array) -> Weighted:
    weight = np.where(np.isfinite(weight), weight, -np.inf)
    return Weighted(theta, odds, weight - np.log(len(weight)))


def _refit(theta: Array, weight: Array, size: int) -> _Student | None:
    """Fit a t to weighted draws; None where too few of them count."""
    share = np.exp(weight - np.nanmax(weight))
    share = np.where(np.isfinite(share), share, 0.0)
    share /= share.sum()
    if 1.0 / np.sum(share**2) < 5 * size:
        return None
    centre = share @ theta
    off = theta - centre
    covariance = (off * share[:, None]).T @ off
    try:
        return _Student(centre, WIDER * covariance)
    except linalg.LinAlgError:
        return None


class _Student:
    """A multivariate t."""

    def __init__(self, centre: Array, covariance: Array) -> None:
        # The covariance of a t is its scale matrix times freedom / (freedom - 2).
        self.centre = centre
        self.lower = linalg.cholesky(covariance * (FREEDOM - 2) / FREEDOM, lower=True)

    def draw(self, rng: np.random.Generator, draws: int) -> Array:
        normal = rng.standard_normal((draws, len(self.centre)))
        scale = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, draws))
        theta: Array = self.centre + (normal @ self.lower.T) * scale[:, None]
        return theta

    def log_density(self, theta: Array) -> Array:
        size = len(self.centre)
        z = linalg.solve_triangular(self.lower, (theta - self.centre).T, lower=True)
        constant = (
            gammaln((FREEDOM + size) / 2)
            - gammaln(FREEDOM / 2)
            - 0.5 * size * np.log(FREEDOM * np.pi)
            - np.log(np.diag(self.lower)).sum()
        )
        tails = 0.5 * (FREEDOM + size) * np.log1p((z**2).sum(axis=0) / FREEDOM)
        density: Array = constant - tails
        return density
