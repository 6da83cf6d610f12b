"""Sentences of the report that only studies have."""

from __future__ import annotations

from casualty_est.report import naming, statements
from casualty_est.result.spoken import in_order, latest
from casualty_est.study.estimate import StudyEstimate
from casualty_est.study.schema import Kind, StudyDetails
from casualty_est.wording.language import N_, _
from casualty_est.wording.phrases import clauses, listed, with_source
from casualty_est.wording.terms import kind_name, the_kind

LIMITATIONS = (
    N_(
        "limitation",
        "A study joins several kinds of evidence; an error that all of them share stays in "
        "the answer.",
    ),
    N_(
        "limitation",
        "Two kinds that each rest on an assumption which nobody can test do not verify each other "
        "by agreeing. Where they disagree, one of the assumptions is wrong.",
    ),
    N_(
        "limitation",
        "Sources were compared by name. One source under two names goes unnoticed unless its "
        "numbers give it away.",
    ),
)
NO_ONE_COUNT = N_("limitation", "Nothing is shown as documented: the kinds contradict each other.")
NAMED = 4  # sources of a kind that the first paragraph names
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
    """What officials said, and what each kind that moves the count answers alone.

    The answer of a kind that is cut, as of claims, is what was assumed of its sources: it is not
    told, what its officials said is.
    """
    cell = estimate.meta.rows[0].cell
    official = [claim for kind in estimate.details.kinds for claim in kind.official]
    told = statements.told(in_order(latest(official)), cell)
    what = statements.up_to(official, cell) if told else naming.counted_briefly(cell)
    return " ".join(filter(None, (told, _answers(estimate, what))))


def _answers(estimate: StudyEstimate, what: str) -> str:
    """What each kind that moves the count answers alone; the first says of what."""
    kinds = [kind for kind in estimate.details.kinds if kind.moves]
    first, *others = (kind.stated(kind.here) for kind in kinds)
    if what:
        first = _("{figure} {what}", figure=first, what=what)
    named = [_named(kind, estimate.details) for kind in kinds]
    pairs = zip(kinds, named, (first, *others), strict=True)
    return clauses([_alone(*pair) for pair in pairs])


def _named(kind: Kind, details: StudyDetails) -> str:
    """A kind with its article and its sources, where they are few."""
    told = (one.source for one in details.heard if one.label == kind.label and one.deaths)
    sources = list(dict.fromkeys(told))
    name = the_kind(kind.label)
    return with_source(name, listed(sources)) if 0 < len(sources) <= NAMED else name


def _alone(kind: Kind, name: str, number: str) -> str:
    if kind.bound is not None:
        return _("{kind} alone: {number}", kind=name, number=number)
    if kind.label.endswith("s"):
        return _("{kind} alone give about {number}", kind=name, number=number)
    return _("{kind} alone gives about {number}", kind=name, number=number)


def rests_briefly(estimate: StudyEstimate) -> str:
    """Which kinds set the level, in one sentence of the first paragraph."""
    moving = [the_kind(kind.label) for kind in estimate.details.kinds if kind.moves]
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


def rests_in_short(estimate: StudyEstimate) -> str:
    """The same where the paragraph is long already."""
    moving = [kind for kind in estimate.details.kinds if kind.moves]
    if len(moving) == 1 or any(estimate.details.rho.values()):
        return rests_briefly(estimate)
    return _("We assume that the errors of these answers are independent.")


def tenth_more(label: str, change: str, *, higher: bool) -> str:
    """What a tenth more in the answer of one kind would do to the joint one."""
    told = {"kind": the_kind(label), "change": change}
    if higher:
        return _(
            "If the answer of {kind} were a tenth higher, the estimate would be about {change} "
            "higher.",
            **told,
        )
    return _(
        "If the answer of {kind} were a tenth higher, the estimate would be about {change} lower.",
        **told,
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
