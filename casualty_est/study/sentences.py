"""What a study rests on, in sentences."""

from __future__ import annotations

from casualty_est.study.schema import StudyDetails
from casualty_est.wording.numbers import percent, share
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
        verb = "receive" if len(cut) > 1 else "receives"
        turn = "their" if len(cut) > 1 else "its"
        do = "do" if len(cut) > 1 else "does"
        said.append(
            f"{capitalised(listed(cut))} {verb} the count and {do} not move it: what comes back is "
            f"how reliable {turn} sources are."
        )
    for kind in details.kinds:
        if kind.bridge is not None:
            said.append(
                f"{capitalised(kind.label)} counts other deaths than the study. The bridge between "
                f"them ({kind.bridge.text}) is the analyst's, and no evidence here checks it."
            )
    said += [f"{capitalised(kind.label)}: {kind.rests}" for kind in moving if kind.rests]
    said.append(independence(details))
    return tuple(said)


def independence(details: StudyDetails) -> str:
    """What is assumed of errors that kinds share."""
    tied = [f"{pair} {share(value)}" for pair, value in details.rho.items() if value]
    if not tied:
        return "The errors of the kinds are taken as independent (correlation 0)."
    return (
        f"The errors of kinds are taken to correlate: {listed(tied)}; all others are independent."
    )
