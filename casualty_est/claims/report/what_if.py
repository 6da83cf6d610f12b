"""What if another number were right? The numbers to ask of, and the refits behind the answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.claims.gauge import RATIOS
from casualty_est.claims.refits.refits import MANY_SOURCES
from casualty_est.claims.refits.tipping import FARTHEST
from casualty_est.claims.schema import Tip, ratio_owner, target_of
from casualty_est.quantity.hedges import named
from casualty_est.report.naming import has_total, in_words, part_of, ratio
from casualty_est.report.tables import MANY_REFITS
from casualty_est.result.schema import Assumption, ClaimRow
from casualty_est.wording.numbers import share
from casualty_est.wording.phrases import listed, possessive

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

OFFICIAL = ("perpetrator", "party", "government")  # whose number is asked about first
ALIKE = math.log(1.1)  # two numbers nearer than that do not disagree


@dataclass(frozen=True, slots=True)
class Rival:
    """A number that disagrees with the estimate, who says it, and as what."""

    number: float
    source: str
    said: str  # the number as a sentence names it

    def as_condition(self) -> str:
        """The number as that of which a reader asks."""
        return f"If {self.said} were the true number"


def rivals(estimate: ClaimsEstimate, at_most: int = 2) -> list[Rival]:
    """Numbers that disagree with the estimate: the perpetrator's, then the farthest.

    A range disagrees where the estimate lies outside of it, and then by its nearer end; a bound
    where the estimate lies beyond it.
    """
    if not estimate.meta.has_level or not has_total(estimate):
        return []
    median = float(np.median(estimate.draws(0)))
    against: dict[float, tuple[tuple[bool, float], Rival]] = {}
    for claim in _of_the_same(estimate):
        rival = _rival(claim, median)
        if rival is None:
            continue
        gap = abs(math.log(rival.number / median))
        place = (claim.role not in OFFICIAL, -gap)
        if gap > ALIKE and (rival.number not in against or place < against[rival.number][0]):
            against[rival.number] = (place, rival)
    ordered = sorted(against.values(), key=lambda pair: (*pair[0], pair[1].number))
    return [rival for _, rival in ordered][:at_most]


def _rival(claim: ClaimRow, median: float) -> Rival | None:
    """The number of a claim that disagrees with the estimate; None where it allows for it."""
    low, high = _allowed(claim)
    if not claim.counted and claim.code == "unknown":
        return None
    end = low if median < low else high if median > high else None
    if not end:
        return None
    said = f"{end:,.0f}"
    if low < high:
        which = "lower" if end == low else "upper"
        bound = math.inf in (low, high) or low == 0
        said += f" (the {'bound' if bound else f'{which} end'} of {possessive(claim.source)} "
        said += f"{claim.text!r})" if not claim.text[:1].isdigit() else f"{claim.text})"
    return Rival(end, claim.source, said)


def _allowed(claim: ClaimRow) -> tuple[float, float]:
    """The true numbers for which a claim would be right to the letter."""
    bound = named(claim.form).bound
    if claim.best is not None and claim.form != "estimate" and bound is None:
        return float(claim.best), float(claim.best)
    low = 0.0 if claim.low is None or bound == "upper" else float(claim.low)
    high = math.inf if claim.high is None or bound == "lower" else float(claim.high)
    return low, high


def what_if(estimate: ClaimsEstimate) -> list[str]:
    """Sentences on what would have to hold for the numbers that disagree to be right."""
    sentences = []
    # A sampled model needs a refit per step of the search, and so does an exact one, for each of
    # its assumptions: minutes that nobody asked for.
    few = len(estimate.meta.assumptions) <= MANY_REFITS
    unasked = few and estimate.meta.diagnostics.method == "exact"
    for rival in rivals(estimate):
        sentences += if_right(estimate, rival)
        known = estimate._tips(rival.number, 0, unasked=unasked)
        if known:
            sentences += tips(rival.number, known, estimate.meta.assumptions)
    return sentences


def if_right(estimate: ClaimsEstimate, rival: Rival) -> list[str]:
    """What each source would have done if a number were right: plain arithmetic, no model."""
    number, sentences, others = rival.number, [], list[tuple[float, float]]()
    asked = [claim for claim in _of_the_same(estimate) if claim.counted]
    many = len(asked) > MANY_SOURCES
    for claim in asked:
        low, high = _allowed(claim)
        near = abs(math.log(low / number)) < ALIKE if low == high and low else False
        if near or low <= number <= high:
            continue
        if many and claim.role not in OFFICIAL:
            others.append((low / number, high / number))
            continue
        sentences.append(
            f"{rival.as_condition()}, {claim.source} ({claim.text}) would have reported "
            f"{_multiple(low / number, high / number)}."
        )
    if others:
        ends = [low if low > 1 else high for low, high in others]
        sentences.append(
            f"{rival.as_condition()}, {len(others):,} other claims would have reported between "
            f"{share(min(ends))} and {share(max(ends))} times the true number."
        )
    return sentences


def _multiple(low: float, high: float) -> str:
    """A statement as a part or a multiple of the true number, a range or a bound as such."""
    if low == high:
        return f"about {_times(low)}"
    if high == math.inf:
        return f"at least {_times(low)}"
    if low == 0:
        return f"at most {_times(high)}"
    return f"{_times(low)} to {_times(high)}"


def _times(value: float) -> str:
    return f"{share(value)} times the true number" if value > 1 else f"{ratio(value)} of it"


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
