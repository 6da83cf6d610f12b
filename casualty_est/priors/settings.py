"""What the analyst assumes: the table that ``priors=`` and ``--priors`` read."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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

CELL_FIELDS = ("scope", "outcome", "group", "perpetrator")
SMALLEST_SD = 0.02  # log sd below which no report of a count is that exact
TOP_FIELDS = (
    "roles", "sources", "anchors", "groups", "level", "incident_level", "offsets", "reporting",
    "shared", "grades",
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
    """

    prior: LogNormal
    cell: Mapping[str, str]
    source: str | None = None

    @property
    def name(self) -> str:
        """How tables and reports call it."""
        where = ", ".join(self.cell.values())
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

    def ratio(self, source: str, role: str | None, level: str) -> RatioPrior:
        """Prior on the ratio of `source` in that role, for claims of that level."""
        base = self.roles[role or NO_ROLE].prior(level)
        spec = self.sources[source].spec if source in self.sources else {}
        if not spec:
            return base
        where = f'sources."{source}"'
        allowed = ("ratio", "completeness", "over_count")
        return ratio_prior(spec, where, f"{where} of the analyst", allowed=allowed, default=base)


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
    table = dict(spec or {})
    _known(table, TOP_FIELDS, "priors")
    if "grades" in table:
        msg = "priors: grades speak of incidents; a claims model has none, so leave them out"
        raise UsageError(msg)
    roles = dict(default_roles())
    for key, numbers in _mapping(table.get("roles"), "roles").items():
        _known([key], roles, "roles")
        roles[key] = override(roles[key], _mapping(numbers, f"roles.{key}"))
    settings: dict[str, Any] = {"roles": roles}
    settings["sources"] = _sources(_mapping(table.get("sources"), "sources"), roles)
    settings["anchors"] = _anchors(table.get("anchors", []))
    settings["groups"] = _groups(_mapping(table.get("groups"), "groups"))
    settings |= _levels(table)
    settings |= _scales(table)
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
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        msg = f"{where} must be a table, not {value!r}"
        raise UsageError(msg)
    return dict(value)


def _sources(table: dict[str, Any], roles: Mapping[str, Role]) -> dict[str, SourcePrior]:
    found = {}
    for name, spec in table.items():
        where = f'sources."{name}"'
        fields = _mapping(spec, where)
        _known(fields, ("role", "ratio", "completeness", "over_count"), where)
        role = fields.pop("role", None)
        if role is not None:
            _known([str(role)], [key for key in roles if key != NO_ROLE], f"{where}.role")
        # Read once here, so that a malformed prior is an error at the door.
        base = roles[role or NO_ROLE].totals
        ratio_prior(
            fields, where, where, allowed=("ratio", "completeness", "over_count"), default=base
        )
        found[name] = SourcePrior(role, fields)
    return found


def _anchors(items: Any) -> tuple[Anchor, ...]:
    if not isinstance(items, list | tuple):
        msg = f"anchors must be a list of tables ([[anchors]]), not {items!r}"
        raise UsageError(msg)
    return tuple(
        _anchor(_mapping(item, f"anchors[{i}]"), f"anchors[{i}]") for i, item in enumerate(items)
    )


def _anchor(item: dict[str, Any], where: str) -> Anchor:
    _known(
        item, (*CELL_FIELDS, "source", "ratio", "interval", "prob", "median", "factor", "sd"), where
    )
    cell = {key: str(item[key]) for key in CELL_FIELDS if key in item}
    numbers = {
        key: value for key, value in item.items() if key not in (*CELL_FIELDS, "source", "ratio")
    }
    if "source" not in item:
        if "ratio" in item:
            msg = f"{where}: a ratio belongs to a source; name it"
            raise UsageError(msg)
        return Anchor(named(numbers, LogNormal, where), cell)
    ratio = item.get("ratio")
    if isinstance(ratio, Mapping):
        prior = named(dict(ratio), LogNormal, f"{where}.ratio")
    elif isinstance(ratio, int | float) and not isinstance(ratio, bool):
        # A ratio given as one number is taken as known within ten per cent, like a reference.
        spread = {"factor": item["factor"]} if "factor" in item else {"sd": item.get("sd", 0.10)}
        prior = named({"median": ratio, **spread}, LogNormal, f"{where}.ratio")
        numbers = {key: value for key, value in numbers.items() if key not in spread}
    else:
        msg = f"{where}: write ratio = .68, or ratio = {{interval = [.5, .9], prob = .95}}"
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
            groups[name] = Group(parts=tuple(map(str, fields["sum"])))
            continue
        share = old.share
        if "share" in fields:
            share = named(_mapping(fields["share"], where), LogitNormal, f"{where}.share")
        inside = str(fields["inside"]) if "inside" in fields else old.inside
        if inside is None:
            msg = f'{where}: say inside = "..." or sum = [..., ...]'
            raise UsageError(msg)
        groups[name] = Group(inside, share)
    _acyclic(groups)
    return groups


def _acyclic(groups: Mapping[str, Group]) -> None:
    """Refuse a group that lies, by whatever path, inside itself."""
    above: dict[str, set[str]] = {}
    for name, group in groups.items():
        if group.inside:
            above.setdefault(name, set()).add(group.inside)
        for part in group.parts:
            above.setdefault(part, set()).add(name)
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
        _known(shared, ("role", "source", "target"), "shared")
        _known(("role", "source", "target"), shared, "shared")
        parts = tuple(float(shared[key]) for key in ("role", "source", "target"))
        if min(parts) < 0 or parts[2] == 0 or abs(sum(parts) - 1) > 1e-9:
            # Without a part of its own a ratio would be another one, and its pull undefined.
            msg = (
                f"shared: role, source and target must be 0 or more, target above 0, and sum to 1, "
                f"not {parts}"
            )
            raise UsageError(msg)
        found["fractions"] = parts
    return found


def _scale(value: Any, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf:
        return float(value)
    msg = f"{where} must be a number above 0, not {value!r}"
    raise UsageError(msg)
