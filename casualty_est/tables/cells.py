"""What tables of every kind share: labels, roles of sources, and documented counts."""

from __future__ import annotations

from dataclasses import dataclass, field

# What a source is to what it counts.
ROLES = (
    *("perpetrator", "party", "adversary", "monitor", "government", "media", "international"),
    *("third_state", "survey", "reference"),
)
DOCUMENTING_ROLES = frozenset({"perpetrator", "monitor", "government", "international"})
ALL_SCOPES = "all"
ANY_PERPETRATOR = "any"


@dataclass(frozen=True, slots=True)
class Documented:
    """A documented count, as published and never modelled."""

    low: int | float
    high: int | float | None = None
    source: str | None = None  # who published it
    text: str = field(default="", compare=False)
