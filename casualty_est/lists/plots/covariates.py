"""The picture of covariates: how the odds to be on each list depend on what people are."""

from __future__ import annotations

from itertools import groupby

from casualty_est.lists.estimate import ListEstimate
from casualty_est.lists.schema import Effect
from casualty_est.lists.shares import ratio
from casualty_est.plots.page import MOST, height_of, label, line_height, open_page
from casualty_est.plots.scales import limits_of
from casualty_est.plots.style import SMALL, Palette, Picture
from casualty_est.wording.language import _
from casualty_est.wording.terms import stratum_name

NAMES = 2.2  # inches for the names of lists
LEFT = 2.5
HEAD = 1.6 * line_height(SMALL)  # inches of a heading


def covariates(estimate: ListEstimate, _prob: float, palette: Palette) -> Picture:
    """Draw odds ratios of being on each list, by value; see `ListPlots.covariates`."""
    effects = (estimate.details.found.covariates or ())[:MOST]
    groups = [(_heading(key), list(rows)) for key, rows in groupby(effects, _place)]
    labels = [[label(e.list, ratio(e), NAMES, palette) for e in rows] for _key, rows in groups]
    body = sum(HEAD + sum(map(height_of, lines)) for lines in labels) + 0.1
    page = open_page(
        body,
        limits_of([1.0, *(end for e in effects for end in (e.low, e.high))], least=2.0),
        palette,
        title=_("How the odds to be on a list depend on what people are"),
        xlabel=_("odds ratio, log scale"),
        note=_(
            "Dot and bar: median and 95% interval, averaged over all people, listed or not, with "
            "the other covariates as they are."
        ),
        left=LEFT,
    )
    top = 0.05
    for (heading, rows), lines in zip(groups, labels, strict=True):
        page.heading(heading, top + HEAD / 2)
        top += HEAD
        for effect, line in zip(rows, lines, strict=True):
            middle = page.beside(line, top + height_of(line) / 2)
            page.bar(effect.low, effect.high, middle, palette.posterior, 2.6)
            page.dot(effect.median, middle, palette.posterior)
            top += height_of(line)
    page.rule(1.0, palette.muted, linewidth=0.9)
    if not estimate.converged:
        page.stamp()
    return page.figure


def _place(effect: Effect) -> tuple[str, str, str]:
    return effect.covariate, effect.value, effect.against


def _heading(place: tuple[str, str, str]) -> str:
    covariate, value, against = place
    return _("{value} compared with {usual}", value=stratum_name(covariate, value), usual=against)
