"""Figures as bytes of an image; matplotlib is loaded with the first of them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def to_png(figure: Figure, dpi: float = 150) -> bytes:
    """Turn a figure into a PNG image, silent about letters that no font has."""
    return _bytes(figure, format="png", dpi=dpi)


def to_svg(figure: Figure) -> bytes:
    """Turn a figure into an SVG image, text as outlines, silent about letters that no font has."""
    return _bytes(figure, format="svg", metadata={"Date": None})


def _bytes(figure: Figure, **options: Any) -> bytes:
    from casualty_est.plots import style

    buffer = io.BytesIO()
    with style.settings():
        figure.savefig(buffer, facecolor=figure.get_facecolor(), **options)
    return buffer.getvalue()
