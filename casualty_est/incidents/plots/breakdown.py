"""Pictures that only incident reports have: the gap between two totals, inclusion by size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from casualty_est.errors import UsageError
from casualty_est.incidents.plots import mentions
from casualty_est.incidents.schema import Gap, Part
from casualty_est.incidents.table.summary import Sizes
from casualty_est.plots.page import (
    MOST,
    Line,
    Page,
    dress,
    heads_of,
    height_of,
    label,
    notes_of,
    only_note,
    open_page,
    stamp_figure,
    write_down,
)
from casualty_est.plots.scales import set_log_axis
from casualty_est.plots.style import LABEL, MARGIN, SMALL, Palette, Picture, new_figure
from casualty_est.plots.words import shorten, wrap
from casualty_est.wording.language import _, figure, ngettext
from casualty_est.wording.numbers import adding_up, chance, people, per_cent, percent, run
from casualty_est.wording.phrases import possessive

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.incidents.estimate import IncidentEstimate

LEFT = 3.05  # inches for the names of steps
PANEL = 1.15  # inches that a panel of inclusion is high
COLUMNS = 2
COLUMNS_OF_CURVE = ["deaths", "low", "median", "high"]


# The gap -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the waterfall: a total from 0, or a step between two heights."""

    name: str
    detail: str
    start: float
    end: float
    ends: tuple[float, float] | None = None  # 95% interval of where a step ends; None of a total


def gap(estimate: IncidentEstimate, source: str | None, palette: Palette) -> Picture:
    """Draw why two totals differ; see `IncidentPlots.gap`."""
    known = estimate.details.widest_gaps
    if not known:
        nothing = _("One source alone has no gap to another.")
        return only_note(_("Why the counts differ"), nothing, palette)
    between = gap_to(known, source)
    steps = steps_of(between, estimate.details.judge)
    labels = [label(step.name, step.detail, LEFT - 0.25, palette) for step in steps]
    page = open_page(
        sum(height_of(lines) for lines in labels) + 0.1,
        _limits(steps),
        palette,
        title=_(
            "Why the counts of {first} and {last} differ",
            first=between.sources[0],
            last=between.sources[1],
        ),
        xlabel=_("deaths reported (midpoints of ranges)"),
        note=_("Steps: posterior means, which add up to the gap; thin bars: 95% intervals."),
        left=LEFT,
        log=False,
    )
    page.axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    top = 0.05
    middles = [top + sum(map(height_of, labels[:i])) + height_of(labels[i]) / 2 for i in range(5)]
    at: list[float] = []
    for step, lines, middle in zip(steps, labels, middles, strict=True):
        at.append(page.beside(lines, middle))
        _bar(page, step, at[-1])
    for one, upper, lower in zip(steps, at, at[1:], strict=False):
        page.rule(one.end, palette.muted, top=upper, foot=lower, lw=0.7, zorder=1.4)
    if not estimate.converged:
        page.stamp()
    return page.figure


def _tick(value: float, _position: int) -> str:
    return figure(value).replace("-", "\N{MINUS SIGN}")


def gap_to(known: Sequence[Gap], source: str | None) -> Gap:
    """The gap to a source; the widest one, which comes first, where none is named."""
    if source is None:
        return known[0]
    for between in known:
        if between.sources[1] == source:
            return between
    names = ", ".join(repr(between.sources[1]) for between in known)
    msg = f"est.plot.gap(source=...) takes one of {names}, not {source!r}"
    raise UsageError(msg)


def steps_of(between: Gap, judge: str | None) -> list[Step]:
    """The bars from one total to the other."""
    first, last = between.sources
    start, end = between.reported
    steps, at = [Step(first, _("reports {number}", number=figure(start)), 0.0, start)], start
    shown = adding_up([part.mean for part in between.parts.values()], between.gap)
    for (name, part), mean in zip(between.parts.items(), shown, strict=True):
        after = at - part.mean
        ends = at - part.high, at - part.low
        steps.append(Step(part_name(name, last, judge), _size(part, mean), at, after, ends))
        at = after
    said = _("reports {number}", number=figure(end))
    if last == judge:
        said = _("states or concedes {number}", number=figure(end))
    return [*steps, Step(last, said, 0.0, end)]


def part_name(part: str, source: str, judge: str | None) -> str:
    """Name a part of the gap in words."""
    if part == "attribution":
        return _("incidents that are not real, or by somebody else")
    if part == "counting_within":
        return _("other counts within the same incidents")
    if source == judge:
        return _("incidents that {source} neither reports nor accepts", source=source)
    return _("incidents that {source} does not report, less those that only it does", source=source)


def _size(part: Part, mean: float) -> str:
    """A step as the table prints it, rounded so that all add up."""
    low, high = sorted((abs(part.low), abs(part.high)))
    sign = "\N{MINUS SIGN}" if part.mean > 0 else "+"
    text = f"{sign}{figure(abs(mean))}"
    if part.low * part.high <= 0:
        return text
    return f"{text} ({run(people(low, low, high), people(high, low, high))})"


def _limits(steps: Sequence[Step]) -> tuple[float, float]:
    ends = [x for step in steps for x in (step.start, step.end, *(step.ends or ()))]
    low, high = min(0.0, *ends), max(ends)
    return low - (0.05 * (high - low) if low < 0 else 0.0), high + 0.05 * ((high - low) or 1.0)


def _bar(page: Page, step: Step, middle: float) -> None:
    palette = page.palette
    colour = palette.posterior if step.ends else palette.claim
    low, high = sorted((step.start, step.end))
    page.axes.barh([middle], [high - low], left=[low], height=0.24, color=colour, alpha=0.85)
    if step.ends:
        page.axes.plot(step.ends, [middle, middle], color=palette.ink, linewidth=1.1, zorder=3)


# Inclusion -----------------------------------------------------------------------------------


def inclusion(estimate: IncidentEstimate, prob: float, palette: Palette) -> Picture:
    """Draw the probability that each source holds an incident; see `IncidentPlots.inclusion`."""
    title = _("How likely a source is to record an incident, by its deaths")
    curves = curves_of(estimate, prob)
    if not curves:
        text = _("The evidence does not say how likely a source is to record an incident.")
        return only_note(title, text, palette)
    shown, columns = curves[:MOST], 1 if palette.narrow else COLUMNS
    room, width = palette.inner / columns, palette.width
    names = [_head(name, detail, room - 0.3, palette) for name, detail, _ in shown]
    tall = max(sum(line.height for line in head) for head in names)
    rows = math.ceil(len(shown) / columns)
    heads = heads_of(title, palette)
    first = MARGIN + sum(line.height for line in heads) + 0.1
    pitch = tall + 0.08 + PANEL + 0.5
    note = _("Line and band: median and {level} interval.", level=percent(prob))
    notes = notes_of(f"{note} {_note(estimate)}".strip(), palette)
    height = first + rows * pitch + sum(line.height for line in notes) + 0.1
    figure = new_figure(height, palette)
    write_down(figure, heads, MARGIN)
    for i, ((_name, _detail, curve), head) in enumerate(zip(shown, names, strict=True)):
        line, column = divmod(i, columns)
        top, left = first + line * pitch, MARGIN + column * room
        write_down(figure, head, top, left)
        figure.said.append(_ends(curve, prob))
        top += tall + 0.08
        place = (left + 0.42) / width, 1 - (top + PANEL) / height
        axes = figure.add_axes((*place, (room - 0.66) / width, PANEL / height), facecolor="none")
        _curve(axes, curve, room - 0.66, palette)
    write_down(figure, notes, first + rows * pitch, said=False)
    if not estimate.converged:
        stamp_figure(figure, palette)
    return figure


def curves_of(estimate: IncidentEstimate, prob: float) -> list[tuple[str, str, pd.DataFrame]]:
    """Sources whose inclusion is estimated: name, what the curve is, and its points."""
    details = {estimate.details.judge: _("accepts an incident of its own")}
    return [
        (source.source, details.get(source.source, _("lists it")), curve)
        for i, source in enumerate(estimate.meta.sources)
        if (curve := estimate.inclusion(i, prob)) is not None
    ]


def _ends(curve: pd.DataFrame, prob: float) -> str:
    """The smallest and the largest incident of a curve, in words."""
    ends = [
        ngettext(
            "of {deaths} death {chance} ({interval})",
            "of {deaths} deaths {chance} ({interval})",
            deaths,
            deaths=figure(deaths),
            chance=chance(median),
            interval=run(chance(low), chance(high)),
        )
        for deaths, low, median, high in curve[COLUMNS_OF_CURVE].iloc[[0, -1]].to_numpy()
    ]
    return _("{ends}; {level} intervals", ends=", ".join(ends), level=percent(prob))


def _note(estimate: IncidentEstimate) -> str:
    judge = estimate.details.judge
    if not judge:
        return ""
    return _(
        "{owner} curve is of incidents that are real, its own, with no other suspect, that "
        "it did not report itself.",
        owner=possessive(judge),
    )


def _head(name: str, detail: str, width: float, palette: Palette) -> list[Line]:
    lines = [Line(text, LABEL, palette.ink) for text in shorten(name, width, LABEL, 2)]
    return [*lines, *(Line(t, SMALL, palette.muted) for t in wrap(detail, width, SMALL))]


def _curve(axes: Any, curve: pd.DataFrame, room: float, palette: Palette) -> None:
    deaths, low, median, high = curve[COLUMNS_OF_CURVE].to_numpy().T
    set_log_axis(axes, 0.9 * deaths[0], 1.1 * deaths[-1], room)
    axes.fill_between(deaths, 100 * low, 100 * high, color=palette.posterior, alpha=0.25, lw=0)
    axes.plot(deaths, 100 * median, color=palette.posterior, linewidth=1.6)
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 50, 100], [per_cent("0"), per_cent("50"), per_cent("100")])
    dress(axes, palette)
    colours = {"colors": palette.muted, "labelcolor": palette.ink}
    axes.tick_params(axis="y", labelsize=SMALL, length=0, **colours)
    axes.grid(axis="y", color=palette.faint, linewidth=0.6)
    axes.set_xlabel(_("deaths in the incident"), fontsize=SMALL, color=palette.muted, labelpad=2)


# Who reports what ----------------------------------------------------------------------------


def mentions_of(estimate: IncidentEstimate, palette: Palette) -> Picture:
    """Draw who reports what, by size; see `IncidentPlots.mentions`."""
    by_size, reports = estimate.details.by_size, estimate.details.reports
    names, roles = tuple(row.source for row in reports), tuple(row.role for row in reports)
    numbers = map(np.array, (by_size.incidents, by_size.mentioned, by_size.counted))
    return mentions.picture(Sizes(names, roles, by_size.classes, *numbers), palette)
