"""Sentences of the report that only studies have."""

from __future__ import annotations

from casualty_est.study.estimate import StudyEstimate
from casualty_est.wording.numbers import with_ends
from casualty_est.wording.phrases import listed

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


def alt(estimate: StudyEstimate) -> str:
    """The picture of the kinds in words."""
    said = [f"{kind.label} {with_ends(kind.here)}" for kind in estimate.details.kinds]
    return f"Density of the count by each kind alone, with the joint one below: {listed(said)}."
