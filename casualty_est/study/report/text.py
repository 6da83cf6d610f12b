"""Sentences of the report that only studies have."""

from __future__ import annotations

from casualty_est.report import naming
from casualty_est.study.estimate import StudyEstimate
from casualty_est.study.schema import Kind
from casualty_est.wording.language import N_, _
from casualty_est.wording.phrases import clauses, listed
from casualty_est.wording.terms import kind_name

LIMITATIONS = (
    N_(
        "limitation",
        "A study joins what its kinds say; an error that all of them share stays in the answer.",
    ),
    N_(
        "limitation",
        "Two kinds that each rest on an assumption which nobody can test do not verify each other "
        "by agreeing. Where they disagree, one of the assumptions is wrong.",
    ),
    N_(
        "limitation",
        "Who speaks twice was asked of sources by their names. One source under two names was not "
        "seen unless its numbers gave it away.",
    ),
)
NO_ONE_COUNT = N_("limitation", "Nothing is shown as documented: the kinds contradict each other.")
NOTHING_TO_VARY = (
    "There is no joint number to vary: the kinds contradict each other, or one alone sets it."
)


def contradict() -> str:
    """What the first paragraph says of kinds that contradict each other."""
    return _(
        "These answers contradict each other, so we give no joint estimate: one of the assumptions "
        "behind them is wrong, or they count different deaths."
    )


def said(estimate: StudyEstimate) -> str:
    """What each kind that moves the count answers alone, for the count of the study.

    The answer of a kind that is cut, as of claims, is what was assumed of its sources.
    """
    what = naming.counted_briefly(estimate.meta.rows[0].cell)
    kinds = [kind for kind in estimate.details.kinds if kind.moves]
    first, *others = (kind.stated(kind.here) for kind in kinds)
    first = _("{figure} {what}", figure=first, what=what)
    pairs = zip(kinds, (first, *others), strict=True)
    return clauses([_alone(kind, number) for kind, number in pairs])


def _alone(kind: Kind, number: str) -> str:
    named = {"kind": kind_name(kind.label), "number": number}
    if kind.bound is not None:
        return _("{kind} alone: {number}", **named)
    if kind.label.endswith("s"):
        return _("{kind} alone give about {number}", **named)
    return _("{kind} alone gives about {number}", **named)


def rests_briefly(estimate: StudyEstimate) -> str:
    """Which kinds set the level, in one sentence of the first paragraph."""
    moving = [kind_name(kind.label) for kind in estimate.details.kinds if kind.moves]
    if len(moving) == 1:
        return _("The level is that of {kind} alone; the others do not move it.", kind=moving[0])
    if any(estimate.details.rho.values()):
        return _(
            "It rests on {kinds} together, and on our assumption about how strongly their errors "
            "are linked.",
            kinds=listed(moving),
        )
    return _(
        "It rests on {kinds} together, and on our assumption that their errors are independent.",
        kinds=listed(moving),
    )


def alt(estimate: StudyEstimate) -> str:
    """The picture of the kinds in words."""
    said = [f"{kind_name(kind.label)} {kind.stated(kind.here)}" for kind in estimate.details.kinds]
    return _(
        "Density of the count by each kind alone, with the joint one below: {kinds}.",
        kinds=listed(said),
    )


def not_moved(estimate: StudyEstimate) -> str:
    """Of which kinds no assumption was moved towards another number."""
    bare = [kind_name(label) for label in estimate.details.bare]
    if not bare:
        return ""
    return _(
        "Nothing that {kinds} assume is among these: draws cannot move it. With it the distance "
        "would be smaller; their own report says how far their assumption would have to move.",
        kinds=listed(bare),
    )
