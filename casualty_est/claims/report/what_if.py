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
from casualty_est.claims.report.text import owner_name
from casualty_est.claims.schema import Tip, target_of
from casualty_est.quantity.hedges import named
from casualty_est.report.naming import has_total, in_words, of_true, ratio
from casualty_est.report.tables import MANY_REFITS
from casualty_est.result.schema import Assumption, ClaimRow
from casualty_est.result.spoken import as_written
from casualty_est.wording.language import _, figure, spoken
from casualty_est.wording.numbers import share, three_digits
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
    said = figure(end)
    if low < high:
        said = _as_end(claim, end, low, high)
    return Rival(end, claim.source, said)


def _as_end(claim: ClaimRow, end: float, low: float, high: float) -> str:
    """A number as the end of what a claim allows for."""
    text = as_written(claim.text, claim)
    if spoken().english and not claim.text[:1].isdigit():
        text = repr(claim.text)
    places = {"number": figure(end), "owner": possessive(claim.source), "text": text}
    if math.inf in (low, high) or low == 0:
        return _("{number} (the bound of {owner} {text})", **places)
    if end == low:
        return _("{number} (the lower end of {owner} {text})", **places)
    return _("{number} (the upper end of {owner} {text})", **places)


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
            _(
                "If {number} were the true number, {source} ({said}) would have reported "
                "{multiple}.",
                number=rival.said,
                source=claim.source,
                said=as_written(claim.text, claim),
                multiple=_multiple(low / number, high / number),
            )
        )
    if others:
        ends = [low if low > 1 else high for low, high in others]
        sentences.append(
            _(
                "If {number} were the true number, {claims} other claims would have reported "
                "between {least} and {most} times the true number.",
                number=rival.said,
                claims=figure(len(others)),
                least=share(min(ends)),
                most=share(max(ends)),
            )
        )
    return sentences


def _multiple(low: float, high: float) -> str:
    """A statement as a part or a multiple of the true number, a range or a bound as such."""
    if low == high:
        return _("about {share}", share=_times(low))
    if high == math.inf:
        return _("at least {share}", share=_times(low))
    if low == 0:
        return _("at most {share}", share=_times(high))
    return _("{low} to {high}", low=_times(low), high=_times(high))


def _times(value: float) -> str:
    if value > 1:
        return _("{number} times the true number", number=share(value))
    return _("{share} of it", share=ratio(value))


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
        name = owner_name(item)
        if tip.value is None or tip.sds is None:
            helpless.append(_("the count itself") if level else name)
            continue
        sentences.append(_tip(number, tip.value, tip.sds, item))
    if helpless:
        sentences.append(
            _(
                "No change in what we assume about {names} alone would make the estimate {number}: "
                "we tried up to {most} standard deviations, and ratios of up to a hundred.",
                names=listed(helpless, "or"),
                most=in_words(int(FARTHEST)),
                number=figure(number),
            )
        )
    return sentences


def _tip(number: float, value: float, sds: float, item: Assumption) -> str:
    """What one would have to assume of one thing for the estimate to be another number."""
    places = {"number": figure(number), "sds": share(abs(sds))}
    if item.kind in RATIOS:
        return _(
            "For an estimate of {number}, one would have to assume beforehand that {source} "
            "reports {part}, instead of {ratio}, and to move the whole range around it alike: "
            "{sds} standard deviations of the prior away.",
            source=owner_name(item),
            part=of_true(value),
            ratio=ratio(item.median),
            **places,
        )
    places |= {"value": three_digits(value), "now": three_digits(item.median)}
    if item.kind == "level":
        return _(
            "For an estimate of {number}, one would have to expect the count itself at about "
            "{value} beforehand, instead of {now}: {sds} standard deviations of the prior away.",
            **places,
        )
    return _(
        "For an estimate of {number}, one would have to expect “{assumption}” at about {value} "
        "beforehand, instead of {now}: {sds} standard deviations of the prior away.",
        assumption=owner_name(item),
        **places,
    )
