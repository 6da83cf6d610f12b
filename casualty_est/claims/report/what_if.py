"""What if another number were right? The numbers to ask of, and the refits behind the answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.claims.gauge import RATIOS
from casualty_est.claims.refits.refits import MANY_SOURCES
from casualty_est.claims.refits.tipping import FARTHEST
from casualty_est.claims.schema import Tip, ratio_owner, target_of
from casualty_est.quantity.hedges import named
from casualty_est.report.naming import has_total, in_words, part_of, ratio, stated
from casualty_est.report.tables import MANY_REFITS
from casualty_est.result.schema import Assumption, ClaimRow
from casualty_est.wording.numbers import share
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

OFFICIAL = ("perpetrator", "party", "government")  # whose number is asked about first
ALIKE = math.log(1.1)  # two numbers nearer than that do not disagree


def rivals(estimate: ClaimsEstimate, at_most: int = 2) -> list[tuple[float, str]]:
    """Numbers that disagree with the estimate: the perpetrator's, then the farthest."""
    if not estimate.meta.has_level or not has_total(estimate):
        return []
    median = float(np.median(estimate.draws(0)))
    against = []
    for claim in _of_the_same(estimate):
        number = stated(claim)
        if not number:
            continue
        bound = named(claim.form).bound
        agrees = number <= median if bound == "lower" else bound == "upper" and number >= median
        gap = abs(math.log(number / median))
        if not agrees and gap > ALIKE:
            against.append((claim.role not in OFFICIAL, -gap, number, claim.source))
    unique = {number: source for _, _, number, source in sorted(against, reverse=True)}
    ordered = [(number, source) for _, _, number, source in sorted(against)]
    return list(dict.fromkeys((n, unique[n]) for n, _ in ordered))[:at_most]


def what_if(estimate: ClaimsEstimate) -> list[str]:
    """Sentences on what would have to hold for the numbers that disagree to be right."""
    sentences = []
    # A sampled model needs a refit per step of the search, and so does an exact one, for each of
    # its assumptions: minutes that nobody asked for.
    few = len(estimate.meta.assumptions) <= MANY_REFITS
    unasked = few and estimate.meta.diagnostics.method == "exact"
    for number, _ in rivals(estimate):
        sentences += if_right(estimate, number)
        known = estimate._tips(number, 0, unasked=unasked)
        if known:
            sentences += tips(number, known, estimate.meta.assumptions)
    return sentences


def if_right(estimate: ClaimsEstimate, number: float) -> list[str]:
    """What each source would have done if a number were right: plain arithmetic, no model."""
    sentences, others = [], []
    asked = [claim for claim in _of_the_same(estimate) if claim.counted]
    many = len(asked) > MANY_SOURCES
    for claim in asked:
        said = stated(claim)
        if not said or abs(math.log(said / number)) < ALIKE:
            continue
        times = said / number
        if many and claim.role not in OFFICIAL:
            others.append(times)
            continue
        told = f"{share(times)} times the true number" if times > 1 else f"{ratio(times)} of it"
        sentences.append(
            f"If {number:,.0f} were the true number, {claim.source} ({claim.text}) would "
            f"have reported about {told}."
        )
    if others:
        sentences.append(
            f"If {number:,.0f} were the true number, {len(others):,} other claims would have "
            f"reported between {share(min(others))} and {share(max(others))} times the true number."
        )
    return sentences


def _of_the_same(estimate: ClaimsEstimate) -> list[ClaimRow]:
    """Claims of what the estimate counts; over time, those of exactly its days."""
    cell = estimate.meta.rows[0].cell
    same = [claim for claim in estimate.meta.claims if target_of(claim) == cell.target]
    if not estimate.has_path:
        return same
    return [claim for claim in same if (claim.start, claim.end) == (cell.start, cell.end)]


def tips(number: float, known: Sequence[Tip], assumptions: Sequence[Assumption]) -> list[str]:
    """What one would have to assume for the estimate to be another number."""
    sentences, helpless = [], []
    for tip, item in zip(known, assumptions, strict=True):
        level = item.kind == "level"
        name = ratio_owner(item.name)
        if tip.value is None or tip.sds is None:
            helpless.append("the count itself" if level else name)
            continue
        what, median = "the count itself" if level else f"the {name}", item.median
        expected = f"expect {what} at about {tip.value:,.3g} beforehand, instead of {median:,.3g}"
        if item.kind in RATIOS:
            expected = (
                f"assume beforehand that {name} reports {part_of(tip.value)} the true number, "
                f"instead of {ratio(median)}"
            )
        sentences.append(
            f"For an estimate of {number:,.0f}, one would have to {expected}: "
            f"{share(abs(tip.sds))} standard deviations of the prior away."
        )
    if helpless:
        sentences.append(
            f"No shift of what is assumed about {listed(helpless, 'or')} alone, within "
            f"{in_words(int(FARTHEST))} of its standard deviations and a hundredfold ratio, would "
            f"make the estimate {number:,.0f}."
        )
    return sentences
