"""Source roles: what a kind of witness leads one to expect, with the grounds for it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.priors.distributions import (
    LogitNormal,
    LogNormal,
    Normal,
    named,
    normal_sd,
    short,
)
from casualty_est.tables.cells import TALLY_ROLES, Given
from casualty_est.tables.checks import is_number
from casualty_est.wording.language import stored

NO_ROLE = "none"
By = tuple[str, Given]  # where the numbers of a prior come from, printed and as data
# The record holds surveys that were disputed. Of another one it knows the width, not the side.
CENTRED = frozenset({"survey"})
# Of the variance that is a source's own, what all its targets have in common: a judgement.
OF_SOURCE = 0.6
LOG_RATIOS = np.linspace(-14.0, 9.0, 2301)
LOGITS = np.linspace(-28.0, 28.0, 2801)
SHARED_NODES = special.ndtri((np.arange(101) + 0.5) / 101)


def _t4_below(t: Array) -> Array:
    """Distribution function of Student's t with 4 degrees of freedom."""
    share = t / np.sqrt(4.0 + t * t)
    return np.asarray(0.5 + 0.75 * share - 0.25 * share**3)


@dataclass(frozen=True, slots=True)
class Spread:
    """What makes a prior's spread: what its role has in common here, and the source's own.

    role: sd of the Normal that all sources of the role share in one conflict.
    own: scale of the Student t (4 degrees of freedom) of a single source.
    of_source: part of the variance of the latter that all targets of the source have in common.
    heavy: whether the latter is a Student t; else it is a Normal, and `own` its sd.
    The first two are on the scale of the core: the log of a ratio, or the logit of a completeness.
    """

    role: float
    own: float
    of_source: float = OF_SOURCE
    heavy: bool = True

    def scaled(self, factor: float) -> Spread:
        """Return both multiplied by `factor`."""
        return replace(self, role=self.role * factor, own=self.own * factor)

    def below(self, gap: Array) -> Array:
        """Distribution function of the sum of both parts, at each `gap` from the middle."""
        below = _t4_below if self.heavy else special.ndtr
        return np.asarray(below((gap[:, None] - self.role * SHARED_NODES) / self.own).mean(axis=1))

    @property
    def normal_sd(self) -> float:
        """Sd of the Normal with the same 90% interval."""
        gap = np.linspace(0.0, 4.0 * (self.role + self.own), 401)
        return normal_sd(gap, self.below(gap))


@dataclass(frozen=True, slots=True)
class Ground:
    """A figure behind a prior: where it comes from and of which conflict it speaks.

    level: ``total``, ``incident``, or ``within`` for what models of incidents take.
    """

    figure: str
    citation: str
    conflict: str
    level: str


@dataclass(frozen=True, slots=True)
class RatioPrior:
    """Prior on a reporting ratio (reported / true) of one source toward one target.

    Parameters
    ----------
    core : LogNormal or LogitNormal
        The ratio itself, or the completeness of what a source documents; where there is a spread,
        the Normal with the same 90% interval.
    over_count : Normal, optional
        Log of what is counted twice or wrongly; multiplies a completeness.
    origin : str
        Where the numbers come from, for the printed table.
    given : Given
        Who gave them.
    spread : Spread, optional
        The parts of what was learned from the record; None where the analyst gave a Normal.
    zero : float
        Probability that the source denies with a zero, whatever happened; it names a token number
        with the same probability.
    learned : bool
        Whether its numbers are those of the record.
    """

    core: LogNormal | LogitNormal
    over_count: Normal | None
    origin: str
    given: Given
    spread: Spread | None = None
    zero: float = 0.0
    learned: bool = False

    @property
    def is_completeness(self) -> bool:
        """Whether the core is a share between 0 and 1."""
        return isinstance(self.core, LogitNormal)

    def quantile(self, q: npt.ArrayLike) -> Array:
        """Quantiles of the ratio at the probabilities `q`, of a number above 0.

        A completeness times an over-count has no closed form, nor has a sum of a Normal and a t:
        their distribution functions are summed over grids.
        """
        probabilities = np.atleast_1d(np.asarray(q, dtype=float))
        if self.over_count is None and self.spread is None:
            return self.core.quantile(probabilities)
        shape = self.core.mu, self.core.sd, self.spread, self.over_count
        below = _below(*shape, self.is_completeness)
        return np.exp(np.interp(probabilities, below, LOG_RATIOS))

    def describe(self) -> str:
        """Name the prior by the numbers a reader can check: median and 95% interval."""
        low, median, high = self.quantile([0.025, 0.5, 0.975])
        places = {"median": short(self.core.median), "sd": f"{self.core.sd:.3g}"}
        if self.is_completeness:
            core = stored("prior", "completeness, median {median}, sd of the logit {sd}", **places)
        else:
            core = stored("prior", "ratio, median {median}, sd of the log {sd}", **places)
        if self.over_count is not None:
            core = stored(
                "prior",
                "{core}, times an over-count exp N({mean}, {sd})",
                core=core,
                mean=f"{self.over_count.mean:g}",
                sd=f"{self.over_count.sd:g}",
            )
        return stored(
            "prior",
            "{core}: median {median}, 95% {low} to {high}",
            core=core,
            median=short(median),
            low=short(low),
            high=short(high),
        )


@lru_cache(maxsize=256)
def _below(
    mu: float, sd: float, spread: Spread | None, over: Normal | None, is_completeness: bool
) -> Array:
    """Distribution function of a ratio at `LOG_RATIOS`.

    Kept, for a fit asks for quantiles of each prior many times.
    """
    gap = (LOGITS if is_completeness else LOG_RATIOS) - mu
    below = special.ndtr(gap / sd) if spread is None else spread.below(gap)
    if over is None and not is_completeness:
        return np.asarray(below)
    nodes = np.zeros(1)
    if over is not None:
        nodes = special.ndtri((np.arange(101) + 0.5) / 101) * over.sd + over.mean
    apart = LOG_RATIOS[:, None] - nodes
    if not is_completeness:
        return np.asarray(np.interp(apart, LOG_RATIOS, below).mean(axis=1))
    share = np.exp(np.minimum(apart, -1e-12))
    summed = np.interp(special.logit(share), LOGITS, below)
    return np.asarray(np.where(apart >= 0, 1.0, summed).mean(axis=1))


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of witness.

    Parameters
    ----------
    key : str
        Name of the role, as written in tables.
    title : str
        The role in words.
    totals, incidents : RatioPrior
        Prior on the ratio of totals, and of what a claim says of a single incident.
    within : RatioPrior
        The same inside an incident, for models of reports of incidents.
    grounds : tuple of Ground
        What the numbers rest on.
    """

    key: str
    title: str
    totals: RatioPrior
    incidents: RatioPrior
    within: RatioPrior
    grounds: tuple[Ground, ...]

    def prior(self, level: str) -> RatioPrior:
        """Prior for claims of a `level`: ``total``, ``incident`` or ``within`` an incident."""
        return {"incident": self.incidents, "within": self.within}.get(level, self.totals)


class Roles(Mapping[str, Role]):
    """Roles by key; what was learned of one is looked up where it is asked for."""

    def __init__(self, specs: Mapping[str, Any], left_out: tuple[str, ...]) -> None:
        self._specs, self._left_out = specs, left_out
        self._built: dict[str, Role] = {}

    def __getitem__(self, key: str) -> Role:
        if key not in self._built:
            self._built[key] = _role(key, self._specs[key], self._left_out)
        return self._built[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)


@cache
def default_roles(left_out: tuple[str, ...] = ()) -> Mapping[str, Role]:
    """Read the roles that come with the package.

    Parameters
    ----------
    left_out : tuple of str
        Conflicts of the record that nothing is learned from.

    Returns
    -------
    mapping
        Role by key; ``none`` stands for a source without a role.
    """
    text = resources.files("casualty_est.priors").joinpath("roles.toml").read_text("utf-8")
    return Roles(tomllib.loads(text), left_out)


def _role(key: str, spec: dict[str, Any], left_out: tuple[str, ...]) -> Role:
    by: By = ("no role", Given.NO_ROLE) if key == NO_ROLE else (f"role {key}", Given.ROLE)
    within = RatioPrior(named(spec["within"], LogNormal, f"roles.{key}.within"), None, *by)
    judged = tuple(Ground(**ground, level="within") for ground in spec.get("judged", ()))
    if "ratio" not in spec and "completeness" not in spec:
        totals, of_totals = _learned(key, left_out, "total", by)
        incidents, of_incidents = _learned(key, left_out, "incident", by)
        grounds = (of_totals, of_incidents, *judged)
        return Role(key, spec["title"], totals, incidents, within, grounds)
    over = Normal(**spec["over_count"]) if "over_count" in spec else None
    kind = LogitNormal if "completeness" in spec else LogNormal
    core = named(spec.get("completeness") or spec["ratio"], kind, f"roles.{key}")
    declared = Ground(spec["grounds"], stored("grounds", "the package"), "", "total")
    totals = RatioPrior(core, over, *by)
    return Role(key, spec["title"], totals, within, within, (declared, *judged))


def _learned(key: str, left_out: tuple[str, ...], level: Any, by: By) -> tuple[RatioPrior, Ground]:
    """What the record says of a role, as a prior and as its ground."""
    from casualty_est.priors.gibbs import OVER_COUNT
    from casualty_est.priors.record import reporting_ratio

    ratio = reporting_ratio(key, left_out, level)
    row = ratio.learned
    mean, sd = getattr(row, level), getattr(row, f"{level}_sd")
    if key in CENTRED:
        mean = 0.0
    # The sd that the role has in common here is known with error, and so is the scale of a source:
    # their means, stretched so that the 90% interval is that of the record.
    shared = float(np.hypot(sd, np.exp(row.log_b + row.log_b_sd**2)))
    # Who counts case by case does not count the living by the thousand: no heavy tail upwards.
    heavy = ratio.is_share or key not in TALLY_ROLES
    spread = Spread(shared, float(np.exp(row.log_w + row.log_w_sd**2 / 2)), heavy=heavy)
    spread = spread.scaled(ratio.mixture.normal_sd / spread.normal_sd)
    make = LogitNormal.from_logit if ratio.is_share else LogNormal.from_log
    over = Normal(*OVER_COUNT) if ratio.is_share else None
    core = make(mean, spread.normal_sd)
    prior = RatioPrior(core, over, *by, spread, ratio.zero, learned=True)
    low, median, high = prior.quantile([0.05, 0.5, 0.95])
    of = stored(
        "grounds",
        "{statements} statements in {conflicts} conflicts",
        statements=ratio.rows,
        conflicts=ratio.conflicts,
    )
    if left_out:
        of = stored("grounds", "{of}, without {conflict}", of=of, conflict=" and ".join(left_out))
    figure = stored(
        "grounds",
        "{of}: median {median}, 90% {low} to {high}",
        of=of,
        median=short(median),
        low=short(low),
        high=short(high),
    )
    if ratio.zeros:
        figure = stored(
            "grounds",
            "{figure}; {zeros} of {stated} more said that nobody died",
            figure=figure,
            zeros=ratio.zeros,
            stated=ratio.stated,
        )
    record = stored("grounds", "the record of this package, ce.datasets.record()")
    return prior, Ground(figure, record, "", level)


ROLE_FIELDS = ("ratio", "completeness", "over_count", "within", "denies")


def override(role: Role, spec: Mapping[str, Any]) -> Role:
    """Replace numbers of a role by the analyst's own; its tails and what it shares stay."""
    where = f"roles.{role.key}"
    by = (f"{where} of the analyst", Given.ANALYST)
    totals = ratio_prior(spec, where, by, allowed=ROLE_FIELDS, default=role.totals)
    within, incidents = role.within, role.incidents
    if "within" in spec:
        within = RatioPrior(named(spec["within"], LogNormal, f"{where}.within"), None, *by)
        incidents = _as_spread(within, role.incidents)
    grounds = role.grounds
    if totals is not role.totals:
        totals = _as_spread(totals, role.totals)
        # The record does not speak for the analyst's numbers.
        figure = stored("grounds", "the analyst's own numbers")
        own_numbers = Ground(figure, stored("grounds", "the analyst"), "", "total")
        grounds = (own_numbers, *(ground for ground in grounds if ground.level != "total"))
    if "denies" in spec:
        zero = _probability(spec["denies"], f"{where}.denies")
        totals, incidents = replace(totals, zero=zero), replace(incidents, zero=zero)
    return replace(role, totals=totals, incidents=incidents, within=within, grounds=grounds)


def _probability(value: Any, where: str) -> float:
    if is_number(value) and 0 <= value < 0.5:
        return float(value)
    msg = f"{where} must be a probability from 0 to below 0.5, not {value!r}"
    raise UsageError(msg)


def _as_spread(prior: RatioPrior, learned: RatioPrior) -> RatioPrior:
    """Give an analyst's interval the shape of what was learned of the role."""
    if learned.spread is None:
        return prior
    spread = learned.spread.scaled(prior.core.sd / learned.spread.normal_sd)
    return replace(prior, spread=spread, zero=learned.zero)


def ratio_prior(
    spec: Mapping[str, Any],
    where: str,
    by: By,
    *,
    allowed: tuple[str, ...],
    default: RatioPrior,
) -> RatioPrior:
    """Read ``ratio`` or ``completeness`` (and ``over_count``) of a role or of one source."""
    unknown = set(spec) - set(allowed)
    if unknown:
        msg = f"{where}: unknown {sorted(unknown)}. Use one of: {', '.join(allowed)}"
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
        return RatioPrior(core, over if "over_count" in spec else None, *by)
    if "completeness" in spec:
        field = f"{where}.completeness"
        core = named(_table(spec["completeness"], field), LogitNormal, field)
        return RatioPrior(core, over, *by)
    if "over_count" not in spec:
        return default
    origin, given = by
    return replace(default, over_count=over, origin=origin, given=given)


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
