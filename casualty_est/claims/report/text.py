"""Sentences of the report that only claims have."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from casualty_est.claims.gauge import SHARES, share_of_level
from casualty_est.claims.schema import RATIO_OF, ratio_owner, target_of
from casualty_est.priors.record import BY_DECLARATION
from casualty_est.priors.roles import LEARNED, NO_ROLE
from casualty_est.priors.worth import place_in_record
from casualty_est.report import text
from casualty_est.report.naming import PERCENT_UP_TO, part_of, ratio, ratio_interval, whole
from casualty_est.report.tables import linked
from casualty_est.result.schema import ClaimRow, SourceRow
from casualty_est.wording.numbers import percent, share
from casualty_est.wording.phrases import capitalised, listed

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

MENTION = 0.05  # smallest part of the level that the first paragraph names
SILENT = 0.9  # posterior over prior sd of a log ratio above which the data hardly narrowed it
STILL = 0.2  # prior sds by which its median may move for the data to have said nothing
FEW_STATEMENTS = 5  # a place among fewer says nothing
FEW_TARGETS = 2  # a source with more ratios than this gets one text for all of them


def rests_on(estimate: ClaimsEstimate) -> list[str]:
    """What sets the level of the first estimate, in the words of the first paragraph."""
    sentences = text.rests_on(estimate)
    match estimate.level(0):
        case "prior":
            sentences = [
                "No overlap between sources and no independent count fixes this level: it rests on "
                f"what we assume about how much of the truth each source reports{pulls(estimate)}.",
                "Other assumptions give other numbers; section 4 shows which.",
            ]
        case "anchor":
            names = [
                item.name.replace(RATIO_OF, "the reference source ")
                for item in estimate.meta.assumptions
                if item.kind in ("anchor", "reference")
            ]
            sentences = [
                "Its level was given from outside by the analyst "
                f"({listed(names)}); if that is wrong, this number is wrong with it."
            ]
    return [*sentences, *text.assumed_unbiased(estimate)]


def pulls(estimate: ClaimsEstimate) -> str:
    """Name the sources on whose assumed ratio the level rests, with shares where these exist."""
    rows = estimate.identification(0).rows
    if not rows:
        return ""
    weights: dict[str, float] = {}
    errors: dict[str, float] = {}
    for row, item in zip(rows, estimate.meta.assumptions, strict=True):
        if (name := item.source) is not None:
            weights[name] = weights.get(name, 0.0) + row.weight
            errors[name] = math.hypot(errors.get(name, 0.0), row.mcse or 0.0)
    order = sorted(weights, key=lambda name: -weights[name])
    if not order or weights[order[0]] < MENTION:
        return ""
    if not all(SHARES[0] <= row.weight <= SHARES[1] for row in rows):
        return _first(order, weights, errors)
    return _shares(order, weights, max(row.mcse or 0.0 for row in rows))


def _first(order: list[str], weights: dict[str, float], errors: dict[str, float]) -> str:
    """Name the largest, where the draws know which it is: sums over many ratios are rough."""
    first, *others = order[:2]
    for name in others:
        if weights[first] - weights[name] < 2 * math.hypot(errors[first], errors[name]):
            return ""
    return f", above all about {first}"


def _shares(order: list[str], weights: dict[str, float], error: float) -> str:
    known = [name for name in order if weights[name] >= max(MENTION, 2 * error)]
    if not known:  # the draws are too few to tell any of them from nothing
        return ""
    first, *others = known
    shares = {name: share_of_level(weights[name], error) for name in known}
    named = [f"{name} ({shares[name]})" for name in known]
    if weights[first] <= 0.5 or not others:
        return f", that is, about {listed(named)} of the weight" if others else f", about {first}"
    return (
        f", above all about {first} ({shares[first]} of the weight), then about {listed(named[1:])}"
    )


def statements(estimate: ClaimsEstimate) -> list[ClaimRow]:
    """Numbers that perpetrators state; of running totals that were restated the last."""
    said = text.perpetrators_say(estimate)
    if not estimate.has_path:
        return said
    said = sorted(said, key=lambda claim: claim.end or claim.reported or "9")
    return list({(claim.source, target_of(claim)): claim for claim in said}.values())


def checks(estimate: ClaimsEstimate) -> dict[str, Callable[[], bool]]:
    """Items of the checklist that only claims meet."""
    counted = [claim for claim in estimate.meta.claims if claim.counted]

    def every(test: Callable[[ClaimRow], object]) -> Callable[[], bool]:
        return lambda: bool(counted) and all(map(test, counted))

    dated = every(lambda claim: claim.reported)
    return {
        "as_of_known": lambda: bool(estimate.meta.settings.get("as_of")) or dated(),
        "roles_given": every(lambda claim: claim.role),
        "dates_given": dated,
        "citations_given": every(lambda claim: claim.citation),
        "links_given": every(lambda claim: any(one.href for one in linked(claim.citation or ""))),
    }


# About each source; one with many targets gets one text for all of them -----------------------

# A source, and its row of `ClaimsEstimate.sources`: ratio, low, high, learned.
Pair = tuple[SourceRow, Any]


def of_sources(
    sources: Sequence[SourceRow],
    numbers: Iterable[Any],
    prob: float,
    left_out: Sequence[str] = (),
) -> list[str]:
    """What the fit says of each source, what was assumed before, and its place in the record.

    left_out: conflicts of the record that nothing was learned from.
    """
    by_name: dict[str, list[Pair]] = {}
    for source, row in zip(sources, numbers, strict=True):
        by_name.setdefault(source.source, []).append((source, row))
    texts = []
    for name, pairs in by_name.items():
        if len(pairs) > FEW_TARGETS:
            texts.append(_of_many(name, pairs))
        else:
            texts += [_of_one(*pair, prob) + _in_record(*pair, left_out) for pair in pairs]
    return [capitalised(words) for words in texts]


def _of_one(source: SourceRow, row: Any, prob: float) -> str:
    inside = " in a single incident" if source.level == "incident" else ""
    said = (
        f"We estimate that {ratio_owner(source.name)} reports {part_of(row.ratio)} the true "
        f"number{inside} ({percent(prob)} credible interval {ratio_interval(row.low, row.high)})."
    )
    return f"{said} {_assumed([source])} {_learned([(source, row)])}"


def _in_record(source: SourceRow, row: Any, left_out: Sequence[str]) -> str:
    """Where the ratio lies among those of its role in the record."""
    if not source.prior_origin.startswith(LEARNED) or source.role in BY_DECLARATION:
        return ""
    larger, rows = place_in_record(source.role or NO_ROLE, row.ratio, left_out)
    role = (source.role or "").replace("_", " ")
    if rows < FEW_STATEMENTS:
        return ""
    who = "None of them names" if not larger else f"{larger} of them name{'s' * (larger == 1)}"
    return f" The record has {rows} statements by a {role}. {who} a larger part of the deaths."


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
