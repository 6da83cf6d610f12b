"""How reliable each source is: reporting ratios, prior beside posterior."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.plots import density
from casualty_est.plots.density import Array
from casualty_est.plots.page import (
    INNER,
    MARGIN,
    MOST,
    Line,
    Page,
    dress,
    height_of,
    label,
    line_height,
    only_note,
    open_page,
    stamp_figure,
    write_down,
)
from casualty_est.plots.scales import limits_of, set_log_axis
from casualty_est.plots.style import LABEL, SMALL, TITLE, WIDTH, Palette, Picture, new_figure
from casualty_est.plots.total import title_of
from casualty_est.plots.words import shorten, wrap
from casualty_est.result.schema import Meta, SourceRow
from casualty_est.wording.numbers import Ends, percent

if TYPE_CHECKING:
    from casualty_est.plots import Plots

LEFT = 2.5
PANELS = 24  # of priors in one picture
NO_SOURCES = "This estimate holds no parameters of sources."


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the forest."""

    name: str
    detail: str
    now: Ends | None
    before: Ends | None


def forest(plots: Plots, prob: float, palette: Palette) -> Picture:
    """Draw the reliability of every source; see `Plots.sources`."""
    words, ratios = plots._of_ratios, _ratios(plots, prob)
    if not ratios:
        return only_note(words.title, NO_SOURCES, palette)
    shown = ratios[:MOST]
    labels = [label(r.name, r.detail, LEFT - 0.3, palette) for r in shown]
    ends = [v for r in shown for x in (r.now, r.before) if x for v in (x.low, x.high)]
    more = len(ratios) - len(shown)
    page = open_page(
        0.2 + sum(height_of(lines) for lines in labels) + 0.05,
        limits_of([*ends, 1.0]),
        palette,
        title=words.title,
        xlabel=f"{words.verb} / true, log scale",
        note=_note(shown, prob) + (f" {more} more are not drawn." if more else ""),
        left=LEFT,
    )
    page.centred(f"{words.verb} {words.all}, nothing twice", 1.0, 0.08, palette.muted)
    page.rule(1.0, palette.muted, top=0.16, linewidth=1.0, zorder=1.2)
    top = 0.2
    for ratio, lines in zip(shown, labels, strict=True):
        middle = top + height_of(lines) / 2
        page.beside(lines, middle)
        _draw(page, ratio, middle)
        top += height_of(lines)
    if not plots._estimate.converged:
        page.stamp()
    return page.figure


def _draw(page: Page, ratio: Ratio, y: float) -> None:
    palette, now, before = page.palette, ratio.now, ratio.before
    if before:
        page.bar(before.low, before.high, y + 0.07, palette.prior, 2)
        page.axes.plot([before.median] * 2, [y + 0.03, y + 0.11], c=palette.prior, lw=1.4)
    if now:
        page.bar(now.low, now.high, y - 0.05, palette.posterior, 2.6)
        page.dot(now.median, y - 0.05, palette.posterior)


def _note(ratios: Sequence[Ratio], prob: float) -> str:
    before = "Grey: median and 95% interval before the data."
    if not any(ratio.now for ratio in ratios):
        return f"{before} Nothing sets the level, so the data say nothing of one source alone."
    return f"Dot and bar: median and {percent(prob)} interval after the data. {before}"


def _ratios(plots: Plots, prob: float) -> list[Ratio]:
    return [
        Ratio(_name(source), plots._target(i), now, source.prior)
        for i, source in enumerate(plots._estimate.meta.sources)
        if (now := plots._ratio(i, prob)) or source.prior
    ]


def _name(source: SourceRow) -> str:
    return f"{source.source} ({source.role})" if source.role else source.source


# Prior against posterior ---------------------------------------------------------------------


Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Panel:
    """Two densities of one unknown."""

    name: str
    detail: str
    before: tuple[Array, Array] | None
    after: tuple[Array, Array] | None
    unit: str
    one: bool  # whether 1 means that everything was reported


def small_multiples(plots: Plots, row: int, palette: Palette) -> Picture:
    """Draw prior against posterior; see `Plots.priors`."""
    title = "Before the data (grey) and after (blue)"
    panels = _panels(plots, row)
    if not panels:
        return only_note(title, "There is neither a prior nor a posterior to draw.", palette)
    shown, columns = panels[:PANELS], 2 if len(panels) < 5 else 3
    more, room = len(panels) - len(shown), INNER / columns - 0.25
    heads = [_head(panel, room, palette) for panel in shown]
    tall = [
        max(sum(line.height for line in head) for head in heads[i : i + columns])
        for i in range(0, len(shown), columns)
    ]
    top, plot, foot = MARGIN + line_height(TITLE) + 0.1, 0.95, 0.5
    height = top + sum(head + plot + foot for head in tall) + (0.2 if more else 0)
    figure = new_figure(height, palette)
    write_down(figure, [Line(title, TITLE, palette.ink, weight="bold")], MARGIN)
    for i, (panel, head) in enumerate(zip(shown, heads, strict=True)):
        line, column = divmod(i, columns)
        left = MARGIN + column * (INNER / columns)
        y = top + sum(above + plot + foot for above in tall[:line])
        write_down(figure, head, y, left)
        y += tall[line]
        box = (left / WIDTH, 1 - (y + plot) / height, room / WIDTH, plot / height)
        _panel(figure, box, panel, room, palette)
    if more:
        last = Line(f"{more} more are not drawn.", SMALL, palette.muted)
        write_down(figure, [last], height - 0.1 - last.height / 2)
    if not plots._estimate.converged:
        stamp_figure(figure, palette)
    return figure


def _head(panel: Panel, width: float, palette: Palette) -> list[Line]:
    lines = [Line(text, LABEL, palette.ink) for text in shorten(panel.name, width, LABEL)]
    if panel.detail:
        lines += [Line(t, SMALL, palette.muted) for t in wrap(panel.detail, width, SMALL, lines=1)]
    return lines


def _panels(plots: Plots, row: int) -> list[Panel]:
    estimate, meta, panels = plots._estimate, plots._estimate.meta, []
    if meta.has_level:
        count = density.log_density(np.maximum(estimate.draws(row), density.SMALLEST))
        panels.append(Panel(title_of(estimate, row), "", _level(meta), count, "people", False))
    for i, source in enumerate(meta.sources):
        quantiles = source.prior_quantiles
        before = density.density_of_quantiles(quantiles) if quantiles else None
        draws = plots._ratio_draws(i) if meta.has_level else None
        if before is not None or draws is not None:
            after = None if draws is None else density.log_density(draws)
            name, detail = _name(source), plots._target(i)
            panels.append(Panel(name, detail, before, after, "reported / true", True))
    return panels


def _level(meta: Meta) -> tuple[Array, Array] | None:
    """The prior of the count, where it is one number: with several cells it is not."""
    levels = [one for one in meta.assumptions if one.kind == "level"]
    single = len(levels) == len(meta.rows) == 1
    return density.log_normal_density(levels[0].median, levels[0].sd) if single else None


def _panel(figure: Picture, box: Box, panel: Panel, room: float, palette: Palette) -> None:
    axes = figure.add_axes(box, facecolor="none")
    limits, top = _span(panel), 0.0
    both = ((panel.before, palette.prior, 2.0), (panel.after, palette.posterior, 3.0))
    for curve, colour, zorder in both:
        if curve is not None and len(curve[0]):
            axes.fill_between(*curve, color=colour, alpha=0.25, lw=0, zorder=zorder)
            axes.plot(*curve, color=colour, linewidth=1.4, zorder=zorder)
            top = max(top, float(curve[1].max()))
    axes.set_ylim(0, 1.06 * (top or 1.0))
    axes.set_yticks([])
    set_log_axis(axes, *limits, room)
    dress(axes, palette)
    if panel.one and limits[0] < 1 < limits[1]:
        axes.axvline(1.0, color=palette.muted, linewidth=1.0, zorder=1.2)
    axes.set_xlabel(panel.unit, fontsize=SMALL, color=palette.muted, labelpad=2)


def _span(panel: Panel) -> tuple[float, float]:
    """Limits that hold almost all of both densities, but no more of a vast prior than is needed."""
    ends = [_ends(curve) for curve in (panel.after, panel.before) if curve and len(curve[0])]
    if not ends:
        return limits_of([1.0])
    if panel.unit == "people":
        low, high = ends[0]
        return limits_of([max(ends[-1][0], low / 30), low, high, min(ends[-1][1], high * 30)])
    return limits_of([value for pair in ends for value in pair])


def _ends(curve: tuple[Array, Array]) -> tuple[float, float]:
    mass = np.cumsum(curve[1])
    low, high = np.interp([0.003, 0.997], mass / mass[-1], np.log(curve[0]))
    return math.exp(low), math.exp(high)
