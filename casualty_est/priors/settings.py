"""What the analyst assumes: the table that ``priors=`` and ``--priors`` read."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.priors.distributions import LogitNormal, LogNormal, Normal, named
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
    read_day,
    read_delay,
    read_drift,
    read_time_priors,
)

CELL_FIELDS = ("scope", "outcome", "group", "perpetrator")
SMALLEST_SD = 0.02  # log sd below which no report of a count is that exact
SMALLEST_ANCHOR_SD = 0.005  # log sd: about one per cent either way at 95%
COUNTS, RATIOS = (1e-6, 1e12), (1e-4, 1e4)  # where the median of a count, of a ratio can lie
SOURCE_FIELDS = ("ratio", "completeness", "over_count", "within")
TIME_FIELDS = ("delay", "drift")
TOP_FIELDS = (
    "roles", "sources", "anchors", "groups", "level", "incident_level", "offsets", "reporting",
    "shared", "grades", "path", "restated", "short",
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
class Group:
    """How one group label relates to another.

    Parameters
    ----------
    inside : str, optional
        The group it lies in; groups inside the same one may overlap.
    share : LogitNormal
        Prior on its share of that group.
    parts : tuple of str
        The disjoint groups that make it up.
    """

    inside: str | None = None
    share: LogitNormal = field(default_factory=lambda: LogitNormal(median=0.25, sd=1.0))
    parts: tuple[str, ...] = ()


DEFAULT_GROUPS: Mapping[str, Group] = {
    "all": Group(parts=("civilians", "combatants")),
    "women": Group("civilians"),
    "men": Group("civilians", LogitNormal(median=0.5, sd=1.0)),
    "children": Group("civilians"),
    "elderly": Group("civilians", LogitNormal(median=0.1, sd=1.0)),
}


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
    roles : mapping
        Role by key.
    sources : mapping
        What was said of single sources, by name.
    anchors : tuple of Anchor
        Outside knowledge of levels.
    groups : mapping
        Relations between group labels.
    single, shared : Normal
        Log of the count of a single cell; of the level that several cells share.
    single_incident, shared_incident : Normal
        The same for cells that only claims on single incidents speak of.
    offset_sd : float
        Scale of the half-Normal sd of log cell offsets round a shared level.
    reporting_sd : float
        Log sd of a claim round what its source would say without error.
    learned_sd : LogNormal
        Prior of that sd for a source with five or more claims, to which `SMALLEST_SD` is added in
        quadrature: agreement by chance must not make a source exact.
    fractions : tuple of float
        Shares of a ratio prior's variance that belong to the role, the source, and the target.
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
    fractions: tuple[float, float, float] = (0.5, 0.3, 0.2)
    within: str | None = None
    over_time: TimePriors = field(default_factory=lambda: TimePriors())

    def ratio(self, source: str, role: str | None, level: str) -> RatioPrior:
        """Prior on the ratio of `source` in that role, for claims of that level."""
        base = self.roles[role or NO_ROLE].prior(level)
        spec = self.sources[source].spec if source in self.sources else {}
        return _source_prior(spec, f'sources."{source}"', base, level)


def read_priors(spec: Mapping[str, Any] | str | Path | None = None) -> Priors:
    """Read the analyst's assumptions.

    Parameters
    ----------
    spec : mapping, str or Path, optional
        A dictionary in the form of the TOML file, or the path of that file. None gives the
        defaults.

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
        spec = _read_toml(Path(spec))
    if spec is not None and not isinstance(spec, Mapping):
        msg = f"priors must be a dictionary or the path of a TOML file, not {spec!r}"
        raise UsageError(msg)
    table = dict(spec or {})
    _known(table, TOP_FIELDS, "priors")
    if "grades" in table:
        msg = "priors: grades speak of incidents; a claims model has none, so leave them out"
        raise UsageError(msg)
    roles = dict(default_roles())
    for key, numbers in _mapping(table.get("roles"), "roles").items():
        _known([key], roles, "roles")
        roles[key] = override(roles[key], _mapping(numbers, f"roles.{key}"))
        _plausible(roles[key].totals.core.median, f"roles.{key}", RATIOS)
        _plausible(roles[key].within.core.median, f"roles.{key}.within", RATIOS)
    settings: dict[str, Any] = {"roles": roles}
    settings["sources"] = _sources(_mapping(table.get("sources"), "sources"), roles)
    settings["anchors"] = _anchors(table.get("anchors", []))
    settings["groups"] = _groups(_mapping(table.get("groups"), "groups"))
    settings |= _levels(table)
    settings |= _scales(table)
    settings["over_time"] = read_time_priors(table)
    return Priors(**settings)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        msg = f"the priors file {path.name} cannot be read: {error.strerror}"
        raise UsageError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"the priors file {path.name} is not TOML in UTF-8: {error}"
        raise UsageError(msg) from None


def nearest(name: str, valid: Iterable[str]) -> str:
    """List valid names, the nearest one first named, for an error message."""
    names = list(valid)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}valid are {', '.join(map(repr, names)) or 'none'}"


def _known(names: Iterable[str], valid: Iterable[str], where: str) -> None:
    valid = list(valid)
    for name in names:
        if name not in valid:
            msg = f"{where}: {name!r} is unknown; {nearest(name, valid)}"
            raise UsageError(msg)


def _mapping(value: Any, where: str) -> dict[str, Any]:
    value = {} if value is None else value
    if not isinstance(value, Mapping):
        msg = f"{where} must be a table, not {value!r}"
        raise UsageError(msg)
    return dict(value)


def _sources(table: dict[str, Any], roles: Mapping[str, Role]) -> dict[str, SourcePrior]:
    found = {}
    for name, spec in table.items():
        where = f'sources."{name}"'
        fields = _mapping(spec, where)
        _known(fields, ("role", *SOURCE_FIELDS, *TIME_FIELDS), where)
        role = fields.pop("role", None)
        delay = read_delay(fields.pop("delay", None), f"{where}.delay")
        drift = read_drift(fields.pop("drift", None), f"{where}.drift")
        if role is not None:
            _known([str(role)], [key for key in roles if key != NO_ROLE], f"{where}.role")
        # Read once here, so that a malformed prior is an error at the door.
        for level in ("total", "incident"):
            base = roles[role or NO_ROLE].prior(level)
            _plausible(_source_prior(fields, where, base, level).core.median, where, RATIOS)
        found[name] = SourcePrior(role, fields, delay, drift)
    return found


def _source_prior(spec: Mapping[str, Any], where: str, base: RatioPrior, level: str) -> RatioPrior:
    """Prior of a source: a ratio speaks of its totals, ``within`` of a single incident."""
    origin = f"{where} of the analyst"
    if level == "incident":
        if "within" not in spec:
            return base
        within = named(_mapping(spec["within"], f"{where}.within"), LogNormal, f"{where}.within")
        return RatioPrior(within, None, origin)
    totals = {key: value for key, value in spec.items() if key != "within"}
    return ratio_prior(totals, where, origin, allowed=SOURCE_FIELDS, default=base)


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
    anchors = tuple(
        _anchor(_mapping(item, f"anchors[{i}]"), f"anchors[{i}]") for i, item in enumerate(items)
    )
    for i, anchor in enumerate(anchors):
        _plausible(anchor.prior.median, f"anchors[{i}]", RATIOS if anchor.source else COUNTS)
        if anchor.prior.sd < SMALLEST_ANCHOR_SD:
            low, high = anchor.prior.interval(0.95)
            msg = (
                f"anchors[{i}]: an anchor must leave at least about one per cent either way; its "
                f"95% interval is {low:.6g} to {high:.6g}: widen it"
            )
            raise UsageError(msg)
    return anchors


def _anchor(item: dict[str, Any], where: str) -> Anchor:
    days = ("date", "start")
    numeric = ("interval", "prob", "median", "factor", "sd")
    _known(item, (*CELL_FIELDS, "source", "ratio", *days, *numeric), where)
    cell = {key: str(item[key]) for key in CELL_FIELDS if key in item}
    taken = (*CELL_FIELDS, "source", "ratio", *days)
    numbers = {key: value for key, value in item.items() if key not in taken}
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
        return Anchor(named(numbers, LogNormal, where), cell, None, start, end)
    ratio = item.get("ratio")
    if isinstance(ratio, Mapping):
        prior = named(dict(ratio), LogNormal, f"{where}.ratio")
    elif isinstance(ratio, int | float) and not isinstance(ratio, bool):
        # A ratio given as one number is taken as known within ten per cent, like a reference.
        spread = {"factor": item["factor"]} if "factor" in item else {"sd": item.get("sd", 0.10)}
        prior = named({"median": ratio, **spread}, LogNormal, f"{where}.ratio")
        numbers = {key: value for key, value in numbers.items() if key not in spread}
    else:
        msg = f"{where}: write ratio = 0.68, or ratio = {{interval = [0.5, 0.9], prob = 0.95}}"
        raise UsageError(msg)
    if numbers:
        msg = f"{where}: {sorted(numbers)} do not go with a source's ratio"
        raise UsageError(msg)
    return Anchor(prior, cell, str(item["source"]))


def _groups(table: dict[str, Any]) -> dict[str, Group]:
    groups = dict(DEFAULT_GROUPS)
    for name, spec in table.items():
        where = f"groups.{name}"
        fields = _mapping(spec, where)
        _known(fields, ("inside", "share", "sum"), where)
        old = groups.get(name, Group())
        if "sum" in fields and ("inside" in fields or "share" in fields):
            msg = f"{where}: a group is either a sum of others or inside one"
            raise UsageError(msg)
        if "sum" in fields:
            groups[name] = Group(parts=_parts(fields["sum"], f"{where}.sum"))
            continue
        share = old.share
        if "share" in fields:
            share = named(_mapping(fields["share"], where), LogitNormal, f"{where}.share")
        inside = str(fields["inside"]) if "inside" in fields else old.inside
        if inside is None:
            msg = f'{where}: say inside = "..." or sum = [..., ...]'
            raise UsageError(msg)
        groups[name] = Group(inside, share)
    for name, group in groups.items():
        if group.inside and name in _summed(group.inside, groups):
            if name in table:
                msg = (
                    f"groups: {name!r} is a part of the sum {group.inside!r} and cannot have a "
                    f"share inside it too; remove one of the relations"
                )
                raise UsageError(msg)
            # The analyst's sum replaces the share that the package would assume.
            groups[name] = Group()
    _acyclic(groups)
    return groups


def _parts(names: Any, where: str) -> tuple[str, ...]:
    named = isinstance(names, list | tuple) and all(
        isinstance(name, str) and name.strip() for name in names
    )
    if not named or len(names) < 2 or len(set(names)) < len(names):
        msg = f"{where} must be a list of at least two different groups, not {names!r}"
        raise UsageError(msg)
    return tuple(names)


def _summed(whole: str, groups: Mapping[str, Group]) -> set[str]:
    """Return the groups that a sum is made of, those of its parts included."""
    found: set[str] = set()
    todo = [whole]
    while todo:
        for part in groups.get(todo.pop(), Group()).parts:
            if part not in found:
                found.add(part)
                todo.append(part)
    return found


def _acyclic(groups: Mapping[str, Group]) -> None:
    """Refuse a group that lies, by whatever path, inside itself or is computed from itself."""
    above: dict[str, set[str]] = {}
    needs: dict[str, set[str]] = {}
    for name, group in groups.items():
        if group.inside:
            above.setdefault(name, set()).add(group.inside)
            needs.setdefault(name, set()).add(group.inside)
        for part in group.parts:
            above.setdefault(part, set()).add(name)
            # A sum needs its parts, a share the whole: the two run in opposite directions.
            needs.setdefault(name, set()).add(part)
    _no_circle(above)
    _no_circle(needs)


def _no_circle(above: Mapping[str, set[str]]) -> None:
    for name in above:
        seen: set[str] = set()
        todo = list(above[name])
        while todo:
            step = todo.pop()
            if step == name:
                msg = f"groups: {name!r} lies inside itself; remove one of the relations"
                raise UsageError(msg)
            if step not in seen:
                seen.add(step)
                todo.extend(above.get(step, ()))


def _levels(table: dict[str, Any]) -> dict[str, Normal]:
    found: dict[str, Normal] = {}
    for key, targets in (
        ("level", ("single", "shared")),
        ("incident_level", ("single_incident", "shared_incident")),
    ):
        if key in table:
            prior = named(_mapping(table[key], key), LogNormal, key)
            _plausible(prior.median, key, COUNTS)
            found |= dict.fromkeys(targets, Normal(prior.mu, prior.sd))
    return found


def _scales(table: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "offsets" in table:
        offsets = _mapping(table["offsets"], "offsets")
        _known(offsets, ("sd",), "offsets")
        found["offset_sd"] = _scale(offsets.get("sd"), "offsets.sd")
    if "reporting" in table:
        reporting = _mapping(table["reporting"], "reporting")
        _known(reporting, ("sd",), "reporting")
        found["reporting_sd"] = _scale(reporting.get("sd"), "reporting.sd")
        if found["reporting_sd"] < SMALLEST_SD:
            msg = (
                f"reporting.sd must be at least {SMALLEST_SD:g}, not {found['reporting_sd']:g}: no "
                f"source repeats a count more exactly than that"
            )
            raise UsageError(msg)
    if "shared" in table:
        shared = _mapping(table["shared"], "shared")
        _known(shared, ("role", "source", "target", "within"), "shared")
        within = shared.pop("within", None)
        if within is not None:
            _known([str(within)], CELL_FIELDS, "shared.within")
            found["within"] = str(within)
        if not shared:
            return found
        _known(("role", "source", "target"), shared, "shared")
        parts = tuple(_number(shared[key], f"shared.{key}") for key in ("role", "source", "target"))
        if min(parts) < 0 or parts[2] == 0 or abs(sum(parts) - 1) > 1e-9:
            # Without a part of its own a ratio would be another one, and its pull undefined.
            msg = (
                f"shared: role, source and target must be 0 or more, target above 0, and sum to 1, "
                f"not {parts}"
            )
            raise UsageError(msg)
        found["fractions"] = parts
    return found


def _number(value: Any, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    msg = f"{where} must be a number, not {value!r}"
    raise UsageError(msg)


def _scale(value: Any, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf:
        return float(value)
    msg = f"{where} must be a number above 0, not {value!r}"
    raise UsageError(msg)
