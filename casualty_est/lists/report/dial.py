"""Sentences of the report on the odds ratio that no list can set."""

from __future__ import annotations

from casualty_est.lists.estimate import ListEstimate
from casualty_est.result.tables import row_numbers
from casualty_est.wording.language import _
from casualty_est.wording.numbers import middle, run, share, with_ends


def dial(estimate: ListEstimate) -> str:
    """The odds ratio that the answer implies, in one sentence; empty where there is none."""
    shown = estimate.shown().found.dial
    if not shown:
        return ""
    at, first, last = shown.implied, shown.curve[0], shown.curve[-1]
    ends = [middle(p) for p in (first, last)]
    places = {"ratio": share(at.median), "first": share(first.ratio), "last": share(last.ratio)}
    if share(at.low) == share(at.high):
        return _(
            "One quantity, which no data can determine, links the people on no list to the rest: "
            "the odds ratio of the unseen cell. The models of this answer fix it at {ratio}, "
            "whatever the lists say. Between {first} and {last} the number goes from {low} to "
            "{high}.",
            low=ends[0],
            high=ends[1],
            **places,
        )
    return _(
        "One quantity, which no data can determine, links the people on no list to the rest: the "
        "odds ratio of the unseen cell. This answer implies {ratio} ({interval}, 95% interval). "
        "Between {first} and {last} the number goes from {low} to {high}.",
        interval=run(share(at.low), share(at.high)),
        low=ends[0],
        high=ends[1],
        **places,
    )


def not_known(estimate: ListEstimate, prob: float) -> str:
    """Why the answer of the report is not the one under the ratio that it implies."""
    numbers = row_numbers(estimate, 0, prob)
    if numbers is None:
        return ""
    if estimate.details.replicates:
        return _(
            "The estimate of this report, {number}, does not take this ratio as known: it comes "
            "from the models of section 3 and mixes all replicates. Here one table is moved alone.",
            number=with_ends(numbers),
        )
    return _(
        "The estimate of this report, {number}, does not take this ratio as known: it comes from "
        "the models of section 3.",
        number=with_ends(numbers),
    )
