"""The count without one kind, and under other powers: from the likelihoods that are stored."""

from __future__ import annotations

from typing import Any

import numpy as np

from casualty_est.result.call import Report
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Case
from casualty_est.study.estimate import POWERS, StudyEstimate
from casualty_est.study.inference.algebra import Joint


def _case(name: str, joint: Joint, prob: float) -> Case:
    low, median, high = (float(x) for x in np.exp(joint.quantile(interval_ends(prob))))
    return Case(name, median, low, high, prob, converged=True)


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
            cases.append(_case(f"without {kind.label}", rest, prob))
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
                word = " (cut)" if eta == 0 else " (full)" if eta == 1 else ""
                cases.append(_case(f"{kind.label} with power {eta:g}{word}", powered, prob))
    return tuple(cases)


REFITS = {"without_each_kind": without_each_kind, "powers": powers}
