"""Who reports what, by size: one strip per source, one bar per class of incidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.patches import Rectangle

from casualty_est.incidents.table.summary import Sizes
from casualty_est.plots.page import Line, heads_of, line_height, notes_of, write_down
from casualty_est.plots.style import (
    LABEL,
    MARGIN,
    SMALL,
    Palette,
    Picture,
    new_figure,
)
from casualty_est.plots.words import shorten, width_of, wrap
from casualty_est.wording.hedged import hedged
from casualty_est.wording.language import N_, _, ngettext, pgettext, spoken
from casualty_est.wording.language import figure as digits
from casualty_est.wording.numbers import per_cent
from casualty_est.wording.terms import role_name

SHOWN = 12  # sources drawn
HEADINGS = (N_("picture", "deaths in the incident"), N_("picture", "incidents"))
NARROW = 4  # sources drawn on a narrow picture, one under the other for each size
LINE, THICK, NUMBER = 0.22, 0.12, 0.45  # inches of a row, of its bar, and for its per cent
NAMES = 1.7  # inches that names may take
BAR = 0.42  # inches of a bar that holds every incident
PITCH = 0.85  # inches per class, at most
GAP = 0.12
TEXT = N_(
    "picture",
    "Bars: share of the incidents of that size that the source mentions, the solid part with a "
    "number of deaths of its own above zero. Size: the largest number that any source names, of a "
    "range the lower end. Incidents that no source mentions are in no bar.",
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand, in inches from the left and from the top of the figure."""

    names: tuple[tuple[Line, ...], ...]
    bars: float  # left end of the first class
    pitch: float
    heads: float
    top: float  # of the first strip
    tall: tuple[float, ...]  # height of each strip
    foot: float


def picture(sizes: Sizes, palette: Palette) -> Picture:
    """Draw the share of incidents of each size that each source holds."""
    most = NARROW if palette.narrow else SHOWN
    order = sorted(range(len(sizes.sources)), key=lambda s: -int(sizes.mentioned[s].sum()))[:most]
    whole = _incidents(int(sizes.incidents.sum()))
    heads = heads_of(_("{incidents}, by size and by who reports them", incidents=whole), palette)
    rest = len(sizes.sources) - len(order)
    more = [
        ngettext(
            "{number} source with fewer incidents not drawn.",
            "{number} sources with fewer incidents not drawn.",
            rest,
            number=digits(rest),
        )
    ]
    notes = notes_of(" ".join([*more * bool(rest), pgettext("picture", TEXT)]), palette, 5)
    top = MARGIN + sum(line.height for line in heads) + 0.1
    if palette.narrow:
        return _narrow(sizes, order, (heads, notes), top, palette)
    places = _places(sizes, order, top, palette)
    height = places.foot + 0.1 + sum(line.height for line in notes) + MARGIN / 2
    figure = new_figure(height, palette)
    write_down(figure, heads, MARGIN)
    write_down(figure, notes, places.foot + 0.1, said=False)
    _headings(figure, sizes, places, palette)
    top = places.top
    for row, s in enumerate(order):
        _strip(figure, sizes, s, row, top, places, palette)
        top += places.tall[row]
    return figure


def _narrow(
    sizes: Sizes,
    order: Sequence[int],
    texts: tuple[list[Line], list[Line]],
    top: float,
    palette: Palette,
) -> Picture:
    """The same for a narrow picture: under each size one bar a source, from left to right."""
    heads, notes = texts
    left = MARGIN + 0.4 * palette.inner
    room = palette.width - MARGIN - NUMBER - left
    group = LINE * (len(order) + 1) + 0.1
    body = group * len(sizes.classes)
    height = top + body + 0.06 + sum(line.height for line in notes) + MARGIN / 2
    figure = new_figure(height, palette)
    write_down(figure, heads, MARGIN)
    write_down(figure, notes, top + body + 0.06, said=False)
    axes = _axes(figure, top, body, palette.width)
    for c, whole in enumerate(sizes.incidents):
        at = c * group
        name = _of_size(sizes.classes[c], _incidents(int(whole)))
        write_down(figure, [Line(name, SMALL, palette.ink, weight="bold")], top + at)
        for s in order:
            at += LINE
            source = shorten(sizes.sources[s], left - MARGIN - 0.08, SMALL, 1)
            write_down(figure, [Line(source[0], SMALL, palette.muted)], top + at)
            shares = (sizes.mentioned[s, c] / whole, sizes.counted[s, c] / whole)
            middle = at + line_height(SMALL) / 2
            for share, alpha in zip(shares, (0.35, 1.0), strict=True):
                bar = Rectangle((left, middle - THICK / 2), room * share, THICK)
                bar.set(facecolor=palette.claim, alpha=alpha, linewidth=0)
                axes.add_patch(bar)
            text = [Line(_percent(shares[0]), SMALL, palette.ink)]
            write_down(figure, text, top + at, left + room * shares[0] + 0.05)
    return figure


def _incidents(number: int) -> str:
    return ngettext("{number} incident", "{number} incidents", number, number=digits(number))


def _role(role: str | None) -> str:
    if spoken().english:
        return role or "no role"
    return role_name(role) if role else pgettext("role", "no role")


def _size(name: str) -> str:
    """A class of sizes: numbers of deaths, or that nobody names one."""
    if name == "unknown":
        return pgettext("number of deaths", "unknown")
    return hedged(name) or name


def _of_size(name: str, incidents: str) -> str:
    if name == "1":
        return _("1 death: {incidents}", incidents=incidents)
    return _("{size} deaths: {incidents}", size=_size(name), incidents=incidents)


def _places(sizes: Sizes, order: Sequence[int], heads: float, palette: Palette) -> Places:
    """Give everything its place before it is drawn, so that nothing overlaps."""
    names = []
    for s in order:
        mentioned = _incidents(int(sizes.mentioned[s].sum()))
        detail = f"{_role(sizes.roles[s])}, {mentioned}"
        lines = [Line(t, LABEL, palette.ink) for t in shorten(sizes.sources[s], NAMES, LABEL, 2)]
        lines += [Line(t, SMALL, palette.muted) for t in wrap(detail, NAMES, SMALL)]
        names.append(tuple(lines))
    bars = MARGIN + max(width_of(line.text, line.size) for lines in names for line in lines) + GAP
    bars = max(bars, MARGIN + width_of(pgettext("picture", HEADINGS[0]), SMALL) + GAP)
    pitch = min(PITCH, (palette.width - MARGIN - bars) / len(sizes.classes))
    top = heads + 2 * line_height(SMALL) + 0.06
    least = BAR + line_height(SMALL) + 0.16
    tall = tuple(max(least, sum(line.height for line in lines) + 0.1) for lines in names)
    return Places(tuple(names), bars, pitch, heads, top, tall, top + sum(tall))


def _headings(figure: Picture, sizes: Sizes, places: Places, palette: Palette) -> None:
    left = [Line(pgettext("picture", t), SMALL, palette.muted) for t in HEADINGS]
    write_down(figure, left, places.heads)
    for c, name in enumerate(sizes.classes):
        said = _size(name)
        fits = width_of(said, SMALL, "bold") <= places.pitch - 0.04
        shown = said if fits else name.replace(" or more", "+").replace("unknown", "?")
        texts = [
            Line(shown, SMALL, palette.ink, weight="bold"),
            Line(digits(sizes.incidents[c]), SMALL, palette.muted),
        ]
        write_down(figure, texts, places.heads, places.bars + (c + 0.5) * places.pitch, "center")


def _strip(
    figure: Picture, sizes: Sizes, s: int, row: int, top: float, places: Places, palette: Palette
) -> None:
    tall = places.tall[row]
    axes = _axes(figure, top, tall, palette.width)
    if row % 2 == 0:
        right = places.bars + places.pitch * len(sizes.classes)
        band = Rectangle((MARGIN / 2, 0), right - MARGIN / 2, tall)
        band.set(facecolor=palette.faint, alpha=0.35, linewidth=0)
        axes.add_patch(band)
    lines = places.names[row]
    write_down(figure, lines, top + (tall - sum(line.height for line in lines)) / 2)
    ground = tall - 0.06
    width = 0.62 * places.pitch
    for c, whole in enumerate(sizes.incidents):
        left = places.bars + (c + 0.5) * places.pitch - width / 2
        shares = (sizes.mentioned[s, c] / whole, sizes.counted[s, c] / whole)
        for share, alpha in zip(shares, (0.35, 1.0), strict=True):
            bar = Rectangle((left, ground - BAR * share), width, BAR * share)
            bar.set(facecolor=palette.claim, alpha=alpha, linewidth=0)
            axes.add_patch(bar)
        axes.plot([left, left + width], [ground, ground], color=palette.muted, linewidth=0.8)
        at = top + ground - BAR * shares[0] - line_height(SMALL) - 0.01
        text = [Line(_percent(shares[0]), SMALL, palette.ink)]
        write_down(figure, text, at, left + width / 2, "center")


def _percent(share: float) -> str:
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 < share < 1:
        return ">99%"
    return per_cent(f"{100 * share:.0f}")


def _axes(figure: Picture, top: float, tall: float, width: float) -> Any:
    """Axes over the whole width in inches, y from the top; the page shows through."""
    height = figure.get_size_inches()[1]
    axes = figure.add_axes((0, 1 - (top + tall) / height, 1, tall / height), facecolor="none")
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(tall, 0)
    return axes
