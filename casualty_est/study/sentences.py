"""What a study rests on, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from casualty_est.study.schema import Kind, StudyDetails
from casualty_est.wording.again import known, names_again, told_again
from casualty_est.wording.language import _, figure, spoken
from casualty_est.wording.numbers import percent, portion, share
from casualty_est.wording.phrases import capitalised, listed
from casualty_est.wording.terms import the_kind


def rests_on(details: StudyDetails) -> tuple[str, ...]:
    """What sets the level of a joint answer."""
    moving = [kind for kind in details.kinds if kind.moves]
    cut = [the_kind(kind.label) for kind in details.kinds if not kind.moves]
    if len(moving) == 1:
        level = _(
            "The level of this estimate is that of {kind} alone.", kind=the_kind(moving[0].label)
        )
    else:
        level = _together(moving)
    said = [level]
    if cut:
        said.append(
            _(
                "Cut, so that they receive the count and do not move it: {kinds}. From them we "
                "learn how reliable their sources are.",
                kinds=listed(cut),
            )
        )
    for kind in details.kinds:
        if kind.bridge is not None:
            said.append(
                _(
                    "What {kind} counted is not what the study counts. The bridge between them "
                    "({bridge}) is the analyst's, and no evidence here checks it.",
                    kind=the_kind(kind.label),
                    bridge=told_again(kind.bridge.text, "prior"),
                )
            )
    said += [moved(kind) for kind in moving if kind.modes]
    said += [rests_of(kind) for kind in moving if kind.rests]
    said.append(independence(details))
    return tuple(said)


def _together(moving: Sequence[Kind]) -> str:
    """The level where several kinds set it."""
    pulls = [
        _(
            "{share} for {kind}",
            share=percent(round(kind.weight or 0.0, 2)),
            kind=the_kind(kind.label),
        )
        for kind in moving
    ]
    return _(
        "The level of this estimate comes from {kinds} together. If the answer of one of them "
        "moved a little, the estimate would move by a part of that: {pulls}.",
        kinds=listed([the_kind(kind.label) for kind in moving]),
        pulls=listed(pulls),
    )


def rests_of(kind: Kind) -> str:
    """What the answer of a kind rests on, in its own first sentence."""
    rests = kind.rests
    if not spoken().english:
        contexts = ("identification", "note", "assumption of lists", "family", "assumption", "role")
        rests = known(rests, *contexts, ended=True) or known(rests, *contexts) or f"“{rests}”"
    return _("The answer of {kind} rests on this: {rests}", kind=the_kind(kind.label), rests=rests)


def moved(kind: Kind) -> str:
    """How the modes of a kind fared in the joint answer."""
    modes = [
        _(
            "about {number} (weight {alone} alone, {joint} in the joint answer)",
            number=figure(float(f"{mode.median:.2g}")),
            alone=portion(mode.alone),
            joint=portion(mode.joint),
        )
        for mode in kind.modes
    ]
    return _(
        "The answer of {kind} alone is one of several: {modes}.",
        kind=the_kind(kind.label),
        modes=listed(modes, "or"),
    )


def contradiction(text: str) -> str:
    """Kinds that contradict each other, as a sentence."""
    told = told_again(text, "note", "kind of evidence")
    return f"{capitalised(told)}."


def of_conflict(details: StudyDetails) -> tuple[str, ...]:
    """What each of some kinds rests on that contradict each other."""
    return (
        _("Nothing sets one level: the kinds contradict each other."),
        *map(contradiction, details.contradictions),
        *(rests_of(kind) for kind in details.kinds if kind.rests),
        _("One of these assumptions is wrong, or the kinds count different deaths."),
    )


def independence(details: StudyDetails) -> str:
    """What is assumed of errors that kinds share."""
    tied = [
        f"{names_again(pair, 'kind of evidence')} {share(value)}"
        for pair, value in details.rho.items()
        if value
    ]
    if not tied:
        return _("The errors of the kinds are taken as independent (correlation 0).")
    return _(
        "The errors of kinds are taken to correlate: {pairs}; all others are independent.",
        pairs=listed(tied),
    )
