"""What tables of every kind share: labels, roles of sources, and documented counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

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
# Whose "at least" is read as the number that it holds.
COUNTING_ROLES = TALLY_ROLES - {"reference"} | {"perpetrator"}
# Who records incident by incident, and is no party to the conflict.
RECORDING_ROLES = TALLY_ROLES - {"reference"}
# What a number rests on: cases recorded one by one, what somebody said, or an estimate.
BASES = ("list", "statement", "estimate")
LIST, STATEMENT, ESTIMATE = BASES
# By role, where the table does not say; every other role states. A government's number is a
# statement until the table says that a list lies behind it: so are those of the first days.
_BY_ROLE = {
    **dict.fromkeys(("monitor", "merged_list", "registry", "register", "international"), LIST),
    **dict.fromkeys(("int_estimate", "survey"), ESTIMATE),
}
# Who verifies cases states a count; a range of it is an estimate. A monitor's range is the sum of
# its minima and its maxima.
_ESTIMATES_IN_RANGES = frozenset({"international", "registry", "register"})
# Incidents that a monitor upholds; what it grades lower is never added to what is documented.
UPHELD = frozenset({"confirmed", "fair"})
ALL_SCOPES = "all"
ANY_PERPETRATOR = "any"


class Given(StrEnum):
    """Who gave the numbers of a prior on a reporting ratio."""

    ROLE = "role"  # the package, for sources of a role
    NO_ROLE = "no role"  # the package, for sources without one
    ANALYST = "analyst"  # the analyst, for sources of a role
    SOURCE = "source"  # the analyst, for this source
    OWN_CASES = "own cases"  # validated cases of this source
    RECORD = "record"  # the record alone, outside a model

    @property
    def of_source(self) -> bool:
        """Whether they are knowledge of this source, and not of its role."""
        return self in (Given.SOURCE, Given.OWN_CASES)


@dataclass(frozen=True, slots=True)
class Documented:
    """A documented count, as published and never modelled.

    `matched` is the number in `text` where a matching of records made it, which is no count.
    """

    low: int | float
    high: int | float | None = None
    source: str | None = None  # who published it
    text: str = field(default="", compare=False)
    matched: str = field(default="", compare=False)

    @property
    def stated(self) -> int | float:
        """The lower end as it was written: of "more than 28,000" it is 28,000, and not 28,001."""
        before = self.low - 1
        return (
            before if f"{before:,}" in self.text and f"{self.low:,}" not in self.text else self.low
        )


def basis_of(role: str | None, form: str = "exact") -> str:
    """What a number of a role rests on, by its form of hedge, where the table does not say."""
    if form == "estimate" or (form == "between" and role in _ESTIMATES_IN_RANGES):
        return ESTIMATE
    return _BY_ROLE.get(role or "", STATEMENT)
