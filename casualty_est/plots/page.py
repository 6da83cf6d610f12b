"""One picture laid out in inches: title, labels on the left, one axis on the right, a note below.

The y axis of a page counts inches from the top of its body, so that nothing overlaps whatever the
number of rows and the length of names: what is drawn has a place before it is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator, NullLocator
from matplotlib.transforms import blended_transform_factory

from casualty_est.plots import style
from casualty_est.plots.scales import Spoken, set_log_axis
from casualty_est.plots.style import LABEL, SMALL, TITLE, Palette, Picture, new_figure
from casualty_est.plots.words import shorten, width_of, wrap
from casualty_est.wording.language import N_, pgettext, spoken

MARGIN = style.MARGIN
LEADING = 1.32  # line height over letter height
PAD = 0.13  # between rows
STRIP = 0.27  # inches under the name of a row, where names stand over their rows
MOST = 60  # rows in one picture: what comes after is counted, not drawn
READ = 20  # rows of a picture that a printed page holds in letters that can be read
STAMP = N_("picture", "NOT CONVERGED")
SCREEN = 7.0  # inches


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a label."""

    text: str
    size: float
    colour: str
    weight: str = "normal"
    style: str = "normal"

    @property
    def height(self) -> float:
        """Inches."""
        return line_height(self.size)

    @property
    def font(self) -> dict[str, Any]:
        """How matplotlib is told to write it."""
        look = {"fontsize": self.size, "color": self.colour, "va": "center_baseline"}
        return {**look, "fontweight": self.weight, "fontstyle": self.style}


def line_height(size: float) -> float:
    """Height of a line of text, in inches, for letters of `size` points."""
    return size * LEADING / 72


def label(
    name: str, detail: str, width: float, palette: Palette, *, light: bool = False
) -> tuple[Line, ...]:
    """Make the label of a row: a name and a detail of at most three lines each.

    On a narrow picture it is as wide as that, with a strip below for the marks.
    """
    colour, size = (palette.muted, SMALL) if light else (palette.ink, LABEL)
    width = palette.inner if palette.narrow else width
    lines = [Line(text, size, colour) for text in shorten(name, width, size)]
    if detail:
        lines += [Line(text, SMALL, palette.muted) for text in wrap(detail, width, SMALL, 3)]
    return (*lines, *strip(palette))


def strip(palette: Palette) -> tuple[Line, ...]:
    """The room for marks under a label, where it does not stand beside them."""
    return (Line("", STRIP * 72 / LEADING, palette.muted),) if palette.narrow else ()


def sides(palette: Palette, left: float, right: float) -> tuple[float, float, float]:
    """Inches left of the axes, right of them, and between: none for names that stand over rows."""
    if palette.narrow:
        left, right = 2 * MARGIN, 2 * MARGIN
    return left, right, palette.width - left - right


def height_of(lines: Sequence[Line]) -> float:
    """Height of a row with this label, in inches."""
    return sum(line.height for line in lines) + PAD


@dataclass
class Page:
    """An open picture; all lengths in inches."""

    figure: Picture
    axes: Any
    palette: Palette
    left: float  # width of the label column
    room: float  # width of the axes
    body: float  # height of the axes
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)  # taken by text

    def inch(self, value: float) -> float:
        """Inches from the left end of the axes at which a value stands, never outside of them."""
        low, high = self.axes.get_xlim()
        if self.axes.get_xscale() == "log":
            if value <= low:
                return 0.0
            low, high, value = math.log(low), math.log(high), math.log(value)
        return self.room * min(max(float((value - low) / (high - low)), 0.0), 1.0)

    def value(self, inch: float) -> float:
        """The value that stands so many inches from the left end of the axes."""
        low, high = self.axes.get_xlim()
        part = inch / self.room
        if self.axes.get_xscale() == "log":
            return float(math.exp(math.log(low) + part * math.log(high / low)))
        return float(low + part * (high - low))

    def beside(self, lines: Sequence[Line], middle: float, *, at: float = 0.0) -> float:
        """Write a label in the left column, `at` inches into it, its middle at `middle`.

        Returns where the marks of the row stand: there, or in the strip under the label.
        """
        top = middle - sum(line.height for line in lines) / 2
        self.figure.said.append(" ".join(line.text for line in lines))
        for line in lines:
            if not line.text:
                middle = top + line.height / 2
            else:
                start = -self.left + MARGIN + at
                if self.palette.narrow:
                    self._take(start, width_of(line.text, line.size), top + line.height / 2, line)
                self._write(start, top + line.height / 2, line)
            top += line.height
        return middle

    def heading(self, text: str, middle: float, lines: int = 1) -> None:
        """Write a heading over the rows that follow, its middle at `middle`."""
        texts = wrap(text, self.left + self.room - MARGIN, SMALL, lines)
        self.figure.said.append(" ".join(texts))
        y = middle - (len(texts) - 1) * line_height(SMALL) / 2
        for part in texts:
            line = Line(part, SMALL, self.palette.muted, style="italic")
            self._take(-self.left + MARGIN, width_of(part, SMALL), y, line)
            self._write(-self.left + MARGIN, y, line)
            y += line.height

    def inside(
        self, text: str, inch: float, middle: float, colour: str, weight: str = "normal"
    ) -> None:
        """Write in the axes with the left end at `inch`, and remember that the place is taken."""
        self.figure.said.append(text)
        line = Line(text, SMALL, colour, weight)
        self._take(inch, width_of(text, SMALL, weight), middle, line)
        self._write(inch, middle, line)

    def _take(self, inch: float, width: float, middle: float, line: Line) -> None:
        """Remember that a place is taken by text: rules make way for it."""
        half = line.height / 2
        self.boxes.append((inch - 0.03, inch + width + 0.03, middle - half, middle + half))

    def centred(self, text: str, value: float, middle: float, colour: str) -> None:
        """Write in the axes round a value, moved sideways where it would leave them."""
        width = width_of(text, SMALL)
        start = min(max(self.inch(value) - width / 2, 0.02), max(self.room - width, 0.02))
        self.inside(text, start, middle, colour)

    def _write(self, inch: float, y: float, line: Line) -> None:
        place = blended_transform_factory(self.figure.transSubfigure, self.axes.transData)
        at = (self.left + inch) / self.palette.width
        self.axes.text(at, y, line.text, transform=place, **line.font)

    def bar(self, low: float, high: float, y: float, colour: str, width: float, **how: Any) -> None:
        """Draw a horizontal bar; an end outside of the axes is cut there."""
        ends = [self.value(self.inch(low)), self.value(self.inch(high))]
        how.setdefault("solid_capstyle", "butt")
        self.axes.plot(ends, [y, y], color=colour, linewidth=width, **how)

    def dot(self, value: float, y: float, colour: str, **how: Any) -> None:
        """Draw a dot."""
        how = {"marker": "o", "markersize": 6, "markeredgewidth": 1.2, **how}
        self.axes.plot([value], [y], color=colour, linestyle="none", **how)

    def rule(
        self, value: float, colour: str, *, top: float = 0.0, foot: float | None = None, **how: Any
    ) -> None:
        """Draw a vertical line that makes way for text, from `top` to `foot` or to the axis."""
        for start, end in self.free(value, top, self.body if foot is None else foot):
            self.axes.plot([value, value], [start, end], color=colour, **how)

    def free(self, value: float, top: float, foot: float) -> list[tuple[float, float]]:
        """Where no text stands over a value, between two heights."""
        inch, free = self.inch(value), [(top, foot)]
        for left, right, upper, lower in self.boxes:
            if left <= inch <= right:
                cut = [(a, min(b, upper)) for a, b in free] + [(max(a, lower), b) for a, b in free]
                free = [(a, b) for a, b in cut if b - a > 0.03]
        return free

    def stamp(self) -> None:
        """Write across the picture that the fit did not converge."""
        stamp_figure(self.figure, self.palette)


class Grid(LineCollection):
    """The vertical lines of a page: they make way for text that was written after them."""

    def __init__(self, page: Page) -> None:
        look: dict[str, Any] = {"colors": [page.palette.faint], "linewidths": 0.6, "zorder": 0.5}
        super().__init__([], **look)
        self.page = page

    def draw(self, renderer: Any) -> None:
        """Draw the lines where there is no text."""
        page = self.page
        low, high = page.axes.get_xlim()
        ticks = [x for x in page.axes.get_xticks() if low <= x <= high]
        self.set_segments([[(x, a), (x, b)] for x in ticks for a, b in page.free(x, 0, page.body)])
        super().draw(renderer)


def stamp_figure(figure: Picture, palette: Palette) -> None:
    """Stamp a figure NOT CONVERGED, large and in red; a long one on every screenful."""
    width, height = map(float, figure.get_size_inches())
    stamp = pgettext("picture", STAMP)
    times = max(1, round(height / SCREEN))
    how: dict[str, Any] = {
        "rotation": min(25.0, math.degrees(math.atan2(height, width)) * 0.7),
        "fontsize": min(44.0, 0.75 * width / width_of(stamp, 1, "bold")),
        **{"color": palette.alarm, "fontweight": "bold", "alpha": 0.55, "zorder": 100},
        **{"ha": "center", "va": "center"},
    }
    for i in range(times):
        figure.text(0.5, (i + 0.5) / times, stamp, **how)


def open_page(
    body: float,
    limits: tuple[float, float],
    palette: Palette,
    *,
    title: str,
    xlabel: str,
    note: str = "",
    left: float = 2.35,
    right: float = 0.3,
    log: bool = True,
) -> Page:
    """Open a page: title above, axis below, a note at the foot."""
    heads, notes = heads_of(title, palette), notes_of(note, palette)
    left, right, room = sides(palette, left, right)
    axis = wrap(xlabel, room + left, SMALL, lines=3)
    top = MARGIN + sum(line.height for line in heads) + 0.1
    foot = 0.5 + (len(axis) - 1) * line_height(SMALL)
    foot += sum(line.height for line in notes) + (0.06 if notes else 0.0)
    height, width = top + body + foot, palette.width
    figure = new_figure(height, palette)
    box = (left / width, foot / height, room / width, body / height)
    axes = figure.add_axes(box, facecolor="none")
    write_down(figure, heads, MARGIN)
    write_down(figure, notes, height - sum(line.height for line in notes) - 0.06, said=False)
    axes.set_ylim(body, 0)
    axes.yaxis.set_major_locator(NullLocator())
    if log:
        set_log_axis(axes, *limits, room)
    else:
        axes.set_xlim(*limits)
        ticks = MaxNLocator(6).tick_values(*limits)
        axes.set_xticks([value for value in ticks if limits[0] <= value <= limits[1]])
        axes.xaxis.set_major_formatter(Spoken())
    dress(axes, palette)
    axes.set_xlabel("\n".join(axis), fontsize=SMALL, color=palette.muted, labelpad=3)
    page = Page(figure, axes, palette, left, room, body)
    axes.grid(visible=False)
    axes.add_collection(Grid(page), autolim=False)
    return page


def heads_of(title: str, palette: Palette, most: int = 3) -> list[Line]:
    """Lines of the title: the one that was asked for, or the picture's own."""
    most += palette.narrow + (not spoken().english)  # few languages are as short as English
    lines = wrap(palette.title or title, palette.inner, TITLE, lines=most, weight="bold")
    return [Line(text, TITLE, palette.ink, weight="bold") for text in lines]


def notes_of(note: str, palette: Palette, most: int = 4) -> list[Line]:
    """Lines of the note at the foot, and of the source below it."""
    most += 4 * palette.narrow
    texts = [
        *wrap(note, palette.inner, SMALL, most),
        *wrap(palette.credit, palette.inner, SMALL, 3),
    ]
    return [Line(text, SMALL, palette.muted) for text in texts if text]


def dress(axes: Any, palette: Palette) -> None:
    """Take away what is no information, and colour what stays."""
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.muted)
    axes.spines["bottom"].set_linewidth(0.8)
    look = {"colors": palette.muted, "labelcolor": palette.ink, "labelsize": SMALL}
    axes.tick_params(axis="x", length=3, **look)
    axes.grid(axis="x", color=palette.faint, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)


def write_down(
    figure: Picture,
    lines: Sequence[Line],
    top: float,
    at: float = MARGIN,
    ha: str = "left",
    *,
    said: bool = True,
) -> None:
    """Write lines of a figure from `top` inches down; `said` unless they only explain marks."""
    width, height = map(float, figure.get_size_inches())
    if said:
        figure.said.append(" ".join(line.text for line in lines))
    for line in lines:
        middle = 1 - (top + line.height / 2) / height
        figure.text(at / width, middle, line.text, ha=ha, **line.font)
        top += line.height


def only_note(title: str, text: str, palette: Palette) -> Picture:
    """Make a figure that only says why there is nothing to draw."""
    lines = heads_of(title, palette)
    most = 4 + 4 * palette.narrow
    lines += [Line(t, LABEL, palette.muted) for t in wrap(text, palette.inner, LABEL, lines=most)]
    figure = new_figure(sum(line.height for line in lines) + 2 * MARGIN, palette)
    write_down(figure, lines, MARGIN)
    return figure
