"""Sentences of the report about each source: what its ratio is, was assumed to be, and why.

A source with many targets gets one text for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from casualty_est.claims.schema import ratio_owner
from casualty_est.report.naming import PERCENT_UP_TO, part_of, ratio, ratio_interval, whole
from casualty_est.result.schema import SourceRow
from casualty_est.wording.numbers import percent, share
from casualty_est.wording.phrases import capitalised, listed

SILENT = 0.9  # posterior over prior sd of a log ratio above which the data hardly narrowed it
STILL = 0.2  # prior sds by which its median may move for the data to have said nothing
FEW_TARGETS = 2  # a source with more ratios than this gets one text for all of them


# A source, and its row of `ClaimsEstimate.sources`: ratio, low, high, learned.
Pair = tuple[SourceRow, Any]


def of_sources(sources: Sequence[SourceRow], numbers: Iterable[Any], prob: float) -> list[str]:
    """What the fit says of each source, and what was assumed before."""
    by_name: dict[str, list[Pair]] = {}
    for source, row in zip(sources, numbers, strict=True):
        by_name.setdefault(source.source, []).append((source, row))
    texts = []
    for name, pairs in by_name.items():
        if len(pairs) > FEW_TARGETS:
            texts.append(_of_many(name, pairs))
        else:
            texts += [_of_one(name, *pair, prob) for pair in pairs]
    return [capitalised(words) for words in texts]


def _of_one(name: str, source: SourceRow, row: Any, prob: float) -> str:
    inside = " in a single incident" if source.level == "incident" else ""
    said = (
        f"We estimate that {ratio_owner(source.name)} reports {part_of(row.ratio)} the true "
        f"number{inside} ({percent(prob)} credible interval {ratio_interval(row.low, row.high)})."
    )
    return f"{said} {_assumed([source])} {_learned([(source, row)])}"


def _of_many(name: str, pairs: Sequence[Pair]) -> str:
    medians = [float(row.ratio) for _, row in pairs]
    least, most = min(medians), max(medians)
    between = part_of(most)
    if ratio(least) != ratio(most):
        first = share(least) if most >= PERCENT_UP_TO else ratio(least)
        between = f"between {first} and {between}"
    said = f"We estimate that {name} reports {between} the true numbers; the table gives each."
    return f"{said} {_assumed([source for source, _ in pairs])} {_learned(pairs)}"


def _assumed(sources: Sequence[SourceRow]) -> str:
    texts = [
        f"{ratio(prior.median)} (95% interval {ratio_interval(prior.low, prior.high)})"
        for source in sources
        if (prior := source.prior)
    ]
    return f"Assumed beforehand: {listed(list(dict.fromkeys(texts)), 'or')}."


def _learned(pairs: Sequence[Pair]) -> str:
    """Say how much the data narrowed a ratio, and not that they were silent where they moved it."""
    left = [float(row.learned) for _, row in pairs]
    if min(left) >= SILENT:
        if all(_moved(*pair) < STILL for pair in pairs):
            return "The data said next to nothing of it: this is what was assumed."
        return "The data hardly narrowed it, but they moved it."
    least, most = whole(min(left)), whole(max(left))
    parts = least if least == most else f"between {least} and {most}"
    return f"The data narrowed it to {parts} of the spread assumed."


def _moved(source: SourceRow, row: Any) -> float:
    """How far the median of a log ratio moved, in standard deviations of its prior."""
    if source.prior is None or not source.prior_log_sd:
        return 0.0
    return float(abs(math.log(row.ratio / source.prior.median)) / source.prior_log_sd)
