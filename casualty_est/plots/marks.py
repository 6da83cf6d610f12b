"""Published claims drawn as what they are: a number, a bound, a range, a vague word, none."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from matplotlib.collections import LineCollection

from casualty_est.plots.page import Page
from casualty_est.plots.style import SMALL
from casualty_est.plots.words import width_of
from casualty_est.quantity.hedges import named
from casualty_est.quantity.hedges.about import SD_ABOUT
from casualty_est.quantity.hedges.hedge import Mark
from casualty_est.result.schema import ClaimRow
from casualty_est.result.spoken import verb
from casualty_est.wording.language import _, pgettext
from casualty_est.wording.numbers import percent

REACH = 0.75  # inches that the arrow of a bound is long


def names() -> dict[str, str]:
    """What the marks mean, by their kinds."""
    about = percent(SD_ABOUT)
    return {
        "number": _("dot: number as stated"),
        "about": _("pale halo and bar: “about”, {share} either way", share=about),
        "documented": _("upright tick: cases counted, so a lower end"),
        "from": _("arrow to the right: “at least”, end open"),
        "to": _("arrow to the left: “at most”"),
        "range": _("bar with ends: range, or an estimate with its interval"),
        "vague": _("dashed bar: vague word"),
        "zero": _("mark at the left edge: zero"),
        "left out": _("hollow: left out of the estimate"),
    }


def mark_of(claim: ClaimRow) -> Mark:
    """Say how a claim is drawn."""
    ends = claim.low, claim.best, claim.high
    return named(claim.form).mark(*ends, documented=claim.hedge == "documented")


def kind_of(claim: ClaimRow) -> str:
    """Name the mark of a claim."""
    return mark_of(claim).kind


def numbers_of(claim: ClaimRow) -> list[float]:
    """Every number above zero that must be seen of a claim."""
    if (spread := mark_of(claim).spread) and claim.best is not None:
        return [claim.best * math.exp(-spread), claim.best * math.exp(spread)]
    ends = (claim.low, claim.best, claim.high)
    return [float(end) for end in ends if end is not None and end > 0]


def sort_key(claim: ClaimRow) -> float:
    """Where a claim stands among others, from few to many."""
    numbers = [max(float(n), 0.5) for n in (claim.low, claim.best, claim.high) if n]
    return math.exp(float(np.mean(np.log(numbers)))) if numbers else 0.0


def draw(page: Page, claim: ClaimRow, y: float, *, light: bool) -> None:
    """Draw one claim."""
    colour = page.palette.claim if claim.counted else page.palette.prior
    alpha = 0.6 if light else 1.0
    fill = {"alpha": alpha} if claim.counted else {"markerfacecolor": "none"}
    low, best, high = claim.low or 0, claim.best or 0, claim.high or 0
    kind, spread = mark_of(claim)
    match kind:
        case "number":
            page.dot(best, y, colour, **fill)
        case "about":
            for part in (1.0, 0.66, 0.33):
                ends = best * math.exp(-part * spread), best * math.exp(part * spread)
                page.bar(*ends, y, colour, 9, alpha=0.16 * alpha)
            # On a wide axis the bar is narrower than the dot; the halo still says that it is vague.
            page.dot(best, y, colour, markersize=12, markeredgewidth=0, alpha=0.25 * alpha)
            page.dot(best, y, colour, **fill)
        case "documented":
            page.axes.plot([low, low], [y - 0.1, y + 0.1], color=colour, lw=3, alpha=alpha)
            # Right of the mark, or left of it where there is no room.
            said = pgettext(
                "verb", verb(claim)
            )  # what a party counts of its own deeds is no documentation
            width, at = width_of(said, SMALL), page.inch(low)
            start = at + 0.09 if at + 0.09 + width < page.room + 0.25 else at - 0.09 - width
            page.inside(said, max(start, 0.02), y, colour)
        case "from":
            _arrow(page, low, y, colour, 1, alpha)
            page.dot(low, y, colour, **fill)
            if best:
                page.dot(best, y, colour, markersize=4, markerfacecolor="none", alpha=alpha)
        case "to":
            _arrow(page, high, y, colour, -1, alpha)
            page.dot(high, y, colour, **fill)
        case "vague":
            page.bar(low, high, y, colour, 2.4, alpha=alpha, linestyle=(0, (2.2, 1.2)))
        case "range":
            page.bar(low, high, y, colour, 2.4, alpha=alpha)
            for end in (low, high):
                at = page.value(page.inch(end))
                page.axes.plot([at, at], [y - 0.06, y + 0.06], color=colour, lw=1.8, alpha=alpha)
            if best:  # an estimate with its interval
                page.dot(best, y, colour, **fill)
        case "zero":
            page.dot(page.value(0.08), y, colour, **(fill | {"marker": "<"}))
            page.inside("0", 0.17, y, colour)


def _arrow(page: Page, start: float, y: float, colour: str, way: int, alpha: float) -> None:
    """An arrow that fades: how far the bound is meant to reach is not said."""
    first = page.inch(start)
    last = min(max(first + way * REACH, 0.06), page.room - 0.06)
    at = [page.value(inch) for inch in np.linspace(first, last, 25)]
    pieces = [[(a, y), (b, y)] for a, b in pairwise(at)]
    fade = np.linspace(1.0, 0.15, 24) * alpha
    line = LineCollection(pieces, colors=[colour] * 24, linewidths=2.2, alpha=fade.tolist())
    page.axes.add_collection(line, autolim=False)
    page.dot(at[-1], y, colour, marker=">" if way > 0 else "<", markersize=5, alpha=0.4 * alpha)
