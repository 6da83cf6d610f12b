"""Small multiples: the estimate of every place or group on one axis, with what was documented."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from casualty_est.plots.bounds import bar_of_bound, density_of, ends_of_bound
from casualty_est.plots.density import SMALLEST
from casualty_est.plots.page import (
    Line,
    dress,
    heads_of,
    line_height,
    notes_of,
    only_note,
    stamp_figure,
    write_down,
)
from casualty_est.plots.scales import limits_of, set_log_axis
from casualty_est.plots.style import LABEL, MARGIN, SMALL, Palette, Picture, new_figure
from casualty_est.plots.words import shorten, wrap
from casualty_est.result.schema import Cell, Row, Span
from casualty_est.result.tables import Bound, printed_ends, row_bound
from casualty_est.wording.language import _, ngettext, pgettext
from casualty_est.wording.numbers import Ends, percent, with_ends
from casualty_est.wording.phrases import (
    capitalised,
    day,
    documented_text,
    either,
    listed,
    who_what,
)
from casualty_est.wording.terms import said_label, stratum_name

if TYPE_CHECKING:
    from casualty_est.result.answered import Answered

COLUMNS, MOST = 3, 48
HILL, UNDER, GAP = 0.42, 0.14, 0.16  # inches: density, its interval, and the gap to the next
FIELDS = ("scope", "group", "outcome", "perpetrator", "start", "end")


def picture(estimate: Answered, prob: float, palette: Palette) -> Picture:
    """Draw one small panel for each estimate; see `Plots.cells`."""
    title = _("What we estimate, one by one")
    rows = shown_rows(estimate)
    if not estimate.meta.has_level or len(rows) < 2:
        why = _("There are not several numbers to set beside each other.")
        return only_note(title, why, palette)
    more, rows = max(0, len(rows) - MOST), rows[:MOST]
    columns = 1 if palette.width < 3 else 2 if palette.narrow else COLUMNS
    room = palette.inner / columns - 0.15
    every = [_drawn(estimate, i, prob) for i in rows]
    said = [
        _said(estimate, i, prob, ends, room, palette) for i, ends in zip(rows, every, strict=True)
    ]
    limits = _limits(estimate, rows, every)
    head = max(sum(line.height for line in lines) for lines in said)
    known = [estimate.meta.rows[i].documented for i in rows]
    dashed = any(one is not None and one.low for one in known)
    heads, notes = heads_of(title, palette), notes_of(_note(prob, more, dashed=dashed), palette)
    top = MARGIN + sum(line.height for line in heads) + 0.1
    pitch = head + HILL + UNDER + GAP
    lines = -(-len(rows) // columns)
    axis = wrap(_counted(estimate, rows), room, SMALL)
    foot = 0.45 + (len(axis) - 1) * line_height(SMALL)
    below = foot + sum(line.height for line in notes) + 0.06
    height = top + lines * pitch + below
    figure = new_figure(height, palette)
    write_down(figure, heads, MARGIN)
    last = len(rows) - columns
    for k, (i, ends, name) in enumerate(zip(rows, every, said, strict=True)):
        line, column = divmod(k, columns)
        left, y = MARGIN + column * palette.inner / columns, top + line * pitch
        write_down(figure, name, y + head - sum(one.height for one in name), left)
        y += head
        tall = (HILL + UNDER) / height
        box = (left / palette.width, 1 - y / height - tall, room / palette.width, tall)
        axes = figure.add_axes(box, facecolor="none")
        _panel(axes, estimate, i, ends, limits, palette, row_bound(estimate, i, prob))
        set_log_axis(axes, *limits, room, MARGIN / 2)
        dress(axes, palette)
        if k < last:
            axes.set_xticklabels([])
        else:
            axes.set_xlabel("\n".join(axis), fontsize=SMALL, color=palette.muted, labelpad=2)
    write_down(figure, notes, height - below + foot, said=False)
    if not estimate.converged:
        stamp_figure(figure, palette)
    return figure


def shown_rows(estimate: Answered) -> list[int]:
    """The estimates that stand for themselves, not the parts of one of them."""
    rows = estimate.meta.rows
    return [i for i, row in enumerate(rows) if row.part == "total" and not _sum(estimate, i)]


def _sum(estimate: Answered, i: int) -> bool:
    """Whether this is the total of the others: it would only flatten them on one axis."""
    return i == 0 and estimate.meta.has_total and len(estimate.meta.rows) > 1


def names_of(rows: tuple[Row, ...]) -> list[str]:
    """Name each row by the first labels that tell all of them apart; dates come last."""
    names: list[str] = []
    differ: list[str] = []
    for field in FIELDS:
        if len({getattr(row.cell, field) for row in rows}) > 1:
            differ.append(field)
        names = [_name(row, differ) for row in rows]
        if len(set(names)) == len(rows):
            break
    return names


def _name(row: Row, differ: list[str]) -> str:
    fields = [field for field in differ if field not in ("start", "end")]
    parts = [_part(row.cell, field) for field in fields]
    if "group" in fields and "outcome" in fields:  # as tables have it
        parts = [_part(row.cell, field) for field in fields if field not in ("group", "outcome")]
        parts.insert(min(fields.index("group"), len(parts)), who_what(row.cell))
    if "start" in differ or "end" in differ:
        days = [day(x) for x in (row.cell.start, row.cell.end) if x]
        if len(days) > 1:
            days = [pgettext("days", "{first} to {last}", first=days[0], last=days[1])]
        parts += days
    parts += [stratum_name(*stratum) for stratum in row.strata.items()]
    return capitalised(", ".join(part for part in parts if part)) or _("This count")


def _part(cell: Cell, field: str) -> str:
    label = str(getattr(cell, field))
    if field == "group" and label == "all":
        return _("people")
    if field in ("group", "outcome"):
        return listed([said_label(one) for one in label.split("+")])
    return listed(label.split("+"))


def _said(
    estimate: Answered, i: int, prob: float, every: Sequence[Ends], room: float, palette: Palette
) -> list[Line]:
    rows = shown_rows(estimate)
    names = dict(zip(rows, names_of(tuple(estimate.meta.rows[k] for k in rows)), strict=True))
    most = 3 if palette.narrow else 2
    lines = [Line(t, LABEL, palette.ink) for t in shorten(names[i], room, LABEL, most)]
    bound = row_bound(estimate, i, prob)
    number = either(map(with_ends, every)) if bound is None else bound.text
    lines += [Line(t, SMALL, palette.posterior) for t in wrap(number, room, SMALL)]
    documented = estimate.meta.rows[i].documented
    if documented:
        number = documented_text(documented)
        text = pgettext("picture", "documented: {number}", number=number)
        lines += [Line(t, SMALL, palette.muted) for t in wrap(text, room, SMALL)]
    return lines


def _drawn(estimate: Answered, i: int, prob: float) -> tuple[Ends, ...]:
    """Between what an estimate is drawn: as every table has it, of several modes each."""
    bound = row_bound(estimate, i, prob)
    if bound is None:
        return printed_ends(estimate, i, prob)
    low, high = ends_of_bound(bound)
    return (Span(bound.number, low, high),)


def _limits(
    estimate: Answered, rows: Sequence[int], every: Sequence[Sequence[Ends]]
) -> tuple[float, float]:
    ends = [max(x, SMALLEST) for spans in every for one in spans for x in (one.low, one.high)]
    known = [estimate.meta.rows[i].documented for i in rows]
    ends += [float(one.low) for one in known if one and one.low]
    return limits_of(ends, before=0.12, after=0.12)  # a density goes on beyond its interval


def _panel(
    axes: Any,
    estimate: Answered,
    i: int,
    every: Sequence[Ends],
    limits: tuple[float, float],
    palette: Palette,
    bound: Bound | None,
) -> None:
    colour = palette.posterior
    values, density = density_of(estimate.draws(i).ravel(), bound)
    axes.set_yticks([])
    axes.set_ylim(-UNDER, 1.03 * HILL)
    if len(values):
        seen = (values >= limits[0]) & (values <= limits[1])
        tall = HILL * density / density.max()
        axes.fill_between(values[seen], 0, tall[seen], color=colour, alpha=0.3, lw=0)
        axes.plot(values[seen], tall[seen], color=colour, lw=1.1)
    for span in every if bound is None else ():
        low, high = (min(max(x, limits[0]), limits[1]) for x in (span.low, span.high))
        axes.plot([low, high], [-UNDER / 2] * 2, color=colour, lw=2.4, solid_capstyle="butt")
        at = max(span.median, SMALLEST)
        axes.plot([at], [-UNDER / 2], color=colour, marker="o", markersize=4.5)
    if bound is not None:
        axes.set_xlim(*limits)
        bar_of_bound(axes, bound, -UNDER / 2, colour, 2.4)
    documented = estimate.meta.rows[i].documented
    if documented and documented.low:
        style = {"color": palette.documented, "lw": 1.1, "linestyle": (0, (4, 3))}
        axes.plot([documented.low] * 2, [-UNDER, HILL], **style)


def _counted(estimate: Answered, rows: Sequence[int]) -> str:
    """What the axis counts: of several groups some may be no people, as in losses of an army."""
    groups = {estimate.meta.rows[i].cell.group for i in rows}
    return _("people, log scale") if len(groups) == 1 else _("number, log scale")


def _note(prob: float, more: int, *, dashed: bool) -> str:
    parts = [
        _("Dot and bar: median and {level} interval; above it the density.", level=percent(prob))
    ]
    if dashed:
        parts.append(_("Dashed: what was documented."))
    parts.append(_("All panels have the same axis."))
    text = " ".join(parts)
    if not more:
        return text
    left_out = ngettext(
        "{number} more are not drawn.", "{number} more are not drawn.", more, number=more
    )
    return f"{text} {left_out}"
