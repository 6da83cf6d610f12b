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
    levels_of,
    path_of,
    placed_claims,
    row_of,
    windows_of,
)
from casualty_est.claims.schema import DatedAnchor
from casualty_est.plots.marks import kind_of, numbers_of
from casualty_est.plots.page import Line, stamp_figure, write_down
from casualty_est.plots.scales import limits_of, set_log_axis_upward
from casualty_est.plots.style import (
    MARGIN,
    SERIES_DARK,
    SERIES_LIGHT,
    SMALL,
    Palette,
    Picture,
    new_figure,
)
from casualty_est.plots.words import shorten, wrap
from casualty_est.result.schema import Span
from casualty_est.wording.language import _, figure, ngettext, pgettext
from casualty_est.wording.numbers import ends, middle, percent, with_ends
from casualty_est.wording.phrases import cell_title, listed, with_source
from casualty_est.wording.terms import role_name

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.claims.estimate import ClaimsEstimate

LEFT, RIGHT = 0.8, 1.95  # inches beside the axes: ticks, and the names of what is drawn
NAMES = RIGHT - 0.35  # inches that a name may be wide
BODY = 3.6  # inches that the axes are high
AIR = 0.015  # of the axis behind the last day, for marks that stand there
ARROW = 0.22  # inches that the arrow of a bound is long
DEPTH = 2000.0  # the axis reaches so many times below its top, unless a claim lies lower
NAMED = 7  # sources with a colour and a name; the others are drawn in grey
FEW = 60  # claims of one source up to which its marks are of full size
SIGNS = dict(zip(("o", "s", "D", "P", "X", "p", "h"), "●■◆✚✖⬟⬢", strict=True))
MARKERS = ("o", "s", "D", "P", "X", "p", "h")


def picture(estimate: ClaimsEstimate, cell: Which, prob: float, palette: Palette) -> Picture:
    """Draw a path; see `ClaimsPlots.path`."""
    row = row_of(estimate, cell)
    path = path_of(estimate, row, prob)
    placed, others = placed_claims(estimate, row)
    anchors = anchors_of(estimate, row)
    admitted = admitted_of(estimate, row, prob)
    note = _note(path, placed, others, anchors, admitted, prob)
    counted = estimate.meta.rows[row].cell
    title = _("{title}, over time", title=cell_title(replace(counted, start=None, end=None)))
    names = _names(path, placed, anchors, admitted, palette)
    figure, axes, box = _open(title, note, names, palette)
    low, high = _limits(path, placed, anchors)
    set_log_axis_upward(axes, low, high, BODY)
    first, last = day_number(windows_of(estimate).start), float(path.days[-1])
    days_across(axes, first, last, box[2], AIR)
    unit = _("people to that day, log scale")
    if counted.outcome == "lost":
        unit = _("number to that day, log scale")
    axes.set_ylabel(unit, fontsize=SMALL, color=palette.muted)
    _band(axes, path, palette, low)
    _documented(axes, path, palette, low)
    _admitted(axes, admitted, palette, low)
    _claims(axes, placed, palette, low, high)
    _anchors(axes, anchors, palette)
    _forecast(axes, placed, last, palette)
    if not palette.narrow:
        write_names(figure, axes, names, box)
    if not estimate.converged:
        stamp_figure(figure, palette)
    return figure


def _open(
    title: str, note: str, names: Sequence[Name], palette: Palette
) -> tuple[Picture, Any, tuple[float, float, float, float]]:
    """A figure with one pair of axes; return also their place, in inches from the upper left.

    On a narrow picture the names stand below the axes, each after its mark.
    """
    heads, notes = head_and_note(title, note, palette, (3, 6))
    left, right = LEFT, 2 * MARGIN if palette.narrow else RIGHT
    room = palette.width - left - right
    top = MARGIN + sum(line.height for line in heads) + 0.12
    listed = sum(name.height for name in names) + 0.08 if palette.narrow else 0.0
    foot = 0.36 + listed + sum(line.height for line in notes) + 0.06
    height, width = top + BODY + foot, palette.width
    figure = new_figure(height, palette)
    axes = figure.add_axes(
        (left / width, foot / height, room / width, BODY / height), facecolor="none"
    )
    dress_upward(axes, palette)
    write_down(figure, heads, MARGIN)
    at = top + BODY + 0.36
    for name in names if palette.narrow else ():
        mark = Line(name.sign, SMALL, name.colour, weight="bold")
        write_down(figure, [mark], at, said=False)
        write_down(figure, name.lines, at, MARGIN + 0.2)
        at += name.height
    write_down(figure, notes, top + BODY + 0.36 + listed, said=False)
    return figure, axes, (left, top, room, BODY)


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


def _names(
    path: Path,
    placed: Sequence[Placed],
    anchors: Sequence[DatedAnchor],
    admitted: Sequence[tuple[str, pd.DataFrame]],
    palette: Palette,
) -> list[Name]:
    """What is written beside the picture, each in the colour of what it names."""
    room = palette.inner - 0.2 if palette.narrow else NAMES
    names = [_estimated(path, palette, room), *_last_documented(path, palette)]
    for source, table in admitted:
        colour = palette.alarm
        below = float(table["admitted"].iloc[-1])
        above = below + float(table["median"].iloc[-1])
        lines = (
            *_source_lines(_("Still to be admitted by {source}", source=source), colour, room),
            *(
                Line(t, SMALL, colour)
                for t in wrap(with_ends(span_of(table.iloc[-1])), room, SMALL)
            ),
        )
        names.append(Name(lines, float(path.days[-1]), math.sqrt(below * above), colour, "▨"))
    names += _source_names(placed, palette, room)
    for anchor in anchors:
        lines = _source_lines(_("Anchor, from outside"), palette.ink, room)
        names.append(Name(lines, day_number(anchor.date), anchor.median, palette.ink, "★"))
    return names


def _estimated(path: Path, palette: Palette, room: float) -> Name:
    colour = palette.posterior
    last = Span(*(float(values[-1]) for values in (path.median, path.low, path.high)))
    lines = (
        Line(_("Estimated"), SMALL, colour, weight="bold"),
        Line(middle(last), SMALL, colour, weight="bold"),
        *(Line(text, SMALL, colour) for text in wrap(f"({ends(last)})", room, SMALL)),
    )
    return Name(lines, float(path.days[-1]), last.median, colour)


def _last_documented(path: Path, palette: Palette) -> list[Name]:
    known = np.isfinite(path.documented) & (path.documented > 0)
    if not known.any():
        return []
    last = float(path.documented[known][-1])
    words = (_("Documented"), pgettext("hedge", "at least {number}", number=figure(last)))
    lines = tuple(Line(text, SMALL, palette.documented) for text in words)
    return [Name(lines, float(path.days[known][-1]), last, palette.documented, "┅")]


def _band(axes: Any, path: Path, palette: Palette, floor: float) -> None:
    """The fan: a pale band, one of 90%, a dark one of 50%, and the median."""
    for (low, high), alpha in zip(path.bands, (0.16, 0.16, 0.24), strict=False):
        ends = np.maximum(low, floor), np.maximum(high, floor)
        axes.fill_between(path.days, *ends, color=palette.posterior, alpha=alpha, lw=0, zorder=1)
    axes.plot(path.days, np.maximum(path.median, floor), color=palette.posterior, lw=1.6, zorder=2)


def _documented(axes: Any, path: Path, palette: Palette, floor: float) -> None:
    known = np.isfinite(path.documented) & (path.documented > 0)
    if known.any():
        style = {"lw": 1.1, "linestyle": (0, (4, 3)), "drawstyle": "steps-post", "zorder": 2.1}
        numbers = np.maximum(path.documented[known], floor)
        axes.plot(path.days[known], numbers, color=palette.documented, **style)


def _admitted(
    axes: Any, admitted: Sequence[tuple[str, pd.DataFrame]], palette: Palette, floor: float
) -> None:
    for _source, table in admitted:
        days = np.array([day_number(text) for text in table["date"]])
        below = np.maximum(table["admitted"].to_numpy(float), floor)
        above = np.maximum(below + table["median"].to_numpy(float), floor)
        style: dict[str, Any] = {"lw": 0, "zorder": 1.2}
        axes.fill_between(days, below, above, color=palette.alarm, alpha=0.08, **style)
        # A picture of its own: in SVG the hatching is as pale as the ground it is drawn on.
        style |= {"facecolor": "none", "edgecolor": palette.alarm, "alpha": 0.5, "hatch": "/////"}
        axes.fill_between(days, below, above, **style)


def _source_lines(text: str, colour: str, room: float) -> tuple[Line, ...]:
    return tuple(Line(t, SMALL, colour) for t in shorten(text, room, SMALL, lines=2))


def _by_source(placed: Sequence[Placed], palette: Palette) -> list[tuple[list[Placed], Look, bool]]:
    """The claims of each source, those that say most first, how they look, and whether named."""
    groups: dict[str, list[Placed]] = {}
    for one in sorted(placed, key=lambda one: one.day):
        groups.setdefault(one.claim.source, []).append(one)
    order = sorted(groups.values(), key=len, reverse=True)
    colours = SERIES_LIGHT if palette.paper != "none" else SERIES_DARK
    looks = []
    for i, own in enumerate(order):
        named = i < NAMED and (len(order) <= NAMED or i < NAMED - 1)
        size = 5.0 if len(own) <= FEW else 3.2
        shape = (colours[i], MARKERS[i]) if named else (palette.muted, "o")
        looks.append((own, Look(*shape, size, 0.9), named))
    return looks


def _claims(axes: Any, placed: Sequence[Placed], palette: Palette, low: float, high: float) -> None:
    arrow = math.exp(ARROW / BODY * math.log(high / low))
    for own, look, _named in _by_source(placed, palette):
        merged = [one for one in own if not one.claim.counted]
        pale = replace(look, size=0.55 * look.size, alpha=0.35)
        marks_in_time.draw(axes, merged, pale, arrow)
        marks_in_time.draw(axes, [one for one in own if one.claim.counted], look, arrow)


def _source_names(placed: Sequence[Placed], palette: Palette, room: float) -> list[Name]:
    names, others = [], []
    for own, look, named in _by_source(placed, palette):
        if not named:
            others.append(own[-1])
            continue
        last = ([one for one in own if one.claim.counted] or own)[-1]
        role = role_name(last.claim.role or "")
        said = _source_lines(with_source(last.claim.source, role), look.colour, room)
        names.append(Name(said, last.day, last.value, look.colour, SIGNS[look.marker]))
    if others:
        last = max(others, key=lambda one: one.day)
        more = _("{number} more sources", number=len(others))
        said = _source_lines(more, palette.muted, room)
        names.append(Name(said, last.day, last.value, palette.muted, SIGNS["o"]))
    return names


def _anchors(axes: Any, anchors: Sequence[DatedAnchor], palette: Palette) -> None:
    for anchor in anchors:
        day = day_number(anchor.date)
        style = {"color": palette.ink, "zorder": 4}
        axes.plot([day, day], [anchor.low, anchor.high], lw=2.2, **style)
        axes.plot([day], [anchor.median], marker="*", markersize=11, linestyle="none", **style)


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
        _(
            "Line and bands: median and {levels} intervals of the estimate to each day",
            levels=listed([percent(level) for level in sorted(levels_of(prob))]),
        ),
        *(pgettext("picture", text) for kind, text in marks_in_time.NAMES.items() if kind in kinds),
    ]
    if np.isfinite(path.documented).any():
        parts.append(_("dashed: largest number documented by then"))
    if admitted:
        parts.append(_("hatched: deaths up to that day that the source will admit later"))
    if anchors:
        parts.append(_("star: anchor with its 95% interval"))
    said = [one.day for one in placed if one.claim.counted]
    if said and path.days[-1] - max(said) > 0.03 * (path.days[-1] - path.days[0]):
        parts.append(_("grey ground: after the last claim"))
    text = "; ".join(parts)
    if others:
        left = ngettext(
            "Not drawn: {number} claim on shorter windows, which count as well",
            "Not drawn: {number} claims on shorter windows, which count as well",
            others,
            number=figure(others),
        )
        text += f". {left}"
    return f"{text}."
