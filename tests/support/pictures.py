"""What a picture says, and that its texts stand in their places."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from casualty_est.plots.style import settings


def artists(figure: Any) -> list[Any]:
    """Every text that is shown."""
    from matplotlib.text import Text

    return [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]


def texts(figure: Any) -> list[str]:
    return [text.get_text() for text in artists(figure)]


def joined(figure: Any) -> str:
    return " ".join(texts(figure))


def check_places(figure: Any, shared: float | None = None) -> None:
    """No text leaves the page, and none stands on another.

    Lines of one paragraph may share the space between ascenders and descenders: .35 of the height,
    or `shared` dots.
    """
    with settings():
        renderer = figure.canvas.get_renderer()
        boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in artists(figure)]
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.x1 <= figure.bbox.width + 1, text
        assert box.y0 >= 0, text
        assert box.y1 <= figure.bbox.height + 1, text
    for (one, a), (other, b) in combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        tall = min(a.y1, b.y1) - max(a.y0, b.y0)
        most = 0.35 * min(a.height, b.height) if shared is None else shared
        assert wide <= 1 or tall <= most, (one, other)
