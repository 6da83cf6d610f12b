"""Colours, fonts and files of the pictures; nothing here touches pyplot or its settings."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager

WIDTH = 7.2  # inches: the text column of the report
TITLE, LABEL, SMALL = 10.0, 8.5, 7.5  # points

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
    """Colours that people with any colour vision can tell apart (after Okabe and Ito)."""

    paper: str = "white"
    ink: str = "#1a1a1a"
    muted: str = "#595959"
    faint: str = "#d9d9d9"
    posterior: str = "#0072b2"
    prior: str = "#9a9a9a"
    claim: str = "#b34700"
    documented: str = "#1a1a1a"
    alarm: str = "#c00000"


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


class Picture(Figure):
    """A figure that shows itself in notebooks and says nothing of letters that no font has.

    It belongs to no pyplot window: nothing has to be closed.
    """

    def draw(self, renderer: Any) -> None:
        """Draw the figure."""
        with quiet(), matplotlib.rc_context(UNHINTED):
            super().draw(renderer)

    def _repr_png_(self) -> bytes:
        return to_png(self)


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
                "font.family": [name for name in FONTS if name in installed],
                "font.size": LABEL,
                "text.parse_math": False,
                "text.usetex": False,
                **UNHINTED,
                "svg.fonttype": "path",
                "svg.hashsalt": "casualty_est",
                "axes.unicode_minus": True,
            }
        )
        yield


def to_png(figure: Figure, dpi: float = 150) -> bytes:
    """Turn a figure into a PNG image, silent about letters that no font has."""
    return _bytes(figure, format="png", dpi=dpi)


def to_svg(figure: Figure) -> bytes:
    """Turn a figure into an SVG image, text as outlines, silent about letters that no font has."""
    return _bytes(figure, format="svg", metadata={"Date": None})


def _bytes(figure: Figure, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with settings():
        figure.savefig(buffer, facecolor=figure.get_facecolor(), **options)
    return buffer.getvalue()


def new_figure(height: float, palette: Palette, width: float = WIDTH) -> Picture:
    """Make an empty figure."""
    figure = Picture(figsize=(width, height), dpi=150, facecolor=palette.paper)
    FigureCanvasAgg(figure)
    return figure


def finished(figure: Picture) -> Picture:
    """Place everything now: what is left to the first drawing would follow the user's settings."""
    figure.draw_without_rendering()
    return figure
