"""Reporting ratios over time: of the deaths up to each day, how many a source had reported."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.claims.plots.axes import day_number, days_across, dress_upward, head_and_note
from casualty_est.claims.plots.path_data import Which, row_of, windows_of
from casualty_est.plots.page import Line, stamp_figure, write_down
from casualty_est.plots.scales import limits_of, set_log_axis_upward
from casualty_est.plots.style import LABEL, MARGIN, SMALL, Palette, Picture, new_figure
from casualty_est.plots.words import shorten, wrap
from casualty_est.priors.settings import CELL_FIELDS
from casualty_est.result.schema import Span, Target
from casualty_est.wording.language import _, figure, ngettext, spoken
from casualty_est.wording.numbers import percent, ratio_text
from casualty_est.wording.phrases import day, listed
from casualty_est.wording.terms import said_label

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.claims.estimate import ClaimsEstimate

COLUMNS = 2
LEFT, GUTTER, RIGHT = 0.62, 0.62, 0.2  # inches beside and between the panels
PANEL, HEAD, FOOT = 1.35, 0.4, 0.3  # inches: axes, the name above, the dates below
MOST = 12  # panels in one picture


def picture(estimate: ClaimsEstimate, cell: Which, prob: float, palette: Palette) -> Picture:
    """Draw ratios over time; see `ClaimsPlots.ratio_paths`."""
    panels, more = panels_of(estimate, cell, prob)
    title = _("What each source had reported of the deaths up to each day")
    windows = windows_of(estimate)
    note = _note(prob, more, moving=bool(windows.delayed or windows.drifting))
    heads, notes = head_and_note(title, note, palette, (2, 4))
    top = MARGIN + sum(line.height for line in heads)
    columns = 1 if palette.narrow else COLUMNS
    room = (palette.width - LEFT - RIGHT - GUTTER * (columns - 1)) / columns
    rows = -(-len(panels) // columns)
    height = top + rows * (HEAD + PANEL + FOOT) + sum(line.height for line in notes) + 2 * MARGIN
    figure = new_figure(height, palette)
    write_down(figure, heads, MARGIN)
    limits = _limits(table for _, table in panels)
    for i, (name, table) in enumerate(panels):
        left = LEFT + (i % columns) * (room + GUTTER)
        upper = top + (i // columns) * (HEAD + PANEL + FOOT)
        write_down(figure, _name(name, room, palette), upper + 0.07, left)
        figure.said.append(_last(table, prob))
        low, width = 1 - (upper + HEAD + PANEL) / height, palette.width
        place = (left / width, low, room / width, PANEL / height)
        _panel(figure.add_axes(place, facecolor="none"), table, limits, room, palette)
    write_down(figure, notes, top + rows * (HEAD + PANEL + FOOT) + MARGIN, said=False)
    if not estimate.converged:
        stamp_figure(figure, palette)
    return figure


def panels_of(
    estimate: ClaimsEstimate, cell: Which, prob: float
) -> tuple[list[tuple[tuple[str, str], pd.DataFrame]], int]:
    """The ratios to draw, and how many are left out."""
    table = estimate.ratio_paths(prob)
    ratios = []
    for key, part in table.groupby(["source", *CELL_FIELDS], sort=False):
        source, *labels = map(str, key)
        ratios.append((source, labels, part))
    windows = windows_of(estimate)
    still = not (windows.delayed or windows.drifting)
    moving = [one for one in ratios if still or _moves(one[2])]
    shown = moving or ratios
    if cell is not None or len(ratios) > MOST:
        target = estimate.meta.rows[row_of(estimate, cell)].cell.target
        shown = [one for one in shown if Target(*one[1]) == target] or [
            one for one in ratios if Target(*one[1]) == target
        ]
    shown = shown[:MOST]
    differ = [
        len(set(values)) > 1 for values in zip(*(labels for _, labels, _ in shown), strict=True)
    ]
    panels = [
        ((source, ", ".join(map(_label, compress(labels, differ)))), part)
        for source, labels, part in shown
    ]
    return panels, len(ratios) - len(shown)


def _label(label: str) -> str:
    """What a label of a cell is called: scopes one by one."""
    return (
        " and ".join(label.split("+"))
        if spoken().english
        else listed([said_label(part) for part in label.split("+")])
    )


def _moves(table: pd.DataFrame) -> bool:
    """Whether a ratio changes in time: a level line says no more than the picture of sources."""
    medians = table["median"].to_numpy(float)
    return bool(medians.max() - medians.min() > 0.01 * medians.max())


def _name(name: tuple[str, str], room: float, palette: Palette) -> list[Line]:
    source, detail = name
    lines = [Line(shorten(source, room, LABEL, 1)[0], LABEL, palette.ink)]
    if detail:
        lines.append(Line(wrap(detail, room, SMALL, lines=1)[0], SMALL, palette.muted))
    return lines


def _limits(tables: Any) -> tuple[float, float]:
    values = [
        float(x)
        for table in tables
        for name in ("low", "high", "median")
        for x in np.quantile(table[name].to_numpy(float), [0.1, 1.0])
    ]
    return limits_of([*values, 1.0], before=0.04, after=0.04)


def _panel(
    axes: Any,
    table: pd.DataFrame,
    limits: tuple[float, float],
    room: float,
    palette: Palette,
) -> None:
    dress_upward(axes, palette)
    set_log_axis_upward(axes, *limits, PANEL)
    days = np.array([day_number(text) for text in table["date"]])
    low, median, high = (
        np.maximum(table[name].to_numpy(float), limits[0]) for name in ("low", "median", "high")
    )
    axes.fill_between(days, low, high, color=palette.posterior, alpha=0.25, lw=0)
    axes.plot(days, median, color=palette.posterior, lw=1.6)
    axes.axhline(1.0, color=palette.ink, lw=0.9, linestyle=(0, (4, 3)))
    days_across(axes, float(days[0]), float(days[-1]), room)


def _last(table: pd.DataFrame, prob: float) -> str:
    last = table.iloc[-1]
    when, now = day(str(last["date"])), Span(last["median"], last["low"], last["high"])
    return _(
        "by {day} {ratio}, {level} interval", day=when, ratio=ratio_text(now), level=percent(prob)
    )


def _note(prob: float, more: int, *, moving: bool) -> str:
    what = _("No delay or drift is modelled, so each ratio is the same on every day.")
    if moving:
        what = _(
            "Delays and drifts are included: a source that states deaths late climbs to the ratio "
            "it will finally reach."
        )
    text = _(
        "Reported / true, log scale: median and {level} interval; 1, dashed, is the truth.",
        level=percent(prob),
    )
    text = f"{text} {what}"
    if more:
        text += " " + ngettext(
            "{number} more ratio is not drawn.",
            "{number} more ratios, of other cells or the same on every day, are not drawn.",
            more,
            number=figure(more),
        )
    return text
