"""What was documented: the lower ends that sources of some roles put in figures."""

from __future__ import annotations

from dataclasses import dataclass, field

DOCUMENTING_ROLES = frozenset({"perpetrator", "monitor", "government", "international"})


@dataclass(frozen=True, slots=True)
class Documented:
    """A documented count, as published and never modelled.

    source: Who published it.
    """

    low: int | float
    high: int | float | None = None
    source: str | None = None
    text: str = field(default="", compare=False)
