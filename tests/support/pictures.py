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


def check_nothing_upright_crosses(figure: Any) -> None:
    """No grid line and no rule runs through a text."""
    with settings():
        renderer = figure.canvas.get_renderer()
        figure.draw(renderer)
        boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in artists(figure)]
    lines = [line for axes in figure.axes for line in _upright(axes)]
    assert lines
    for (x, low), (_, high) in lines:
        for text, box in boxes:
            tall = min(high, box.y1) - max(low, box.y0)
            assert not (box.x0 < x < box.x1 and tall > 0.35 * box.height), text


def _upright(axes: Any) -> list[Any]:
    """Both ends of every upright line of some axes, in dots."""
    from matplotlib.collections import LineCollection

    paths = [path for one in axes.findobj(LineCollection) for path in one.get_paths()]
    pieces = [path.vertices for path in paths]
    pieces += [line.get_xydata() for line in axes.lines]
    places = [axes.transData.transform(piece[:2]) for piece in pieces if len(piece) == 2]
    grids = [line for line in axes.get_xgridlines() if line.get_visible()]
    places += [line.get_transform().transform(line.get_xydata()) for line in grids]
    ends = [sorted(map(tuple, place), key=lambda end: end[1]) for place in places]
    return [(a, b) for a, b in ends if abs(a[0] - b[0]) < 0.5 < b[1] - a[1]]
