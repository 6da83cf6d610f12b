"""What tables of every kind share: labels, roles of sources, and documented counts."""

from __future__ import annotations

from dataclasses import dataclass, field

# What a source is to what it counts.
ROLES = (
    *("perpetrator", "party", "adversary", "accuser", "monitor", "merged_list", "government"),
    *("registry", "register", "first_count", "gov_estimate", "media", "event_data"),
    *("international", "int_estimate", "third_state", "survey", "reference"),
)
# Who counts case by case, and is no party: its tally is right but for what it misses.
TALLY_ROLES = frozenset(
    {"monitor", "merged_list", "government", "registry", "register", "international", "reference"}
)
DOCUMENTING_ROLES = TALLY_ROLES - {"reference"} | {"perpetrator"}
ALL_SCOPES = "all"
ANY_PERPETRATOR = "any"


@dataclass(frozen=True, slots=True)
class Documented:
    """A documented count, as published and never modelled."""

    low: int | float
    high: int | float | None = None
    source: str | None = None  # who published it
    text: str = field(default="", compare=False)
