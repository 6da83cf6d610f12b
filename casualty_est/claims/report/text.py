"""Sentences of the report that only claims have."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from casualty_est.claims.gauge import SHARES, share_of_level
from casualty_est.claims.schema import RATIO_OF, target_of
from casualty_est.report import text
from casualty_est.report.tables import linked
from casualty_est.result.schema import ClaimRow
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

MENTION = 0.05  # smallest part of the level that the first paragraph names


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
