"""Colours, fonts and files of the pictures; nothing here touches pyplot or its settings."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.font_manager import fontManager
from matplotlib.gridspec import GridSpec
from matplotlib.lines import Line2D
from matplotlib.text import Text

from casualty_est.errors import UsageError
from casualty_est.wording.scripts import in_order

WIDTH = 7.2  # inches: 691 dots, as wide as a page of the report shows a picture
PHONE = 3.6  # inches: 346 dots, what a telephone shows
LEAST, MOST = 2.5, 40.0  # inches of any picture
NARROW = 5.0  # inches below which names stand over their rows, not beside them
MARGIN = 0.12
TITLE, LABEL, SMALL = 12.0, 9.5, 8.5  # points: 11 dots are 8.25

# DejaVu comes with matplotlib; the others fill in letters that it lacks, where they are installed.
FONTS = (
    *("DejaVu Sans", "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans CJK SC"),
    *("Noto Sans CJK JP", "Arial Unicode MS", "PingFang SC", "Microsoft YaHei"),
)
# Hinted letters change their width with the resolution by up to 10%: text that was measured to fit
# would no longer fit.
UNHINTED: dict[Any, Any] = {"text.hinting": "none"}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that people with any colour vision can tell apart (after Okabe and Ito), and sizes.

    What one picture is asked beside its content: `width` and `height` in inches (a height of None
    is what the content takes), a `title` in place of its own, its `credit` line, and `axes`
    that it takes the place of.
    """

    paper: str = "white"
    ink: str = "#1a1a1a"
    muted: str = "#595959"
    faint: str = "#d9d9d9"
    posterior: str = "#0072b2"
    prior: str = "#9a9a9a"
    claim: str = "#b34700"
    documented: str = "#1a1a1a"
    alarm: str = "#c00000"
    width: float = WIDTH
    height: float | None = None
    title: str | None = None
    credit: str = ""
    axes: Any = None

    @property
    def narrow(self) -> bool:
        """Whether names stand over their rows."""
        return self.width < NARROW

    @property
    def inner(self) -> float:
        """Inches between the margins."""
        return self.width - 2 * MARGIN


LIGHT = Palette()
DARK = Palette(
    paper="none",
    ink="#f0f0f0",
    muted="#b8b8b8",
    faint="#4a4a4a",
    posterior="#56b4e9",
    prior="#8c8c8c",
    claim="#f0a050",
    documented="#f0f0f0",
    alarm="#ff6b6b",
)


def palette_of(
    *,
    dark: bool = False,
    figsize: tuple[float, float | None] | None = None,
    ax: Any = None,
    title: str | None = None,
    credit: str | None = None,
) -> Palette:
    """Colours and sizes of a picture, as it was asked to look."""
    width, height = figsize or (WIDTH, None)
    if ax is not None:
        figure = ax.figure
        width = float(ax.get_position().width * figure.bbox.width / figure.dpi)
    if not LEAST <= width <= MOST:
        msg = f"a picture is {LEAST:g} to {MOST:g} inches wide, not {width:.3g}"
        raise UsageError(msg)
    asked = {"width": width, "height": height, "title": title, "credit": credit or "", "axes": ax}
    return replace(DARK if dark else LIGHT, **asked)


# Lines of several sources in one picture.
SERIES_LIGHT = ("#b34700", "#00795a", "#8f3f97", "#806600", "#a3333d", "#46606e", "#5b4b8a")
SERIES_DARK = ("#f0a050", "#3fcf9f", "#d59be0", "#e0c341", "#f08a92", "#9fb8c4", "#b3a6e8")


class Picture(Figure):
    """A figure that shows itself in notebooks and says nothing of letters that no font has.

    It belongs to no pyplot window: nothing has to be closed. What is written in it, in the order
    of reading, is `said`.
    """

    said: list[str]

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.said = []

    @property
    def alt(self) -> str:
        """The picture in words: its texts with their numbers, as one reads them."""
        return alt_of(self.said)

    def draw(self, renderer: Any) -> None:
        """Draw the figure."""
        with quiet(), matplotlib.rc_context(UNHINTED):
            super().draw(renderer)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """A PNG with its alternative text, which notebooks that become pages keep."""
        return {"image/png": to_png(self), "text/plain": self.alt}, {"image/png": {"alt": self.alt}}

    def _repr_png_(self) -> bytes:
        return to_png(self)


def alt_of(said: Sequence[str]) -> str:
    """Join what is written in a picture to sentences."""
    texts = [" ".join(text.split()).rstrip(".") for text in said]
    return ". ".join(text for text in texts if text) + "." * bool(said)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the warning that a font lacks a letter: the table has the name."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not support")
        yield


@contextmanager
def settings() -> Iterator[None]:
    """Draw by these settings, whatever the user's own are.

    Text is never read as mathematics: a source may be called ``$x$``.
    """
    installed = set(fontManager.get_font_names())
    with quiet(), matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.family": [*(name for name in FONTS if name in installed), "sans-serif"],
                "font.size": LABEL,
                "text.parse_math": False,
                "text.usetex": False,
                **UNHINTED,
                "svg.fonttype": "none",
                "svg.hashsalt": "casualty_est",
                "axes.unicode_minus": True,
            }
        )
        yield


def to_png(figure: Figure, dpi: float = 150) -> bytes:
    """Turn a figure into a PNG image, silent about letters that no font has."""
    return _bytes(figure, format="png", dpi=dpi)


def to_svg(figure: Figure) -> bytes:
    """Turn a figure into an SVG image, text as text, silent about letters that no font has."""
    return _bytes(figure, format="svg", metadata={"Date": None})


def dark_of(svg: bytes) -> bytes:
    """The same image in the colours of a dark page: nothing else differs."""
    names = [one.name for one in fields(Palette) if isinstance(one.default, str) and one.default]
    pairs = {"#ffffff": "none", **dict(zip(SERIES_LIGHT, SERIES_DARK, strict=True))}
    pairs |= {getattr(LIGHT, name): getattr(DARK, name) for name in names if name != "paper"}
    colour = re.compile("|".join(pairs))
    return colour.sub(lambda match: pairs[match[0]], svg.decode()).encode()


def _bytes(figure: Figure, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with settings():
        figure.savefig(buffer, facecolor=figure.get_facecolor(), **options)
    return buffer.getvalue()


class Region(SubFigure):
    """The part of somebody else's figure in which a picture is drawn."""

    said: list[str]

    def get_size_inches(self) -> Any:
        """Width and height, as a figure says them."""
        return np.array([self.bbox.width, self.bbox.height]) / float(self.figure.dpi)


def new_figure(height: float, palette: Palette) -> Picture:
    """Make an empty figure, or a region of the figure in which some axes lie."""
    if palette.axes is not None:
        region: Picture = _region(height, palette)
        return region
    figure = Picture(figsize=(palette.width, height), dpi=150, facecolor=palette.paper)
    FigureCanvasAgg(figure)
    return figure


def _region(height: float, palette: Palette) -> Any:
    """The upper part of the place of some axes, which are no longer shown."""
    axes = palette.axes
    figure, place = axes.figure, axes.get_position()
    tall = float(figure.bbox.height / figure.dpi)
    check_height(height, place.height * tall, palette.width)
    axes.set_axis_off()
    region = Region(figure, GridSpec(1, 1, figure=figure)[0], facecolor="none")
    region.said = []
    region.bbox_relative.p0 = (place.x0, place.y1 - height / tall)
    region.bbox_relative.p1 = (place.x1, place.y1)
    figure.subfigs.append(region)
    return region


def check_height(needed: float, given: float, width: float) -> None:
    """Refuse a picture that would not fit."""
    if needed > given + 0.01:
        msg = (
            f"this picture is {needed:.1f} inches high where it is {width:.1f} inches wide, and "
            f"has {given:.1f}: give more height, or more width"
        )
        raise UsageError(msg)


def finished(figure: Picture, palette: Palette = LIGHT) -> Picture:
    """Place everything now: what is left to the first drawing would follow the user's settings."""
    if palette.axes is None and palette.height is not None:
        check_height(float(figure.get_size_inches()[1]), palette.height, palette.width)
        stretch(figure, palette.height)
    whole = figure if palette.axes is None else palette.axes.figure
    for text in whole.findobj(Text):
        text.set_text(in_order(text.get_text()))
    whole.draw_without_rendering()
    return whole


def drawn(draw: Callable[..., Picture], *args: Any, **look: Any) -> Picture:
    """Draw with a palette as the last argument, whatever the user's own settings are."""
    with settings():
        palette = palette_of(**look)
        return finished(draw(*args, palette), palette)


def stretch(figure: Picture, height: float) -> None:
    """Make a figure higher: what lies between its lowest and its highest axes moves apart."""
    width, old = map(float, figure.get_size_inches())
    boxes = [axes.get_position() for axes in figure.axes]
    low = min((box.y0 for box in boxes), default=0.0) * old
    high = max((box.y1 for box in boxes), default=0.0) * old
    more = height - old
    if more < 1e-6:
        return

    def moved(part: float) -> float:
        inch = part * old
        inside = min(max((inch - low) / (high - low), 0.0), 1.0) if high > low else inch > low
        return (inch + inside * more) / height

    figure.set_size_inches(width, height)
    for axes, box in zip(figure.axes, boxes, strict=True):
        lower, upper = moved(box.y0), moved(box.y1)
        axes.set_position((box.x0, lower, box.width, upper - lower))
    for text in figure.texts:
        text.set_y(moved(text.get_position()[1]))
    for line in figure.artists:
        assert isinstance(line, Line2D)  # the ties between names and their marks
        line.set_ydata([moved(float(y)) for y in np.asarray(line.get_ydata())])
