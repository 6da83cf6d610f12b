"""How reliable each source is: reporting ratios, prior beside posterior."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.arrays import Array
from casualty_est.plots import density
from casualty_est.plots.bounds import BEYOND, bar_of_bound, density_of
from casualty_est.plots.page import (
    READ,
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
from casualty_est.plots.scales import limits_of, set_log_axis
from casualty_est.plots.style import LABEL, MARGIN, SMALL, Palette, Picture, new_figure
from casualty_est.plots.total import title_of
from casualty_est.plots.words import shorten, wrap
from casualty_est.result.schema import Meta, SourceRow
from casualty_est.result.tables import Bound, row_bound, row_numbers
from casualty_est.wording.language import _, ngettext, pgettext, spoken
from casualty_est.wording.numbers import Ends, percent, ratio_text, with_ends
from casualty_est.wording.phrases import listed
from casualty_est.wording.terms import role_name

if TYPE_CHECKING:
    from casualty_est.plots import Plots

LEFT = 2.5
PANELS = 24  # of priors in one picture
SHOWN = 0.95


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the forest."""

    name: str
    detail: str
    now: Ends | None
    before: Ends | None
    bound: Bound | None = None  # of a share that the evidence bounds on one side


def forest(plots: Plots, prob: float, palette: Palette) -> Picture:
    """Draw the reliability of every source; see `Plots.sources`."""
    words, ratios = plots._of_ratios, _ratios(plots, prob)
    if not ratios:
        nothing = _("This estimate has no parameters of sources.")
        return only_note(pgettext("picture", words.title), nothing, palette)
    shown = ratios[:READ]
    labels = [label(r.name, _numbers(r), LEFT - 0.3, palette) for r in shown]
    ends = [v for r in shown for x in (r.now, r.before) if x for v in (x.low, x.high)]
    ends += [x for r in shown if r.bound for x in (r.bound.number, r.bound.number / BEYOND)]
    more = len(ratios) - len(shown)
    page = open_page(
        0.2 + sum(height_of(lines) for lines in labels) + 0.05,
        limits_of([*ends, 1.0]),
        palette,
        title=pgettext("picture", words.title),
        xlabel=pgettext("picture", words.axis),
        note=" ".join([_note(shown, prob), *[not_drawn(more)] * bool(more)]),
        left=LEFT,
    )
    page.centred(pgettext("picture", words.one), 1.0, 0.08, palette.muted)
    top = 0.2
    for ratio, lines in zip(shown, labels, strict=True):
        middle = top + height_of(lines) / 2
        _draw(page, ratio, page.beside(lines, middle))
        top += height_of(lines)
    page.rule(1.0, palette.muted, top=0.16, linewidth=1.0, zorder=1.2)
    if not plots._estimate.converged:
        page.stamp()
    return page.figure


def _numbers(ratio: Ratio) -> str:
    """What the ratio is of, and what it is."""
    shown = ratio.now or ratio.before
    said = ratio_text(shown) if shown else ""
    if ratio.bound is not None:
        said = ratio.bound.of_share
    return ", ".join(text for text in (ratio.detail, said) if text)


def _draw(page: Page, ratio: Ratio, y: float) -> None:
    palette, now, before = page.palette, ratio.now, ratio.before
    if before:
        page.bar(before.low, before.high, y + 0.07, palette.prior, 2)
        page.axes.plot([before.median] * 2, [y + 0.03, y + 0.11], c=palette.prior, lw=1.4)
    if now:
        page.bar(now.low, now.high, y - 0.05, palette.posterior, 2.6)
        page.dot(now.median, y - 0.05, palette.posterior)
    if ratio.bound is not None:
        bar_of_bound(page.axes, ratio.bound, y - 0.05, palette.posterior, 2.6)


def _note(ratios: Sequence[Ratio], prob: float) -> str:
    before = _("Grey: median and 95% interval before the data.")
    if not any(ratio.now or ratio.bound for ratio in ratios):
        return f"{before} {_nothing()}"
    after = _("Dot and bar: median and {level} interval after the data.", level=percent(prob))
    return f"{after} {before}"


def _nothing() -> str:
    return _("Nothing sets the level, so the data say nothing of one source alone.")


def not_drawn(more: int) -> str:
    """How many of something a picture leaves out."""
    return ngettext(
        "{number} more are not drawn.", "{number} more are not drawn.", more, number=more
    )


def _ratios(plots: Plots, prob: float) -> list[Ratio]:
    found = []
    for i, source in enumerate(plots._estimate.meta.sources):
        bound = plots._ratio_bound(i, prob)
        now = None if bound else plots._ratio(i, prob)
        if now or bound or source.prior:
            found.append(Ratio(_name(source), plots._target(i), now, source.prior, bound))
    return found


def _name(source: SourceRow) -> str:
    role = source.role if spoken().english else role_name(source.role or "")
    return f"{source.source} ({role})" if role else source.source


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
    numbers: str  # what the curves say, for whoever cannot see them
    brief: str = ""  # a shorter name, where the whole one does not fit


def small_multiples(plots: Plots, row: int, palette: Palette) -> Picture:
    """Draw prior against posterior; see `Plots.priors`."""
    panels = _panels(plots, row)
    title = _("What was assumed (grey), and what the data made of it (blue)")
    if not panels:
        return only_note(title, _("There is neither a prior nor a posterior to draw."), palette)
    shown = panels[:PANELS]
    columns = 1 if len(panels) < 3 or palette.narrow else 2 if len(panels) < 5 else 3
    more, room = len(panels) - len(shown), palette.inner / columns - 0.25
    names = [_head(panel, room, palette) for panel in shown]
    tall = [
        max(sum(line.height for line in head) for head in names[i : i + columns])
        for i in range(0, len(shown), columns)
    ]
    heads = heads_of(title, palette)
    notes = notes_of(_about(shown, more), palette)
    top, plot, foot = MARGIN + sum(line.height for line in heads) + 0.1, 0.95, 0.5
    below = sum(line.height for line in notes) + 0.06
    height = top + sum(head + plot + foot for head in tall) + below
    figure = new_figure(height, palette)
    write_down(figure, heads, MARGIN)
    for i, (panel, head) in enumerate(zip(shown, names, strict=True)):
        line, column = divmod(i, columns)
        left = MARGIN + column * (palette.inner / columns)
        y = top + sum(above + plot + foot for above in tall[:line])
        write_down(figure, head, y, left)
        figure.said[-1] += f": {panel.numbers}" if panel.numbers else ""
        y += tall[line]
        box = (left / palette.width, 1 - (y + plot) / height, room / palette.width, plot / height)
        _panel(figure, box, panel, room, palette)
    write_down(figure, notes, height - below, said=False)
    if not plots._estimate.converged:
        stamp_figure(figure, palette)
    return figure


def _about(panels: Sequence[Panel], more: int) -> str:
    """Say which curves there are."""
    parts = [_("Densities on a logarithmic scale.")]
    alone = [panel.name for panel in panels if panel.before is None]
    if alone:
        parts.append(_("Only after the data: {names}.", names=listed(alone)))
    if any(panel.after is None for panel in panels):
        parts.append(_nothing())
    if more:
        parts.append(not_drawn(more))
    return " ".join(parts)


def _head(panel: Panel, width: float, palette: Palette) -> list[Line]:
    told = shorten(panel.name, width, LABEL)
    if panel.brief and any("…" in text for text in told):  # rather without its days than cut
        told = shorten(panel.brief, width, LABEL)
    lines = [Line(text, LABEL, palette.ink) for text in told]
    if panel.detail:
        lines += [Line(t, SMALL, palette.muted) for t in wrap(panel.detail, width, SMALL, lines=1)]
    return lines


def _panels(plots: Plots, row: int) -> list[Panel]:
    estimate, meta, panels = plots._estimate, plots._estimate.meta, []
    if meta.has_level:
        count = density_of(estimate.draws(row), row_bound(estimate, row, SHOWN))
        before = _level(meta, plots._prior_draws(row))
        if len(count[0]) or before is not None:
            bound, found = row_bound(estimate, row, SHOWN), row_numbers(estimate, row, SHOWN)
            answer = bound.text if bound else with_ends(found) if found else ""
            panels.append(
                Panel(
                    title_of(estimate, row),
                    "",
                    before,
                    count,
                    _("people"),
                    False,
                    _said("", answer),
                    title_of(estimate, row, dated=False),
                )
            )
    for i, source in enumerate(meta.sources):
        quantiles = source.prior_quantiles
        before = density.density_of_quantiles(quantiles) if quantiles else None
        draws = plots._ratio_draws(i) if meta.has_level else None
        if before is not None or draws is not None:
            after = None if draws is None else density.log_density(draws)
            name, detail = _name(source), plots._target(i)
            now = plots._ratio(i, SHOWN) if draws is not None else None
            said = _said(*(ratio_text(x) if x else "" for x in (source.prior, now)))
            panels.append(Panel(name, detail, before, after, _("reported / true"), True, said))
    return panels


def _said(before: str, after: str) -> str:
    """Median and interval before and after the data, in words."""
    parts = [_("assumed {number}", number=before)] * bool(before)
    parts += [_("after the data {number}", number=after)] * bool(after)
    return ", ".join(parts)


def _level(meta: Meta, draws: Array | None) -> tuple[Array, Array] | None:
    """The prior of the count: its own where it is one number, else that of its kind by draws."""
    levels = [one for one in meta.assumptions if one.kind == "level"]
    if len(levels) == len(meta.rows) == 1:
        return density.log_normal_density(levels[0].median, levels[0].sd)
    return None if draws is None else density.log_density(np.maximum(draws, density.SMALLEST))


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
    if not panel.one:
        low, high = ends[0]
        return limits_of([max(ends[-1][0], low / 30), low, high, min(ends[-1][1], high * 30)])
    return limits_of([value for pair in ends for value in pair])


def _ends(curve: tuple[Array, Array]) -> tuple[float, float]:
    mass = np.cumsum(curve[1])
    low, high = np.interp([0.003, 0.997], mass / mass[-1], np.log(curve[0]))
    return math.exp(low), math.exp(high)
