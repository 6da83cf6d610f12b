"""Shares in print: whole per cents for weights, one number of digits in an interval; factors."""

from __future__ import annotations

import math
from collections.abc import Sequence

from casualty_est.lists.schema import Together
from casualty_est.result.schema import Span
from casualty_est.wording.language import _
from casualty_est.wording.numbers import Ends, adding_up, per_cent, run, share

SMALL = 0.005  # a weight that would be printed as 0 or 100%
FINEST = 3  # digits of a per cent


def weight(value: float) -> str:
    """Print the weight of one kind in an answer, 0 or 100% only where it is that."""
    if value in (0.0, 1.0):
        return per_cent(f"{100 * value:.0f}")
    if value < SMALL:
        return _("less than {share}", share=per_cent("1"))
    if value >= 1 - SMALL:
        return _("more than {share}", share=per_cent("99"))
    return per_cent(f"{100 * value:.0f}")


def weights(values: Sequence[float]) -> list[str]:
    """Print weights that are parts of one answer, so that they add up as printed."""
    large = [value for value in values if SMALL <= value < 1 - SMALL]
    parts = iter(adding_up([100 * value for value in large], round(100 * sum(large))))
    return [
        per_cent(f"{next(parts):.0f}") if SMALL <= value < 1 - SMALL else weight(value)
        for value in values
    ]


def aligned(row: Ends) -> tuple[str, str, str]:
    """Print the median of a share and both ends, with as many digits as their width deserves."""
    width = 100 * abs(row.high - row.low)
    # A tenth of the width is the last digit that says something.
    digits = 0 if width <= 0 else min(FINEST, max(0, math.ceil(math.log10(5 / width))))
    middle, low, high = (
        per_cent(f"{100 * end:.{digits}f}") for end in (row.median, row.low, row.high)
    )
    return middle, low, high


def between(together: Together) -> str:
    """How far strata differ, in one sentence."""
    reach = _times(together.lists_sd)
    if together.pairs_sd is None:
        return _(
            "From stratum to stratum the odds of being on a list differ by a factor of {factor}.",
            factor=reach,
        )
    return _(
        "From stratum to stratum the odds of being on a list differ by a factor of {factor}, "
        "and the odds ratio of two lists by a factor of {of_pairs} (one standard "
        "deviation between strata, on the log).",
        factor=reach,
        of_pairs=_times(together.pairs_sd),
    )


def _times(sd: Span) -> str:
    """Print a standard deviation of logs as a factor."""
    middle, low, high = (share(math.exp(x)) for x in (sd.median, sd.low, sd.high))
    return f"{middle} ({run(low, high)})"


def ratio(row: Ends) -> str:
    """Print an odds ratio with its interval."""
    return f"{share(row.median)} ({run(share(row.low), share(row.high))})"
