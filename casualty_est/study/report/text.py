"""Sentences of the report that only studies have."""

from __future__ import annotations

LIMITATIONS = (
    "A study joins what its kinds say; an error that all of them share stays in the answer.",
    "Two kinds that each rest on an assumption which nobody can test do not verify each other by "
    "agreeing. Where they disagree, one of the assumptions is wrong.",
    "Who speaks twice was asked of sources by their names. One source under two names was not seen "
    "unless its numbers gave it away.",
)
NO_ONE_COUNT = "Nothing is shown as documented: the kinds contradict each other."
NOTHING_TO_VARY = (
    "There is no joint number to vary: the kinds contradict each other, or one alone sets it."
)
