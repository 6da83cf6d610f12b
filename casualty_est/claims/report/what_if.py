"""What if another number were right? The numbers to ask of, and the refits behind the answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casualty_est.claims.paths import has_path
from casualty_est.claims.refits.tipping import FARTHEST
from casualty_est.errors import UsageError
from casualty_est.report.naming import (
    has_total,
    in_words,
    missing,
    part_of,
    ratio,
    ratio_owner,
    stated,
)
from casualty_est.wording.numbers import share
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate


def rivals(estimate: Estimate, at_most: int = 2) -> list[tuple[float, str]]:
    """Numbers that disagree with the estimate: the perpetrator's, then the farthest."""
    if not estimate.meta["has_level"] or not has_total(estimate):
        return []
    median = float(estimate.summary().iloc[0]["median"])
    found = []
    for claim in _of_the_same(estimate):
        number = stated(claim)
        if not number:
            continue
        below, above = claim["form"] == "at_least", claim["form"] == "at_most"
        agrees = (below and number <= median) or (above and number >= median)
        gap = abs(math.log(number / median))
        if not agrees and gap > math.log(1.1):
            official = claim["role"] in ("perpetrator", "party", "government")
            found.append((not official, -gap, number, claim["source"]))
    unique = {number: source for _, _, number, source in sorted(found, reverse=True)}
    ordered = [(number, source) for _, _, number, source in sorted(found)]
    return list(dict.fromkeys((n, unique[n]) for n, _ in ordered))[:at_most]


def what_if(estimate: Estimate) -> list[str]:
    """Sentences on what would have to hold for the numbers that disagree to be right."""
    sentences = []
    exact = estimate.meta["diagnostics"]["method"] == "exact"
    for number, _ in rivals(estimate):
        sentences += if_right(estimate, number)
        kept = estimate.meta["details"].get("tipping", {})
        # A sampled model needs a refit per step of the search: minutes that nobody asked for.
        if not exact and f"0:{number:.15g}" not in kept:
            continue
        try:
            rows = estimate.tipping(number).to_dict("records")
        except (UsageError, AttributeError):
            continue
        sentences += tips(number, rows, estimate.meta["assumptions"])
    return sentences


def if_right(estimate: Estimate, number: float) -> list[str]:
    """What each source would have done if a number were right: plain arithmetic, no model."""
    sentences = []
    for claim in _of_the_same(estimate):
        said = stated(claim)
        if not claim["counted"] or not said or abs(math.log(said / number)) < math.log(1.1):
            continue
        times = said / number
        told = f"{share(times)} times the true number" if times > 1 else f"{ratio(times)} of it"
        sentences.append(
            f"If {number:,.0f} were the true number, {claim['source']} ({claim['text']}) would "
            f"have reported about {told}."
        )
    return sentences


def _of_the_same(estimate: Estimate) -> list[Mapping[str, Any]]:
    """Claims of what the estimate counts; over time, those of exactly its days.

    A running total of an earlier day neither agrees nor disagrees with one of today.
    """
    cell = estimate.meta["rows"][0]["cell"]
    keys = ["scope", "outcome", "group", "perpetrator"]
    if has_path(estimate):
        keys += ["start", "end"]
    claims = estimate.meta.get("claims", [])
    return [claim for claim in claims if all(claim[key] == cell[key] for key in keys)]


def tips(
    number: float, table: Sequence[Mapping[Any, Any]], assumptions: Sequence[Mapping[str, Any]]
) -> list[str]:
    """What one would have to assume for the estimate to be another number."""
    sentences, helpless = [], []
    for row, item in zip(table, assumptions, strict=True):
        value, sds = row["value"], row["sds"]
        level = item["kind"] == "level"
        name = ratio_owner(item)
        if missing(value) or missing(sds):
            helpless.append("the count itself" if level else name)
            continue
        away = f"{share(abs(sds))} standard deviations of the prior away"
        if item["kind"] not in ("ratio", "reference"):
            what = "the count itself" if level else f"the {name}"
            sentences.append(
                f"For an estimate of {number:,.0f}, one would have to expect {what} at about "
                f"{value:,.3g} beforehand, instead of {item['median']:,.3g}: {away}."
            )
            continue
        sentences.append(
            f"For an estimate of {number:,.0f}, one would have to assume beforehand that {name} "
            f"reports {part_of(value)} the true number, instead of {ratio(item['median'])}: "
            f"{away}."
        )
    if helpless:
        sentences.append(
            f"No shift of what is assumed about {listed(helpless, 'or')} alone, within "
            f"{in_words(int(FARTHEST))} of its standard deviations, would make the estimate "
            f"{number:,.0f}."
        )
    return sentences
