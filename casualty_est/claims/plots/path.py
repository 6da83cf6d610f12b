"""The path of a total over time, with its band, against every running total that was published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.claims.paths import span_of
from casualty_est.claims.plots import marks_in_time
from casualty_est.claims.plots.axes import day_number, days_across, dress_upward, head_and_note
from casualty_est.claims.plots.column import Name, write_names
from casualty_est.claims.plots.marks_in_time import Look, Placed
from casualty_est.claims.plots.path_data import (
    Path,
    Which,
    admitted_of,
    anchors_of,
    path_of,
    placed_claims,
    row_of,
    windows_of,
)
from casualty_est.claims.schema import DatedAnchor
from casualty_est.plots.marks import kind_of, numbers_of
from casualty_est.plots.page import MARGIN, Line, stamp_figure, write_down
from casualty_est.plots.scales import limits_of, set_log_axis_upward
from casualty_est.plots.style import SMALL, WIDTH, Palette, Picture, new_figure
from casualty_est.plots.words import shorten, wrap
from casualty_est.result.schema import Span
from casualty_est.wording.numbers import ends, middle, percent, with_ends
from casualty_est.wording.phrases import capitalised, cell_text

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.claims.estimate import ClaimsEstimate

LEFT, RIGHT = 0.72, 1.85  # inches beside the axes: ticks, and the names of what is drawn
ROOM = WIDTH - LEFT - RIGHT
NAMES = RIGHT - 0.35  # inches that a name may be wide
BODY = 3.6  # inches that the axes are high
AIR = 0.015  # of the axis behind the last day, for marks that stand there
ARROW = 0.22  # inches that the arrow of a bound is long
DEPTH = 2000.0  # the axis reaches so many times below its top, unless a claim lies lower
NAMED = 7  # sources with a colour and a name; the others are drawn in grey
FEW = 60  # claims of one source up to which its marks are of full size
MARKERS = ("o", "s", "D", "P", "X", "p", "h")
LIGHT = ("#b34700", "#00795a", "#8f3f97", "#806600", "#a3333d", "#46606e", "#5b4b8a")
DARK = ("#f0a050", "#3fcf9f", "#d59be0", "#e0c341", "#f08a92", "#9fb8c4", "#b3a6e8")


def picture(estimate: ClaimsEstimate, cell: Which, prob: float, palette: Palette) -> Picture:
    """Draw a path; see `ClaimsPlots.path`."""
    row = row_of(estimate, cell)
    path = path_of(estimate, row, prob)
    placed, others = placed_claims(estimate, row)
    anchors = anchors_of(estimate, row)
    admitted = admitted_of(estimate, row, prob)
    note = _note(path, placed, others, anchors, admitted, prob)
    counted = estimate.meta.rows[row].cell
    title = f"{capitalised(cell_text(replace(counted, start=None, end=None)))}, over time"
    figure, axes, foot = _open(title, note, palette)
    low, high = _limits(path, placed, anchors)
    set_log_axis_upward(axes, low, high, BODY)
    first, last = day_number(windows_of(estimate).start), float(path.days[-1])
    days_across(axes, first, last, ROOM, AIR)
    unit = "number" if counted.outcome == "lost" else "people"
    axes.set_ylabel(f"{unit} to that day, log scale", fontsize=SMALL, color=palette.muted)
    names = [_band(axes, path, palette, low)]
    names += _documented(axes, path, palette, low)
    names += _admitted(axes, admitted, palette, low)
    names += _claims(axes, placed, palette, low, high)
    names += _anchors(axes, anchors, palette)
    _forecast(axes, placed, last, palette)
    top = float(figure.get_size_inches()[1]) - foot - BODY
    write_names(figure, axes, names, (LEFT, top, ROOM, BODY))
    if not estimate.converged:
        stamp_figure(figure, palette)
    return figure


def _open(title: str, note: str, palette: Palette) -> tuple[Picture, Any, float]:
    """A figure with one pair of axes; return also how high its foot is."""
    heads, notes = head_and_note(title, note, palette, (3, 6))
    top = MARGIN + sum(line.height for line in heads) + 0.12
    foot = 0.36 + sum(line.height for line in notes) + 0.06
    height = top + BODY + foot
    figure = new_figure(height, palette)
    place = (LEFT / WIDTH, foot / height, ROOM / WIDTH, BODY / height)
    axes = figure.add_axes(place, facecolor="none")
    dress_upward(axes, palette)
    write_down(figure, heads, MARGIN)
    write_down(figure, notes, height - foot + 0.36)
    return figure, axes, foot


def _limits(
    path: Path, placed: Sequence[Placed], anchors: Sequence[DatedAnchor]
) -> tuple[float, float]:
    said = [number for one in placed for number in numbers_of(one.claim)]
    said += [float(x) for x in path.documented if x > 0]
    said += [end for anchor in anchors for end in (anchor.low, anchor.high)]
    top = max([float(path.high[-1]), *said])
    least = max(min([float(path.low[-1]), *said]), 1.0)
    # The path itself comes from nothing: what lies far below every claim says no more.
    bottom = max(min(least / 2, float(path.low[len(path.low) // 4])), least / 20, top / DEPTH)
    return limits_of([min(bottom, least), top], before=0.0, after=0.05)


def _band(axes: Any, path: Path, palette: Palette, floor: float) -> Name:
    colour = palette.posterior
    outer = [np.maximum(values, floor) for values in (path.low, path.high)]
    inner = [np.maximum(values, floor) for values in path.inner]
    axes.fill_between(path.days, *outer, color=colour, alpha=0.18, lw=0, zorder=1)
    axes.fill_between(path.days, *inner, color=colour, alpha=0.28, lw=0, zorder=1.1)
    axes.plot(path.days, np.maximum(path.median, floor), color=colour, lw=1.6, zorder=2)
    last = Span(*(float(values[-1]) for values in (path.median, path.low, path.high)))
    lines = (
        Line("Estimated", SMALL, colour, weight="bold"),
        Line(middle(last), SMALL, colour, weight="bold"),
        *(Line(text, SMALL, colour) for text in wrap(f"({ends(last)})", NAMES, SMALL)),
    )
    return Name(lines, float(path.days[-1]), last.median, colour)


def _documented(axes: Any, path: Path, palette: Palette, floor: float) -> list[Name]:
    known = np.isfinite(path.documented) & (path.documented > 0)
    if not known.any():
        return []
    days, numbers = path.days[known], path.documented[known]
    colour, dashes = palette.documented, (0, (4, 3))
    style = {"color": colour, "lw": 1.1, "linestyle": dashes, "drawstyle": "steps-post"}
    axes.plot(days, np.maximum(numbers, floor), **style, zorder=2.1)
    words = ("Documented", f"at least {numbers[-1]:,.0f}")
    lines = tuple(Line(text, SMALL, colour) for text in words)
    return [Name(lines, float(days[-1]), float(numbers[-1]), colour)]


def _admitted(
    axes: Any, admitted: Sequence[tuple[str, pd.DataFrame]], palette: Palette, floor: float
) -> list[Name]:
    names = []
    for source, table in admitted:
        days = np.array([day_number(text) for text in table["date"]])
        below = np.maximum(table["admitted"].to_numpy(float), floor)
        above = np.maximum(below + table["median"].to_numpy(float), floor)
        colour = palette.alarm
        style = {"alpha": 0.13, "lw": 0, "hatch": "////", "zorder": 1.2}
        axes.fill_between(days, below, above, color=colour, **style)
        text = with_ends(span_of(table.iloc[-1]))
        lines = (
            *_source_lines(f"Still to be admitted by {source}", colour),
            *(Line(t, SMALL, colour) for t in wrap(text, NAMES, SMALL)),
        )
        between = math.sqrt(float(below[-1]) * float(above[-1]))
        names.append(Name(lines, float(days[-1]), between, colour))
    return names


def _source_lines(text: str, colour: str) -> tuple[Line, ...]:
    return tuple(Line(t, SMALL, colour) for t in shorten(text, NAMES, SMALL, lines=2))


def _claims(
    axes: Any, placed: Sequence[Placed], palette: Palette, low: float, high: float
) -> list[Name]:
    by_source: dict[str, list[Placed]] = {}
    for one in placed:
        by_source.setdefault(one.claim.source, []).append(one)
    order = sorted(by_source, key=lambda name: -len(by_source[name]))
    colours = LIGHT if palette.paper != "none" else DARK
    arrow = math.exp(ARROW / BODY * math.log(high / low))
    names = []
    for i, source in enumerate(order):
        own = sorted(by_source[source], key=lambda one: one.day)
        named = i < NAMED and (len(order) <= NAMED or i < NAMED - 1)
        colour = colours[i] if named else palette.muted
        size = 5.0 if len(own) <= FEW else 3.2
        marker = MARKERS[i] if named else "o"
        counted = [one for one in own if one.claim.counted]
        merged = [one for one in own if not one.claim.counted]
        marks_in_time.draw(axes, merged, Look(colour, marker, 0.55 * size, 0.35), arrow)
        marks_in_time.draw(axes, counted, Look(colour, marker, size, 0.9), arrow)
        if named:
            last = (counted or own)[-1]
            role = f" ({last.claim.role.replace('_', ' ')})" if last.claim.role else ""
            said = _source_lines(f"{source}{role}", colour)
            names.append(Name(said, last.day, last.value, colour))
    if len(order) > len(names):
        others = [one for source in order[len(names) :] for one in by_source[source]]
        last = max(others, key=lambda one: one.day)
        text = f"{len(order) - len(names)} more sources"
        names.append(Name(_source_lines(text, palette.muted), last.day, last.value, palette.muted))
    return names


def _anchors(axes: Any, anchors: Sequence[DatedAnchor], palette: Palette) -> list[Name]:
    names = []
    for anchor in anchors:
        day = day_number(anchor.date)
        style = {"color": palette.ink, "zorder": 4}
        axes.plot([day, day], [anchor.low, anchor.high], lw=2.2, **style)
        axes.plot([day], [anchor.median], marker="*", markersize=11, linestyle="none", **style)
        lines = _source_lines("Anchor, from outside", palette.ink)
        names.append(Name(lines, day, anchor.median, palette.ink))
    return names


def _forecast(axes: Any, placed: Sequence[Placed], last: float, palette: Palette) -> None:
    """Mark where the claims end and the model goes on alone."""
    said = max((one.day for one in placed if one.claim.counted), default=last)
    span = last - axes.get_xlim()[0]
    if last - said > 0.03 * span:
        axes.axvspan(said, last, color=palette.faint, alpha=0.35, lw=0, zorder=0.5)


def _note(
    path: Path,
    placed: Sequence[Placed],
    others: int,
    anchors: Sequence[DatedAnchor],
    admitted: Sequence[tuple[str, pd.DataFrame]],
    prob: float,
) -> str:
    kinds = {kind_of(one.claim) for one in placed if one.claim.counted}
    if any(not one.claim.counted for one in placed):
        kinds.add("left out")
    parts = [
        f"Line and bands: median, 50% and {percent(prob)} interval of the estimate to each day",
        *(text for kind, text in marks_in_time.NAMES.items() if kind in kinds),
    ]
    if np.isfinite(path.documented).any():
        parts.append("dashed: largest number documented by then")
    if admitted:
        parts.append("hatched: deaths up to that day that the source will admit later")
    if anchors:
        parts.append("star: anchor with its 95% interval")
    text = "; ".join(parts)
    said = [one.day for one in placed if one.claim.counted]
    if said and path.days[-1] - max(said) > 0.03 * (path.days[-1] - path.days[0]):
        text += "; grey ground: after the last claim"
    if others:
        word = "claims" if others > 1 else "claim"
        text += f". Not drawn: {others:,} {word} on shorter windows, which count as well"
    return f"{text}."
