"""What if another number were right? The numbers to ask of, and the refits behind the answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from casualty_est.errors import UsageError
from casualty_est.report import text
from casualty_est.report.naming import has_total, stated

if TYPE_CHECKING:
    from casualty_est.estimate import Estimate


def rivals(estimate: Estimate, at_most: int = 2) -> list[tuple[float, str]]:
    """Numbers in the table that disagree with the estimate: the perpetrator's, then the farthest.

    Parameters
    ----------
    estimate : Estimate
        The result.
    at_most : int
        How many to name.

    Returns
    -------
    list of (number, source)
    """
    if not estimate.meta["has_level"] or not has_total(estimate):
        return []
    median = float(estimate.summary().iloc[0]["median"])
    cell = estimate.meta["rows"][0]["cell"]
    keys = ("scope", "outcome", "group", "perpetrator")
    found = []
    for claim in estimate.meta.get("claims", []):
        number = stated(claim)
        if not number or any(claim[key] != cell[key] for key in keys):
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
        sentences += text.if_right(estimate, number)
        kept = estimate.meta["details"].get("tipping", {})
        # A sampled model needs a refit per step of the search: minutes that nobody asked for.
        if not exact and f"0:{number:.15g}" not in kept:
            continue
        try:
            rows = estimate.tipping(number).to_dict("records")
        except (UsageError, AttributeError):
            continue
        sentences += text.tips(number, rows, estimate.meta["assumptions"])
    return sentences
