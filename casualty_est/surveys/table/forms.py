"""The forms of a table of surveys, known by their columns."""

from __future__ import annotations

from collections.abc import Collection

ESTIMATE, HOUSEHOLDS, MATCHED = "estimate", "households", "matched"
NEEDED = {
    MATCHED: frozenset({"death"}),
    HOUSEHOLDS: frozenset({"psu", "members", "deaths"}),
    ESTIMATE: frozenset({"source", "estimate"}),
}
FORMS_SAID = (
    "published estimates have the columns source and estimate; households have psu, members and "
    "deaths; deaths looked up on lists have death and one 0/1 column for each list"
)


def form_of(header: Collection[str]) -> str | None:
    """Which form a header has; None where it has none."""
    return next((form for form, needed in NEEDED.items() if needed <= set(header)), None)
