"""Source roles: what a kind of witness leads one to expect, with the grounds for it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.errors import UsageError
from casualty_est.priors.distributions import LogitNormal, LogNormal, Normal, named, short

Array = npt.NDArray[np.float64]
NO_ROLE = "none"
LOG_RATIOS = np.linspace(-9.0, 3.0, 4001)


@dataclass(frozen=True, slots=True)
class Ground:
    """A figure behind a prior: where it comes from and of which conflict it speaks."""

    figure: str
    citation: str
    conflict: str
    words: tuple[str, ...]
    level: str


@dataclass(frozen=True, slots=True)
class RatioPrior:
    """Prior on a reporting ratio (reported / true) of one source toward one target.

    Parameters
    ----------
    core : LogNormal or LogitNormal
        The ratio itself, or the completeness of what a source documents.
    over_count : Normal, optional
        Log of what is counted twice or wrongly; multiplies a completeness.
    origin : str
        Where the numbers come from, for the printed table.
    """

    core: LogNormal | LogitNormal
    over_count: Normal | None
    origin: str

    @property
    def is_completeness(self) -> bool:
        """Whether the core is a share between 0 and 1."""
        return isinstance(self.core, LogitNormal)

    def quantile(self, q: npt.ArrayLike) -> Array:
        """Quantiles of the ratio at the probabilities `q`.

        A completeness times an over-count has no closed form: its distribution function is summed
        over a grid of the over-count.
        """
        probabilities = np.atleast_1d(np.asarray(q, dtype=float))
        if self.over_count is None:
            return self.core.quantile(probabilities)
        below = _product_below(self.core.mu, self.core.sd, self.over_count)
        return np.exp(np.interp(probabilities, below, LOG_RATIOS))

    def widened(self, factor: float) -> RatioPrior:
        """Return the same prior with the sd of its core multiplied by `factor`."""
        make = LogitNormal.from_logit if self.is_completeness else LogNormal.from_log
        return replace(self, core=make(self.core.mu, self.core.sd * factor))

    def describe(self) -> str:
        """Name the prior by the numbers a reader can check: median and 95% interval."""
        low, median, high = self.quantile([0.025, 0.5, 0.975])
        core = (
            f"completeness, median {short(self.core.median)}, sd of the logit {self.core.sd:g}"
            if self.is_completeness
            else f"ratio, median {short(self.core.median)}, sd of the log {self.core.sd:.3g}"
        )
        if self.over_count is not None:
            core += f", times an over-count exp N({self.over_count.mean:g}, {self.over_count.sd:g})"
        return f"{core}: median {short(median)}, 95% {short(low)} to {short(high)}"


@lru_cache(maxsize=256)
def _product_below(mu: float, sd: float, over: Normal) -> Array:
    """Distribution function of a completeness times its over-count, at `LOG_RATIOS`.

    Kept, for a fit asks for quantiles of each prior many times.
    """
    nodes = special.ndtri((np.arange(201) + 0.5) / 201) * over.sd + over.mean
    apart = LOG_RATIOS[:, None] - nodes
    share = np.exp(np.minimum(apart, -1e-12))
    below = special.ndtr((special.logit(share) - mu) / sd)
    return np.asarray(np.where(apart >= 0, 1.0, below).mean(axis=1))


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of witness.

    Parameters
    ----------
    key : str
        Name of the role, as written in tables.
    title : str
        The role in words.
    totals, within : RatioPrior
        Prior on the ratio of totals, and inside one incident.
    grounds : tuple of Ground
        The figures behind the numbers.
    """

    key: str
    title: str
    totals: RatioPrior
    within: RatioPrior
    grounds: tuple[Ground, ...]

    def prior(self, level: str) -> RatioPrior:
        """Prior for claims of that `level`, ``total`` or ``incident``."""
        return self.within if level == "incident" else self.totals

    def grounds_in(self, labels: Iterable[str], level: str) -> tuple[Ground, ...]:
        """Grounds that come from the conflict these labels name: no evidence of their own there."""
        text = " ".join(labels).casefold()
        return tuple(
            ground
            for ground in self.grounds
            if ground.level == level
            and any(re.search(rf"\b{re.escape(word.casefold())}\b", text) for word in ground.words)
        )


@cache
def default_roles() -> Mapping[str, Role]:
    """Read the roles that come with the package.

    Returns
    -------
    dict
        Role by key; ``none`` stands for a source without a role.
    """
    text = resources.files("casualty_est.priors").joinpath("roles.toml").read_text("utf-8")
    return {key: _role(key, spec) for key, spec in tomllib.loads(text).items()}


def _role(key: str, spec: dict[str, Any]) -> Role:
    origin = f"role {key}" if key != NO_ROLE else "no role"
    over = Normal(**spec["over_count"]) if "over_count" in spec else None
    kind = LogitNormal if "completeness" in spec else LogNormal
    core = named(spec.get("completeness") or spec["ratio"], kind, f"roles.{key}")
    grounds = tuple(
        Ground(
            item["figure"], item["citation"], item["conflict"], tuple(item["words"]), item["level"]
        )
        for item in spec["grounds"]
    )
    within = RatioPrior(named(spec["within"], LogNormal, f"roles.{key}.within"), None, origin)
    return Role(key, spec["title"], RatioPrior(core, over, origin), within, grounds)


ROLE_FIELDS = ("ratio", "completeness", "over_count", "within")


def override(role: Role, spec: Mapping[str, Any]) -> Role:
    """Replace numbers of a role by the analyst's own."""
    where = f"roles.{role.key}"
    origin = f"{where} of the analyst"
    totals = ratio_prior(spec, where, origin, allowed=ROLE_FIELDS, default=role.totals)
    within = role.within
    if "within" in spec:
        within = RatioPrior(named(spec["within"], LogNormal, f"{where}.within"), None, origin)
    grounds = role.grounds
    if totals is not role.totals:
        # The package's grounds do not speak for the analyst's numbers.
        stated = Ground("the analyst's own numbers", "the analyst", "", (), "total")
        grounds = (stated, *(ground for ground in grounds if ground.level != "total"))
    return replace(role, totals=totals, within=within, grounds=grounds)


def ratio_prior(
    spec: Mapping[str, Any],
    where: str,
    origin: str,
    *,
    allowed: tuple[str, ...],
    default: RatioPrior,
) -> RatioPrior:
    """Read ``ratio`` or ``completeness`` (and ``over_count``) of a role or of one source."""
    unknown = set(spec) - set(allowed)
    if unknown:
        msg = f"{where}: unknown {sorted(unknown)}; valid are {', '.join(allowed)}"
        raise UsageError(msg)
    if "ratio" in spec and "completeness" in spec:
        msg = f"{where}: give a ratio or a completeness, not both"
        raise UsageError(msg)
    over = default.over_count
    if "over_count" in spec:
        over = _over_count(spec["over_count"], f"{where}.over_count")
    if "ratio" in spec:
        core: Any = named(_table(spec["ratio"], f"{where}.ratio"), LogNormal, f"{where}.ratio")
        # A plain ratio already says what is over-counted, unless the analyst adds it.
        return RatioPrior(core, over if "over_count" in spec else None, origin)
    if "completeness" in spec:
        field = f"{where}.completeness"
        core = named(_table(spec["completeness"], field), LogitNormal, field)
        return RatioPrior(core, over, origin)
    return replace(default, over_count=over, origin=origin) if "over_count" in spec else default


def _over_count(spec: Any, where: str) -> Normal:
    table = _table(spec, where)
    if set(table) == {"mean", "sd"}:
        return Normal(**table)
    prior = named(table, LogNormal, where)
    return Normal(prior.mu, prior.sd)


def _table(spec: Any, where: str) -> dict[str, Any]:
    if isinstance(spec, Mapping):
        return dict(spec)
    msg = f"{where}: {spec!r} is not a prior; write {{median=.., factor=..}} or {{interval=[a, b]}}"
    raise UsageError(msg)
