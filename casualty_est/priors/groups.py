"""How group labels relate: who is a part of whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.priors.distributions import LogitNormal, named
from casualty_est.tables.checks import known
from casualty_est.tables.toml_file import mapping


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


def read_groups(table: dict[str, Any]) -> dict[str, Group]:
    """Read how group labels relate to one another."""
    groups = dict(DEFAULT_GROUPS)
    for name, spec in table.items():
        where = f"groups.{name}"
        fields = mapping(spec, where)
        known(fields, ("inside", "share", "sum"), where)
        if "sum" in fields:
            if len(fields) > 1:
                msg = f"{where}: a group is either a sum of others or inside one"
                raise UsageError(msg)
            groups[name] = Group(parts=_parts(fields["sum"], f"{where}.sum"))
            continue
        old = groups.get(name, Group())
        share = old.share
        if "share" in fields:
            share = named(mapping(fields["share"], where), LogitNormal, f"{where}.share")
        inside = str(fields["inside"]) if "inside" in fields else old.inside
        if inside is None:
            msg = f'{where}: say inside = "..." or sum = [..., ...]'
            raise UsageError(msg)
        groups[name] = Group(inside, share)
    for name, group in groups.items():
        parts = {whole: other.parts for whole, other in groups.items()}
        if group.inside and name in _reached(group.inside, parts):
            if name in table:
                msg = (
                    f"groups: {name!r} is a part of the sum {group.inside!r} and cannot have a "
                    f"share inside it too; remove one of the relations"
                )
                raise UsageError(msg)
            # The analyst's sum replaces the share that the package would assume.
            groups[name] = Group()
    _no_circles(groups)
    return groups


def _parts(names: Any, where: str) -> tuple[str, ...]:
    labels = isinstance(names, list | tuple) and all(
        isinstance(name, str) and name.strip() for name in names
    )
    if not labels or len(names) < 2 or len(set(names)) < len(names):
        msg = f"{where} must be a list of at least two different groups, not {names!r}"
        raise UsageError(msg)
    return tuple(names)


def _no_circles(groups: Mapping[str, Group]) -> None:
    """Refuse a group that lies, by whatever path, inside itself or is computed from itself."""
    above: dict[str, set[str]] = defaultdict(set)
    needs: dict[str, set[str]] = defaultdict(set)
    for name, group in groups.items():
        if group.inside:
            above[name].add(group.inside)
            needs[name].add(group.inside)
        for part in group.parts:
            # A sum needs its parts, a share the whole: the two run in opposite directions.
            above[part].add(name)
            needs[name].add(part)
    for steps in (above, needs):
        for name in steps:
            if name in _reached(name, steps):
                msg = f"groups: {name!r} lies inside itself; remove one of the relations"
                raise UsageError(msg)


def _reached(start: str, steps: Mapping[str, Iterable[str]]) -> set[str]:
    """Return everything to which one comes from a name by one step or more."""
    reached: set[str] = set()
    todo = [start]
    while todo:
        new = set(steps.get(todo.pop(), ())) - reached
        reached |= new
        todo.extend(new)
    return reached
