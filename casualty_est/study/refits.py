"""The count without one kind, and under other powers: from the likelihoods that are stored."""

from __future__ import annotations

from typing import Any

from casualty_est.result.call import Report
from casualty_est.result.schema import Case
from casualty_est.study.estimate import POWERS, StudyEstimate
from casualty_est.study.inference.algebra import Joint
from casualty_est.wording.language import stored


def _case(name: str, joint: Joint, estimate: StudyEstimate, prob: float) -> Case:
    ends = estimate._under(joint, prob)
    return Case(name, ends.median, ends.low, ends.high, prob, converged=True)


def without_each_kind(
    model: Any, estimate: StudyEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """The count without each kind that moves it; none where one stands alone."""
    if estimate.details.contradictions:
        return ()
    joint, cases = estimate._joint(), []
    for i, kind in enumerate(estimate.details.kinds):
        rest = joint.without(i)
        if kind.moves and rest is not None:
            name = stored("refit", "without {kind}", kind=kind.label)
            cases.append(_case(name, rest, estimate, prob))
    return tuple(cases)


def powers(
    model: Any, estimate: StudyEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """The count under other powers of each kind."""
    if estimate.details.contradictions:
        return ()
    joint, cases = estimate._joint(), []
    for i, kind in enumerate(estimate.details.kinds):
        for eta in POWERS if kind.can_move else ():
            powered = joint.with_eta(i, eta)
            if eta != kind.eta and (powered.eta > 0).any():
                cases.append(_case(_called(kind.label, eta), powered, estimate, prob))
    return tuple(cases)


def _called(label: str, eta: float) -> str:
    """What the count under another power of a kind is called."""
    if eta == 0:
        return stored("refit", "{kind} with power 0 (cut)", kind=label)
    if eta == 1:
        return stored("refit", "{kind} with power 1 (full)", kind=label)
    return stored("refit", "{kind} with power {power}", kind=label, power=f"{eta:g}")


REFITS = {"without_each_kind": without_each_kind, "powers": powers}
