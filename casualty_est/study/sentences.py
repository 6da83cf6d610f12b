"""What a study rests on, in sentences."""

from __future__ import annotations

from casualty_est.study.schema import Kind, StudyDetails
from casualty_est.wording.numbers import percent, portion, share
from casualty_est.wording.phrases import capitalised, listed


def rests_on(details: StudyDetails) -> tuple[str, ...]:
    """What sets the level of a joint answer."""
    moving = [kind for kind in details.kinds if kind.moves]
    cut = [kind.label for kind in details.kinds if not kind.moves]
    if len(moving) == 1:
        said = [f"The level of this estimate is that of {moving[0].label} alone."]
    else:
        pulls = [f"{k.label} {percent(round(k.weight or 0.0, 2))}" for k in moving]
        said = [
            f"The level of this estimate comes from {listed([k.label for k in moving])} together; "
            f"of a small change in the answer of one it would follow: {listed(pulls)}."
        ]
    if cut:
        said.append(
            f"Cut, so that they receive the count and do not move it: {listed(cut)}. What comes "
            "back is how reliable their sources are."
        )
    for kind in details.kinds:
        if kind.bridge is not None:
            said.append(
                f"The deaths that {kind.label} counts are not those of the study. The bridge "
                f"between them ({kind.bridge.text}) is the analyst's, and no evidence here checks "
                "it."
            )
    said += [moved(kind) for kind in moving if kind.modes]
    said += [f"What {kind.label} rests on: {kind.rests}" for kind in moving if kind.rests]
    said.append(independence(details))
    return tuple(said)


def moved(kind: Kind) -> str:
    """How the modes of a kind fared in the joint answer."""
    modes = [
        f"about {float(f'{mode.median:.2g}'):,.0f} (weight {portion(mode.alone)} alone, "
        f"{portion(mode.joint)} in the joint answer)"
        for mode in kind.modes
    ]
    return f"The answer of {kind.label} alone is one of several: {listed(modes, 'or')}."


def of_conflict(details: StudyDetails) -> tuple[str, ...]:
    """What each of some kinds rests on that contradict each other."""
    return (
        "Nothing sets one level: the kinds contradict each other.",
        *(f"{capitalised(one)}." for one in details.contradictions),
        *(f"What {kind.label} rests on: {kind.rests}" for kind in details.kinds if kind.rests),
        "One of these assumptions is wrong, or the kinds count different deaths.",
    )


def independence(details: StudyDetails) -> str:
    """What is assumed of errors that kinds share."""
    tied = [f"{pair} {share(value)}" for pair, value in details.rho.items() if value]
    if not tied:
        return "The errors of the kinds are taken as independent (correlation 0)."
    return (
        f"The errors of kinds are taken to correlate: {listed(tied)}; all others are independent."
    )
