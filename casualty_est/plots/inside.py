"""Which claims speak of a part of a cell, and what to call that part."""

from __future__ import annotations

from typing import Any

_INSIDE_CIVILIANS = frozenset({"women", "men", "children", "elderly"})
_FIELDS = ("scope", "group", "outcome", "perpetrator")


def lies_inside(claim: dict[str, Any], cell: dict[str, Any], *, itself: bool = False) -> bool:
    """Whether a claim counts people of a cell, all of them or a part."""
    held = (
        _covers(cell["scope"], claim["scope"], "all"),
        _covers(cell["perpetrator"], claim["perpetrator"], "any"),
        cell["outcome"] in (claim["outcome"], "casualties"),
        cell["group"] in (claim["group"], "all")
        or (cell["group"] == "civilians" and claim["group"] in _INSIDE_CIVILIANS)
        or claim["group"] in cell["group"].split("+"),
    )
    return all(held) and (itself or any(claim[name] != cell[name] for name in _FIELDS))


def _covers(whole: str, part: str, everything: str) -> bool:
    return whole == everything or set(part.split("+")) <= set(whole.split("+"))


def what_differs(claim: dict[str, Any], cell: dict[str, Any]) -> str:
    """Name the part of a cell that a claim speaks of."""
    differing = (str(claim[name]) for name in _FIELDS if _parts(claim, name) != _parts(cell, name))
    return ", ".join(text.replace("+", " and ") for text in differing)


def _parts(labels: dict[str, Any], name: str) -> set[str]:
    return set(str(labels[name]).split("+"))
