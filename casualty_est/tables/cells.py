"""Labels that tables of every kind use: what a source is, and what covers every other label."""

from __future__ import annotations

# What a source is to what it counts.
ROLES = (
    "perpetrator",
    "party",
    "adversary",
    "monitor",
    "government",
    "media",
    "international",
    "third_state",
    "survey",
    "reference",
)
ALL_SCOPES = "all"
ANY_PERPETRATOR = "any"
