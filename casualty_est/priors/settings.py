"""What the analyst assumes: the table that ``priors=`` and ``--priors`` read."""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.priors.distributions import LogNormal, Normal, named
from casualty_est.priors.groups import DEFAULT_GROUPS, Group, read_groups
from casualty_est.priors.networks import Network, read_networks
from casualty_est.priors.own_record import OwnCase, read_cases, updated
from casualty_est.priors.roles import (
    NO_ROLE,
    RatioPrior,
    Role,
    default_roles,
    override,
    ratio_prior,
)
from casualty_est.priors.time import (
    Delay,
    TimePriors,
    log_sd,
    read_day,
    read_delay,
    read_drift,
    read_time_priors,
)
from casualty_est.tables.cells import Given
from casualty_est.tables.checks import is_number, known
from casualty_est.tables.toml_file import mapping, read_toml

CELL_FIELDS = ("scope", "outcome", "group", "perpetrator")
SMALLEST_SD = 0.02  # log sd below which no report of a count is that exact
SMALLEST_ANCHOR_SD = 0.005  # log sd: about one per cent either way at 95%
# Parts of a Normal prior without a record behind it: of its variance, what is the role's, the
# source's, and the target's own.
NORMAL_FRACTIONS = (0.5, 0.3, 0.2)
COUNTS, RATIOS = (1e-6, 1e12), (1e-4, 1e4)  # where the median of a count, of a ratio can lie
SOURCE_FIELDS = ("ratio", "completeness", "over_count", "within")
TIME_FIELDS = ("delay", "drift")
TOP_FIELDS = (
    "roles", "sources", "anchors", "groups", "level", "incident_level", "offsets", "reporting",
    "shared", "grades", "path", "restated", "short", "record", "networks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Anchor:
    """Outside knowledge that fixes a level: an interval for a cell, or a validated ratio.

    Parameters
    ----------
    prior : LogNormal
        Of the count of the cell (people), or of the ratio of the source.
    cell : dict
        Labels of the cell: any of scope, outcome, group, perpetrator.
    source : str, optional
        The source whose ratio is known; None for an anchor on a cell.
    start, end : datetime.date, optional
        First and last day of what is counted; None for all the days of the table.
    """

    prior: LogNormal
    cell: Mapping[str, str]
    source: str | None = None
    start: date | None = None
    end: date | None = None

    @property
    def name(self) -> str:
        """How tables and reports call it."""
        where = ", ".join(self.cell.values())
        if self.end is not None:
            where += f"{', ' if where else ''}to {self.end}"
        if self.source is not None:
            return f"anchor: ratio of {self.source}" + (f" ({where})" if where else "")
        return f"anchor: {where}" if where else "anchor"


@dataclass(frozen=True, slots=True)
class SourcePrior:
    """What the analyst says of one source."""

    role: str | None = None
    spec: Mapping[str, Any] = field(default_factory=dict)
    delay: Delay | None = None
    drift: float | None = None


@dataclass(frozen=True, slots=True)
class Priors:
    """Every assumption of a claims model, defaults included.

    Parameters
    ----------
    roles, sources : mapping
        Role by key; what was said of single sources, by name.
    anchors : tuple of Anchor
        Outside knowledge of levels.
    groups : mapping
        Relations between group labels.
    single, shared, single_incident, shared_incident : Normal
        Log of the count of a single cell and of the level that several cells share; the same for
        cells that only claims on single incidents speak of.
    offset_sd : float
        Scale of the half-Normal sd of log cell offsets round a shared level.
    reporting_sd, learned_sd : float, LogNormal
        Log sd of a claim round what its source would say without error, and the prior of that sd
        for a source with five or more claims, to which `SMALLEST_SD` is added in quadrature:
        agreement by chance must not make a source exact.
    tally_sd : float
        The same for a tally, the number of a source that documents case by case: what it counts
        twice or wrongly is a part of its ratio.
    light_tallies : bool
        Whether the error of a tally is Normal; all other errors are Student t.
    fractions : tuple of float, optional
        Shares of a ratio prior's variance that belong to the role, the source, and the target, all
        Normal; None takes the parts that were learned from the record.
    left_out : tuple of str
        Conflicts of the record that nothing was learned from.
    record : tuple of OwnCase
        Validated cases of single sources, which update the priors of these sources.
    networks : tuple of Network
        Sources whose own parts are correlated.
    within : str, optional
        Field of a cell (scope, outcome, group, perpetrator): only targets that agree in it share
        the part of their source, and its reporting sd.
    over_time : TimePriors
        What is assumed of the course of counts and errors over time.
    """

    roles: Mapping[str, Role]
    sources: Mapping[str, SourcePrior] = field(default_factory=dict)
    anchors: tuple[Anchor, ...] = ()
    groups: Mapping[str, Group] = field(default_factory=lambda: DEFAULT_GROUPS)
    single: Normal = field(default_factory=lambda: Normal(math.log(3000), 3.0))
    shared: Normal = field(default_factory=lambda: Normal(math.log(3000), 5.0))
    single_incident: Normal = field(default_factory=lambda: Normal(math.log(5), 2.0))
    shared_incident: Normal = field(default_factory=lambda: Normal(math.log(5), 2.0))
    offset_sd: float = 1.5
    reporting_sd: float = 0.15
    learned_sd: LogNormal = field(default_factory=lambda: LogNormal.from_log(math.log(0.15), 0.7))
    tally_sd: float = 0.05
    light_tallies: bool = True
    fractions: tuple[float, float, float] | None = None
    left_out: tuple[str, ...] = ()
    record: tuple[OwnCase, ...] = ()
    networks: tuple[Network, ...] = ()
    within: str | None = None
    over_time: TimePriors = field(default_factory=lambda: TimePriors())

    def ratio(self, source: str, role: str | None, level: str) -> RatioPrior:
        """Prior on the ratio of `source` in that role, for claims of that level."""
        base = self.roles[role or NO_ROLE].prior(level)
        spec = self.sources[source].spec if source in self.sources else {}
        prior = _source_prior(spec, f'sources."{source}"', base, level)
        if self.fractions is not None:
            # Fractions that the analyst states are of the variance of a Normal.
            prior = replace(prior, spread=None)
        cases = [c for c in self.record if (c.source, c.level) == (source, level)]
        if not cases:
            return prior
        after = updated(prior, cases, self.fractions or NORMAL_FRACTIONS, self.tally_sd)
        many = f"{len(cases)} validated case{'s' * (len(cases) > 1)}"
        origin = f'sources."{source}", {prior.origin} after {many} of its own'
        return replace(after, origin=origin, given=Given.OWN_CASES)


def read_priors(
    spec: Mapping[str, Any] | str | Path | None = None, left_out: Iterable[str] = ()
) -> Priors:
    """Read the analyst's assumptions.

    Parameters
    ----------
    spec : mapping, str or Path, optional
        A dictionary in the form of the TOML file, or the path of that file. None gives the
        defaults.
    left_out : iterable of str
        Conflicts of the record that nothing is learned from.

    Returns
    -------
    Priors

    Raises
    ------
    UsageError
        If a name is unknown (the valid ones are listed), or a prior is malformed.

    Examples
    --------
    >>> priors = read_priors({"roles": {"monitor": {"completeness": {"median": 0.6, "sd": 0.5}}}})
    >>> round(priors.roles["monitor"].totals.core.median, 2)
    0.6
    """
    if isinstance(spec, str | Path):
        spec = read_toml(Path(spec), "priors")
    if spec is not None and not isinstance(spec, Mapping):
        msg = f"priors must be a dictionary or the path of a TOML file, not {spec!r}"
        raise UsageError(msg)
    table = dict(spec or {})
    known(table, TOP_FIELDS, "priors")
    if "grades" in table:
        msg = "priors: grades speak of incidents; a claims model has none, so leave them out"
        raise UsageError(msg)
    left_out = tuple(left_out)
    # Looked up as they are asked for: few of them have a source in one table.
    roles = ChainMap[str, Role]({}, default_roles(left_out))  # type: ignore[arg-type]
    for key, numbers in mapping(table.get("roles"), "roles").items():
        known([key], roles, "roles")
        roles[key] = override(roles[key], mapping(numbers, f"roles.{key}"))
        _plausible(roles[key].totals.core.median, f"roles.{key}", RATIOS)
        _plausible(roles[key].within.core.median, f"roles.{key}.within", RATIOS)
    return Priors(
        roles=roles,
        sources=_sources(mapping(table.get("sources"), "sources"), roles),
        anchors=_anchors(table.get("anchors", [])),
        groups=read_groups(mapping(table.get("groups"), "groups")),
        **_levels(table),
        **_scales(table),
        left_out=left_out,
        record=read_cases(table.get("record", [])),
        networks=read_networks(table.get("networks", [])),
        over_time=read_time_priors(table),
    )


def _sources(table: dict[str, Any], roles: Mapping[str, Role]) -> dict[str, SourcePrior]:
    sources = {}
    for name, spec in table.items():
        where = f'sources."{name}"'
        fields = mapping(spec, where)
        known(fields, ("role", *SOURCE_FIELDS, *TIME_FIELDS), where)
        role = fields.pop("role", None)
        delay = read_delay(fields.pop("delay", None), f"{where}.delay")
        drift = read_drift(fields.pop("drift", None), f"{where}.drift")
        if role is not None:
            known([str(role)], [key for key in roles if key != NO_ROLE], f"{where}.role")
        # Read once here, so that a malformed prior is an error at the door.
        for level in ("total", "incident"):
            base = roles[role or NO_ROLE].prior(level)
            _plausible(_source_prior(fields, where, base, level).core.median, where, RATIOS)
        sources[name] = SourcePrior(role, fields, delay, drift)
    return sources


def _source_prior(spec: Mapping[str, Any], where: str, base: RatioPrior, level: str) -> RatioPrior:
    """Prior of a source: a ratio speaks of its totals, ``within`` of a single incident."""
    by = (f"{where} of the analyst", Given.SOURCE)
    if level != "total":
        if "within" not in spec:
            return base
        within = named(mapping(spec["within"], f"{where}.within"), LogNormal, f"{where}.within")
        return RatioPrior(within, None, *by)
    totals = {key: value for key, value in spec.items() if key != "within"}
    return ratio_prior(totals, where, by, allowed=SOURCE_FIELDS, default=base)


def _plausible(median: float, where: str, limits: tuple[float, float]) -> None:
    """Refuse a slip of the unit: no count and no ratio lies beyond these."""
    low, high = limits
    if not low <= median <= high:
        msg = f"{where}: a median must lie between {low:g} and {high:g}, not {median:g}"
        raise UsageError(msg)


def _anchors(items: Any) -> tuple[Anchor, ...]:
    if not isinstance(items, list | tuple):
        msg = f"anchors must be a list of tables ([[anchors]]), not {items!r}"
        raise UsageError(msg)
    places = [f"anchors[{i}]" for i in range(len(items))]
    anchors = tuple(
        _anchor(mapping(item, where), where) for item, where in zip(items, places, strict=True)
    )
    for anchor, where in zip(anchors, places, strict=True):
        _plausible(anchor.prior.median, where, RATIOS if anchor.source else COUNTS)
        if anchor.prior.sd < SMALLEST_ANCHOR_SD:
            low, high = anchor.prior.interval(0.95)
            msg = (
                f"{where}: an anchor must leave at least about one per cent either way; its "
                f"95% interval is {low:.6g} to {high:.6g}: widen it"
            )
            raise UsageError(msg)
    return anchors


def _anchor(item: dict[str, Any], where: str) -> Anchor:
    numeric = ("interval", "prob", "median", "factor", "sd")
    known(item, (*CELL_FIELDS, "source", "ratio", "date", "start", *numeric), where)
    cell = {key: str(item[key]) for key in CELL_FIELDS if key in item}
    numbers = {key: value for key, value in item.items() if key in numeric}
    start, end = (read_day(item.get(key), f"{where}.{key}") for key in ("start", "date"))
    if start is not None and (end is None or end < start):
        msg = f"{where}: an anchor that starts on {start} needs a date on or after it"
        raise UsageError(msg)
    if end is not None and "source" in item:
        msg = f"{where}: a date belongs to an anchor on a count, not to the ratio of a source"
        raise UsageError(msg)
    if "source" not in item:
        if "ratio" in item:
            msg = f"{where}: a ratio belongs to a source; name it"
            raise UsageError(msg)
        return Anchor(named(numbers, LogNormal, where, least_sd=0.0), cell, None, start, end)
    ratio = item.get("ratio")
    if isinstance(ratio, Mapping):
        prior = named(dict(ratio), LogNormal, f"{where}.ratio", least_sd=0.0)
    elif isinstance(ratio, int | float) and not isinstance(ratio, bool):
        # A ratio given as one number is taken as known within ten per cent, like a reference.
        spread = {"factor": item["factor"]} if "factor" in item else {"sd": item.get("sd", 0.10)}
        spec = {"median": ratio, **spread}
        prior = named(spec, LogNormal, f"{where}.ratio", least_sd=0.0)
        numbers = {key: value for key, value in numbers.items() if key not in spread}
    else:
        msg = f"{where}: write ratio = 0.68, or ratio = {{interval = [0.5, 0.9], prob = 0.95}}"
        raise UsageError(msg)
    if numbers:
        msg = f"{where}: {sorted(numbers)} do not go with a source's ratio"
        raise UsageError(msg)
    return Anchor(prior, cell, str(item["source"]))


def _levels(table: dict[str, Any]) -> dict[str, Any]:
    levels: dict[str, Any] = {}
    for key, suffix in (("level", ""), ("incident_level", "_incident")):
        if key in table:
            prior = named(mapping(table[key], key), LogNormal, key)
            _plausible(prior.median, key, COUNTS)
            level = Normal(prior.mu, prior.sd)
            levels[f"single{suffix}"] = levels[f"shared{suffix}"] = level
    return levels


def _scales(table: dict[str, Any]) -> dict[str, Any]:
    scales: dict[str, Any] = {}
    if "offsets" in table:
        fields = mapping(table["offsets"], "offsets")
        known(fields, ("sd",), "offsets")
        scales["offset_sd"] = log_sd(fields.get("sd"), "offsets.sd")
    if "reporting" in table:
        scales |= _reporting(mapping(table["reporting"], "reporting"))
    if "shared" in table:
        shares = ("role", "source", "target")
        shared = mapping(table["shared"], "shared")
        known(shared, (*shares, "within"), "shared")
        within = shared.pop("within", None)
        if within is not None:
            known([str(within)], CELL_FIELDS, "shared.within")
            scales["within"] = str(within)
        if shared:
            known(shares, shared, "shared")
            scales["fractions"] = _fractions([shared[key] for key in shares])
    return scales


def _reporting(fields: dict[str, Any]) -> dict[str, Any]:
    """Read the errors of claims round what their source would say."""
    known(fields, ("sd", "tally_sd", "tally_tails"), "reporting")
    if not fields:
        msg = "reporting: give sd, tally_sd or tally_tails"
        raise UsageError(msg)
    scales: dict[str, Any] = {}
    for key, field_name in (("sd", "reporting_sd"), ("tally_sd", "tally_sd")):
        if key not in fields:
            continue
        sd = log_sd(fields[key], f"reporting.{key}")
        if sd < SMALLEST_SD:
            msg = (
                f"reporting.{key} must be at least {SMALLEST_SD:g}, not {sd:g}: no "
                f"source repeats a count more exactly than that"
            )
            raise UsageError(msg)
        scales[field_name] = sd
    if "tally_tails" in fields:
        tails = fields["tally_tails"]
        if tails not in ("light", "heavy"):
            msg = f"reporting.tally_tails is 'light' or 'heavy', not {tails!r}"
            raise UsageError(msg)
        scales["light_tallies"] = tails == "light"
    return scales


def _fractions(values: list[Any]) -> tuple[float, ...]:
    """Read the shares of role, source and target."""
    for key, value in zip(("role", "source", "target"), values, strict=True):
        if not is_number(value):
            msg = f"shared.{key} must be a number, not {value!r}"
            raise UsageError(msg)
    parts = tuple(map(float, values))
    if min(parts) < 0 or parts[2] == 0 or abs(sum(parts) - 1) > 1e-9:
        # Without a part of its own a ratio would be another one, and its pull undefined.
        msg = (
            f"shared: role, source and target must be 0 or more, target above 0, and sum to 1, "
            f"not {parts}"
        )
        raise UsageError(msg)
    return parts
