"""Which claims speak of a part of a cell, and what to call that part."""

from __future__ import annotations

from collections.abc import Mapping

from casualty_est.wording.phrases import Labelled

_FIELDS = ("scope", "group", "outcome", "perpetrator")
Groups = Mapping[str, tuple[str, ...]]  # for each group of people, the groups that lie inside it


def lies_inside(claim: Labelled, cell: Labelled, groups: Groups, *, itself: bool = False) -> bool:
    """Whether a claim counts people of a cell, all of them or a part."""
    held = (
        _covers(cell.scope, claim.scope, "all"),
        _covers(cell.perpetrator, claim.perpetrator, "any"),
        cell.outcome in (claim.outcome, "casualties"),
        cell.group == "all" or claim.group in _within(cell.group, groups),
    )
    return all(held) and (itself or any(getattr(claim, n) != getattr(cell, n) for n in _FIELDS))


def _within(group: str, groups: Groups) -> set[str]:
    """A group, its parts, and all that lies inside one of them, at any depth."""
    inside: set[str] = set()
    waiting = [group]
    while waiting:
        name = waiting.pop()
        if name not in inside:
            inside.add(name)
            waiting += [*groups.get(name, ()), *name.split("+")]
    return inside


def _covers(whole: str, part: str, everything: str) -> bool:
    return whole == everything or set(part.split("+")) <= set(whole.split("+"))


def what_differs(claim: Labelled, cell: Labelled) -> str:
    """Name the part of a cell that a claim speaks of."""
    differing = [n for n in _FIELDS if _parts(claim, n) != _parts(cell, n)]
    return ", ".join(str(getattr(claim, name)).replace("+", " and ") for name in differing)


def _parts(labels: Labelled, name: str) -> set[str]:
    return set(str(getattr(labels, name)).split("+"))
