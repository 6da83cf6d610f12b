"""How reliable each source is: reporting ratios, prior beside posterior."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.plots.density import (
    SMALLEST,
    Array,
    density_of_quantiles,
    log_density,
    log_normal_density,
)
from casualty_est.plots.page import (
    MARGIN,
    MOST,
    Line,
    dress,
    height_of,
    label,
    line_height,
    only_note,
    open_page,
    stamp_figure,
)
from casualty_est.plots.scales import limits_of, set_log_axis
from casualty_est.plots.style import LABEL, SMALL, TITLE, WIDTH, Palette, Picture, new_figure
from casualty_est.plots.total import title_of
from casualty_est.plots.words import shorten, wrap
from casualty_est.result.tables import ratio_numbers
from casualty_est.wording.numbers import percent

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

LEFT = 2.5
NO_SOURCES = "This estimate holds no parameters of sources."
_PARAMETERS = {
    "ratio_within": "own count / true, within incidents it reports",
    "completeness_listed": "completeness, deaths listed / true",
    "completeness_reported": "completeness, deaths reported / true",
}


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the forest."""

    name: str
    detail: str
    now: dict[str, float] | None
    before: dict[str, float] | None


def forest(estimate: Estimate, prob: float, palette: Palette) -> Picture:
    """Draw the reliability of every source; see `Plots.sources`."""
    title = "What each source reported, as a share of the true number"
    if estimate.kind == "incidents":
        title = "What each source counts within an incident, as a share of the true number"
    ratios = _ratios(estimate, prob)
    if not ratios:
        return only_note(title, NO_SOURCES, palette)
    shown = ratios[:MOST]
    labels = [label(r.name, r.detail, LEFT - 0.3, palette) for r in shown]
    ends = [v for r in shown for d in (r.now, r.before) if d for v in (d["low"], d["high"])]
    more = len(ratios) - len(shown)
    page = open_page(
        0.2 + sum(height_of(lines) for lines in labels) + 0.05,
        limits_of([*ends, 1.0]),
        palette,
        title=title,
        xlabel=("counted" if estimate.kind == "incidents" else "reported") + " / true, log scale",
        note=_note(shown, prob) + (f" {more} more are not drawn." if more else ""),
        left=LEFT,
    )
    all_of_it = "counted all" if estimate.kind == "incidents" else "reported everything"
    page.centred(f"{all_of_it}, nothing twice", 1.0, 0.08, palette.muted)
    page.rule(1.0, palette.muted, top=0.16, linewidth=1.0, zorder=1.2)
    top = 0.2
    for ratio, lines in zip(shown, labels, strict=True):
        middle = top + height_of(lines) / 2
        page.beside(lines, middle)
        if ratio.before:
            page.bar(ratio.before["low"], ratio.before["high"], middle + 0.07, palette.prior, 2)
            page.axes.plot(
                [ratio.before["median"]] * 2,
                [middle + 0.03, middle + 0.11],
                c=palette.prior,
                lw=1.4,
            )
        if ratio.now:
            page.bar(ratio.now["low"], ratio.now["high"], middle - 0.05, palette.posterior, 2.6)
            page.dot(ratio.now["median"], middle - 0.05, palette.posterior)
        top += height_of(lines)
    if not estimate.converged:
        page.stamp()
    return page.figure


def _note(ratios: Sequence[Ratio], prob: float) -> str:
    after = f"Dot and bar: median and {percent(prob)} interval after the data."
    before = "Grey: median and 95 % interval before the data."
    if not any(ratio.now for ratio in ratios):
        return f"{before} Nothing sets the level, so the data say nothing of one source alone."
    return f"{after} {before}"


def _ratios(estimate: Estimate, prob: float) -> list[Ratio]:
    found = []
    for i, source in enumerate(estimate.meta["sources"]):
        role = f" ({source['role']})" if source["role"] else ""
        name = f"{source['source']}{role}"
        detail = target_of(source)
        now, before = ratio_numbers(estimate, i, prob), source.get("prior")
        stated = source.get("parameters") or {}
        if now or (before and not stated):
            found.append(Ratio(name, detail, now, before))
        for key, text in _PARAMETERS.items():
            if stated.get(key):
                both = f"{text}; {detail}" if detail else text
                found.append(Ratio(name, both, stated[key], stated[key].get("prior")))
    return found


def target_of(source: dict[str, Any]) -> str:
    """Say what a source's ratio is about, where the source has several."""
    name = str(source.get("name") or "").removeprefix("ratio of ")
    rest = name.removeprefix(str(source["source"])).strip()
    return rest[1:-1] if rest.startswith("(") and rest.endswith(")") else ""


# Prior against posterior ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Panel:
    """Two densities of one unknown."""

    name: str
    detail: str
    before: tuple[Array, Array] | None
    after: tuple[Array, Array] | None
    unit: str
    one: bool  # whether 1 means that everything was reported


def small_multiples(estimate: Estimate, row: int, palette: Palette) -> Picture:
    """Draw prior against posterior; see `Plots.priors`."""
    title = "Before the data (grey) and after (blue)"
    panels = _panels(estimate, row)
    if not panels:
        return only_note(title, "There is neither a prior nor a posterior to draw.", palette)
    shown, columns = panels[:24], 2 if len(panels) < 5 else 3
    gap, cell = 0.25, (WIDTH - 2 * MARGIN) / columns
    heads = [_head(panel, cell - gap, palette) for panel in shown]
    tall = [
        max(sum(line.height for line in head) for head in heads[i : i + columns])
        for i in range(0, len(shown), columns)
    ]
    top = MARGIN + line_height(TITLE) + 0.1
    plot, foot = 0.95, 0.5
    height = top + sum(head + plot + foot for head in tall) + (0.2 if len(panels) > 24 else 0)
    figure = new_figure(height, palette)
    _text(figure, title, MARGIN, MARGIN + line_height(TITLE) / 2, TITLE, palette.ink, "bold")
    for i, (panel, head) in enumerate(zip(shown, heads, strict=True)):
        line, column = divmod(i, columns)
        left = MARGIN + column * cell
        y = top + sum(tall[j] + plot + foot for j in range(line))
        for one in head:
            _text(figure, one.text, left, y + one.height / 2, one.size, one.colour)
            y += one.height
        y = top + sum(tall[j] + plot + foot for j in range(line)) + tall[line]
        box = (left / WIDTH, 1 - (y + plot) / height, (cell - gap) / WIDTH, plot / height)
        _panel(figure, box, panel, cell - gap, palette)
    if len(panels) > 24:
        text = f"{len(panels) - 24} more are not drawn."
        _text(figure, text, MARGIN, height - 0.1, SMALL, palette.muted)
    if not estimate.converged:
        stamp_figure(figure, palette, WIDTH, height)
    return figure


def _head(panel: Panel, width: float, palette: Palette) -> list[Line]:
    lines = [Line(text, LABEL, palette.ink) for text in shorten(panel.name, width, LABEL)]
    if panel.detail:
        lines += [Line(t, SMALL, palette.muted) for t in wrap(panel.detail, width, SMALL, lines=1)]
    return lines


def _text(
    figure: Picture, text: str, x: float, y: float, size: float, colour: str, weight: str = "normal"
) -> None:
    width, height = figure.get_size_inches()
    figure.text(
        x / width,
        1 - y / height,
        text,
        fontsize=size,
        color=colour,
        fontweight=weight,
        va="center_baseline",
    )


def _panels(estimate: Estimate, row: int) -> list[Panel]:
    meta, panels = estimate.meta, []
    known = bool(meta["has_level"])
    if known:
        draws = np.maximum(estimate.draws(row), SMALLEST)
        panels.append(
            Panel(title_of(estimate, row), "", _level(meta), log_density(draws), "people", False)
        )
    has_ratios = known and "ratio_total" in estimate.idata["posterior"]
    for i, source in enumerate(meta["sources"]):
        quantiles = source.get("prior_quantiles")
        before = density_of_quantiles(quantiles) if quantiles else None
        after = log_density(estimate.ratios(i)) if has_ratios else None
        if before is None and after is None:
            continue
        role = f" ({source['role']})" if source["role"] else ""
        detail = target_of(source)
        name = f"{source['source']}{role}"
        panels.append(Panel(name, detail, before, after, "reported / true", True))
    return panels


def _level(meta: dict[str, Any]) -> tuple[Array, Array] | None:
    """The prior of the count, where it is one number: with several cells it is not."""
    levels = [one for one in meta.get("assumptions") or [] if one["kind"] == "level"]
    if len(levels) != 1 or len(meta["rows"]) != 1:
        return None
    return log_normal_density(levels[0]["median"], levels[0]["sd"])


def _panel(
    figure: Picture,
    box: tuple[float, float, float, float],
    panel: Panel,
    room: float,
    palette: Palette,
) -> None:
    axes = figure.add_axes(box, facecolor="none")
    limits = _span(panel)
    top = 0.0
    for curve, colour, zorder in (
        (panel.before, palette.prior, 2.0),
        (panel.after, palette.posterior, 3.0),
    ):
        if curve is None or not len(curve[0]):
            continue
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
