"""Sentences of the report that only studies have."""

from __future__ import annotations

from casualty_est.report import naming
from casualty_est.study.estimate import StudyEstimate
from casualty_est.study.schema import Kind
from casualty_est.wording.numbers import with_ends
from casualty_est.wording.phrases import capitalised, listed

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


CONTRADICT = (
    "These answers contradict each other, so we give no joint estimate: one of the assumptions "
    "behind them is wrong, or they count different deaths."
)


def said(estimate: StudyEstimate) -> str:
    """What each kind of evidence answers alone, for the count of the study."""
    what = naming.counted_briefly(estimate.meta.rows[0].cell)
    kinds = estimate.details.kinds
    first, *others = (f"{k.label} alone {_give(k)} about {with_ends(k.here)}" for k in kinds)
    return capitalised(f"{'; '.join([f'{first} {what}', *others])}.")


def _give(kind: Kind) -> str:
    return "give" if kind.label.endswith("s") else "gives"


def rests_briefly(estimate: StudyEstimate) -> str:
    """Which kinds set the level, in one sentence of the first paragraph."""
    moving = [kind.label for kind in estimate.details.kinds if kind.moves]
    if len(moving) == 1:
        return f"The level is that of {moving[0]} alone; the others do not move it."
    errors = "that their errors are independent"
    if any(estimate.details.rho.values()):
        errors = "about how strongly their errors are linked"
    return f"It rests on {listed(moving)} together, and on our assumption {errors}."


def alt(estimate: StudyEstimate) -> str:
    """The picture of the kinds in words."""
    said = [f"{kind.label} {with_ends(kind.here)}" for kind in estimate.details.kinds]
    return f"Density of the count by each kind alone, with the joint one below: {listed(said)}."
