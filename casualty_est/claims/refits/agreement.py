"""The exact answer held against the same model sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casualty_est.claims.schema import Agreement
from casualty_est.result.schema import Span
from casualty_est.wording.interval import ends, middle
from casualty_est.wording.numbers import percent

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

AGREE = 0.02


def agreement(exact: ClaimsEstimate, sampled: ClaimsEstimate) -> Agreement:
    """Compare medians and 95% ends."""
    probabilities = [0.025, 0.5, 0.975]
    one = np.quantile(exact.draws(), probabilities)
    two = np.quantile(sampled.draws(), probabilities)
    gap = float(np.max(np.abs(two / one - 1)))
    low, median, high = (float(x) for x in two)
    shown = Span(median, low, high)
    verdict = "they agree" if gap <= AGREE else "they differ by more than they should"
    text = (
        f"The same model sampled with NUTS: about {middle(shown)} (95% credible interval "
        f"{ends(shown)}); largest difference from the exact answer {percent(round(gap, 4))}: "
        f"{verdict}."
    )
    first, second = (tuple(float(x) for x in values) for values in (one, two))
    return Agreement(
        (first[0], first[1], first[2]),
        (second[0], second[1], second[2]),
        gap,
        sampled.converged,
        text,
    )
