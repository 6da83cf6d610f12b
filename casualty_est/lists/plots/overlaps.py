"""How many people stand on exactly which lists: dots for the lists, bars for the people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.patches import Rectangle

from casualty_est.lists.table.history import HistoryTable
from casualty_est.plots.page import Line, heads_of, line_height, notes_of, write_down
from casualty_est.plots.style import LABEL, MARGIN, SMALL, Palette, Picture, new_figure
from casualty_est.plots.words import shorten, width_of, wrap
from casualty_est.wording.language import N_, _, pgettext
from casualty_est.wording.language import figure as figure_of
from casualty_est.wording.phrases import listed

SHOWN = 20  # combinations drawn
SHOWN_NARROW = 8  # of a narrow picture, whose names are narrower too, and with shorter bars
NAMES_NARROW, SIZE_NARROW = 0.9, 0.3
NAMES = 1.9  # inches that the names of lists may take
SIZE = 0.85  # inches of the longest bar of a list
BARS = 1.6  # inches of the highest bar of a combination
ROW = 0.26  # inches per list, at least
PITCH = 0.75  # inches per combination, at most
GAP = 0.12
NOBODY = N_(
    "picture", "People on no list are not in the table: how many they are is what is estimated."
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand, in inches from the left and from the top of the figure."""

    names: tuple[tuple[str, ...], ...]  # lines per list
    sizes: float
    size: float  # of the longest bar of a list
    dots: float
    pitch: float
    upright: bool  # whether counts must stand on end to fit over their bars
    above: float  # room for counts over the highest bar
    top: float
    rows: float
    tall: tuple[float, ...]  # height of each row
    foot: float


def picture(table: HistoryTable, palette: Palette, title: str = "") -> Picture:
    """Draw the overlaps: an UpSet plot (Lex et al. 2014, doi 10.1109/TVCG.2014.2346248)."""
    most = SHOWN_NARROW if palette.narrow else SHOWN
    order = np.argsort(-table.counts, kind="stable")[:most]
    title = title or title_of(table)
    heads, notes = heads_of(title, palette), notes_of(_note(table, order), palette, 3)
    top = MARGIN + sum(line.height for line in heads) + 0.1
    places = _places(table, order, top, palette)
    height = places.foot + 0.1 + sum(line.height for line in notes) + MARGIN / 2
    figure = new_figure(height, palette)
    write_down(figure, heads, MARGIN)
    figure.said.append(_in_words(table, order))
    write_down(figure, notes, places.foot + 0.1, said=False)
    _bars(figure, table.counts[order], places, palette)
    _rows(figure, table, order, places, palette)
    return figure


def title_of(table: HistoryTable) -> str:
    """How many people, and by what."""
    return _("{number} people, by the lists that name them", number=figure_of(table.people))


def _note(table: HistoryTable, order: npt.NDArray[np.intp]) -> str:
    rest = len(table.counts) - len(order)
    if not rest:
        return pgettext("picture", NOBODY)
    places = {
        "drawn": len(order),
        "all": figure_of(len(table.counts)),
        "left": figure_of(table.people - int(table.counts[order].sum())),
    }
    if rest == 1:
        drawn = _(
            "The {drawn} largest of {all} combinations are drawn; the other one has {left} people.",
            **places,
        )
    else:
        drawn = _(
            "The {drawn} largest of {all} combinations are drawn; the other {rest} have {left} "
            "people.",
            rest=figure_of(rest),
            **places,
        )
    return f"{drawn} {pgettext('picture', NOBODY)}"


def _in_words(table: HistoryTable, order: npt.NDArray[np.intp]) -> str:
    """How many people are on which lists, of those that are drawn."""
    said = []
    for h in order:
        on = [name for name, held in zip(table.lists, table.histories[h], strict=True) if held]
        said.append(
            _("on {lists} alone {number}", lists=listed(on), number=figure_of(table.counts[h]))
        )
    return "; ".join(said)


def _places(
    table: HistoryTable, order: npt.NDArray[np.intp], top: float, palette: Palette
) -> Places:
    """Give everything its place before it is drawn, so that nothing overlaps."""
    wide, size = (NAMES_NARROW, SIZE_NARROW) if palette.narrow else (NAMES, SIZE)
    names = tuple(tuple(shorten(name, wide, LABEL, 2)) for name in table.lists)
    longest = max(width_of(line, LABEL) for lines in names for line in lines)
    # The bars of the lists stand under a heading of their own.
    sizes = MARGIN + longest + GAP
    numbers = max(width_of(figure_of(size), SMALL) for size in table.sizes)
    dots = sizes + size + 0.05 + numbers + 2 * GAP
    pitch = min(PITCH, (palette.width - MARGIN - dots) / len(order))
    widest = max(width_of(figure_of(count), SMALL) for count in table.counts[order])
    upright = widest + 0.03 > pitch
    above = 0.06 + (widest if upright else line_height(SMALL))
    rows = top + above + BARS + GAP
    tall = tuple(max(ROW, len(lines) * line_height(LABEL) + 0.06) for lines in names)
    return Places(
        names, sizes, size, dots, pitch, upright, above, top, rows, tall, rows + sum(tall)
    )


def _bars(figure: Picture, counts: npt.NDArray[np.int64], places: Places, palette: Palette) -> None:
    tall = BARS + places.above
    axes = _axes(figure, places.dots, places.top, places.pitch * len(counts), tall)
    axes.set_xlim(-0.5, len(counts) - 0.5)
    axes.set_ylim(0, counts.max() * tall / BARS)
    at = np.arange(len(counts))
    axes.bar(at, counts, width=0.66, color=palette.claim)
    axes.axhline(0, color=palette.muted, linewidth=1.2)
    how = {"textcoords": "offset points", "ha": "center", "va": "bottom", "fontsize": SMALL}
    how |= {"color": palette.ink, "rotation": 90 if places.upright else 0}
    for x, count in zip(at, counts, strict=True):
        axes.annotate(figure_of(count), (x, count), (0, 2.5), **how)
    words = wrap(_("people on exactly these lists"), places.dots - 2 * GAP, SMALL, 3)
    lines = [Line(text, SMALL, palette.muted) for text in words]
    middle = places.top + places.above + BARS / 2 - len(lines) * line_height(SMALL) / 2
    write_down(figure, lines, middle, places.dots - GAP, "right")
    words = wrap(_("people on each list"), places.dots - GAP, SMALL)
    heading = [Line(text, SMALL, palette.muted) for text in words]
    top = places.rows - len(heading) * line_height(SMALL) - 0.04
    write_down(figure, heading, top, places.dots - GAP, "right")


def _rows(
    figure: Picture,
    table: HistoryTable,
    order: npt.NDArray[np.intp],
    places: Places,
    palette: Palette,
) -> None:
    n_lists, total = len(table.lists), sum(places.tall)
    axes = _axes(figure, 0, places.rows, palette.width, total)
    axes.set_xlim(0, palette.width)
    axes.set_ylim(total, 0)
    ends = np.cumsum(places.tall)
    middles = ends - np.array(places.tall) / 2
    right = places.dots + places.pitch * len(order)
    for j in range(n_lists):
        start, tall = float(ends[j] - places.tall[j]), places.tall[j]
        if j % 2 == 0:
            band = Rectangle((MARGIN / 2, start), right - MARGIN / 2, tall)
            band.set(facecolor=palette.faint, alpha=0.35, linewidth=0)
            axes.add_patch(band)
        length = places.size * float(table.sizes[j] / table.sizes.max())
        axes.barh(middles[j], length, 0.13, left=places.sizes, color=palette.muted)
        lines = [Line(text, LABEL, palette.ink) for text in places.names[j]]
        half = len(lines) * line_height(LABEL) / 2
        write_down(figure, lines, places.rows + float(middles[j]) - half)
        number = [Line(figure_of(table.sizes[j]), SMALL, palette.ink)]
        at = places.rows + float(middles[j]) - line_height(SMALL) / 2
        write_down(figure, number, at, places.sizes + length + 0.05)
    size = 72 * min(0.13, 0.62 * places.pitch)
    how: dict[str, Any] = {"marker": "o", "linestyle": "none", "markeredgewidth": 0}
    for i, h in enumerate(order):
        x = places.dots + places.pitch * (i + 0.5)
        on = table.histories[h] == 1
        off = np.full(int((~on).sum()), x)
        axes.plot(off, middles[~on], color=palette.faint, markersize=0.8 * size, **how)
        inside = middles[on]
        axes.plot([x, x], [inside[0], inside[-1]], color=palette.ink, linewidth=1.3)
        axes.plot(np.full(len(inside), x), inside, color=palette.ink, markersize=size, **how)


def _axes(figure: Picture, left: float, top: float, width: float, tall: float) -> Any:
    """Bare axes at a place in inches; the page shows through."""
    whole, height = figure.get_size_inches()
    box = (left / whole, 1 - (top + tall) / height, width / whole, tall / height)
    axes = figure.add_axes(box, facecolor="none")
    axes.set_axis_off()
    return axes
