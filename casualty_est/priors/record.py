"""What the record leads one to expect of a new source in a new conflict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est import datasets
from casualty_est.arrays import Array
from casualty_est.datasets.statements import ROLES, Statement
from casualty_est.errors import UsageError
from casualty_est.priors.conflicts import matching_conflicts
from casualty_est.priors.distributions import short
from casualty_est.priors.gibbs import DOF, OVER_COUNT, SHARES
from casualty_est.priors.learned import Learned, learned
from casualty_est.priors.mixture import Mixture
from casualty_est.tables.checks import is_whole

Level = Literal["total", "incident"]
LEVELS = ("total", "incident")
BY_DECLARATION = ("reference", "register")
LEARNED_ROLES = (*(role for role in ROLES if role not in BY_DECLARATION), "none")
DENIER = "perpetrator"
# Of a share of statements that nobody died: Beta(1/2, 1/2) before any is seen.
ZERO_PRIOR = 0.5


@dataclass(frozen=True)
class ReportingRatio:
    """Predictive distribution of reported / true for a new source in a new conflict.

    Parameters
    ----------
    role : str
        What the source is toward the deaths.
    level : {"total", "incident"}
        Whether the number is a total or about a single incident.
    learned : Learned
        Mean of the role with its sd, and the two spreads, on the log scale or, for a role that
        documents case by case, on the logit scale of a completeness.
    left_out : tuple of str
        Conflicts of the record that nothing was learned from.
    rows, conflicts : int
        Statements and conflicts behind it.
    zeros, stated : int
        Statements that nobody died, among all statements of the role at that level; 0 of 0 for
        a role whose zeros are no denial.
    """

    role: str
    level: Level
    learned: Learned
    left_out: tuple[str, ...]
    rows: int
    conflicts: int
    zeros: int
    stated: int

    @property
    def is_share(self) -> bool:
        """Whether the terms are of the logit of a completeness, times an over-count."""
        return self.role in SHARES

    @property
    def zero(self) -> float:
        """Probability that the source says that nobody died."""
        if not self.stated:
            return 0.0
        return (self.zeros + ZERO_PRIOR) / (self.stated + 2 * ZERO_PRIOR)

    @cached_property
    def mixture(self) -> Mixture:
        """The log (or logit) of the ratio where the source gives a number above 0."""
        row = self.learned
        mean, sd = (
            (row.total, row.total_sd) if self.level == "total" else (row.incident, row.incident_sd)
        )
        return Mixture.of(mean, sd, (row.log_b, row.log_b_sd), (row.log_w, row.log_w_sd), DOF)

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        """Log ratios and their distribution function, where a number above 0 is given."""
        grid = np.linspace(-14.0, 9.0, 2301)
        if not self.is_share:
            return grid, self.mixture.cdf(grid)
        over = OVER_COUNT[0] + OVER_COUNT[1] * special.ndtri((np.arange(41) + 0.5) / 41)
        share = np.exp(np.minimum(grid[:, None] - over, -1e-12))
        logit = np.linspace(-14.0, 28.0, 2101)
        below = np.interp(special.logit(share), logit, self.mixture.cdf(logit))
        return grid, np.where(grid[:, None] >= over, 1.0, below).mean(axis=1)

    def quantile(self, p: npt.ArrayLike) -> Array:
        """Quantiles of the ratio.

        Parameters
        ----------
        p : array_like
            Probabilities between 0 and 1.

        Returns
        -------
        ndarray
            Ratios in the shape of `p`; 0 where `p` lies within the probability of a stated zero.

        Raises
        ------
        UsageError
            If a probability is not between 0 and 1.

        Examples
        --------
        >>> from casualty_est.priors.record import reporting_ratio
        >>> bool(reporting_ratio("accuser").quantile(0.5) > 2)
        True
        """
        probability = np.asarray(p, dtype=float)
        if not ((probability > 0) & (probability < 1)).all():
            msg = f"a probability lies between 0 and 1, not {p!r}: write 0.05 for the lower end"
            raise UsageError(msg)
        grid, below = self._table
        rest = (probability - self.zero) / (1 - self.zero)
        ratio = np.exp(np.interp(rest, below, grid))
        return np.where(rest > 0, ratio, 0.0)

    def sample(self, n: int, *, seed: int | None = None) -> Array:
        """Draw ratios.

        Parameters
        ----------
        n : int
            How many.
        seed : int, optional
            The same seed gives the same draws.

        Returns
        -------
        ndarray
            Ratios, shape ``(n,)``; 0 for a statement that nobody died.
        """
        for name, given, least in (("n", n, 1), ("seed", seed, 0)):
            if given is not None and (not is_whole(given) or given < least):
                msg = f"{name} must be a whole number of at least {least}, not {given!r}"
                raise UsageError(msg)
        rng = np.random.default_rng(seed)
        said_zero = rng.random(n) < self.zero
        value = self.mixture.sample(n, rng)
        if self.is_share:
            over = rng.normal(*OVER_COUNT, n)
            value = -np.logaddexp(0, -value) + over
        return np.where(said_zero, 0.0, np.exp(value))

    @property
    def median(self) -> float:
        """Median of the ratio, stated zeros included."""
        return float(self.quantile(0.5))

    def interval(self, prob: float = 0.9) -> tuple[float, float]:
        """Equal-tailed interval of the ratio.

        Parameters
        ----------
        prob : float
            Probability that the value lies inside.

        Returns
        -------
        tuple of float
        """
        low, high = self.quantile([(1 - prob) / 2, (1 + prob) / 2])
        return float(low), float(high)

    def cdf(self, log_ratio: float, sd: float = 0.0) -> float:
        """Probability of a smaller ratio, where a number above 0 is given.

        Parameters
        ----------
        log_ratio : float
            Log of a ratio.
        sd : float
            Known error of that log.

        Returns
        -------
        float
        """
        return self._mixed(log_ratio, sd)[0]

    def log_density(self, log_ratio: float, sd: float = 0.0) -> float:
        """Log density of the log of a ratio, where a number above 0 is given.

        Parameters
        ----------
        log_ratio : float
            Log of a ratio.
        sd : float
            Known error of that log.

        Returns
        -------
        float
        """
        return self._mixed(log_ratio, sd)[1]

    def _mixed(self, log_ratio: float, sd: float) -> tuple[float, float]:
        if not self.is_share:
            mixture = self.mixture.widened(sd)
            at = np.array([log_ratio])
            return float(mixture.cdf(at)[0]), float(np.log(mixture.density(at)[0]))
        return share_mixed(self.mixture, log_ratio, sd, OVER_COUNT)

    def __str__(self) -> str:
        low, high = self.interval()
        without = f", without {' and '.join(self.left_out)}" if self.left_out else ""
        zero = f"; nobody died: {self.zeros} of {self.stated}" if self.stated else ""
        return (
            f"{self.role}, {self.level}: median {short(self.median)}, "
            f"90% {short(low)} to {short(high)}, from {self.rows} statements in "
            f"{self.conflicts} conflicts{without}{zero}"
        )


def share_mixed(
    mixture: Mixture, log_ratio: float, sd: float, over_count: tuple[float, float]
) -> tuple[float, float]:
    """Probability of a smaller ratio and log density, for a share times an over-count.

    `mixture` is of the logit of the share, `sd` a known error of the log ratio.
    """
    logit, weight = mixture.nodes()
    spread = float(np.hypot(over_count[1], sd))
    z = (log_ratio - over_count[0] + np.logaddexp(0, -logit)) / spread
    density = np.exp(-0.5 * z**2) / (spread * np.sqrt(2 * np.pi))
    return float(weight @ special.ndtr(z)), float(np.log(weight @ density))


def reporting_ratio(
    role: str,
    without: str | Iterable[str] | None = None,
    level: Level = "total",
) -> ReportingRatio:
    """Return what the record leads one to expect of a new source in a new conflict.

    The distribution includes the uncertainty of the role's mean, what a role has in common within a
    conflict, and the source's own part. A hierarchical model of the record gives these, with the
    conflict under analysis left out (`casualty_est.priors.learn`). It knows only cases in which a
    better figure came later: famous disputes, and places with access.

    Parameters
    ----------
    role : str
        What the source is toward the deaths; ``none`` for all roles taken together.
    without : str or iterable of str, optional
        Labels of the conflict under analysis, which nothing is learned from: a name of the record,
        or words of conflict and place. Case, accents and endings (Syria, Syrian) are ignored. Every
        conflict with all words of a label is left out; where none does, every one that holds
        any of them.
    level : {"total", "incident"}
        Whether the number is a total or about a single incident.

    Returns
    -------
    ReportingRatio
        With `quantile`, `sample`, `interval`, `median`, `rows` and `conflicts`; printed in a line.

    Raises
    ------
    UsageError
        If the role or the level is unknown, if the role is right by the analyst's declaration, or
        if `without` is one label and names no conflict of the record.

    References
    ----------
    Gelman 2006, Prior distributions for variance parameters in hierarchical models,
    doi 10.1214/06-BA117A.

    Examples
    --------
    >>> from casualty_est.priors.record import reporting_ratio
    >>> reporting_ratio("monitor", without="Raqqa").left_out
    ('Coalition in Iraq and Syria 2014-19',)
    """
    if level not in LEVELS:
        msg = f"level is total or incident, not {level!r}: write level='total'"
        raise UsageError(msg)
    _check_role(role)
    record = datasets.record()
    left_out = matching_conflicts(without, record)
    if isinstance(without, str) and without and not left_out:
        msg = (
            f"without: the record has no conflict with the words of {without!r}; leave it out, or "
            "name the conflict or its place otherwise"
        )
        raise UsageError(msg)
    kept = [row for row in record if row.conflict not in left_out]
    mine = [row for row in kept if row.use == "main" and role in (row.role, "none")]
    here = [row for row in kept if (row.level == "incident") == (level == "incident")]
    zeros = [row for row in here if row.role == role == DENIER and row.use == "zero"]
    numbers = [row for row in here if row.role == role == DENIER and row.use == "main"]
    return ReportingRatio(
        role=role,
        level=level,
        learned=learned(role, left_out),
        left_out=left_out,
        rows=len(mine),
        conflicts=len({row.conflict for row in mine}),
        zeros=len(zeros),
        stated=len(zeros) + len(numbers),
    )


def _check_role(role: str) -> None:
    from casualty_est.tables.checks import nearest

    if role in BY_DECLARATION:
        msg = (
            f"role {role!r} is right by the analyst's declaration and not learned: "
            "give its ratio in the priors"
        )
        raise UsageError(msg)
    if role not in LEARNED_ROLES:
        valid = ", ".join(LEARNED_ROLES)
        msg = f"a role is one of {valid}, not {role!r}{nearest(role, LEARNED_ROLES)}: choose one"
        raise UsageError(msg)


def statements_behind(ratio: ReportingRatio) -> Sequence[Statement]:
    """Return the statements of the record that a distribution was learned from."""
    return tuple(
        row
        for row in datasets.record()
        if row.use == "main"
        and ratio.role in (row.role, "none")
        and row.conflict not in ratio.left_out
    )
