"""Pictures that only lists have: the dial, the kinds of dependence, completeness."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter, NullLocator

from casualty_est.lists.estimate import ListEstimate, Shown
from casualty_est.lists.families import group_title
from casualty_est.lists.plots import overlaps as upset
from casualty_est.lists.schema import AtRatio, Dial, Group
from casualty_est.lists.shares import aligned, weight
from casualty_est.lists.table.history import HistoryTable
from casualty_est.plots.density import SMALLEST
from casualty_est.plots.page import (
    MOST,
    Line,
    Page,
    dress,
    heads_of,
    height_of,
    label,
    line_height,
    notes_of,
    open_page,
    stamp_figure,
    strip,
    write_down,
)
from casualty_est.plots.scales import limits_of, log_ticks, set_log_axis, tick_text
from casualty_est.plots.style import MARGIN, SMALL, Palette, Picture, new_figure
from casualty_est.plots.total import title_of
from casualty_est.plots.words import wrap
from casualty_est.result.tables import Parameter, row_numbers
from casualty_est.wording.again import told_again
from casualty_est.wording.language import _, pgettext, separated
from casualty_est.wording.numbers import Ends, beside, percent, run, share, with_ends
from casualty_est.wording.phrases import capitalised, either
from casualty_est.wording.terms import stratum_name

NAMES = 2.15  # inches for the names of kinds of dependence
WEIGHTS = (2.3, 1.15)  # where their weights stand, and how wide
LEFT = 3.95
TALL = 2.6  # inches of the dial
SIDE = 0.85


# The dial ------------------------------------------------------------------------------------


def dial(estimate: ListEstimate, row: int, palette: Palette) -> Picture:
    """Draw the number under each odds ratio of the unseen cell; see `Plots.dial`."""
    fit = estimate.shown(row).found
    assert fit.dial is not None
    curve, implied = fit.dial.curve, fit.dial.implied
    figure, axes = _open_dial(title_of(estimate, row), fit.people, fit.dial, palette)
    ratios, medians, lows, highs = (
        [getattr(point, key) for point in curve] for key in ("ratio", "median", "low", "high")
    )
    axes.fill_between(ratios, lows, highs, color=palette.posterior, alpha=0.22, lw=0)
    axes.plot(ratios, medians, color=palette.posterior, linewidth=1.8)
    axes.axhline(fit.people, color=palette.documented, linewidth=1.1, linestyle=(0, (4, 3)))
    low, high = axes.get_xlim()
    ends = [min(max(end, low), high) for end in (implied.low, implied.high)]
    middle = min(max(implied.median, low), high)
    level = math.exp(_between(curve, middle))
    axes.plot(ends, [level, level], color=palette.claim, linewidth=2.6, solid_capstyle="butt")
    axes.plot([middle], [level], color=palette.claim, marker="o", markersize=6)
    how = {"textcoords": "offset points", "ha": "right", "va": "bottom", "fontsize": SMALL}
    counted = pgettext(
        "picture", "on some list: {number} (counted)", number=separated(f"{fit.people:,}")
    )
    text = axes.annotate(counted, (high, fit.people), (-2, 3), color=palette.documented, **how)
    _line_of_one(axes, text, palette)
    if not estimate.converged:
        stamp_figure(figure, palette)
    return figure


def _line_of_one(axes: Any, text: Any, palette: Palette) -> None:
    """Draw the ratio of 1 upright, and leave room where a text stands on it."""
    box = text.get_window_extent().transformed(axes.transAxes.inverted())
    middle = float(axes.transAxes.inverted().transform(axes.transData.transform((1.0, 1.0)))[0])
    free = [(0.0, 1.0)]
    if box.x0 <= middle <= box.x1:
        free = [(0.0, box.y0), (box.y1, 1.0)]
    for ends in free:
        axes.axvline(1.0, *ends, color=palette.muted, linewidth=0.9)


def _between(curve: Sequence[AtRatio], ratio: float) -> float:
    """Log median of the curve at a ratio, straight on log axes and beyond its ends."""
    logs = [(math.log(point.ratio), math.log(point.median)) for point in curve]
    at = math.log(ratio)
    pairs = list(pairwise(logs))
    (x0, y0), (x1, y1) = next((pair for pair in pairs if at <= pair[1][0]), pairs[-1])
    return y0 + (y1 - y0) * (at - x0) / (x1 - x0)


def _open_dial(name: str, people: int, dial: Dial, palette: Palette) -> tuple[Picture, Any]:
    """Log axes under a title, over a note that says what is drawn."""
    curve, implied = dial.curve, dial.implied
    title = _("{name}: the number under each odds ratio of the unseen cell", name=name)
    heads = heads_of(title, palette)
    note = _(
        "Line and band: median and 95% interval of the number, if the odds ratio were known. No "
        "data can set it; at 1 there is no interaction of the highest order. Dot and bar: the odds "
        "ratio that this answer implies, {ratio} ({interval}, 95% interval).",
        ratio=share(implied.median),
        interval=run(share(implied.low), share(implied.high)),
    )
    notes = notes_of(note, palette)
    top = MARGIN + sum(line.height for line in heads) + 0.12
    foot = 0.5 + sum(line.height for line in notes) + 0.06
    height, width = top + TALL + foot, palette.width
    figure = new_figure(height, palette)
    room = width - SIDE - 0.3
    axes = figure.add_axes(
        (SIDE / width, foot / height, room / width, TALL / height), facecolor="none"
    )
    span = [curve[0].ratio, curve[-1].ratio, implied.low, implied.high]
    set_log_axis(axes, min(span), max(span), room)
    halves = [2.0**k for k in range(-6, 7) if min(span) <= 2.0**k <= max(span)]
    if 3 <= len(halves) <= 9:  # odds are read in doublings
        axes.xaxis.set_major_locator(FixedLocator(halves))
        axes.xaxis.set_major_formatter(FixedFormatter([tick_text(value) for value in halves]))
    values = [end for point in curve for end in (point.low, point.high)]
    low, high = limits_of([people, *values], least=2.0)
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    ticks = log_ticks(low, high, TALL)
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FixedFormatter([tick_text(value) for value in ticks]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    dress(axes, palette)
    axes.grid(axis="y", color=palette.faint, linewidth=0.6, zorder=0)
    axes.tick_params(axis="y", colors=palette.muted, labelcolor=palette.ink, labelsize=SMALL)
    axes.set_xlabel(_("odds ratio of the unseen cell"), fontsize=SMALL, color=palette.muted)
    axes.set_ylabel(_("people"), fontsize=SMALL, color=palette.muted)
    write_down(figure, heads, MARGIN)
    figure.said += [_at_ratios(curve), note]
    write_down(figure, notes, height - sum(line.height for line in notes) - 0.06, said=False)
    return figure, axes


def _at_ratios(curve: Sequence[AtRatio]) -> str:
    """A few points of the curve in words."""
    some = [
        curve[i] for i in sorted({0, len(curve) // 4, len(curve) // 2, 3 * len(curve) // 4, -1})
    ]
    points = sorted(some, key=lambda point: point.ratio)
    return "; ".join(
        _("at {ratio} about {number}", ratio=share(point.ratio), number=with_ends(point))
        for point in points
    )


# Kinds of dependence -------------------------------------------------------------------------


def families(estimate: ListEstimate, row: int, palette: Palette) -> Picture:
    """Draw what each kind of dependence would answer, and its weight; see `Plots.families`."""
    shown = estimate.shown(row)
    groups = sorted(shown.found.groups, key=lambda group: -group.mass)
    answers = _answers(estimate, row, shown)
    low, high = min(a.low for a in answers), max(a.high for a in answers)
    details = [
        either(map(with_ends, answers)),
        *(with_ends(beside(group, answers[0])) for group in groups),
    ]
    names = [_("The answer"), *(capitalised(group_title(group.name)) for group in groups)]
    wide = palette.inner if palette.narrow else NAMES
    if palette.narrow:  # no room for a second pair of axes: the weight is said
        details[1:] = [
            _(
                "{number}; weight {weight}, by evidence alone {alone}",
                number=detail,
                weight=weight(group.mass),
                alone=weight(group.posterior),
            )
            for detail, group in zip(details[1:], groups, strict=True)
        ]
    marks = ["", *(_misfit(group) if group.ruled_out else "" for group in groups)]
    labels = [
        (
            *(line for line in label(name, detail, NAMES, palette) if line.text),
            *(Line(text, SMALL, palette.muted) for text in wrap(mark, wide, SMALL, 3) if text),
            *strip(palette),
        )
        for name, detail, mark in zip(names, details, marks, strict=True)
    ]
    note = _about(several=len(groups) > 1, weights=not palette.narrow)
    ends = [end for group in groups for end in (group.low, group.high)]
    head = 0.05 if palette.narrow else line_height(SMALL) + 0.1
    page = open_page(
        head + sum(height_of(lines) for lines in labels) + 0.05,
        limits_of([max(end, SMALLEST) for end in (low, high, *ends)]),
        palette,
        title=_(
            "{title}: what each kind of dependence between lists answers",
            title=title_of(estimate, row),
        ),
        xlabel=_("people, log scale"),
        note=note,
        left=LEFT,
    )
    side = None if palette.narrow else _weights_axes(page, head)
    page.axes.axvspan(max(low, SMALLEST), high, color=palette.posterior, alpha=0.1, lw=0)
    top = head
    for one, lines in zip((None, *groups), labels, strict=True):
        middle = page.beside(lines, top + height_of(lines) / 2)
        if one is None:
            for answer in answers:
                _bar(page, answer, middle, palette.posterior)
        else:
            _bar(page, one, middle, palette.prior if one.ruled_out else palette.ink)
            if side is not None:
                _weight(side, one, middle, palette)
                page.figure.said.append(_("weight {weight}", weight=weight(one.mass)))
        top += height_of(lines)
    if not estimate.converged:
        page.stamp()
    return page.figure


def _misfit(group: Group) -> str:
    reason = told_again(group.ruled_out or "", "why a family is ruled out")
    return _("does not fit: {reason}", reason=reason)


def _about(*, several: bool, weights: bool) -> str:
    """What is drawn."""
    parts = [_("Dot and bar: median and 95% interval. Shaded: the answer.")]
    if several and weights:
        parts.append(_("Weight: filled, in the answer; outlined, by evidence alone."))
    if several:
        parts.append(
            _("The evidence is about the people on some list, the question about those on none.")
        )
    return " ".join(parts)


def _answers(estimate: ListEstimate, row: int, shown: Shown) -> Sequence[Ends]:
    """Median and 95% interval of the fit that the groups belong to; several where it has modes."""
    if shown.whole:  # a sum over strata: the groups are of the table without strata
        return [shown.whole]
    modes, numbers = estimate.modes(row, 0.95), row_numbers(estimate, row, 0.95)
    return modes if numbers is None or len(modes) > 1 else [numbers]


def _bar(page: Page, row: Ends, middle: float, colour: str) -> None:
    page.bar(max(row.low, SMALLEST), row.high, middle, colour, 2.6)
    page.dot(max(row.median, SMALLEST), middle, colour)


def _weights_axes(page: Page, head: float) -> Any:
    """A second, narrow pair of axes between names and people, with the same rows."""
    width = float(page.figure.get_size_inches()[0])
    box = page.axes.get_position()
    start, wide = WEIGHTS
    side = page.figure.add_axes((start / width, box.y0, wide / width, box.height), facecolor="none")
    side.set_axis_off()
    side.set_xlim(0, 1)
    side.set_ylim(page.body, 0)
    side.text(
        0, head / 2, _("weight"), fontsize=SMALL, color=page.palette.muted, va="center_baseline"
    )
    return side


def _weight(side: Any, group: Group, middle: float, palette: Palette) -> None:
    mass, alone = group.mass, group.posterior
    room = 0.45  # of the axes: the rest is for the number
    side.barh([middle], [mass * room], height=0.15, color=palette.posterior, alpha=0.85)
    side.barh([middle], [alone * room], height=0.15, fill=False, edgecolor=palette.muted, lw=0.8)
    at = max(mass, alone) * room + 0.04
    side.text(at, middle, weight(mass), fontsize=SMALL, color=palette.ink, va="center_baseline")


# Lists ---------------------------------------------------------------------------------------


def completeness(estimate: ListEstimate, prob: float, palette: Palette) -> Picture:
    """Draw the share of all people that each list holds; see `Plots.sources`."""
    every = [estimate._completeness(i, prob) for i in range(len(estimate.meta.sources))]
    known = [(s, one) for s, one in zip(estimate.meta.sources, every, strict=True) if one]
    named, shares = known[:MOST], [row for _, row in known]
    labels = [label(source.name, _share(row), 2.2, palette) for source, row in named]
    page = open_page(
        sum(height_of(lines) for lines in labels) + 0.1,
        (0.0, min(100.0, 112 * max(row.high for row in shares))),
        palette,
        title=_("What share of all people each list names"),
        xlabel=_("per cent of all people, listed or not"),
        note=_("Dot and bar: median and {level} interval.", level=percent(prob)),
        left=2.5,
        log=False,
    )
    top = 0.05
    for (_source, row), lines in zip(named, labels, strict=True):
        middle = page.beside(lines, top + height_of(lines) / 2)
        page.bar(100 * row.low, 100 * row.high, middle, palette.posterior, 2.6)
        page.dot(100 * row.median, middle, palette.posterior)
        top += height_of(lines)
    if not estimate.converged:
        page.stamp()
    return page.figure


def _share(row: Parameter) -> str:
    middle, low, high = aligned(row)
    return f"{middle} ({run(low, high)})"


def overlaps(estimate: ListEstimate, row: int, palette: Palette) -> Picture:
    """Draw how many people stand on exactly which lists; see `Plots.overlaps`."""
    shown = estimate.shown(row)
    table = HistoryTable.of_codes(shown.found.lists, shown.found.overlaps or ())
    where = "".join(f", {stratum_name(name, value)}" for name, value in shown.labels.items())
    return upset.picture(table, palette, upset.title_of(table) + where)
